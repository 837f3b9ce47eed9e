/* test_mp3.c - an MP3 says what the files said: in the same channels, as loud and as long */
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/folder.h"
#include "archive/mp3.h"
#include "archive/sum.h"
#include "base/mem.h"
#include "unit.h"

enum { RATE = 8000 };

struct desk {
    char path[64];
    int fd;
};

static int open_desk(struct desk *d)
{
    snprintf(d->path, sizeof(d->path), "/tmp/station-mp3-XXXXXX");
    return mkdtemp(d->path) ? folder_open(&d->fd, d->path) : errno;
}

static void close_desk(struct desk *d)
{
    char command[100];

    close(d->fd);
    snprintf(command, sizeof(command), "rm -rf %s", d->path);
    if (system(command) != 0)
        fprintf(stderr, "%s stays\n", d->path);
}

/* A WAV with a tone of hz, or raw samples when the name says so. */
static int put_tone(const struct desk *d, const char *name, int hz, int level, int seconds)
{
    SF_INFO info = {.samplerate = RATE, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
    char path[128];
    SNDFILE *f;

    if (strstr(name, ".sln"))
        info.format = SF_FORMAT_RAW | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE;
    snprintf(path, sizeof(path), "%s/%s", d->path, name);
    f = sf_open(path, SFM_WRITE, &info);
    if (!f)
        return EIO;
    for (int s = 0; s < seconds; s++) {
        int16_t block[RATE];

        for (int i = 0; i < RATE; i++)
            block[i] = (int16_t)(level * sin(2 * M_PI * hz * i / RATE));
        sf_writef_short(f, block, RATE);
    }
    return sf_close(f);
}

/* How much of hz is in a channel of the middle of a file: amplitude. */
static double level_of(const int16_t *samples, int channels, int channel, int hz)
{
    double re = 0, im = 0;

    for (int i = 0; i < RATE; i++) {
        const double a = 2 * M_PI * hz * i / RATE;

        re += samples[i * channels + channel] * cos(a);
        im += samples[i * channels + channel] * sin(a);
    }
    return 2 * sqrt(re * re + im * im) / RATE;
}

static int make(const struct desk *d, const char *first, const char *right, struct peaks *p)
{
    const struct mp3_tags tags = {"Разговор 101 - 102", "101", "от 101 к 102",
                                  "2026-11-23 19:05:06"};
    struct sound *s = NULL;
    struct folder_new n;
    struct buf why;
    int err;

    buf_init(&why, 1000);
    err = sound_open(&s, d->fd, first, right, &why);
    if (!err && p)
        err = peaks_init(p, sound_channels(s), sound_rate(s));
    if (!err)
        err = folder_new_begin(&n, d->fd, "out.mp3");
    if (!err) {
        err = mp3_write(&(struct mp3_args){.fd = n.fd, .s = s, .tags = &tags, .peaks = p});
        if (!err)
            err = folder_new_keep(&n);
        else
            folder_new_drop(&n);
    }
    mem_deref(s);
    buf_fini(&why);
    return err;
}

/* The whole MP3, decoded. */
static int16_t *decoded(const struct desk *d, SF_INFO *info)
{
    char path[128];
    int16_t *all = NULL;
    SNDFILE *f;

    snprintf(path, sizeof(path), "%s/out.mp3", d->path);
    f = sf_open(path, SFM_READ, info);
    if (!f)
        return NULL;
    all = calloc((size_t)info->frames + RATE, 2 * sizeof(*all));
    if (all && sf_readf_short(f, all, info->frames) < RATE) {
        free(all);
        all = NULL;
    }
    sf_close(f);
    return all;
}

static int each_voice_is_in_its_channel(void)
{
    struct desk d;
    struct peaks p = {0};
    SF_INFO info = {0};
    int16_t *all = NULL;
    int err;

    CHECK_OK(open_desk(&d));
    CHECK_OK_TO(put_tone(&d, "rx.wav", 440, 8000, 4), out);
    CHECK_OK_TO(put_tone(&d, "tx.wav", 1000, 12000, 5), out);
    CHECK_OK_TO(make(&d, "rx.wav", "tx.wav", &p), out);
    CHECK_OK_TO(peaks_end(&p), out);
    CHECK_TO(p.steps == 50 && p.channels == 2, out);
    all = decoded(&d, &info);
    CHECK_TO(all && info.channels == 2 && info.samplerate == RATE, out);
    CHECK_TO(llabs(info.frames - 5 * RATE) <= RATE / 50, out);
    CHECK_TO(fabs(level_of(all + 2 * 2 * RATE, 2, 0, 440) - 8000) < 800, out);
    CHECK_TO(fabs(level_of(all + 2 * 2 * RATE, 2, 1, 1000) - 12000) < 1200, out);
    CHECK_TO(level_of(all + 2 * 2 * RATE, 2, 0, 1000) < 50, out);
    CHECK_TO(level_of(all + 2 * 2 * RATE, 2, 1, 440) < 50, out);
    CHECK_TO(level_of(all + 9 * RATE, 2, 0, 440) < 50, out); /* the shorter one is silent */
out:
    free(all);
    peaks_fini(&p);
    close_desk(&d);
    return err;
}

static int one_voice_stays_one(void)
{
    struct desk d;
    SF_INFO info = {0};
    int16_t *all = NULL;
    int err;

    CHECK_OK(open_desk(&d));
    CHECK_OK_TO(put_tone(&d, "mixed.sln", 440, 8000, 3), out);
    CHECK_OK_TO(make(&d, "mixed.sln", NULL, NULL), out);
    all = decoded(&d, &info);
    CHECK_TO(all && info.channels == 1 && llabs(info.frames - 3 * RATE) <= RATE / 50, out);
    CHECK_TO(fabs(level_of(all + RATE, 1, 0, 440) - 8000) < 800, out);
out:
    free(all);
    close_desk(&d);
    return err;
}

/* "Раз" in UTF-16, as the title begins, and the day. */
static int tags_are_there(void)
{
    static const unsigned char title[] = {0x20, 0x04, 0x30, 0x04, 0x37, 0x04};
    unsigned char head[2000];
    struct desk d;
    int fd = -1, err;
    ssize_t n;

    CHECK_OK(open_desk(&d));
    CHECK_OK_TO(put_tone(&d, "mixed.wav", 440, 8000, 1), out);
    CHECK_OK_TO(make(&d, "mixed.wav", NULL, NULL), out);
    CHECK_OK_TO(folder_file(&fd, d.fd, "out.mp3"), out);
    n = read(fd, head, sizeof(head));
    CHECK_TO(n > 500 && memcmp(head, "ID3", 3) == 0, out);
    CHECK_TO(memmem(head, (size_t)n, title, sizeof(title)), out);
    CHECK_TO(memmem(head, (size_t)n, "TYER", 4) && memmem(head, (size_t)n, "2311", 4), out);
    CHECK_TO(memmem(head, (size_t)n, "COMM", 4), out);
out:
    if (fd >= 0)
        close(fd);
    close_desk(&d);
    return err;
}

static int what_does_not_fit_is_refused(void)
{
    struct desk d;
    struct sound *s = NULL;
    struct buf why;
    char path[128];
    FILE *f;
    int err;

    buf_init(&why, 1000);
    CHECK_OK(open_desk(&d));
    snprintf(path, sizeof(path), "%s/text.wav", d.path);
    f = fopen(path, "we");
    CHECK_TO(f && fputs("no sound at all", f) >= 0 && fclose(f) == 0, out);
    CHECK_TO(sound_open(&s, d.fd, "text.wav", NULL, &why) == EBADMSG, out);
    CHECK_TO(strstr(buf_z(&why), "text.wav: not a sound file"), out);
    CHECK_TO(sound_open(&s, d.fd, "../x.wav", NULL, &why) == EINVAL, out);
    CHECK_TO(sound_open(&s, d.fd, "none.wav", NULL, &why) == ENOENT, out);
    CHECK_OK_TO(put_tone(&d, "a.wav", 440, 100, 1), out);
    CHECK_TO(sound_open(&s, d.fd, "a.wav", "text.wav", &why) == EBADMSG, out);
out:
    buf_fini(&why);
    close_desk(&d);
    return err;
}

static int sums_are_sha256(void)
{
    char sum[SUM_TEXT];

    CHECK_OK(sum_text("abc", 3, sum));
    CHECK(strcmp(sum, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") == 0);
    return 0;
}

UNIT_TESTS(UNIT_ONCE(each_voice_is_in_its_channel), UNIT_ONCE(one_voice_stays_one),
           UNIT_ONCE(tags_are_there), UNIT_ONCE(what_does_not_fit_is_refused),
           UNIT(sums_are_sha256))
