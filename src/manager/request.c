/* manager/request.c - a message of a session becomes a call of an action, and its answer; see action.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/truth.h"
#include "loop/task.h"
#include "manager/inner.h"

#define STRANGER_REQUESTS 20 /* refused ones before login: each is told to others */

struct manager_request {
    struct manager_session *session; /* a reference once held */
    const struct manager_action *action;
    const struct ami_message *message;
    struct ami_message *kept; /* a copy, once held */
    char *text;               /* of kept */
    struct slice id;          /* ActionID */
    uint32_t items;
    bool is_held, is_done;
};

static void request_destroy(void *object)
{
    struct manager_request *q = object;

    mem_free(q->kept);
    mem_free(q->text);
    if (q->is_held)
        mem_deref(q->session);
}

/* ---- what was asked ---- */

struct manager *manager_of(const struct manager_request *q)
{
    return q->session->manager;
}

struct manager_session *manager_session_of(const struct manager_request *q)
{
    return q->session;
}

const struct ami_message *manager_message_of(const struct manager_request *q)
{
    return q->message;
}

struct slice manager_arg(const struct manager_request *q, const char *name)
{
    const struct slice value = ami_message_get(q->message, name);

    return slice_is_set(value) ? value : SLICE("");
}

struct slice manager_arg_nth(const struct manager_request *q, const char *name, uint32_t n)
{
    return ami_message_nth(q->message, name, n);
}

bool manager_arg_bool(const struct manager_request *q, const char *name, bool usual)
{
    bool is_on;

    return truth_parse(manager_arg(q, name), &is_on) == 0 ? is_on : usual;
}

bool manager_may(const struct manager_request *q, uint32_t classes)
{
    return (q->session->write & classes) != 0;
}

/* ---- answering ---- */

struct buf *manager_out(struct manager_request *q)
{
    return &q->session->out;
}

void manager_put_id(struct manager_request *q)
{
    if (q->id.len)
        ami_put(manager_out(q), "ActionID", q->id);
}

void manager_begin(struct manager_request *q, const char *word)
{
    ami_putz(manager_out(q), "Response", word);
    manager_put_id(q);
}

void manager_end(struct manager_request *q)
{
    ami_end(manager_out(q));
}

static void say(struct manager_request *q, const char *word, const char *fmt, va_list ap)
{
    char text[512];

    vsnprintf(text, sizeof(text), fmt, ap);
    manager_begin(q, word);
    ami_putz(manager_out(q), "Message", text);
    manager_end(q);
}

void manager_ack(struct manager_request *q, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(q, "Success", fmt, ap);
    va_end(ap);
}

void manager_error(struct manager_request *q, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(q, "Error", fmt, ap);
    va_end(ap);
}

void manager_list(struct manager_request *q, const char *message)
{
    manager_begin(q, "Success");
    ami_putz(manager_out(q), "EventList", "start");
    ami_putz(manager_out(q), "Message", message);
    manager_end(q);
    q->items = 0;
}

void manager_item_bare(struct manager_request *q, const char *event)
{
    ami_putz(manager_out(q), "Event", event);
    q->items++;
}

void manager_item(struct manager_request *q, const char *event)
{
    manager_item_bare(q, event);
    manager_put_id(q);
}

uint32_t manager_items(const struct manager_request *q)
{
    return q->items;
}

void manager_list_end(struct manager_request *q, const char *event)
{
    ami_putz(manager_out(q), "Event", event);
    manager_put_id(q);
    ami_putz(manager_out(q), "EventList", "Complete");
    ami_putu(manager_out(q), "ListItems", q->items);
}

void manager_close_after(struct manager_request *q)
{
    q->session->is_closing = true;
}

bool manager_is_gone(const struct manager_request *q)
{
    return q->session->is_over;
}

/* ---- answering later ---- */

/* The bytes that the message points into are the connection's: they get a copy. */
static int copy_message(struct manager_request *q)
{
    const struct ami_message *from = q->message;
    size_t len = 0, at = 0;

    for (uint32_t i = 0; i < from->count; i++)
        len += from->headers[i].name.len + from->headers[i].value.len;
    q->kept = mem_zalloc(sizeof(*q->kept));
    q->text = mem_zalloc(len + 1);
    if (!q->kept || !q->text)
        return ENOMEM;
    q->kept->count = from->count;
    for (uint32_t i = 0; i < from->count; i++) {
        struct slice *const to[] = {&q->kept->headers[i].name, &q->kept->headers[i].value};
        const struct slice parts[] = {from->headers[i].name, from->headers[i].value};

        for (int p = 0; p < 2; p++) {
            if (!slice_is_set(parts[p]))
                continue;
            memcpy(q->text + at, parts[p].p, parts[p].len);
            *to[p] = slice_from(q->text + at, parts[p].len);
            at += parts[p].len;
        }
    }
    q->message = q->kept;
    q->id = manager_arg(q, "ActionID");
    return 0;
}

/* No memory for the copy: the session ends, and what goes on sees a request without headers. */
static void forget_message(struct manager_request *q)
{
    static const struct ami_message nothing;

    q->message = &nothing;
    q->id = SLICE_NONE;
    q->session->out.err = ENOMEM;
}

struct manager_request *manager_hold(struct manager_request *q)
{
    if (!q->is_held) {
        q->is_held = true;
        q->session->busy = q;
        mem_ref(q->session);
    }
    return mem_ref(q);
}

/* All of the answer leaves before its end is told; nobody may be there to take it. */
static void answered(struct manager_session *s)
{
    manager_session_flush(s);
    if (!s->is_over && s->port->answered)
        s->port->answered(s->port_arg);
}

static void resume(void *arg)
{
    manager_session_go_on(arg);
}

void manager_done(struct manager_request *q)
{
    struct manager_session *s = q->session;

    if (!q->is_done && s->busy == q) {
        s->busy = NULL;
        if (!s->is_over) {
            answered(s);
            loop_defer(s->manager->loop, &s->resume, resume, s);
        }
    }
    q->is_done = true;
    mem_deref(q);
}

/* ---- one request ---- */

static void run_in_task(void *arg)
{
    struct manager_request *q = arg;

    if (!manager_is_gone(q))
        q->action->run(q);
    manager_done(q);
}

static void start_task(struct manager_request *q)
{
    struct manager_request *held = manager_hold(q);
    const int err = task_start(NULL, q->session->manager->loop, run_in_task, held);

    if (!err)
        return;
    manager_error(q, "%s", strerror(err));
    manager_done(held);
}

/* "Action: ping", as the security events name a request. */
static void tell_refused(struct manager_request *q, enum security_event e, struct slice name)
{
    char text[128];

    if (!name.len)
        name = SLICE("NONE");
    snprintf(text, sizeof(text), "Action: %.*s", (int)(name.len < 100 ? name.len : 100), name.p);
    security_tell(q->session, e, slice_of(q->session->user), slice_of(text));
}

static void dispatch(struct manager_request *q)
{
    struct manager_session *s = q->session;
    const struct slice name = manager_arg(q, "Action");

    if (!name.len) {
        tell_refused(q, SECURITY_REQUEST_BAD_FORMAT, name);
        manager_error(q, "Missing action in request");
        return;
    }
    q->action = manager_action_find(name);
    if (!s->is_in && (!q->action || !q->action->before_login)) {
        tell_refused(q, SECURITY_REQUEST_NOT_ALLOWED, name);
        manager_error(q, "Permission denied");
        if (++s->refused_before_login == STRANGER_REQUESTS)
            manager_close_after(q);
        return;
    }
    if (!q->action) {
        tell_refused(q, SECURITY_REQUEST_BAD_FORMAT, name);
        manager_error(
            q,
            "Invalid/unknown command: %.*s. Use Action: ListCommands to show available commands.",
            (int)(name.len < 200 ? name.len : 200), name.p);
        return;
    }
    if (q->action->classes && !manager_may(q, q->action->classes)) {
        tell_refused(q, SECURITY_REQUEST_NOT_ALLOWED, name);
        manager_error(q, "Permission denied");
        return;
    }
    if (q->action->in_task)
        start_task(q);
    else
        q->action->run(q);
}

/* What it may see and what has happened already leaves before the answer. */
static void let_events_go_first(struct manager_session *s)
{
    struct manager_batch *b = s->manager->batch;

    if (b && s->is_in && !s->is_polled && (b->classes & s->read & s->mask))
        events_flush(s->manager);
}

void request_run(struct manager_session *s, const struct ami_message *message)
{
    struct manager_request *q;

    let_events_go_first(s);
    if (s->is_over) /* it does not read: what it asks for is not done */
        return;
    q = mem_alloc(sizeof(*q), request_destroy);
    if (!q) {
        s->out.err = ENOMEM;
        return;
    }
    q->session = s;
    q->message = message;
    q->id = manager_arg(q, "ActionID");
    if (message->has_too_many)
        manager_error(q, "Too many lines in message or allocation failure");
    else if (message->has_long_line)
        manager_error(q, "Failed to parse message: line too long");
    else
        dispatch(q);
    if (q->is_held && !q->is_done && copy_message(q))
        forget_message(q);
    if (!q->is_held && s->port->answered)
        answered(s);
    mem_deref(q);
}
