/* variable.c - variables that the station itself knows, then the channel's, then globals (subst.h)
 */
#include <errno.h>
#include <string.h>

#include "plan/core.h"
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
    return buf_printf(out, "%d", env->channel->cause);
}

static int get_epoch(const struct plan_env *env, struct buf *out)
{
    return buf_printf(out, "%lld", (long long)(loop_wall(plan_loop(env->core)).us / 1000000));
}

static int get_system(const struct plan_env *env, struct buf *out)
{
    return buf_addz(out, env->core->system_name);
}

static int get_nothing(const struct plan_env *env, struct buf *out)
{
    return 0;
}

static const struct {
    const char *name;
    bool needs_channel;
    int (*get)(const struct plan_env *env, struct buf *out);
} known[] = {
    {"EXTEN", true, get_exten},        {"CONTEXT", true, get_context},
    {"PRIORITY", true, get_priority},  {"CHANNEL", true, get_channel},
    {"UNIQUEID", true, get_uniqueid},  {"HANGUPCAUSE", true, get_hangupcause},
    {"HINT", true, get_nothing}, /* with hints */
    {"HINTNAME", true, get_nothing},   {"EPOCH", false, get_epoch},
    {"SYSTEMNAME", false, get_system}, {"ENTITYID", false, get_system},
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
