/* Names: the fake resolver, SRV order, the real one against a small server of our own. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"
#include "loop/dns_inner.h"
#include "loop/fake.h"
#include "unit.h"

struct answer {
    uint32_t calls;
    int err;
    size_t count;
    struct addr addrs[DNS_MOST_ANSWERS];
    struct dns_srv srvs[DNS_MOST_ANSWERS];
};

static void on_addrs(int err, const struct addr *addrs, size_t count, void *arg)
{
    struct answer *a = arg;

    a->calls++;
    a->err = err;
    a->count = count;
    if (count)
        memcpy(a->addrs, addrs, count * sizeof(*addrs));
}

static void on_srvs(int err, const struct dns_srv *srvs, size_t count, void *arg)
{
    struct answer *a = arg;

    a->calls++;
    a->err = err;
    a->count = count;
    if (count)
        memcpy(a->srvs, srvs, count * sizeof(*srvs));
}

/* ---- fake ---- */

static int the_fake_knows_what_it_was_told(void)
{
    struct dns_query *q[4] = {NULL};
    struct answer a[4] = {0};
    struct loop *l = NULL;
    struct dns *d = NULL;
    struct addr v4, v6;
    int err = 0;

    addr_parse(&v4, SLICE("192.0.2.7"), 0);
    addr_parse(&v6, SLICE("2001:db8::7"), 0);
    CHECK_OK_TO(loop_alloc_fake(&l, (struct wall){0}), out);
    CHECK_OK_TO(dns_fake_alloc(&d, l), out);
    CHECK_OK_TO(dns_fake_add_addr(d, "pbx.example.com", &v6), out);
    CHECK_OK_TO(dns_fake_add_addr(d, "pbx.example.com", &v4), out);
    CHECK_OK_TO(dns_addrs(&q[0], d, "PBX.example.com.", AF_INET, 5070, on_addrs, &a[0]), out);
    CHECK_OK_TO(dns_addrs(&q[1], d, "other.example.com", AF_UNSPEC, 1, on_addrs, &a[1]), out);
    CHECK_OK_TO(dns_addrs(&q[2], d, "10.0.0.1", AF_UNSPEC, 2, on_addrs, &a[2]), out);
    CHECK_OK_TO(dns_addrs(&q[3], d, "pbx.example.com", AF_INET, 1, on_addrs, &a[3]), out);
    q[3] = mem_deref(q[3]); /* forgotten */
    CHECK_TO(a[0].calls == 0, out);
    loop_fake_settle(l);
    CHECK_TO(unit_is_rerun() || (a[0].calls == 1 && a[0].count == 1 && a[0].addrs[0].port == 5070 &&
                                 addr_eq_host(&a[0].addrs[0], &v4)),
             out);
    CHECK_TO(a[1].calls == 1 && (a[1].err == ENOENT || unit_is_rerun()) && a[1].count == 0, out);
    CHECK_TO(unit_is_rerun() || (a[2].count == 1 && a[2].addrs[0].port == 2), out);
    CHECK_TO(a[3].calls == 0, out);
out:
    for (int i = 0; i < 4; i++)
        mem_deref(q[i]);
    mem_deref(d);
    mem_deref(l);
    return err;
}

static int srv_records_are_tried_by_priority_then_by_weight(void)
{
    static const struct dns_srv records[] = {
        {"backup", 5060, 20, 0}, {"rare", 5060, 10, 10}, {"often", 5060, 10, 90}};
    struct dns_query *q = NULL;
    struct loop *l = NULL;
    struct dns *d = NULL;
    struct answer a = {0};
    int err = 0, often_first = 0;

    CHECK_OK_TO(loop_alloc_fake(&l, (struct wall){0}), out);
    CHECK_OK_TO(dns_fake_alloc(&d, l), out);
    rand_seed(42);
    for (int i = 0; i < 3; i++)
        CHECK_OK_TO(dns_fake_add_srv(d, "_sip._udp.example.com", &records[i]), out);
    for (int i = 0; i < 500; i++) {
        CHECK_OK_TO(dns_srvs(&q, d, "_sip._udp.example.com", on_srvs, &a), out);
        loop_fake_settle(l);
        q = mem_deref(q);
        CHECK_TO(a.err == 0 && a.count == 3 && strcmp(a.srvs[2].target, "backup") == 0, out);
        often_first += strcmp(a.srvs[0].target, "often") == 0;
    }
    CHECK_TO(often_first > 400 && often_first < 490, out);
out:
    rand_seed(0);
    mem_deref(q);
    mem_deref(d);
    mem_deref(l);
    return err;
}

/* ---- SRV messages ---- */

#define HEAD "\x12\x34\x81\x80\x00\x01\x00\x02\x00\x00\x00\x00"
#define QUESTION                                                                                   \
    "\x04_sip\x04_udp\x07"                                                                         \
    "example\x03"                                                                                  \
    "com\x00\x00\x21\x00\x01"
#define RECORD(priority, len, target)                                                              \
    "\xc0\x0c\x00\x21\x00\x01\x00\x00\x01\x2c\x00" len "\x00" priority "\x00\x05\x13\xc4" target

static const char good[] =
    HEAD QUESTION RECORD("\x0a", "\x0c", "\x03pbx\xc0\x16") RECORD("\x14", "\x07", "\x00");

static int srv_messages_are_read(void)
{
    struct dns_answer *a = mem_zalloc(sizeof(*a));
    int err = 0;

    CHECK_TO(a, out);
    CHECK_TO(dns_records_parse(DNS_SRVS, (const uint8_t *)good, sizeof(good) - 1, a) == 0, out);
    CHECK_TO(a->count == 1 && a->ttl_s == 300 && a->srvs[0].port == 5060, out);
    CHECK_TO(strcmp(a->srvs[0].target, "pbx.example.com") == 0 && a->srvs[0].priority == 10, out);
out:
    mem_free(a);
    return err;
}

static int broken_srv_messages_are_refused(void)
{
    struct dns_answer *a = mem_zalloc(sizeof(*a));
    uint8_t bytes[sizeof(good)];
    int err = 0;

    CHECK_TO(a, out);
    for (size_t cut = 0; cut < sizeof(good) - 1; cut++)
        CHECK_TO(dns_records_parse(DNS_SRVS, (const uint8_t *)good, cut, a) == EBADMSG, out);
    for (size_t at = 0; at < sizeof(good) - 1; at++)
        for (int v = 0; v < 256; v++) {
            memcpy(bytes, good, sizeof(good));
            bytes[at] = (uint8_t)v;
            dns_records_parse(DNS_SRVS, bytes, sizeof(good) - 1, a); /* no crash, no endless loop */
            CHECK_TO(a->count <= 2, out);
        }
out:
    mem_free(a);
    return err;
}

/* ---- NAPTR messages ---- */

#define NAPTR(order, len, rest)                                                                    \
    "\xc0\x0c\x00\x23\x00\x01\x00\x00\x01\x2c\x00" len "\x00" order "\x00\x0a" rest

static const char naptrs[] = "\x12\x34\x81\x80\x00\x01\x00\x03\x00\x00\x00\x00" QUESTION
    /* "S" "SIP+D2T" "" _tcp.example.com */
    NAPTR("\x32", "\x16", "\x01S\x07SIP+D2T\x00\x04_tcp\xc0\x16")
    /* "u" "E2U+sip" "!x!" . : an expression is of no use here */
    NAPTR("\x01", "\x13",
          "\x01u\x07"
          "E2U+sip\x03!x!\x00")
    /* "s" "SIP+D2U" "" example.com */
    NAPTR("\x14", "\x11", "\x01s\x07SIP+D2U\x00\xc0\x16");

static int naptr_messages_are_read(void)
{
    struct dns_answer *a = mem_zalloc(sizeof(*a));
    uint8_t bytes[sizeof(naptrs)];
    int err = 0;

    CHECK_TO(a, out);
    CHECK_TO(dns_records_parse(DNS_NAPTRS, (const uint8_t *)naptrs, sizeof(naptrs) - 1, a) == 0,
             out);
    CHECK_TO(a->count == 2 && strcmp(a->naptrs[0].service, "SIP+D2T") == 0, out);
    CHECK_TO(a->naptrs[0].flag == 's' && a->naptrs[0].order == 50, out);
    CHECK_TO(strcmp(a->naptrs[0].replacement, "_tcp.example.com") == 0, out);
    CHECK_TO(strcmp(a->naptrs[1].replacement, "example.com") == 0, out);
    for (size_t cut = 0; cut < sizeof(naptrs) - 1; cut++)
        CHECK_TO(dns_records_parse(DNS_NAPTRS, (const uint8_t *)naptrs, cut, a) == EBADMSG, out);
    for (size_t at = 0; at < sizeof(naptrs) - 1; at++)
        for (int v = 0; v < 256; v++) {
            memcpy(bytes, naptrs, sizeof(naptrs));
            bytes[at] = (uint8_t)v;
            dns_records_parse(DNS_NAPTRS, bytes, sizeof(naptrs) - 1,
                              a); /* no crash, no endless loop */
            CHECK_TO(a->count <= 3, out);
        }
out:
    mem_free(a);
    return err;
}

static int rules_are_read_whole(void)
{
    struct dns_answer *a = mem_zalloc(sizeof(*a));
    uint8_t bytes[sizeof(naptrs)];
    int err = 0;

    CHECK_TO(a, out);
    CHECK_TO(dns_records_parse(DNS_RULES, (const uint8_t *)naptrs, sizeof(naptrs) - 1, a) == 0,
             out);
    CHECK_TO(a->count == 3 && strcmp(a->rules[1].service, "E2U+sip") == 0, out);
    CHECK_TO(strcmp(a->rules[1].flags, "u") == 0 && strcmp(a->rules[1].expression, "!x!") == 0,
             out);
    CHECK_TO(a->rules[1].order == 1 && a->rules[1].preference == 10, out);
    CHECK_TO(strcmp(a->rules[0].replacement, "_tcp.example.com") == 0, out);
    for (size_t cut = 0; cut < sizeof(naptrs) - 1; cut++)
        CHECK_TO(dns_records_parse(DNS_RULES, (const uint8_t *)naptrs, cut, a) == EBADMSG, out);
    for (size_t at = 0; at < sizeof(naptrs) - 1; at++)
        for (int v = 0; v < 256; v++) {
            memcpy(bytes, naptrs, sizeof(naptrs));
            bytes[at] = (uint8_t)v;
            dns_records_parse(DNS_RULES, bytes, sizeof(naptrs) - 1,
                              a); /* no crash, no endless loop */
            CHECK_TO(a->count <= 3, out);
        }
out:
    mem_free(a);
    return err;
}

static const char txts[] = "\x12\x34\x81\x80\x00\x01\x00\x02\x00\x00\x00\x00" QUESTION
                           "\xc0\x0c\x00\x10\x00\x01\x00\x00\x01\x2c\x00\x0a\x04"
                           "Anna"
                           "\x04 Bee"
                           "\xc0\x0c\x00\x10\x00\x01\x00\x00\x01\x2c\x00\x01\x00";

static int texts_are_joined(void)
{
    struct dns_answer *a = mem_zalloc(sizeof(*a));
    int err = 0;

    CHECK_TO(a, out);
    CHECK_TO(dns_records_parse(DNS_TEXTS, (const uint8_t *)txts, sizeof(txts) - 1, a) == 0, out);
    CHECK_TO(a->count == 2 && strcmp(a->texts[0].text, "Anna Bee") == 0 && !*a->texts[1].text, out);
    for (size_t cut = 0; cut < sizeof(txts) - 1; cut++)
        CHECK_TO(dns_records_parse(DNS_TEXTS, (const uint8_t *)txts, cut, a) == EBADMSG, out);
out:
    mem_free(a);
    return err;
}

/* ---- the real one ---- */

struct server {
    struct udp *udp;
    uint32_t questions;
    bool is_mute;
};

/* Answers any A question with 192.0.2.9 (TTL 1), AAAA and names with "no" with nothing, SRV with
 * pbx. */
static void serve(const struct datagram *d, size_t count, void *arg)
{
    struct server *s = arg;
    char out[512];

    for (size_t i = 0; i < count; i++) {
        const char *p = d[i].bytes.p;
        size_t at = 12, len;
        uint8_t type;

        s->questions++;
        if (s->is_mute)
            continue;
        while (at < d[i].bytes.len && p[at])
            at += (uint8_t)p[at] + 1u;
        type = (uint8_t)p[at + 2];
        len = at + 5;
        memcpy(out, p, len);
        memcpy(out + 2, "\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00", 10);
        if (memmem(p, len, "\x02no", 3)) {
            out[3] = (char)0x83; /* NXDOMAIN */
        } else if (type == 1) {
            out[7] = 1;
            memcpy(out + len, "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x01\x00\x04\xc0\x00\x02\x09",
                   16);
            len += 16;
        } else if (type == 33) {
            out[7] = 1;
            memcpy(out + len,
                   "\xc0\x0c\x00\x21\x00\x01\x00\x00\x00\x01\x00\x0b"
                   "\x00\x01\x00\x02\x13\xc4\x03pbx\x00",
                   23);
            len += 23;
        }
        udp_send(s->udp, &d[i].from, slice_from(out, len));
    }
}

struct real {
    struct loop *loop;
    struct net *net;
    struct dns *dns;
    struct server server;
};

static int real_open(struct real *r)
{
    char text[ADDR_TEXT];
    struct addr local;
    int err;

    memset(r, 0, sizeof(*r));
    addr_parse(&local, SLICE("127.0.0.1:0"), 0);
    err = loop_alloc(&r->loop);
    if (!err)
        err = net_alloc(&r->net, r->loop);
    if (!err)
        err = udp_open(&r->server.udp, r->net, -1, &local, serve, &r->server);
    if (!err)
        err = dns_alloc(&r->dns, r->loop);
    if (!err)
        err = dns_use_servers(r->dns, addr_text(udp_local(r->server.udp), text));
    return err;
}

static void real_close(struct real *r)
{
    mem_deref(r->dns);
    mem_deref(r->server.udp);
    mem_deref(r->net);
    mem_deref(r->loop);
}

static void run_until(struct loop *l, const uint32_t *calls, uint32_t want)
{
    for (int i = 0; i < 700 && *calls < want; i++)
        loop_round(l, 10);
}

static int the_real_one_asks_once_and_remembers(void)
{
    struct dns_query *q[5] = {NULL};
    struct answer a = {0};
    struct real r;
    uint32_t asked;
    int err = 0;

    CHECK_OK_TO(real_open(&r), out);
    CHECK_OK_TO(dns_addrs(&q[0], r.dns, "host.example.net", AF_INET, 5060, on_addrs, &a), out);
    CHECK_OK_TO(dns_addrs(&q[1], r.dns, "host.example.net", AF_INET, 5060, on_addrs, &a), out);
    CHECK_TO(a.calls == 0, out);
    run_until(r.loop, &a.calls, 2);
    CHECK_TO(a.calls == 2 && a.err == 0 && a.count == 1, out);
    CHECK_TO(a.addrs[0].port == 5060 && a.addrs[0].ip[3] == 9, out);
    asked = r.server.questions;
    CHECK_TO(asked == 1, out);
    CHECK_OK_TO(dns_addrs(&q[2], r.dns, "host.example.net", AF_INET, 1, on_addrs, &a), out);
    run_until(r.loop, &a.calls, 3);
    CHECK_TO(a.calls == 3 && r.server.questions == asked, out);
    CHECK_OK_TO(dns_srvs(&q[3], r.dns, "_sip._udp.example.net", on_srvs, &a), out);
    run_until(r.loop, &a.calls, 4);
    CHECK_TO(a.err == 0 && a.count == 1 && strcmp(a.srvs[0].target, "pbx") == 0, out);
    CHECK_OK_TO(dns_addrs(&q[4], r.dns, "no.example.net", AF_UNSPEC, 1, on_addrs, &a), out);
    run_until(r.loop, &a.calls, 5);
    CHECK_TO(a.calls == 5 && a.err == ENOENT && a.count == 0, out);
out:
    for (int i = 0; i < 5; i++)
        mem_deref(q[i]);
    real_close(&r);
    return err;
}

static int a_silent_server_is_given_up_after_five_seconds(void)
{
    struct dns_query *q = NULL, *forgotten = NULL;
    struct answer a = {0}, b = {0};
    struct mono start;
    struct real r;
    int err = 0;

    CHECK_OK_TO(real_open(&r), out);
    r.server.is_mute = true;
    start = loop_now_exact(r.loop);
    CHECK_OK_TO(dns_srvs(&q, r.dns, "_sip._tcp.example.net", on_srvs, &a), out);
    CHECK_OK_TO(dns_addrs(&forgotten, r.dns, "h.example.net", AF_INET, 1, on_addrs, &b), out);
    forgotten = mem_deref(forgotten);
    run_until(r.loop, &a.calls, 1);
    CHECK_TO(a.calls == 1 && a.err == ETIMEDOUT && b.calls == 0, out);
    CHECK_TO(mono_diff_ms(loop_now(r.loop), start) < 5500 && r.server.questions > 1, out);
    CHECK_OK_TO(dns_addrs(&forgotten, r.dns, "left.example.net", AF_INET, 1, on_addrs, &b), out);
out:
    mem_deref(forgotten);
    mem_deref(q);
    real_close(&r);
    return err;
}

UNIT_TESTS(UNIT(the_fake_knows_what_it_was_told),
           UNIT_ONCE(srv_records_are_tried_by_priority_then_by_weight), UNIT(srv_messages_are_read),
           UNIT(broken_srv_messages_are_refused), UNIT(naptr_messages_are_read),
           UNIT(rules_are_read_whole), UNIT(texts_are_joined),
           UNIT_ONCE(the_real_one_asks_once_and_remembers),
           UNIT_ONCE(a_silent_server_is_given_up_after_five_seconds))
