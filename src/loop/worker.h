/*
 * loop/worker.h - a few threads for work that blocks (SQL, files)
 *
 * Thread:  submit and done on the loop's thread; run on a worker's. Jobs of one pool with one
 *          thread run in order: that is how the database writer keeps its order.
 * Limits:  max_queue jobs wait; more is EAGAIN.
 * Fake:    on a fake loop run is called on the loop's own thread, deferred: tests stay
 * deterministic.
 */
#pragma once
#include <stdint.h>

#include "loop/loop.h"

struct workers;

typedef void(worker_run_h)(void *arg);
typedef void(worker_done_h)(void *arg);

/** @return 0; ENOMEM; errno of pthread_create.
 *  mem_deref waits for the jobs under way, runs the waiting
 *  ones and calls what done handlers are left. */
int workers_alloc(struct workers **wp, struct loop *l, unsigned threads, uint32_t max_queue);

/** run(arg) on a worker, then done(arg) on the loop (may be NULL). @return 0; EAGAIN; ENOMEM. */
int workers_submit(struct workers *w, worker_run_h *run, worker_done_h *done, void *arg);

/** Jobs waiting or under way. */
uint32_t workers_load(const struct workers *w);
