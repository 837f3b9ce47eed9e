/* role/engine_orders.c - see engine_orders.h */
#include "role/engine_orders.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "call/recording_job.h"
#include "role/engine_inner.h"
#include "role/recordings_inner.h"
#include "role/sounds.h"

struct ordered {
    struct recordings *recordings;
    manager_order_h *done;
    void *arg;
};

static struct ordered *ordered_make(manager_order_h *done, void *arg)
{
    struct ordered *o = mem_zalloc(sizeof(*o));

    if (o) {
        o->done = done;
        o->arg = arg;
    }
    return o;
}

static void tell(struct ordered *o, int err, const char *uuid, const char *why)
{
    o->done(err, uuid, why, o->arg);
    mem_free(o);
}

/* ---- an MP3 ---- */

static int convert_row(struct ordered *o, const struct store_rows *rows)
{
    char *texts[RECORDING_CELLS] = {0};
    int err = rows->count ? 0 : ENOENT;

    for (int i = 0; i < RECORDING_CELLS && !err; i++) {
        texts[i] = slice_dup(rows->cells[i].p ? rows->cells[i] : SLICE(""));
        err = texts[i] ? 0 : ENOMEM;
    }
    /* asked for twice, it is made once */
    if (!err && jobs_progress_of(recordings_jobs(o->recordings), "convert", rows->cells[1]) < 0)
        err = recordings_convert(o->recordings,
                                 &(struct recording_row){texts[0], texts[1], texts[2], texts[3],
                                                         texts[4], texts[5], texts[6], texts[7],
                                                         texts[8], texts[9]},
                                 RECORDING_JOB_AS_IS, NULL, NULL);
    for (int i = 0; i < RECORDING_CELLS; i++)
        mem_free(texts[i]);
    return err;
}

static void has_row(int err, const struct store_rows *rows, void *arg)
{
    struct ordered *o = arg;

    tell(o, err ? err : convert_row(o, rows), "", "");
}

int engine_order_convert(struct slice recording, manager_order_h *done, void *done_arg, void *arg)
{
    static const char sql[] =
        "SELECT " RECORDING_ROW " FROM recording WHERE uuid = ? AND state IN ('kept', 'cut')";
    struct engine *e = arg;
    struct ordered *o = ordered_make(done, done_arg);
    int err;

    if (!o)
        return ENOMEM;
    o->recordings = e->recordings;
    err = store_query(e->store, sql, &recording, 1, has_row, o);
    if (err)
        mem_free(o);
    return err;
}

/* ---- a sound ---- */

static void is_taken(const struct sounds_answer *a, void *arg)
{
    char why[400] = "";

    slice_copy(a->text, why, sizeof(why));
    tell(arg, a->err, a->uuid, a->err == EEXIST ? "exists" : why);
}

enum { UPLOAD, NAME, FOLDER, ORIGINAL, DESCRIPTION, GROUP, TEXTS };

static int add(struct engine *e, char *const *texts, bool replaces, struct ordered *o)
{
    if (sounds_name_why(texts[FOLDER], texts[NAME], false))
        return EINVAL;
    return sounds_add(e->sounds,
                      &(struct sounds_new){.upload = texts[UPLOAD],
                                           .name = texts[NAME],
                                           .folder = texts[FOLDER],
                                           .original = texts[ORIGINAL],
                                           .description = texts[DESCRIPTION],
                                           .group_uuid = texts[GROUP],
                                           .level = "keep",
                                           .replaces = replaces},
                      is_taken, NULL, o);
}

int engine_order_sound(const struct manager_sound *n, manager_order_h *done, void *done_arg,
                       void *arg)
{
    const struct slice given[TEXTS] = {n->upload,   n->name,        n->folder,
                                       n->original, n->description, n->group};
    struct ordered *o = ordered_make(done, done_arg);
    char *texts[TEXTS] = {0};
    int err = o ? 0 : ENOMEM;

    for (int i = 0; i < TEXTS && !err; i++) {
        texts[i] = slice_dup(given[i].p ? given[i] : SLICE(""));
        err = texts[i] ? 0 : ENOMEM;
    }
    if (!err)
        err = add(arg, texts, n->replaces, o);
    if (err)
        mem_free(o);
    for (int i = 0; i < TEXTS; i++)
        mem_free(texts[i]);
    return err;
}

static void is_removed(const struct sounds_answer *a, void *arg)
{
    tell(arg, a->err, a->uuid, a->err == EBUSY ? "in-use" : "");
}

int engine_order_sound_remove(struct slice uuid, bool is_forced, manager_order_h *done,
                              void *done_arg, void *arg)
{
    struct engine *e = arg;
    struct ordered *o = ordered_make(done, done_arg);
    const int err = o ? sounds_remove(e->sounds, uuid, is_forced, is_removed, o) : ENOMEM;

    if (err)
        mem_free(o);
    return err;
}

/* ---- music on hold ---- */

static void is_over(const struct sounds_answer *a, void *arg)
{
    char why[400] = "";

    slice_copy(a->text, why, sizeof(why));
    tell(arg, a->err, "", why);
}

enum { PIECE_UPLOAD, PIECE_DIRECTORY, PIECE_NAME, PIECE_ORIGINAL, PIECE_TEXTS };

int engine_order_music(const struct manager_music *m, manager_order_h *done, void *done_arg,
                       void *arg)
{
    const struct slice given[PIECE_TEXTS] = {m->upload, m->directory, m->name, m->original};
    struct engine *e = arg;
    struct ordered *o = ordered_make(done, done_arg);
    char *texts[PIECE_TEXTS] = {0};
    int err = o ? 0 : ENOMEM;

    for (int i = 0; i < PIECE_TEXTS && !err; i++) {
        texts[i] = slice_dup(given[i].p ? given[i] : SLICE(""));
        err = texts[i] ? 0 : ENOMEM;
    }
    if (!err)
        err = sounds_music(e->sounds,
                           &(struct sounds_piece){texts[PIECE_UPLOAD], texts[PIECE_DIRECTORY],
                                                  texts[PIECE_NAME], texts[PIECE_ORIGINAL]},
                           is_over, o);
    if (err)
        mem_free(o);
    for (int i = 0; i < PIECE_TEXTS; i++)
        mem_free(texts[i]);
    return err;
}
