/* test_packet.c - RTP headers, whole and broken */
#include <string.h>

#include "rtp/packet.h"
#include "unit.h"

static int print_and_parse_are_inverse(void)
{
    struct rtp_header h = {
        .payload_type = 101, .is_marked = true, .seq = 65535, .timestamp = 0xfedcba98, .ssrc = 7};
    struct rtp_header got;
    uint8_t p[16] = {0};

    rtp_print(p, &h);
    CHECK(!rtp_parse(&got, p, sizeof(p)));
    CHECK(got.payload_type == 101 && got.is_marked && got.seq == 65535);
    CHECK(got.timestamp == 0xfedcba98 && got.ssrc == 7 && got.at == 12 && got.bytes == 4);
    return 0;
}

static int sources_extension_and_padding_are_stepped_over(void)
{
    uint8_t p[40] = {0xb2, 8};

    rtp_put16(p + 20 + 2, 1); /* two sources, extension of one word */
    p[39] = 5;                /* padding */
    struct rtp_header h;

    CHECK(!rtp_parse(&h, p, 40));
    CHECK(h.at == 28 && h.bytes == 7 && h.payload_type == 8);
    return 0;
}

static int broken_packets_are_refused(void)
{
    static const struct {
        uint8_t bytes[16];
        size_t len;
    } rows[] = {
        {{0x80, 0}, 11},                           /* short */
        {{0x40, 0}, 12},                           /* version 1 */
        {{0x80, 200}, 12},                         /* RTCP */
        {{0x8f, 0}, 12},                           /* 15 sources that are not there */
        {{0x90, 0}, 12},                           /* extension that is not there */
        {{0x90, 0, [14] = 0xff, [15] = 0xff}, 16}, /* extension longer than the packet */
        {{0xa0, 0}, 13},                           /* padding 0 */
        {{0xa0, 0, [12] = 2}, 13},                 /* padding longer than the payload */
        {{0}, 0},
    };
    struct rtp_header h;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK(rtp_parse(&h, rows[i].bytes, rows[i].len) == EBADMSG);
    return 0;
}

UNIT_TESTS(UNIT(print_and_parse_are_inverse), UNIT(sources_extension_and_padding_are_stepped_over),
           UNIT(broken_packets_are_refused))
