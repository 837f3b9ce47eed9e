/*
 * store/db.h - one connection to the station's database, and its prepared statements
 *
 * Scope:   the only place that calls SQLite, or a MariaDB server: where says which. Values always travel as
 *          bound values: texts of SQL are constants of our own, in SQLite's words (dialect.h has what
 *          MariaDB calls otherwise), or what the administrator typed into `station sql`.
 * Owns:    its statements: one per distinct text, prepared once, the DB_STMTS asked for last are kept.
 * Thread:  any, one at a time (a connection belongs to one worker, or to a tool's main thread).
 * Errors:  EBUSY (another process holds the lock longer than the busy time), ENOSPC (disk or quota
 *          full), EIO (cannot be read or written, or gone: open another), EROFS, EBADMSG (not a
 *          database, or damaged), EEXIST (such a row is there), ERANGE (a value does not fit its column),
 *          EDOM (another rule of the table: NOT NULL, CHECK, foreign key, a trigger that refuses), EACCES
 *          (the server refuses the user), ENOMEM, EINVAL (wrong SQL, all else). db_why has the database's words.
 * Server:  connects within 3 s, waits 60 s for an answer. Its DDL ends a transaction, so that steps of
 *          store/migrate.h must be able to run twice; a transaction takes locks row by row.
 * Source:  sqlite.org: WAL, PRAGMA synchronous=FULL, result codes; MariaDB's SQL modes, error codes.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

struct db;
struct stmt;

enum { DB_STMTS = 256 };

enum db_mode {
    DB_READ,   /* never writes */
    DB_WRITE,  /* file or database must exist */
    DB_CREATE, /* made when missing; a file's mode is 0660 */
};

/**
 * Opens a file in WAL mode, synchronous=FULL, foreign keys on; or connects to a server.
 * @param where  a path, or mysql://... (where.h)
 * @return 0; ENOENT (no file, no such database); EINVAL (not a server's line); see Errors
 */
int db_open(struct db **dp, const char *where, enum db_mode mode);

/** What the database said about this thread's last db_open that failed. */
const char *db_open_why(void);

/** where is a server's. */
bool db_is_server(const char *where);

/* A connection is a counted object; the last mem_deref closes it. */

/** The file opened is still the one at its path, neither removed nor replaced since; the connection to
 * a server has not broken. */
bool db_is_in_place(const struct db *d);

/** Before the first table: a server's database compares texts byte by byte, as a file does. */
int db_make_ready(struct db *d);

/** How long a statement waits for another process's lock (default 1,000 ms; a server counts whole seconds,
 * and below one a statement fails at once). */
void db_set_busy_ms(struct db *d, int ms);

/** Take "text" in double quotes for a string, as the manual's recipes write it (default: no). */
void db_allow_double_quoted(struct db *d, bool is_on);

/** What the database said about the last error; borrowed until the next call. */
const char *db_why(const struct db *d);

/** Run a script of statements without values. @return 0; see Errors. */
int db_run(struct db *d, const char *sql);

/** Transaction that takes the write lock at once (of a file). */
int db_begin(struct db *d);
int db_commit(struct db *d);
void db_rollback(struct db *d); /* harmless outside */
bool db_is_in_transaction(const struct db *d);

/** Give back the memory of cached pages (after a big read). */
void db_trim(struct db *d);

/** Rows changed by the last statement / id of the last inserted row. */
int64_t db_changes(const struct db *d);
int64_t db_last_id(const struct db *d);

/** Add the names of a table's columns to out, each between two commas; nothing when there is no such
 * table. @return 0; see Errors; errno of buf */
int db_columns(struct db *d, const char *table, struct buf *out);

/**
 * The statement for this text: prepared now or taken from the kept ones, reset, without values.
 * @param sql  borrowed during the call
 * @param sp   out: borrowed; stays while it has values or rows, and until DB_STMTS other texts have been
 *             asked for. Use one text for one purpose at a time
 */
int db_stmt(struct stmt **sp, struct db *d, const char *sql);

/** Bind value i (1 = first "?"). The absent slice binds NULL. Texts are borrowed until stmt_reset.
 */
int stmt_text(struct stmt *s, int i, struct slice v);
int stmt_int(struct stmt *s, int i, int64_t v);
int stmt_null(struct stmt *s, int i);

/** @param row  out: true: a row is there; false: done (and reset). @return 0; see Errors (and
 * reset) */
int stmt_step(struct stmt *s, bool *row);

/** Run to the end without wanting rows, then reset. */
int stmt_run(struct stmt *s);

/** Forget rows and values; harmless twice. */
void stmt_reset(struct stmt *s);

/** Column c (0 = first) of the present row; texts are valid until the next step or reset. NULL
 * gives the absent slice / 0. */
struct slice stmt_col(struct stmt *s, int c);
int64_t stmt_col_int(struct stmt *s, int c);
int stmt_cols(struct stmt *s);
const char *stmt_col_name(struct stmt *s, int c);

/**
 * Prepare and run what an administrator typed, one statement at a time.
 * @param sql   in: text; out: what follows the statement that was run (empty at the end)
 * @param each  called per row; not 0 stops and is returned
 */
typedef int(db_row_h)(struct stmt *s, void *arg);
int db_each(struct db *d, struct slice *sql, db_row_h *each, void *arg);
