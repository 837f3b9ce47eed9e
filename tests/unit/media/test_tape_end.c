/* test_tape_end.c - recordings when something dies: the engine, the media role, the disk, memory */
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "studio.h"

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

    CHECK_OK_TO(studio_record(&s, &m), out);
    CHECK_OK_TO(studio_begin(&s, &other), out);
    m.begun_us = s.b.tape_begun.begun_us;
    CHECK_OK_TO(hang_up_on_engine(&s.b, 1), out);
    studio_talk(&s, 300);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_CREATE, &(struct media_create){.id = 1}), out);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_CREATE, &(struct media_create){.id = 2}), out);
    CHECK_OK_TO(studio_begin(&s, &m), out);
    CHECK_OK_TO(ipc_send(s.b.engine, MEDIA_SWEEP, &(struct media_sweep){0}), out);
    CHECK_TO(wait_for(&s.b, &s.b.ended, 1, 2000) && s.b.tape_ended.tape == 2, out);
    studio_talk(&s, 100);
    CHECK_OK_TO(studio_listen(&s, &w, "a.wav"), out);
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

    CHECK_OK_TO(studio_record(&s, &m), out);
    CHECK_OK_TO(hang_up_on_engine(&s.b, 2), out);
    studio_talk(&s, 300);
    CHECK_TO(media_server_streams(s.b.server) == 2, out);
    run_for(&s.b, 3000); /* orphans have one second */
    CHECK_TO(media_server_streams(s.b.server) == 0, out);
    CHECK_OK_TO(sound_read(&w, "a.wav"), out);
    CHECK_TO(w.frames / 8 > 1200 && w.frames / 8 < 3200, out);
    CHECK_TO(studio_begin(&s, &m) == ENOENT, out); /* another engine does not see it */
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
            err = studio_begin(&s, &m);
        us = err ? 0 : s.b.tape_begun.begun_us;
        (void)!write(fds[1], studio_folder, sizeof(studio_folder));
        (void)!write(fds[1], &us, sizeof(us));
        studio_talk(&s, 10000);
        _exit(0);
    }
    CHECK_TO(read(fds[0], studio_folder, sizeof(studio_folder)) == sizeof(studio_folder), out);
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
    CHECK_OK_TO(studio_begin(&s, &m), out);
    CHECK_TO(s.b.tape_begun.begun_us == m.begun_us, out);
    studio_talk(&s, 300);
    ended_ms = wall_ms();
    CHECK_OK_TO(studio_listen(&s, &w, "a.wav"), out);
    CHECK_TO(sound_near_ms(w.frames / 8, (size_t)(ended_ms - begun_ms)), out);
    CHECK_TO(sound_last(&w, 0, X_SAMPLE) > frames + 8 * 250, out);
out:
    sound_close(&w);
    studio_close(&s);
    return err;
}

/* The file of a tape that ended so long ago; as if its media had died then. */
static int make_old(const char *name, int64_t age_ms)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}};
    const int64_t then = wall_ms() - age_ms;
    char path[640];

    times[1].tv_sec = then / 1000;
    times[1].tv_nsec = then % 1000 * 1000000;
    snprintf(path, sizeof(path), "%s/%s", studio_folder, name);
    return utimensat(AT_FDCWD, path, times, 0) ? errno : 0;
}

/* @return how long the file is, ms, when a media role goes on with it that died so long ago */
static int go_on_after(struct studio *s, struct media_tape *m, int64_t age_ms, uint32_t *ms)
{
    int err;

    m->begun_us = (uint64_t)(wall_ms() - age_ms) * 1000;
    CHECK_OK_TO(make_old("a.wav", age_ms), out);
    CHECK_OK_TO(studio_begin(s, m), out);
    CHECK_OK_TO(studio_stop(s, m->tape), out);
    *ms = s->b.tape_ended.ms;
    m->begun_us = 0;
out:
    return err;
}

/* The wall clock leapt while media was dead: the disk is not filled with silence. */
static int a_leap_of_the_clock_is_not_hours_of_silence(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav")};
    struct studio s;
    uint32_t ms;
    int err;

    CHECK_OK_TO(studio_record(&s, &m), out);
    studio_talk(&s, 300);
    CHECK_OK_TO(studio_stop(&s, 1), out);
    CHECK_OK_TO(go_on_after(&s, &m, 1800 * 1000, &ms), out);
    CHECK_TO(ms > 599000 && ms < 602000, out);
    CHECK_OK_TO(go_on_after(&s, &m, -1000, &ms), out); /* back */
    CHECK_TO(ms < 602000, out);
out:
    studio_close(&s);
    return err;
}

/* How long a file was before its tape began is nobody's knowledge; how long nobody wrote is. */
static int what_was_appended_to_goes_on_after_a_kill_too(void)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav")};
    struct studio s;
    uint32_t before, ms;
    int err;

    CHECK_OK_TO(studio_record(&s, &m), out);
    studio_talk(&s, 900);
    CHECK_OK_TO(studio_stop(&s, 1), out);
    before = s.b.tape_ended.ms;
    m.is_append = true;
    CHECK_OK_TO(go_on_after(&s, &m, 700, &ms), out);
    CHECK_TO(ms >= before + 690 && ms < before + 1000, out);
out:
    studio_close(&s);
    return err;
}

/* ---- a disk that is full ---- */

/* A small one of our own, where the machine lets us. */
static bool mount_small(void)
{
    return !unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
           !mount("none", studio_folder, "tmpfs", 0, "size=32k");
}

/* @return what the file holds when the disk is full: the call goes on, and so does another tape */
static int fill_disk(struct studio *s, int expected)
{
    struct media_tape m = {.id = 1, .tape = 1, .mixed = SLICE("a.wav"), .is_stereo = true},
                      quiet = {.id = 1, .tape = 2, .mixed = SLICE("b.gsm")};
    struct sound w = {0};
    struct got g;
    int err;

    CHECK_OK_TO(studio_begin(s, &quiet), out);
    CHECK_OK_TO(studio_begin(s, &m), out);
    studio_talk(s, 1600);
    CHECK_TO(wait_for(&s->b, &s->b.ended, 1, 3000), out);
    CHECK_TO(s->b.tape_ended.tape == 1 && s->b.tape_ended.err == expected, out);
    CHECK_OK_TO(sound_read(&w, "a.wav"), out);
    CHECK_TO(w.frames / 8 > 700 && w.frames / 8 < 1050 && w.len == s->b.tape_ended.bytes, out);
    CHECK_TO(sound_count(&w, 0, X_SAMPLE) / 8 > 700, out);
    phone_send(&s->x, &s->b.local[1], 0, X_BYTE);
    run_for(&s->b, 50);
    CHECK_TO(phone_recv(&s->y, &g), out);
    CHECK_TO(studio_stop(s, 1) == ENOENT, out);
    CHECK_TO(studio_stop(s, 2) == 0 || s->b.tape_ended.err == expected, out);
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
        strcpy(studio_folder, "/tmp/station-tape-XXXXXX");
        if (!mkdtemp(studio_folder) || !mount_small()) {
            printf("not root: no file system of our own\n");
            rmdir(studio_folder);
            _exit(0);
        }
        err = studio_go_on(&s, 1);
        err = err ? err : fill_disk(&s, ENOSPC);
        if (!err && !mount(NULL, studio_folder, NULL, MS_REMOUNT | MS_RDONLY, NULL))
            err = studio_begin(&s, &unwritable) == EACCES ? 0 : EINVAL;
        umount(studio_folder);
        rmdir(studio_folder);
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

    strcpy(studio_folder, "/tmp/station-tape-XXXXXX");
    CHECK_TO(mkdtemp(studio_folder), out);
    CHECK_OK_TO(loop_alloc(&b.loop), out);
    CHECK_OK_TO(deck_alloc(&d, b.loop, studio_folder, on_news, &b), out);
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
    studio_remove(studio_folder);
    return err;
}

UNIT_TESTS(UNIT_ONCE(an_engine_that_comes_back_finds_its_tapes),
           UNIT_ONCE(without_engine_it_ends_with_its_stream),
           UNIT_ONCE(a_kill_loses_less_than_a_second_and_the_file_goes_on),
           UNIT_ONCE(a_leap_of_the_clock_is_not_hours_of_silence),
           UNIT_ONCE(what_was_appended_to_goes_on_after_a_kill_too),
           UNIT_ONCE(a_full_disk_ends_the_tape_and_not_the_call),
           UNIT_ONCE(a_full_file_system_too_and_one_that_cannot_be_written),
           UNIT(each_allocation_may_fail))
