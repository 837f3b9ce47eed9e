/* limit.c - a talk with an end: options L and S of Dial and Bridge (bridging.h) */
#include <string.h>

#include "base/mem.h"
#include "plan/args.h"
#include "plan/bridging.h"

static int64_t milliseconds(struct slice text)
{
    int64_t ms;

    return slice_i64(slice_trim(text), &ms) == 0 && ms > 0 ? ms : 0;
}

static bool is_yes(struct plan_run *run, const char *name, bool otherwise)
{
    struct slice value = channel_var_get(run->channel, slice_of(name));

    return value.len ? plan_is_yes(value) : otherwise;
}

static const char *file_of(struct plan_run *run, const char *name, const char *otherwise)
{
    struct slice value = channel_var_get(run->channel, slice_of(name));

    return value.len ? value.p : otherwise;
}

/* Warnings that would come before the beginning are moved behind it. */
static void fit_warning(struct plan_limit *l)
{
    while (l->warn_ms > l->ms && l->every_ms)
        l->warn_ms -= l->every_ms;
    if (l->warn_ms > l->ms || l->warn_ms < 1 || (!l->tells_caller && !l->tells_callee))
        l->warn_ms = 0;
}

/* Options L(x[:y[:z]]) and S(x). */
static void parse(struct plan_run *run, struct plan_limit *l, const char *limit,
                  const char *seconds)
{
    struct slice rest = slice_of(limit);
    int64_t ms = seconds ? milliseconds(slice_of(seconds)) * 1000 : 0;

    *l = (struct plan_limit){0};
    if (limit) {
        l->ms = milliseconds(slice_cut(rest, ':', &rest));
        l->warn_ms = slice_is_set(rest) ? milliseconds(slice_cut(rest, ':', &rest)) : 0;
        l->every_ms = slice_is_set(rest) ? milliseconds(rest) : 0;
        l->tells_caller = is_yes(run, "LIMIT_PLAYAUDIO_CALLER", true);
        l->tells_callee = is_yes(run, "LIMIT_PLAYAUDIO_CALLEE", !l->tells_caller);
        l->warning_file = file_of(run, "LIMIT_WARNING_FILE", "beep");
        l->timeout_file = file_of(run, "LIMIT_TIMEOUT_FILE", NULL);
        l->connect_file = file_of(run, "LIMIT_CONNECT_FILE", NULL);
        fit_warning(l);
    }
    if (ms && (!l->ms || ms < l->ms))
        l->ms = ms;
}

int plan_bridging_run_limited(struct plan_run *run, struct plan_bridging *b, const char *limit,
                              const char *seconds)
{
    struct plan_limit *l = &b->limit;
    char *copies[3];
    int rc;

    parse(run, l, limit, seconds);
    /* The texts live as long as the talk, the variables maybe not. */
    l->connect_file = copies[0] = mem_strdup(l->connect_file);
    l->warning_file = copies[1] = mem_strdup(l->warning_file);
    l->timeout_file = copies[2] = mem_strdup(l->timeout_file);
    rc = plan_bridging_run(run, b);
    for (size_t i = 0; i < 3; i++)
        mem_free(copies[i]);
    return rc;
}
