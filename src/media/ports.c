/* ports.c - see ports.h */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "media/ports.h"

#define DRAIN_MAX 4096
#define QUEUE_BYTES                                                                                \
    32768 /* the kernel doubles it: about 85 packets. What is older than 1.7 s is no talk any more \
           */

static bool is_taken(const struct media_ports *p, uint16_t port)
{
    return p->taken[port / 16] & 1u << (port / 2 % 8);
}

static void set_taken(struct media_ports *p, uint16_t port, bool on)
{
    uint8_t bit = (uint8_t)(1u << (port / 2 % 8));

    if (on)
        p->taken[port / 16] |= bit;
    else
        p->taken[port / 16] &= (uint8_t)~bit;
}

void media_ports_init(struct media_ports *p, uint16_t start, uint16_t end)
{
    *p = (struct media_ports){.start = (uint16_t)((start + 1) & ~1), .end = end};
    p->next = p->start;
    list_init(&p->idle);
}

static void pair_close(struct media_ports *p, struct media_pair *pair)
{
    set_taken(p, pair->local.port, false);
    p->used--;
    if (pair->rtp >= 0)
        close(pair->rtp);
    if (pair->rtcp >= 0)
        close(pair->rtcp);
    mem_free(pair);
}

static void close_idle(struct media_ports *p)
{
    LIST_FOREACH(&p->idle, k)
    {
        list_unlink(k);
        p->idle_count--;
        pair_close(p, CONTAINER_OF(k, struct media_pair, link));
    }
}

void media_ports_fini(struct media_ports *p)
{
    close_idle(p);
}

int media_ports_set_range(struct media_ports *p, uint16_t start, uint16_t end)
{
    uint16_t first = start ? (uint16_t)((start + 1) & ~1) : p->start;
    uint16_t last = end ? end : p->end;

    if (first < 1024 || last <= first)
        return EINVAL;
    if (first == p->start && last == p->end)
        return 0;
    close_idle(p);
    p->start = p->next = first;
    p->end = last;
    return 0;
}

static int open_bound(int *fd, const struct addr *local)
{
    struct sockaddr_storage ss;
    socklen_t len = addr_to_sockaddr(local, &ss);
    int one = 1, queue = QUEUE_BYTES,
        s = socket(local->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (s < 0)
        return errno;
    (void)setsockopt(s, SOL_SOCKET, SO_RCVBUF, &queue, sizeof(queue));
    if (local->family == AF_INET6)
        (void)setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
    if (bind(s, (struct sockaddr *)&ss, len)) {
        int err = errno;

        close(s);
        return err;
    }
    *fd = s;
    return 0;
}

/* Throw away what waits in the socket. */
static void drain(int fd)
{
    char byte;

    for (int i = 0; fd >= 0 && i < DRAIN_MAX; i++) {
        if (recv(fd, &byte, 1, MSG_DONTWAIT | MSG_TRUNC) < 0 && errno != ECONNREFUSED)
            return;
    }
}

static int pair_open(struct media_ports *p, const struct addr *local, struct media_pair **out)
{
    struct media_pair *pair = mem_zalloc(sizeof(*pair));
    int err;

    if (!pair)
        return ENOMEM;
    pair->rtcp = -1;
    pair->local = *local;
    err = open_bound(&pair->rtp, local);
    if (err) {
        mem_free(pair);
        return err;
    }
    set_taken(p, local->port, true);
    p->used++;
    *out = pair;
    return 0;
}

/* Idle pairs are nearly always of the one host that the station listens on. */
static struct media_pair *take_idle(struct media_ports *p, const struct addr *local)
{
    LIST_FOREACH(&p->idle, k)
    {
        struct media_pair *pair = CONTAINER_OF(k, struct media_pair, link);

        if (!addr_eq_host(&pair->local, local) || (local->port && local->port != pair->local.port))
            continue;
        list_unlink(k);
        p->idle_count--;
        drain(pair->rtp);
        drain(pair->rtcp);
        return pair;
    }
    return NULL;
}

static uint16_t step(struct media_ports *p)
{
    uint16_t port = p->next;

    p->next = port + 3 > p->end ? p->start : (uint16_t)(port + 2);
    return port;
}

int media_ports_take(struct media_ports *p, const struct addr *local, struct media_pair **pair)
{
    struct media_pair *idle = take_idle(p, local);
    uint32_t tries = (uint32_t)(p->end - p->start + 1) / 2;
    struct addr at = *local;
    int err = EADDRINUSE;

    if (idle) {
        *pair = idle;
        return 0;
    }
    if (local->port)
        return pair_open(p, local, pair);
    while (tries--) {
        at.port = step(p);
        if (is_taken(p, at.port))
            continue;
        err = pair_open(p, &at, pair);
        if (err != EADDRINUSE)
            return err;
    }
    return err;
}

void media_ports_give(struct media_ports *p, struct media_pair *pair)
{
    bool is_in_range;

    if (!pair)
        return;
    is_in_range = pair->local.port >= p->start && pair->local.port < p->end;
    if (p->idle_count >= MEDIA_PORTS_IDLE || !is_in_range ||
        media_pair_connect(pair, &(struct addr){.family = AF_UNSPEC})) {
        pair_close(p, pair);
        return;
    }
    list_append(&p->idle, &pair->link);
    p->idle_count++;
}

static void mark(int fd, uint8_t family, uint8_t tos, uint8_t cos)
{
    int t = tos, c = cos;

    if (fd < 0)
        return;
    if (family == AF_INET)
        (void)setsockopt(fd, IPPROTO_IP, IP_TOS, &t, sizeof(t));
    else
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &t, sizeof(t));
    (void)setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &c, sizeof(c));
}

int media_pair_open_rtcp(struct media_pair *pair)
{
    struct addr local = pair->local;
    int err;

    if (pair->rtcp >= 0)
        return 0;
    local.port++;
    err = open_bound(&pair->rtcp, &local);
    if (err)
        return err;
    mark(pair->rtcp, (uint8_t)local.family, pair->tos, pair->cos);
    return 0;
}

int media_pair_connect(struct media_pair *pair, const struct addr *peer)
{
    struct sockaddr_storage ss = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof(ss.ss_family);

    if (!addr_is_set(peer) && !pair->is_connected)
        return 0;
    if (addr_is_set(peer))
        len = addr_to_sockaddr(peer, &ss);
    else
        len = sizeof(struct sockaddr);
    if (connect(pair->rtp, (struct sockaddr *)&ss, len))
        return errno;
    pair->is_connected = addr_is_set(peer);
    return 0;
}

void media_pair_set_tos(struct media_pair *pair, uint8_t tos, uint8_t cos)
{
    if (!pair || (pair->tos == tos && pair->cos == cos))
        return;
    pair->tos = tos;
    pair->cos = cos;
    mark(pair->rtp, (uint8_t)pair->local.family, tos, cos);
    mark(pair->rtcp, (uint8_t)pair->local.family, tos, cos);
}
