/* manager/session.c - see session.h */
#include "manager/session.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "manager/filter.h"
#include "manager/inner.h"

#define ANSWERS_MAX (16u << 20) /* bytes of one round's answers (ShowDialPlan of a big routing) */

/* A batch that waits for WaitEvent. */
struct session_event {
    struct link link;
    struct manager_batch *batch; /* a reference */
};

static void drop_first(struct manager_session *s)
{
    struct session_event *e = CONTAINER_OF(list_first(&s->events), struct session_event, link);

    list_unlink(&e->link);
    s->event_bytes -= e->batch->text.len;
    mem_deref(e->batch);
    mem_free(e);
}

static void drop_events(struct manager_session *s)
{
    while (!list_is_empty(&s->events))
        drop_first(s);
}

static void session_destroy(void *object)
{
    struct manager_session *s = object;

    list_unlink(&s->link);
    timer_stop(&s->deadline);
    timer_stop(&s->wait);
    loop_defer_stop(&s->resume);
    drop_events(s);
    filters_free(&s->filters);
    buf_fini(&s->in);
    buf_fini(&s->out);
}

static bool is_full(struct manager *m, const char *user, const struct addr *peer)
{
    const struct model_settings *set = model_settings_of(m->snapshot);

    return m->session_count >= (uint32_t)set->manager_sessions ||
           (!user && !door_has_room(m, peer));
}

static void too_late(void *arg)
{
    struct manager_session *s = arg;
    char peer[ADDR_TEXT];

    log_notice("Manager: nobody logged in in time, connection is closed from=%s",
               addr_text(&s->peer, peer));
    buf_addz(&s->out, "Response: Error\r\nMessage: Authentication timeout\r\n\r\n");
    manager_session_end(s);
}

static void admit(struct manager_session *s, const char *user)
{
    struct manager *m = s->manager;

    list_append(&m->sessions, &s->link);
    m->session_count++;
    if (user) {
        slice_copy(slice_of(user), s->user, sizeof(s->user));
        s->is_in = true;
        s->read = s->write = s->mask = CLASS_ALL;
        events_count(m);
        return;
    }
    m->strangers++;
    timer_start(m->loop, &s->deadline,
                (uint64_t)model_settings_of(m->snapshot)->manager_auth_timeout * 1000, too_late, s);
}

int manager_session_alloc(struct manager_session **sp, struct manager *m, enum manager_kind kind,
                          const struct manager_port *port, void *port_arg, const struct addr *peer,
                          const struct addr *local, const char *user)
{
    struct manager_session *s;

    if (m->is_down || is_full(m, user, peer))
        return EAGAIN;
    s = mem_alloc(sizeof(*s), session_destroy);
    if (!s)
        return ENOMEM;
    s->manager = m;
    s->kind = kind;
    s->is_polled = kind == MANAGER_HTTP;
    s->port = port;
    s->port_arg = port_arg;
    s->peer = *peer;
    s->local = *local;
    s->id = ++m->next_session;
    s->came = loop_now(m->loop);
    s->since = loop_wall(m->loop);
    list_init(&s->filters);
    list_init(&s->events);
    buf_init(&s->in, AMI_MESSAGE_MAX + AMI_LINE_MAX);
    buf_init(&s->out, ANSWERS_MAX);
    admit(s, user);
    if (kind == MANAGER_TCP || kind == MANAGER_TLS)
        buf_addz(&s->out, "Asterisk Call Manager/" MANAGER_VERSION "\r\n");
    *sp = s;
    return 0;
}

void manager_session_limit(struct manager_session *s, uint32_t read, uint32_t write)
{
    s->read &= read;
    s->write &= write;
    s->mask &= read;
    events_count(s->manager);
}

/* ---- the end ---- */

void manager_session_end(struct manager_session *s)
{
    struct manager *m = s->manager;

    if (s->is_over)
        return;
    manager_session_flush(s);
    if (s->is_over) /* nobody took it */
        return;
    s->is_over = true;
    timer_stop(&s->deadline);
    timer_stop(&s->wait);
    drop_events(s);
    list_unlink(&s->link);
    m->session_count--;
    if (!s->is_in)
        m->strangers--;
    events_count(m);
    if (s->is_announced)
        log_notice("Manager: user has left user=\"%s\"", s->user);
    s->port->close(s->port_arg);
    s->refused = mem_deref(s->refused);
    s->waiting = mem_deref(s->waiting);
    mem_deref(s);
}

static void cut_off(struct manager_session *s, const char *why)
{
    char peer[ADDR_TEXT];

    log_warning("Manager: session is cut off user=\"%s\" from=%s err=\"%s\"", s->user,
                addr_text(&s->peer, peer), why);
    buf_reset(&s->out);
    manager_session_end(s);
}

/* ---- out ---- */

/* @return false: the session is cut off */
static bool give(struct manager_session *s, struct slice bytes)
{
    if (s->port->send(s->port_arg, bytes) == 0)
        return true;
    cut_off(s, "it does not read");
    return false;
}

void manager_session_flush(struct manager_session *s)
{
    const int err = buf_err(&s->out);

    if (s->is_over || (!err && !s->out.len))
        return;
    if (err) {
        cut_off(s, "an answer is too long");
        return;
    }
    if (give(s, buf_slice(&s->out)))
        buf_reset(&s->out);
}

bool manager_session_sees(const struct manager_session *s, uint32_t classes, struct slice text)
{
    return (s->read & s->mask & classes) != 0 && filters_pass(&s->filters, text);
}

static bool sees_all(const struct manager_session *s, const struct manager_batch *b)
{
    return list_is_empty(&s->filters) && (b->classes & ~(s->read & s->mask)) == 0;
}

/* Into out; a session that may see all of it gets it whole. */
static void add_batch(struct manager_session *s, const struct manager_batch *b)
{
    const struct slice all = buf_slice(&b->text);

    if (sees_all(s, b)) {
        buf_adds(&s->out, all);
        return;
    }
    for (uint32_t i = 0; i < b->count; i++) {
        const struct batch_entry *e = &b->entries[i];
        const struct slice text = slice_from(all.p + e->at, e->len);

        if (manager_session_sees(s, e->classes, text))
            buf_adds(&s->out, text);
    }
}

static int keep_batch(struct manager_session *s, struct manager_batch *b)
{
    struct session_event *e = mem_zalloc(sizeof(*e));

    if (!e)
        return ENOMEM;
    /* Who logged in by HTTP and never asks for events is not cut off for that: the oldest go. */
    while (!list_is_empty(&s->events) && s->event_bytes + b->text.len > MANAGER_WAITING_MAX)
        drop_first(s);
    e->batch = mem_ref(b);
    s->event_bytes += b->text.len;
    list_append(&s->events, &e->link);
    return 0;
}

/* ---- WaitEvent ---- */

static void answer_wait(struct manager_session *s)
{
    struct manager_request *q = s->waiting;

    s->busy = q;
    s->waiting = NULL;
    manager_begin(q, "Success");
    ami_putz(manager_out(q), "Message", "Waiting for Event completed.");
    manager_end(q);
    LIST_FOREACH(&s->events, k) add_batch(s, CONTAINER_OF(k, struct session_event, link)->batch);
    drop_events(s);
    manager_item(q, "WaitEventComplete");
    manager_end(q);
    manager_done(q);
}

static void wait_over(void *arg)
{
    struct manager_session *s = arg;

    timer_stop(&s->wait);
    if (s->busy && s->busy != s->waiting) { /* in the midst of another answer */
        timer_start(s->manager->loop, &s->wait, MANAGER_BATCH_MS, wait_over, s);
        return;
    }
    if (s->port->turn)
        s->port->turn(s->port_arg);
    answer_wait(s);
}

/* As in Asterisk a second WaitEvent of a session ends the first, and other requests do not wait for it. */
static void let_others_pass(struct manager_session *s)
{
    s->port->turn(s->port_arg);
    timer_stop(&s->wait);
    if (s->waiting)
        answer_wait(s);
    s->busy = NULL;
}

void manager_session_wait(struct manager_session *s, struct manager_request *q, int64_t seconds)
{
    struct manager_request *held = manager_hold(q);

    if (s->port->turn)
        let_others_pass(s);
    s->waiting = held;
    if (!list_is_empty(&s->events))
        timer_start(s->manager->loop, &s->wait, 0, wait_over, s);
    else if (seconds >= 0)
        timer_start(s->manager->loop, &s->wait, (uint64_t)seconds * 1000, wait_over, s);
}

static bool sees_any(const struct manager_session *s, const struct manager_batch *b)
{
    if (list_is_empty(&s->filters))
        return true;
    for (uint32_t i = 0; i < b->count; i++)
        if (manager_session_sees(s, b->entries[i].classes,
                                 slice_from(b->text.p + b->entries[i].at, b->entries[i].len)))
            return true;
    return false;
}

void manager_session_deliver(struct manager_session *s, struct manager_batch *b)
{
    int err;

    if (!s->is_in || s->is_over || !(b->classes & s->read & s->mask))
        return;
    if (!s->is_polled && !s->waiting) {
        if (!s->out.len && !buf_err(&s->out) && sees_all(s, b)) { /* not even copied */
            give(s, buf_slice(&b->text));
            return;
        }
        add_batch(s, b);
        manager_session_flush(s);
        return;
    }
    if (!sees_any(s, b))
        return;
    err = keep_batch(s, b);
    if (err)
        cut_off(s, strerror(err));
    else if (s->waiting)
        timer_start(s->manager->loop, &s->wait, 0, wait_over, s);
}

/* @return bytes that wait in all sessions; the one with most of them, or NULL */
static size_t all_waiting(const struct manager *m, struct manager_session **mostp)
{
    size_t all = 0, most = 0, n;

    *mostp = NULL;
    LIST_FOREACH(&m->sessions, k)
    {
        struct manager_session *s = CONTAINER_OF(k, struct manager_session, link);

        n = s->port->waiting ? s->port->waiting(s->port_arg) : 0;
        all += n;
        if (n > most) {
            most = n;
            *mostp = s;
        }
    }
    return all;
}

void manager_sessions_relieve(struct manager *m)
{
    struct manager_session *most;

    while (all_waiting(m, &most) > MANAGER_ALL_WAITING_MAX)
        cut_off(most, "too much waits for those who do not read, most of it for this one");
}

/* ---- in ---- */

/* One message off the front of bytes; the first `looked_at` hold no end. @return 0; EAGAIN; EMSGSIZE */
static int take_message(struct manager_session *s, struct slice bytes, size_t looked_at,
                        size_t *used)
{
    struct ami_message *m = &s->manager->message;
    int err;

    if (bytes.len <= AMI_MESSAGE_MAX && !ami_message_has_end(bytes, looked_at)) {
        s->looked_at = bytes.len;
        return EAGAIN;
    }
    err = ami_message_parse(m, bytes, used);
    if (!err && (m->count || m->has_long_line))
        request_run(s, m);
    return err;
}

/* @return bytes that were used */
static size_t run_all(struct manager_session *s, struct slice bytes)
{
    size_t at = 0, used, looked_at = s->looked_at;
    int err = 0;

    s->looked_at = 0;
    while (!err && !s->busy && !s->is_over && !s->is_closing) {
        err = take_message(s, slice_skip(bytes, at), looked_at, &used);
        looked_at = 0;
        if (!err)
            at += used;
    }
    if (err == EMSGSIZE && !s->is_over)
        cut_off(s, "a message is too long");
    return at;
}

static void settle(struct manager_session *s)
{
    if (s->is_over)
        return;
    manager_session_flush(s);
    if (s->is_over || !s->is_closing || s->busy)
        return;
    if (s->waiting) /* Logoff beside a WaitEvent: that is over, too */
        wait_over(s);
    if (!s->is_over)
        manager_session_end(s);
}

void manager_session_recv(struct manager_session *s, struct slice bytes)
{
    size_t used;

    mem_ref(s);
    if (s->in.len || s->busy) {
        if (buf_adds(&s->in, bytes))
            cut_off(s, "too many requests wait for one that is being answered");
        else
            manager_session_go_on(s);
        goto out;
    }
    used = run_all(s, bytes);
    if (!s->is_over && used < bytes.len && buf_adds(&s->in, slice_skip(bytes, used)))
        cut_off(s, "no memory");
    settle(s);
out:
    mem_deref(s);
}

void manager_session_go_on(struct manager_session *s)
{
    size_t used;

    mem_ref(s);
    if (!s->busy && !s->is_over && s->in.len) {
        used = run_all(s, buf_slice(&s->in));
        if (used == s->in.len)
            buf_reset(&s->in);
        else if (used) {
            memmove(s->in.p, s->in.p + used, s->in.len - used + 1);
            s->in.len -= used;
        }
    }
    settle(s);
    mem_deref(s);
}

/* ---- rights ---- */

static void add_filters(struct manager_session *s, struct slice lines)
{
    while (slice_is_set(lines) && lines.len) {
        const struct slice line = slice_trim(slice_cut(lines, '\n', &lines));
        const char *why;
        int err = line.len ? filter_add_line(&s->filters, line, &why) : 0;

        if (err)
            log_warning("Manager: event filter of a user means nothing user=\"%s\" "
                        "filter=\"%.*s\" err=\"%s\"",
                        s->user, SLICE_ARG(line), why ? why : strerror(err));
    }
}

void manager_session_enter(struct manager_session *s, const struct model_manager *user)
{
    struct manager *m = s->manager;

    timer_stop(&s->deadline);
    slice_copy(slice_of(user->name), s->user, sizeof(s->user));
    s->read = class_of_names(&user->read, NULL);
    s->write = class_of_names(&user->write, NULL);
    s->mask = CLASS_ALL;
    s->is_announced = user->is_announced;
    if (!s->is_in)
        m->strangers--;
    s->is_in = true;
    s->entered = loop_wall(m->loop);
    s->challenge[0] = '\0';
    add_filters(s, slice_of(user->eventfilter));
    events_count(m);
}
