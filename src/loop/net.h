/*
 * loop/net.h - sockets: datagrams, streams, TLS; the system's, or a test's fake network
 *
 * Scope:   the only place where roles that talk SIP or RTCP get sockets from. A `struct net` is
 *          either the system (net_alloc) or a fake (loop/fake.h) on which tests play the peers.
 * Owns:    its sockets, until mem_deref.
 * Thread:  the loop's.
 * Limits:  datagrams up to 65,535 bytes, received in batches of up to 64 (recvmmsg); sent
 *          datagrams are gathered and leave at the end of the round (sendmmsg). A stream holds
 *          at most its `max_out` unsent bytes: more closes it with ENOBUFS.
 * Source:  recvmmsg(2), sendmmsg(2), udp(7); OpenSSL's SSL_read/SSL_write on non-blocking sockets.
 */
#pragma once
#include <stddef.h>

#include "base/addr.h"
#include "base/slice.h"
#include "loop/loop.h"

struct net;
struct udp;
struct conn;
struct listener;
struct tls; /* loop/tls.h */

/** Sockets of the system. loop is borrowed and outlives it. */
int net_alloc(struct net **np, struct loop *loop);

struct loop *net_loop(const struct net *n);

/* ---- datagrams ---- */

struct datagram {
    struct addr from;
    struct slice bytes; /* valid during the handler */
    struct mono at;     /* when the kernel received it, where it says so (else the round's time) */
};

/** Up to 64 at once. The handler may mem_deref the socket. */
typedef void(udp_recv_h)(const struct datagram *d, size_t count, void *arg);

/** How packets of a socket are marked, and whether the kernel looks after silent streams. */
struct net_tune {
    uint8_t tos, cos;   /* type of service; 802.1p priority */
    bool has_keepalive; /* streams only; the next three then */
    int idle_s, gap_s, probes;
};

/** Mark a socket that is open; those that a listening one accepts inherit it. Best effort. */
void net_tune_fd(int fd, const struct net_tune *t);

/**
 * Open or adopt a datagram socket with large buffers (SO_RCVBUFFORCE, else SO_RCVBUF, 8 MiB).
 * @param up     out: one reference
 * @param fd     a bound socket to adopt (taken, even on error), or -1 to bind one to *local
 * @param local  address to bind; port 0 lets the system choose
 * @return 0; EADDRINUSE and other errno of socket/bind; ENOMEM
 */
int udp_open(struct udp **up, struct net *n, int fd, const struct addr *local, udp_recv_h *h,
             void *arg);

/** The address it is bound to. */
const struct addr *udp_local(const struct udp *u);

/** Send a copy. @return 0; ENOBUFS when 4,096 wait already; ENOMEM. Unreachable peers are not
 * reported. */
int udp_send(struct udp *u, const struct addr *to, struct slice bytes);

/* ---- streams (TCP, or TLS over it) ---- */

/** Connected (and, with TLS, the handshake done). */
typedef void(conn_up_h)(struct conn *c, void *arg);

/**
 * Bytes arrived. @return how many bytes were used up: the rest is given again with what follows;
 * the conn is closed with EMSGSIZE when more than max_in are left over. The handler may close.
 */
typedef size_t(conn_recv_h)(struct conn *c, struct slice bytes, void *arg);

/**
 * Closed by the peer (err 0) or by an error; the last call made. Not made after conn_close.
 * err: ECONNREFUSED, ECONNRESET and other errno of the socket; ETIMEDOUT (10 s to connect, 10 s for
 * the handshake); EACCES (TLS: certificate refused); EPROTO (TLS: no handshake); EMSGSIZE, ENOBUFS
 * (a ceiling); ENOMEM.
 */
typedef void(conn_closed_h)(struct conn *c, int err, void *arg);

struct conn_handlers {
    conn_up_h *up;
    conn_recv_h *recv;
    conn_closed_h *closed;
    void *arg;
    size_t max_in;  /* bytes kept when recv uses less than all */
    size_t max_out; /* bytes waiting to be sent */
};

/**
 * Connect. With tls, the peer's certificate is verified as tls says, against server_name.
 * @param from  local address to bind (port 0), or NULL
 * @return 0 (result comes to up or closed, never before return); ENOMEM; errno of socket
 */
int conn_open(struct conn **cp, struct net *n, const struct addr *to, const struct addr *from,
              struct tls *tls, const char *server_name, const struct conn_handlers *h);

/** Other handlers from now on. A listener's handler gives an accepted conn its own at once. */
void conn_set_handlers(struct conn *c, const struct conn_handlers *h);

const struct addr *conn_peer(const struct conn *c);
const struct addr *conn_local(const struct conn *c);
bool conn_is_tls(const struct conn *c);
bool conn_is_up(const struct conn *c);

/** Send a copy, in order. Before it is up, bytes wait. @return 0; ENOBUFS (closed, too); ENOTCONN;
 * ENOMEM. */
int conn_send(struct conn *c, struct slice bytes);

/** Bytes that wait because the peer does not read. */
size_t conn_waiting(const struct conn *c);

/** Send what waits, then close; no handler is called any more. The caller still derefs its
 * reference. */
void conn_close(struct conn *c);

/** A new conn, already up (TLS: handshake done; half handshakes are cut after 10 s). Taken by the
 * handler. */
typedef void(listener_h)(struct conn *c, void *arg);

/**
 * Listen.
 * @param fd        a listening socket to adopt (taken, even on error), or -1 to open one on *local
 * @param tls       NULL for plain TCP
 * @param max_conns beyond it the oldest half-open handshake, else the newcomer, is closed
 */
int listener_open(struct listener **lp, struct net *n, int fd, const struct addr *local,
                  struct tls *tls, uint32_t max_conns, listener_h *h, void *arg);
/** Another ceiling; whoever is there stays. */
void listener_set_max_conns(struct listener *l, uint32_t max_conns);
const struct addr *listener_local(const struct listener *l);
