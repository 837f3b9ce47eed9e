/*
 * media/tap.h - packets copied on their way, from a lane to the disk worker
 *
 * Scope:   a ring with one writer and one reader. The lane that a leg lives on copies each packet's
 *          sound with its time; the reader takes it when it likes. A leg has a list of taps, and
 *          carries it from lane to lane.
 * Owns:    nothing but itself. Whoever made it frees it, once the lane has left (has_left).
 * Thread:  writing, adding and leaving: the leg's lane; reading: one other; closing: any.
 * Cost:    a copy of the payload and 32 bytes; no lock, no call, nothing allocated.
 * Limits:  MEDIA_TAP_BYTES wait; more is lost, and is_full says so. A side that sends more than
 *          MEDIA_TAP_SIDE_BYTES in a second says it in vain: no flood ends a recording.
 */
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "rtp/packet.h"

#define MEDIA_TAP_BYTES (256u << 10) /* 13 s of both voices */
/* Records of 20 ms need 9,600, of 2.5 ms 25,600. */
#define MEDIA_TAP_SIDE_BYTES (48u << 10)
#define MEDIA_TAPS_MAX 8 /* on one leg */

struct media_leg;

enum media_tap_side { MEDIA_TAP_RX, MEDIA_TAP_TX, MEDIA_TAP_SIDES };
enum media_tap_kind {
    MEDIA_TAP_PACKET,
    MEDIA_TAP_JOINED, /* the leg has a peer */
    MEDIA_TAP_PARTED,
    MEDIA_TAP_FILLER, /* nothing: the ring begins anew */
};

struct media_tap_record {
    uint32_t bytes; /* of payload, behind it */
    uint8_t kind, side, codec;
    bool is_marked;
    uint16_t seq;
    uint32_t source; /* whatever changes with the clock behind the timestamps */
    uint32_t timestamp;
    int64_t at_us;
};

struct media_tap {
    struct media_tap *next; /* the lane's */
    struct link link;       /* the reader's */
    atomic_bool is_closed;  /* the lane is to leave */
    atomic_bool has_left;   /* it never touches the tap again */
    atomic_bool is_full;
    char far_1[64]; /* what each side writes is on lines of its own */
    struct {
        int64_t second_us; /* since when ... */
        uint32_t bytes;    /* ... so many */
    } sent[MEDIA_TAP_SIDES];
    _Atomic uint32_t head;
    char far_2[64];
    _Atomic uint32_t tail;
    char far_3[64];
    _Alignas(8) uint8_t ring[MEDIA_TAP_BYTES];
};

/** @return NULL without memory. Free with mem_free. */
struct media_tap *media_tap_alloc(void);

/* the lane's */

void media_tap_add(struct media_leg *leg, struct media_tap *tap);

/** Leave those that are closed. */
void media_tap_prune(struct media_leg *leg);

/** The leg ends. */
void media_tap_leave(struct media_leg *leg);

/** A packet's payload at p + h->at. Only for a leg with taps. */
void media_tap_packet(struct media_leg *leg, enum media_tap_side side, uint32_t source,
                      const uint8_t *p, const struct rtp_header *h, uint8_t codec, int64_t now_us);

/** It got a peer, or lost it. */
void media_tap_peer(struct media_leg *leg);

/* the reader's */

/** The record at *cursor, which steps behind it; begin with the tail. @return false when there is no more */
bool media_tap_read(const struct media_tap *tap, uint32_t *cursor, struct media_tap_record *r,
                    const uint8_t **payload);

static inline uint32_t media_tap_tail(const struct media_tap *tap)
{
    return atomic_load_explicit(&tap->tail, memory_order_relaxed);
}

/** Everything before the cursor is used up. */
static inline void media_tap_free_to(struct media_tap *tap, uint32_t cursor)
{
    atomic_store_explicit(&tap->tail, cursor, memory_order_release);
}
