/* udp.c - see net.h: datagrams of the system */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop/net_inner.h"

#define BATCH 64
#define DATAGRAM_BYTES 65536
#define KERNEL_BYTES (8 * 1024 * 1024)
#define MOST_WAITING 4096
#define MOST_WAITING_BYTES (16 * 1024 * 1024)
#define CONTROL_BYTES 64

/* What a batch is received into; its 4 MiB of bytes are address space, touched as packets need. */
struct udp_batch {
    char *bytes;
    struct mmsghdr headers[BATCH];
    struct iovec vectors[BATCH];
    struct sockaddr_in6 froms[BATCH];
    struct datagram datagrams[BATCH];
    _Alignas(8) char controls[BATCH][CONTROL_BYTES];
    /* For sending: here, as tasks send, too, and their stacks are small. */
    struct mmsghdr out_headers[BATCH];
    struct iovec out_vectors[BATCH];
};

/* One datagram waiting to be sent, followed by its bytes, the next one 8-aligned. */
struct waiting {
    struct sockaddr_in6 to;
    uint32_t to_len;
    uint32_t len;
};

struct udp_sys {
    struct udp udp;
    int fd;
    struct loop_fd watch;
    struct deferred flush;
    char *out; /* struct waiting ... from out_at to out_len */
    size_t out_at, out_len, out_cap;
    uint32_t out_count;
};

void udp_batch_free(struct udp_batch *b)
{
    if (!b)
        return;
    munmap(b->bytes, (size_t)BATCH * DATAGRAM_BYTES);
    mem_free(b);
}

static struct udp_batch *batch_new(void)
{
    struct udp_batch *b = mem_zalloc(sizeof(*b));

    if (!b)
        return NULL;
    b->bytes = mmap(NULL, (size_t)BATCH * DATAGRAM_BYTES, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (b->bytes == MAP_FAILED) {
        mem_free(b);
        return NULL;
    }
    for (int i = 0; i < BATCH; i++) {
        struct msghdr *m = &b->headers[i].msg_hdr;

        b->vectors[i].iov_base = b->bytes + (size_t)i * DATAGRAM_BYTES;
        b->vectors[i].iov_len = DATAGRAM_BYTES;
        m->msg_iov = &b->vectors[i];
        m->msg_iovlen = 1;
        m->msg_name = &b->froms[i];
        m->msg_namelen = sizeof(b->froms[i]);
        m->msg_control = b->controls[i];
        m->msg_controllen = CONTROL_BYTES;
    }
    return b;
}

/* ---- receiving ---- */

/* The kernel stamps with wall time: its age is taken from the round's monotonic time. */
static struct mono stamp_of(struct msghdr *m, const struct loop *l)
{
    struct cmsghdr *c = CMSG_FIRSTHDR(m);
    struct mono now = loop_now(l);
    struct timespec ts;
    int64_t age_us;

    if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
        return now;
    memcpy(&ts, CMSG_DATA(c), sizeof(ts));
    age_us = loop_wall(l).us - ((int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
    /* Younger than the round, or the wall clock was set: the round's time. */
    if (age_us > 0 && age_us < 60 * 1000000)
        now.us -= age_us;
    return now;
}

static size_t batch_receive(struct udp_batch *b, int fd, const struct loop *l)
{
    int n = recvmmsg(fd, b->headers, BATCH, MSG_DONTWAIT, NULL);

    for (int i = 0; i < n; i++) {
        struct msghdr *m = &b->headers[i].msg_hdr;
        struct datagram *d = &b->datagrams[i];

        addr_from_sockaddr(&d->from, (const struct sockaddr *)&b->froms[i]);
        d->bytes = slice_from(b->vectors[i].iov_base, b->headers[i].msg_len);
        d->at = stamp_of(m, l);
        m->msg_namelen = sizeof(b->froms[i]);
        m->msg_controllen = CONTROL_BYTES;
    }
    return n > 0 ? (size_t)n : 0;
}

static void udp_drain(void *arg);

static void udp_event(int events, void *arg)
{
    struct udp_sys *u = mem_ref(arg);
    struct net_sys *n = (struct net_sys *)u->udp.net;
    size_t count;

    if (events & LOOP_WRITE)
        udp_drain(u);
    if (events & (LOOP_READ | LOOP_HUP)) {
        count = batch_receive(n->batch, u->fd, n->net.loop);
        if (count)
            u->udp.h(n->batch->datagrams, count, u->udp.arg);
    }
    mem_deref(u);
}

/* ---- sending ---- */

static struct waiting *waiting_at(const struct udp_sys *u, size_t at)
{
    return (struct waiting *)(void *)(u->out + at);
}

static size_t waiting_size(size_t len)
{
    return sizeof(struct waiting) + ((len + 7) & ~(size_t)7);
}

/* Headers for up to BATCH of what waits. */
static unsigned gather(const struct udp_sys *u, struct udp_batch *b)
{
    unsigned n = 0;

    for (size_t at = u->out_at; at < u->out_len && n < BATCH; n++) {
        struct waiting *w = waiting_at(u, at);

        b->out_vectors[n] = (struct iovec){.iov_base = w + 1, .iov_len = w->len};
        b->out_headers[n].msg_hdr = (struct msghdr){.msg_name = &w->to,
                                                    .msg_namelen = w->to_len,
                                                    .msg_iov = &b->out_vectors[n],
                                                    .msg_iovlen = 1};
        at += waiting_size(w->len);
    }
    return n;
}

static void forget_first(struct udp_sys *u, unsigned n)
{
    for (; n > 0; n--) {
        u->out_at += waiting_size(waiting_at(u, u->out_at)->len);
        u->out_count--;
    }
}

/* Send what the socket takes. @return false when it takes no more now */
static bool send_waiting(struct udp_sys *u)
{
    struct udp_batch *b = ((struct net_sys *)u->udp.net)->batch;

    while (u->out_count) {
        unsigned n = gather(u, b);
        int sent = sendmmsg(u->fd, b->out_headers, n, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS))
            return false;
        /* The first one cannot be sent (no route, too long ...): lost, as datagrams may be. */
        forget_first(u, sent < 0 ? 1 : (unsigned)sent);
    }
    u->out_at = u->out_len = 0;
    if (u->out_cap > DATAGRAM_BYTES) {
        mem_free(u->out);
        u->out = NULL;
        u->out_cap = 0;
    }
    return true;
}

static void udp_drain(void *arg)
{
    struct udp_sys *u = arg;
    int events = send_waiting(u) ? LOOP_READ : LOOP_READ | LOOP_WRITE;

    if (u->watch.events != events)
        loop_fd_start(u->udp.net->loop, &u->watch, u->fd, events, udp_event, u);
}

static int out_room(struct udp_sys *u, size_t size)
{
    size_t cap = u->out_cap ? u->out_cap : 4096;
    char *grown;

    /* What has left makes room before the block grows. */
    if (u->out_at > u->out_len / 2) {
        memmove(u->out, u->out + u->out_at, u->out_len - u->out_at);
        u->out_len -= u->out_at;
        u->out_at = 0;
    }
    while (cap - u->out_len < size)
        cap *= 2;
    if (cap == u->out_cap)
        return 0;
    grown = mem_realloc(u->out, cap);
    if (!grown)
        return ENOMEM;
    u->out = grown;
    u->out_cap = cap;
    return 0;
}

int udp_sys_send(struct udp *udp, const struct addr *to, struct slice bytes)
{
    struct udp_sys *u = (struct udp_sys *)udp;
    size_t size = waiting_size(bytes.len);
    struct sockaddr_storage ss;
    struct waiting *w;
    int err;

    if (bytes.len >= DATAGRAM_BYTES || !addr_is_set(to))
        return 0; /* unreachable */
    if (u->out_count >= MOST_WAITING || u->out_len - u->out_at + size > MOST_WAITING_BYTES)
        return ENOBUFS;
    err = out_room(u, size);
    if (err)
        return err;
    w = waiting_at(u, u->out_len);
    w->to_len = (uint32_t)addr_to_sockaddr(to, &ss);
    memcpy(&w->to, &ss, w->to_len);
    w->len = (uint32_t)bytes.len;
    if (bytes.len)
        memcpy(w + 1, bytes.p, bytes.len);
    u->out_len += size;
    u->out_count++;
    if (u->out_count == BATCH)
        udp_drain(u);
    else
        loop_flush(udp->net->loop, &u->flush, udp_drain, u);
    return 0;
}

/* ---- birth and death ---- */

static void udp_sys_destroy(void *arg)
{
    struct udp_sys *u = arg;

    /* What was sent in this round has been promised to leave. */
    if (u->out_count && u->fd >= 0)
        send_waiting(u);
    loop_defer_stop(&u->flush);
    loop_fd_stop(&u->watch);
    if (u->fd >= 0)
        close(u->fd);
    mem_free(u->out);
    mem_deref(u->udp.net);
}

/* A socket from the supervisor has more already than we may ask for: never shrink it. */
static void grow_buffer(int fd, int force, int plain)
{
    int size = KERNEL_BYTES, have = 0;
    socklen_t len = sizeof(have);

    if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof(size)) == 0)
        return;
    if (getsockopt(fd, SOL_SOCKET, plain, &have, &len) || have < size)
        setsockopt(fd, SOL_SOCKET, plain, &size, sizeof(size));
}

static void set_options(int fd)
{
    int one = 1;

    grow_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
    grow_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one));
}

static int udp_start(struct udp_sys *u, struct net_sys *n, const struct addr *local)
{
    int err = 0;

    if (!n->batch)
        n->batch = batch_new();
    if (!n->batch)
        return ENOMEM;
    if (u->fd < 0)
        err = socket_open(&u->fd, SOCK_DGRAM, local->family, local);
    else if (fcntl(u->fd, F_SETFL, fcntl(u->fd, F_GETFL) | O_NONBLOCK))
        err = errno;
    if (err)
        return err;
    set_options(u->fd);
    socket_local(u->fd, &u->udp.local);
    return loop_fd_start(n->net.loop, &u->watch, u->fd, LOOP_READ, udp_event, u);
}

int udp_sys_open(struct udp **up, struct net *n, int fd, const struct addr *local, udp_recv_h *h,
                 void *arg)
{
    struct udp_sys *u = mem_alloc(sizeof(*u), udp_sys_destroy);
    int err;

    if (!u) {
        if (fd >= 0)
            close(fd);
        return ENOMEM;
    }
    u->fd = fd;
    u->udp.net = mem_ref(n);
    u->udp.h = h;
    u->udp.arg = arg;
    err = udp_start(u, (struct net_sys *)n, local);
    if (err)
        mem_deref(u);
    else
        *up = &u->udp;
    return err;
}
