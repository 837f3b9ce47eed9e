/* channel.c - birth, answer and end of a leg (channel.h) */
#include <errno.h>
#include <stdio.h>

#include "base/bug.h"
#include "base/log.h"
#include "base/mem.h"
#include "call/bridge.h"
#include "call/cdr.h"
#include "call/inner.h"

#define DIGIT_TIMEOUT_MS 5000
#define RESPONSE_TIMEOUT_MS 10000

static void party_free(struct party *p)
{
    mem_free(p->number);
    mem_free(p->name);
}

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
    mem_free(ch->hangup_node);
    channel_vars_free(ch);
    party_free(&ch->caller);
    party_free(&ch->connected);
    char *texts[] = {ch->name,        ch->ani,       ch->dnid,       ch->rdnis,    ch->accountcode,
                     ch->peeraccount, ch->userfield, ch->musicclass, ch->language, ch->parkinglot,
                     ch->context,     ch->exten,     ch->appdata};
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

int party_set(struct party *p, struct slice number, struct slice name)
{
    int err = channel_set(&p->number, number);

    return err ? err : channel_set(&p->name, name);
}

static int name_it(struct channel *ch, struct calls *c, const struct channel_args *args)
{
    char name[160];

    snprintf(name, sizeof(name), "%s/%.120s-%08x", args->tech->name, args->resource,
             calls_next_name(c));
    ch->name = mem_strdup(name);
    snprintf(ch->uniqueid, sizeof(ch->uniqueid), "%lld.%u", (long long)(ch->created.us / 1000000),
             calls_next_unique(c));
    memcpy(ch->linkedid, args->requestor ? args->requestor->linkedid : ch->uniqueid,
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
        err = party_set(&ch->connected, slice_of(from->caller.number), slice_of(from->caller.name));
    ch->connected.is_private = from->caller.is_private;
    if (!err)
        err = channel_set(&ch->caller.number, slice_of(from->exten));
    if (!err)
        err = channel_var_inherit(ch, from);
    return err;
}

int channel_alloc(struct channel **chp, struct calls *c, const struct channel_args *args)
{
    struct channel *ch = mem_alloc(sizeof(*ch), channel_destroy);
    int err = ENOMEM;

    if (!ch)
        return ENOMEM;
    list_init(&ch->vars);
    ch->calls = c;
    ch->is_outgoing = args->is_outgoing;
    ch->state = args->state;
    ch->created = loop_wall(c->loop);
    ch->created_mono = loop_now(c->loop);
    ch->digit_timeout_ms = DIGIT_TIMEOUT_MS;
    ch->response_timeout_ms = RESPONSE_TIMEOUT_MS;
    ch->priority = 1;
    ch->hangup_node = mem_zalloc(sizeof(*ch->hangup_node));
    if (!ch->hangup_node)
        goto out;
    err = name_it(ch, c, args);
    if (!err)
        err = channel_set(&ch->language, slice_of(c->language));
    if (!err && args->requestor)
        err = take_over(ch, args->requestor);
    if (!err)
        err = calls_add(c, ch);
    if (err)
        goto out;
    ch->tech = args->tech;
    err = cdr_begin(ch);
    if (err) {
        calls_remove(c, ch);
        ch->tech = NULL;
        goto out;
    }
    ch->pvt = args->pvt;
    mem_ref(ch); /* the tables' */
    channel_tell(ch, CALL_NEW, NULL);
    *chp = ch;
    ch = NULL;
out:
    mem_deref(ch);
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

void channel_on_stream(struct channel *ch)
{
    if (!ch->is_hungup)
        channel_push(ch, (struct channel_event){.type = CHANNEL_EV_STREAM});
}

/* From now on every wait of an application ends; the rest is channel_hangup's. */
static void mark_hungup(struct channel *ch, int cause)
{
    if (ch->is_hungup)
        return;
    ch->is_hungup = true;
    if (!ch->cause)
        ch->cause = cause;
    channel_tell(ch, CALL_HANGUP_ASKED,
                 ch->is_gone        ? "far end"
                 : ch->is_timed_out ? "timeout"
                                    : "station");
    channel_push(ch, (struct channel_event){.type = CHANNEL_EV_HANGUP});
}

void channel_on_hangup(struct channel *ch, int cause, int tech_cause)
{
    ch->is_gone = true;
    ch->tech_cause = tech_cause;
    if (ch->state == CHANNEL_RING && !ch->is_outgoing)
        ch->state = CHANNEL_DOWN;
    mark_hungup(ch, cause);
}

void channel_softhangup(struct channel *ch, int cause)
{
    mark_hungup(ch, cause);
}

static void absolute_timeout(void *arg)
{
    struct channel *ch = arg;

    ch->is_timed_out = true;
    channel_softhangup(ch, CAUSE_NORMAL);
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
    if (!ch->cause)
        ch->cause = cause;
    timer_stop(&ch->absolute);
    bridge_leave(ch);
    if (!ch->is_gone)
        ch->tech->hangup(ch, ch->cause);
    ch->is_hungup = true;
    cdr_end(ch);
    close_stream(ch);
    channel_tell(ch, CALL_HANGUP, NULL);
    ch->state = CHANNEL_DOWN;
    channel_attach(ch, NULL);
    calls_remove(ch->calls, ch);
    mem_deref(ch); /* the tables' */
}
