/* test_dtmf.c - telephone-events through good and bad networks */
#include <string.h>

#include "rtp/dtmf.h"
#include "unit.h"

struct sent {
    uint8_t bytes[4];
    uint32_t timestamp;
};

/* What the encoder sends for digits, a packet each 20 ms. */
static unsigned encode(const char *digits, struct sent *out, unsigned room)
{
    struct dtmf_encoder e = {0};
    struct dtmf_packet p;
    uint32_t now = 1000, ts = 0;
    unsigned n = 0;

    if (dtmf_encoder_add(&e, digits, 100))
        return 0;
    for (enum dtmf_step s; (s = dtmf_encoder_step(&e, 20, &p)) != DTMF_IDLE; now += 160) {
        if (s != DTMF_SEND || n == room)
            continue;
        if (p.is_first)
            ts = now;
        memcpy(out[n].bytes, p.bytes, 4);
        out[n++].timestamp = ts;
    }
    return n;
}

static int all_digits_survive_the_trip(void)
{
    static const char digits[] = "0123456789*#ABCD";
    struct dtmf_decoder d = {0};
    struct dtmf_digit got[2];
    struct sent s[200];
    unsigned n = encode(digits, s, 200), k = 0;

    CHECK(n == 16 * 8); /* 5 frames of 100 ms and 3 ends */
    for (unsigned i = 0; i < n; i++) {
        if (!dtmf_decode(&d, s[i].bytes, 4, s[i].timestamp, i, got))
            continue;
        CHECK(k < 16 && got[0].digit == digits[k] && got[0].ms == 100);
        k++;
    }
    CHECK(k == 16);
    return 0;
}

/* Whatever two packets of each event are lost, doubled or swapped: each digit once. */
static int loss_doubles_and_swaps_do_not_matter(void)
{
    struct sent s[64];
    unsigned n = encode("11#", s, 64);

    CHECK(n == 24);
    for (unsigned a = 0; a < 8; a++) {
        for (unsigned b = 0; b < 8; b++) {
            struct dtmf_decoder d = {0};
            struct dtmf_digit got[2];
            char text[16] = "";
            unsigned k = 0;

            for (unsigned i = 0; i < n; i++) {
                if (i % 8 == a || i % 8 == b)
                    continue;
                for (unsigned copy = 0; copy < 2; copy++) {
                    unsigned m = dtmf_decode(&d, s[i].bytes, 4, s[i].timestamp, i, got);

                    for (unsigned j = 0; j < m && k < 15; j++)
                        text[k++] = got[j].digit;
                }
                if (i % 8) /* an older packet of the same event, late */
                    k += dtmf_decode(&d, s[i - 1].bytes, 4, s[i - 1].timestamp, i, got);
            }
            CHECK(!strcmp(text, "11#"));
        }
    }
    return 0;
}

static int an_event_without_end_ends_by_silence_or_the_next(void)
{
    struct dtmf_decoder d = {0};
    struct dtmf_digit got[2];
    const uint8_t five[4] = {5, 10, 800 >> 8, 800 & 0xff}, six_end[4] = {6, 0x8a, 0, 160};

    CHECK(!dtmf_decode(&d, five, 4, 1000, 0, got));
    CHECK(!dtmf_decode_idle(&d, 100000, got));
    CHECK(dtmf_decode_idle(&d, 250000, got) && got[0].digit == '5' && got[0].ms == 100);
    CHECK(!dtmf_decode(&d, five, 4, 1000, 260000, got)); /* too late */
    CHECK(!dtmf_decode(&d, five, 4, 5000, 300000, got));
    CHECK(dtmf_decode(&d, six_end, 4, 9000, 320000, got) == 2);
    CHECK(got[0].digit == '5' && got[1].digit == '6' && got[1].ms == 20);
    return 0;
}

/* '*' begins a code: it and what follows are kept back until the set is given anew. */
static int what_begins_a_code_is_held_with_all_behind_it(void)
{
    struct dtmf_decoder d = {.held = 1u << 10};
    struct dtmf_digit got[2];
    const uint8_t one[4] = {1, 0x8a, 0, 160}, star[4] = {10, 10, 0, 160},
                  end[4] = {10, 0x8a, 0, 160};
    const uint8_t flash[4] = {16, 0x8a, 0, 160};

    CHECK(dtmf_decode(&d, one, 4, 1000, 0, got) == 1 && !got[0].is_held &&
          dtmf_may_pass(&d, one, 4));
    CHECK(!dtmf_decode(&d, star, 4, 2000, 0, got) && !dtmf_may_pass(&d, star, 4));
    CHECK(dtmf_decode(&d, end, 4, 2000, 0, got) == 1 && got[0].is_held);
    CHECK(!dtmf_decode(&d, end, 4, 2000, 0, got) && !dtmf_may_pass(&d, end, 4)); /* a copy */
    CHECK(dtmf_may_pass(&d, flash, 4));
    CHECK(dtmf_decode(&d, one, 4, 3000, 0, got) == 1 && got[0].is_held &&
          !dtmf_may_pass(&d, one, 4));
    CHECK(dtmf_hold(&d, '5') && !dtmf_hold(&d, 'x'));
    d.held = 1u << 10; /* meanwhile nothing changes for the event that was held */
    CHECK(!dtmf_may_pass(&d, one, 4));
    CHECK(dtmf_decode(&d, one, 4, 4000, 0, got) == 1 && !got[0].is_held &&
          dtmf_may_pass(&d, one, 4));
    CHECK(!dtmf_hold(&d, '5') && dtmf_hold(&d, '*') && d.held == DTMF_ALL);
    return 0;
}

static int what_is_no_digit_is_dropped(void)
{
    struct dtmf_decoder d = {0};
    struct dtmf_digit got[2];
    const uint8_t flash[4] = {16, 0x8a, 0, 160};

    CHECK(!dtmf_decode(&d, flash, 4, 1000, 0, got));
    CHECK(!dtmf_decode(&d, flash, 3, 1000, 0, got));
    return 0;
}

static int digits_to_send_are_checked_and_bounded(void)
{
    struct dtmf_encoder e = {0};
    struct dtmf_packet p;

    CHECK(dtmf_encoder_add(&e, "12x", 100) == EINVAL);
    CHECK(dtmf_encoder_step(&e, 20, &p) == DTMF_IDLE);
    CHECK(!dtmf_encoder_add(&e, "12w", 10));
    CHECK(dtmf_encoder_add(&e, "1111111111111111111111111111111111111111111111111111111111111",
                           100) == ENOSPC);
    for (int i = 0; i < 3; i++)
        CHECK(dtmf_encoder_step(&e, 20, &p) == DTMF_SEND && p.is_first == (i == 0));
    CHECK(dtmf_encoder_is_busy(&e));
    return 0;
}

UNIT_TESTS(UNIT(all_digits_survive_the_trip), UNIT(loss_doubles_and_swaps_do_not_matter),
           UNIT(an_event_without_end_ends_by_silence_or_the_next),
           UNIT(what_begins_a_code_is_held_with_all_behind_it), UNIT(what_is_no_digit_is_dropped),
           UNIT(digits_to_send_are_checked_and_bounded))
