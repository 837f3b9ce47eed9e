/* Streams of the system: TCP and TLS on the loopback. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "loop/net.h"
#include "loop/tls.h"
#include "unit.h"

struct end {
    struct conn *conn;
    uint32_t ups, closes, reads;
    int err;
    size_t got, use_at_most;
    uint32_t sum; /* of the bytes, with their place */
    bool closes_on_read;
};

struct scene {
    struct loop *loop;
    struct net *net;
    struct tls *server_tls, *client_tls;
    struct listener *listener;
    struct end client, server;
    uint32_t accepts;
    struct conn_handlers handlers;
    char cert[64], other_cert[64];
};

static void on_up(struct conn *c, void *arg)
{
    ((struct end *)arg)->ups++;
    (void)c;
}

static size_t on_recv(struct conn *c, struct slice bytes, void *arg)
{
    struct end *e = arg;

    e->reads++;
    if (e->use_at_most && bytes.len > e->use_at_most)
        bytes.len = e->use_at_most;
    for (size_t i = 0; i < bytes.len; i++)
        e->sum = e->sum * 31 + (uint8_t)bytes.p[i];
    e->got += bytes.len;
    if (e->closes_on_read)
        conn_close(c);
    return bytes.len;
}

static void on_closed(struct conn *c, int err, void *arg)
{
    struct end *e = arg;

    e->closes++;
    e->err = err;
    (void)c;
}

static struct conn_handlers handlers_of(struct end *e)
{
    return (struct conn_handlers){.up = on_up,
                                  .recv = on_recv,
                                  .closed = on_closed,
                                  .arg = e,
                                  .max_in = 1000,
                                  .max_out = 4 * 1024 * 1024};
}

static void on_accept(struct conn *c, void *arg)
{
    struct scene *s = arg;
    struct conn_handlers h = handlers_of(&s->server);

    s->accepts++;
    mem_deref(s->server.conn);
    s->server.conn = c;
    conn_set_handlers(c, &h);
}

static int begin(struct scene *s, bool is_tls, bool verifies)
{
    struct tls_args server_args = {.cert_file = s->cert};
    struct tls_args client_args = {.ca_file = s->cert, .verify_server = verifies};
    struct addr local;
    int err;

    memset(s, 0, sizeof(*s));
    snprintf(s->cert, sizeof(s->cert), "/tmp/station-test-%d.pem", (int)getpid());
    unlink(s->cert);
    addr_parse(&local, SLICE("127.0.0.1:0"), 0);
    err = loop_alloc(&s->loop);
    if (!err)
        err = net_alloc(&s->net, s->loop);
    if (!err && is_tls)
        err = tls_make_self_signed(s->cert, "pbx.example.com");
    if (!err && is_tls)
        err = tls_alloc(&s->server_tls, &server_args, NULL);
    if (!err && is_tls)
        err = tls_alloc(&s->client_tls, &client_args, NULL);
    if (!err)
        err = listener_open(&s->listener, s->net, -1, &local, s->server_tls, 3, on_accept, s);
    return err;
}

static void end(struct scene *s)
{
    mem_deref(s->client.conn);
    mem_deref(s->server.conn);
    mem_deref(s->listener);
    mem_deref(s->server_tls);
    mem_deref(s->client_tls);
    mem_deref(s->net);
    mem_deref(s->loop);
    unlink(s->cert);
}

static int connect_as(struct scene *s, const char *name)
{
    struct conn_handlers h = handlers_of(&s->client);

    return conn_open(&s->client.conn, s->net, listener_local(s->listener), NULL, s->client_tls,
                     name, &h);
}

static void run_until(struct scene *s, const uint32_t *what, uint32_t want)
{
    for (int i = 0; i < 300 && *what < want; i++)
        loop_round(s->loop, 10);
}

static void run_until_got(struct scene *s, const struct end *e, size_t want)
{
    for (int i = 0; i < 3000 && e->got < want && !e->closes; i++)
        loop_round(s->loop, 10);
}

static int talk(struct scene *s)
{
    enum { BIG = 3000000 };
    char *big = mem_zalloc(BIG);
    uint32_t sum = 0;
    int err = 0;

    CHECK_TO(big, out);
    for (size_t i = 0; i < BIG; i++)
        big[i] = (char)(i * 7 + i / 251);
    CHECK_OK_TO(connect_as(s, "pbx.example.com"), out);
    CHECK_TO(!conn_is_up(s->client.conn) && s->client.ups == 0, out);
    CHECK_OK_TO(conn_send(s->client.conn, SLICE("early")), out);
    run_until_got(s, &s->server, 5);
    CHECK_TO(s->client.ups == 1 && s->accepts == 1 && s->server.got == 5, out);
    CHECK_TO(addr_eq(conn_peer(s->server.conn), conn_local(s->client.conn)), out);
    CHECK_TO(conn_is_tls(s->server.conn) == (s->server_tls != NULL), out);
    for (size_t i = 0; i < 5; i++)
        sum = sum * 31 + (uint8_t) "early"[i];
    for (size_t i = 0; i < BIG; i++)
        sum = sum * 31 + (uint8_t)big[i];
    CHECK_OK_TO(conn_send(s->client.conn, slice_from(big, BIG)), out);
    CHECK_OK_TO(conn_send(s->server.conn, SLICE("crossing")), out);
    run_until_got(s, &s->server, 5 + BIG);
    CHECK_TO(s->server.got == 5 + BIG && s->server.sum == sum && s->client.got == 8, out);
    /* What waits at conn_close still arrives. */
    CHECK_OK_TO(conn_send(s->server.conn, slice_from(big, BIG)), out);
    conn_close(s->server.conn);
    s->server.conn = mem_deref(s->server.conn);
    run_until(s, &s->client.closes, 1);
    CHECK_TO(s->client.got == 8 + BIG && s->client.closes == 1 && s->client.err == 0, out);
    CHECK_TO(s->server.closes == 0 && conn_send(s->client.conn, SLICE("x")) == ENOTCONN, out);
out:
    mem_free(big);
    return err;
}

static int tcp_carries_everything_both_ways(void)
{
    struct scene s;
    int err = 0;

    CHECK_OK_TO(begin(&s, false, false), out);
    err = talk(&s);
out:
    end(&s);
    return err;
}

static int a_few_bytes_pass_or_memory_is_short(void)
{
    struct scene s;
    int err = 0;

    CHECK_OK_TO(begin(&s, false, false), out);
    CHECK_OK_TO(connect_as(&s, NULL), out);
    CHECK_OK_TO(conn_send(s.client.conn, SLICE("early")), out);
    for (int i = 0; i < 10 && s.server.got < 5 && !s.client.closes; i++)
        loop_round(s.loop, 10);
    CHECK_TO(s.server.got == 5, out);
out:
    end(&s);
    return err;
}

static int tls_carries_everything_both_ways(void)
{
    struct scene s;
    int err = 0;

    CHECK_OK_TO(begin(&s, true, true), out);
    err = talk(&s);
out:
    end(&s);
    return err;
}

static int a_wrong_name_is_refused_where_verified(void)
{
    struct scene s;
    int err = 0;

    CHECK_OK_TO(begin(&s, true, true), out);
    CHECK_OK_TO(connect_as(&s, "evil.example.com"), out);
    run_until(&s, &s.client.closes, 1);
    CHECK_TO(s.client.closes == 1 && s.client.err == EACCES && s.client.ups == 0, out);
    end(&s);
    CHECK_OK_TO(begin(&s, true, false), out);
    CHECK_OK_TO(connect_as(&s, "evil.example.com"), out);
    run_until(&s, &s.client.ups, 1);
    CHECK_TO(s.client.ups == 1 && s.client.closes == 0, out);
out:
    end(&s);
    return err;
}

static void keep_line(enum log_level level, const char *line, void *arg)
{
    if (level == LOG_WARNING)
        snprintf(arg, 256, "%s", line);
}

static int a_stranger_s_certificate_is_refused(void)
{
    char line[256] = "";
    struct tls_args args = {.verify_server = true}; /* the system's authorities */
    struct scene s;
    int err = 0;

    CHECK_OK_TO(begin(&s, true, true), out);
    s.client_tls = mem_deref(s.client_tls);
    CHECK_OK_TO(tls_alloc(&s.client_tls, &args, NULL), out);
    CHECK_OK_TO(connect_as(&s, "pbx.example.com"), out);
    log_set_sink(keep_line, line);
    run_until(&s, &s.client.closes, 1);
    CHECK_TO(s.client.closes == 1 && s.client.err == EACCES, out);
    CHECK_TO(s.accepts == 0, out);
    CHECK_TO(strstr(line, "certificate_of=server reason=\"self-signed certificate\""), out);
out:
    log_set_sink(NULL, NULL);
    end(&s);
    return err;
}

static int bad_tls_files_are_told(void)
{
    struct tls_args missing = {.cert_file = "/nonexistent/cert.pem"};
    struct tls_args garbage = {.cert_file = "/etc/hostname"};
    const char *why = NULL;
    struct tls *t = NULL;

    CHECK(tls_alloc(&t, &missing, &why) == EINVAL || unit_is_rerun());
    CHECK(unit_is_rerun() ||
          (why && strstr(why, "/nonexistent/cert.pem") && strstr(why, "No such")));
    CHECK(tls_alloc(&t, &garbage, &why) == EINVAL || unit_is_rerun());
    CHECK(t == NULL);
    CHECK(tls_make_self_signed("/tmp/station-test-bad.pem", "a,DNS:b") == EINVAL);
    CHECK(access("/tmp/station-test-bad.pem", F_OK) != 0);
    return 0;
}

static int a_refused_connection_is_told_later(void)
{
    struct scene s;
    struct addr nobody;
    int err = 0;

    CHECK_OK_TO(begin(&s, false, false), out);
    nobody = *listener_local(s.listener);
    s.listener = mem_deref(s.listener);
    err = conn_open(&s.client.conn, s.net, &nobody, NULL, NULL, NULL,
                    &(struct conn_handlers){.up = on_up, .closed = on_closed, .arg = &s.client});
    CHECK_OK_TO(err, out);
    CHECK_TO(s.client.closes == 0, out);
    run_until(&s, &s.client.closes, 1);
    CHECK_TO(s.client.closes == 1 && s.client.err == ECONNREFUSED && s.client.ups == 0, out);
out:
    end(&s);
    return err;
}

static int leftovers_have_a_ceiling(void)
{
    char big[2000] = "";
    struct scene s;
    int err = 0;

    CHECK_OK_TO(begin(&s, false, false), out);
    s.server.use_at_most = 1;
    CHECK_OK_TO(connect_as(&s, NULL), out);
    CHECK_OK_TO(conn_send(s.client.conn, slice_from(big, 500)), out);
    run_until_got(&s, &s.server, 1);
    CHECK_TO(s.server.got == 1 && s.server.closes == 0, out);
    CHECK_OK_TO(conn_send(s.client.conn, slice_from(big, sizeof(big))), out);
    run_until(&s, &s.server.closes, 1);
    CHECK_TO(s.server.closes == 1 && s.server.err == EMSGSIZE, out);
    run_until(&s, &s.client.closes, 1);
    CHECK_TO(s.client.closes == 1, out);
out:
    end(&s);
    return err;
}

static int a_reader_that_stops_is_given_up(void)
{
    static char big[1000000];
    struct scene s;
    int err = 0, fd = -1, n = 0;
    struct sockaddr_storage ss;
    socklen_t len;

    CHECK_OK_TO(begin(&s, false, false), out);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    len = addr_to_sockaddr(listener_local(s.listener), &ss);
    CHECK_TO(!connect(fd, (struct sockaddr *)&ss, len), out);
    run_until(&s, &s.accepts, 1);
    while (!(err = conn_send(s.server.conn, slice_from(big, sizeof(big)))) && n++ < 100)
        loop_round(s.loop, 0);
    CHECK_TO(err == ENOBUFS && s.server.closes == 0, out);
    err = 0;
    loop_round(s.loop, 0);
    CHECK_TO(s.server.closes == 1 && s.server.err == ENOBUFS, out);
out:
    if (fd >= 0)
        close(fd);
    end(&s);
    return err;
}

/* Big pieces go at once, small ones at the end of a round, and what the socket does not take waits: in order. */
static int order_holds_for_a_slow_reader(bool is_tls)
{
    static char piece[70000];
    struct scene s;
    uint32_t sum = 0;
    struct conn_handlers h = handlers_of(&s.client);
    size_t total = 0;
    int err = 0;

    CHECK_OK_TO(begin(&s, is_tls, is_tls), out);
    CHECK_OK_TO(connect_as(&s, "pbx.example.com"), out);
    run_until(&s, &s.client.ups, 1);
    run_until(&s, &s.accepts, 1);
    h.max_out = 64u << 20; /* much more than sockets take */
    conn_set_handlers(s.client.conn, &h);
    for (int i = 0; i < 900; i++) {
        const size_t len = i % 3 == 0 ? sizeof(piece) : i % 3 == 1 ? 100 : 2048;

        for (size_t k = 0; k < len; k++) {
            piece[k] = (char)(i * 7 + k);
            sum = sum * 31 + (uint8_t)piece[k];
        }
        CHECK_OK_TO(conn_send(s.client.conn, slice_from(piece, len)), out);
        total += len;
        if (i % 50 == 49) /* so seldom is anything read */
            loop_round(s.loop, 0);
    }
    run_until_got(&s, &s.server, total);
    CHECK_TO(s.server.got == total && s.server.sum == sum && s.client.closes == 0, out);
out:
    end(&s);
    return err;
}
static int order_holds_for_a_slow_reader_plain(void)
{
    return order_holds_for_a_slow_reader(false);
}
static int order_holds_for_a_slow_reader_tls(void)
{
    return order_holds_for_a_slow_reader(true);
}

static int a_handler_may_close_while_it_reads(void)
{
    struct scene s;
    int err = 0;

    CHECK_OK_TO(begin(&s, true, true), out);
    s.server.closes_on_read = true;
    CHECK_OK_TO(connect_as(&s, "pbx.example.com"), out);
    CHECK_OK_TO(conn_send(s.client.conn, SLICE("one")), out);
    run_until(&s, &s.client.closes, 1);
    CHECK_TO(s.client.closes == 1 && s.server.closes == 0 && s.server.reads == 1, out);
out:
    end(&s);
    return err;
}

static int raw_connect(const struct scene *s)
{
    struct sockaddr_storage ss;
    socklen_t len = addr_to_sockaddr(listener_local(s->listener), &ss);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    if (fd >= 0)
        (void)!connect(fd, (struct sockaddr *)&ss, len);
    return fd;
}

static bool is_cut(int fd)
{
    char c;

    return recv(fd, &c, 1, MSG_DONTWAIT) == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

static int beyond_the_ceiling_the_oldest_half_open_one_goes(void)
{
    int fds[4] = {-1, -1, -1, -1}, err = 0;
    struct scene s;

    CHECK_OK_TO(begin(&s, true, true), out);
    for (int i = 0; i < 4; i++) { /* three are allowed; none begins its handshake */
        fds[i] = raw_connect(&s);
        loop_round(s.loop, 10);
        loop_round(s.loop, 0);
    }
    CHECK_TO(is_cut(fds[0]) && !is_cut(fds[1]) && !is_cut(fds[3]) && s.accepts == 0, out);
    CHECK_OK_TO(connect_as(&s, "pbx.example.com"), out); /* a real one makes its way */
    run_until(&s, &s.client.ups, 1);
    run_until(&s, &s.accepts, 1);
    CHECK_TO(s.accepts == 1 && is_cut(fds[1]) && !is_cut(fds[2]), out);
out:
    for (int i = 0; i < 4; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    end(&s);
    return err;
}

static int beyond_the_ceiling_plain_newcomers_go(void)
{
    struct conn *kept[3] = {NULL};
    int fds[4] = {-1, -1, -1, -1}, err = 0;
    struct scene s;

    CHECK_OK_TO(begin(&s, false, false), out);
    for (int i = 0; i < 4; i++) {
        fds[i] = raw_connect(&s);
        run_until(&s, &s.accepts, (uint32_t)(i < 3 ? i + 1 : 3));
        loop_round(s.loop, 10);
        if (i < 3) {
            kept[i] = s.server.conn;
            s.server.conn = NULL;
        }
    }
    CHECK_TO(s.accepts == 3 && is_cut(fds[3]) && !is_cut(fds[0]), out);
    kept[1] = mem_deref(kept[1]);
    close(fds[3]);
    fds[3] = raw_connect(&s);
    run_until(&s, &s.accepts, 4);
    CHECK_TO(s.accepts == 4, out);
out:
    for (int i = 0; i < 3; i++)
        mem_deref(kept[i]);
    for (int i = 0; i < 4; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    end(&s);
    return err;
}

static int clients_show_a_certificate_where_asked(void)
{
    struct scene s;
    int err = 0;

    for (int has_cert = 0; has_cert < 2; has_cert++) {
        struct tls_args server = {.cert_file = s.cert, .ca_file = s.cert, .verify_client = true};
        struct tls_args client = {.cert_file = has_cert ? s.cert : NULL};
        struct addr local;

        CHECK_OK_TO(begin(&s, true, true), out);
        local = *listener_local(s.listener);
        s.listener = mem_deref(s.listener);
        s.server_tls = mem_deref(s.server_tls);
        s.client_tls = mem_deref(s.client_tls);
        CHECK_OK_TO(tls_alloc(&s.server_tls, &server, NULL), out);
        CHECK_OK_TO(tls_alloc(&s.client_tls, &client, NULL), out);
        CHECK_OK_TO(listener_open(&s.listener, s.net, -1, &local, s.server_tls, 3, on_accept, &s),
                    out);
        CHECK_OK_TO(connect_as(&s, NULL), out);
        run_until(&s, has_cert ? &s.accepts : &s.client.closes, 1);
        CHECK_TO(s.accepts == (uint32_t)has_cert, out);
        if (!has_cert)
            end(&s);
    }
out:
    end(&s);
    return err;
}

UNIT_TESTS(UNIT(a_few_bytes_pass_or_memory_is_short), UNIT_ONCE(tcp_carries_everything_both_ways),
           UNIT_ONCE(tls_carries_everything_both_ways),
           UNIT_ONCE(a_wrong_name_is_refused_where_verified),
           UNIT_ONCE(a_stranger_s_certificate_is_refused), UNIT(bad_tls_files_are_told),
           UNIT_ONCE(a_refused_connection_is_told_later), UNIT_ONCE(leftovers_have_a_ceiling),
           UNIT_ONCE(a_reader_that_stops_is_given_up),
           UNIT_ONCE(order_holds_for_a_slow_reader_plain),
           UNIT_ONCE(order_holds_for_a_slow_reader_tls),
           UNIT_ONCE(a_handler_may_close_while_it_reads),
           UNIT_ONCE(beyond_the_ceiling_the_oldest_half_open_one_goes),
           UNIT_ONCE(beyond_the_ceiling_plain_newcomers_go),
           UNIT_ONCE(clients_show_a_certificate_where_asked))
