/* test_tap.c - the ring between a lane and the disk worker: order, corners, fullness, floods */
#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"
#include "media/leg.h"
#include "media/tap.h"
#include "unit.h"

#define SECOND_US INT64_C(1000000)

/* A packet of so many bytes, each of them its sequence. */
static void say(struct media_leg *leg, enum media_tap_side side, uint16_t seq, uint16_t bytes,
                int64_t now_us)
{
    const struct rtp_header h = {.seq = seq, .timestamp = seq * 160u, .at = 12, .bytes = bytes};
    uint8_t p[12 + 1500];

    memset(p, seq & 0xff, sizeof(p));
    media_tap_packet(leg, side, 7, p, &h, CODEC_ULAW, now_us);
}

/* All that is there must be in order and whole. @return how many records, or -1 */
static int read_all(struct media_tap *tap, uint16_t *next)
{
    uint32_t cursor = media_tap_tail(tap);
    struct media_tap_record r;
    const uint8_t *payload;
    int n = 0;

    while (media_tap_read(tap, &cursor, &r, &payload)) {
        if (r.kind != MEDIA_TAP_PACKET || r.seq != (*next)++)
            return -1;
        for (uint32_t i = 0; i < r.bytes; i++) {
            if (payload[i] != (r.seq & 0xff))
                return -1;
        }
        n++;
        media_tap_free_to(tap, cursor);
    }
    return n;
}

static int records_stay_whole_round_the_corner(void)
{
    static const uint16_t sizes[] = {160, 1, 33, 0, 1371, 240, 31, 32};
    struct media_tap *tap = media_tap_alloc();
    struct media_leg leg = {.taps = tap};
    uint16_t seq = 0, next = 0;
    int err = 0;

    CHECK_OK_TO(tap ? 0 : ENOMEM, out);
    /* also where the counters themselves turn over */
    atomic_store(&tap->head, UINT32_MAX - MEDIA_TAP_BYTES + 1);
    atomic_store(&tap->tail, UINT32_MAX - MEDIA_TAP_BYTES + 1);
    for (int64_t i = 0; i < 4000; i++) {
        for (int k = 0; k < 1 + i % 5; k++, seq++)
            say(&leg, MEDIA_TAP_RX, seq, sizes[seq % 8], i * SECOND_US);
        CHECK_TO(read_all(tap, &next) == 1 + i % 5, out);
    }
    CHECK_TO(!atomic_load(&tap->is_full), out);
out:
    mem_free(tap);
    return err;
}

static int who_does_not_read_finds_the_first_and_knows(void)
{
    struct media_tap *tap = media_tap_alloc();
    struct media_leg leg = {.taps = tap};
    uint16_t next = 0;
    int err = 0;

    CHECK_OK_TO(tap ? 0 : ENOMEM, out);
    for (int i = 0; i < 1365; i++) /* 27 s of one voice */
        say(&leg, MEDIA_TAP_RX, (uint16_t)i, 160, i * SECOND_US / 50);
    CHECK_TO(!atomic_load(&tap->is_full), out);
    say(&leg, MEDIA_TAP_RX, 1365, 160, 28 * SECOND_US);
    CHECK_TO(atomic_load(&tap->is_full), out);
    CHECK_TO(read_all(tap, &next) == 1365, out);
out:
    mem_free(tap);
    return err;
}

/* Who floods his side neither ends the recording nor takes the other one's voice out of it. */
static int a_flood_is_not_written(void)
{
    struct media_tap *tap = media_tap_alloc();
    struct media_leg leg = {.taps = tap};
    uint32_t cursor, flood = 0, voice = 0;
    struct media_tap_record r;
    const uint8_t *payload;
    int err = 0;

    CHECK_OK_TO(tap ? 0 : ENOMEM, out);
    for (int i = 0; i < 2000; i++) { /* two seconds */
        say(&leg, MEDIA_TAP_RX, (uint16_t)i, 1400, i * SECOND_US / 1000);
        if (i % 20 == 0)
            say(&leg, MEDIA_TAP_TX, (uint16_t)i, 160, i * SECOND_US / 1000);
    }
    CHECK_TO(!atomic_load(&tap->is_full), out);
    cursor = media_tap_tail(tap);
    while (media_tap_read(tap, &cursor, &r, &payload)) {
        flood += r.side == MEDIA_TAP_RX;
        voice += r.side == MEDIA_TAP_TX;
    }
    CHECK_TO(voice == 100 && flood > 50 && flood < 100, out);
out:
    mem_free(tap);
    return err;
}

static int a_closed_one_is_left_and_the_others_stay(void)
{
    struct media_tap *a = media_tap_alloc(), *b = media_tap_alloc();
    struct media_leg leg = {0};
    uint16_t next = 0;
    int err = 0;

    CHECK_OK_TO(a && b ? 0 : ENOMEM, out);
    media_tap_add(&leg, a);
    media_tap_add(&leg, b);
    atomic_store(&a->is_closed, true);
    say(&leg, MEDIA_TAP_TX, 0, 160, 0);
    CHECK_TO(read_all(a, &next) == 0 && read_all(b, &next) == 1, out);
    media_tap_prune(&leg);
    CHECK_TO(atomic_load(&a->has_left) && !atomic_load(&b->has_left) && leg.taps == b, out);
    media_tap_leave(&leg);
    CHECK_TO(atomic_load(&b->has_left) && !leg.taps, out);
out:
    mem_free(a);
    mem_free(b);
    return err;
}

UNIT_TESTS(UNIT(records_stay_whole_round_the_corner),
           UNIT(who_does_not_read_finds_the_first_and_knows), UNIT(a_flood_is_not_written),
           UNIT(a_closed_one_is_left_and_the_others_stay))
