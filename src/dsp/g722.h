/*
 * dsp/g722.h - G.722's lower band: sound files at 8,000 Hz
 *
 * Scope:   decoding at 64 kbit/s, the low half of the band alone (what a telephone line passes): one
 *          sample at 8,000 Hz a byte. No encoding, no wide band.
 * Thread:  a plain value.
 * Source:  ITU-T G.722 (11/88), blocks 2L to 4L and 5.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct g722_low {
    int scale;      /* NBL: logarithm of the step */
    int step;       /* DETL */
    int predicted;  /* SL */
    int zeros;      /* SZL */
    int r[3], p[3]; /* reconstructed, partly reconstructed */
    int a[3], b[7]; /* coefficients of poles and zeros, from 1 on */
    int d[7];       /* quantized differences */
};

void g722_low_init(struct g722_low *g);

/** count bytes into as many samples. */
void g722_low_decode(struct g722_low *g, int16_t *out, const uint8_t *in, size_t count);
