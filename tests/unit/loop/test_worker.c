/* Workers: order, results on the loop, ceilings, the end. */
#include <pthread.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop/worker.h"
#include "unit.h"

#define JOBS 1000

struct work {
    struct loop *loop;
    pthread_t loop_thread;
    int runs, dones;
    bool is_wrong;
};

struct piece {
    struct work *work;
    int n;
};

static void run(void *arg)
{
    struct piece *p = arg;

    if (p->n != p->work->runs++)
        p->work->is_wrong = true;
}

static void done(void *arg)
{
    struct piece *p = arg;
    struct work *w = p->work;

    if (p->n != w->dones++ || !pthread_equal(pthread_self(), w->loop_thread))
        w->is_wrong = true;
    if (w->dones == JOBS)
        loop_stop(w->loop);
}

static int submit_all(struct workers *pool, struct work *w, struct piece *pieces, int count)
{
    int err = 0;

    w->loop_thread = pthread_self();
    for (int i = 0; i < count && !err; i++) {
        pieces[i] = (struct piece){w, i};
        err = workers_submit(pool, run, done, &pieces[i]);
    }
    return err;
}

static int one_thread_keeps_the_order(void)
{
    static struct piece pieces[JOBS];
    struct workers *pool = NULL;
    struct work w = {0};
    int err = 0;

    CHECK_OK_TO(loop_alloc(&w.loop), out);
    CHECK_OK_TO(workers_alloc(&pool, w.loop, 1, JOBS), out);
    CHECK_OK_TO(submit_all(pool, &w, pieces, JOBS), out);
    CHECK_TO(w.dones == 0 && workers_load(pool) == JOBS, out);
    CHECK_OK_TO(loop_run(w.loop), out);
    CHECK_TO(!w.is_wrong && w.runs == JOBS && workers_load(pool) == 0, out);
out:
    mem_deref(pool);
    mem_deref(w.loop);
    return err;
}

static int the_end_runs_what_waits(void)
{
    static struct piece pieces[JOBS];
    struct workers *pool = NULL;
    struct work w = {0};
    int err = 0;

    CHECK_OK_TO(loop_alloc(&w.loop), out);
    CHECK_OK_TO(workers_alloc(&pool, w.loop, 1, JOBS), out);
    CHECK_OK_TO(submit_all(pool, &w, pieces, 100), out);
    pool = mem_deref(pool);
    CHECK_TO(!w.is_wrong && w.runs == 100 && w.dones == 100, out);
out:
    mem_deref(pool);
    mem_deref(w.loop);
    return err;
}

static void dawdle(void *arg)
{
    usleep(20000);
    (void)arg;
}

static int a_full_queue_refuses(void)
{
    struct workers *pool = NULL;
    struct loop *l = NULL;
    int err = 0, taken = 0;

    CHECK_OK_TO(loop_alloc(&l), out);
    CHECK_OK_TO(workers_alloc(&pool, l, 2, 3), out);
    while (taken < 20 && !(err = workers_submit(pool, dawdle, NULL, NULL)))
        taken++;
    CHECK_TO(err == EAGAIN && taken >= 3 && taken <= 5, out);
    err = 0;
out:
    mem_deref(pool);
    mem_deref(l);
    return err;
}

static int on_a_fake_loop_everything_runs_in_its_rounds(void)
{
    struct piece pieces[10];
    struct workers *pool = NULL;
    struct work w = {0};
    int err = 0;

    CHECK_OK_TO(loop_alloc_fake(&w.loop, (struct wall){0}), out);
    CHECK_OK_TO(workers_alloc(&pool, w.loop, 2, 9), out);
    CHECK_OK_TO(submit_all(pool, &w, pieces, 9), out);
    CHECK_TO(workers_submit(pool, dawdle, NULL, NULL) == EAGAIN || unit_is_rerun(), out);
    CHECK_TO(w.runs == 0, out);
    loop_fake_settle(w.loop);
    CHECK_TO(!w.is_wrong && w.dones == 9, out);
    CHECK_OK_TO(submit_all(pool, &w, pieces, 3), out);
out:
    mem_deref(pool);
    mem_deref(w.loop);
    return err;
}

UNIT_TESTS(UNIT_ONCE(one_thread_keeps_the_order), UNIT_ONCE(the_end_runs_what_waits),
           UNIT_ONCE(a_full_queue_refuses), UNIT(on_a_fake_loop_everything_runs_in_its_rounds))
