/* originate.c - see originate.h */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/cdr.h"
#include "call/observe.h"
#include "loop/task.h"
#include "plan/core.h"
#include "plan/originate.h"
#include "plan/sub.h"
#include "plan/subst.h"

#define RINGING_MS 30000
#define TEXTS_MAX ((size_t)256 * 1024)

struct plan_originate {
    struct plan_core *core; /* a reference */
    struct arena texts;
    struct plan_originate_args args; /* texts in the arena; requestor a reference */
    struct channel *channel;         /* a reference */
    struct event_queue *queue;
    bool is_canceled;
};

static void originate_destroy(void *object)
{
    struct plan_originate *o = object;

    mem_deref(o->channel);
    mem_deref(o->queue);
    mem_deref(o->args.requestor);
    arena_fini(&o->texts);
    mem_deref(o->core);
}

/* ---- keeping what was told ---- */

static int keep(struct plan_originate *o, const char **text)
{
    if (!*text)
        return 0;
    *text = arena_strndup(&o->texts, *text, strlen(*text));
    return *text ? 0 : ENOMEM;
}

static int keep_vars(struct plan_originate *o)
{
    const uint32_t count = o->args.var_count;
    struct plan_originate_var *copy;
    int err = 0;

    if (!count)
        return 0;
    copy = arena_alloc(&o->texts, count * sizeof(*copy));
    if (!copy)
        return ENOMEM;
    memcpy(copy, o->args.vars, count * sizeof(*copy));
    o->args.vars = copy;
    for (uint32_t i = 0; i < count && !err; i++) {
        err = keep(o, &copy[i].name);
        if (!err)
            err = keep(o, &copy[i].value);
    }
    return err;
}

static int keep_args(struct plan_originate *o, const struct plan_originate_args *args)
{
    struct plan_originate_args *a = &o->args;
    int err = 0;

    *a = *args;
    mem_ref(a->requestor);
    const char **texts[] = {&a->where,    &a->caller_number, &a->caller_name, &a->account,
                            &a->language, &a->codecs,        &a->uniqueid,    &a->other_uniqueid,
                            &a->app,      &a->app_data,      &a->context,     &a->exten,
                            &a->leg_gosub};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && !err; i++)
        err = keep(o, texts[i]);
    return err ? err : keep_vars(o);
}

/* ---- the leg ---- */

static enum plan_originate_reason reason_of(int cause, enum plan_originate_reason otherwise)
{
    return cause == CAUSE_BUSY         ? ORIGINATE_BUSY
           : cause == CAUSE_CONGESTION ? ORIGINATE_CONGESTION
                                       : otherwise;
}

/* The leg belongs to a user who is about to make a call: CALLERID() is what was asked for, on both
   ends. */
static int set_caller(struct channel *ch, const struct plan_originate_args *a)
{
    const struct party who = {.number = (char *)(uintptr_t)a->caller_number,
                              .name = (char *)(uintptr_t)a->caller_name};
    int err;

    if (!a->caller_number && !a->caller_name)
        return 0;
    err = party_copy(&ch->caller, &who);
    if (err)
        return err;
    channel_party_changed(ch);
    err = party_copy(&ch->connected, &who);
    if (!err)
        channel_connected_changed(ch);
    return err ? err : channel_set(&ch->ani.number, slice_of(a->caller_number));
}

/* "CALLERID(name)" and the like are functions, as in Asterisk; values are taken as they are. */
static int set_variable(struct plan_core *p, struct channel *ch, const struct plan_originate_var *v)
{
    const struct plan_env env = {.core = p, .channel = ch};
    const int err = plan_var_set(&env, slice_of(v->name), slice_of(v->value));

    if (!err || err == ENOMEM)
        return err;
    log_warning("variable of an originated call not set call=%s name=\"%s\" err=\"%s\"",
                ch->linkedid, v->name, strerror(err));
    return 0;
}

/* Where it goes on when it was answered. */
static int set_place(struct channel *ch, const struct plan_originate_args *a)
{
    int err = a->context ? channel_set(&ch->context, slice_of(a->context)) : 0;

    ch->priority = a->priority;
    return !err && a->exten ? channel_set(&ch->exten, slice_of(a->exten)) : err;
}

static int set_up(struct plan_core *p, struct channel *ch, const struct plan_originate_args *a)
{
    int err = set_caller(ch, a);

    if (!err && a->account)
        err = channel_set_account(ch, slice_of(a->account));
    if (!err && a->language)
        err = channel_set(&ch->language, slice_of(a->language));
    for (uint32_t i = 0; i < a->var_count && !err; i++)
        err = set_variable(p, ch, &a->vars[i]);
    return err;
}

/* @return 0 (it rings); errno, with *reason */
static int ring(struct plan_originate *o, enum plan_originate_reason *reason)
{
    const struct plan_originate_args *a = &o->args;
    struct channel_request req = {.requestor = a->requestor,
                                  .codecs = a->codecs,
                                  .uniqueid = a->uniqueid,
                                  .other_uniqueid = a->other_uniqueid};
    struct slice name = slice_cut(slice_of(a->where), '/', &req.resource);
    void *arg = NULL;
    const struct channel_tech *tech = calls_tech_find(plan_calls(o->core), name, &arg);
    int cause = CAUSE_NO_ROUTE, err = ENOENT;

    if (tech && tech->request)
        err = tech->request(&o->channel, arg, &req, &cause);
    if (!err)
        err = channel_show_app(o->channel, "AppDial2", "(Outgoing Line)");
    if (!err)
        err = set_up(o->core, o->channel, a);
    if (!err) {
        channel_attach(o->channel, o->queue);
        if (a->leg_gosub)
            (void)plan_sub(o->core, o->channel, a->leg_gosub);
        calls_tell(plan_calls(o->core), &(struct call_fact){.type = CALL_DIAL_BEGIN,
                                                            .other = o->channel,
                                                            .value = req.resource});
        err = tech->call ? tech->call(o->channel) : ENOTSUP;
    }
    if (!err)
        return 0;
    *reason = reason_of(cause, ORIGINATE_FAILED);
    log_notice("originated call not made destination=\"%s\" cause=%d \"%s\" err=\"%s\"", a->where,
               cause, cause_text(cause), strerror(err));
    return err;
}

static bool is_answer(const struct plan_originate *o, const struct channel_event *ev)
{
    return ev->type == CHANNEL_EV_ANSWERED ||
           (ev->type == CHANNEL_EV_PROGRESS && o->args.with_early_media);
}

static void tell_state(const struct plan_originate *o, enum channel_event_type type)
{
    const char *state = type == CHANNEL_EV_RINGING      ? "RINGING"
                        : type == CHANNEL_EV_PROGRESS   ? "PROGRESS"
                        : type == CHANNEL_EV_PROCEEDING ? "PROCEEDING"
                                                        : NULL;

    if (state)
        calls_tell(plan_calls(o->core), &(struct call_fact){.type = CALL_DIAL_STATE,
                                                            .other = o->channel,
                                                            .value = slice_of(state)});
}

static enum plan_originate_reason wait_for_answer(struct plan_originate *o)
{
    struct loop *l = plan_loop(o->core);
    const struct mono start = loop_now(l);

    while (!o->is_canceled) {
        const int64_t left = o->args.timeout_ms - mono_diff_ms(loop_now(l), start);
        struct channel_event ev;
        bool is_there;
        int err;

        if (o->channel->is_hungup)
            return reason_of(o->channel->cause, ORIGINATE_HUNGUP);
        err = event_queue_wait(o->queue, left > 0 ? left : 0, &ev);
        if (err)
            return err == ETIMEDOUT ? ORIGINATE_RINGING : ORIGINATE_FAILED;
        tell_state(o, ev.type);
        is_there = is_answer(o, &ev);
        channel_event_done(&ev);
        if (is_there && !o->channel->is_hungup)
            return ORIGINATE_ANSWERED;
    }
    return ORIGINATE_FAILED;
}

static const char *word_of(enum plan_originate_reason reason)
{
    switch (reason) {
    case ORIGINATE_ANSWERED: return "ANSWER";
    case ORIGINATE_BUSY: return "BUSY";
    case ORIGINATE_CONGESTION: return "CONGESTION";
    case ORIGINATE_FAILED: return "CHANUNAVAIL";
    default: return "NOANSWER";
    }
}

static int go(struct plan_originate *o)
{
    const struct plan_originate_args *a = &o->args;

    if (set_place(o->channel, a))
        return ENOMEM;
    cdr_own(o->channel);
    if (a->app)
        return plan_start_app(o->core, o->channel, a->app, a->app_data ? a->app_data : "");
    return plan_start(o->core, o->channel);
}

/* ---- nobody answered: extension "failed" ---- */

static void failed_hangup(struct channel *ch, int cause)
{
}

static const struct channel_tech failed_tech = {.name = "OutgoingSpoolFailed",
                                                .hangup = failed_hangup};

/* A channel that calls nobody and leaves no record. */
static int run_failed(struct plan_originate *o, enum plan_originate_reason reason)
{
    struct channel *ch;
    char number[16];
    int err = channel_alloc(
        &ch, plan_calls(o->core),
        &(struct channel_args){
            .tech = &failed_tech, .resource = "failed", .state = CHANNEL_DOWN, .is_apart = true});

    if (err)
        return err;
    snprintf(number, sizeof(number), "%d", (int)reason);
    err = set_up(o->core, ch, &o->args);
    if (!err)
        err = set_place(ch, &o->args);
    ch->priority = 1;
    if (!err)
        err = channel_set(&ch->exten, SLICE("failed"));
    if (!err)
        err = channel_var_set(ch, SLICE("REASON"), slice_of(number));
    if (!err)
        err = plan_start(o->core, ch);
    if (err)
        channel_hangup(ch, CAUSE_FAILURE);
    mem_deref(ch);
    return err;
}

static void try_failed(struct plan_originate *o, enum plan_originate_reason reason)
{
    const struct plan_originate_args *a = &o->args;

    if (!a->runs_failed || a->app || !a->context || reason == ORIGINATE_ANSWERED ||
        o->is_canceled || calls_is_closing(plan_calls(o->core)) ||
        !plan_has_exten(o->core, slice_of(a->context), SLICE("failed")))
        return;
    if (run_failed(o, reason))
        log_error("extension failed not run for an originated call destination=\"%s\"", a->where);
}

/* A leg that ends by itself has failed, whatever the cause: PJSIP's do. Local's may say more. */
static enum plan_originate_reason told_reason(const struct plan_originate *o,
                                              enum plan_originate_reason reason)
{
    switch (reason) {
    case ORIGINATE_BUSY:
    case ORIGINATE_CONGESTION:
        return o->channel && o->channel->is_told_busy ? reason : ORIGINATE_FAILED;
    case ORIGINATE_HUNGUP: return ORIGINATE_FAILED;
    default: return reason;
    }
}

static void finish(struct plan_originate *o, enum plan_originate_reason reason)
{
    struct channel *ch = o->channel;

    if (o->is_canceled)
        reason = ORIGINATE_FAILED;
    if (ch)
        calls_tell(plan_calls(o->core), &(struct call_fact){.type = CALL_DIAL_END,
                                                            .other = ch,
                                                            .value = slice_of(word_of(reason))});
    reason = told_reason(o, reason);
    if (reason == ORIGINATE_ANSWERED && go(o))
        reason = ORIGINATE_FAILED;
    try_failed(o, reason);
    if (o->args.done && !o->is_canceled)
        o->args.done(reason, reason == ORIGINATE_ANSWERED ? ch : NULL, o->args.arg);
    if (ch && reason != ORIGINATE_ANSWERED)
        channel_hangup(ch, reason == ORIGINATE_RINGING ? CAUSE_NO_ANSWER : CAUSE_NORMAL);
    log_info("originated call destination=\"%s\" reason=%d", o->args.where, (int)reason);
}

static void originate_main(void *arg)
{
    struct plan_originate *o = arg;
    enum plan_originate_reason reason = ORIGINATE_FAILED;

    if (!o->is_canceled && ring(o, &reason) == 0)
        reason = wait_for_answer(o);
    finish(o, reason);
    mem_deref(o);
}

int plan_originate(struct plan_originate **op, struct plan_core *p,
                   const struct plan_originate_args *args)
{
    struct plan_originate *o;
    int err;

    if (!args->where || slice_chr(slice_of(args->where), '/') < 1 || (!args->app && !args->exten))
        return EINVAL;
    o = mem_alloc(sizeof(*o), originate_destroy);
    if (!o)
        return ENOMEM;
    o->core = mem_ref(p);
    arena_init(&o->texts, TEXTS_MAX);
    err = keep_args(o, args);
    if (!o->args.timeout_ms)
        o->args.timeout_ms = RINGING_MS;
    if (!o->args.priority)
        o->args.priority = 1;
    if (!err)
        err = event_queue_alloc(&o->queue);
    if (!err)
        err = task_start(NULL, plan_loop(p), originate_main, o); /* takes the reference */
    if (err) {
        mem_deref(o);
        return err;
    }
    if (op)
        *op = mem_ref(o);
    return 0;
}

void plan_originate_cancel(struct plan_originate *o)
{
    o->is_canceled = true;
    if (o->channel && !o->channel->plan)
        channel_softhangup(o->channel, CAUSE_NORMAL);
}
