/*
 * loop/inner.h - what the files of loop/ know of a loop; nobody else includes this
 */
#pragma once
#include <stdatomic.h>

#include "loop/loop.h"
#include "loop/wheel.h"

/* Who watches which descriptor. An event names descriptor and generation, so that one of a watcher
 * stopped in the same round (and maybe freed) finds nobody. */
struct watch {
    struct loop_fd *w;
    uint32_t generation;
};

struct loop {
    bool is_fake;
    bool is_stopping;
    bool is_in_round;
    int epoll_fd; /* -1 on a fake loop */
    int wake_fd;
    struct mono now;
    int64_t lag_us; /* fake: how far the exact time is ahead of now */
    struct wall wall;
    struct wheel wheel;
    struct list due; /* timers firing in this round */
    struct list defers;
    struct list flushes;
    struct list wakers; /* struct deferred: called after a wake */
    struct deferred on_wake;
    atomic_bool is_woken;
    struct watch *watches; /* by descriptor */
    uint32_t watch_count;
    struct task_pool *tasks; /* made by the first task */
};

/** Like loop_on_wake for one more handler; loop_defer_stop ends it. */
void loop_wake_join(struct loop *l, struct deferred *d, timer_h *h, void *arg);

/** Free the stacks. Defined by task.c. */
void task_pool_free(struct task_pool *p);
