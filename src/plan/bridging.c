/* bridging.c - see bridging.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/bridge.h"
#include "call/cdr.h"
#include "call/local.h"
#include "call/observe.h"
#include "loop/task.h"
#include "plan/app.h"
#include "plan/bridging.h"
#include "plan/claim.h"
#include "plan/core.h"
#include "plan/feature.h"
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

static void set_durations(struct plan_run *run, struct mono created, struct mono answered)
{
    const struct mono now = loop_now(plan_loop(run->core));

    plan_set_duration(run->channel, "ANSWEREDTIME", mono_diff_ms(now, answered));
    plan_set_duration(run->channel, "DIALEDTIME", mono_diff_ms(now, created));
}

/* ---- the talk ---- */

struct talk {
    struct plan_run *run;
    struct plan_bridging *b;
    struct bridge *bridge;
    struct mono start;
    int64_t next_warning_ms; /* since the beginning of all; 0: no more */
    bool is_out_of_time;
    struct plan_features features;
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

static bool on_event(struct talk *t, const struct channel_event *ev)
{
    if (ev->channel->bridge == t->bridge && ev->type == CHANNEL_EV_DTMF)
        return plan_features_take(&t->features, ev);
    if (ev->type == CHANNEL_EV_CONNECTED && t->b->keeps_connected)
        return false;
    return bridge_on_event(t->bridge, ev);
}

/* ---- a Local pair between two talks leaves ---- */

/* The run whose talk has this half as its callee, or NULL. */
static struct plan_run *run_with_callee(const struct channel *half)
{
    const struct channel *peer = bridge_peer(half);
    struct plan_run *run = peer ? plan_run_of(peer) : NULL;

    return run && run->talk && run->talk->callee == half && !run->talk->is_apart ? run : NULL;
}

/* The run of the half that called somebody, when nothing holds that talk there. */
static struct plan_run *run_of_caller(const struct channel *half)
{
    struct plan_run *run = plan_run_of(half);
    const struct plan_bridging *b = run ? run->talk : NULL;

    return b && b->callee && b->callee->bridge && b->callee->bridge == half->bridge &&
                   !b->limit.ms && !b->callee_goes && !b->callee_runs_h && !b->is_apart &&
                   !b->caller_may && !b->callee_may
               ? run
               : NULL;
}

/* outer talks with half one, half two with the callee of inner: outer gets that callee, both halves
   hang up. */
static void join_outer(struct plan_run *outer, struct plan_run *inner, struct channel *one)
{
    struct channel *two = inner->channel, *callee = inner->talk->callee;
    struct bridge *bridge = mem_ref(one->bridge);

    calls_tell(plan_calls(outer->core),
               &(struct call_fact){.type = CALL_LOCAL_OPTIMIZE, .channel = one, .other = two});
    log_info("Local channel leaves call=%s channel=\"%s\" callee=\"%s\"", one->linkedid, one->name,
             callee->name);
    inner->talk->callee = NULL;
    outer->talk->callee = callee;
    bridge_leave(callee);
    bridge_leave(two);
    bridge_leave(one);
    channel_attach(callee, outer->queue);
    if (bridge_join(bridge, callee))
        channel_softhangup(callee, CAUSE_FAILURE);
    mem_deref(bridge);
    channel_on_optimize(callee);       /* outer's task looks at whom it has now */
    channel_hangup(one, CAUSE_NORMAL); /* tells two, whose run ends */
    mem_deref(one);
}

static bool try_to_leave(struct channel *half)
{
    struct channel *twin = half ? local_twin(half) : NULL;
    struct plan_run *outer, *inner;

    if (!twin || plan_claim_parked(half) || plan_claim_parked(twin) || !local_may_leave(half) ||
        !half->bridge || !twin->bridge || media_stream_is_playing(half->stream) ||
        media_stream_is_playing(twin->stream))
        return false;
    outer = run_with_callee(half);
    inner = run_of_caller(twin);
    if (!outer || !inner) {
        outer = run_with_callee(twin);
        inner = run_of_caller(half);
        half = twin;
    }
    if (!outer || !inner)
        return false;
    join_outer(outer, inner, half);
    return true;
}

/* Pair after pair: behind one that left may stand another. */
static void let_locals_leave(struct plan_run *run)
{
    while (run->talk->callee && (try_to_leave(run->talk->callee) || try_to_leave(run->channel)))
        ;
}

/* @return whether the talk is over */
static bool on_talk_event(struct talk *t, const struct channel_event *ev)
{
    if (ev->type == CHANNEL_EV_OPTIMIZE) {
        let_locals_leave(t->run);
        plan_features_follow(&t->features);
    }
    if (ev->type == CHANNEL_EV_PART)
        return ev->channel->bridge == t->bridge;
    return on_event(t, ev);
}

/* Until the time of the talk, or that of a code, is over. @return -1: there is none */
static int64_t wait_ms(const struct talk *t)
{
    const int64_t limit = left_ms(t), code = plan_features_left_ms(&t->features);

    return limit < 0 ? code : code < 0 || limit < code ? limit : code;
}

/* Nothing came. @return whether the talk is over */
static bool on_no_event(struct talk *t)
{
    if (plan_features_on_time(&t->features))
        return true;
    return t->b->limit.ms && left_ms(t) == 0 && on_time(t);
}

/* Events of both legs come to the caller's queue. @return when one of them has left */
static void talk(struct talk *t)
{
    bool is_over = false;

    task_trim();
    while (!is_over && !t->run->channel->is_hungup && t->b->callee && !t->b->callee->is_hungup) {
        struct channel_event ev;
        int err = event_queue_wait(t->run->queue, wait_ms(t), &ev);

        if (err == ETIMEDOUT)
            is_over = on_no_event(t);
        else if (err)
            break;
        if (err)
            continue;
        is_over = on_talk_event(t, &ev);
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

    if (!err && callee->app && !plan_run_of(callee)) /* where it is has changed since */
        err = channel_show_app(callee, callee->app, callee->appdata);
    if (!err)
        err = bridge_join(b, callee);
    if (!err)
        err = bridge_join(b, run->channel);
    if (err) {
        log_warning("legs not joined call=%s channel=\"%s\" callee=\"%s\" err=\"%s\"",
                    run->channel->linkedid, run->channel->name, callee->name, strerror(err));
        bridge_leave(callee);
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
    struct plan_run *parked = plan_claim_parked(ch);
    int err = channel_set(&ch->context, context);

    if (!err)
        err = channel_set(&ch->exten, exten);
    if (err)
        return err;
    ch->priority = priority;
    if (ch->stream && media_stream_peer(ch->stream))
        media_stream_disconnect(ch->stream);
    cdr_own(ch);
    return parked ? plan_claim_unpark(parked) : plan_start(p, ch);
}

/* What a leg of Dial talked stands in the caller's record. */
static void begin_record(struct channel *callee)
{
    if (!plan_claim_parked(callee))
        cdr_reset(callee, true);
}

/* Option F. @return whether the callee goes its own way */
static bool callee_goes(struct plan_run *run, const struct plan_bridging *b)
{
    struct channel *caller = run->channel;
    struct slice context = SLICE_NONE, exten = SLICE_NONE;
    int priority = caller->priority + 1, err = 0;
    char *where;

    if (!b->callee_goes || b->callee->is_hungup ||
        (!b->callee_returns && (!caller->is_hungup || caller->is_moved)))
        return false;
    where = mem_strdup(b->callee_goes);
    if (!where)
        return false;
    for (char *s = where; *s; s++)
        if (*s == '^')
            *s = ',';
    if (*where)
        err = plan_run_parse_goto(run, where, &context, &exten, &priority);
    begin_record(b->callee);
    if (!err)
        err = plan_leg_go(run->core, b->callee,
                          slice_is_set(context) ? context : slice_of(caller->context),
                          slice_is_set(exten) ? exten : slice_of(caller->exten), priority);
    mem_free(where);
    return !err;
}

/* Somebody moved the callee: its own run begins there; one application alone (Originate) is over. */
static bool callee_moves(struct plan_run *run, struct plan_bridging *b)
{
    struct channel *ch = b->callee;
    struct plan_run *parked = plan_claim_parked(ch);

    if (!ch->is_moved || ch->is_gone || channel_moved(ch))
        return false;
    if (parked) {
        mem_free(parked->app);
        parked->app = NULL;
    }
    begin_record(ch);
    return plan_leg_go(run->core, ch, slice_of(ch->context), slice_of(ch->exten), ch->priority) ==
           0;
}

/* A leg that was taken out of its own run ends there: extension h, handlers. */
static bool callee_ends_itself(struct plan_run *run, struct plan_bridging *b)
{
    struct plan_run *parked = plan_claim_parked(b->callee);

    if (!parked)
        return false;
    channel_softhangup(b->callee, run->channel->cause ? run->channel->cause : CAUSE_NORMAL);
    return plan_claim_unpark(parked) == 0;
}

static void end_callee(struct plan_run *run, struct plan_bridging *b)
{
    struct channel *caller = run->channel;

    if (callee_moves(run, b) || callee_goes(run, b) || callee_ends_itself(run, b)) {
        b->callee = mem_deref(b->callee); /* its run ends it */
        return;
    }
    if (b->callee_runs_h && caller->context) {
        channel_softhangup(b->callee, caller->cause ? caller->cause : CAUSE_NORMAL);
        plan_sub_h(run->core, b->callee, caller->context);
    }
    channel_hangup(b->callee, caller->cause ? caller->cause : CAUSE_NORMAL);
}

/* The legs are joined: until it is over. */
static void hold_talk(struct talk *t)
{
    struct plan_bridging *b = t->b;
    const struct mono created = b->callee->created_mono, answered = b->callee->answered_mono;

    t->start = b->since = loop_now(plan_loop(t->run->core));
    begin_limit(t);
    let_locals_leave(t->run);
    plan_features_begin(&t->features, t->bridge);
    talk(t);
    plan_features_end(&t->features);
    if (b->callee && b->callee->is_hungup)
        bridge_leave(b->callee);
    bridge_leave(t->run->channel);
    if (b->callee)
        bridge_leave(b->callee);
    set_durations(t->run, created, answered);
    mem_deref(t->bridge);
    if (t->is_out_of_time && b->callee)
        last_words(t);
}

/* What is said to a leg: the sound has to come here. */
static bool needs_media(const struct plan_bridging *b)
{
    const struct plan_limit *l = &b->limit;

    return l->ms && (l->connect_file || l->warn_ms || l->timeout_file);
}

int plan_bridging_run(struct plan_run *run, struct plan_bridging *b)
{
    struct channel *caller = run->channel;
    struct talk t = {.run = run, .b = b};
    bool is_user = needs_media(b);

    run->talk = b;
    plan_features_init(&t.features, run, b);
    if (is_user)
        bridge_media_use(caller,
                         true); /* of one leg is enough; the callee may be another one later */
    if (join(&t.bridge, run, b->callee) == 0)
        hold_talk(&t);
    if (is_user)
        bridge_media_use(caller, false);
    plan_features_fini(&t.features);
    run->talk = NULL;
    caller->is_cause_ours = false; /* who leaves a talk hangs up normally */
    if (b->callee)
        b->callee->is_cause_ours = false;
    if (b->callee && b->callee->is_hungup && !b->callee->is_moved && !caller->is_hungup)
        caller->cause = b->callee->cause;
    if (b->callee)
        end_callee(run, b);
    if (caller->is_hungup || task_is_canceled(task_self()))
        return PLAN_END;
    return b->goes_on ? PLAN_NEXT : PLAN_END;
}

int plan_redirect(struct plan_core *p, struct channel *ch, struct slice context, struct slice exten,
                  int priority)
{
    const struct plan_ask ask = plan_ask_for(p, ch, context, exten);
    struct plan_found found;

    if (!p->routing || plan_routing_find(p->routing, &ask, priority, &found))
        return ENOENT;
    if (!ch->plan && (ch->state != CHANNEL_UP || !ch->bridge))
        return EINVAL;
    return channel_move(ch, context, exten, priority);
}

static bool can_be_moved(const struct channel *ch)
{
    return ch->plan || (ch->state == CHANNEL_UP && ch->bridge);
}

int plan_join(struct channel *a, struct channel *b, bool beeps)
{
    struct buf data;
    int err;

    if (a->is_hungup || b->is_hungup)
        return ECONNRESET;
    if (a->bridge && a->bridge == b->bridge)
        return 0;
    if (!can_be_moved(a) || !can_be_moved(b))
        return EINVAL;
    buf_init(&data, 512);
    err = buf_printf(&data, "%s,%s", b->uniqueid, beeps ? "p" : "");
    if (!err)
        err = channel_move_to_app(a, "Bridge", buf_slice(&data));
    buf_fini(&data);
    return err;
}
