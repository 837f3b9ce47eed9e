/* pool.c - see pool.h */
#include "store/pool.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop/worker.h"
#include "store/where.h"

struct pool {
    struct db_where where;
    struct workers *readers, *writers;
    struct db *writer; /* the writing worker's */
    pthread_mutex_t lock;
    struct db *idle[POOL_READERS]; /* under the lock */
    unsigned idle_count;
};

struct pool_work {
    struct pool *pool;
    store_work_h *work;
    store_done_h *done;
    void *arg;
    int err;
};

/* ---- on a worker ---- */

/* The last one that was used is the warmest. */
static struct db *take_idle(struct pool *p)
{
    struct db *d = NULL;

    pthread_mutex_lock(&p->lock);
    if (p->idle_count)
        d = p->idle[--p->idle_count];
    pthread_mutex_unlock(&p->lock);
    return d;
}

static void put_idle(struct pool *p, struct db *d)
{
    pthread_mutex_lock(&p->lock);
    if (p->idle_count < POOL_READERS) {
        p->idle[p->idle_count++] = d;
        d = NULL;
    }
    pthread_mutex_unlock(&p->lock);
    mem_deref(d);
}

/* Its file is there still, its server answers; else another one. */
static int make_ready(struct pool *p, struct db **dp, enum db_mode mode)
{
    int err;

    if (*dp && !db_is_in_place(*dp))
        *dp = mem_deref(*dp);
    if (*dp)
        return 0;
    err = db_open(dp, p->where.text, mode);
    if (!err)
        db_set_busy_ms(*dp, POOL_BUSY_MS);
    return err;
}

static bool is_spoiled(int err)
{
    return err == EIO || err == EBADMSG;
}

static void run_read(void *arg)
{
    struct pool_work *w = arg;
    struct db *d = take_idle(w->pool);

    w->err = make_ready(w->pool, &d, DB_READ);
    if (!w->err)
        w->err = db_run(d, "BEGIN");
    if (!w->err)
        w->err = w->work(d, w->arg);
    if (d && db_is_in_transaction(d))
        db_rollback(d);
    if (is_spoiled(w->err))
        d = mem_deref(d);
    if (d)
        put_idle(w->pool, d);
}

static void run_change(void *arg)
{
    struct pool_work *w = arg;
    struct pool *p = w->pool;

    w->err = make_ready(p, &p->writer, DB_WRITE);
    if (!w->err)
        w->err = db_begin(p->writer);
    if (!w->err)
        w->err = w->work(p->writer, w->arg);
    if (!w->err)
        w->err = db_commit(p->writer);
    if (p->writer && db_is_in_transaction(p->writer))
        db_rollback(p->writer);
    if (is_spoiled(w->err))
        p->writer = mem_deref(p->writer);
}

/* ---- on the loop ---- */

static void finish(void *arg)
{
    struct pool_work *w = arg;

    w->done(w->err, w->arg);
    mem_free(w);
}

static int submit(struct pool *p, struct workers *to, worker_run_h *run, store_work_h *work,
                  store_done_h *done, void *arg)
{
    struct pool_work *w = mem_zalloc(sizeof(*w));
    int err;

    if (!w)
        return ENOMEM;
    *w = (struct pool_work){.pool = p, .work = work, .done = done, .arg = arg};
    err = workers_submit(to, run, finish, w);
    if (err)
        mem_free(w);
    return err;
}

int pool_read(struct pool *p, store_work_h *work, store_done_h *done, void *arg)
{
    return submit(p, p->readers, run_read, work, done, arg);
}

int pool_change(struct pool *p, store_work_h *work, store_done_h *done, void *arg)
{
    return submit(p, p->writers, run_change, work, done, arg);
}

static void pool_destroy(void *object)
{
    struct pool *p = object;

    mem_deref(p->readers);
    mem_deref(p->writers);
    while (p->idle_count)
        mem_deref(p->idle[--p->idle_count]);
    mem_deref(p->writer);
    pthread_mutex_destroy(&p->lock);
}

int pool_alloc(struct pool **pp, struct loop *loop, const char *dir)
{
    struct pool *p = mem_alloc(sizeof(*p), pool_destroy);
    int err;

    if (!p)
        return ENOMEM;
    pthread_mutex_init(&p->lock, NULL);
    err = db_where_read(&p->where, dir);
    if (!err)
        err = workers_alloc(&p->readers, loop, POOL_READERS, POOL_WAITING);
    if (!err)
        err = workers_alloc(&p->writers, loop, 1, POOL_WAITING);
    if (err)
        mem_deref(p);
    else
        *pp = p;
    return err;
}
