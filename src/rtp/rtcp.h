/*
 * rtp/rtcp.h - reports: read, write, and what they say about loss and round trip
 *
 * Scope:   compound packets of SR or RR, SDES with a name, and BYE; one report block (a leg has one
 *          source). Anything else in a compound is stepped over.
 * Units:   NTP's short format (1/65,536 s) where the RFC has it.
 * Limits:  a packet that we write is at most RTCP_MAX_BYTES.
 * Source:  RFC 3550 s6, A.2 (validity), A.3; RFC 5506: a lone report is accepted, too.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/when.h"

#define RTCP_MAX_BYTES 160
#define RTCP_NAME_MAX 48

struct rtcp_block {
    uint32_t ssrc; /* whose packets are described */
    uint8_t fraction_lost;
    int32_t lost;
    uint32_t highest_seq;
    uint32_t jitter; /* clock units */
    uint32_t lsr, dlsr;
};

struct rtcp_report {
    uint32_t ssrc; /* of who reports */
    bool is_sender;
    uint64_t ntp;
    uint32_t rtp_time, packets, bytes;
    bool has_block;
    struct rtcp_block block; /* read: the one about our ssrc */
    bool is_bye;
    const char *name; /* written: CNAME, at most RTCP_NAME_MAX; not read */
};

/**
 * @param our_ssrc  the block about it is taken
 * @return 0; EBADMSG
 */
int rtcp_parse(struct rtcp_report *r, const uint8_t *p, size_t len, uint32_t our_ssrc);

/** @return bytes written */
size_t rtcp_print(uint8_t out[RTCP_MAX_BYTES], const struct rtcp_report *r);

/** NTP time of a wall clock; and its middle 32 bits. */
uint64_t rtcp_ntp(struct wall t);

static inline uint32_t rtcp_ntp_middle(uint64_t ntp)
{
    return (uint32_t)(ntp >> 16);
}

/** Round trip by a block about us that arrived at now: microseconds, 0 when it does not say or is
 * impossible. */
uint32_t rtcp_rtt_us(const struct rtcp_block *b, struct wall now);
