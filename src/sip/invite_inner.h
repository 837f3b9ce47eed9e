/*
 * sip/invite_inner.h - inner: a session's members, shared by invite.c and its two halves
 *
 * States:  RINGING  callee, no final answer yet
 *          CALLING  caller, no final answer yet
 *          UP       2xx sent or received
 *          ENDING   we said goodbye: CANCEL or BYE is under way, or waits for the ACK
 *          OVER     nothing is under way; only references keep it
 * Holds:   while not OVER a session holds itself, so that the goodbye survives its owner.
 */
#pragma once
#include "sip/attempt.h"

enum invite_state { INVITE_RINGING, INVITE_CALLING, INVITE_UP, INVITE_ENDING, INVITE_OVER };

#define LEGS_MAX 8

/* An early dialog of a caller. */
struct invite_leg {
    struct sip_dialog *dialog; /* NULL: its 1xx named no way to it */
    uint32_t tag_hash;
    uint32_t rseq;    /* of the last reliable 1xx; 0: none */
    bool wants_prack; /* that one brought an offer, the driver has not answered it yet */
    bool has_sdp;     /* our offer was answered, as far as one can tell */
};

struct invite_interval {
    uint32_t s;   /* 0: none */
    bool is_ours; /* we refresh */
};

/* What was agreed about the session timer (session_timer.c). */
struct invite_timer {
    enum sip_use use;
    uint32_t want_s, min_se_s;
    struct invite_interval now;
    bool is_asked; /* a refresh is under way */
    struct timer timer;
};

/* A re-INVITE or UPDATE of ours, with what a second try needs. */
struct invite_own {
    struct sip_dialog_request *request; /* re-INVITE: kept after its 2xx for repeats */
    struct sip_dialog *dialog;          /* borrowed: UPDATE in an early one */
    bool is_under_way;                  /* no final answer yet */
    bool is_retried, is_raised;         /* after 491; after 422 */
    bool is_refresh;                    /* nobody but the session timer asked for it */
    char *type, *body, *headers;
    struct timer timer; /* pause after a glare */
};

struct invite_reliable;

struct sip_invite {
    struct link link; /* sip->invites */
    struct sip *sip;  /* NULL: the core is gone */
    const struct sip_invite_handlers *h;
    void *arg;
    sip_creds_h *creds;
    void *creds_arg;
    enum invite_state state;
    bool is_caller, is_symmetric, force_rport;
    bool is_quiet;            /* no handler any more */
    bool wait_ack;            /* our 2xx is repeated until the ACK comes */
    bool is_confirmed;        /* callee: the first ACK is here */
    bool want_bye;            /* as soon as the ACK is here */
    bool had_offer, is_acked; /* caller: INVITE with SDP; ACK of the 2xx has left */
    struct sip_dialog *dialog;
    struct sip_strans *strans; /* INVITE without final answer, or whose 2xx waits for the ACK */
    uint32_t invite_cseq;      /* of the last INVITE, theirs or ours */
    struct timer resend;       /* before any answer: 100; then: our 1xx or 2xx again */
    uint32_t resend_ms;
    struct timer timer; /* caller: time limit */
    char *headers, *contact_user;
    char *bye_headers; /* of the BYE that waits */

    enum sip_use rel100;
    uint32_t peer_methods; /* bit per enum sip_method: its Allow; 0: it said nothing */
    struct invite_timer se;

    struct sip_attempt *attempt; /* caller */
    struct invite_leg legs[LEGS_MAX];
    uint8_t leg_count;
    char *ack_type, *ack_body; /* delayed offer: our answer, for repeated 2xx */
    uint32_t ack_cseq;         /* of the INVITE that they belong to */
    uint32_t wait_ack_cseq;    /* re-INVITE whose 2xx the driver has to answer; 0: none */

    struct invite_reliable *reliable; /* callee: reliable 1xx; NULL before the first */
    bool is_reliable;                 /* every 101 ... 199 is one */
    bool has_said_sdp;                /* callee: a 1xx or 2xx of ours carried a body */

    struct invite_own reinvite, update;
    struct sip_strans *their_update; /* with an offer that is not answered yet; a reference */
    struct list requests;            /* struct invite_request */
    sip_invite_over_h *over;
    void *over_arg;
    struct sip_dialog_request *bye; /* ours, until it is answered or theirs crossed it */
};

/** Linked in, holding itself. @return 0; ENOMEM */
int invite_alloc(struct sip_invite **ip, struct sip *sip, const struct sip_invite_handlers *h,
                 void *arg);

/** Copy s into *out when it has bytes (the old one is freed). @return 0; ENOMEM */
int invite_copy(char **out, struct slice s);

/** Nothing goes on any more; lets go of itself. Safe again and again. */
void invite_over(struct sip_invite *i);

/** What a successor needs has changed. */
void invite_changed(struct sip_invite *i);

/** Over, and the handler hears why. */
void invite_closed(struct sip_invite *i, enum sip_invite_close why, const struct sip_msg *m);

/** BYE now; over when it is answered. */
void invite_send_bye(struct sip_invite *i, struct slice headers);

/** Handlers of its dialog. */
sip_dialog_h invite_on_dialog;
sip_dialog_move_h invite_may_move;
sip_dialog_way_h invite_find_way;

/** Note Allow of the peer. */
void invite_note_peer(struct sip_invite *i, const struct sip_msg *m);

/** "Supported" as this session sees it. */
void invite_print_supported(struct buf *b, const struct sip_invite *i);

/** A request of the driver or of ours inside d; dropped with the session.
 * @param is_minor  its failure does not end the session @return as sip_invite_request */
int invite_request_in(struct sip_invite *i, struct sip_dialog *d,
                      const struct sip_dialog_send_args *a, bool is_minor, sip_response_h *h,
                      void *arg);

/** The peer does not know the session any more: BYE for those in between, and tell. */
void invite_gone(struct sip_invite *i, enum sip_invite_close why, const struct sip_msg *r,
                 struct slice headers);

/** Call a handler that may answer t or keep it; otherwise code is answered. */
typedef void(invite_handler_h)(struct sip_invite *i, struct sip_strans *t,
                               const struct sip_msg *req, void *arg);
void invite_ask(struct sip_invite *i, invite_handler_h *h, struct sip_strans *t,
                const struct sip_msg *req, uint16_t code);

/* ---- invite_callee.c ---- */
void invite_on_ack(struct sip_invite *i, const struct sip_msg *ack);
void invite_on_reinvite(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req);
/** Take a transaction in: its answers are ours from now on. */
void invite_take(struct sip_invite *i, struct sip_strans *t);
/** Take one in that the process before us had begun; wait_ack: with its 2xx, to be said again. */
void invite_take_again(struct sip_invite *i, struct sip_strans *t, uint32_t cseq, bool wait_ack);
/** Let the transaction go; a missing final answer is code. */
void invite_drop(struct sip_invite *i, uint16_t code);
/** Print and send 1xx or 2xx to the INVITE, with more header lines. @return as sip_strans_answer */
int invite_send_answer(struct sip_invite *i, const struct sip_answer *a, struct slice more);
/** The same for a 2xx: the session is up. @return 0; ENOMEM ... */
int invite_send_2xx(struct sip_invite *i, const struct sip_answer *a);
bool invite_is_open(const struct sip_invite *i);
/** Say the last 1xx again each minute. */
void invite_keep_ringing(struct sip_invite *i);

/* ---- invite_reliable.c ---- */
/** 101 ... 199, now or when the one before was acknowledged. @return as sip_invite_progress */
int invite_reliable_send(struct sip_invite *i, const struct sip_answer *a);
/** Does an offer of ours in a 1xx wait for its PRACK? */
bool invite_reliable_is_offer(const struct sip_invite *i);
/** Must a 2xx wait? Then it is kept. @return EALREADY: no; 0: it waits; EAGAIN; ENOMEM */
int invite_reliable_hold(struct sip_invite *i, const struct sip_answer *a);
void invite_on_prack(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req);
/** A final answer is out: nothing is repeated any more. */
void invite_reliable_stop(struct sip_invite *i);
void invite_reliable_free(struct sip_invite *i);

/* ---- invite_caller.c ---- */
void invite_ensure_ack(struct sip_invite *i);
sip_response_h invite_on_response; /* of the attempt */

/* ---- invite_early.c ---- */
/** Number of the leg of a 1xx, made when it is new; 0: no To tag. */
unsigned invite_leg_of(struct sip_invite *i, const struct sip_msg *r);
/** Is it news? A reliable one that came before, or too early, is not. */
bool invite_leg_is_news(struct sip_invite *i, unsigned leg, const struct sip_msg *r);
/** The driver has heard of it: PRACK. */
void invite_leg_told(struct sip_invite *i, unsigned leg, const struct sip_msg *r);
/** The dialog of a first 2xx, confirmed or made; the others are closed. @return 0; ENOMEM */
int invite_leg_win(struct sip_invite *i, const struct sip_msg *r);
void invite_legs_close(struct sip_invite *i);
/** The early dialog that spoke last, or NULL. */
struct sip_dialog *invite_leg_last(const struct sip_invite *i);
/** Its leg when d is early, or NULL. */
struct invite_leg *invite_leg_of_dialog(struct sip_invite *i, const struct sip_dialog *d);
int invite_make_dialog(struct sip_invite *i, struct sip_dialog **dp, const struct sip_msg *r);

/* ---- reinvite.c ---- */
void invite_reinvite_forget(struct sip_invite *i);
void invite_own_free(struct invite_own *o);
int invite_own_copy(struct invite_own *o, struct slice type, struct slice body,
                    struct slice headers);
/** RFC 3261 s14.1: how long to wait after a 491. */
uint32_t invite_glare_ms(const struct sip_invite *i);

/* ---- invite_update.c ---- */
void invite_on_update(struct sip_invite *i, struct sip_dialog *d, struct sip_strans *t,
                      const struct sip_msg *req);
void invite_update_forget(struct sip_invite *i);
/** Refresh by UPDATE without a body. @return as sip_invite_update */
int invite_update_refresh(struct sip_invite *i);

/* ---- session_timer.c ---- */
void invite_timer_init(struct sip_invite *i, const struct sip_session_timer *args);
/** May an INVITE or UPDATE of the peer be taken?
 * @param lines  out: of the refusal @return 0, or 421 or 422 to refuse it with */
uint16_t invite_timer_check(const struct sip_invite *i, const struct sip_msg *req,
                            struct buf *lines);
/** What our 2xx to that request says; s 0: nothing. Each of two under way has its own. */
struct invite_interval invite_timer_offered(const struct sip_invite *i, const struct sip_msg *req);
/** 2xx to an INVITE or UPDATE of ours. */
void invite_timer_on_2xx(struct sip_invite *i, const struct sip_msg *r);
/** Lines of our 2xx, and of a request of ours inside the session. */
void invite_timer_print_2xx(struct buf *b, struct invite_interval agreed);
void invite_timer_print_request(struct buf *b, const struct sip_invite *i);
/** 422 to a request of ours: is the longer interval worth another try? */
bool invite_timer_raise(struct sip_invite *i, const struct sip_msg *r);
/** Our 2xx to an INVITE or UPDATE of theirs is out: from now on, as it says. */
void invite_timer_agree(struct sip_invite *i, struct invite_interval agreed);
/** From now on, as agreed before. */
void invite_timer_restart(struct sip_invite *i);
void invite_timer_stop(struct sip_invite *i);
/** What was agreed, 100rel and the peer's Allow too, and when the timer goes off: written, or read
 * into a session whose state is known. */
struct pack;
void invite_timer_pack(struct sip_invite *i, struct pack *k);
