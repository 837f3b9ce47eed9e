/* rest/object.c - see object.h */
#include "rest/object.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/utf8.h"
#include "rest/value.h"

#define SQL_MAX (64u << 10)
#define CURSOR_MAX 8192

static const struct model_field *fields_of(const struct rest_type *t)
{
    return rest_type_model(t)->fields;
}

static size_t index_of(const struct rest_type *t, const char *column)
{
    const struct model_field *first = fields_of(t);

    for (const struct model_field *f = first; f->column; f++)
        if (strcmp(f->column, column) == 0)
            return (size_t)(f - first);
    return OBJECT_FIELDS - 1;
}

struct slice object_value(const struct object_row *row, const char *column)
{
    return row->v[index_of(row->type, column)];
}

/* ---- reading ---- */

static void put_columns(const struct rest_type *t, struct buf *sql)
{
    const char *gap = "";

    for (const struct model_field *f = fields_of(t); f->column; f++) {
        buf_printf(sql, "%s\"%s\"", gap, f->column);
        gap = ",";
    }
    buf_printf(sql, " FROM \"%s\"", rest_type_model(t)->table);
}

static int keep(struct arena *a, struct slice v, struct slice *out)
{
    char *copy = slice_is_set(v) ? arena_strndup(a, v.p, v.len) : NULL;

    if (slice_is_set(v) && !copy)
        return ENOMEM;
    *out = slice_from(copy, v.len);
    return 0;
}

static int take_row(struct stmt *s, const struct rest_type *t, struct arena *a,
                    struct object_row *row)
{
    const int count = stmt_cols(s);
    int err = 0;

    *row = (struct object_row){.type = t};
    for (int i = 0; !err && i < count && i < OBJECT_FIELDS; i++)
        err = keep(a, stmt_col(s, i), &row->v[i]);
    return err;
}

int object_read(struct db *d, const struct rest_type *t, struct slice key, struct arena *a,
                struct object_row *row)
{
    struct stmt *s = NULL;
    struct buf sql;
    bool found = false;
    int err;

    buf_init(&sql, SQL_MAX);
    buf_addz(&sql, "SELECT ");
    put_columns(t, &sql);
    buf_printf(&sql, " WHERE \"%s\" = ?", t->key);
    err = buf_err(&sql);
    if (!err)
        err = db_stmt(&s, d, buf_z(&sql));
    if (!err)
        err = stmt_text(s, 1, key);
    if (!err)
        err = stmt_step(s, &found);
    if (!err)
        err = found ? take_row(s, t, a, row) : ENOENT;
    if (s)
        stmt_reset(s);
    buf_fini(&sql);
    return err;
}

bool object_is_for(const struct object_row *row, const struct rest_user *who)
{
    const struct slice group = object_value(row, "group_uuid");

    if (who->has_all || row->type->is_common)
        return true;
    for (uint32_t i = 0; i < who->group_count; i++)
        if (slice_eqz(group, who->groups[i]))
            return true;
    return false;
}

void object_put(struct jout *j, const struct object_row *row, const char *columns)
{
    const struct model_field *f = fields_of(row->type);

    jout_open(j, '{');
    for (size_t i = 0; f[i].column; i++) {
        if (!rest_field_is_shown(&f[i]) ||
            (columns && !rest_is_listed(columns, slice_of(f[i].column)) &&
             strcmp(f[i].column, row->type->key) != 0))
            continue;
        jout_key(j, f[i].column);
        rest_value_put(j, &f[i], row->v[i]);
    }
    jout_close(j, '}');
}

void object_tag(const struct object_row *row, char tag[OBJECT_TAG])
{
    unsigned char sum[(OBJECT_TAG - 1) / 2];
    crypto_generichash_state state;
    const struct model_field *f = fields_of(row->type);

    crypto_generichash_init(&state, NULL, 0, sizeof(sum));
    for (size_t i = 0; f[i].column; i++) {
        const struct slice v = row->v[i];
        const uint64_t len = slice_is_set(v) ? v.len : UINT64_MAX;

        crypto_generichash_update(&state, (const unsigned char *)&len, sizeof(len));
        if (v.len)
            crypto_generichash_update(&state, (const unsigned char *)v.p, v.len);
    }
    crypto_generichash_final(&state, sum, sizeof(sum));
    hex_print(sum, sizeof(sum), tag);
}

bool object_is_expected(const struct object_row *row, const struct http_request *r)
{
    struct slice wanted = slice_trim(http_request_header(r, "If-Match"));
    char tag[OBJECT_TAG];

    if (!wanted.len || slice_eqz(wanted, "*"))
        return true;
    if (slice_starts(wanted, SLICE("W/")))
        wanted = slice_skip(wanted, 2);
    object_tag(row, tag);
    return wanted.len == sizeof(tag) + 1 && memcmp(wanted.p + 1, tag, sizeof(tag) - 1) == 0;
}

/* ---- a patch ---- */

static const struct model_words unknown = {"Такого поля нет.", "There is no such field."};
static const struct model_words fixed = {"Это поле пишет станция.",
                                         "The station writes this field."};
static const struct model_words wanted = {"Без этого поля записи не бывает.",
                                          "This field must have a value."};
static const struct model_words no_text = {"Недопустимые байты или слишком длинно.",
                                           "Bytes that are not allowed, or too long."};
enum { VALUE_MAX = 60000 };

static int tell(struct rest_call *c, const char *column, const struct model_words *w)
{
    char pointer[120];

    snprintf(pointer, sizeof(pointer), "/%s", column);
    return rest_wrong(c, pointer, w);
}

static int tell_allowed(struct rest_call *c, const struct model_field *f)
{
    char pointer[120];
    struct buf words;
    int kind;

    buf_init(&words, 4000);
    buf_addz(&words, c->is_ru ? "Допустимо: " : "Allowed: ");
    model_field_allowed(f, c->is_ru ? "ru" : "en", &words);
    snprintf(pointer, sizeof(pointer), "/%s", f->column);
    kind = rest_wrong_text(c, pointer, buf_z(&words));
    buf_fini(&words);
    return kind;
}

/* One line, unless the field is one of several. */
static bool is_clean(const struct model_field *f, struct slice v)
{
    const bool has_lines = f->gap == '\n' || f->kind == MODEL_VARS || f->kind == MODEL_RULES;

    for (size_t i = 0; i < v.len; i++)
        if ((unsigned char)v.p[i] < ' ' && v.p[i] != '\t' && !(has_lines && v.p[i] == '\n'))
            return false;
    return v.len <= VALUE_MAX && utf8_is_valid(v);
}

/* What "not set" is in that column. */
static struct slice blank_of(const struct model_field *f)
{
    const char *sql = f->sql ? f->sql : "";

    if (!strstr(sql, "NOT NULL"))
        return SLICE_NONE;
    if (f->def)
        return slice_of(f->def);
    return strstr(sql, "DEFAULT 0") ? SLICE("0") : SLICE("");
}

static int patch_value(struct rest_call *c, struct object_row *row, const struct model_field *f,
                       size_t i, const json_t *v)
{
    struct buf text;
    struct slice value;
    int err;

    if (model_field_is_secret(f) && json_is_string(v) &&
        strcmp(json_string_value(v), REST_HIDDEN) == 0)
        return 0;
    buf_init(&text, VALUE_MAX + 1);
    err = rest_value_text(f, v, &text);
    value = buf_slice(&text);
    if (err == EINVAL)
        err = tell_allowed(c, f);
    else if (err == ENOSPC || (!err && !is_clean(f, value)))
        err = tell(c, f->column, &no_text);
    else if (!err && value.len && model_field_set(f, NULL, value, NULL) == EINVAL)
        err = tell_allowed(c, f);
    else if (!err && value.len)
        err = keep(&c->arena, value, &row->v[i]);
    else if (!err)
        row->v[i] = blank_of(f);
    buf_fini(&text);
    return err;
}

static int patch_member(struct rest_call *c, struct object_row *row, const char *name,
                        const json_t *v)
{
    const size_t i = index_of(row->type, name);
    const struct model_field *f = &fields_of(row->type)[i];

    if (i == OBJECT_FIELDS - 1 || !rest_field_is_shown(f))
        return tell(c, name, &unknown);
    if (rest_field_is_fixed(row->type, f))
        return tell(c, name, &fixed);
    return patch_value(c, row, f, i, v);
}

static int check_required(struct rest_call *c, const struct object_row *row)
{
    const struct model_field *f = fields_of(row->type);
    int kind = 0;

    for (size_t i = 0; f[i].column; i++)
        if (!row->v[i].len && rest_is_listed(row->type->required, slice_of(f[i].column)))
            kind = tell(c, f[i].column, &wanted);
    return kind;
}

int object_patch(struct rest_call *c, struct object_row *row, const json_t *patch, bool is_new)
{
    const char *name;
    json_t *v;
    int kind = 0, one;

    json_object_foreach((json_t *)(uintptr_t)patch, name, v)
    {
        one = patch_member(c, row, name, v);
        kind = one ? one : kind;
        if (one == ENOMEM)
            return ENOMEM;
    }
    one = is_new || !kind ? check_required(c, row) : 0;
    return one ? one : kind;
}

/* ---- writing ---- */

static int run(struct db *d, struct buf *sql, const struct slice *values, int count)
{
    struct stmt *s;
    int err = buf_err(sql);

    if (!err)
        err = db_stmt(&s, d, buf_z(sql));
    for (int i = 0; !err && i < count; i++)
        err = stmt_text(s, i + 1, values[i]);
    return err ? err : stmt_run(s);
}

/* What has no value takes the column's own default. */
int object_insert(struct db *d, const struct object_row *row)
{
    const struct model_field *f = fields_of(row->type);
    struct slice values[OBJECT_FIELDS];
    struct buf sql;
    int count = 0, err;

    buf_init(&sql, SQL_MAX);
    buf_printf(&sql, "INSERT INTO \"%s\" (", rest_type_model(row->type)->table);
    for (size_t i = 0; f[i].column; i++)
        if (row->v[i].len) {
            buf_printf(&sql, "%s\"%s\"", count ? "," : "", f[i].column);
            values[count++] = row->v[i];
        }
    buf_addz(&sql, ") VALUES (");
    for (int i = 0; i < count; i++)
        buf_addz(&sql, i ? ",?" : "?");
    buf_addz(&sql, ")");
    err = run(d, &sql, values, count);
    buf_fini(&sql);
    return err;
}

static bool is_same(struct slice a, struct slice b)
{
    return slice_is_set(a) == slice_is_set(b) && slice_eq(a, b);
}

int object_update(struct db *d, const struct object_row *before, const struct object_row *after)
{
    const struct model_field *f = fields_of(after->type);
    struct slice values[OBJECT_FIELDS + 1];
    struct buf sql;
    int count = 0, err;

    buf_init(&sql, SQL_MAX);
    buf_printf(&sql, "UPDATE \"%s\" SET ", rest_type_model(after->type)->table);
    for (size_t i = 0; f[i].column; i++)
        if (!is_same(before->v[i], after->v[i])) {
            buf_printf(&sql, "%s\"%s\"=?", count ? "," : "", f[i].column);
            values[count++] = after->v[i];
        }
    buf_printf(&sql, " WHERE \"%s\"=?", after->type->key);
    values[count] = object_value(before, after->type->key);
    err = count ? run(d, &sql, values, count + 1) : 0;
    buf_fini(&sql);
    return err;
}

int object_remove(struct db *d, const struct object_row *row)
{
    const struct slice key = object_value(row, row->type->key);
    struct buf sql;
    int err;

    buf_init(&sql, SQL_MAX);
    buf_printf(&sql, "DELETE FROM \"%s\" WHERE \"%s\"=?", rest_type_model(row->type)->table,
               row->type->key);
    err = run(d, &sql, &key, 1);
    buf_fini(&sql);
    return err;
}

/* ---- lists ---- */

struct list_out {
    const struct filter *filter;
    const char *columns;
    struct jout *j;
    object_page_h *each; /* instead of JSON */
    void *arg;
    struct arena *arena;
    struct slice sort, key; /* of the last row, with each */
    struct buf cursor;
    uint32_t count;
    bool is_more;
};

static void put_item(struct list_out *l, struct stmt *s)
{
    const struct filter *f = l->filter;
    const struct model_field *k = f->model->fields;
    struct slice sort = SLICE(""), key = SLICE_NONE;

    jout_open(l->j, '{');
    for (int i = 0; k[i].column; i++) {
        if (&k[i] == f->sort)
            sort = stmt_col(s, i);
        if (&k[i] == f->key)
            key = stmt_col(s, i);
        if (!rest_field_is_shown(&k[i]) ||
            !(rest_is_listed(l->columns, slice_of(k[i].column)) || &k[i] == f->key))
            continue;
        jout_key(l->j, k[i].column);
        rest_value_put(l->j, &k[i], stmt_col(s, i));
    }
    jout_close(l->j, '}');
    buf_reset(&l->cursor);
    filter_cursor(slice_is_set(sort) ? sort : SLICE(""), key, &l->cursor);
}

static int give_item(struct list_out *l, struct stmt *s)
{
    const struct filter *f = l->filter;
    const struct model_field *k = f->model->fields;
    int err = l->each(s, l->arg);

    if (err || l->count + 1 < f->limit)
        return err;
    for (int i = 0; !err && k[i].column; i++) {
        if (&k[i] == f->sort)
            err = keep(l->arena, stmt_col(s, i), &l->sort);
        if (!err && &k[i] == f->key)
            err = keep(l->arena, stmt_col(s, i), &l->key);
    }
    return err;
}

static int put_items(struct list_out *l, struct db *d)
{
    struct stmt *s = NULL;
    struct buf sql;
    bool row = true;
    int err, at = 1;

    buf_init(&sql, SQL_MAX);
    buf_addz(&sql, "SELECT ");
    put_columns(l->filter->type, &sql);
    filter_where(l->filter, true, &sql);
    filter_order(l->filter, &sql);
    buf_printf(&sql, " LIMIT %u", l->filter->limit + 1);
    err = buf_err(&sql);
    if (!err)
        err = db_stmt(&s, d, buf_z(&sql));
    if (!err)
        err = filter_bind(l->filter, true, s, &at);
    while (!err && !l->is_more) {
        err = stmt_step(s, &row);
        if (err || !row)
            break;
        l->is_more = l->count == l->filter->limit;
        if (!l->is_more && l->each)
            err = give_item(l, s);
        else if (!l->is_more)
            put_item(l, s);
        l->count++;
    }
    if (s)
        stmt_reset(s);
    buf_fini(&sql);
    return err ? err : buf_err(&l->cursor);
}

static int count_all(const struct filter *f, struct db *d, int64_t *total)
{
    struct stmt *s = NULL;
    struct buf sql;
    bool row;
    int err, at = 1;

    buf_init(&sql, SQL_MAX);
    buf_printf(&sql, "SELECT COUNT(*) FROM (SELECT 1 FROM \"%s\"", f->model->table);
    filter_where(f, false, &sql);
    buf_printf(&sql, " LIMIT %d) AS found", LIST_COUNT_MAX + 1);
    err = buf_err(&sql);
    if (!err)
        err = db_stmt(&s, d, buf_z(&sql));
    if (!err)
        err = filter_bind(f, false, s, &at);
    if (!err)
        err = stmt_step(s, &row);
    if (!err)
        *total = stmt_col_int(s, 0);
    if (s)
        stmt_reset(s);
    buf_fini(&sql);
    return err;
}

int object_list(struct db *d, const struct filter *f, const char *columns, struct jout *j)
{
    struct list_out l = {.filter = f, .columns = columns, .j = j};
    int64_t total = 0;
    int err;

    buf_init(&l.cursor, CURSOR_MAX);
    jout_open(j, '{');
    jout_key(j, "items");
    jout_open(j, '[');
    err = put_items(&l, d);
    jout_close(j, ']');
    if (!err)
        err = count_all(f, d, &total);
    jout_put_text(j, "next", l.is_more ? buf_slice(&l.cursor) : SLICE_NONE);
    jout_put_int(j, "total", total > LIST_COUNT_MAX ? LIST_COUNT_MAX : total);
    jout_put_bool(j, "is_more", total > LIST_COUNT_MAX);
    jout_close(j, '}');
    buf_fini(&l.cursor);
    return err;
}

int object_page(struct db *d, struct filter *f, object_page_h *each, void *arg, struct arena *a,
                bool *is_more)
{
    struct list_out l = {.filter = f, .each = each, .arg = arg, .arena = a, .sort = SLICE("")};
    int err;

    buf_init(&l.cursor, CURSOR_MAX);
    err = put_items(&l, d);
    buf_fini(&l.cursor);
    *is_more = l.is_more;
    if (l.is_more) {
        f->is_page = true;
        f->sort_after = slice_is_set(l.sort) ? l.sort : SLICE("");
        f->key_after = l.key;
    }
    return err;
}
