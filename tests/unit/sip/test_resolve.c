/* Where a request goes: NAPTR, SRV, A (RFC 3263), failing over, and the switch to TCP for big ones. */
#include "driver.h"

struct seen {
    int err;
    size_t count;
    char text[300]; /* "UDP 10.0.0.1:5060, ..." */
};

static void on_targets(int err, const struct sip_target *targets, size_t count, void *arg)
{
    struct seen *s = arg;
    char addr[ADDR_TEXT];
    size_t n = 0;

    s->err = err ? err : -1;
    s->count = count;
    for (size_t i = 0; i < count; i++)
        n += (size_t)snprintf(s->text + n, sizeof(s->text) - n, "%s%s %s", i ? ", " : "",
                              sip_transport_name(targets[i].transport),
                              addr_text(&targets[i].flow.remote, addr));
}

static int open_both(struct bench *b)
{
    struct sip_binding_args args = {.name = "tcp", .transport = SIP_TCP, .fd = -1};
    int err = bench_open(b);

    if (!err)
        err = addr_parse(&args.local, SLICE("10.0.0.1:5060"), 0);
    return err ? err : sip_binding_open(NULL, b->sip, &args);
}

static int add_addr(struct bench *b, const char *name, const char *addr)
{
    struct addr a;
    int err = addr_parse_host(&a, slice_of(addr), 0);

    return err ? err : dns_fake_add_addr(b->dns, name, &a);
}

static int add_srv(struct bench *b, const char *name, const char *target, uint16_t port,
                   uint16_t priority)
{
    struct dns_srv s = {.port = port, .priority = priority, .weight = 1};

    slice_copy(slice_of(target), s.target, sizeof(s.target));
    return dns_fake_add_srv(b->dns, name, &s);
}

static int add_naptr(struct bench *b, const char *service, const char *to, uint16_t order)
{
    struct dns_naptr n = {.order = order, .flag = 's'};

    slice_copy(slice_of(to), n.replacement, sizeof(n.replacement));
    slice_copy(slice_of(service), n.service, sizeof(n.service));
    return dns_fake_add_naptr(b->dns, "x.com", &n);
}

static int ask(struct bench *b, struct seen *s, const char *uri, struct sip_binding *binding)
{
    struct sip_resolve *r = NULL;
    struct sip_uri u;
    int err = sip_uri_parse(&u, slice_of(uri));

    memset(s, 0, sizeof(*s));
    if (!err)
        err = sip_resolve_start(&r, b->sip, &u, binding, on_targets, s);
    for (int n = 0; !err && n < 3 && !s->err; n++)
        pass(b, 10000);
    mem_deref(r);
    return err;
}

static int close_it(struct bench *b, int err)
{
    bench_close(b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int naptr_says_what_is_spoken(void)
{
    struct bench b;
    struct seen s;
    int err;

    CHECK_OK_TO(open_both(&b), out);
    CHECK_OK_TO(add_naptr(&b, "SIP+D2U", "_u.x.com", 20), out);
    CHECK_OK_TO(add_naptr(&b, "SIPS+D2T", "_s.x.com", 1), out); /* no TLS binding here */
    CHECK_OK_TO(add_naptr(&b, "SIP+D2T", "_t.x.com", 10), out);
    CHECK_OK_TO(add_srv(&b, "_u.x.com", "u.x.com", 5070, 1), out);
    CHECK_OK_TO(add_srv(&b, "_t.x.com", "t2.x.com", 5072, 2), out);
    CHECK_OK_TO(add_srv(&b, "_t.x.com", "t1.x.com", 5071, 1), out);
    CHECK_OK_TO(add_addr(&b, "u.x.com", "10.1.0.9"), out);
    CHECK_OK_TO(add_addr(&b, "t1.x.com", "10.1.0.1"), out);
    CHECK_OK_TO(add_addr(&b, "t2.x.com", "10.1.0.2"), out);
    CHECK_OK_TO(ask(&b, &s, "sip:a@x.com", NULL), out);
    CHECK_TO(strcmp(s.text, "TCP 10.1.0.1:5071, TCP 10.1.0.2:5072") == 0, out);
    /* Who says how to speak asks no NAPTR; this host has no such SRV, but an address. */
    CHECK_OK_TO(add_addr(&b, "x.com", "10.1.0.5"), out);
    CHECK_OK_TO(ask(&b, &s, "sip:a@x.com;transport=tcp", NULL), out);
    CHECK_TO(strcmp(s.text, "TCP 10.1.0.5:5060") == 0, out);
    CHECK_OK_TO(ask(&b, &s, "sip:a@x.com", b.udp), out);
    CHECK_TO(strcmp(s.text, "UDP 10.1.0.5:5060") == 0, out);
    CHECK_OK_TO(ask(&b, &s, "sip:a@x.com:5099", NULL), out);
    CHECK_TO(strcmp(s.text, "UDP 10.1.0.5:5099") == 0, out);
    CHECK_OK_TO(ask(&b, &s, "sips:a@x.com", NULL), out);
    CHECK_TO(s.err == EADDRNOTAVAIL && s.count == 0, out);
out:
    return close_it(&b, err);
}

static int without_naptr_the_first_transport_with_srv_is_taken(void)
{
    struct bench b;
    struct seen s;
    int err;

    CHECK_OK_TO(open_both(&b), out);
    CHECK_OK_TO(add_srv(&b, "_sip._tcp.x.com", "t.x.com", 5070, 1), out);
    CHECK_OK_TO(add_addr(&b, "t.x.com", "10.1.0.1"), out);
    CHECK_OK_TO(add_addr(&b, "x.com", "10.1.0.5"), out);
    CHECK_OK_TO(ask(&b, &s, "sip:a@x.com", NULL), out);
    CHECK_TO(strcmp(s.text, "TCP 10.1.0.1:5070") == 0, out);
    CHECK_OK_TO(add_srv(&b, "_sip._udp.x.com", "gone.x.com", 5070, 1), out);
    CHECK_OK_TO(ask(&b, &s, "sip:a@x.com", NULL), out);
    CHECK_TO(strcmp(s.text, "TCP 10.1.0.1:5070") == 0, out); /* the name behind the first is gone */
    CHECK_OK_TO(add_addr(&b, "y.com", "10.1.0.6"), out);
    CHECK_OK_TO(ask(&b, &s, "sip:a@y.com", NULL), out);
    CHECK_TO(strcmp(s.text, "UDP 10.1.0.6:5060") == 0, out);
    CHECK_OK_TO(ask(&b, &s, "sip:a@nowhere.com", NULL), out);
    CHECK_TO(s.err == ENOENT, out);
out:
    return close_it(&b, err);
}

static void on_result(int err, const struct sip_msg *r, void *arg)
{
    *(int *)arg = err ? err : (int)r->status;
}

static int send_options(struct bench *b, struct sip_client **c, const char *uri, int *result)
{
    struct sip_client_args args = {.method = SIP_OPTIONS, .uri = slice_of(uri)};

    *result = 0;
    *c = mem_deref(*c);
    return sip_client_send(c, b->sip, &args, on_result, result);
}

static int name_server_that_is_gone_blocks_nothing(void)
{
    struct sip_client *c = NULL;
    struct bench b;
    int err, result;

    CHECK_OK_TO(open_both(&b), out);
    dns_fake_cut(b.dns, true);
    CHECK_OK_TO(send_options(&b, &c, "sip:a@x.com", &result), out);
    pass(&b, 4000);
    /* Meanwhile others are served. */
    CHECK_OK_TO(peer_request(&b, &b.peer, "OPTIONS", "o1", "", 1, "", ""), out);
    CHECK_TO(peer_status(&b.peer) == 200 && result == 0, out);
    pass(&b, 12000);
    CHECK_TO(result == ETIMEDOUT, out);
    dns_fake_cut(b.dns, false);
    CHECK_OK_TO(add_addr(&b, "x.com", "10.0.0.7"), out);
    peer_clear(&b.peer);
    CHECK_OK_TO(send_options(&b, &c, "sip:a@x.com:5071", &result), out);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_OPTIONS, out);
out:
    mem_deref(c);
    return close_it(&b, err);
}

static int next_target_is_tried_after_503_and_silence(void)
{
    struct sip_client *c = NULL;
    struct bench b;
    int err, result;

    CHECK_OK_TO(open_both(&b), out);
    CHECK_OK_TO(add_srv(&b, "_sip._udp.x.com", "a.x.com", 5071, 1), out);
    CHECK_OK_TO(add_srv(&b, "_sip._udp.x.com", "b.x.com", 5072, 2), out);
    CHECK_OK_TO(add_addr(&b, "a.x.com", "10.0.0.7"), out);
    CHECK_OK_TO(add_addr(&b, "b.x.com", "10.0.0.8"), out);
    CHECK_OK_TO(send_options(&b, &c, "sip:a@x.com", &result), out);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_OPTIONS && b.other.count == 0, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 503, "t", "Retry-After: 5\r\n", ""),
                out);
    CHECK_TO(peer_method(&b.other) == SIP_OPTIONS && result == 0, out);
    CHECK_OK_TO(peer_answer(&b, &b.other, peer_last(&b.other), 200, "t", "", ""), out);
    CHECK_TO(result == 200, out);
    CHECK_OK_TO(send_options(&b, &c, "sip:a@x.com", &result), out);
    peer_clear(&b.other);
    pass(&b, 32300);
    CHECK_TO(peer_method(&b.other) == SIP_OPTIONS, out);
out:
    mem_deref(c);
    return close_it(&b, err);
}

/* The proxy of the route set dies in the middle of the call: its name has another address. */
static int goodbye_finds_the_next_target_of_a_route(void)
{
    struct driver d;
    struct bench b;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(add_srv(&b, "_sip._udp.x.com", "a.x.com", 5071, 1), out);
    CHECK_OK_TO(add_srv(&b, "_sip._udp.x.com", "b.x.com", 5072, 2), out);
    CHECK_OK_TO(add_addr(&b, "a.x.com", "10.0.0.7"), out);
    CHECK_OK_TO(add_addr(&b, "b.x.com", "10.0.0.8"), out);
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    CHECK_OK_TO(answer(&b, 200, "t1", "Record-Route: <sip:x.com;lr>\r\n", "answer"), out);
    pass(&b, 10);
    sip_invite_end(d.invite, 0, SLICE_NONE);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_BYE && b.other.count == 0, out);
    pass(&b, 32300);
    CHECK_TO(peer_method(&b.other) == SIP_BYE, out);
    CHECK_OK_TO(peer_answer(&b, &b.other, peer_last(&b.other), 200, NULL, "", ""), out);
    CHECK_TO(stats_of(&b).sessions == 0, out);
out:
    return close_bench(&b, &d, err);
}

/* ---- the switch to TCP ---- */

struct sink {
    struct conn *conn;
    char text[4000];
    size_t len;
};

static size_t sink_recv(struct conn *c, struct slice bytes, void *arg)
{
    struct sink *s = arg;
    size_t n = bytes.len < sizeof(s->text) - 1 - s->len ? bytes.len : sizeof(s->text) - 1 - s->len;

    memcpy(s->text + s->len, bytes.p, n);
    s->len += n;
    return bytes.len;
}

static void sink_closed(struct conn *c, int err, void *arg)
{
}

static void sink_accept(struct conn *c, void *arg)
{
    struct sink *s = arg;
    struct conn_handlers h = {
        .recv = sink_recv, .closed = sink_closed, .arg = s, .max_in = 9000, .max_out = 9000};

    s->conn = c;
    conn_set_handlers(c, &h);
}

static int send_sized(struct bench *b, struct sip_client **c, int *result, size_t size)
{
    char body[1400];
    struct sip_client_args args = {.method = SIP_MESSAGE,
                                   .uri = SLICE("sip:a@10.0.0.7:5071"),
                                   .content_type = SLICE("text/plain"),
                                   .body = slice_from(body, size)};

    memset(body, 'x', sizeof(body));
    *result = 0;
    return sip_client_send(c, b->sip, &args, on_result, result);
}

static int send_big(struct bench *b, struct sip_client **c, int *result)
{
    return send_sized(b, c, result, 1400);
}

static int big_request_goes_over_tcp(void)
{
    struct listener *l = NULL;
    struct sip_client *c = NULL;
    struct sink s = {0};
    struct bench b;
    int err, result;

    CHECK_OK_TO(open_both(&b), out);
    sip_set_tcp_switch(b.sip, true);
    CHECK_OK_TO(listener_open(&l, b.net, -1, &b.peer.addr, NULL, 10, sink_accept, &s), out);
    CHECK_OK_TO(send_big(&b, &c, &result), out);
    pass(&b, 10);
    CHECK_TO(strstr(s.text, "MESSAGE sip:a@10.0.0.7:5071") && strstr(s.text, "SIP/2.0/TCP"), out);
    CHECK_TO(b.peer.count == 0, out);
out:
    mem_deref(c);
    mem_deref(s.conn);
    mem_deref(l);
    return close_it(&b, err);
}

static int refused_tcp_leads_back_to_udp(void)
{
    struct sip_client *c = NULL;
    struct bench b;
    int err, result;

    CHECK_OK_TO(open_both(&b), out);
    sip_set_tcp_switch(b.sip, true);
    CHECK_OK_TO(send_big(&b, &c, &result), out);
    pass(&b, 10);
    CHECK_TO(peer_method(&b.peer) == SIP_MESSAGE && result == 0, out);
    CHECK_TO(slice_eqz(peer_last(&b.peer)->via.transport, "UDP"), out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 200, "t", "", ""), out);
    CHECK_TO(result == 200, out);
out:
    mem_deref(c);
    return close_it(&b, err);
}

/* What leaves is measured: just too big with long names, small enough with short ones. */
static int short_names_count(void)
{
    struct sip_client *c = NULL, *again = NULL;
    struct listener *l = NULL;
    struct sink s = {0};
    struct bench b;
    size_t size;
    int err, result;

    CHECK_OK_TO(open_both(&b), out);
    CHECK_OK_TO(send_sized(&b, &c, &result, 1000), out);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_MESSAGE, out);
    size = 1000 + 1310 - peer_last(&b.peer)->bytes.len;
    peer_clear(&b.peer);
    sip_set_tcp_switch(b.sip, true);
    sip_set_compact(b.sip, true);
    CHECK_OK_TO(listener_open(&l, b.net, -1, &b.peer.addr, NULL, 10, sink_accept, &s), out);
    CHECK_OK_TO(send_sized(&b, &again, &result, size), out);
    pass(&b, 10);
    CHECK_TO(peer_method(&b.peer) == SIP_MESSAGE && s.len == 0, out);
    CHECK_TO(peer_last(&b.peer)->bytes.len < 1300, out);
out:
    mem_deref(c);
    mem_deref(again);
    mem_deref(s.conn);
    mem_deref(l);
    return close_it(&b, err);
}

static int nothing_is_switched_unless_asked_for(void)
{
    struct sip_client *c = NULL;
    struct bench b;
    int err, result;

    CHECK_OK_TO(open_both(&b), out);
    CHECK_OK_TO(send_big(&b, &c, &result), out);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_MESSAGE, out);
out:
    mem_deref(c);
    return close_it(&b, err);
}

UNIT_TESTS(UNIT(naptr_says_what_is_spoken),
           UNIT(without_naptr_the_first_transport_with_srv_is_taken),
           UNIT(name_server_that_is_gone_blocks_nothing),
           UNIT(next_target_is_tried_after_503_and_silence),
           UNIT(goodbye_finds_the_next_target_of_a_route), UNIT(big_request_goes_over_tcp),
           UNIT(refused_tcp_leads_back_to_udp), UNIT(short_names_count),
           UNIT(nothing_is_switched_unless_asked_for))
