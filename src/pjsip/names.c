/* names.c - addresses of host names in identify rows (names.h) */
#include "pjsip/names.h"

#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "sip/resolve.h"

#define NAMES_MAX 1000
#define ADDRS_MAX 16
#define AGAIN_MS 300000
#define FAILED_MS 30000

struct known {
    struct hash_link link; /* pjsip.named_addrs */
    struct addr addr;      /* port 0 */
    const struct name *name;
};

struct name {
    struct link link; /* pjsip.names */
    struct pjsip *p;
    struct timer again;
    struct sip_resolve *services; /* the question to DNS, with srv_lookups */
    struct dns_query *addresses;  /* and without */
    struct known known[ADDRS_MAX];
    size_t count;
    bool is_srv, is_marked, has_failed;
    char *endpoint, *host;
};

static struct name *of_link(struct link *k)
{
    return CONTAINER_OF(k, struct name, link);
}

static void forget_addrs(struct name *n)
{
    for (size_t i = 0; i < n->count; i++)
        hash_del(&n->p->named_addrs, &n->known[i].link);
    n->count = 0;
}

static void name_free(struct name *n)
{
    list_unlink(&n->link);
    timer_stop(&n->again);
    mem_deref(n->services);
    mem_deref(n->addresses);
    forget_addrs(n);
    mem_free(n->endpoint);
    mem_free(n->host);
    mem_free(n);
}

static void ask(void *arg);

/* What was known goes on after a failure. */
static void answered(struct name *n, int err)
{
    n->services = mem_deref(n->services);
    n->addresses = mem_deref(n->addresses);
    timer_start(n->p->loop, &n->again, err ? FAILED_MS : AGAIN_MS, ask, n);
    if (err && !n->has_failed)
        log_warning("identify: name cannot be resolved endpoint=\"%s\" match=\"%s\" err=\"%s\"",
                    n->endpoint, n->host, strerror(err));
    n->has_failed = err != 0;
    if (!err)
        forget_addrs(n);
}

static void learn(struct name *n, const struct addr *from)
{
    struct known *k = &n->known[n->count];

    if (n->count == ADDRS_MAX)
        return;
    k->addr = *from;
    k->addr.port = 0;
    k->name = n;
    if (!hash_add(&n->p->named_addrs, &k->link, addr_hash(&k->addr)))
        n->count++;
}

static void on_services(int err, const struct sip_target *targets, size_t count, void *arg)
{
    struct name *n = arg;

    answered(n, err);
    for (size_t i = 0; !err && i < count; i++)
        learn(n, &targets[i].flow.remote);
}

static void on_addresses(int err, const struct addr *addrs, size_t count, void *arg)
{
    struct name *n = arg;

    answered(n, err);
    for (size_t i = 0; !err && i < count; i++)
        learn(n, &addrs[i]);
}

static int ask_services(struct name *n)
{
    struct sip_uri uri;
    char text[300];
    int err;

    snprintf(text, sizeof(text), "sip:%.250s", n->host);
    err = sip_uri_parse(&uri, slice_of(text));
    return err ? err : sip_resolve_start(&n->services, n->p->sip, &uri, NULL, on_services, n);
}

/* Of the SIP core only what it can send to could be learnt. */
static int ask_addresses(struct name *n)
{
    struct dns *dns = sip_dns(n->p->sip);

    return dns ? dns_addrs(&n->addresses, dns, n->host, AF_UNSPEC, 0, on_addresses, n) : ENOENT;
}

static void ask(void *arg)
{
    struct name *n = arg;
    int err = n->is_srv ? ask_services(n) : ask_addresses(n);

    if (err)
        answered(n, err);
}

static struct name *find(const struct pjsip *p, const struct model_identify *m, const char *host)
{
    LIST_FOREACH(&p->names, k)
    {
        struct name *n = of_link(k);

        if (!strcmp(n->host, host) && !strcmp(n->endpoint, m->endpoint) &&
            n->is_srv == m->srv_lookups)
            return n;
    }
    return NULL;
}

static int add(struct pjsip *p, const struct model_identify *m, const char *host)
{
    struct name *n = mem_zalloc(sizeof(*n));

    if (!n)
        return ENOMEM;
    n->p = p;
    n->is_srv = m->srv_lookups;
    n->endpoint = mem_strdup(m->endpoint);
    n->host = mem_strdup(host);
    list_append(&p->names, &n->link);
    if (!n->endpoint || !n->host) {
        name_free(n);
        return ENOMEM;
    }
    /* not from here: transports may still be opening */
    timer_start(p->loop, &n->again, 0, ask, n);
    return 0;
}

static int follow_row(struct pjsip *p, const struct model_identify *m, uint32_t *count)
{
    int err = 0;

    for (uint32_t i = 0; i < m->match.count && !err; i++) {
        struct addr_net net;
        struct name *n;

        if (!addr_net_parse(&net, slice_of(m->match.v[i])))
            continue;
        if (++*count > NAMES_MAX) {
            log_error("identify: too many host names, the rest matches nobody most=%d", NAMES_MAX);
            return 0;
        }
        n = find(p, m, m->match.v[i]);
        if (n)
            n->is_marked = false;
        else
            err = add(p, m, m->match.v[i]);
    }
    return err;
}

int names_follow(struct pjsip *p)
{
    uint32_t count = 0;
    int err = 0;

    LIST_FOREACH(&p->names, k)
    of_link(k)->is_marked = true;
    for (uint32_t i = 0; i < model_identify_count(p->snap) && !err && count <= NAMES_MAX; i++) {
        const struct model_identify *m = model_identify_at(p->snap, i);

        if (m->has_names)
            err = follow_row(p, m, &count);
    }
    LIST_FOREACH(&p->names, k)
    {
        if (of_link(k)->is_marked && !err)
            name_free(of_link(k));
    }
    return err;
}

void names_clear(struct pjsip *p)
{
    LIST_FOREACH(&p->names, k)
    name_free(of_link(k));
    hash_fini(&p->named_addrs);
}

const struct model_endpoint *names_find(const struct pjsip *p, const struct addr *from)
{
    struct addr host = *from;

    if (!p->named_addrs.count)
        return NULL;
    host.port = 0;
    for (struct hash_link *k = hash_first(&p->named_addrs, addr_hash(&host)); k; k = hash_next(k)) {
        const struct known *known = CONTAINER_OF(k, struct known, link);

        if (addr_eq(&known->addr, &host))
            return model_endpoint_find(p->snap, slice_of(known->name->endpoint));
    }
    return NULL;
}
