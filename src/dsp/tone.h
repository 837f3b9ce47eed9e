/*
 * dsp/tone.h - tones: what a caller hears instead of a voice
 *
 * Scope:   a tone is a short list of parts (one or two frequencies, a duration); it is rendered
 *          once into samples that are then played over and over.
 * Units:   hertz, milliseconds, 16-bit samples at 8,000 Hz.
 * Limits:  64 parts, 61 s rendered, 20,000 Hz. Frequencies above 4,000 Hz fold back, and a third one
 *          (350+375+400) is left out: so does Asterisk, whose own lists have both.
 * Source:  ITU-T E.180 supplement 2 (Russia: 425 Hz; United States: 350+440, 440+480, 480+620), and
 *          the cadences of Asterisk's indications; ITU-T Q.23 for digits.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define TONE_RATE_HZ 8000
#define TONE_PARTS_MAX 65
#define TONE_MAX_MS 61000
#define TONE_MAX_HZ 20000

struct tone_part {
    uint16_t hz[2];    /* 0: none; both 0: silence */
    bool is_modulated; /* the first in volume by the second ("425*25"), not added */
    int8_t dbm0;       /* of one frequency ("1004@0"); -13 unless said */
    uint32_t ms;       /* 0: for ever (a single part only) */
};

struct tone {
    uint8_t count;
    uint8_t repeat_from; /* parts before it are played once ("!" in a list) */
    struct tone_part parts[TONE_PARTS_MAX];
};

/** Its tones are built in. */
bool tone_has_zone(struct slice zone);

/** "ring" of zone "ru" as its list, or the absent slice. Zones: ru, us; any other gives us's.
 * Names: dial busy ring congestion callwaiting dialrecall record info stutter. */
struct slice tone_find(struct slice zone, struct slice name);

/**
 * Read a list: "425/1000,0/4000", "350+440", "!350+440/100,!0/100,350+440", "425*25/500". A list of
 * which all is played once ("!") ends in silence.
 * @return 0; EINVAL
 */
int tone_parse(struct tone *t, struct slice list);

/** The tone of a digit 0-9 * # A-D for ms, then gap_ms of silence. @return 0; EINVAL */
int tone_digit(struct tone *t, char digit, uint32_t ms, uint32_t gap_ms);

/** Samples of one pass (an endless part counts as one second); 0 when it is longer than
 * TONE_MAX_MS. */
size_t tone_samples(const struct tone *t);

/** Sample from which playing goes on after the end. */
size_t tone_repeat_sample(const struct tone *t);

/** Render one pass: out has room for tone_samples(t). Each frequency at -13 dBm0 (two: each -16).
 */
void tone_render(const struct tone *t, int16_t *out);
