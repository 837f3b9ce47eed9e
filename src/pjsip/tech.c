/* tech.c - the row of technology PJSIP (call/channel.h) */
#include <errno.h>

#include "pjsip/cause.h"
#include "pjsip/session.h"
#include "pjsip/state.h"

/* Busy and Congestion end a call by their cause; a ringing caller is told by a status. */
static void hang_up(struct channel *ch, int cause)
{
    struct session *s = session_of(ch);
    struct buf headers;

    outgoing_free(s->out);
    s->out = NULL;
    if (!s->invite)
        return;
    buf_init(&headers, 256);
    if (!s->options.suppress_q850 || cause == CAUSE_ANSWERED_ELSEWHERE)
        pjsip_reason_add(&headers, cause);
    if (ch->state != CHANNEL_UP &&
        (!ch->is_outgoing || cause == CAUSE_NO_ANSWER)) /* what it is told */
        ch->tech_cause = s->refusal ? s->refusal : pjsip_status_of_cause(cause);
    sip_invite_end(s->invite, s->refusal ? s->refusal : pjsip_status_of_cause(cause),
                   buf_slice(&headers));
    buf_fini(&headers);
}

static void destroy(struct channel *ch)
{
    session_free(session_of(ch));
    ch->pvt = NULL;
}

/* moh_passthrough: the phone plays its own music, or shows that it is held. */
static int pass_hold(struct session *s, bool is_on)
{
    if (!s->options.moh_passthrough || s->is_holding == is_on)
        return s->options.moh_passthrough ? 0 : ENOTSUP;
    s->is_holding = is_on;
    return session_refresh(s, MODEL_REFRESH_REINVITE, true);
}

static int tell_connected(struct session *s)
{
    if (!identity_may_update(s))
        return 0;
    return session_refresh(s, s->options.connected_line_method, false);
}

static int indicate(struct channel *ch, enum channel_indication ind)
{
    struct session *s = session_of(ch);

    if (s->invite && !ch->is_outgoing && ch->state != CHANNEL_UP && ind != CHANNEL_IND_PROCEEDING)
        return incoming_indicate(s, ind);
    switch (ind) {
    case CHANNEL_IND_HOLD: return pass_hold(s, true);
    case CHANNEL_IND_UNHOLD: return pass_hold(s, false);
    case CHANNEL_IND_CONNECTED: return ch->state == CHANNEL_UP ? tell_connected(s) : 0;
    case CHANNEL_IND_REDIRECTING:
    case CHANNEL_IND_PROCEEDING: return 0;
    default: return ENOTSUP;
    }
}

const struct channel_tech pjsip_tech = {
    .name = "PJSIP",
    .request = outgoing_request,
    .call = outgoing_call,
    .answer = incoming_answer,
    .indicate = indicate,
    .hangup = hang_up,
    .dtmf = session_send_dtmf,
    .transfer = transfer_call,
    .send_text = transfer_send_text,
    .bridged = direct_bridged,
    .device_state = state_of_device,
    .device_busy_at = state_busy_at,
    .get = session_get,
    .destroy = destroy,
    .save = session_save,
    .restore = session_restore,
    .save_goodbye = session_save_goodbye,
    .goodbye_kept = session_goodbye_kept,
    .restore_goodbye = session_restore_goodbye,
};
