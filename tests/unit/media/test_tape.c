/* test_tape.c - recordings: both voices of real packets in files, through all that happens to a stream */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "dsp/g711.h"
#include "phone.h"

#define X_BYTE 0x31 /* what the phones say, mu-law and A-law */
#define Y_BYTE 0x52
#define X_SAMPLE g711_ulaw_linear[X_BYTE]
#define Y_SAMPLE g711_ulaw_linear[g711_alaw_ulaw[Y_BYTE]]

static char folder[64];

/* ---- a call that is recorded ---- */

struct studio {
    struct bench b;
    struct phone x, y;
};

static int studio_open_on(struct studio *s, unsigned lanes)
{
    memset(s, 0, sizeof(*s));
    s->x.fd = s->y.fd = -1;
    strcpy(folder, "/tmp/station-tape-XXXXXX");
    if (!mkdtemp(folder))
        return errno;
    bench_recordings = folder;
    int err = bench_open(&s->b, lanes);

    return err ? err : bench_call(&s->b, &s->x, &s->y, ULAW_ONLY, ALAW_ONLY);
}

static int studio_open(struct studio *s)
{
    return studio_open_on(s, 1);
}

static void remove_below(const char *path)
{
    char below[512];
    struct dirent *e;
    DIR *d = opendir(path);

    while (d && (e = readdir(d))) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        snprintf(below, sizeof(below), "%s/%s", path, e->d_name);
        if (unlink(below))
            remove_below(below);
    }
    if (d)
        closedir(d);
    rmdir(path);
}

static void studio_close(struct studio *s)
{
    bench_close(&s->b);
    if (s->x.fd >= 0)
        close(s->x.fd);
    if (s->y.fd >= 0)
        close(s->y.fd);
    remove_below(folder);
    bench_recordings = NULL;
}

/* Both talk for so long. */
static void talk(struct studio *s, int ms)
{
    for (int i = 0; i < ms / 20; i++) {
        const int64_t until = loop_now_exact(s->b.loop).us + 20000;

        phone_send(&s->x, &s->b.local[1], 0, X_BYTE);
        phone_send(&s->y, &s->b.local[2], 8, Y_BYTE);
        while (loop_now_exact(s->b.loop).us < until)
            (void)loop_round(s->b.loop, 2);
    }
    phone_drain(&s->x);
    phone_drain(&s->y);
}

static int begin(struct studio *s, const struct media_tape *m)
{
    const uint32_t before = s->b.begun;
    int err = ipc_send(s->b.engine, MEDIA_TAPE, m);

    if (!err && !wait_for(&s->b, &s->b.begun, before + 1, 3000))
        err = ETIMEDOUT;
    return err ? err : s->b.tape_begun.err;
}

static int stop_with(struct studio *s, const struct media_tape_stop *m)
{
    const uint32_t before = s->b.ended;
    int err = ipc_send(s->b.engine, MEDIA_TAPE_STOP, m);

    if (!err && !wait_for(&s->b, &s->b.ended, before + 1, 3000))
        err = ETIMEDOUT;
    return err ? err : s->b.tape_ended.err;
}

static int stop(struct studio *s, uint32_t tape)
{
    return stop_with(s, &(struct media_tape_stop){.tape = tape});
}

/* ---- a plain WAV file ---- */

struct sound {
    uint8_t *file;
    size_t len;
    unsigned channels;
    const int16_t *samples; /* interleaved */
    size_t frames;
};

static void sound_close(struct sound *w)
{
    mem_free(w->file);
    *w = (struct sound){0};
}

static int sound_read(struct sound *w, const char *name)
{
    char path[640];
    struct stat st;
    uint32_t data;
    int fd, err = 0;

    sound_close(w);
    snprintf(path, sizeof(path), "%s/%s", folder, name);
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
static size_t sound_count(const struct sound *w, unsigned channel, int16_t sample)
{
    size_t n = 0;

    for (size_t i = 0; i < w->frames; i++)
        n += w->samples[i * w->channels + channel] == sample;
    return n;
}

/* ---- tests ---- */

static int both_voices_stand_in_their_channels_to_the_end(void)
{
    struct media_tape m = {.id = 1, .tape = 5, .mixed = SLICE("a/b/c.wav"), .is_stereo = true};
    struct sound w = {0};
    struct studio s;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    CHECK_OK_TO(begin(&s, &m), out);
    CHECK_TO(s.b.tape_begun.tape == 5 && s.b.tape_begun.begun_us, out);
    talk(&s, 1000);
    CHECK_OK_TO(stop(&s, 5), out);
    CHECK_OK_TO(sound_read(&w, "a/b/c.wav"), out);
    CHECK_TO(w.channels == 2 && w.frames >= 7900 && w.frames < 16000, out);
    CHECK_TO(s.b.tape_ended.bytes == w.len && s.b.tape_ended.ms == w.frames / 8, out);
    CHECK_TO(s.b.tape_ended.rx_packets == 50 && s.b.tape_ended.tx_packets == 50, out);
    CHECK_TO(s.b.tape_ended.lost == 0, out);
    /* the last packet may still be on its way when it ends */
    CHECK_TO(sound_count(&w, 0, X_SAMPLE) >= 7800, out);
    CHECK_TO(sound_count(&w, 1, Y_SAMPLE) >= 7800, out);
    CHECK_TO(sound_count(&w, 0, Y_SAMPLE) == 0 && sound_count(&w, 1, X_SAMPLE) == 0, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

static int mixed_and_each_side_in_files_of_their_own(void)
{
    struct media_tape m = {
        .id = 1, .tape = 1, .mixed = SLICE("m.wav"), .rx = SLICE("r.wav"), .tx = SLICE("t.wav")};
    struct sound w = {0};
    struct studio s;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    CHECK_OK_TO(begin(&s, &m), out);
    talk(&s, 500);
    CHECK_OK_TO(stop(&s, 1), out);
    CHECK_OK_TO(sound_read(&w, "m.wav"), out);
    CHECK_TO(w.channels == 1 && sound_count(&w, 0, (int16_t)(X_SAMPLE + Y_SAMPLE)) > 3400, out);
    CHECK_OK_TO(sound_read(&w, "r.wav"), out);
    CHECK_TO(sound_count(&w, 0, X_SAMPLE) > 3700, out);
    CHECK_OK_TO(sound_read(&w, "t.wav"), out);
    CHECK_TO(sound_count(&w, 0, Y_SAMPLE) > 3700, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

UNIT_TESTS(UNIT_ONCE(both_voices_stand_in_their_channels_to_the_end),
           UNIT_ONCE(mixed_and_each_side_in_files_of_their_own))
