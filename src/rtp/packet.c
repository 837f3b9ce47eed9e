/* packet.c - see packet.h */
#include <errno.h>

#include "rtp/packet.h"

#define MAX_BYTES 65535

/* Bytes of the header with contributing sources and extension; 0 when the packet is too short for
 * it. */
static size_t header_bytes(const uint8_t *p, size_t len)
{
    size_t at = RTP_HEADER_BYTES + 4u * (p[0] & 0x0f);

    if (p[0] & 0x10) {
        if (len < at + 4)
            return 0;
        at += 4 + 4u * rtp_get16(p + at + 2);
    }
    return at <= len ? at : 0;
}

int rtp_parse(struct rtp_header *h, const uint8_t *p, size_t len)
{
    size_t at, padding = 0;
    uint8_t type;

    if (len < RTP_HEADER_BYTES || len > MAX_BYTES || p[0] >> 6 != 2)
        return EBADMSG;
    type = p[1] & 0x7f;
    if (type >= 64 && type <= 95) /* RTCP with the top bit taken for the marker */
        return EBADMSG;
    at = header_bytes(p, len);
    if (!at)
        return EBADMSG;
    if (p[0] & 0x20) {
        padding = p[len - 1];
        if (!padding || padding > len - at)
            return EBADMSG;
    }
    *h = (struct rtp_header){
        .payload_type = type,
        .is_marked = p[1] >> 7,
        .seq = rtp_get16(p + 2),
        .timestamp = rtp_get32(p + 4),
        .ssrc = rtp_get32(p + 8),
        .at = (uint16_t)at,
        .bytes = (uint16_t)(len - at - padding),
    };
    return 0;
}

void rtp_print(uint8_t out[RTP_HEADER_BYTES], const struct rtp_header *h)
{
    out[0] = 0x80;
    out[1] = (uint8_t)((h->is_marked ? 0x80 : 0) | (h->payload_type & 0x7f));
    rtp_put16(out + 2, h->seq);
    rtp_put32(out + 4, h->timestamp);
    rtp_put32(out + 8, h->ssrc);
}
