/* listener.c - see net.h: connections accepted from the system */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "loop/conn_inner.h"

#define BACKLOG 1024
#define ACCEPTS_A_ROUND 64
#define PAUSE_MS 100 /* without descriptors: the queue would turn the loop for nothing */

struct listener_sys {
    struct listener listener;
    int fd;
    struct loop_fd watch;
    struct timer pause;
    struct tls *tls;
    struct quota *quota;
    struct list half; /* struct conn_sys, oldest first; one reference each */
};

static void listener_event(int events, void *arg);

static int listener_watch(struct listener_sys *l)
{
    return loop_fd_start(l->listener.net->loop, &l->watch, l->fd, LOOP_READ, listener_event, l);
}

static void watch_again(void *arg)
{
    struct listener_sys *l = arg;

    if (listener_watch(l))
        timer_start(l->listener.net->loop, &l->pause, PAUSE_MS, watch_again, l);
}

/* ---- half-open connections ---- */

/* Up (it goes to the handler) or failed. The reference of the list goes with it. */
static void half_ended(struct conn_sys *c)
{
    struct listener_sys *l = mem_ref(c->half_owner);

    list_unlink(&c->half);
    c->half_owner = NULL;
    if (c->conn.is_up)
        l->listener.h(&c->conn, l->listener.arg);
    else
        mem_deref(c);
    mem_deref(l);
}

static void half_drop(struct conn_sys *c)
{
    list_unlink(&c->half);
    c->half_owner = NULL;
    c->half_ended = NULL;
    conn_sys_close(&c->conn);
    mem_deref(c);
}

static bool make_room(struct listener_sys *l)
{
    struct link *oldest = list_first(&l->half);

    if (l->quota->used < l->listener.max_conns)
        return true;
    if (!oldest)
        return false;
    half_drop(CONTAINER_OF(oldest, struct conn_sys, half));
    return true;
}

static void take_newcomer(struct listener_sys *l, int fd, const struct addr *peer)
{
    struct conn_sys *c;

    if (!make_room(l)) {
        close(fd);
        return;
    }
    if (conn_sys_accept(&c, l->listener.net, fd, peer, l->tls))
        return;
    c->quota = mem_ref(l->quota);
    c->quota->used++;
    c->half_owner = l;
    c->half_ended = half_ended;
    list_append(&l->half, &c->half);
    mem_ref(c);
    if (conn_sys_begin(c) && c->half_owner)
        half_drop(c);
    mem_deref(c);
}

/* ---- accepting ---- */

static bool accept_one(struct listener_sys *l)
{
    struct sockaddr_storage ss;
    socklen_t len = sizeof(ss);
    struct addr peer;
    int fd = accept4(l->fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd >= 0) {
        addr_from_sockaddr(&peer, (const struct sockaddr *)&ss);
        take_newcomer(l, fd, &peer);
        return true;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        log_warning("no descriptor for a new connection errno=%d", errno);
        loop_fd_stop(&l->watch);
        timer_start(l->listener.net->loop, &l->pause, PAUSE_MS, watch_again, l);
        return false;
    }
    return errno != EAGAIN && errno != EWOULDBLOCK;
}

static void listener_event(int events, void *arg)
{
    struct listener_sys *l = mem_ref(arg);

    (void)events;
    for (int i = 0; i < ACCEPTS_A_ROUND && mem_refs(l) > 1; i++)
        if (!accept_one(l))
            break;
    mem_deref(l);
}

/* ---- birth and death ---- */

static void listener_destroy(void *arg)
{
    struct listener_sys *l = arg;
    struct link *k;

    timer_stop(&l->pause);
    loop_fd_stop(&l->watch);
    while ((k = list_first(&l->half)))
        half_drop(CONTAINER_OF(k, struct conn_sys, half));
    if (l->fd >= 0)
        close(l->fd);
    mem_deref(l->quota);
    mem_deref(l->tls);
    mem_deref(l->listener.net);
}

static int listener_start(struct listener_sys *l, const struct addr *local)
{
    int err = 0;

    l->quota = mem_alloc(sizeof(*l->quota), NULL);
    if (!l->quota)
        return ENOMEM;
    if (l->fd < 0) {
        err = socket_open(&l->fd, SOCK_STREAM, local->family, local);
        if (!err && listen(l->fd, BACKLOG))
            err = errno;
    } else if (fcntl(l->fd, F_SETFL, fcntl(l->fd, F_GETFL) | O_NONBLOCK)) {
        err = errno;
    }
    if (err)
        return err;
    socket_local(l->fd, &l->listener.local);
    return listener_watch(l);
}

int listener_sys_open(struct listener **lp, struct net *n, int fd, const struct addr *local,
                      struct tls *tls, uint32_t max_conns, listener_h *h, void *arg)
{
    struct listener_sys *l = mem_alloc(sizeof(*l), listener_destroy);
    int err;

    if (!l) {
        if (fd >= 0)
            close(fd);
        return ENOMEM;
    }
    l->fd = fd;
    l->listener.net = mem_ref(n);
    l->listener.h = h;
    l->listener.arg = arg;
    l->tls = mem_ref(tls);
    l->listener.max_conns = max_conns;
    list_init(&l->half);
    err = listener_start(l, local);
    if (err)
        mem_deref(l);
    else
        *lp = &l->listener;
    return err;
}
