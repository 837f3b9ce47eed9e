/*
 * media/voices.h - both sides of a recording, in step, as linear samples
 *
 * Scope:   packets come in, each is put where it belongs in time (timeline.h); what nobody can
 *          change any more comes out, both sides at once, silence where nothing was said. Muting, pausing and
 *          "only while joined" take effect at the time when they were asked for.
 * Owns:    its two windows (embedded).
 * Thread:  one at a time; pure.
 * Units:   positions in samples at 8,000 Hz since the recording began.
 * Limits:  a window of one second; VOICES_CHANGES wait, more take effect at once.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/codec.h"
#include "media/timeline.h"

#define VOICES_SIDES 2
#define VOICES_WINDOW 8192
#define VOICES_CHANGES 32

/** States that change with time, as bits. */
enum voices_state {
    VOICES_RX_MUTED = 1,
    VOICES_TX_MUTED = 2,
    VOICES_PAUSED = 4, /* these are those of enum media_tape_muted */
    VOICES_PARTED = 8, /* without a peer; counts where is_joined_only */
};

struct voices_side {
    struct timeline line, before; /* of the newest source, and of the one before it */
    int64_t switched;             /* when the newest source came */
    int64_t end;                  /* behind the newest packet placed ... */
    int16_t last;                 /* ... and its last sample */
    uint16_t seq;
    bool has_seq;
    uint32_t packets, lost;
    const int16_t *linear[CODEC_COUNT]; /* of each byte: the law's own, or with a volume */
    int16_t window[VOICES_WINDOW];
};

struct voices {
    struct voices_side sides[VOICES_SIDES];
    int64_t front; /* everything before has come out */
    uint8_t state;
    bool is_joined_only;
    unsigned change_count;
    struct {
        int64_t at;
        uint8_t mask, value;
    } changes[VOICES_CHANGES];
};

/** Room for the tables of a recording with volumes. */
typedef int16_t voices_tables[VOICES_SIDES][CODEC_COUNT][256];

/** Empty, at position 0. louder: room for tables (borrowed as long as v lives), filled here; NULL:
 *  as loud as it comes. */
void voices_init(struct voices *v, int rx_db, int tx_db, voices_tables *louder);

struct voices_packet {
    struct timeline_packet time;
    uint16_t seq;
    uint8_t codec;
    const uint8_t *bytes; /* borrowed for the call: one a sample */
    size_t count;
};

/** Is it of the clock that this side is on? Else: voices_begin before it is added. */
bool voices_knows(const struct voices *v, unsigned side, const struct timeline_packet *p);
void voices_begin(struct voices *v, unsigned side, const struct timeline_packet *p, int64_t hurry);

void voices_add(struct voices *v, unsigned side, const struct voices_packet *p);

/** From that position on the bits of mask are those of value. */
void voices_change(struct voices *v, int64_t at, uint8_t mask, uint8_t value);

/** So much of both sides, borrowed for the call. */
typedef void(voices_h)(const int16_t *rx, const int16_t *tx, size_t count, void *arg);

/** Everything before upto comes out. */
void voices_take(struct voices *v, int64_t upto, voices_h *h, void *arg);
