/* loop.c - see loop.h */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/log.h"
#include "base/mem.h"
#include "loop/inner.h"

#define EVENTS_A_ROUND 256
#define DEFERS_A_ROUND 10000
#define WAKE_MARK UINT64_MAX
#define FAKE_START_US (1000 * 1000000ll)
#define FAKE_SPINS                                                                                 \
    100000 /* rounds without a millisecond passing: something calls itself for ever */

static int64_t clock_us(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static uint64_t floor_ms(struct mono m)
{
    return (uint64_t)(m.us / 1000);
}

static void read_clocks(struct loop *l)
{
    l->now.us = clock_us(CLOCK_MONOTONIC);
    l->wall.us = clock_us(CLOCK_REALTIME);
}

/* ---- birth and death ---- */

static void loop_destroy(void *arg)
{
    struct loop *l = arg;

    task_pool_free(l->tasks);
    if (l->epoll_fd >= 0)
        close(l->epoll_fd);
    if (l->wake_fd >= 0)
        close(l->wake_fd);
    mem_free(l->watches);
}

static struct loop *loop_new(void)
{
    struct loop *l = mem_alloc(sizeof(*l), loop_destroy);

    if (!l)
        return NULL;
    l->epoll_fd = l->wake_fd = -1;
    list_init(&l->due);
    list_init(&l->defers);
    list_init(&l->flushes);
    list_init(&l->wakers);
    return l;
}

static int open_epoll(struct loop *l)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.u64 = WAKE_MARK};

    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (l->epoll_fd < 0 || l->wake_fd < 0)
        return errno;
    return epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, l->wake_fd, &ev) ? errno : 0;
}

int loop_alloc(struct loop **lp)
{
    struct loop *l = loop_new();
    int err;

    if (!l)
        return ENOMEM;
    err = open_epoll(l);
    if (err) {
        mem_deref(l);
        return err;
    }
    /* OpenSSL writes without MSG_NOSIGNAL. */
    signal(SIGPIPE, SIG_IGN);
    read_clocks(l);
    wheel_init(&l->wheel, floor_ms(l->now));
    *lp = l;
    return 0;
}

int loop_alloc_fake(struct loop **lp, struct wall start)
{
    struct loop *l = loop_new();

    if (!l)
        return ENOMEM;
    l->is_fake = true;
    l->now.us = FAKE_START_US;
    l->wall = start;
    wheel_init(&l->wheel, floor_ms(l->now));
    *lp = l;
    return 0;
}

struct mono loop_now(const struct loop *l)
{
    return l->now;
}

struct wall loop_wall(const struct loop *l)
{
    return l->wall;
}

struct mono loop_now_exact(const struct loop *l)
{
    return l->is_fake ? (struct mono){l->now.us + l->lag_us}
                      : (struct mono){clock_us(CLOCK_MONOTONIC)};
}

/* ---- descriptors ---- */

static int watch_room(struct loop *l, int fd)
{
    uint32_t want = l->watch_count ? l->watch_count : 64;
    struct watch *w;

    if ((uint32_t)fd < l->watch_count)
        return 0;
    while (want <= (uint32_t)fd)
        want *= 2;
    w = mem_realloc(l->watches, want * sizeof(*w));
    if (!w)
        return ENOMEM;
    memset(w + l->watch_count, 0, (want - l->watch_count) * sizeof(*w));
    l->watches = w;
    l->watch_count = want;
    return 0;
}

static int watch_ctl(struct loop *l, int op, int fd, int events)
{
    struct epoll_event ev = {0};

    if (events & LOOP_READ)
        ev.events |= EPOLLIN;
    if (events & LOOP_WRITE)
        ev.events |= EPOLLOUT;
    ev.data.u64 = (uint64_t)l->watches[fd].generation << 32 | (uint32_t)fd;
    return epoll_ctl(l->epoll_fd, op, fd, &ev) ? errno : 0;
}

int loop_fd_start(struct loop *l, struct loop_fd *w, int fd, int events, loop_fd_h *h, void *arg)
{
    int err;

    if (l->is_fake)
        return ENOTSUP;
    if (fd < 0)
        return EBADF;
    BUG_IF(w->loop && (w->loop != l || w->fd != fd));
    w->h = h;
    w->arg = arg;
    if (w->loop) {
        err = w->events == events ? 0 : watch_ctl(l, EPOLL_CTL_MOD, fd, events);
    } else {
        err = watch_room(l, fd);
        if (!err)
            err = watch_ctl(l, EPOLL_CTL_ADD, fd, events);
    }
    if (err)
        return err;
    w->loop = l;
    w->fd = fd;
    w->events = events;
    l->watches[fd].w = w;
    return 0;
}

void loop_fd_stop(struct loop_fd *w)
{
    struct loop *l = w->loop;

    if (!l)
        return;
    l->watches[w->fd].w = NULL;
    l->watches[w->fd].generation++;
    epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, w->fd, NULL);
    w->loop = NULL;
}

static void run_event(struct loop *l, const struct epoll_event *ev)
{
    uint32_t fd = (uint32_t)ev->data.u64;
    uint32_t generation = (uint32_t)(ev->data.u64 >> 32);
    struct loop_fd *w;
    int events = 0;

    if (ev->data.u64 == WAKE_MARK) {
        uint64_t n;

        (void)!read(l->wake_fd, &n, sizeof(n));
        return;
    }
    w = l->watches[fd].w;
    if (!w || l->watches[fd].generation != generation)
        return;
    if (ev->events & EPOLLIN)
        events |= LOOP_READ;
    if (ev->events & EPOLLOUT)
        events |= LOOP_WRITE;
    if (ev->events & (EPOLLHUP | EPOLLERR))
        events |= LOOP_HUP;
    w->h(events, w->arg);
}

/* ---- timers ---- */

void timer_start(struct loop *l, struct timer *t, uint64_t ms, timer_h *h, void *arg)
{
    timer_stop(t);
    t->loop = l;
    t->h = h;
    t->arg = arg;
    /* Rounded up, so that it never fires early; 0 is due at once. */
    t->due_ms = ms ? (uint64_t)((l->now.us + 999) / 1000) + ms : l->wheel.now_ms;
    if (t->due_ms < ms)
        t->due_ms = UINT64_MAX;
    wheel_add(&l->wheel, t);
}

void timer_stop(struct timer *t)
{
    if (link_is_in(&t->link))
        wheel_del(&t->loop->wheel, t);
}

bool timer_is_on(const struct timer *t)
{
    return link_is_in(&t->link);
}

uint64_t timer_left_ms(const struct timer *t)
{
    int64_t left_us;

    if (!timer_is_on(t))
        return 0;
    left_us = (int64_t)t->due_ms * 1000 - t->loop->now.us;
    return left_us > 0 ? (uint64_t)(left_us + 999) / 1000 : 0;
}

static void run_timers(struct loop *l)
{
    struct link *k;

    wheel_advance(&l->wheel, floor_ms(l->now), &l->due);
    while ((k = list_first(&l->due))) {
        struct timer *t = CONTAINER_OF(k, struct timer, link);

        list_unlink(k);
        t->h(t->arg);
    }
}

/* ---- deferred calls ---- */

static void defer_to(struct list *to, struct deferred *d, timer_h *h, void *arg)
{
    if (link_is_in(&d->link))
        return;
    d->h = h;
    d->arg = arg;
    list_append(to, &d->link);
}

void loop_defer(struct loop *l, struct deferred *d, timer_h *h, void *arg)
{
    defer_to(&l->defers, d, h, arg);
}

void loop_flush(struct loop *l, struct deferred *d, timer_h *h, void *arg)
{
    defer_to(&l->flushes, d, h, arg);
}

void loop_flush_first(struct loop *l, struct deferred *d, timer_h *h, void *arg)
{
    if (link_is_in(&d->link))
        return;
    d->h = h;
    d->arg = arg;
    list_prepend(&l->flushes, &d->link);
}

void loop_defer_stop(struct deferred *d)
{
    list_unlink(&d->link);
}

static void run_deferred(struct list *from, int most)
{
    struct link *k;

    for (; most > 0 && (k = list_first(from)); most--) {
        struct deferred *d = CONTAINER_OF(k, struct deferred, link);

        list_unlink(k);
        d->h(d->arg);
    }
}

/* ---- wakes from other threads ---- */

void loop_wake(struct loop *l)
{
    uint64_t one = 1;

    if (!atomic_exchange(&l->is_woken, true) && !l->is_fake)
        (void)!write(l->wake_fd, &one, sizeof(one));
}

void loop_wake_join(struct loop *l, struct deferred *d, timer_h *h, void *arg)
{
    defer_to(&l->wakers, d, h, arg);
}

void loop_on_wake(struct loop *l, timer_h *h, void *arg)
{
    loop_defer_stop(&l->on_wake);
    if (h)
        loop_wake_join(l, &l->on_wake, h, arg);
}

static void run_wakes(struct loop *l)
{
    struct list round;
    struct link *k;

    /* Cleared before the handlers look at their queues: a wake from now on is a new one. */
    if (!atomic_load_explicit(&l->is_woken, memory_order_relaxed) ||
        !atomic_exchange(&l->is_woken, false))
        return;
    list_init(&round);
    list_move_all(&round, &l->wakers);
    while ((k = list_first(&round))) {
        struct deferred *d = CONTAINER_OF(k, struct deferred, link);

        list_unlink(k);
        list_append(&l->wakers, k);
        d->h(d->arg);
    }
}

/* ---- rounds ---- */

static bool has_work(const struct loop *l)
{
    return !list_is_empty(&l->defers) || !list_is_empty(&l->flushes) ||
           !list_is_empty(&l->wheel.soon) ||
           atomic_load_explicit(&l->is_woken, memory_order_relaxed);
}

static void run_round(struct loop *l)
{
    run_wakes(l);
    run_timers(l);
    run_deferred(&l->defers, DEFERS_A_ROUND);
    run_deferred(&l->flushes, DEFERS_A_ROUND);
}

/* Nanoseconds to wait, -1: for ever. */
static int64_t wait_ns(const struct loop *l, int max_ms)
{
    int64_t most = max_ms < 0 ? -1 : (int64_t)max_ms * 1000000;
    int64_t ns;
    uint64_t at_ms;

    if (has_work(l))
        return 0;
    if (!wheel_next(&l->wheel, &at_ms))
        return most;
    ns = ((int64_t)at_ms * 1000 - clock_us(CLOCK_MONOTONIC)) * 1000;
    if (ns < 0)
        ns = 0;
    return most >= 0 && most < ns ? most : ns;
}

static int wait_events(const struct loop *l, struct epoll_event *ev, int64_t ns)
{
    static atomic_bool has_no_pwait2;
    int64_t ms;

    if (ns > 0 && !atomic_load_explicit(&has_no_pwait2, memory_order_relaxed)) {
        struct timespec ts = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
        int n = epoll_pwait2(l->epoll_fd, ev, EVENTS_A_ROUND, &ts, NULL);

        if (n >= 0 || (errno != ENOSYS && errno != EPERM))
            return n;
        atomic_store(&has_no_pwait2, true);
    }
    ms = ns < 0 ? -1 : (ns + 999999) / 1000000;
    return epoll_wait(l->epoll_fd, ev, EVENTS_A_ROUND, ms > INT_MAX ? INT_MAX : (int)ms);
}

static int real_round(struct loop *l, int max_ms)
{
    struct epoll_event ev[EVENTS_A_ROUND];
    int n = wait_events(l, ev, wait_ns(l, max_ms));

    if (n < 0 && errno != EINTR)
        return errno;
    read_clocks(l);
    for (int i = 0; i < n; i++)
        run_event(l, &ev[i]);
    run_round(l);
    return 0;
}

static void fake_move(struct loop *l, uint64_t to_ms)
{
    int64_t us = (int64_t)to_ms * 1000 - l->now.us;

    if (us <= 0)
        return;
    l->now.us += us;
    l->wall.us += us;
}

static int fake_round(struct loop *l, int max_ms)
{
    uint64_t at_ms;

    if (max_ms && !has_work(l) && wheel_first(&l->wheel, &at_ms)) {
        uint64_t most = floor_ms(l->now) + (uint64_t)max_ms;

        fake_move(l, max_ms > 0 && at_ms > most ? most : at_ms);
    }
    run_round(l);
    return 0;
}

int loop_round(struct loop *l, int max_ms)
{
    int err;

    BUG_IF(l->is_in_round);
    l->is_in_round = true;
    err = l->is_fake ? fake_round(l, max_ms) : real_round(l, max_ms);
    l->is_in_round = false;
    return err;
}

int loop_run(struct loop *l)
{
    struct mono first;
    int err = 0;

    while (!err && !l->is_stopping) {
        if (l->is_fake && !has_work(l) && !loop_fake_next(l, &first))
            break; /* nothing will ever happen again */
        err = loop_round(l, -1);
    }
    l->is_stopping = false;
    return err;
}

void loop_stop(struct loop *l)
{
    l->is_stopping = true;
}

void loop_fake_lag(struct loop *l, uint64_t ms)
{
    BUG_IF(!l->is_fake);
    l->lag_us = (int64_t)ms * 1000;
}

void loop_fake_settle(struct loop *l)
{
    BUG_IF(!l->is_fake);
    for (int spins = 0; has_work(l); spins++) {
        BUG_IF(spins > FAKE_SPINS);
        loop_round(l, 0);
    }
}

void loop_fake_advance(struct loop *l, uint64_t ms)
{
    uint64_t end = floor_ms(l->now) + ms, at_ms;

    loop_fake_settle(l);
    while (wheel_first(&l->wheel, &at_ms) && at_ms <= end) {
        fake_move(l, at_ms);
        loop_round(l, 0);
        loop_fake_settle(l);
    }
    fake_move(l, end);
    /* The wheel follows, so that what is started now is put in relation to now. */
    loop_round(l, 0);
    loop_fake_settle(l);
}

bool loop_fake_next(const struct loop *l, struct mono *when)
{
    uint64_t at_ms;

    if (!wheel_first(&l->wheel, &at_ms))
        return false;
    when->us = (int64_t)at_ms * 1000;
    return true;
}
