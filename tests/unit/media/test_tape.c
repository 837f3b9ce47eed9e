/* test_tape.c - recordings: both voices of real packets in files, through all that happens to a stream */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "dsp/g711.h"
#include "media/tape.h"
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

/* In the folder that is there. */
static int studio_go_on(struct studio *s, unsigned lanes)
{
    int err;

    memset(s, 0, sizeof(*s));
    s->x.fd = s->y.fd = -1;
    bench_recordings = folder;
    err = bench_open(&s->b, lanes);
    return err ? err : bench_call(&s->b, &s->x, &s->y, ULAW_ONLY, ALAW_ONLY);
}

static int studio_open_on(struct studio *s, unsigned lanes)
{
    strcpy(folder, "/tmp/station-tape-XXXXXX");
    return mkdtemp(folder) ? studio_go_on(s, lanes) : errno;
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

/* Both talk for so long. @return what it took on this machine, ms */
static size_t talk(struct studio *s, int ms)
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

static size_t sound_first(const struct sound *w, unsigned channel, int16_t sample, size_t from)
{
    for (size_t i = from; i < w->frames; i++) {
        if (w->samples[i * w->channels + channel] == sample)
            return i;
    }
    return 0;
}

static size_t sound_last(const struct sound *w, unsigned channel, int16_t sample)
{
    for (size_t i = w->frames; i; i--) {
        if (w->samples[(i - 1) * w->channels + channel] == sample)
            return i;
    }
    return 0;
}

/* The machine may be busy. */
static bool near_ms(size_t ms, size_t wanted)
{
    const bool is_near = ms + 80 >= wanted && ms <= wanted + 150;

    if (!is_near)
        printf("%zu ms, not about %zu\n", ms, wanted);
    return is_near;
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

/* Both change what they say in the same moment: so they do in the file. */
static int both_voices_are_in_step(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav"), .is_stereo = true};
    struct sound w = {0};
    struct studio s;
    size_t x = 0, y = 0;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    CHECK_OK_TO(begin(&s, &m), out);
    talk(&s, 300);
    run_for(&s.b, 400); /* nobody says anything */
    talk(&s, 300);
    CHECK_OK_TO(stop(&s, 1), out);
    CHECK_OK_TO(sound_read(&w, "a.wav"), out);
    CHECK_TO(sound_count(&w, 0, 0) > 3000 && sound_count(&w, 1, 0) > 3000, out);
    x = sound_first(&w, 0, X_SAMPLE, 4000);
    y = sound_first(&w, 1, Y_SAMPLE, 4000);
    CHECK_TO(x && y && (x > y ? x - y : y - x) <= 160, out);
    CHECK_TO(w.frames >= 7900 && w.frames < 16000, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

static int set(struct studio *s, uint32_t tape, uint8_t muted)
{
    int err = ipc_send(s->b.engine, MEDIA_TAPE_SET, &(struct media_tape_set){tape, muted});

    run_for(&s->b, 5);
    return err;
}

static int muted_is_silence_and_paused_is_no_time(void)
{
    struct media_tape m = {
        .id = 1, .tape = 1, .mixed = SLICE("a.wav"), .is_stereo = true, .muted = MEDIA_TAPE_TX};
    struct sound w = {0};
    struct studio s;
    size_t ms;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    CHECK_OK_TO(begin(&s, &m), out);
    ms = talk(&s, 400);
    CHECK_OK_TO(set(&s, 1, MEDIA_TAPE_RX), out);
    ms += talk(&s, 400);
    CHECK_OK_TO(set(&s, 1, MEDIA_TAPE_PAUSED), out);
    talk(&s, 600);
    CHECK_OK_TO(set(&s, 1, 0), out);
    CHECK_OK_TO(stop(&s, 1), out);
    CHECK_OK_TO(sound_read(&w, "a.wav"), out);
    CHECK_TO(near_ms(w.frames / 8, ms), out);
    CHECK_TO(near_ms(sound_count(&w, 0, X_SAMPLE) / 8, 400), out);
    CHECK_TO(near_ms(sound_count(&w, 1, Y_SAMPLE) / 8, 400), out);
    CHECK_TO(sound_first(&w, 1, Y_SAMPLE, 0) > sound_last(&w, 0, X_SAMPLE) - 400, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

static int time_counts_only_while_joined_where_asked(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav"), .is_joined_only = true};
    struct sound w = {0};
    struct studio s;
    size_t ms;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_DISCONNECT, &(struct media_disconnect){1}), out);
    CHECK_OK_TO(begin(&s, &m), out);
    talk(&s, 400);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_CONNECT, &(struct media_connect){1, 2}), out);
    ms = talk(&s, 400);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_DISCONNECT, &(struct media_disconnect){1}), out);
    talk(&s, 400);
    CHECK_OK_TO(stop(&s, 1), out);
    CHECK_OK_TO(sound_read(&w, "a.wav"), out);
    CHECK_TO(near_ms(w.frames / 8, ms), out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

/* The stream ends: silence. Another one takes the tape over: its voice. */
static int it_goes_on_when_its_stream_ends_and_moves_to_another(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav"), .is_stereo = true};
    struct sound w = {0};
    struct studio s;
    size_t ms;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    CHECK_OK_TO(begin(&s, &m), out);
    ms = talk(&s, 400);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_FREE, &(struct media_free){1}), out);
    run_for(&s.b, 400);
    m.id = 2;
    CHECK_OK_TO(begin(&s, &m), out); /* told again */
    ms += 400 + talk(&s, 400);
    CHECK_OK_TO(stop(&s, 1), out);
    CHECK_OK_TO(sound_read(&w, "a.wav"), out);
    CHECK_TO(near_ms(w.frames / 8, ms), out);
    CHECK_TO(near_ms(sound_count(&w, 0, X_SAMPLE) / 8, 400), out);
    CHECK_TO(near_ms(sound_count(&w, 0, g711_alaw_linear[Y_BYTE]) / 8, 400), out);
    CHECK_TO(sound_first(&w, 0, g711_alaw_linear[Y_BYTE], 0) > 8 * 700, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

static int the_end_is_left_out_the_file_appended_to_and_removed(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav")};
    struct sound w = {0};
    struct studio s;
    size_t ms;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    CHECK_OK_TO(begin(&s, &m), out);
    ms = talk(&s, 600);
    CHECK_OK_TO(stop_with(&s, &(struct media_tape_stop){.tape = 1, .cut_ms = 400}), out);
    CHECK_TO(near_ms(s.b.tape_ended.ms, ms - 400), out);
    m.is_append = true;
    CHECK_OK_TO(begin(&s, &m), out);
    ms += talk(&s, 300);
    CHECK_OK_TO(stop(&s, 1), out);
    CHECK_TO(near_ms(s.b.tape_ended.ms, ms - 400), out);
    CHECK_OK_TO(sound_read(&w, "a.wav"), out);
    CHECK_TO(w.frames / 8 == s.b.tape_ended.ms, out);
    CHECK_OK_TO(begin(&s, &m), out);
    CHECK_OK_TO(stop_with(&s, &(struct media_tape_stop){.tape = 1, .is_deleted = true}), out);
    CHECK_TO(s.b.tape_ended.bytes == 0 && sound_read(&w, "a.wav") == ENOENT, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

static int what_cannot_be_recorded_is_told(void)
{
    static const struct {
        struct media_tape m;
        int err;
    } cases[] = {
        {{.id = 1, .tape = 1, .mixed = SLICE("../a.wav")}, EINVAL},
        {{.id = 1, .tape = 1, .mixed = SLICE("/a.wav")}, EINVAL},
        {{.id = 1, .tape = 1, .mixed = {"a\0.wav", 6}}, EINVAL},
        {{.id = 1, .tape = 1, .mixed = SLICE("a.mp3")}, EINVAL},
        {{.id = 1, .tape = 1, .mixed = SLICE("a.gsm"), .is_stereo = true}, EINVAL},
        {{.id = 1, .tape = 1}, EINVAL},
        {{.id = 1, .tape = 1, .rx = SLICE("b.wav"), .tx = SLICE("link/b.wav")}, EACCES},
        {{.id = 7, .tape = 1, .mixed = SLICE("a.wav")}, ENOENT},
    };
    char path[128];
    struct studio s;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    snprintf(path, sizeof(path), "%s/link", folder);
    CHECK_TO(!symlink("/tmp", path), out);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK_TO(begin(&s, &cases[i].m) == cases[i].err && s.b.tape_begun.tape == 1, out);
    CHECK_TO(stop(&s, 1) == ENOENT, out);
    CHECK_TO(!unlink(path) && !rmdir(folder), out); /* nothing was made */
    CHECK_TO(begin(&s, &(struct media_tape){.id = 1, .tape = 1, .mixed = SLICE("a.wav")}) == ENOENT,
             out);
    CHECK_TO(!s.b.tape_begun.begun_us && s.b.ended == 1, out);
out:
    studio_close(&s);
    return err;
}

static int a_ninth_one_on_a_stream_is_refused(void)
{
    struct media_tape m = {.id = 1};
    char name[] = "0.wav";
    struct studio s;
    int err;

    m.mixed = slice_of(name);
    CHECK_OK_TO(studio_open(&s), out);
    for (m.tape = 1; m.tape <= 8; m.tape++, name[0]++)
        CHECK_OK_TO(begin(&s, &m), out);
    CHECK_TO(begin(&s, &m) == EMFILE, out);
    m.id = 2;
    CHECK_OK_TO(begin(&s, &m), out);
    m.tape = 10; /* the same file */
    CHECK_TO(begin(&s, &m) == EBUSY, out);
    talk(&s, 100);
out: /* they end with the server */
    studio_close(&s);
    return err;
}

static int louder_in_the_file_only(void)
{
    struct media_tape m = {
        .id = 1, .tape = 1, .rx = SLICE("r.wav"), .tx = SLICE("t.wav"), .rx_db = 6};
    struct sound w = {0};
    struct studio s;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    CHECK_OK_TO(begin(&s, &m), out);
    talk(&s, 200);
    CHECK_OK_TO(stop(&s, 1), out);
    CHECK_OK_TO(sound_read(&w, "r.wav"), out);
    CHECK_TO(w.samples[w.frames / 2] / 199 == X_SAMPLE / 100, out);
    CHECK_OK_TO(sound_read(&w, "t.wav"), out);
    CHECK_TO(w.samples[w.frames / 2] == Y_SAMPLE, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

/* What is played to the phone is what it hears, in place of its peer. */
static int a_tone_stands_in_the_file(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav"), .is_stereo = true};
    struct media_tone tone = {.id = 1, .play_id = 9, .tone = SLICE("425/1000"), .duration_ms = 400};
    struct sound w = {0};
    struct studio s;
    size_t other = 0;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    CHECK_OK_TO(begin(&s, &m), out);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_TONE, &tone), out);
    talk(&s, 800);
    CHECK_OK_TO(stop(&s, 1), out);
    CHECK_OK_TO(sound_read(&w, "a.wav"), out);
    CHECK_TO(near_ms(sound_count(&w, 0, X_SAMPLE) / 8, 800), out);
    CHECK_TO(near_ms(sound_count(&w, 1, Y_SAMPLE) / 8, 400), out);
    other = w.frames - sound_count(&w, 1, Y_SAMPLE) - sound_count(&w, 1, 0);
    CHECK_TO(near_ms(other / 8, 390), out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

/* Phones on streams 1 and 2, halves 3 and 4 between them: 3 hears what 1 says. */
static int halves_of_local_channels_are_recorded(void)
{
    struct media_tape m = {.id = 3, .tape = 1, .mixed = SLICE("a.wav"), .is_stereo = true};
    struct sound w = {0};
    struct studio s;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_PAIR, &(struct media_twins){3, 4}), out);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_CONNECT, &(struct media_connect){1, 3}), out);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_CONNECT, &(struct media_connect){4, 2}), out);
    CHECK_OK_TO(begin(&s, &m), out);
    talk(&s, 400);
    CHECK_OK_TO(stop(&s, 1), out);
    CHECK_OK_TO(sound_read(&w, "a.wav"), out);
    CHECK_TO(near_ms(sound_count(&w, 0, g711_alaw_linear[Y_BYTE]) / 8, 400), out);
    CHECK_TO(near_ms(sound_count(&w, 1, X_SAMPLE) / 8, 400), out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

/* Streams are moved from lane to lane while they are recorded. */
static int on_several_lanes_nothing_is_lost(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav"), .is_stereo = true};
    struct sound w = {0};
    struct studio s;
    size_t ms;
    int err;

    CHECK_OK_TO(studio_open_on(&s, 3), out);
    CHECK_OK_TO(begin(&s, &m), out);
    ms = talk(&s, 200);
    for (int i = 0; i < 4; i++) {
        CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_PAIR, &(struct media_twins){3, 4}), out);
        CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_CONNECT, &(struct media_connect){1, 3}), out);
        CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_CONNECT, &(struct media_connect){4, 2}), out);
        ms += talk(&s, 100);
        CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_CONNECT, &(struct media_connect){2, 1}), out);
        ms += talk(&s, 100);
    }
    CHECK_OK_TO(stop(&s, 1), out);
    CHECK_OK_TO(sound_read(&w, "a.wav"), out);
    CHECK_TO(near_ms(w.frames / 8, ms), out);
    CHECK_TO(sound_count(&w, 0, X_SAMPLE) / 8 > 900, out);
    CHECK_TO(sound_count(&w, 1, Y_SAMPLE) / 8 > 850, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

/* ---- deaths ---- */

static int hang_up_on_engine(struct bench *b, uint64_t instance)
{
    ipc_close(b->engine);
    b->engine = mem_deref(b->engine);
    run_for(b, 20);
    return bench_connect(b, instance);
}

static int an_engine_that_comes_back_finds_its_tapes(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav")},
                      other = {.id = 2, .tape = 2, .mixed = SLICE("b.wav")};
    struct sound w = {0};
    struct studio s;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    CHECK_OK_TO(begin(&s, &m), out);
    CHECK_OK_TO(begin(&s, &other), out);
    m.begun_us = s.b.tape_begun.begun_us;
    CHECK_OK_TO(hang_up_on_engine(&s.b, 1), out);
    talk(&s, 300);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_CREATE, &(struct media_create){.id = 1}), out);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_CREATE, &(struct media_create){.id = 2}), out);
    CHECK_OK_TO(begin(&s, &m), out);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_SWEEP, &(struct media_sweep){0}), out);
    CHECK_TO(wait_for(&s.b, &s.b.ended, 1, 2000) && s.b.tape_ended.tape == 2, out);
    talk(&s, 100);
    CHECK_OK_TO(stop(&s, 1), out);
    CHECK_OK_TO(sound_read(&w, "a.wav"), out);
    CHECK_TO(sound_count(&w, 0, (int16_t)(X_SAMPLE + Y_SAMPLE)) / 8 > 350, out);
    CHECK_OK_TO(sound_read(&w, "b.wav"), out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

/* Its streams talk on until they fall silent; then it ends, whole. */
static int without_engine_it_ends_with_its_stream(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav")};
    struct sound w = {0};
    struct studio s;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    CHECK_OK_TO(begin(&s, &m), out);
    CHECK_OK_TO(hang_up_on_engine(&s.b, 2), out);
    talk(&s, 300);
    CHECK_TO(media_server_streams(s.b.server) == 2, out);
    run_for(&s.b, 3000); /* orphans have one second */
    CHECK_TO(media_server_streams(s.b.server) == 0, out);
    CHECK_OK_TO(sound_read(&w, "a.wav"), out);
    CHECK_TO(w.frames / 8 > 1200 && w.frames / 8 < 3200, out);
    CHECK_TO(begin(&s, &m) == ENOENT, out); /* another engine does not see it */
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

static int64_t wall_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return ts.tv_sec * INT64_C(1000) + ts.tv_nsec / 1000000;
}

/* The media role is killed while both talk; the next one goes on with the file. */
static int a_kill_loses_less_than_a_second_and_the_file_goes_on(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav"), .is_stereo = true};
    struct sound w = {0};
    struct studio s;
    int64_t begun_ms = 0, ended_ms;
    size_t frames;
    int fds[2], err;
    pid_t pid;

    memset(&s, 0, sizeof(s));
    s.x.fd = s.y.fd = -1;
    CHECK_TO(!pipe(fds), out);
    pid = fork();
    if (!pid) {
        uint64_t us;

        err = studio_open(&s);
        if (!err)
            err = begin(&s, &m);
        us = err ? 0 : s.b.tape_begun.begun_us;
        (void)!write(fds[1], folder, sizeof(folder));
        (void)!write(fds[1], &us, sizeof(us));
        talk(&s, 10000);
        _exit(0);
    }
    CHECK_TO(read(fds[0], folder, sizeof(folder)) == sizeof(folder), out);
    CHECK_TO(read(fds[0], &m.begun_us, sizeof(m.begun_us)) == sizeof(m.begun_us) && m.begun_us,
             out);
    begun_ms = (int64_t)m.begun_us / 1000;
    while (wall_ms() < begun_ms + 2500)
        usleep(10000);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    CHECK_OK_TO(sound_read(&w, "a.wav"), out);
    frames = w.frames;
    CHECK_TO(frames / 8 > 1500 && frames / 8 < 2600, out);
    CHECK_TO(sound_count(&w, 0, X_SAMPLE) / 8 > 1400 && sound_count(&w, 1, Y_SAMPLE) / 8 > 1400,
             out);
    CHECK_OK_TO(studio_go_on(&s, 1), out);
    CHECK_OK_TO(begin(&s, &m), out);
    CHECK_TO(s.b.tape_begun.begun_us == m.begun_us, out);
    talk(&s, 300);
    ended_ms = wall_ms();
    CHECK_OK_TO(stop(&s, 1), out);
    CHECK_OK_TO(sound_read(&w, "a.wav"), out);
    CHECK_TO(near_ms(w.frames / 8, (size_t)(ended_ms - begun_ms)), out);
    CHECK_TO(sound_last(&w, 0, X_SAMPLE) > frames + 8 * 250, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

/* ---- a disk that is full ---- */

/* A small one of our own, where the machine lets us. */
static bool mount_small(void)
{
    return !unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
           !mount("none", folder, "tmpfs", 0, "size=32k");
}

/* @return what the file holds when the disk is full: the call goes on, and so does another tape */
static int fill_disk(struct studio *s, int expected)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav"), .is_stereo = true},
                      quiet = {.id = 1, .tape = 2, .mixed = SLICE("b.gsm")};
    struct sound w = {0};
    struct got g;
    int err;

    CHECK_OK_TO(begin(s, &quiet), out);
    CHECK_OK_TO(begin(s, &m), out);
    talk(s, 1600);
    CHECK_TO(wait_for(&s->b, &s->b.ended, 1, 3000), out);
    CHECK_TO(s->b.tape_ended.tape == 1 && s->b.tape_ended.err == expected, out);
    CHECK_OK_TO(sound_read(&w, "a.wav"), out);
    CHECK_TO(w.frames / 8 > 700 && w.frames / 8 < 1050 && w.len == s->b.tape_ended.bytes, out);
    CHECK_TO(sound_count(&w, 0, X_SAMPLE) / 8 > 700, out);
    phone_send(&s->x, &s->b.local[1], 0, X_BYTE);
    run_for(&s->b, 50);
    CHECK_TO(phone_recv(&s->y, &g), out);
    CHECK_TO(stop(s, 1) == ENOENT, out);
    CHECK_TO(stop(s, 2) == 0 || s->b.tape_ended.err == expected, out);
out:
    sound_close(&w);
    return err;
}

static int a_full_disk_ends_the_tape_and_not_the_call(void)
{
    struct rlimit before, few = {.rlim_cur = 32768};
    struct studio s;
    int err;

    CHECK_OK_TO(studio_open(&s), out);
    getrlimit(RLIMIT_FSIZE, &before);
    few.rlim_max = before.rlim_max;
    setrlimit(RLIMIT_FSIZE, &few);
    err = fill_disk(&s, EFBIG);
    setrlimit(RLIMIT_FSIZE, &before);
out:
    studio_close(&s);
    return err;
}

/* In a process of its own, for its mounts. */
static int a_full_file_system_too_and_one_that_cannot_be_written(void)
{
    const struct media_tape unwritable = {.id = 1, .tape = 3, .mixed = SLICE("c.wav")};
    struct studio s;
    int status = 0, err;
    pid_t pid = fork();

    if (!pid) {
        strcpy(folder, "/tmp/station-tape-XXXXXX");
        if (!mkdtemp(folder) || !mount_small()) {
            printf("not root: no file system of our own\n");
            rmdir(folder);
            _exit(0);
        }
        err = studio_go_on(&s, 1);
        err = err ? err : fill_disk(&s, ENOSPC);
        if (!err && !mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL))
            err = begin(&s, &unwritable) == EACCES ? 0 : EINVAL;
        umount(folder);
        rmdir(folder);
        _exit(err ? 1 : 0);
    }
    waitpid(pid, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return 0;
}

/* ---- without memory ---- */

static void on_news(void *owner, const struct media_tape_begun *begun,
                    const struct media_tape_ended *ended, void *arg)
{
    struct bench *b = arg;

    b->begun += begun != NULL;
    b->ended += ended != NULL || begun->err;
    if (ended)
        b->tape_ended = *ended;
}

static int each_allocation_may_fail(void)
{
    struct media_tape m = {.tape = 1, .mixed = SLICE("a.wav"), .rx = SLICE("b.wav")};
    struct media_tap *tap = NULL;
    struct deck_tape *t = NULL;
    struct deck *d = NULL;
    struct bench b = {0};
    int err;

    strcpy(folder, "/tmp/station-tape-XXXXXX");
    CHECK_TO(mkdtemp(folder), out);
    CHECK_OK_TO(loop_alloc(&b.loop), out);
    CHECK_OK_TO(deck_alloc(&d, b.loop, folder, on_news, &b), out);
    CHECK_OK_TO(deck_tape_start(&t, d, &m, NULL), out);
    err = deck_tape_tap(t, &tap);
    if (tap)
        atomic_store(&tap->has_left, true);
    CHECK_OK_TO(err, out);
    deck_tape_set(t, MEDIA_TAPE_RX);
    deck_tape_stop(t, 0, false);
    CHECK_TO(wait_for(&b, &b.ended, 1, 3000) && b.begun == 1 && !b.tape_ended.err, out);
    CHECK_TO(b.tape_ended.bytes >= 88 && deck_tapes(d) == 0, out);
out:
    mem_deref(d);
    mem_deref(b.loop);
    remove_below(folder);
    return err;
}

UNIT_TESTS(UNIT_ONCE(both_voices_stand_in_their_channels_to_the_end),
           UNIT_ONCE(mixed_and_each_side_in_files_of_their_own), UNIT_ONCE(both_voices_are_in_step),
           UNIT_ONCE(muted_is_silence_and_paused_is_no_time),
           UNIT_ONCE(time_counts_only_while_joined_where_asked),
           UNIT_ONCE(it_goes_on_when_its_stream_ends_and_moves_to_another),
           UNIT_ONCE(the_end_is_left_out_the_file_appended_to_and_removed),
           UNIT_ONCE(what_cannot_be_recorded_is_told),
           UNIT_ONCE(a_ninth_one_on_a_stream_is_refused), UNIT_ONCE(louder_in_the_file_only),
           UNIT_ONCE(a_tone_stands_in_the_file), UNIT_ONCE(halves_of_local_channels_are_recorded),
           UNIT_ONCE(on_several_lanes_nothing_is_lost),
           UNIT_ONCE(an_engine_that_comes_back_finds_its_tapes),
           UNIT_ONCE(without_engine_it_ends_with_its_stream),
           UNIT_ONCE(a_kill_loses_less_than_a_second_and_the_file_goes_on),
           UNIT_ONCE(a_full_disk_ends_the_tape_and_not_the_call),
           UNIT_ONCE(a_full_file_system_too_and_one_that_cannot_be_written),
           UNIT(each_allocation_may_fail))
