/* rtcp.c - see rtcp.h */
#include <errno.h>
#include <string.h>

#include "rtp/packet.h"
#include "rtp/rtcp.h"

enum { SR = 200, RR = 201, SDES = 202, BYE = 203 };

#define NTP_EPOCH 2208988800ull /* seconds from 1900 to 1970 */
#define RTT_MAX_S 60
#define BLOCK_BYTES 24

uint64_t rtcp_ntp(struct wall t)
{
    uint64_t s = (uint64_t)(t.us / 1000000) + NTP_EPOCH;
    uint64_t fraction = ((uint64_t)(t.us % 1000000) << 32) / 1000000;

    return s << 32 | fraction;
}

uint32_t rtcp_rtt_us(const struct rtcp_block *b, struct wall now)
{
    uint32_t units;

    if (!b->lsr)
        return 0;
    units = rtcp_ntp_middle(rtcp_ntp(now)) - b->lsr - b->dlsr;
    if (units > RTT_MAX_S << 16)
        return 0;
    return (uint32_t)((uint64_t)units * 1000000 >> 16);
}

/* ---- reading ---- */

static void read_blocks(struct rtcp_report *r, const uint8_t *p, size_t len, unsigned count,
                        uint32_t our_ssrc)
{
    for (; count && len >= BLOCK_BYTES; count--, p += BLOCK_BYTES, len -= BLOCK_BYTES) {
        if (rtp_get32(p) != our_ssrc)
            continue;
        r->has_block = true;
        r->block = (struct rtcp_block){
            .ssrc = our_ssrc,
            .fraction_lost = p[4],
            .lost = (int32_t)(rtp_get32(p + 4) << 8) >> 8,
            .highest_seq = rtp_get32(p + 8),
            .jitter = rtp_get32(p + 12),
            .lsr = rtp_get32(p + 16),
            .dlsr = rtp_get32(p + 20),
        };
    }
}

static int read_one(struct rtcp_report *r, const uint8_t *p, size_t len, uint32_t our_ssrc)
{
    unsigned count = p[0] & 0x1f;

    switch (p[1]) {
    case SR:
        if (len < 28)
            return EBADMSG;
        r->is_sender = true;
        r->ssrc = rtp_get32(p + 4);
        r->ntp = (uint64_t)rtp_get32(p + 8) << 32 | rtp_get32(p + 12);
        r->rtp_time = rtp_get32(p + 16);
        r->packets = rtp_get32(p + 20);
        r->bytes = rtp_get32(p + 24);
        read_blocks(r, p + 28, len - 28, count, our_ssrc);
        return 0;
    case RR:
        if (len < 8)
            return EBADMSG;
        r->ssrc = rtp_get32(p + 4);
        read_blocks(r, p + 8, len - 8, count, our_ssrc);
        return 0;
    case BYE: r->is_bye = true; return 0;
    default: return 0;
    }
}

int rtcp_parse(struct rtcp_report *r, const uint8_t *p, size_t len, uint32_t our_ssrc)
{
    struct rtcp_report got = {0};
    bool is_first = true;

    while (len) {
        size_t bytes;

        if (len < 4 || p[0] >> 6 != 2)
            return EBADMSG;
        if (is_first && p[1] != SR && p[1] != RR)
            return EBADMSG;
        bytes = 4 * ((size_t)rtp_get16(p + 2) + 1);
        if (bytes > len || read_one(&got, p, bytes, our_ssrc))
            return EBADMSG;
        p += bytes;
        len -= bytes;
        is_first = false;
    }
    if (is_first)
        return EBADMSG;
    *r = got;
    return 0;
}

/* ---- writing ---- */

static uint8_t *put_head(uint8_t *p, unsigned count, uint8_t type, size_t bytes)
{
    p[0] = (uint8_t)(0x80 | count);
    p[1] = type;
    rtp_put16(p + 2, (uint16_t)(bytes / 4 - 1));
    return p + 4;
}

static uint8_t *put32(uint8_t *p, uint32_t v)
{
    rtp_put32(p, v);
    return p + 4;
}

static uint8_t *put_block(uint8_t *p, const struct rtcp_block *b)
{
    int32_t lost = b->lost > 0x7fffff ? 0x7fffff : b->lost;

    p = put32(p, b->ssrc);
    p = put32(p, (uint32_t)b->fraction_lost << 24 | ((uint32_t)lost & 0xffffff));
    p = put32(p, b->highest_seq);
    p = put32(p, b->jitter);
    p = put32(p, b->lsr);
    return put32(p, b->dlsr);
}

static uint8_t *put_name(uint8_t *p, const struct rtcp_report *r)
{
    size_t n = strnlen(r->name, RTCP_NAME_MAX);
    size_t bytes = (4 + 4 + 2 + n + 4) & ~(size_t)3; /* at least one zero ends the items */
    uint8_t *end = p + bytes;

    p = put_head(p, 1, SDES, bytes);
    p = put32(p, r->ssrc);
    *p++ = 1; /* CNAME */
    *p++ = (uint8_t)n;
    memcpy(p, r->name, n);
    memset(p + n, 0, (size_t)(end - p) - n);
    return end;
}

size_t rtcp_print(uint8_t out[RTCP_MAX_BYTES], const struct rtcp_report *r)
{
    size_t blocks = r->has_block ? BLOCK_BYTES : 0;
    uint8_t *p =
        put_head(out, r->has_block, r->is_sender ? SR : RR, (r->is_sender ? 28 : 8) + blocks);

    p = put32(p, r->ssrc);
    if (r->is_sender) {
        p = put32(p, (uint32_t)(r->ntp >> 32));
        p = put32(p, (uint32_t)r->ntp);
        p = put32(p, r->rtp_time);
        p = put32(p, r->packets);
        p = put32(p, r->bytes);
    }
    if (r->has_block)
        p = put_block(p, &r->block);
    if (r->name)
        p = put_name(p, r);
    if (r->is_bye) {
        p = put_head(p, 1, BYE, 8);
        p = put32(p, r->ssrc);
    }
    return (size_t)(p - out);
}
