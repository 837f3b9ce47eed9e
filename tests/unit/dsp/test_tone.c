/* test_tone.c - tone lists, and what the rendered samples sound like */
#include <math.h>

#include "base/mem.h"
#include "dsp/goertzel.h"
#include "dsp/resample.h"
#include "dsp/tone.h"
#include "unit.h"

static int lists_are_read(void)
{
    static const struct {
        const char *list;
        int err;
        size_t samples, repeat;
    } rows[] = {
        {"425", 0, 8000, 0},
        {"425/1000,0/4000", 0, 40000, 0},
        {"350+440/500, 0/500", 0, 8000, 0},
        {"!350+440/100,!0/100,350+440", 0, 9600, 1600},
        {"!425/100,!0/100", 0, 9600, 1600}, /* then silence */
        {"425*25/500,0/500", 0, 8000, 0},
        {"1004@0/1000", 0, 8000, 0},
        {"1004@99", EINVAL, 0, 0},
        {"", EINVAL, 0, 0},
        {"abc", EINVAL, 0, 0},
        {"425/", EINVAL, 0, 0},
        {"350+375+400", 0, 8000, 0}, /* these three: Debian's indications.conf */
        {"1000/400,10000/400,1000/400", 0, 9600, 0},
        {"1400/500,0/60000", 0, 484000, 0},
        {"20001/100", EINVAL, 0, 0},
        {"425/61001", EINVAL, 0, 0},
        {"425/61000,0/1", EINVAL, 0, 0},
        {"425,,425", EINVAL, 0, 0},
        {"1/1,1/1,1/1,1/1,1/1,1/1,1/1,1/1,1/1,1/1,1/1,1/1,1/1,1/1,1/1,1/1,1/1", 0, 136, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tone t;

        CHECK(tone_parse(&t, slice_of(rows[i].list)) == rows[i].err);
        CHECK(rows[i].err || tone_samples(&t) == rows[i].samples);
        CHECK(rows[i].err || tone_repeat_sample(&t) == rows[i].repeat);
    }
    return 0;
}

static int every_zone_tone_can_be_read(void)
{
    static const char *const names[] = {"dial",       "busy",   "ring", "congestion", "callwaiting",
                                        "dialrecall", "record", "info", "stutter",    "ringing"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct tone t;

        CHECK(!tone_parse(&t, tone_find(SLICE("ru"), slice_of(names[i]))));
        CHECK(!tone_parse(&t, tone_find(SLICE("us"), slice_of(names[i]))));
        CHECK(slice_is_set(tone_find(SLICE("fr"), slice_of(names[i]))));
    }
    CHECK(!slice_is_set(tone_find(SLICE("ru"), SLICE("nonsense"))));
    return 0;
}

static int russian_ring_is_425_hz_then_silence(void)
{
    int16_t *s = mem_zalloc(40000 * sizeof(*s));
    struct tone t;
    int err = 0;

    if (!s)
        return ENOMEM;
    CHECK_OK_TO(tone_parse(&t, tone_find(SLICE("ru"), SLICE("ring"))), out);
    tone_render(&t, s);
    CHECK_TO(fabs(goertzel_peak(s, 8000, 425, 8000) - 7300) < 100, out);
    CHECK_TO(goertzel_peak(s, 8000, 480, 8000) < 50, out);
    CHECK_TO(goertzel_peak(s + 8000, 32000, 425, 8000) == 0, out);
out:
    mem_free(s);
    return err;
}

static int digits_have_their_two_frequencies(void)
{
    int16_t s[800];
    struct tone t;

    CHECK(!tone_digit(&t, '5', 100, 0) && tone_samples(&t) == 800);
    tone_render(&t, s);
    CHECK(goertzel_peak(s, 800, 770, 8000) > 4500 && goertzel_peak(s, 800, 1336, 8000) > 4500);
    CHECK(goertzel_peak(s, 800, 697, 8000) < 700 && goertzel_peak(s, 800, 1209, 8000) < 700);
    CHECK(tone_digit(&t, 'E', 100, 0) == EINVAL && tone_digit(&t, '\0', 100, 0) == EINVAL);
    return 0;
}

static int a_modulated_tone_has_side_bands_and_a_level_may_be_said(void)
{
    int16_t s[8000];
    struct tone t;

    CHECK_OK(tone_parse(&t, SLICE("425*25")));
    tone_render(&t, s);
    CHECK(fabs(goertzel_peak(s, 8000, 425, 8000) - 7300 / 1.9) < 50);
    CHECK(fabs(goertzel_peak(s, 8000, 400, 8000) - 7300 / 1.9 * 0.45) < 50);
    CHECK(fabs(goertzel_peak(s, 8000, 450, 8000) - 7300 / 1.9 * 0.45) < 50);
    CHECK_OK(tone_parse(&t, SLICE("1004@0")));
    tone_render(&t, s);
    CHECK(fabs(goertzel_peak(s, 8000, 1004, 8000) - 7300 * 4.4668) < 100);
    return 0;
}

static int resampling_keeps_the_pitch(void)
{
    int16_t *wide = mem_zalloc(48000 * sizeof(*wide)), *s = mem_zalloc(8000 * sizeof(*s));
    int err = 0;

    if (!wide || !s) {
        err = ENOMEM;
        goto out;
    }
    for (int i = 0; i < 48000; i++)
        wide[i] = (int16_t)(8000 * sin(2 * 3.14159265 * 440 * i / 48000.0));
    CHECK_TO(resample_count(48000, 48000, 8000) == 8000, out);
    resample(s, wide, 48000, 48000, 8000);
    CHECK_TO(goertzel_peak(s, 8000, 440, 8000) > 7000, out);
    CHECK_TO(goertzel_peak(s, 8000, 1000, 8000) < 100, out);
    CHECK_TO(resample_count(1, 0, 8000) == 0 && resample_count(100, 8000, 1000000) == 0, out);
out:
    mem_free(wide);
    mem_free(s);
    return err;
}

static int gain_clips(void)
{
    int16_t s[3] = {100, 30000, -30000};

    gain_apply(s, 3, 200);
    CHECK(s[0] == 200 && s[1] == 32767 && s[2] == -32768);
    return 0;
}

UNIT_TESTS(UNIT(a_modulated_tone_has_side_bands_and_a_level_may_be_said), UNIT(lists_are_read),
           UNIT(every_zone_tone_can_be_read), UNIT(russian_ring_is_425_hz_then_silence),
           UNIT(digits_have_their_two_frequencies), UNIT(resampling_keeps_the_pitch),
           UNIT(gain_clips))
