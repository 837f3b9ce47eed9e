/* refresh.c - what we change in a call: re-INVITE and UPDATE of ours (session.h) */
#include <errno.h>

#include "base/log.h"
#include "pjsip/session.h"

enum sip_use session_rel100(const struct session *s)
{
    static const uint8_t uses[] = {
        [MODEL_100REL_NO] = SIP_USE_NO,
        [MODEL_100REL_REQUIRED] = SIP_USE_REQUIRED,
        [MODEL_100REL_PEER] = SIP_USE_PEER,
        [MODEL_100REL_YES] = SIP_USE_YES,
    };

    return (enum sip_use)uses[s->options.rel100];
}

struct sip_session_timer session_timer(const struct session *s)
{
    static const uint8_t uses[] = {
        [MODEL_TIMERS_NO] = SIP_USE_NO,
        [MODEL_TIMERS_YES] = SIP_USE_YES,
        [MODEL_TIMERS_REQUIRED] = SIP_USE_REQUIRED,
        [MODEL_TIMERS_ALWAYS] = SIP_USE_ALWAYS,
        [MODEL_TIMERS_FORCED] = SIP_USE_ALWAYS,
    };

    return (struct sip_session_timer){
        .use = (enum sip_use)uses[s->options.timers],
        .expires_s = (uint32_t)s->options.timers_sess_expires,
        .min_se_s = (uint32_t)s->options.timers_min_se,
    };
}

static int send_update(struct session *s, struct slice body, struct slice headers)
{
    struct slice type = body.len ? SLICE("application/sdp") : SLICE_NONE;

    return sip_invite_update(s->invite, 0, type, body, headers);
}

static int send_change(struct session *s, bool by_update, bool media)
{
    struct buf text, headers;
    int err = 0;

    buf_init(&text, SDP_MAX_TEXT);
    buf_init(&headers, SIP_MESSAGE_MAX);
    if (media)
        err = session_describe(s, NULL, &text);
    if (!err)
        err = identity_add(s, &headers);
    if (!err && by_update)
        err = send_update(s, buf_slice(&text), buf_slice(&headers));
    else if (!err)
        err = sip_invite_reinvite(s->invite, SLICE("application/sdp"), buf_slice(&text),
                                  buf_slice(&headers));
    if (err && media)
        sdp_session_withdraw(&s->sdp);
    buf_fini(&text);
    buf_fini(&headers);
    return err;
}

int session_refresh(struct session *s, uint8_t method, bool media)
{
    bool by_update = method == MODEL_REFRESH_UPDATE;
    int err;

    if (!s->invite || !sip_invite_is_up(s->invite) || s->ch->is_hungup)
        return ENOTCONN;
    by_update = by_update && sip_invite_peer_allows(s->invite, SIP_UPDATE);
    if (s->is_refreshing) {
        s->is_refresh_asked = true;
        return 0;
    }
    err = send_change(s, by_update, media || !by_update);
    if (err == EBUSY) { /* the peer changes something just now */
        s->is_refresh_asked = true;
        return 0;
    }
    s->is_refreshing = !err;
    return err;
}

void session_refresh_waiting(struct session *s)
{
    int err;

    if (!s->is_refresh_asked || s->is_refreshing)
        return;
    s->is_refresh_asked = false;
    err = session_refresh(s, MODEL_REFRESH_INVITE, true);
    if (err && err != ENOTCONN)
        log_warning("change of a call is not sent call=%s channel=\"%s\" err=\"%s\"",
                    s->ch->linkedid, s->ch->name, strerror(err));
}

/* The peer's answer to an offer of ours; what was agreed before goes on when it is none. */
static void take(struct session *s, const struct sip_msg *response)
{
    bool is_fine = response && response->status >= 200 && response->status < 300;
    int err = is_fine ? session_take_answer(s, response) : ECONNREFUSED;

    s->is_refreshing = false;
    if (!err) {
        session_take_over(s);
    } else if (err != ENOENT) {
        sdp_session_withdraw(&s->sdp);
        log_info("change of a call was refused call=%s channel=\"%s\" status=%u", s->ch->linkedid,
                 s->ch->name, response ? response->status : 0);
        direct_refused(s);
    }
    if (is_fine)
        identity_on_message(s, response);
    session_refresh_waiting(s);
}

void session_on_reinvited(struct sip_invite *i, int err, const struct sip_msg *response, void *arg)
{
    take(arg, err ? NULL : response);
}

void session_on_updated(struct sip_invite *i, int err, const struct sip_msg *response, void *arg)
{
    struct session *s = arg;

    if (s->sdp.is_offering) {
        take(s, err ? NULL : response);
        return;
    }
    s->is_refreshing = false;
    if (!err && response && response->status < 300)
        identity_on_message(s, response);
    session_refresh_waiting(s);
}

/* The session timer needs a re-INVITE: what was said last, once more. */
struct slice session_on_refresh(struct sip_invite *i, void *arg)
{
    struct session *s = arg;

    buf_reset(&s->description);
    if (s->is_refreshing || session_describe(s, NULL, &s->description))
        return SLICE_NONE;
    s->is_refreshing = true;
    return buf_slice(&s->description);
}
