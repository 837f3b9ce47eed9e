/* db_sqlite.c - the driver of a database that is one file (driver.h) */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/driver.h"

#define BUSY_MS 1000

struct file {
    struct db db;
    sqlite3 *c;
    char *path;
    dev_t dev; /* of the file that was opened */
    ino_t ino;
};

struct file_stmt {
    struct stmt stmt;
    sqlite3_stmt *s;
};

static struct file *file_of(const struct db *d)
{
    return (struct file *)d;
}

static sqlite3_stmt *stmt_of(const struct stmt *s)
{
    return ((const struct file_stmt *)s)->s;
}

/* Two rows that may not both be, or one that breaks a rule. */
static int errno_of_constraint(int rc)
{
    switch (rc) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return EEXIST;
    case SQLITE_CONSTRAINT_DATATYPE: return ERANGE;
    default: return EDOM;
    }
}

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
    case SQLITE_CONSTRAINT: return errno_of_constraint(rc);
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH: return ERANGE;
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
    const struct file *f = file_of(d);
    int err = errno_of(rc);

    if (err)
        snprintf(d->why, sizeof(d->why), "%s", f->c ? sqlite3_errmsg(f->c) : sqlite3_errstr(rc));
    return err;
}

static void file_close(struct db *d)
{
    struct file *f = file_of(d);

    sqlite3_close(f->c);
    mem_free(f->path);
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

static void file_set_busy_ms(struct db *d, int ms)
{
    sqlite3_busy_timeout(file_of(d)->c, ms);
}

static void file_allow_double_quoted(struct db *d, bool is_on)
{
    sqlite3_db_config(file_of(d)->c, SQLITE_DBCONFIG_DQS_DML, is_on ? 1 : 0, (int *)NULL);
    sqlite3_db_config(file_of(d)->c, SQLITE_DBCONFIG_DQS_DDL, is_on ? 1 : 0, (int *)NULL);
}

static int file_run(struct db *d, const char *sql)
{
    return failed(d, sqlite3_exec(file_of(d)->c, sql, NULL, NULL, NULL));
}

static int file_make_ready(struct db *d)
{
    (void)d;
    return 0;
}

static int file_begin(struct db *d)
{
    return file_run(d, "BEGIN IMMEDIATE");
}

static bool file_is_in_transaction(const struct db *d)
{
    return !sqlite3_get_autocommit(file_of(d)->c);
}

static void file_trim(struct db *d)
{
    sqlite3_db_release_memory(file_of(d)->c);
}

static int64_t file_changes(const struct db *d)
{
    return sqlite3_changes64(file_of(d)->c);
}

static int64_t file_last_id(const struct db *d)
{
    return sqlite3_last_insert_rowid(file_of(d)->c);
}

static int set_up(struct db *d, enum db_mode mode)
{
    sqlite3 *c = file_of(d)->c;
    int err;

    sqlite3_extended_result_codes(c, 1);
    file_set_busy_ms(d, BUSY_MS);
    file_allow_double_quoted(d, false);
    sqlite3_db_config(c, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    if (mode == DB_READ) {
        err = file_run(d, "PRAGMA query_only=1");
    } else {
        err = file_run(d, "PRAGMA journal_mode=WAL");
        if (!err)
            err = file_run(d, "PRAGMA synchronous=FULL; PRAGMA foreign_keys=1;"
                              "PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=16777216");
    }
    return err ? err : file_run(d, "SELECT count(*) FROM sqlite_schema");
}

static int open_file(struct db *d, const char *path, enum db_mode mode)
{
    struct file *f = file_of(d);
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
    f->dev = st.st_dev;
    f->ino = st.st_ino;
    rc = sqlite3_open_v2(path, &f->c, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    return rc == SQLITE_OK ? set_up(d, mode) : failed(d, rc);
}

/* A connection belongs to one thread at a time: no locks inside, and nobody asks for statistics. */
static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int file_open(struct db *d, const char *where, enum db_mode mode)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct file *f = file_of(d);

    pthread_once(&once, configure);
    f->path = mem_strdup(where);
    return f->path ? open_file(d, where, mode) : ENOMEM;
}

static bool file_is_in_place(const struct db *d)
{
    const struct file *f = file_of(d);
    struct stat st;

    return stat(f->path, &st) == 0 && st.st_dev == f->dev && st.st_ino == f->ino;
}

/* ---- statements ---- */

static int file_prepare(struct stmt **sp, struct db *d, const char *sql)
{
    struct file_stmt *s = mem_zalloc(sizeof(*s));
    int err;

    if (!s)
        return ENOMEM;
    err = failed(
        d, sqlite3_prepare_v3(file_of(d)->c, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->s, NULL));
    if (err)
        mem_free(s);
    else
        *sp = &s->stmt;
    return err;
}

static void file_finalize(struct stmt *s)
{
    sqlite3_finalize(stmt_of(s));
    mem_free(s);
}

static int file_text(struct stmt *s, int i, struct slice v)
{
    return failed(s->db,
                  sqlite3_bind_text64(stmt_of(s), i, v.p, v.len, SQLITE_STATIC, SQLITE_UTF8));
}

static int file_integer(struct stmt *s, int i, int64_t v)
{
    return failed(s->db, sqlite3_bind_int64(stmt_of(s), i, v));
}

static int file_null(struct stmt *s, int i)
{
    return failed(s->db, sqlite3_bind_null(stmt_of(s), i));
}

static int file_step(struct stmt *s, bool *row)
{
    int rc = sqlite3_step(stmt_of(s));

    *row = rc == SQLITE_ROW;
    return failed(s->db, rc);
}

static void file_reset(struct stmt *s)
{
    sqlite3_reset(stmt_of(s));
    sqlite3_clear_bindings(stmt_of(s));
}

static struct slice file_col(struct stmt *s, int c)
{
    const char *p;

    if (sqlite3_column_type(stmt_of(s), c) == SQLITE_NULL)
        return SLICE_NONE;
    p = (const char *)sqlite3_column_text(stmt_of(s), c);
    return p ? slice_from(p, (size_t)sqlite3_column_bytes(stmt_of(s), c)) : SLICE_NONE;
}

static int64_t file_col_int(struct stmt *s, int c)
{
    return sqlite3_column_int64(stmt_of(s), c);
}

static int file_cols(struct stmt *s)
{
    return sqlite3_column_count(stmt_of(s));
}

static const char *file_col_name(struct stmt *s, int c)
{
    return sqlite3_column_name(stmt_of(s), c);
}

static int file_each(struct db *d, struct slice *sql, db_row_h *each, void *arg)
{
    struct file_stmt s = {.stmt.db = d};
    const char *tail = NULL;
    bool row = true;
    int err;

    err = failed(d, sqlite3_prepare_v2(file_of(d)->c, sql->p, (int)sql->len, &s.s, &tail));
    if (err)
        return err;
    *sql = slice_skip(*sql, (size_t)(tail - sql->p));
    if (!s.s) /* only spaces or a comment */
        return 0;
    while (!err && row) {
        err = stmt_step(&s.stmt, &row);
        if (!err && row)
            err = each(&s.stmt, arg);
    }
    sqlite3_finalize(s.s);
    return err;
}

const struct db_driver db_sqlite = {
    .size = sizeof(struct file),
    .open = file_open,
    .close = file_close,
    .is_in_place = file_is_in_place,
    .set_busy_ms = file_set_busy_ms,
    .allow_double_quoted = file_allow_double_quoted,
    .make_ready = file_make_ready,
    .run = file_run,
    .begin = file_begin,
    .is_in_transaction = file_is_in_transaction,
    .trim = file_trim,
    .changes = file_changes,
    .last_id = file_last_id,
    .columns_sql = "SELECT name FROM pragma_table_info(?)",
    .each = file_each,
    .prepare = file_prepare,
    .finalize = file_finalize,
    .text = file_text,
    .integer = file_integer,
    .null = file_null,
    .step = file_step,
    .reset = file_reset,
    .col = file_col,
    .col_int = file_col_int,
    .cols = file_cols,
    .col_name = file_col_name,
};
