/* Datagrams of the system, on the loopback. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop/net.h"
#include "unit.h"

struct end {
    struct udp *udp;
    struct loop *loop;
    uint32_t count, wrong;
    size_t most_at_once, bytes;
    struct addr from;
    struct mono at;
    bool closes_itself, echoes;
};

static void arrived(const struct datagram *d, size_t count, void *arg)
{
    struct end *e = arg;

    if (count > e->most_at_once)
        e->most_at_once = count;
    for (size_t i = 0; i < count; i++) {
        e->count++;
        e->bytes += d[i].bytes.len;
        e->from = d[i].from;
        e->at = d[i].at;
        if (d[i].bytes.len >= 4 && memcmp(d[i].bytes.p, "ping", 4) != 0)
            e->wrong++;
        if (e->echoes)
            udp_send(e->udp, &d[i].from, d[i].bytes);
    }
    if (e->closes_itself)
        e->udp = mem_deref(e->udp);
}

struct pair {
    struct loop *loop;
    struct net *net;
    struct end a, b;
};

static int pair_open(struct pair *p, const char *host)
{
    struct addr local;
    int err;

    memset(p, 0, sizeof(*p));
    if (addr_parse(&local, slice_of(host), 0))
        return EINVAL;
    err = loop_alloc(&p->loop);
    if (!err)
        err = net_alloc(&p->net, p->loop);
    if (!err)
        err = udp_open(&p->a.udp, p->net, -1, &local, arrived, &p->a);
    if (!err)
        err = udp_open(&p->b.udp, p->net, -1, &local, arrived, &p->b);
    return err;
}

static void pair_close(struct pair *p)
{
    mem_deref(p->a.udp);
    mem_deref(p->b.udp);
    mem_deref(p->net);
    mem_deref(p->loop);
}

static void run_until(struct loop *l, const uint32_t *count, uint32_t want)
{
    for (int i = 0; i < 200 && *count < want; i++)
        loop_round(l, 10);
}

static int many_arrive_in_batches_and_come_back(void)
{
    struct pair p;
    int err = 0;

    CHECK_OK_TO(pair_open(&p, "127.0.0.1"), out);
    p.b.echoes = true;
    for (int i = 0; i < 1000; i++)
        CHECK_OK_TO(udp_send(p.a.udp, udp_local(p.b.udp), SLICE("ping")), out);
    run_until(p.loop, &p.a.count, 1000);
    CHECK_TO(p.b.count == 1000 && p.b.most_at_once > 1 && p.b.most_at_once <= 64, out);
    CHECK_TO(p.a.count == 1000 && p.a.wrong + p.b.wrong == 0, out);
    CHECK_TO(addr_eq(&p.a.from, udp_local(p.b.udp)), out);
out:
    pair_close(&p);
    return err;
}

static int the_time_of_arrival_is_the_kernels(void)
{
    struct pair p;
    int64_t age_us;
    int err = 0;

    CHECK_OK_TO(pair_open(&p, "127.0.0.1"), out);
    CHECK_OK_TO(udp_send(p.a.udp, udp_local(p.b.udp), SLICE("ping")), out);
    loop_round(p.loop, 0);
    usleep(30000);
    run_until(p.loop, &p.b.count, 1);
    age_us = mono_diff_us(loop_now(p.loop), p.b.at);
    CHECK_TO(p.b.count == 1 && age_us >= 29000 && age_us < 1000000, out);
out:
    pair_close(&p);
    return err;
}

static int the_biggest_and_the_empty_one_pass(void)
{
    static char big[65507] = "ping";
    struct pair p;
    int err = 0;

    CHECK_OK_TO(pair_open(&p, "127.0.0.1"), out);
    CHECK_OK_TO(udp_send(p.a.udp, udp_local(p.b.udp), slice_from(big, sizeof(big))), out);
    CHECK_OK_TO(udp_send(p.a.udp, udp_local(p.b.udp), SLICE("")), out);
    run_until(p.loop, &p.b.count, 2);
    CHECK_TO(p.b.count == 2 && p.b.bytes == sizeof(big), out);
out:
    pair_close(&p);
    return err;
}

static int ipv6_works_and_keeps_to_itself(void)
{
    struct addr v4;
    struct pair p;
    int err = 0;

    if (pair_open(&p, "[::1]")) { /* a machine without IPv6 */
        pair_close(&p);
        return 0;
    }
    CHECK_OK_TO(udp_send(p.a.udp, udp_local(p.b.udp), SLICE("ping")), out);
    CHECK_TO(!addr_parse(&v4, SLICE("127.0.0.1:9"), 0), out);
    CHECK_OK_TO(udp_send(p.a.udp, &v4, SLICE("lost")), out); /* and the others pass all the same */
    CHECK_OK_TO(udp_send(p.a.udp, udp_local(p.b.udp), SLICE("ping")), out);
    run_until(p.loop, &p.b.count, 2);
    CHECK_TO(p.b.count == 2 && p.b.from.family == AF_INET6, out);
out:
    pair_close(&p);
    return err;
}

static int a_handler_may_close_its_socket(void)
{
    struct pair p;
    int err = 0;

    CHECK_OK_TO(pair_open(&p, "127.0.0.1"), out);
    p.b.closes_itself = true;
    CHECK_OK_TO(udp_send(p.a.udp, udp_local(p.b.udp), SLICE("ping")), out);
    run_until(p.loop, &p.b.count, 1);
    CHECK_TO(p.b.count == 1 && !p.b.udp, out);
out:
    pair_close(&p);
    return err;
}

static int what_was_sent_leaves_even_when_the_socket_closes(void)
{
    struct pair p;
    int err = 0;

    CHECK_OK_TO(pair_open(&p, "127.0.0.1"), out);
    CHECK_OK_TO(udp_send(p.a.udp, udp_local(p.b.udp), SLICE("ping")), out);
    p.a.udp = mem_deref(p.a.udp);
    run_until(p.loop, &p.b.count, 1);
    CHECK_TO(p.b.count == 1, out);
out:
    pair_close(&p);
    return err;
}

static int a_port_in_use_is_told(void)
{
    struct udp *second = NULL;
    struct pair p;
    int err = 0;

    CHECK_OK_TO(pair_open(&p, "127.0.0.1"), out);
    CHECK_TO(udp_open(&second, p.net, -1, udp_local(p.a.udp), arrived, &p.a) == EADDRINUSE, out);
out:
    mem_deref(second);
    pair_close(&p);
    return err;
}

static int a_bound_socket_is_adopted(void)
{
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct udp *adopted = NULL;
    struct end e = {0};
    struct pair p;
    int err = 0, fd;

    CHECK_OK_TO(pair_open(&p, "127.0.0.1"), out);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_TO(fd >= 0 && !bind(fd, (struct sockaddr *)&sin, sizeof(sin)), out);
    CHECK_OK_TO(udp_open(&adopted, p.net, fd, NULL, arrived, &e), out);
    CHECK_OK_TO(udp_send(p.a.udp, udp_local(adopted), SLICE("ping")), out);
    run_until(p.loop, &e.count, 1);
    CHECK_TO(e.count == 1, out);
out:
    mem_deref(adopted);
    pair_close(&p);
    return err;
}

UNIT_TESTS(UNIT(many_arrive_in_batches_and_come_back), UNIT(the_time_of_arrival_is_the_kernels),
           UNIT(the_biggest_and_the_empty_one_pass), UNIT(ipv6_works_and_keeps_to_itself),
           UNIT(a_handler_may_close_its_socket),
           UNIT(what_was_sent_leaves_even_when_the_socket_closes), UNIT_ONCE(a_port_in_use_is_told),
           UNIT(a_bound_socket_is_adopted))
