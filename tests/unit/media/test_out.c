/* test_out.c - one stream out of many */
#include "media/out.h"
#include "unit.h"

static struct rtp_header in(uint16_t seq, uint32_t ts, uint32_t ssrc)
{
    return (struct rtp_header){.seq = seq, .timestamp = ts, .ssrc = ssrc};
}

static int gaps_and_order_of_the_source_stay(void)
{
    static const uint16_t order[] = {10, 11, 14, 13, 12, 15};
    struct rtp_header first, h;
    struct media_out o;

    media_out_init(&o, 77, 65534, 5);
    first = in(10, 1600, 1);
    CHECK(media_out_relay(&o, &first, 0) && first.is_marked && first.ssrc == 77 &&
          first.seq == 65535);
    for (int i = 1; i < 6; i++) {
        h = in(order[i], order[i] * 160u, 1);
        CHECK(media_out_relay(&o, &h, i * 20000) && !h.is_marked);
        CHECK((uint16_t)(h.seq - first.seq) == order[i] - 10);
        CHECK(h.timestamp - first.timestamp == (order[i] - 10) * 160u);
    }
    return 0;
}

static int a_change_of_source_goes_on_by_the_clock(void)
{
    struct rtp_header h;
    struct media_out o;
    uint32_t before;

    media_out_init(&o, 77, 0, 0);
    h = in(100, 0, 1);
    CHECK(media_out_relay(&o, &h, 0));
    before = h.timestamp;
    h = in(9, 999999, 2); /* a second later */
    CHECK(media_out_relay(&o, &h, 1000000));
    CHECK(h.is_marked && h.seq == 2 && h.timestamp - before == 8000);
    h = in(101, 160, 1); /* the first one again */
    CHECK(media_out_relay(&o, &h, 1000000));
    CHECK(h.is_marked && h.seq == 3 && h.timestamp - before >= 8160);
    return 0;
}

static int late_packets_from_before_a_change_are_dropped(void)
{
    struct rtp_header h;
    struct media_out o;

    media_out_init(&o, 77, 0, 0);
    h = in(100, 0, 1);
    CHECK(media_out_relay(&o, &h, 0));
    media_out_cut(&o);
    h = in(200, 0, 1);
    CHECK(media_out_relay(&o, &h, 20000));
    h = in(199, 0, 1); /* would take the number of the packet before the cut */
    CHECK(!media_out_relay(&o, &h, 20000));
    return 0;
}

static int long_calls_never_run_into_the_floor(void)
{
    struct rtp_header h;
    struct media_out o;

    media_out_init(&o, 77, 3, 0);
    for (uint32_t i = 0; i < 200000; i++) {
        h = in((uint16_t)i, i * 160, 1);
        CHECK(media_out_relay(&o, &h, (int64_t)i * 20000));
    }
    return 0;
}

static int files_keep_step_although_the_timer_does_not(void)
{
    struct rtp_header h;
    struct media_out o;
    uint32_t before;

    media_out_init(&o, 77, 0, 1000);
    media_out_make(&o, &h, 160, 0);
    CHECK(h.is_marked && h.seq == 1);
    before = h.timestamp;
    for (int i = 1; i < 100; i++) {
        media_out_make(&o, &h, 160, i * 20000 + (i % 3) * 5000);
        CHECK(!h.is_marked && h.timestamp - before == 160);
        before = h.timestamp;
    }
    media_out_make(&o, &h, 160, 7000000); /* after a silence of five seconds */
    CHECK(h.is_marked && h.timestamp - before > 39000 && h.timestamp - before < 41000);
    return 0;
}

/* Frames of 60 ms: who comes next, even at once, begins after the last one's end. */
static int long_frames_are_not_overlapped(void)
{
    struct rtp_header h;
    struct media_out o;
    uint32_t before;

    media_out_init(&o, 77, 0, 1000);
    media_out_make(&o, &h, 480, 0);
    before = h.timestamp;
    media_out_make(&o, &h, 480, 60000);
    CHECK(h.timestamp - before == 480);
    before = h.timestamp;
    h = in(5, 0, 9);
    h.bytes = 480;
    CHECK(media_out_relay(&o, &h, 70000) && h.timestamp - before == 480);
    before = h.timestamp;
    h = in(1, 7, 8);
    h.bytes = 160;
    CHECK(media_out_relay(&o, &h, 75000) && h.timestamp - before == 480);
    before = h.timestamp;
    media_out_make(&o, &h, 80, 80000); /* after 160 samples, though its own are fewer */
    CHECK(h.timestamp - before == 160);
    before = h.timestamp;
    media_out_make(&o, &h, 480, 90000);
    CHECK(h.timestamp - before == 80 && !h.is_marked);
    return 0;
}

static int an_event_shares_its_timestamp_and_the_clock_goes_on(void)
{
    struct rtp_header h;
    struct media_out o;
    uint32_t start;

    media_out_init(&o, 77, 0, 1000);
    media_out_make(&o, &h, 160, 0);
    media_out_make(&o, &h, 160, 20000);
    start = h.timestamp;
    for (int i = 0; i < 7; i++) {
        media_out_repeat(&o, &h);
        CHECK(h.timestamp == start && h.seq == 3 + i);
    }
    h = in(5, 0, 9);
    CHECK(media_out_relay(&o, &h, 180000));
    CHECK(h.timestamp - start == 1280 && h.seq == 10);
    return 0;
}

UNIT_TESTS(UNIT(gaps_and_order_of_the_source_stay), UNIT(a_change_of_source_goes_on_by_the_clock),
           UNIT(late_packets_from_before_a_change_are_dropped),
           UNIT(long_calls_never_run_into_the_floor),
           UNIT(files_keep_step_although_the_timer_does_not), UNIT(long_frames_are_not_overlapped),
           UNIT(an_event_shares_its_timestamp_and_the_clock_goes_on))
