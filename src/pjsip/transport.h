/*
 * pjsip/transport.h - the transports of the configuration as bindings of the SIP core
 *
 * Scope:   opens what the snapshot names, with sockets from the supervisor; follows changes: an
 *          external address or a local net changes in place, everything else opens anew.
 * Failure: a transport that cannot be opened costs one message that says which, where and why, and
 *          is tried again every 30 s; the others work.
 * Limits:  64 transports. WebSocket comes with the web interface: named once, not opened.
 */
#pragma once
#include "pjsip/inner.h"
#include "sip/resolve.h"
#include "sip/transport.h"

enum transport_state { TRANSPORT_WAITING, TRANSPORT_OPEN, TRANSPORT_FAILED, TRANSPORT_LATER };

struct transport; /* counted; opaque but for the console */

/** Open, change and close by the snapshot. @return 0; ENOMEM */
int transports_follow(struct pjsip *p);

/** Close all. */
void transports_clear(struct pjsip *p);

uint32_t transports_count(const struct pjsip *p, enum transport_state s);

/**
 * The address that our SDP shall name to a peer: where packets to it leave from, or the external
 * media address of the flow's transport.
 * @param bind  out: address that the stream should be bound to (any, or that of the transport)
 * @return 0; ENETUNREACH
 */
int transport_media_addr(const struct pjsip *p, const struct sip_flow *flow, struct addr *said,
                         struct addr *bind);

/**
 * Our IPv6 address for sound: that of a transport bound to one, else the one that the kernel uses
 * towards theirs, if that is IPv6, else towards the Internet. Port 0.
 * @return 0; ENETUNREACH: there is none
 */
int transport_ipv6_addr(const struct pjsip *p, const struct addr *theirs, struct addr *own);

/** One line each for the console. */
typedef void(transport_each_h)(const char *name, const char *protocol, const struct addr *local,
                               enum transport_state s, int err, uint32_t conns, void *arg);
void transports_each(const struct pjsip *p, transport_each_h *h, void *arg);
