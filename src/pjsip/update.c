/* update.c - what the peer does inside a call: re-INVITE, UPDATE, BYE, ACK with a description */
#include <errno.h>

#include "base/log.h"
#include "call/journal.h"
#include "pjsip/cause.h"
#include "pjsip/session.h"
#include "pjsip/tell.h"

static uint16_t code_of(int err)
{
    return err == ENOTSUP ? 488 : err == EINVAL ? 400 : 500;
}

static void refuse(struct sip_invite *i, int err)
{
    sip_invite_reject(i, &(struct sip_answer){.code = code_of(err)});
}

/* Who is at our end now, where send_connected_line lets it be said. */
static int answer_headers(const struct session *s, struct buf *out)
{
    return s->options.send_connected_line ? identity_add(s, out) : 0;
}

void session_take_over(struct session *s)
{
    struct channel *ch = s->ch;
    int err = session_apply(s, ch->state == CHANNEL_UP);

    if (err)
        log_warning("media not updated call=%s channel=\"%s\" err=\"%s\"", ch->linkedid, ch->name,
                    strerror(err));
    channel_on_stream(ch);
    channel_on_hold(ch, session_is_held(s));
}

/* An offer of ours that somebody asked for: what was agreed on, unless all_codecs_on_empty_reinvite. */
static int describe_again(struct session *s, struct buf *text)
{
    struct codec_list all = s->codecs;
    int err;

    if (s->has_agreed && !model_global_of(s->p->snap)->all_codecs_on_empty_reinvite) {
        s->codecs = (struct codec_list){0};
        for (uint8_t i = 0; i < s->agreed.count; i++)
            codec_list_add(&s->codecs, (enum codec)s->agreed.formats[i].codec);
    }
    err = session_describe(s, NULL, text);
    s->codecs = all;
    return err;
}

/* Our answer to an offer, or an offer of ours where there is none. What cannot be agreed on changes
   nothing: direct media stay as they are, too. */
static int describe(struct session *s, const struct sdp *offer, struct buf *text)
{
    struct sdp_local l;

    session_local(s, &l);
    l.codecs = s->codecs; /* not only that of direct media: they may be taken back */
    if (offer && sdp_offer_check(offer, &l))
        return ENOTSUP;
    direct_on_offer(s, offer);
    return offer ? session_describe(s, offer, text) : describe_again(s, text);
}

void session_on_reinvite(struct sip_invite *i, const struct sip_msg *req, void *arg)
{
    struct session *s = arg;
    struct buf text, headers;
    struct sdp *offer = NULL;
    int err = session_parse(&offer, req);

    buf_init(&text, SDP_MAX_TEXT);
    buf_init(&headers, SIP_MESSAGE_MAX);
    if (!err)
        err = describe(s, offer, &text);
    if (!err)
        err = answer_headers(s, &headers);
    if (!err)
        err = sip_invite_answer(i, &(struct sip_answer){.code = 200,
                                                        .headers = buf_slice(&headers),
                                                        .content_type = SLICE("application/sdp"),
                                                        .body = buf_slice(&text)});
    if (err) {
        refuse(i, err);
    } else if (offer) {
        identity_on_message(s, req);
        session_take_over(s);
    } else {
        s->is_update_ours = true;
    }
    mem_deref(offer);
    buf_fini(&text);
    buf_fini(&headers);
}

/* UPDATE, or PRACK with an offer: answered at once. */
void session_on_update(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req,
                       void *arg)
{
    struct session *s = arg;
    struct sip_answer a = {.code = 200};
    struct buf text, headers;
    struct sdp *offer = NULL;
    int err = session_parse(&offer, req);

    buf_init(&text, SDP_MAX_TEXT);
    buf_init(&headers, SIP_MESSAGE_MAX);
    if (!err && offer)
        err = describe(s, offer, &text);
    if (!err)
        err = answer_headers(s, &headers);
    a.headers = buf_slice(&headers);
    if (offer) {
        a.content_type = SLICE("application/sdp");
        a.body = buf_slice(&text);
    }
    if (err)
        a = (struct sip_answer){.code = code_of(err)};
    (void)sip_invite_respond(i, t, &a);
    if (!err)
        identity_on_message(s, req);
    if (!err && offer)
        session_take_over(s);
    mem_deref(offer);
    buf_fini(&text);
    buf_fini(&headers);
}

/* PRACK: its body answers the offer of our 1xx, or is an offer. */
void session_on_prack(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req,
                      void *arg)
{
    struct session *s = arg;
    struct sip_answer a = {.code = 200};
    int err;

    if (!s->is_offer_ours || !slice_is_set(req->body)) {
        session_on_update(i, t, req, arg);
        return;
    }
    err = session_take_answer(s, req);
    if (err)
        a.code = code_of(err);
    (void)sip_invite_respond(i, t, &a);
    if (err) {
        log_notice("no usable answer in PRACK, hanging up call=%s channel=\"%s\"", s->ch->linkedid,
                   s->ch->name);
        channel_softhangup(s->ch, CAUSE_BEARER);
        return;
    }
    s->is_offer_ours = false;
    session_take_over(s);
}

/* The peer seems to have moved: never to where its endpoint may not be. */
bool session_may_move(struct sip_invite *i, const struct addr *to, void *arg)
{
    const struct session *s = arg;
    const struct model_endpoint *e = model_endpoint_find(s->p->snap, slice_of(s->endpoint));

    return e && model_rules_allow(&e->rules, to);
}

void session_on_acked(struct sip_invite *i, const struct sip_msg *ack, void *arg)
{
    struct session *s = arg;
    int err;

    call_journal_touch(s->ch);
    if (!s->is_offer_ours && !s->is_update_ours) {
        session_refresh_waiting(s);
        return;
    }
    err = session_take_answer(s, ack);
    if (err && s->is_offer_ours) {
        log_notice("no usable answer in ACK, hanging up call=%s channel=\"%s\"", s->ch->linkedid,
                   s->ch->name);
        channel_softhangup(s->ch, CAUSE_BEARER);
    } else if (err) {
        sdp_session_withdraw(&s->sdp); /* what was agreed before goes on */
    } else {
        session_take_over(s);
    }
    s->is_offer_ours = s->is_update_ours = false;
    session_refresh_waiting(s);
}

void session_on_closed(struct sip_invite *i, enum sip_invite_close why, const struct sip_msg *m,
                       void *arg)
{
    static const int causes[] = {
        [SIP_CLOSE_BYE] = CAUSE_NORMAL,
        [SIP_CLOSE_NO_ACK] = CAUSE_NO_USER_RESPONSE,
        [SIP_CLOSE_EXPIRED] = CAUSE_NO_USER_RESPONSE,
        [SIP_CLOSE_GONE] = CAUSE_NORMAL_UNSPECIFIED,
        [SIP_CLOSE_TRANSPORT] = CAUSE_OUT_OF_ORDER,
    };
    static const char *const said[] = {
        [SIP_CLOSE_BYE] = "BYE received",
        [SIP_CLOSE_NO_ACK] = "the answer was never acknowledged (no ACK)",
        [SIP_CLOSE_GONE] = "the far end has forgotten the call (481, 408)",
        [SIP_CLOSE_TRANSPORT] = "a request could not be sent",
    };
    int cause = pjsip_cause_of_reason(m);

    tell_request(arg, why < sizeof(said) / sizeof(said[0]) && said[why] ? said[why] : "closed", m);
    session_gone(arg, cause ? cause : causes[why], 0);
}
