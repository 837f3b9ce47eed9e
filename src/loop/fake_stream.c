/* fake_stream.c - see fake.h: connections between sockets of the fake network */
#include <errno.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "loop/fake_inner.h"

#define CONNECT_MS 10000

struct conn_fake {
    struct conn conn;
    struct conn_fake *other; /* borrowed; NULL before it is up and after the other has ended */
    struct timer deadline;
    struct deferred failing;
    struct bytes_kept out; /* sent before it was up */
    int err;
    size_t under_way; /* bytes sent that have not arrived */
    uint32_t sent, arrived;
    uint64_t last_due_ms;
    struct quota *quota;
};

struct listener_fake {
    struct listener listener;
    struct link link;
    bool is_tls;
    struct quota *quota;
};

/* Connections alive of one listener, which may end before them. */
struct quota {
    uint32_t used;
};

static struct net_fake *net_of(const struct conn_fake *c)
{
    return (struct net_fake *)c->conn.net;
}

/* Send to the other end, not before what is already under way. */
static int stream_send(struct conn_fake *c, bool (*arrive)(struct flight *), struct slice bytes)
{
    struct net_fake *n = net_of(c);
    uint64_t now_ms = (uint64_t)loop_now(n->net.loop).us / 1000, due_ms = now_ms + n->delay_ms;
    struct flight model = {.arrive = arrive,
                           .from = c->conn.local,
                           .to = c->conn.peer,
                           .conn = c->other,
                           .sequence = c->sent};
    int err;

    if (due_ms < c->last_due_ms)
        due_ms = c->last_due_ms;
    err = flight_start(n, &model, bytes, (uint32_t)(due_ms - now_ms));
    if (err)
        return err;
    c->last_due_ms = due_ms;
    c->sent++;
    return 0;
}

/* ---- the end ---- */

static void leave_other(struct conn_fake *c)
{
    struct net_fake *n = net_of(c);

    LIST_FOREACH(&n->flights, k)
    {
        struct flight *f = CONTAINER_OF(k, struct flight, link);

        if (f->conn == c)
            f->conn = NULL;
    }
    if (c->other)
        c->other->other = NULL;
    c->other = NULL;
}

static void conn_stop(struct conn_fake *c)
{
    timer_stop(&c->deadline);
    loop_defer_stop(&c->failing);
    leave_other(c);
    bytes_free(&c->out);
    if (c->quota)
        c->quota->used--;
    c->quota = mem_deref(c->quota);
}

static void conn_fail(struct conn_fake *c, int err)
{
    mem_ref(c);
    conn_stop(c);
    conn_report_closed(&c->conn, err);
    mem_deref(c);
}

static bool fin_arrive(struct flight *f)
{
    if (!f->conn)
        return true;
    if (fake_is_cut(f->net, &f->from, &f->to) || f->sequence != f->conn->arrived)
        return false;
    conn_fail(f->conn, 0);
    return true;
}

void conn_fake_close(struct conn *conn)
{
    struct conn_fake *c = (struct conn_fake *)conn;

    if (c->other)
        stream_send(c, fin_arrive, SLICE_NONE);
    conn->is_closed = true;
    conn_stop(c);
}

static void conn_destroy(void *arg)
{
    struct conn_fake *c = arg;

    if (!c->conn.is_closed)
        conn_fake_close(&c->conn);
    conn_fini(&c->conn);
}

static void fail_now(void *arg)
{
    struct conn_fake *c = arg;

    conn_fail(c, c->err);
}

static void give_up(void *arg)
{
    conn_fail(arg, ETIMEDOUT);
}

/* ---- bytes ---- */

static bool data_arrive(struct flight *f)
{
    struct conn_fake *c = f->conn;
    int err;

    if (!c)
        return true;
    if (fake_is_cut(f->net, &f->from, &f->to) || f->sequence != c->arrived)
        return false;
    c->arrived++;
    if (c->other)
        c->other->under_way -= f->len;
    mem_ref(c);
    err = conn_feed(&c->conn, slice_from(f->bytes, f->len));
    if (err && !c->conn.is_closed) {
        if (c->other)
            stream_send(c, fin_arrive, SLICE_NONE);
        conn_fail(c, err);
    }
    mem_deref(c);
    return true;
}

int conn_fake_send(struct conn *conn, struct slice bytes)
{
    struct conn_fake *c = (struct conn_fake *)conn;
    int err;

    if (c->err || (conn->is_up && !c->other))
        return ENOTCONN;
    if (fake_is_mute(net_of(c), &conn->local))
        return 0;
    if (c->under_way + c->out.len + bytes.len > conn->handlers.max_out) {
        c->err = ENOBUFS;
        conn->is_up = false;
        loop_defer(conn->net->loop, &c->failing, fail_now, c);
        return ENOBUFS;
    }
    if (!conn->is_up)
        return bytes_keep(&c->out, bytes.p, bytes.len);
    err = stream_send(c, data_arrive, bytes);
    if (!err)
        c->under_way += bytes.len;
    return err;
}

size_t conn_fake_waiting(const struct conn *conn)
{
    const struct conn_fake *c = (const struct conn_fake *)conn;

    return c->under_way + c->out.len;
}

/* ---- connecting ---- */

static int conn_new(struct conn_fake **cp, struct net *n, bool is_tls)
{
    struct conn_fake *c = mem_alloc(sizeof(*c), conn_destroy);

    if (!c)
        return ENOMEM;
    c->conn.net = mem_ref(n);
    c->conn.is_tls = is_tls;
    *cp = c;
    return 0;
}

/* The listener's answer reaches the one that asked. */
static bool answer_arrive(struct flight *f)
{
    struct conn_fake *c = f->conn;

    if (!c)
        return true;
    if (fake_is_cut(f->net, &f->from, &f->to))
        return false;
    c->arrived++;
    if (f->err || !c->other) {
        conn_fail(c, f->err ? f->err : ECONNRESET);
        return true;
    }
    timer_stop(&c->deadline);
    mem_ref(c);
    c->conn.is_up = true;
    if (c->out.len && stream_send(c, data_arrive, slice_from(c->out.p, c->out.len)) == 0)
        c->under_way += c->out.len;
    bytes_free(&c->out);
    if (c->conn.handlers.up)
        c->conn.handlers.up(&c->conn, c->conn.handlers.arg);
    mem_deref(c);
    return true;
}

static void refuse(struct flight *f, int why)
{
    struct flight model = {
        .arrive = answer_arrive, .from = f->to, .to = f->from, .conn = f->conn, .err = why};

    flight_start(f->net, &model, SLICE_NONE, f->net->delay_ms);
}

static struct listener_fake *find_listener(const struct net_fake *n, const struct addr *to)
{
    LIST_FOREACH(&n->listeners, k)
    {
        struct listener_fake *l = CONTAINER_OF(k, struct listener_fake, link);
        const struct addr *local = &l->listener.local;

        if (local->port == to->port && local->family == to->family &&
            (addr_eq_host(local, to) || addr_is_any(local)))
            return l;
    }
    return NULL;
}

static int welcome(struct listener_fake *l, struct flight *f)
{
    struct conn_fake *c;
    int err = conn_new(&c, &f->net->net, l->is_tls);

    if (err)
        return err;
    c->conn.local = f->to;
    c->conn.peer = f->from;
    c->conn.is_up = true;
    c->other = f->conn;
    f->conn->other = c;
    c->quota = mem_ref(l->quota);
    c->quota->used++;
    err = stream_send(c, answer_arrive, SLICE_NONE);
    if (err)
        mem_deref(c);
    else
        l->listener.h(&c->conn, l->listener.arg);
    return err;
}

static bool syn_arrive(struct flight *f)
{
    struct listener_fake *l = find_listener(f->net, &f->to);
    int err = 0;

    if (!f->conn)
        return true;
    if (fake_is_cut(f->net, &f->from, &f->to))
        return false;
    if (!l || l->quota->used >= l->listener.max_conns)
        err = l ? ECONNRESET : ECONNREFUSED;
    else if (l->is_tls != f->is_tls)
        err = EPROTO;
    mem_ref(l);
    if (!err)
        err = welcome(l, f);
    mem_deref(l);
    if (err)
        refuse(f, err == ENOMEM ? ECONNRESET : err);
    return true;
}

int conn_fake_open(struct conn **cp, struct net *net, const struct addr *to,
                   const struct addr *from, struct tls *tls, const char *server_name,
                   const struct conn_handlers *h)
{
    struct net_fake *n = (struct net_fake *)net;
    struct flight model = {.arrive = syn_arrive, .to = *to, .is_tls = tls != NULL};
    struct conn_fake *c;
    int err = conn_new(&c, net, tls != NULL);

    if (err)
        return err;
    fake_local(n, &c->conn.local, from, to);
    c->conn.peer = *to;
    c->conn.handlers = *h;
    model.from = c->conn.local;
    model.conn = c;
    err = flight_start(n, &model, SLICE_NONE, n->delay_ms);
    if (err) {
        mem_deref(c);
        return err;
    }
    timer_start(net->loop, &c->deadline, CONNECT_MS, give_up, c);
    *cp = &c->conn;
    return 0;
}

/* ---- listening ---- */

static void listener_destroy(void *arg)
{
    struct listener_fake *l = arg;

    list_unlink(&l->link);
    mem_deref(l->quota);
    mem_deref(l->listener.net);
}

int listener_fake_open(struct listener **lp, struct net *net, int fd, const struct addr *local,
                       struct tls *tls, uint32_t max_conns, listener_h *h, void *arg)
{
    struct net_fake *n = (struct net_fake *)net;
    struct listener_fake *l;

    BUG_IF(fd >= 0);
    if (local->port && find_listener(n, local))
        return EADDRINUSE;
    l = mem_alloc(sizeof(*l), listener_destroy);
    if (!l)
        return ENOMEM;
    l->listener.net = mem_ref(net);
    l->listener.h = h;
    l->listener.arg = arg;
    l->is_tls = tls != NULL;
    l->listener.max_conns = max_conns;
    fake_local(n, &l->listener.local, local, local);
    l->quota = mem_alloc(sizeof(*l->quota), NULL);
    if (!l->quota) {
        mem_deref(l);
        return ENOMEM;
    }
    list_append(&n->listeners, &l->link);
    *lp = &l->listener;
    return 0;
}
