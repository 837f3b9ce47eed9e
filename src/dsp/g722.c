/* g722.c - see g722.h; names in comments are the recommendation's */
#include "dsp/g722.h"

#include <string.h>

static const int16_t log_steps[8] = {-60, -30, 58, 172, 334, 538, 1198, 3042};     /* WL */
static const uint8_t codes[16] = {0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0}; /* RL42 */
static const int16_t exponents[32] = {2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383,
                                      2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
                                      2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371,
                                      3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008}; /* ILB */
static const int16_t levels4[16] = {0,     -20456, -12896, -8968, -6288, -4240, -2584, -1200,
                                    20456, 12896,  8968,   6288,  4240,  2584,  1200,  0}; /* QM4 */
static const int16_t levels6[64] = {
    -136,   -136,   -136,  -136,  -24808, -21904, -19008, -16704, -14984, -13512, -12280,
    -11192, -10232, -9360, -8576, -7856,  -7192,  -6576,  -6000,  -5456,  -4944,  -4464,
    -4008,  -3576,  -3168, -2776, -2400,  -2032,  -1688,  -1360,  -1040,  -728,   24808,
    21904,  19008,  16704, 14984, 13512,  12280,  11192,  10232,  9360,   8576,   7856,
    7192,   6576,   6000,  5456,  4944,   4464,   4008,   3576,   3168,   2776,   2400,
    2032,   1688,   1360,  1040,  728,    432,    136,    -432,   -136}; /* QM6 */

static int saturate(int v)
{
    return v > 32767 ? 32767 : v < -32768 ? -32768 : v;
}

void g722_low_init(struct g722_low *g)
{
    memset(g, 0, sizeof(*g));
    g->step = 32;
}

/* LOGSCL, SCALEL */
static void adapt_step(struct g722_low *g, unsigned code)
{
    int shift;

    g->scale = ((g->scale * 127) >> 7) + log_steps[codes[code]];
    if (g->scale < 0)
        g->scale = 0;
    else if (g->scale > 18432)
        g->scale = 18432;
    shift = 8 - (g->scale >> 11);
    g->step = exponents[(g->scale >> 6) & 31];
    g->step = (shift < 0 ? g->step << -shift : g->step >> shift) * 4;
}

/* UPPOL2, UPPOL1: from signs of the last three. */
static void adapt_poles(struct g722_low *g)
{
    int same1 = (g->p[0] ^ g->p[1]) >= 0, same2 = (g->p[0] ^ g->p[2]) >= 0;
    int w1 = saturate(g->a[1] * 4), w2, limit;

    w1 = same1 ? -w1 : w1;
    if (w1 > 32767)
        w1 = 32767;
    w2 = (w1 >> 7) + (same2 ? 128 : -128) + ((g->a[2] * 32512) >> 15);
    w2 = w2 > 12288 ? 12288 : w2 < -12288 ? -12288 : w2;
    w1 = saturate((same1 ? 192 : -192) + ((g->a[1] * 32640) >> 15));
    limit = 15360 - w2;
    g->a[1] = w1 > limit ? limit : w1 < -limit ? -limit : w1;
    g->a[2] = w2;
}

/* UPZERO, and the delay line of differences. */
static void adapt_zeros(struct g722_low *g)
{
    for (int i = 1; i <= 6; i++) {
        int change = !g->d[0] ? 0 : (g->d[i] ^ g->d[0]) >= 0 ? 128 : -128;

        g->b[i] = saturate(change + ((g->b[i] * 32640) >> 15));
    }
    for (int i = 6; i > 0; i--)
        g->d[i] = g->d[i - 1];
}

/* FILTEP, FILTEZ, PREDIC */
static void predict(struct g722_low *g)
{
    int poles =
        ((g->a[1] * saturate(g->r[1] * 2)) >> 15) + ((g->a[2] * saturate(g->r[2] * 2)) >> 15);

    g->zeros = 0;
    for (int i = 6; i > 0; i--)
        g->zeros += (g->b[i] * saturate(g->d[i] * 2)) >> 15;
    g->zeros = saturate(g->zeros);
    g->predicted = saturate(saturate(poles) + g->zeros);
}

static int16_t decode_one(struct g722_low *g, uint8_t byte)
{
    const unsigned code = byte & 63, short_code = code >> 2;
    int r = g->predicted + ((g->step * levels6[code]) >> 15);

    r = r > 16383 ? 16383 : r < -16384 ? -16384 : r;
    g->d[0] = (g->step * levels4[short_code]) >> 15;
    adapt_step(g, short_code);
    g->r[0] = saturate(g->predicted + g->d[0]);
    g->p[0] = saturate(g->zeros + g->d[0]);
    adapt_poles(g);
    adapt_zeros(g);
    g->r[2] = g->r[1], g->r[1] = g->r[0];
    g->p[2] = g->p[1], g->p[1] = g->p[0];
    predict(g);
    return (int16_t)(r * 2);
}

void g722_low_decode(struct g722_low *g, int16_t *out, const uint8_t *in, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = decode_one(g, in[i]);
}
