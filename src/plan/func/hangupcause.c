/* func/hangupcause.c - HANGUPCAUSE, HANGUPCAUSE_KEYS: how the legs of the last Dial ended */
#include <errno.h>
#include <stdio.h>

#include "plan/func/row.h"

#define PREFIX "~HANGUPCAUSE~"

int plan_hangupcause_note(struct channel *caller, const struct channel *leg)
{
    char name[200], value[32];

    snprintf(name, sizeof(name), PREFIX "%s", leg->name);
    snprintf(value, sizeof(value), "%d,%d", leg->cause, leg->tech_cause);
    return channel_var_set(caller, slice_of(name), slice_of(value));
}

static const char *leg_of(const struct variable *v)
{
    const size_t len = sizeof(PREFIX) - 1;

    return strncmp(v->name, PREFIX, len) == 0 ? v->name + len : NULL;
}

static int hangupcause_keys_read(const struct plan_env *env, char *args, struct buf *out)
{
    const char *comma = "";

    if (!env->channel)
        return 0;
    LIST_FOREACH(&env->channel->vars, k)
    {
        const char *leg = leg_of(CONTAINER_OF(k, struct variable, link));

        if (!leg)
            continue;
        buf_printf(out, "%s%s", comma, leg);
        comma = ",";
    }
    return buf_err(out);
}

static int hangupcause_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[2], name[200];
    struct slice value, tech;

    plan_args_split(args, ',', argv, 2);
    snprintf(name, sizeof(name), PREFIX "%s", argv[0]);
    value = env->channel ? channel_var_get(env->channel, slice_of(name)) : SLICE_NONE;
    if (!slice_is_set(value)) {
        plan_func_warn(env, "HANGUPCAUSE: no such leg was called", argv[0]);
        return 0;
    }
    value = slice_cut(value, ',', &tech);
    if (strcasecmp(argv[1], "ast") == 0)
        return buf_adds(out, value);
    return slice_eqz(tech, "0") ? 0 : buf_printf(out, "SIP %.*s", SLICE_ARG(tech));
}

FUNC_READ(
    hangupcause, "HANGUPCAUSE", "HANGUPCAUSE(channel,tech|ast)",
    "Почему кончилось плечо, которое вызывал Dial\nast - причина Q.850, tech - ответ SIP; имена плеч - "
    "HANGUPCAUSE_KEYS.",
    "Why a leg that Dial called ended\nast: the Q.850 cause; tech: SIP's answer; names of legs: "
    "HANGUPCAUSE_KEYS.");
FUNC_READ(hangupcause_keys, "HANGUPCAUSE_KEYS", "HANGUPCAUSE_KEYS()",
          "Имена каналов, которые вызывал Dial, через запятую",
          "Names of the channels that Dial called, with commas");
