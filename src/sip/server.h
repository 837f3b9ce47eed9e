/*
 * sip/server.h - the SIP core as one object: bindings, transactions, dialogs, methods
 *
 * Scope:   takes every message from the bindings, answers by itself what the RFC decides (400, 405,
 *          416, 420, 481, 482, 483, 501, 503, 505), finds transaction and dialog, and hands
 *          requests outside dialogs to the handler of their method.
 * Owns:    bindings, transactions, dialogs. Counted; mem_deref drops everything without goodbye.
 * Order:   requests (sip/client.h) and questions (sip/resolve.h) are let go before the core.
 * Thread:  the loop's.
 * Limits:  sip_args; every ceiling answers 503 with Retry-After.
 * Source:  RFC 3261 s8.2, s11, s16.3 (checks), s21.5.4; RFC 6357 in spirit (shed early).
 */
#pragma once
#include "loop/dns.h"
#include "loop/net.h"
#include "sip/message.h"
#include "sip/transaction.h"
#include "sip/transport.h"

struct sip_args {
    struct loop *loop; /* borrowed; all three outlive the object */
    struct net *net;
    struct dns *dns;        /* may be NULL: only literal addresses can be reached */
    const char *user_agent; /* copied; Server and User-Agent; NULL: "Station/VERSION" */
    uint32_t max_pending;   /* requests waiting for their final answer; 0: 20,000 */
    uint32_t max_age_ms;    /* a request that waited longer in the socket is shed; 0: 400 */
    uint32_t retry_after_s; /* in 503; 0: 5 */
    bool tcp_switch;        /* requests over 1,300 bytes go over TCP instead of UDP, where the peer
                               takes it (RFC 3261 s18.1.1) */
};

/** @return 0; ENOMEM */
int sip_alloc(struct sip **sp, const struct sip_args *args);

/**
 * A new request outside dialogs. The handler answers now, or takes a reference to t (mem_ref) and
 * answers later; one that does neither is answered 500. req is borrowed (mem_ref keeps it).
 */
typedef void(sip_request_h)(struct sip_strans *t, struct sip_msg *req, void *arg);

/** Who handles a method; NULL: it is answered 405 (OPTIONS: 200). Only handled methods are in
 * Allow. */
void sip_handle(struct sip *sip, enum sip_method m, sip_request_h *h, void *arg);

/** The same for a method that is only looked at to be refused in the right way: it is not in Allow. */
void sip_handle_refusal(struct sip *sip, enum sip_method m, sip_request_h *h, void *arg);

/** Option tags that may stand in Require (comma list, static); others get 420. */
void sip_set_supported(struct sip *sip, const char *tags);

/** "INVITE, ACK, BYE, ..." as sent in Allow. */
const char *sip_allow(struct sip *sip);

/** The same for a core that runs: switch to TCP at 1,300 bytes? */
void sip_set_tcp_switch(struct sip *sip, bool is_on);

/** Do requests of ours ask for rport (RFC 3581)? [yes] */
void sip_set_rport(struct sip *sip, bool is_on);

/** Do messages of ours go out with the compact forms of their headers' names? [no] */
void sip_set_compact(struct sip *sip, bool is_on);

/**
 * T1, and how long a transaction waits (timers B, F, H and those as long), in milliseconds; for those that begin
 * from now on. [500, 32,000]
 * @param t1_ms       at least 100: less counts as that
 * @param timeout_ms  at least 64 T1
 */
void sip_set_timers(struct sip *sip, uint32_t t1_ms, uint32_t timeout_ms);

/** From now on a request that waited longer in the socket is shed. @param ms  0: 400 */
void sip_set_max_age(struct sip *sip, uint32_t ms);

/** User-Agent and Server from now on; copied. @return 0; ENOMEM (the old one stays) */
int sip_set_user_agent(struct sip *sip, const char *user_agent);

/** Seconds between the CRLF pairs sent over every stream that is kept; 0: none. [90] */
void sip_set_ping(struct sip *sip, uint32_t seconds);

struct loop *sip_loop(const struct sip *sip);

/** NULL: none was given. */
struct dns *sip_dns(const struct sip *sip);
const char *sip_user_agent(const struct sip *sip);

/** No new calls from now on (503): the station is going down. */
void sip_set_closing(struct sip *sip, bool is_closing);

struct sip_stats {
    uint64_t messages_in, messages_out;
    uint64_t garbage;       /* dropped without an answer */
    uint64_t refused;       /* malformed, answered 400 and the like */
    uint64_t retransmitted; /* by us */
    uint64_t repeated;      /* absorbed repeats of others */
    uint64_t shed;          /* 503 by overload */
    uint64_t timeouts;      /* client transactions without an answer */
    uint64_t send_errors;
    uint32_t server_transactions, client_transactions; /* now, lingering ones included */
    uint32_t pending;                        /* server transactions without final answer */
    uint32_t dialogs, sessions, connections; /* now */
};
void sip_stats_get(const struct sip *sip, struct sip_stats *s);
