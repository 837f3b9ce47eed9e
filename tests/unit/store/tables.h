/*
 * tables.h - a state directory with the tables that store/ itself knows, for its tests
 *
 * With STATION_TEST_MARIADB=SOCKET in the environment every place is a database of its own on that server
 * (user root without a password); tests/e2e/mariadb.sh runs them so.
 */
#pragma once
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"
#include "store/where.h"
#include "unit.h"

static const char tables_sql[] =
    "CREATE TABLE ps_contacts (id VARCHAR(255) NOT NULL UNIQUE, aor TEXT DEFAULT '', uri TEXT, "
    "user_agent TEXT, path TEXT, via_addr TEXT, via_port INTEGER, call_id TEXT, endpoint TEXT, "
    "transport TEXT DEFAULT '', outbound_proxy TEXT, expiration_time INTEGER, qualify_frequency INTEGER, "
    "qualify_timeout VARCHAR(20), authenticate_qualify VARCHAR(5), qualify_2xx_only VARCHAR(5), "
    "prune_on_boot VARCHAR(5));"
    "CREATE TABLE cdr (accountcode TEXT, src TEXT, dst TEXT, dcontext TEXT, clid TEXT, channel TEXT, "
    "dstchannel TEXT, lastapp TEXT, lastdata TEXT, start DATETIME, answer DATETIME, \"end\" DATETIME, "
    "duration INTEGER, billsec INTEGER, disposition TEXT, amaflags TEXT, userfield TEXT, "
    "uniqueid VARCHAR(150), linkedid TEXT, peeraccount TEXT, sequence INTEGER, source TEXT, "
    "destination TEXT, direction TEXT, group_uuid TEXT);"
    "CREATE INDEX cdr_index ON cdr (uniqueid);"
    "CREATE TABLE config_version (name VARCHAR(128) NOT NULL PRIMARY KEY, version INTEGER NOT NULL DEFAULT 1);"
    "INSERT INTO config_version (name) VALUES ('thing');"
    "CREATE TABLE thing (value TEXT);"
    "CREATE TRIGGER thing_insert AFTER INSERT ON thing FOR EACH ROW BEGIN UPDATE config_version SET version = "
    "version + 1 WHERE name = 'thing'; END;";

static int tables_make(struct db *d)
{
    return db_run(d, tables_sql);
}

static const struct store_migration tables_migrations[] = {
    {.version = 20260101000000, .name = "tables", .up = tables_make}, {0}};

struct place {
    char dir[64];
    char db[200]; /* for db_open */
    char spool[128];
};

static inline const char *place_server(void)
{
    return getenv("STATION_TEST_MARIADB");
}

/* What only a file can show. */
static inline bool place_skips(const char *name)
{
    if (place_server() && !unit_is_rerun())
        printf("skipped on a server: %s\n", name);
    return place_server() != NULL;
}

static inline int place_name(struct place *p)
{
    char path[96];
    FILE *f;

    if (!place_server()) {
        snprintf(p->db, sizeof(p->db), "%s/station.db", p->dir);
        return 0;
    }
    snprintf(p->db, sizeof(p->db), "mysql://root@localhost/test_%s?socket=%s",
             p->dir + strlen(p->dir) - 6, place_server());
    snprintf(path, sizeof(path), "%s/database", p->dir);
    f = fopen(path, "we");
    if (!f)
        return errno;
    fprintf(f, "%s\n", p->db);
    fclose(f);
    return 0;
}

/* Keep everybody else from writing. */
static inline int place_lock(struct db *d)
{
    return place_server()
               ? db_run(
                     d,
                     "LOCK TABLES cdr WRITE, ps_contacts WRITE, thing WRITE, config_version WRITE")
               : db_begin(d);
}

static inline void place_unlock(struct db *d)
{
    if (place_server())
        db_run(d, "UNLOCK TABLES");
    else
        db_rollback(d);
}

/* A fresh directory below /tmp with an empty database. */
static inline int place_make(struct place *p)
{
    struct db *d = NULL;
    int err;

    snprintf(p->dir, sizeof(p->dir), "/tmp/station-test-XXXXXX");
    if (!mkdtemp(p->dir))
        return errno;
    if (place_name(p))
        return EIO;
    snprintf(p->spool, sizeof(p->spool), "%s/spool/cdr/cdr.spool", p->dir);
    err = db_open(&d, p->db, DB_CREATE);
    if (!err)
        err = store_migrate(d, tables_migrations);
    mem_deref(d);
    return err;
}

static inline void place_clear(struct place *p)
{
    static const char *const files[] = {
        "station.db",          "station.db-wal",           "station.db-shm", "old.db",
        "spool/cdr/cdr.spool", "spool/cdr/cdr.spool.torn", "old.db-wal",     "old.db-shm",
        "spool/cdr/journal.0", "spool/cdr/journal.1",      "database"};
    char path[160];
    struct db *d = NULL;

    if (place_server() && *p->dir && db_open(&d, p->db, DB_WRITE) == 0) {
        snprintf(path, sizeof(path), "DROP DATABASE `test_%s`", p->dir + strlen(p->dir) - 6);
        db_run(d, path);
        mem_deref(d);
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", p->dir, files[i]);
        unlink(path);
    }
    snprintf(path, sizeof(path), "%s/spool/cdr", p->dir);
    rmdir(path);
    snprintf(path, sizeof(path), "%s/spool", p->dir);
    rmdir(path);
    rmdir(p->dir);
}

/* One number out of the database, by a connection of its own; -1 when it cannot be had. */
static inline int64_t place_ask(const struct place *p, const char *sql)
{
    struct db *d = NULL;
    struct stmt *s;
    int64_t v = -1;
    bool row;

    if (db_open(&d, p->db, DB_READ) == 0 && db_stmt(&s, d, sql) == 0 && stmt_step(s, &row) == 0 &&
        row) {
        v = stmt_col_int(s, 0);
        stmt_reset(s);
    }
    mem_deref(d);
    return v;
}

static inline struct store_cdr some_cdr(int64_t sequence)
{
    return (struct store_cdr){.src = SLICE("101"),
                              .dst = SLICE("102"),
                              .dcontext = SLICE("internal"),
                              .clid = SLICE("\"Сергей\" <101>"),
                              .channel = SLICE("PJSIP/user-101-office-00000001"),
                              .lastapp = SLICE("Dial"),
                              .lastdata = SLICE("PJSIP/user-102-office,60,tT"),
                              .start = {1730267955000000},
                              .end = {1730267962000000},
                              .duration = 7,
                              .disposition = SLICE("NO ANSWER"),
                              .amaflags = SLICE("DOCUMENTATION"),
                              .uniqueid = SLICE("1730267955.2409"),
                              .linkedid = SLICE("1730267955.2409"),
                              .sequence = sequence};
}
