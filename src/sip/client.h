/*
 * sip/client.h - a request of ours outside dialogs: OPTIONS, REGISTER, MESSAGE, NOTIFY, PUBLISH, REFER
 *
 * Scope:   finds the targets (RFC 3263), tries them in order (connect error, timeout, 503), answers
 *          one digest challenge, and reports the final answer once.
 * Owns:    copies of everything given. mem_deref forgets it: the handler is not called any more.
 * Limits:  at most 2 tries with credentials in all (CVE-2020-28242), 16 targets.
 * Source:  RFC 3261 s8.1, s22.2; RFC 3263 s4.3.
 */
#pragma once
#include "sip/auth.h"
#include "sip/resolve.h"
#include "sip/transaction.h"

struct sip_client;

struct sip_client_args {
    enum sip_method method;
    struct slice uri;    /* request URI; where it goes, too, unless proxy is given */
    struct slice proxy;  /* URI of an outbound proxy ("sip:proxy;lr"), or absent */
    struct slice routes; /* "Route: ..." lines behind it (sip_routes_add: Service-Route, Path), or
                            absent; without proxy the first one says where it goes */
    struct sip_binding *binding;         /* NULL: the first that fits */
    struct slice from;                   /* name-addr without tag; absent: made of the next two */
    struct slice from_user, from_domain; /* absent: "station", our address */
    struct slice to;                     /* name-addr; absent: <uri> */
    struct slice contact_user;           /* absent: no Contact line */
    struct slice contact_params;         /* ";expires=..." behind the Contact, or absent */
    struct slice contact_uri_params;     /* ";line=..." inside its URI, or absent */
    struct slice user_agent;             /* absent: the core's */
    struct slice call_id;                /* absent: made up */
    uint32_t cseq;                       /* 0: 1 */
    uint8_t max_forwards;                /* 0: 70 */
    struct slice headers;                /* lines made with sip_headers_add */
    struct slice content_type, body;
    sip_creds_h *creds; /* NULL: challenges are final answers */
    void *creds_arg;
    uint32_t timeout_ms;              /* 0: the transaction's 32 s */
    const struct sip_target *targets; /* where to, already known (borrowed); NULL: resolved here */
    size_t target_count;
};

/**
 * Send. The handler (sip/transaction.h) is called exactly once, never before this returns: final
 * response, or NULL with ETIMEDOUT, ENOENT (name), ECONNREFUSED and other errno.
 * @param cp  out: one reference
 * @return 0; EINVAL; ENOMEM
 */
int sip_client_send(struct sip_client **cp, struct sip *sip, const struct sip_client_args *args,
                    sip_response_h *h, void *arg);

/** CSeq of the last try (a REGISTER series goes on from it). */
uint32_t sip_client_cseq(const struct sip_client *c);
