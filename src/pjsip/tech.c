/* tech.c - the row of technology PJSIP (call/channel.h) */
#include <errno.h>

#include "pjsip/cause.h"
#include "pjsip/session.h"

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
    pjsip_reason_add(&headers, cause);
    sip_invite_end(s->invite, pjsip_status_of_cause(cause), buf_slice(&headers));
    buf_fini(&headers);
}

static void destroy(struct channel *ch)
{
    session_free(session_of(ch));
    ch->pvt = NULL;
}

const struct channel_tech pjsip_tech = {
    .name = "PJSIP",
    .request = outgoing_request,
    .call = outgoing_call,
    .answer = incoming_answer,
    .indicate = incoming_indicate,
    .hangup = hang_up,
    .dtmf = session_send_dtmf,
    .get = session_get,
    .destroy = destroy,
    .save = session_save,
    .restore = session_restore,
};
