/* conn.c - see net.h: streams of the system, TLS or not */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "loop/conn_inner.h"

#define DEADLINE_MS 10000 /* to be connected; then again for the handshake */
#define LINGER_MS 5000    /* to send what waits after conn_close */
#define READS_A_ROUND 4
#define BIG 2048 /* bytes that are worth a system call of their own, uncopied */

static void conn_event(int events, void *arg);

/* ---- the end ---- */

static void conn_stop(struct conn_sys *c, bool is_polite)
{
    timer_stop(&c->timer);
    loop_defer_stop(&c->flush);
    loop_defer_stop(&c->failing);
    loop_fd_stop(&c->watch);
    tls_session_free(c->ssl, is_polite && c->conn.is_up);
    c->ssl = NULL;
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    bytes_free(&c->out);
    if (c->quota)
        c->quota->used--;
    c->quota = mem_deref(c->quota);
}

static void conn_destroy(void *arg)
{
    struct conn_sys *c = arg;

    conn_stop(c, true);
    c->tls = mem_deref(c->tls);
    conn_fini(&c->conn);
}

/* May free c. */
static void conn_fail(struct conn_sys *c, int err)
{
    void (*half_h)(struct conn_sys *) = c->half_ended;
    bool is_lingering = c->is_lingering;

    mem_ref(c);
    conn_stop(c, !err);
    c->is_lingering = false;
    c->half_ended = NULL;
    if (half_h)
        half_h(c);
    else
        conn_report_closed(&c->conn, err);
    if (is_lingering)
        mem_deref(c); /* the one that conn_close took */
    mem_deref(c);
}

static void conn_timeout(void *arg)
{
    conn_fail(arg, ETIMEDOUT);
}

static void fail_now(void *arg)
{
    struct conn_sys *c = arg;

    conn_fail(c, c->err);
}

/* Not from inside a call that the owner makes. */
static void fail_later(struct conn_sys *c, int err)
{
    c->err = err;
    c->conn.is_up = false;
    loop_fd_stop(&c->watch);
    loop_defer(c->conn.net->loop, &c->failing, fail_now, c);
}

/* ---- watching ---- */

static int conn_watch(struct conn_sys *c, int events)
{
    if (c->watch.loop && c->watch.events == events)
        return 0;
    return loop_fd_start(c->conn.net->loop, &c->watch, c->fd, events, conn_event, c);
}

static int watch_up(struct conn_sys *c)
{
    return conn_watch(c, c->out.len || c->wants_turn ? LOOP_READ | LOOP_WRITE : LOOP_READ);
}

/* ---- sending ---- */

/* @return 0; EAGAIN (the socket takes no more now); errno */
static int write_some(struct conn_sys *c, const char *p, size_t len, size_t *n)
{
    ssize_t sent;

    if (!c->ssl) {
        sent = send(c->fd, p, len, MSG_DONTWAIT | MSG_NOSIGNAL);
        *n = sent > 0 ? (size_t)sent : 0;
        return sent >= 0 ? 0 : errno == EWOULDBLOCK || errno == EINTR ? EAGAIN : errno;
    }
    switch (tls_session_write(c->ssl, p, len, n)) {
    case TLS_DONE: return 0;
    case TLS_WANT_READ:
    case TLS_WANT_WRITE: return EAGAIN;
    default: return EPIPE;
    }
}

/* @param bytes  in and out: what the socket has not taken. @return 0 (all, or it takes no more now); errno */
static int write_all(struct conn_sys *c, struct slice *bytes)
{
    size_t n;
    int err = 0;

    while (!err && bytes->len) {
        err = write_some(c, bytes->p, bytes->len, &n);
        if (!err)
            *bytes = slice_skip(*bytes, n);
    }
    return err == EAGAIN ? 0 : err;
}

/* To a slow reader many a piece goes out of a long queue: its rest is moved when it is the smaller half. */
static int send_waiting(struct conn_sys *c)
{
    struct slice rest = slice_from(c->out.p + c->out_at, c->out.len - c->out_at);
    int err = write_all(c, &rest);

    c->out_at = c->out.len - rest.len;
    if (c->out_at >= c->out.len / 2) {
        bytes_drop(&c->out, c->out_at);
        c->out_at = 0;
    }
    return err;
}

static void conn_flush(void *arg)
{
    struct conn_sys *c = arg;
    int err;

    if (!c->conn.is_up || c->fd < 0)
        return;
    err = send_waiting(c);
    if (!err)
        err = watch_up(c);
    if (err || (c->is_lingering && !c->out.len))
        conn_fail(c, err);
}

int conn_sys_send(struct conn *conn, struct slice bytes)
{
    struct conn_sys *c = (struct conn_sys *)conn;
    int err;

    if (c->fd < 0 || c->err)
        return ENOTCONN;
    if (conn_sys_waiting(conn) + bytes.len > conn->handlers.max_out) {
        fail_later(c, ENOBUFS);
        return ENOBUFS;
    }
    if (bytes.len >= BIG && conn->is_up && !c->out.len) {
        err = write_all(c, &bytes);
        if (err)
            fail_later(c, err);
        if (err || !bytes.len)
            return 0; /* the closed handler tells of the error */
    }
    err = bytes_keep(&c->out, bytes.p, bytes.len);
    if (!err && conn->is_up)
        loop_flush(conn->net->loop, &c->flush, conn_flush, c);
    return err;
}

size_t conn_sys_waiting(const struct conn *conn)
{
    const struct conn_sys *c = (const struct conn_sys *)conn;

    return c->out.len - c->out_at;
}

void conn_sys_close(struct conn *conn)
{
    struct conn_sys *c = (struct conn_sys *)conn;

    conn->is_closed = true;
    if (c->fd < 0 || c->err || !c->out.len) {
        conn_stop(c, !c->err);
        return;
    }
    /* Lives on until what waits is sent. */
    mem_ref(c);
    c->is_lingering = true;
    timer_start(conn->net->loop, &c->timer, LINGER_MS, conn_timeout, c);
    loop_flush(conn->net->loop, &c->flush, conn_flush, c);
}

/* ---- receiving ---- */

/* @return 0; EAGAIN; ESHUTDOWN (the peer has closed); errno */
static int read_some(struct conn_sys *c, char *p, size_t *n)
{
    ssize_t got;

    if (!c->ssl) {
        got = recv(c->fd, p, NET_READ_BYTES, MSG_DONTWAIT);
        *n = got > 0 ? (size_t)got : 0;
        if (got == 0)
            return ESHUTDOWN;
        return got > 0 ? 0 : errno == EWOULDBLOCK || errno == EINTR ? EAGAIN : errno;
    }
    switch (tls_session_read(c->ssl, p, NET_READ_BYTES, n)) {
    case TLS_DONE: return 0;
    case TLS_WANT_WRITE: c->wants_turn = true; return EAGAIN;
    case TLS_WANT_READ: return EAGAIN;
    case TLS_END: return ESHUTDOWN;
    default: return ECONNRESET;
    }
}

static int receive(struct conn_sys *c)
{
    struct net_sys *n = (struct net_sys *)c->conn.net;
    size_t got;
    int err = 0;

    c->wants_turn = false;
    for (int i = 0; i < READS_A_ROUND && !err; i++) {
        err = read_some(c, n->read, &got);
        if (err == EAGAIN)
            return 0;
        /* Lingering: what still comes is thrown away, so that the peer can finish. */
        if (!err && !c->is_lingering)
            err = conn_feed(&c->conn, slice_from(n->read, got));
        if (c->fd < 0 || c->err)
            return 0; /* the handler has closed it */
        if (!err && got < NET_READ_BYTES && !(c->ssl && SSL_has_pending(c->ssl)))
            return 0;
    }
    /* Bytes inside the session make no event on the socket: look again. */
    if (!err && c->ssl && SSL_has_pending(c->ssl))
        c->wants_turn = true;
    return err;
}

/* ---- getting up ---- */

static void become_up(struct conn_sys *c)
{
    void (*half_h)(struct conn_sys *) = c->half_ended;

    timer_stop(&c->timer);
    if (c->is_lingering)
        timer_start(c->conn.net->loop, &c->timer, LINGER_MS, conn_timeout, c);
    c->conn.is_up = true;
    socket_local(c->fd, &c->conn.local);
    if (c->out.len)
        loop_flush(c->conn.net->loop, &c->flush, conn_flush, c);
    c->half_ended = NULL;
    if (half_h)
        half_h(c);
    else if (c->conn.handlers.up && !c->conn.is_closed)
        c->conn.handlers.up(&c->conn, c->conn.handlers.arg);
}

/* Of connections to us only for who looks: outsiders could fill the log. */
static int hands_not_shaken(struct conn_sys *c)
{
    const bool is_server = SSL_is_server(c->ssl);
    char peer[ADDR_TEXT];

    log_line(is_server ? LOG_INFO : LOG_WARNING,
             "tls connection refused peer=%s certificate_of=%s reason=\"%s\"",
             addr_text(&c->conn.peer, peer), is_server ? "phone" : "server",
             tls_session_reason(c->ssl));
    return tls_session_error(c->ssl);
}

static int shake_hands(struct conn_sys *c)
{
    switch (tls_session_handshake(c->ssl)) {
    case TLS_DONE: become_up(c); return c->fd < 0 || c->err ? 0 : watch_up(c);
    case TLS_WANT_READ: return conn_watch(c, LOOP_READ);
    case TLS_WANT_WRITE: return conn_watch(c, LOOP_READ | LOOP_WRITE);
    default: return hands_not_shaken(c);
    }
}

static int begin_tls(struct conn_sys *c, bool is_server)
{
    int err = tls_session_alloc(&c->ssl, c->tls, c->fd, is_server,
                                c->server_name[0] ? c->server_name : NULL);

    if (err)
        return err;
    timer_start(c->conn.net->loop, &c->timer, DEADLINE_MS, conn_timeout, c);
    return shake_hands(c);
}

static int finish_connect(struct conn_sys *c)
{
    socklen_t len = sizeof(int);
    int err = 0;

    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &len))
        err = errno;
    if (err)
        return err;
    c->is_connected = true;
    if (c->tls)
        return begin_tls(c, false);
    become_up(c);
    return c->fd < 0 || c->err ? 0 : watch_up(c);
}

static void conn_event(int events, void *arg)
{
    struct conn_sys *c = mem_ref(arg);
    int err = 0;

    if (!c->is_connected)
        err = finish_connect(c);
    else if (!c->conn.is_up)
        err = shake_hands(c);
    else {
        if (events & (LOOP_READ | LOOP_HUP) || c->ssl)
            err = receive(c);
        if (!err && c->fd >= 0 && !c->err)
            conn_flush(c);
    }
    if (err && c->fd >= 0)
        conn_fail(c, err == ESHUTDOWN ? 0 : err);
    mem_deref(c);
}

/* ---- birth ---- */

static int conn_new(struct conn_sys **cp, struct net *net, int fd, struct tls *tls)
{
    struct net_sys *n = (struct net_sys *)net;
    struct conn_sys *c;
    int one = 1;

    if (!n->read)
        n->read = mem_zalloc(NET_READ_BYTES);
    c = n->read ? mem_alloc(sizeof(*c), conn_destroy) : NULL;
    if (!c) {
        close(fd);
        return ENOMEM;
    }
    c->fd = fd;
    c->conn.net = mem_ref(net);
    c->conn.is_tls = tls != NULL;
    c->tls = mem_ref(tls);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    *cp = c;
    return 0;
}

static int start_connect(struct conn_sys *c)
{
    struct sockaddr_storage ss;
    socklen_t len = addr_to_sockaddr(&c->conn.peer, &ss);

    if (connect(c->fd, (const struct sockaddr *)&ss, len) && errno != EINPROGRESS)
        return errno;
    return conn_watch(c, LOOP_READ | LOOP_WRITE);
}

int conn_sys_open(struct conn **cp, struct net *n, const struct addr *to, const struct addr *from,
                  struct tls *tls, const char *server_name, const struct conn_handlers *h)
{
    struct conn_sys *c;
    int fd, err;

    err = socket_open(&fd, SOCK_STREAM, to->family, from);
    if (!err)
        err = conn_new(&c, n, fd, tls);
    if (err)
        return err;
    c->conn.peer = *to;
    c->conn.handlers = *h;
    slice_copy(slice_of(server_name), c->server_name, sizeof(c->server_name));
    timer_start(n->loop, &c->timer, DEADLINE_MS, conn_timeout, c);
    err = start_connect(c);
    if (err) /* refused at once: told as if later, so that callers have one path */
        fail_later(c, err);
    *cp = &c->conn;
    return 0;
}

int conn_sys_accept(struct conn_sys **cp, struct net *n, int fd, const struct addr *peer,
                    struct tls *tls)
{
    struct conn_sys *c;
    int err = conn_new(&c, n, fd, tls);

    if (err)
        return err;
    c->conn.peer = *peer;
    c->is_connected = true;
    *cp = c;
    return 0;
}

int conn_sys_begin(struct conn_sys *c)
{
    if (c->tls)
        return begin_tls(c, true);
    become_up(c);
    return c->fd < 0 || c->err ? 0 : watch_up(c);
}
