/* role/sounds.c - see sounds.h: an upload becomes a sound */
#include "role/sounds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/clip.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "media/wav.h"
#include "role/role.h"
#include "role/sounds_inner.h"

_Static_assert(CLIP_SECONDS_MAX * 8000u <= WAV_SAMPLES_MAX, "what is taken can be played");

/* ---- orders ---- */

void order_tell(struct order *o, sounds_h **h, int err, struct slice text)
{
    sounds_h *call = *h;

    *h = NULL;
    if (call)
        call(&(struct sounds_answer){.err = err, .uuid = o->uuid, .text = text}, o->arg);
}

static void order_destroy(void *object)
{
    struct order *o = object;

    if (o->taken)
        order_tell(o, &o->taken, ECANCELED, SLICE(""));
    else
        order_tell(o, &o->ended, ECANCELED, SLICE(""));
    buf_fini(&o->text);
    mem_deref(o->s);
}

struct order *order_make(struct sounds *s, sounds_h *taken, sounds_h *ended, void *arg)
{
    struct order *o = mem_alloc(sizeof(*o), order_destroy);

    if (!o)
        return NULL;
    o->s = mem_ref(s);
    o->taken = taken;
    o->ended = ended;
    o->arg = arg;
    buf_init(&o->text, 65536);
    return o;
}

void order_put_path(const struct order *o, struct buf *out)
{
    if (*o->folder)
        buf_printf(out, "%s/", o->folder);
    buf_addz(out, o->name);
}

/* Its row says how it ended. */
static void is_written(int err, void *arg)
{
    struct order *o = arg;

    order_tell(o, &o->ended, o->err, buf_slice(&o->text));
    mem_deref(o);
}

static void job_is_over(const struct job_end *e, void *arg)
{
    struct order *o = arg;

    o->err = e->is_done ? 0 : slice_is_set(e->kind) ? EIO : ECANCELED;
    buf_reset(&o->text);
    buf_adds(&o->text, e->text);
    if (o->err == ECANCELED || store_flush(o->s->args.store, is_written, o))
        is_written(0, o);
}

void order_queue(struct order *o, const char *kind, struct slice words)
{
    int err = jobs_add(o->s->args.jobs, kind, slice_of(o->uuid), words, job_is_over, o);

    if (!err)
        return; /* the reference is the watch's */
    log_error("a sound waits for its job until the next start name=\"%s\" err=\"%s\"", o->name,
              strerror(err));
    order_tell(o, &o->ended, err, SLICE(""));
    mem_deref(o);
}

/* ---- an upload: on the database's thread ---- */

/* Another one of that name, or a file that nobody here has made. A failed first try is nobody's. */
static int look_for_other(struct order *o, struct db *d)
{
    static const char sql[] = "SELECT uuid, state, bytes FROM sound WHERE folder = ? AND name = ?";
    struct stmt *st;
    bool row = false;
    int err = db_stmt(&st, d, sql);

    o->uuid[0] = '\0';
    if (!err)
        err = stmt_text(st, 1, slice_of(o->folder));
    if (!err)
        err = stmt_text(st, 2, slice_of(o->name));
    if (!err)
        err = stmt_step(st, &row);
    if (err)
        return err;
    if (row) {
        slice_copy(stmt_col(st, 0), o->uuid, sizeof(o->uuid));
        o->err = slice_eqz(stmt_col(st, 1), "failed") && !stmt_col_int(st, 2) ? 0 : EEXIST;
    } else {
        o->err = access(o->file, F_OK) == 0 ? EEXIST : 0;
    }
    stmt_reset(st);
    if (o->is_forced)
        o->err = 0;
    return 0;
}

static int run_texts(struct db *d, const char *sql, const struct slice *values, int count)
{
    struct stmt *st;
    int err = db_stmt(&st, d, sql);

    for (int i = 0; !err && i < count; i++)
        err = slice_is_set(values[i]) ? stmt_text(st, i + 1, values[i]) : stmt_null(st, i + 1);
    return err ? err : stmt_run(st);
}

static int put_row(struct order *o, struct db *d)
{
    static const char make[] =
        "INSERT INTO sound (original, level, description, group_uuid, folder, name, created, uuid, state) VALUES "
        "(?, ?, ?, ?, ?, ?, ?, ?, 'waiting')";
    static const char change[] =
        "UPDATE sound SET original = ?, level = ?, description = ?, "
        "group_uuid = ?, state = 'waiting', error = '' WHERE folder = ? AND name = ?";
    const bool is_new = !o->uuid[0];
    struct slice values[8] = {slice_of(o->original),    slice_of(o->level),
                              slice_of(o->description), *o->group ? slice_of(o->group) : SLICE_NONE,
                              slice_of(o->folder),      slice_of(o->name),
                              slice_of(o->now)};

    if (is_new)
        rand_uuid(o->uuid);
    values[7] = slice_of(o->uuid);
    return run_texts(d, is_new ? make : change, values, is_new ? 8 : 6);
}

static int take(struct db *d, void *arg)
{
    struct order *o = arg;
    int err = look_for_other(o, d);

    return err || o->err ? err : put_row(o, d);
}

/* ---- on the loop's ---- */

static void queue_upload(struct order *o)
{
    struct buf words, to;

    buf_init(&words, JOBS_WORDS_MAX);
    buf_init(&to, 1024);
    order_put_path(o, &to);
    jobs_word(&words, "to", buf_z(&to));
    jobs_word(&words, "upload", o->upload);
    jobs_word(&words, "original", o->original);
    jobs_word(&words, "level", o->level);
    order_queue(o, SOUNDS_JOB_MAKE, buf_slice(&words));
    buf_fini(&words);
    buf_fini(&to);
}

static void drop_upload(const struct order *o)
{
    char path[1024];

    if (snprintf(path, sizeof(path), "%s/%s/%s", o->s->state, ROLE_UPLOADS_DIR, o->upload) <
        (int)sizeof(path))
        (void)unlink(path);
}

static void is_taken(int err, void *arg)
{
    struct order *o = arg;

    err = err ? err : o->err;
    if (err)
        o->ended = NULL;
    order_tell(o, &o->taken, err, SLICE(""));
    if (!err) {
        queue_upload(o);
        return;
    }
    drop_upload(o);
    mem_deref(o);
}

/* A file in the folder of uploads itself. */
static bool is_upload(const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

    return *name && *name != '.' && strlen(name) <= SOUNDS_UPLOAD_MAX && !name[strspn(name, plain)];
}

static bool is_level(const char *word)
{
    return strcmp(word, "keep") == 0 || strcmp(word, "peak") == 0 || strcmp(word, "loud") == 0;
}

static void fill(struct order *o, const struct sounds_new *n)
{
    o->is_forced = n->replaces;
    snprintf(o->upload, sizeof(o->upload), "%s", n->upload);
    snprintf(o->name, sizeof(o->name), "%s", n->name);
    snprintf(o->folder, sizeof(o->folder), "%s", n->folder);
    snprintf(o->original, sizeof(o->original), "%s", n->original);
    snprintf(o->description, sizeof(o->description), "%s", n->description);
    snprintf(o->group, sizeof(o->group), "%s", n->group_uuid);
    snprintf(o->level, sizeof(o->level), "%s", n->level);
    wall_local(loop_wall(o->s->args.loop), o->now);
    snprintf(o->file, sizeof(o->file), "%s/%s/%s%s%s.wav", o->s->state, ROLE_SOUNDS_DIR, o->folder,
             *o->folder ? "/" : "", o->name);
}

int sounds_add(struct sounds *s, const struct sounds_new *n, sounds_h *taken, sounds_h *ended,
               void *arg)
{
    struct order *o;
    int err;

    if (!is_upload(n->upload) || !is_level(n->level) || sounds_name_why(n->folder, n->name, false))
        return EINVAL;
    o = order_make(s, NULL, NULL, arg);
    if (!o)
        return ENOMEM;
    fill(o, n);
    err = store_change(s->args.store, take, is_taken, o);
    if (err) {
        mem_deref(o);
        return err;
    }
    o->taken = taken;
    o->ended = ended;
    return 0;
}

int sounds_progress(const struct sounds *s, struct slice uuid)
{
    return jobs_progress_of(s->args.jobs, SOUNDS_JOB_MAKE, uuid);
}

/* ---- what has come of a job ---- */

static void write_row(struct sounds *s, const char *sql, const struct slice *values, size_t count)
{
    (void)insist_exec(s->args.insist, sql, values, count, NULL, NULL); /* said there */
}

static void is_made(struct sounds *s, const struct job_end *e)
{
    static const char sql[] =
        "UPDATE sound SET state = 'ready', error = '', ms = ?, bytes = ?, sha256 = ?, source = COALESCE(?, source), "
        "wide = COALESCE(?, wide), changed = ? WHERE uuid = ?";
    char now[WALL_TEXT];
    const struct slice values[] = {jobs_value(e->text, "ms"),
                                   jobs_value(e->text, "bytes"),
                                   jobs_value(e->text, "sha256"),
                                   jobs_value(e->text, "source"),
                                   jobs_value(e->text, "wide"),
                                   slice_of(wall_local(loop_wall(s->args.loop), now)),
                                   e->subject};

    write_row(s, sql, values, 7);
    log_notice("sound ready name=\"%.*s\" ms=%.*s source=\"%.*s\"",
               SLICE_ARG(jobs_value(e->words, "to")), SLICE_ARG(values[0]), SLICE_ARG(values[3]));
}

/* What was there before is there still. */
static void has_failed(struct sounds *s, const struct job_end *e)
{
    static const char sql[] =
        "UPDATE sound SET state = CASE WHEN bytes > 0 THEN 'ready' ELSE 'failed' END, error = ? "
        "WHERE uuid = ?";
    const struct slice values[] = {e->text, e->subject};

    write_row(s, sql, values, 2);
}

static void make_ended(const struct job_end *e, void *arg)
{
    struct sounds *s = arg;

    if (!e->is_done) {
        has_failed(s, e);
        return;
    }
    is_made(s, e);
    s->args.changed(s->args.arg);
}

static void remove_ended(const struct job_end *e, void *arg)
{
    static const char sql[] = "DELETE FROM sound WHERE uuid = ? AND state = 'removing'";
    struct sounds *s = arg;

    if (!e->is_done) {
        has_failed(s, e);
        return;
    }
    write_row(s, sql, &e->subject, 1);
    s->args.changed(s->args.arg);
}

/* ---- birth and end ---- */

/* An order whose job never got into the database. */
static int look_back(struct sounds *s)
{
    static const char sql[] =
        "UPDATE sound SET state = CASE WHEN bytes > 0 THEN 'ready' ELSE 'failed' END, error = '" SOUNDS_INTERRUPTED
        "' WHERE state IN ('waiting', 'removing') AND NOT EXISTS (SELECT 1 FROM job WHERE job.subject = sound.uuid "
        "AND job.state IN ('waiting', 'running'))";

    return insist_exec(s->args.insist, sql, NULL, 0, NULL, NULL);
}

int sounds_alloc(struct sounds **sp, const struct sounds_args *args)
{
    struct sounds *s = mem_alloc(sizeof(*s), NULL);
    int err;

    if (!s)
        return ENOMEM;
    s->args = *args;
    err = slice_copy(slice_of(args->state_dir), s->state, sizeof(s->state)) ? ENAMETOOLONG : 0;
    if (!err)
        err = jobs_place(args->jobs, SOUNDS_JOB_MAKE, "@sound", s->state, make_ended, s);
    if (!err)
        err = jobs_place(args->jobs, SOUNDS_JOB_REMOVE, "@sound", s->state, remove_ended, s);
    if (!err)
        err = sounds_music_place(s);
    if (!err)
        err = look_back(s);
    if (err)
        mem_deref(s);
    else
        *sp = s;
    return err;
}
