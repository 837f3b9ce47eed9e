/*
 * role/recordings_orphans.c - files without a row, rows without a file: recording orphans
 *
 * Files that no row names may be what Record or a program has made: they are listed, never touched; those below tmp
 * not even that. What a child that was killed has left (folder_is_temporary) is removed, a row without sound says
 * "lost", when that is asked for. What is made and removed while we look is no fault: each missing file is looked for
 * once more.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/folder.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "role/recordings_inner.h"

enum { FILES_MOST = 1000000, SAID_BYTES = 64 << 20, OLD_S = 3600, PEAKS = 6, CELLS };

struct file {
    struct hash_link link;
    bool has_row, is_left; /* is_left: half of what a child made, an hour ago */
    char name[];
};

struct orphans {
    struct recordings *r;
    struct console *c;
    char folder[512];
    int folder_fd; /* while it looks */
    struct wall now;
    bool repairs;
    struct hash files;
    struct buf said;  /* a line each */
    struct buf gone;  /* uuids of rows, a line each */
    struct buf parts; /* "file=NAME", a line each */
    uint32_t count;
};

static void forget_files(struct orphans *o)
{
    HASH_FOREACH(&o->files, k)
    {
        hash_del(&o->files, k);
        mem_free(CONTAINER_OF(k, struct file, link));
    }
    hash_fini(&o->files);
    hash_init(&o->files);
}

static void orphans_destroy(void *object)
{
    struct orphans *o = object;

    forget_files(o);
    buf_fini(&o->said);
    buf_fini(&o->gone);
    buf_fini(&o->parts);
    mem_deref(o->c);
    mem_deref(o->r);
}

/* ---- on the database's thread ---- */

static int add_file(const char *name, const struct stat *st, void *arg)
{
    struct orphans *o = arg;
    const size_t len = strlen(name);
    struct file *f;
    int err;

    if (strncmp(name, "tmp/", 4) == 0)
        return 0;
    if (o->files.count >= FILES_MOST)
        return E2BIG;
    f = mem_zalloc(sizeof(*f) + len + 1);
    if (!f)
        return ENOMEM;
    memcpy(f->name, name, len);
    f->is_left = folder_is_temporary(name) && st->st_mtime < o->now.us / 1000000 - OLD_S;
    f->has_row = folder_is_temporary(name) && !f->is_left;
    err = hash_add(&o->files, &f->link, hash_slice(slice_from(f->name, len)));
    if (err)
        mem_free(f);
    return err;
}

static struct file *find_file(const struct orphans *o, struct slice name)
{
    struct hash_link *k = hash_first(&o->files, hash_slice(name));

    for (; k; k = hash_next(k))
        if (slice_eqz(name, CONTAINER_OF(k, struct file, link)->name))
            return CONTAINER_OF(k, struct file, link);
    return NULL;
}

/* Behind the walk, before the row was read: a recording may have begun, an MP3 been made. */
static bool is_there(const struct orphans *o, struct slice name)
{
    char path[FOLDER_NAME_MAX + 1];
    int fd = -1;

    if (slice_copy(name, path, sizeof(path)) || folder_file(&fd, o->folder_fd, path) == ENOENT)
        return false;
    if (fd >= 0)
        close(fd);
    return true;
}

/* @return false: it is missing */
static bool check_file(struct orphans *o, struct slice uniqueid, struct slice name)
{
    struct file *f = find_file(o, name);

    if (f)
        f->has_row = true;
    if (f || is_there(o, name))
        return true;
    buf_printf(&o->said, "no-file %.*s  %.*s\n", SLICE_ARG(uniqueid), SLICE_ARG(name));
    o->count++;
    return false;
}

/* A picture can be made again; lost is what has no sound any more. */
static void check_row(struct orphans *o, struct stmt *st)
{
    bool has_sound = false, is_open = slice_eqz(stmt_col(st, 7), "open");

    for (int c = 2; c < CELLS; c++) {
        const struct slice name = stmt_col(st, c);
        struct file *f = is_open && name.len ? find_file(o, name) : NULL;

        if (f)
            f->has_row = true; /* one that begins has its file in a moment */
        if (name.len && !is_open && check_file(o, stmt_col(st, 1), name))
            has_sound = has_sound || c != PEAKS;
    }
    if (has_sound || is_open)
        return;
    buf_adds(&o->gone, stmt_col(st, 0));
    buf_addc(&o->gone, '\n');
}

static int check_rows(struct orphans *o, struct db *d)
{
    static const char sql[] =
        "SELECT uuid, uniqueid, mixed, rx, tx, mp3, peaks, state FROM recording WHERE "
        "state IN ('kept', 'cut', 'open')";
    struct stmt *st;
    bool row = false;
    int err = db_stmt(&st, d, sql);

    while (!err && !(err = stmt_step(st, &row)) && row)
        check_row(o, st);
    return err;
}

static void check_files(struct orphans *o)
{
    HASH_FOREACH(&o->files, k)
    {
        const struct file *f = CONTAINER_OF(k, struct file, link);

        if (f->has_row)
            continue;
        buf_printf(&o->said, "%s %s\n", f->is_left ? "left-over" : "no-row", f->name);
        if (f->is_left)
            buf_printf(&o->parts, "file=%s\n", f->name);
        o->count++;
    }
}

static int look(struct db *d, void *arg)
{
    struct orphans *o = arg;
    int err = folder_open(&o->folder_fd, o->folder);

    forget_files(o);
    buf_reset(&o->said);
    buf_reset(&o->gone);
    buf_reset(&o->parts);
    o->count = 0;
    if (err)
        return err;
    err = folder_walk(o->folder_fd, add_file, o);
    if (!err)
        err = check_rows(o, d);
    close(o->folder_fd);
    if (!err)
        check_files(o);
    return err ? err : buf_err(&o->said);
}

/* ---- on the loop's ---- */

/* Rows that still record are not touched. */
static void repair(struct orphans *o)
{
    static const char sql[] =
        "UPDATE recording SET state = 'lost', error = 'a file of it is not there' "
        "WHERE uuid = ? AND state IN ('kept', 'cut')";
    struct slice rest = buf_slice(&o->gone), parts = buf_slice(&o->parts);

    while (rest.len && slice_is_set(rest)) {
        const struct slice uuid = slice_cut(rest, '\n', &rest);

        if (uuid.len)
            (void)insist_exec(o->r->insist, sql, &uuid, 1, NULL, NULL);
    }
    while (parts.len && slice_is_set(parts)) {
        const struct slice line = slice_cut(parts, '\n', &parts);

        if (line.len)
            (void)jobs_add(o->r->jobs, "expire", SLICE(""), line, NULL, NULL);
    }
}

static void is_looked(int err, void *arg)
{
    struct orphans *o = arg;

    if (err)
        console_printf(o->c, "%s: %s\n", console_say(o->c, "Не проверено", "Not looked at"),
                       err == E2BIG ? console_say(o->c, "больше миллиона файлов в recordings",
                                                  "more than a million files in recordings")
                                    : strerror(err));
    else
        console_write(o->c, buf_slice(&o->said));
    if (!err && o->repairs && !o->r->is_closed)
        repair(o);
    if (!err && !o->count)
        console_printf(o->c, "%s\n",
                       console_say(o->c, "У каждого файла есть строка, у каждой строки файл.",
                                   "Each file has a row, and each row its file."));
    console_finish(o->c, err);
    mem_deref(o);
}

int recordings_orphans(struct recordings *r, struct console *c, bool repairs)
{
    struct orphans *o = mem_alloc(sizeof(*o), orphans_destroy);
    int err;

    if (!o)
        return ENOMEM;
    o->r = mem_ref(r);
    o->now = loop_wall(r->args.loop);
    o->repairs = repairs;
    snprintf(o->folder, sizeof(o->folder), "%s", r->folder);
    hash_init(&o->files);
    buf_init(&o->said, SAID_BYTES);
    buf_init(&o->gone, SAID_BYTES);
    buf_init(&o->parts, SAID_BYTES);
    err = store_read(r->args.store, look, is_looked, o);
    if (err)
        mem_deref(o);
    else
        o->c = mem_ref(c);
    return err;
}
