/*
 * media/ports.h - pairs of local ports for RTP and RTCP
 *
 * Scope:   even port RTP, the odd one above RTCP (opened when the first report is due: short calls
 *          never need it). Pairs given back are kept open for the next call, oldest first, and are
 *          emptied both when they come back and when they go out again: no packet of one call
 *          reaches another (T5).
 * Owns:    the sockets of idle pairs; a pair out belongs to its stream.
 * Thread:  the control loop's.
 * Limits:  the range; 256 idle pairs.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/list.h"

#define MEDIA_PORTS_IDLE 256

struct media_pair {
    struct link link;
    int rtp, rtcp;     /* rtcp -1: not open */
    bool is_connected; /* the RTP socket is bound to one peer in the kernel */
    struct addr local; /* as bound, of RTP */
    uint8_t tos, cos;  /* as set */
};

struct media_ports {
    uint16_t start, end; /* inclusive; start even */
    uint16_t next;       /* where to look next */
    uint32_t used;       /* pairs out or idle */
    struct list idle;
    uint32_t idle_count;
    uint8_t taken[65536 / 2 / 8]; /* a bit a pair */
};

void media_ports_init(struct media_ports *p, uint16_t start, uint16_t end);
void media_ports_fini(struct media_ports *p);

/** Another range for pairs taken from now on; idle ones are closed. 0 keeps that end. @return 0;
 * EINVAL */
int media_ports_set_range(struct media_ports *p, uint16_t start, uint16_t end);

/**
 * A pair bound to local's host; port 0: any of the range; else just that one.
 * @return 0; EADDRINUSE (none left, or taken); ENOMEM; errno of socket, bind
 */
int media_ports_take(struct media_ports *p, const struct addr *local, struct media_pair **pair);

/** Back (NULL is fine). */
void media_ports_give(struct media_ports *p, struct media_pair *pair);

/** Open the RTCP socket if it is not. @return 0; errno */
int media_pair_open_rtcp(struct media_pair *pair);

/** Mark what is sent: the byte of IP, the priority on the wire; 0: as the system has it. NULL is fine. */
void media_pair_set_tos(struct media_pair *pair, uint8_t tos, uint8_t cos);

/** Let the kernel pass packets of *peer alone (RTP); AF_UNSPEC: of anybody again. @return 0; errno
 */
int media_pair_connect(struct media_pair *pair, const struct addr *peer);
