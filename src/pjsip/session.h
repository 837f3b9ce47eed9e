/*
 * pjsip/session.h - inner: a channel's SIP side
 *
 * Scope:   channel.pvt of technology PJSIP. A session takes from its endpoint what a call needs,
 *          so that a change of the configuration does not touch running calls.
 * Owns:    the sip_invite, the description agreed on, the caller's INVITE, header lines to send.
 *          It belongs to its channel and dies with it; ch is borrowed.
 * Files:   session.c (birth, description), incoming.c, outgoing.c, update.c (re-INVITE), tech.c
 *          (the technology's row), dtmf.c, header.c, item.c.
 */
#pragma once
#include "call/channel.h"
#include "pjsip/identify.h"
#include "pjsip/inner.h"
#include "sdp/sdp.h"
#include "sip/invite.h"

/** Ceiling of the header lines that a routing may add to one leg. */
#define SESSION_HEADERS_MAX 16384

/** Variable of every leg that an incoming call dials: Max-Forwards of the next INVITE. */
#define SESSION_HOPS "PJSIP_MAX_FORWARDS"

/** What is needed until the INVITE is on its way (outgoing.c). */
struct outgoing;

struct session {
    struct pjsip *p;
    struct channel *ch;
    struct sip_invite *invite; /* NULL: not sent yet */
    struct sip_msg *request;   /* incoming: the INVITE, for PJSIP_HEADER(read) */
    struct sdp *offer;         /* incoming: until the stream is there */
    struct outgoing *out;      /* outgoing, until the INVITE has left */
    struct pjsip_creds *creds; /* borrowed; NULL: we do not log in there */
    char *endpoint;            /* its name */

    struct codec_list codecs;
    uint32_t rtp_timeout_ms, rtp_timeout_hold_ms;
    uint8_t dtmf_mode; /* enum model_dtmf */
    bool is_rtp_symmetric, is_symmetric, force_rport, has_inband_progress;

    struct sdp_session sdp;
    struct sdp_agreed agreed; /* valid with has_agreed */
    struct addr said;         /* host that our descriptions name */
    struct addr signal;       /* where the peer's SIP comes from */
    struct buf description;   /* incoming: our answer or offer, until the call is answered */
    struct buf headers;       /* lines that PJSIP_HEADER added */
    bool has_agreed;
    bool is_offer_ours;  /* incoming without an offer: ours is in the 200, the answer in the ACK */
    bool is_update_ours; /* the same in a re-INVITE */
    bool is_running;     /* incoming: the routing has the channel */
    bool has_progressed; /* incoming: a 183 has left */
};

extern const struct channel_tech pjsip_tech;
extern const struct sip_invite_handlers pjsip_incoming_handlers, pjsip_outgoing_handlers;

static inline struct session *session_of(const struct channel *ch)
{
    return ch->pvt;
}

/** A session of p's with what endpoint says. @return 0; ENOMEM */
int session_alloc(struct session **sp, struct pjsip *p, const struct model_endpoint *e);

/** For a session that no channel owns. */
void session_free(struct session *s);

/** Fill a new channel's fields from the endpoint. @return 0; ENOMEM */
int session_dress(struct session *s, const struct model_endpoint *e);

/** Ask for the media stream that fits a peer at flow. @return 0; errno */
int session_open_stream(struct session *s, const struct sip_flow *flow, struct media_stream *near,
                        channel_ready_h *ready);

/** What we want in a description now. */
void session_local(const struct session *s, struct sdp_local *l);

/** Tell the media role what was agreed on. @return 0; errno */
int session_apply(struct session *s, bool is_answered);

/** The description in a message. @param sp  out: one reference; NULL when there is none.
 *  @return 0; EINVAL (400); ENOMEM */
int session_parse(struct sdp **sp, const struct sip_msg *m);

/** Print our answer to an offer, or an offer of ours when offer is NULL.
 *  @return 0; ENOTSUP (488); ENOMEM */
int session_describe(struct session *s, const struct sdp *offer, struct buf *out);

/** Take a peer's answer to our offer. @return 0; ENOTSUP; EINVAL; ENOMEM; ENOENT (has no SDP) */
int session_take_answer(struct session *s, const struct sip_msg *m);

/** The far end is gone: the channel is told, and ended here when nobody else would. */
void session_gone(struct session *s, int cause, int status);

/* ---- handlers of both kinds (update.c, dtmf.c) ---- */

void session_on_reinvite(struct sip_invite *i, const struct sip_msg *req, void *arg);
void session_on_request(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req,
                        void *arg);
bool session_may_move(struct sip_invite *i, const struct addr *to, void *arg);
void session_on_acked(struct sip_invite *i, const struct sip_msg *ack, void *arg);
void session_on_closed(struct sip_invite *i, enum sip_invite_close why, const struct sip_msg *m,
                       void *arg);

/* ---- tech.c's rows ---- */

/** outgoing.c */
int outgoing_request(struct channel **chp, void *tech_arg, const struct channel_request *req,
                     int *cause);
int outgoing_call(struct channel *ch);
void outgoing_free(struct outgoing *o);

/** dtmf.c: send a digit as the endpoint wants it. @return 0; ENOTSUP: by the stream */
int session_send_dtmf(struct channel *ch, char digit, uint32_t ms);

/** dtmf.c: digit and duration of an INFO body. @return 0; EINVAL; ENOENT (no type of ours) */
int dtmf_info_parse(const struct sip_msg *m, char *digit, uint32_t *ms);

/** item.c: CHANNEL(pjsip,...), CHANNEL(rtp,...). */
int session_get(struct channel *ch, struct slice item, struct buf *out);

/** session_save.c */
void session_save(const struct channel *ch, struct pack *k, bool is_lean);
int session_restore(struct channel *ch, void *tech_arg, struct pack *k);

/** incoming.c: sip_request_h for INVITE. */
void incoming_on_invite(struct sip_strans *t, struct sip_msg *req, void *arg);
int incoming_answer(struct channel *ch);
int incoming_indicate(struct channel *ch, enum channel_indication ind);

/** header.c: rows for plan_func_add. */
extern const struct plan_func pjsip_header_func, pjsip_inheritable_header_func,
    pjsip_dial_contacts_func;

/** Lines of PJSIP_INHERITABLE_HEADER on the caller, for a leg that it dials. @return as buf_add */
int header_inherit(struct buf *lines, const struct channel *from);
