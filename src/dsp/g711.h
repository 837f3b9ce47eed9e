/*
 * dsp/g711.h - G.711 A-law and mu-law: to linear samples, back, and into each other
 *
 * Scope:   one table look-up a sample where packets pass (decoding, A <-> mu); encoding from linear
 *          computes, as it happens once a file.
 * Units:   linear samples are 16 bit, signed, host order.
 * Thread:  any: constant tables.
 * Source:  ITU-T G.711 (11/88).
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "dsp/codec.h"

extern const int16_t g711_ulaw_linear[256];
extern const int16_t g711_alaw_linear[256];
extern const uint8_t g711_ulaw_alaw[256]; /* mu -> A */
extern const uint8_t g711_alaw_ulaw[256]; /* A -> mu */

/** What silence looks like. */
#define G711_ULAW_SILENCE 0xff
#define G711_ALAW_SILENCE 0xd5

uint8_t g711_ulaw_encode(int16_t sample);
uint8_t g711_alaw_encode(int16_t sample);

/** Encode / decode count samples; c is CODEC_ULAW or CODEC_ALAW. */
void g711_encode(enum codec c, uint8_t *out, const int16_t *in, size_t count);
void g711_decode(enum codec c, int16_t *out, const uint8_t *in, size_t count);

/** In place, from one law to the other; the same law does nothing. */
void g711_convert(enum codec from, enum codec to, uint8_t *bytes, size_t count);
