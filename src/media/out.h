/*
 * media/out.h - one unbroken RTP stream out of many sources
 *
 * Scope:   what a phone hears comes from a relayed peer, then a file, then another peer: its
 *          sequence numbers and timestamps go on all the same, with our own SSRC. A relayed source
 *          keeps its gaps and its order.
 * Units:   clock 8,000 Hz; microseconds on the lane's clock.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "rtp/packet.h"

struct media_out {
    uint32_t ssrc;
    uint16_t seq;       /* newest sent */
    uint16_t floor;     /* newest of the source before: nothing relayed goes below */
    uint32_t timestamp; /* of the newest ... */
    int64_t at_us;      /* ... when it was first sent */
    uint32_t samples;   /* in the newest: the next one begins after them */
    bool is_started;
    bool is_mapped; /* the offsets below hold, for in_ssrc */
    uint32_t in_ssrc;
    uint16_t seq_offset;
    uint32_t timestamp_offset;
    uint32_t packets;
    uint64_t bytes; /* of payload */
};

void media_out_init(struct media_out *o, uint32_t ssrc, uint16_t seq, uint32_t timestamp);

/**
 * The header for a relayed packet: seq, timestamp, ssrc and (after a change of source) the mark.
 * @param h  in: as received; out: as to be sent
 * @return false: too old, drop it
 */
bool media_out_relay(struct media_out *o, struct rtp_header *h, int64_t now_us);

/** The header for a packet of our own with so many samples, or that begins a telephone-event. */
void media_out_make(struct media_out *o, struct rtp_header *h, uint32_t samples, int64_t now_us);

/** One more packet of the event begun by media_out_make: same timestamp. */
void media_out_repeat(struct media_out *o, struct rtp_header *h);

/** The source changed or fell silent: the next relayed packet is mapped anew. */
static inline void media_out_cut(struct media_out *o)
{
    o->is_mapped = false;
}

/** Timestamp of this moment. */
uint32_t media_out_clock(const struct media_out *o, int64_t now_us);
