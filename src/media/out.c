/* out.c - see out.h */
#include "media/out.h"

#define FRAME_SAMPLES 160
#define FLOOR_DEPTH 1000  /* how late a relayed packet may be */
#define PAUSE_SAMPLES 800 /* longer since the last packet: a talkspurt begins */

void media_out_init(struct media_out *o, uint32_t ssrc, uint16_t seq, uint32_t timestamp)
{
    *o = (struct media_out){
        .ssrc = ssrc, .seq = seq, .floor = seq, .timestamp = timestamp, .samples = FRAME_SAMPLES};
}

uint32_t media_out_clock(const struct media_out *o, int64_t now_us)
{
    if (!o->is_started)
        return o->timestamp;
    return o->timestamp + (uint32_t)((now_us - o->at_us) * 8 / 1000);
}

/* Where the next packet of a new source stands on the clock: after the last one in any case. */
static uint32_t next_timestamp(const struct media_out *o, int64_t now_us)
{
    uint32_t t = media_out_clock(o, now_us);

    if (o->is_started && rtp_time_diff(t, o->timestamp) < (int32_t)o->samples)
        t = o->timestamp + o->samples;
    return t;
}

static void map(struct media_out *o, const struct rtp_header *h, int64_t now_us)
{
    o->is_mapped = true;
    o->in_ssrc = h->ssrc;
    o->floor = o->seq;
    o->seq_offset = (uint16_t)(o->seq + 1 - h->seq);
    o->timestamp_offset = next_timestamp(o, now_us) - h->timestamp;
}

static void remember(struct media_out *o, uint16_t seq, uint32_t timestamp, int64_t now_us)
{
    o->seq = seq;
    /* Packets of one event share a timestamp: the clock runs from the first. */
    if (!o->is_started || timestamp != o->timestamp)
        o->at_us = now_us;
    o->timestamp = timestamp;
    o->is_started = true;
}

bool media_out_relay(struct media_out *o, struct rtp_header *h, int64_t now_us)
{
    if (!o->is_mapped || o->in_ssrc != h->ssrc) {
        map(o, h, now_us);
        h->is_marked = true;
    }
    h->seq = (uint16_t)(h->seq + o->seq_offset);
    h->timestamp += o->timestamp_offset;
    h->ssrc = o->ssrc;
    if (rtp_seq_diff(h->seq, o->floor) <= 0)
        return false;
    if (rtp_seq_diff(h->seq, o->seq) > 0) {
        remember(o, h->seq, h->timestamp, now_us);
        /* G.711: a byte a sample; an event's few bytes say nothing */
        o->samples = h->bytes > FRAME_SAMPLES ? h->bytes : FRAME_SAMPLES;
    }
    if (rtp_seq_diff(o->seq, o->floor) > FLOOR_DEPTH)
        o->floor = (uint16_t)(o->seq - FLOOR_DEPTH);
    return true;
}

void media_out_make(struct media_out *o, struct rtp_header *h, uint32_t samples, int64_t now_us)
{
    uint32_t clock = media_out_clock(o, now_us);
    uint32_t t = o->timestamp + o->samples;

    /* Frames are sent by a timer that may be early or late: they stay in step unless it was a
     * pause. */
    h->is_marked = !o->is_started || o->is_mapped || rtp_time_diff(clock, t) > PAUSE_SAMPLES;
    if (h->is_marked)
        t = o->is_started ? next_timestamp(o, now_us) : o->timestamp;
    media_out_cut(o);
    h->seq = (uint16_t)(o->seq + 1);
    h->timestamp = t;
    h->ssrc = o->ssrc;
    o->floor = h->seq;
    o->samples = samples;
    remember(o, h->seq, t, now_us);
}

void media_out_repeat(struct media_out *o, struct rtp_header *h)
{
    h->is_marked = false;
    h->seq = o->floor = ++o->seq;
    h->timestamp = o->timestamp;
    h->ssrc = o->ssrc;
}
