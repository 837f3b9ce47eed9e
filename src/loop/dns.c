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

/* RFC 3403 s4.1: lower order first, inside one lower preference. */
static void order_naptrs(struct dns_naptr *n, uint32_t count)
{
    for (uint32_t at = 1; at < count; at++) {
        struct dns_naptr one = n[at];
        uint32_t to = at;

        while (to > 0 && (n[to - 1].order > one.order || (n[to - 1].order == one.order &&
                                                          n[to - 1].preference > one.preference))) {
            n[to] = n[to - 1];
            to--;
        }
        n[to] = one;
    }
}

struct dns_answer *dns_answer_dup(enum dns_kind kind, const struct dns_answer *a)
{
    size_t each = kind == DNS_SRVS     ? sizeof(a->srvs[0])
                  : kind == DNS_NAPTRS ? sizeof(a->naptrs[0])
                                       : sizeof(a->addrs[0]);
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
    } else if (q->kind == DNS_NAPTRS) {
        if (!err)
            order_naptrs(mine->naptrs, mine->count);
        q->naptr_h(err, err ? NULL : mine->naptrs, err ? 0 : mine->count, q->arg);
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

/* ---- SRV and NAPTR records of a message (RFC 1035 s4.1, RFC 2782, RFC 3403) ---- */

#define TYPE_SRV 33
#define TYPE_NAPTR 35

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

/* A counted string; one longer than the room is cut to nothing. @return false: beyond the end */
static bool read_text(struct reader *r, char *out, size_t size, size_t *len)
{
    size_t n;

    if (r->at >= r->len)
        return false;
    n = r->p[r->at++];
    if (r->len - r->at < n)
        return false;
    *len = n;
    if (n < size) {
        memcpy(out, r->p + r->at, n);
        out[n] = '\0';
    } else {
        out[0] = '\0';
    }
    r->at += n;
    return true;
}

/* Only what ends in a name at once is of use: flag "s" or "a", no expression. */
static bool read_naptr(const struct reader *r, size_t at, size_t len, struct dns_naptr *n)
{
    struct reader body = {r->p, at + len, at};
    size_t flags, service, expression;
    uint32_t order, preference;
    char text[2], none[1];

    if (!read_u16(&body, &order) || !read_u16(&body, &preference) ||
        !read_text(&body, text, sizeof(text), &flags) ||
        !read_text(&body, n->service, sizeof(n->service), &service) ||
        !read_text(&body, none, sizeof(none), &expression) ||
        !read_name(&body, &body.at, n->replacement, sizeof(n->replacement)) || body.at != at + len)
        return false;
    n->order = (uint16_t)order;
    n->preference = (uint16_t)preference;
    n->flag = (char)tolower((unsigned char)text[0]);
    if (flags != 1 || (n->flag != 's' && n->flag != 'a') || expression ||
        strlen(n->service) != service)
        n->replacement[0] = '\0';
    return true;
}

/* The record's body at r->at. */
static bool take_record(const struct reader *r, uint32_t type, uint32_t len, struct dns_answer *out)
{
    struct dns_naptr naptr = {0};
    struct dns_srv srv = {0};

    if (out->count == DNS_MOST_ANSWERS)
        return true;
    if (type == TYPE_NAPTR) {
        if (!read_naptr(r, r->at, len, &naptr))
            return false;
        if (naptr.replacement[0])
            out->naptrs[out->count++] = naptr;
        return true;
    }
    if (!read_srv(r, r->at, len, &srv))
        return false;
    if (srv.target[0]) /* "." says that there is no such service */
        out->srvs[out->count++] = srv;
    return true;
}

/* One record; those of the wanted type go to *out. */
static bool read_record(struct reader *r, uint32_t wanted, struct dns_answer *out)
{
    uint32_t type, class, ttl_hi, ttl_lo, len, ttl_s;
    char name[256];

    if (!read_name(r, &r->at, name, sizeof(name)) || !read_u16(r, &type) || !read_u16(r, &class) ||
        !read_u16(r, &ttl_hi) || !read_u16(r, &ttl_lo) || !read_u16(r, &len) ||
        r->len - r->at < len)
        return false;
    ttl_s = ttl_hi << 16 | ttl_lo;
    if (type == wanted && class == 1 && !take_record(r, type, len, out))
        return false;
    if (ttl_s < out->ttl_s)
        out->ttl_s = ttl_s;
    r->at += len;
    return true;
}

static int parse(const uint8_t *message, size_t len, uint32_t wanted, struct dns_answer *out)
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
        if (!read_record(&r, wanted, out))
            return EBADMSG;
    return out->count ? 0 : ENOENT;
}

int dns_srv_parse(const uint8_t *message, size_t len, struct dns_answer *out)
{
    return parse(message, len, TYPE_SRV, out);
}

int dns_naptr_parse(const uint8_t *message, size_t len, struct dns_answer *out)
{
    return parse(message, len, TYPE_NAPTR, out);
}

/* ---- questions ---- */

static void query_destroy(void *arg)
{
    struct dns_query *q = arg;

    loop_defer_stop(&q->tell);
    timer_stop(&q->silence);
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

int dns_naptrs(struct dns_query **qp, struct dns *d, const char *name, dns_naptr_h *h, void *arg)
{
    struct dns_query model = {.kind = DNS_NAPTRS, .naptr_h = h, .arg = arg};

    return ask(qp, d, &model, name);
}
