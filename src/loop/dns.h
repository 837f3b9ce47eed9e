/*
 * loop/dns.h - names to addresses without blocking: A, AAAA, SRV, NAPTR; the rules of ENUM, texts
 *
 * Scope:   c-ares on the loop; fake answers in tests (loop/fake.h).
 * Limits:  1,000 questions at once, 16 answers each; 5 s for all tries of one question. Answers are
 *          kept for their TTL (at least 1 s, at most 1 h), failures for 5 s, at most 1,000 names.
 * Source:  RFC 2782 (SRV: priority, then weight at random), RFC 3263 (used by sip/), RFC 6116 (ENUM).
 */
#pragma once
#include <stdint.h>

#include "base/addr.h"
#include "loop/loop.h"

struct dns;
struct dns_query;

/** System resolver configuration (/etc/resolv.conf, /etc/hosts). @return 0; ENOMEM; EIO. */
int dns_alloc(struct dns **dp, struct loop *loop);

/** Ask these servers instead: "192.0.2.1,[2001:db8::1]:5353". @return 0; EINVAL. */
int dns_use_servers(struct dns *d, const char *servers);

struct dns_srv {
    char target[256];
    uint16_t port, priority, weight;
};

/** A step of RFC 3403 that ends in an SRV name (flags "s") or an address (flags "a"). */
struct dns_naptr {
    char replacement[256];
    char service[32]; /* "SIP+D2U" */
    uint16_t order, preference;
    char flag; /* 's' or 'a' */
};

/** A step of RFC 3403 as it stands, with its expression: for ENUM. */
struct dns_rule {
    char flags[8], service[64];
    char expression[256]; /* "!^.*$!sip:x@example.com!" */
    char replacement[256];
    uint16_t order, preference;
};

struct dns_text {
    char text[512]; /* the strings of a TXT record, joined; cut at a NUL or when longer */
};

/** Addresses in the order to try; err 0, ENOENT (no such name or no such record), ETIMEDOUT, EIO.
 */
typedef void(dns_addrs_h)(int err, const struct addr *addrs, size_t count, void *arg);

/** SRV records in the order to try (RFC 2782); err as above. */
typedef void(dns_srv_h)(int err, const struct dns_srv *srvs, size_t count, void *arg);

/** NAPTR records without a regular expression, by order, then preference; err as above. */
typedef void(dns_naptr_h)(int err, const struct dns_naptr *naptrs, size_t count, void *arg);

/** All NAPTR records by order, then preference; TXT records as they came; err as above. */
typedef void(dns_rule_h)(int err, const struct dns_rule *rules, size_t count, void *arg);
typedef void(dns_text_h)(int err, const struct dns_text *texts, size_t count, void *arg);

/**
 * Ask. The answer never comes before this returns; mem_deref of the query forgets it.
 * A literal address is its own answer. SRV names are given in full ("_sip._udp.example.com").
 * @param family  AF_INET, AF_INET6, or AF_UNSPEC for both (then IPv4 comes first)
 * @return 0; EINVAL (empty or too long); EAGAIN (too many questions); ENOMEM
 */
int dns_addrs(struct dns_query **qp, struct dns *d, const char *name, int family, uint16_t port,
              dns_addrs_h *h, void *arg);
int dns_srvs(struct dns_query **qp, struct dns *d, const char *name, dns_srv_h *h, void *arg);
int dns_naptrs(struct dns_query **qp, struct dns *d, const char *name, dns_naptr_h *h, void *arg);
int dns_rules(struct dns_query **qp, struct dns *d, const char *name, dns_rule_h *h, void *arg);
int dns_texts(struct dns_query **qp, struct dns *d, const char *name, dns_text_h *h, void *arg);
