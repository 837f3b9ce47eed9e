/* app/dial_ring.c - the legs of a Dial from the request to the first answer (dial.h) */
#include <errno.h>
#include <string.h>

#include "base/callerid.h"
#include "base/log.h"
#include "base/mem.h"
#include "call/cdr.h"
#include "call/group.h"
#include "call/media.h"
#include "call/observe.h"
#include "plan/app/dial.h"
#include "plan/func/all.h"
#include "plan/bridging.h"
#include "plan/plan.h"
#include "plan/sub.h"

static void leg_free(struct dial_leg *leg)
{
    list_unlink(&leg->link);
    mem_deref(leg->channel);
    mem_free(leg->number);
    mem_free(leg);
}

/* Asterisk's handle_cause. */
void dial_count(struct dial *d, int cause)
{
    switch (cause) {
    case CAUSE_BUSY: d->busy++; break;
    case CAUSE_CONGESTION: d->congested++; break;
    case CAUSE_NO_ANSWER:
    case CAUSE_NORMAL: break;
    default: d->unavailable++; break;
    }
}

static void tell_note(struct dial *d, const char *note, struct slice about)
{
    calls_tell(plan_calls(d->run->core), &(struct call_fact){.type = CALL_NOTE,
                                                             .channel = d->run->channel,
                                                             .name = slice_of(note),
                                                             .value = about});
}

static void not_dialled(struct dial *d, const char *what, struct slice where, int cause)
{
    const struct channel *ch = d->run->channel;

    log_notice("%s call=%s at=\"%s,%s,%d\" destination=\"%.*s\" cause=%d \"%s\"", what,
               ch->linkedid, ch->context, ch->exten, ch->priority, SLICE_ARG(where), cause,
               cause_text(cause));
    tell_note(d, "dial-unreachable", where);
    d->run->channel->cause = cause;
    dial_count(d, cause);
}

static int force(struct party *p, const char *text)
{
    struct callerid c;

    callerid_parse(&c, slice_of(text));
    return party_set(p, slice_of(c.number), slice_of(c.name));
}

/* Option f with a number; u and s say something about that number only. */
static int force_shown(struct party *p, const struct dial_options *o)
{
    int presentation = o->presentation ? presentation_parse(slice_of(o->presentation)) : -1;
    int err = force(p, o->forced_caller);

    party_set_presentation(p, presentation >= 0 ? presentation : PRES_ALLOWED_PASSED);
    return err ? err : channel_set(&p->tag, slice_of(o->tag));
}

/* The legs count for a group, too. */
static int join_group(struct channel *caller, struct channel *leg)
{
    struct slice group = channel_var_get(caller, SLICE("OUTBOUND_GROUP")), category;
    struct slice once = channel_var_get(caller, SLICE("OUTBOUND_GROUP_ONCE"));
    int err = 0;

    if (once.len)
        group = once;
    group = slice_is_set(group) ? slice_cut(group, '@', &category) : group;
    if (slice_is_set(group) && group.len)
        err = channel_group_set(leg, slice_is_set(category) ? category : SLICE(""), group);
    return err == ENOMEM ? err : 0;
}

int dial_dress(struct dial *d, struct channel *leg)
{
    const struct dial_options *o = &d->o;
    int err = 0;

    if (o->forced_caller && *o->forced_caller)
        err = force_shown(&leg->connected, o);
    if (!err && o->kept_caller)
        err = *o->kept_caller ? force(&leg->caller, o->kept_caller)
                              : party_copy(&leg->caller, &d->run->channel->caller);
    if (!err)
        err = join_group(d->run->channel, leg);
    return err;
}

/* It is the leg of a Dial now: its number, where it was called from, what it does. */
static int show_leg(const struct dial *d, struct channel *leg, const char *number)
{
    int err = channel_var_set(leg, SLICE("DIALEDPEERNUMBER"), slice_of(number));

    channel_vars_tell(leg, SLICE("DIALEDPEERNUMBER"));
    if (!err)
        err = channel_set(&leg->exten, slice_of(d->run->channel->exten));
    if (!err)
        err = channel_show_app(leg, "AppDial", "(Outgoing Line)");
    if (leg->caller.number || leg->caller.name)
        channel_party_changed(leg);
    if (leg->connected.number || leg->connected.name)
        channel_connected_changed(leg);
    return err;
}

int dial_add(struct dial *d, struct slice tech_name, struct slice resource, struct dial_leg **lp,
             int *cause)
{
    struct calls *calls = plan_calls(d->run->core);
    const struct channel_request req = {.requestor = d->run->channel, .resource = resource};
    struct dial_leg *leg;
    void *arg = NULL;
    const struct channel_tech *tech = calls_tech_find(calls, tech_name, &arg);
    int err;

    *cause = 66; /* channel type not there */
    if (!tech || !tech->request)
        return ENOENT;
    *cause = CAUSE_FAILURE;
    leg = mem_zalloc(sizeof(*leg));
    if (!leg)
        return ENOMEM;
    leg->number = slice_dup(resource);
    err = leg->number ? tech->request(&leg->channel, arg, &req, cause) : ENOMEM;
    if (!err)
        err = dial_dress(d, leg->channel);
    if (!err)
        err = show_leg(d, leg->channel, leg->number);
    if (err) {
        if (leg->channel)
            channel_hangup(leg->channel, CAUSE_FAILURE);
        leg_free(leg);
        return err;
    }
    channel_attach(leg->channel, d->run->queue);
    list_append(&d->legs, &leg->link);
    *lp = leg;
    return 0;
}

static void tell_begin(struct dial *d, struct dial_leg *leg)
{
    calls_tell(plan_calls(d->run->core), &(struct call_fact){.type = CALL_DIAL_BEGIN,
                                                             .channel = d->run->channel,
                                                             .other = leg->channel,
                                                             .value = slice_of(leg->number)});
}

static void tell_state(struct dial *d, struct channel *ch, struct slice state)
{
    calls_tell(plan_calls(d->run->core), &(struct call_fact){.type = CALL_DIAL_STATE,
                                                             .channel = d->run->channel,
                                                             .other = ch,
                                                             .value = state});
}

void dial_tell_end(struct dial *d, struct channel *ch, const char *status)
{
    cdr_dial_end(d->run->channel, ch, status);
    calls_tell(plan_calls(d->run->core), &(struct call_fact){.type = CALL_DIAL_END,
                                                             .channel = d->run->channel,
                                                             .other = ch,
                                                             .value = slice_of(status)});
}

bool dial_ring(struct dial *d, struct dial_leg *leg)
{
    struct channel *ch = leg->channel;
    int err = 0;

    if (d->o.leg_gosub)
        (void)plan_sub(d->run->core, ch, d->o.leg_gosub);
    if (ch->is_hungup)
        err = ECONNRESET;
    if (!err)
        err = ch->tech->call ? ch->tech->call(ch) : ENOTSUP;
    if (!err)
        err = cdr_dial(d->run->channel, ch);
    if (!err) {
        d->count++;
        tell_begin(d, leg);
        return true;
    }
    not_dialled(d, "destination cannot be called", slice_of(leg->number),
                err == ENOENT ? CAUSE_NONE
                : ch->cause   ? ch->cause
                              : CAUSE_UNAVAILABLE);
    channel_hangup(ch, CAUSE_FAILURE);
    leg_free(leg);
    return false;
}

static int request_one(struct dial *d, struct slice where)
{
    struct slice resource, tech = slice_cut(where, '/', &resource);
    struct dial_leg *leg = NULL;
    int cause = CAUSE_FAILURE;

    if (!slice_is_set(resource)) {
        log_warning("Dial needs Technology/resource, the call is ended call=%s at=\"%s,%s,%d\" "
                    "destination=\"%.*s\"",
                    d->run->channel->linkedid, d->run->channel->context, d->run->channel->exten,
                    d->run->channel->priority, SLICE_ARG(where));
        return EINVAL;
    }
    d->wanted++;
    if (dial_add(d, tech, resource, &leg, &cause))
        not_dialled(d, "destination cannot be reached", where, cause);
    return 0;
}

static int request_all(struct dial *d, char *where)
{
    struct slice rest = slice_of(where);
    uint32_t seen = 0;
    int err = 0;

    while (slice_is_set(rest) && !err) {
        struct slice one = slice_trim(slice_cut(rest, '&', &rest));

        if (!one.len)
            continue;
        if (++seen > DIAL_LEGS_MAX) {
            log_warning("Dial rings at most %d destinations, the others are left out call=%s "
                        "at=\"%s,%s,%d\"",
                        DIAL_LEGS_MAX, d->run->channel->linkedid, d->run->channel->context,
                        d->run->channel->exten, d->run->channel->priority);
            break;
        }
        err = request_one(d, one);
    }
    return err;
}

int dial_start(struct dial *d, char *where)
{
    int err = request_all(d, where);

    if (err)
        return err;
    LIST_FOREACH(&d->legs, k)
    {
        dial_ring(d, CONTAINER_OF(k, struct dial_leg, link));
    }
    return 0;
}

void dial_drop(struct dial *d, struct dial_leg *but, int cause, const char *status)
{
    LIST_FOREACH(&d->legs, k)
    {
        struct dial_leg *leg = CONTAINER_OF(k, struct dial_leg, link);

        if (leg == but)
            continue;
        if (leg->channel && !leg->channel->is_ended) {
            dial_tell_end(d, leg->channel, status);
            leg->channel->is_cause_ours = cause == CAUSE_NORMAL && !leg->channel->cause;
            channel_hangup(leg->channel, cause);
        }
        leg_free(leg);
    }
}

/* ---- waiting ---- */

static int64_t elapsed_ms(const struct dial *d)
{
    return mono_diff_ms(loop_now(plan_loop(d->run->core)), d->start);
}

static int64_t left_ms(const struct dial *d)
{
    const int64_t gone = elapsed_ms(d);
    int64_t most = d->ms;

    if (d->silent_ms >= 0 && !d->has_rung && !d->has_progress && (most < 0 || d->silent_ms < most))
        most = d->silent_ms;
    if (most < 0)
        return -1;
    return gone < most ? most - gone : 0;
}

static struct dial_leg *leg_of(struct dial *d, const struct channel *ch)
{
    LIST_FOREACH(&d->legs, k)
    {
        struct dial_leg *leg = CONTAINER_OF(k, struct dial_leg, link);

        if (leg->channel == ch)
            return leg;
    }
    return NULL;
}

static void on_ringing(struct dial *d, struct dial_leg *leg)
{
    if (!d->has_rung)
        plan_set_duration(d->run->channel, "RINGTIME", elapsed_ms(d));
    tell_state(d, leg->channel, SLICE("RINGING"));
    if (!d->has_rung && !d->is_entertained)
        channel_indicate(d->run->channel, CHANNEL_IND_RINGING);
    if (d->is_heard)
        channel_play_stop(d->run->channel); /* no tone over what the leg lets hear */
    d->has_rung = true;
}

/* The third part of option D; nobody waits for them. */
static void send_progress_digits(struct dial *d, struct channel *leg)
{
    struct slice rest = slice_of(d->o.digits), digits = SLICE_NONE;

    for (int i = 0; i < 3; i++)
        digits = slice_is_set(rest) ? slice_cut(rest, ':', &rest) : SLICE_NONE;
    if (digits.len && leg->stream)
        (void)media_stream_send_dtmf(leg->stream, digits, 0);
}

/* Early media of a single leg is heard by the caller; of several it learns only that there is progress. */
static void on_progress(struct dial *d, struct dial_leg *leg)
{
    struct channel *caller = d->run->channel;
    const bool is_first = !d->has_progress;

    if (is_first)
        plan_set_duration(caller, "PROGRESSTIME", elapsed_ms(d));
    tell_state(d, leg->channel, SLICE("PROGRESS"));
    d->has_progress = true;
    send_progress_digits(d, leg->channel);
    if (d->wanted != 1 && is_first && !d->has_rung && !d->is_entertained)
        channel_indicate(caller, CHANNEL_IND_PROGRESS);
    if (d->wanted != 1 || d->is_entertained || !caller->stream || !leg->channel->stream)
        return;
    channel_indicate(caller, CHANNEL_IND_PROGRESS);
    channel_play_stop(caller);
    media_stream_connect(caller->stream, leg->channel->stream);
    d->is_heard = true;
}

static void on_leg_gone(struct dial *d, struct dial_leg *leg)
{
    struct channel *ch = leg->channel;

    if (!dial_forward(d, leg)) {
        if (!ch->forward) /* one that is not followed counts as busy, but nobody said so */
            d->run->channel->cause = ch->cause;
        dial_count(d, ch->cause);
        dial_tell_end(d, ch, cdr_dial_word(ch->cause));
        (void)plan_hangupcause_note(d->run->channel, ch);
    }
    if (ch->stream && media_stream_peer(ch->stream))
        media_stream_disconnect(ch->stream);
    channel_hangup(ch, ch->cause);
    leg_free(leg);
}

/* @return the leg that was answered, or NULL */
static struct dial_leg *on_leg_event(struct dial *d, struct dial_leg *leg,
                                     const struct channel_event *ev)
{
    if (leg->channel->is_hungup && ev->type != CHANNEL_EV_ANSWERED) {
        on_leg_gone(d, leg);
        return NULL;
    }
    switch (ev->type) {
    case CHANNEL_EV_RINGING: on_ringing(d, leg); break;
    case CHANNEL_EV_PROGRESS: on_progress(d, leg); break;
    case CHANNEL_EV_CONNECTED:
        if (d->wanted == 1 && !d->o.keeps_connected)
            (void)channel_update_connected(d->run->channel, &leg->channel->caller,
                                           CONNECTED_UNKNOWN);
        break;
    case CHANNEL_EV_REDIRECTED:
        if (!d->o.keeps_connected)
            (void)channel_update_redirecting(d->run->channel, &leg->channel->redirecting);
        break;
    case CHANNEL_EV_PROCEEDING:
        tell_state(d, leg->channel, SLICE("PROCEEDING"));
        if (d->wanted == 1 && !d->has_rung && !d->is_entertained)
            channel_indicate(d->run->channel, CHANNEL_IND_PROCEEDING);
        break;
    case CHANNEL_EV_ANSWERED: return leg;
    default: break;
    }
    return NULL;
}

/* Options d and H: a digit of the caller ends the ringing. @return whether it does */
static bool on_caller_digit(struct dial *d, char digit)
{
    const char text[2] = {digit, '\0'};
    struct slice context = channel_var_get(d->run->channel, SLICE("EXITCONTEXT"));

    if (d->o.takes_digit && plan_run_has(d->run, context, slice_of(text), 1) &&
        plan_run_goto(d->run, context, slice_of(text), 1) == 0)
        return true;
    return d->o.caller_stops && digit == '*';
}

/* All have ended without an answer: what the caller is told. */
static const char *nobody(const struct dial *d)
{
    if (d->busy + d->congested + d->unavailable < d->wanted)
        return "NOANSWER";
    return d->busy ? "BUSY" : d->congested ? "CONGESTION" : "CHANUNAVAIL";
}

/* The caller of a single leg sees whom he calls at once. */
static void show_callee(struct dial *d)
{
    struct link *only = list_first(&d->legs);

    if (only && d->wanted == 1 && !d->is_entertained && !d->o.keeps_connected)
        (void)channel_update_connected(d->run->channel,
                                       &CONTAINER_OF(only, struct dial_leg, link)->channel->caller,
                                       CONNECTED_ANSWER);
}

struct dial_leg *dial_wait(struct dial *d)
{
    show_callee(d);
    while (!list_is_empty(&d->legs)) {
        int64_t left = left_ms(d);
        struct dial_leg *leg, *answered = NULL;
        struct channel_event ev;
        bool is_left = false;
        int err =
            d->run->channel->is_hungup ? ECONNRESET : event_queue_wait(d->run->queue, left, &ev);

        if (err) {
            d->status = err == ETIMEDOUT ? "NOANSWER" : "CANCEL";
            if (err == ETIMEDOUT)
                tell_note(d, "dial-timeout", SLICE_NONE);
            return NULL;
        }
        leg = leg_of(d, ev.channel);
        if (leg)
            answered = on_leg_event(d, leg, &ev);
        else if (ev.channel == d->run->channel && ev.type == CHANNEL_EV_DTMF &&
                 on_caller_digit(d, ev.digit))
            is_left = true;
        channel_event_done(&ev);
        if (is_left)
            d->status = "CANCEL";
        if (answered || is_left)
            return answered;
    }
    d->status = d->count ? nobody(d) : "CHANUNAVAIL";
    return NULL;
}
