/* dns_fake.c - see fake.h: a resolver that knows what it was told */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "loop/dns_inner.h"
#include "loop/fake.h"

struct known {
    struct link link;
    enum dns_kind kind;
    char *name;
    struct addr addr;
    struct dns_srv srv;
    struct dns_naptr naptr;
    struct dns_rule rule;
    struct dns_text text;
};

struct dns_fake {
    struct dns dns;
    struct list known;
    bool is_cut;
};

#define SILENCE_MS 5000

static void known_free(struct known *k)
{
    mem_free(k->name);
    mem_free(k);
}

static void fake_destroy(void *arg)
{
    struct dns_fake *d = arg;
    struct link *k;

    while ((k = list_first(&d->known))) {
        list_unlink(k);
        known_free(CONTAINER_OF(k, struct known, link));
    }
}

static void add_answer(struct dns_answer *a, const struct known *k, int family)
{
    if (a->count == DNS_MOST_ANSWERS)
        return;
    if (k->kind == DNS_SRVS)
        a->srvs[a->count++] = k->srv;
    else if (k->kind == DNS_NAPTRS)
        a->naptrs[a->count++] = k->naptr;
    else if (k->kind == DNS_RULES)
        a->rules[a->count++] = k->rule;
    else if (k->kind == DNS_TEXTS)
        a->texts[a->count++] = k->text;
    else if (family == AF_UNSPEC || family == k->addr.family)
        a->addrs[a->count++] = k->addr;
}

static void on_silence(void *arg)
{
    struct dns_query *q = arg;
    struct dns_answer a = {.err = ETIMEDOUT};

    dns_query_tell(q, &a);
}

static int fake_ask(struct dns *dns, struct dns_query *q)
{
    struct dns_fake *d = (struct dns_fake *)dns;
    struct dns_answer *a;
    struct addr literal;
    int err;

    if (d->is_cut) {
        timer_start(dns->loop, &q->silence, SILENCE_MS, on_silence, q);
        return 0;
    }
    a = mem_zalloc(sizeof(*a));
    if (!a)
        return ENOMEM;
    if (q->kind == DNS_ADDRS && !addr_parse_host(&literal, slice_of(q->name), 0))
        a->addrs[a->count++] = literal;
    LIST_FOREACH(&d->known, k)
    {
        struct known *known = CONTAINER_OF(k, struct known, link);

        if (known->kind == q->kind && strcasecmp(known->name, q->name) == 0)
            add_answer(a, known, q->family);
    }
    if (!a->count)
        a->err = ENOENT;
    err = dns_query_tell_later(q, a);
    mem_free(a);
    return err;
}

int dns_fake_alloc(struct dns **dp, struct loop *fake_loop)
{
    struct dns_fake *d = mem_alloc(sizeof(*d), fake_destroy);

    if (!d)
        return ENOMEM;
    d->dns.ask = fake_ask;
    d->dns.loop = fake_loop;
    list_init(&d->known);
    *dp = &d->dns;
    return 0;
}

static int add(struct dns *dns, const struct known *model, const char *name)
{
    struct dns_fake *d = (struct dns_fake *)dns;
    struct known *k = mem_zalloc(sizeof(*k));

    if (!k)
        return ENOMEM;
    *k = *model;
    k->name = mem_strdup(name);
    if (!k->name) {
        mem_free(k);
        return ENOMEM;
    }
    list_append(&d->known, &k->link);
    return 0;
}

int dns_fake_add_addr(struct dns *d, const char *name, const struct addr *a)
{
    struct known model = {.kind = DNS_ADDRS, .addr = *a};

    return add(d, &model, name);
}

int dns_fake_add_srv(struct dns *d, const char *name, const struct dns_srv *srv)
{
    struct known model = {.kind = DNS_SRVS, .srv = *srv};

    return add(d, &model, name);
}

int dns_fake_add_naptr(struct dns *d, const char *name, const struct dns_naptr *naptr)
{
    struct known model = {.kind = DNS_NAPTRS, .naptr = *naptr};

    return add(d, &model, name);
}

int dns_fake_add_rule(struct dns *d, const char *name, const struct dns_rule *rule)
{
    struct known model = {.kind = DNS_RULES, .rule = *rule};

    return add(d, &model, name);
}

int dns_fake_add_text(struct dns *d, const char *name, const char *text)
{
    struct known model = {.kind = DNS_TEXTS};

    (void)slice_copy(slice_of(text), model.text.text, sizeof(model.text.text));
    return add(d, &model, name);
}

void dns_fake_cut(struct dns *dns, bool is_cut)
{
    ((struct dns_fake *)dns)->is_cut = is_cut;
}
