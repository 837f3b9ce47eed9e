/*
 * role/errand_recording.c - what a child of the runner does with files of recordings (role/errand.h: "@recording")
 *
 * Scope:   one verb and its words NAME=VALUE; names of files are relative to the folder.
 * Answer:  "progress N" lines meanwhile; then words NAME=VALUE, one a line.
 * Twice:   each may be done again, wherever it was cut off.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "archive/folder.h"
#include "archive/mp3.h"
#include "archive/repair.h"
#include "archive/sum.h"
#include "base/mem.h"
#include "role/errand.h"

struct task {
    int folder;
    char *const *words;
    struct buf *out;
};

/* What will not be otherwise next time is not tried again. */
static int fail(const struct task *t, int err, const char *why)
{
    const bool is_final = err == ENOENT || err == EBADMSG || err == ENOTSUP || err == EINVAL ||
                          err == ENAMETOOLONG || err == EACCES;

    errand_fail(t->out, "%s", *why ? why : strerror(err));
    return is_final ? ERRAND_FINAL : ERRAND_AGAIN;
}

static const char *word(const struct task *t, const char *name)
{
    return errand_word(t->words, name);
}

static void tell_progress(unsigned percent, void *arg)
{
    dprintf(STDOUT_FILENO, "progress %u\n", percent);
}

/* Sum and length of a file that is there. */
static int tell_file(const struct task *t, const char *name)
{
    char sum[SUM_TEXT];
    uint64_t bytes;
    int fd = -1;
    int err = folder_file(&fd, t->folder, name);

    if (!err)
        err = sum_file(fd, sum, &bytes);
    if (!err)
        buf_printf(t->out, "bytes=%" PRIu64 "\nsha256=%s\n", bytes, sum);
    if (fd >= 0)
        close(fd);
    return err;
}

static int keep_peaks(const struct task *t, struct peaks *p, const char *name)
{
    struct folder_new n;
    int err = peaks_end(p);

    if (!err)
        err = folder_new_begin(&n, t->folder, name);
    if (err)
        return err;
    if (write(n.fd, p->out.p, p->out.len) != (ssize_t)p->out.len)
        err = errno;
    if (!err)
        return folder_new_keep(&n);
    folder_new_drop(&n);
    return err;
}

/* ---- whose a file is now ---- */

enum { STAMP = 48 };

/* Another recording may have gone on in it (option a), or begun it anew: then its length or its time is another one. */
static int stamp_of(int fd, char out[STAMP])
{
    struct stat st;

    if (fstat(fd, &st))
        return errno;
    snprintf(out, STAMP, "%lld.%lld.%09ld", (long long)st.st_size, (long long)st.st_mtim.tv_sec,
             st.st_mtim.tv_nsec);
    return 0;
}

/* As the media role holds what it writes. The lock goes with fd. */
static int open_unwritten(int *fdp, int folder, const char *name)
{
    int err = folder_file(fdp, folder, name);

    if (!err && flock(*fdp, LOCK_EX | LOCK_NB)) {
        err = errno == EWOULDBLOCK ? EBUSY : errno;
        close(*fdp);
        *fdp = -1;
    }
    return err;
}

/* What is read, and may be removed behind it, as it is before: "file=NAME" and "was=STAMP" behind each other. */
static int put_stamps(const struct task *t, struct buf *out)
{
    int err = 0;

    for (char *const *w = t->words; !err && *w; w++) {
        char stamp[STAMP] = "gone";
        int fd = -1;

        if (strncmp(*w, "file=", 5) != 0)
            continue;
        err = open_unwritten(&fd, t->folder, *w + 5);
        if (!err)
            err = stamp_of(fd, stamp);
        if (err == ENOENT)
            err = 0;
        if (fd >= 0)
            close(fd);
        buf_printf(out, "%s\nwas=%s\n", *w, stamp);
    }
    return err;
}

/* ---- convert ---- */

static int make_mp3(const struct task *t, struct sound *s, struct peaks *p)
{
    const struct mp3_tags tags = {word(t, "title"), word(t, "artist"), word(t, "comment"),
                                  word(t, "date")};
    struct folder_new n;
    int err = folder_new_begin(&n, t->folder, word(t, "out"));

    if (err)
        return err;
    err = mp3_write(&(struct mp3_args){
        .fd = n.fd, .s = s, .tags = &tags, .peaks = p, .progress = tell_progress});
    if (!err)
        return folder_new_keep(&n);
    folder_new_drop(&n);
    return err;
}

static int convert_sound(const struct task *t, struct sound *s)
{
    const char *peaks_name = word(t, "peaks");
    struct peaks p;
    int err = peaks_init(&p, sound_channels(s), sound_rate(s));

    if (!err)
        err = make_mp3(t, s, *peaks_name ? &p : NULL);
    if (!err && *peaks_name)
        err = keep_peaks(t, &p, peaks_name);
    peaks_fini(&p);
    if (!err)
        err = tell_file(t, word(t, "out"));
    if (!err)
        buf_printf(t->out, "ms=%u\n", sound_ms(s));
    return err;
}

static bool is_there(const struct task *t, const char *name)
{
    int fd = -1;
    const bool is = *name && folder_file(&fd, t->folder, name) == 0;

    if (is)
        close(fd);
    return is;
}

/* The wav may be gone already: of an earlier time that was cut off behind its end. */
static bool is_done(const struct task *t)
{
    return !is_there(t, word(t, "first")) && !is_there(t, word(t, "else")) &&
           tell_file(t, word(t, "out")) == 0;
}

static int open_sound(const struct task *t, struct sound **s, struct buf *why)
{
    const char *right = word(t, "right");
    int err = sound_open(s, t->folder, word(t, "first"), *right ? right : NULL, why);

    if (err == ENOENT && *word(t, "else")) { /* the voices were never written apart */
        buf_reset(why);
        err = sound_open(s, t->folder, word(t, "else"), NULL, why);
    }
    return err;
}

static int run_convert(const struct task *t)
{
    struct sound *s = NULL;
    struct buf why, stamps;
    int err;

    buf_init(&why, 1024);
    buf_init(&stamps, ERRAND_ANSWER_MAX / 2);
    err = put_stamps(t, &stamps);
    if (err == EBUSY)
        buf_addz(&why, "another recording writes to its file still");
    if (!err && is_done(t))
        goto out;
    if (!err)
        err = open_sound(t, &s, &why);
    if (!err)
        err = convert_sound(t, s);
out:
    if (!err)
        buf_adds(t->out, buf_slice(&stamps));
    else
        err = fail(t, err, buf_z(&why));
    mem_deref(s);
    buf_fini(&why);
    buf_fini(&stamps);
    return err;
}

/* ---- peaks and sum of what stays as it is ---- */

static int read_peaks(const struct task *t, struct sound *s)
{
    int16_t *samples = mem_alloc(2 * SOUND_BLOCK * sizeof(*samples), NULL);
    struct peaks p;
    int frames;
    int err = samples ? peaks_init(&p, sound_channels(s), sound_rate(s)) : ENOMEM;

    if (err)
        goto out;
    while ((frames = sound_read(s, samples, SOUND_BLOCK)) > 0)
        peaks_add(&p, samples, frames);
    err = keep_peaks(t, &p, word(t, "peaks"));
    peaks_fini(&p);
out:
    mem_deref(samples);
    return err;
}

static int run_peaks(const struct task *t)
{
    const char *right = word(t, "right");
    struct sound *s = NULL;
    struct buf why;
    int err;

    buf_init(&why, 1024);
    err = sound_open(&s, t->folder, word(t, "first"), *right ? right : NULL, &why);
    if (err == ENOENT && *word(t, "may")) {
        buf_addz(t->out, "gone=1\n");
        err = 0;
        goto out;
    }
    if (!err)
        err = read_peaks(t, s);
    if (!err)
        err = tell_file(t, word(t, "first"));
    if (!err)
        buf_printf(t->out, "ms=%u\n", sound_ms(s));
    if (err)
        err = fail(t, err, buf_z(&why));
out:
    mem_deref(s);
    buf_fini(&why);
    return err;
}

/* ---- repair ---- */

/* The first file says how long it is. */
static int repair_one(const struct task *t, const char *name, bool is_first)
{
    struct repair_result result;
    int err = repair_file(t->folder, name, &result);

    if (!err && is_first)
        buf_printf(t->out, "bytes=%" PRIu64 "\nms=%u\n", result.bytes, result.ms);
    if (!err && result.is_fixed)
        buf_addz(t->out, "fixed=1\n");
    return err;
}

static int run_repair(const struct task *t)
{
    bool is_first = true;

    for (char *const *w = t->words; *w; w++) {
        int err;

        if (strncmp(*w, "file=", 5) != 0)
            continue;
        err = repair_one(t, *w + 5, is_first);
        if (err)
            return fail(t, err, err == ENOENT ? "the file is not there" : "");
        is_first = false;
    }
    return 0;
}

/* ---- verify ---- */

/* file=NAME and want=SUM behind each other. */
static int verify_one(const struct task *t, const char *name, const char *want)
{
    char sum[SUM_TEXT] = "";
    uint64_t bytes;
    int fd = -1;
    int err = folder_file(&fd, t->folder, name);

    if (!err)
        err = sum_file(fd, sum, &bytes);
    if (fd >= 0)
        close(fd);
    if (err && err != ENOENT)
        return err;
    if (err)
        buf_printf(t->out, "missing=%s\n", name);
    else
        buf_printf(t->out, "%s=%s\n", strcmp(sum, want) == 0 ? "checked" : "changed", name);
    return 0;
}

static int run_verify(const struct task *t)
{
    for (char *const *w = t->words; w[0] && w[1]; w += 2) {
        int err = EINVAL;

        if (strncmp(w[0], "file=", 5) == 0 && strncmp(w[1], "want=", 5) == 0)
            err = verify_one(t, w[0] + 5, w[1] + 5);
        if (err)
            return fail(t, err, "");
    }
    return 0;
}

/* ---- remove ---- */

/* @param was  what it was when an MP3 was made from it; NULL: whatever it is */
static int remove_one(const struct task *t, const char *name, const char *was)
{
    char stamp[STAMP] = "";
    int fd = -1;
    int err = open_unwritten(&fd, t->folder, name);

    if (!err)
        err = stamp_of(fd, stamp);
    if (was && (err == EBUSY || (!err && strcmp(stamp, was) != 0))) {
        buf_printf(t->out, "kept=%s\n", name); /* that recording's own job sees to it */
        err = 0;
    } else if (!err) {
        err = folder_remove(t->folder, name);
    }
    if (fd >= 0)
        close(fd);
    return err == ENOENT ? 0 : err;
}

static int run_remove(const struct task *t)
{
    for (char *const *w = t->words; *w; w++) {
        const char *was = w[1] && strncmp(w[1], "was=", 4) == 0 ? w[1] + 4 : NULL;
        int err;

        if (strncmp(*w, "file=", 5) != 0 || !(*w)[5])
            continue;
        err = remove_one(t, *w + 5, was);
        if (err)
            return fail(t, err, err == EBUSY ? "another recording writes to it" : "");
    }
    return 0;
}

/* ---- which ---- */

static const struct verb {
    const char *name;
    int (*run)(const struct task *t);
} verbs[] = {
    {"convert", run_convert}, {"peaks", run_peaks},   {"remove", run_remove},
    {"expire", run_remove},   {"repair", run_repair}, {"verify", run_verify},
};

int errand_recording(int argc, char *const *argv, struct slice input, struct buf *out)
{
    struct task t = {.folder = -1, .out = out};
    int err, code = ERRAND_FINAL;

    if (argc < 2)
        return errand_fail(out, "@recording VERB FOLDER NAME=VALUE...");
    t.words = argv + 2;
    err = folder_open(&t.folder, argv[1]);
    if (err)
        return errand_fail(out, "%s: %s", argv[1], strerror(err));
    errand_fail(out, "%s: no such verb", argv[0]);
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verbs[i].name, argv[0]) == 0) {
            buf_reset(out);
            code = verbs[i].run(&t);
        }
    }
    close(t.folder);
    return code;
}
