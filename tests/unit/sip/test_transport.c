/* Ways in and out: who we say we are, streams on a fake net, and once on real sockets. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "peer.h"
#include "sip/core.h"

/* ---- what we call ourselves ---- */

static int bind_any(struct bench *b, struct sip_binding **bp, const struct sip_binding_args *more)
{
    struct sip_binding_args args = *more;
    int err = addr_parse(&args.local, SLICE("10.0.0.3:5080"), 0);

    args.name = "any";
    args.transport = SIP_UDP;
    args.fd = -1;
    return err ? err : sip_binding_open(bp, b->sip, &args);
}

static int strangers_are_told_the_external_address(void)
{
    struct sip_binding_args args = {.external_host = "pbx.example", .external_port = 5999};
    struct addr_net net;
    struct addr inside, outside;
    struct sip_binding *binding = NULL;
    struct sip_flow flow;
    struct sip_self self;
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    CHECK_OK_TO(addr_net_parse(&net, SLICE("10.0.0.0/8")), out);
    args.local_nets = &net;
    args.local_net_count = 1;
    CHECK_OK_TO(bind_any(&b, &binding, &args), out);
    CHECK_OK_TO(addr_parse(&inside, SLICE("10.1.1.1:5060"), 0), out);
    CHECK_OK_TO(addr_parse(&outside, SLICE("203.0.113.5:5060"), 0), out);
    sip_flow_to(&flow, binding, &inside);
    CHECK_OK_TO(sip_flow_self(&flow, &self), out);
    CHECK_TO(strcmp(self.host, "10.0.0.3") == 0 && self.port == 5080 && !self.is_external, out);
    sip_flow_to(&flow, binding, &outside);
    CHECK_OK_TO(sip_flow_self(&flow, &self), out);
    CHECK_TO(strcmp(self.host, "pbx.example") == 0 && self.port == 5999 && self.is_external, out);
    CHECK_TO(self.addr.port == 5080 && addr_eq_host(&self.addr, sip_binding_local(binding)), out);
out:
    bench_close(&b);
    return err;
}

static int bindings_are_found_by_name_and_kind(void)
{
    struct sip_binding_args none = {0};
    struct sip_binding *any = NULL;
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    CHECK_OK_TO(bind_any(&b, &any, &none), out);
    CHECK_TO(bind_any(&b, &any, &none) == EEXIST, out);
    CHECK_TO(sip_binding_find(b.sip, "any") == any && !sip_binding_find(b.sip, "other"), out);
    CHECK_TO(sip_binding_pick(b.sip, SIP_UDP, AF_INET) == b.udp, out);
    CHECK_TO(!sip_binding_pick(b.sip, SIP_TCP, AF_UNSPEC), out);
    CHECK_TO(sip_binding_next(b.sip, b.udp) == any && !sip_binding_next(b.sip, any), out);
    sip_binding_close(any);
    CHECK_TO(!sip_binding_find(b.sip, "any"), out);
out:
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

/* ---- streams on the fake net ---- */

/* A phone on TCP. */
struct phone {
    struct conn *conn;
    char in[8192];
    size_t len;
    unsigned messages, closed;
};

static size_t phone_recv(struct conn *c, struct slice bytes, void *arg)
{
    struct phone *p = arg;
    size_t scanned = 0, skip, size, used = 0;

    if (bytes.len < sizeof(p->in)) {
        memcpy(p->in, bytes.p, bytes.len);
        p->len = bytes.len;
        p->in[p->len] = '\0';
    }
    while (used < bytes.len && !sip_stream_frame(slice_skip(bytes, used), &scanned, &skip, &size) &&
           size) {
        p->messages++;
        used += skip + size;
    }
    return bytes.len;
}

static void phone_closed(struct conn *c, int err, void *arg)
{
    ((struct phone *)arg)->closed++;
}

static int phone_connect(struct bench *b, struct phone *p, const struct addr *to)
{
    struct conn_handlers h = {
        .recv = phone_recv, .closed = phone_closed, .arg = p, .max_in = 100000, .max_out = 100000};
    struct addr from;
    int err = addr_parse(&from, SLICE("10.0.0.7:0"), 0);

    if (!err)
        err = conn_open(&p->conn, b->net, to, &from, NULL, NULL, &h);
    pass(b, 10);
    return err;
}

static int open_tcp(struct bench *b, struct sip_binding **tcp, struct phone *p, uint32_t per_source)
{
    struct sip_binding_args args = {.name = "transport-tcp",
                                    .transport = SIP_TCP,
                                    .fd = -1,
                                    .max_conns_per_source = per_source};
    int err = bench_open(b);

    memset(p, 0, sizeof(*p));
    if (!err)
        err = addr_parse(&args.local, SLICE("10.0.0.1:5060"), 0);
    if (!err)
        err = sip_binding_open(tcp, b->sip, &args);
    return err ? err : phone_connect(b, p, &args.local);
}

static int phone_send(struct bench *b, struct phone *p, struct slice bytes)
{
    int err = conn_send(p->conn, bytes);

    for (int i = 0; i < 4; i++)
        pass(b, 1);
    return err;
}

static void on_register(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    *(struct sip_flow *)arg = req->flow;
    sip_strans_refuse(t, 200, NULL);
}

static const char register_text[] =
    "REGISTER sip:h SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.7:5555;branch=z9hG4bKr\r\n"
    "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n"
    "Content-Length: 3\r\n\r\nabc";

static int message_is_served_however_the_stream_is_split(void)
{
    size_t len = sizeof(register_text) - 1;
    struct sip_flow from;
    struct sip_binding *tcp;
    struct phone p;
    struct bench b;
    int err;

    CHECK_OK_TO(open_tcp(&b, &tcp, &p, 0), out);
    sip_handle(b.sip, SIP_REGISTER, on_register, &from);
    for (size_t at = 0; at < len; at += unit_is_rerun() ? 97 : 1) {
        p.messages = 0;
        CHECK_OK_TO(conn_send(p.conn, slice_from(register_text, at)), out);
        pass(&b, 1);
        CHECK_OK_TO(phone_send(&b, &p, slice_from(register_text + at, len - at)), out);
        CHECK_TO(p.messages == 1 && strncmp(p.in, "SIP/2.0 200 OK\r\n", 16) == 0, out);
    }
    CHECK_TO(sip_binding_conns(tcp) == 1 && p.closed == 0, out);
out:
    mem_deref(p.conn);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int ping_gets_its_pong(void)
{
    struct sip_binding *tcp;
    struct phone p;
    struct bench b;
    int err;

    CHECK_OK_TO(open_tcp(&b, &tcp, &p, 0), out);
    CHECK_OK_TO(phone_send(&b, &p, SLICE("\r\n")), out);
    CHECK_TO(p.len == 0, out);
    CHECK_OK_TO(phone_send(&b, &p, SLICE("\r\n")), out);
    CHECK_TO(p.len == 2 && memcmp(p.in, "\r\n", 2) == 0, out);
out:
    mem_deref(p.conn);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int stranger_is_cut_and_registered_phone_kept(void)
{
    struct sip_flow from;
    struct sip_binding *tcp;
    struct phone p, q = {0};
    struct bench b;
    int err;

    CHECK_OK_TO(open_tcp(&b, &tcp, &p, 0), out);
    sip_handle(b.sip, SIP_REGISTER, on_register, &from);
    CHECK_OK_TO(phone_connect(&b, &q, sip_binding_local(tcp)), out);
    CHECK_OK_TO(phone_send(&b, &p, SLICE("OPTIONS sip:h SIP/2.0\r\n")), out); /* slowloris */
    CHECK_OK_TO(phone_send(&b, &q, slice_of(register_text)), out);
    pass(&b, 31000);
    CHECK_TO(p.closed == 1 && q.closed == 0 && sip_binding_conns(tcp) == 1, out);
    q.len = 0;
    pass(&b, 90000);
    CHECK_TO(q.len == 4 && memcmp(q.in, "\r\n\r\n", 4) == 0, out);
out:
    mem_deref(p.conn);
    mem_deref(q.conn);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int one_source_gets_so_many_connections(void)
{
    struct sip_binding *tcp;
    struct phone p, q = {0};
    struct bench b;
    int err;

    CHECK_OK_TO(open_tcp(&b, &tcp, &p, 1), out);
    CHECK_OK_TO(phone_connect(&b, &q, sip_binding_local(tcp)), out);
    pass(&b, 10);
    CHECK_TO(q.closed == 1 && p.closed == 0 && sip_binding_conns(tcp) == 1, out);
out:
    mem_deref(p.conn);
    mem_deref(q.conn);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int garbage_closes_the_stream(void)
{
    struct sip_binding *tcp;
    struct phone p;
    struct bench b;
    int err;

    CHECK_OK_TO(open_tcp(&b, &tcp, &p, 0), out);
    CHECK_OK_TO(phone_send(&b, &p, SLICE("GET / HTTP/1.1\r\nHost: x\r\n\r\n")), out);
    CHECK_TO(p.closed == 1 && sip_binding_conns(tcp) == 0, out);
out:
    mem_deref(p.conn);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static void on_result(int err, const struct sip_msg *r, void *arg)
{
    *(int *)arg = err ? err : (int)r->status;
}

/* A registered phone is reached over the connection that it opened itself. */
static int request_goes_over_the_open_connection(void)
{
    struct sip_client_args args = {.method = SIP_OPTIONS};
    struct sip_client *c = NULL;
    struct sip_flow from;
    struct sip_binding *tcp;
    struct phone p;
    struct bench b;
    char uri[100], addr[ADDR_TEXT];
    int err, result = 0;

    CHECK_OK_TO(open_tcp(&b, &tcp, &p, 0), out);
    sip_handle(b.sip, SIP_REGISTER, on_register, &from);
    CHECK_OK_TO(phone_send(&b, &p, slice_of(register_text)), out);
    CHECK_TO(p.messages == 1, out);
    snprintf(uri, sizeof(uri), "sip:a@%s;transport=tcp", addr_text(&from.remote, addr));
    args.uri = slice_of(uri);
    CHECK_OK_TO(sip_client_send(&c, b.sip, &args, on_result, &result), out);
    pass(&b, 10);
    CHECK_TO(p.messages == 2 && strncmp(p.in, "OPTIONS sip:a@", 14) == 0, out);
    CHECK_TO(sip_binding_conns(tcp) == 1, out);
    conn_close(p.conn);
    pass(&b, 10);
    CHECK_TO(result == ECONNRESET, out); /* at once, not after 32 s */
out:
    mem_deref(c);
    mem_deref(p.conn);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int refused_connection_fails_at_once(void)
{
    struct sip_client_args args = {.method = SIP_OPTIONS,
                                   .uri = SLICE("sip:10.9.9.9;transport=tcp")};
    struct sip_client *c = NULL;
    struct sip_binding *tcp;
    struct phone p;
    struct bench b;
    int err, result = 0;

    CHECK_OK_TO(open_tcp(&b, &tcp, &p, 0), out);
    CHECK_OK_TO(sip_client_send(&c, b.sip, &args, on_result, &result), out);
    CHECK_TO(result == 0, out);
    pass(&b, 100);
    CHECK_TO(result == ECONNREFUSED, out);
out:
    mem_deref(c);
    mem_deref(p.conn);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int missing_transport_is_an_error_not_a_wait(void)
{
    struct sip_client_args args = {.method = SIP_OPTIONS,
                                   .uri = SLICE("sip:10.9.9.9;transport=tls")};
    struct sip_client *c = NULL;
    struct bench b;
    int err, result = 0;

    CHECK_OK_TO(bench_open(&b), out);
    CHECK_OK_TO(sip_client_send(&c, b.sip, &args, on_result, &result), out);
    pass(&b, 1);
    CHECK_TO(result == EADDRNOTAVAIL, out);
out:
    mem_deref(c);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static void on_targets(int err, const struct sip_target *targets, size_t count, void *arg)
{
    /* A binding that was closed meanwhile can still be looked at. */
    for (size_t i = 0; i < count; i++)
        *(int *)arg += sip_flow_is_open(&targets[i].flow) ? 100 : 1;
}

static int binding_may_close_while_names_are_asked_for(void)
{
    struct sip_resolve *r = NULL;
    struct sip_uri uri;
    struct bench b;
    int err, seen = 0;

    CHECK_OK_TO(bench_open(&b), out);
    CHECK_OK_TO(sip_uri_parse(&uri, SLICE("sip:10.9.9.9")), out);
    CHECK_OK_TO(sip_resolve_start(&r, b.sip, &uri, NULL, on_targets, &seen), out);
    sip_binding_close(b.udp);
    pass(&b, 10);
    CHECK_TO(seen == 1, out);
out:
    mem_deref(r);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

/* GHSA-g8q2-p36q-94f6: the peer drops its stream between INVITE and our answer. */
static struct sip_strans *kept;

static void keep(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    kept = mem_ref(t);
}

static int answer_to_a_dropped_stream_goes_to_a_new_one(void)
{
    struct sip_binding *tcp;
    struct phone p;
    struct bench b;
    int err;

    kept = NULL;
    CHECK_OK_TO(open_tcp(&b, &tcp, &p, 0), out);
    sip_handle(b.sip, SIP_REGISTER, keep, NULL);
    CHECK_OK_TO(phone_send(&b, &p, slice_of(register_text)), out);
    CHECK_TO(kept, out);
    conn_close(p.conn);
    pass(&b, 10);
    CHECK_TO(sip_binding_conns(tcp) == 0, out);
    sip_strans_refuse(kept, 200, NULL); /* to 10.0.0.7:5555, where nobody listens */
    pass(&b, 10);
    CHECK_TO(stats_of(&b).pending == 0, out);
out:
    mem_deref(kept);
    mem_deref(p.conn);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

/* ---- strangers ---- */

static int connect_from(struct bench *b, struct phone *p, const char *text, const struct addr *to)
{
    struct conn_handlers h = {
        .recv = phone_recv, .closed = phone_closed, .arg = p, .max_in = 100000, .max_out = 100000};
    struct addr from;
    int err = addr_parse(&from, slice_of(text), 0);

    memset(p, 0, sizeof(*p));
    if (!err)
        err = conn_open(&p->conn, b->net, to, &from, NULL, NULL, &h);
    pass(b, 10);
    return err;
}

static int whole_64_of_addresses_counts_as_one_source(void)
{
    static const char *const from[] = {"[2001:db8:1::1]:0", "[2001:db8:1::ffff:2]:0",
                                       "[2001:db8:1:1::1]:0"};
    struct sip_binding_args args = {
        .name = "six", .transport = SIP_TCP, .fd = -1, .max_conns_per_source = 1};
    struct phone p[3] = {{NULL}};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    CHECK_OK_TO(addr_parse(&args.local, SLICE("[2001:db8::1]:5060"), 0), out);
    CHECK_OK_TO(sip_binding_open(NULL, b.sip, &args), out);
    for (int i = 0; i < 3; i++)
        CHECK_OK_TO(connect_from(&b, &p[i], from[i], &args.local), out);
    CHECK_TO(p[0].closed == 0 && p[1].closed == 1 && p[2].closed == 0, out);
out:
    for (int i = 0; i < 3; i++)
        mem_deref(p[i].conn);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int oldest_stranger_makes_room(void)
{
    enum { MOST = 2000 };
    struct phone *many = mem_zalloc((MOST + 1) * sizeof(*many));
    struct sip_binding *tcp;
    struct sip_flow from;
    struct phone p;
    struct bench b;
    int err;

    CHECK_OK_TO(open_tcp(&b, &tcp, &p, 10000), out);
    sip_handle(b.sip, SIP_REGISTER, on_register, &from);
    CHECK_OK_TO(phone_send(&b, &p, slice_of(register_text)), out); /* no stranger any more */
    for (int i = 0; i < MOST; i++)
        CHECK_OK_TO(connect_from(&b, &many[i], "10.0.0.9:0", sip_binding_local(tcp)), out);
    CHECK_TO(many[0].closed == 0, out);
    CHECK_OK_TO(connect_from(&b, &many[MOST], "10.0.0.9:0", sip_binding_local(tcp)), out);
    CHECK_TO(many[0].closed == 1 && many[1].closed == 0 && p.closed == 0, out);
    CHECK_TO(sip_binding_conns(tcp) == MOST + 1, out);
out:
    for (int i = 0; i <= MOST; i++)
        mem_deref(many[i].conn);
    mem_free(many);
    mem_deref(p.conn);
    bench_close(&b);
    return err;
}

static int stranger_may_not_fill_the_memory(void)
{
    struct sip_binding *tcp;
    struct phone p;
    struct bench b;
    char line[3000];
    int err;

    memset(line, 'x', sizeof(line));
    memcpy(line, "X: ", 3);
    line[sizeof(line) - 1] = '\n';
    CHECK_OK_TO(open_tcp(&b, &tcp, &p, 0), out);
    for (int i = 0; i < 7 && !p.closed; i++)
        CHECK_OK_TO(phone_send(&b, &p, slice_from(line, sizeof(line))), out);
    CHECK_TO(p.closed == 1, out);
out:
    mem_deref(p.conn);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

/* Who calls from a phone's old address is not that phone. */
static int only_known_connections_are_used_for_requests(void)
{
    struct sip_flow from, flow;
    struct sip_binding *tcp;
    struct addr peer;
    struct phone p;
    struct bench b;
    int err;

    CHECK_OK_TO(open_tcp(&b, &tcp, &p, 0), out);
    sip_handle(b.sip, SIP_REGISTER, on_register, &from);
    CHECK_TO(p.conn, out);
    peer = *conn_local(p.conn);
    sip_flow_to(&flow, tcp, &peer);
    CHECK_TO(!sip_flow_is_open(&flow), out);
    CHECK_OK_TO(phone_send(&b, &p, slice_of(register_text)), out);
    CHECK_TO(sip_flow_is_open(&flow), out);
out:
    mem_deref(p.conn);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int socket_is_taken_even_when_the_binding_is_refused(void)
{
    struct sip_binding_args args = {.name = "transport-udp", .transport = SIP_UDP};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    args.fd = dup(0);
    CHECK_TO(args.fd >= 0, out);
    CHECK_TO(sip_binding_open(NULL, b.sip, &args) == EEXIST, out);
    CHECK_TO(close(args.fd) && errno == EBADF, out);
out:
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

/* ---- calls over streams that break ---- */

/* A phone that listens at 10.0.0.7:5555. */
struct station {
    struct listener *listener;
    struct phone phone; /* its last connection */
    unsigned accepted;
};

static void station_accept(struct conn *c, void *arg)
{
    struct station *s = arg;
    struct conn_handlers h = {.recv = phone_recv,
                              .closed = phone_closed,
                              .arg = &s->phone,
                              .max_in = 100000,
                              .max_out = 100000};

    mem_deref(s->phone.conn);
    memset(&s->phone, 0, sizeof(s->phone));
    s->phone.conn = c;
    s->accepted++;
    conn_set_handlers(c, &h);
}

static struct addr station_addr(void)
{
    struct addr a;

    addr_parse(&a, SLICE("10.0.0.7:5555"), 0);
    return a;
}

static int station_answer(struct bench *b, struct station *s, struct sip_msg *invite, uint16_t code)
{
    struct sip_answer a = {.code = code,
                           .to_tag = SLICE("t"),
                           .contact = SLICE("<sip:p@10.0.0.7:5555;transport=tcp>")};
    struct buf out;
    int err;

    buf_init(&out, 10000);
    err = sip_answer_print(&out, invite, &a, NULL);
    if (!err)
        err = phone_send(b, &s->phone, buf_slice(&out));
    buf_fini(&out);
    return err;
}

struct heard {
    unsigned answered, failed;
};

static void on_answered(struct sip_invite *i, const struct sip_msg *r, bool want_ack, void *arg)
{
    ((struct heard *)arg)->answered++;
}

static void on_failed(struct sip_invite *i, uint16_t code, const struct sip_msg *r, void *arg)
{
    ((struct heard *)arg)->failed++;
}

static const struct sip_invite_handlers heard_handlers = {.answered = on_answered,
                                                          .failed = on_failed};

/* Our INVITE at the station, which has said 180. */
static int ring_station(struct bench *b, struct station *s, struct sip_invite **ip,
                        struct sip_msg **mp, struct heard *heard)
{
    struct sip_invite_args args = {.uri = SLICE("sip:p@10.0.0.7:5555;transport=tcp"),
                                   .body = SLICE("offer"),
                                   .content_type = SLICE("application/sdp"),
                                   .handlers = &heard_handlers,
                                   .arg = heard};
    struct addr at = station_addr();
    struct sip_why why;
    int err = listener_open(&s->listener, b->net, -1, &at, NULL, 10, station_accept, s);

    if (!err)
        err = sip_invite_send(ip, b->sip, &args);
    pass(b, 10);
    if (!err)
        err = sip_msg_decode(mp, slice_from(s->phone.in, s->phone.len), &why);
    return err ? err : station_answer(b, s, *mp, 180);
}

static int ringing_call_survives_its_connection(void)
{
    struct station s = {NULL};
    struct sip_invite *i = NULL;
    struct sip_msg *invite = NULL;
    struct heard heard = {0};
    struct sip_binding *tcp;
    struct phone p;
    struct bench b;
    int err;

    CHECK_OK_TO(open_tcp(&b, &tcp, &p, 0), out);
    CHECK_OK_TO(ring_station(&b, &s, &i, &invite, &heard), out);
    conn_close(s.phone.conn);
    pass(&b, 10);
    CHECK_TO(heard.failed == 0, out);
    s.phone.conn = mem_deref(s.phone.conn);
    CHECK_OK_TO(phone_connect(&b, &s.phone, sip_binding_local(tcp)), out);
    CHECK_OK_TO(station_answer(&b, &s, invite, 200), out);
    CHECK_TO(heard.answered == 1 && sip_invite_is_up(i), out);
out:
    if (i)
        sip_invite_end(i, 0, SLICE_NONE);
    mem_deref(i);
    mem_deref(invite);
    mem_deref(s.phone.conn);
    mem_deref(s.listener);
    mem_deref(p.conn);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

/* RFC 5626 s4.4.1: whoever answered pings, and does not any more, is gone. */
static int connection_of_ours_without_a_pong_is_cut(void)
{
    struct station s = {NULL};
    struct sip_invite *i = NULL;
    struct sip_msg *invite = NULL;
    struct heard heard = {0};
    struct sip_binding *tcp;
    struct phone p;
    struct bench b;
    int err;

    CHECK_OK_TO(open_tcp(&b, &tcp, &p, 0), out);
    sip_set_ping(b.sip, 60);
    CHECK_OK_TO(ring_station(&b, &s, &i, &invite, &heard), out);
    pass(&b, 60000);
    CHECK_TO(strcmp(s.phone.in, "\r\n\r\n") == 0, out);
    pass(&b, 20000); /* it never answered one: perhaps it cannot */
    CHECK_TO(s.phone.closed == 0, out);
    pass(&b, 41000);
    CHECK_OK_TO(phone_send(&b, &s.phone, SLICE("\r\n")), out); /* the pong to the second */
    pass(&b, 61000);
    s.phone.in[0] = '\0';
    CHECK_OK_TO(phone_send(&b, &s.phone, SLICE("\r\n")), out); /* and to the third */
    pass(&b, 50000);
    CHECK_TO(s.phone.closed == 0 && s.phone.in[0] == '\0', out); /* and none to a pong */
    pass(&b, 10500);
    CHECK_TO(strcmp(s.phone.in, "\r\n\r\n") == 0, out);
    pass(&b, 9000);
    CHECK_TO(s.phone.closed == 0, out);
    pass(&b, 1500);
    CHECK_TO(s.phone.closed == 1, out);
out:
    if (i)
        sip_invite_end(i, 0, SLICE_NONE);
    mem_deref(i);
    mem_deref(invite);
    mem_deref(s.phone.conn);
    mem_deref(s.listener);
    mem_deref(p.conn);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

/* A trunk that knows no pings, but says CRLF now and then: at any distance from ours. */
static int keep_alives_of_the_peer_are_no_pongs(void)
{
    static const uint32_t first_ms[] = {15000, 95000, 100500};

    for (size_t n = 0; n < sizeof(first_ms) / sizeof(first_ms[0]); n++) {
        struct station s = {NULL};
        struct sip_invite *i = NULL;
        struct sip_msg *invite = NULL;
        struct heard heard = {0};
        struct sip_binding *tcp;
        struct phone p;
        struct bench b;
        int err;

        CHECK_OK_TO(open_tcp(&b, &tcp, &p, 0), out);
        CHECK_OK_TO(ring_station(&b, &s, &i, &invite, &heard), out);
        pass(&b, first_ms[n]);
        for (int k = 0; k < 20; k++) {
            CHECK_OK_TO(phone_send(&b, &s.phone, SLICE("\r\n")), out);
            pass(&b, 120000);
            CHECK_TO(s.phone.closed == 0, out);
        }
    out:
        if (i)
            sip_invite_end(i, 0, SLICE_NONE);
        mem_deref(i);
        mem_deref(invite);
        mem_deref(s.phone.conn);
        mem_deref(s.listener);
        mem_deref(p.conn);
        bench_close(&b);
        if (err)
            return unit_is_rerun() ? ENOMEM : err;
    }
    return 0;
}

/* Its halves come one after the other, just behind a ping of ours. */
static int ping_in_two_segments_is_no_pong(void)
{
    struct station s = {NULL};
    struct sip_invite *i = NULL;
    struct sip_msg *invite = NULL;
    struct heard heard = {0};
    struct sip_binding *tcp;
    struct phone p;
    struct bench b;
    int err;

    CHECK_OK_TO(open_tcp(&b, &tcp, &p, 0), out);
    CHECK_OK_TO(ring_station(&b, &s, &i, &invite, &heard), out);
    pass(&b, 90500);
    CHECK_TO(strcmp(s.phone.in, "\r\n\r\n") == 0, out);
    s.phone.in[0] = '\0';
    CHECK_OK_TO(phone_send(&b, &s.phone, SLICE("\r\n")), out);
    CHECK_TO(s.phone.in[0] == '\0', out);
    CHECK_OK_TO(phone_send(&b, &s.phone, SLICE("\r\n")), out);
    CHECK_TO(strcmp(s.phone.in, "\r\n") == 0, out);
out:
    if (i)
        sip_invite_end(i, 0, SLICE_NONE);
    mem_deref(i);
    mem_deref(invite);
    mem_deref(s.phone.conn);
    mem_deref(s.listener);
    mem_deref(p.conn);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

/* DNS may lie about where a trunk is; a connection that proved another name is not good for it. */
static int connection_is_good_for_the_name_it_proved(void)
{
    struct addr to = station_addr();
    struct station s = {NULL};
    struct sip_conn *c = NULL;
    struct sip_binding *tcp;
    struct phone p;
    struct bench b;
    int err;

    CHECK_OK_TO(open_tcp(&b, &tcp, &p, 0), out);
    CHECK_OK_TO(listener_open(&s.listener, b.net, -1, &to, NULL, 10, station_accept, &s), out);
    CHECK_OK_TO(sip_conn_open(&c, tcp, &to, "carrier.example"), out);
    pass(&b, 10);
    CHECK_TO(sip_conn_find(b.sip, SIP_TCP, &to, "Carrier.Example") == c, out);
    CHECK_TO(sip_conn_find(b.sip, SIP_TCP, &to, NULL) == c, out);
    CHECK_TO(!sip_conn_find(b.sip, SIP_TCP, &to, "other.example"), out);
out:
    mem_deref(c);
    mem_deref(s.phone.conn);
    mem_deref(s.listener);
    mem_deref(p.conn);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int bye_into_a_dying_connection_goes_once_more(void)
{
    struct station s = {NULL};
    struct sip_invite *i = NULL;
    struct sip_msg *invite = NULL;
    struct heard heard = {0};
    struct sip_binding *tcp;
    struct phone p;
    struct bench b;
    int err;

    CHECK_OK_TO(open_tcp(&b, &tcp, &p, 0), out);
    CHECK_OK_TO(ring_station(&b, &s, &i, &invite, &heard), out);
    CHECK_OK_TO(station_answer(&b, &s, invite, 200), out);
    CHECK_TO(heard.answered == 1 && strncmp(s.phone.in, "ACK ", 4) == 0 && s.accepted == 1, out);
    sip_invite_end(i, 0, SLICE_NONE);
    conn_close(s.phone.conn); /* the BYE is on its way to nobody */
    pass(&b, 10);
    CHECK_TO(s.accepted == 2 && strncmp(s.phone.in, "BYE ", 4) == 0, out);
    /* Not for ever. */
    conn_close(s.phone.conn);
    pass(&b, 10);
    CHECK_TO(s.accepted == 2 && stats_of(&b).sessions == 0, out);
out:
    if (i)
        sip_invite_end(i, 0, SLICE_NONE);
    mem_deref(i);
    mem_deref(invite);
    mem_deref(s.phone.conn);
    mem_deref(s.listener);
    mem_deref(p.conn);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

/* ---- real sockets: UDP, TCP and TLS between two cores ---- */

static int open_real(struct sip **sp, struct loop *loop, struct net *net, struct tls *tls)
{
    static const struct {
        const char *name;
        enum sip_transport t;
    } rows[] = {{"u", SIP_UDP}, {"t", SIP_TCP}, {"s", SIP_TLS}};
    struct sip_args args = {.loop = loop, .net = net};
    struct sip_binding_args binding = {.fd = -1};
    int err = sip_alloc(sp, &args);

    for (size_t i = 0; !err && i < 3; i++) {
        binding.name = rows[i].name;
        binding.transport = rows[i].t;
        binding.tls = rows[i].t == SIP_TLS ? tls : NULL;
        err = addr_parse(&binding.local, SLICE("127.0.0.1:0"), 0);
        if (!err)
            err = sip_binding_open(NULL, *sp, &binding);
    }
    return err;
}

static int ask_over(struct sip *a, struct sip *z, const char *name, struct loop *loop)
{
    struct sip_client_args args = {.method = SIP_OPTIONS};
    const struct sip_binding *to = sip_binding_find(z, name);
    struct sip_client *c = NULL;
    char uri[128], addr[ADDR_TEXT];
    int err, result = 0;

    snprintf(uri, sizeof(uri), "sip:%s;transport=%s", addr_text(sip_binding_local(to), addr),
             sip_transport_name(sip_binding_transport(to)));
    args.uri = slice_of(uri);
    err = sip_client_send(&c, a, &args, on_result, &result);
    for (int i = 0; !err && !result && i < 200; i++)
        err = loop_round(loop, 20);
    mem_deref(c);
    return err ? err : result == 200 ? 0 : EPROTO;
}

/* RFC 3261 s12.1.1: who was asked for by sips: answers so. */
static bool contact_is(struct sip *sip, const char *name, const char *uri, const char *start)
{
    struct sip_binding *b = sip_binding_find(sip, name);
    struct sip_flow flow;
    struct buf text;
    bool is_it;

    buf_init(&text, 200);
    sip_flow_to(&flow, b, sip_binding_local(b));
    is_it = !sip_contact_print(&text, &flow, SLICE("me"), slice_of(uri)) &&
            slice_starts(buf_slice(&text), slice_of(start));
    buf_fini(&text);
    return is_it;
}

static int udp_tcp_and_tls_work_on_real_sockets(void)
{
    char file[] = "/tmp/unit_sip_tls_XXXXXX";
    struct tls_args args = {.cert_file = file};
    struct loop *loop = NULL;
    struct net *net = NULL;
    struct sip *a = NULL, *z = NULL;
    struct tls *tls = NULL;
    int err, fd = mkstemp(file);

    CHECK_TO(fd >= 0, out);
    close(fd);
    unlink(file);
    CHECK_OK_TO(tls_make_self_signed(file, "127.0.0.1"), out);
    CHECK_OK_TO(tls_alloc(&tls, &args, NULL), out);
    CHECK_OK_TO(loop_alloc(&loop), out);
    CHECK_OK_TO(net_alloc(&net, loop), out);
    CHECK_OK_TO(open_real(&a, loop, net, tls), out);
    CHECK_OK_TO(open_real(&z, loop, net, tls), out);
    CHECK_OK_TO(ask_over(a, z, "u", loop), out);
    CHECK_OK_TO(ask_over(a, z, "t", loop), out);
    CHECK_OK_TO(ask_over(a, z, "t", loop), out);
    CHECK_OK_TO(ask_over(a, z, "s", loop), out);
    CHECK_TO(sip_binding_conns(sip_binding_find(z, "t")) == 1, out);
    CHECK_TO(contact_is(a, "s", "sips:x@h", "<sips:me@"), out);
    CHECK_TO(contact_is(a, "s", "sip:x@h;transport=tls", "<sip:me@"), out);
    CHECK_TO(contact_is(a, "t", "sips:x@h", "<sip:me@"), out);
out:
    unlink(file);
    mem_deref(a);
    mem_deref(z);
    mem_deref(tls);
    mem_deref(net);
    mem_deref(loop);
    return err;
}

UNIT_TESTS(
    UNIT(connection_of_ours_without_a_pong_is_cut), UNIT(keep_alives_of_the_peer_are_no_pongs),
    UNIT(ping_in_two_segments_is_no_pong), UNIT(connection_is_good_for_the_name_it_proved),
    UNIT(strangers_are_told_the_external_address), UNIT(bindings_are_found_by_name_and_kind),
    UNIT(message_is_served_however_the_stream_is_split), UNIT(ping_gets_its_pong),
    UNIT(stranger_is_cut_and_registered_phone_kept), UNIT(one_source_gets_so_many_connections),
    UNIT(garbage_closes_the_stream), UNIT(request_goes_over_the_open_connection),
    UNIT(refused_connection_fails_at_once), UNIT(missing_transport_is_an_error_not_a_wait),
    UNIT(answer_to_a_dropped_stream_goes_to_a_new_one),
    UNIT(binding_may_close_while_names_are_asked_for),
    UNIT(whole_64_of_addresses_counts_as_one_source), UNIT_ONCE(oldest_stranger_makes_room),
    UNIT(stranger_may_not_fill_the_memory), UNIT(only_known_connections_are_used_for_requests),
    UNIT(socket_is_taken_even_when_the_binding_is_refused),
    UNIT(ringing_call_survives_its_connection), UNIT(bye_into_a_dying_connection_goes_once_more),
    UNIT_ONCE(udp_tcp_and_tls_work_on_real_sockets))
