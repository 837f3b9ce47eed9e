/* test_tape_file.c - files that grow: formats, what a kill leaves, names from outside, a full disk */
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "media/tape_file.h"
#include "media/tape_gsm.h"
#include "media/wav.h"
#include "unit.h"

#define SECOND 8000

static char folder[64];

static const char *path_of(const char *name)
{
    static char path[640];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static int folder_make(void)
{
    strcpy(folder, "/tmp/station-file-XXXXXX");
    return mkdtemp(folder) ? 0 : errno;
}

static void folder_remove(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf %s", folder);
    (void)!system(command);
}

static int open_file(struct tape_file **f, const char *name, bool is_stereo, bool is_append)
{
    return tape_file_open(f, folder, slice_of(name),
                          &(struct tape_file_args){is_stereo, is_append});
}

/* A second of 500 Hz, loud; both channels the same. */
static int write_second(struct tape_file *f, unsigned channels)
{
    int16_t samples[2 * 400];
    int err = 0;

    for (int at = 0; at < SECOND && !err; at += 400) {
        for (unsigned i = 0; i < 400 * channels; i++)
            samples[i] = (int16_t)lrint(8000 * sin((at + i / channels) * 2 * M_PI * 500 / SECOND));
        err = tape_file_write(f, samples, 400);
    }
    return err;
}

/* What our own reader makes of it: G.711 bytes at 8,000 Hz. */
static int read_back(struct wav_sound *out, const char *name)
{
    const char *dot = strrchr(name, '.');
    enum wav_kind kind = WAV_CONTAINER;
    uint8_t *file = NULL;
    size_t len;
    int err;

    for (const struct wav_extension *e = wav_extensions; e->extension; e++) {
        if (!strcmp(e->extension, dot))
            kind = e->kind;
    }
    if (!strcmp(dot, ".mu"))
        kind = WAV_ULAW;
    err = wav_read_file(&file, &len, path_of(name));
    if (!err)
        err = wav_decode(out, kind, CODEC_ALAW, file, len);
    mem_free(file);
    return err;
}

/* The library reads one frame more from a WAV file with an odd number of GSM's 65 bytes. */
static bool is_long(const struct wav_sound *s, const char *name, uint32_t frames)
{
    const struct tape_format *f = tape_format_of(slice_of(name));
    const uint32_t more = f->kind == TAPE_GSM && f->is_riff ? TAPE_GSM_RIFF_FRAMES : 0;

    if (s->bytes < frames || s->bytes > frames + more)
        printf("name=%s frames=%u wanted=%u\n", name, s->bytes, frames);
    return s->bytes >= frames && s->bytes <= frames + more;
}

static long size_of(const char *name)
{
    struct stat st;

    return stat(path_of(name), &st) ? -1 : (long)st.st_size;
}

/* ---- formats ---- */

static int a_second_in(const char *name, long bytes)
{
    struct wav_sound back = {0};
    struct tape_file *f = NULL;
    int err;

    CHECK_OK_TO(open_file(&f, name, false, false), out);
    CHECK_OK_TO(write_second(f, 1), out);
    CHECK_OK_TO(tape_file_finish(f, 0), out);
    CHECK_TO(tape_file_frames(f) == SECOND, out);
    CHECK_TO(size_of(name) == bytes && tape_file_bytes(f) == (uint64_t)bytes, out);
    CHECK_OK_TO(read_back(&back, name), out);
    CHECK_TO(is_long(&back, name, SECOND), out);
out:
    tape_file_close(f);
    mem_free(back.data);
    return err;
}

static int every_format_is_read_back(void)
{
    static const struct {
        const char *name;
        long bytes;
    } cases[] = {
        {"a.wav", 44 + 16000},   {"a.wav16", 44 + 32000},
        {"a.WAV", 60 + 25 * 65}, {"a.wav49", 60 + 25 * 65},
        {"a.gsm", 50 * 33},      {"a.sln", 16000},
        {"a.raw", 16000},        {"a.sln16", 32000},
        {"a.ulaw", 8000},        {"a.ul", 8000},
        {"a.pcm", 8000},         {"a.mu", 8000},
        {"a.alaw", 8000},        {"a.al", 8000},
    };
    int err = folder_make();
    size_t rows = 0;

    while (tape_formats[rows].extension)
        rows++;
    CHECK_TO(!err && rows == sizeof(cases) / sizeof(cases[0]), out);
    for (size_t i = 0; i < rows; i++) {
        err = a_second_in(cases[i].name, cases[i].bytes);
        if (err)
            goto out;
    }
out:
    folder_remove();
    return err;
}

static int two_channels_where_the_format_has_them(void)
{
    struct tape_file *f = NULL;
    int err = folder_make();

    CHECK_OK_TO(err, out);
    CHECK_OK_TO(open_file(&f, "a.wav", true, false), out);
    CHECK_OK_TO(write_second(f, 2), out);
    CHECK_OK_TO(tape_file_finish(f, 0), out);
    CHECK_TO(size_of("a.wav") == 44 + 32000 && tape_file_frames(f) == SECOND, out);
    tape_file_close(f);
    f = NULL;
    err = open_file(&f, "a.gsm", true, false);
    CHECK_TO(err == EINVAL && size_of("a.gsm") == -1, out);
    err = open_file(&f, "a.ulaw", true, false);
    CHECK_TO(err == EINVAL && size_of("a.ulaw") == -1, out);
    err = 0;
out:
    tape_file_close(f);
    folder_remove();
    return err;
}

/* ---- whole at any moment ---- */

static int after_each_flush_the_header_says_what_is_there(void)
{
    static const char *const names[] = {"a.wav", "a.wav16", "a.WAV"};
    struct wav_sound back = {0};
    struct tape_file *f = NULL;
    int err = folder_make();

    for (size_t k = 0; k < 3 && !err; k++) {
        CHECK_OK_TO(open_file(&f, names[k], false, false), out);
        for (uint32_t i = 1; i <= 3; i++) {
            CHECK_OK_TO(write_second(f, 1), out);
            CHECK_OK_TO(tape_file_flush(f), out);
            CHECK_OK_TO(read_back(&back, names[k]), out);
            CHECK_TO(is_long(&back, names[k], i * SECOND), out);
            mem_free(back.data);
            back.data = NULL;
        }
        tape_file_close(f);
        f = NULL;
    }
out:
    mem_free(back.data);
    tape_file_close(f);
    folder_remove();
    return err;
}

static int append(const char *name)
{
    struct tape_file *f = NULL;
    struct wav_sound back = {0};
    int err;

    CHECK_OK_TO(open_file(&f, name, false, true), out);
    CHECK_OK_TO(write_second(f, 1), out);
    CHECK_OK_TO(tape_file_finish(f, 0), out);
    tape_file_close(f);
    f = NULL;
    CHECK_OK_TO(open_file(&f, name, false, true), out);
    CHECK_TO(tape_file_frames(f) == SECOND && tape_file_written(f).us > 0, out);
    CHECK_OK_TO(write_second(f, 1), out);
    CHECK_OK_TO(tape_file_finish(f, 0), out);
    CHECK_TO(tape_file_frames(f) == 2 * SECOND, out);
    CHECK_OK_TO(read_back(&back, name), out);
    CHECK_TO(is_long(&back, name, 2 * SECOND), out);
out:
    mem_free(back.data);
    tape_file_close(f);
    return err;
}

static int what_is_appended_stands_behind_what_was_there(void)
{
    static const char *const names[] = {"a.wav", "a.WAV", "a.gsm", "a.ulaw", "a.sln16"};
    int err = folder_make();

    for (size_t i = 0; i < 5 && !err; i++)
        err = append(names[i]);
    folder_remove();
    return err;
}

/* The header of a killed writer is behind: what is there counts, to the last whole sample. */
static int a_file_that_a_kill_left_is_gone_on_with(void)
{
    struct tape_file *f = NULL;
    int err = folder_make(), fd;

    CHECK_OK_TO(err, out);
    CHECK_OK_TO(open_file(&f, "a.wav", false, false), out);
    CHECK_OK_TO(write_second(f, 1), out);
    CHECK_OK_TO(tape_file_finish(f, 0), out);
    tape_file_close(f);
    f = NULL;
    fd = open(path_of("a.wav"), O_WRONLY | O_APPEND | O_CLOEXEC);
    CHECK_TO(fd >= 0, out);
    CHECK_TO(write(fd, "123456789", 9) == 9, out);
    close(fd);
    CHECK_OK_TO(open_file(&f, "a.wav", false, true), out);
    CHECK_TO(tape_file_frames(f) == SECOND + 4, out);
out:
    tape_file_close(f);
    folder_remove();
    return err;
}

static int another_format_is_not_appended_to_and_stays(void)
{
    struct tape_file *f = NULL;
    int err = folder_make();

    CHECK_OK_TO(err, out);
    CHECK_OK_TO(open_file(&f, "a.wav", true, false), out);
    CHECK_OK_TO(write_second(f, 2), out);
    CHECK_OK_TO(tape_file_finish(f, 0), out);
    tape_file_close(f);
    f = NULL;
    err = open_file(&f, "a.wav", false, true); /* it has two channels */
    CHECK_TO((err == EINVAL || err == ENOMEM) && size_of("a.wav") == 44 + 32000, out);
    CHECK_OK_TO(err == EINVAL ? 0 : err, out);
out:
    tape_file_close(f);
    folder_remove();
    return err;
}

static int the_end_can_be_left_out(void)
{
    static const char *const names[] = {"a.wav", "a.ulaw", "a.WAV", "a.gsm"};
    struct wav_sound back = {0};
    struct tape_file *f = NULL;
    int err = folder_make();

    for (size_t i = 0; i < 4 && !err; i++) {
        CHECK_OK_TO(open_file(&f, names[i], false, false), out);
        CHECK_OK_TO(write_second(f, 1), out);
        CHECK_OK_TO(tape_file_finish(f, 600), out);
        CHECK_TO(tape_file_frames(f) == SECOND * 4 / 10, out);
        CHECK_OK_TO(read_back(&back, names[i]), out);
        CHECK_TO(is_long(&back, names[i], SECOND * 4 / 10), out);
        mem_free(back.data);
        back.data = NULL;
        tape_file_close(f);
        f = NULL;
    }
    CHECK_OK_TO(open_file(&f, "b.wav", false, false), out);
    CHECK_OK_TO(write_second(f, 1), out);
    CHECK_OK_TO(tape_file_finish(f, 5000), out); /* more than there is */
    CHECK_TO(tape_file_frames(f) == 0 && size_of("b.wav") == 44, out);
out:
    mem_free(back.data);
    tape_file_close(f);
    folder_remove();
    return err;
}

/* ---- names from outside ---- */

static int refused(const char *name, size_t len, int expected)
{
    struct tape_file *f = NULL;
    int err = tape_file_open(&f, folder, slice_from(name, len), &(struct tape_file_args){0});

    tape_file_close(f);
    if (err == ENOMEM)
        return ENOMEM;
    if (err != expected)
        printf("name=\"%.*s\" err=%d\n", (int)len, name, err);
    return err == expected ? 0 : EINVAL;
}

static int no_name_leads_outside(void)
{
    static const struct {
        const char *name;
        int err;
    } cases[] = {
        {"", EINVAL},
        {"/tmp/station-outside.wav", EINVAL},
        {"../station-outside.wav", EINVAL},
        {"a/../../station-outside.wav", EINVAL},
        {"a/./b.wav", EINVAL},
        {"a//b.wav", EINVAL},
        {"a/", EINVAL},
        {"a/b.wav/", EINVAL},
        {"a\nb.wav", EINVAL},
        {".wav", EINVAL},
        {"a/.wav", EINVAL},
        {"a", EINVAL},
        {"a.mp3", EINVAL},
        {"a.wav.", EINVAL},
        {"a.Wav", EINVAL},
        {"out/b.wav", EACCES}, /* a folder behind a link */
        {"link.wav", EACCES},  /* a link to a file */
        {"dir.wav", EACCES},
        {"fifo.wav", EACCES},
        {"plain.wav/b.wav", EACCES},
    };
    char longest[520];
    int err = folder_make();

    CHECK_OK_TO(err, out);
    memset(longest, 'a', sizeof(longest));
    memcpy(longest + 509, ".wav", 4);
    CHECK_TO(!symlink("/tmp", path_of("out")), out);
    CHECK_TO(!symlink("/tmp/station-outside.wav", path_of("link.wav")), out);
    CHECK_TO(!mkdir(path_of("dir.wav"), 0700) && !mkfifo(path_of("fifo.wav"), 0600), out);
    close(open(path_of("plain.wav"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK_OK_TO(refused(cases[i].name, strlen(cases[i].name), cases[i].err), out);
    CHECK_OK_TO(refused("a\0b.wav", 7, EINVAL), out);
    CHECK_OK_TO(refused(longest, 513, ENAMETOOLONG), out);
    memset(longest, 'b', 300);
    CHECK_OK_TO(refused(longest + 200, 313, ENAMETOOLONG), out); /* of one part */
    CHECK_TO(access("/tmp/station-outside.wav", F_OK) && access("/tmp/b.wav", F_OK), out);
    CHECK_TO(size_of("plain.wav") == 0, out);
out:
    folder_remove();
    return err;
}

static int without_the_folder_nothing_is_made(void)
{
    struct tape_file *f = NULL;
    int err;

    strcpy(folder, "/tmp/station-file-that-is-not-there");
    err = open_file(&f, "a.wav", false, false);
    tape_file_close(f);
    CHECK(err == ENOENT || err == ENOMEM);
    CHECK(access(folder, F_OK));
    return err == ENOMEM ? ENOMEM : 0;
}

static int two_do_not_write_to_one_file(void)
{
    struct tape_file *f = NULL, *g = NULL;
    int err = folder_make();

    CHECK_OK_TO(err, out);
    CHECK_OK_TO(open_file(&f, "a.wav", false, false), out);
    CHECK_OK_TO(write_second(f, 1), out);
    CHECK_OK_TO(tape_file_flush(f), out);
    err = open_file(&g, "a.wav", false, false);
    CHECK_OK_TO(err == EBUSY ? 0 : err ? err : EINVAL, out);
    CHECK_TO(size_of("a.wav") == 44 + 16000, out);
out:
    tape_file_close(f);
    tape_file_close(g);
    folder_remove();
    return err;
}

/* A file server's lease: the folder may be shared by Samba. */
static int a_file_that_is_leased_is_not_waited_for(void)
{
    struct tape_file *f = NULL;
    int err = folder_make(), fd = -1;

    CHECK_OK_TO(err, out);
    signal(SIGIO, SIG_IGN);
    fd = open(path_of("a.wav"), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    CHECK_TO(fd >= 0 && !fcntl(fd, F_SETLEASE, F_WRLCK), out);
    alarm(10);
    err = open_file(&f, "a.wav", false, false);
    alarm(0);
    CHECK_OK_TO(err == EBUSY ? 0 : err ? err : EINVAL, out);
out:
    if (fd >= 0)
        close(fd);
    tape_file_close(f);
    folder_remove();
    return err;
}

/* Its header could not say more. */
static int a_file_of_four_gib_is_not_appended_to_and_stays(void)
{
    static const char *const names[] = {"a.wav", "a.wav16", "a.sln"};
    uint8_t before[44] = {0}, after[44] = {0};
    struct tape_file *f = NULL;
    int err = folder_make(), fd;

    for (size_t i = 0; i < 3 && !err; i++) {
        CHECK_OK_TO(open_file(&f, names[i], false, false), out);
        CHECK_OK_TO(write_second(f, 1), out);
        CHECK_OK_TO(tape_file_finish(f, 0), out);
        tape_file_close(f);
        f = NULL;
        fd = open(path_of(names[i]), O_RDWR | O_CLOEXEC);
        CHECK_TO(fd >= 0 && pread(fd, before, 44, 0) == 44, out);
        CHECK_TO(!ftruncate(fd, INT64_C(5) << 30), out);
        err = open_file(&f, names[i], false, true);
        CHECK_OK_TO(err == EFBIG ? 0 : err ? err : EINVAL, out);
        CHECK_TO(pread(fd, after, 44, 0) == 44 && !memcmp(before, after, 44), out);
        CHECK_TO(size_of(names[i]) == INT64_C(5) << 30, out);
        close(fd);
    }
out:
    tape_file_close(f);
    folder_remove();
    return err;
}

/* ---- a disk that is full ---- */

static int what_fitted_can_be_played(void)
{
    struct rlimit before, few = {.rlim_cur = 30001};
    struct wav_sound back = {0};
    struct tape_file *f = NULL;
    int err = folder_make(), full = 0;

    CHECK_OK_TO(err, out);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    few.rlim_max = before.rlim_max;
    CHECK_OK_TO(open_file(&f, "a.wav", false, false), out);
    setrlimit(RLIMIT_FSIZE, &few);
    for (int i = 0; i < 3 && !full; i++) {
        full = write_second(f, 1);
        full = full ? full : tape_file_flush(f);
    }
    full = full ? tape_file_finish(f, 0) : 0;
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK_TO(full == EFBIG, out);
    CHECK_OK_TO(read_back(&back, "a.wav"), out);
    CHECK_TO(back.bytes == (30000 - 44) / 2 && tape_file_frames(f) == back.bytes, out);
out:
    mem_free(back.data);
    tape_file_close(f);
    folder_remove();
    return err;
}

/* Not even the header fits: no file that nobody can play; what was to be appended to stays. */
static int without_room_for_a_header_nothing_is_made(void)
{
    struct rlimit before, few = {.rlim_cur = 20};
    struct tape_file *f = NULL;
    int err = folder_make(), full = 0, more = 0;

    CHECK_OK_TO(err, out);
    signal(SIGXFSZ, SIG_IGN);
    CHECK_OK_TO(open_file(&f, "b.wav", false, false), out);
    CHECK_OK_TO(write_second(f, 1), out);
    CHECK_OK_TO(tape_file_finish(f, 0), out);
    tape_file_close(f);
    f = NULL;
    getrlimit(RLIMIT_FSIZE, &before);
    few.rlim_max = before.rlim_max;
    setrlimit(RLIMIT_FSIZE, &few);
    full = open_file(&f, "a.wav", false, false);
    if (full == EFBIG) {
        more = open_file(&f, "b.wav", false, true);
        if (!more)
            more = write_second(f, 1);
        tape_file_close(f);
        f = NULL;
    }
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK_OK_TO(full == ENOMEM ? ENOMEM : more == ENOMEM ? ENOMEM : 0, out);
    CHECK_TO(full == EFBIG && more == EFBIG, out);
    CHECK_TO(size_of("a.wav") == -1 && size_of("b.wav") == 44 + 16000, out);
out:
    tape_file_close(f);
    folder_remove();
    return err;
}

/* An encoder has samples left: they are not told as kept when the disk does not take them. */
static int what_the_encoder_had_left_is_not_counted(void)
{
    struct rlimit before, few = {.rlim_cur = 1000};
    struct tape_file *f = NULL;
    int err = folder_make();

    CHECK_OK_TO(err, out);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    few.rlim_max = before.rlim_max;
    CHECK_OK_TO(open_file(&f, "a.gsm", false, false), out);
    setrlimit(RLIMIT_FSIZE, &few);
    (void)write_second(f, 1);
    (void)tape_file_write(f, (int16_t[100]){0}, 100);
    CHECK_TO(tape_file_flush(f) == EFBIG, restore);
    (void)tape_file_write(f, (int16_t[100]){0}, 100);
    CHECK_TO(tape_file_finish(f, 0) == EFBIG, restore);
    CHECK_TO(tape_file_bytes(f) == 990 && tape_file_frames(f) == 990 / 33 * 160, restore);
restore:
    setrlimit(RLIMIT_FSIZE, &before);
out:
    tape_file_close(f);
    folder_remove();
    return err;
}

UNIT_TESTS(UNIT(every_format_is_read_back), UNIT(two_channels_where_the_format_has_them),
           UNIT(after_each_flush_the_header_says_what_is_there),
           UNIT(what_is_appended_stands_behind_what_was_there),
           UNIT(a_file_that_a_kill_left_is_gone_on_with),
           UNIT(another_format_is_not_appended_to_and_stays), UNIT(the_end_can_be_left_out),
           UNIT(no_name_leads_outside), UNIT(without_the_folder_nothing_is_made),
           UNIT(two_do_not_write_to_one_file), UNIT(a_file_that_is_leased_is_not_waited_for),
           UNIT(a_file_of_four_gib_is_not_appended_to_and_stays), UNIT(what_fitted_can_be_played),
           UNIT(without_room_for_a_header_nothing_is_made),
           UNIT(what_the_encoder_had_left_is_not_counted))
