/*
 * loop/loop.h - one thread's event loop: descriptors, timers, deferred calls, the clock
 *
 * Scope:   everything that waits in a role goes through its loop. Time comes only from here and
 *          sockets only from loop/net.h, so a test runs the real code on a fake clock.
 * Thread:  every call and every handler on the loop's own thread, but loop_wake.
 * Units:   timers in milliseconds, the clock in microseconds (base/when.h).
 * Cost:    timer start and stop O(1) (hierarchical wheel, 1 ms ticks); a round of the loop costs
 *          one epoll_wait.
 * Order:   descriptors, then timers that are due (in order of their time), then deferred calls
 *          until none is left (at most 10,000 a round), then flush handlers.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/when.h"

struct loop;

/** Real loop on epoll and the system's clocks. @return 0; ENOMEM; errno of epoll_create1. */
int loop_alloc(struct loop **lp);

/**
 * Loop of a test: no epoll, and time stands still until loop_fake_advance.
 * @param start  wall time at birth; the monotonic clock starts at 1,000 s
 */
int loop_alloc_fake(struct loop **lp, struct wall start);

/* A loop is a counted object (base/mem.h); the last mem_deref closes its descriptors. */

/** Time at the start of this round (does not move inside a handler). */
struct mono loop_now(const struct loop *l);
struct wall loop_wall(const struct loop *l);

/** Time right now, by a system call; on a fake loop the same as loop_now, but for
 *  loop_fake_lag. For measuring only. */
struct mono loop_now_exact(const struct loop *l);

/** Run until loop_stop (a fake loop also ends when nothing is left to happen, and time jumps from
 *  timer to timer). @return 0, or errno of epoll_wait. */
int loop_run(struct loop *l);

/** Make loop_run return after this round. From a handler. */
void loop_stop(struct loop *l);

/** One round, waiting at most max_ms (0: do not wait; -1: until something happens). */
int loop_round(struct loop *l, int max_ms);

/** Fake loop: let ms milliseconds pass, running everything due, in order. */
void loop_fake_advance(struct loop *l, uint64_t ms);

/** Fake loop: run what is due now (deferred calls, flushes) without moving time. */
void loop_fake_settle(struct loop *l);

/** Fake loop: what is handled from now on waited ms longer (loop_now_exact is so far ahead). */
void loop_fake_lag(struct loop *l, uint64_t ms);

/** Fake loop: time of the next timer. @return false when there is none */
bool loop_fake_next(const struct loop *l, struct mono *when);

/* ---- descriptors ---- */

enum { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_HUP = 4 };

typedef void(loop_fd_h)(int events, void *arg);

/** Embedded in its owner; zeroed before the first use. */
struct loop_fd {
    struct loop *loop; /* NULL: not watched */
    int fd;
    int events;
    loop_fd_h *h;
    void *arg;
};

/** Watch fd (borrowed, level triggered). Again with other events changes them.
 *  @return 0; ENOMEM; errno of epoll_ctl; ENOTSUP on a fake loop. */
int loop_fd_start(struct loop *l, struct loop_fd *w, int fd, int events, loop_fd_h *h, void *arg);

/** Stop watching; safe inside its own handler and when not watched. Does not close. */
void loop_fd_stop(struct loop_fd *w);

/* ---- timers ---- */

typedef void(timer_h)(void *arg);

/** Embedded in its owner; zeroed before the first use. Fires once. */
struct timer {
    struct link link;
    struct loop *loop;
    uint64_t due_ms; /* on the loop's monotonic clock */
    timer_h *h;
    void *arg;
};

/** Fire once in ms milliseconds (0: next round); a running timer is moved. */
void timer_start(struct loop *l, struct timer *t, uint64_t ms, timer_h *h, void *arg);

/** Forget it; safe when not running and inside its own handler. */
void timer_stop(struct timer *t);

bool timer_is_on(const struct timer *t);

/** Milliseconds until it fires; 0 when due or not running. */
uint64_t timer_left_ms(const struct timer *t);

/* ---- deferred calls and flushes ---- */

/** Embedded in its owner; zeroed before the first use. */
struct deferred {
    struct link link;
    timer_h *h;
    void *arg;
};

/** Call h later in this round, after the current handler; already pending: nothing happens. */
void loop_defer(struct loop *l, struct deferred *d, timer_h *h, void *arg);
void loop_defer_stop(struct deferred *d);

/** Call h once at the very end of this round (sockets send what they gathered). Like loop_defer. */
void loop_flush(struct loop *l, struct deferred *d, timer_h *h, void *arg);

/** The same, before the flushes that are waiting now: what must be written down before anything of
 * this round leaves. */
void loop_flush_first(struct loop *l, struct deferred *d, timer_h *h, void *arg);

/* ---- from other threads ---- */

/** End the wait of the loop's thread; the only call that other threads may make. */
void loop_wake(struct loop *l);

/** Called on the loop's thread once after each loop_wake (several may be merged, and one too many
 * is possible). One handler a loop: a later call replaces it, h NULL removes it. */
void loop_on_wake(struct loop *l, timer_h *h, void *arg);
