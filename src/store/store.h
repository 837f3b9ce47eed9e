/*
 * store/store.h - the engine's database: writes that are grouped and safe, reads that do not block,
 *                 changes that are noticed
 *
 * Scope:   a writer connection on one worker thread, a reader connection on another; the loop
 *          never waits for the disk.
 * Writes:  one transaction at a time (group commit, synced: what is reported done survives a power
 *          cut), in the order given. A write that somebody waits for starts one at once; call
 *          records alone gather for 200 ms or until 500 are there.
 * Away:    when the database is locked, full or gone, the two kinds of writes differ:
 *          - call records go to a synced, checksummed file (state/spool/cdr/) and from there to the
 *            database when it is back, or at the next start: none lost, none twice;
 *          - contacts and others are tried again for 5 s, then reported as failed (the registrar
 *            answers 503; the phone tries again).
 *          If neither database nor spool takes a record, it waits in memory (ceiling below).
 * Owns:    its connections, workers, waiting writes (texts copied).
 * Thread:  the loop's; handlers too, but store_load_h.
 * Limits:  10,000 writes and 64 questions wait; more is EAGAIN (a call record is then logged whole: never silent).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "loop/loop.h"
#include "store/cdr.h"
#include "store/contact.h"
#include "store/db.h"
#include "store/migrate.h"

struct store;

struct store_args {
    struct loop *loop; /* borrowed; outlives the store */
    const char *dir;   /* state directory; holds station.db (or database: where.h) and spool/cdr */
    const struct store_migration
        *migrations; /* model_migrations (model/schema.h); NULL: none are run */
};

/**
 * Open the database of a state directory (which `station init` made), bring it to the present schema, take up the
 * spool. Waits for the disk: call it before the loop runs.
 * @param why  out: one sentence saying what and where, borrowed until the next call; may be NULL
 * @return 0; ENOENT (no database); errno of db.h; ENOMEM
 */
int store_open(struct store **sp, const struct store_args *args, const char **why);

/* A store is a counted object; the last mem_deref waits for the writes handed to the worker, writes
 * what still waits, and closes. Use store_flush first to learn the result. */

/** Committed (0), or given up: EBUSY, ENOSPC, EIO ... after 5 s, EEXIST, EINVAL, ERANGE and EDOM
 * at once. Never called before the call that started it returned. */
typedef void(store_done_h)(int err, void *arg);

/** Insert or replace by id / delete by id / delete all of an address of record.
 *  done may be NULL. @return 0; EAGAIN (ceiling); ENOMEM */
int store_contact_put(struct store *s, const struct store_contact *c, store_done_h *done,
                      void *arg);
int store_contact_delete(struct store *s, struct slice id, store_done_h *done, void *arg);

/** A call record. It is never lost while the process lives; see Away. @return 0; EAGAIN, ENOMEM
 * (logged whole) */
int store_cdr_put(struct store *s, const struct store_cdr *c);

/** The same of a record that may have been given before: it is left out when one that is equal in all
 * columns is there. */
int store_cdr_put_once(struct store *s, const struct store_cdr *c);

/** Any statement of ours with text values; all texts are copied. @return 0; EAGAIN; ENOMEM; EINVAL
 * (> 16 values) */
int store_exec(struct store *s, const char *sql, const struct slice *values, size_t count,
               store_done_h *done, void *arg);

/** Work on the database itself: statements, one after another. Runs on a worker's thread: it may touch
 *  nothing but d and what arg holds for it; no logging. @return 0; errno of db.h or of its own */
typedef int(store_work_h)(struct db *d, void *arg);

/**
 * Change something that has to be read first, in one go: nothing else writes between. An error takes back
 * what this work did and nothing else. While the database is away it is done again: work begins anew then.
 * @return 0 (done follows, with what work returned, from the last mem_deref of the store at the latest);
 *         EAGAIN; ENOMEM
 */
int store_change(struct store *s, store_work_h *work, store_done_h *done, void *arg);

/** Read with several statements that belong together, on the thread of store_query. @return as store_query */
int store_read(struct store *s, store_work_h *work, store_done_h *done, void *arg);

/** done(0) once everything given so far is committed or in the spool. Several may wait. */
int store_flush(struct store *s, store_done_h *done, void *arg);

/** What a question brought: count rows of columns cells each, row after row; absent slices are NULLs.
 *  Borrowed during the handler's call. */
struct store_rows {
    uint32_t columns, count;
    bool is_cut; /* there were more than 10,000 rows or 4 MiB */
    const struct slice *cells;
};

/** rows is NULL when err is not 0 (errors of store/db.h). */
typedef void(store_query_h)(int err, const struct store_rows *rows, void *arg);

/**
 * Ask without making the loop wait: on a connection and thread of its own, one question after another.
 * @param sql     a text of ours, or of the configuration, that only reads; copied
 * @param values  bound as texts; copied
 * @return 0 (done follows, from the last mem_deref of the store at the latest); EAGAIN (64 wait);
 *         ENOMEM; EINVAL (> 16 values)
 */
int store_query(struct store *s, const char *sql, const struct slice *values, size_t count,
                store_query_h *done, void *arg);

/** Walk all contacts now, waiting for the disk: at start, before the loop runs. */
int store_contacts_now(struct store *s, store_contact_h *each, void *arg);

/* ---- configuration: load, and load again when it changed ---- */

/** Build an object from the database. Runs on the reader's thread (the first time on the caller's):
 * it may touch nothing but d and memory of its own; no logging. @return 0 and *object; errno */
typedef int(store_load_h)(struct db *d, void **object, void *arg);

/** The new object, one reference, taken. On the loop's thread. */
typedef void(store_apply_h)(void *object, void *arg);

/**
 * Load and apply now (waiting for the disk), then look every 500 ms whether table config_version
 * moved, and load and apply again. A load that fails later is logged once and tried again; the
 * object in use stays. One watch per store.
 * @return 0; what load or the database returned (then nothing is watched); ENOMEM
 */
int store_watch(struct store *s, store_load_h *load, store_apply_h *apply, void *arg);

/** Look at once (console: "core reload"). */
void store_watch_poke(struct store *s);

struct store_stats {
    uint32_t waiting;   /* writes not yet committed */
    uint64_t committed; /* writes */
    uint64_t transactions;
    uint64_t spooled;     /* records written to the spool since the start */
    uint64_t drained;     /* records taken from the spool into the database */
    uint64_t spool_bytes; /* in the spool now */
    uint64_t reloads;
    int last_err; /* of the last transaction; 0 = the database is fine */
};
void store_stats_get(const struct store *s, struct store_stats *out);
