/*
 * sip/attempt.h - inner: a request of ours outside dialogs, until somebody really answered
 *
 * Scope:   under sip/client.h and the caller of sip/invite.h: targets in order, digest retries,
 *          CANCEL at the right moment.
 * Owns:    one block with copies of everything given; freed with the last reference. Counted.
 * Source:  RFC 3261 s8.1, s9.1, s22.2; RFC 3263 s4.3.
 */
#pragma once
#include "sip/core.h"

struct sip_attempt;

struct sip_attempt_args {
    enum sip_method method;
    struct slice uri, proxy;
    struct slice routes; /* "Route: ..." lines behind the proxy's, or absent */
    struct sip_binding *binding;
    const struct sip_target *targets;
    size_t target_count;
    struct slice from; /* name-addr without tag, or absent: made of the next three */
    struct slice from_display, from_user, from_domain;
    struct slice to;
    bool has_contact;
    struct slice contact_user, contact_params, contact_uri_params;
    struct slice user_agent; /* absent: the core's */
    struct slice call_id;
    uint32_t cseq;
    uint8_t max_forwards; /* 0: 70 */
    struct slice headers, content_type, body;
    sip_creds_h *creds;
    void *creds_arg;
    uint32_t session_s,
        min_se_s;        /* Session-Expires and Min-SE, raised by a 422; 0: no such lines */
    uint32_t timeout_ms; /* not for INVITE: that wants a CANCEL */
};

/**
 * Start. The handler gets provisional answers and finals that end it, or NULL with errno; for
 * INVITE further 2xx later. Never called before this returns.
 * @return 0; EINVAL; ENOMEM
 */
int sip_attempt_start(struct sip_attempt **ap, struct sip *sip, const struct sip_attempt_args *args,
                      sip_response_h *h, void *arg);

/** CANCEL an INVITE as soon as allowed, and try nothing more. The handler is still called. */
void sip_attempt_cancel(struct sip_attempt *a, struct slice headers);

/** No handler from now on, nothing more is tried; the transaction runs out by itself. */
void sip_attempt_forget(struct sip_attempt *a);

/** Free what only a retry would need (a final answer is in). */
void sip_attempt_shrink(struct sip_attempt *a);

struct slice sip_attempt_call_id(const struct sip_attempt *a);
struct slice sip_attempt_tag(const struct sip_attempt *a);
uint32_t sip_attempt_cseq(const struct sip_attempt *a);
const struct sip_flow *sip_attempt_flow(const struct sip_attempt *a);
