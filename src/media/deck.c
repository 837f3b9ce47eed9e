/* deck.c - all tapes: what control asks of them and what they tell it; see tape.h. The threads are in
 * deck_worker.c. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "media/tape_inner.h"

/* ---- asking ---- */

/* Under lock. */
static void ask(struct deck_tape *t)
{
    struct deck *d = t->deck;

    if (!link_is_in(&t->asked))
        list_append(&d->asked, &t->asked);
    pthread_cond_signal(&d->has_work);
}

static int64_t now_of(const struct deck *d)
{
    return loop_now(d->loop).us;
}

static char *copy_name(struct slice name, int *err)
{
    char *s = name.len ? mem_strndup(name.p, name.len) : NULL;

    /* A name with a NUL inside would become another one. */
    if (s && strlen(s) != name.len) {
        mem_free(s);
        s = mem_strdup("\n"); /* refused as such a name is */
    }
    if (name.len && !s)
        *err = ENOMEM;
    return s;
}

static void free_tape(struct deck_tape *t)
{
    struct deck *d = t->deck;

    deck_lock(d);
    list_unlink(&t->asked);
    list_unlink(&t->news);
    LIST_FOREACH(&t->wish.taps, k)
    {
        atomic_store_explicit(&CONTAINER_OF(k, struct media_tap, link)->is_closed, true,
                              memory_order_relaxed);
        list_unlink(k);
        list_append(&d->left, k);
    }
    pthread_cond_signal(&d->has_work);
    deck_unlock(d);
    list_unlink(&t->all);
    d->count--;
    for (int i = 0; i < TAPE_FILES; i++)
        mem_free((void *)t->names[i]);
    mem_free(t);
}

int deck_tape_start(struct deck_tape **tp, struct deck *d, const struct media_tape *m, void *owner)
{
    struct deck_tape *t;
    int err = 0;

    if (d->count >= TAPES_MAX)
        return EMFILE;
    t = mem_zalloc(sizeof(*t));
    if (!t)
        return ENOMEM;
    t->deck = d;
    t->owner = owner;
    t->number = m->tape;
    t->is_stereo = m->is_stereo;
    t->is_append = m->is_append;
    t->is_joined_only = m->is_joined_only;
    t->is_goes_on = m->begun_us != 0;
    t->muted = m->muted & (MEDIA_TAPE_RX | MEDIA_TAPE_TX | MEDIA_TAPE_PAUSED);
    t->rx_db = m->rx_db;
    t->tx_db = m->tx_db;
    t->names[TAPE_MIXED] = copy_name(m->mixed, &err);
    t->names[TAPE_RX] = copy_name(m->rx, &err);
    t->names[TAPE_TX] = copy_name(m->tx, &err);
    t->start_us = now_of(d);
    t->start_wall_us = (uint64_t)loop_wall(d->loop).us;
    t->begun_us = m->begun_us ? m->begun_us : t->start_wall_us;
    list_init(&t->taps);
    list_init(&t->wish.taps);
    list_append(&d->all, &t->all);
    d->count++;
    if (err) {
        free_tape(t);
        return err;
    }
    deck_lock(d);
    t->wish.is_new = true;
    ask(t);
    deck_unlock(d);
    *tp = t;
    return 0;
}

/* Under lock. */
static void wish_untap(struct deck_tape *t)
{
    t->wish.is_untap = true;
    t->wish.untap_us = now_of(t->deck);
    LIST_FOREACH(&t->wish.taps, k)
    {
        atomic_store_explicit(&CONTAINER_OF(k, struct media_tap, link)->is_closed, true,
                              memory_order_relaxed);
    }
}

int deck_tape_tap(struct deck_tape *t, struct media_tap **tap)
{
    struct media_tap *made = media_tap_alloc();

    if (!made)
        return ENOMEM;
    deck_lock(t->deck);
    wish_untap(t);
    list_append(&t->wish.taps, &made->link);
    ask(t);
    deck_unlock(t->deck);
    *tap = made;
    return 0;
}

void deck_tape_untap(struct deck_tape *t)
{
    deck_lock(t->deck);
    wish_untap(t);
    ask(t);
    deck_unlock(t->deck);
}

void deck_tape_set(struct deck_tape *t, uint8_t muted)
{
    struct tape_wish *w = &t->wish;

    deck_lock(t->deck);
    if (w->set_count == TAPE_SETS) /* the last one is what counts */
        w->set_count--;
    w->sets[w->set_count].at_us = now_of(t->deck);
    w->sets[w->set_count++].muted = muted;
    ask(t);
    deck_unlock(t->deck);
}

void deck_tape_stop(struct deck_tape *t, uint32_t cut_ms, bool is_deleted)
{
    deck_lock(t->deck);
    if (!t->wish.is_stop) {
        t->wish.is_stop = true;
        t->wish.stop_us = now_of(t->deck);
        t->wish.cut_ms = cut_ms;
        t->wish.is_deleted = is_deleted;
        ask(t);
    }
    deck_unlock(t->deck);
}

uint64_t deck_tape_begun_us(const struct deck_tape *t)
{
    return t->begun_us;
}

uint32_t deck_tapes(const struct deck *d)
{
    return d->count;
}

/* ---- news ---- */

void deck_tell(struct deck_tape *t, bool is_end)
{
    struct deck *d = t->deck;
    const uint64_t one = 1;

    deck_lock(d);
    if (is_end)
        t->has_ended_news = true;
    else
        t->has_begun_news = true;
    if (!link_is_in(&t->news))
        list_append(&d->news, &t->news);
    deck_unlock(d);
    (void)!write(d->news_fd, &one, sizeof(one));
}

static void tell_control(struct deck *d, struct deck_tape *t, bool has_begun, bool has_ended)
{
    bool is_gone = has_ended;

    if (has_begun) {
        d->h(t->owner, &t->begun, NULL, d->arg);
        is_gone = is_gone || t->begun.err;
    }
    if (has_ended)
        d->h(t->owner, NULL, &t->ended, d->arg);
    if (is_gone)
        free_tape(t);
}

static void on_news(int events, void *arg)
{
    struct deck *d = arg;
    uint64_t count;
    struct link *k;

    (void)!read(d->news_fd, &count, sizeof(count));
    for (;;) {
        struct deck_tape *t;
        bool has_begun, has_ended;

        deck_lock(d);
        k = list_first(&d->news);
        if (!k) {
            deck_unlock(d);
            return;
        }
        t = CONTAINER_OF(k, struct deck_tape, news);
        list_unlink(k);
        has_begun = t->has_begun_news;
        has_ended = t->has_ended_news;
        t->has_begun_news = t->has_ended_news = false;
        deck_unlock(d);
        tell_control(d, t, has_begun, has_ended);
    }
}

/* ---- life ---- */

static void join(struct deck *d)
{
    deck_lock(d);
    d->is_closing = true;
    d->is_worker_done = !d->has_worker;
    pthread_cond_signal(&d->has_work);
    pthread_cond_signal(&d->has_sync);
    deck_unlock(d);
    if (d->has_worker)
        pthread_join(d->worker, NULL);
    if (d->has_syncer)
        pthread_join(d->syncer, NULL);
}

static void deck_destroy(void *arg)
{
    struct deck *d = arg;

    join(d);
    loop_fd_stop(&d->news_watch);
    if (d->news_fd >= 0)
        close(d->news_fd);
    LIST_FOREACH(&d->all, k)
    {
        free_tape(CONTAINER_OF(k, struct deck_tape, all));
    }
    list_move_all(&d->taps, &d->left);
    LIST_FOREACH(&d->taps, k)
    {
        deck_tape_free_tap(CONTAINER_OF(k, struct media_tap, link));
    }
    pthread_cond_destroy(&d->has_work);
    pthread_cond_destroy(&d->has_sync);
    pthread_mutex_destroy(&d->lock);
    mem_free(d->folder);
}

static void init_locks(struct deck *d)
{
    pthread_condattr_t a;

    pthread_condattr_init(&a);
    pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
    pthread_cond_init(&d->has_work, &a);
    pthread_cond_init(&d->has_sync, &a);
    pthread_condattr_destroy(&a);
    pthread_mutex_init(&d->lock, NULL);
}

static int start_threads(struct deck *d)
{
    sigset_t all, before;
    int err;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    err = pthread_create(&d->worker, NULL, deck_run_worker, d);
    d->has_worker = !err;
    if (!err) {
        err = pthread_create(&d->syncer, NULL, deck_run_syncer, d);
        d->has_syncer = !err;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return err;
}

int deck_alloc(struct deck **dp, struct loop *l, const char *folder, tape_news_h *h, void *arg)
{
    struct deck *d = mem_alloc(sizeof(*d), deck_destroy);
    int err = 0;

    if (!d)
        return ENOMEM;
    signal(SIGXFSZ, SIG_IGN); /* a file too long is an error like others */
    d->loop = l;
    d->h = h;
    d->arg = arg;
    init_locks(d);
    list_init(&d->all);
    list_init(&d->asked);
    list_init(&d->news);
    list_init(&d->ending);
    list_init(&d->syncing);
    list_init(&d->left);
    list_init(&d->active);
    list_init(&d->taps);
    d->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (d->news_fd < 0)
        err = errno;
    d->folder = folder ? mem_strdup(folder) : NULL;
    if (!err && folder && !d->folder)
        err = ENOMEM;
    if (!err)
        err = loop_fd_start(l, &d->news_watch, d->news_fd, LOOP_READ, on_news, d);
    if (!err)
        err = start_threads(d);
    if (err) {
        mem_deref(d);
        return err;
    }
    *dp = d;
    return 0;
}
