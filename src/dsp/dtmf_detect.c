/* dtmf_detect.c - see dtmf_detect.h */
#include "dsp/dtmf_detect.h"

#include <stdbool.h>

#define BLOCK 102
#define POWER_MIN 2800.0f  /* mean square of a tone: about -39 dBm0 */
#define OTHERS 6.3f        /* the next tone of the group is 8 dB below */
#define TWIST 6.3f         /* the high tone may be 8 dB above the low one, */
#define REVERSE_TWIST 4.0f /* and 6 dB below it */
#define SHARE 0.62f        /* of the block's energy is in the two */
#define MISSES_TO_END 3

/* 2 cos(2 pi hz / 8000) of 697 770 852 941, 1209 1336 1477 1633 */
static const float turns[8] = {1.7077378f, 1.6452810f, 1.5686870f, 1.4782046f,
                               1.1641041f, 0.9963834f, 0.7986184f, 0.5685327f};

static const char keys[4][4] = {
    {'1', '2', '3', 'A'}, {'4', '5', '6', 'B'}, {'7', '8', '9', 'C'}, {'*', '0', '#', 'D'}};

static void filter(struct dtmf_detect *d, float v)
{
    for (int i = 0; i < 8; i++) {
        float s0 = v + turns[i] * d->s1[i] - d->s2[i];

        d->s2[i] = d->s1[i];
        d->s1[i] = s0;
    }
    d->energy += v * v;
}

/* Mean square of each tone; the strongest of four, or -1 when another one is near it. */
static int strongest(const float power[4])
{
    int best = 0;

    for (int i = 1; i < 4; i++) {
        if (power[i] > power[best])
            best = i;
    }
    for (int i = 0; i < 4; i++) {
        if (i != best && power[i] * OTHERS > power[best])
            return -1;
    }
    return power[best] < POWER_MIN ? -1 : best;
}

static char look(struct dtmf_detect *d)
{
    float power[8], low, high;
    int row, column;

    for (int i = 0; i < 8; i++)
        power[i] = (d->s1[i] * d->s1[i] + d->s2[i] * d->s2[i] - turns[i] * d->s1[i] * d->s2[i]) *
                   2 / BLOCK / BLOCK;
    row = strongest(power);
    column = strongest(power + 4);
    if (row < 0 || column < 0)
        return '\0';
    low = power[row];
    high = power[4 + column];
    if (high > low * TWIST || low > high * REVERSE_TWIST)
        return '\0';
    return (low + high) * BLOCK < d->energy * SHARE ? '\0' : keys[row][column];
}

/* @return true: a digit has ended, *out is it */
static bool take_block(struct dtmf_detect *d, char seen, struct dtmf_heard *out)
{
    bool is_end = false;

    if (d->digit && seen == d->digit) {
        d->blocks++;
        d->misses = 0;
    } else if (d->digit && ++d->misses == MISSES_TO_END) {
        *out = (struct dtmf_heard){d->digit, (uint16_t)(d->blocks * BLOCK / 8)};
        d->digit = '\0';
        is_end = true;
    }
    if (!d->digit && seen && seen == d->seen) {
        d->digit = seen;
        d->blocks = 2;
        d->misses = 0;
    }
    d->seen = seen;
    return is_end;
}

unsigned dtmf_detect(struct dtmf_detect *d, const int16_t *samples, size_t count,
                     struct dtmf_heard out[2])
{
    unsigned n = 0;

    for (size_t i = 0; i < count; i++) {
        filter(d, samples[i]);
        if (++d->count < BLOCK)
            continue;
        if (take_block(d, look(d), &out[n < 2 ? n : 1]))
            n += n < 2;
        for (int k = 0; k < 8; k++)
            d->s1[k] = d->s2[k] = 0;
        d->energy = 0;
        d->count = 0;
    }
    return n;
}
