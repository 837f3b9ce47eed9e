/* resolve.c - see resolve.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "sip/core.h"

#define NAME_MAX_LEN 255
#define STEPS_MAX 8

/* An SRV name to ask for, and what its answers speak. */
struct step {
    enum sip_transport transport;
    char name[NAME_MAX_LEN + 16];
};

struct sip_resolve {
    struct sip *sip;
    struct sip_binding *binding; /* reference, or NULL */
    enum sip_transport transport;
    enum sip_transport base; /* when nothing says better */
    bool is_secure;          /* sips: nothing but TLS */
    char host[NAME_MAX_LEN + 1];
    uint16_t port; /* 0: none in the URI */
    struct dns_query *query;
    struct step steps[STEPS_MAX];
    unsigned step_count, step_at;
    bool has_asked_host; /* A and AAAA of the host itself: the last resort */
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
static void next_step(struct sip_resolve *r);

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
    next_step(r);
}

static void on_srvs(int err, const struct dns_srv *srvs, size_t count, void *arg)
{
    struct sip_resolve *r = arg;

    r->srv_at = r->srv_count = 0;
    if (err == ETIMEDOUT)
        r->step_at = r->step_count; /* nobody answers such questions: only addresses are left */
    if (!err) {
        r->srv_count = count < SIP_TARGETS_MAX ? count : SIP_TARGETS_MAX;
        memcpy(r->srvs, srvs, r->srv_count * sizeof(*srvs));
        r->transport = r->steps[r->step_at - 1].transport;
    }
    next_srv(r);
}

/* RFC 3263 s4.2: one transport after the other until one has targets; then the host itself. */
static void next_step(struct sip_resolve *r)
{
    r->query = mem_deref(r->query);
    while (!r->count && r->step_at < r->step_count) {
        const struct step *s = &r->steps[r->step_at++];

        r->err = dns_srvs(&r->query, r->sip->dns, s->name, on_srvs, r);
        if (!r->err)
            return;
    }
    if (!r->count && !r->has_asked_host) {
        r->has_asked_host = true;
        r->transport = r->base;
        r->err = ask_addrs(r, r->host, r->port ? r->port : default_port(r->transport));
        if (!r->err)
            return;
    }
    finish(r);
}

static void add_step(struct sip_resolve *r, enum sip_transport t, const char *name)
{
    struct step *s = &r->steps[r->step_count];

    if (r->step_count == STEPS_MAX)
        return;
    s->transport = t;
    snprintf(s->name, sizeof(s->name), "%s", name);
    r->step_count++;
}

/* "_sip._udp.host" */
static void add_srv_step(struct sip_resolve *r, enum sip_transport t)
{
    static const char *const prefixes[] = {
        [SIP_UDP] = "_sip._udp", [SIP_TCP] = "_sip._tcp", [SIP_TLS] = "_sips._tcp"};
    char name[NAME_MAX_LEN + 16];

    snprintf(name, sizeof(name), "%s.%s", prefixes[t], r->host);
    add_step(r, t, name);
}

static bool can_speak(const struct sip_resolve *r, enum sip_transport t)
{
    return (!r->is_secure || t == SIP_TLS) &&
           (sip_binding_pick(r->sip, t, AF_INET) || sip_binding_pick(r->sip, t, AF_INET6));
}

static enum sip_transport transport_of_service(const char *service)
{
    static const struct {
        const char *service;
        enum sip_transport transport;
    } rows[] = {{"SIP+D2U", SIP_UDP}, {"SIP+D2T", SIP_TCP}, {"SIPS+D2T", SIP_TLS}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (slice_caseeqz(slice_of(service), rows[i].service))
            return rows[i].transport;
    return SIP_TRANSPORT_NONE;
}

static void on_naptrs(int err, const struct dns_naptr *naptrs, size_t count, void *arg)
{
    struct sip_resolve *r = arg;
    bool has_none;

    for (size_t i = 0; !err && i < count; i++) {
        enum sip_transport t = transport_of_service(naptrs[i].service);

        if (t != SIP_TRANSPORT_NONE && naptrs[i].flag == 's' && can_speak(r, t))
            add_step(r, t, naptrs[i].replacement);
    }
    has_none = r->step_count == 0 && err != ETIMEDOUT;
    for (int t = SIP_UDP; has_none && t <= SIP_TLS; t++)
        if (can_speak(r, (enum sip_transport)t))
            add_srv_step(r, (enum sip_transport)t);
    next_step(r);
}

/* @return false: the URI or the binding says what is spoken */
static bool is_transport_open(const struct sip_resolve *r, const struct sip_uri *uri)
{
    struct slice name;

    return !r->binding && !(sip_uri_param(uri, "transport", &name) &&
                            sip_transport_parse(name) != SIP_TRANSPORT_NONE);
}

static int ask_services(struct sip_resolve *r, const struct sip_uri *uri)
{
    if (is_transport_open(r, uri))
        return dns_naptrs(&r->query, r->sip->dns, r->host, on_naptrs, r);
    add_srv_step(r, r->transport);
    r->step_at = 1;
    return dns_srvs(&r->query, r->sip->dns, r->steps[0].name, on_srvs, r);
}

static int ask(struct sip_resolve *r, const struct sip_uri *uri)
{
    int err = sip_resolve_now(r->sip, uri, r->binding, &r->targets[0]);

    if (err == EINPROGRESS && r->sip->dns) {
        r->has_asked_host = r->port != 0;
        return r->port ? ask_addrs(r, r->host, r->port) : ask_services(r, uri);
    }
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
    r->base = r->transport;
    r->is_secure = uri->scheme == SIP_SCHEME_SIPS;
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
