/* resolve.c - see resolve.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "sip/core.h"

#define NAME_MAX_LEN 255

struct sip_resolve {
    struct sip *sip;
    struct sip_binding *binding; /* reference, or NULL */
    enum sip_transport transport;
    char host[NAME_MAX_LEN + 1];
    uint16_t port; /* 0: none in the URI */
    struct dns_query *query;
    struct dns_srv srvs[SIP_TARGETS_MAX];
    size_t srv_count, srv_at;
    struct sip_target targets[SIP_TARGETS_MAX];
    size_t count;
    int err; /* of the last question */
    struct deferred later;
    sip_resolve_h *h;
    void *arg;
};

static uint16_t default_port(enum sip_transport t)
{
    return t == SIP_TLS ? 5061 : 5060;
}

static enum sip_transport wanted(const struct sip_uri *uri, const struct sip_binding *b)
{
    struct slice name;
    enum sip_transport t = SIP_TRANSPORT_NONE;

    if (sip_uri_param(uri, "transport", &name))
        t = sip_transport_parse(name);
    if (uri->scheme == SIP_SCHEME_SIPS)
        return SIP_TLS;
    if (t != SIP_TRANSPORT_NONE)
        return t;
    return b ? b->transport : SIP_UDP;
}

static struct slice wanted_host(const struct sip_uri *uri)
{
    struct slice maddr;

    return sip_uri_param(uri, "maddr", &maddr) && maddr.len ? maddr : uri->host;
}

/* The binding given when it can speak to that address so, else the first that can. */
static struct sip_binding *binding_for(struct sip *sip, struct sip_binding *b, enum sip_transport t,
                                       const struct addr *a)
{
    if (b && b->sip && b->transport == t && b->local.family == a->family)
        return b;
    return sip_binding_pick(sip, t, a->family);
}

static int set_target(struct sip_target *target, struct sip *sip, struct sip_binding *b,
                      enum sip_transport t, const struct addr *a)
{
    b = binding_for(sip, b, t, a);
    if (!b)
        return EADDRNOTAVAIL;
    sip_flow_to(&target->flow, b, a);
    target->transport = t;
    return 0;
}

int sip_resolve_now(struct sip *sip, const struct sip_uri *uri, struct sip_binding *binding,
                    struct sip_target *target)
{
    enum sip_transport t = wanted(uri, binding);
    struct addr a;

    if (uri->scheme != SIP_SCHEME_SIP && uri->scheme != SIP_SCHEME_SIPS)
        return EINVAL;
    if (addr_parse_host(&a, wanted_host(uri), uri->port ? uri->port : default_port(t)))
        return EINPROGRESS;
    return set_target(target, sip, binding, t, &a);
}

static void destroy(void *object)
{
    struct sip_resolve *r = object;

    loop_defer_stop(&r->later);
    mem_deref(r->query);
    mem_deref(r->binding);
    for (size_t i = 0; i < r->count; i++)
        mem_deref(r->targets[i].flow.binding);
}

/* A found target holds its binding: it may be closed while the next name is asked for. */
static void add_target(struct sip_resolve *r)
{
    mem_ref(r->targets[r->count++].flow.binding);
}

static void finish(void *arg)
{
    struct sip_resolve *r = mem_ref(arg);
    int err = r->count ? 0 : r->err ? r->err : EADDRNOTAVAIL;

    r->query = mem_deref(r->query);
    r->h(err, r->targets, r->count, r->arg);
    mem_deref(r);
}

static void next_srv(struct sip_resolve *r);

static void on_addrs(int err, const struct addr *addrs, size_t count, void *arg)
{
    struct sip_resolve *r = arg;

    if (err)
        r->err = err;
    for (size_t i = 0; !err && i < count && r->count < SIP_TARGETS_MAX; i++)
        if (!set_target(&r->targets[r->count], r->sip, r->binding, r->transport, &addrs[i]))
            add_target(r);
    next_srv(r);
}

static int ask_addrs(struct sip_resolve *r, const char *name, uint16_t port)
{
    int family = r->binding ? r->binding->local.family : AF_UNSPEC;

    r->query = mem_deref(r->query);
    return dns_addrs(&r->query, r->sip->dns, name, family, port, on_addrs, r);
}

static void next_srv(struct sip_resolve *r)
{
    while (r->srv_at < r->srv_count && r->count < SIP_TARGETS_MAX) {
        const struct dns_srv *s = &r->srvs[r->srv_at++];

        r->err = ask_addrs(r, s->target, s->port);
        if (!r->err)
            return;
    }
    finish(r);
}

static void on_srvs(int err, const struct dns_srv *srvs, size_t count, void *arg)
{
    struct sip_resolve *r = arg;

    if (err || count == 0) {
        r->err = ask_addrs(r, r->host, default_port(r->transport));
        if (r->err)
            finish(r);
        return;
    }
    r->srv_count = count < SIP_TARGETS_MAX ? count : SIP_TARGETS_MAX;
    memcpy(r->srvs, srvs, r->srv_count * sizeof(*srvs));
    next_srv(r);
}

static int ask_srvs(struct sip_resolve *r)
{
    static const char *const prefixes[] = {
        [SIP_UDP] = "_sip._udp", [SIP_TCP] = "_sip._tcp", [SIP_TLS] = "_sips._tcp"};
    char name[NAME_MAX_LEN + 16];

    snprintf(name, sizeof(name), "%s.%s", prefixes[r->transport], r->host);
    return dns_srvs(&r->query, r->sip->dns, name, on_srvs, r);
}

static int ask(struct sip_resolve *r, const struct sip_uri *uri)
{
    int err = sip_resolve_now(r->sip, uri, r->binding, &r->targets[0]);

    if (err == EINPROGRESS && r->sip->dns)
        return r->port ? ask_addrs(r, r->host, r->port) : ask_srvs(r);
    if (!err)
        add_target(r);
    r->err = err == EINPROGRESS ? ENOENT : err;
    loop_defer(r->sip->loop, &r->later, finish, r);
    return 0;
}

int sip_resolve_start(struct sip_resolve **rp, struct sip *sip, const struct sip_uri *uri,
                      struct sip_binding *binding, sip_resolve_h *h, void *arg)
{
    struct slice host = wanted_host(uri);
    struct sip_resolve *r;
    int err;

    if ((uri->scheme != SIP_SCHEME_SIP && uri->scheme != SIP_SCHEME_SIPS) ||
        host.len > NAME_MAX_LEN)
        return EINVAL;
    r = mem_alloc(sizeof(*r), destroy);
    if (!r)
        return ENOMEM;
    r->sip = sip;
    r->binding = mem_ref(binding);
    r->transport = wanted(uri, binding);
    r->port = uri->port;
    r->h = h;
    r->arg = arg;
    slice_copy(host, r->host, sizeof(r->host));
    err = ask(r, uri);
    if (err)
        mem_deref(r);
    else
        *rp = r;
    return err;
}
