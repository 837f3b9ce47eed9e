/* The fake network: delay, loss, cut hosts, streams. */
#include <string.h>

#include "base/mem.h"
#include "loop/fake.h"
#include "unit.h"

struct scene {
    struct loop *loop;
    struct net *net;
    struct udp *a, *b;
    struct addr a_at, b_at;
    struct listener *listener;
    struct conn *client, *server;
    struct conn_handlers handlers;
    uint32_t datagrams, ups, accepts, closes;
    int client_err, server_err;
    struct addr from;
    char got[256];
    size_t got_len, use_at_most;
};

static void on_datagram(const struct datagram *d, size_t count, void *arg)
{
    struct scene *s = arg;

    s->datagrams += (uint32_t)count;
    s->from = d[0].from;
}

static void on_up(struct conn *c, void *arg)
{
    struct scene *s = arg;

    s->ups++;
    (void)c;
}

static size_t on_recv(struct conn *c, struct slice bytes, void *arg)
{
    struct scene *s = arg;

    if (s->use_at_most && bytes.len > s->use_at_most)
        bytes.len = s->use_at_most;
    if (s->got_len + bytes.len <= sizeof(s->got))
        memcpy(s->got + s->got_len, bytes.p, bytes.len);
    s->got_len += bytes.len;
    (void)c;
    return bytes.len;
}

static void on_closed(struct conn *c, int err, void *arg)
{
    struct scene *s = arg;

    s->closes++;
    if (c == s->client)
        s->client_err = err;
    if (c == s->server)
        s->server_err = err;
}

static void on_accept(struct conn *c, void *arg)
{
    struct scene *s = arg;

    s->accepts++;
    if (s->server)
        mem_deref(c);
    else
        s->server = c;
    conn_set_handlers(c, &s->handlers);
}

static int begin(struct scene *s)
{
    int err;

    memset(s, 0, sizeof(*s));
    s->handlers = (struct conn_handlers){
        .up = on_up, .recv = on_recv, .closed = on_closed, .arg = s, .max_in = 16, .max_out = 64};
    s->client_err = s->server_err = -1;
    addr_parse(&s->a_at, SLICE("10.0.0.1:5060"), 0);
    addr_parse(&s->b_at, SLICE("10.0.0.2:5060"), 0);
    err = loop_alloc_fake(&s->loop, (struct wall){0});
    if (!err)
        err = net_fake_alloc(&s->net, s->loop);
    if (!err)
        err = udp_open(&s->a, s->net, -1, &s->a_at, on_datagram, s);
    if (!err)
        err = udp_open(&s->b, s->net, -1, &s->b_at, on_datagram, s);
    if (!err)
        err = listener_open(&s->listener, s->net, -1, &s->b_at, NULL, 10, on_accept, s);
    return err;
}

static void end(struct scene *s)
{
    mem_deref(s->client);
    mem_deref(s->server);
    mem_deref(s->listener);
    mem_deref(s->a);
    mem_deref(s->b);
    mem_deref(s->net);
    mem_deref(s->loop);
}

static int a_datagram_arrives_after_the_delay(void)
{
    struct scene s;
    int err = 0;

    CHECK_OK_TO(begin(&s), out);
    CHECK_OK_TO(udp_send(s.a, &s.b_at, SLICE("hi")), out);
    CHECK_TO(s.datagrams == 0, out);
    loop_fake_settle(s.loop);
    CHECK_TO(s.datagrams == 1 && addr_eq(&s.from, &s.a_at), out);
    net_fake_delay(s.net, 20, 0);
    CHECK_OK_TO(udp_send(s.a, &s.b_at, SLICE("hi")), out);
    loop_fake_advance(s.loop, 19);
    CHECK_TO(s.datagrams == 1, out);
    loop_fake_advance(s.loop, 1);
    CHECK_TO(s.datagrams == 2, out);
    CHECK_OK_TO(udp_send(s.a, &s.b_at, SLICE("still under way at the end")), out);
out:
    end(&s);
    return err;
}

static int some_are_lost_and_none_reaches_a_cut_host(void)
{
    struct addr nobody;
    struct scene s;
    int err = 0;

    CHECK_OK_TO(begin(&s), out);
    net_fake_delay(s.net, 0, 3);
    for (int i = 0; i < 9; i++)
        CHECK_OK_TO(udp_send(s.a, &s.b_at, SLICE("hi")), out);
    loop_fake_settle(s.loop);
    CHECK_TO(s.datagrams == 6, out);
    net_fake_delay(s.net, 0, 0);
    net_fake_cut(s.net, &s.b_at, true);
    net_fake_cut(s.net, &s.b_at, true);
    CHECK_OK_TO(udp_send(s.a, &s.b_at, SLICE("hi")), out);
    loop_fake_settle(s.loop);
    CHECK_TO(s.datagrams == 6, out);
    net_fake_cut(s.net, &s.b_at, false);
    addr_parse(&nobody, SLICE("10.0.0.3:5060"), 0);
    CHECK_OK_TO(udp_send(s.a, &nobody, SLICE("hi")), out);
    CHECK_OK_TO(udp_send(s.b, &s.a_at, SLICE("hi")), out);
    loop_fake_settle(s.loop);
    CHECK_TO(s.datagrams == 7 && addr_eq(&s.from, &s.b_at), out);
out:
    end(&s);
    return err;
}

static int ports_are_given_and_refused(void)
{
    struct udp *c = NULL, *d = NULL;
    struct addr any;
    struct scene s;
    int err = 0;

    CHECK_OK_TO(begin(&s), out);
    CHECK_TO(udp_open(&c, s.net, -1, &s.a_at, on_datagram, &s) == EADDRINUSE, out);
    addr_parse(&any, SLICE("0.0.0.0:0"), 0);
    CHECK_OK_TO(udp_open(&c, s.net, -1, &any, on_datagram, &s), out);
    CHECK_OK_TO(udp_open(&d, s.net, -1, &any, on_datagram, &s), out);
    CHECK_TO(udp_local(c)->port && udp_local(c)->port != udp_local(d)->port, out);
out:
    mem_deref(c);
    mem_deref(d);
    end(&s);
    return err;
}

static int connect_to(struct scene *s, struct tls *tls)
{
    return conn_open(&s->client, s->net, &s->b_at, NULL, tls, "b", &s->handlers);
}

static int a_stream_carries_bytes_in_order(void)
{
    struct scene s;
    int err = 0;

    CHECK_OK_TO(begin(&s), out);
    CHECK_OK_TO(connect_to(&s, NULL), out);
    CHECK_OK_TO(conn_send(s.client, SLICE("early,")), out);
    loop_fake_settle(s.loop);
    CHECK_TO(s.ups == 1 && s.accepts == 1 && conn_is_up(s.client) && conn_is_up(s.server), out);
    CHECK_TO(addr_eq(conn_peer(s.server), conn_local(s.client)), out);
    net_fake_delay(s.net, 50, 0);
    CHECK_OK_TO(conn_send(s.client, SLICE("slow,")), out);
    net_fake_delay(s.net, 0, 0);
    CHECK_OK_TO(conn_send(s.client, SLICE("fast")), out);
    loop_fake_advance(s.loop, 50);
    CHECK_TO(s.got_len == 15 && memcmp(s.got, "early,slow,fast", 15) == 0, out);
    conn_close(s.client);
    loop_fake_settle(s.loop);
    CHECK_TO(s.closes == 1 && s.server_err == 0, out);
    CHECK_TO(conn_send(s.server, SLICE("x")) == ENOTCONN, out);
out:
    end(&s);
    return err;
}

static int leftovers_come_again_up_to_the_ceiling(void)
{
    struct scene s;
    int err = 0;

    CHECK_OK_TO(begin(&s), out);
    CHECK_OK_TO(connect_to(&s, NULL), out);
    loop_fake_settle(s.loop);
    s.use_at_most = 2;
    CHECK_OK_TO(conn_send(s.client, SLICE("abcdef")), out);
    loop_fake_settle(s.loop);
    CHECK_OK_TO(conn_send(s.client, SLICE("gh")), out);
    loop_fake_settle(s.loop);
    CHECK_TO(s.got_len == 4 && memcmp(s.got, "abcd", 4) == 0 && s.closes == 0, out);
    CHECK_OK_TO(conn_send(s.client, SLICE("0123456789abcdef")), out);
    loop_fake_settle(s.loop);
    CHECK_TO(s.closes == 2 && s.server_err == EMSGSIZE && s.client_err == 0, out);
out:
    end(&s);
    return err;
}

static int a_slow_reader_is_closed(void)
{
    char big[60] = "";
    struct scene s;
    int err = 0;

    CHECK_OK_TO(begin(&s), out);
    CHECK_OK_TO(connect_to(&s, NULL), out);
    loop_fake_settle(s.loop);
    net_fake_cut(s.net, &s.b_at, true);
    CHECK_OK_TO(conn_send(s.client, slice_from(big, sizeof(big))), out);
    loop_fake_advance(s.loop, 1000);
    CHECK_TO(conn_send(s.client, slice_from(big, sizeof(big))) == ENOBUFS, out);
    CHECK_TO(s.closes == 0, out); /* not from inside the call */
    loop_fake_settle(s.loop);
    CHECK_TO(s.closes == 1 && s.client_err == ENOBUFS, out);
out:
    end(&s);
    return err;
}

static int a_cut_host_gets_its_bytes_when_mended(void)
{
    struct scene s;
    int err = 0;

    CHECK_OK_TO(begin(&s), out);
    CHECK_OK_TO(connect_to(&s, NULL), out);
    loop_fake_settle(s.loop);
    net_fake_cut(s.net, &s.b_at, true);
    CHECK_OK_TO(conn_send(s.client, SLICE("one,")), out);
    loop_fake_advance(s.loop, 150);
    CHECK_OK_TO(conn_send(s.client, SLICE("two")), out);
    CHECK_TO(s.got_len == 0, out);
    net_fake_cut(s.net, &s.b_at, false);
    loop_fake_advance(s.loop, 1000);
    CHECK_TO(s.got_len == 7 && memcmp(s.got, "one,two", 7) == 0, out);
out:
    end(&s);
    return err;
}

static int connections_fail_for_their_reasons(void)
{
    struct tls *flag = (struct tls *)(void *)&(int){0};
    struct scene s;
    int err = 0;

    CHECK_OK_TO(begin(&s), out);
    CHECK_OK_TO(connect_to(&s, flag), out);
    loop_fake_settle(s.loop);
    CHECK_TO(s.closes == 1 && s.client_err == EPROTO, out);
    s.client = mem_deref(s.client);
    s.listener = mem_deref(s.listener);
    CHECK_OK_TO(connect_to(&s, NULL), out);
    loop_fake_settle(s.loop);
    CHECK_TO(s.closes == 2 && s.client_err == ECONNREFUSED && s.ups == 0, out);
    s.client = mem_deref(s.client);
    net_fake_cut(s.net, &s.b_at, true);
    CHECK_OK_TO(connect_to(&s, NULL), out);
    loop_fake_advance(s.loop, 9999);
    CHECK_TO(s.closes == 2, out);
    loop_fake_advance(s.loop, 1);
    CHECK_TO(s.closes == 3 && s.client_err == ETIMEDOUT, out);
out:
    end(&s);
    return err;
}

UNIT_TESTS(UNIT(a_datagram_arrives_after_the_delay),
           UNIT(some_are_lost_and_none_reaches_a_cut_host), UNIT(ports_are_given_and_refused),
           UNIT(a_stream_carries_bytes_in_order), UNIT(leftovers_come_again_up_to_the_ceiling),
           UNIT(a_slow_reader_is_closed), UNIT(a_cut_host_gets_its_bytes_when_mended),
           UNIT(connections_fail_for_their_reasons))
