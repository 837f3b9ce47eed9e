/* bridging.c - see bridging.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/bridge.h"
#include "loop/task.h"
#include "plan/app.h"
#include "plan/bridging.h"
#include "plan/plan.h"

void plan_set_duration(struct channel *ch, const char *name, int64_t ms)
{
    char value[24], longer[40];

    snprintf(value, sizeof(value), "%lld", (long long)(ms / 1000));
    channel_var_set(ch, slice_of(name), slice_of(value));
    snprintf(value, sizeof(value), "%lld", (long long)ms);
    snprintf(longer, sizeof(longer), "%s_MS", name);
    channel_var_set(ch, slice_of(longer), slice_of(value));
}

static void set_durations(struct plan_run *run, const struct channel *callee)
{
    const struct mono now = loop_now(plan_loop(run->core));

    plan_set_duration(run->channel, "ANSWEREDTIME", mono_diff_ms(now, callee->answered_mono));
    plan_set_duration(run->channel, "DIALEDTIME", mono_diff_ms(now, callee->created_mono));
}

/* Events of both legs come to the caller's queue. @return when one of them has left */
static void talk(struct plan_run *run, struct bridge *b, struct channel *callee)
{
    bool is_over = false;

    task_trim();
    while (!is_over && !run->channel->is_hungup && !callee->is_hungup) {
        struct channel_event ev;

        if (event_queue_wait(run->queue, -1, &ev))
            break;
        is_over = bridge_on_event(b, &ev);
        channel_event_done(&ev);
    }
}

static int join(struct bridge **bp, struct plan_run *run, struct channel *callee)
{
    struct bridge *b = NULL;
    int err = bridge_alloc(&b, run->core ? plan_calls(run->core) : NULL);

    if (!err)
        err = bridge_join(b, run->channel);
    if (!err)
        err = bridge_join(b, callee);
    if (err) {
        log_warning("legs not joined call=%s channel=\"%s\" callee=\"%s\" err=\"%s\"",
                    run->channel->linkedid, run->channel->name, callee->name, strerror(err));
        bridge_leave(run->channel);
        b = mem_deref(b);
    }
    *bp = b;
    return err;
}

int plan_bridging_run(struct plan_run *run, const struct plan_bridging *b)
{
    struct channel *caller = run->channel, *callee = b->callee;
    struct bridge *bridge;

    if (join(&bridge, run, callee) == 0) {
        talk(run, bridge, callee);
        set_durations(run, callee);
        bridge_leave(callee);
        bridge_leave(caller);
        mem_deref(bridge);
    }
    if (callee->is_hungup && !caller->is_hungup)
        caller->cause = callee->cause;
    channel_hangup(callee, caller->cause ? caller->cause : CAUSE_NORMAL);
    if (caller->is_hungup || task_is_canceled(task_self()))
        return PLAN_END;
    return b->goes_on ? PLAN_NEXT : PLAN_END;
}
