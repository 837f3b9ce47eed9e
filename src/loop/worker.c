/* worker.c - see worker.h */
#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include "base/mem.h"
#include "loop/inner.h"
#include "loop/worker.h"

struct job {
    struct link link;
    worker_run_h *run;
    worker_done_h *done;
    void *arg;
};

struct workers {
    struct loop *loop;
    uint32_t max_queue;
    uint32_t load;          /* submitted and not yet done; the loop's thread only */
    uint32_t waiting_count; /* under lock from here on */
    struct list waiting;
    struct list finished;
    bool is_ending;
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    struct deferred on_wake; /* fake loop: the next job */
    unsigned thread_count;
    pthread_t threads[];
};

static struct job *take(struct list *from)
{
    struct link *k = list_first(from);

    if (!k)
        return NULL;
    list_unlink(k);
    return CONTAINER_OF(k, struct job, link);
}

static void finish(struct workers *w, struct job *j)
{
    worker_done_h *done = j->done;
    void *arg = j->arg;

    w->load--;
    mem_free(j);
    if (done)
        done(arg);
}

/* ---- on the threads ---- */

static struct job *next_job(struct workers *w)
{
    struct job *j;

    pthread_mutex_lock(&w->lock);
    while (!(j = take(&w->waiting)) && !w->is_ending)
        pthread_cond_wait(&w->has_work, &w->lock);
    if (j)
        w->waiting_count--;
    pthread_mutex_unlock(&w->lock);
    return j;
}

static void *work(void *arg)
{
    struct workers *w = arg;
    struct job *j;

    while ((j = next_job(w))) {
        j->run(j->arg);
        pthread_mutex_lock(&w->lock);
        list_append(&w->finished, &j->link);
        pthread_mutex_unlock(&w->lock);
        loop_wake(w->loop);
    }
    return NULL;
}

/* ---- on the loop ---- */

static void take_results(void *arg)
{
    struct workers *w = mem_ref(arg);
    struct list finished;
    struct job *j;

    list_init(&finished);
    pthread_mutex_lock(&w->lock);
    list_move_all(&finished, &w->finished);
    pthread_mutex_unlock(&w->lock);
    while ((j = take(&finished)))
        finish(w, j);
    mem_deref(w);
}

static void run_fake_job(void *arg)
{
    struct workers *w = mem_ref(arg);
    struct job *j = take(&w->waiting);

    w->waiting_count--;
    if (w->waiting_count)
        loop_defer(w->loop, &w->on_wake, run_fake_job, w);
    j->run(j->arg);
    finish(w, j);
    mem_deref(w);
}

static void drain_fake(struct workers *w)
{
    struct job *j;

    while ((j = take(&w->waiting))) {
        j->run(j->arg);
        finish(w, j);
    }
}

static void workers_destroy(void *arg)
{
    struct workers *w = arg;
    struct job *j;

    loop_defer_stop(&w->on_wake);
    pthread_mutex_lock(&w->lock);
    w->is_ending = true;
    pthread_cond_broadcast(&w->has_work);
    pthread_mutex_unlock(&w->lock);
    for (unsigned i = 0; i < w->thread_count; i++)
        pthread_join(w->threads[i], NULL);
    drain_fake(w); /* also what is left when no thread could be made */
    while ((j = take(&w->finished)))
        finish(w, j);
    pthread_cond_destroy(&w->has_work);
    pthread_mutex_destroy(&w->lock);
}

static int start_threads(struct workers *w, unsigned threads)
{
    sigset_t all, before;
    int err = 0;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (!err && w->thread_count < threads) {
        err = pthread_create(&w->threads[w->thread_count], NULL, work, w);
        if (!err)
            w->thread_count++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return err;
}

int workers_alloc(struct workers **wp, struct loop *l, unsigned threads, uint32_t max_queue)
{
    struct workers *w;
    int err = 0;

    if (l->is_fake)
        threads = 0;
    w = mem_alloc(sizeof(*w) + threads * sizeof(pthread_t), workers_destroy);
    if (!w)
        return ENOMEM;
    w->loop = l;
    w->max_queue = max_queue;
    list_init(&w->waiting);
    list_init(&w->finished);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->has_work, NULL);
    if (!l->is_fake) {
        loop_wake_join(l, &w->on_wake, take_results, w);
        err = start_threads(w, threads);
    }
    if (err)
        w = mem_deref(w);
    else
        *wp = w;
    return err;
}

int workers_submit(struct workers *w, worker_run_h *run, worker_done_h *done, void *arg)
{
    struct job *j = mem_zalloc(sizeof(*j));
    int err = 0;

    if (!j)
        return ENOMEM;
    j->run = run;
    j->done = done;
    j->arg = arg;
    pthread_mutex_lock(&w->lock);
    if (w->waiting_count >= w->max_queue) {
        err = EAGAIN;
    } else {
        list_append(&w->waiting, &j->link);
        w->waiting_count++;
        pthread_cond_signal(&w->has_work);
    }
    pthread_mutex_unlock(&w->lock);
    if (err) {
        mem_free(j);
        return err;
    }
    w->load++;
    if (w->loop->is_fake)
        loop_defer(w->loop, &w->on_wake, run_fake_job, w);
    return 0;
}

uint32_t workers_load(const struct workers *w)
{
    return w->load;
}
