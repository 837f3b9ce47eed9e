/*
 * func/realtime.c - REALTIME, REALTIME_FIELD, REALTIME_HASH, REALTIME_STORE, REALTIME_DESTROY: rows of the
 * station's tables
 *
 * Family:  a table as the manual names it (ps_endpoints, realtime_extensions ...), or extensions.
 * Guard:   tables and columns come from the field tables (model/), values are bound. What is written
 *          is checked as the loader would check it. Tables that the station itself writes, and its
 *          settings, are only read.
 * Source:  Asterisk 22's func_realtime; the shape of its answers as a running one gave them.
 */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "model/field.h"
#include "plan/core.h"
#include "plan/func/question.h"
#include "plan/func/row.h"

#define MOST_FIELDS 160 /* of a table */
#define MOST_SQL 8192

/* Where, and which rows. */
struct place {
    const struct model_type *type;
    const struct model_field *match;
    const char *operation; /* "=" ... */
    struct slice value;
};

static const struct model_type *table_of(const char *family)
{
    const char *table = strcasecmp(family, "extensions") == 0 ? "realtime_extensions" : family;

    for (const struct model_type *t = model_types; t->name; t++)
        if (t->shape != MODEL_PAIRS && !t->is_private && strcasecmp(t->table, table) == 0)
            return t;
    return NULL;
}

static const struct model_field *column_of(const struct model_type *t, struct slice name)
{
    for (const struct model_field *f = t->fields; f->column; f++)
        if (slice_caseeqz(name, f->column))
            return f;
    return NULL;
}

/* "name", "name LIKE", "name >=": a comparison of ours. */
static const char *operation_of(struct slice text)
{
    static const char *const known[] = {"=", "!=", "<>", "<", "<=", ">", ">=", "LIKE", NULL};

    if (!text.len)
        return "=";
    for (const char *const *o = known; *o; o++)
        if (slice_caseeqz(text, *o))
            return *o;
    return NULL;
}

static bool find_place(const struct plan_env *env, const char *family, const char *match,
                       const char *value, struct place *p)
{
    struct slice operation, name = slice_cut(slice_trim(slice_of(match)), ' ', &operation);

    *p = (struct place){.type = table_of(family), .value = slice_of(value)};
    if (!p->type) {
        plan_func_warn(env, "REALTIME: the station has no such table", family);
        return false;
    }
    p->match = column_of(p->type, name);
    p->operation = operation_of(slice_is_set(operation) ? slice_trim(operation) : SLICE(""));
    if (!p->match || !p->operation) {
        plan_func_warn(
            env, "REALTIME: the table has no such column, or there is no such comparison", match);
        return false;
    }
    return true;
}

/* A setting would let the routing allow itself anything; the others are the station's own. */
static bool is_writable(const struct model_type *t)
{
    return t->is_watched &&
           (t->shape == MODEL_ROWS || strcmp(t->table, "realtime_extensions") == 0 ||
            strcmp(t->table, "context") == 0);
}

static bool check_value(const struct plan_env *env, const struct model_type *t,
                        const struct model_field *f, struct slice value)
{
    const bool is_key = t->id && strcmp(f->column, t->id) == 0;
    char what[200];

    /* Empty is "not set", but a row needs its name. */
    if (value.len ? model_field_set(f, NULL, value, NULL) == 0 : !is_key)
        return true;
    snprintf(what, sizeof(what),
             "REALTIME: column %s of %s does not take this value; nothing is written", f->column,
             t->table);
    plan_func_warn(env, what, model_field_is_secret(f) ? "***" : value.len ? value.p : "");
    return false;
}

static void tell_failure(const struct plan_env *env, const struct model_type *t, int err)
{
    char what[200];

    snprintf(what, sizeof(what), "REALTIME: %s",
             err == EEXIST || err == EDOM
                 ? "the row breaks a rule of the table (one of that name is there?)"
                 : strerror(err));
    plan_func_warn(env, what, t->table);
}

/* ---- reading ---- */

/* What is made of the first row. */
struct reading {
    const struct plan_env *env;
    const struct model_type *type;
    const char *between, *is; /* delimiters */
    bool is_hash;
    struct buf *out;
};

static void select_text(const struct place *p, const struct model_field *only, struct buf *sql)
{
    const char *comma = "";

    buf_addz(sql, "SELECT ");
    for (const struct model_field *f = only ? only : p->type->fields; f->column; f++) {
        buf_printf(sql, "%s\"%s\"", comma, f->column);
        comma = ", ";
        if (only)
            break;
    }
    buf_printf(sql, " FROM \"%s\" WHERE \"%s\" %s ? LIMIT 1", p->type->table, p->match->column,
               p->operation);
}

static int put_pairs(const struct reading *r, const struct store_rows *rows)
{
    for (uint32_t i = 0; i < rows->columns; i++) {
        buf_printf(r->out, "%s%s", r->type->fields[i].column, r->is);
        buf_add(r->out, rows->cells[i].p ? rows->cells[i].p : "", rows->cells[i].len);
        buf_addz(r->out, r->between); /* behind the last one, too */
    }
    return buf_err(r->out);
}

/* Values for Set(HASH(name)=...), and their names in a variable. */
static int put_hash(const struct reading *r, const struct store_rows *rows)
{
    struct buf names;
    int err;

    buf_init(&names, MOST_SQL);
    for (uint32_t i = 0; i < rows->columns; i++) {
        buf_printf(&names, "%s%s", i ? "," : "", r->type->fields[i].column);
        if (i)
            buf_addc(r->out, ',');
        for (size_t k = 0; k < rows->cells[i].len; k++) {
            const char c = rows->cells[i].p[k];

            if (strchr(",\\\"()[]", c))
                buf_addc(r->out, '\\');
            buf_addc(r->out, c);
        }
    }
    err = buf_err(&names) ? buf_err(&names) : buf_err(r->out);
    if (!err && r->env->channel)
        err = channel_var_set(r->env->channel, SLICE(FUNC_FIELDS), buf_slice(&names));
    buf_fini(&names);
    return err;
}

static int on_row(const struct store_rows *rows, void *arg)
{
    const struct reading *r = arg;

    if (!rows->count)
        return 0;
    if (r->is_hash)
        return put_hash(r, rows);
    if (!r->is)
        return buf_add(r->out, rows->cells[0].p ? rows->cells[0].p : "", rows->cells[0].len);
    return put_pairs(r, rows);
}

static int read_row(const struct plan_env *env, const struct place *p,
                    const struct model_field *only, struct reading *r)
{
    struct buf sql;
    int err;

    buf_init(&sql, MOST_SQL);
    select_text(p, only, &sql);
    err = buf_err(&sql);
    if (!err)
        err = func_question_ask(env, buf_z(&sql), &p->value, 1, on_row, r);
    buf_fini(&sql);
    if (err && err != ECANCELED)
        tell_failure(env, p->type, err);
    return err;
}

/* family,field,value[,between[,is]]: the row in one text; then() may do more with its place. */
static int read_whole_row(const struct plan_env *env, char *args, struct buf *out,
                          int (*then)(const struct plan_env *env, const struct place *p))
{
    char *argv[5];
    struct place p;
    struct reading r = {.env = env, .out = out};
    int count = plan_args_split(args, ',', argv, 5), err;

    if (!find_place(env, argv[0], argv[1], argv[2], &p))
        return 0;
    r.type = p.type;
    r.between = count > 3 && *argv[3] ? argv[3] : ",";
    r.is = count > 4 && *argv[4] ? argv[4] : "=";
    err = read_row(env, &p, NULL, &r);
    if (!err && then)
        err = then(env, &p);
    return err == ENOMEM ? ENOMEM : 0;
}

static int realtime_read(const struct plan_env *env, char *args, struct buf *out)
{
    return read_whole_row(env, args, out, NULL);
}

static int realtime_field_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[4];
    struct place p;
    const struct model_field *f;
    struct reading r = {.env = env, .out = out};
    int err;

    plan_args_split(args, ',', argv, 4);
    if (!find_place(env, argv[0], argv[1], argv[2], &p))
        return 0;
    f = column_of(p.type, slice_of(argv[3]));
    if (!f) {
        plan_func_warn(env, "REALTIME_FIELD: the table has no such column", argv[3]);
        return 0;
    }
    r.type = p.type;
    err = read_row(env, &p, f, &r);
    return err == ENOMEM ? ENOMEM : 0;
}

static int realtime_hash_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[3];
    struct place p;
    struct reading r = {.env = env, .is_hash = true, .out = out};
    int err;

    plan_args_split(args, ',', argv, 3);
    if (!find_place(env, argv[0], argv[1], argv[2], &p))
        return 0;
    r.type = p.type;
    err = read_row(env, &p, NULL, &r);
    return err == ENOMEM ? ENOMEM : 0;
}

/* ---- writing ---- */

/* The configuration is looked at at once, not within half a second. */
static int change(const struct plan_env *env, const struct model_type *t, struct buf *sql,
                  const struct slice *values, size_t count)
{
    int err = buf_err(sql);

    if (!err)
        err = func_question_tell(env, buf_z(sql), values, count);
    if (err && err != ECANCELED)
        tell_failure(env, t, err);
    if (!err)
        store_watch_poke(env->core->store);
    return err;
}

static bool may_write(const struct plan_env *env, const struct model_type *t)
{
    if (!is_writable(t))
        plan_func_warn(env, "REALTIME: this table is not written by the routing", t->table);
    return is_writable(t);
}

/* REALTIME(family,fieldmatch,value,field)=new; REALTIME_FIELD is the same. */
static int realtime_write(const struct plan_env *env, char *args, struct slice value)
{
    char *argv[4];
    const struct model_field *f;
    struct slice values[2] = {value};
    struct place p;
    struct buf sql;
    int err;

    plan_args_split(args, ',', argv, 4);
    if (!find_place(env, argv[0], argv[1], argv[2], &p) || !may_write(env, p.type))
        return EINVAL;
    f = column_of(p.type, slice_of(argv[3]));
    if (!f) {
        plan_func_warn(env, "REALTIME: the table has no such column", argv[3]);
        return EINVAL;
    }
    if (!check_value(env, p.type, f, value))
        return EINVAL;
    values[1] = p.value;
    buf_init(&sql, MOST_SQL);
    buf_printf(&sql, "UPDATE \"%s\" SET \"%s\" = ? WHERE \"%s\" %s ?", p.type->table, f->column,
               p.match->column, p.operation);
    err = change(env, p.type, &sql, values, 2);
    buf_fini(&sql);
    return err;
}

/* Columns of an INSERT. @return how many; -1: a column or a value is wrong (warned about) */
static int columns_of(const struct plan_env *env, const struct model_type *t, char **names,
                      int count, char **texts, struct buf *sql, struct slice *values)
{
    for (int i = 0; i < count; i++) {
        const struct model_field *f = column_of(t, slice_trim(slice_of(names[i])));

        values[i] = slice_of(texts[i]);
        if (!f) {
            plan_func_warn(env, "REALTIME_STORE: the table has no such column", names[i]);
            return -1;
        }
        if (!check_value(env, t, f, values[i]))
            return -1;
        buf_printf(sql, "%s\"%s\"", i ? ", " : "", f->column);
    }
    buf_addz(sql, ") VALUES (");
    for (int i = 0; i < count; i++)
        buf_addz(sql, i ? ", ?" : "?");
    buf_addc(sql, ')');
    return count;
}

/* RTSTOREID: the name of the new row, when it was given one. */
static int set_id(const struct plan_env *env, const struct model_type *t, char **names, int count,
                  const struct slice *values)
{
    for (int i = 0; i < count && env->channel; i++)
        if (strcasecmp(plan_strip(names[i]), t->id) == 0)
            return channel_var_set(env->channel, SLICE("RTSTOREID"), values[i]);
    return 0;
}

static int store_row(const struct plan_env *env, char *args, char *texts)
{
    char *argv[FUNC_VALUES + 2], *given[FUNC_VALUES + 1];
    const int count = plan_args_split(args, ',', argv, FUNC_VALUES + 2) - 1;
    const struct model_type *t = table_of(argv[0]);
    struct slice values[FUNC_VALUES];
    struct buf sql;
    int err = EINVAL;

    plan_args_split(texts, ',', given, FUNC_VALUES + 1);
    if (!t || count < 1 || count > FUNC_VALUES) {
        plan_func_warn(env, "REALTIME_STORE needs a table of the station and 1 to 16 columns",
                       argv[0]);
        return EINVAL;
    }
    if (!may_write(env, t))
        return EACCES;
    buf_init(&sql, MOST_SQL);
    buf_printf(&sql, "INSERT INTO \"%s\" (", t->table);
    if (columns_of(env, t, argv + 1, count, given, &sql, values) > 0)
        err = change(env, t, &sql, values, (size_t)count);
    if (!err)
        err = set_id(env, t, argv + 1, count, values);
    buf_fini(&sql);
    return err;
}

static int realtime_store_write(const struct plan_env *env, char *args, struct slice value)
{
    char *texts = slice_dup(slice_is_set(value) ? value : SLICE(""));
    int err = texts ? store_row(env, args, texts) : ENOMEM;

    mem_free(texts);
    return err;
}

static int destroy_rows(const struct plan_env *env, const struct place *p)
{
    struct buf sql;
    int err;

    if (!may_write(env, p->type))
        return EACCES;
    buf_init(&sql, MOST_SQL);
    buf_printf(&sql, "DELETE FROM \"%s\" WHERE \"%s\" %s ?", p->type->table, p->match->column,
               p->operation);
    err = change(env, p->type, &sql, &p->value, 1);
    buf_fini(&sql);
    return err;
}

/* Gives what was there. */
static int realtime_destroy_read(const struct plan_env *env, char *args, struct buf *out)
{
    return read_whole_row(env, args, out, destroy_rows);
}

static int realtime_destroy_write(const struct plan_env *env, char *args, struct slice value)
{
    char *argv[3];
    struct place p;

    plan_args_split(args, ',', argv, 3);
    return find_place(env, argv[0], argv[1], argv[2], &p) ? destroy_rows(env, &p) : EINVAL;
}

#define SHOWN "tests/scene/realtime.scene"

const struct plan_func plan_func_realtime = {
    .name = "REALTIME",
    .syntax = "REALTIME(family,fieldmatch[,matchvalue[,delim1|field[,delim2]]])",
    .help_ru =
        "Строка таблицы станции: имя=значение через запятую; запись: REALTIME(таблица,столбец,значение,поле)=новое\nfamily - "
        "таблица, например ps_endpoints, или extensions; fieldmatch - столбец, можно с LIKE, !=, <, >. Значения проверяются, "
        "как при загрузке; пишутся только таблицы конфигурации, и она сразу действует.",
    .help_en =
        "A row of a table of the station: name=value with commas; writing: REALTIME(table,column,value,field)=new\nfamily: a "
        "table, e.g. ps_endpoints, or extensions; fieldmatch: a column, also with LIKE, !=, <, >. Values are checked as when "
        "they are loaded; only tables of the configuration are written, and it holds at once.",
    .shown = SHOWN,
    .read = realtime_read,
    .write = realtime_write,
};

const struct plan_func plan_func_realtime_field = {
    .name = "REALTIME_FIELD",
    .syntax = "REALTIME_FIELD(family,fieldmatch,matchvalue,fieldname)",
    .help_ru = "Одно поле строки таблицы станции; запись - как REALTIME",
    .help_en = "One field of a row of a table of the station; written as REALTIME",
    .shown = SHOWN,
    .read = realtime_field_read,
    .write = realtime_write,
};

const struct plan_func plan_func_realtime_hash = {
    .name = "REALTIME_HASH",
    .syntax = "REALTIME_HASH(family,fieldmatch,matchvalue)",
    .help_ru = "Строка таблицы станции для Set(HASH(имя)=...)",
    .help_en = "A row of a table of the station, for Set(HASH(name)=...)",
    .shown = SHOWN,
    .read = realtime_hash_read,
};

const struct plan_func plan_func_realtime_store = {
    .name = "REALTIME_STORE",
    .syntax = "REALTIME_STORE(family,field1[,fieldN...])=value1[,valueN...]",
    .help_ru =
        "Новая строка таблицы станции\nДо 16 столбцов; в RTSTOREID - её имя. Проверяется, как REALTIME.",
    .help_en =
        "A new row of a table of the station\nUp to 16 columns; its name comes in RTSTOREID. Checked as REALTIME.",
    .shown = SHOWN,
    .write = realtime_store_write,
};

const struct plan_func plan_func_realtime_destroy = {
    .name = "REALTIME_DESTROY",
    .syntax = "REALTIME_DESTROY(family,fieldmatch[,matchvalue[,delim1[,delim2]]])",
    .help_ru = "Удаляет строки таблицы станции и даёт то, что было в первой",
    .help_en = "Delete rows of a table of the station, and give what the first one held",
    .shown = SHOWN,
    .read = realtime_destroy_read,
    .write = realtime_destroy_write,
};
