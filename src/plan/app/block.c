/* app/block.c - see block.h */
#include "plan/app/block.h"

#include <strings.h>

#include "base/log.h"
#include "plan/core.h"

const char *block_app(const struct plan_run *run, int priority)
{
    struct plan_found found;

    if (!plan_run_find(run, SLICE_NONE, slice_of(run->channel->exten), priority, &found))
        return "";
    return found.step->name;
}

static bool is_one_of(const char *name, const char *const *words)
{
    for (; *words; words++)
        if (strcasecmp(name, *words) == 0)
            return true;
    return false;
}

int block_find(const struct plan_run *run, int at, const char *open, const char *close,
               const char *const *ends)
{
    const char *name;
    int depth = 0;

    while (*(name = block_app(run, ++at))) {
        if (depth == 0 && is_one_of(name, ends))
            return at;
        depth += strcasecmp(name, open) == 0 ? 1 : strcasecmp(name, close) == 0 ? -1 : 0;
    }
    return 0;
}

bool block_is_inside(const struct plan_run *run, int at, const char *open, const char *close)
{
    int depth = 0;

    while (--at > 0) {
        const char *name = block_app(run, at);

        if (strcasecmp(name, close) == 0)
            depth++;
        else if (strcasecmp(name, open) == 0 && depth-- == 0)
            return true;
    }
    return false;
}

int block_leave(struct plan_run *run, int priority, const char *what)
{
    const struct channel *ch = run->channel;

    if (priority)
        return plan_run_goto(run, SLICE_NONE, SLICE_NONE, priority + 1) ? PLAN_END : PLAN_NEXT;
    log_warning("no %s behind it, the next step follows call=%s at=\"%s,%s,%d\"", what,
                ch->linkedid, ch->context, ch->exten, ch->priority);
    return PLAN_NEXT;
}
