/* contact.c - addresses of record and the contacts in them (contact.h) */
#include "pjsip/contact.h"

#include <errno.h>
#include <stdio.h>
#include <openssl/evp.h>

#include "base/hex.h"
#include "base/log.h"
#include "pjsip/registrar.h"
#include "pjsip/state.h"
#include "pjsip/watch.h"
#include "sip/resolve.h"
#include "store/store.h"

#define ID_HASH 32 /* hex digits behind ";@" */
#define URI_MAX (SIP_URI_MAX + 128)
#define BUSY_MS 1000 /* a contact that expires while its refresh is being written */

const char *contact_status_name(enum contact_status s)
{
    static const char *const names[] = {"NonQual", "Unknown", "Avail", "Unavail"};

    return names[s];
}

/* ---- addresses of record ---- */

struct aor *aor_find(const struct pjsip *p, struct slice name)
{
    for (struct hash_link *k = hash_first(&p->aors, hash_slice(name)); k; k = hash_next(k)) {
        struct aor *a = CONTAINER_OF(k, struct aor, link);

        if (slice_eqz(name, a->name))
            return a;
    }
    return NULL;
}

struct aor *aor_get(struct pjsip *p, struct slice name)
{
    struct aor *a = aor_find(p, name);

    if (a)
        return a;
    a = mem_zalloc(sizeof(*a) + name.len + 1);
    if (!a)
        return NULL;
    a->p = p;
    memcpy(a->name, name.p, name.len);
    list_init(&a->contacts);
    list_init(&a->waiting);
    if (hash_add(&p->aors, &a->link, hash_slice(name))) {
        mem_free(a);
        return NULL;
    }
    return a;
}

void aor_release(struct aor *a)
{
    if (!list_is_empty(&a->contacts) || a->busy || a->waiting_count)
        return;
    hash_del(&a->p->aors, &a->link);
    mem_free(a);
}

/* ---- contacts ---- */

static void contact_destroy(void *object)
{
    struct contact *c = object;

    timer_stop(&c->expiry);
    timer_stop(&c->qualify);
    mem_deref(c->probe);
    mem_deref(c->conn);
}

/* As Asterisk makes them, so that rows of its ps_contacts are ours. */
static void hash_uri(struct slice uri, char out[ID_HASH + 1])
{
    static EVP_MD *md5;
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};
    unsigned len = 0;

    if (!md5)
        md5 = EVP_MD_fetch(NULL, "MD5", NULL);
    if (!md5 || !EVP_Digest(uri.p, uri.len, digest, &len, md5, NULL))
        snprintf((char *)digest, ID_HASH / 2, "%zu", uri.len);
    hex_print(digest, ID_HASH / 2, out);
}

static struct slice put_text(char **at, struct slice s)
{
    struct slice kept = {*at, s.len};

    if (s.len)
        memcpy(*at, s.p, s.len);
    (*at)[s.len] = '\0';
    *at += s.len + 1;
    return kept;
}

int contact_alloc(struct contact **cp, struct aor *a, const struct contact_args *args)
{
    size_t name_len = strlen(a->name), id_len = name_len + 2 + ID_HASH;
    size_t size = id_len + args->uri.len + args->transport.len + args->endpoint.len +
                  args->user_agent.len + args->call_id.len + args->instance.len + args->path.len +
                  8;
    struct contact *c = mem_alloc(sizeof(*c) + size, contact_destroy);
    char *at;

    if (!c)
        return ENOMEM;
    at = c->text;
    memcpy(at, a->name, name_len);
    memcpy(at + name_len, ";@", 2);
    hash_uri(args->uri, at + name_len + 2);
    c->id = slice_from(at, id_len);
    at += id_len + 1;
    c->uri = put_text(&at, args->uri);
    c->transport = put_text(&at, args->transport);
    c->endpoint = put_text(&at, args->endpoint);
    c->user_agent = put_text(&at, args->user_agent);
    c->call_id = put_text(&at, args->call_id);
    c->instance = put_text(&at, args->instance);
    c->path = put_text(&at, args->path);
    c->aor = a;
    c->is_permanent = args->is_permanent;
    c->source = args->source;
    c->conn = mem_ref(args->conn);
    c->cseq = args->cseq;
    c->expires = args->expires;
    *cp = c;
    return 0;
}

static void expired(void *arg)
{
    struct contact *c = arg;
    struct aor *a = c->aor;
    struct pjsip *p = a->p;

    if (a->busy) {
        timer_start(p->loop, &c->expiry, BUSY_MS, expired, c);
        return;
    }
    log_notice("contact expired aor=\"%s\" uri=\"%s\"", a->name, c->uri.p);
    if (p->store)
        store_contact_delete(p->store, c->id, NULL, NULL);
    contact_remove(c);
    aor_release(a);
}

static void start_expiry(struct contact *c)
{
    int64_t left = c->expires.us - loop_wall(c->aor->p->loop).us;

    timer_start(c->aor->p->loop, &c->expiry, left > 0 ? (uint64_t)left / 1000 : 0, expired, c);
}

/* Behind the permanent ones, before the registered ones. */
static void link_newest(struct contact *c)
{
    LIST_FOREACH(&c->aor->contacts, k)
    {
        if (!contact_of_link(k)->is_permanent) {
            list_insert_before(k, &c->link);
            return;
        }
    }
    list_append(&c->aor->contacts, &c->link);
}

static void tell(const struct contact *c, enum pjsip_fact_type type)
{
    pjsip_tell(c->aor->p, &(struct pjsip_fact){.type = type, .contact = c});
}

static void put_in(struct contact *c)
{
    struct aor *a = c->aor;

    if (c->is_permanent) {
        list_prepend(&a->contacts, &c->link);
        list_append(&a->p->permanent, &c->permanent_link);
    } else {
        link_newest(c);
        start_expiry(c);
        a->registered++;
        a->p->contacts++;
    }
    qualify_start(c);
}

static void take_out(struct contact *c)
{
    list_unlink(&c->link);
    list_unlink(&c->permanent_link);
    timer_stop(&c->expiry);
    timer_stop(&c->qualify);
    c->probe = mem_deref(c->probe);
    if (!c->is_permanent) {
        c->aor->registered--;
        c->aor->p->contacts--;
    }
}

void contact_add(struct contact *c, struct contact *replaces)
{
    const bool is_same = replaces && slice_eq(c->uri, replaces->uri);

    mem_ref(c);
    if (replaces) {
        c->status = replaces->status;
        c->rtt_us = replaces->rtt_us;
        qualify_move(c, replaces);
        take_out(replaces);
    }
    put_in(c);
    tell(c, is_same ? PJSIP_CONTACT_REFRESHED : PJSIP_CONTACT_NEW);
    if (replaces && !is_same)
        tell(replaces, PJSIP_CONTACT_GONE);
    state_changed(c->aor);
    mem_deref(replaces);
}

void contact_remove(struct contact *c)
{
    if (!link_is_in(&c->link))
        return;
    take_out(c);
    tell(c, PJSIP_CONTACT_GONE);
    state_changed(c->aor);
    mem_deref(c);
}

struct contact *contact_find(const struct aor *a, const struct sip_uri *uri)
{
    LIST_FOREACH(&a->contacts, k)
    {
        struct contact *c = contact_of_link(k);
        struct sip_uri own;

        if (slice_eq(c->uri, uri->text))
            return c;
        if (!sip_uri_parse(&own, c->uri) && sip_uri_eq(&own, uri))
            return c;
    }
    return NULL;
}

static bool is_same_phone(const struct contact *c, struct slice kept)
{
    struct buf a, b;
    bool is_same;

    buf_init(&a, URI_MAX);
    buf_init(&b, URI_MAX);
    is_same = !contact_uri_restore(&a, c->uri) && !contact_uri_restore(&b, kept) &&
              slice_eq(buf_slice(&a), buf_slice(&b));
    buf_fini(&a);
    buf_fini(&b);
    return is_same;
}

struct contact *contact_find_again(const struct aor *a, struct slice call_id, struct slice kept)
{
    LIST_FOREACH(&a->contacts, k)
    {
        struct contact *c = contact_of_link(k);

        if (!c->is_permanent && slice_eq(c->call_id, call_id) && is_same_phone(c, kept))
            return c;
    }
    return NULL;
}

struct contact *contact_find_instance(const struct aor *a, struct slice instance)
{
    LIST_FOREACH(&a->contacts, k)
    {
        struct contact *c = contact_of_link(k);

        if (!c->is_permanent && !c->mark && instance.len && slice_eq(c->instance, instance))
            return c;
    }
    return NULL;
}

struct contact *contact_find_id(const struct pjsip *p, struct slice id)
{
    size_t name_len = id.len > ID_HASH + 2 ? id.len - ID_HASH - 2 : 0;
    struct aor *a = name_len ? aor_find(p, slice_from(id.p, name_len)) : NULL;

    if (!a)
        return NULL;
    LIST_FOREACH(&a->contacts, k)
    {
        if (slice_eq(contact_of_link(k)->id, id))
            return contact_of_link(k);
    }
    return NULL;
}

int contact_route(const struct contact *c, struct sip_target *target)
{
    struct sip_binding *b =
        c->transport.len ? sip_binding_find(c->aor->p->sip, c->transport.p) : NULL;

    if (!b || !c->conn || c->path.len || sip_binding_transport(b) == SIP_UDP)
        return ENOENT;
    target->transport = sip_binding_transport(b);
    sip_flow_to(&target->flow, b, &c->source);
    target->flow.conn = c->conn; /* no other one: a port may have gone to somebody else since */
    return sip_flow_is_open(&target->flow) ? 0 : ENOENT;
}

int64_t contact_left_s(const struct contact *c)
{
    return (int64_t)((timer_left_ms(&c->expiry) + 999) / 1000);
}

void contact_row(const struct contact *c, struct store_contact *row)
{
    const struct model_aor *m = model_aor_find(c->aor->p->snap, slice_of(c->aor->name));
    static char host[ADDR_TEXT]; /* borrowed until the next call, which is enough for the store */

    *row = (struct store_contact){
        .id = c->id,
        .aor = slice_of(c->aor->name),
        .uri = c->uri,
        .user_agent = c->user_agent,
        .call_id = c->call_id,
        .path = c->path,
        .endpoint = c->endpoint,
        .transport = c->transport,
        .via_port = c->source.port,
        .expires = c->expires.us / 1000000,
    };
    if (addr_is_set(&c->source))
        row->via_addr = slice_of(addr_host(&c->source, host));
    if (!m)
        return;
    row->outbound_proxy = slice_of(m->outbound_proxy);
    row->qualify_frequency = (uint32_t)m->qualify_frequency;
    row->qualify_timeout = m->qualify_timeout / 1000.0;
    row->authenticate_qualify = m->authenticate_qualify;
    row->qualify_2xx_only = m->qualify_2xx_only;
}

/* ---- start ---- */

struct loading {
    struct pjsip *p;
    uint32_t kept, expired;
};

static int load_one(const struct store_contact *row, void *arg)
{
    struct loading *l = arg;
    struct wall expires = {row->expires * 1000000};
    struct aor *a = NULL;
    struct contact *c = NULL;
    int err = 0;

    if (expires.us <= loop_wall(l->p->loop).us) {
        l->expired++;
        return store_contact_delete(l->p->store, row->id, NULL, NULL);
    }
    a = aor_get(l->p, row->aor);
    if (!a)
        return ENOMEM;
    struct contact_args args = {
        .uri = row->uri,
        .transport = row->transport,
        .endpoint = row->endpoint,
        .user_agent = row->user_agent,
        .call_id = row->call_id,
        .path = row->path,
        .expires = expires,
    };
    if (row->via_addr.len)
        addr_parse_host(&args.source, row->via_addr, row->via_port);
    err = contact_alloc(&c, a, &args);
    if (!err) {
        contact_add(c, NULL);
        l->kept++;
    }
    mem_deref(c);
    aor_release(a);
    return err == ENOMEM ? err : 0;
}

int contacts_load(struct pjsip *p)
{
    struct loading l = {.p = p};
    int err = p->store ? store_contacts_now(p->store, load_one, &l) : 0;

    if (!err && (l.kept || l.expired))
        log_notice("contacts loaded kept=%u expired=%u", l.kept, l.expired);
    return err;
}

/* ---- following the configuration ---- */

static int add_permanent(struct pjsip *p, struct aor *a, struct slice text)
{
    struct contact *c = NULL;
    struct sip_uri uri;
    int err;

    if (sip_uri_parse(&uri, text)) {
        log_warning("permanent contact is no URI aor=\"%s\" contact=\"%.*s\"", a->name,
                    SLICE_ARG(text));
        return 0;
    }
    c = contact_find(a, &uri);
    if (c && c->is_permanent) {
        c->mark = 0;
        return 0;
    }
    c = NULL;
    err = contact_alloc(&c, a, &(struct contact_args){.is_permanent = true, .uri = text});
    if (!err)
        contact_add(c, NULL);
    mem_deref(c);
    return err;
}

static int follow_permanent(struct pjsip *p)
{
    int err = 0;

    LIST_FOREACH(&p->permanent, k)
    CONTAINER_OF(k, struct contact, permanent_link)->mark = 1;
    for (uint32_t i = 0; i < model_aor_count(p->snap) && !err; i++) {
        const struct model_aor *m = model_aor_at(p->snap, i);
        struct aor *a = m->contacts.count ? aor_get(p, slice_of(m->name)) : NULL;

        if (m->contacts.count && !a)
            err = ENOMEM;
        for (uint32_t n = m->contacts.count; n > 0 && !err; n--)
            err = add_permanent(p, a, slice_of(m->contacts.v[n - 1]));
        if (a)
            aor_release(a);
    }
    if (err)
        return err;
    LIST_FOREACH(&p->permanent, k)
    {
        struct contact *c = CONTAINER_OF(k, struct contact, permanent_link);
        struct aor *a = c->aor;

        if (c->mark) {
            contact_remove(c);
            aor_release(a);
        }
    }
    return 0;
}

int contacts_follow(struct pjsip *p)
{
    int err = follow_permanent(p);

    HASH_FOREACH(&p->aors, h)
    {
        struct aor *a = CONTAINER_OF(h, struct aor, link);

        LIST_FOREACH(&a->contacts, k)
        qualify_start(contact_of_link(k));
    }
    return err;
}

void contacts_clear(struct pjsip *p)
{
    HASH_FOREACH(&p->aors, h)
    {
        struct aor *a = CONTAINER_OF(h, struct aor, link);

        LIST_FOREACH(&a->contacts, k)
        contact_remove(contact_of_link(k));
        registrar_clear(a);
        hash_del(&p->aors, &a->link);
        mem_free(a);
    }
    hash_fini(&p->aors);
}

struct contact *contact_pick(const struct pjsip *p, const struct model_endpoint *e)
{
    for (const struct model_aor *const *m = e->aors; *m; m++) {
        struct aor *a = aor_find(p, slice_of((*m)->name));

        if (!a)
            continue;
        LIST_FOREACH(&a->contacts, k)
        {
            if (contact_is_reachable(contact_of_link(k)))
                return contact_of_link(k);
        }
    }
    return NULL;
}
