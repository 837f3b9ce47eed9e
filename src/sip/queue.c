/* queue.c - see queue.h */
#include "sip/queue.h"

/* Nobody needs these waits to the millisecond: they end together, a few times a second, so that an
   engine with few calls sleeps. A multiple of the timer wheel's 64, so that no slot is looked at in vain. */
#define STEP_MS 256

static int64_t now_ms(const struct sip_queue *q)
{
    return loop_now(q->loop).us / 1000;
}

static void on_timer(void *arg);

static void arm(struct sip_queue *q)
{
    struct link *first = list_first(&q->waiting);
    int64_t left;

    if (!first)
        return;
    left = CONTAINER_OF(first, struct sip_wait, link)->due_ms;
    left = ((left + STEP_MS - 1) & ~(int64_t)(STEP_MS - 1)) - now_ms(q);
    timer_start(q->loop, &q->timer, left > 0 ? (uint64_t)left : 0, on_timer, q);
}

static void on_timer(void *arg)
{
    struct sip_queue *q = arg;
    int64_t now = now_ms(q);
    struct link *first;

    while ((first = list_first(&q->waiting)) != NULL) {
        struct sip_wait *w = CONTAINER_OF(first, struct sip_wait, link);

        if (w->due_ms > now)
            break;
        sip_queue_del(w);
        q->h(w);
    }
    arm(q);
}

void sip_queue_init(struct sip_queue *q, struct loop *loop, uint32_t delay_ms, sip_queue_h *h)
{
    q->loop = loop;
    q->delay_ms = delay_ms;
    q->h = h;
    list_init(&q->waiting);
}

void sip_queue_fini(struct sip_queue *q)
{
    timer_stop(&q->timer);
}

void sip_queue_add(struct sip_queue *q, struct sip_wait *w)
{
    sip_queue_del(w);
    w->due_ms = now_ms(q) + q->delay_ms;
    w->queue = q;
    list_append(&q->waiting, &w->link);
    if (!timer_is_on(&q->timer))
        arm(q);
}

void sip_queue_del(struct sip_wait *w)
{
    list_unlink(&w->link);
    w->queue = NULL;
}
