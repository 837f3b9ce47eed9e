/*
 * dsp/dtmf_detect.h - digits in the sound itself
 *
 * Scope:   blocks of 102 samples (12.75 ms) through a filter for each of the eight tones; a digit
 *          begins with two equal blocks (so 40 ms are heard for certain) and ends with three others.
 *          Speech is told apart by what else is in the block, and by the balance of the two tones.
 * Units:   16-bit samples at 8,000 Hz.
 * Thread:  a plain value; nothing is allocated.
 * Source:  ITU-T Q.23, Q.24 (levels, twist, 1.5 % of tolerance).
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct dtmf_detect {
    float s1[8], s2[8], energy;
    uint16_t count;  /* samples of the block */
    char seen;       /* in the last block */
    char digit;      /* that sounds now; 0: none */
    uint8_t misses;  /* blocks without it */
    uint32_t blocks; /* with it */
};

struct dtmf_heard {
    char digit;
    uint16_t ms;
};

/**
 * @param out  up to two digits that ended in these samples (at most 480)
 * @return how many
 */
unsigned dtmf_detect(struct dtmf_detect *d, const int16_t *samples, size_t count,
                     struct dtmf_heard out[2]);
