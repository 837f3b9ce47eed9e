/*
 * db_mariadb.c - the driver of a database on a MariaDB server (driver.h)
 *
 * A connection that broke says EIO for ever: its owner opens another. Results are kept whole on this
 * side, so that one statement may run while another's rows are read.
 */
#include <errno.h>
#include <mysql.h>
#include <mysqld_error.h>
#include <errmsg.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "store/dialect.h"
#include "store/driver.h"
#include "store/where.h"

#define CONNECT_SECONDS 3
#define ANSWER_SECONDS 60
#define MOST_SQL (64u << 20)
#define SHORT 32 /* most values fit */
#define MODE "STRICT_TRANS_TABLES,NO_BACKSLASH_ESCAPES,NO_ENGINE_SUBSTITUTION"

struct server {
    struct db db;
    MYSQL *c;
    bool is_broken;
};

struct cell {
    char text[SHORT];
    unsigned long len;
    my_bool is_null;
    char *big; /* when text is too small */
    size_t size;
};

struct server_stmt {
    struct stmt stmt;
    MYSQL_STMT *s;
    bool is_run;
    /* question marks: which value each is, and what was given */
    unsigned marks;
    uint8_t value[DIALECT_VALUES];
    MYSQL_BIND *in;
    int64_t *numbers;
    char **repaired; /* texts that were no UTF-8, until the reset; owned */
    /* columns; a statement of an administrator has rows of texts instead */
    unsigned columns;
    MYSQL_RES *names;
    struct cell *cells;
    MYSQL_RES *typed;
    MYSQL_ROW row;
    unsigned long *lengths;
};

static struct server *server_of(const struct db *d)
{
    return (struct server *)d;
}

static struct server_stmt *stmt_of(struct stmt *s)
{
    return (struct server_stmt *)s;
}

/* ---- errors ---- */

static const struct {
    unsigned code;
    int err;
} errors[] = {
    {ER_LOCK_WAIT_TIMEOUT, EBUSY},
    {ER_LOCK_DEADLOCK, EBUSY},
    {ER_QUERY_INTERRUPTED, EBUSY},
    {ER_STATEMENT_TIMEOUT, EBUSY},
    {ER_USER_LIMIT_REACHED, EBUSY},
    {ER_OUTOFMEMORY, ENOMEM},
    {ER_OUT_OF_SORTMEMORY, ENOMEM},
    {ER_OUT_OF_RESOURCES, ENOMEM},
    {ER_DUP_ENTRY, EEXIST},
    {ER_BAD_NULL_ERROR, EDOM},
    {ER_ROW_IS_REFERENCED_2, EDOM},
    {ER_NO_REFERENCED_ROW_2, EDOM},
    {ER_CONSTRAINT_FAILED, EDOM},
    {ER_NO_DEFAULT_FOR_FIELD, EDOM},
    {ER_SIGNAL_EXCEPTION, EDOM},
    {ER_DATA_TOO_LONG, ERANGE},
    {ER_WARN_DATA_OUT_OF_RANGE, ERANGE},
    {ER_TRUNCATED_WRONG_VALUE, ERANGE},
    {ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, ERANGE},
    {WARN_DATA_TRUNCATED, ERANGE},
    {ER_INVALID_CHARACTER_STRING, ERANGE},
    {ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, EROFS},
    {ER_OPTION_PREVENTS_STATEMENT, EROFS},
    {ER_DISK_FULL, ENOSPC},
    {ER_RECORD_FILE_FULL, ENOSPC},
    {ER_ERROR_ON_WRITE, ENOSPC},
    {ER_GET_ERRNO, EIO},
    {ER_SERVER_SHUTDOWN, EIO},
    {ER_CONNECTION_KILLED, EIO},
    {ER_CON_COUNT_ERROR, EIO},
    {ER_NOT_KEYFILE, EBADMSG},
    {ER_CRASHED_ON_USAGE, EBADMSG},
    {ER_ACCESS_DENIED_ERROR, EACCES},
    {ER_DBACCESS_DENIED_ERROR, EACCES},
    {ER_TABLEACCESS_DENIED_ERROR, EACCES},
    {ER_SPECIFIC_ACCESS_DENIED_ERROR, EACCES},
    {ER_BAD_DB_ERROR, ENOENT},
    {CR_OUT_OF_MEMORY, ENOMEM},
};

static int errno_of(unsigned code)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (errors[i].code == code)
            return errors[i].err;
    /* of the client's library: the connection is gone or of no use any more */
    return code >= CR_MIN_ERROR && code < CR_MIN_ERROR + 1000 ? EIO : EINVAL;
}

static int failed(struct db *d, unsigned code, const char *text)
{
    int err = errno_of(code);

    snprintf(d->why, sizeof(d->why), "%s", text);
    server_of(d)->is_broken |= err == EIO;
    return err;
}

static int failed_here(struct db *d)
{
    return failed(d, mysql_errno(server_of(d)->c), mysql_error(server_of(d)->c));
}

static int failed_stmt(struct server_stmt *s)
{
    return failed(s->stmt.db, mysql_stmt_errno(s->s), mysql_stmt_error(s->s));
}

/* ---- the connection ---- */

/* Only the first result of each statement counts; what comes after is taken off the line. */
static int drain(struct db *d)
{
    MYSQL *c = server_of(d)->c;
    int more;

    do {
        mysql_free_result(mysql_store_result(c));
        more = mysql_next_result(c);
    } while (more == 0);
    return more > 0 ? failed_here(d) : 0;
}

static int query(struct db *d, const char *sql, size_t len)
{
    MYSQL *c = server_of(d)->c;

    return mysql_real_query(c, sql, len) ? failed_here(d) : drain(d);
}

static int server_run(struct db *d, const char *sql)
{
    struct dialect to;
    int err;

    buf_init(&to.sql, MOST_SQL);
    err = dialect_translate(&to, sql);
    if (!err)
        err = query(d, to.sql.p, to.sql.len);
    buf_fini(&to.sql);
    return err;
}

static void server_close(struct db *d)
{
    if (server_of(d)->c)
        mysql_close(server_of(d)->c);
}

static void set_options(MYSQL *c, const struct db_server *s)
{
    const unsigned connect = CONNECT_SECONDS, answer = ANSWER_SECONDS;
    const my_bool is_tls = s->is_tls;

    mysql_options(c, MYSQL_OPT_CONNECT_TIMEOUT, &connect);
    mysql_options(c, MYSQL_OPT_READ_TIMEOUT, &answer);
    mysql_options(c, MYSQL_OPT_WRITE_TIMEOUT, &answer);
    mysql_options(c, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_options(c, MYSQL_OPT_SSL_ENFORCE, &is_tls);
    mysql_options(c, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &is_tls);
    if (*s->ca)
        mysql_options(c, MYSQL_OPT_SSL_CA, s->ca);
}

/* The collation compares bytes, as SQLite does. */
#define COMPARES "CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"

static int server_make_ready(struct db *d)
{
    static const char sql[] = "ALTER DATABASE " COMPARES;

    return query(d, sql, sizeof(sql) - 1);
}

static int make_database(struct db *d, const char *name)
{
    char sql[200];

    snprintf(sql, sizeof(sql), "CREATE DATABASE IF NOT EXISTS `%s` " COMPARES, name);
    return query(d, sql, strlen(sql));
}

static int enter_database(struct db *d, const struct db_server *s, enum db_mode mode)
{
    MYSQL *c = server_of(d)->c;
    int err = 0;

    if (mysql_select_db(c, s->name) == 0)
        return 0;
    err = failed_here(d);
    if (err == ENOENT && mode == DB_CREATE) {
        err = make_database(d, s->name);
        if (!err && mysql_select_db(c, s->name))
            err = failed_here(d);
    }
    return err;
}

static int set_up(struct db *d, enum db_mode mode)
{
    static const char session[] =
        "SET SESSION default_storage_engine='InnoDB', wait_timeout=31536000, "
        "innodb_lock_wait_timeout=1, lock_wait_timeout=1, autocommit=1";
    int err = query(d, session, sizeof(session) - 1);

    if (!err) {
        db_allow_double_quoted(d, false);
        err = server_of(d)->is_broken ? EIO : 0;
    }
    if (!err && mode == DB_READ)
        err = server_run(d, "SET SESSION TRANSACTION READ ONLY");
    return err;
}

static void start_library(void)
{
    mysql_server_init(0, NULL, NULL);
}

static int server_open(struct db *d, const char *where, enum db_mode mode)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct server *v = server_of(d);
    struct db_server s;
    int err = db_server_parse(&s, where);

    pthread_once(&once, start_library);
    if (err) {
        snprintf(d->why, sizeof(d->why),
                 "not of the form mysql://USER:PASSWORD@HOST/NAME?socket=PATH");
        goto out;
    }
    v->c = mysql_init(NULL);
    if (!v->c) {
        err = ENOMEM;
        goto out;
    }
    set_options(v->c, &s);
    if (!mysql_real_connect(v->c, *s.host ? s.host : "localhost", s.user, s.password, NULL, s.port,
                            *s.socket ? s.socket : NULL,
                            CLIENT_MULTI_STATEMENTS | CLIENT_FOUND_ROWS))
        err = failed_here(d);
    if (!err)
        err = enter_database(d, &s, mode);
    if (!err)
        err = set_up(d, mode);
out:
    explicit_bzero(&s, sizeof(s));
    return err;
}

static bool server_is_in_place(const struct db *d)
{
    return !server_of(d)->is_broken;
}

/* Whole seconds; below one the statement does not wait at all. */
static void server_set_busy_ms(struct db *d, int ms)
{
    char sql[100];

    snprintf(sql, sizeof(sql), "SET SESSION innodb_lock_wait_timeout=%d, lock_wait_timeout=%d",
             ms / 1000, ms / 1000);
    (void)query(d, sql, strlen(sql));
}

static void server_allow_double_quoted(struct db *d, bool is_on)
{
    static const char names[] = "SET SESSION sql_mode='ANSI_QUOTES,PIPES_AS_CONCAT," MODE "'";
    static const char texts[] = "SET SESSION sql_mode='PIPES_AS_CONCAT," MODE "'";

    (void)(is_on ? query(d, texts, sizeof(texts) - 1) : query(d, names, sizeof(names) - 1));
}

static int server_begin(struct db *d)
{
    return server_run(d, "START TRANSACTION");
}

static bool server_is_in_transaction(const struct db *d)
{
    const struct server *v = server_of(d);

    return !v->is_broken && v->c->server_status & SERVER_STATUS_IN_TRANS;
}

static void server_trim(struct db *d)
{
    (void)d;
}

static int64_t server_changes(const struct db *d)
{
    return (int64_t)mysql_affected_rows(server_of(d)->c);
}

static int64_t server_last_id(const struct db *d)
{
    return (int64_t)mysql_insert_id(server_of(d)->c);
}

/* ---- statements ---- */

static int make_cells(struct server_stmt *s)
{
    s->names = mysql_stmt_result_metadata(s->s);
    s->columns = s->names ? mysql_num_fields(s->names) : 0;
    if (s->columns)
        s->cells = mem_zalloc(s->columns * sizeof(*s->cells));
    return s->columns && !s->cells ? ENOMEM : 0;
}

static void forget_repaired(struct server_stmt *s)
{
    for (unsigned i = 0; s->repaired && i < s->marks; i++) {
        mem_free(s->repaired[i]);
        s->repaired[i] = NULL;
    }
}

static int make_marks(struct server_stmt *s)
{
    if (!s->marks)
        return 0;
    s->in = mem_zalloc(s->marks * sizeof(*s->in));
    s->numbers = mem_zalloc(s->marks * sizeof(*s->numbers));
    s->repaired = mem_zalloc(s->marks * sizeof(*s->repaired));
    return s->in && s->numbers && s->repaired ? 0 : ENOMEM;
}

static void server_finalize(struct stmt *stmt)
{
    struct server_stmt *s = stmt_of(stmt);

    forget_repaired(s);
    mem_free(s->in);
    mem_free(s->numbers);
    mem_free(s->repaired);
    mysql_free_result(s->names);
    if (s->s)
        mysql_stmt_close(s->s);
    for (unsigned i = 0; s->cells && i < s->columns; i++)
        mem_free(s->cells[i].big);
    mem_free(s->cells);
    mem_free(s);
}

static int server_prepare(struct stmt **sp, struct db *d, const char *sql)
{
    struct server_stmt *s = mem_zalloc(sizeof(*s));
    struct dialect to;
    int err;

    if (!s)
        return ENOMEM;
    s->stmt.db = d;
    buf_init(&to.sql, MOST_SQL);
    err = dialect_translate(&to, sql);
    if (err)
        goto out;
    s->marks = to.count;
    memcpy(s->value, to.value, sizeof(s->value));
    s->s = mysql_stmt_init(server_of(d)->c);
    err = s->s ? 0 : failed_here(d);
    if (!err && mysql_stmt_prepare(s->s, to.sql.p, to.sql.len))
        err = failed_stmt(s);
    if (!err)
        err = make_cells(s);
    if (!err)
        err = make_marks(s);
out:
    buf_fini(&to.sql);
    if (err)
        server_finalize(&s->stmt);
    else
        *sp = &s->stmt;
    return err;
}

static int set_value(struct server_stmt *s, int i, MYSQL_BIND bind)
{
    bool is_one = false;

    for (unsigned k = 0; k < s->marks; k++) {
        if (s->value[k] != i)
            continue;
        s->in[k] = bind;
        is_one = true;
    }
    return is_one ? 0 : EINVAL;
}

/* The first question mark that is value i. @return marks: none */
static unsigned mark_of(const struct server_stmt *s, int i)
{
    unsigned k = 0;

    while (k < s->marks && s->value[k] != i)
        k++;
    return k;
}

/* The server refuses what is no UTF-8, an outsider may send it: no record is lost for a name. */
static int repair(struct server_stmt *s, int i, struct slice *v)
{
    const unsigned k = mark_of(s, i);
    struct buf text;
    int err;

    if (k == s->marks)
        return EINVAL;
    buf_init(&text, MOST_SQL);
    err = utf8_repair(*v, &text);
    if (!err) {
        *v = slice_from(text.p, text.len);
        mem_free(s->repaired[k]);
        s->repaired[k] = buf_take(&text);
    }
    buf_fini(&text);
    return err;
}

static int server_text(struct stmt *s, int i, struct slice v)
{
    int err = utf8_is_valid(v) ? 0 : repair(stmt_of(s), i, &v);

    if (err)
        return err;
    return set_value(stmt_of(s), i,
                     (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING,
                                  .buffer = (void *)v.p,
                                  .buffer_length = v.len});
}

static int server_integer(struct stmt *s, int i, int64_t v)
{
    struct server_stmt *t = stmt_of(s);
    const unsigned k = mark_of(t, i);

    if (k == t->marks)
        return EINVAL;
    t->numbers[k] = v;
    return set_value(t, i,
                     (MYSQL_BIND){.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &t->numbers[k]});
}

static int server_null(struct stmt *s, int i)
{
    return set_value(stmt_of(s), i, (MYSQL_BIND){.buffer_type = MYSQL_TYPE_NULL});
}

static int bind_cells(struct server_stmt *s)
{
    MYSQL_BIND *out = mem_zalloc(s->columns * sizeof(*out));
    int err = 0;

    if (!out)
        return ENOMEM;
    for (unsigned i = 0; i < s->columns; i++)
        out[i] = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING,
                              .buffer = s->cells[i].text,
                              .buffer_length = SHORT,
                              .length = &s->cells[i].len,
                              .is_null = &s->cells[i].is_null};
    if (mysql_stmt_bind_result(s->s, out))
        err = failed_stmt(s);
    mem_free(out);
    return err;
}

static int execute(struct server_stmt *s)
{
    int err = 0;

    for (unsigned k = 0; k < s->marks; k++)
        if (s->in[k].buffer_type == MYSQL_TYPE_DECIMAL) /* 0: nothing given */
            s->in[k].buffer_type = MYSQL_TYPE_NULL;
    if (s->marks && mysql_stmt_bind_param(s->s, s->in))
        return failed_stmt(s);
    if (mysql_stmt_execute(s->s))
        return failed_stmt(s);
    s->is_run = true;
    if (s->columns)
        err = bind_cells(s);
    if (!err && s->columns && mysql_stmt_store_result(s->s))
        err = failed_stmt(s);
    return err;
}

static int server_step(struct stmt *stmt, bool *row)
{
    struct server_stmt *s = stmt_of(stmt);
    int rc, err = s->is_run ? 0 : execute(s);

    if (err || !s->columns)
        return err;
    rc = mysql_stmt_fetch(s->s);
    *row = rc == 0 || rc == MYSQL_DATA_TRUNCATED;
    return rc == 1 ? failed_stmt(s) : 0;
}

static void server_reset(struct stmt *stmt)
{
    struct server_stmt *s = stmt_of(stmt);

    if (s->is_run)
        mysql_stmt_free_result(s->s);
    s->is_run = false;
    forget_repaired(s);
    if (s->marks)
        memset(s->in, 0, s->marks * sizeof(s->in[0]));
}

static struct slice big_cell(struct server_stmt *s, unsigned i)
{
    struct cell *c = &s->cells[i];
    unsigned long len;
    MYSQL_BIND out = {.buffer_type = MYSQL_TYPE_STRING, .length = &len};

    if (c->size < c->len) {
        mem_free(c->big);
        c->big = mem_zalloc(c->len);
        c->size = c->big ? c->len : 0;
    }
    out.buffer = c->big;
    out.buffer_length = c->len;
    if (!c->big || mysql_stmt_fetch_column(s->s, &out, i, 0))
        return SLICE_NONE;
    return slice_from(c->big, c->len);
}

static struct slice server_col(struct stmt *stmt, int i)
{
    struct server_stmt *s = stmt_of(stmt);

    if (s->typed)
        return s->row[i] ? slice_from(s->row[i], s->lengths[i]) : SLICE_NONE;
    if (s->cells[i].is_null)
        return SLICE_NONE;
    if (s->cells[i].len > SHORT)
        return big_cell(s, (unsigned)i);
    return slice_from(s->cells[i].text, s->cells[i].len);
}

static int64_t server_col_int(struct stmt *s, int i)
{
    char z[SHORT];
    struct slice v = server_col(s, i);

    return slice_is_set(v) && slice_copy(v, z, sizeof(z)) == 0 ? strtoll(z, NULL, 10) : 0;
}

static int server_cols(struct stmt *s)
{
    return (int)stmt_of(s)->columns;
}

static const char *server_col_name(struct stmt *s, int i)
{
    struct server_stmt *t = stmt_of(s);

    return mysql_fetch_field_direct(t->typed ? t->typed : t->names, (unsigned)i)->name;
}

/* ---- what an administrator typed ---- */

static int server_each(struct db *d, struct slice *sql, db_row_h *each, void *arg)
{
    MYSQL *c = server_of(d)->c;
    struct slice one = dialect_cut(*sql, sql);
    struct server_stmt s = {.stmt.db = d};
    int err = 0;

    if (!one.len)
        return 0;
    if (mysql_real_query(c, one.p, one.len)) /* a lone comment is no statement, and no error */
        return mysql_errno(c) == ER_EMPTY_QUERY ? 0 : failed_here(d);
    s.typed = mysql_store_result(c);
    if (!s.typed && mysql_field_count(c))
        return failed_here(d);
    s.columns = s.typed ? mysql_num_fields(s.typed) : 0;
    while (!err && s.typed && (s.row = mysql_fetch_row(s.typed))) {
        s.lengths = mysql_fetch_lengths(s.typed);
        err = each(&s.stmt, arg);
    }
    mysql_free_result(s.typed);
    if (mysql_more_results(c) && mysql_next_result(c) == 0 && !err)
        err = drain(d);
    return err;
}

const struct db_driver db_mariadb = {
    .size = sizeof(struct server),
    .open = server_open,
    .close = server_close,
    .is_in_place = server_is_in_place,
    .set_busy_ms = server_set_busy_ms,
    .allow_double_quoted = server_allow_double_quoted,
    .make_ready = server_make_ready,
    .run = server_run,
    .begin = server_begin,
    .is_in_transaction = server_is_in_transaction,
    .trim = server_trim,
    .changes = server_changes,
    .last_id = server_last_id,
    .columns_sql = "SELECT column_name FROM information_schema.columns WHERE "
                   "table_schema = database() AND table_name = ?",
    .each = server_each,
    .prepare = server_prepare,
    .finalize = server_finalize,
    .text = server_text,
    .integer = server_integer,
    .null = server_null,
    .step = server_step,
    .reset = server_reset,
    .col = server_col,
    .col_int = server_col_int,
    .cols = server_cols,
    .col_name = server_col_name,
};
