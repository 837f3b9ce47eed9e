/* test_rtcp.c - reports: inverse, arithmetic, nonsense */
#include <string.h>

#include "rtp/rtcp.h"
#include "unit.h"

static int reports_are_read_as_written(void)
{
    struct rtcp_report w = {
        .ssrc = 11,
        .is_sender = true,
        .ntp = 0x0123456789abcdef,
        .rtp_time = 5,
        .packets = 6,
        .bytes = 7,
        .has_block = true,
        .name = "station@192.0.2.1",
        .is_bye = true,
        .block = {.ssrc = 22,
                  .fraction_lost = 3,
                  .lost = -2,
                  .highest_seq = 70000,
                  .jitter = 9,
                  .lsr = 10,
                  .dlsr = 12},
    };
    struct rtcp_report r;
    uint8_t p[RTCP_MAX_BYTES];
    size_t n = rtcp_print(p, &w);

    CHECK(n % 4 == 0 && n <= sizeof(p));
    CHECK(!rtcp_parse(&r, p, n, 22));
    CHECK(r.ssrc == 11 && r.is_sender && r.ntp == w.ntp && r.rtp_time == 5 && r.packets == 6 &&
          r.bytes == 7);
    CHECK(r.has_block && r.is_bye && r.block.fraction_lost == 3 && r.block.lost == -2);
    CHECK(r.block.highest_seq == 70000 && r.block.jitter == 9 && r.block.lsr == 10 &&
          r.block.dlsr == 12);
    CHECK(!rtcp_parse(&r, p, n, 23) && !r.has_block); /* about somebody else */
    w.is_sender = w.has_block = false;
    n = rtcp_print(p, &w);
    CHECK(!rtcp_parse(&r, p, n, 22) && !r.is_sender && r.ssrc == 11);
    return 0;
}

static int any_length_of_name_fits(void)
{
    char name[100];
    struct rtcp_report w = {.ssrc = 1,
                            .is_sender = true,
                            .has_block = true,
                            .is_bye = true,
                            .name = name},
                       r;
    uint8_t p[RTCP_MAX_BYTES];

    for (size_t i = 0; i < sizeof(name); i++) {
        memset(name, 'x', sizeof(name));
        name[i] = '\0';
        CHECK(rtcp_print(p, &w) <= sizeof(p));
        CHECK(!rtcp_parse(&r, p, rtcp_print(p, &w), 0));
    }
    return 0;
}

static int round_trip_is_now_less_lsr_less_dlsr(void)
{
    struct wall sent = {1700000000000000}, now = {1700000001250000};
    struct rtcp_block b = {.lsr = rtcp_ntp_middle(rtcp_ntp(sent)),
                           .dlsr = 65536}; /* held for 1 s */
    uint32_t rtt = rtcp_rtt_us(&b, now);

    CHECK(rtt > 249900 && rtt < 250100);
    b.dlsr = 3 * 65536; /* longer than the trip: impossible */
    CHECK(rtcp_rtt_us(&b, now) == 0);
    b.lsr = 0;
    CHECK(rtcp_rtt_us(&b, now) == 0);
    return 0;
}

static int broken_reports_are_refused(void)
{
    static const uint8_t rows[][12] = {
        {0x40, 200, 0, 0}, {0x80, 202, 0, 0}, {0x80, 200, 0, 1},
        {0x80, 201, 0, 0}, {0x80, 201, 0, 9}, {0x81, 201, 0xff, 0xff},
    };
    struct rtcp_report r;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK(rtcp_parse(&r, rows[i], 8, 1) == EBADMSG);
    CHECK(rtcp_parse(&r, rows[0], 0, 1) == EBADMSG && rtcp_parse(&r, rows[0], 3, 1) == EBADMSG);
    return 0;
}

UNIT_TESTS(UNIT(reports_are_read_as_written), UNIT(any_length_of_name_fits),
           UNIT(round_trip_is_now_less_lsr_less_dlsr), UNIT(broken_reports_are_refused))
