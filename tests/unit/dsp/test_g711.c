/* test_g711.c - the tables against the standard's arithmetic, and errors within half a step */
#include <stdlib.h>

#include "dsp/g711.h"
#include "unit.h"

/* G.711 tables 2a/2b: value of a mu-law character */
static int ulaw_value(uint8_t b)
{
    int s, m;

    b = (uint8_t)~b;
    s = b >> 4 & 7;
    m = b & 15;
    m = (((m << 3) + 0x84) << s) - 0x84;
    return b & 0x80 ? -m : m;
}

/* G.711 tables 1a/1b */
static int alaw_value(uint8_t b)
{
    int s, m;

    b ^= 0x55;
    s = b >> 4 & 7;
    m = (b & 15) << 4;
    m = s ? (m + 0x108) << (s - 1) : m + 8;
    return b & 0x80 ? m : -m;
}

static int decoding_follows_the_standard(void)
{
    for (int i = 0; i < 256; i++) {
        CHECK(g711_ulaw_linear[i] == ulaw_value((uint8_t)i));
        CHECK(g711_alaw_linear[i] == alaw_value((uint8_t)i));
    }
    return 0;
}

static int encoding_undoes_decoding(void)
{
    for (int i = 0; i < 256; i++) {
        CHECK(i == 0x7f ||
              g711_ulaw_encode(g711_ulaw_linear[i]) == i); /* 0x7f is the second zero */
        CHECK(g711_alaw_encode(g711_alaw_linear[i]) == i);
    }
    return 0;
}

static int every_sample_is_within_a_step(void)
{
    for (int v = -32768; v <= 32767; v++) {
        int limit = abs(v) / 16 + 40;
        int clipped = v > 32124 ? 32124 : v < -32124 ? -32124 : v;

        CHECK(abs(g711_ulaw_linear[g711_ulaw_encode((int16_t)v)] - clipped) <= limit);
        CHECK(abs(g711_alaw_linear[g711_alaw_encode((int16_t)v)] - v) <= limit + 512);
        CHECK(abs(v) < 256 ||
              abs(g711_alaw_linear[g711_alaw_encode((int16_t)v)] - v) <= abs(v) / 16 + 16);
    }
    return 0;
}

static int laws_convert_into_each_other(void)
{
    uint8_t b[256];

    for (int i = 0; i < 256; i++) {
        CHECK(g711_ulaw_alaw[i] == g711_alaw_encode(g711_ulaw_linear[i]));
        CHECK(g711_alaw_ulaw[i] == g711_ulaw_encode(g711_alaw_linear[i]));
        b[i] = (uint8_t)i;
    }
    g711_convert(CODEC_ULAW, CODEC_ULAW, b, 256);
    CHECK(b[77] == 77);
    g711_convert(CODEC_ULAW, CODEC_ALAW, b, 256);
    CHECK(b[77] == g711_ulaw_alaw[77] && b[G711_ULAW_SILENCE] == G711_ALAW_SILENCE);
    g711_convert(CODEC_ALAW, CODEC_ULAW, b, 256);
    CHECK(abs(g711_ulaw_linear[b[G711_ULAW_SILENCE]]) <= 8 &&
          abs(g711_ulaw_linear[b[0]] + 32124) < 1024);
    return 0;
}

UNIT_TESTS(UNIT(decoding_follows_the_standard), UNIT(encoding_undoes_decoding),
           UNIT(every_sample_is_within_a_step), UNIT(laws_convert_into_each_other))
