/* config_rows.c - rows of the types' tables as categories (config.h) */
#include <errno.h>
#include <string.h>

#include "model/config_inner.h"
#include "model/files.h"
#include "model/load.h"

#define MOST_FIELDS 192

static bool is_of_driver(const struct model_type *t)
{
    return strncmp(t->table, "ps_", 3) == 0;
}

/* ---- reading ---- */

static const char *name_of(const struct model_field *f)
{
    return f->option ? f->option : f->column;
}

/* "deny=10.0.0.0/8" is a line of its own. */
static int put_rule(struct model_config *c, struct model_config_category *cat, struct slice rule)
{
    struct slice net, word = slice_trim(slice_cut(rule, '=', &net));
    const char *name = slice_caseeqz(word, "permit") ? "permit" : "deny";

    return config_put_line(c, cat, name, slice_is_set(net) ? slice_trim(net) : word) ? 0 : ENOMEM;
}

/* What parts the lines in a column that holds several; NULL: it holds one. */
static const char *gaps_of(const struct model_field *f)
{
    switch (f->kind) {
    case MODEL_VARS: return ";\n";
    case MODEL_RULES: return ",;\n";
    default: return f->gap == '\n' ? "\n" : NULL;
    }
}

/* "eventfilter(name(Hangup))=x" of a column with a line for each: the criteria stand with the name. */
static int put_criteria(struct model_config *c, struct model_config_category *cat,
                        const struct model_field *f, struct slice one)
{
    const char *end = f->gap && one.len > strlen(f->column) && one.p[strlen(f->column)] == '(' &&
                              slice_starts(one, slice_of(f->column))
                          ? memmem(one.p, one.len, ")=", 2)
                          : NULL;
    const size_t len = end ? (size_t)(end - one.p) + 1 : 0;

    if (!end)
        return config_put_line(c, cat, name_of(f), one) ? 0 : ENOMEM;
    return config_put_line(c, cat, config_keep(c, slice_from(one.p, len)), slice_skip(one, len + 1))
               ? 0
               : ENOMEM;
}

/* A column that holds what a file has as repeated lines. */
static int put_each(struct model_config *c, struct model_config_category *cat,
                    const struct model_field *f, struct slice text, const char *gaps)
{
    size_t from = 0;
    int err = 0;

    for (size_t i = 0; !err && i <= text.len; i++) {
        struct slice one;

        if (i < text.len && !(text.p[i] && strchr(gaps, text.p[i])))
            continue;
        one = slice_trim(slice_from(text.p + from, i - from));
        from = i + 1;
        if (!one.len)
            continue;
        if (f->kind == MODEL_RULES)
            err = put_rule(c, cat, one);
        else
            err = put_criteria(c, cat, f, one);
    }
    return err;
}

static int put_field(struct model_config *c, struct model_config_category *cat,
                     const struct model_field *f, struct slice text)
{
    const char *gaps = gaps_of(f);

    if (!text.len)
        return 0;
    if (model_field_is_secret(f))
        text = SLICE(MODEL_CONFIG_HIDDEN);
    if (gaps)
        return put_each(c, cat, f, text, gaps);
    return config_put_line(c, cat, name_of(f), text) ? 0 : ENOMEM;
}

/* Where each field's column is in the result; -1: nowhere, or not for anybody to see. */
static void find_columns(struct stmt *st, const struct model_type *t, int at[MOST_FIELDS], int *id)
{
    *id = -1;
    for (int i = 0; i < MOST_FIELDS; i++)
        at[i] = -1;
    for (int col = 0; col < stmt_cols(st); col++) {
        const char *name = stmt_col_name(st, col);

        if (strcasecmp(name, t->id) == 0)
            *id = col;
        for (int i = 0; t->fields[i].column && i < MOST_FIELDS; i++)
            if (strcasecmp(name, t->fields[i].column) == 0 && t->fields[i].state != MODEL_INNER)
                at[i] = col;
    }
}

static int put_row(struct model_config *c, const struct model_config_part *part,
                   const struct model_type *t, struct stmt *st, const int at[MOST_FIELDS], int id)
{
    struct model_config_category *cat = config_put(c, part, stmt_col(st, id));
    int err = 0;

    if (!cat)
        return ENOMEM;
    if (is_of_driver(t) && !config_put_line(c, cat, "type", slice_of(t->name)))
        return ENOMEM;
    for (int i = 0; !err && t->fields[i].column && i < MOST_FIELDS; i++)
        if (at[i] >= 0)
            err = put_field(c, cat, &t->fields[i], stmt_col(st, at[i]));
    return err;
}

int config_read_rows(struct model_config *c, struct db *d, const struct model_config_part *part,
                     struct slice name)
{
    const struct model_type *t = model_type_find(slice_of(part->type));
    bool is_wanted = true, row = true;
    int at[MOST_FIELDS], id, err = 0;
    struct stmt *st;

    if (is_of_driver(t))
        err = load_is_realtime(d, t, &is_wanted);
    if (err || !is_wanted)
        return err;
    err = config_stmt(&st, d, "SELECT * FROM \"%s\"%s%s%s ORDER BY \"%s\"", t->table,
                      slice_is_set(name) ? " WHERE lower(\"" : "", slice_is_set(name) ? t->id : "",
                      slice_is_set(name) ? "\") = lower(?)" : "", t->id);
    if (!err && slice_is_set(name))
        err = stmt_text(st, 1, name);
    if (err)
        return err;
    find_columns(st, t, at, &id);
    while (!err && row && id >= 0) {
        err = stmt_step(st, &row);
        if (!err && row)
            err = put_row(c, part, t, st, at, id);
    }
    stmt_reset(st);
    return err;
}

/* ---- writing ---- */

/* What the lines say, by field; kept: *** stands for what is there. */
struct values {
    const struct model_type *t;
    struct buf text[MOST_FIELDS];
    bool is_said[MOST_FIELDS], is_kept[MOST_FIELDS];
    const struct model_config_line *line[MOST_FIELDS];
};

static struct values *values_make(const struct model_type *t)
{
    struct values *v = mem_zalloc(sizeof(*v));

    if (!v)
        return NULL;
    v->t = t;
    for (int i = 0; i < MOST_FIELDS; i++)
        buf_init(&v->text[i], MOST_CONFIG_LINE);
    return v;
}

static void values_free(struct values *v)
{
    for (int i = 0; v && i < MOST_FIELDS; i++)
        buf_fini(&v->text[i]);
    mem_free(v);
}

/* "eventfilter(...)" */
static bool has_criteria(const struct model_field *f, const struct model_config_line *l)
{
    const size_t len = strlen(f->column);

    return f->gap == '\n' && strncasecmp(l->name, f->column, len) == 0 && l->name[len] == '(';
}

static const struct model_field *field_of(const struct model_type *t,
                                          const struct model_config_line *l)
{
    const bool is_rule = strcasecmp(l->name, "deny") == 0 || strcasecmp(l->name, "permit") == 0;
    const struct model_field *f = model_field_find(t, slice_of(l->name));

    for (const struct model_field *r = t->fields; !f && r->column; r++)
        if ((is_rule && r->kind == MODEL_RULES) || has_criteria(r, l))
            return r;
    return f && (f->state == MODEL_INNER || f->kind == MODEL_RULES) ? NULL : f;
}

static int take_line(struct values *v, const struct model_config_category *cat,
                     const struct model_config_line *l, struct buf *why)
{
    const struct model_field *f = field_of(v->t, l);
    const int i = f ? (int)(f - v->t->fields) : 0;
    char gap;

    if (!f)
        return config_refuse(why, cat, l, "there is no such option");
    gap = model_field_gap(f);
    v->line[i] = l;
    v->is_said[i] = true;
    if (model_field_is_secret(f)) {
        v->is_kept[i] = strcmp(l->value, MODEL_CONFIG_HIDDEN) == 0;
        if (v->is_kept[i] && !cat->key)
            return config_refuse(why, cat, l, "stands for a secret that is there already");
    }
    if (f->kind == MODEL_RULES)
        return model_rules_add(&v->text[i], slice_of(l->name), slice_of(l->value));
    if (!gap)
        buf_reset(&v->text[i]);
    else if (v->text[i].len)
        buf_addc(&v->text[i], gap);
    if (has_criteria(f, l))
        buf_printf(&v->text[i], "%s=", l->name);
    return buf_addz(&v->text[i], l->value);
}

static int take_lines(struct values *v, const struct model_config_category *cat, struct buf *why)
{
    int err = 0;

    LIST_FOREACH(&cat->lines, k)
    {
        const struct model_config_line *l = CONTAINER_OF(k, struct model_config_line, link);

        if (is_of_driver(v->t) && strcasecmp(l->name, "type") == 0)
            continue;
        err = take_line(v, cat, l, why);
        if (err)
            break;
    }
    return err;
}

/* What stands already is not looked at again, nor written. */
static int drop_unchanged(struct values *v, struct db *d, const struct model_config_category *cat,
                          bool is_same[MOST_FIELDS])
{
    int at[MOST_FIELDS], id, err;
    struct stmt *st;
    bool row;

    err = config_stmt(&st, d, "SELECT * FROM \"%s\" WHERE \"%s\" = ?", v->t->table, v->t->id);
    if (!err)
        err = stmt_text(st, 1, slice_of(cat->key));
    if (!err)
        err = stmt_step(st, &row);
    if (err || !row)
        return err ? err : EIO; /* it was there in this transaction */
    find_columns(st, v->t, at, &id);
    for (int i = 0; i < MOST_FIELDS; i++) {
        const struct slice old = at[i] < 0 ? SLICE("") : stmt_col(st, at[i]);

        is_same[i] = at[i] < 0 || v->is_kept[i] ||
                     (v->is_said[i] ? slice_eq(buf_slice(&v->text[i]), old.p ? old : SLICE(""))
                                    : old.len == 0);
    }
    stmt_reset(st);
    return 0;
}

static int check(const struct values *v, const struct model_config_category *cat, int i,
                 struct buf *why)
{
    const struct model_field *f = &v->t->fields[i];
    struct model_config_line shown = {.value = buf_z(&v->text[i])};
    struct buf allowed;
    int err;

    if (!v->is_said[i] || !v->text[i].len ||
        model_field_set(f, NULL, buf_slice(&v->text[i]), NULL) == 0)
        return 0;
    if (model_field_is_secret(f))
        shown.value = MODEL_CONFIG_HIDDEN;
    shown.name = f->kind == MODEL_RULES ? f->column : v->line[i]->name;
    buf_init(&allowed, 2000);
    model_field_allowed(f, "en", &allowed);
    err = buf_err(&allowed) == ENOMEM ? ENOMEM : config_refuse(why, cat, &shown, buf_z(&allowed));
    buf_fini(&allowed);
    return err;
}

static bool is_never_null(const struct model_field *f)
{
    return f->sql && strstr(f->sql, "NOT NULL");
}

static int give(struct stmt *st, int *n, const struct values *v, int i)
{
    const struct slice text = buf_slice(&v->text[i]);

    if (!text.len && !is_never_null(&v->t->fields[i]))
        return stmt_null(st, ++*n);
    return stmt_text(st, ++*n, text);
}

static int insert(struct db *d, const struct values *v, const struct model_config_category *cat)
{
    const bool has_id = strcmp(v->t->id, "name") != 0;
    struct buf names, marks;
    struct stmt *st;
    int err, n = 0;

    buf_init(&names, 16384);
    buf_init(&marks, 2000);
    buf_printf(&names, "\"%s\"%s", v->t->id, has_id ? ", name" : "");
    buf_addz(&marks, has_id ? "?, ?" : "?");
    for (int i = 0; i < MOST_FIELDS; i++)
        if (v->is_said[i]) {
            buf_printf(&names, ", \"%s\"", v->t->fields[i].column);
            buf_addz(&marks, ", ?");
        }
    err = buf_err(&names) ? buf_err(&names) : buf_err(&marks);
    if (!err)
        err = config_stmt(&st, d, "INSERT INTO \"%s\" (%s) VALUES (%s)", v->t->table, buf_z(&names),
                          buf_z(&marks));
    for (int i = 0; !err && i <= has_id; i++)
        err = stmt_text(st, ++n, slice_of(cat->name));
    for (int i = 0; !err && i < MOST_FIELDS; i++)
        if (v->is_said[i])
            err = give(st, &n, v, i);
    if (!err)
        err = stmt_run(st);
    buf_fini(&names);
    buf_fini(&marks);
    return err;
}

static int update(struct db *d, const struct values *v, const struct model_config_category *cat,
                  const bool is_same[MOST_FIELDS])
{
    const bool is_renamed = strcmp(cat->key, cat->name) != 0;
    struct stmt *st;
    struct buf set;
    int err = 0, n = 0;

    buf_init(&set, 16384);
    if (is_renamed)
        buf_printf(&set, "\"%s\" = ?", v->t->id);
    for (int i = 0; i < MOST_FIELDS; i++)
        if (!is_same[i])
            buf_printf(&set, "%s\"%s\" = ?", set.len ? ", " : "", v->t->fields[i].column);
    if (set.len == 0)
        goto out;
    err = buf_err(&set);
    if (!err)
        err = config_stmt(&st, d, "UPDATE \"%s\" SET %s WHERE \"%s\" = ?", v->t->table, buf_z(&set),
                          v->t->id);
    if (!err && is_renamed)
        err = stmt_text(st, ++n, slice_of(cat->name));
    for (int i = 0; !err && i < MOST_FIELDS; i++)
        if (!is_same[i])
            err = give(st, &n, v, i);
    if (!err)
        err = stmt_text(st, ++n, slice_of(cat->key));
    if (!err)
        err = stmt_run(st);
out:
    buf_fini(&set);
    return err;
}

static int take_out(struct db *d, const struct model_type *t,
                    const struct model_config_category *cat)
{
    struct stmt *st;
    int err = config_stmt(&st, d, "DELETE FROM \"%s\" WHERE \"%s\" = ?", t->table, t->id);

    if (!err)
        err = stmt_text(st, 1, slice_of(cat->key));
    return err ? err : stmt_run(st);
}

int config_write_rows(struct model_config *c, struct db *d, const struct model_config_part *part,
                      struct model_config_category *cat, bool is_removed, struct buf *why)
{
    const struct model_type *t = model_type_find(slice_of(part->type));
    bool is_same[MOST_FIELDS] = {false};
    struct values *v;
    int err;

    if (is_removed)
        return take_out(d, t, cat);
    v = values_make(t);
    if (!v)
        return ENOMEM;
    err = take_lines(v, cat, why);
    if (!err && cat->key)
        err = drop_unchanged(v, d, cat, is_same);
    for (int i = 0; !err && i < MOST_FIELDS; i++)
        if (!is_same[i])
            err = check(v, cat, i, why);
    if (!err)
        err = cat->key ? update(d, v, cat, is_same) : insert(d, v, cat);
    values_free(v);
    return err;
}
