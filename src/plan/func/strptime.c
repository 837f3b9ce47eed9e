/* func/strptime.c - STRPTIME: a date and time as seconds since 1970; IFTIME: one of two texts by the time;
 * TESTTIME: another time for the conditions of this channel */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "plan/core.h"
#include "plan/func/row.h"
#include "plan/when.h"

/* Seconds that show as tm in this zone: UTC, moved twice by the difference (a change of the clock may
   lie between). */
static int seconds_of(struct plan_core *p, const char *zone, struct tm *tm, int64_t *seconds)
{
    const int64_t wanted = timegm(tm);
    int64_t at = wanted;

    for (int i = 0; i < 2; i++) {
        struct tm there;
        int err = zones_localtime(p->zones, zone, at, &there);

        if (err == ENOENT)
            err = zones_localtime(p->zones, "", at, &there);
        if (err)
            return err;
        at += wanted - timegm(&there);
    }
    *seconds = at;
    return 0;
}

static int strptime_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct tm tm = {.tm_mday = 1, .tm_year = 70};
    int64_t seconds;
    char *argv[3];
    int err;

    plan_args_split(args, ',', argv, 3);
    if (!*argv[2] || !strptime(argv[0], argv[2], &tm)) {
        plan_func_warn(env, "STRPTIME: the text is not as the format says", argv[0]);
        return 0;
    }
    err = seconds_of(env->core, argv[1], &tm, &seconds);
    return err ? (err == ENOMEM ? ENOMEM : 0) : buf_printf(out, "%lld", (long long)seconds);
}

/* Without blanks, then without quotes around. */
static char *bare(char *text)
{
    size_t len;

    text = plan_strip(text);
    len = strlen(text);
    if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
        text[len - 1] = '\0';
        text++;
    }
    return text;
}

/* TESTTIME stands in a variable, so that it is kept and forgotten with its channel. */
#define TEST_VARIABLE SLICE("TESTTIME")

struct wall plan_test_wall(const struct plan_core *p, const struct channel *ch)
{
    const struct slice set = ch ? channel_var_get(ch, TEST_VARIABLE) : SLICE_NONE;
    uint64_t seconds;

    if (slice_is_set(set) && !slice_u64(set, &seconds) && seconds < 1000000000000)
        return (struct wall){(int64_t)seconds * 1000000};
    return plan_wall(p, ch);
}

static int iftime_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *yes = strchr(args, '?'), *no;
    struct plan_when when;

    if (!yes) {
        plan_func_warn(env, "IFTIME needs time?[yes][:no]", args);
        return 0;
    }
    *yes++ = '\0';
    no = strchr(yes, ':');
    if (no)
        *no++ = '\0';
    if (plan_when_parse(&when, slice_of(args), NULL)) {
        plan_func_warn(env, "IFTIME: no such time", args);
        return 0;
    }
    if (plan_when_holds(&when, env->core->zones, plan_wall(env->core, env->channel)))
        return buf_addz(out, bare(yes));
    return no ? buf_addz(out, bare(no)) : 0;
}

static int testtime_write(const struct plan_env *env, char *args, struct slice value)
{
    struct tm tm = {0};
    char text[40], seconds_text[24], *rest;
    int64_t seconds = 0;
    int err;

    if (!env->channel)
        return ENOENT;
    if (!slice_is_set(value) || !value.len)
        return channel_var_set(env->channel, TEST_VARIABLE, SLICE_NONE);
    if (slice_copy(value, text, sizeof(text)) ||
        !(rest = strptime(text, "%Y/%m/%d %H:%M:%S", &tm)) || (*rest && *rest != ' ')) {
        plan_func_warn(env, "TESTTIME is set as 2010/12/25 15:30:00 [zone]", text);
        return EINVAL;
    }
    err = seconds_of(env->core, plan_strip(rest), &tm, &seconds);
    snprintf(seconds_text, sizeof(seconds_text), "%lld", (long long)seconds);
    return err ? err : channel_var_set(env->channel, TEST_VARIABLE, slice_of(seconds_text));
}

FUNC_READ(
    strptime, "STRPTIME", "STRPTIME(text,[zone],format)",
    "Дата и время как секунды с 1970 года\nformat - как в strptime: %Y-%m-%d %H:%M:%S; zone - "
    "Europe/Moscow, без неё часовой пояс станции.",
    "Date and time as seconds since 1970\nformat as strptime's: %Y-%m-%d %H:%M:%S; zone: "
    "Europe/Moscow, the station's if not said.");
FUNC_READ(iftime, "IFTIME", "IFTIME(times,weekdays,mdays,months[,zone]?[yes][:no])",
          "Один из двух текстов по времени\nУсловие как у GotoIfTime.",
          "One of two texts by the time\nThe condition is as GotoIfTime's.");
FUNC_WRITE(
    testtime, "TESTTIME", "TESTTIME()=2010/12/25 15:30:00 [zone]",
    "Другое время для условий этого канала\nДля проверки маршрутизации: GotoIfTime судит по нему; "
    "пустое - снова настоящее.",
    "Another time for this channel's conditions\nTo test a routing: GotoIfTime goes by it; empty: "
    "the real one again.");
