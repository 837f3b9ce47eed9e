/*
 * role/errand_sound.c - what a child of the runner does with files of sounds (role/errand.h: "@sound")
 *
 * Scope:   STATE/uploads/UPLOAD becomes STATE/sounds/TO.wav (of music on hold: STATE/moh/TO.wav), and TO.wav16 where the source has as much; or they are
 *          removed. All that an outsider's file can do happens here: limits of its own, no rights but the programs'.
 * Answer:  "progress N" lines meanwhile; then words NAME=VALUE. Why not: a word of role/sounds.h's table, ": ", details.
 * Twice:   may be done again wherever it was cut off: the upload goes last.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "archive/clip.h"
#include "archive/folder.h"
#include "archive/sum.h"
#include "base/mem.h"
#include "role/errand.h"
#include "role/role.h"
#include "role/sounds.h"

enum { CPU_S = 300 };
#define MEMORY_BYTES ((rlim_t)1 << 30)

struct task {
    int uploads, sounds; /* folders */
    const char *upload;
    char narrow[FOLDER_NAME_MAX + 1], wide[FOLDER_NAME_MAX + 1];
    char *const *words;
    struct buf *out;
};

/* What will not be otherwise next time is not tried again, and its upload is of no use. */
static int fail(const struct task *t, int err, const char *word, const char *why)
{
    const bool is_final = err == EBADMSG || err == EFBIG || err == ENOTSUP || err == ENOENT ||
                          err == EINVAL || err == ENAMETOOLONG;

    errand_fail(t->out, "%s%s%s", word, *word ? ": " : "", *why ? why : strerror(err));
    if (is_final && *t->upload)
        (void)folder_remove(t->uploads, t->upload);
    return is_final ? ERRAND_FINAL : ERRAND_AGAIN;
}

static int fail_to_write(const struct task *t, int err)
{
    return fail(t, err, err == EACCES || err == EROFS ? SOUNDS_NOT_WRITABLE : SOUNDS_NOT_WRITTEN,
                strerror(err));
}

static void tell_progress(unsigned percent, void *arg)
{
    dprintf(STDOUT_FILENO, "progress %u\n", percent);
}

/* ---- limits: a file that is made to cost time or memory ---- */

static void out_of_time(int signal)
{
    static const char why[] = SOUNDS_TOO_DEAR ": 300 s\n";
    const ssize_t n = write(STDOUT_FILENO, why, sizeof(why) - 1);

    _exit(n < 0 ? ERRAND_AGAIN : ERRAND_FINAL);
}

static void set_limits(void)
{
    const struct rlimit cpu = {CPU_S, CPU_S + 10};
#ifndef __SANITIZE_ADDRESS__
    const struct rlimit memory = {MEMORY_BYTES, MEMORY_BYTES};

    (void)setrlimit(RLIMIT_AS, &memory); /* less than the runner's: cannot fail for that */
#endif
    signal(SIGXCPU, out_of_time);
    (void)setrlimit(RLIMIT_CPU, &cpu);
}

/* ---- made ---- */

static int put_file(const struct task *t, const struct clip *c, const char *name, uint32_t rate_hz)
{
    struct folder_new n;
    int err = folder_new_begin(&n, t->sounds, name);

    if (err)
        return err;
    err = clip_write(c, n.fd, rate_hz);
    if (!err && fchmod(n.fd, 0664))
        err = errno;
    if (!err)
        return folder_new_keep(&n);
    folder_new_drop(&n);
    return err;
}

static int tell_file(const struct task *t)
{
    char sum[SUM_TEXT];
    uint64_t bytes;
    int fd = -1;
    int err = folder_file(&fd, t->sounds, t->narrow);

    if (!err)
        err = sum_file(fd, sum, &bytes);
    if (!err)
        buf_printf(t->out, "bytes=%" PRIu64 "\nsha256=%s\n", bytes, sum);
    if (fd >= 0)
        close(fd);
    return err;
}

/* The wide one first: as soon as the other is there the sound is the new one, whole. */
static int put_files(const struct task *t, const struct clip *c)
{
    int err = folder_make_parents(t->sounds, t->narrow);

    if (err)
        return err;
    if (clip_rate(c) > CLIP_NARROW_HZ)
        err = put_file(t, c, t->wide, CLIP_WIDE_HZ);
    else
        err = folder_remove(t->sounds, t->wide);
    if (err && err != ENOENT)
        return err;
    tell_progress(95, NULL);
    return put_file(t, c, t->narrow, CLIP_NARROW_HZ);
}

static int make(const struct task *t, const struct clip *c)
{
    int err = put_files(t, c);

    if (!err)
        err = tell_file(t);
    if (err)
        return fail_to_write(t, err);
    buf_printf(t->out, "ms=%u\nsource=%s\nwide=%d\n", clip_ms(c), clip_source(c),
               clip_rate(c) > CLIP_NARROW_HZ);
    (void)folder_remove(t->uploads, t->upload);
    return 0;
}

static enum clip_level level_of(const char *word)
{
    return strcmp(word, "peak") == 0   ? CLIP_PEAK
           : strcmp(word, "loud") == 0 ? CLIP_LOUD
                                       : CLIP_KEEP;
}

/* The upload may be gone: of an earlier time whose answer was lost. */
static int without_upload(const struct task *t, int err)
{
    if (err == ENOENT && tell_file(t) == 0)
        return 0;
    buf_reset(t->out);
    return fail(t, err, err == ENOENT ? SOUNDS_NO_UPLOAD : "", "");
}

static int run_sound(const struct task *t)
{
    struct clip_args args = {.fd = -1,
                             .original = errand_word(t->words, "original"),
                             .level = level_of(errand_word(t->words, "level")),
                             .progress = tell_progress};
    struct clip *c = NULL;
    struct buf why;
    int err = folder_file(&args.fd, t->uploads, t->upload), code;

    if (err)
        return without_upload(t, err);
    buf_init(&why, 1024);
    set_limits();
    err = clip_read(&c, &args, &why);
    code = err ? fail(t, err, "", buf_z(&why)) : make(t, c);
    buf_fini(&why);
    mem_deref(c);
    close(args.fd);
    return code;
}

/* ---- removed ---- */

static int run_remove(const struct task *t)
{
    int err = folder_remove(t->sounds, t->wide);

    if (!err || err == ENOENT)
        err = folder_remove(t->sounds, t->narrow);
    return err && err != ENOENT ? fail_to_write(t, err) : 0;
}

/* ---- which ---- */

static int set_names(struct task *t)
{
    const char *to = errand_word(t->words, "to");

    t->upload = errand_word(t->words, "upload");
    if (!*to || strlen(to) + sizeof(".wav16") > sizeof(t->wide))
        return EINVAL;
    snprintf(t->narrow, sizeof(t->narrow), "%.*s.wav", FOLDER_NAME_MAX - 6, to);
    snprintf(t->wide, sizeof(t->wide), "%.*s.wav16", FOLDER_NAME_MAX - 6, to);
    return 0;
}

static bool is_music(const char *verb)
{
    return strcmp(verb, SOUNDS_JOB_MUSIC) == 0 || strcmp(verb, SOUNDS_JOB_MUSIC_REMOVE) == 0;
}

static int open_folders(struct task *t, const char *state, const char *verb)
{
    char path[PATH_MAX];
    int err = role_file(path, sizeof(path), state, is_music(verb) ? "moh" : ROLE_SOUNDS_DIR);

    if (!err)
        err = folder_open(&t->sounds, path);
    if (!err)
        err = role_file(path, sizeof(path), state, ROLE_UPLOADS_DIR);
    return err ? err : folder_open(&t->uploads, path);
}

int errand_sound(int argc, char *const *argv, struct slice input, struct buf *out)
{
    struct task t = {.uploads = -1, .sounds = -1, .upload = "", .out = out};
    int err, code = ERRAND_FINAL;

    if (argc < 2)
        return errand_fail(out, "@sound VERB STATE NAME=VALUE...");
    t.words = argv + 2;
    err = set_names(&t);
    if (!err)
        err = open_folders(&t, argv[1], argv[0]);
    if (err)
        code = fail(&t, err, "", "");
    else if (strcmp(argv[0], SOUNDS_JOB_MAKE) == 0 || strcmp(argv[0], SOUNDS_JOB_MUSIC) == 0)
        code = run_sound(&t);
    else if (strcmp(argv[0], SOUNDS_JOB_REMOVE) == 0 ||
             strcmp(argv[0], SOUNDS_JOB_MUSIC_REMOVE) == 0)
        code = run_remove(&t);
    else
        errand_fail(out, "%s: no such verb", argv[0]);
    if (t.sounds >= 0)
        close(t.sounds);
    if (t.uploads >= 0)
        close(t.uploads);
    return code;
}
