/*
 * tests/unit/sip/peer.h - a SIP core and a bare peer on a fake net
 *
 * The peer speaks text: what a test writes is what goes over the wire. Times are the fake loop's.
 */
#pragma once
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "loop/fake.h"
#include "sip/invite.h"
#include "sip/client.h"
#include "sip/server.h"
#include "unit.h"

#define PEER_MOST 64

struct peer {
    struct udp *udp;
    struct addr addr, to;
    struct sip_msg *got[PEER_MOST]; /* what arrived, oldest first */
    unsigned count;
};

struct bench {
    struct loop *loop;
    struct net *net;
    struct dns *dns;
    struct sip *sip;
    struct sip_binding *udp;
    struct peer peer, other;
};

static inline void peer_recv(const struct datagram *d, size_t count, void *arg)
{
    struct peer *p = arg;
    struct sip_why why;

    for (size_t i = 0; i < count && p->count < PEER_MOST; i++)
        if (!sip_msg_decode(&p->got[p->count], d[i].bytes, &why))
            p->count++;
}

static inline int peer_open(struct peer *p, struct net *net, const char *addr)
{
    int err = addr_parse(&p->addr, slice_of(addr), 0);

    if (!err)
        err = addr_parse(&p->to, SLICE("10.0.0.1:5060"), 0);
    return err ? err : udp_open(&p->udp, net, -1, &p->addr, peer_recv, p);
}

static inline void peer_clear(struct peer *p)
{
    for (unsigned i = 0; i < p->count; i++)
        p->got[i] = mem_deref(p->got[i]);
    p->count = 0;
}

static inline struct sip_msg *peer_last(const struct peer *p)
{
    return p->count ? p->got[p->count - 1] : NULL;
}

/** Status of the last message that arrived; 0: none, or a request. */
static inline unsigned peer_status(const struct peer *p)
{
    return p->count && !peer_last(p)->is_request ? peer_last(p)->status : 0;
}

/** Method of the last message when it is a request. */
static inline enum sip_method peer_method(const struct peer *p)
{
    return p->count && peer_last(p)->is_request ? peer_last(p)->method : SIP_METHOD_OTHER;
}

/** How many requests of that method (responses with that status) arrived. */
static inline unsigned peer_requests(const struct peer *p, enum sip_method m)
{
    unsigned n = 0;

    for (unsigned i = 0; i < p->count; i++)
        n += p->got[i]->is_request && p->got[i]->method == m;
    return n;
}

static inline unsigned peer_responses(const struct peer *p, unsigned status)
{
    unsigned n = 0;

    for (unsigned i = 0; i < p->count; i++)
        n += !p->got[i]->is_request && p->got[i]->status == status;
    return n;
}

/** Send text and let it arrive (the answers, too). */
static inline int peer_send(struct bench *b, struct peer *p, const char *text)
{
    int err = udp_send(p->udp, &p->to, slice_of(text));

    for (int i = 0; i < 4; i++)
        loop_fake_settle(b->loop);
    return err;
}

/** A request; to_tag "" for none; extra: header lines. Contact is the peer. */
static inline int peer_request(struct bench *b, struct peer *p, const char *method,
                               const char *branch, const char *to_tag, unsigned cseq,
                               const char *extra, const char *body)
{
    char text[3000], addr[ADDR_TEXT];

    addr_text(&p->addr, addr);
    snprintf(text, sizeof(text),
             "%s sip:600@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport\r\n"
             "Max-Forwards: 70\r\nFrom: <sip:101@x>;tag=f1\r\nTo: <sip:600@x>%s%s\r\n"
             "Call-ID: c1\r\nCSeq: %u %s\r\nContact: <sip:101@%s>\r\n%s"
             "Content-Length: %zu\r\n\r\n%s",
             method, addr, branch, *to_tag ? ";tag=" : "", to_tag, cseq, method, addr, extra,
             strlen(body), body);
    return peer_send(b, p, text);
}

/** Answer a request that arrived; to_tag NULL: none added. extra: header lines. */
static inline int peer_answer(struct bench *b, struct peer *p, const struct sip_msg *req,
                              uint16_t code, const char *to_tag, const char *extra,
                              const char *body)
{
    struct sip_answer a = {.code = code, .headers = slice_of(extra)};
    struct buf out, contact;
    char addr[ADDR_TEXT];
    int err;

    if (!req)
        return unit_is_rerun() ? ENOMEM : EINVAL;
    buf_init(&out, 10000);
    buf_init(&contact, 200);
    buf_printf(&contact, "<sip:peer@%s>", addr_text(&p->addr, addr));
    if (code > 100 && code < 300)
        a.contact = buf_slice(&contact);
    if (to_tag)
        a.to_tag = slice_of(to_tag);
    if (*body) {
        a.content_type = SLICE("application/sdp");
        a.body = slice_of(body);
    }
    err = sip_answer_print(&out, req, &a, NULL);
    if (!err)
        err = peer_send(b, p, buf_z(&out));
    buf_fini(&out);
    buf_fini(&contact);
    return err;
}

static inline int bench_open(struct bench *b)
{
    struct sip_args args = {.user_agent = "Test"};
    struct sip_binding_args binding = {.name = "transport-udp", .transport = SIP_UDP, .fd = -1};
    int err;

    memset(b, 0, sizeof(*b));
    err = loop_alloc_fake(&b->loop, (struct wall){1700000000000000});
    if (!err)
        err = net_fake_alloc(&b->net, b->loop);
    if (!err)
        err = dns_fake_alloc(&b->dns, b->loop);
    args.loop = b->loop;
    args.net = b->net;
    args.dns = b->dns;
    if (!err)
        err = sip_alloc(&b->sip, &args);
    if (!err)
        err = addr_parse(&binding.local, SLICE("10.0.0.1:5060"), 0);
    if (!err)
        err = sip_binding_open(&b->udp, b->sip, &binding);
    if (!err)
        err = peer_open(&b->peer, b->net, "10.0.0.7:5071");
    if (!err)
        err = peer_open(&b->other, b->net, "10.0.0.8:5072");
    return err;
}

static inline void bench_close(struct bench *b)
{
    peer_clear(&b->peer);
    peer_clear(&b->other);
    b->sip = mem_deref(b->sip);
    mem_deref(b->peer.udp);
    mem_deref(b->other.udp);
    mem_deref(b->dns);
    mem_deref(b->net);
    mem_deref(b->loop);
}

static inline void pass(struct bench *b, uint64_t ms)
{
    loop_fake_advance(b->loop, ms);
    for (int i = 0; i < 3; i++)
        loop_fake_settle(b->loop);
}

static inline struct sip_stats stats_of(struct bench *b)
{
    struct sip_stats s;

    sip_stats_get(b->sip, &s);
    return s;
}
