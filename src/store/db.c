/* db.c - see db.h */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/hash.h"
#include "base/mem.h"
#include "store/db.h"

#define BUSY_MS 1000

struct stmt {
    struct hash_link link;
    struct db *db;
    sqlite3_stmt *s;
    char *sql;
    bool is_used; /* has values or rows since the last reset */
};

/* The statement last asked for by a text at that address: saves hashing long constants. */
struct recent {
    const char *at;
    struct stmt *stmt;
};

#define RECENT 16

struct db {
    sqlite3 *c;
    struct hash stmts; /* by text */
    struct recent recent[RECENT];
    char *path;
    dev_t dev; /* of the file that was opened */
    ino_t ino;
    char why[300];
};

static int errno_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return 0;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return EBUSY;
    case SQLITE_NOMEM: return ENOMEM;
    case SQLITE_READONLY: return EROFS;
    case SQLITE_FULL: return ENOSPC;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return EBADMSG;
    case SQLITE_CONSTRAINT: return EEXIST;
    case SQLITE_PERM:
    case SQLITE_AUTH: return EACCES;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL: return EIO;
    default: return EINVAL;
    }
}

static int failed(struct db *d, int rc)
{
    int err = errno_of(rc);

    if (err)
        snprintf(d->why, sizeof(d->why), "%s", d->c ? sqlite3_errmsg(d->c) : sqlite3_errstr(rc));
    return err;
}

static void db_destroy(void *object)
{
    struct db *d = object;

    HASH_FOREACH(&d->stmts, k)
    {
        struct stmt *s = CONTAINER_OF(k, struct stmt, link);

        sqlite3_finalize(s->s);
        mem_free(s->sql);
        mem_free(s);
    }
    hash_fini(&d->stmts);
    sqlite3_close(d->c);
    mem_free(d->path);
}

/* SQLite makes a new file 0644 less the umask; the roles of group station must be able to write it.
 */
static int make_file(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0660);

    if (fd < 0)
        return errno == EEXIST ? 0 : errno;
    fchmod(fd, 0660);
    close(fd);
    return 0;
}

static int set_up(struct db *d, enum db_mode mode)
{
    int err;

    sqlite3_extended_result_codes(d->c, 1);
    db_set_busy_ms(d, BUSY_MS);
    db_allow_double_quoted(d, false);
    sqlite3_db_config(d->c, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    if (mode == DB_READ) {
        err = db_run(d, "PRAGMA query_only=1");
    } else {
        err = db_run(d, "PRAGMA journal_mode=WAL");
        if (!err)
            err = db_run(d, "PRAGMA synchronous=FULL; PRAGMA foreign_keys=1;"
                            "PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=16777216");
    }
    return err ? err : db_run(d, "SELECT count(*) FROM sqlite_schema");
}

static int open_file(struct db *d, const char *path, enum db_mode mode)
{
    struct stat st;
    int err, rc;

    if (mode == DB_CREATE) {
        err = make_file(path);
        if (err) {
            snprintf(d->why, sizeof(d->why), "%s", strerror(err));
            return err;
        }
    }
    if (stat(path, &st) != 0) {
        err = errno;
        snprintf(d->why, sizeof(d->why), "%s", strerror(err));
        return err;
    }
    d->dev = st.st_dev;
    d->ino = st.st_ino;
    rc = sqlite3_open_v2(path, &d->c, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    return rc == SQLITE_OK ? set_up(d, mode) : failed(d, rc);
}

/* A connection belongs to one thread at a time: no locks inside, and nobody asks for statistics. */
static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int db_open(struct db **dp, const char *path, enum db_mode mode)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct db *d;
    int err;

    if (!dp || !path)
        return EINVAL;
    pthread_once(&once, configure);
    d = mem_alloc(sizeof(*d), db_destroy);
    if (!d)
        return ENOMEM;
    hash_init(&d->stmts);
    d->path = mem_strdup(path);
    err = d->path ? open_file(d, path, mode) : ENOMEM;
    if (err)
        mem_deref(d);
    else
        *dp = d;
    return err;
}

bool db_is_in_place(const struct db *d)
{
    struct stat st;

    return stat(d->path, &st) == 0 && st.st_dev == d->dev && st.st_ino == d->ino;
}

void db_set_busy_ms(struct db *d, int ms)
{
    sqlite3_busy_timeout(d->c, ms);
}

void db_allow_double_quoted(struct db *d, bool is_on)
{
    sqlite3_db_config(d->c, SQLITE_DBCONFIG_DQS_DML, is_on ? 1 : 0, (int *)NULL);
    sqlite3_db_config(d->c, SQLITE_DBCONFIG_DQS_DDL, is_on ? 1 : 0, (int *)NULL);
}

const char *db_why(const struct db *d)
{
    return d->why;
}

int db_run(struct db *d, const char *sql)
{
    return failed(d, sqlite3_exec(d->c, sql, NULL, NULL, NULL));
}

int db_begin(struct db *d)
{
    return db_run(d, "BEGIN IMMEDIATE");
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
    return !sqlite3_get_autocommit(d->c);
}

void db_trim(struct db *d)
{
    sqlite3_db_release_memory(d->c);
}

int64_t db_changes(const struct db *d)
{
    return sqlite3_changes64(d->c);
}

int64_t db_last_id(const struct db *d)
{
    return sqlite3_last_insert_rowid(d->c);
}

static struct recent *recent_of(struct db *d, const char *sql)
{
    return &d->recent[((uintptr_t)sql >> 4) % RECENT];
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

static int prepare(struct stmt **sp, struct db *d, const char *sql, uint32_t hash)
{
    struct stmt *s = mem_zalloc(sizeof(*s));
    int err = ENOMEM;

    if (!s)
        return ENOMEM;
    s->db = d;
    s->sql = mem_strdup(sql);
    if (!s->sql)
        goto out;
    err = failed(d, sqlite3_prepare_v3(d->c, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->s, NULL));
    if (err)
        goto out;
    err = hash_add(&d->stmts, &s->link, hash);
out:
    if (err) {
        sqlite3_finalize(s->s);
        mem_free(s->sql);
        mem_free(s);
    } else {
        *sp = s;
    }
    return err;
}

int db_stmt(struct stmt **sp, struct db *d, const char *sql)
{
    struct recent *r = recent_of(d, sql);
    struct stmt *s = r->at == sql && strcmp(r->stmt->sql, sql) == 0 ? r->stmt : NULL;
    int err = 0;

    if (!s) {
        uint32_t hash = hash_bytes(sql, strlen(sql));

        s = find(d, sql, hash);
        if (!s)
            err = prepare(&s, d, sql, hash);
        if (err)
            return err;
        *r = (struct recent){.at = sql, .stmt = s};
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
    return failed(s->db, sqlite3_bind_text64(s->s, i, v.p, v.len, SQLITE_STATIC, SQLITE_UTF8));
}

int stmt_int(struct stmt *s, int i, int64_t v)
{
    s->is_used = true;
    return failed(s->db, sqlite3_bind_int64(s->s, i, v));
}

int stmt_null(struct stmt *s, int i)
{
    return failed(s->db, sqlite3_bind_null(s->s, i));
}

int stmt_step(struct stmt *s, bool *row)
{
    int rc = sqlite3_step(s->s);
    int err = failed(s->db, rc);

    s->is_used = true;
    *row = rc == SQLITE_ROW;
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
    sqlite3_reset(s->s);
    sqlite3_clear_bindings(s->s);
}

struct slice stmt_col(struct stmt *s, int c)
{
    const char *p;

    if (sqlite3_column_type(s->s, c) == SQLITE_NULL)
        return SLICE_NONE;
    p = (const char *)sqlite3_column_text(s->s, c);
    return p ? slice_from(p, (size_t)sqlite3_column_bytes(s->s, c)) : SLICE_NONE;
}

int64_t stmt_col_int(struct stmt *s, int c)
{
    return sqlite3_column_int64(s->s, c);
}

int stmt_cols(struct stmt *s)
{
    return sqlite3_column_count(s->s);
}

const char *stmt_col_name(struct stmt *s, int c)
{
    return sqlite3_column_name(s->s, c);
}

int db_each(struct db *d, struct slice *sql, db_row_h *each, void *arg)
{
    struct stmt s = {.db = d};
    const char *tail = NULL;
    bool row = true;
    int err;

    err = failed(d, sqlite3_prepare_v2(d->c, sql->p, (int)sql->len, &s.s, &tail));
    if (err)
        return err;
    *sql = slice_skip(*sql, (size_t)(tail - sql->p));
    if (!s.s) /* only spaces or a comment */
        return 0;
    while (!err && row) {
        err = stmt_step(&s, &row);
        if (!err && row)
            err = each(&s, arg);
    }
    sqlite3_finalize(s.s);
    return err;
}
