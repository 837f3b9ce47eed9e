/* store/pool.h: work of readers and of the writer, on a database that the engine has too */
#include "store/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

struct desk {
    char dir[32], path[64];
    struct loop *loop;
    struct pool *pool;
    int err, done;
};

static int desk_open(struct desk *k)
{
    struct db *d;
    int err;

    *k = (struct desk){.dir = "/tmp/unit-pool-XXXXXX"};
    if (!mkdtemp(k->dir))
        return errno;
    snprintf(k->path, sizeof(k->path), "%s/station.db", k->dir);
    err = db_open(&d, k->path, DB_CREATE);
    if (err)
        return err;
    err = db_run(d, "CREATE TABLE t (n INTEGER)");
    mem_deref(d);
    if (!err)
        err = loop_alloc(&k->loop);
    return err ? err : pool_alloc(&k->pool, k->loop, k->dir);
}

static void remove_files(const struct desk *k)
{
    char path[80];

    unlink(k->path);
    snprintf(path, sizeof(path), "%s-wal", k->path);
    unlink(path);
    snprintf(path, sizeof(path), "%s-shm", k->path);
    unlink(path);
}

static void desk_close(struct desk *k)
{
    mem_deref(k->pool);
    mem_deref(k->loop);
    remove_files(k);
    rmdir(k->dir);
}

static void finished(int err, void *arg)
{
    struct desk *k = arg;

    k->err = err;
    if (--k->done == 0)
        loop_stop(k->loop);
}

static int add_one(struct db *d, void *arg)
{
    return db_run(d, "INSERT INTO t VALUES (1)");
}

static int add_and_regret(struct db *d, void *arg)
{
    const int err = db_run(d, "INSERT INTO t VALUES (2)");

    return err ? err : EDOM;
}

static int total;

static int sum(struct db *d, void *arg)
{
    struct stmt *s;
    bool row;
    int err = db_stmt(&s, d, "SELECT COALESCE(SUM(n), 0) FROM t");

    if (!err)
        err = stmt_step(s, &row);
    if (!err)
        total = (int)stmt_col_int(s, 0);
    return err;
}

static int do_now(struct desk *k, int (*how)(struct pool *, store_work_h *, store_done_h *, void *),
                  store_work_h *work)
{
    int err = how(k->pool, work, finished, k);

    if (err)
        return err;
    k->done = 1;
    err = loop_run(k->loop);
    return err ? err : k->err;
}

static int what_returns_an_error_is_taken_back(void)
{
    struct desk k;
    int err = desk_open(&k);

    CHECK_TO(!err, out);
    CHECK_TO((err = do_now(&k, pool_change, add_one)) == 0, out);
    CHECK_TO(do_now(&k, pool_change, add_and_regret) == EDOM, out);
    CHECK_TO((err = do_now(&k, pool_read, sum)) == 0, out);
    CHECK_TO(total == 1, out);
    CHECK_TO(do_now(&k, pool_read, add_one) != 0, out); /* readers only read */
out:
    desk_close(&k);
    return err;
}

static int another_file_in_its_place_is_opened(void)
{
    struct desk k, other;
    int err = desk_open(&k), e2 = desk_open(&other);

    CHECK_TO(!err && !e2, out);
    CHECK_TO((err = do_now(&k, pool_change, add_one)) == 0, out);
    CHECK_TO((err = do_now(&k, pool_read, sum)) == 0 && total == 1, out);
    remove_files(&k);
    CHECK_TO(rename(other.path, k.path) == 0, out);
    CHECK_TO((err = do_now(&k, pool_read, sum)) == 0, out);
    CHECK_TO(total == 0, out);
    CHECK_TO((err = do_now(&k, pool_change, add_one)) == 0, out);
    CHECK_TO((err = do_now(&k, pool_read, sum)) == 0 && total == 1, out);
out:
    desk_close(&other);
    desk_close(&k);
    return err;
}

UNIT_TESTS(UNIT_ONCE(what_returns_an_error_is_taken_back),
           UNIT_ONCE(another_file_in_its_place_is_opened))
