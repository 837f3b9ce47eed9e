/* event.c - queues of channel events (channel.h) */
#include <errno.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/inner.h"
#include "call/secret.h"

#define MOST_WAITING 256

struct event_queue {
    struct list nodes;
    uint32_t count;
    struct waiter waiter;
    bool is_poked;
};

void channel_event_done(struct channel_event *ev)
{
    ev->channel = mem_deref(ev->channel);
}

/* The node kept for a channel's hang-up goes back to it; others are freed. */
static void node_release(struct channel_node *n, struct channel *ch)
{
    if (ch && !ch->hangup_node)
        ch->hangup_node = n;
    else
        mem_free(n);
}

static void queue_destroy(void *object)
{
    struct event_queue *q = object;

    LIST_FOREACH(&q->nodes, k)
    {
        struct channel_node *n = CONTAINER_OF(k, struct channel_node, link);

        list_unlink(k);
        mem_deref(n->ev.channel);
        mem_free(n);
    }
}

int event_queue_alloc(struct event_queue **qp)
{
    struct event_queue *q = mem_alloc(sizeof(*q), queue_destroy);

    if (!q)
        return ENOMEM;
    list_init(&q->nodes);
    *qp = q;
    return 0;
}

static void take_first(struct event_queue *q, struct channel_event *ev)
{
    struct channel_node *n = CONTAINER_OF(list_first(&q->nodes), struct channel_node, link);

    list_unlink(&n->link);
    q->count--;
    *ev = n->ev;
    node_release(n, ev->channel);
}

int event_queue_wait(struct event_queue *q, int64_t ms, struct channel_event *ev)
{
    while (list_is_empty(&q->nodes)) {
        /* An early wake without an event restarts the whole time: it happens only when memory for
           the event was missing, and then the event's state is looked at by the caller. */
        int err = ms == 0 ? ETIMEDOUT : waiter_wait(&q->waiter, ms);

        if (err)
            return err;
    }
    take_first(q, ev);
    return 0;
}

int event_queue_wait_or_poke(struct event_queue *q, int64_t ms, struct channel_event *ev)
{
    while (list_is_empty(&q->nodes)) {
        int err;

        if (q->is_poked) {
            q->is_poked = false;
            return EINTR;
        }
        err = ms == 0 ? ETIMEDOUT : waiter_wait(&q->waiter, ms);
        if (err)
            return err;
    }
    take_first(q, ev);
    return 0;
}

void event_queue_poke(struct event_queue *q)
{
    q->is_poked = true;
    waiter_wake(&q->waiter);
}

static struct channel_node *node_for(struct channel *ch, enum channel_event_type type)
{
    struct channel_node *n;

    if (type != CHANNEL_EV_HANGUP)
        return mem_zalloc(sizeof(*n));
    n = ch->hangup_node;
    ch->hangup_node = NULL;
    return n;
}

void event_queue_unget(struct event_queue *q, const struct channel_event *ev)
{
    struct channel_node *n = node_for(ev->channel, ev->type);

    if (!n) {
        mem_deref(ev->channel);
        return;
    }
    n->ev = *ev;
    list_prepend(&q->nodes, &n->link);
    q->count++;
}

void event_queue_move(struct event_queue *from, struct event_queue *to)
{
    struct link *k;

    while ((k = list_first(&from->nodes)) != NULL) {
        list_unlink(k);
        list_append(&to->nodes, k);
        from->count--;
        to->count++;
    }
    waiter_wake(&to->waiter);
}

void channel_push(struct channel *ch, struct channel_event ev)
{
    struct event_queue *q = ch->queue;
    struct channel_node *n;

    if (ev.type == CHANNEL_EV_DTMF)
        calls_tell(ch->calls,
                   &(struct call_fact){.type = CALL_DTMF,
                                       .channel = ch,
                                       .name = ev.is_signalled ? SLICE("INFO") : SLICE_NONE,
                                       .value = SLICE("Received"),
                                       .number = secret_digit(ch, ev.digit, false),
                                       .ms = ev.ms});
    if (!q)
        return;
    if (q->count >= MOST_WAITING && ev.type != CHANNEL_EV_HANGUP) {
        log_warning("channel event dropped, its queue is full call=%s channel=\"%s\" type=%d",
                    ch->linkedid, ch->name, (int)ev.type);
        return;
    }
    n = node_for(ch, ev.type);
    if (n) {
        n->ev = ev;
        n->ev.channel = mem_ref(ch);
        list_append(&q->nodes, &n->link);
        q->count++;
    }
    waiter_wake(&q->waiter);
}

void channel_attach(struct channel *ch, struct event_queue *q)
{
    struct event_queue *old = ch->queue;

    ch->queue = mem_ref(q);
    mem_deref(old);
}
