/* host.c - names behind which an address for sound stands (host.h) */
#include "pjsip/host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

#define HOSTS_MAX 1000
#define AGAIN_MS 60000
#define FAILED_MS 30000

struct host {
    struct hash_link link; /* pjsip.hosts */
    struct pjsip *p;
    struct timer again;
    struct dns_query *question;
    struct addr v4, v6; /* unset: not known */
    bool is_wanted, has_failed;
    char name[];
};

static struct host *find(const struct pjsip *p, struct slice name)
{
    for (struct hash_link *k = hash_first(&p->hosts, hash_slice(name)); k; k = hash_next(k)) {
        struct host *h = CONTAINER_OF(k, struct host, link);

        if (slice_eqz(name, h->name))
            return h;
    }
    return NULL;
}

static void host_free(struct host *h)
{
    hash_del(&h->p->hosts, &h->link);
    timer_stop(&h->again);
    mem_deref(h->question);
    mem_free(h);
}

static void ask(void *arg);

static void take(struct host *h, const struct addr *addrs, size_t count)
{
    struct addr none = {.family = AF_UNSPEC};

    h->v4 = h->v6 = none;
    for (size_t i = count; i-- > 0;) /* the first of each family stays */
        *(addrs[i].family == AF_INET6 ? &h->v6 : &h->v4) = addrs[i];
}

static void answered(int err, const struct addr *addrs, size_t count, void *arg)
{
    struct host *h = arg;

    h->question = mem_deref(h->question);
    timer_start(h->p->loop, &h->again, err ? FAILED_MS : AGAIN_MS, ask, h);
    if (!err)
        take(h, addrs, count);
    else if (!h->has_failed)
        log_warning(
            "name of a media_address cannot be resolved, calls name the last address known, else the "
            "station's own: check the name in DNS name=\"%s\" err=\"%s\"",
            h->name, strerror(err));
    h->has_failed = err != 0;
}

static void ask(void *arg)
{
    struct host *h = arg;
    struct dns *dns = sip_dns(h->p->sip);
    int err = dns ? dns_addrs(&h->question, dns, h->name, AF_UNSPEC, 0, answered, h) : ENOENT;

    if (err)
        answered(err, NULL, 0, h);
}

static int add(struct pjsip *p, const char *name)
{
    struct host *h = mem_zalloc(sizeof(*h) + strlen(name) + 1);

    if (!h)
        return ENOMEM;
    h->p = p;
    h->is_wanted = true;
    memcpy(h->name, name, strlen(name) + 1);
    if (hash_add(&p->hosts, &h->link, hash_slice(slice_of(name)))) {
        mem_free(h);
        return ENOMEM;
    }
    /* not from here: transports may still be opening */
    timer_start(p->loop, &h->again, 0, ask, h);
    return 0;
}

/* @param name  "": none */
static int want(struct pjsip *p, const char *name)
{
    struct host *h = find(p, slice_of(name));

    if (h)
        h->is_wanted = true;
    if (h || !name[0])
        return 0;
    if (p->hosts.count < HOSTS_MAX)
        return add(p, name);
    log_error("media_address: too many host names, this one is not resolved name=\"%s\" most=%d",
              name, HOSTS_MAX);
    return 0;
}

static int want_all(struct pjsip *p)
{
    int err = 0;

    for (uint32_t i = 0; i < model_endpoint_count(p->snap) && !err; i++) {
        const struct model_endpoint *e = model_endpoint_at(p->snap, i);

        if (!addr_is_set(&e->call.media_address))
            err = want(p, e->media_host);
    }
    for (uint32_t i = 0; i < model_transport_count(p->snap) && !err; i++) {
        const char *name = model_transport_at(p->snap, i)->external_media_address;
        struct addr literal;

        if (addr_parse_host(&literal, slice_of(name), 0))
            err = want(p, name);
    }
    return err;
}

int hosts_follow(struct pjsip *p)
{
    int err;

    HASH_FOREACH(&p->hosts, k)
    {
        CONTAINER_OF(k, struct host, link)->is_wanted = false;
    }
    err = want_all(p);
    HASH_FOREACH(&p->hosts, k)
    {
        if (!CONTAINER_OF(k, struct host, link)->is_wanted && !err)
            host_free(CONTAINER_OF(k, struct host, link));
    }
    return err;
}

void hosts_clear(struct pjsip *p)
{
    HASH_FOREACH(&p->hosts, k)
    {
        host_free(CONTAINER_OF(k, struct host, link));
    }
    hash_fini(&p->hosts);
}

const struct addr *hosts_find(const struct pjsip *p, struct slice name, int family)
{
    const struct host *h = find(p, name);
    const struct addr *first, *second;

    if (!h)
        return NULL;
    first = family == AF_INET6 ? &h->v6 : &h->v4;
    second = family == AF_INET6 ? &h->v4 : &h->v6;
    if (addr_is_set(first))
        return first;
    return addr_is_set(second) ? second : NULL;
}
