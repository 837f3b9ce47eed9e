/* func/strftime.c - STRFTIME: date and time as text */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "plan/args.h"
#include "plan/func/all.h"
#include "plan/core.h"
#include "plan/zone.h"

static int64_t parse_epoch(const struct plan_env *env, const char *text)
{
    char *end;
    double seconds = strtod(text, &end);

    if (end == text || seconds < 0 || seconds > 1e11)
        return plan_wall(env->core, env->channel).us;
    return (int64_t)(seconds * 1000000);
}

/* Asterisk's %q (milliseconds) and %1q ... %6q, which strftime does not know. */
static int expand_q(const char *format, int64_t us, struct buf *out)
{
    for (const char *s = format; *s; s++) {
        int digits = s[1] >= '1' && s[1] <= '6' && s[2] == 'q' ? s[1] - '0' : s[1] == 'q' ? 3 : 0;
        long value = (long)(us % 1000000);

        if (*s != '%' || !digits) {
            if (*s == '%' && s[1]) /* "%%" stays together */
                buf_addc(out, *s++);
            buf_addc(out, *s);
            continue;
        }
        for (int i = digits; i < 6; i++)
            value /= 10;
        buf_printf(out, "%0*ld", digits, value);
        s += s[1] == 'q' ? 1 : 2;
    }
    return buf_err(out);
}

static int print_time(struct plan_core *p, int64_t us, const char *zone, const char *format,
                      struct buf *out)
{
    struct buf text;
    struct tm tm;
    char *date;
    size_t len;
    int err;

    buf_init(&text, 1024);
    err = expand_q(format, us, &text);
    if (!err)
        err = zones_localtime(p->zones, zone, us / 1000000, &tm);
    date = err ? NULL : mem_zalloc(2048);
    if (!err && !date)
        err = ENOMEM;
    if (!err) {
        len = strftime(date, 2048, buf_z(&text), &tm);
        err = buf_add(out, date, len);
    }
    mem_free(date);
    buf_fini(&text);
    return err;
}

static int strftime_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[3];
    int err;

    plan_args_split(args, ',', argv, 3);
    err = print_time(env->core, parse_epoch(env, argv[0]), argv[1], *argv[2] ? argv[2] : "%c", out);
    if (err == ENOENT) {
        plan_func_warn(env, "no such time zone, UTC is taken", argv[1]);
        err =
            print_time(env->core, parse_epoch(env, argv[0]), "UTC", *argv[2] ? argv[2] : "%c", out);
    }
    return err;
}

const struct plan_func plan_func_strftime = {
    .name = "STRFTIME",
    .syntax = "STRFTIME([epoch],[timezone],[format])",
    .help_ru =
        "Дата и время\nepoch - секунды с 1970 года (по умолчанию сейчас), timezone - например "
        "Europe/Moscow (по умолчанию зона системы), format - как у strftime, ещё %q - миллисекунды.",
    .help_en =
        "Date and time\nepoch: seconds since 1970 (now when not given); timezone: as Europe/Moscow (the "
        "system's when not given); format: as for strftime, and %q for milliseconds.",
    .shown = "tests/unit/plan/test_subst.c",
    .read = strftime_read,
};
