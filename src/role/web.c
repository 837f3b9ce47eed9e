/* role/web.c - the role `web`: one server behind the front, which hands requests on by face and path
 *
 * The front says with each request on which of its two faces it came in (HTTP_FACE_FIELD): the Manager's
 * port, or that of the interface. What belongs to the one is not there on the other.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "http/server.h"
#include "ipc/control.h"
#include "rest/rest.h"
#include "rest/upload.h"
#include "role/role.h"
#include "role/web_guide.h"
#include "role/web_way.h"
#include "web/manager.h"
#include "web/page.h"

enum { AGAIN_MS = 2000, LOOK_MS = 20, PATIENCE_MS = 900 };

struct web_role {
    struct loop *loop;
    struct control *control;
    struct http_server *server;
    struct web_manager *manager;
    struct rest *rest; /* NULL: the database cannot be opened yet */
    const char *state;
    char link_path[PATH_MAX]; /* of manager.sock */
    struct timer again, ending;
    struct mono stop_at;
};

/* ---- the server's handlers ---- */

static enum web_way way_of(const struct http_request *r)
{
    return web_way(http_request_header(r, HTTP_FACE_FIELD), http_request_path(r));
}

static uint64_t room(const struct http_request *r, void *arg)
{
    const struct web_role *w = arg;

    switch (way_of(r)) {
    case WEB_WAY_MANAGER: return web_manager_room(r, w->manager);
    case WEB_WAY_REST: return w->rest ? rest_room(r, w->rest) : 0;
    case WEB_WAY_NONE: break;
    }
    return 0;
}

static void has_head(struct http_request *r, void *arg)
{
    const struct web_role *w = arg;

    if (w->rest && way_of(r) == WEB_WAY_REST)
        rest_head(r, w->rest);
}

static void requested(struct http_request *r, void *arg)
{
    const struct web_role *w = arg;

    switch (way_of(r)) {
    case WEB_WAY_MANAGER: web_manager_request(r, w->manager); break;
    case WEB_WAY_REST:
        if (w->rest)
            rest_request(r, w->rest);
        else
            web_page(r, 503, NULL);
        break;
    case WEB_WAY_NONE: web_page(r, 404, NULL); break;
    }
}

static void refused(struct http_request *r, int status, void *arg)
{
    const struct web_role *w = arg;

    switch (way_of(r)) {
    case WEB_WAY_MANAGER: web_manager_refuse(r, status, w->manager); break;
    case WEB_WAY_REST:
        if (w->rest)
            rest_refuse(r, status, w->rest);
        else
            web_page(r, 503, NULL);
        break;
    case WEB_WAY_NONE: web_page(r, status == 413 ? 404 : status, NULL); break;
    }
}

/* ---- the supervisor's ---- */

/* A call that is under way still has its answer, if it is quick. */
static void end_when_idle(void *arg)
{
    struct web_role *w = arg;

    if (!w->rest || !rest_busy(w->rest) ||
        mono_diff_ms(loop_now(w->loop), w->stop_at) > PATIENCE_MS)
        loop_stop(w->loop);
    else
        timer_start(w->loop, &w->ending, LOOK_MS, end_when_idle, w);
}

static void on_stop(bool is_orphan, void *arg)
{
    struct web_role *w = arg;

    w->stop_at = loop_now(w->loop);
    if (w->rest)
        rest_end_streams(w->rest);
    end_when_idle(w);
}

static void on_http(const struct control_http *http, void *arg)
{
    struct web_role *w = arg;

    web_manager_set_timeout(w->manager, http->timeout_s);
}

/* ---- life ---- */

/* Without a database the Manager works all the same. */
static void open_rest(void *arg)
{
    struct web_role *w = arg;
    int err = rest_alloc(&w->rest, &(struct rest_args){.loop = w->loop,
                                                       .state = w->state,
                                                       .version = STATION_VERSION,
                                                       .guide = &web_guide,
                                                       .link = web_manager_link(w->manager)});

    if (!err) {
        rest_set_control(w->rest, w->control);
        return;
    }
    log_warning("the web interface waits for the database error=\"%s\"", strerror(err));
    timer_start(w->loop, &w->again, AGAIN_MS, open_rest, w);
}

static int open_server(struct web_role *w, int listen_fd)
{
    return http_server_alloc(&w->server, &(struct http_server_args){.loop = w->loop,
                                                                    .listen_fd = listen_fd,
                                                                    .room = room,
                                                                    .head = has_head,
                                                                    .request = requested,
                                                                    .refuse = refused,
                                                                    .arg = w});
}

static int open_all(struct web_role *w, const struct role_args *args)
{
    const struct control_handlers h = {.stop = on_stop, .http = on_http, .arg = w};
    int err = role_file(w->link_path, sizeof(w->link_path), args->state, ROLE_MANAGER_SOCK);

    w->state = args->state;
    if (!err)
        err = loop_alloc(&w->loop);
    if (!err)
        err = web_manager_alloc(&w->manager, w->loop, w->link_path);
    if (!err)
        open_rest(w);
    if (!err)
        err = open_server(w, args->listen_fd);
    if (!err)
        err = control_alloc(&w->control, w->loop, args->control_fd, &h);
    if (!err && w->rest)
        rest_set_control(w->rest, w->control);
    return err ? err : control_ready(w->control);
}

static void close_all(struct web_role *w)
{
    timer_stop(&w->again);
    timer_stop(&w->ending);
    if (w->rest && rest_busy(w->rest))
        return; /* their tasks have the loop, and the process ends */
    mem_deref(w->rest);
    mem_deref(w->manager); /* answers what it holds */
    mem_deref(w->server);
    mem_deref(w->control);
    mem_deref(w->loop);
}

int role_web(const struct role_args *args)
{
    struct web_role w = {0};
    int err = open_all(&w, args);

    if (!err)
        err = loop_run(w.loop);
    if (err)
        log_error("web cannot work error=\"%s\"", strerror(err));
    close_all(&w);
    return err ? 1 : 0;
}
