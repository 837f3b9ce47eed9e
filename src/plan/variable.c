/* variable.c - variables that the station itself knows, then the channel's, then globals (subst.h)
 */
#include <errno.h>
#include <string.h>

#include "plan/core.h"
#include "plan/hint.h"
#include "plan/plan.h"
#include "plan/subst.h"

static int get_exten(const struct plan_env *env, struct buf *out)
{
    return buf_addz(out, env->channel->exten ? env->channel->exten : "");
}

static int get_context(const struct plan_env *env, struct buf *out)
{
    return buf_addz(out, env->channel->context ? env->channel->context : "");
}

static int get_priority(const struct plan_env *env, struct buf *out)
{
    return buf_printf(out, "%d", env->channel->priority);
}

static int get_channel(const struct plan_env *env, struct buf *out)
{
    return buf_addz(out, env->channel->name);
}

static int get_uniqueid(const struct plan_env *env, struct buf *out)
{
    return buf_addz(out, env->channel->uniqueid);
}

static int get_hangupcause(const struct plan_env *env, struct buf *out)
{
    const struct channel *ch = env->channel;
    int cause = ch->cause;

    if (ch->is_cause_ours && cause == CAUSE_NORMAL)
        /* interworking: what Asterisk makes of the 487 to a caller who gave up */
        cause = ch->is_gone && ch->state == CHANNEL_DOWN && !ch->is_outgoing ? CAUSE_INTERWORKING
                                                                             : CAUSE_NONE;
    return buf_printf(out, "%d", cause);
}

static int get_epoch(const struct plan_env *env, struct buf *out)
{
    return buf_printf(out, "%lld", (long long)(plan_wall(env->core, env->channel).us / 1000000));
}

static int get_system(const struct plan_env *env, struct buf *out)
{
    return buf_addz(out, env->core->system_name);
}

static int get_hint_part(const struct plan_env *env, bool is_name, struct buf *out)
{
    const struct channel *ch = env->channel;
    struct plan_hint hint;
    int err = plan_hint_get(env->core, slice_of(ch->context), slice_of(ch->exten), &hint);

    if (err)
        return err == ENOMEM ? ENOMEM : 0;
    buf_adds(out, buf_slice(is_name ? &hint.name : &hint.devices));
    plan_hint_fini(&hint);
    return buf_err(out);
}

static int get_hint(const struct plan_env *env, struct buf *out)
{
    return get_hint_part(env, false, out);
}

static int get_hintname(const struct plan_env *env, struct buf *out)
{
    return get_hint_part(env, true, out);
}

static const struct {
    const char *name;
    bool needs_channel;
    int (*get)(const struct plan_env *env, struct buf *out);
} known[] = {
    {"EXTEN", true, get_exten},       {"CONTEXT", true, get_context},
    {"PRIORITY", true, get_priority}, {"CHANNEL", true, get_channel},
    {"UNIQUEID", true, get_uniqueid}, {"HANGUPCAUSE", true, get_hangupcause},
    {"HINT", true, get_hint},         {"HINTNAME", true, get_hintname},
    {"EPOCH", false, get_epoch},      {"SYSTEMNAME", false, get_system},
    {"ENTITYID", false, get_system},
};

int plan_var_get(const struct plan_env *env, struct slice name, struct buf *out)
{
    struct slice value;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (slice_eqz(name, known[i].name) && (env->channel || !known[i].needs_channel))
            return known[i].get(env, out);
    value = env->channel ? channel_var_get(env->channel, name) : SLICE_NONE;
    if (!slice_is_set(value))
        value = plan_global_get(env->core, name);
    return slice_is_set(value) ? buf_adds(out, value) : ENOENT;
}
