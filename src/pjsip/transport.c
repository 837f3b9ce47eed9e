/* transport.c - transports of the configuration (transport.h) */
#include "pjsip/transport.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "loop/tls.h"
#include "pjsip/host.h"

#define RETRY_MS 30000
#define TRANSPORTS_MAX 64
#define PATH_MOST 512

struct transport {
    struct link link;
    struct pjsip *p; /* NULL: no longer wanted; only an answer about its socket is awaited */
    char *name;
    struct model_snapshot *snap; /* the one that m is in */
    const struct model_transport *m;
    enum transport_state state;
    int err;        /* of FAILED */
    bool is_asking; /* for its socket */
    bool has_socket;
    struct sip_binding *binding; /* the core's; OPEN only */
    struct addr local;           /* as bound */
    struct tls *tls;
    struct addr media; /* external media address; unset: none, or a name (host.h) */
    struct timer retry;
    uint16_t mark;
};

static void read_media_addr(struct transport *t)
{
    t->media = (struct addr){.family = AF_UNSPEC};
    (void)addr_parse_host(&t->media, slice_of(t->m->external_media_address), 0);
}

static void open_one(struct transport *t);

static struct transport *of_link(struct link *k)
{
    return CONTAINER_OF(k, struct transport, link);
}

static void transport_destroy(void *object)
{
    struct transport *t = object;

    timer_stop(&t->retry);
    mem_deref(t->tls);
    mem_deref(t->snap);
    mem_free(t->name);
}

static enum sip_transport kind_of(const struct model_transport *m)
{
    switch (m->protocol) {
    case MODEL_UDP: return SIP_UDP;
    case MODEL_TCP: return SIP_TCP;
    case MODEL_TLS: return SIP_TLS;
    default: return SIP_TRANSPORT_NONE;
    }
}

static enum pjsip_socket socket_of(const struct model_transport *m)
{
    return m->protocol == MODEL_UDP ? PJSIP_SOCKET_UDP : PJSIP_SOCKET_TCP;
}

/* ---- failure ---- */

static const char *next_step(int err)
{
    switch (err) {
    case EADDRINUSE: return "another program has this port: stop it, or change bind";
    case EACCES: return "ports below 1024 need the station to be started as root";
    case EADDRNOTAVAIL: return "this machine has no such address: change bind";
    case EINVAL: return "look at the certificate and key files";
    default: return "see err";
    }
}

static void retry(void *arg)
{
    open_one(arg);
}

/* why: more than errno says, or NULL. One message per cause, not one per try. */
static void failed(struct transport *t, int err, const char *why)
{
    char where[ADDR_TEXT];

    if (t->state != TRANSPORT_FAILED || t->err != err)
        log_error("transport cannot be opened transport=\"%s\" protocol=%s bind=%s err=\"%s\" "
                  "next=\"%s\"",
                  t->name, sip_transport_name(kind_of(t->m)), addr_text(&t->m->bind, where),
                  why ? why : strerror(err), next_step(err));
    t->state = TRANSPORT_FAILED;
    t->err = err;
    if (!t->p->is_closing)
        timer_start(t->p->loop, &t->retry, RETRY_MS, retry, t);
}

/* ---- opening ---- */

/* A file's name in full. @return NULL: none is named */
static const char *path_of(const struct transport *t, struct slice name, char path[PATH_MOST])
{
    const bool is_relative = name.len && name.p[0] != '/' && t->p->state_dir;

    snprintf(path, PATH_MOST, "%s%s%.*s", is_relative ? t->p->state_dir : "",
             is_relative ? "/" : "", SLICE_ARG(name));
    return name.len ? path : NULL;
}

/* The next of a list of files. @return NULL: the list is over, or has an empty place */
static const char *next_of(const struct transport *t, struct slice *list, char path[PATH_MOST])
{
    struct slice name = slice_is_set(*list) ? slice_cut(*list, ',', list) : SLICE_NONE;

    return path_of(t, slice_trim(name), path);
}

/* The certificates behind the first one: for clients that ask for a name of theirs. */
static int add_more(const struct transport *t, struct tls *tls, struct slice certs,
                    struct slice keys, const char **why)
{
    char cert[PATH_MOST], key[PATH_MOST];
    int err = 0;

    while (!err && slice_is_set(certs)) {
        const char *file = next_of(t, &certs, cert), *key_file = next_of(t, &keys, key);

        if (file)
            err = tls_add_certificate(tls, file, key_file,
                                      t->m->password[0] ? t->m->password : NULL, why);
    }
    return err;
}

/* @param why  out: what is wrong with it */
static int read_tls(const struct transport *t, struct tls **tp, const char **why)
{
    const struct model_transport *m = t->m;
    char paths[4][PATH_MOST];
    struct slice certs = slice_of(m->cert_file), keys = slice_of(m->priv_key_file);
    const struct tls_args args = {
        .cert_file = next_of(t, &certs, paths[0]),
        .key_file = next_of(t, &keys, paths[1]),
        .ca_file = path_of(t, slice_of(m->ca_list_file), paths[2]),
        .ca_dir = path_of(t, slice_of(m->ca_list_path), paths[3]),
        .verify_server = m->verify_server,
        .verify_client = m->require_client_cert,
        .asks_client = m->verify_client,
        .allows_wildcard = m->allow_wildcard_certs,
        .ciphers = m->cipher[0] ? m->cipher : NULL,
        .method = model_tls_method(m),
        .password = m->password[0] ? m->password : NULL,
        .is_tls12_min = true,
    };
    struct tls *fresh = NULL;
    int err = tls_alloc(&fresh, &args, why);

    if (!err)
        err = add_more(t, fresh, certs, keys, why);
    if (err)
        mem_deref(fresh);
    else
        *tp = fresh;
    return err;
}

static int make_tls(struct transport *t)
{
    const char *why = NULL;
    int err = read_tls(t, &t->tls, &why);

    if (err)
        failed(t, err, why);
    return err;
}

/* New certificates for a transport that stays open: calls and connections go on. */
static void renew_tls(struct transport *t)
{
    struct tls *fresh = NULL;
    const char *why = NULL;

    if (!t->tls || t->m->protocol != MODEL_TLS)
        return;
    if (read_tls(t, &fresh, &why)) {
        log_error("certificate is not renewed, the old one goes on transport=\"%s\" reason=\"%s\" "
                  "next=\"look at the certificate and key files\"",
                  t->name, why ? why : "");
        return;
    }
    tls_replace(t->tls, fresh);
    mem_deref(fresh);
    log_notice("certificate is renewed transport=\"%s\"", t->name);
}

static void tune(const struct transport *t, int fd)
{
    const struct model_transport *m = t->m;

    net_tune_fd(fd,
                &(struct net_tune){.tos = (uint8_t)m->tos,
                                   .cos = (uint8_t)m->cos,
                                   .has_keepalive = m->protocol != MODEL_UDP && m->tcp_keepalive,
                                   .idle_s = m->tcp_keepalive_idle,
                                   .gap_s = m->tcp_keepalive_interval,
                                   .probes = m->tcp_keepalive_probes});
}

static void binding_args(const struct transport *t, struct sip_binding_args *args)
{
    const struct model_transport *m = t->m;

    *args = (struct sip_binding_args){
        .name = t->name,
        .transport = kind_of(m),
        .local = m->bind,
        .fd = -1,
        .tls = t->tls,
        .external_host = m->external_signaling_address[0] ? m->external_signaling_address : NULL,
        .external_port = (uint16_t)m->external_signaling_port,
        .local_nets = m->local_net.v,
        .local_net_count = m->local_net.count,
    };
}

static void bind_to_core(struct transport *t, int fd)
{
    struct sip_binding_args args;
    int err;

    binding_args(t, &args);
    args.fd = fd;
    if (fd >= 0) {
        args.local = t->local;
        tune(t, fd);
    }
    err = sip_binding_open(&t->binding, t->p->sip, &args);
    if (err) {
        t->binding = NULL;
        failed(t, err, NULL);
        return;
    }
    t->local = *sip_binding_local(t->binding);
    t->state = TRANSPORT_OPEN;
    t->err = 0;
    char where[ADDR_TEXT];
    log_notice("transport is open transport=\"%s\" protocol=%s bind=%s", t->name,
               sip_transport_name(kind_of(t->m)), addr_text(&t->local, where));
}

static void socket_came(int err, int fd, const struct addr *local, void *arg)
{
    struct transport *t = arg;

    t->is_asking = false;
    if (!t->p) {
        if (fd >= 0)
            close(fd);
    } else if (err) {
        failed(t, err, NULL);
    } else {
        t->has_socket = true;
        t->local = *local;
        bind_to_core(t, fd);
    }
    mem_deref(t);
}

static void ask_socket(struct transport *t)
{
    int err;

    mem_ref(t);
    t->is_asking = true;
    err = t->p->bind(socket_of(t->m), &t->m->bind, socket_came, t, t->p->bind_arg);
    if (err) {
        t->is_asking = false;
        failed(t, err, NULL);
        mem_deref(t);
    }
}

static void open_one(struct transport *t)
{
    timer_stop(&t->retry);
    if (!t->p || t->is_asking)
        return;
    if (kind_of(t->m) == SIP_TRANSPORT_NONE) {
        if (t->state != TRANSPORT_LATER)
            log_warning("transport is not opened, WebSocket comes later transport=\"%s\"", t->name);
        t->state = TRANSPORT_LATER;
        return;
    }
    t->tls = mem_deref(t->tls);
    if (t->m->protocol == MODEL_TLS && make_tls(t))
        return;
    if (t->p->bind)
        ask_socket(t);
    else
        bind_to_core(t, -1);
    if (t->p)
        read_media_addr(t);
}

/* ---- following the configuration ---- */

static void close_one(struct transport *t)
{
    struct pjsip *p = t->p;

    timer_stop(&t->retry);
    if (t->binding)
        sip_binding_close(t->binding);
    t->binding = NULL;
    if (t->has_socket && p->release && !p->is_closing)
        p->release(socket_of(t->m), &t->m->bind, p->bind_arg);
    t->has_socket = false;
}

static void forget(struct transport *t)
{
    close_one(t);
    list_unlink(&t->link);
    t->p = NULL;
    mem_deref(t);
}

static bool is_same_socket(const struct model_transport *a, const struct model_transport *b)
{
    return a->protocol == b->protocol && addr_eq(&a->bind, &b->bind) && a->tos == b->tos &&
           a->cos == b->cos && a->tcp_keepalive == b->tcp_keepalive &&
           a->tcp_keepalive_idle == b->tcp_keepalive_idle &&
           a->tcp_keepalive_interval == b->tcp_keepalive_interval &&
           a->tcp_keepalive_probes == b->tcp_keepalive_probes;
}

static bool is_same_tls(const struct model_transport *a, const struct model_transport *b)
{
    const char *const ta[] = {a->cert_file,    a->priv_key_file, a->ca_list_file,
                              a->ca_list_path, a->cipher,        a->password};
    const char *const tb[] = {b->cert_file,    b->priv_key_file, b->ca_list_file,
                              b->ca_list_path, b->cipher,        b->password};

    for (size_t i = 0; i < sizeof(ta) / sizeof(ta[0]); i++)
        if (strcmp(ta[i], tb[i]) != 0)
            return false;
    return a->verify_server == b->verify_server && a->verify_client == b->verify_client &&
           a->require_client_cert == b->require_client_cert && a->method == b->method &&
           a->allow_wildcard_certs == b->allow_wildcard_certs;
}

static int change_external(struct transport *t)
{
    struct sip_binding_args args;

    read_media_addr(t);
    if (!t->binding)
        return 0;
    binding_args(t, &args);
    return sip_binding_set_external(t->binding, &args);
}

static struct transport *find(const struct pjsip *p, const char *name)
{
    LIST_FOREACH(&p->transports, k)
    {
        if (!strcmp(of_link(k)->name, name))
            return of_link(k);
    }
    return NULL;
}

static int add(struct pjsip *p, const struct model_transport *m)
{
    struct transport *t = mem_alloc(sizeof(*t), transport_destroy);

    if (!t)
        return ENOMEM;
    t->name = mem_strdup(m->name);
    if (!t->name) {
        mem_deref(t);
        return ENOMEM;
    }
    t->p = p;
    t->m = m;
    t->snap = mem_ref(p->snap);
    list_append(&p->transports, &t->link);
    open_one(t);
    return 0;
}

static int follow_one(struct pjsip *p, const struct model_transport *m)
{
    struct transport *t = find(p, m->name);
    const struct model_transport *old = t ? t->m : NULL;
    struct model_snapshot *old_snap = t ? t->snap : NULL;
    int err;

    if (!t)
        return add(p, m);
    t->mark = 0;
    if (!is_same_socket(old, m)) {
        forget(t);
        return add(p, m);
    }
    t->m = m;
    t->snap = mem_ref(p->snap);
    if (!is_same_tls(old, m))
        renew_tls(t);
    err = change_external(t);
    mem_deref(old_snap);
    return err;
}

int transports_follow(struct pjsip *p)
{
    uint32_t count = model_transport_count(p->snap);
    int err = 0;

    if (count > TRANSPORTS_MAX) {
        log_error("too many transports, the rest stays closed most=%d", TRANSPORTS_MAX);
        count = TRANSPORTS_MAX;
    }
    LIST_FOREACH(&p->transports, k)
    of_link(k)->mark = 1;
    for (uint32_t i = 0; i < count; i++) /* first what goes, so that its port is free */
    {
        struct transport *t = find(p, model_transport_at(p->snap, i)->name);

        if (t)
            t->mark = 0;
    }
    LIST_FOREACH(&p->transports, k)
    {
        if (of_link(k)->mark) {
            log_notice("transport is closed transport=\"%s\"", of_link(k)->name);
            forget(of_link(k));
        }
    }
    for (uint32_t i = 0; i < count && !err; i++)
        err = follow_one(p, model_transport_at(p->snap, i));
    return err;
}

void transports_clear(struct pjsip *p)
{
    LIST_FOREACH(&p->transports, k)
    forget(of_link(k));
}

uint32_t transports_count(const struct pjsip *p, enum transport_state s)
{
    uint32_t count = 0;

    LIST_FOREACH(&p->transports, k)
    count += of_link(k)->state == s;
    return count;
}

/* ---- addresses ---- */

static const struct transport *of_binding(const struct pjsip *p, const struct sip_binding *b)
{
    LIST_FOREACH(&p->transports, k)
    {
        if (of_link(k)->binding == b)
            return of_link(k);
    }
    return NULL;
}

/* For who is outside: of a name, what is known of it now, if that is of the same family. */
static void use_external(const struct pjsip *p, const struct transport *t, struct addr *said)
{
    const struct addr *named = hosts_find(p, slice_of(t->m->external_media_address), said->family);

    if (addr_is_set(&t->media))
        *said = t->media;
    else if (named && named->family == said->family)
        *said = *named;
}

int transport_media_addr(const struct pjsip *p, const struct sip_flow *flow, struct addr *said,
                         struct addr *bind)
{
    const struct transport *t = of_binding(p, flow->binding);
    bool is_inside = t && sip_binding_is_local(t->binding, &flow->remote);
    struct sip_self self;
    int err = sip_flow_self(flow, &self);

    if (err)
        return err;
    *said = self.addr;
    *bind = (struct addr){.family = self.addr.family, .port = 0};
    if (t && !addr_is_any(&t->local))
        *bind = self.addr;
    if (t && !is_inside)
        use_external(p, t, said);
    said->port = bind->port = 0;
    return 0;
}

int transport_ipv6_addr(const struct pjsip *p, const struct addr *theirs, struct addr *own)
{
    struct addr far = *theirs;

    LIST_FOREACH(&p->transports, k)
    {
        const struct transport *t = of_link(k);

        if (t->state != TRANSPORT_OPEN || t->m->bind.family != AF_INET6 || addr_is_any(&t->m->bind))
            continue;
        *own = t->m->bind;
        own->port = 0;
        return 0;
    }
    if (far.family != AF_INET6) /* any of the global unicast block */
        (void)addr_parse_host(&far, SLICE("2000::1"), 0);
    return sip_self_towards(p->sip, &far, own);
}

void transports_each(const struct pjsip *p, transport_each_h *h, void *arg)
{
    LIST_FOREACH(&p->transports, k)
    {
        const struct transport *t = of_link(k);

        h(t->name, sip_transport_name(kind_of(t->m)),
          t->state == TRANSPORT_OPEN ? &t->local : &t->m->bind, t->state, t->err,
          t->binding ? sip_binding_conns(t->binding) : 0, arg);
    }
}
