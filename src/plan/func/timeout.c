/* func/timeout.c - TIMEOUT: absolute, digit, response */
#include <errno.h>
#include <string.h>

#include "plan/args.h"
#include "plan/func/all.h"

static int print_ms(struct buf *out, int64_t ms)
{
    return buf_printf(out, "%lld.%03lld", (long long)(ms / 1000), (long long)(ms % 1000));
}

static int timeout_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct channel *ch = env->channel;

    if (!ch)
        return 0;
    switch (*args | 0x20) {
    case 'a':
        return timer_is_on(&ch->absolute) ? print_ms(out, (int64_t)timer_left_ms(&ch->absolute))
                                          : buf_addc(out, '0');
    case 'd': return print_ms(out, ch->digit_timeout_ms);
    case 'r': return print_ms(out, ch->response_timeout_ms);
    default: plan_func_warn(env, "TIMEOUT is absolute, digit or response", args); return 0;
    }
}

static int timeout_write(const struct plan_env *env, char *args, struct slice value)
{
    struct channel *ch = env->channel;
    char text[32];
    long long ms;

    if (!ch)
        return ENOENT;
    if (slice_copy(value, text, sizeof(text)) || plan_parse_seconds(text, &ms) || ms < 0)
        ms = 0;
    switch (*args | 0x20) {
    case 'a': channel_set_absolute_timeout(ch, ms); return 0;
    case 'd': ch->digit_timeout_ms = ms ? ms : 5000; return 0;
    case 'r': ch->response_timeout_ms = ms ? ms : 10000; return 0;
    default: plan_func_warn(env, "TIMEOUT is absolute, digit or response", args); return EINVAL;
    }
}

const struct plan_func plan_func_timeout = {
    .name = "TIMEOUT",
    .syntax = "TIMEOUT(absolute|digit|response)",
    .help_ru =
        "Времена ожидания в секундах\nabsolute - через сколько вызов завершится (расширение T, если оно "
        "есть; 0 - никогда); digit - между цифрами номера (5); response - до первой цифры (10).",
    .help_en =
        "Times in seconds\nabsolute: until the call is ended (extension T takes it, where there is one; 0 "
        "never); digit: between digits of an extension (5); response: to its first digit (10).",
    .shown = "tests/scene/absolute-timeout.scene",
    .read = timeout_read,
    .write = timeout_write,
};
