/*
 * rtp/receiver.h - what one source sent us: loss and jitter
 *
 * Scope:   sequence numbers around the corner, duplicates, late ones, restarts; the two figures of
 *          a reception report. One per stream, embedded.
 * Units:   microseconds on a monotonic clock; jitter in RTP clock units inside.
 * Source:  RFC 3550 s6.4.1, A.1 (without probation: the source was checked by address), A.3, A.8.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "rtp/packet.h"

struct rtp_receiver {
    bool is_started;
    uint32_t ssrc;
    uint16_t max_seq;
    uint16_t base_seq;
    uint32_t cycles; /* 65,536 times how often max_seq went around */
    uint32_t bad_seq;
    uint32_t received;
    uint32_t past_expected, past_received; /* of sources before a restart */
    uint32_t prior_expected, prior_received;
    uint32_t transit;
    uint32_t jitter_16; /* 16 times the estimate, clock units */
    bool has_transit;
};

enum rtp_taken {
    RTP_TAKEN,     /* in sequence, early, late or twice */
    RTP_RESTARTED, /* the first packet of a source, or of one that began anew */
    RTP_STRAY,     /* far from the sequence: not counted, and not to be passed on */
};

/** Count a packet that arrived at now_us. clock_hz: 8000. */
enum rtp_taken rtp_receiver_take(struct rtp_receiver *r, const struct rtp_header *h, int64_t now_us,
                                 uint32_t clock_hz);

uint32_t rtp_receiver_expected(const struct rtp_receiver *r); /* of all sources */
uint32_t rtp_receiver_packets(const struct rtp_receiver *r);
uint32_t rtp_receiver_lost(const struct rtp_receiver *r); /* 0 when duplicates outnumber the lost */
uint32_t rtp_receiver_jitter_us(const struct rtp_receiver *r, uint32_t clock_hz);

/** Loss since the last call, in 1/256, as a report block wants it. */
uint8_t rtp_receiver_fraction(struct rtp_receiver *r);

/** Highest sequence number with its cycles. */
static inline uint32_t rtp_receiver_highest(const struct rtp_receiver *r)
{
    return r->cycles + r->max_seq;
}
