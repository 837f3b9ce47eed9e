/*
 * archive/peaks.h - what a page draws of a recording: the least and the greatest sample of each 100 ms
 *
 * Format:  "SPK1", then little endian: u8 channels, u8 0, u16 ms of a step, u32 steps; then for each step and channel
 *          i8 least, i8 greatest (a sample's upper byte).
 * Thread:  any.
 * Limits:  24 hours: 1.7 MB of one voice, 3.5 MB of two.
 */
#pragma once
#include <stdint.h>

#include "base/buf.h"

enum { PEAKS_STEP_MS = 100, PEAKS_HEAD = 12, PEAKS_BYTES_MAX = 4 << 20 };

struct peaks {
    struct buf out;     /* the file, whole after peaks_end */
    int channels, step; /* frames of a step */
    int filled;         /* frames in the step begun */
    uint32_t steps;
    int16_t least[2], greatest[2];
};

/** @param rate  Hz. @return 0; ENOMEM */
int peaks_init(struct peaks *p, int channels, int rate);

/** @param samples  interleaved */
void peaks_add(struct peaks *p, const int16_t *samples, int frames);

/** @return 0; ENOMEM; ENOSPC (longer than a recording may be) */
int peaks_end(struct peaks *p);

void peaks_fini(struct peaks *p);
