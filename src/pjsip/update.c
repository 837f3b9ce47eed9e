/* update.c - what the peer does inside a call: re-INVITE, BYE, ACK with a description */
#include <errno.h>

#include "base/log.h"
#include "call/journal.h"
#include "pjsip/cause.h"
#include "pjsip/session.h"
#include "pjsip/tell.h"

static void refuse(struct sip_invite *i, int err)
{
    uint16_t code = err == ENOTSUP ? 488 : err == EINVAL ? 400 : 500;

    sip_invite_reject(i, &(struct sip_answer){.code = code});
}

/* Media follow what was agreed, and the other leg hears of hold. */
static void take_over(struct session *s)
{
    struct channel *ch = s->ch;
    bool is_held = s->agreed.is_held;
    int err = session_apply(s, true);

    if (err)
        log_warning("media not updated call=%s channel=\"%s\" err=\"%s\"", ch->linkedid, ch->name,
                    strerror(err));
    channel_on_stream(ch);
    channel_on_hold(ch, is_held);
}

void session_on_reinvite(struct sip_invite *i, const struct sip_msg *req, void *arg)
{
    struct session *s = arg;
    struct buf text;
    struct sdp *offer = NULL;
    int err = session_parse(&offer, req);

    buf_init(&text, SDP_MAX_TEXT);
    if (!err)
        err = session_describe(s, offer, &text);
    if (!err)
        err = sip_invite_answer(i, &(struct sip_answer){.code = 200,
                                                        .content_type = SLICE("application/sdp"),
                                                        .body = buf_slice(&text)});
    if (err) {
        refuse(i, err);
    } else if (offer) {
        take_over(s);
    } else {
        s->is_update_ours = true;
    }
    mem_deref(offer);
    buf_fini(&text);
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
    if (!s->is_offer_ours && !s->is_update_ours)
        return;
    err = session_take_answer(s, ack);
    if (err && s->is_offer_ours) {
        log_notice("no usable answer in ACK, hanging up call=%s channel=\"%s\"", s->ch->linkedid,
                   s->ch->name);
        channel_softhangup(s->ch, CAUSE_BEARER);
    } else if (err) {
        sdp_session_withdraw(&s->sdp); /* what was agreed before goes on */
    } else {
        take_over(s);
    }
    s->is_offer_ours = s->is_update_ours = false;
}

void session_on_closed(struct sip_invite *i, enum sip_invite_close why, const struct sip_msg *m,
                       void *arg)
{
    static const int causes[] = {
        [SIP_CLOSE_BYE] = CAUSE_NORMAL,
        [SIP_CLOSE_NO_ACK] = CAUSE_NO_USER_RESPONSE,
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
