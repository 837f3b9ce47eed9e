/* db.c - see db.h: the statements by their texts, in front of one of two drivers (driver.h) */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "store/driver.h"
#include "store/where.h"

static _Thread_local char open_why[sizeof(((struct db *)0)->why)];

static void stmt_free(struct stmt *s)
{
    list_unlink(&s->by_use);
    mem_free(s->sql);
    s->db->v->finalize(s);
}

static void db_destroy(void *object)
{
    struct db *d = object;

    HASH_FOREACH(&d->stmts, k)
    {
        stmt_free(CONTAINER_OF(k, struct stmt, link));
    }
    hash_fini(&d->stmts);
    d->v->close(d);
}

bool db_is_server(const char *where)
{
    return strncmp(where, DB_SERVER, sizeof(DB_SERVER) - 1) == 0;
}

int db_open(struct db **dp, const char *where, enum db_mode mode)
{
    const struct db_driver *v;
    struct db *d;
    int err;

    if (!dp || !where)
        return EINVAL;
    v = db_is_server(where) ? &db_mariadb : &db_sqlite;
    d = mem_alloc(v->size, db_destroy);
    if (!d)
        return ENOMEM;
    d->v = v;
    hash_init(&d->stmts);
    list_init(&d->by_use);
    err = v->open(d, where, mode);
    memcpy(open_why, d->why, sizeof(open_why));
    if (err)
        mem_deref(d);
    else
        *dp = d;
    return err;
}

const char *db_open_why(void)
{
    return open_why;
}

bool db_is_in_place(const struct db *d)
{
    return d->v->is_in_place(d);
}

void db_set_busy_ms(struct db *d, int ms)
{
    d->v->set_busy_ms(d, ms);
}

void db_allow_double_quoted(struct db *d, bool is_on)
{
    d->v->allow_double_quoted(d, is_on);
}

const char *db_why(const struct db *d)
{
    return d->why;
}

int db_run(struct db *d, const char *sql)
{
    return d->v->run(d, sql);
}

int db_begin(struct db *d)
{
    return d->v->begin(d);
}

int db_make_ready(struct db *d)
{
    return d->v->make_ready(d);
}

int db_commit(struct db *d)
{
    return db_run(d, "COMMIT");
}

void db_rollback(struct db *d)
{
    char why[sizeof(d->why)];

    if (!db_is_in_transaction(d))
        return;
    /* what went wrong before is what the caller wants to read */
    memcpy(why, d->why, sizeof(why));
    HASH_FOREACH(&d->stmts, k)
    stmt_reset(CONTAINER_OF(k, struct stmt, link));
    db_run(d, "ROLLBACK");
    memcpy(d->why, why, sizeof(why));
}

bool db_is_in_transaction(const struct db *d)
{
    return d->v->is_in_transaction(d);
}

void db_trim(struct db *d)
{
    d->v->trim(d);
}

int64_t db_changes(const struct db *d)
{
    return d->v->changes(d);
}

int64_t db_last_id(const struct db *d)
{
    return d->v->last_id(d);
}

int db_columns(struct db *d, const char *table, struct buf *out)
{
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, d, d->v->columns_sql);

    if (!err)
        err = stmt_text(s, 1, slice_of(table));
    while (!err) {
        err = stmt_step(s, &row);
        if (err || !row)
            break;
        buf_printf(out, ",%.*s,", SLICE_ARG(stmt_col(s, 0)));
    }
    return err ? err : buf_err(out);
}

/* ---- statements ---- */

static struct db_recent *recent_of(struct db *d, const char *sql)
{
    return &d->recent[((uintptr_t)sql >> 4) % DB_RECENT];
}

static struct stmt *find(struct db *d, const char *sql, uint32_t hash)
{
    for (struct hash_link *k = hash_first(&d->stmts, hash); k; k = hash_next(k)) {
        struct stmt *s = CONTAINER_OF(k, struct stmt, link);

        if (strcmp(s->sql, sql) == 0)
            return s;
    }
    return NULL;
}

static void forget(struct db *d, struct stmt *s)
{
    for (int i = 0; i < DB_RECENT; i++)
        if (d->recent[i].stmt == s)
            d->recent[i] = (struct db_recent){.at = NULL};
    hash_del(&d->stmts, &s->link);
    stmt_free(s);
}

/* The one that nobody has asked for the longest. */
static void make_room(struct db *d)
{
    if (d->stmts.count < DB_STMTS)
        return;
    LIST_FOREACH(&d->by_use, k)
    {
        struct stmt *s = CONTAINER_OF(k, struct stmt, by_use);

        if (!s->is_used) {
            forget(d, s);
            return;
        }
    }
}

static int prepare(struct stmt **sp, struct db *d, const char *sql, uint32_t hash)
{
    struct stmt *s = NULL;
    int err;

    make_room(d);
    err = d->v->prepare(&s, d, sql);
    if (err)
        return err;
    s->db = d;
    s->sql = mem_strdup(sql);
    err = s->sql ? hash_add(&d->stmts, &s->link, hash) : ENOMEM;
    if (err) {
        mem_free(s->sql);
        d->v->finalize(s);
    } else {
        *sp = s;
    }
    return err;
}

int db_stmt(struct stmt **sp, struct db *d, const char *sql)
{
    struct db_recent *r = recent_of(d, sql);
    struct stmt *s = r->at == sql && strcmp(r->stmt->sql, sql) == 0 ? r->stmt : NULL;
    int err = 0;

    if (!s) {
        uint32_t hash = hash_bytes(sql, strlen(sql));

        s = find(d, sql, hash);
        if (!s)
            err = prepare(&s, d, sql, hash);
        if (err)
            return err;
        *r = (struct db_recent){.at = sql, .stmt = s};
    }
    if (list_last(&d->by_use) != &s->by_use) {
        list_unlink(&s->by_use);
        list_append(&d->by_use, &s->by_use);
    }
    stmt_reset(s);
    *sp = s;
    return 0;
}

int stmt_text(struct stmt *s, int i, struct slice v)
{
    if (!slice_is_set(v))
        return stmt_null(s, i);
    s->is_used = true;
    return s->db->v->text(s, i, v);
}

int stmt_int(struct stmt *s, int i, int64_t v)
{
    s->is_used = true;
    return s->db->v->integer(s, i, v);
}

int stmt_null(struct stmt *s, int i)
{
    return s->db->v->null(s, i);
}

int stmt_step(struct stmt *s, bool *row)
{
    int err;

    s->is_used = true;
    *row = false;
    err = s->db->v->step(s, row);
    if (!*row)
        stmt_reset(s);
    return err;
}

int stmt_run(struct stmt *s)
{
    bool row = true;
    int err = 0;

    while (!err && row)
        err = stmt_step(s, &row);
    return err;
}

void stmt_reset(struct stmt *s)
{
    if (!s->is_used)
        return;
    s->is_used = false;
    s->db->v->reset(s);
}

struct slice stmt_col(struct stmt *s, int c)
{
    return s->db->v->col(s, c);
}

int64_t stmt_col_int(struct stmt *s, int c)
{
    return s->db->v->col_int(s, c);
}

int stmt_cols(struct stmt *s)
{
    return s->db->v->cols(s);
}

const char *stmt_col_name(struct stmt *s, int c)
{
    return s->db->v->col_name(s, c);
}

int db_each(struct db *d, struct slice *sql, db_row_h *each, void *arg)
{
    return d->v->each(d, sql, each, arg);
}
