/* fuzz_rtp.c - packets of strangers: RTP, RTCP and telephone-events; the input is a row of packets,
 * each after its length */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rtp/dtmf.h"
#include "rtp/packet.h"
#include "rtp/receiver.h"
#include "rtp/rtcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void one_packet(struct rtp_receiver *r, struct dtmf_decoder *d, const uint8_t *p, size_t len,
                       int64_t now)
{
    struct dtmf_digit digits[2];
    struct rtcp_report report;
    struct rtp_header h;

    if (!rtcp_parse(&report, p, len, 0x01020304) && report.has_block)
        (void)rtcp_rtt_us(&report.block, (struct wall){1700000000000000 + now});
    if (rtp_parse(&h, p, len))
        return;
    if (h.at + h.bytes > len || h.at < RTP_HEADER_BYTES)
        abort();
    rtp_receiver_take(r, &h, now, 8000);
    (void)rtp_receiver_fraction(r);
    for (unsigned i = dtmf_decode(d, p + h.at, h.bytes, h.timestamp, now, digits); i > 0; i--) {
        if (!strchr("0123456789*#ABCD", digits[i - 1].digit))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct rtp_receiver r = {0};
    struct dtmf_decoder d = {0};
    struct dtmf_digit digit;
    int64_t now = 0;

    while (len) {
        size_t n = bytes[0] < len - 1 ? bytes[0] : len - 1;

        one_packet(&r, &d, bytes + 1, n, now);
        (void)dtmf_decode_idle(&d, now, &digit);
        bytes += n + 1;
        len -= n + 1;
        now += 20000;
    }
    (void)rtp_receiver_lost(&r);
    (void)rtp_receiver_jitter_us(&r, 8000);
    return 0;
}
