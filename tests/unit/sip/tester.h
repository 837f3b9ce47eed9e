/*
 * tests/unit/sip/tester.h - a core with a small driver that is told raw text over UDP or TCP, v4 or v6,
 * and must answer an OPTIONS afterwards, whatever it was told
 */
#pragma once
#include <stdlib.h>

#include "driver.h"

/* What shall come back. */
#define SILENCE 0 /* nothing, and the stream stays open */
#define WAITS 1   /* UDP: 400; a stream waits for the bytes that were promised */
#define CLOSES 2  /* UDP: 400; a stream: 400, and it is closed */
#define CUT 3     /* a stream: closed without an answer */
#define TAKEN 200 /* reaches the method's handler, which says 200 */

struct row {
    const char *section, *name;
    struct slice text;
    int want;
};

#define SDP                                                                                        \
    "v=0\r\no=a 1 1 IN IP4 10.0.0.7\r\ns=-\r\nt=0 0\r\nc=IN IP4 10.0.0.7\r\nm=audio 4000 RTP/AVP 8\r\n"

/* ---- a station in small ---- */

static inline void on_call(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    struct sip_invite_accept_args args = {.handlers = &handlers, .arg = arg};
    struct driver *d = arg;

    if (!sip_invite_accept(&d->invite, t, &args))
        say(d->invite, 200, SDP);
}

static inline void on_register(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    struct sip_name_addr c;
    int err = 0;

    for (unsigned n = 0; !err; n++)
        err = sip_msg_contact(req, n, &c);
    if (err == EINVAL)
        sip_strans_refuse(t, 400, NULL);
    else if (sip_msg_has(req, SIP_H_AUTHORIZATION))
        sip_strans_refuse(t, 401, NULL); /* no scheme that we know */
    else
        sip_strans_refuse(t, 200, NULL);
}

static inline void on_message(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    sip_strans_refuse(t, slice_is_set(sip_msg_body(req, "text/plain")) ? 200 : 500, NULL);
}

struct stream {
    struct conn *conn;
    char in[70000];
    size_t len;
    unsigned closed;
};

struct tester {
    struct bench b;
    struct driver d;
    struct udp *udp;
    struct stream s;
    char in[70000]; /* datagrams that came, one after the other */
    size_t len;
    bool is_v6;
};

static inline void add(char *in, size_t *at, size_t size, struct slice bytes)
{
    size_t n = bytes.len < size - 1 - *at ? bytes.len : size - 1 - *at;

    memcpy(in + *at, bytes.p, n);
    *at += n;
    in[*at] = '\0';
}

static inline void on_datagram(const struct datagram *dg, size_t count, void *arg)
{
    struct tester *t = arg;

    for (size_t i = 0; i < count; i++)
        add(t->in, &t->len, sizeof(t->in), dg[i].bytes);
}

static inline size_t on_bytes(struct conn *c, struct slice bytes, void *arg)
{
    struct tester *t = arg;

    add(t->s.in, &t->s.len, sizeof(t->s.in), bytes);
    return bytes.len;
}

static inline void on_end(struct conn *c, int err, void *arg)
{
    ((struct tester *)arg)->s.closed++;
}

static inline int open_stream(struct tester *t)
{
    struct conn_handlers h = {
        .recv = on_bytes, .closed = on_end, .arg = t, .max_in = 100000, .max_out = 100000};
    struct addr from, to;
    int err = addr_parse(&from, t->is_v6 ? SLICE("[2001:db8::9:1]:0") : SLICE("10.0.0.7:0"), 0);

    memset(&t->s, 0, sizeof(t->s));
    if (!err)
        err = addr_parse(&to, t->is_v6 ? SLICE("[2001:db8::10]:5060") : SLICE("10.0.0.1:5060"), 0);
    if (!err)
        err = conn_open(&t->s.conn, t->b.net, &to, &from, NULL, NULL, &h);
    pass(&t->b, 5);
    return err;
}

static inline int open_v6(struct bench *b)
{
    struct sip_binding_args args = {.name = "udp6", .transport = SIP_UDP, .fd = -1};

    return addr_parse(&args.local, SLICE("[2001:db8::10]:5060"), 0)
               ? EINVAL
               : sip_binding_open(NULL, b->sip, &args);
}

static inline int open_tester(struct tester *t, bool is_v6)
{
    struct sip_binding_args args = {.name = "tcp", .transport = SIP_TCP, .fd = -1};
    struct addr a;
    int err = bench_open(&t->b);

    t->is_v6 = is_v6;
    if (!err && is_v6)
        err = open_v6(&t->b);
    if (!err)
        err = addr_parse(&args.local, is_v6 ? SLICE("[2001:db8::10]:5060") : SLICE("10.0.0.1:5060"),
                         0);
    if (!err)
        err = sip_binding_open(NULL, t->b.sip, &args);
    if (!err)
        err = addr_parse(&a, is_v6 ? SLICE("[2001:db8::9:1]:5077") : SLICE("10.0.0.7:5077"), 0);
    if (!err)
        err = udp_open(&t->udp, t->b.net, -1, &a, on_datagram, t);
    sip_handle(t->b.sip, SIP_INVITE, on_call, &t->d);
    sip_handle(t->b.sip, SIP_REGISTER, on_register, t);
    sip_handle(t->b.sip, SIP_MESSAGE, on_message, t);
    return err;
}

static inline void close_tester(struct tester *t)
{
    mem_deref(t->d.invite);
    mem_deref(t->udp);
    mem_deref(t->s.conn);
    bench_close(&t->b);
}

/* The first final answer in what came; 0: none. */
static inline int final_of(const char *in)
{
    const char *p = in;
    int code = 0;

    while ((p = strstr(p, "SIP/2.0 ")) != NULL && code < 200) {
        code = atoi(p + 8);
        p += 8;
    }
    return code < 200 ? 0 : code;
}

static inline int say_udp(struct tester *t, struct slice text)
{
    struct addr to;
    int err = addr_parse(&to, t->is_v6 ? SLICE("[2001:db8::10]:5060") : SLICE("10.0.0.1:5060"), 0);

    if (!err)
        err = udp_send(t->udp, &to, text);
    pass(&t->b, 5);
    return err;
}

static inline int say_tcp(struct tester *t, struct slice rest, size_t at_once)
{
    int err = open_stream(t);

    while (!err && rest.len && !t->s.closed) {
        size_t n = at_once < rest.len ? at_once : rest.len;

        err = conn_send(t->s.conn, slice_from(rest.p, n));
        rest = slice_skip(rest, n);
        loop_fake_settle(t->b.loop);
        loop_fake_settle(t->b.loop);
    }
    pass(&t->b, 5);
    return t->s.closed ? 0 : err;
}

static const char alive[] =
    "OPTIONS sip:a@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKalive;rport\r\n"
    "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: alive\r\nCSeq: 1 OPTIONS\r\n"
    "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n";

/* Did what came and what happened to the stream fit? */
static inline bool is_right(struct tester *t, const struct row *r, bool is_tcp, int got)
{
    switch (r->want) {
    case WAITS: return is_tcp ? got == 0 && !t->s.closed : got == 400;
    case CUT: return got == 0 && t->s.closed;
    case CLOSES: return got == 400 && (!is_tcp || t->s.closed);
    default: return got == r->want && (!is_tcp || !t->s.closed);
    }
}

static inline int run(const struct row *r, bool is_v6, size_t at_once)
{
    struct tester t = {0};
    bool is_tcp = at_once > 0;
    int got = -1, err;

    CHECK_OK_TO(open_tester(&t, is_v6), out);
    CHECK_OK_TO(is_tcp ? say_tcp(&t, r->text, at_once) : say_udp(&t, r->text), out);
    got = final_of(is_tcp ? t.s.in : t.in);
    CHECK_TO(is_right(&t, r, is_tcp, got), out);
    t.len = 0;
    CHECK_OK_TO(say_udp(&t, slice_of(alive)), out);
    CHECK_TO(strncmp(t.in, "SIP/2.0 200", 11) == 0, out);
    if (is_tcp)
        pass(&t.b, 31000); /* who waits for ever, and was never let in, is cut */
    CHECK_TO(r->want != WAITS || !is_tcp || t.s.closed, out);
out:
    if (err)
        printf("s%s %s: %d, wanted %d\n%s\n", r->section, r->name, got, r->want,
               is_tcp ? t.s.in : t.in);
    close_tester(&t);
    return err;
}
