/* role/web.c - the role `web`: the Manager over HTTP, behind the front; see web/manager.h */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "ipc/control.h"
#include "role/role.h"
#include "web/manager.h"

struct web_role {
    struct loop *loop;
    struct control *control;
    struct web_manager *manager;
};

static void on_stop(bool is_orphan, void *arg)
{
    struct web_role *r = arg;

    loop_stop(r->loop);
}

static void on_http(const struct control_http *http, void *arg)
{
    struct web_role *r = arg;

    web_manager_set_timeout(r->manager, http->timeout_s);
}

static int open_all(struct web_role *r, const struct role_args *args, const char *path)
{
    const struct control_handlers h = {.stop = on_stop, .http = on_http, .arg = r};
    int err = loop_alloc(&r->loop);

    if (!err)
        err = web_manager_alloc(&r->manager, r->loop, args->listen_fd, path);
    if (!err)
        err = control_alloc(&r->control, r->loop, args->control_fd, &h);
    return err ? err : control_ready(r->control);
}

int role_web(const struct role_args *args)
{
    struct web_role r = {0};
    char path[PATH_MAX];
    int err = role_file(path, sizeof(path), args->state, ROLE_MANAGER_SOCK);

    if (!err)
        err = open_all(&r, args, path);
    if (!err)
        err = loop_run(r.loop);
    if (err)
        log_error("web cannot work error=\"%s\"", strerror(err));
    mem_deref(r.manager);
    mem_deref(r.control);
    mem_deref(r.loop);
    return err ? 1 : 0;
}
