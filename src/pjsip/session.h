/*
 * pjsip/session.h - inner: a channel's SIP side
 *
 * Scope:   channel.pvt of technology PJSIP. A session takes from its endpoint what a call needs,
 *          so that a change of the configuration does not touch running calls.
 * Owns:    the sip_invite, the description agreed on, the caller's INVITE, header lines to send.
 *          It belongs to its channel and dies with it; ch is borrowed.
 * Files:   session.c (birth), describe.c (SDP), incoming.c, outgoing.c, redirect.c (3xx), update.c (what
 *          the peer changes), refresh.c (what we change), direct.c (media past us), identity.c,
 *          diversion.c, way.c (a phone that connected again), transfer.c (302, REFER, MESSAGE), tech.c (the technology's row), dtmf.c,
 *          header.c, item.c.
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
    struct sip_msg *response;  /* outgoing: the 200, for PJSIP_RESPONSE_HEADER */
    struct sdp *offer;         /* incoming: until the stream is there */
    struct outgoing *out;      /* outgoing, until the INVITE has left */
    struct pjsip_creds *creds; /* borrowed; NULL: we do not log in there */
    char *endpoint;            /* its name */

    struct codec_list codecs;
    uint32_t rtp_timeout_ms, rtp_timeout_hold_ms, rtp_keepalive_ms;
    uint8_t tos; /* of its sound packets */
    struct model_call_options options;
    char *sdp_owner, *sdp_name; /* NULL: the usual */
    uint8_t dtmf_mode;          /* enum model_dtmf */
    bool is_rtp_symmetric, is_symmetric, force_rport, has_inband_progress;

    struct sdp_session sdp;
    struct sdp_agreed agreed; /* valid with has_agreed */
    struct addr said;         /* host that our descriptions name */
    struct addr signal;       /* where the peer's SIP comes from */
    struct buf description;   /* incoming: our answer or offer, until the call is answered */
    struct buf headers;       /* lines that PJSIP_HEADER added */
    uint32_t answer_tag;      /* hash of the To tag whose description was taken last */
    uint16_t refusal;         /* PJSIPHangup: the status that refuses it; 0: that of the cause */
    uint8_t redirects;        /* 3xx followed by ourselves */
    uint8_t direct_tries;
    struct addr direct; /* the other leg's media, named to this peer; AF_UNSPEC: ours */
    bool has_agreed;
    bool is_refreshing;    /* our re-INVITE or UPDATE waits for its answer */
    bool is_refresh_asked; /* another one is wanted after it */
    bool is_holding;       /* moh_passthrough: the peer is told that we hold it */
    bool is_glare_past;    /* direct_media_glare_mitigation: the one try was let go by */
    bool is_offer_ours;  /* incoming without an offer: ours is in the 200, the answer in the ACK */
    bool is_offer_early; /* or it was in a reliable 1xx, and the answer comes in its PRACK */
    bool is_update_ours; /* the same in a re-INVITE */
    bool is_running;     /* incoming: the routing has the channel */
    bool has_progressed; /* incoming: a 183 has left */
    bool is_ringing;     /* incoming: a 180 has left, or would have */
    bool is_referring;   /* our REFER was sent; how it goes has not been told to the end */
};

extern const struct channel_tech pjsip_tech;
extern const struct sip_invite_handlers pjsip_incoming_handlers, pjsip_outgoing_handlers;

static inline struct session *session_of(const struct channel *ch)
{
    return ch->pvt;
}

/** The session of a routing function's channel; NULL on another technology's (a warning names what).
 */
struct plan_env;
struct session *session_for(const struct plan_env *env, const char *what);

/** A session of p's with what endpoint says. @return 0; ENOMEM */
int session_alloc(struct session **sp, struct pjsip *p, const struct model_endpoint *e);

/** For a session that no channel owns. */
void session_free(struct session *s);

/** Fill a new channel's fields from the endpoint. @return 0; ENOMEM */
int session_dress(struct session *s, const struct model_endpoint *e);

/** Ask for the media stream that fits a peer at flow. @return 0; errno */
int session_open_stream(struct session *s, const struct sip_flow *flow, struct media_stream *near,
                        channel_ready_h *ready);

/* ---- describe.c ---- */

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

/** The description that a message brings is the answer of this fork: does it count? */
bool session_counts(const struct session *s, const struct sip_msg *response);

/** Does the peer hold us, so that the other leg shall hear music? */
bool session_is_held(const struct session *s);

/** Lines of an answer or request of ours: what the routing added, who is at our end. @return 0; ENOMEM */
int session_headers(const struct session *s, struct buf *out);

/** session.c: codecs of both lists as the preference says. @param own  in and out */
void session_prefer(struct codec_list *own, const struct codec_list *theirs, uint8_t pref);

/** The far end is gone: the channel is told, and ended here when nobody else would. */
void session_gone(struct session *s, int cause, int status);

/* ---- handlers of both kinds (update.c, dtmf.c) ---- */

void session_on_reinvite(struct sip_invite *i, const struct sip_msg *req, void *arg);
void session_on_request(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req,
                        void *arg);
bool session_may_move(struct sip_invite *i, const struct addr *to, void *arg);
bool session_find_way(struct sip_invite *i, struct slice target, struct sip_flow *to, void *arg);
void session_on_acked(struct sip_invite *i, const struct sip_msg *ack, void *arg);
void session_on_closed(struct sip_invite *i, enum sip_invite_close why, const struct sip_msg *m,
                       void *arg);

void session_on_prack(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req,
                      void *arg);
void session_on_update(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req,
                       void *arg);
struct slice session_on_refresh(struct sip_invite *i, void *arg);

/** Media follow what was agreed, the other leg hears of hold, direct media are thought over. */
void session_take_over(struct session *s);

/* ---- refresh.c ---- */

/**
 * Tell the peer what has changed, at once or after what is under way.
 * @param method  enum model_refresh; UPDATE only where the peer takes it
 * @param media   with a description (a re-INVITE always has one)
 * @return 0; ENOTCONN (not up); ENOMEM; errno
 */
int session_refresh(struct session *s, uint8_t method, bool media);
/** Something under way is over: send what waited for it. */
void session_refresh_waiting(struct session *s);
void session_on_reinvited(struct sip_invite *i, int err, const struct sip_msg *response, void *arg);
void session_on_updated(struct sip_invite *i, int err, const struct sip_msg *response, void *arg);
/** Extensions as the endpoint wants them. */
enum sip_use session_rel100(const struct session *s);
struct sip_session_timer session_timer(const struct session *s);

/* ---- direct.c ---- */

/** tech->bridged */
void direct_bridged(struct channel *ch, struct channel *peer);
/** The peer's new offer: take direct media back when it changes where sound goes, or has not their codec. */
void direct_on_offer(struct session *s, const struct sdp *offer);
/** Our offer with the other leg's address was refused: both legs come back. */
void direct_refused(struct session *s);

/* ---- identity.c ---- */

/** Who calls, by the INVITE of a new call. @return 0; ENOMEM */
int identity_from_invite(struct session *s, const struct model_endpoint *e,
                         const struct sip_msg *req);
/** Any later message of the peer may say that it is somebody else now. */
void identity_on_message(struct session *s, const struct sip_msg *m);
/** P-Asserted-Identity, Privacy, Remote-Party-ID lines for our end. @return 0; ENOMEM */
int identity_add(const struct session *s, struct buf *headers);
/** May a changed connected line be told? */
bool identity_may_update(const struct session *s);
/** From of our INVITE by the caller id. */
void identity_fill_from(const struct session *s, struct sip_invite_args *a);
/** Host of our own URIs towards this peer. / ";user=phone" where it belongs. @return as buf_add */
int identity_add_host(const struct session *s, struct buf *out);
int identity_add_phone(const struct session *s, struct buf *uri, struct slice user);

/* ---- diversion.c ---- */

/** @return 0; ENOMEM */
int diversion_from_invite(struct session *s, const struct sip_msg *req);
/** A 181 or 3xx. @param to_number  where the call goes, or absent */
void diversion_from_response(struct session *s, const struct sip_msg *response,
                             struct slice to_number);
/** Diversion and History-Info lines. @return 0; ENOMEM */
int diversion_add(const struct session *s, struct buf *headers);

/* ---- redirect.c ---- */

/** A 3xx to our INVITE. @return true when the call goes on in this session */
bool redirect_follow(struct session *s, const struct sip_msg *response);

/* ---- transfer.c ---- */

/** tech->transfer, tech->send_text */
int transfer_call(struct channel *ch, struct slice destination);
int transfer_send_text(struct channel *ch, struct slice content_type, struct slice text);
/** REFER, NOTIFY and MESSAGE inside the call. */
void transfer_on_notify(struct session *s, struct sip_strans *t, const struct sip_msg *req);
void transfer_on_refer(struct session *s, struct sip_strans *t, const struct sip_msg *req);
void transfer_on_text(struct session *s, struct sip_strans *t, const struct sip_msg *req);

/* ---- tech.c's rows ---- */

/** outgoing.c */
int outgoing_request(struct channel **chp, void *tech_arg, const struct channel_request *req,
                     int *cause);
int outgoing_call(struct channel *ch);
void outgoing_free(struct outgoing *o);
/** from_domain, and the way to the peer, while the INVITE has not left; absent, NULL after it. */
struct slice outgoing_from_domain(const struct session *s);
const struct sip_flow *outgoing_flow(const struct session *s);
/** Call another URI in the same session (the INVITE before has failed). @return 0; errno */
int outgoing_again(struct session *s, const struct model_endpoint *e, struct slice uri);

/** dtmf.c: send a digit as the endpoint wants it. @return 0; ENOTSUP: by the stream */
int session_send_dtmf(struct channel *ch, char digit, uint32_t ms);

/** dtmf.c: digit and duration of an INFO body. @return 0; EINVAL; ENOENT (no type of ours) */
int dtmf_info_parse(const struct sip_msg *m, char *digit, uint32_t *ms);

/** item.c: CHANNEL(pjsip,...), CHANNEL(rtp,...). */
int session_get(struct channel *ch, struct slice item, struct buf *out);

/** session_save.c */
void session_save(const struct channel *ch, struct pack *k, bool is_lean);
int session_restore(struct channel *ch, void *tech_arg, struct pack *k);
bool session_save_goodbye(struct channel *ch, struct pack *k);
void session_goodbye_kept(struct channel *ch, uint32_t slot);
int session_restore_goodbye(void *tech_arg, struct pack *k, uint32_t slot);
/** Of struct sip_invite_handlers: the journal takes it down. */
void session_on_changed(struct sip_invite *i, void *arg);

/** incoming.c: sip_request_h for INVITE. */
void incoming_on_invite(struct sip_strans *t, struct sip_msg *req, void *arg);
int incoming_answer(struct channel *ch);
int incoming_indicate(struct session *s, enum channel_indication ind);

/** header.c: rows for plan_func_add. */
extern const struct plan_func pjsip_header_func, pjsip_inheritable_header_func,
    pjsip_dial_contacts_func;

/** header_list.c */
extern const struct plan_func pjsip_headers_func, pjsip_header_param_func,
    pjsip_response_header_func, pjsip_response_headers_func;

/** function.c */
extern const struct plan_func pjsip_dtmf_mode_func, pjsip_moh_passthrough_func,
    pjsip_media_offer_func, pjsip_send_session_refresh_func, pjsip_parse_uri_func,
    pjsip_parse_uri_from_func;

/** A dialog or a transaction needs this header as it is: no routing writes it. */
bool header_is_ours_alone(struct slice name);

/** Lines of PJSIP_INHERITABLE_HEADER on the caller, for a leg that it dials. @return as buf_add */
int header_inherit(struct buf *lines, const struct channel *from);
