/*
 * media/timeline.h - where a packet's sound stands in time, whatever the network did to it
 *
 * Scope:   one side of a recording. A source's timestamps are its own clock; where they stand on the
 *          station's is the smallest transit of its last seconds: a packet is never early, so loss,
 *          jitter and reordering move nothing. The mapping follows clocks that differ, and slow
 *          changes, by a sample or a few at a time; another source, a leap of timestamps, and a
 *          talkspurt of a phone whose clock stands still in silence begin it anew.
 * Thread:  pure.
 * Units:   positions in samples at 8,000 Hz on the station's clock.
 * Source:  RFC 3550 s6.4.1 (transit); the rest is our own.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define TIMELINE_HZ 8000
#define TIMELINE_SPELLS 4

struct timeline {
    bool is_started;
    uint32_t source;
    uint32_t timestamp;             /* newest placed ... */
    int64_t ticks;                  /* ... and the same without its corner */
    int64_t offset;                 /* where ticks 0 stand */
    int64_t least[TIMELINE_SPELLS]; /* smallest transit of the last spells of two seconds */
    int64_t spell_end;
    unsigned spell;
};

struct timeline_packet {
    uint32_t source; /* SSRC, or whatever changes with the clock behind the timestamps */
    uint32_t timestamp;
    bool is_marked; /* a talkspurt begins */
    int64_t at;     /* when it came */
};

/** Does it continue what was placed before? If not, look at the packets that follow it, and begin. */
bool timeline_is_known(const struct timeline *t, const struct timeline_packet *p);

/** How much more in a hurry `later` was than `first`, of the same source: samples, negative: less. */
int64_t timeline_hurry(const struct timeline_packet *first, const struct timeline_packet *later);

/** Begin with p; hurry: the most of the packets that follow it, 0 or more. */
void timeline_begin(struct timeline *t, const struct timeline_packet *p, int64_t hurry);

/** The position of its first sample. The packet is known, or it was begun with. */
int64_t timeline_place(struct timeline *t, const struct timeline_packet *p);
