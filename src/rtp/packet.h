/*
 * rtp/packet.h - the RTP header: read, write, patch
 *
 * Scope:   version 2, contributing sources, extension and padding are stepped over.
 * Thread:  pure functions.
 * Source:  RFC 3550 s5.1; RFC 5761 s4 to tell RTCP apart on one port.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RTP_HEADER_BYTES 12

struct rtp_header {
    uint8_t payload_type;
    bool is_marked;
    uint16_t seq;
    uint32_t timestamp;
    uint32_t ssrc;
    uint16_t at;    /* where the payload begins */
    uint16_t bytes; /* of payload, without padding */
};

/** @return 0; EBADMSG (not RTP, cut short, or RTCP) */
int rtp_parse(struct rtp_header *h, const uint8_t *p, size_t len);

/** Write 12 bytes (no extension, no sources, no padding); at and bytes are not used. */
void rtp_print(uint8_t out[RTP_HEADER_BYTES], const struct rtp_header *h);

/** a - b around the corner: > 0 when a is newer. */
static inline int16_t rtp_seq_diff(uint16_t a, uint16_t b)
{
    return (int16_t)(uint16_t)(a - b);
}

static inline int32_t rtp_time_diff(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

/* Big-endian fields. */
static inline uint16_t rtp_get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t rtp_get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void rtp_put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void rtp_put32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}
