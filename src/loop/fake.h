/*
 * loop/fake.h - a network and a resolver inside the test's own process
 *
 * Scope:   net_fake_alloc gives a `struct net` whose datagrams and streams go to other sockets of
 *          the same fake net (the scene's phones open theirs with udp_open, too). A datagram to an
 *          address where nobody is bound is lost; a connection there is refused.
 * Time:    a packet arrives one round later; with net_fake_delay, after so many milliseconds.
 * Streams: never lose or reorder; to a cut host bytes wait until it is mended, and a connection
 *          attempt ends with ETIMEDOUT after 10 s. TLS is a flag only: both ends must agree on it
 *          (else EPROTO), any non-NULL pointer does for a `struct tls`.
 * Limits:  at most 16 hosts cut; sockets are found by walking a list, as tests have few. fd is
 *          always -1 here.
 */
#pragma once
#include "loop/dns.h"
#include "loop/net.h"

int net_fake_alloc(struct net **np, struct loop *fake_loop);

/** From now on packets take ms, and every n-th datagram is lost (0: none). */
void net_fake_delay(struct net *n, uint32_t ms, uint32_t lose_every);

/** Cut (or mend) the host of *a: nothing to or from it arrives. */
void net_fake_cut(struct net *n, const struct addr *a, bool is_cut);

/** What the host of *a sends from now on vanishes (NULL: of nobody any more); what is on its way
 * arrives, and its streams end as usual: a process that is no more. */
void net_fake_mute(struct net *n, const struct addr *a);

/** A resolver with answers of its own; unknown names are ENOENT. */
int dns_fake_alloc(struct dns **dp, struct loop *fake_loop);
int dns_fake_add_addr(struct dns *d, const char *name, const struct addr *a);
int dns_fake_add_srv(struct dns *d, const char *name, const struct dns_srv *srv);
int dns_fake_add_naptr(struct dns *d, const char *name, const struct dns_naptr *naptr);
int dns_fake_add_rule(struct dns *d, const char *name, const struct dns_rule *rule);
int dns_fake_add_text(struct dns *d, const char *name, const char *text);

/** From now on nobody answers (ETIMEDOUT after 5 s), or somebody does again. */
void dns_fake_cut(struct dns *d, bool is_cut);
