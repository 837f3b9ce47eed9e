/* timeout.c - TIMEOUT() */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/log.h"
#include "plan/func.h"

static int timeout_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct slice kind = slice_of(args);
    struct channel *ch = env->channel;
    int64_t ms;

    if (!ch)
        return ENOENT;
    if (slice_caseeqz(kind, "absolute")) {
        if (!timer_is_on(&ch->absolute))
            return buf_addc(out, '0');
        ms = (int64_t)timer_left_ms(&ch->absolute);
    } else if (slice_caseeqz(kind, "digit")) {
        ms = ch->digit_timeout_ms;
    } else if (slice_caseeqz(kind, "response")) {
        ms = ch->response_timeout_ms;
    } else {
        log_warning("TIMEOUT() has absolute, digit and response call=%s asked=\"%s\"", ch->linkedid,
                    args);
        return EINVAL;
    }
    return buf_printf(out, "%.3f", (double)ms / 1000);
}

static int timeout_write(const struct plan_env *env, char *args, struct slice value)
{
    struct slice kind = slice_of(args);
    struct channel *ch = env->channel;
    char text[32], *end;
    double s;
    int64_t ms;

    if (!ch)
        return ENOENT;
    slice_copy(value, text, sizeof(text));
    s = strtod(text, &end);
    if (end == text || !isfinite(s) || s < 0 || s > 1e9) {
        log_warning("TIMEOUT() takes seconds call=%s value=\"%.*s\"", ch->linkedid,
                    SLICE_ARG(value));
        return EINVAL;
    }
    ms = (int64_t)(s * 1000);
    if (slice_caseeqz(kind, "absolute"))
        channel_set_absolute_timeout(ch, ms);
    else if (slice_caseeqz(kind, "digit"))
        ch->digit_timeout_ms = ms;
    else if (slice_caseeqz(kind, "response"))
        ch->response_timeout_ms = ms;
    else {
        log_warning("TIMEOUT() has absolute, digit and response call=%s asked=\"%s\"", ch->linkedid,
                    args);
        return EINVAL;
    }
    return 0;
}

const struct plan_func plan_func_timeout = {
    .name = "TIMEOUT",
    .syntax = "TIMEOUT(absolute|digit|response)",
    .help_ru = "Ограничения времени вызова, в секундах.\nabsolute - весь вызов (0 - без предела); "
               "digit - между цифрами (5); response - до первой цифры (10).",
    .help_en = "Time limits of the call, in seconds.\nabsolute: the whole call (0: none); digit: "
               "between digits (5); response: until the first digit (10).",
    .read = timeout_read,
    .write = timeout_write,
};
