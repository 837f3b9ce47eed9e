/* rest/filter.c - see filter.h */
#include "rest/filter.h"

#include <errno.h>
#include <string.h>

#include "base/hex.h"

static const struct model_field *shown_field(const struct filter *f, struct slice name)
{
    for (const struct model_field *k = f->model->fields; k->column; k++)
        if (slice_eqz(name, k->column))
            return rest_field_is_shown(k) && !model_field_is_secret(k) ? k : NULL;
    return NULL;
}

/* ---- reading ---- */

static int add_value(struct filter *f, struct slice v)
{
    if (f->value_count == FILTER_VALUES)
        return E2BIG;
    f->values[f->value_count++] = v;
    return 0;
}

static struct filter_part *add_part(struct filter *f, const struct model_field *field,
                                    enum filter_how how)
{
    struct filter_part *p;

    if (f->count == FILTER_PARTS)
        return NULL;
    p = &f->parts[f->count++];
    *p = (struct filter_part){.field = field, .how = how, .first = f->value_count};
    return p;
}

static bool is_like(enum filter_how how)
{
    return how == FILTER_HOLDS || how == FILTER_ENDS || how == FILTER_BEGINS;
}

/* The pattern of LIKE; its own signs are escaped. */
static int add_like(struct filter *f, enum filter_how how, struct slice v)
{
    char *text = arena_alloc(f->texts, 2 * v.len + 3);
    size_t n = 0;

    if (!text)
        return ENOMEM;
    if (how != FILTER_BEGINS)
        text[n++] = '%';
    for (size_t i = 0; i < v.len; i++) {
        if (v.p[i] && strchr("!%_", v.p[i]))
            text[n++] = '!';
        text[n++] = v.p[i];
    }
    if (how != FILTER_ENDS)
        text[n++] = '%';
    return add_value(f, slice_from(text, n));
}

static int add_one(struct filter *f, const struct model_field *field, enum filter_how how,
                   bool is_not, struct slice v)
{
    struct filter_part *p = add_part(f, field, how);
    int err;

    if (!p)
        return E2BIG;
    p->is_not = is_not;
    if (how == FILTER_EMPTY)
        err = 0;
    else
        err = is_like(how) ? add_like(f, how, v) : add_value(f, v);
    p->count = f->value_count - p->first;
    return err;
}

static int add_list(struct filter *f, const struct model_field *field, bool is_not,
                    struct slice list)
{
    struct filter_part *p = add_part(f, field, FILTER_IS);
    int err = p ? 0 : E2BIG;

    while (!err && slice_is_set(list)) {
        err = add_value(f, slice_cut(list, ',', &list));
        p->count++;
    }
    if (p)
        p->is_not = is_not;
    return err;
}

static int add_range(struct filter *f, const struct model_field *field, struct slice v, size_t at)
{
    const struct slice from = slice_from(v.p, at), to = slice_skip(v, at + 2);
    int err = from.len ? add_one(f, field, FILTER_FROM, false, from) : 0;

    return !err && to.len ? add_one(f, field, FILTER_TO, false, to) : err;
}

static int add_condition(struct filter *f, const struct model_field *field, struct slice v)
{
    const bool is_not = v.len && v.p[0] == '!';
    bool begins, ends;
    const char *dots;

    if (is_not)
        v = slice_skip(v, 1);
    if (!v.len)
        return add_one(f, field, FILTER_EMPTY, is_not, v);
    dots = memmem(v.p, v.len, "..", 2);
    if (dots && !is_not)
        return add_range(f, field, v, (size_t)(dots - v.p));
    ends = v.p[0] == '*';
    begins = v.len > 1 && v.p[v.len - 1] == '*';
    if (ends && begins)
        return add_one(f, field, FILTER_HOLDS, is_not, slice_from(v.p + 1, v.len - 2));
    if (ends)
        return add_one(f, field, FILTER_ENDS, is_not, slice_skip(v, 1));
    if (begins)
        return add_one(f, field, FILTER_BEGINS, is_not, slice_from(v.p, v.len - 1));
    return add_list(f, field, is_not, v);
}

/* The part that was added last looks into these columns. */
static int add_any(struct filter *f, const char *columns, int err)
{
    if (!err)
        f->parts[f->count - 1].columns = columns;
    return err;
}

/* One condition, over all of them. */
static int add_number(struct filter *f, struct slice v)
{
    const uint32_t before = f->count;
    int err = memmem(v.p, v.len, "..", 2) ? EINVAL : add_condition(f, NULL, v);

    return err || f->count != before + 1 ? EINVAL : add_any(f, f->type->numbers, 0);
}

static int read_sort(struct filter *f, struct slice v)
{
    f->is_down = v.len && v.p[0] == '-';
    f->sort = shown_field(f, f->is_down ? slice_skip(v, 1) : v);
    if (f->sort == f->key)
        f->sort = NULL;
    else if (!f->sort)
        return EINVAL;
    return 0;
}

static int read_limit(struct filter *f, struct slice v)
{
    return slice_u32(v, &f->limit) || !f->limit || f->limit > LIST_LIMIT_MAX ? EINVAL : 0;
}

/* "HEX.HEX": the sort's value and the key; "n" before: the value was not set. */
static int read_hex(struct slice text, struct arena *a, struct slice *out)
{
    char *p = arena_alloc(a, text.len / 2 + 1);

    if (!p)
        return ENOMEM;
    if (text.len % 2)
        return EINVAL;
    for (size_t i = 0; i < text.len; i += 2) {
        const int byte = hex_byte(slice_from(text.p + i, 2));

        if (byte < 0)
            return EINVAL;
        p[i / 2] = (char)byte;
    }
    *out = slice_from(p, text.len / 2);
    return 0;
}

static int read_after(struct filter *f, struct slice v, struct arena *a)
{
    struct slice key;
    const struct slice sort = slice_cut(v, '.', &key);
    int err = slice_is_set(key) ? read_hex(sort, a, &f->sort_after) : EINVAL;

    f->is_page = true;
    return err ? err : read_hex(key, a, &f->key_after);
}

static int read_one(struct filter *f, struct slice name, struct slice v, struct arena *a)
{
    const struct model_field *field;

    if (slice_eqz(name, "sort"))
        return read_sort(f, v);
    if (slice_eqz(name, "limit"))
        return read_limit(f, v);
    if (slice_eqz(name, "after"))
        return read_after(f, v, a);
    if (slice_eqz(name, "q"))
        return v.len ? add_any(f, f->type->searched ? f->type->searched : f->type->listed,
                               add_one(f, NULL, FILTER_HOLDS, false, v))
                     : 0;
    if (slice_eqz(name, "number") && f->type->numbers)
        return v.len ? add_number(f, v) : 0;
    if (slice_eqz(name, "fields") || slice_eqz(name, "lang"))
        return 0;
    field = shown_field(f, name);
    return field ? add_condition(f, field, v) : EINVAL;
}

int filter_read(struct filter *f, const struct rest_type *type, const struct form *query,
                struct arena *a, struct slice *wrong)
{
    int err = 0;

    *f = (struct filter){.texts = a,
                         .type = type,
                         .model = rest_type_model(type),
                         .limit = LIST_LIMIT,
                         .has_all = true};
    f->key = model_field_find(f->model, slice_of(type->key));
    if (type->sort)
        read_sort(f, slice_of(type->sort));
    for (uint32_t i = 0; !err && i < query->count; i++) {
        *wrong = query->fields[i].name;
        err = read_one(f, query->fields[i].name, query->fields[i].value, a);
    }
    return err;
}

void filter_groups(struct filter *f, const char *const *groups, uint32_t count, bool has_all)
{
    f->groups = groups;
    f->group_count = count;
    f->has_all = has_all || f->type->is_common;
}

/* ---- SQL: columns are our own words ---- */

static bool is_number(const struct model_field *f)
{
    return f->kind == MODEL_INT;
}

/* A column that may hold NULL is compared as if it held nothing. */
static void put_column(const struct filter *l, const struct model_field *f, struct buf *sql)
{
    if ((f->sql && strstr(f->sql, "NOT NULL")) ||
        (l->type->always_set && rest_is_listed(l->type->always_set, slice_of(f->column))))
        buf_printf(sql, "\"%s\"", f->column);
    else
        buf_printf(sql, is_number(f) ? "COALESCE(\"%s\",0)" : "COALESCE(\"%s\",'')", f->column);
}

static void put_marks(uint32_t n, struct buf *sql)
{
    buf_addz(sql, " IN (");
    for (uint32_t i = 0; i < n; i++)
        buf_addz(sql, i ? ",?" : "?");
    buf_addz(sql, ")");
}

static void put_column_is(const struct filter *f, const struct filter_part *p,
                          const struct model_field *field, struct buf *sql)
{
    if (is_like(p->how)) {
        buf_printf(sql, "\"%s\" LIKE ? ESCAPE '!'", field->column);
        return;
    }
    put_column(f, field, sql);
    switch (p->how) {
    case FILTER_EMPTY: buf_addz(sql, is_number(field) ? " = 0" : " = ''"); break;
    case FILTER_FROM: buf_addz(sql, " >= ?"); break;
    case FILTER_TO: buf_addz(sql, " <= ?"); break;
    default: put_marks(p->count, sql);
    }
}

static void put_any_listed(const struct filter *f, const struct filter_part *p, struct buf *sql)
{
    const char *gap = "";

    for (const struct model_field *k = f->model->fields; k->column; k++) {
        if (!rest_is_listed(p->columns, slice_of(k->column)) ||
            !shown_field(f, slice_of(k->column)))
            continue;
        buf_addz(sql, gap);
        put_column_is(f, p, k, sql);
        gap = " OR ";
    }
}

static void put_part(const struct filter *f, const struct filter_part *p, struct buf *sql)
{
    buf_addz(sql, p->is_not ? " AND NOT COALESCE((" : " AND (");
    if (p->field)
        put_column_is(f, p, p->field, sql);
    else
        put_any_listed(f, p, sql);
    buf_addz(sql, p->is_not ? "),0)" : ")");
}

static void put_page(const struct filter *f, struct buf *sql)
{
    const char *than = f->is_down ? "<" : ">";

    buf_addz(sql, " AND ");
    if (!f->sort) {
        buf_printf(sql, "\"%s\" %s ?", f->key->column, than);
        return;
    }
    put_column(f, f->sort, sql);
    buf_printf(sql, " %s= ? AND (", than); /* what an index can seek */
    put_column(f, f->sort, sql);
    buf_printf(sql, " %s ? OR (", than);
    put_column(f, f->sort, sql);
    buf_printf(sql, " = ? AND \"%s\" %s ?))", f->key->column, than);
}

static bool has_groups(const struct filter *f)
{
    return !f->has_all;
}

void filter_where(const struct filter *f, bool with_page, struct buf *sql)
{
    buf_addz(sql, " WHERE 1=1");
    for (uint32_t i = 0; i < f->count; i++)
        put_part(f, &f->parts[i], sql);
    if (has_groups(f)) {
        buf_addz(sql, " AND group_uuid");
        put_marks(f->group_count, sql);
    }
    if (with_page && f->is_page)
        put_page(f, sql);
}

void filter_order(const struct filter *f, struct buf *sql)
{
    const char *way = f->is_down ? " DESC" : "";

    buf_addz(sql, " ORDER BY ");
    if (f->sort) {
        put_column(f, f->sort, sql);
        buf_printf(sql, "%s, ", way);
    }
    buf_printf(sql, "\"%s\"%s", f->key->column, way);
}

/* ---- values ---- */

static int bind(struct stmt *s, int *at, const struct model_field *f, struct slice v)
{
    int64_t n;

    if (f && is_number(f) && slice_i64(v, &n) == 0)
        return stmt_int(s, (*at)++, n);
    return stmt_text(s, (*at)++, v);
}

static int bind_part(const struct filter *f, const struct filter_part *p, struct stmt *s, int *at)
{
    uint32_t columns = 1;
    int err = 0;

    if (!p->field) {
        columns = 0;
        for (const struct model_field *k = f->model->fields; k->column; k++)
            columns += rest_is_listed(p->columns, slice_of(k->column)) &&
                       shown_field(f, slice_of(k->column));
    }
    for (uint32_t c = 0; c < columns; c++)
        for (uint32_t i = 0; !err && i < p->count; i++)
            err = bind(s, at, is_like(p->how) ? NULL : p->field, f->values[p->first + i]);
    return err;
}

int filter_bind(const struct filter *f, bool with_page, struct stmt *s, int *at)
{
    int err = 0;

    for (uint32_t i = 0; !err && i < f->count; i++)
        err = bind_part(f, &f->parts[i], s, at);
    for (uint32_t i = 0; !err && has_groups(f) && i < f->group_count; i++)
        err = stmt_text(s, (*at)++, slice_of(f->groups[i]));
    if (err || !with_page || !f->is_page)
        return err;
    if (f->sort) {
        err = bind(s, at, f->sort, f->sort_after);
        if (!err)
            err = bind(s, at, f->sort, f->sort_after);
        if (!err)
            err = bind(s, at, f->sort, f->sort_after);
    }
    return err ? err : bind(s, at, f->key, f->key_after);
}

static void put_hex(struct slice v, struct buf *out)
{
    char two[3];

    for (size_t i = 0; i < v.len; i++) {
        hex_print(v.p + i, 1, two);
        buf_add(out, two, 2);
    }
}

int filter_cursor(struct slice sort, struct slice key, struct buf *out)
{
    put_hex(sort, out);
    buf_addc(out, '.');
    put_hex(key, out);
    return buf_err(out);
}
