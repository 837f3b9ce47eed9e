/* manager/event.c - see event.h: one event open at a time, batches of about 10 ms */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/log.h"
#include "manager/inner.h"

#define BATCH_MAX (4u << 20)

static void batch_destroy(void *object)
{
    struct manager_batch *b = object;

    buf_fini(&b->text);
    mem_free(b->entries);
}

const struct manager_event *manager_event_find(struct slice name)
{
    for (const struct manager_event *const *t = manager_events; *t; t++)
        for (const struct manager_event *e = *t; e->name; e++)
            if (slice_caseeqz(name, e->name))
                return e;
    return NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct manager_event *const *)a)->name,
                  (*(const struct manager_event *const *)b)->name);
}

uint32_t manager_events_sort(const struct manager_event ***all)
{
    uint32_t room = 0, n = 0;

    for (const struct manager_event *const *t = manager_events; *t; t++)
        for (const struct manager_event *e = *t; e->name; e++)
            room++;
    *all = mem_zalloc(room * sizeof(**all));
    if (!*all)
        return 0;
    for (const struct manager_event *const *t = manager_events; *t; t++)
        for (const struct manager_event *e = *t; e->name; e++)
            (*all)[n++] = e;
    qsort(*all, n, sizeof(**all), by_name);
    return n;
}

bool manager_listens(const struct manager *m, uint32_t classes)
{
    return (m->wanted & classes) != 0;
}

void events_count(struct manager *m)
{
    m->wanted = 0;
    LIST_FOREACH(&m->sessions, k)
    {
        const struct manager_session *s = CONTAINER_OF(k, struct manager_session, link);

        if (s->is_in)
            m->wanted |= s->read & s->mask;
    }
    ev_states_want(m);
}

static struct buf *begin(struct manager *m, const struct manager_event *e)
{
    BUG_IF(m->open != NULL);
    m->open = e;
    buf_reset(&m->event);
    ami_putz(&m->event, "Event", e->name);
    buf_addz(&m->event, "Privilege: ");
    class_print(e->classes, &m->event);
    buf_addz(&m->event, "\r\n");
    return &m->event;
}

struct buf *manager_event_begin(struct manager *m, const struct manager_event *e)
{
    return !m->is_down && manager_listens(m, e->classes) ? begin(m, e) : NULL;
}

struct buf *manager_event_begin_for(struct manager_session *s, const struct manager_event *e)
{
    if (s->is_over || !(s->read & s->mask & e->classes))
        return NULL;
    s->manager->open_for = s;
    return begin(s->manager, e);
}

/* ---- batches ---- */

static void deliver(void *arg)
{
    events_flush(arg);
}

static int make_batch(struct manager *m)
{
    if (m->batch)
        return 0;
    m->batch = mem_alloc(sizeof(*m->batch), batch_destroy);
    if (!m->batch)
        return ENOMEM;
    buf_init(&m->batch->text, BATCH_MAX);
    timer_start(m->loop, &m->batch_timer, MANAGER_BATCH_MS, deliver, m);
    return 0;
}

static int add_entry(struct manager_batch *b, struct batch_entry e)
{
    if (b->count == b->room) {
        const uint32_t room = b->room ? 2 * b->room : 16;
        struct batch_entry *v = mem_realloc(b->entries, room * sizeof(*v));

        if (!v)
            return ENOMEM;
        b->entries = v;
        b->room = room;
    }
    b->entries[b->count++] = e;
    b->classes |= e.classes;
    return 0;
}

static int keep(struct manager *m, const struct manager_event *e)
{
    struct manager_batch *b;
    int err;

    if (m->batch && m->batch->text.len + m->event.len > BATCH_MAX)
        events_flush(m);
    err = make_batch(m);
    if (err)
        return err;
    b = m->batch;
    err = add_entry(
        b, (struct batch_entry){(uint32_t)b->text.len, (uint32_t)m->event.len, e->classes});
    if (!err) {
        err = buf_adds(&b->text, buf_slice(&m->event));
        if (err)
            b->count--;
    }
    return err;
}

void manager_event_end(struct manager *m)
{
    const struct manager_event *e = m->open;
    struct manager_session *only = m->open_for;
    int err;

    BUG_IF(!e);
    m->open = NULL;
    m->open_for = NULL;
    ami_end(&m->event);
    err = buf_err(&m->event);
    if (!err && !only)
        err = keep(m, e);
    else if (!err && manager_session_sees(only, e->classes, buf_slice(&m->event)))
        err = buf_adds(&only->out, buf_slice(&m->event));
    if (err)
        log_error("event of the Manager is lost event=%s err=\"%s\"", e->name, strerror(err));
}

void events_flush(struct manager *m)
{
    struct manager_batch *b = m->batch;

    if (!b)
        return;
    m->batch = NULL;
    timer_stop(&m->batch_timer);
    LIST_FOREACH(&m->sessions, k)
    manager_session_deliver(CONTAINER_OF(k, struct manager_session, link), b);
    mem_deref(b);
    manager_sessions_relieve(m);
}

void events_fini(struct manager *m)
{
    timer_stop(&m->batch_timer);
    m->batch = mem_deref(m->batch);
    buf_fini(&m->event);
}
