/* fake.c - see fake.h: the network and its datagrams */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/mem.h"
#include "loop/fake_inner.h"

#define FIRST_PORT 32768
#define AGAIN_MS 100

struct udp_fake {
    struct udp udp;
    struct link link;
};

/* ---- things under way ---- */

static void flight_end(struct flight *f)
{
    list_unlink(&f->link);
    timer_stop(&f->timer);
    mem_free(f);
}

static void flight_land(void *arg)
{
    struct flight *f = arg;
    struct net *n = mem_ref(&f->net->net);

    if (f->arrive(f))
        flight_end(f);
    else
        timer_start(n->loop, &f->timer, AGAIN_MS, flight_land, f);
    mem_deref(n);
}

int flight_start(struct net_fake *n, const struct flight *model, struct slice bytes, uint32_t ms)
{
    struct flight *f = mem_zalloc(sizeof(*f) + bytes.len);

    if (!f)
        return ENOMEM;
    *f = *model;
    f->net = n;
    f->len = bytes.len;
    if (bytes.len)
        memcpy(f->bytes, bytes.p, bytes.len);
    list_append(&n->flights, &f->link);
    timer_start(n->net.loop, &f->timer, ms, flight_land, f);
    return 0;
}

/* ---- hosts ---- */

static bool host_is_cut(const struct net_fake *n, const struct addr *a)
{
    for (uint32_t i = 0; i < n->cut_count; i++)
        if (addr_eq_host(&n->cuts[i], a))
            return true;
    return false;
}

bool fake_is_cut(const struct net_fake *n, const struct addr *a, const struct addr *b)
{
    return host_is_cut(n, a) || host_is_cut(n, b);
}

void net_fake_cut(struct net *net, const struct addr *a, bool is_cut)
{
    struct net_fake *n = (struct net_fake *)net;

    for (uint32_t i = 0; i < n->cut_count; i++) {
        if (!addr_eq_host(&n->cuts[i], a))
            continue;
        if (!is_cut)
            n->cuts[i] = n->cuts[--n->cut_count];
        return;
    }
    BUG_IF(is_cut && n->cut_count == sizeof(n->cuts) / sizeof(n->cuts[0]));
    if (is_cut)
        n->cuts[n->cut_count++] = *a;
}

void net_fake_mute(struct net *net, const struct addr *a)
{
    struct net_fake *n = (struct net_fake *)net;

    n->mute = a ? *a : (struct addr){.family = AF_UNSPEC};
}

bool fake_is_mute(const struct net_fake *n, const struct addr *from)
{
    return addr_is_set(&n->mute) && addr_eq_host(&n->mute, from);
}

void net_fake_delay(struct net *net, uint32_t ms, uint32_t lose_every)
{
    struct net_fake *n = (struct net_fake *)net;

    n->delay_ms = ms;
    n->lose_every = lose_every;
}

void fake_local(struct net_fake *n, struct addr *local, const struct addr *wanted,
                const struct addr *peer)
{
    uint16_t port = wanted ? wanted->port : 0;

    if (wanted && addr_is_set(wanted))
        *local = *wanted;
    else if (peer->family == AF_INET6)
        addr_parse_host(local, SLICE("::1"), 0);
    else
        addr_parse_host(local, SLICE("127.0.0.1"), 0);
    local->port = port ? port : n->next_port++;
    if (n->next_port < FIRST_PORT)
        n->next_port = FIRST_PORT;
}

/* ---- datagrams ---- */

static bool is_bound_to(const struct addr *local, const struct addr *to)
{
    return local->port == to->port && local->family == to->family &&
           (addr_eq_host(local, to) || addr_is_any(local));
}

static struct udp_fake *find_udp(const struct net_fake *n, const struct addr *to)
{
    LIST_FOREACH(&n->udps, k)
    {
        struct udp_fake *u = CONTAINER_OF(k, struct udp_fake, link);

        if (is_bound_to(&u->udp.local, to))
            return u;
    }
    return NULL;
}

static bool datagram_arrive(struct flight *f)
{
    struct udp_fake *u = find_udp(f->net, &f->to);
    struct datagram d = {.from = f->from, .bytes = slice_from(f->bytes, f->len)};

    if (!u || fake_is_cut(f->net, &f->from, &f->to))
        return true;
    d.at = loop_now(f->net->net.loop);
    mem_ref(u);
    u->udp.h(&d, 1, u->udp.arg);
    mem_deref(u);
    return true;
}

static int udp_fake_send(struct udp *u, const struct addr *to, struct slice bytes)
{
    struct net_fake *n = (struct net_fake *)u->net;
    struct flight model = {.arrive = datagram_arrive, .from = u->local, .to = *to};

    if (addr_is_any(&u->local))
        addr_parse_host(&model.from, to->family == AF_INET6 ? SLICE("::1") : SLICE("127.0.0.1"),
                        u->local.port);
    if (fake_is_mute(n, &model.from))
        return 0;
    if (bytes.len > 65507 || u->local.family != to->family)
        return 0;
    if (n->lose_every && ++n->sent_count % n->lose_every == 0)
        return 0;
    return flight_start(n, &model, bytes, n->delay_ms);
}

static void udp_fake_destroy(void *arg)
{
    struct udp_fake *u = arg;

    list_unlink(&u->link);
    mem_deref(u->udp.net);
}

static int udp_fake_open(struct udp **up, struct net *net, int fd, const struct addr *local,
                         udp_recv_h *h, void *arg)
{
    struct net_fake *n = (struct net_fake *)net;
    struct udp_fake *u;

    BUG_IF(fd >= 0);
    if (local->port && find_udp(n, local))
        return EADDRINUSE;
    u = mem_alloc(sizeof(*u), udp_fake_destroy);
    if (!u)
        return ENOMEM;
    u->udp.net = mem_ref(net);
    u->udp.h = h;
    u->udp.arg = arg;
    fake_local(n, &u->udp.local, local, local);
    list_append(&n->udps, &u->link);
    *up = &u->udp;
    return 0;
}

/* ---- the network ---- */

static void net_fake_destroy(void *arg)
{
    struct net_fake *n = arg;
    struct link *k;

    while ((k = list_first(&n->flights)))
        flight_end(CONTAINER_OF(k, struct flight, link));
}

int net_fake_alloc(struct net **np, struct loop *fake_loop)
{
    static const struct net_ops ops = {
        .udp_open = udp_fake_open,
        .udp_send = udp_fake_send,
        .conn_open = conn_fake_open,
        .conn_send = conn_fake_send,
        .conn_waiting = conn_fake_waiting,
        .conn_close = conn_fake_close,
        .listener_open = listener_fake_open,
    };
    struct net_fake *n = mem_alloc(sizeof(*n), net_fake_destroy);

    if (!n)
        return ENOMEM;
    n->net.ops = &ops;
    n->net.loop = fake_loop;
    n->next_port = FIRST_PORT;
    list_init(&n->udps);
    list_init(&n->listeners);
    list_init(&n->flights);
    *np = &n->net;
    return 0;
}
