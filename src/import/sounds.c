/* sounds.c - sounds, music and programs of an Asterisk: copied, or named (inner.h) */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import/inner.h"

#define MOST_DEPTH 8
#define MOST_BYTES ((off_t)512 << 20)

/* One folder on its way. */
struct copy {
    struct import *im;
    const char *label;  /* "sounds": the file in the report */
    bool is_named_only; /* programs: nothing is copied */
};

/* What the station can play. */
static bool is_sound(const char *name)
{
    static const char *const ends[] = {"wav",   "WAV",   "wav16",  "gsm",   "sln",   "slin",
                                       "sln8",  "sln12", "sln16",  "sln24", "sln32", "sln44",
                                       "sln48", "sln96", "sln192", "alaw",  "al",    "ulaw",
                                       "ul",    "mu",    "pcm",    "g722"};
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot && i < sizeof(ends) / sizeof(ends[0]); i++)
        if (strcmp(dot + 1, ends[i]) == 0)
            return true;
    return false;
}

static void say(const struct copy *c, enum import_verdict v, const char *name, const char *ru,
                const char *en)
{
    import_say(c->im, c->label, 0, v, slice_of(name), ru, en);
}

static int copy_bytes(int from, int to)
{
    ssize_t n;

    while ((n = sendfile(to, from, NULL, 1 << 20)) > 0)
        continue;
    return n < 0 ? errno : 0;
}

static int copy_file(int from_dir, int to_dir, const char *name)
{
    int from = openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), to = -1, err;

    if (from < 0)
        return errno;
    to = openat(to_dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0660);
    err = to < 0 ? errno : copy_bytes(from, to);
    if (to >= 0 && close(to) && !err)
        err = errno;
    close(from);
    return err;
}

/* A file that is not copied says why; one that is, counts. */
static int take_file(const struct copy *c, int from_dir, int to_dir, const char *name, off_t size)
{
    int err = 0;

    if (c->is_named_only) {
        say(c, IMPORT_TRANSLATED, name,
            "программа не скопирована: проверьте её и положите в agi-bin станции",
            "the program is not copied: look it over and put it into the station's agi-bin");
        return 0;
    }
    if (!is_sound(name)) {
        say(c, IMPORT_UNSUPPORTED, name,
            "не скопирован: станция играет WAV, GSM, sln, A-law, u-law и G.722",
            "not copied: the station plays WAV, GSM, sln, A-law, u-law and G.722");
        return 0;
    }
    if (size > MOST_BYTES) {
        say(c, IMPORT_UNSUPPORTED, name, "не скопирован: файл больше 512 МиБ",
            "not copied: a file of more than 512 MiB");
        return 0;
    }
    if (to_dir >= 0)
        err = copy_file(from_dir, to_dir, name);
    c->im->totals->sounds += !err;
    return err;
}

static int copy_folder(const struct copy *c, int from_dir, int to_dir, unsigned depth);

static int open_in(int dir, const char *name)
{
    return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int take_folder(const struct copy *c, int from_dir, int to_dir, const char *name,
                       unsigned depth)
{
    int from = open_in(from_dir, name), to = -1, err = from < 0 ? errno : 0;

    if (!err && to_dir >= 0) {
        if (mkdirat(to_dir, name, 02770) && errno != EEXIST)
            err = errno;
        else
            to = open_in(to_dir, name);
        if (!err && to < 0)
            err = errno;
    }
    if (!err)
        err = copy_folder(c, from, to, depth + 1);
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    return err;
}

static int copy_entry(const struct copy *c, int from_dir, int to_dir, const char *name,
                      unsigned depth)
{
    struct stat st;

    if (fstatat(from_dir, name, &st, AT_SYMLINK_NOFOLLOW))
        return errno;
    if (S_ISREG(st.st_mode))
        return take_file(c, from_dir, to_dir, name, st.st_size);
    if (S_ISDIR(st.st_mode) && depth < MOST_DEPTH)
        return take_folder(c, from_dir, to_dir, name, depth);
    say(c, IMPORT_UNSUPPORTED, name, "не файл и не каталог (ссылки не копируются)",
        "neither a file nor a directory (links are not copied)");
    return 0;
}

static int copy_folder(const struct copy *c, int from_dir, int to_dir, unsigned depth)
{
    int fd = dup(from_dir), err = 0;
    struct dirent *e;
    DIR *d = fd < 0 ? NULL : fdopendir(fd);

    if (!d)
        return errno;
    while (!err && (e = readdir(d)))
        if (e->d_name[0] != '.')
            err = copy_entry(c, from_dir, to_dir, e->d_name, depth);
    closedir(d);
    return err;
}

/* Take over what is below an opened folder (given away). to_dir NULL: it is only looked at. */
static int take_opened(const struct copy *c, int from, const char *to_dir)
{
    int to = -1, err = 0;

    if (to_dir && !c->im->args->is_dry) {
        if (mkdir(to_dir, 02770) && errno != EEXIST)
            err = errno;
        else
            to = open(to_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (!err && to < 0)
            err = errno;
    }
    if (!err)
        err = copy_folder(c, from, to, 0);
    if (to >= 0)
        close(to);
    close(from);
    return err;
}

/* folder/name where the Asterisk has it, behind the root. A link in the last place is not followed. */
static int open_there(const struct import *im, const char *folder, const char *name)
{
    char path[3 * IMPORT_MOST_PATH];

    snprintf(path, sizeof(path), "%s%s%s%s", im->dirs.root, folder, *name ? "/" : "", name);
    return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int take_there(const struct copy *c, const char *folder, const char *name, const char *to)
{
    int fd = open_there(c->im, folder, name), err;

    if (fd < 0) /* there is none, or a link to where the system keeps them */
        return 0;
    err = take_opened(c, fd, to);
    if (!err)
        import_say(c->im, c->label, 0, IMPORT_TAKEN, slice_of(folder), "", "");
    return err;
}

/* The folder of that name in the configuration's own folder. */
static int take_here(const struct copy *c, const char *name, const char *to)
{
    int fd = openat(c->im->dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), err;

    if (fd < 0)
        return errno == ENOENT ? 0 : errno == ELOOP || errno == ENOTDIR ? 0 : errno;
    err = take_opened(c, fd, to);
    if (!err)
        import_say(c->im, c->label, 0, IMPORT_TAKEN, slice_of(name), "", "");
    return err;
}

bool import_sounds_has(const struct import *im, const char *name)
{
    const struct import_dirs *d = &im->dirs;
    int fd = openat(im->dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0 && (d->is_root_known || d->is_varlib_named))
        fd = open_there(im, d->varlib, name);
    if (fd < 0 && d->is_data_named && strcmp(d->data, "/usr/share/asterisk") != 0)
        fd = open_there(im, d->data, name);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* Asterisk's folders count where it is known that they belong to this configuration. */
static int take_all(struct import *im, const char *name, const char *to)
{
    const struct import_dirs *d = &im->dirs;
    const struct copy c = {.im = im, .label = name};
    int err = take_here(&c, name, to);

    if (!err && (d->is_root_known || d->is_varlib_named))
        err = take_there(&c, d->varlib, name, to);
    if (!err && d->is_data_named && strcmp(d->data, d->varlib) != 0 &&
        strcmp(d->data, "/usr/share/asterisk") != 0)
        err = take_there(&c, d->data, name, to);
    return err;
}

int import_sounds(struct import *im)
{
    const struct import_dirs *d = &im->dirs;
    const struct copy programs = {.im = im, .label = "agi-bin", .is_named_only = true};
    int err = 0;

    if (im->args->sounds_dir)
        err = take_all(im, "sounds", im->args->sounds_dir);
    if (!err && im->args->moh_dir)
        err = take_all(im, "moh", im->args->moh_dir);
    if (!err && (d->is_root_known || d->is_varlib_named || d->is_agi_named))
        err = take_there(&programs, d->agi, "", NULL);
    return err;
}
