/* manager/channels.c - see channels.h */
#include "manager/channels.h"

#include "manager/inner.h"
#include "plan/subst.h"

struct channel *manager_channel(const struct manager_request *q, const char *header)
{
    const struct slice name = manager_arg(q, header);

    return name.len ? calls_channel_find(manager_of(q)->args.calls, name) : NULL;
}

const char *manager_app_of(const struct channel *ch)
{
    return ch->app ? ch->app : "";
}

const char *manager_app_data_of(const struct channel *ch)
{
    return ch->app && ch->appdata ? ch->appdata : "";
}

struct plan_env manager_env(const struct manager_request *q, struct channel *ch)
{
    return (struct plan_env){.core = manager_of(q)->args.plan, .channel = ch};
}

void manager_read(const struct plan_env *env, struct slice name, struct buf *out)
{
    if (name.len && name.p[name.len - 1] == ')')
        (void)plan_value_get(env, name, out);
    else
        (void)plan_var_get(env, name, out);
}

long long manager_age(const struct manager_request *q, const struct channel *ch)
{
    return mono_diff_ms(loop_now(manager_of(q)->loop), ch->created_mono) / 1000;
}
