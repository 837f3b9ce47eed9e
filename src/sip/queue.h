/*
 * sip/queue.h - inner: things that all wait equally long, in one FIFO with one timer
 *
 * Why:     a finished transaction waits 5 s or 32 s; a timer each would cost more than the rest.
 * When:    never early, up to a quarter of a second late.
 * Owns:    nothing; a member is in one queue at most.
 */
#pragma once
#include "base/list.h"
#include "loop/loop.h"

struct sip_wait {
    struct link link;
    struct sip_queue *queue; /* NULL: in none */
    int64_t due_ms;
};

/** The time of w is over; it is out of the queue already. */
typedef void(sip_queue_h)(struct sip_wait *w);

struct sip_queue {
    struct loop *loop;
    struct list waiting;
    struct timer timer;
    uint32_t delay_ms;
    sip_queue_h *h;
};

void sip_queue_init(struct sip_queue *q, struct loop *loop, uint32_t delay_ms, sip_queue_h *h);

/** Stop the timer; members are left alone. */
void sip_queue_fini(struct sip_queue *q);

/** Wait from now on (anew, when w waits already, here or elsewhere). */
void sip_queue_add(struct sip_queue *q, struct sip_wait *w);

/** Wait no more; harmless when w does not. */
void sip_queue_del(struct sip_wait *w);
