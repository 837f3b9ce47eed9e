/* http/stream.c - answers that go on (server.h)
 *
 * The library asks for bytes; when there are none its connection sleeps, and then it does not hear that a
 * client has gone: we look ourselves.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "http/server_inner.h"

enum { BLOCK_BYTES = 4096, KEPT_BYTES = 8192 };

struct http_stream {
    struct http_stream_handlers h;
    struct buf out;
    size_t taken; /* of out */
    struct loop_fd watch;
    bool is_closed; /* by its owner */
    bool is_lost;   /* the client has gone, or does not read */
};

static size_t waiting(const struct http_stream *s)
{
    return s->out.len - s->taken;
}

/* Nothing waits. What a burst has taken is given back. */
static void emptied(struct http_request *r)
{
    struct http_stream *s = r->stream;

    if (s->out.len > KEPT_BYTES) {
        buf_fini(&s->out);
        buf_init(&s->out, HTTP_STREAM_MAX);
    } else {
        buf_reset(&s->out);
    }
    s->taken = 0;
    if (s->h.drained && !s->is_closed && !s->is_lost)
        s->h.drained(r, s->h.arg);
}

/* The library's question for more. */
static ssize_t give(void *arg, uint64_t at, char *to, size_t room)
{
    struct http_request *r = arg;
    struct http_stream *s = r->stream;
    size_t n = waiting(s);

    if (s->is_lost)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (!n && s->is_closed)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (!n) {
        http_sleep(r);
        return 0;
    }
    n = n < room ? n : room;
    memcpy(to, s->out.p + s->taken, n);
    s->taken += n;
    if (!waiting(s))
        emptied(r);
    return (ssize_t)n;
}

static void forget(void *arg)
{
    mem_deref(arg);
}

static void lose(struct http_request *r)
{
    r->stream->is_lost = true;
    loop_fd_stop(&r->stream->watch);
    http_cut(r);
    http_wake(r);
}

/* An end; or a request that came too early, which is not looked at before this one is over. */
static void readable(int events, void *arg)
{
    struct http_request *r = arg;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->conn, MHD_CONNECTION_INFO_CONNECTION_FD);
    char byte;

    if (info && recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
        loop_fd_stop(&r->stream->watch);
    else
        lose(r);
}

static int watch(struct http_request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->conn, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info ? loop_fd_start(r->server->loop, &r->stream->watch, info->connect_fd, LOOP_READ,
                                readable, r)
                : ENOTCONN;
}

static int make(struct http_request *r, const char *type, const struct http_field *fields,
                const struct http_stream_handlers *h)
{
    struct http_stream *s = mem_zalloc(sizeof(*s));

    if (!s)
        return ENOMEM;
    s->h = *h;
    buf_init(&s->out, HTTP_STREAM_MAX);
    r->stream = s;
    r->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, give, r, forget);
    if (!r->response)
        return ENOMEM;
    mem_ref(r); /* forget's */
    return http_put_fields(r, type, fields) ? watch(r) : ENOMEM;
}

static void unmake(struct http_request *r)
{
    struct MHD_Response *p = r->response;

    r->response = NULL;
    if (p)
        MHD_destroy_response(p);
    http_stream_free(r);
}

int http_stream_open(struct http_request *r, int status, const char *type,
                     const struct http_field *fields, const struct http_stream_handlers *h)
{
    int err;

    if (!r->conn || r->is_replied)
        return r->conn ? EALREADY : ENOTCONN;
    r->is_replied = true;
    r->status = status;
    err = make(r, type, fields, h);
    if (err)
        unmake(r);
    http_wake(r);
    return err;
}

/* What is taken already makes room, in few moves. */
static int keep(struct http_stream *s, struct slice bytes)
{
    if (s->taken && s->out.len + bytes.len > HTTP_STREAM_MAX) {
        memmove(s->out.p, s->out.p + s->taken, waiting(s));
        s->out.len -= s->taken;
        s->taken = 0;
    }
    return buf_adds(&s->out, bytes);
}

int http_stream_send(struct http_request *r, struct slice bytes)
{
    struct http_stream *s = r->stream;
    int err;

    if (!r->conn || !s || s->is_lost || s->is_closed)
        return ENOTCONN;
    err = bytes.len > http_stream_room(r) ? ENOBUFS : keep(s, bytes);
    if (err)
        lose(r);
    else
        http_wake(r);
    return err;
}

size_t http_stream_room(const struct http_request *r)
{
    return r->stream ? HTTP_STREAM_MAX - waiting(r->stream) : 0;
}

void http_stream_close(struct http_request *r)
{
    if (!r->stream || r->stream->is_closed)
        return;
    r->stream->is_closed = true;
    if (r->conn)
        http_wake(r);
}

/* ---- the end ---- */

void http_stream_ended(struct http_request *r)
{
    struct http_stream *s = r->stream;
    bool is_told;

    if (!s)
        return;
    loop_fd_stop(&s->watch);
    is_told = s->is_closed;
    s->is_closed = s->is_lost = true;
    if (!is_told && s->h.gone)
        s->h.gone(r, s->h.arg);
}

void http_stream_free(struct http_request *r)
{
    struct http_stream *s = r->stream;

    r->stream = NULL;
    if (!s)
        return;
    loop_fd_stop(&s->watch);
    buf_fini(&s->out);
    mem_free(s);
}
