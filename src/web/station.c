/* web/station.c - see station.h */
#include "web/station.h"

#include <errno.h>
#include <string.h>

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"

enum { AGAIN_MS = 50 };

/* A question, with its text behind it. */
struct ask {
    struct link link; /* waiting, under_way */
    struct web_station *station;
    web_answer_h *answered;
    void *arg;
    size_t len;
    char text[];
};

struct web_station {
    struct loop *loop;
    struct web_link *link;
    struct web_session *session; /* NULL: the engine is away */
    struct timer again;
    struct deferred pump;
    struct list waiting, under_way; /* struct ask */
    uint32_t count;                 /* that wait */
    struct buf events;              /* a message that is not whole yet */
    struct ami_message message;
    web_event_h *on_event;
    web_state_h *on_state;
    void *arg;
};

/* ---- events ---- */

static void drop(struct buf *b, size_t n)
{
    memmove(b->p, b->p + n, b->len - n);
    b->len -= n;
}

static void came(struct slice text, void *arg)
{
    struct web_station *s = mem_ref(arg);
    size_t used, from = 0;
    int err = buf_adds(&s->events, text);

    while (!err) {
        err = ami_message_parse(&s->message, slice_skip(buf_slice(&s->events), from), &used);
        if (!err && s->message.count && s->on_event)
            s->on_event(&s->message, s->arg);
        if (!err)
            from += used;
    }
    if (err == EAGAIN)
        drop(&s->events, from);
    else
        buf_reset(&s->events);
    mem_deref(s);
}

/* ---- questions ---- */

static void ask_next(void *arg);

static void finish(struct ask *a, int err, struct buf *text)
{
    list_unlink(&a->link);
    a->answered(err, text, a->arg);
    mem_free(a);
}

static void fail(struct ask *a, int err)
{
    struct buf nothing;

    buf_init(&nothing, 0);
    finish(a, err, &nothing);
    buf_fini(&nothing);
}

static void answered(int err, struct buf *text, void *arg)
{
    struct ask *a = arg;
    struct web_station *s = a->station;

    loop_defer(s->loop, &s->pump, ask_next, s);
    finish(a, err, text);
}

static struct ask *take(struct web_station *s)
{
    struct ask *a = CONTAINER_OF(list_first(&s->waiting), struct ask, link);

    list_unlink(&a->link);
    list_append(&s->under_way, &a->link);
    s->count--;
    return a;
}

static void ask_next(void *arg)
{
    struct web_station *s = mem_ref(arg);

    while (s->count) {
        const unsigned slot = s->session ? web_session_free_slot(s->session) : 0;
        struct ask *a;
        int err;

        if (slot == LINK_ASKS)
            break;
        a = take(s);
        err = s->session
                  ? web_session_ask(s->session, slot, slice_from(a->text, a->len), answered, a)
                  : ENOTCONN;
        if (err)
            fail(a, err);
    }
    mem_deref(s);
}

int web_station_ask(struct web_station *s, struct slice text, web_answer_h *h, void *arg)
{
    struct ask *a;

    if (!s->session)
        return ENOTCONN;
    if (s->count == STATION_WAITING)
        return EAGAIN;
    a = mem_zalloc(sizeof(*a) + text.len);
    if (!a)
        return ENOMEM;
    a->station = s;
    a->answered = h;
    a->arg = arg;
    a->len = text.len;
    memcpy(a->text, text.p, text.len);
    list_append(&s->waiting, &a->link);
    s->count++;
    loop_defer(s->loop, &s->pump, ask_next, s);
    return 0;
}

/* ---- the session ---- */

static void open_again(void *arg);

static void tell(struct web_station *s)
{
    if (s->on_state)
        s->on_state(s->session != NULL, s->arg);
}

static void left(void *arg)
{
    struct web_station *s = arg;

    s->session = mem_deref(s->session);
    buf_reset(&s->events);
    timer_start(s->loop, &s->again, AGAIN_MS, open_again, s);
    loop_defer(s->loop, &s->pump, ask_next, s);
    tell(s);
}

static void open_again(void *arg)
{
    struct web_station *s = arg;

    if (web_session_open_own(&s->session, s->link, came, left, s))
        timer_start(s->loop, &s->again, AGAIN_MS, open_again, s);
    else
        tell(s);
}

bool web_station_is_there(const struct web_station *s)
{
    return s->session != NULL;
}

static void station_destroy(void *object)
{
    struct web_station *s = object;

    timer_stop(&s->again);
    loop_defer_stop(&s->pump);
    if (s->session)
        web_session_leave(s->session);
    s->session = mem_deref(s->session);
    while (s->count)
        fail(take(s), ECONNRESET);
    LIST_FOREACH(&s->under_way, k) fail(CONTAINER_OF(k, struct ask, link), ECONNRESET);
    buf_fini(&s->events);
}

int web_station_alloc(struct web_station **sp, struct loop *loop, struct web_link *link,
                      web_event_h *events, web_state_h *state, void *arg)
{
    struct web_station *s = mem_alloc(sizeof(*s), station_destroy);

    if (!s)
        return ENOMEM;
    s->loop = loop;
    s->link = link;
    list_init(&s->waiting);
    list_init(&s->under_way);
    buf_init(&s->events, 2 * AMI_MESSAGE_MAX);
    s->on_event = events;
    s->on_state = state;
    s->arg = arg;
    timer_start(loop, &s->again, 0, open_again, s);
    *sp = s;
    return 0;
}
