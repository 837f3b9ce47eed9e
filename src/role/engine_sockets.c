/* role/engine_sockets.c - listening sockets of SIP, which the supervisor binds (engine_inner.h) */
#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "ipc/control.h"
#include "role/engine_inner.h"

struct bind_wait {
    struct link link; /* engine->came */
    struct engine *e;
    pjsip_bound_h *done;
    void *arg;
    int err, fd;
    struct addr local;
};

void engine_sockets_forget(struct engine *e)
{
    LIST_FOREACH(&e->came, k)
    {
        struct bind_wait *w = CONTAINER_OF(k, struct bind_wait, link);

        if (w->fd >= 0)
            close(w->fd);
        list_unlink(k);
        mem_free(w);
    }
}

static void hand_socket(struct bind_wait *w)
{
    struct engine *e = w->e;

    w->done(w->err, w->fd, w->err ? NULL : &w->local, w->arg);
    mem_free(w);
    e->binds--;
}

/* Not one of the first sockets is read from before all are there: a request in a dialog that is not
   taken over yet would be told that there is no such call. */
static void socket_came(int err, int fd, const struct addr *local, void *arg)
{
    struct bind_wait *w = arg;
    struct engine *e = w->e;
    struct link *k;

    w->err = err;
    w->fd = fd;
    if (!err)
        w->local = *local;
    list_append(&e->came, &w->link);
    if (++e->came_count < e->binds && !e->is_ready)
        return;
    while ((k = list_first(&e->came)) != NULL) {
        list_unlink(k);
        e->came_count--;
        hand_socket(CONTAINER_OF(k, struct bind_wait, link));
    }
    if (e->pjsip)
        engine_look_if_ready(e);
}

int engine_socket_ask(enum pjsip_socket kind, const struct addr *local, pjsip_bound_h *done,
                      void *done_arg, void *arg)
{
    struct engine *e = arg;
    struct bind_wait *w = mem_zalloc(sizeof(*w));
    int err;

    if (!w)
        return ENOMEM;
    *w = (struct bind_wait){.e = e, .done = done, .arg = done_arg};
    err = control_bind(e->args.control, kind == PJSIP_SOCKET_UDP ? CONTROL_UDP : CONTROL_TCP, local,
                       socket_came, w);
    if (err)
        mem_free(w);
    else
        e->binds++;
    return err;
}

void engine_socket_release(enum pjsip_socket kind, const struct addr *local, void *arg)
{
    struct engine *e = arg;

    control_release(e->args.control, kind == PJSIP_SOCKET_UDP ? CONTROL_UDP : CONTROL_TCP, local);
}
