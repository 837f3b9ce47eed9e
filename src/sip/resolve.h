/*
 * sip/resolve.h - a URI to the addresses to try, in order
 *
 * Scope:   RFC 3263: literal address, port given (A/AAAA), else NAPTR, SRV, A/AAAA. The transport
 *          is the URI's transport= parameter, else the binding's (both: no NAPTR, one SRV), else
 *          what NAPTR prefers of that which we have a binding for, else the first of UDP, TCP,
 *          TLS that has an SRV, else UDP; sips: always TLS.
 * Owns:    its query until the handler was called.
 * Limits:  16 targets.
 * Source:  RFC 3263 s4.
 */
#pragma once
#include "sip/transport.h"

struct sip_target {
    struct sip_flow flow;
    enum sip_transport transport;
};

#define SIP_TARGETS_MAX 16

struct sip_resolve;

/** targets and their bindings are borrowed during the call: sip_flow_hold keeps one.
 * err 0: at least one target; ENOENT: no such name; ETIMEDOUT; EADDRNOTAVAIL: no binding fits. */
typedef void(sip_resolve_h)(int err, const struct sip_target *targets, size_t count, void *arg);

/**
 * Resolve at once when no question to the network is needed (literal address).
 * @param binding  to send from; NULL: the first that fits
 * @return 0; EINPROGRESS (needs sip_resolve_start); EADDRNOTAVAIL; EINVAL (URI)
 */
int sip_resolve_now(struct sip *sip, const struct sip_uri *uri, struct sip_binding *binding,
                    struct sip_target *target);

/**
 * Ask. The handler is never called before this returns; mem_deref forgets the question.
 * @return 0; EINVAL; ENOMEM
 */
int sip_resolve_start(struct sip_resolve **rp, struct sip *sip, const struct sip_uri *uri,
                      struct sip_binding *binding, sip_resolve_h *h, void *arg);
