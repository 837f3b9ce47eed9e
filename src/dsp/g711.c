/* g711.c - see g711.h; the tables are in g711_tables.c, and tests/unit/dsp/test_g711.c derives them
 */
#include "base/bug.h"
#include "dsp/g711.h"

#define ULAW_BIAS 0x84
#define ULAW_CLIP 32635

/* Number of the segment: position of the highest bit above bit 7. */
static int segment(int magnitude)
{
    int s = 0;

    for (int m = magnitude >> 8; m; m >>= 1)
        s++;
    return s;
}

uint8_t g711_ulaw_encode(int16_t sample)
{
    int sign = sample < 0 ? 0x80 : 0;
    int m = sample < 0 ? -(int)sample : sample;
    int s;

    if (m > ULAW_CLIP)
        m = ULAW_CLIP;
    m += ULAW_BIAS;
    s = segment(m);
    return (uint8_t) ~(sign | s << 4 | ((m >> (s + 3)) & 0x0f));
}

uint8_t g711_alaw_encode(int16_t sample)
{
    int sign = sample < 0 ? 0 : 0x80;
    int m = sample < 0 ? ~(int)sample : sample;
    int s = segment(m);

    return (uint8_t)((sign | s << 4 | ((m >> (s ? s + 3 : 4)) & 0x0f)) ^ 0x55);
}

void g711_encode(enum codec c, uint8_t *out, const int16_t *in, size_t count)
{
    BUG_IF(c != CODEC_ULAW && c != CODEC_ALAW);
    for (size_t i = 0; i < count; i++)
        out[i] = c == CODEC_ULAW ? g711_ulaw_encode(in[i]) : g711_alaw_encode(in[i]);
}

void g711_decode(enum codec c, int16_t *out, const uint8_t *in, size_t count)
{
    const int16_t *table = c == CODEC_ULAW ? g711_ulaw_linear : g711_alaw_linear;

    BUG_IF(c != CODEC_ULAW && c != CODEC_ALAW);
    for (size_t i = 0; i < count; i++)
        out[i] = table[in[i]];
}

void g711_convert(enum codec from, enum codec to, uint8_t *bytes, size_t count)
{
    const uint8_t *table = from == CODEC_ULAW ? g711_ulaw_alaw : g711_alaw_ulaw;

    if (from == to)
        return;
    for (size_t i = 0; i < count; i++)
        bytes[i] = table[bytes[i]];
}
