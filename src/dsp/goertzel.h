/*
 * dsp/goertzel.h - how much of one frequency is in a stretch of samples
 *
 * Scope:   tests of tones, and later the in-band digit detector.
 * Source:  Goertzel's algorithm.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

/** Amplitude (peak, in sample units) of hz in count samples at rate_hz. 0 for no samples. */
double goertzel_peak(const int16_t *samples, size_t count, double hz, double rate_hz);
