/* tap.c - see tap.h */
#include "media/tap.h"

#include <string.h>

#include "base/mem.h"
#include "media/leg.h"

#define MASK (MEDIA_TAP_BYTES - 1)
#define SECOND_US 1000000
#define RECORD_BYTES ((uint32_t)sizeof(struct media_tap_record))

_Static_assert(sizeof(struct media_tap_record) == 32, "records keep the ring aligned");
_Static_assert((MEDIA_TAP_BYTES & MASK) == 0, "a power of two");

struct media_tap *media_tap_alloc(void)
{
    return mem_zalloc(sizeof(struct media_tap));
}

static uint32_t room_for(uint32_t payload)
{
    return RECORD_BYTES + ((payload + 31) & ~31u);
}

/* ---- the lane's ---- */

/* A record does not go round the corner: a filler takes what is left before it. */
static void put(struct media_tap *tap, const struct media_tap_record *r, const uint8_t *payload)
{
    const uint32_t need = room_for(r->bytes);
    uint32_t head = atomic_load_explicit(&tap->head, memory_order_relaxed);
    uint32_t used = head - atomic_load_explicit(&tap->tail, memory_order_acquire);
    uint32_t left = MEDIA_TAP_BYTES - (head & MASK), skip = left < need ? left : 0;

    if (MEDIA_TAP_BYTES - used < need + skip) {
        atomic_store_explicit(&tap->is_full, true, memory_order_relaxed);
        return;
    }
    if (skip) {
        const struct media_tap_record filler = {.kind = MEDIA_TAP_FILLER,
                                                .bytes = skip - RECORD_BYTES};

        memcpy(tap->ring + (head & MASK), &filler, RECORD_BYTES);
        head += skip;
    }
    memcpy(tap->ring + (head & MASK), r, RECORD_BYTES);
    if (r->bytes)
        memcpy(tap->ring + (head & MASK) + RECORD_BYTES, payload, r->bytes);
    atomic_store_explicit(&tap->head, head + need, memory_order_release);
}

/* More than anybody can say: what it is for is to push the others out of the ring. */
static bool is_flood(struct media_tap *tap, const struct media_tap_record *r)
{
    if (r->at_us - tap->sent[r->side].second_us >= SECOND_US) {
        tap->sent[r->side].second_us = r->at_us;
        tap->sent[r->side].bytes = 0;
    }
    if (tap->sent[r->side].bytes + room_for(r->bytes) > MEDIA_TAP_SIDE_BYTES)
        return true;
    tap->sent[r->side].bytes += room_for(r->bytes);
    return false;
}

static bool is_closed(const struct media_tap *tap)
{
    return atomic_load_explicit(&tap->is_closed, memory_order_relaxed);
}

void media_tap_packet(struct media_leg *leg, enum media_tap_side side, uint32_t source,
                      const uint8_t *p, const struct rtp_header *h, uint8_t codec, int64_t now_us)
{
    const struct media_tap_record r = {
        .bytes = h->bytes,
        .kind = MEDIA_TAP_PACKET,
        .side = (uint8_t)side,
        .codec = codec,
        .is_marked = h->is_marked,
        .seq = h->seq,
        .source = source,
        .timestamp = h->timestamp,
        .at_us = now_us,
    };

    for (struct media_tap *tap = leg->taps; tap; tap = tap->next) {
        if (!is_closed(tap) && !is_flood(tap, &r))
            put(tap, &r, p + h->at);
    }
}

static void put_peer(const struct media_leg *leg, struct media_tap *tap)
{
    put(tap,
        &(struct media_tap_record){.kind = leg->peer ? MEDIA_TAP_JOINED : MEDIA_TAP_PARTED,
                                   .at_us = media_lane_now(leg->lane)},
        (const uint8_t *)"");
}

void media_tap_peer(struct media_leg *leg)
{
    for (struct media_tap *tap = leg->taps; tap; tap = tap->next) {
        if (!is_closed(tap))
            put_peer(leg, tap);
    }
}

void media_tap_add(struct media_leg *leg, struct media_tap *tap)
{
    tap->next = leg->taps;
    leg->taps = tap;
    if (leg->lane)
        put_peer(leg, tap);
}

static void leave(struct media_tap *tap)
{
    atomic_store_explicit(&tap->has_left, true, memory_order_release);
}

void media_tap_prune(struct media_leg *leg)
{
    for (struct media_tap **at = &leg->taps; *at;) {
        struct media_tap *tap = *at;

        if (!is_closed(tap)) {
            at = &tap->next;
            continue;
        }
        *at = tap->next;
        leave(tap);
    }
}

void media_tap_leave(struct media_leg *leg)
{
    struct media_tap *next;

    for (struct media_tap *tap = leg->taps; tap; tap = next) {
        next = tap->next;
        leave(tap);
    }
    leg->taps = NULL;
}

/* ---- the reader's ---- */

bool media_tap_read(const struct media_tap *tap, uint32_t *cursor, struct media_tap_record *r,
                    const uint8_t **payload)
{
    const uint32_t head = atomic_load_explicit(&tap->head, memory_order_acquire);

    while (*cursor != head) {
        const uint8_t *at = tap->ring + (*cursor & MASK);

        memcpy(r, at, RECORD_BYTES);
        *payload = at + RECORD_BYTES;
        *cursor += room_for(r->bytes);
        if (r->kind != MEDIA_TAP_FILLER)
            return true;
    }
    return false;
}
