/* strftime.c - STRFTIME() */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "plan/args.h"
#include "plan/func.h"
#include "plan/plan.h"

/* The C library has no function with a zone as argument; TZ is set for the moment. Everything that
   shows time to users runs on this thread, so nobody sees the other zone. */
static int local_time(time_t t, const char *zone, struct tm *tm)
{
    const char *now = getenv("TZ");
    char *was = now ? mem_strdup(now) : NULL;

    if (!*zone)
        return localtime_r(&t, tm) ? 0 : EINVAL;
    if (now && !was)
        return ENOMEM;
    setenv("TZ", zone, 1);
    tzset();
    localtime_r(&t, tm);
    if (was)
        setenv("TZ", was, 1);
    else
        unsetenv("TZ");
    tzset();
    mem_free(was);
    return 0;
}

static int strftime_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[3], text[256];
    struct tm tm;
    int64_t at = loop_wall(plan_loop(env->core)).us / 1000000;
    size_t n;
    int err;

    plan_args_split(args, ',', argv, 3);
    if (*argv[0]) {
        struct slice whole = slice_of(argv[0]), fraction;

        whole = slice_cut(whole, '.', &fraction);
        if (slice_i64(whole, &at)) {
            log_warning("STRFTIME() takes seconds since 1970 got=\"%s\"", argv[0]);
            return EINVAL;
        }
    }
    err = local_time((time_t)at, argv[1], &tm);
    if (err)
        return err;
    n = strftime(text, sizeof(text), *argv[2] ? argv[2] : "%c", &tm);
    return buf_add(out, text, n);
}

const struct plan_func plan_func_strftime = {
    .name = "STRFTIME",
    .syntax = "STRFTIME([epoch[,timezone[,format]]])",
    .help_ru =
        "Дата и время строкой.\nepoch - секунды с 1970 года (по умолчанию сейчас), timezone - "
        "пояс (Europe/Moscow; по умолчанию пояс станции), format - как в strftime: %d.%m.%Y "
        "%H:%M:%S.",
    .help_en = "Date and time as text.\nepoch: seconds since 1970 (default: now), timezone: "
               "Europe/Moscow (default: the station's), format: as strftime, %d.%m.%Y %H:%M:%S.",
    .read = strftime_read,
};
