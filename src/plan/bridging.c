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
#include "plan/sub.h"

#define LAST_WORDS_MS 15000

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

/* ---- the talk ---- */

struct talk {
    struct plan_run *run;
    struct plan_bridging *b;
    struct bridge *bridge;
    struct mono start;
    int64_t next_warning_ms; /* since the beginning of all; 0: no more */
    bool is_out_of_time;
};

static int64_t spent_ms(const struct talk *t)
{
    return t->b->spent_ms + mono_diff_ms(loop_now(plan_loop(t->run->core)), t->start);
}

static void tell(const struct talk *t, const char *file)
{
    if (!file || !*file)
        return;
    if (t->b->limit.tells_caller)
        (void)channel_play(t->run->channel, file);
    if (t->b->limit.tells_callee)
        (void)channel_play(t->b->callee, file);
}

static void begin_limit(struct talk *t)
{
    const struct plan_limit *l = &t->b->limit;

    if (!l->ms)
        return;
    if (!t->b->spent_ms)
        tell(t, l->connect_file);
    t->next_warning_ms = l->warn_ms ? l->ms - l->warn_ms : 0;
    while (t->next_warning_ms && t->next_warning_ms < t->b->spent_ms)
        t->next_warning_ms = l->every_ms ? t->next_warning_ms + l->every_ms : 0;
}

/* Until the next warning or the end. @return -1: no limit */
static int64_t left_ms(const struct talk *t)
{
    int64_t at = t->b->limit.ms, left;

    if (!at)
        return -1;
    if (t->next_warning_ms && t->next_warning_ms < at)
        at = t->next_warning_ms;
    left = at - spent_ms(t);
    return left > 0 ? left : 0;
}

/* @return whether the time is up */
static bool on_time(struct talk *t)
{
    const struct plan_limit *l = &t->b->limit;

    if (spent_ms(t) >= l->ms) {
        log_notice("talk ends, its limit is reached call=%s limit_ms=%lld",
                   t->run->channel->linkedid, (long long)l->ms);
        t->is_out_of_time = true;
        return true;
    }
    tell(t, l->warning_file);
    t->next_warning_ms = l->every_ms ? t->next_warning_ms + l->every_ms : 0;
    return false;
}

/* '*' from who may end the talk by it. */
static bool is_stop(const struct talk *t, const struct channel_event *ev)
{
    return ev->type == CHANNEL_EV_DTMF && ev->digit == '*' &&
           (ev->channel == t->run->channel ? t->b->caller_stops : t->b->callee_stops);
}

static bool on_event(struct talk *t, const struct channel_event *ev)
{
    if (ev->channel->bridge == t->bridge && is_stop(t, ev))
        return true;
    if (ev->type == CHANNEL_EV_CONNECTED && t->b->keeps_connected)
        return false;
    return bridge_on_event(t->bridge, ev);
}

/* Events of both legs come to the caller's queue. @return when one of them has left */
static void talk(struct talk *t)
{
    bool is_over = false;

    task_trim();
    while (!is_over && !t->run->channel->is_hungup && !t->b->callee->is_hungup) {
        struct channel_event ev;
        int err = event_queue_wait(t->run->queue, left_ms(t), &ev);

        if (err == ETIMEDOUT && t->b->limit.ms)
            is_over = on_time(t);
        else if (err)
            break;
        if (err)
            continue;
        is_over = on_event(t, &ev);
        channel_event_done(&ev);
    }
}

/* The file that says so is heard to its end. */
static void last_words(struct talk *t)
{
    const struct plan_limit *l = &t->b->limit;
    struct channel *who = l->tells_caller ? t->run->channel : t->b->callee;
    struct channel_event ev;
    bool is_over = false;

    if (!l->timeout_file || !*l->timeout_file || (!l->tells_caller && !l->tells_callee))
        return;
    tell(t, l->timeout_file);
    while (!is_over && !who->is_hungup &&
           event_queue_wait(t->run->queue, LAST_WORDS_MS, &ev) == 0) {
        is_over = ev.type == CHANNEL_EV_PLAY_DONE && ev.channel == who;
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

/* ---- afterwards ---- */

int plan_leg_go(struct plan_core *p, struct channel *ch, struct slice context, struct slice exten,
                int priority)
{
    int err = channel_set(&ch->context, context);

    if (!err)
        err = channel_set(&ch->exten, exten);
    if (err)
        return err;
    ch->priority = priority;
    if (ch->stream && media_stream_peer(ch->stream))
        media_stream_disconnect(ch->stream);
    return plan_start(p, ch);
}

/* Option F. @return whether the callee goes its own way */
static bool callee_goes(struct plan_run *run, const struct plan_bridging *b)
{
    struct channel *caller = run->channel;
    struct slice context = SLICE_NONE, exten = SLICE_NONE;
    int priority = caller->priority + 1, err = 0;
    char *where;

    if (!b->callee_goes || !caller->is_hungup || b->callee->is_hungup)
        return false;
    where = mem_strdup(b->callee_goes);
    if (!where)
        return false;
    for (char *s = where; *s; s++)
        if (*s == '^')
            *s = ',';
    if (*where)
        err = plan_run_parse_goto(run, where, &context, &exten, &priority);
    if (!err)
        err = plan_leg_go(run->core, b->callee,
                          slice_is_set(context) ? context : slice_of(caller->context),
                          slice_is_set(exten) ? exten : slice_of(caller->exten), priority);
    mem_free(where);
    return !err;
}

static void end_callee(struct plan_run *run, struct plan_bridging *b)
{
    struct channel *caller = run->channel;

    if (callee_goes(run, b)) {
        b->callee = mem_deref(b->callee); /* its run ends it */
        return;
    }
    if (b->callee_runs_h && caller->context) {
        channel_softhangup(b->callee, caller->cause ? caller->cause : CAUSE_NORMAL);
        plan_sub_h(run->core, b->callee, caller->context);
    }
    channel_hangup(b->callee, caller->cause ? caller->cause : CAUSE_NORMAL);
}

int plan_bridging_run(struct plan_run *run, struct plan_bridging *b)
{
    struct channel *caller = run->channel;
    struct talk t = {.run = run, .b = b};

    run->talk = b;
    if (join(&t.bridge, run, b->callee) == 0) {
        t.start = loop_now(plan_loop(run->core));
        begin_limit(&t);
        talk(&t);
        set_durations(run, b->callee);
        bridge_leave(b->callee);
        bridge_leave(caller);
        mem_deref(t.bridge);
        if (t.is_out_of_time)
            last_words(&t);
    }
    run->talk = NULL;
    if (b->callee->is_hungup && !caller->is_hungup)
        caller->cause = b->callee->cause;
    end_callee(run, b);
    if (caller->is_hungup || task_is_canceled(task_self()))
        return PLAN_END;
    return b->goes_on ? PLAN_NEXT : PLAN_END;
}
