/* rest/revision.c - see revision.h */
#include "rest/revision.h"

#include <errno.h>
#include <string.h>

#include "rest/value.h"

#define ROW_MAX (1u << 20)

/* ---- writing ---- */

static void put_row(const struct object_row *row, struct buf *out)
{
    const struct model_field *f = row ? rest_type_model(row->type)->fields : NULL;
    struct jout j;

    jout_init(&j, out);
    jout_open(&j, '{');
    for (size_t i = 0; f && f[i].column; i++)
        if (slice_is_set(row->v[i]))
            jout_put_text(&j, f[i].column, row->v[i]);
    jout_close(&j, '}');
}

static struct slice or_none(const struct object_row *row, const struct buf *b)
{
    return row ? buf_slice(b) : SLICE_NONE;
}

int revision_add(struct db *d, const struct rest_call *c, const char *action,
                 const struct object_row *before, const struct object_row *after, int64_t *id)
{
    const struct object_row *row = after ? after : before;
    const char *name = row->type->name;
    const struct model_type *t = rest_type_model(row->type);
    struct buf old, new;
    struct stmt *s;
    int err;

    buf_init(&old, ROW_MAX);
    buf_init(&new, ROW_MAX);
    put_row(before, &old);
    put_row(after, &new);
    err = buf_err(&old) ? buf_err(&old) : buf_err(&new);
    if (!err)
        err = db_stmt(
            &s, d,
            "INSERT INTO revision (at, user, peer, type, uuid, name, action, \"before\", \"after\", part_of) VALUES "
            "(?9,?1,?2,?3,?4,?5,?6,?7,?8,?10)");
    if (!err) {
        stmt_text(s, 1, slice_of(c->who.name));
        stmt_text(s, 2, slice_of(c->peer));
        stmt_text(s, 3, slice_of(name));
        stmt_text(s, 4, row->type->is_single ? slice_of(name) : object_value(row, row->type->key));
        stmt_text(s, 5, row->type->is_single ? slice_of(name) : object_value(row, t->id));
        stmt_text(s, 6, slice_of(action));
        stmt_text(s, 7, or_none(before, &old));
        stmt_text(s, 8, or_none(after, &new));
        stmt_int(s, 9, c->at);
        stmt_int(s, 10, c->part_of);
        err = stmt_run(s);
    }
    if (!err && id)
        *id = db_last_id(d);
    buf_fini(&old);
    buf_fini(&new);
    return err;
}

/* ---- reading ---- */

static bool is_secret(const struct model_type *t, const char *column)
{
    const struct model_field *f = t ? model_field_find(t, slice_of(column)) : NULL;

    return !f || model_field_is_secret(f);
}

static struct slice text_of(const json_t *row, const char *column)
{
    const json_t *v = json_object_get(row, column);

    return v ? slice_from(json_string_value(v), json_string_length(v)) : SLICE_NONE;
}

static void put_side(struct jout *j, const char *name, struct slice v, bool is_secret)
{
    jout_put_text(j, name, is_secret && v.len ? SLICE(REST_HIDDEN) : v);
}

static void put_change(struct jout *j, const struct model_type *t, const char *column,
                       const json_t *before, const json_t *after)
{
    const struct slice old = text_of(before, column), new = text_of(after, column);

    if (slice_is_set(old) == slice_is_set(new) && slice_eq(old, new))
        return;
    jout_open(j, '{');
    jout_put_textz(j, "field", column);
    put_side(j, "before", old, is_secret(t, column));
    put_side(j, "after", new, is_secret(t, column));
    jout_close(j, '}');
}

static json_t *load(struct slice text)
{
    return text.len ? json_loadb(text.p, text.len, 0, NULL) : NULL;
}

static void put_changes(struct jout *j, struct slice type, struct slice before, struct slice after)
{
    const struct model_type *t = model_type_find(type);
    json_t *old = load(before), *new = load(after);
    const char *column;
    json_t *v;

    jout_key(j, "changes");
    jout_open(j, '[');
    json_object_foreach(old, column, v) put_change(j, t, column, old, new);
    json_object_foreach(new, column, v) if (!json_object_get(old, column))
        put_change(j, t, column, old, new);
    jout_close(j, ']');
    json_decref(old);
    json_decref(new);
}

static void put_item(struct jout *j, struct stmt *s)
{
    static const char *const names[] = {"user", "peer", "type", "uuid", "name", "action"};

    jout_open(j, '{');
    jout_put_int(j, "id", stmt_col_int(s, 0));
    jout_put_int(j, "at", stmt_col_int(s, 1));
    for (int i = 0; i < 6; i++)
        jout_put_text(j, names[i], stmt_col(s, i + 2));
    put_changes(j, stmt_col(s, 4), stmt_col(s, 8), stmt_col(s, 9));
    jout_close(j, '}');
}

#define SELECT                                                                                     \
    "SELECT id, at, user, peer, type, uuid, name, action, \"before\", \"after\" FROM revision "

int revision_list(struct db *d, struct slice type, struct slice uuid, int64_t before,
                  uint32_t limit, struct jout *j)
{
    struct stmt *s;
    int64_t last = 0;
    uint32_t count = 0;
    bool row = true;
    int err = db_stmt(
        &s, d,
        SELECT
        "WHERE (?1 IS NULL OR (type = ?1 AND uuid = ?2)) AND id < ?3 ORDER BY id DESC LIMIT ?4");

    if (err)
        return err;
    stmt_text(s, 1, type);
    stmt_text(s, 2, uuid);
    stmt_int(s, 3, before ? before : INT64_MAX);
    stmt_int(s, 4, limit);
    jout_open(j, '{');
    jout_key(j, "items");
    jout_open(j, '[');
    for (err = stmt_step(s, &row); !err && row; err = stmt_step(s, &row)) {
        last = stmt_col_int(s, 0);
        count++;
        put_item(j, s);
    }
    jout_close(j, ']');
    jout_key(j, "next");
    if (count == limit)
        jout_int(j, last);
    else
        jout_null(j);
    jout_close(j, '}');
    return err;
}

static int take_side(const struct rest_type *t, struct slice text, struct arena *a,
                     struct object_row *row, bool *has)
{
    const struct model_field *f = rest_type_model(t)->fields;
    json_t *old = load(text);
    int err = 0;

    *has = old != NULL;
    *row = (struct object_row){.type = t};
    for (size_t i = 0; old && !err && f[i].column; i++) {
        const struct slice v = text_of(old, f[i].column);
        char *copy = slice_is_set(v) ? arena_strndup(a, v.p, v.len) : NULL;

        if (slice_is_set(v) && !copy)
            err = ENOMEM;
        else if (copy)
            row->v[i] = slice_from(copy, v.len);
    }
    json_decref(old);
    return err;
}

int revision_read(struct db *d, int64_t id, struct arena *a, struct object_row *before,
                  bool *has_before, struct object_row *after, bool *has_after)
{
    const struct rest_type *t;
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, d, SELECT "WHERE id = ?1");

    if (err)
        return err;
    stmt_int(s, 1, id);
    err = stmt_step(s, &row);
    t = !err && row ? rest_type_find(stmt_col(s, 4)) : NULL;
    if (!err && !t)
        err = ENOENT;
    if (!err)
        err = take_side(t, stmt_col(s, 8), a, before, has_before);
    if (!err)
        err = take_side(t, stmt_col(s, 9), a, after, has_after);
    stmt_reset(s);
    return err;
}

int revision_group(struct db *d, int64_t id, int64_t *ids, uint32_t most, uint32_t *count)
{
    struct stmt *s;
    bool row = true;
    int err =
        db_stmt(&s, d, "SELECT id FROM revision WHERE id = ?1 OR part_of = ?1 ORDER BY id DESC");

    *count = 0;
    if (err)
        return err;
    stmt_int(s, 1, id);
    for (err = stmt_step(s, &row); !err && row && *count < most; err = stmt_step(s, &row))
        ids[(*count)++] = stmt_col_int(s, 0);
    stmt_reset(s);
    if (!err && row)
        err = E2BIG;
    return err ? err : *count ? 0 : ENOENT;
}
