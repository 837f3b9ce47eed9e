/*
 * loop/conn_inner.h - a stream of the system, as its listener knows it; inner to loop/
 *
 * States:  not connected -> (handshake) -> up -> lingering (closed by its owner with bytes still to
 *          be sent; holds a reference to itself) -> ended (fd is -1).
 */
#pragma once
#include "loop/net_inner.h"
#include "loop/tls_inner.h"

/* Connections alive of one listener; counted, as they may outlive it. */
struct quota {
    uint32_t used;
};

struct conn_sys {
    struct conn conn;
    int fd;
    int err; /* will be reported; nothing else happens any more */
    bool is_connected;
    bool is_lingering;
    bool wants_turn; /* call again although nothing new arrives: the session says so */
    struct loop_fd watch;
    struct timer timer; /* deadlines */
    struct deferred flush, failing;
    struct bytes_kept out; /* waits to be sent; */
    size_t out_at;         /* so much of it is sent already */
    struct tls *tls;
    SSL *ssl;
    struct quota *quota;                    /* accepted: one reference */
    struct link half;                       /* accepted: among the listener's half-open ones */
    void *half_owner;                       /* borrowed from the listener while half-open */
    void (*half_ended)(struct conn_sys *c); /* half-open: it is up, or has failed (fd -1) */
    char server_name[256];
};

/** A conn over an accepted socket (taken, even on error); nothing happens before conn_sys_begin. */
int conn_sys_accept(struct conn_sys **cp, struct net *n, int fd, const struct addr *peer,
                    struct tls *tls);

/** Begin the handshake, or be up at once. @return 0 (half_ended is or will be called); errno (it
 * will not) */
int conn_sys_begin(struct conn_sys *c);
