/* incoming.c - an INVITE becomes a channel (session.h) */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "pjsip/cause.h"
#include "pjsip/session.h"
#include "pjsip/tell.h"
#include "sip/print.h"

#define NAME_MAX_BYTES 160

/* ---- what the INVITE asks for ---- */

/* @return 0; ENOTSUP (488) */
static int check_offer(const struct session *s)
{
    struct sdp_local l;

    session_local(s, &l);
    if (!l.codecs.count)
        return ENOTSUP;
    return s->offer ? sdp_offer_check(s->offer, &l) : 0;
}

/* @return 0 (exten is filled, "s" for none), or the status that refuses the call */
static int find_exten(struct pjsip *p, const struct model_endpoint *e, const struct sip_msg *req,
                      char *exten, size_t size)
{
    struct slice context = slice_of(e->context);

    if (pjsip_user_copy(p, req->uri.user, exten, size))
        return 404;
    if (!exten[0])
        slice_copy(SLICE("s"), exten, size);
    if (plan_has_exten(p->plan, context, slice_of(exten)))
        return 0;
    if (log_gate_pass(&p->no_extens, loop_now(p->loop)))
        log_notice("call refused, no such extension endpoint=\"%s\" exten=\"%s\" context=\"%s\"",
                   e->name, exten, e->context);
    if (e->overlap_context[0])
        context = slice_of(e->overlap_context);
    return e->allow_overlap && plan_may_match_more(p->plan, context, slice_of(exten)) ? 484 : 404;
}

/* ---- the channel ---- */

/* A call that goes round and round ends when this is used up (RFC 3261 s8.1.1.6). */
static int set_hops(struct channel *ch, const struct sip_msg *req)
{
    int left = req->max_forwards < 0 || req->max_forwards > 70 ? 70 : req->max_forwards;
    char text[8];

    snprintf(text, sizeof(text), "%d", left > 0 ? left - 1 : 0);
    return channel_var_keep(ch, SLICE("__" SESSION_HOPS), slice_of(text));
}

static int dress(struct session *s, const struct model_endpoint *e, const struct sip_msg *req,
                 const char *exten)
{
    struct channel *ch = s->ch;
    int err = session_dress(s, e);

    if (!err)
        err = identity_from_invite(s, e, req);
    if (!err)
        err = channel_set(&ch->context, slice_of(e->context));
    if (!err)
        err = channel_set(&ch->exten, slice_of(exten));
    if (!err)
        err = channel_set(&ch->dnid, slice_of(exten));
    if (!err)
        err = diversion_from_invite(s, req);
    if (!err)
        err = set_hops(ch, req);
    if (err)
        return err;
    channel_show(ch);
    return channel_var_set(ch, SLICE("SIPDOMAIN"), req->uri.host);
}

static int accept_invite(struct session *s, struct sip_strans *t)
{
    return sip_invite_accept(&s->invite, t,
                             &(struct sip_invite_accept_args){
                                 .is_symmetric = s->is_symmetric,
                                 .force_rport = s->force_rport,
                                 .rel100 = session_rel100(s),
                                 .timer = session_timer(s),
                                 .creds = s->creds ? pjsip_creds_find : NULL,
                                 .creds_arg = s->creds,
                                 .handlers = &pjsip_incoming_handlers,
                                 .arg = s,
                             });
}

/* The stream has its port: now we can say what we speak, and the routing may begin. */
static void stream_ready(struct channel *ch, int err, void *arg)
{
    struct session *s = arg;
    int cause = CAUSE_CONGESTION;

    if (!err) {
        err = session_describe(s, s->offer, &s->description);
        s->is_offer_ours = !s->offer;
        s->offer = mem_deref(s->offer);
        if (err == ENOTSUP)
            cause = CAUSE_BEARER;
    }
    if (!err)
        err = plan_start(s->p->plan, ch);
    if (err) {
        log_warning("incoming call given up call=%s channel=\"%s\" err=\"%s\"", ch->linkedid,
                    ch->name, strerror(err));
        channel_hangup(ch, cause);
        return;
    }
    s->is_running = true;
}

/* @return 0 (t is the session's); or errno (t waits for its answer) */
static int start(struct pjsip *p, struct session *s, struct sip_strans *t, struct sip_msg *req,
                 const struct model_endpoint *e, const char *exten)
{
    struct channel *ch = NULL;
    int err = channel_alloc(
        &ch, p->calls,
        &(struct channel_args){
            .tech = &pjsip_tech, .pvt = s, .resource = e->name, .state = CHANNEL_RING});

    if (err) {
        session_free(s);
        return err;
    }
    s->ch = ch;
    s->request = mem_ref(req);
    err = dress(s, e, req, exten);
    if (!err)
        err = accept_invite(s, t);
    if (!err) {
        err = session_open_stream(s, &req->flow, NULL, stream_ready);
        if (err)
            channel_hangup(ch, CAUSE_CONGESTION); /* answers 503 */
        err = 0;
    } else {
        channel_hangup(ch, CAUSE_CONGESTION);
    }
    mem_deref(ch); /* the tables keep it until its hang-up */
    return err;
}

static void refuse_busy(struct sip_strans *t)
{
    struct buf headers;

    buf_init(&headers, 64);
    sip_headers_add(&headers, "Retry-After", SLICE("5"));
    sip_strans_answer(t, &(struct sip_answer){.code = 503, .headers = buf_slice(&headers)});
    buf_fini(&headers);
}

void incoming_on_invite(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    struct pjsip *p = arg;
    char exten[NAME_MAX_BYTES];
    struct session *s = NULL;
    struct pjsip_who who;
    int code, err;

    if (pjsip_authorize(p, t, req, &who))
        return;
    if (p->is_closing) {
        refuse_busy(t);
        return;
    }
    code = find_exten(p, who.endpoint, req, exten, sizeof(exten));
    if (code) {
        sip_strans_refuse(t, (uint16_t)code, NULL);
        return;
    }
    err = session_alloc(&s, p, who.endpoint);
    if (!err)
        err = session_parse(&s->offer, req);
    if (!err)
        err = check_offer(s);
    if (err) {
        session_free(s);
        if (err == ENOMEM)
            refuse_busy(t);
        else
            sip_strans_refuse(t, err == ENOTSUP ? 488 : 400, NULL);
        return;
    }
    err = start(p, s, t, req, who.endpoint, exten);
    if (err && err != EINVAL && err != EPROTO)
        refuse_busy(t);
}

/* ---- what the routing asks for ---- */

/* RFC 3262 s5: where there was no offer, the first reliable answer brings ours, and no other does. */
static bool has_description(const struct session *s, uint16_t code, bool is_wanted)
{
    if (s->is_offer_early)
        return false;
    if (s->is_offer_ours && code < 200)
        return sip_invite_is_reliable(s->invite);
    return is_wanted;
}

/* An answer with the lines that all of ours carry, and with our description when asked. */
static int say(struct session *s, uint16_t code, bool has_body)
{
    struct sip_answer a = {.code = code};
    struct buf headers;
    int err;

    buf_init(&headers, SIP_MESSAGE_MAX);
    has_body = has_description(s, code, has_body);
    err = session_headers(s, &headers);
    if (!err && code == 181)
        err = diversion_add(s, &headers);
    a.headers = buf_slice(&headers);
    if (has_body) {
        a.content_type = SLICE("application/sdp");
        a.body = buf_slice(&s->description);
    }
    if (!err)
        err = code < 200 ? sip_invite_progress(s->invite, &a) : sip_invite_answer(s->invite, &a);
    if (!err && has_body && code < 200)
        s->is_offer_early = s->is_offer_ours;
    buf_fini(&headers);
    return err;
}

int incoming_answer(struct channel *ch)
{
    struct session *s = session_of(ch);
    int err;

    if (!s->invite)
        return ENOTCONN;
    err = say(s, 200, true);
    if (err)
        return err;
    buf_reset(&s->description);
    return session_apply(s, true);
}

/* An offer of ours before the answer needs one that is acknowledged. */
static bool has_early_sound(const struct session *s)
{
    return !s->is_offer_ours || sip_invite_is_reliable(s->invite);
}

static int progress(struct session *s)
{
    int err;

    if (s->has_progressed || !has_early_sound(s))
        return 0;
    err = say(s, 183, true);
    if (err)
        return err;
    s->has_progressed = true;
    return session_apply(s, false);
}

/* Where sound goes already, or shall, ringing is a tone in it: a 180 would make phones play their own. */
static int ring(struct session *s)
{
    int err;

    s->is_ringing = true;
    if (!s->has_progressed && (!s->has_inband_progress || !has_early_sound(s)))
        return say(s, 180, false);
    err = progress(s);
    if (!err && model_global_of(s->p->snap)->allow_180_after_183)
        err = say(s, 180, false);
    return err ? err : channel_tone(s->ch, "ring");
}

/* rpid_immediate: who will answer is told while it rings. */
static int tell_connected(struct session *s)
{
    if (!s->options.rpid_immediate || !identity_may_update(s))
        return 0;
    return say(s, s->is_ringing && !s->has_inband_progress && !s->has_progressed ? 180 : 183,
               false);
}

int incoming_indicate(struct session *s, enum channel_indication ind)
{
    switch (ind) {
    case CHANNEL_IND_RINGING: return ring(s);
    case CHANNEL_IND_PROGRESS: return progress(s);
    case CHANNEL_IND_CONNECTED: return tell_connected(s);
    case CHANNEL_IND_REDIRECTING: return s->ch->redirecting.count ? say(s, 181, false) : 0;
    default: return ENOTSUP;
    }
}

/* ---- what the caller does ---- */

static void on_canceled(struct sip_invite *i, const struct sip_msg *cancel, void *arg)
{
    int cause = pjsip_cause_of_reason(cancel);

    tell_request(arg, "CANCEL received", cancel);
    session_gone(arg, cause ? cause : pjsip_cause_of_status(487), 487);
}

const struct sip_invite_handlers pjsip_incoming_handlers = {
    .canceled = on_canceled,
    .acked = session_on_acked,
    .reinvite = session_on_reinvite,
    .reinvited = session_on_reinvited,
    .update = session_on_update,
    .pracked = session_on_prack,
    .updated = session_on_updated,
    .refresh = session_on_refresh,
    .request = session_on_request,
    .may_move = session_may_move,
    .find_way = session_find_way,
    .changed = session_on_changed,
    .closed = session_on_closed,
};
