/* role/sounds_remove.c - a sound is removed, unless a routing plays it (sounds.h) */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "role/sounds_inner.h"

struct removal {
    struct order *o; /* a reference */
    char which[SOUNDS_FOLDER_MAX + SOUNDS_NAME_MAX + 2];
    uint32_t steps;
};

static void removal_destroy(void *object)
{
    struct removal *r = object;

    mem_deref(r->o);
}

/* ---- who names it ---- */

static void put_step(struct removal *r, struct stmt *st)
{
    struct order *o = r->o;

    if (!sounds_is_named(stmt_col(st, 4), slice_of(o->folder), slice_of(o->name)))
        return;
    if (r->steps++ < SOUNDS_STEPS)
        buf_printf(&o->text, "%.*s,%.*s,%.*s %.*s(%.*s)\n", SLICE_ARG(stmt_col(st, 0)),
                   SLICE_ARG(stmt_col(st, 1)), SLICE_ARG(stmt_col(st, 2)),
                   SLICE_ARG(stmt_col(st, 3)), SLICE_ARG(stmt_col(st, 4)));
}

static int find_steps(struct removal *r, struct db *d, const char *sql)
{
    char like[SOUNDS_NAME_MAX + 3];
    struct stmt *st;
    bool row = false;
    int err = db_stmt(&st, d, sql);

    snprintf(like, sizeof(like), "%%%s%%", r->o->name);
    if (!err)
        err = stmt_text(st, 1, slice_of(like));
    while (!err && !(err = stmt_step(st, &row)) && row)
        put_step(r, st);
    return err;
}

/* ---- on the database's thread ---- */

/* @return 0, also when there is none (order's err) */
static int find_row(struct removal *r, struct db *d)
{
    static const char sql[] = "SELECT uuid, folder, name FROM sound WHERE uuid = ? OR (folder = '' "
                              "AND name = ?) OR (folder = ? AND name = ?) ORDER BY folder LIMIT 1";
    struct slice rest = SLICE(""), whole = slice_of(r->which);
    const struct slice first = slice_cut(whole, '/', &rest);
    const struct slice values[] = {whole, whole, first, slice_is_set(rest) ? rest : SLICE("")};
    struct order *o = r->o;
    struct stmt *st;
    bool row = false;
    int err = db_stmt(&st, d, sql);

    for (int i = 0; !err && i < 4; i++)
        err = stmt_text(st, i + 1, values[i]);
    if (!err)
        err = stmt_step(st, &row);
    if (err)
        return err;
    o->err = row ? 0 : ENOENT;
    if (!row)
        return 0;
    slice_copy(stmt_col(st, 0), o->uuid, sizeof(o->uuid));
    slice_copy(stmt_col(st, 1), o->folder, sizeof(o->folder));
    slice_copy(stmt_col(st, 2), o->name, sizeof(o->name));
    return stmt_reset(st), 0;
}

static int mark_row(const struct order *o, struct db *d)
{
    struct stmt *st;
    int err = db_stmt(&st, d, "UPDATE sound SET state = 'removing' WHERE uuid = ?");

    if (!err)
        err = stmt_text(st, 1, slice_of(o->uuid));
    return err ? err : stmt_run(st);
}

static int look(struct db *d, void *arg)
{
    static const char steps[] =
        "SELECT context, exten, priority, app, appdata FROM "
        "realtime_extensions WHERE appdata LIKE ? ORDER BY context, exten, priority";
    static const char globals[] =
        "SELECT 'extensions.conf', category, var_metric, var_name, var_val "
        "FROM static_extensions WHERE var_val LIKE ? ORDER BY category, var_metric";
    struct removal *r = arg;
    struct order *o = r->o;
    int err;

    buf_reset(&o->text);
    r->steps = 0;
    err = find_row(r, d);
    if (err || o->err)
        return err;
    err = find_steps(r, d, steps);
    if (!err)
        err = find_steps(r, d, globals);
    if (!err && r->steps && !o->is_forced)
        o->err = EBUSY;
    return err || o->err ? err : mark_row(o, d);
}

/* ---- on the loop's ---- */

static void is_looked(int err, void *arg)
{
    struct removal *r = arg;
    struct order *o = mem_ref(r->o);
    struct buf words, to;

    mem_deref(r);
    err = err ? err : o->err;
    if (err) {
        order_tell(o, &o->ended, err, buf_slice(&o->text));
        mem_deref(o);
        return;
    }
    buf_init(&words, JOBS_WORDS_MAX);
    buf_init(&to, 1024);
    order_put_path(o, &to);
    jobs_word(&words, "to", buf_z(&to));
    order_queue(o, SOUNDS_JOB_REMOVE, buf_slice(&words));
    buf_fini(&words);
    buf_fini(&to);
}

int sounds_remove(struct sounds *s, struct slice which, bool even_if_named, sounds_h *ended,
                  void *arg)
{
    struct removal *r = mem_alloc(sizeof(*r), removal_destroy);
    int err;

    if (!r)
        return ENOMEM;
    r->o = order_make(s, NULL, NULL, arg);
    err = r->o ? 0 : ENOMEM;
    if (!err && slice_copy(which, r->which, sizeof(r->which)))
        r->which[0] = '\0'; /* longer than any: there is none */
    if (!err) {
        r->o->is_forced = even_if_named;
        err = store_change(s->args.store, look, is_looked, r);
    }
    if (err)
        mem_deref(r);
    else
        r->o->ended = ended;
    return err;
}
