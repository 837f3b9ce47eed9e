/* ipc.c - see ipc.h */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "ipc/codec.h"

#define MOST_WAITING_BYTES (4 * 1024 * 1024)
#define FIRST_GATHER_BYTES 1024
#define PACKETS_A_ROUND 32
#define FULL_PACKET 4096 /* a smaller one was all that waited: the other end gathers */
#define BACKLOG 64
#define MOST_FDS 4 /* looked at; one is allowed */

struct packet {
    struct link link;
    int fd; /* -1: none */
    size_t len;
    uint8_t bytes[];
};

struct ipc {
    struct loop *loop;
    const struct ipc_protocol *proto;
    ipc_recv_h *recv;
    ipc_closed_h *closed;
    void *arg;
    int fd; /* -1: a pair inside this process, or closed */
    struct loop_fd watch;
    struct deferred flush;
    struct timer lazy;     /* ipc_send_later's */
    struct deferred later; /* failing, or a pair's delivery */
    struct list queue;     /* struct packet: goes before gather */
    size_t queue_bytes, room;
    uint8_t *gather; /* the packet being filled */
    size_t gather_len, gather_cap;
    uint8_t *in;
    void *message; /* room for the biggest one */
    size_t message_size;
    struct ipc *other;                /* pair: borrowed, NULL when it has closed */
    struct list inbox;                /* pair: struct packet */
    bool is_pair, is_closed, is_deaf; /* deaf: the other end takes nothing any more */
    int err;
};

static void ipc_event(int events, void *arg);

/* ---- the end ---- */

static void packet_free(struct packet *p)
{
    list_unlink(&p->link);
    if (p->fd >= 0)
        close(p->fd);
    mem_free(p);
}

static void packets_free(struct list *l)
{
    struct link *k;

    while ((k = list_first(l)))
        packet_free(CONTAINER_OF(k, struct packet, link));
}

static void deliver(void *arg);

static void ipc_stop(struct ipc *c)
{
    c->is_closed = true;
    loop_defer_stop(&c->flush);
    loop_defer_stop(&c->later);
    timer_stop(&c->lazy);
    loop_fd_stop(&c->watch);
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    packets_free(&c->queue);
    packets_free(&c->inbox);
    c->queue_bytes = c->gather_len = 0;
    if (c->other) {
        c->other->other = NULL;
        loop_defer(c->loop, &c->other->later, deliver, c->other);
    }
    c->other = NULL;
}

static void ipc_destroy(void *arg)
{
    struct ipc *c = arg;

    if (!c->is_closed)
        ipc_close(c);
    mem_free(c->gather);
    mem_free(c->in);
    mem_free(c->message);
}

static void ipc_fail(struct ipc *c, int err)
{
    if (c->is_closed)
        return;
    mem_ref(c);
    ipc_stop(c);
    if (c->closed)
        c->closed(c, err, c->arg);
    mem_deref(c);
}

static void fail_now(void *arg)
{
    struct ipc *c = arg;

    ipc_fail(c, c->err);
}

/* Not from inside a call that the owner makes. */
static void fail_later(struct ipc *c, int err)
{
    c->err = err;
    loop_fd_stop(&c->watch);
    loop_defer_stop(&c->later);
    loop_defer(c->loop, &c->later, fail_now, c);
}

/* ---- sending ---- */

static int send_packet(struct ipc *c, const void *bytes, size_t len, int fd)
{
    struct iovec v = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = len};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
    struct cmsghdr *h;

    if (fd >= 0) {
        m.msg_control = control;
        m.msg_controllen = sizeof(control);
        h = CMSG_FIRSTHDR(&m);
        h->cmsg_level = SOL_SOCKET;
        h->cmsg_type = SCM_RIGHTS;
        h->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(h), &fd, sizeof(fd));
    }
    if (sendmsg(c->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
        return 0;
    return errno == EWOULDBLOCK || errno == EINTR ? EAGAIN : errno;
}

/* @return 0; EAGAIN (some is left); errno */
static int send_waiting(struct ipc *c)
{
    struct link *k;
    int err;

    while ((k = list_first(&c->queue))) {
        struct packet *p = CONTAINER_OF(k, struct packet, link);

        err = send_packet(c, p->bytes, p->len, p->fd);
        if (err)
            return err;
        c->queue_bytes -= p->len;
        packet_free(p);
    }
    err = c->gather_len ? send_packet(c, c->gather, c->gather_len, -1) : 0;
    if (!err)
        c->gather_len = 0;
    return err;
}

static int ipc_watch(struct ipc *c, bool wants_write)
{
    int events = (c->recv ? LOOP_READ : 0) | (wants_write ? LOOP_WRITE : 0);

    if (c->watch.loop && c->watch.events == events)
        return 0;
    return loop_fd_start(c->loop, &c->watch, c->fd, events, ipc_event, c);
}

static void drain(void *arg)
{
    struct ipc *c = arg;
    int err;

    timer_stop(&c->lazy);
    err = send_waiting(c);

    /* Gone: what it still said is read first, the end comes as an event of the socket. */
    if (err == EPIPE || err == ECONNRESET) {
        c->is_deaf = true;
        packets_free(&c->queue);
        c->queue_bytes = c->gather_len = 0;
        err = 0;
    }
    if (!err || err == EAGAIN)
        err = ipc_watch(c, err == EAGAIN);
    if (err)
        fail_later(c, err);
}

static int packet_add(struct ipc *c, const void *bytes, size_t len, int fd)
{
    struct packet *p = mem_zalloc(sizeof(*p) + len);

    if (!p)
        return ENOMEM;
    p->fd = -1;
    p->len = len;
    memcpy(p->bytes, bytes, len);
    if (fd >= 0)
        p->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (fd >= 0 && p->fd < 0) {
        mem_free(p);
        return errno;
    }
    if (c->other) {
        list_append(&c->other->inbox, &p->link);
        loop_defer(c->loop, &c->other->later, deliver, c->other);
        return 0;
    }
    list_append(&c->queue, &p->link);
    c->queue_bytes += len;
    return 0;
}

/* Close the packet being filled. */
static int seal(struct ipc *c, int fd)
{
    int err = c->gather_len ? packet_add(c, c->gather, c->gather_len, fd) : 0;

    if (!err)
        c->gather_len = 0;
    return err;
}

static int gather_grow(struct ipc *c)
{
    size_t cap = c->gather_cap ? c->gather_cap * 2 : FIRST_GATHER_BYTES;
    uint8_t *p = mem_realloc(c->gather, cap);

    if (!p)
        return ENOMEM;
    c->gather = p;
    c->gather_cap = cap;
    return 0;
}

static int gather_add(struct ipc *c, const struct ipc_type *type, const void *message)
{
    int err;

    while ((err = ipc_encode(type, message, c->gather, c->gather_cap, &c->gather_len)) == ENOSPC) {
        if (c->gather_cap < IPC_PACKET_BYTES)
            err = gather_grow(c);
        else
            err = c->gather_len ? seal(c, -1) : EINVAL;
        if (err)
            break;
    }
    return err;
}

void ipc_set_room(struct ipc *c, size_t bytes)
{
    c->room = bytes;
}

size_t ipc_waiting(const struct ipc *c)
{
    return c->queue_bytes + c->gather_len;
}

static int prepare_send(struct ipc *c, uint16_t id, const struct ipc_type **type)
{
    *type = ipc_type_find(c->proto, id);
    if (!*type)
        return EINVAL;
    if (c->is_closed || c->err || (c->is_pair && !c->other))
        return ENOTCONN;
    if (ipc_waiting(c) <= c->room)
        return 0;
    fail_later(c, ENOBUFS);
    return ENOBUFS;
}

int ipc_send(struct ipc *c, uint16_t id, const void *message)
{
    const struct ipc_type *type;
    int err = prepare_send(c, id, &type);

    if (err || c->is_deaf)
        return err;
    err = gather_add(c, type, message);
    if (err)
        return err;
    if (!c->is_pair) {
        loop_flush(c->loop, &c->flush, drain, c);
        return 0;
    }
    err = seal(c, -1);
    c->gather_len = 0;
    return err;
}

int ipc_send_later(struct ipc *c, uint16_t id, const void *message, uint32_t ms)
{
    const struct ipc_type *type;
    int err;

    if (c->is_pair)
        return ipc_send(c, id, message);
    err = prepare_send(c, id, &type);
    if (err || c->is_deaf)
        return err;
    err = gather_add(c, type, message);
    if (!err && !timer_is_on(&c->lazy))
        timer_start(c->loop, &c->lazy, ms, drain, c);
    return err;
}

int ipc_send_fd(struct ipc *c, uint16_t id, const void *message, int fd)
{
    const struct ipc_type *type;
    int err = prepare_send(c, id, &type);

    if (err || c->is_deaf)
        return err;
    err = seal(c, -1);
    if (!err)
        err = gather_add(c, type, message);
    if (err)
        return err;
    err = seal(c, fd);
    c->gather_len = 0;
    if (!err && !c->is_pair)
        loop_flush(c->loop, &c->flush, drain, c);
    return err;
}

/* ---- receiving ---- */

/* fd is taken: by the handler of the first message, or closed. */
static int take_packet(struct ipc *c, struct slice packet, int fd)
{
    const struct ipc_type *type;
    int err = 0;

    while (!err && packet.len && !c->is_closed) {
        int with = fd;

        err = ipc_decode(c->proto, &packet, &type, c->message, c->message_size);
        if (!err && fd >= 0 && packet.len)
            err = EBADMSG;
        if (err)
            break;
        fd = -1;
        c->recv(c, type->id, c->message, with, c->arg);
    }
    if (fd >= 0)
        close(fd);
    return err;
}

/* @return the only descriptor; -1 for none; -2 for too many (all closed) */
static int take_fd(struct msghdr *m)
{
    struct cmsghdr *h = CMSG_FIRSTHDR(m);
    int fds[MOST_FDS], n;

    if (!h || h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
        return -1;
    n = (int)((h->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    if (n > MOST_FDS)
        n = MOST_FDS;
    memcpy(fds, CMSG_DATA(h), (size_t)n * sizeof(int));
    if (n == 1 && !(m->msg_flags & MSG_CTRUNC))
        return fds[0];
    while (n > 0)
        close(fds[--n]);
    return -2;
}

/* @return 0; EAGAIN; ESHUTDOWN (the end); EBADMSG; errno */
static int receive_one(struct ipc *c, bool *is_full)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(MOST_FDS * sizeof(int))];
    struct iovec v = {.iov_base = c->in, .iov_len = IPC_PACKET_BYTES};
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
    ssize_t n = recvmsg(c->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    int fd;

    if (n < 0)
        return errno == EWOULDBLOCK || errno == EINTR ? EAGAIN
               : errno == ECONNRESET                  ? ESHUTDOWN
                                                      : errno;
    if (n == 0)
        return ESHUTDOWN;
    *is_full = n >= FULL_PACKET;
    fd = take_fd(&m);
    if (fd == -2)
        return EBADMSG;
    if (m.msg_flags & MSG_TRUNC) {
        if (fd >= 0)
            close(fd);
        return EBADMSG;
    }
    return take_packet(c, slice_from((const char *)c->in, (size_t)n), fd);
}

static void ipc_event(int events, void *arg)
{
    struct ipc *c = mem_ref(arg);
    bool is_full = true;
    int err = 0;

    if (events & LOOP_WRITE)
        drain(c);
    if (events & (LOOP_READ | LOOP_HUP) && c->recv && !c->err)
        for (int i = 0; i < PACKETS_A_ROUND && is_full && !err && !c->is_closed; i++)
            err = receive_one(c, &is_full);
    if (err && err != EAGAIN)
        ipc_fail(c, err == ESHUTDOWN ? 0 : err);
    mem_deref(c);
}

/* Pair: what the other end has sent, then its end. */
static void deliver(void *arg)
{
    struct ipc *c = arg;
    struct link *k;
    int err = 0;

    if (!c->recv)
        return;
    mem_ref(c);
    while (!err && !c->is_closed && (k = list_first(&c->inbox))) {
        struct packet *p = CONTAINER_OF(k, struct packet, link);
        int fd = p->fd;

        list_unlink(k);
        p->fd = -1;
        err = take_packet(c, slice_from((const char *)p->bytes, p->len), fd);
        packet_free(p);
    }
    if (err || (!c->other && !c->is_closed))
        ipc_fail(c, err);
    mem_deref(c);
}

/* ---- birth ---- */

static size_t biggest(const struct ipc_protocol *proto)
{
    size_t most = 1;

    for (const struct ipc_type *t = proto->types; t->name; t++)
        if (t->size > most)
            most = t->size;
    return most;
}

static int ipc_new(struct ipc **cp, struct loop *l, const struct ipc_protocol *proto)
{
    struct ipc *c = mem_alloc(sizeof(*c), ipc_destroy);

    if (!c)
        return ENOMEM;
    c->loop = l;
    c->proto = proto;
    c->room = MOST_WAITING_BYTES;
    c->fd = -1;
    list_init(&c->queue);
    list_init(&c->inbox);
    c->message_size = biggest(proto);
    c->message = mem_zalloc(c->message_size);
    if (!c->message) {
        mem_deref(c);
        return ENOMEM;
    }
    *cp = c;
    return 0;
}

int ipc_alloc(struct ipc **cp, struct loop *l, int fd, const struct ipc_protocol *proto,
              ipc_recv_h *recv, ipc_closed_h *closed, void *arg)
{
    struct ipc *c;
    int err = ipc_new(&c, l, proto);

    if (err) {
        close(fd);
        return err;
    }
    c->fd = fd;
    c->recv = recv;
    c->closed = closed;
    c->arg = arg;
    c->in = mem_zalloc(IPC_PACKET_BYTES);
    if (!c->in)
        err = ENOMEM;
    else if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK))
        err = errno;
    else if (recv)
        err = ipc_watch(c, false);
    if (err)
        mem_deref(c);
    else
        *cp = c;
    return err;
}

int ipc_pair(struct ipc **a, struct ipc **b, struct loop *l, const struct ipc_protocol *proto)
{
    struct ipc *x, *y;
    int err = ipc_new(&x, l, proto);

    if (err)
        return err;
    err = ipc_new(&y, l, proto);
    if (err) {
        mem_deref(x);
        return err;
    }
    x->is_pair = y->is_pair = true;
    x->other = y;
    y->other = x;
    *a = x;
    *b = y;
    return 0;
}

void ipc_set_handlers(struct ipc *c, ipc_recv_h *recv, ipc_closed_h *closed, void *arg)
{
    int err;

    c->recv = recv;
    c->closed = closed;
    c->arg = arg;
    if (c->is_closed || c->err)
        return;
    if (c->is_pair) {
        if (!list_is_empty(&c->inbox) || !c->other)
            loop_defer(c->loop, &c->later, deliver, c);
        return;
    }
    err = ipc_watch(c, c->watch.loop && c->watch.events & LOOP_WRITE);
    if (err)
        fail_later(c, err);
}

void ipc_close(struct ipc *c)
{
    if (c->is_closed)
        return;
    if (c->fd >= 0 && !c->err && !c->is_deaf)
        send_waiting(c);
    ipc_stop(c);
}

/* ---- sockets ---- */

int ipc_peer(const struct ipc *c, uint32_t *uid, int32_t *pid)
{
    struct ucred cred = {.uid = getuid(), .pid = getpid()};
    socklen_t len = sizeof(cred);

    if (!c->is_pair && getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
        return errno;
    *uid = cred.uid;
    *pid = cred.pid;
    return 0;
}

static int path_socket(int *fd, struct sockaddr_un *sun, const char *path)
{
    memset(sun, 0, sizeof(*sun));
    sun->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof(sun->sun_path))
        return ENAMETOOLONG;
    memcpy(sun->sun_path, path, strlen(path));
    *fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return *fd < 0 ? errno : 0;
}

int ipc_connect(int *fdp, const char *path)
{
    struct sockaddr_un sun;
    int fd, err = path_socket(&fd, &sun, path);

    if (err)
        return err;
    if (connect(fd, (const struct sockaddr *)&sun, sizeof(sun))) {
        err = errno;
        close(fd);
        return err;
    }
    *fdp = fd;
    return 0;
}

static bool nobody_listens(const char *path)
{
    int fd, err = ipc_connect(&fd, path);

    if (!err)
        close(fd);
    return err == ECONNREFUSED;
}

int ipc_listen(int *fdp, const char *path)
{
    struct sockaddr_un sun;
    int fd, err = path_socket(&fd, &sun, path);

    if (err)
        return err;
    if (bind(fd, (const struct sockaddr *)&sun, sizeof(sun))) {
        err = errno;
        if (err == EADDRINUSE && nobody_listens(path) && unlink(path) == 0)
            err = bind(fd, (const struct sockaddr *)&sun, sizeof(sun)) ? errno : 0;
    }
    if (!err && listen(fd, BACKLOG))
        err = errno;
    if (err)
        close(fd);
    else
        *fdp = fd;
    return err;
}
