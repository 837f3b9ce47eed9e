/*
 * dsp/resample.h - change the rate of a whole file's samples; gain
 *
 * Scope:   sound files that are not at 8,000 Hz, once when they are loaded. Downwards a low-pass
 *          (moving average over the ratio, twice) comes first; between samples a straight line.
 * Limits:  4,000 to 192,000 Hz.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

/** Samples that resample gives for count of them; 0 when a rate is out of bounds. */
size_t resample_count(size_t count, uint32_t from_hz, uint32_t to_hz);

/** in is changed (filtered) when from_hz > to_hz; out has room for resample_count. */
void resample(int16_t *out, int16_t *in, size_t count, uint32_t from_hz, uint32_t to_hz);

/** Multiply by gain_pct / 100, clipping. */
void gain_apply(int16_t *samples, size_t count, uint32_t gain_pct);
