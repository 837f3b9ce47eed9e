/*
 * loop/fake_inner.h - what the files of the fake network know of it; inner to loop/
 */
#pragma once
#include "loop/fake.h"
#include "loop/net_inner.h"

struct net_fake {
    struct net net;
    uint32_t delay_ms;
    uint32_t lose_every; /* n-th datagram; 0: none */
    uint32_t sent_count;
    uint16_t next_port;
    struct list udps, listeners;
    struct list flights; /* struct flight: everything under way */
    struct addr cuts[16];
    uint32_t cut_count;
    struct addr mute; /* AF_UNSPEC: nobody */
};

/**
 * Something under way: arrives after the net's delay. Freed when it has arrived, or with the net.
 * It knows its conn only by name, so to speak: an ended conn leaves NULL here.
 */
struct flight {
    struct link link;
    struct net_fake *net;
    struct timer timer;
    bool (*arrive)(struct flight *f); /* false: try again a little later */
    struct addr from, to;
    struct conn_fake *conn; /* streams: the receiving end, borrowed; SYN: the sending one */
    uint32_t sequence;      /* streams: what must not overtake */
    int err;                /* a refusal */
    bool is_tls;
    size_t len;
    char bytes[];
};

/** @return ENOMEM without memory */
int flight_start(struct net_fake *n, const struct flight *model, struct slice bytes, uint32_t ms);

bool fake_is_cut(const struct net_fake *n, const struct addr *a, const struct addr *b);

bool fake_is_mute(const struct net_fake *n, const struct addr *from);

/** Local address for a socket that talks to peer and was bound to *local (may be unset or any). */
void fake_local(struct net_fake *n, struct addr *local, const struct addr *wanted,
                const struct addr *peer);

int conn_fake_open(struct conn **cp, struct net *n, const struct addr *to, const struct addr *from,
                   struct tls *tls, const char *server_name, const struct conn_handlers *h);
int conn_fake_send(struct conn *c, struct slice bytes);
size_t conn_fake_waiting(const struct conn *c);
void conn_fake_close(struct conn *c);
int listener_fake_open(struct listener **lp, struct net *n, int fd, const struct addr *local,
                       struct tls *tls, uint32_t max_conns, listener_h *h, void *arg);
