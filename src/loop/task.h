/*
 * loop/task.h - stackful coroutines: code that waits and reads from top to bottom
 *
 * Scope:   a routing application is a task. It runs on the loop's thread until it waits; nothing
 *          else runs meanwhile, so no locks.
 * Memory:  64 KiB of address space each with a guard page below, from a pool; what is touched stays
 *          resident (a few KiB), so big buffers do not go on a task's stack.
 * Cancel:  task_cancel makes the present wait and every later one return ECANCELED at once: the
 *          task runs to its end by itself and frees what it holds.
 * Limits:  20,000 tasks a loop; more is EAGAIN. The loop outlives its tasks: cancel them and let it
 *          run until task_count is 0 before the last mem_deref of the loop.
 * Sanitizers: switches are announced to ASan and TSan.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/loop.h"

struct task;

typedef void(task_main_h)(void *arg);

/**
 * Start main(arg) as a task; it first runs later in this round, never before return.
 * @param tp  out, may be NULL: one reference (the running task holds another)
 * @return 0; ENOMEM; EAGAIN (too many)
 */
int task_start(struct task **tp, struct loop *l, task_main_h *main, void *arg);

/** The running task, or NULL outside of tasks. Borrowed. */
struct task *task_self(void);

/** See Cancel above. Never blocks; harmless after the end. */
void task_cancel(struct task *t);
bool task_is_canceled(const struct task *t);
bool task_has_ended(const struct task *t);

/** Tasks of this loop that have not ended. */
uint32_t task_count(const struct loop *l);

/** Give back the memory below the present depth: for a task about to wait for long (a bridged
 *  call). One system call. Only inside a task. */
void task_trim(void);

/** A place where one task at a time waits; embedded, zeroed before use. Wakes are remembered. */
struct waiter {
    struct task *task; /* who waits, or NULL */
    bool pending;      /* woken while nobody waited */
};

/**
 * Wait until waiter_wake, cancellation or the time is over. Only inside a task.
 * @param ms  -1: no limit; 0: only look
 * @return 0 (woken; the pending wake is used up); ETIMEDOUT; ECANCELED
 */
int waiter_wait(struct waiter *w, int64_t ms);

/** Wake; from anywhere on the loop's thread. */
void waiter_wake(struct waiter *w);

/** @return ETIMEDOUT after the whole time; ECANCELED */
int task_sleep(int64_t ms);
