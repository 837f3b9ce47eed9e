/* resolve.c - from names to the objects they name, and the ways to find an endpoint; see load.h */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "dsp/tone.h"
#include "model/load.h"
#include "model/value.h"

/* An endpoint that names what is not there: without its authentication or access list it would be
 * open, so it stays out. */
static int leave_out(struct model_snapshot *s, uint32_t i, const char *column, const char *value)
{
    struct model_endpoint *ep = s->endpoints.v[i];
    int err = model_report_add(&s->report, LOG_ERROR,
                               "endpoint is not loaded: what it names is missing or was refused "
                               "table=ps_endpoints id=\"%s\" column=%s value=\"%s\"",
                               ep->name, column, value);

    shelf_take(&s->endpoints, &shelf_endpoint, i);
    return err;
}

/* NULL-terminated objects for names. @param missing  out: the first name that is not there, or NULL
 */
static int objects_of(struct model_snapshot *s, const struct model_names *names,
                      const struct shelf *in, const struct shelf_kind *k, const void ***out,
                      const char **missing)
{
    static const void *none[1];
    uint32_t n = 0;
    const void **v;

    *missing = NULL;
    *out = none;
    if (names->count == 0)
        return 0;
    v = model_pool_alloc(&s->pool, (names->count + 1) * sizeof(*v));
    if (!v)
        return ENOMEM;
    for (uint32_t i = 0; i < names->count; i++) {
        const void *o = shelf_find(in, k, slice_of(names->v[i]));

        if (o)
            v[n++] = o;
        else if (!*missing)
            *missing = names->v[i];
    }
    *out = v;
    return 0;
}

static uint32_t add_list(struct model_rule *to, const struct model_rules *list)
{
    if (!list->count)
        return 0;
    memcpy(to, list->v, list->count * sizeof(*to));
    to->begins_list = true;
    return list->count;
}

/* Named lists, and the endpoint's own deny and permit as one more. @param missing  out: the first list that
 * is not there, or NULL */
static int rules_of(struct model_snapshot *s, const struct model_names *lists,
                    const struct model_nets *deny, const struct model_nets *permit,
                    struct model_rules *out, const char **missing)
{
    struct model_rules own = {0};
    struct model_rule *v;
    uint32_t n, at = 0;
    int err = value_rules_of(&own, deny, permit, &s->pool);

    *missing = NULL;
    n = own.count;
    for (uint32_t i = 0; i < lists->count && !*missing; i++) {
        const struct model_acl *acl = model_acl_find(s, slice_of(lists->v[i]));

        n += acl ? acl->rules.count : 0;
        *missing = acl ? NULL : lists->v[i];
    }
    if (err || *missing || n == 0)
        return err;
    v = model_pool_alloc(&s->pool, n * sizeof(*v));
    if (!v)
        return ENOMEM;
    for (uint32_t i = 0; i < lists->count; i++)
        at += add_list(v + at, &model_acl_find(s, slice_of(lists->v[i]))->rules);
    (void)add_list(v + at, &own);
    *out = (struct model_rules){.v = v, .count = n};
    return 0;
}

static int warn(struct model_snapshot *s, const char *type, const char *id, const char *column,
                const char *value)
{
    return model_report_add(&s->report, LOG_WARNING,
                            "%s names what is missing id=\"%s\" column=%s value=\"%s\"", type, id,
                            column, value);
}

/* @return ENOMEM or 0; *missing is set when the endpoint must stay out, and *column says why */
static int resolve_strict(struct model_snapshot *s, struct model_endpoint *ep, const char **column,
                          const char **missing)
{
    const void **v;
    int err;

    *column = "auth";
    err = objects_of(s, &ep->auth_names, &s->auths, &shelf_auth, &v, missing);
    ep->auths = (const struct model_auth *const *)v;
    if (err || *missing)
        return err;
    *column = "outbound_auth";
    err = objects_of(s, &ep->outbound_auth_names, &s->auths, &shelf_auth, &v, missing);
    ep->outbound_auths = (const struct model_auth *const *)v;
    if (err || *missing)
        return err;
    *column = "acl";
    err = rules_of(s, &ep->acl_names, &ep->deny, &ep->permit, &ep->rules, missing);
    if (err || *missing)
        return err;
    *column = "contact_acl";
    return rules_of(s, &ep->contact_acl_names, &ep->contact_deny, &ep->contact_permit,
                    &ep->contact_rules, missing);
}

static int resolve_lax(struct model_snapshot *s, struct model_endpoint *ep)
{
    const char *missing;
    const void **v;
    int err = objects_of(s, &ep->aor_names, &s->aors, &shelf_aor, &v, &missing);

    (void)addr_parse_host(&ep->call.media_address, slice_of(ep->media_host), 0); /* else a name */
    ep->aors = (const struct model_aor *const *)v;
    if (!err && missing)
        err = warn(s, "endpoint", ep->name, "aors", missing);
    if (!*ep->transport)
        return err;
    ep->transport_of = model_transport_find(s, slice_of(ep->transport));
    if (!err && !ep->transport_of)
        err = warn(s, "endpoint", ep->name, "transport", ep->transport);
    return err;
}

static int resolve_endpoint(struct model_snapshot *s, uint32_t i)
{
    struct model_endpoint *ep = s->endpoints.v[i];
    const char *column, *missing;
    int err = resolve_strict(s, ep, &column, &missing);

    if (err)
        return err;
    if (missing)
        return leave_out(s, i, column, missing);
    return resolve_lax(s, ep);
}

/* A context that does not exist refuses all calls of its endpoints: said once for each, with the
   first endpoint; of so many at most. */
#define MOST_LOST_CONTEXTS 16
#define MOST_TONE 512 /* what a message to the media role carries */

static int tell_lost_contexts(struct model_snapshot *s)
{
    const char *told[MOST_LOST_CONTEXTS];
    unsigned count = 0;
    int err = 0;

    for (uint32_t i = 0; i < s->endpoints.count && count < MOST_LOST_CONTEXTS && !err; i++) {
        const struct model_endpoint *ep = s->endpoints.v[i];
        unsigned at = 0;

        if (model_context_find(s, slice_of(ep->context)))
            continue;
        while (at < count && strcmp(told[at], ep->context) != 0)
            at++;
        if (at < count)
            continue;
        told[count++] = ep->context;
        err = model_report_add(&s->report, LOG_WARNING,
                               "context of an endpoint does not exist, its calls are refused "
                               "table=ps_endpoints id=\"%s\" column=context value=\"%s\"",
                               ep->name, ep->context);
    }
    return err;
}

/* ---- other names of endpoints ---- */

static int add_alias(struct model_snapshot *s, struct hash *to, uint32_t hash, const void *key,
                     const struct model_endpoint *ep)
{
    struct alias *a = model_pool_alloc(&s->pool, sizeof(*a));

    if (!a)
        return ENOMEM;
    a->key = key;
    a->endpoint = ep;
    return hash_add(to, &a->link, hash);
}

static int add_aliases(struct model_snapshot *s, const struct model_endpoint *ep)
{
    int err = 0;

    for (int i = 0; ep->auths[i] && !err; i++) {
        struct slice user = slice_of(ep->auths[i]->username);

        if (user.len && !model_endpoint_by_username(s, user))
            err = add_alias(s, &s->by_username, hash_slice(user), user.p, ep);
    }
    for (int i = 0; ep->aors[i] && !err; i++)
        if (!model_endpoint_by_aor(s, ep->aors[i]))
            err = add_alias(s, &s->by_aor, hash_bytes(&ep->aors[i], sizeof(ep->aors[i])),
                            ep->aors[i], ep);
    return err;
}

/* ---- identify ---- */

void net_mask(struct addr_net *n)
{
    size_t len = n->base.family == AF_INET ? 4 : 16;

    for (size_t i = 0; i < 16; i++) {
        int bits = (int)n->bits - (int)i * 8;

        if (i >= len || bits <= 0)
            n->base.ip[i] = 0;
        else if (bits < 8)
            n->base.ip[i] &= (uint8_t)(0xff00 >> bits);
    }
    n->base.port = 0;
    n->base.scope = 0;
}

uint32_t net_hash(const struct addr_net *n)
{
    uint8_t key[18];

    key[0] = n->base.family == AF_INET ? 4 : 6;
    key[1] = n->bits;
    memcpy(key + 2, n->base.ip, 16);
    return hash_bytes(key, sizeof(key));
}

static void note_bits(uint8_t *v, uint32_t *count, uint8_t bits)
{
    uint32_t at = 0;

    while (at < *count && v[at] > bits)
        at++;
    if (at < *count && v[at] == bits)
        return;
    memmove(v + at + 1, v + at, *count - at);
    v[at] = bits;
    ++*count;
}

static int add_net(struct model_snapshot *s, const struct model_identify *id, struct addr_net net)
{
    struct net_entry *e;
    uint32_t hash;

    net_mask(&net);
    hash = net_hash(&net);
    for (struct hash_link *k = hash_first(&s->by_net, hash); k; k = hash_next(k)) {
        e = CONTAINER_OF(k, struct net_entry, link);
        if (e->net.bits == net.bits && addr_eq_host(&e->net.base, &net.base))
            return e->endpoint == id->endpoint_of
                       ? 0
                       : model_report_add(
                             &s->report, LOG_WARNING,
                             "address belongs to two endpoints, the first is used "
                             "table=ps_endpoint_id_ips id=\"%s\" endpoint=\"%s\" first=\"%s\"",
                             id->name, id->endpoint, e->endpoint->name);
    }
    e = model_pool_alloc(&s->pool, sizeof(*e));
    if (!e)
        return ENOMEM;
    e->net = net;
    e->endpoint = id->endpoint_of;
    if (net.base.family == AF_INET)
        note_bits(s->bits4, &s->bits4_count, net.bits);
    else
        note_bits(s->bits6, &s->bits6_count, net.bits);
    return hash_add(&s->by_net, &e->link, hash);
}

static int resolve_identify(struct model_snapshot *s, uint32_t i)
{
    struct model_identify *id = s->identifies.v[i];
    int err = 0;

    id->endpoint_of = model_endpoint_find(s, slice_of(id->endpoint));
    if (!id->endpoint_of) {
        err = model_report_add(&s->report, LOG_ERROR,
                               "identify is not loaded: its endpoint is missing or was refused "
                               "table=ps_endpoint_id_ips id=\"%s\" column=endpoint value=\"%s\"",
                               id->name, id->endpoint);
        shelf_take(&s->identifies, &shelf_identify, i);
        return err;
    }
    for (uint32_t m = 0; m < id->match.count && !err; m++) {
        struct addr_net net;

        if (addr_net_parse(&net, slice_of(id->match.v[m])) == 0)
            err = add_net(s, id, net);
        else
            id->has_names = true;
    }
    return err;
}

/* ---- single objects ---- */

static const char **digest_place(struct model_auth *a, struct slice algorithm)
{
    if (slice_caseeqz(algorithm, "MD5"))
        return &a->md5_cred;
    if (slice_caseeqz(algorithm, "SHA-256"))
        return &a->sha256_cred;
    return slice_caseeqz(algorithm, "SHA-512-256") ? &a->sha512_cred : NULL;
}

/* "MD5:<hash>,SHA-256:<hash>,SHA-512-256:<hash>" */
static int take_digests(struct model_snapshot *s, struct model_auth *a)
{
    struct slice rest = slice_of(a->password_digest);

    a->sha256_cred = a->sha512_cred = "";
    while (slice_is_set(rest) && rest.len) {
        struct slice one = slice_trim(slice_cut(rest, ',', &rest)), hash;
        struct slice alg = slice_trim(slice_cut(one, ':', &hash));
        const char **to = digest_place(a, alg);

        if (!slice_is_set(hash) || !to)
            continue;
        *to = model_pool_text(&s->pool, slice_trim(hash));
        if (!*to)
            return ENOMEM;
    }
    return 0;
}

static int finish_auth(struct model_snapshot *s, uint32_t i)
{
    struct model_auth *a = s->auths.v[i];
    int err = take_digests(s, a);

    if (err)
        return err;
    if (a->type != MODEL_AUTH_GOOGLE_OAUTH)
        return 0;
    shelf_take(&s->auths, &shelf_auth, i);
    return model_report_add(
        &s->report, LOG_ERROR,
        "auth is not loaded: nothing obeys this value yet table=ps_auths id=\"%s\" "
        "column=auth_type value=\"google_oauth\" allowed=\"userpass, md5, digest\"",
        a->name);
}

static int finish_moh(struct model_snapshot *s, uint32_t i)
{
    struct model_moh *m = s->mohs.v[i];

    if (m->mode == 0)
        return 0;
    shelf_take(&s->mohs, &shelf_moh, i);
    return model_report_add(
        &s->report, LOG_ERROR,
        "musiconhold is not loaded: nothing obeys this value yet table=musiconhold "
        "name=\"%s\" column=mode allowed=\"files\"",
        m->name);
}

static int finish_transport(struct model_snapshot *s, uint32_t i)
{
    struct model_transport *t = s->transports.v[i];
    const char *why = NULL;

    if (model_tos_parse(slice_of(t->tos_text), &t->tos))
        why = "tos";
    else if (t->protocol != MODEL_UDP && t->protocol != MODEL_TCP && t->protocol != MODEL_TLS)
        why = "protocol";
    else if (!addr_is_set(&t->bind))
        why = "bind";
    else if (t->protocol == MODEL_TLS && !*t->cert_file)
        why = "cert_file";
    if (!why)
        return 0;
    shelf_take(&s->transports, &shelf_transport, i);
    return model_report_add(
        &s->report, LOG_ERROR, "transport is not loaded: %s id=\"%s\" column=%s",
        *why == 'p'   ? "nothing obeys this protocol yet"
        : *why == 't' ? "this is no type of service (cs0-cs7, af11-af43, ef, 0-255)"
                      : "a value is missing",
        t->name, why);
}

/* Without either there is nothing to register, or nowhere. */
static int finish_registration(struct model_snapshot *s, uint32_t i)
{
    struct model_registration *r = s->registrations.v[i];
    const char *const uris[] = {r->server_uri, r->client_uri};
    static const char *const columns[] = {"server_uri", "client_uri"};

    for (int k = 0; k < 2; k++) {
        struct slice uri = slice_of(uris[k]);

        if (slice_casestarts(uri, SLICE("sip:")) || slice_casestarts(uri, SLICE("sips:")))
            continue;
        shelf_take(&s->registrations, &shelf_registration, i);
        return model_report_add(
            &s->report, LOG_ERROR,
            "registration is not loaded: this must be a SIP URI table=ps_registrations "
            "id=\"%s\" column=%s value=\"%s\" allowed=\"sip:user@host\"",
            r->name, columns[k], uris[k]);
    }
    if (r->endpoint[0] && !model_endpoint_find(s, slice_of(r->endpoint)))
        return warn(s, "registration", r->name, "endpoint", r->endpoint);
    for (uint32_t n = 0; n < r->outbound_auth.count; n++)
        if (!model_auth_find(s, slice_of(r->outbound_auth.v[n])))
            return warn(s, "registration", r->name, "outbound_auth", r->outbound_auth.v[n]);
    return 0;
}

/* The media role reads them, much later: said now. */
static int finish_tone(struct model_snapshot *s, uint32_t i)
{
    const struct model_tone *t = s->tones.v[i];
    struct tone read;

    if (tone_parse(&read, slice_of(t->list)) == 0 && strlen(t->list) < MOST_TONE)
        return 0;
    shelf_take(&s->tones, &shelf_tone, i);
    return model_report_add(&s->report, LOG_ERROR,
                            "tone is not loaded: wrong value table=tones name=\"%s\" column=list "
                            "value=\"%.200s\" allowed=\"425/500,0/500\"",
                            t->name, t->list);
}

bool model_is_code(struct slice code)
{
    for (size_t i = 0; i < code.len; i++)
        if (!code.p[i] || !strchr("0123456789*#ABCD", code.p[i]))
            return false;
    return code.len > 0 && code.len <= MODEL_CODE_MAX;
}

static int finish_feature(struct model_snapshot *s, uint32_t i)
{
    const struct model_feature *f = s->features.v[i];
    const bool is_code = model_is_code(slice_of(f->code));

    if (is_code && *f->application)
        return 0;
    shelf_take(&s->features, &shelf_feature, i);
    return model_report_add(
        &s->report, LOG_ERROR,
        "feature is not loaded: wrong value table=features name=\"%s\" column=%s "
        "value=\"%.200s\" allowed=\"%s\"",
        f->name, is_code ? "application" : "code", is_code ? "" : f->code,
        is_code ? "an application" : "1 to 11 of 0-9 * # A-D");
}

/* A code that nobody can press is none. */
static int check_codes(struct model_snapshot *s)
{
    struct model_settings *o = &s->settings;
    const struct {
        const char *name, **code;
    } codes[] = {
        {"feature_atxfer", &o->feature_atxfer},
        {"feature_automixmon", &o->feature_automixmon},
        {"feature_blindxfer", &o->feature_blindxfer},
        {"feature_disconnect", &o->feature_disconnect},
        {"feature_parkcall", &o->feature_parkcall},
        {"feature_recordpause", &o->feature_recordpause},
    };
    int err = 0;

    for (size_t i = 0; !err && i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (!**codes[i].code || model_is_code(slice_of(*codes[i].code)))
            continue;
        err = model_report_add(&s->report, LOG_WARNING,
                               "no code, it is not taken table=settings name=%s value=\"%.200s\" "
                               "allowed=\"1 to 11 of 0-9 * # A-D\"",
                               codes[i].name, *codes[i].code);
        *codes[i].code = "";
    }
    return err;
}

/* Has the zone any tones? */
static bool has_tones(const struct model_snapshot *s, const char *zone)
{
    const size_t len = strlen(zone);

    for (uint32_t i = 0; i < s->tones.count; i++) {
        const struct model_tone *t = s->tones.v[i];

        if (t && strncasecmp(t->name, zone, len) == 0 && t->name[len] == '/')
            return true;
    }
    return strcasecmp(zone, "ru") == 0 || strcasecmp(zone, "us") == 0;
}

static int check_zone(struct model_snapshot *s)
{
    const char *zone = s->settings.tone_zone;

    if (has_tones(s, zone))
        return 0;
    s->settings.tone_zone = "ru";
    return model_report_add(&s->report, LOG_WARNING,
                            "no tones of this zone, ru is used table=settings name=tone_zone "
                            "value=\"%s\"",
                            zone);
}

static int finish_settings(struct model_snapshot *s)
{
    struct model_settings *o = &s->settings;

    o->language = o->language_id ? "en" : "ru";
    if (!*o->user_agent)
        o->user_agent = *s->global.user_agent ? s->global.user_agent : "Station/" STATION_VERSION;
    if (*s->global.default_realm)
        o->realm = s->global.default_realm;
    if (o->rtp_end > o->rtp_start)
        return 0;
    o->rtp_start = 20000;
    o->rtp_end = 29999;
    return model_report_add(&s->report, LOG_WARNING,
                            "rtp_end is not above rtp_start, 20000-29999 are used table=settings");
}

static int each(struct model_snapshot *s, const struct shelf *sh,
                int (*h)(struct model_snapshot *s, uint32_t i))
{
    int err = 0;

    for (uint32_t i = 0; i < sh->count && !err; i++)
        err = h(s, i);
    return err;
}

/* Without its access list a user could come from anywhere, so it stays out. */
static int resolve_manager(struct model_snapshot *s, uint32_t i)
{
    struct model_manager *m = s->managers.v[i];
    const char *missing;
    int err = rules_of(s, &m->acl_names, &m->deny, &m->permit, &m->rules, &missing);

    if (err || !missing)
        return err;
    shelf_take(&s->managers, &shelf_manager, i);
    return model_report_add(&s->report, LOG_ERROR,
                            "manager user is not loaded: what it names is missing or was refused "
                            "table=manager name=\"%s\" column=acl value=\"%s\"",
                            m->name, missing);
}

int resolve_all(struct model_snapshot *s)
{
    int err = each(s, &s->auths, finish_auth);

    if (!err)
        err = each(s, &s->mohs, finish_moh);
    if (!err)
        err = each(s, &s->managers, resolve_manager);
    if (!err)
        err = each(s, &s->tones, finish_tone);
    if (!err)
        err = check_zone(s);
    if (!err)
        err = each(s, &s->features, finish_feature);
    if (!err)
        err = check_codes(s);
    if (!err)
        err = each(s, &s->transports, finish_transport);
    if (!err)
        err = each(s, &s->endpoints, resolve_endpoint);
    shelf_close(&s->endpoints, &shelf_endpoint);
    for (uint32_t i = 0; i < s->endpoints.count && !err; i++)
        err = add_aliases(s, s->endpoints.v[i]);
    if (!err)
        err = tell_lost_contexts(s);
    if (!err)
        err = each(s, &s->identifies, resolve_identify);
    if (!err)
        err = each(s, &s->registrations, finish_registration);
    return err ? err : finish_settings(s);
}
