/*
 * sip/save_inner.h - inner: what the files of sip/ save of themselves for sip/save.h
 */
#pragma once
#include "sip/attempt.h"
#include "sip/save.h"

/** Both ways: binding by name, address of the peer. Read: flow gets references; a stream is opened
 * when something is sent. ENOTCONN: no such binding */
void sip_flow_pack(struct sip_flow *flow, struct sip *sip, struct pack *k);

void sip_dialog_pack(const struct sip_dialog *d, struct pack *k);
int sip_dialog_unpack(struct sip_dialog **dp, struct sip *sip, struct pack *k, sip_dialog_h *h,
                      void *arg);

/* ---- server_transaction.c ---- */

/** The printed answer; absent before the first, and after the ACK of a 2xx. */
struct slice sip_strans_bytes(const struct sip_strans *t);

/** The transaction of a request that somebody else had begun, with its tag and, when it had one,
 * its 2xx. @return 0; ENOMEM */
int sip_strans_restore(struct sip_strans **tp, struct sip *sip, struct sip_msg *req,
                       struct slice tag, struct slice answer);

/* ---- client_transaction.c ---- */

/** The printed request; absent once it is not needed any more. */
struct slice sip_ctrans_bytes(const struct sip_ctrans *t);

/** An INVITE of ours that somebody else had sent, and that may be canceled at once.
 *  @return 0; EBADMSG; ENOMEM */
int sip_ctrans_restore(struct sip_ctrans **tp, struct sip *sip, const struct sip_flow *flow,
                       struct slice bytes, sip_response_h *h, void *arg);

/* ---- attempt.c ---- */

void sip_attempt_pack(const struct sip_attempt *a, struct pack *k);
int sip_attempt_unpack(struct sip_attempt **ap, struct sip *sip, struct pack *k, sip_response_h *h,
                       void *arg);
