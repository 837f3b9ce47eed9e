/* test_receiver.c - loss and jitter of a source */
#include "rtp/receiver.h"
#include "unit.h"

static enum rtp_taken take(struct rtp_receiver *r, uint16_t seq, uint32_t ssrc, int64_t us)
{
    struct rtp_header h = {.seq = seq, .ssrc = ssrc, .timestamp = (uint32_t)seq * 160};

    return rtp_receiver_take(r, &h, us, 8000);
}

static int a_clean_source_loses_nothing_around_the_corner(void)
{
    struct rtp_receiver r = {0};

    for (unsigned i = 0; i < 1000; i++)
        take(&r, (uint16_t)(65000 + i), 1, (int64_t)i * 20000);
    CHECK(rtp_receiver_packets(&r) == 1000 && rtp_receiver_expected(&r) == 1000);
    CHECK(rtp_receiver_lost(&r) == 0 && rtp_receiver_fraction(&r) == 0);
    CHECK(rtp_receiver_highest(&r) == 65999);
    return 0;
}

static int lost_ones_are_counted_and_late_ones_are_not_lost(void)
{
    struct rtp_receiver r = {0};

    for (uint16_t i = 0; i < 100; i++) {
        if (i % 10 != 5)
            take(&r, i, 1, i * 20000);
    }
    CHECK(rtp_receiver_lost(&r) == 10);
    CHECK(rtp_receiver_fraction(&r) == 25); /* 10/100 of 256 */
    CHECK(rtp_receiver_fraction(&r) == 0);  /* nothing since */
    take(&r, 95, 1, 2000000);
    CHECK(rtp_receiver_lost(&r) == 9);
    return 0;
}

static int duplicates_never_make_loss_negative(void)
{
    struct rtp_receiver r = {0};

    for (uint16_t i = 0; i < 10; i++) {
        take(&r, i, 1, i * 20000);
        take(&r, i, 1, i * 20000);
    }
    CHECK(rtp_receiver_lost(&r) == 0 && rtp_receiver_fraction(&r) == 0);
    return 0;
}

static int a_jump_is_believed_at_its_second_packet(void)
{
    struct rtp_receiver r = {0};

    take(&r, 100, 1, 0);
    take(&r, 30000, 1, 20000); /* a stray */
    take(&r, 101, 1, 20000);
    CHECK(rtp_receiver_expected(&r) == 2 && rtp_receiver_packets(&r) == 2);
    take(&r, 40000, 1, 40000);
    take(&r, 40001, 1, 60000);
    CHECK(rtp_receiver_expected(&r) == 3 && rtp_receiver_lost(&r) == 0);
    return 0;
}

static int restarts_and_strays_are_told(void)
{
    struct rtp_receiver r = {0};

    CHECK(take(&r, 60000, 1, 0) == RTP_RESTARTED);
    CHECK(take(&r, 60001, 1, 20000) == RTP_TAKEN);
    CHECK(take(&r, 60001, 1, 20000) == RTP_TAKEN); /* twice */
    CHECK(take(&r, 60050, 1, 40000) == RTP_TAKEN);
    CHECK(take(&r, 60002, 1, 40000) == RTP_TAKEN); /* late */
    CHECK(take(&r, 5, 1, 60000) == RTP_STRAY);
    CHECK(take(&r, 60051, 1, 60000) == RTP_TAKEN);
    CHECK(take(&r, 6, 1, 60000) == RTP_RESTARTED); /* 5 and 6 in a row */
    CHECK(take(&r, 7, 1, 80000) == RTP_TAKEN);
    CHECK(take(&r, 100, 2, 100000) == RTP_RESTARTED);
    return 0;
}

static int a_new_source_keeps_the_totals(void)
{
    struct rtp_receiver r = {0};

    for (uint16_t i = 0; i < 10; i++)
        take(&r, i, 1, i * 20000);
    for (uint16_t i = 0; i < 10; i++)
        take(&r, (uint16_t)(5000 + 2 * i), 2, 200000 + i * 20000);
    CHECK(rtp_receiver_packets(&r) == 20 && rtp_receiver_lost(&r) == 9);
    return 0;
}

static int jitter_is_that_of_the_rfc(void)
{
    struct rtp_receiver r = {0};

    for (uint16_t i = 0; i < 500; i++)
        take(&r, i, 1, i * 20000);
    CHECK(rtp_receiver_jitter_us(&r, 8000) == 0);
    /* every other one 10 ms late: |D| is 80 units each time, and so becomes the estimate */
    for (uint16_t i = 500; i < 1000; i++)
        take(&r, i, 1, i * 20000 + (i & 1) * 10000);
    CHECK(rtp_receiver_jitter_us(&r, 8000) > 9000 && rtp_receiver_jitter_us(&r, 8000) < 10100);
    return 0;
}

UNIT_TESTS(UNIT(a_clean_source_loses_nothing_around_the_corner),
           UNIT(lost_ones_are_counted_and_late_ones_are_not_lost),
           UNIT(duplicates_never_make_loss_negative), UNIT(a_jump_is_believed_at_its_second_packet),
           UNIT(restarts_and_strays_are_told), UNIT(a_new_source_keeps_the_totals),
           UNIT(jitter_is_that_of_the_rfc))
