/* dns.c - see dns.h: questions, what both resolvers share, the fake one */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"
#include "loop/dns_inner.h"
#include "loop/fake.h"

/* ---- answers ---- */

/* RFC 2782: by priority; inside one, at random in proportion to the weights. */
static void order_srvs(struct dns_srv *s, uint32_t count)
{
    for (uint32_t at = 0; at < count; at++) {
        uint32_t best = at, sum = 0, pick;

        for (uint32_t i = at; i < count; i++)
            if (s[i].priority < s[best].priority)
                best = i;
        for (uint32_t i = at; i < count; i++)
            if (s[i].priority == s[best].priority)
                sum += s[i].weight;
        pick = sum ? rand_u32() % sum : 0;
        for (uint32_t i = at; sum && i < count; i++) {
            if (s[i].priority != s[best].priority)
                continue;
            if (pick < s[i].weight) {
                best = i;
                break;
            }
            pick -= s[i].weight;
        }
        if (best != at) {
            struct dns_srv first = s[best];

            memmove(&s[at + 1], &s[at], (best - at) * sizeof(*s));
            s[at] = first;
        }
    }
}

struct dns_answer *dns_answer_dup(enum dns_kind kind, const struct dns_answer *a)
{
    size_t each = kind == DNS_SRVS ? sizeof(a->srvs[0]) : sizeof(a->addrs[0]);
    size_t size = offsetof(struct dns_answer, addrs) + a->count * each;
    struct dns_answer *mine = mem_zalloc(size);

    if (mine)
        memcpy(mine, a, size);
    return mine;
}

void dns_query_tell(struct dns_query *q, const struct dns_answer *answer)
{
    struct dns_answer *mine;
    int err = answer->err;

    mem_ref(q);
    mine = dns_answer_dup(q->kind, answer); /* the order is this query's own */
    if (!mine)
        err = EIO;
    if (q->kind == DNS_SRVS) {
        if (!err)
            order_srvs(mine->srvs, mine->count);
        q->srv_h(err, err ? NULL : mine->srvs, err ? 0 : mine->count, q->arg);
    } else {
        for (uint32_t i = 0; !err && i < mine->count; i++)
            mine->addrs[i].port = q->port;
        q->addrs_h(err, err ? NULL : mine->addrs, err ? 0 : mine->count, q->arg);
    }
    mem_free(mine);
    mem_deref(q);
}

static void tell_now(void *arg)
{
    struct dns_query *q = arg;
    struct dns_answer *answer = q->answer;

    q->answer = NULL;
    dns_query_tell(q, answer);
    mem_free(answer);
}

int dns_query_tell_later(struct dns_query *q, const struct dns_answer *answer)
{
    q->answer = dns_answer_dup(q->kind, answer);
    if (!q->answer)
        return ENOMEM;
    loop_defer(q->dns->loop, &q->tell, tell_now, q);
    return 0;
}

/* ---- SRV records of a message (RFC 1035 s4.1, RFC 2782) ---- */

struct reader {
    const uint8_t *p;
    size_t len, at;
};

static bool read_u16(struct reader *r, uint32_t *v)
{
    if (r->len - r->at < 2)
        return false;
    *v = (uint32_t)r->p[r->at] << 8 | r->p[r->at + 1];
    r->at += 2;
    return true;
}

/* A name that stands at *at; compressed ones only point backwards. out may be NULL. */
static bool read_name(const struct reader *r, size_t *at, char *out, size_t size)
{
    size_t p = *at, len = 0, lowest = *at;
    bool has_jumped = false;

    for (;;) {
        uint8_t n;

        if (p >= r->len)
            return false;
        n = r->p[p++];
        if (n == 0)
            break;
        if (n >= 0xc0) {
            size_t to = p < r->len ? ((size_t)(n & 0x3f) << 8 | r->p[p]) : r->len;

            if (to >= lowest)
                return false;
            if (!has_jumped)
                *at = p + 1;
            has_jumped = true;
            lowest = p = to;
            continue;
        }
        if (n > 63 || r->len - p < n || len + n + 2 > size)
            return false;
        if (len)
            out[len++] = '.';
        for (uint8_t i = 0; i < n; i++) {
            char c = (char)r->p[p + i];

            if (!isgraph((unsigned char)c) || c == '.')
                return false;
            out[len++] = c;
        }
        p += n;
    }
    out[len] = '\0';
    if (!has_jumped)
        *at = p;
    return true;
}

static bool read_srv(const struct reader *r, size_t at, size_t len, struct dns_srv *s)
{
    struct reader body = {r->p, at + len, at};
    uint32_t priority, weight, port;

    if (!read_u16(&body, &priority) || !read_u16(&body, &weight) || !read_u16(&body, &port) ||
        !read_name(&body, &body.at, s->target, sizeof(s->target)) || body.at != at + len)
        return false;
    s->priority = (uint16_t)priority;
    s->weight = (uint16_t)weight;
    s->port = (uint16_t)port;
    return true;
}

/* One record; an SRV goes to *out. */
static bool read_record(struct reader *r, struct dns_answer *out)
{
    uint32_t type, class, ttl_hi, ttl_lo, len, ttl_s;
    struct dns_srv srv = {0};
    char name[256];

    if (!read_name(r, &r->at, name, sizeof(name)) || !read_u16(r, &type) || !read_u16(r, &class) ||
        !read_u16(r, &ttl_hi) || !read_u16(r, &ttl_lo) || !read_u16(r, &len) ||
        r->len - r->at < len)
        return false;
    ttl_s = ttl_hi << 16 | ttl_lo;
    if (type == 33 && class == 1 && out->count < DNS_MOST_ANSWERS) {
        if (!read_srv(r, r->at, len, &srv))
            return false;
        if (srv.target[0]) /* "." says that there is no such service */
            out->srvs[out->count++] = srv;
    }
    if (ttl_s < out->ttl_s)
        out->ttl_s = ttl_s;
    r->at += len;
    return true;
}

int dns_srv_parse(const uint8_t *message, size_t len, struct dns_answer *out)
{
    struct reader r = {message, len, 4};
    uint32_t questions, answers, rest, type, class;
    char name[256];

    memset(out, 0, sizeof(*out));
    out->ttl_s = UINT32_MAX;
    if (len < 12 || !read_u16(&r, &questions) || !read_u16(&r, &answers) || !read_u16(&r, &rest) ||
        !read_u16(&r, &rest))
        return EBADMSG;
    for (; questions; questions--)
        if (!read_name(&r, &r.at, name, sizeof(name)) || !read_u16(&r, &type) ||
            !read_u16(&r, &class))
            return EBADMSG;
    for (; answers; answers--)
        if (!read_record(&r, out))
            return EBADMSG;
    return out->count ? 0 : ENOENT;
}

/* ---- questions ---- */

static void query_destroy(void *arg)
{
    struct dns_query *q = arg;

    loop_defer_stop(&q->tell);
    list_unlink(&q->link);
    mem_free(q->answer);
    mem_deref(q->dns);
}

static int ask(struct dns_query **qp, struct dns *d, const struct dns_query *model,
               const char *name)
{
    struct dns_query *q;
    size_t len = strlen(name);
    int err;

    if (len > 0 && name[len - 1] == '.')
        len--;
    if (len == 0 || len >= sizeof(q->name))
        return EINVAL;
    q = mem_alloc(sizeof(*q), query_destroy);
    if (!q)
        return ENOMEM;
    *q = *model;
    q->dns = mem_ref(d);
    for (size_t i = 0; i < len; i++)
        q->name[i] = (char)tolower((unsigned char)name[i]);
    err = d->ask(d, q);
    if (err)
        mem_deref(q);
    else
        *qp = q;
    return err;
}

int dns_addrs(struct dns_query **qp, struct dns *d, const char *name, int family, uint16_t port,
              dns_addrs_h *h, void *arg)
{
    struct dns_query model = {
        .kind = DNS_ADDRS, .family = family, .port = port, .addrs_h = h, .arg = arg};

    return ask(qp, d, &model, name);
}

int dns_srvs(struct dns_query **qp, struct dns *d, const char *name, dns_srv_h *h, void *arg)
{
    struct dns_query model = {.kind = DNS_SRVS, .srv_h = h, .arg = arg};

    return ask(qp, d, &model, name);
}
