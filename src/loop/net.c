/* net.c - see net.h: what both kinds of network share, and the system's sockets */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/mem.h"
#include "loop/net_inner.h"

/* ---- the public face ---- */

struct loop *net_loop(const struct net *n)
{
    return n->loop;
}

int udp_open(struct udp **up, struct net *n, int fd, const struct addr *local, udp_recv_h *h,
             void *arg)
{
    return n->ops->udp_open(up, n, fd, local, h, arg);
}

const struct addr *udp_local(const struct udp *u)
{
    return &u->local;
}

int udp_send(struct udp *u, const struct addr *to, struct slice bytes)
{
    return u->net->ops->udp_send(u, to, bytes);
}

int conn_open(struct conn **cp, struct net *n, const struct addr *to, const struct addr *from,
              struct tls *tls, const char *server_name, const struct conn_handlers *h)
{
    return n->ops->conn_open(cp, n, to, from, tls, server_name, h);
}

void conn_set_handlers(struct conn *c, const struct conn_handlers *h)
{
    c->handlers = *h;
}

const struct addr *conn_peer(const struct conn *c)
{
    return &c->peer;
}

const struct addr *conn_local(const struct conn *c)
{
    return &c->local;
}

bool conn_is_tls(const struct conn *c)
{
    return c->is_tls;
}

bool conn_is_up(const struct conn *c)
{
    return c->is_up && !c->is_closed;
}

int conn_send(struct conn *c, struct slice bytes)
{
    return c->is_closed ? ENOTCONN : c->net->ops->conn_send(c, bytes);
}

size_t conn_waiting(const struct conn *c)
{
    return c->net->ops->conn_waiting(c);
}

void conn_close(struct conn *c)
{
    if (!c->is_closed)
        c->net->ops->conn_close(c);
}

int listener_open(struct listener **lp, struct net *n, int fd, const struct addr *local,
                  struct tls *tls, uint32_t max_conns, listener_h *h, void *arg)
{
    return n->ops->listener_open(lp, n, fd, local, tls, max_conns, h, arg);
}

void listener_set_max_conns(struct listener *l, uint32_t max_conns)
{
    l->max_conns = max_conns;
}

const struct addr *listener_local(const struct listener *l)
{
    return &l->local;
}

/* ---- kept bytes ---- */

int bytes_keep(struct bytes_kept *k, const void *p, size_t len)
{
    size_t cap = k->cap ? k->cap : 512;
    char *grown;

    if (len == 0)
        return 0;
    while (cap - k->len < len)
        cap *= 2;
    if (cap != k->cap) {
        grown = mem_realloc(k->p, cap);
        if (!grown)
            return ENOMEM;
        k->p = grown;
        k->cap = cap;
    }
    memmove(k->p + k->len, p, len);
    k->len += len;
    return 0;
}

void bytes_drop(struct bytes_kept *k, size_t used)
{
    if (used >= k->len) {
        bytes_free(k); /* a quiet connection holds nothing */
        return;
    }
    memmove(k->p, k->p + used, k->len - used);
    k->len -= used;
}

void bytes_free(struct bytes_kept *k)
{
    mem_free(k->p);
    memset(k, 0, sizeof(*k));
}

/* ---- streams of either kind ---- */

static size_t call_recv(struct conn *c, struct slice bytes)
{
    size_t used = c->handlers.recv ? c->handlers.recv(c, bytes, c->handlers.arg) : 0;

    BUG_IF(used > bytes.len);
    return used;
}

int conn_feed(struct conn *c, struct slice bytes)
{
    struct bytes_kept whole = c->in;
    size_t used;
    int err = 0;

    if (whole.len == 0) {
        used = call_recv(c, bytes);
        bytes = slice_skip(bytes, used);
        if (c->is_closed)
            return 0;
        return bytes.len > c->handlers.max_in ? EMSGSIZE : bytes_keep(&c->in, bytes.p, bytes.len);
    }
    /* Taken out meanwhile: the handler may close, or hand the conn to others. */
    memset(&c->in, 0, sizeof(c->in));
    err = bytes_keep(&whole, bytes.p, bytes.len);
    if (!err) {
        used = call_recv(c, slice_from(whole.p, whole.len));
        bytes_drop(&whole, used);
        if (whole.len > c->handlers.max_in && !c->is_closed)
            err = EMSGSIZE;
    }
    if (err || c->is_closed)
        bytes_free(&whole);
    else
        c->in = whole;
    return err;
}

void conn_report_closed(struct conn *c, int err)
{
    conn_closed_h *h = c->is_closed ? NULL : c->handlers.closed;

    c->is_closed = true;
    if (h)
        h(c, err, c->handlers.arg);
}

void conn_fini(struct conn *c)
{
    c->is_closed = true;
    bytes_free(&c->in);
    c->net = mem_deref(c->net);
}

/* ---- the system's ---- */

static const struct net_ops sys_ops = {
    .udp_open = udp_sys_open,
    .udp_send = udp_sys_send,
    .conn_open = conn_sys_open,
    .conn_send = conn_sys_send,
    .conn_waiting = conn_sys_waiting,
    .conn_close = conn_sys_close,
    .listener_open = listener_sys_open,
};

static void net_sys_destroy(void *arg)
{
    struct net_sys *n = arg;

    udp_batch_free(n->batch);
    mem_free(n->read);
}

int net_alloc(struct net **np, struct loop *loop)
{
    struct net_sys *n = mem_alloc(sizeof(*n), net_sys_destroy);

    if (!n)
        return ENOMEM;
    n->net.ops = &sys_ops;
    n->net.loop = loop;
    *np = &n->net;
    return 0;
}

int socket_open(int *fdp, int type, int family, const struct addr *local)
{
    struct sockaddr_storage ss;
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one = 1, err = 0;

    if (fd < 0)
        return errno;
    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
    /* For streams: bind although old connections linger. For datagrams it would steal a port. */
    if (type == SOCK_STREAM)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (local && bind(fd, (const struct sockaddr *)&ss, addr_to_sockaddr(local, &ss))) {
        err = errno;
        close(fd);
        return err;
    }
    *fdp = fd;
    return 0;
}

void net_tune_fd(int fd, const struct net_tune *t)
{
    int tos = t->tos, cos = t->cos, on = t->has_keepalive;
    struct addr local;

    if (fd < 0)
        return;
    socket_local(fd, &local);
    if (local.family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof(tos));
    else
        setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
    setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &cos, sizeof(cos));
    if (!on)
        return;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &t->idle_s, sizeof(t->idle_s));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &t->gap_s, sizeof(t->gap_s));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &t->probes, sizeof(t->probes));
}

void socket_local(int fd, struct addr *local)
{
    struct sockaddr_storage ss;
    socklen_t len = sizeof(ss);

    memset(local, 0, sizeof(*local));
    if (getsockname(fd, (struct sockaddr *)&ss, &len) == 0)
        addr_from_sockaddr(local, (const struct sockaddr *)&ss);
}
