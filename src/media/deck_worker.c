/* deck_worker.c - the two threads of all tapes; see tape.h */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "media/tape_inner.h"

#define WORK_US 200000
#define SLOT_US 20000  /* tapes are looked at together, not each at its own time */
#define SYNC_US 250000 /* with what a tape holds back, and the slot before, less than a second */
#define FEW_FILES 8    /* to sync more, the whole file system is as cheap */
#define NICE 5         /* a lane goes first */

/* ---- the disk worker ---- */

static int64_t exact(const struct deck *d)
{
    return loop_now_exact(d->loop).us;
}

static void go_first(int nice)
{
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), nice);
}

/* Its rings wait for their lanes. */
static void leave_taps(struct deck *d, struct list *taps)
{
    LIST_FOREACH(taps, k)
    {
        atomic_store_explicit(&CONTAINER_OF(k, struct media_tap, link)->is_closed, true,
                              memory_order_relaxed);
    }
    list_move_all(&d->taps, taps);
}

static void end(struct deck_tape *t, int err, int64_t at_us, uint32_t cut_ms, bool is_deleted)
{
    struct deck *d = t->deck;

    list_unlink(&t->active);
    deck_tape_finish(t, at_us, cut_ms);
    t->ended.err = err ? err : t->err;
    t->is_deleted = is_deleted;
    t->is_over = true;
    leave_taps(d, &t->taps);
    deck_lock(d);
    list_append(&d->ending, &t->ending);
    pthread_cond_signal(&d->has_sync);
    deck_unlock(d);
}

static void open_tape(struct deck_tape *t)
{
    const int err = t->deck->folder ? deck_tape_open(t, t->deck->folder) : ENOENT;

    t->begun =
        (struct media_tape_begun){.tape = t->number, .err = err, .begun_us = err ? 0 : t->begun_us};
    if (err) {
        deck_tape_undo(t);
        t->is_over = true;
    } else {
        t->due_us = exact(t->deck);
        list_prepend(&t->deck->active, &t->active);
    }
}

static void grant(struct deck_tape *t, struct tape_wish *w)
{
    struct deck *d = t->deck;
    bool is_over;

    if (w->is_new)
        open_tape(t);
    if (w->is_untap)
        deck_tape_leave(t);
    is_over = t->is_over;
    if (is_over) {
        leave_taps(d, &w->taps);
    } else {
        deck_tape_change(t, w);
        list_move_all(&t->taps, &w->taps);
    }
    if (w->is_new)
        deck_tell(t, false); /* one that is over may be freed at once */
    if (w->is_stop && !is_over)
        end(t, 0, w->stop_us, w->cut_ms, w->is_deleted);
}

static void take_wish(struct deck_tape *t, struct tape_wish *w)
{
    *w = t->wish;
    list_init(&w->taps);
    list_move_all(&w->taps, &t->wish.taps);
    t->wish = (struct tape_wish){.is_stop = w->is_stop};
    list_init(&t->wish.taps);
}

/* The next tape with a wish that can still be granted. One that is over may be freed once the lock is
 * given back. */
static struct deck_tape *next_asked(struct deck *d, struct tape_wish *w)
{
    struct deck_tape *t = NULL;
    struct link *k;

    deck_lock(d);
    list_move_all(&d->taps, &d->left);
    while (!t && (k = list_first(&d->asked))) {
        t = CONTAINER_OF(k, struct deck_tape, asked);
        list_unlink(k);
        take_wish(t, w);
        if (t->is_over) {
            leave_taps(d, &w->taps);
            t = NULL;
        }
    }
    deck_unlock(d);
    return t;
}

static void grant_all(struct deck *d)
{
    struct tape_wish w;
    struct deck_tape *t;

    while ((t = next_asked(d, &w)))
        grant(t, &w);
}

static void want_sync(struct deck_tape *t)
{
    struct deck *d = t->deck;

    if (!t->is_changed)
        return;
    t->is_changed = false;
    deck_lock(d);
    if (list_is_empty(&d->syncing))
        pthread_cond_signal(&d->has_sync);
    if (!link_is_in(&t->syncing))
        list_append(&d->syncing, &t->syncing);
    deck_unlock(d);
}

static void work_due(struct deck *d)
{
    const int64_t now = exact(d);
    struct link *k;

    while ((k = list_first(&d->active))) {
        struct deck_tape *t = CONTAINER_OF(k, struct deck_tape, active);
        int err;

        if (t->due_us > now)
            return;
        err = deck_tape_work(t, exact(d));
        if (err) {
            log_error("recording ended tape=%u err=\"%s\"", t->number, strerror(err));
            end(t, err, now, 0, false);
            continue;
        }
        want_sync(t);
        t->due_us = (now / SLOT_US + 1) * SLOT_US + WORK_US - SLOT_US;
        list_unlink(k);
        list_append(&d->active, k);
    }
}

static void free_left(struct deck *d)
{
    LIST_FOREACH(&d->taps, k)
    {
        struct media_tap *tap = CONTAINER_OF(k, struct media_tap, link);

        if (atomic_load_explicit(&tap->has_left, memory_order_acquire))
            deck_tape_free_tap(tap);
    }
}

static int wait_until(struct deck *d, pthread_cond_t *what, int64_t us)
{
    const struct timespec ts = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};

    return us == INT64_MAX ? pthread_cond_wait(what, &d->lock)
                           : pthread_cond_timedwait(what, &d->lock, &ts);
}

/* @return false: it is over */
static bool wait_for_work(struct deck *d)
{
    const struct link *k = list_first(&d->active);
    int64_t due = k ? CONTAINER_OF(k, struct deck_tape, active)->due_us : INT64_MAX;
    bool is_going;

    if (!list_is_empty(&d->taps) && due == INT64_MAX)
        due = exact(d) + WORK_US;
    deck_lock(d);
    while (list_is_empty(&d->asked) && list_is_empty(&d->left) && !d->is_closing && exact(d) < due)
        (void)wait_until(d, &d->has_work, due);
    is_going = !d->is_closing;
    deck_unlock(d);
    return is_going;
}

void *deck_run_worker(void *arg)
{
    struct deck *d = arg;
    struct link *k;

    go_first(NICE);
    while (wait_for_work(d)) {
        grant_all(d);
        work_due(d);
        free_left(d);
    }
    grant_all(d);
    while ((k = list_first(&d->active)))
        end(CONTAINER_OF(k, struct deck_tape, active), 0, exact(d), 0, false);
    deck_lock(d);
    d->is_worker_done = true;
    pthread_cond_signal(&d->has_sync);
    deck_unlock(d);
    return NULL;
}

/* ---- the other thread: to the disk itself ---- */

static int sync_tape(struct deck_tape *t)
{
    int err = 0;

    for (int i = 0; i < TAPE_FILES; i++) {
        int err2 = t->files[i] ? tape_file_sync(t->files[i]) : 0;

        err = err ? err : err2;
    }
    return err;
}

/* All that is in the file system: what an error hits is told when each file ends. */
static void sync_all(const struct deck_tape *t)
{
    for (int i = 0; i < TAPE_FILES; i++) {
        if (!t->files[i])
            continue;
        if (syncfs(tape_file_fd(t->files[i])))
            log_error("recordings not synced err=\"%s\"", strerror(errno));
        return;
    }
}

static void sync_changed(struct deck *d)
{
    struct deck_tape *few[FEW_FILES];
    unsigned n = 0;

    deck_lock(d);
    LIST_FOREACH(&d->syncing, k)
    {
        if (n < FEW_FILES)
            few[n] = CONTAINER_OF(k, struct deck_tape, syncing);
        n++;
        list_unlink(k);
    }
    deck_unlock(d);
    if (n > FEW_FILES) {
        sync_all(few[0]);
        return;
    }
    for (unsigned i = 0; i < n; i++) {
        int err = sync_tape(few[i]);

        if (err)
            atomic_store_explicit(&few[i]->sync_err, err, memory_order_relaxed);
    }
}

/* Many end at once: together first, then each has nothing left to wait for. */
static void sync_ended(struct deck *d)
{
    const struct deck_tape *first = NULL;
    unsigned n = 0;

    deck_lock(d);
    LIST_FOREACH(&d->ending, k)
    {
        first = first ? first : CONTAINER_OF(k, struct deck_tape, ending);
        n++;
    }
    deck_unlock(d);
    if (n > FEW_FILES)
        sync_all(first);
}

static struct deck_tape *next_ended(struct deck *d)
{
    struct link *k;

    deck_lock(d);
    k = list_first(&d->ending);
    if (k) {
        list_unlink(k);
        list_unlink(&CONTAINER_OF(k, struct deck_tape, ending)->syncing);
    }
    deck_unlock(d);
    return k ? CONTAINER_OF(k, struct deck_tape, ending) : NULL;
}

static void close_ended(struct deck *d)
{
    struct deck_tape *t;

    sync_ended(d);
    while ((t = next_ended(d))) {
        int err = t->is_deleted ? 0 : sync_tape(t);

        if (!t->ended.err)
            t->ended.err = err;
        if (t->is_deleted)
            t->ended.bytes = 0;
        deck_tape_close(t, t->is_deleted);
        deck_tell(t, true);
    }
}

/* @return false: it is over */
static bool wait_for_sync(struct deck *d, int64_t next_us)
{
    bool is_going;

    deck_lock(d);
    while (list_is_empty(&d->ending) && !d->is_worker_done &&
           (list_is_empty(&d->syncing) || exact(d) < next_us))
        (void)wait_until(d, &d->has_sync, list_is_empty(&d->syncing) ? INT64_MAX : next_us);
    is_going = !d->is_worker_done || !list_is_empty(&d->ending);
    deck_unlock(d);
    return is_going;
}

void *deck_run_syncer(void *arg)
{
    struct deck *d = arg;
    int64_t next_us = 0, now_us;

    go_first(NICE);
    while (wait_for_sync(d, next_us)) {
        close_ended(d);
        now_us = exact(d);
        if (now_us < next_us)
            continue;
        sync_changed(d);
        next_us = now_us + SYNC_US;
    }
    return NULL;
}
