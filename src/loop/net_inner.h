/*
 * loop/net_inner.h - what the system's network and the fake one share; inner to loop/
 *
 * Shape:   a net, a udp, a conn and a listener begin with these structs; the rest belongs to the
 *          kind that made them. The public functions of net.h go through the tables of operations.
 */
#pragma once
#include "loop/net.h"

struct net_ops {
    int (*udp_open)(struct udp **up, struct net *n, int fd, const struct addr *local, udp_recv_h *h,
                    void *arg);
    int (*udp_send)(struct udp *u, const struct addr *to, struct slice bytes);
    int (*conn_open)(struct conn **cp, struct net *n, const struct addr *to,
                     const struct addr *from, struct tls *tls, const char *server_name,
                     const struct conn_handlers *h);
    int (*conn_send)(struct conn *c, struct slice bytes);
    size_t (*conn_waiting)(const struct conn *c);
    void (*conn_close)(struct conn *c);
    int (*listener_open)(struct listener **lp, struct net *n, int fd, const struct addr *local,
                         struct tls *tls, uint32_t max_conns, listener_h *h, void *arg);
};

struct net {
    const struct net_ops *ops;
    struct loop *loop;
};

struct udp {
    struct net *net; /* one reference */
    struct addr local;
    udp_recv_h *h;
    void *arg;
};

struct conn {
    struct net *net; /* one reference */
    struct addr local, peer;
    struct conn_handlers handlers;
    struct bytes_kept {
        char *p;
        size_t len, cap;
    } in; /* what the recv handler left over */
    bool is_tls;
    bool is_up;
    bool is_closed; /* no handler is called any more */
};

struct listener {
    struct net *net; /* one reference */
    struct addr local;
    uint32_t max_conns;
    listener_h *h;
    void *arg;
};

/**
 * Give bytes (and what was left over before them) to the recv handler and keep what it leaves.
 * @return 0; EMSGSIZE (more than max_in left); ENOMEM
 */
int conn_feed(struct conn *c, struct slice bytes);

/** Call the closed handler, once. */
void conn_report_closed(struct conn *c, int err);

/** Release what the shared part holds. */
void conn_fini(struct conn *c);

/* Append to kept bytes. @return 0; ENOMEM. */
int bytes_keep(struct bytes_kept *k, const void *p, size_t len);
void bytes_drop(struct bytes_kept *k, size_t used); /* from the front */
void bytes_free(struct bytes_kept *k);

/* ---- the system's (sys_*.c) ---- */

#define NET_READ_BYTES 65536
struct udp_batch;

struct net_sys {
    struct net net;
    struct udp_batch *batch; /* receive buffers, made by the first socket */
    char *read;              /* NET_READ_BYTES for streams, likewise */
};

int udp_sys_open(struct udp **up, struct net *n, int fd, const struct addr *local, udp_recv_h *h,
                 void *arg);
int udp_sys_send(struct udp *u, const struct addr *to, struct slice bytes);
int conn_sys_open(struct conn **cp, struct net *n, const struct addr *to, const struct addr *from,
                  struct tls *tls, const char *server_name, const struct conn_handlers *h);
int conn_sys_send(struct conn *c, struct slice bytes);
size_t conn_sys_waiting(const struct conn *c);
void conn_sys_close(struct conn *c);
int listener_sys_open(struct listener **lp, struct net *n, int fd, const struct addr *local,
                      struct tls *tls, uint32_t max_conns, listener_h *h, void *arg);
void udp_batch_free(struct udp_batch *b);

/** A non-blocking socket bound to local (may be NULL: not bound). @return 0; errno */
int socket_open(int *fd, int type, int family, const struct addr *local);
void socket_local(int fd, struct addr *local);
