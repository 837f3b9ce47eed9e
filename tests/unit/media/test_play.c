/* test_play.c - files, tones, music and digits to a real socket; the cache and its limits */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "dsp/g711.h"
#include "dsp/goertzel.h"
#include "media/cache.h"
#include "media/ports.h"
#include "phone.h"

static char root[64];

static void root_remove(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf %s", root);
    (void)!system(command);
}

/* Below a folder of our own, one for all tests. */
static const char *path_of(const char *name)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/%s", root, name);
    return path;
}

static int write_file(const char *path, uint8_t byte, size_t bytes)
{
    FILE *f = fopen(path, "w");

    if (!f)
        return errno;
    while (bytes--)
        fputc(byte, f);
    return fclose(f) ? errno : 0;
}

static int make_root(void)
{
    strcpy(root, "/tmp/station-play-XXXXXX");
    if (!mkdtemp(root))
        return errno;
    bench_sounds = root;
    return atexit(root_remove) ? ENOMEM : 0;
}

/* a: 40 ms of 0x10, b: 50 ms of 0x20 in Russian; only English for c. */
static int make_sounds(void)
{
    static const char *const folders[] = {"ru_RU_f_Voice", "en", "moh"};
    static const struct {
        const char *name;
        uint8_t byte;
        size_t bytes;
    } files[] = {
        {"ru_RU_f_Voice/a.ulaw", 0x10, 320},
        {"ru_RU_f_Voice/b.ulaw", 0x20, 400},
        {"moh/1.ulaw", 0x41, 320},
        {"moh/2.ulaw", 0x42, 320},
        {"en/c.ulaw", 0x30, 320},
    };
    int err = root[0] ? 0 : make_root();

    for (size_t i = 0; i < 3 && !err; i++)
        (void)mkdir(path_of(folders[i]), 0755);
    for (size_t i = 0; i < 5 && !err; i++)
        err = write_file(path_of(files[i].name), files[i].byte, files[i].bytes) ? EIO : 0;
    return err;
}

static int open_one(struct bench *b, struct phone *x, const char *formats, uint8_t dtmf)
{
    int err = make_sounds();

    if (!err)
        err = bench_open(b, 1);
    if (!err)
        err = phone_open(x, "127.0.0.2");
    return err ? err : bench_stream(b, 1, x, formats, dtmf);
}

static int play(struct bench *b, uint32_t play_id, const char *names, uint32_t skip_ms)
{
    return ipc_send(b->engine, MEDIA_PLAY,
                    &(struct media_play){.id = 1,
                                         .play_id = play_id,
                                         .names = slice_of(names),
                                         .language = "ru",
                                         .skip_ms = skip_ms});
}

static int files_are_played_one_after_another_without_a_gap(void)
{
    struct phone x = {.fd = -1};
    uint8_t all[1600];
    struct bench b;
    struct got g;
    uint16_t seq = 0;
    int err, n = 0;

    CHECK_OK_TO(open_one(&b, &x, ULAW_ONLY, 0), out);
    CHECK_OK_TO(play(&b, 7, "a&b&c", 0), out);
    CHECK_TO(wait_for(&b, &b.play_done, 1, 1000), out);
    CHECK_TO(b.play_err == 0 && b.play_id == 7, out);
    while (phone_recv(&x, &g) && n < 10) {
        CHECK_TO(g.h.bytes == 160 && (!n || g.h.seq == (uint16_t)(seq + 1)), out);
        seq = g.h.seq;
        memcpy(all + 160 * n++, g.bytes, 160);
    }
    CHECK_TO(n == 7, out); /* 1,040 bytes */
    CHECK_TO(all[0] == 0x10 && all[319] == 0x10 && all[320] == 0x20 && all[719] == 0x20, out);
    CHECK_TO(all[720] == 0x30 && all[1039] == 0x30 && all[1040] == G711_ULAW_SILENCE, out);
out:
    bench_close(&b);
    close(x.fd);
    return err;
}

static int a_missing_file_is_named_and_the_others_are_played(void)
{
    struct phone x = {.fd = -1};
    struct bench b;
    int err;

    CHECK_OK_TO(open_one(&b, &x, ALAW_ONLY, 0), out);
    CHECK_OK_TO(play(&b, 1, "a&no-such&b", 0), out);
    CHECK_TO(wait_for(&b, &b.play_done, 1, 1000), out);
    CHECK_TO(b.play_err == ENOENT && !strcmp(b.missing, "no-such") && phone_drain(&x) == 5, out);
    CHECK_OK_TO(play(&b, 2, "../../../etc/passwd", 0), out);
    CHECK_TO(wait_for(&b, &b.play_done, 2, 1000) && b.play_err == ENOENT && b.play_id == 2, out);
    CHECK_OK_TO(play(&b, 3, "&&", 0), out);
    CHECK_TO(wait_for(&b, &b.play_done, 3, 1000), out);
out:
    bench_close(&b);
    close(x.fd);
    return err;
}

/* What a routing written for Asterisk calls by a place that is not there. */
static int places_of_asterisk_are_below_the_sounds(void)
{
    struct phone x = {.fd = -1};
    struct bench b;
    int err;

    CHECK_OK_TO(open_one(&b, &x, ALAW_ONLY, 0), out);
    CHECK_OK_TO(play(&b, 1, "/var/lib/asterisk/sounds/en/c&/var/spool/asterisk/monitor/en/c", 0),
                out);
    CHECK_TO(wait_for(&b, &b.play_done, 1, 1000), out);
    CHECK_TO(b.play_err == 0 && phone_drain(&x) == 4, out);
    CHECK_OK_TO(play(&b, 2, "/nowhere/en/c", 0), out);
    CHECK_TO(wait_for(&b, &b.play_done, 2, 1000) && b.play_err == ENOENT, out);
    CHECK_OK_TO(play(&b, 3, "/var/spool/asterisk/monitor/../en/c", 0), out);
    CHECK_TO(wait_for(&b, &b.play_done, 3, 1000) && b.play_err == ENOENT, out);
out:
    bench_close(&b);
    close(x.fd);
    return err;
}

static int others_are_played_where_a_file_is_missing(void)
{
    struct phone x = {.fd = -1};
    struct bench b;
    int err;

    CHECK_OK_TO(open_one(&b, &x, ALAW_ONLY, 0), out);
    CHECK_OK_TO(play(&b, 1, "a|c&no-such|b+c", 0), out);
    CHECK_TO(wait_for(&b, &b.play_done, 1, 1000), out);
    CHECK_TO(b.play_err == 0 && phone_drain(&x) == 7, out);
    CHECK_OK_TO(play(&b, 2, "a&no-such|nor-this", 0), out);
    CHECK_TO(wait_for(&b, &b.play_done, 2, 1000), out);
    CHECK_TO(b.play_err == ENOENT && !strcmp(b.missing, "nor-this") && phone_drain(&x) == 2, out);
out:
    bench_close(&b);
    close(x.fd);
    return err;
}

static int playing_can_begin_later_and_be_stopped(void)
{
    struct phone x = {.fd = -1};
    struct bench b;
    int err;

    CHECK_OK_TO(open_one(&b, &x, ULAW_ONLY, 0), out);
    CHECK_OK_TO(play(&b, 1, "a", 20), out);
    CHECK_TO(wait_for(&b, &b.play_done, 1, 1000) && phone_drain(&x) == 1 && b.position_ms == 40,
             out);
    CHECK_OK_TO(play(&b, 2, "a", 5000), out);
    CHECK_TO(wait_for(&b, &b.play_done, 2, 1000) && phone_drain(&x) == 0, out);
    CHECK_OK_TO(play(&b, 3, "a&a&a&a&a&a&a&a&a", 0), out);
    run_for(&b, 50);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_STOP, &(struct media_stop){1}), out);
    run_for(&b, 10);
    CHECK_TO(phone_drain(&x) >= 1, out);
    run_for(&b, 300);
    CHECK_TO(phone_drain(&x) == 0 && b.play_done == 2, out);
out:
    bench_close(&b);
    close(x.fd);
    return err;
}

static int a_tone_rings_and_ends_in_time(void)
{
    struct phone x = {.fd = -1};
    int16_t samples[3200];
    struct bench b;
    struct got g;
    int err, n = 0;

    CHECK_OK_TO(open_one(&b, &x, ULAW_ONLY, 0), out);
    CHECK_OK_TO(
        ipc_send(
            b.engine, MEDIA_TONE,
            &(struct media_tone){
                .id = 1, .play_id = 9, .zone = "ru", .tone = SLICE("busy"), .duration_ms = 400}),
        out);
    CHECK_TO(wait_for(&b, &b.play_done, 1, 2000) && b.play_id == 9 && !b.play_err, out);
    while (n < 20 && phone_recv(&x, &g))
        g711_decode(CODEC_ULAW, samples + 160 * n++, g.bytes, 160);
    CHECK_TO(n == 20, out);
    CHECK_TO(goertzel_peak(samples, 2800, 425, 8000) > 6500, out);
    CHECK_TO(goertzel_peak(samples + 2800, 400, 425, 8000) < 100, out); /* 350 ms, then silence */
out:
    bench_close(&b);
    close(x.fd);
    return err;
}

static int music_goes_round_and_the_peer_is_heard_afterwards(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b;
    struct got g;
    int err, n = 0;
    char heard[32] = "";

    CHECK_TO(!make_sounds(), out);
    CHECK_OK_TO(bench_open(&b, 1), out);
    CHECK_OK_TO(bench_call(&b, &x, &y, ULAW_ONLY, ULAW_ONLY), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_MOH,
                         &(struct media_moh){.id = 1, .directory = slice_of(path_of("moh"))}),
                out);
    for (int i = 0; i < 10; i++) {
        phone_send(&y, &b.local[2], 0, 0x22); /* not heard while music plays */
        run_for(&b, 25);
    }
    while (phone_recv(&x, &g) && n < 30) {
        if (g.byte != 0x22 || n)
            heard[n++] = (char)g.byte;
    }
    CHECK_TO(n >= 8 && !memcmp(heard, "AABBAABB", 8), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_STOP, &(struct media_stop){1}), out);
    run_for(&b, 5);
    phone_drain(&x);
    phone_send(&y, &b.local[2], 0, 0x22);
    run_for(&b, 10);
    CHECK_TO(phone_recv(&x, &g) && g.byte == 0x22 && g.h.is_marked, out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

static int music_that_is_not_there_is_silence(void)
{
    struct phone x = {.fd = -1};
    struct bench b;
    int err;

    CHECK_OK_TO(open_one(&b, &x, ULAW_ONLY, 0), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_MOH,
                         &(struct media_moh){.id = 1, .directory = SLICE("/tmp/no-such")}),
                out);
    run_for(&b, 100);
    CHECK_TO(phone_drain(&x) == 0, out);
out:
    bench_close(&b);
    close(x.fd);
    return err;
}

static int digits_without_telephone_event_are_tones(void)
{
    struct phone x = {.fd = -1};
    int16_t samples[1600];
    struct bench b;
    struct got g;
    int err, n = 0;

    CHECK_OK_TO(open_one(&b, &x, ULAW_ONLY, 0), out);
    CHECK_OK_TO(
        ipc_send(b.engine, MEDIA_SEND_DTMF, &(struct media_send_dtmf){.id = 1, .digits = "5"}),
        out);
    CHECK_TO(wait_for(&b, &b.dtmf_done, 1, 2000), out);
    while (n < 10 && phone_recv(&x, &g))
        g711_decode(CODEC_ULAW, samples + 160 * n++, g.bytes, 160);
    CHECK_TO(n == 8, out);
    CHECK_TO(goertzel_peak(samples, 800, 770, 8000) > 4500 &&
                 goertzel_peak(samples, 800, 1336, 8000) > 4500,
             out);
out:
    bench_close(&b);
    close(x.fd);
    return err;
}

static int ending_a_stream_that_plays_leaks_nothing(void)
{
    struct phone x = {.fd = -1};
    struct bench b;
    int err;

    CHECK_OK_TO(open_one(&b, &x, ULAW_ONLY, 0), out);
    CHECK_OK_TO(play(&b, 1, "a&b&c", 0), out); /* not even looked for yet */
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_FREE, &(struct media_free){1}), out);
    CHECK_TO(wait_for(&b, &b.last_stats, 1, 1000), out);
    CHECK_OK_TO(bench_stream(&b, 1, &x, ULAW_ONLY, 0), out);
    CHECK_OK_TO(play(&b, 2, "a&b&c", 0), out);
    run_for(&b, 50);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_FREE, &(struct media_free){1}), out);
    CHECK_TO(wait_for(&b, &b.last_stats, 2, 1000) && b.play_done == 0, out);
out:
    bench_close(&b);
    close(x.fd);
    return err;
}

/* On three threads: what plays goes on playing when its leg moves to another lane. */
static int a_leg_moves_with_what_it_plays(void)
{
    struct phone x = {.fd = -1}, y = {.fd = -1};
    struct bench b;
    int err;

    CHECK_TO(!make_sounds(), out);
    CHECK_OK_TO(bench_open(&b, 3), out);
    CHECK_OK_TO(phone_open(&x, "127.0.0.2"), out);
    CHECK_OK_TO(phone_open(&y, "127.0.0.3"), out);
    CHECK_OK_TO(bench_stream(&b, 2, &y, ULAW_ONLY, 0), out);
    CHECK_OK_TO(bench_stream(&b, 1, &x, ULAW_ONLY, 0), out);
    CHECK_OK_TO(bench_stream(&b, 3, &y, ULAW_ONLY, 0), out);
    CHECK_OK_TO(play(&b, 1, "a&b&c&a&b&c", 0), out);
    run_for(&b, 60);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_CONNECT, &(struct media_connect){2, 1}), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_CONNECT, &(struct media_connect){3, 1}), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_CONNECT, &(struct media_connect){2, 1}), out);
    CHECK_OK_TO(ipc_send(b.engine, MEDIA_GET_STATS, &(struct media_get_stats){1}), out);
    CHECK_TO(wait_for(&b, &b.play_done, 1, 2000) && !b.play_err, out);
    CHECK_TO(phone_drain(&x) == 13 && b.stats[1].id == 1, out);
    phone_send(&y, &b.local[2], 0, 0x22);
    run_for(&b, 30);
    CHECK_TO(phone_drain(&x) == 1, out);
    CHECK_OK_TO(play(&b, 2, "a&b&c&a&b&c", 0), out);
    run_for(&b, 30);
    for (uint32_t id = 1; id <= 3; id++)
        CHECK_OK_TO(ipc_send(b.engine, MEDIA_FREE, &(struct media_free){id}), out);
    CHECK_TO(wait_for(&b, &b.last_stats, 3, 1000) && media_server_streams(b.server) == 0, out);
out:
    bench_close(&b);
    close(x.fd);
    close(y.fd);
    return err;
}

/* ---- the cache alone, on a fake loop ---- */

struct asked {
    struct media_asking asking;
    int err;
    uint32_t answers;
    struct media_sound *sound;
};

static void on_sound(int err, struct media_sound *s, void *arg)
{
    struct asked *a = arg;

    a->err = err;
    a->sound = s;
    a->answers++;
}

static void ask(struct media_cache *c, struct loop *l, struct asked *a, const char *name)
{
    memset(a, 0, sizeof(*a));
    media_cache_file(c, slice_of(name), SLICE("ru"), CODEC_ULAW, &a->asking, on_sound, a);
    loop_fake_settle(l);
}

static int cache_open(struct loop **l, struct workers **w, struct media_cache **c, uint64_t limit)
{
    const char *dirs[] = {root};
    int err = loop_alloc_fake(l, (struct wall){0});

    if (!err)
        err = workers_alloc(w, *l, 1, 100);
    return err ? err : media_cache_alloc(c, *l, *w, dirs, 1, limit);
}

static int sounds_are_shared_and_looked_at_again_when_old(void)
{
    struct asked x = {0}, y = {0};
    struct media_cache *c = NULL;
    struct workers *w = NULL;
    struct loop *l = NULL;
    int err;

    CHECK_TO(!make_sounds(), out);
    CHECK_OK_TO(cache_open(&l, &w, &c, 100000), out);
    ask(c, l, &x, "a");
    ask(c, l, &y, "a");
    CHECK_OK_TO(x.err, out);
    CHECK_OK_TO(y.err, out);
    CHECK_TO(x.sound == y.sound && x.sound->refs == 2 && media_cache_bytes(c) == 320, out);
    CHECK_TO(!write_file(path_of("ru_RU_f_Voice/a.ulaw"), 0x55, 160), out);
    media_sound_release(c, y.sound);
    y.sound = NULL;
    loop_fake_advance(l, 6000);
    ask(c, l, &y, "a");
    CHECK_OK_TO(y.err, out);
    CHECK_TO(y.sound != x.sound && y.sound->bytes == 160 && y.sound->data[0] == 0x55, out);
    CHECK_TO(x.sound->data[0] == 0x10, out); /* who plays the old one goes on */
out:
    if (c && x.sound)
        media_sound_release(c, x.sound);
    if (c && y.sound)
        media_sound_release(c, y.sound);
    if (c && !err && media_cache_bytes(c) != 160)
        err = EINVAL;
    mem_deref(w);
    mem_deref(c);
    mem_deref(l);
    return err;
}

static int a_changed_file_is_looked_at_at_once(void)
{
    struct asked x = {0};
    struct media_cache *c = NULL;
    struct workers *w = NULL;
    struct loop *l = NULL;
    int err;

    CHECK_TO(!make_sounds(), out);
    CHECK_OK_TO(cache_open(&l, &w, &c, 100000), out);
    ask(c, l, &x, "a");
    CHECK_OK_TO(x.err, out);
    media_sound_release(c, x.sound);
    x.sound = NULL;
    CHECK_TO(!write_file(path_of("ru_RU_f_Voice/a.ulaw"), 0x55, 160), out);
    loop_fake_advance(l, 1);
    media_cache_changed(c);
    ask(c, l, &x, "a");
    CHECK_OK_TO(x.err, out);
    CHECK_TO(x.sound->bytes == 160, out);
out:
    if (c && x.sound)
        media_sound_release(c, x.sound);
    mem_deref(w);
    mem_deref(c);
    mem_deref(l);
    return err;
}

static int the_longest_unused_makes_room_and_used_ones_stay(void)
{
    struct asked x, y, z;
    struct media_cache *c = NULL;
    struct workers *w = NULL;
    struct loop *l = NULL;
    int err;

    CHECK_TO(!make_sounds(), out);
    CHECK_OK_TO(cache_open(&l, &w, &c, 800), out);
    ask(c, l, &x, "a"); /* 320 */
    ask(c, l, &y, "b"); /* 400 */
    CHECK_TO(!x.err && !y.err && media_cache_bytes(c) == 720, out);
    ask(c, l, &z, "c"); /* no room: both are used */
    CHECK_TO(z.err == ENOBUFS && media_cache_bytes(c) == 720, out);
    media_sound_release(c, x.sound);
    ask(c, l, &z, "c");
    CHECK_TO(!z.err && media_cache_bytes(c) == 720, out);
    media_sound_release(c, z.sound);
    media_sound_release(c, y.sound);
out:
    mem_deref(w);
    mem_deref(c);
    mem_deref(l);
    return err;
}

static int a_cancelled_question_is_not_answered(void)
{
    struct asked x = {0};
    struct media_cache *c = NULL;
    struct workers *w = NULL;
    struct loop *l = NULL;
    int err;

    CHECK_TO(!make_sounds(), out);
    CHECK_OK_TO(cache_open(&l, &w, &c, 100000), out);
    media_cache_file(c, SLICE("a"), SLICE("ru"), CODEC_ULAW, &x.asking, on_sound, &x);
    media_asking_cancel(&x.asking);
    loop_fake_settle(l);
    CHECK_TO(x.answers == 0, out);
out:
    mem_deref(w);
    mem_deref(c);
    mem_deref(l);
    return err;
}

static int ports_run_out_and_come_back(void)
{
    struct media_pair *pairs[4] = {0};
    struct media_ports *p = mem_zalloc(sizeof(*p));
    struct addr local;
    int err = 0;

    if (!p)
        return ENOMEM;
    addr_parse_host(&local, SLICE("127.0.0.1"), 0);
    media_ports_init(p, 32101, 32107); /* 32102, 32104, 32106 */
    for (int i = 0; i < 3; i++)
        CHECK_OK_TO(media_ports_take(p, &local, &pairs[i]), out);
    CHECK_TO(pairs[0]->local.port == 32102 && pairs[2]->local.port == 32106, out);
    err = media_ports_take(p, &local, &pairs[3]);
    CHECK_TO(err == EADDRINUSE, out);
    media_ports_give(p, pairs[1]);
    pairs[1] = NULL;
    CHECK_OK_TO(media_ports_take(p, &local, &pairs[3]), out);
    CHECK_TO(pairs[3]->local.port == 32104, out);
    CHECK_TO(media_ports_set_range(p, 500, 600) == EINVAL &&
                 media_ports_set_range(p, 4000, 4000) == EINVAL,
             out);
out:
    for (int i = 0; i < 4; i++)
        media_ports_give(p, pairs[i]);
    media_ports_fini(p);
    mem_free(p);
    return err;
}

static int control(struct bench *b, enum media_control_action action, int32_t ms)
{
    uint32_t before = b->positions;
    int err = ipc_send(
        b->engine, MEDIA_CONTROL,
        &(struct media_control){.id = 1, .play_id = 7, .action = (uint8_t)action, .ms = ms});

    return err || wait_for(b, &b->positions, before + 1, 500) ? err : ETIMEDOUT;
}

/* long: 2 s of 0x55. Every packet of it is one of 100. */
static int a_play_pauses_and_is_moved(void)
{
    struct phone x = {.fd = -1};
    struct bench b;
    uint32_t at;
    int err;

    CHECK_OK_TO(open_one(&b, &x, ULAW_ONLY, 0), out);
    CHECK_OK_TO(write_file(path_of("en/two.ulaw"), 0x55, 16000), out);
    CHECK_OK_TO(play(&b, 7, "two", 0), out);
    run_for(&b, 100);
    CHECK_OK_TO(control(&b, MEDIA_PAUSE, 0), out);
    CHECK_TO(b.is_paused && b.at_ms >= 40 && b.at_ms <= 140, out);
    at = b.at_ms;
    (void)phone_drain(&x);
    run_for(&b, 100);
    CHECK_TO(phone_drain(&x) == 0 && b.play_done == 0, out);
    CHECK_OK_TO(control(&b, MEDIA_TELL, 0), out);
    CHECK_TO(b.at_ms == at, out);
    CHECK_OK_TO(control(&b, MEDIA_SKIP, 1000), out);
    CHECK_TO(b.at_ms == at + 1000, out);
    CHECK_OK_TO(control(&b, MEDIA_SKIP, -5000), out);
    CHECK_TO(b.at_ms == 0, out);
    CHECK_OK_TO(control(&b, MEDIA_SEEK, 1900), out);
    CHECK_OK_TO(control(&b, MEDIA_RESUME, 0), out);
    CHECK_TO(!b.is_paused && b.at_ms == 1900, out);
    CHECK_TO(wait_for(&b, &b.play_done, 1, 500), out);
    CHECK_TO(b.play_id == 7 && b.position_ms == 2000 && phone_drain(&x) == 5, out);
    CHECK_TO(control(&b, MEDIA_TELL, 0) == ETIMEDOUT, out); /* it is over */
out:
    bench_close(&b);
    close(x.fd);
    return err;
}

static int settings_of(struct bench *b, const char *sounds)
{
    struct media_settings m = {.rtp_start = 31000, .rtp_end = 31999};

    (void)slice_copy(slice_of(sounds), m.sounds, sizeof(m.sounds));
    return ipc_send(b->engine, MEDIA_SETTINGS, &m);
}

/* Setting sounds: own/more (below the first) before /other; both after the first. */
static int directories_of_the_configuration_are_looked_into(void)
{
    struct phone x = {.fd = -1};
    char folders[128];
    uint8_t all[3200];
    struct bench b;
    struct got g;
    int err, n = 0;

    CHECK_OK_TO(open_one(&b, &x, ULAW_ONLY, 0), out);
    (void)mkdir(path_of("ru_more"), 0755);
    (void)mkdir(path_of("ru_more/ru"), 0755);
    (void)mkdir(path_of("ru_other"), 0755);
    (void)mkdir(path_of("ru_other/ru"), 0755);
    CHECK_TO(!write_file(path_of("ru_more/ru/m.ulaw"), 0x55, 160), out);
    CHECK_TO(!write_file(path_of("ru_other/ru/m.ulaw"), 0x66, 160), out);
    CHECK_TO(!write_file(path_of("ru_other/ru/o.ulaw"), 0x77, 160), out);
    CHECK_TO(!write_file(path_of("ru_other/ru/a.ulaw"), 0x78, 160), out);
    snprintf(folders, sizeof(folders), " ru_more, ,%s/ru_other,nowhere", root);
    CHECK_OK_TO(settings_of(&b, folders), out);
    CHECK_OK_TO(play(&b, 1, "m&o&a", 0), out);
    CHECK_TO(wait_for(&b, &b.play_done, 1, 1000) && b.play_err == 0, out);
    while (phone_recv(&x, &g) && n < 20)
        memcpy(all + 160 * n++, g.bytes, 160);
    CHECK_TO(n == 4 && all[0] == 0x55 && all[160] == 0x77 && all[320] == 0x10, out);
    CHECK_OK_TO(settings_of(&b, ""), out);
    CHECK_OK_TO(play(&b, 2, "nothing&o/../o", 0), out);
    CHECK_TO(wait_for(&b, &b.play_done, 2, 1000) && b.play_err == ENOENT, out);
out:
    bench_close(&b);
    close(x.fd);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_play_pauses_and_is_moved),
           UNIT_ONCE(files_are_played_one_after_another_without_a_gap),
           UNIT_ONCE(a_missing_file_is_named_and_the_others_are_played),
           UNIT_ONCE(places_of_asterisk_are_below_the_sounds),
           UNIT_ONCE(others_are_played_where_a_file_is_missing),
           UNIT_ONCE(playing_can_begin_later_and_be_stopped),
           UNIT_ONCE(a_tone_rings_and_ends_in_time),
           UNIT_ONCE(music_goes_round_and_the_peer_is_heard_afterwards),
           UNIT_ONCE(music_that_is_not_there_is_silence),
           UNIT_ONCE(digits_without_telephone_event_are_tones),
           UNIT_ONCE(ending_a_stream_that_plays_leaks_nothing),
           UNIT_ONCE(a_leg_moves_with_what_it_plays),
           UNIT(sounds_are_shared_and_looked_at_again_when_old),
           UNIT(a_changed_file_is_looked_at_at_once),
           UNIT(directories_of_the_configuration_are_looked_into),
           UNIT_ONCE(the_longest_unused_makes_room_and_used_ones_stay),
           UNIT(a_cancelled_question_is_not_answered), UNIT(ports_run_out_and_come_back))
