/*
 * sip/invite.h - a session: from the first INVITE to the last BYE, either side
 *
 * Scope:   what a channel driver needs of a call, and no more: the races (CANCEL against 200, two
 *          re-INVITEs, forks), repeats of 2xx until ACK, ACK, digest retries and failing over to
 *          the next target happen inside.
 * Owns:    its dialogs and transactions. Counted; the caller holds one reference from accept or
 *          send. mem_deref by the caller alone does not say goodbye: call sip_invite_end first.
 *          Messages given to handlers are borrowed; mem_ref keeps one.
 * Thread:  the loop's. Handlers run from loop events only, never inside a call of this interface.
 * Limits:  8 early dialogs of one INVITE are kept apart; more share the last.
 * Source:  RFC 3261 s9, s13, s14, s15; RFC 6026; RFC 6086 (INFO); RFC 3262 (PRACK); RFC 3311
 *          (UPDATE); RFC 4028 (session timer).
 *
 * States:  ringing --answer--> up --end, BYE--> over
 *          After sip_invite_end no handler is called any more. After failed, canceled and closed
 *          the session is over, and these are the last calls made.
 */
#pragma once
#include "sip/auth.h"
#include "sip/dialog.h"
#include "sip/resolve.h"
#include "sip/transaction.h"

struct sip_invite;

enum sip_invite_close {
    SIP_CLOSE_BYE,       /* the peer said BYE (200 was sent); message is the BYE */
    SIP_CLOSE_NO_ACK,    /* our 2xx was never acknowledged; BYE was sent */
    SIP_CLOSE_GONE,      /* 481 or 408 to a request of ours, or no answer; message may be NULL */
    SIP_CLOSE_TRANSPORT, /* could not be sent */
    SIP_CLOSE_EXPIRED,   /* session timer: nobody refreshed it in time; BYE was sent */
};

/** What is made of an extension that both sides must know. */
enum sip_use {
    SIP_USE_NO,       /* never: a peer that requires it gets 420 */
    SIP_USE_YES,      /* in Supported; used when the peer asks for it */
    SIP_USE_PEER,     /* 100rel: our 1xx are reliable as soon as the peer supports it */
    SIP_USE_REQUIRED, /* in Require; a caller that does not support it gets 421 */
    SIP_USE_ALWAYS,   /* timer: we refresh by ourselves when the peer does not know it */
};

/** Session timer (RFC 4028). The layer negotiates, refreshes, and ends what was not refreshed. */
struct sip_session_timer {
    enum sip_use use;
    uint32_t expires_s; /* 0: 1800 */
    uint32_t min_se_s;  /* 0: 90 */
};

/** Any of them may be NULL: then the layer does what is said in brackets. */
struct sip_invite_handlers {
    /**
     * Caller: 101 ... 199. leg numbers the early dialogs (0: no To tag, 1, 2 ...), see
     * sip_invite_leg. A reliable one is given once and in order; PRACK leaves by itself when this
     * returns, unless it brings an offer (our INVITE carried no SDP): then call sip_invite_prack
     * now or soon.
     */
    void (*progress)(struct sip_invite *i, const struct sip_msg *response, unsigned leg, void *arg);

    /**
     * Caller: first 2xx. ACK leaves by itself when this returns, unless want_ack is true (our
     * INVITE carried no SDP, the 2xx does): then call sip_invite_ack now or soon.
     */
    void (*answered)(struct sip_invite *i, const struct sip_msg *response, bool want_ack,
                     void *arg);

    /** Caller: 300 ... 699 (response given), or code made up here with response NULL (408, 503,
     * 500; 502: answered without a Contact that could be used). */
    void (*failed)(struct sip_invite *i, uint16_t code, const struct sip_msg *response, void *arg);

    /** Callee: the caller gave up; 200 to CANCEL and 487 have been sent. Its Reason may be read. */
    void (*canceled)(struct sip_invite *i, const struct sip_msg *cancel, void *arg);

    /** Callee: ACK for our 2xx (also of a re-INVITE); its body is the answer when we made the
     * offer. */
    void (*acked)(struct sip_invite *i, const struct sip_msg *ack, void *arg);

    /** Re-INVITE of the peer: answer with sip_invite_answer or _reject, now or later. [488] */
    void (*reinvite)(struct sip_invite *i, const struct sip_msg *req, void *arg);

    /** Final answer to our re-INVITE (2xx is acknowledged); NULL with err. */
    void (*reinvited)(struct sip_invite *i, int err, const struct sip_msg *response, void *arg);

    /**
     * Any other request of the peer inside the dialog (INFO, MESSAGE, NOTIFY, REFER), early ones
     * too: answer it with sip_strans_answer, now or (mem_ref(t)) later. [INFO 200; others 405]
     */
    void (*request)(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req,
                    void *arg);

    /**
     * Callee: PRACK for our reliable 1xx; its body answers an offer of ours, or is an offer. An
     * offer is answered with sip_invite_respond, now or (mem_ref(t)) later. [200; with an offer 488]
     */
    void (*pracked)(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *prack,
                    void *arg);

    /**
     * UPDATE of the peer, early or up (its Contact is noted, its session timer too): answer with
     * sip_invite_respond, now or (mem_ref(t)) later. [200; with a body 488]
     */
    void (*update)(struct sip_invite *i, struct sip_strans *t, const struct sip_msg *req,
                   void *arg);

    /** Final answer to our UPDATE; NULL with err. */
    void (*updated)(struct sip_invite *i, int err, const struct sip_msg *response, void *arg);

    /**
     * The session timer asks for a re-INVITE, because the peer allows no UPDATE: give the SDP that
     * was said last (valid until the next call into the layer). Its answer comes as reinvited.
     * [the session ends when it expires]
     */
    struct slice (*refresh)(struct sip_invite *i, void *arg);

    /**
     * A request inside the dialog came from another address: may ours go there from now on
     * (is_symmetric)? Whoever knows the tags can send one. [true]
     */
    bool (*may_move)(struct sip_invite *i, const struct addr *to, void *arg);

    /**
     * The connection to the peer is closed: where is it reached now? target is its Contact.
     * @param to  out: borrowed. [false: a connection to the same address is tried]
     */
    bool (*find_way)(struct sip_invite *i, struct slice target, struct sip_flow *to, void *arg);

    /** What sip/save.h writes is another now, by a request of the peer or the session timer. */
    void (*changed)(struct sip_invite *i, void *arg);

    /** Up, and now over without our doing. */
    void (*closed)(struct sip_invite *i, enum sip_invite_close why, const struct sip_msg *m,
                   void *arg);
};

/* ---- callee ---- */

struct sip_invite_accept_args {
    struct slice contact_user; /* absent: user of the request URI */
    struct slice headers;      /* lines in every 1xx (but 100) and 2xx; copied */
    bool force_rport;          /* answers go to the port that asked, without ;rport, too */
    bool is_symmetric;         /* in-dialog requests go where the INVITE came from
                                  (rewrite_contact), not where Contact says */
    sip_creds_h *creds;        /* for challenges of our in-dialog requests; NULL: none */
    void *creds_arg;
    enum sip_use
        rel100; /* PEER, REQUIRED, or the caller requires it: every 101 ... 199 is reliable */
    struct sip_session_timer timer;
    const struct sip_invite_handlers *handlers; /* borrowed for ever (static) */
    void *arg;
};

/**
 * Make an INVITE that a method handler got (sip/server.h) into a session; 100 Trying is sent when
 * nothing else is said within 200 ms.
 * After 0 the transaction belongs to the session: answer only through it.
 * @return 0; EINVAL (no Contact: answered 400; already answered); EPROTO (a body or an extension:
 *         answered 406, 415, 420, 421 or 422); ENOMEM (not answered yet)
 */
int sip_invite_accept(struct sip_invite **ip, struct sip_strans *t,
                      const struct sip_invite_accept_args *args);

/**
 * 101 ... 199, with or without SDP; carries the To tag. Reliable ones leave one after the other,
 * each when the one before was acknowledged (at most 8 wait). Not acknowledged within 32 s: 504 is
 * answered, and closed says SIP_CLOSE_NO_ACK.
 * @return 0; EALREADY; EAGAIN (too many wait); ENOMEM; errno
 */
int sip_invite_progress(struct sip_invite *i, const struct sip_answer *a);

/** Are its 101 ... 199 reliable? Without an offer of theirs, the first then has to bring ours (RFC 3262
 * s5), and its PRACK the answer. */
bool sip_invite_is_reliable(const struct sip_invite *i);

/** 2xx to the INVITE or the waiting re-INVITE; sent again until ACK. It waits for the PRACK of a
 * reliable 1xx that carried SDP (RFC 3262 s3). @return as above */
int sip_invite_answer(struct sip_invite *i, const struct sip_answer *a);

/** 3xx ... 6xx to the same. @return as above */
int sip_invite_reject(struct sip_invite *i, const struct sip_answer *a);

/* ---- caller ---- */

struct sip_invite_args {
    struct slice uri;                 /* request URI */
    struct slice proxy;               /* outbound proxy URI or absent */
    struct slice routes;              /* "Route: ..." lines behind it (sip_routes_add), or absent */
    struct sip_binding *binding;      /* NULL: the first that fits */
    const struct sip_target *targets; /* already resolved, or NULL: resolved here */
    size_t target_count;
    struct slice from;         /* `"display" <sip:user@host>` without tag; absent host: see below */
    struct slice from_display; /* used when from is absent: display, user, domain */
    struct slice from_user;    /* absent: "anonymous" */
    struct slice from_domain;  /* absent: our address towards the target */
    struct slice to;           /* name-addr; absent: <uri> */
    struct slice contact_user; /* absent: from_user */
    uint8_t max_forwards;      /* 0: 70. A call that goes on: what came, less one (none left: no
                                  call, 483) */
    struct slice headers;      /* lines; copied */
    struct slice content_type, body; /* the offer; absent: delayed offer */
    bool is_symmetric;               /* in-dialog requests go to the target that answered */
    bool force_rport;                /* answers go to the port that asked, without ;rport, too */
    sip_creds_h *creds; /* for challenges of the INVITE and inside the dialog; NULL: none */
    void *creds_arg;
    enum sip_use rel100;
    struct sip_session_timer timer; /* a 422 is answered by itself, with the longer interval */
    uint32_t
        timeout_ms; /* 0: none (a Dial has its own): no final answer by then gives 408 + CANCEL */
    const struct sip_invite_handlers *handlers; /* borrowed for ever (static) */
    void *arg;
};

/** @return 0 (handlers follow, never before return); EINVAL; ENOMEM */
int sip_invite_send(struct sip_invite **ip, struct sip *sip, const struct sip_invite_args *args);

/** Send the ACK that answered asked for. Absent body: none. @return 0; EALREADY; ENOMEM; errno */
int sip_invite_ack(struct sip_invite *i, struct slice content_type, struct slice body);

/** The PRACK of the last reliable 1xx of that leg, with our answer. Absent body: none.
 * @return 0; EALREADY (none waits); ENOMEM; errno */
int sip_invite_prack(struct sip_invite *i, unsigned leg, struct slice content_type,
                     struct slice body);

/** Leg whose To tag that was: a request inside an early dialog carries it in From. 0: none. */
unsigned sip_invite_leg_by_tag(const struct sip_invite *i, struct slice remote_tag);

/** Early dialog of that leg (1, 2 ...); NULL: none, or its 1xx had no Contact. Borrowed. */
const struct sip_dialog *sip_invite_leg(const struct sip_invite *i, unsigned leg);

/* ---- both ---- */

/**
 * End it, in whatever state: callee ringing: answers code; caller ringing: CANCEL as soon as the
 * RFC allows; up: BYE. The goodbye goes on without the caller of this, who may mem_deref at once.
 * @param code     answer of a ringing callee (0: 480); other states ignore it
 * @param headers  lines for the answer, CANCEL or BYE (Reason), or absent
 */
void sip_invite_end(struct sip_invite *i, uint16_t code, struct slice headers);

/** Offer anew. 491 is retried once by itself. @return 0; EBUSY (one is under way); ENOTCONN; ENOMEM
 */
int sip_invite_reinvite(struct sip_invite *i, struct slice content_type, struct slice body,
                        struct slice headers);

/**
 * UPDATE, early or up (RFC 3311). A 491 or 500 with Retry-After is retried once by itself; then
 * updated.
 * @param leg   caller before the answer: which early dialog; else ignored
 * @param body  absent: none (refreshes target and timer, tells a connected party)
 * @return 0; ENOTSUP (the peer does not allow it); EBUSY (an offer is under way); ENOTCONN (no such
 *         dialog); ENOMEM; errno
 */
int sip_invite_update(struct sip_invite *i, unsigned leg, struct slice content_type,
                      struct slice body, struct slice headers);

/** Answer a request that pracked or update was given: Contact and session timer are added.
 * @return as sip_strans_answer */
int sip_invite_respond(struct sip_invite *i, struct sip_strans *t, const struct sip_answer *a);

/** Did the peer say that it takes that method (Allow)? false when it said nothing. */
bool sip_invite_peer_allows(const struct sip_invite *i, enum sip_method m);

/** Session interval agreed; 0: none. / Do we refresh it? */
uint32_t sip_invite_session_s(const struct sip_invite *i);
bool sip_invite_is_refresher(const struct sip_invite *i);

/** A request inside the dialog (INFO, MESSAGE, REFER ...); before the answer inside the last early
 * one. h may be NULL. @return 0; ENOTCONN; ENOMEM; errno */
int sip_invite_request(struct sip_invite *i, enum sip_method method, struct slice headers,
                       struct slice content_type, struct slice body, sip_response_h *h, void *arg);

/** Forget the handlers' argument: no handler from now on. */
void sip_invite_forget(struct sip_invite *i);

/** Nothing of it is under way any more. */
typedef void(sip_invite_over_h)(void *arg);

/**
 * Be told once when its goodbye is over (at the latest when the core ends); sip_invite_forget does not
 * take that back.
 * @return false: it is over already, h is not called
 */
bool sip_invite_on_over(struct sip_invite *i, sip_invite_over_h *h, void *arg);

/** Borrowed; NULL before there is one. After the answer the one that is up. */
const struct sip_dialog *sip_invite_dialog(const struct sip_invite *i);

/** Call-ID, from the first moment. */
struct slice sip_invite_call_id(const struct sip_invite *i);

/** The way to the peer, as far as known (zero binding: not resolved yet). */
const struct sip_flow *sip_invite_flow(const struct sip_invite *i);

bool sip_invite_is_up(const struct sip_invite *i);
bool sip_invite_is_over(const struct sip_invite *i);
bool sip_invite_is_caller(const struct sip_invite *i);

/** The session of a dialog, early ones too, as a Replaces names it; NULL. Borrowed. */
struct sip_invite *sip_invite_find(struct sip *sip, struct slice call_id, struct slice local_tag,
                                   struct slice remote_tag);

/** Sessions alive. */
uint32_t sip_invite_count(const struct sip *sip);
