/* test_clip.c - what people upload becomes the station's sound: rates, channels, levels; what is no sound is said */
#include "archive/clip.h"

#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

enum { SECONDS = 2 };

/* A file of nobody's name. */
static int blank(void)
{
    char path[] = "/tmp/station-clip-XXXXXX";
    const int fd = mkstemp(path);

    if (fd >= 0)
        unlink(path);
    return fd;
}

/* A tone of amplitude level in each channel. */
static int tone_file(int format, int rate, int channels, int hz, double level)
{
    SF_INFO info = {.samplerate = rate, .channels = channels, .format = format};
    const int fd = blank();
    SNDFILE *f = sf_open_fd(dup(fd), SFM_WRITE, &info, 1);

    if (!f)
        return -1;
    for (int i = 0; i < rate * SECONDS; i++) {
        float frame[8];

        for (int k = 0; k < channels; k++)
            frame[k] = (float)(level * sin(2 * M_PI * hz * i / rate));
        sf_writef_float(f, frame, 1);
    }
    sf_close(f);
    return fd;
}

struct result {
    int16_t samples[8000 * (SECONDS + 1)];
    sf_count_t count;
    SF_INFO info;
    uint32_t ms, rate;
};

static struct result result;

/* Converted and read back at 8,000 Hz. */
static int convert(int fd, enum clip_level level, struct buf *why)
{
    const int out = blank();
    struct clip *c = NULL;
    SNDFILE *f;
    int err = clip_read(&c, &(struct clip_args){.fd = fd, .original = "x", .level = level}, why);

    memset(&result, 0, sizeof(result));
    if (!err) {
        result.ms = clip_ms(c);
        result.rate = clip_rate(c);
        err = clip_write(c, out, CLIP_NARROW_HZ);
    }
    mem_deref(c);
    if (!err && lseek(out, 0, SEEK_SET) == 0 && (f = sf_open_fd(out, SFM_READ, &result.info, 0))) {
        result.count = sf_readf_short(f, result.samples, 8000 * (SECONDS + 1));
        sf_close(f);
    }
    close(out);
    close(fd);
    return err;
}

/* Amplitude of hz in the result's second second, of full scale. */
static double heard(int hz)
{
    double re = 0, im = 0;

    for (int i = 0; i < 4000; i++) {
        const double a = 2 * M_PI * hz * i / 8000;

        re += result.samples[8000 + i] * cos(a);
        im += result.samples[8000 + i] * sin(a);
    }
    return 2 * sqrt(re * re + im * im) / 4000 / 32768;
}

static bool is_near(double a, double b)
{
    return a > b * 0.97 && a < b * 1.03;
}

static int formats_become_one(void)
{
    static const struct {
        int format, rate, channels;
    } cases[] = {
        {SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1},
        {SF_FORMAT_WAV | SF_FORMAT_PCM_24, 48000, 2},
        {SF_FORMAT_WAV | SF_FORMAT_FLOAT, 16000, 1},
        {SF_FORMAT_WAV | SF_FORMAT_ULAW, 8000, 1},
        {SF_FORMAT_WAV | SF_FORMAT_GSM610, 8000, 1},
        {SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, 2},
        {SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, 1},
        {SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 11025, 1},
        {SF_FORMAT_WAV | SF_FORMAT_PCM_16, 96000, 8},
        {SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 4000, 1},
        {SF_FORMAT_W64 | SF_FORMAT_PCM_32, 192000, 1},
    };
    struct buf why;

    buf_init(&why, 1000);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const int fd = tone_file(cases[i].format, cases[i].rate, cases[i].channels, 440, 0.5);

        CHECK_OK(convert(fd, CLIP_KEEP, &why));
        CHECK(result.info.channels == 1 && result.info.samplerate == 8000);
        CHECK(result.info.format == (SF_FORMAT_WAV | SF_FORMAT_PCM_16));
        CHECK(result.ms >= SECONDS * 1000 - 60 && result.ms <= SECONDS * 1000 + 60);
        CHECK(result.rate == (cases[i].rate >= 16000 ? 16000u : 8000u));
        CHECK(is_near(heard(440), 0.5));
    }
    buf_fini(&why);
    return 0;
}

static int what_is_too_high_is_gone(void)
{
    struct buf why;

    buf_init(&why, 1000);
    CHECK_OK(
        convert(tone_file(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 48000, 1, 5000, 0.5), CLIP_KEEP, &why));
    CHECK(heard(3000) < 0.001);
    CHECK_OK(
        convert(tone_file(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 48000, 1, 3000, 0.5), CLIP_KEEP, &why));
    CHECK(is_near(heard(3000), 0.5));
    buf_fini(&why);
    return 0;
}

static int levels_are_kept_or_set(void)
{
    const int wav = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
    struct buf why;

    buf_init(&why, 1000);
    CHECK_OK(convert(tone_file(wav, 8000, 1, 500, 3.0), CLIP_KEEP, &why)); /* beyond full scale */
    CHECK(is_near(heard(500), 1.0));
    CHECK_OK(convert(tone_file(wav, 8000, 1, 500, 0.2), CLIP_PEAK, &why));
    CHECK(is_near(heard(500), 0.891));
    CHECK_OK(convert(tone_file(wav, 8000, 1, 500, 0.05), CLIP_LOUD, &why));
    CHECK(is_near(heard(500), 0.1414)); /* -20 dB is the root of the mean square */
    CHECK_OK(convert(tone_file(wav, 8000, 1, 500, 0.9), CLIP_LOUD, &why));
    CHECK(is_near(heard(500), 0.1414));
    CHECK_OK(convert(tone_file(wav, 8000, 1, 500, 0.0), CLIP_LOUD, &why)); /* silence stays it */
    CHECK(heard(500) < 0.0001);
    buf_fini(&why);
    return 0;
}

static int file_of(const char *bytes, size_t len)
{
    const int fd = blank();

    return write(fd, bytes, len) == (ssize_t)len ? fd : -1;
}

static int no_sound_is_said(void)
{
    struct buf why;

    buf_init(&why, 1000);
    CHECK(convert(file_of("no sound at all", 15), CLIP_KEEP, &why) == EBADMSG);
    CHECK(slice_starts(buf_slice(&why), SLICE(CLIP_NO_SOUND ": ")));
    CHECK(convert(file_of("", 0), CLIP_KEEP, &why) == EBADMSG);
    CHECK(slice_starts(buf_slice(&why), SLICE(CLIP_EMPTY ": ")));
    CHECK(convert(tone_file(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2000, 1, 440, 0.5), CLIP_KEEP,
                  &why) == ENOTSUP);
    CHECK(slice_starts(buf_slice(&why), SLICE(CLIP_RATE ": 2000 Hz")));
    buf_fini(&why);
    return 0;
}

static int long_ones_are_refused(void)
{
    SF_INFO info = {.samplerate = 8000, .channels = 1, .format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16};
    const int fd = blank();
    SNDFILE *f = sf_open_fd(dup(fd), SFM_WRITE, &info, 1);
    static const short silence[8000];
    struct buf why;

    buf_init(&why, 1000);
    CHECK(f);
    for (int s = 0; s <= CLIP_SECONDS_MAX;
         s++) /* a few bytes a second: it is the sound that counts */
        sf_writef_short(f, silence, 8000);
    sf_close(f);
    CHECK(convert(fd, CLIP_KEEP, &why) == EFBIG);
    CHECK(slice_starts(buf_slice(&why), SLICE(CLIP_TOO_LONG ": ")));
    buf_fini(&why);
    return 0;
}

static int raw_ones_go_by_their_name(void)
{
    static const char silence[3200];
    struct clip *c = NULL;
    struct buf why;
    int fd = file_of(silence, sizeof(silence));

    buf_init(&why, 1000);
    CHECK_OK(clip_read(&c, &(struct clip_args){.fd = fd, .original = "a.sln16"}, &why));
    CHECK(clip_rate(c) == 16000 && clip_ms(c) == 100);
    mem_deref(c);
    CHECK(clip_read(&c, &(struct clip_args){.fd = fd, .original = "a.txt"}, &why) == EBADMSG);
    close(fd);
    buf_fini(&why);
    return 0;
}

UNIT_TESTS(UNIT_ONCE(formats_become_one), UNIT_ONCE(what_is_too_high_is_gone),
           UNIT_ONCE(levels_are_kept_or_set), UNIT_ONCE(no_sound_is_said),
           UNIT_ONCE(long_ones_are_refused), UNIT_ONCE(raw_ones_go_by_their_name))
