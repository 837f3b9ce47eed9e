/* channel.c - birth, answer and end of a leg (channel.h) */
#include <errno.h>
#include <stdio.h>

#include "base/bug.h"
#include "base/log.h"
#include "base/mem.h"
#include "call/bridge.h"
#include "call/cdr.h"
#include "call/group.h"
#include "call/inner.h"
#include "call/journal.h"
#include "call/recording.h"

#define DIGIT_TIMEOUT_MS 5000
#define RESPONSE_TIMEOUT_MS 10000
#define MAX_FORWARDS 20

static void channel_destroy(void *object)
{
    struct channel *ch = object;

    BUG_IF(link_is_in(&ch->link) || ch->bridge);
    timer_stop(&ch->absolute);
    if (ch->plan && ch->plan_destroy)
        ch->plan_destroy(ch->plan);
    cdr_free(ch);
    if (ch->tech && ch->tech->destroy && ch->pvt)
        ch->tech->destroy(ch);
    mem_deref(ch->stream);
    mem_deref(ch->queue);
    mem_deref(ch->pairs_made);
    mem_free(ch->hangup_node);
    channel_vars_free(ch);
    party_fini(&ch->caller);
    party_fini(&ch->ani);
    party_fini(&ch->connected);
    redirecting_fini(&ch->redirecting);
    char *texts[] = {ch->name,         ch->dnid,        ch->dnid_subaddress, ch->forward,
                     ch->move_context, ch->move_exten,  ch->move_app,        ch->move_data,
                     ch->accountcode,  ch->peeraccount, ch->userfield,       ch->musicclass,
                     ch->language,     ch->parkinglot,  ch->tonezone,        ch->context,
                     ch->exten,        ch->appdata,     ch->secrets,         ch->recorded};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        mem_free(texts[i]);
}

int channel_set(char **field, struct slice value)
{
    char *fresh = NULL;

    if (*field && slice_eqz(value, *field))
        return 0;
    if (value.len) {
        fresh = slice_dup(value);
        if (!fresh)
            return ENOMEM;
    }
    mem_free(*field);
    *field = fresh;
    return 0;
}

/* "SECONDS.NUMBER"; numbers begin anew with the station, so seconds of the one before are left out. */
static void make_uniqueid(struct channel *ch, struct calls *c)
{
    const int64_t s = ch->created.us / 1000000, after = c->counters->after_s;

    snprintf(ch->uniqueid, sizeof(ch->uniqueid), "%lld.%u", (long long)(s > after ? s : after + 1),
             calls_next_unique(c));
}

static int name_it(struct channel *ch, struct calls *c, const struct channel_args *args)
{
    char name[160];

    if (!args->name)
        snprintf(name, sizeof(name), "%s/%.120s-%08x", args->tech->name, args->resource,
                 calls_next_name(c));
    ch->name = mem_strdup(args->name ? args->name : name);
    if (args->uniqueid && *args->uniqueid)
        snprintf(ch->uniqueid, sizeof(ch->uniqueid), "%s", args->uniqueid);
    else
        make_uniqueid(ch, c);
    memcpy(ch->linkedid,
           args->linked      ? args->linked->linkedid
           : args->requestor ? args->requestor->linkedid
                             : ch->uniqueid,
           sizeof(ch->linkedid));
    return ch->name ? 0 : ENOMEM;
}

/* What an outgoing leg takes from who asks for it (channel_alloc's promise). */
static int take_over(struct channel *ch, const struct channel *from)
{
    int err = channel_set(&ch->language, slice_of(from->language));

    if (!err)
        err = channel_set(&ch->musicclass, slice_of(from->musicclass));
    if (!err)
        err = channel_set(&ch->peeraccount, slice_of(from->accountcode));
    if (!err)
        err = party_copy(&ch->connected, &from->caller);
    if (!err)
        err = party_copy(&ch->ani, &from->ani);
    if (!err)
        err = redirecting_copy(&ch->redirecting, &from->redirecting);
    if (!err)
        err = channel_set(&ch->caller.number, slice_of(from->exten));
    ch->max_forwards = from->max_forwards - 1;
    ch->pairs_made = mem_ref(from->pairs_made);
    ch->transit_network = from->transit_network;
    if (!err)
        err = channel_var_inherit(ch, from);
    return err;
}

struct channel *channel_new(struct calls *c)
{
    struct channel *ch = mem_alloc(sizeof(*ch), channel_destroy);

    if (!ch)
        return NULL;
    list_init(&ch->vars);
    list_init(&ch->groups);
    list_init(&ch->recordings);
    ch->calls = c;
    ch->created = loop_wall(c->loop);
    ch->created_mono = loop_now(c->loop);
    ch->digit_timeout_ms = DIGIT_TIMEOUT_MS;
    ch->response_timeout_ms = RESPONSE_TIMEOUT_MS;
    ch->priority = 1;
    ch->max_forwards = MAX_FORWARDS;
    ch->hangup_node = mem_zalloc(sizeof(*ch->hangup_node));
    return ch->hangup_node ? ch : mem_deref(ch);
}

int channel_alloc(struct channel **chp, struct calls *c, const struct channel_args *args)
{
    struct channel *ch;
    int err;

    if (args->uniqueid && calls_channel_find(c, slice_of(args->uniqueid)))
        return EEXIST;
    ch = channel_new(c);
    if (!ch)
        return ENOMEM;
    ch->is_outgoing = args->is_outgoing;
    ch->is_apart = args->is_apart;
    ch->state = args->state;
    err = name_it(ch, c, args);
    if (!err)
        err = channel_set(&ch->language, slice_of(c->language));
    if (!err && args->requestor)
        err = take_over(ch, args->requestor);
    if (!err && !ch->is_apart)
        err = calls_add(c, ch);
    if (err)
        goto out;
    ch->tech = args->tech;
    err = cdr_begin(ch);
    if (err) {
        if (!ch->is_apart)
            calls_remove(c, ch);
        ch->tech = NULL;
        goto out;
    }
    ch->pvt = args->pvt;
    if (!ch->is_apart)
        mem_ref(ch); /* the tables' */
    channel_tell(ch, CALL_NEW, NULL);
    *chp = ch;
    ch = NULL;
out:
    mem_deref(ch);
    return err;
}

void channel_show(struct channel *ch)
{
    if (ch->is_shown)
        return;
    ch->is_shown = true;
    channel_tell(ch, CALL_SHOWN, NULL);
}

int channel_show_app(struct channel *ch, const char *app, const char *data)
{
    ch->app = app;
    if (channel_set(&ch->appdata, slice_of(data)))
        return ENOMEM;
    channel_tell(ch, CALL_APP, NULL);
    return 0;
}

int channel_set_account(struct channel *ch, struct slice account)
{
    char *former = ch->accountcode;
    int err;

    ch->accountcode = NULL;
    err = channel_set(&ch->accountcode, account);
    if (err) {
        ch->accountcode = former;
        return err;
    }
    if (!former || !slice_eqz(slice_of(ch->accountcode), former))
        channel_tell(ch, CALL_ACCOUNT, former ? former : "");
    mem_free(former);
    return 0;
}

void channel_party_changed(struct channel *ch)
{
    channel_tell(ch, CALL_PARTY, NULL);
}

void channel_connected_changed(struct channel *ch)
{
    channel_tell(ch, CALL_CONNECTED, NULL);
}

static bool is_same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_same_party(const struct party *a, const struct party *b)
{
    return is_same_text(a->number, b->number) && is_same_text(a->name, b->name) &&
           is_same_text(a->subaddress, b->subaddress) && is_same_text(a->tag, b->tag) &&
           a->number_pres == b->number_pres && a->name_pres == b->name_pres && a->plan == b->plan;
}

int channel_update_connected(struct channel *ch, const struct party *who,
                             enum connected_source source)
{
    int err;

    if (is_same_party(&ch->connected, who))
        return 0;
    err = party_copy(&ch->connected, who);
    ch->connected_source = source;
    channel_tell(ch, CALL_CONNECTED, NULL);
    if (!ch->is_hungup)
        (void)channel_indicate(ch, CHANNEL_IND_CONNECTED);
    return err;
}

int channel_update_redirecting(struct channel *ch, const struct redirecting *r)
{
    int err = redirecting_copy(&ch->redirecting, r);

    if (!ch->is_hungup)
        (void)channel_indicate(ch, CHANNEL_IND_REDIRECTING);
    return err;
}

static void set_state(struct channel *ch, enum channel_state state)
{
    if (ch->state == state)
        return;
    ch->state = state;
    channel_tell(ch, CALL_STATE, NULL);
}

void channel_on_ringing(struct channel *ch)
{
    if (ch->is_hungup || ch->state == CHANNEL_UP)
        return;
    set_state(ch, CHANNEL_RINGING);
    channel_push(ch, (struct channel_event){.type = CHANNEL_EV_RINGING});
}

void channel_on_proceeding(struct channel *ch)
{
    channel_push(ch, (struct channel_event){.type = CHANNEL_EV_PROCEEDING});
}

void channel_on_progress(struct channel *ch)
{
    if (!ch->is_hungup && ch->state != CHANNEL_UP)
        channel_push(ch, (struct channel_event){.type = CHANNEL_EV_PROGRESS});
}

static void is_up_now(struct channel *ch)
{
    ch->answered = loop_wall(ch->calls->loop);
    ch->answered_mono = loop_now(ch->calls->loop);
    set_state(ch, CHANNEL_UP);
    cdr_answer(ch);
}

void channel_on_answered(struct channel *ch)
{
    if (ch->is_hungup || ch->state == CHANNEL_UP)
        return;
    is_up_now(ch);
    channel_push(ch, (struct channel_event){.type = CHANNEL_EV_ANSWERED});
}

void channel_on_dtmf(struct channel *ch, char digit, uint32_t ms)
{
    if (!ch->is_hungup)
        channel_push(ch,
                     (struct channel_event){
                         .type = CHANNEL_EV_DTMF, .digit = digit, .ms = ms, .is_signalled = true});
}

void channel_on_hold(struct channel *ch, bool is_on)
{
    if (ch->is_hungup || ch->is_on_hold == is_on)
        return;
    ch->is_on_hold = is_on;
    channel_tell(ch, is_on ? CALL_HOLD : CALL_UNHOLD, NULL);
    channel_push(ch, (struct channel_event){.type = is_on ? CHANNEL_EV_HOLD : CHANNEL_EV_UNHOLD});
}

void channel_tell_hold(struct channel *ch)
{
    channel_push(ch, (struct channel_event){.type = CHANNEL_EV_HOLD});
}

void channel_on_connected(struct channel *ch)
{
    channel_party_changed(ch);
    if (!ch->is_hungup)
        channel_push(ch, (struct channel_event){.type = CHANNEL_EV_CONNECTED});
}

void channel_on_redirected(struct channel *ch)
{
    if (!ch->is_hungup)
        channel_push(ch, (struct channel_event){.type = CHANNEL_EV_REDIRECTED});
}

void channel_on_transfer(struct channel *ch, int err, int status)
{
    if (!ch->is_hungup)
        channel_push(ch, (struct channel_event){
                             .type = CHANNEL_EV_TRANSFER, .err = err, .ms = (uint32_t)status});
}

void channel_on_stream(struct channel *ch)
{
    if (!ch->is_hungup)
        channel_push(ch, (struct channel_event){.type = CHANNEL_EV_STREAM});
}

void channel_on_optimize(struct channel *ch)
{
    channel_push(ch, (struct channel_event){.type = CHANNEL_EV_OPTIMIZE});
}

/* From now on every wait of an application ends; the rest is channel_hangup's. */
static void mark_hungup(struct channel *ch, int cause, const char *who)
{
    if (ch->is_hungup && !ch->is_moved)
        return;
    ch->is_moved = false;
    ch->is_hungup = true;
    if (!ch->cause) {
        ch->cause = cause;
        ch->is_cause_ours = cause == CAUSE_NORMAL;
    }
    channel_tell(ch, CALL_HANGUP_ASKED, who);
    channel_push(ch, (struct channel_event){.type = CHANNEL_EV_HANGUP});
}

void channel_on_hangup(struct channel *ch, int cause, int tech_cause)
{
    ch->is_gone = true;
    ch->tech_cause = tech_cause;
    if (ch->state == CHANNEL_RING && !ch->is_outgoing)
        ch->state = CHANNEL_DOWN;
    mark_hungup(ch, cause, "far end");
}

void channel_on_twin_hangup(struct channel *ch, int cause, enum channel_state was)
{
    ch->is_gone = true;
    mark_hungup(ch, cause, "far end");
    if (was == CHANNEL_UP)
        ch->is_cause_ours = false;
    ch->is_told_busy = was == CHANNEL_BUSY;
}

void channel_refuse(struct channel *ch, int cause)
{
    ch->cause = cause;
    if (cause == CAUSE_BUSY || cause == CAUSE_CONGESTION)
        set_state(ch, CHANNEL_BUSY);
}

void channel_end(struct channel *ch, int cause, const char *who)
{
    mark_hungup(ch, cause, who);
}

void channel_softhangup(struct channel *ch, int cause)
{
    mark_hungup(ch, cause, "station");
}

/* Whole or not at all: from the last line on its task may look. */
static int move(struct channel *ch, struct slice context, struct slice exten, int priority,
                struct slice app, struct slice data)
{
    int err;

    if (ch->is_hungup && !ch->is_moved)
        return ECONNRESET;
    err = channel_set(&ch->move_context, context);
    if (!err)
        err = channel_set(&ch->move_exten, exten);
    if (!err)
        err = channel_set(&ch->move_data, data);
    if (!err)
        err = channel_set(&ch->move_app, app);
    if (err)
        return err;
    ch->move_priority = priority;
    ch->is_moved = true;
    ch->is_hungup = true;
    channel_push(ch, (struct channel_event){.type = CHANNEL_EV_REDIRECT});
    return 0;
}

int channel_move(struct channel *ch, struct slice context, struct slice exten, int priority)
{
    return move(ch, context, exten, priority, SLICE_NONE, SLICE_NONE);
}

int channel_move_to_app(struct channel *ch, const char *app, struct slice data)
{
    return move(ch, slice_of(ch->context), slice_of(ch->exten), ch->priority, slice_of(app), data);
}

void channel_part(struct channel *ch)
{
    if (ch->bridge)
        channel_push(ch, (struct channel_event){.type = CHANNEL_EV_PART});
}

int channel_moved(struct channel *ch)
{
    int err = channel_set(&ch->context, slice_of(ch->move_context));

    if (!err)
        err = channel_set(&ch->exten, slice_of(ch->move_exten));
    ch->priority = ch->move_priority;
    ch->is_moved = false;
    ch->is_hungup = false;
    ch->cause = CAUSE_NONE;
    return err;
}

static void absolute_timeout(void *arg)
{
    struct channel *ch = arg;

    ch->is_timed_out = true;
    channel_end(ch, CAUSE_NORMAL, "timeout");
}

void channel_set_absolute_timeout(struct channel *ch, int64_t ms)
{
    if (ms > 0)
        timer_start(ch->calls->loop, &ch->absolute, (uint64_t)ms, absolute_timeout, ch);
    else
        timer_stop(&ch->absolute);
}

int channel_answer(struct channel *ch)
{
    int err;

    if (ch->is_hungup)
        return ECONNRESET;
    if (ch->state == CHANNEL_UP)
        return 0;
    err = ch->tech->answer ? ch->tech->answer(ch) : 0;
    if (!err && !ch->is_hungup)
        is_up_now(ch);
    return err;
}

static void stats_came(const struct media_stats *st, void *arg)
{
    struct channel *ch = arg;

    if (ch->calls->quality)
        ch->calls->quality(ch, st, ch->calls->arg);
    mem_deref(ch);
}

static void close_stream(struct channel *ch)
{
    ch->ready = NULL;
    if (!ch->stream)
        return;
    media_stream_close(ch->stream, stats_came, mem_ref(ch));
    ch->stream = mem_deref(ch->stream);
}

void channel_hangup(struct channel *ch, int cause)
{
    if (ch->is_ended)
        return;
    ch->is_ended = true;
    channel_show(ch);
    if (!ch->cause)
        ch->cause = cause;
    timer_stop(&ch->absolute);
    bridge_leave(ch);
    if (!ch->is_gone)
        ch->tech->hangup(ch, ch->cause);
    ch->is_hungup = true;
    if (ch->is_apart)
        cdr_free(ch);
    else
        cdr_end(ch);
    call_journal_forget(ch);
    recording_leave(ch);
    close_stream(ch);
    channel_tell(ch, CALL_HANGUP, NULL);
    ch->state = CHANNEL_DOWN;
    channel_attach(ch, NULL);
    channel_groups_leave(ch);
    if (ch->is_apart)
        return;
    calls_remove(ch->calls, ch);
    mem_deref(ch); /* the tables' */
}
