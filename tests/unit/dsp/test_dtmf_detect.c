/* test_dtmf_detect.c - digits in the sound: every one at all levels, and nothing in what is no digit */
#include <math.h>
#include <stdlib.h>

#include "dsp/dtmf_detect.h"
#include "dsp/tone.h"
#include "unit.h"

#define RATE 8000
#define PI 3.14159265358979323846

struct ear {
    struct dtmf_detect d;
    char got[64];
    unsigned count;
    uint16_t ms;
};

/* As packets of 20 ms bring it. */
static void hear(struct ear *e, const int16_t *samples, size_t n)
{
    struct dtmf_heard out[2];

    for (size_t at = 0; at < n; at += 160) {
        unsigned found = dtmf_detect(&e->d, samples + at, n - at < 160 ? n - at : 160, out);

        for (unsigned i = 0; i < found && e->count < sizeof(e->got) - 1; i++) {
            e->got[e->count++] = out[i].digit;
            e->ms = out[i].ms;
        }
    }
}

/* Two tones, then silence. */
static void press(struct ear *e, double low, double high, double low_peak, double high_peak,
                  size_t ms, size_t gap_ms)
{
    static int16_t s[RATE];
    size_t n = ms * 8, all = n + gap_ms * 8;

    for (size_t i = 0; i < all; i++)
        s[i] = i < n ? (int16_t)lrint(low_peak * sin(2 * PI * low * (double)i / RATE) +
                                      high_peak * sin(2 * PI * high * (double)i / RATE + 1))
                     : 0;
    hear(e, s, all);
}

static const char keys[] = "123A456B789C*0#D";
static const double rows[] = {697, 770, 852, 941}, columns[] = {1209, 1336, 1477, 1633};

static int every_digit_is_heard_once_loud_and_quiet(void)
{
    static const double peaks[] = {15000, 5000, 1000, 150}; /* -1 ... -40 dBm0 */

    for (unsigned p = 0; p < 4; p++) {
        struct ear e = {0};

        for (int k = 0; k < 16; k++)
            press(&e, rows[k / 4], columns[k % 4], peaks[p], peaks[p], 50, 50);
        CHECK(!strcmp(e.got, keys));
        CHECK(e.ms >= 25 && e.ms <= 60);
    }
    return 0;
}

static int tolerances_are_those_of_the_network(void)
{
    struct ear e = {0};

    for (int k = 0; k < 16; k++) /* 1.5 % up and down, the high tone 4 dB above and the low one */
        press(&e, rows[k / 4] * 1.015, columns[k % 4] * 0.985, 4000, k & 1 ? 6300 : 2600, 60, 45);
    CHECK(!strcmp(e.got, keys));
    memset(&e, 0, sizeof(e));
    press(&e, 770 * 1.035, 1336 * 0.965, 4000, 4000, 100, 100); /* 3.5 %: none */
    press(&e, 770, 1336, 8000, 1000, 100, 100);                 /* 18 dB of twist: none */
    press(&e, 770, 770 * 2, 4000, 4000, 100, 100);
    press(&e, 770, 1336, 4000, 4000, 15, 100); /* too short */
    CHECK(e.count == 0);
    press(&e, 770, 1336, 4000, 4000, 500, 100); /* long: once */
    CHECK(!strcmp(e.got, "5") && e.ms >= 480 && e.ms <= 510);
    press(&e, 770, 1336, 4000, 4000, 100, 50); /* the same again is another */
    CHECK(!strcmp(e.got, "55"));
    return 0;
}

/* Noise 15 dB below the digit is no matter; noise alone is none. */
static int noise_is_no_digit(void)
{
    static int16_t s[RATE];
    struct ear e = {0};

    srand(1);
    for (int round = 0; round < 60; round++) {
        for (int i = 0; i < RATE; i++)
            s[i] = (int16_t)(rand() % 20000 - 10000);
        hear(&e, s, RATE);
    }
    CHECK(e.count == 0);
    for (int i = 0; i < RATE; i++) {
        double tone = i % 1600 < 800
                          ? 4000 * (sin(2 * PI * 852 * i / RATE) + sin(2 * PI * 1477 * i / RATE))
                          : 0;

        s[i] = (int16_t)lrint(tone + rand() % 2400 - 1200);
    }
    hear(&e, s, RATE);
    CHECK(!strcmp(e.got, "99999"));
    return 0;
}

/* Tones of the network, vowels made of many harmonics that slide through all frequencies. */
static int tones_and_voices_are_no_digits(void)
{
    static const char *const lists[] = {"425/1000,0/500", "350+440", "480+620/500,0/500",
                                        "950/330,1400/330,1800/330", "440+480/1000"};
    static int16_t s[RATE * 4];
    struct ear e = {0};
    struct tone t;

    for (unsigned i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        CHECK_OK(tone_parse(&t, slice_of(lists[i])));
        tone_render(&t, s);
        hear(&e, s, tone_samples(&t));
    }
    for (double pitch = 90; pitch < 260; pitch += 3) {
        double phase = 0;

        for (int i = 0; i < RATE; i++) {
            double f = pitch * (1 + 0.1 * sin(2 * PI * 3 * i / RATE)), v = 0;

            phase += 2 * PI * f / RATE;
            for (int h = 1; h < 16; h++)
                v += sin(h * phase) / h;
            s[i] = (int16_t)lrint(5000 * v);
        }
        hear(&e, s, RATE);
    }
    CHECK(e.count == 0);
    return 0;
}

UNIT_TESTS(UNIT_ONCE(every_digit_is_heard_once_loud_and_quiet),
           UNIT_ONCE(tolerances_are_those_of_the_network), UNIT_ONCE(noise_is_no_digit),
           UNIT_ONCE(tones_and_voices_are_no_digits))
