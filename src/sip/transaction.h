/*
 * sip/transaction.h - the four transaction machines
 *
 * Scope:   retransmission, matching, timeouts. A server transaction is handed to the method's
 *          handler (sip/server.h) and answered with sip_strans_answer; client transactions are
 *          inner to sip/client.h and sip/invite.h.
 * Owns:    a server transaction is counted and belongs to whoever is to answer it: dropped without
 *          an answer it is gone, and a repeat of the request counts as new. It holds its request
 *          until the final answer, then only its key and the printed answer (about 1 KiB), kept by
 *          the table until the retransmissions have died out.
 * Thread:  the loop's.
 * Units:   T1 500 ms (sip_set_timers), T2 4 s, T4 5 s. An INVITE that rings has no
 *          timer (timer C is for proxies): whoever dialled cancels it.
 * Limits:  server transactions waiting for an answer: sip_args.max_pending; beyond it 503.
 * Source:  RFC 3261 s17, RFC 6026 (Accepted), RFC 4320 (no 408 to non-INVITE).
 */
#pragma once
#include "sip/message.h"
#include "sip/print.h"
#include "sip/transport.h"

#define SIP_T1_MS 500
#define SIP_T2_MS 4000
#define SIP_T4_MS 5000

struct sip_strans;

/** The request; borrowed. NULL after the final answer: mem_ref it before when it is needed. */
struct sip_msg *sip_strans_request(const struct sip_strans *t);

/**
 * Answer. A final answer ends the interest: later calls return EALREADY and send nothing.
 * INVITE: a 2xx from here is not repeated (sip/invite.h does that).
 * @return 0; EALREADY; EINVAL (code, or lines that cannot be sent); ENOMEM (503 was sent instead where possible); errno of send
 */
int sip_strans_answer(struct sip_strans *t, const struct sip_answer *a);

/* A 401 or 407 outside dialogs is sent and forgotten at once (RFC 3261 s26.3.2.4). */

/** Short form without headers and body. reason NULL: the usual one. */
int sip_strans_refuse(struct sip_strans *t, uint16_t code, const char *reason);

/** The To tag that answers of this transaction carry (made up where the request had none). */
struct slice sip_strans_to_tag(const struct sip_strans *t);

bool sip_strans_is_final(const struct sip_strans *t);

/** Answers go to the port the request came from even without ;rport (endpoint option force_rport).
 */
void sip_strans_force_rport(struct sip_strans *t);

/** Events of a server transaction; the owner clears them (h NULL) before it goes. */
struct sip_strans_handlers {
    /** A CANCEL matched (it has been answered 200); the INVITE still wants its answer (487). */
    void (*canceled)(struct sip_strans *t, const struct sip_msg *cancel, void *arg);
    /** No ACK for a 3xx-6xx (ETIMEDOUT), the transport failed, or all is over (0). Last call. */
    void (*ended)(struct sip_strans *t, int err, void *arg);
};
void sip_strans_set_handlers(struct sip_strans *t, const struct sip_strans_handlers *h, void *arg);

/* ---- client side ---- */

struct sip_ctrans;

/**
 * A response, or NULL with err: ETIMEDOUT (timers B, F), or errno of the transport. Called for
 * every provisional and final answer; for INVITE also for each further 2xx (other forks) for 32 s.
 */
typedef void(sip_response_h)(int err, const struct sip_msg *response, void *arg);

/**
 * Send a printed request whose top Via carries branch.
 * @param tp     out, may be NULL: one reference; mem_deref before the end forgets the handler only
 * @param bytes  copied (UDP INVITE, or any that may be sent again)
 * @return 0; ENOMEM; errno of the transport
 */
int sip_ctrans_start(struct sip_ctrans **tp, struct sip *sip, enum sip_method method,
                     const struct sip_flow *flow, struct slice branch, struct slice bytes,
                     sip_response_h *h, void *arg);

/** The same inside a dialog: over a stream that breaks before any answer, it is sent once more over
 * a fresh one. */
int sip_ctrans_start_inside(struct sip_ctrans **tp, struct sip *sip, enum sip_method method,
                            const struct sip_flow *flow, struct slice branch, struct slice bytes,
                            sip_response_h *h, void *arg);

/** No handler from now on; the machine runs to its end by itself. */
void sip_ctrans_forget(struct sip_ctrans *t);
