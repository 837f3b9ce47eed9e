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

/* RFC 3403 s4.1: lower order first, inside one lower preference; those that are equal stay as they came. */
#define ORDER_STEPS(name_, type_)                                                                  \
    static void name_(type_ *n, uint32_t count)                                                    \
    {                                                                                              \
        for (uint32_t at = 1; at < count; at++) {                                                  \
            const type_ one = n[at];                                                               \
            const uint32_t rank = (uint32_t)one.order << 16 | one.preference;                      \
            uint32_t to = at;                                                                      \
                                                                                                   \
            while (to > 0 && ((uint32_t)n[to - 1].order << 16 | n[to - 1].preference) > rank) {    \
                n[to] = n[to - 1];                                                                 \
                to--;                                                                              \
            }                                                                                      \
            n[to] = one;                                                                           \
        }                                                                                          \
    }

ORDER_STEPS(order_naptrs, struct dns_naptr)
ORDER_STEPS(order_rules, struct dns_rule)

static size_t answer_size(enum dns_kind kind)
{
    switch (kind) {
    case DNS_SRVS: return sizeof(struct dns_srv);
    case DNS_NAPTRS: return sizeof(struct dns_naptr);
    case DNS_RULES: return sizeof(struct dns_rule);
    case DNS_TEXTS: return sizeof(struct dns_text);
    default: return sizeof(struct addr);
    }
}

struct dns_answer *dns_answer_dup(enum dns_kind kind, const struct dns_answer *a)
{
    size_t size = offsetof(struct dns_answer, addrs) + a->count * answer_size(kind);
    struct dns_answer *mine = mem_zalloc(size);

    if (mine)
        memcpy(mine, a, size);
    return mine;
}

/* In the order in which they are to be tried. @param a  NULL and count 0 when err is set */
static void tell_kind(struct dns_query *q, int err, struct dns_answer *a, uint32_t count)
{
    switch (q->kind) {
    case DNS_SRVS:
        if (count)
            order_srvs(a->srvs, count);
        q->srv_h(err, count ? a->srvs : NULL, count, q->arg);
        break;
    case DNS_NAPTRS:
        if (count)
            order_naptrs(a->naptrs, count);
        q->naptr_h(err, count ? a->naptrs : NULL, count, q->arg);
        break;
    case DNS_RULES:
        if (count)
            order_rules(a->rules, count);
        q->rule_h(err, count ? a->rules : NULL, count, q->arg);
        break;
    case DNS_TEXTS: q->text_h(err, count ? a->texts : NULL, count, q->arg); break;
    case DNS_ADDRS:
        for (uint32_t i = 0; i < count; i++)
            a->addrs[i].port = q->port;
        q->addrs_h(err, count ? a->addrs : NULL, count, q->arg);
        break;
    }
}

void dns_query_tell(struct dns_query *q, const struct dns_answer *answer)
{
    struct dns_answer *mine;
    int err = answer->err;

    mem_ref(q);
    mine = dns_answer_dup(q->kind, answer); /* the order is this query's own */
    if (!mine)
        err = EIO;
    tell_kind(q, err, mine, err ? 0 : mine->count);
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

/* ---- records of a message (RFC 1035 s4.1 and s3.3.14, RFC 2782, RFC 3403) ---- */

int dns_type_of(enum dns_kind kind)
{
    switch (kind) {
    case DNS_SRVS: return 33;
    case DNS_NAPTRS:
    case DNS_RULES: return 35;
    case DNS_TEXTS: return 16;
    default: return 0;
    }
}

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

/* A part that does not fit makes the rule one that nobody can follow: it is left out. */
static bool read_rule(const struct reader *r, size_t at, size_t len, struct dns_rule *n)
{
    struct reader body = {r->p, at + len, at};
    size_t flags, service, expression;
    uint32_t order, preference;

    if (!read_u16(&body, &order) || !read_u16(&body, &preference) ||
        !read_text(&body, n->flags, sizeof(n->flags), &flags) ||
        !read_text(&body, n->service, sizeof(n->service), &service) ||
        !read_text(&body, n->expression, sizeof(n->expression), &expression) ||
        !read_name(&body, &body.at, n->replacement, sizeof(n->replacement)) || body.at != at + len)
        return false;
    n->order = (uint16_t)order;
    n->preference = (uint16_t)preference;
    if (strlen(n->flags) != flags || strlen(n->expression) != expression)
        n->service[0] = '\0';
    return true;
}

static bool read_txt(const struct reader *r, size_t at, size_t len, struct dns_text *t)
{
    struct reader body = {r->p, at + len, at};
    char part[256];
    size_t have = 0, n;

    while (body.at < body.len) {
        if (!read_text(&body, part, sizeof(part), &n))
            return false;
        n = strlen(part) < sizeof(t->text) - 1 - have ? strlen(part) : sizeof(t->text) - 1 - have;
        memcpy(t->text + have, part, n);
        have += n;
    }
    t->text[have] = '\0';
    return true;
}

/* The record's body at r->at goes to the next place of *out, when it is of use. */
static bool take_record(const struct reader *r, enum dns_kind kind, uint32_t len,
                        struct dns_answer *out)
{
    const uint32_t n = out->count;

    if (n == DNS_MOST_ANSWERS)
        return true;
    switch (kind) {
    case DNS_NAPTRS:
        if (!read_naptr(r, r->at, len, &out->naptrs[n]))
            return false;
        out->count += out->naptrs[n].replacement[0] != '\0';
        return true;
    case DNS_RULES:
        if (!read_rule(r, r->at, len, &out->rules[n]))
            return false;
        out->count += out->rules[n].service[0] != '\0';
        return true;
    case DNS_TEXTS: out->count++; return read_txt(r, r->at, len, &out->texts[n]);
    default:
        if (!read_srv(r, r->at, len, &out->srvs[n]))
            return false;
        out->count += out->srvs[n].target[0] != '\0'; /* "." says that there is no such service */
        return true;
    }
}

/* One record; those that answer go to *out. */
static bool read_record(struct reader *r, enum dns_kind kind, struct dns_answer *out)
{
    uint32_t type, class, ttl_hi, ttl_lo, len, ttl_s;
    char name[256];

    if (!read_name(r, &r->at, name, sizeof(name)) || !read_u16(r, &type) || !read_u16(r, &class) ||
        !read_u16(r, &ttl_hi) || !read_u16(r, &ttl_lo) || !read_u16(r, &len) ||
        r->len - r->at < len)
        return false;
    ttl_s = ttl_hi << 16 | ttl_lo;
    if ((int)type == dns_type_of(kind) && class == 1 && !take_record(r, kind, len, out))
        return false;
    if (ttl_s < out->ttl_s)
        out->ttl_s = ttl_s;
    r->at += len;
    return true;
}

int dns_records_parse(enum dns_kind kind, const uint8_t *message, size_t len,
                      struct dns_answer *out)
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
        if (!read_record(&r, kind, out))
            return EBADMSG;
    return out->count ? 0 : ENOENT;
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

int dns_rules(struct dns_query **qp, struct dns *d, const char *name, dns_rule_h *h, void *arg)
{
    struct dns_query model = {.kind = DNS_RULES, .rule_h = h, .arg = arg};

    return ask(qp, d, &model, name);
}

int dns_texts(struct dns_query **qp, struct dns *d, const char *name, dns_text_h *h, void *arg)
{
    struct dns_query model = {.kind = DNS_TEXTS, .text_h = h, .arg = arg};

    return ask(qp, d, &model, name);
}
