/* snapshot.c - see snapshot.h */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "model/load.h"

#define SHELF(member) offsetof(struct model_snapshot, member)

/* Every shelf, in the order in which they are filled. Globals are never closed, they stay in the order of the
   configuration: a value may be made of those above it. */
static const struct {
    const struct shelf_kind *kind;
    size_t at;
    bool is_type;   /* read as load_type does; the others come with the routing */
    bool is_closed; /* at the end; endpoints are before (resolve.c) */
} shelves[] = {
    {&shelf_acl, SHELF(acls), true, true},
    {&shelf_transport, SHELF(transports), true, true},
    {&shelf_auth, SHELF(auths), true, true},
    {&shelf_aor, SHELF(aors), true, true},
    {&shelf_endpoint, SHELF(endpoints), true, false},
    {&shelf_identify, SHELF(identifies), true, true},
    {&shelf_registration, SHELF(registrations), true, true},
    {&shelf_domain_alias, SHELF(domain_aliases), true, true},
    {&shelf_moh, SHELF(mohs), true, true},
    {&shelf_feature, SHELF(features), true, true},
    {&shelf_tone, SHELF(tones), true, true},
    {&shelf_manager, SHELF(managers), true, true},
    {&shelf_context, SHELF(contexts), false, true},
    {&shelf_global_var, SHELF(globals), false, false},
};

enum { SHELVES = sizeof(shelves) / sizeof(shelves[0]) };

static struct shelf *shelf_of(const struct model_snapshot *s, int i)
{
    return (struct shelf *)((char *)(uintptr_t)s + shelves[i].at);
}

static void snapshot_destroy(void *object)
{
    struct model_snapshot *s = object;

    for (int i = 0; i < SHELVES; i++)
        shelf_fini(shelf_of(s, i));
    hash_fini(&s->by_username);
    hash_fini(&s->by_aor);
    hash_fini(&s->by_net);
    buf_fini(&s->later);
    model_report_fini(&s->report);
    model_pool_fini(&s->pool);
}

static int load_objects(struct model_snapshot *s, struct db *d)
{
    int err = 0;

    for (int i = 0; i < SHELVES && !err; i++)
        if (shelves[i].is_type)
            err = load_type(s, d, shelves[i].kind, shelf_of(s, i));
    return err;
}

static void close_shelves(struct model_snapshot *s)
{
    for (int i = 0; i < SHELVES; i++)
        if (shelves[i].is_closed)
            shelf_close(shelf_of(s, i), shelves[i].kind);
}

static int load_all(struct model_snapshot *s, struct db *d)
{
    int err = load_settings(s, d);

    if (!err)
        err = load_single(s, d, "global", &s->global);
    if (!err)
        err = load_single(s, d, "system", &s->system);
    if (!err)
        err = load_objects(s, d);
    if (!err)
        err = load_routing(s, d, SLICE_NONE);
    if (!err)
        err = resolve_all(s);
    if (!err && s->later.len)
        err = model_report_add(&s->report, LOG_WARNING,
                               "nothing obeys these columns yet columns=\"%s\"", buf_z(&s->later));
    return err;
}

static struct model_snapshot *empty_snapshot(void)
{
    struct model_snapshot *s = mem_alloc(sizeof(*s), snapshot_destroy);

    if (!s)
        return NULL;
    model_pool_init(&s->pool);
    model_report_init(&s->report);
    buf_init(&s->later, 1200);
    return s;
}

/* @param err  what loading it said */
static int finish(struct model_snapshot **sp, struct model_snapshot *s, int err)
{
    if (err) {
        mem_deref(s);
        return err;
    }
    close_shelves(s);
    model_pool_seal(&s->pool);
    buf_fini(&s->later);
    *sp = s;
    return 0;
}

int model_snapshot_load(struct model_snapshot **sp, struct db *d)
{
    struct model_snapshot *s = empty_snapshot();

    return s ? finish(sp, s, load_all(s, d)) : ENOMEM;
}

int model_routing_load(struct model_snapshot **sp, struct db *d, struct slice but)
{
    struct model_snapshot *s = empty_snapshot();

    return s ? finish(sp, s, load_routing(s, d, but)) : ENOMEM;
}

const struct model_report *model_snapshot_report(const struct model_snapshot *s)
{
    return &s->report;
}

static uint64_t bytes_of(const struct shelf *sh)
{
    return sh->room * sizeof(*sh->v) +
           (sh->by_name.buckets ? (uint64_t)(sh->by_name.mask + 1) * sizeof(void *) : 0);
}

uint64_t model_snapshot_bytes(const struct model_snapshot *s)
{
    uint64_t sum = sizeof(*s) + s->pool.keep.total + s->report.arena.total;

    for (int i = 0; i < SHELVES; i++)
        sum += bytes_of(shelf_of(s, i));
    return sum;
}

/* ---- finding ---- */

const struct model_endpoint *model_endpoint_find(const struct model_snapshot *s, struct slice name)
{
    return shelf_find(&s->endpoints, &shelf_endpoint, name);
}

const struct model_aor *model_aor_find(const struct model_snapshot *s, struct slice name)
{
    return shelf_find(&s->aors, &shelf_aor, name);
}

const struct model_auth *model_auth_find(const struct model_snapshot *s, struct slice name)
{
    return shelf_find(&s->auths, &shelf_auth, name);
}

const struct model_transport *model_transport_find(const struct model_snapshot *s,
                                                   struct slice name)
{
    return shelf_find(&s->transports, &shelf_transport, name);
}

const struct model_acl *model_acl_find(const struct model_snapshot *s, struct slice name)
{
    return shelf_find(&s->acls, &shelf_acl, name);
}

const struct model_context *model_context_find(const struct model_snapshot *s, struct slice name)
{
    return shelf_find(&s->contexts, &shelf_context, name);
}

const struct model_manager *model_manager_find(const struct model_snapshot *s, struct slice name)
{
    return shelf_find(&s->managers, &shelf_manager, name);
}

const struct model_moh *model_moh_find(const struct model_snapshot *s, struct slice name)
{
    return shelf_find(&s->mohs, &shelf_moh, name);
}

const struct model_feature *model_feature_find(const struct model_snapshot *s, struct slice name)
{
    return shelf_find(&s->features, &shelf_feature, name);
}

const char *model_tone_list(const struct model_snapshot *s, struct slice zone, struct slice name)
{
    const struct model_tone *t;
    char key[64];
    int len;

    if (slice_caseeqz(name, "ringing"))
        name = SLICE("ring");
    len = snprintf(key, sizeof(key), "%.*s/%.*s", SLICE_ARG(zone), SLICE_ARG(name));
    if (len < 0 || (size_t)len >= sizeof(key))
        return NULL;
    for (char *p = key; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    t = shelf_find(&s->tones, &shelf_tone, slice_of(key));
    return t ? t->list : NULL;
}

const char *model_domain_of(const struct model_snapshot *s, struct slice alias)
{
    const struct model_domain_alias *d =
        s->domain_aliases.count ? shelf_find(&s->domain_aliases, &shelf_domain_alias, alias) : NULL;

    return d ? d->domain : "";
}

const struct model_endpoint *model_endpoint_by_username(const struct model_snapshot *s,
                                                        struct slice username)
{
    struct hash_link *k = hash_first(&s->by_username, hash_slice(username));

    for (; k; k = hash_next(k)) {
        struct alias *a = CONTAINER_OF(k, struct alias, link);

        if (slice_eqz(username, a->key))
            return a->endpoint;
    }
    return NULL;
}

const struct model_endpoint *model_endpoint_by_aor(const struct model_snapshot *s,
                                                   const struct model_aor *aor)
{
    struct hash_link *k = hash_first(&s->by_aor, hash_bytes(&aor, sizeof(aor)));

    for (; k; k = hash_next(k)) {
        struct alias *a = CONTAINER_OF(k, struct alias, link);

        if (a->key == aor)
            return a->endpoint;
    }
    return NULL;
}

static const struct model_endpoint *find_net(const struct model_snapshot *s,
                                             const struct addr *from, uint8_t bits)
{
    struct addr_net net = {.base = *from, .bits = bits};

    net_mask(&net);
    for (struct hash_link *k = hash_first(&s->by_net, net_hash(&net)); k; k = hash_next(k)) {
        struct net_entry *e = CONTAINER_OF(k, struct net_entry, link);

        if (e->net.bits == bits && addr_eq_host(&e->net.base, &net.base))
            return e->endpoint;
    }
    return NULL;
}

const struct model_endpoint *model_endpoint_by_addr(const struct model_snapshot *s,
                                                    const struct addr *from)
{
    const uint8_t *bits = from->family == AF_INET ? s->bits4 : s->bits6;
    uint32_t n = from->family == AF_INET ? s->bits4_count : s->bits6_count;

    for (uint32_t i = 0; i < n; i++) {
        const struct model_endpoint *ep = find_net(s, from, bits[i]);

        if (ep)
            return ep;
    }
    return NULL;
}

bool model_rules_allow(const struct model_rules *r, const struct addr *from)
{
    bool is_allowed = true;

    for (uint32_t i = 0; i < r->count; i++) {
        if (r->v[i].begins_list && !is_allowed)
            return false;
        if (r->v[i].begins_list)
            is_allowed = true;
        if (addr_net_has(&r->v[i].net, from))
            is_allowed = r->v[i].is_permit;
    }
    return is_allowed;
}

const char *model_global_var(const struct model_snapshot *s, struct slice name)
{
    const struct global_var *v = shelf_find(&s->globals, &shelf_global_var, name);

    return v ? v->var.value : NULL;
}

/* ---- walking ---- */

static const void *at(const struct shelf *sh, uint32_t i)
{
    return i < sh->count ? sh->v[i] : NULL;
}

#define WALK(noun_, struct_, shelf_)                                                               \
    uint32_t model_##noun_##_count(const struct model_snapshot *s)                                 \
    {                                                                                              \
        return s->shelf_.count;                                                                    \
    }                                                                                              \
    const struct struct_ *model_##noun_##_at(const struct model_snapshot *s, uint32_t i)           \
    {                                                                                              \
        return at(&s->shelf_, i);                                                                  \
    }
WALK(endpoint, model_endpoint, endpoints)
WALK(aor, model_aor, aors)
WALK(auth, model_auth, auths)
WALK(transport, model_transport, transports)
WALK(identify, model_identify, identifies)
WALK(registration, model_registration, registrations)
WALK(context, model_context, contexts)
WALK(moh, model_moh, mohs)
WALK(feature, model_feature, features)
WALK(manager, model_manager, managers)

uint32_t model_var_count(const struct model_snapshot *s)
{
    return s->globals.count;
}

const struct model_var *model_var_at(const struct model_snapshot *s, uint32_t i)
{
    const struct global_var *v = at(&s->globals, i);

    return v ? &v->var : NULL;
}

const struct model_global *model_global_of(const struct model_snapshot *s)
{
    return &s->global;
}

const struct model_system *model_system_of(const struct model_snapshot *s)
{
    return &s->system;
}

const struct model_settings *model_settings_of(const struct model_snapshot *s)
{
    return &s->settings;
}
