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
    bool is_retried;          /* re-INVITE after 491 */
    struct sip_dialog *dialog;
    struct sip_strans *strans; /* INVITE without final answer, or whose 2xx waits for the ACK */
    uint32_t invite_cseq;      /* of the last INVITE, theirs or ours */
    struct timer resend;       /* before any answer: 100; then: our 1xx or 2xx again */
    uint32_t resend_ms;
    struct timer timer; /* caller: time limit; up: re-INVITE after 491 */
    char *headers, *contact_user;
    char *bye_headers; /* of the BYE that waits */

    struct sip_attempt *attempt; /* caller */
    uint32_t legs[LEGS_MAX];     /* hashes of the To tags seen */
    uint8_t leg_count;
    char *ack_type, *ack_body; /* delayed offer: our answer, for repeated 2xx */

    struct sip_dialog_request *reinvite; /* ours; kept after its 2xx for repeats */
    bool is_reinviting;                  /* no final answer yet */
    char *re_type, *re_body, *re_headers;
    struct list requests;           /* struct invite_request */
    struct sip_dialog_request *bye; /* ours, until it is answered or theirs crossed it */
};

/** Linked in, holding itself. @return 0; ENOMEM */
int invite_alloc(struct sip_invite **ip, struct sip *sip, const struct sip_invite_handlers *h,
                 void *arg);

/** Copy s into *out when it has bytes (the old one is freed). @return 0; ENOMEM */
int invite_copy(char **out, struct slice s);

/** Nothing goes on any more; lets go of itself. Safe again and again. */
void invite_over(struct sip_invite *i);

/** Over, and the handler hears why. */
void invite_closed(struct sip_invite *i, enum sip_invite_close why, const struct sip_msg *m);

/** BYE now; over when it is answered. */
void invite_send_bye(struct sip_invite *i, struct slice headers);

/** Handlers of its dialog. */
sip_dialog_h invite_on_dialog;
sip_dialog_move_h invite_may_move;

/* ---- invite_callee.c ---- */
void invite_on_ack(struct sip_invite *i, const struct sip_msg *ack);
void invite_on_reinvite(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req);
/** Take a transaction in: its answers are ours from now on. */
void invite_take(struct sip_invite *i, struct sip_strans *t);
/** Let the transaction go; a missing final answer is code. */
void invite_drop(struct sip_invite *i, uint16_t code);

/* ---- invite_caller.c ---- */
void invite_ensure_ack(struct sip_invite *i);

/* ---- reinvite.c ---- */
void invite_reinvite_forget(struct sip_invite *i);
