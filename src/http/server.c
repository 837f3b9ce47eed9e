/* http/server.c - see server.h */
#include "http/server.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "http/server_inner.h"

enum { ROUNDS_MAX = 3 }; /* of the library, before others have their turn */

/* A connection. The library tells of a request's end only when its handler has heard of the beginning. */
struct line {
    struct http_request *request; /* the present one (a reference), or NULL */
};

/* ---- the loop's side ---- */

static void run(void *arg);

static void ready(int events, void *arg)
{
    run(arg);
}

static void run(void *arg)
{
    struct http_server *s = arg;
    MHD_UNSIGNED_LONG_LONG ms;
    bool has_timeout;
    int rounds = 0;

    do {
        MHD_run(s->daemon);
        has_timeout = MHD_get_timeout(s->daemon, &ms) == MHD_YES;
    } while (has_timeout && ms == 0 && ++rounds < ROUNDS_MAX);
    if (has_timeout)
        timer_start(s->loop, &s->timer, ms, run, s);
    else
        timer_stop(&s->timer);
}

/* ---- a request ---- */

static void request_destroy(void *object)
{
    struct http_request *r = object;

    timer_stop(&r->deadline);
    if (r->own_free)
        r->own_free(r->own);
    http_stream_free(r);
    buf_fini(&r->body);
    mem_free(r->target);
    mem_free(r->method);
}

void http_cut(struct http_request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->conn, MHD_CONNECTION_INFO_CONNECTION_FD);

    if (info)
        shutdown(info->connect_fd, SHUT_RDWR);
}

static void too_slow(void *arg)
{
    log_info("HTTP: a request took too long to come, connection is closed");
    http_cut(arg);
}

/* A stream's answer holds a reference to its request: it goes first. */
static void drop_response(struct http_request *r)
{
    struct MHD_Response *p = r->response;

    r->response = NULL;
    if (p)
        MHD_destroy_response(p);
}

static void end_request(struct line *l)
{
    struct http_request *r = l->request;

    if (!r)
        return;
    l->request = NULL;
    timer_stop(&r->deadline);
    list_unlink(&r->link);
    drop_response(r);
    http_stream_ended(r);
    r->conn = NULL;
    mem_deref(r);
}

static void line_changed(void *arg, struct MHD_Connection *conn, void **own,
                         enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *own = mem_zalloc(sizeof(struct line));
    } else if (*own) {
        end_request(*own);
        mem_free(*own);
        *own = NULL;
    }
}

static struct line *line_of(struct MHD_Connection *conn)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

/* The request line is here. */
static void *begun(void *arg, const char *target, struct MHD_Connection *conn)
{
    struct http_server *s = arg;
    struct line *l = line_of(conn);
    struct http_request *r = l ? mem_alloc(sizeof(*r), request_destroy) : NULL;

    if (!r)
        return NULL;
    end_request(l);
    l->request = r;
    r->server = s;
    r->conn = conn;
    r->target = mem_strdup(target);
    if (!r->target) {
        end_request(l);
        return NULL;
    }
    timer_start(s->loop, &r->deadline, HTTP_READ_MS, too_slow, r);
    return r;
}

static void over(void *arg, struct MHD_Connection *conn, void **own,
                 enum MHD_RequestTerminationCode code)
{
    struct line *l = line_of(conn);

    *own = NULL;
    if (l)
        end_request(l);
}

static enum MHD_Result field(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_len,
                             const char *value, size_t value_len)
{
    struct http_request *r = arg;

    http_guard_field(&r->guard, slice_from(name, name_len),
                     slice_from(value ? value : "", value ? value_len : 0));
    return MHD_YES;
}

static enum MHD_Result queue(struct http_request *r)
{
    const enum MHD_Result result = MHD_queue_response(r->conn, (unsigned)r->status, r->response);

    drop_response(r);
    return result;
}

/* What the client asked for is a field: the library would make a table of its query, and hangs when that
   has no room. @return 0; ENOMEM */
static int take_target(struct http_request *r)
{
    const struct slice target = http_request_header(r, HTTP_TARGET_FIELD);
    char *copy = slice_is_set(target) ? slice_dup(target) : NULL;

    if (!slice_is_set(target))
        return 0;
    if (!copy)
        return ENOMEM;
    mem_free(r->target);
    r->target = copy;
    return 0;
}

/* @return 0, or the status of a refusal */
static int judge(struct http_request *r, const char *version)
{
    if (take_target(r))
        return 503;
    r->guard.method = slice_of(r->method);
    r->guard.target = slice_of(r->target);
    r->guard.version = slice_of(version);
    MHD_get_connection_values_n(r->conn, MHD_HEADER_KIND, field, r);
    r->body_max = r->server->args.room(r, r->server->args.arg);
    buf_init(&r->body, r->body_max);
    return http_guard_judge(&r->guard, r->body_max);
}

static enum MHD_Result take_head(struct http_request *r, const char *method, const char *version)
{
    int status;

    r->is_begun = true;
    r->method = mem_strdup(method);
    if (!r->method)
        return MHD_NO;
    status = judge(r, version);
    if (!status && r->server->args.head)
        r->server->args.head(r, r->server->args.arg);
    if (!status)
        return MHD_YES;
    r->is_refused = true;
    timer_stop(&r->deadline);
    r->server->args.refuse(r, status, r->server->args.arg);
    return r->response ? queue(r) : MHD_NO;
}

/* Who answered before has the answer sent now: the library takes none in the middle of a body. */
static enum MHD_Result take_whole(struct http_request *r)
{
    timer_stop(&r->deadline);
    if (!r->is_whole) {
        r->is_whole = true;
        if (!r->is_replied)
            r->server->args.request(r, r->server->args.arg);
    }
    if (r->response)
        return queue(r);
    if (r->is_replied) /* no memory for it */
        return MHD_NO;
    http_sleep(r);
    return MHD_YES;
}

static int take_piece(struct http_request *r, struct slice bytes)
{
    if (r->is_replied)
        return 0;
    if (!r->chunk)
        return buf_adds(&r->body, bytes);
    timer_start(r->server->loop, &r->deadline, HTTP_READ_MS, too_slow, r);
    r->chunk(r, bytes, r->chunk_arg);
    if (r->is_held && !r->is_replied) {
        timer_stop(&r->deadline);
        http_sleep(r);
    }
    return 0;
}

static enum MHD_Result handle(void *arg, struct MHD_Connection *conn, const char *url,
                              const char *method, const char *version, const char *bytes,
                              size_t *len, void **own)
{
    struct http_request *r = *own;
    int err;

    if (!r)
        return MHD_NO;
    if (!r->is_begun)
        return take_head(r, method, version);
    if (!*len)
        return take_whole(r);
    err = take_piece(r, slice_from(bytes, *len));
    *len = 0;
    return err ? MHD_NO : MHD_YES;
}

/* ---- birth and end ---- */

static void server_destroy(void *object)
{
    struct http_server *s = object;

    loop_fd_stop(&s->watch);
    timer_stop(&s->timer);
    loop_defer_stop(&s->again);
    /* The library does not end with one of them asleep. */
    LIST_FOREACH(&s->suspended, k)
    {
        list_unlink(k);
        MHD_resume_connection(CONTAINER_OF(k, struct http_request, link)->conn);
    }
    if (s->daemon)
        MHD_stop_daemon(s->daemon); /* closes the socket, ends the requests */
}

static struct MHD_Daemon *start(struct http_server *s)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK,
        0, NULL, NULL, handle, s, MHD_OPTION_LISTEN_SOCKET, s->args.listen_fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_HEAD_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)HTTP_IDLE_S, MHD_OPTION_URI_LOG_CALLBACK, begun, s, MHD_OPTION_NOTIFY_COMPLETED,
        over, s, MHD_OPTION_NOTIFY_CONNECTION, line_changed, s, MHD_OPTION_END);
}

int http_server_alloc(struct http_server **sp, const struct http_server_args *args)
{
    struct http_server *s = mem_alloc(sizeof(*s), server_destroy);
    const union MHD_DaemonInfo *info;
    int err;

    if (!s) {
        close(args->listen_fd);
        return ENOMEM;
    }
    s->args = *args;
    list_init(&s->suspended);
    s->loop = args->loop;
    s->daemon = start(s);
    if (!s->daemon) {
        close(args->listen_fd);
        mem_deref(s);
        return EIO;
    }
    info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    err = info ? loop_fd_start(s->loop, &s->watch, info->epoll_fd, LOOP_READ, ready, s) : EIO;
    if (err)
        mem_deref(s);
    else
        *sp = s;
    return err;
}

/* ---- what was asked ---- */

struct slice http_request_method(const struct http_request *r)
{
    return slice_of(r->method);
}

struct slice http_request_target(const struct http_request *r)
{
    return slice_of(r->target);
}

struct slice http_request_path(const struct http_request *r)
{
    struct slice query;

    return slice_cut(slice_of(r->target), '?', &query);
}

struct slice http_request_query(const struct http_request *r)
{
    struct slice query;

    slice_cut(slice_of(r->target), '?', &query);
    return query;
}

struct slice http_request_header(const struct http_request *r, const char *name)
{
    const char *value = NULL;
    size_t len = 0;

    if (!r->conn || MHD_lookup_connection_value_n(r->conn, MHD_HEADER_KIND, name, strlen(name),
                                                  &value, &len) != MHD_YES)
        return SLICE_NONE;
    return slice_from(value ? value : "", value ? len : 0);
}

struct slice http_request_body(const struct http_request *r)
{
    return buf_slice(&r->body);
}

void http_request_set(struct http_request *r, void *own, void (*free)(void *own))
{
    r->own = own;
    r->own_free = free;
}

void *http_request_own(const struct http_request *r)
{
    return r->own;
}

/* ---- sinks ---- */

void http_sink_set(struct http_request *r, http_chunk_h *h, void *arg)
{
    r->chunk = h;
    r->chunk_arg = arg;
}

void http_hold(struct http_request *r)
{
    r->is_held = true;
}

void http_go_on(struct http_request *r)
{
    if (!r->is_held)
        return;
    r->is_held = false;
    if (!r->conn || r->is_whole)
        return;
    timer_start(r->server->loop, &r->deadline, HTTP_READ_MS, too_slow, r);
    http_wake(r);
}

/* ---- its answer ---- */

static struct MHD_Response *make_response(struct buf *body)
{
    static char nothing[] = "";
    const size_t len = body->len;
    char *text = len && !buf_err(body) ? buf_take(body) : NULL;
    struct MHD_Response *p;

    if (len && !text)
        return NULL;
    if (!len)
        return MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
    p = MHD_create_response_from_buffer_with_free_callback(len, text, mem_free);
    if (!p)
        mem_free(text);
    return p;
}

bool http_put_fields(struct http_request *r, const char *type, const struct http_field *fields)
{
    bool is_ok = !type || MHD_add_response_header(r->response, "Content-Type", type) == MHD_YES;

    if (is_ok && r->is_refused)
        is_ok = MHD_add_response_header(r->response, "Connection", "close") == MHD_YES;
    for (; is_ok && fields && fields->name; fields++)
        is_ok = MHD_add_response_header(r->response, fields->name, fields->value) == MHD_YES;
    return is_ok;
}

void http_sleep(struct http_request *r)
{
    if (link_is_in(&r->link))
        return;
    list_append(&r->server->suspended, &r->link);
    MHD_suspend_connection(r->conn);
}

void http_wake(struct http_request *r)
{
    if (!link_is_in(&r->link))
        return;
    list_unlink(&r->link);
    MHD_resume_connection(r->conn);
    loop_defer(r->server->loop, &r->server->again, run, r->server);
}

int http_reply(struct http_request *r, int status, const char *type,
               const struct http_field *fields, struct buf *body)
{
    if (r->conn && !r->is_replied) {
        r->is_replied = true;
        r->status = status;
        r->response = make_response(body);
        if (r->response && !http_put_fields(r, type, fields))
            drop_response(r);
        http_wake(r);
    }
    buf_fini(body);
    return r->conn && !r->response ? ENOMEM : 0;
}

bool http_is_replied(const struct http_request *r)
{
    return r->is_replied || !r->conn;
}
