/*
 * store/pool.h - the station's database for a role that is not the engine: some readers, one writer
 *
 * Scope:   work with a connection, on a worker's thread, in a transaction of its own. No schema steps (the
 *          engine does them), no spool.
 * Owns:    connections, opened when they are first needed and anew when the database was replaced or broke.
 * Thread:  the loop's; work runs on a worker's and touches nothing but d and what arg holds for it, and does
 *          not log.
 * Errors:  of store/db.h. A lock of another process is waited for POOL_BUSY_MS.
 * Limits:  POOL_READERS at once; POOL_WAITING of each kind wait: more is EAGAIN.
 */
#pragma once
#include "loop/loop.h"
#include "store/store.h"

enum { POOL_READERS = 4, POOL_WAITING = 256, POOL_BUSY_MS = 5000 };

struct pool;

/** @param dir  state directory. Opens nothing yet. @return 0; ENOENT (no database), EINVAL; ENOMEM; EAGAIN */
int pool_alloc(struct pool **pp, struct loop *loop, const char *dir);

/* Counted; the last mem_deref waits for the work under way. */

/** Read what belongs together: one read transaction; keep it short where others write much.
 *  @return 0 (done follows, with what work returned); EAGAIN; ENOMEM */
int pool_read(struct pool *p, store_work_h *work, store_done_h *done, void *arg);

/** Change: one transaction, committed (and synced) when work returns 0, else taken back. One after another. */
int pool_change(struct pool *p, store_work_h *work, store_done_h *done, void *arg);
