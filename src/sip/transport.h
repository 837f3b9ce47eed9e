/*
 * sip/transport.h - UDP, TCP and TLS bindings; which way a message goes
 *
 * Scope:   named bindings ("transport-udp") on the loop's net; framing of streams; one connection
 *          per peer address, used for requests both ways; what our own address is called.
 * Owns:    sockets and connections. Bindings and connections are counted objects.
 * Thread:  the loop's.
 * Limits:  64 KiB a message; connections in all and per source as given in the args; a connection
 *          over which nobody was let in (no 1xx or 2xx but to OPTIONS) is cut after 30 s, carries
 *          16 KiB a message, and goes earlier when 2,000 newer ones wait like it; a kept
 *          one gets a CRLF pair from us every 90 s, and one of theirs is answered by CRLF (RFC 5626
 *          s3.5.1); 256 KiB may wait to be sent.
 * Source:  RFC 3261 s18; RFC 3581 (rport); RFC 5923 in spirit (connection reuse by address).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/slice.h"
#include "loop/net.h"
#include "loop/tls.h"
#include "sip/message.h"

struct sip;

enum sip_transport { SIP_TRANSPORT_NONE, SIP_UDP, SIP_TCP, SIP_TLS };

/** "UDP" "TCP" "TLS"; "?" for NONE. / By name, ASCII case ignored; NONE when unknown. */
const char *sip_transport_name(enum sip_transport t);
enum sip_transport sip_transport_parse(struct slice name);

struct sip_binding_args {
    const char *name; /* copied; unique */
    enum sip_transport transport;
    struct addr local;
    int fd;          /* bound (TCP, TLS: listening) socket, taken even on error; or -1 */
    struct tls *tls; /* shared; certificate for both directions; NULL but for SIP_TLS */
    const char
        *external_host;     /* what strangers are told instead of our address; NULL: the address */
    uint16_t external_port; /* 0: the bound port */
    const struct addr_net *local_nets; /* copied; peers in them are told the real address */
    size_t local_net_count;
    uint32_t max_conns;            /* 0: 20,000 */
    uint32_t max_conns_per_source; /* 0: 1,000 */
};

/**
 * Open a binding and add it to sip.
 * @param bp  out, may be NULL: borrowed from sip
 * @return 0; EEXIST (name); EADDRINUSE and others of the socket; ENOMEM
 */
int sip_binding_open(struct sip_binding **bp, struct sip *sip, const struct sip_binding_args *args);

/** Take it out: no new messages; connections are closed. Transactions on it fail. */
void sip_binding_close(struct sip_binding *b);

/** New external address and local nets for a binding that stays open. @return 0; ENOMEM. */
int sip_binding_set_external(struct sip_binding *b, const struct sip_binding_args *args);

/** By name; NULL when there is none. Borrowed. */
struct sip_binding *sip_binding_find(struct sip *sip, const char *name);

/** First binding of that transport (NONE: any) and family, or NULL. Borrowed. */
struct sip_binding *sip_binding_pick(struct sip *sip, enum sip_transport t, uint16_t family);

/** First binding, then the next: `for (b = sip_binding_next(sip, NULL); b; b = ...)`. Borrowed. */
struct sip_binding *sip_binding_next(struct sip *sip, struct sip_binding *b);

const char *sip_binding_name(const struct sip_binding *b);
enum sip_transport sip_binding_transport(const struct sip_binding *b);
const struct addr *sip_binding_local(const struct sip_binding *b);

/** Is the peer in one of the binding's local nets? (None given: nobody is, as in Asterisk.) */
bool sip_binding_is_local(const struct sip_binding *b, const struct addr *peer);

/** Open connections; 0 for UDP. */
uint32_t sip_binding_conns(const struct sip_binding *b);

/** What we call ourselves towards a peer. */
struct sip_self {
    char host[128]; /* literal address (IPv6 in brackets) or external host */
    uint16_t port;
    bool is_external; /* external address used: the media address wants the same treatment */
    struct addr addr; /* the real local address that packets to the peer leave from */
};

/**
 * Our address as the peer shall see it (Via, Contact; SDP takes .addr or its external media
 * address).
 * @return 0; ENETUNREACH (no route)
 */
int sip_flow_self(const struct sip_flow *flow, struct sip_self *self);

/** Which of our addresses the kernel uses towards remote (remembered for a minute); port 0.
 *  @return 0; ENETUNREACH */
int sip_self_towards(struct sip *sip, const struct addr *remote, struct addr *local);

/** Fill flow for a request to remote through binding b (an open connection is found when it is
 * sent). */
void sip_flow_to(struct sip_flow *flow, struct sip_binding *b, const struct addr *remote);

/** Hold what a flow that is kept points to (it was borrowed until now) / let it go. */
void sip_flow_hold(struct sip_flow *flow);
void sip_flow_clear(struct sip_flow *flow);

/** Would a message go over a connection that is there already, the flow's own if it names one? (UDP:
 * always.) */
bool sip_flow_is_open(const struct sip_flow *flow);

/** Told once when a connection is closed, by whomever. */
typedef void(sip_conn_gone_h)(void *arg);

/** Embedded where somebody minds; zeroed at birth. */
struct sip_conn_watch {
    struct link link;
    sip_conn_gone_h *gone;
    void *arg;
};

/** Watch a connection that is open, instead of the one that w watched before. Nothing is kept: unwatch
 * before w goes. */
void sip_conn_watch(struct sip_conn *c, struct sip_conn_watch *w, sip_conn_gone_h *gone, void *arg);
void sip_conn_unwatch(struct sip_conn_watch *w);

/* ---- trace ---- */

/**
 * Every message in and out, for `sip trace on` and tests. bytes are valid during the call; secrets
 * in Authorization and Proxy-Authorization (response=, and whole Basic credentials) show as ***.
 */
typedef void(sip_trace_h)(bool is_out, const struct sip_flow *flow, struct slice bytes, void *arg);

/** h NULL switches it off. */
void sip_set_trace(struct sip *sip, sip_trace_h *h, void *arg);
