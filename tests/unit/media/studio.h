/*
 * studio.h - a call of two phones that is recorded, by a media role in this process, and what the files say
 *
 * Phone x (mu-law) is on stream 1 and says X_BYTE all the time, y (A-law) on stream 2 says Y_BYTE.
 */
#pragma once
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "dsp/g711.h"
#include "media/tape.h"
#include "phone.h"

#define X_BYTE 0x31 /* what the phones say, mu-law and A-law */
#define Y_BYTE 0x52
#define X_SAMPLE g711_ulaw_linear[X_BYTE]
#define Y_SAMPLE g711_ulaw_linear[g711_alaw_ulaw[Y_BYTE]]

static char studio_folder[64];

/* ---- a call that is recorded ---- */

struct studio {
    struct bench b;
    struct phone x, y;
};

/* In the folder that is there. */
static inline int studio_go_on(struct studio *s, unsigned lanes)
{
    int err;

    memset(s, 0, sizeof(*s));
    s->x.fd = s->y.fd = -1;
    bench_recordings = studio_folder;
    err = bench_open(&s->b, lanes);
    return err ? err : bench_call(&s->b, &s->x, &s->y, ULAW_ONLY, ALAW_ONLY);
}

static inline int studio_open_on(struct studio *s, unsigned lanes)
{
    strcpy(studio_folder, "/tmp/station-tape-XXXXXX");
    return mkdtemp(studio_folder) ? studio_go_on(s, lanes) : errno;
}

static inline int studio_open(struct studio *s)
{
    return studio_open_on(s, 1);
}

static inline void studio_remove(const char *path)
{
    char below[512];
    struct dirent *e;
    DIR *d = opendir(path);

    while (d && (e = readdir(d))) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        snprintf(below, sizeof(below), "%s/%s", path, e->d_name);
        if (unlink(below))
            studio_remove(below);
    }
    if (d)
        closedir(d);
    rmdir(path);
}

static inline void studio_close(struct studio *s)
{
    bench_close(&s->b);
    if (s->x.fd >= 0)
        close(s->x.fd);
    if (s->y.fd >= 0)
        close(s->y.fd);
    studio_remove(studio_folder);
    bench_recordings = NULL;
}

/* Both talk for so long. @return what it took on this machine, ms */
static inline size_t studio_talk(struct studio *s, int ms)
{
    const int64_t start = loop_now_exact(s->b.loop).us;

    for (int i = 0; i < ms / 20; i++) {
        const int64_t until = loop_now_exact(s->b.loop).us + 20000;

        phone_send(&s->x, &s->b.local[1], 0, X_BYTE);
        phone_send(&s->y, &s->b.local[2], 8, Y_BYTE);
        while (loop_now_exact(s->b.loop).us < until)
            (void)loop_round(s->b.loop, 2);
    }
    phone_drain(&s->x);
    phone_drain(&s->y);
    return (size_t)(loop_now_exact(s->b.loop).us - start) / 1000;
}

static inline int studio_begin(struct studio *s, const struct media_tape *m)
{
    const uint32_t before = s->b.begun;
    int err = ipc_send(s->b.engine, MEDIA_TAPE, m);

    if (!err && !wait_for(&s->b, &s->b.begun, before + 1, 3000))
        err = ETIMEDOUT;
    return err ? err : s->b.tape_begun.err;
}

static inline int studio_stop_with(struct studio *s, const struct media_tape_stop *m)
{
    const uint32_t before = s->b.ended;
    int err = ipc_send(s->b.engine, MEDIA_TAPE_STOP, m);

    if (!err && !wait_for(&s->b, &s->b.ended, before + 1, 3000))
        err = ETIMEDOUT;
    return err ? err : s->b.tape_ended.err;
}

static inline int studio_stop(struct studio *s, uint32_t tape)
{
    return studio_stop_with(s, &(struct media_tape_stop){.tape = tape});
}

/* ---- a plain WAV file ---- */

struct sound {
    uint8_t *file;
    size_t len;
    unsigned channels;
    const int16_t *samples; /* interleaved */
    size_t frames;
};

static inline void sound_close(struct sound *w)
{
    mem_free(w->file);
    *w = (struct sound){0};
}

static inline int sound_read(struct sound *w, const char *name)
{
    char path[640];
    struct stat st;
    uint32_t data;
    int fd, err = 0;

    sound_close(w);
    snprintf(path, sizeof(path), "%s/%s", studio_folder, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st))
        return errno;
    w->file = mem_zalloc((size_t)st.st_size + 1);
    w->len = (size_t)st.st_size;
    if (!w->file || read(fd, w->file, w->len) != (ssize_t)w->len)
        err = EIO;
    close(fd);
    if (err || w->len < 44 || memcmp(w->file, "RIFF", 4) || memcmp(w->file + 36, "data", 4))
        return EINVAL;
    memcpy(&data, w->file + 40, 4);
    if (data + 44 != w->len)
        return EBADMSG;
    w->channels = w->file[22];
    w->samples = (const int16_t *)(const void *)(w->file + 44);
    w->frames = data / 2 / w->channels;
    return 0;
}

/* How many frames of the channel have that sample. */
static inline size_t sound_count(const struct sound *w, unsigned channel, int16_t sample)
{
    size_t n = 0;

    for (size_t i = 0; i < w->frames; i++)
        n += w->samples[i * w->channels + channel] == sample;
    return n;
}

static inline size_t sound_first(const struct sound *w, unsigned channel, int16_t sample,
                                 size_t from)
{
    for (size_t i = from; i < w->frames; i++) {
        if (w->samples[i * w->channels + channel] == sample)
            return i;
    }
    return 0;
}

static inline size_t sound_last(const struct sound *w, unsigned channel, int16_t sample)
{
    for (size_t i = w->frames; i; i--) {
        if (w->samples[(i - 1) * w->channels + channel] == sample)
            return i;
    }
    return 0;
}

/* The machine may be busy. */
static inline bool sound_near_ms(size_t ms, size_t wanted)
{
    const bool is_near = ms + 80 >= wanted && ms <= wanted + 150;

    if (!is_near)
        printf("%zu ms, not about %zu\n", ms, wanted);
    return is_near;
}

/* A call of which m is recorded. */
static inline int studio_record(struct studio *s, const struct media_tape *m)
{
    int err = studio_open(s);

    return err ? err : studio_begin(s, m);
}

/* Tape 1 ends: what is in that file? */
static inline int studio_listen(struct studio *s, struct sound *w, const char *name)
{
    int err = studio_stop(s, 1);

    return err ? err : sound_read(w, name);
}
