/* copy.c - see copy.h */
#include "model/copy.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "model/field.h"

#define MOST_SQL (64u << 10)
#define TELL_ROWS 10000

/* Made anew with every database: what is in tables and what in static_pjsip. */
static bool is_preset(const struct model_type *t)
{
    return strcmp(t->table, "static_sorcery") == 0;
}

/* @return 0; EEXIST; errno of the database */
static int must_be_empty(struct db *d, const struct model_type *t)
{
    struct buf sql;
    struct stmt *st;
    bool row = false;
    int err;

    buf_init(&sql, MOST_SQL);
    buf_printf(&sql, "SELECT 1 FROM \"%s\" LIMIT 1", t->table); /* our own name */
    err = buf_err(&sql);
    if (!err)
        err = db_stmt(&st, d, buf_z(&sql));
    if (!err)
        err = stmt_step(st, &row);
    if (!err && row) {
        stmt_reset(st);
        err = EEXIST;
    }
    buf_fini(&sql);
    return err;
}

/* @return how many */
static int add_columns(const struct model_type *t, struct buf *sql)
{
    static const char *const pairs[] = {"uuid", "name", "description", "group_uuid", "value", NULL};
    int count = 0;

    if (t->shape == MODEL_PAIRS)
        for (; pairs[count]; count++)
            buf_printf(sql, "%s\"%s\"", count ? ", " : "", pairs[count]);
    else
        for (; t->fields[count].column; count++)
            buf_printf(sql, "%s\"%s\"", count ? ", " : "", t->fields[count].column);
    return count;
}

static int prepare(struct stmt **read, struct stmt **write, struct db *from, struct db *to,
                   const struct model_type *t)
{
    struct buf select, insert;
    int err, count;

    buf_init(&select, MOST_SQL);
    buf_init(&insert, MOST_SQL);
    buf_addz(&select, "SELECT ");
    add_columns(t, &select);
    buf_printf(&select, " FROM \"%s\"", t->table);
    buf_printf(&insert, "INSERT INTO \"%s\" (", t->table);
    count = add_columns(t, &insert);
    for (int i = 0; i < count; i++)
        buf_printf(&insert, "%s?", i ? ", " : ") VALUES (");
    buf_addc(&insert, ')');
    err = buf_err(&select) ? buf_err(&select) : buf_err(&insert);
    if (!err)
        err = db_stmt(read, from, buf_z(&select));
    if (!err)
        err = db_stmt(write, to, buf_z(&insert));
    buf_fini(&select);
    buf_fini(&insert);
    return err;
}

static int copy_row(struct stmt *read, struct stmt *write)
{
    int err = 0;

    for (int i = 0; !err && i < stmt_cols(read); i++)
        err = stmt_text(write, i + 1, stmt_col(read, i));
    return err ? err : stmt_run(write);
}

static int copy_table(struct db *from, struct db *to, const struct model_type *t,
                      model_copy_h *tell, void *arg)
{
    struct stmt *read = NULL, *write;
    uint64_t rows = 0;
    bool row = true;
    int err = prepare(&read, &write, from, to, t);

    while (!err && row) {
        err = stmt_step(read, &row);
        if (err || !row)
            break;
        err = copy_row(read, write);
        if (!err && ++rows % TELL_ROWS == 0 && tell)
            tell(t->table, rows, false, arg);
    }
    if (err && read)
        stmt_reset(read);
    if (!err && tell)
        tell(t->table, rows, true, arg);
    return err;
}

static int copy_all(struct db *from, struct db *to, model_copy_h *tell, void *arg,
                    const char **table)
{
    int err = 0;

    for (const struct model_type *t = model_types; !err && t->name; t++) {
        *table = t->table;
        err = is_preset(t) ? db_run(to, "DELETE FROM static_sorcery") : must_be_empty(to, t);
    }
    for (const struct model_type *t = model_types; !err && t->name; t++) {
        *table = t->table;
        err = copy_table(from, to, t, tell, arg);
    }
    return err;
}

int model_copy(struct db *from, struct db *to, model_copy_h *tell, void *arg, const char **table)
{
    int err = db_run(from, "BEGIN");

    *table = "";
    if (!err)
        err = db_begin(to);
    if (!err)
        err = copy_all(from, to, tell, arg, table);
    if (!err)
        err = db_commit(to);
    if (err)
        db_rollback(to);
    db_rollback(from);
    return err;
}
