/*
 * base/addr.h - an IPv4 or IPv6 address with port, and networks of them
 *
 * Shape:   a plain value; family AF_UNSPEC means "none". IPv4-mapped IPv6 (::ffff:1.2.3.4) is
 *          turned into IPv4 by addr_from_sockaddr and addr_parse, so the same host compares equal.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/slice.h"

struct addr {
    uint16_t family; /* AF_UNSPEC, AF_INET, AF_INET6 */
    uint16_t port;   /* host order */
    uint32_t scope;  /* IPv6 interface index of link-local addresses, else 0 */
    uint8_t ip[16];  /* network order; IPv4 in the first 4 */
};

/** "[2001:db8::1]:5060" fits. */
#define ADDR_TEXT 72

static inline bool addr_is_set(const struct addr *a)
{
    return a->family != AF_UNSPEC;
}

void addr_from_sockaddr(struct addr *a, const struct sockaddr *sa);

/** @return the length of what was written to *ss */
socklen_t addr_to_sockaddr(const struct addr *a, struct sockaddr_storage *ss);

/** A literal host: "192.0.2.1", "2001:db8::1", "[2001:db8::1]"; port as given. @return 0; EINVAL.
 */
int addr_parse_host(struct addr *a, struct slice host, uint16_t port);

/** "host:port", "[v6]:port", or host alone with port default_port. @return 0; EINVAL. */
int addr_parse(struct addr *a, struct slice text, uint16_t default_port);

/** Host without brackets and port / "host:port" with brackets for IPv6. @return out */
const char *addr_host(const struct addr *a, char out[ADDR_TEXT]);
const char *addr_text(const struct addr *a, char out[ADDR_TEXT]);

bool addr_eq(const struct addr *a, const struct addr *b); /* host and port */
bool addr_eq_host(const struct addr *a, const struct addr *b);
bool addr_is_any(const struct addr *a);   /* 0.0.0.0 or :: */
uint32_t addr_hash(const struct addr *a); /* host and port */

/** A network: address and prefix length in bits. */
struct addr_net {
    struct addr base;
    uint8_t bits;
};

/** "10.0.0.0/8", "10.0.0.0/255.0.0.0", or a host alone. @return 0; EINVAL. */
int addr_net_parse(struct addr_net *n, struct slice text);
bool addr_net_has(const struct addr_net *n, const struct addr *a);
