/* test_source.c - whom a stream listens to, as a table of small stories */
#include "media/source.h"
#include "unit.h"

static struct addr at(const char *text)
{
    struct addr a = {0};

    addr_parse(&a, slice_of(text), 0);
    return a;
}

static const struct addr none;

static void open_source(struct media_source *s, const char *sdp, const char *signal)
{
    struct addr a = at(sdp), b = signal ? at(signal) : none;

    *s = (struct media_source){0};
    media_source_set(s, &a, &b, true);
}

/* count packets in sequence from there, 20 ms each. @return how many were accepted */
static int feed(struct media_source *s, const char *from, int count, int64_t *now_us)
{
    struct addr a = at(from);
    int n = 0;

    for (int i = 0; i < count; i++, *now_us += 20000)
        n += media_source_accept(s, &a, (uint16_t)(1000 + i), *now_us);
    return n;
}

static bool target_is(const struct media_source *s, const char *text)
{
    struct addr a = at(text), t = media_source_target(s);

    return addr_eq(&a, &t);
}

static int nothing_passes_before_the_sdp(void)
{
    struct media_source s = {0};
    int64_t now = 0;

    CHECK(feed(&s, "192.0.2.1:4000", 100, &now) == 0);
    return 0;
}

static int the_sdps_address_is_taken_at_once(void)
{
    struct media_source s;
    int64_t now = 0;

    open_source(&s, "192.0.2.1:4000", "192.0.2.1:5060");
    CHECK(feed(&s, "192.0.2.1:4000", 10, &now) == 10);
    CHECK(media_source_is_final(&s, now) && target_is(&s, "192.0.2.1:4000"));
    CHECK(feed(&s, "192.0.2.1:4002", 200, &now) == 0);
    CHECK(feed(&s, "203.0.113.66:4000", 200, &now) == 0);
    return 0;
}

static int behind_nat_the_signalling_host_is_learnt(void)
{
    struct media_source s;
    int64_t now = 0;

    open_source(&s, "10.0.0.5:4000", "198.51.100.7:5060");
    CHECK(feed(&s, "203.0.113.66:4000", 200, &now) == 0);
    CHECK(target_is(&s, "10.0.0.5:4000"));
    CHECK(feed(&s, "198.51.100.7:61234", 10, &now) == 8); /* settled by the third */
    CHECK(target_is(&s, "198.51.100.7:61234"));
    CHECK(feed(&s, "198.51.100.7:61235", 200, &now) == 0);
    return 0;
}

static int without_symmetric_rtp_packets_go_where_sdp_says(void)
{
    struct media_source s = {0};
    struct addr sdp = at("10.0.0.5:4000"), signal = at("198.51.100.7:5060");
    int64_t now = 0;

    media_source_set(&s, &sdp, &signal, false);
    CHECK(feed(&s, "198.51.100.7:61234", 10, &now) == 8);
    CHECK(target_is(&s, "10.0.0.5:4000") && !media_source_is_final(&s, now + 60000000));
    return 0;
}

static int another_port_of_the_sdps_host_must_last_a_second(void)
{
    struct media_source s;
    int64_t now = 0;

    open_source(&s, "192.0.2.1:4000", "192.0.2.1:5060");
    CHECK(feed(&s, "192.0.2.1:4002", 50, &now) == 0);
    CHECK(target_is(&s, "192.0.2.1:4000"));
    /* the real one comes in the meantime: settled */
    CHECK(feed(&s, "192.0.2.1:4000", 1, &now) == 1);
    CHECK(feed(&s, "192.0.2.1:4002", 100, &now) == 0);
    open_source(&s, "192.0.2.1:4000", "192.0.2.1:5060");
    CHECK(feed(&s, "192.0.2.1:4002", 60, &now) == 10);
    return 0;
}

/* One packet in five lost, one in seven twice, two swapped now and then. */
static int a_lossy_candidate_settles_all_the_same(void)
{
    struct addr a = at("192.0.2.1:4002"), b = at("198.51.100.7:6000");
    struct media_source s;
    int n = 0;

    open_source(&s, "192.0.2.1:4000", "192.0.2.1:5060");
    for (uint16_t i = 0; i < 60; i++) {
        uint16_t seq = (uint16_t)(65500 + (i % 10 == 8 ? i + 1 : i % 10 == 9 ? i - 1 : i));

        if (i % 5 == 3)
            continue;
        n += media_source_accept(&s, &a, seq, i * 20000);
        if (i % 7 == 2)
            n += media_source_accept(&s, &a, seq, i * 20000);
    }
    CHECK(n > 5 && target_is(&s, "192.0.2.1:4002"));
    open_source(&s, "10.0.0.5:4000", "198.51.100.7:5060");
    for (uint16_t i = 0; i < 100; i++) /* one packet over and over is no sequence, nor are jumps */
        CHECK(!media_source_accept(&s, &b, i < 50 ? 7 : (uint16_t)(i * 50), i * 20000));
    return 0;
}

static int the_sdps_address_wins_even_late(void)
{
    struct media_source s;
    int64_t now = 0;

    open_source(&s, "192.0.2.1:4000", "192.0.2.1:5060");
    CHECK(feed(&s, "192.0.2.1:4002", 60, &now) > 0);
    CHECK(feed(&s, "192.0.2.1:4000", 1, &now) == 1 && target_is(&s, "192.0.2.1:4000"));
    CHECK(feed(&s, "192.0.2.1:4002", 60, &now) == 0);
    return 0;
}

static int interrupted_candidates_are_not_settled(void)
{
    struct media_source s;
    struct addr a = at("198.51.100.7:6000"), b = at("198.51.100.7:6002");
    int n = 0;

    open_source(&s, "10.0.0.5:4000", "198.51.100.7:5060");
    for (uint16_t i = 0; i < 100; i++) {
        n += media_source_accept(&s, &a, i, i * 20000);
        n += media_source_accept(&s, &b, i, i * 20000);
        n += media_source_accept(&s, &a, (uint16_t)(i * 7), i * 20000);
    }
    CHECK(n == 0);
    return 0;
}

static int a_new_sdp_learns_anew_and_the_same_does_not(void)
{
    struct media_source s;
    struct addr sdp = at("10.0.0.5:4000"), signal = at("198.51.100.7:5060"),
                moved = at("10.0.0.5:4008");
    int64_t now = 0;

    open_source(&s, "10.0.0.5:4000", "198.51.100.7:5060");
    CHECK(feed(&s, "198.51.100.7:61234", 10, &now) == 8);
    media_source_set(&s, &sdp, &signal, true); /* a re-INVITE for hold */
    CHECK(feed(&s, "198.51.100.7:61234", 10, &now) == 10);
    media_source_set(&s, &moved, &signal, true);
    CHECK(feed(&s, "198.51.100.7:61234", 2, &now) == 0);
    CHECK(feed(&s, "198.51.100.7:61299", 10, &now) == 8);
    return 0;
}

static int a_learnt_source_becomes_final_after_a_while(void)
{
    struct media_source s;
    int64_t now = 0;

    open_source(&s, "10.0.0.5:4000", "198.51.100.7:5060");
    feed(&s, "198.51.100.7:61234", 10, &now);
    CHECK(!media_source_is_final(&s, now) && media_source_is_final(&s, now + 6000000));
    return 0;
}

UNIT_TESTS(UNIT(nothing_passes_before_the_sdp), UNIT(the_sdps_address_is_taken_at_once),
           UNIT(behind_nat_the_signalling_host_is_learnt),
           UNIT(without_symmetric_rtp_packets_go_where_sdp_says),
           UNIT(another_port_of_the_sdps_host_must_last_a_second),
           UNIT(a_lossy_candidate_settles_all_the_same), UNIT(the_sdps_address_wins_even_late),
           UNIT(interrupted_candidates_are_not_settled),
           UNIT(a_new_sdp_learns_anew_and_the_same_does_not),
           UNIT(a_learnt_source_becomes_final_after_a_while))
