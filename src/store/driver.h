/*
 * store/driver.h - what a database must be able to do for store/db.h; for this folder only
 *
 * Scope:   db.c keeps the statements by their texts and calls one of two drivers: db_sqlite.c (a file) and
 *          db_mariadb.c (a server). Each has its own struct that begins with struct db, and one that
 *          begins with struct stmt.
 * Thread:  as db.h.
 */
#pragma once
#include "base/hash.h"
#include "base/list.h"
#include "store/db.h"

struct stmt {
    struct hash_link link;
    struct link by_use;
    struct db *db;
    char *sql;
    bool is_used; /* has values or rows since the last reset */
};

/** Functions without a word mean what their namesakes of db.h say. */
struct db_driver {
    size_t size; /* of the driver's struct that begins with struct db */
    int (*open)(struct db *d, const char *where, enum db_mode mode);
    void (*close)(struct db *d);
    bool (*is_in_place)(const struct db *d);
    void (*set_busy_ms)(struct db *d, int ms);
    void (*allow_double_quoted)(struct db *d, bool is_on);
    int (*make_ready)(struct db *d);
    int (*run)(struct db *d, const char *sql);
    int (*begin)(struct db *d);
    bool (*is_in_transaction)(const struct db *d);
    void (*trim)(struct db *d);
    int64_t (*changes)(const struct db *d);
    int64_t (*last_id)(const struct db *d);
    const char *columns_sql; /* names of a table's columns, a row each */
    int (*each)(struct db *d, struct slice *sql, db_row_h *each, void *arg);

    /** Make a zeroed statement of the driver's kind for sql; db.c fills in the rest. */
    int (*prepare)(struct stmt **sp, struct db *d, const char *sql);
    void (*finalize)(struct stmt *s);
    int (*text)(struct stmt *s, int i, struct slice v); /* v is set */
    int (*integer)(struct stmt *s, int i, int64_t v);
    int (*null)(struct stmt *s, int i);
    int (*step)(struct stmt *s, bool *row);
    void (*reset)(struct stmt *s);
    struct slice (*col)(struct stmt *s, int c);
    int64_t (*col_int)(struct stmt *s, int c);
    int (*cols)(struct stmt *s);
    const char *(*col_name)(struct stmt *s, int c);
};

extern const struct db_driver db_sqlite, db_mariadb;

/* The statement last asked for by a text at that address: saves hashing long constants. */
struct db_recent {
    const char *at;
    struct stmt *stmt;
};

#define DB_RECENT 16

struct db {
    const struct db_driver *v;
    struct hash stmts;  /* by text */
    struct list by_use; /* the same, the one asked for last at the end */
    struct db_recent recent[DB_RECENT];
    char why[300];
};
