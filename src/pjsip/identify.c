/* identify.c - whose request this is, and whether it may be obeyed (identify.h) */
#include "pjsip/identify.h"

#include <errno.h>

#include "base/log.h"
#include "pjsip/match.h"
#include "pjsip/names.h"
#include "pjsip/outbound.h"
#include "pjsip/security.h"
#include "sip/print.h"

void pjsip_identify_follow(struct pjsip *p)
{
    match_follow(p);
    p->has_domains = false;
    if (model_global_of(p->snap)->disable_multi_domain)
        return;
    for (uint32_t i = 0; i < model_endpoint_count(p->snap) && !p->has_domains; i++)
        p->has_domains = strchr(model_endpoint_at(p->snap, i)->name, '@') != NULL;
}

int pjsip_user_copy(const struct pjsip *p, struct slice user, char *out, size_t size)
{
    struct slice options;

    if (model_global_of(p->snap)->ignore_uri_user_options)
        user = slice_cut(user, ';', &options);
    return sip_unescape(user, out, size);
}

typedef const struct model_endpoint *(find_h)(const struct pjsip *p, const struct sip_msg *req);

static const struct model_endpoint *find_by_ip(const struct pjsip *p, const struct sip_msg *req)
{
    const struct model_endpoint *e = model_endpoint_by_addr(p->snap, &req->flow.remote);

    return e ? e : names_find(p, &req->flow.remote);
}

static const struct model_endpoint *find_in_domain(const struct pjsip *p, struct slice user,
                                                   struct slice domain)
{
    char name[256];

    if (!domain.len || user.len + domain.len + 2 > sizeof(name))
        return NULL;
    memcpy(name, user.p, user.len);
    name[user.len] = '@';
    memcpy(name + user.len + 1, domain.p, domain.len);
    return model_endpoint_find(p->snap, slice_from(name, user.len + 1 + domain.len));
}

/* An endpoint by "user@domain" (or the domain that it is another name of), then by "user"; then one that logs in with that user name. */
static const struct model_endpoint *find_by_name(const struct pjsip *p, struct slice user,
                                                 struct slice domain)
{
    const struct model_endpoint *e = NULL;

    if (!user.len)
        return NULL;
    if (p->has_domains && domain.len) {
        e = find_in_domain(p, user, domain);
        if (!e)
            e = find_in_domain(p, user, slice_of(model_domain_of(p->snap, domain)));
    }
    if (!e)
        e = model_endpoint_find(p->snap, user);
    return e ? e : model_endpoint_by_username(p->snap, user);
}

static const struct model_endpoint *find_by_username(const struct pjsip *p,
                                                     const struct sip_msg *req)
{
    struct sip_uri uri;
    char user[128];

    if (sip_uri_parse(&uri, req->from.uri) || pjsip_user_copy(p, uri.user, user, sizeof(user)))
        return NULL;
    return find_by_name(p, slice_of(user), uri.host);
}

static const struct model_endpoint *find_by_auth_username(const struct pjsip *p,
                                                          const struct sip_msg *req)
{
    struct slice value = sip_msg_get(req, SIP_H_AUTHORIZATION);
    struct sip_digest d;

    if (!slice_is_set(value) || sip_digest_parse(&d, value))
        return NULL;
    return find_by_name(p, d.username, d.realm);
}

static const struct model_endpoint *find_anonymous(const struct pjsip *p, const struct sip_msg *req)
{
    return model_endpoint_find(p->snap, SLICE("anonymous"));
}

static find_h *const finders[] = {
    [MODEL_BY_USERNAME] = find_by_username,
    [MODEL_BY_AUTH_USERNAME] = find_by_auth_username,
    [MODEL_BY_IP] = find_by_ip,
    [MODEL_BY_HEADER] = match_header,
    [MODEL_BY_REQUEST_URI] = match_request_uri,
    [MODEL_BY_ANONYMOUS] = find_anonymous,
};

/* identify_by of the endpoint; the order's other end. Empty: whatever found it is fine. */
static bool may_be_found_by(const struct model_endpoint *e, uint8_t by)
{
    if (by == MODEL_BY_ANONYMOUS || !e->identify_by.count)
        return true;
    for (unsigned i = 0; i < e->identify_by.count; i++)
        if (e->identify_by.v[i] == by)
            return true;
    return false;
}

static bool is_found_by(const struct pjsip *p, const struct sip_msg *req, uint8_t by,
                        struct pjsip_who *who)
{
    const struct model_endpoint *e =
        by < sizeof(finders) / sizeof(finders[0]) && finders[by] ? finders[by](p, req) : NULL;

    if (!e || !may_be_found_by(e, by))
        return false;
    who->endpoint = e;
    who->by = by;
    return true;
}

static bool names(const struct model_order *order, uint8_t by)
{
    for (unsigned i = 0; i < order->count; i++)
        if (order->v[i] == by)
            return true;
    return false;
}

int pjsip_identify(const struct pjsip *p, const struct sip_msg *req, struct pjsip_who *who)
{
    static const uint8_t unnamed[] = {MODEL_BY_HEADER, MODEL_BY_REQUEST_URI};
    static const struct model_order usual = {3,
                                             {MODEL_BY_IP, MODEL_BY_USERNAME, MODEL_BY_ANONYMOUS}};
    const struct model_order *order = &model_global_of(p->snap)->identifier_order;

    *who = (struct pjsip_who){.endpoint = outbound_find_line(p, req), .by = MODEL_BY_IP};
    if (who->endpoint)
        return 0;
    if (!order->count)
        order = &usual;
    for (unsigned i = 0; i < order->count; i++)
        if (is_found_by(p, req, order->v[i], who))
            return 0;
    /* What the order does not name comes last, as in Asterisk. */
    for (unsigned i = 0; i < sizeof(unnamed) && (p->has_header_rows || p->has_uri_rows); i++)
        if (!names(order, unnamed[i]) && is_found_by(p, req, unnamed[i], who))
            return 0;
    return ENOENT;
}

/* ---- digest ---- */

static const char *default_realm(const struct pjsip *p)
{
    const struct model_settings *s = model_settings_of(p->snap);
    const char *realm = model_global_of(p->snap)->default_realm;

    if (s->realm[0])
        return s->realm;
    return realm[0] ? realm : "asterisk";
}

static const char *realm_of(const struct pjsip *p, const struct model_auth *a)
{
    return a && a->realm[0] ? a->realm : default_realm(p);
}

#define MD5_ALONE (1 << SIP_DIGEST_MD5)

static const struct {
    uint8_t plain, with_sess;
} digests[] = {
    [MODEL_ALG_MD5] = {MD5_ALONE, 1 << SIP_DIGEST_MD5 | 1 << SIP_DIGEST_MD5_SESS},
    [MODEL_ALG_SHA256] = {1 << SIP_DIGEST_SHA256,
                          1 << SIP_DIGEST_SHA256 | 1 << SIP_DIGEST_SHA256_SESS},
    [MODEL_ALG_SHA512_256] = {1 << SIP_DIGEST_SHA512,
                              1 << SIP_DIGEST_SHA512 | 1 << SIP_DIGEST_SHA512_SESS},
};

/* supported_algorithms_uas. Asterisk offers MD5 alone unless the object says more; phones exist that
   choke on others. */
static uint8_t offered_by(const struct model_auth *a)
{
    uint8_t all = 0;

    for (unsigned i = 0; a && i < a->algorithms.count; i++)
        all |= digests[a->algorithms.v[i]].plain;
    return !all || a->type == MODEL_AUTH_MD5 ? MD5_ALONE : all;
}

/* supported_algorithms_uac: what challenges we answer with it. */
static uint8_t algorithms_of(const struct model_auth *a)
{
    uint8_t all = 0;

    for (unsigned i = 0; i < a->algorithms_uac.count; i++)
        all |= digests[a->algorithms_uac.v[i]].with_sess;
    return all;
}

static void credential_of(const struct model_auth *a, struct sip_credential *c)
{
    *c = (struct sip_credential){.user = a->username,
                                 .realm = a->realm,
                                 .nonce_life_s = (uint32_t)a->nonce_lifetime,
                                 .algorithms = algorithms_of(a)};
    if (a->sha256_cred[0] && !a->password[0])
        c->ha1_sha256 = a->sha256_cred;
    if (a->sha512_cred[0] && !a->password[0])
        c->ha1_sha512 = a->sha512_cred;
    if (a->type == MODEL_AUTH_MD5 || (a->type == MODEL_AUTH_DIGEST && !a->password[0]))
        c->ha1_md5 = a->md5_cred;
    else
        c->password = a->password;
}

/* One without a secret lets nobody in. */
static bool has_secret(const struct model_auth *a)
{
    struct sip_credential c;

    credential_of(a, &c);
    return c.password ? c.password[0] : c.ha1_md5[0] || c.ha1_sha256 || c.ha1_sha512;
}

/* Two authentications in one realm make one challenge, as a stranger gets. */
static bool is_offered_before(struct pjsip *p, const struct model_auth *const *all,
                              const struct model_auth *const *a)
{
    for (const struct model_auth *const *k = all; k < a; k++)
        if (offered_by(*k) == offered_by(*a) && !strcmp(realm_of(p, *k), realm_of(p, *a)))
            return true;
    return false;
}

/* @param why  as sip_auth_check: EACCES is the answer to a wrong try, which was told already */
static void challenge(struct pjsip *p, struct sip_strans *t, const struct sip_msg *req,
                      const struct model_endpoint *e, int why)
{
    const bool is_stale = why == ESTALE;
    struct buf headers;
    int err = 0;

    buf_init(&headers, 4096);
    if (!e)
        err = sip_auth_challenge(p->auth, &headers, default_realm(p), MD5_ALONE, is_stale, false);
    for (const struct model_auth *const *a = e ? e->auths : NULL; a && *a && !err; a++)
        if (!is_offered_before(p, e->auths, a))
            err = sip_auth_challenge(p->auth, &headers, realm_of(p, *a), offered_by(*a), is_stale,
                                     false);
    if (!err && why != EACCES)
        pjsip_security_tell_challenge(p, req, e, buf_slice(&headers));
    if (err)
        sip_strans_refuse(t, 500, NULL);
    else
        sip_strans_answer(t, &(struct sip_answer){.code = 401, .headers = buf_slice(&headers)});
    buf_fini(&headers);
}

/* Strangers cost what users cost: one digest against nothing. @return as sip_auth_check */
static int check_stranger(struct pjsip *p, const struct sip_msg *req)
{
    struct sip_digest d;
    int err = sip_auth_find(req, default_realm(p), &d);

    return err ? err : sip_auth_check(p->auth, req, &d, default_realm(p), MD5_ALONE, NULL);
}

/*
 * One digest, as a stranger costs: of the authentication whose user name is given, else of nobody.
 * @return 0 (who->auth set); ENOENT (no credentials sent); as sip_auth_check
 */
static int check_digest(struct pjsip *p, const struct sip_msg *req, struct pjsip_who *who)
{
    const struct model_auth *other = NULL;
    struct sip_credential c;
    struct sip_digest d;
    int result = ENOENT;

    for (const struct model_auth *const *a = who->endpoint->auths; *a; a++) {
        int err = sip_auth_find(req, realm_of(p, *a), &d);

        if (!err && (!slice_eqz(d.username, (*a)->username) || !has_secret(*a))) {
            other = *a;
            continue;
        }
        if (!err) {
            credential_of(*a, &c);
            err = sip_auth_check(p->auth, req, &d, realm_of(p, *a), offered_by(*a), &c);
        }
        if (!err) {
            who->auth = *a;
            return 0;
        }
        if (err != ENOENT)
            result = err;
    }
    if (result != ENOENT || !other || sip_auth_find(req, realm_of(p, other), &d))
        return result;
    return sip_auth_check(p->auth, req, &d, realm_of(p, other), offered_by(other), NULL);
}

static bool is_one_of(struct slice user, const char *name)
{
    return name[0] && slice_eqz(user, name);
}

/*
 * The name that a request goes under must be the endpoint's own when only the password said who it
 * is; the other two ways have looked at it already (user name), or mean a trunk, which speaks for
 * many (address).
 */
static bool is_from_its_own(const struct pjsip *p, const struct sip_msg *req,
                            const struct pjsip_who *who)
{
    const struct model_endpoint *e = who->endpoint;
    struct sip_uri uri;
    char user[128];
    struct slice name;

    if (who->by != MODEL_BY_AUTH_USERNAME)
        return true;
    if (sip_uri_parse(&uri, req->from.uri) || pjsip_user_copy(p, uri.user, user, sizeof(user)))
        return false;
    name = slice_of(user);
    if (is_one_of(name, e->name) || is_one_of(name, e->from_user) ||
        is_one_of(name, e->contact_user) || is_one_of(name, e->callerid.number))
        return true;
    for (const struct model_auth *const *a = e->auths; *a; a++)
        if (is_one_of(name, (*a)->username))
            return true;
    for (const struct model_aor *const *a = e->aors; *a; a++)
        if (is_one_of(name, (*a)->name))
            return true;
    return false;
}

static int forbid(struct pjsip *p, struct sip_strans *t, const struct sip_msg *req,
                  const struct pjsip_who *who, enum security_event event, const char *why)
{
    pjsip_security_tell(p, req, who->endpoint, event, why);
    sip_strans_refuse(t, 403, NULL);
    return EACCES;
}

/* The addresses that its Contacts name, as Asterisk looks at them: before rewriting. A name would have to
   be looked up first, and could mean another host a moment later: not with a list. */
static bool may_be_contacted(const struct model_rules *rules, const struct sip_msg *req)
{
    struct sip_name_addr n;
    struct sip_uri uri;
    struct addr host;

    for (unsigned i = 0; rules->count && !sip_msg_contact(req, i, &n); i++) {
        if (n.is_star)
            continue;
        if (sip_uri_parse(&uri, n.uri) || addr_parse_host(&host, uri.host, 5060) ||
            !model_rules_allow(rules, &host))
            return false;
    }
    return true;
}

static void let_go(void *arg)
{
    struct pjsip *p = arg;

    p->dropped = mem_deref(p->dropped);
}

/* No answer at all. The core answers 500 for a handler that keeps no reference, so this keeps one
   until the handler has returned. */
static void drop(struct pjsip *p, struct sip_strans *t)
{
    mem_deref(p->dropped);
    p->dropped = mem_ref(t);
    loop_defer(p->loop, &p->drop_later, let_go, p);
}

static bool has_credentials(const struct sip_msg *req)
{
    return sip_msg_has(req, SIP_H_AUTHORIZATION) || sip_msg_has(req, SIP_H_PROXY_AUTHORIZATION);
}

/* @return 0; EACCES (t has been answered) */
static int check_secret(struct pjsip *p, struct sip_strans *t, const struct sip_msg *req,
                        struct pjsip_who *who)
{
    const struct addr *from = &req->flow.remote;
    int err;

    if (has_credentials(req) && !guard_may_try(&p->guard, from, loop_now(p->loop))) {
        pjsip_security_tell(p, req, who->endpoint, SECURITY_REQUEST_NOT_ALLOWED,
                            "too many wrong passwords");
        drop(p, t);
        return EACCES;
    }
    err = who->endpoint ? check_digest(p, req, who) : check_stranger(p, req);
    if (!err && !who->endpoint)
        err = EACCES;
    if (!err) {
        guard_succeeded(&p->guard, from);
        pjsip_security_tell(p, req, who->endpoint, SECURITY_SUCCESSFUL_AUTH, NULL);
        return 0;
    }
    if (err == EACCES)
        guard_failed(&p->guard, from, loop_now(p->loop));
    if (!who->endpoint)
        pjsip_security_tell(p, req, NULL, SECURITY_INVALID_ACCOUNT, NULL);
    else if (err == EACCES)
        pjsip_security_tell(p, req, who->endpoint, SECURITY_CHALLENGE_FAILED, NULL);
    challenge(p, t, req, who->endpoint, err);
    return EACCES;
}

static bool needs_secret(const struct model_endpoint *e, const struct sip_msg *req)
{
    if (!e)
        return true;
    return e->auths[0] && !(req->method == SIP_OPTIONS && e->allow_unauthenticated_options);
}

int pjsip_authorize(struct pjsip *p, struct sip_strans *t, const struct sip_msg *req,
                    struct pjsip_who *who)
{
    pjsip_identify(p, req, who);
    if (!who->endpoint || who->endpoint->force_rport) /* a stranger gets the usual treatment */
        sip_strans_force_rport(t);
    if (needs_secret(who->endpoint, req) && check_secret(p, t, req, who))
        return EACCES;
    if (!model_rules_allow(&who->endpoint->rules, &req->flow.remote))
        return forbid(p, t, req, who, SECURITY_FAILED_ACL, "address not allowed");
    if (!may_be_contacted(&who->endpoint->contact_rules, req))
        return forbid(p, t, req, who, SECURITY_FAILED_ACL, "contact address not allowed");
    if (!is_from_its_own(p, req, who))
        return forbid(p, t, req, who, SECURITY_REQUEST_NOT_ALLOWED,
                      "From is not the endpoint's own");
    return 0;
}

/* ---- as client ---- */

int pjsip_creds_get(struct pjsip_creds **cp, struct pjsip *p, const struct model_endpoint *e)
{
    struct slice name = slice_of(e->name);
    struct pjsip_creds *c;

    *cp = NULL;
    if (!e->outbound_auths[0])
        return 0;
    for (struct hash_link *k = hash_first(&p->creds, hash_slice(name)); k; k = hash_next(k)) {
        c = CONTAINER_OF(k, struct pjsip_creds, link);
        if (slice_eqz(name, c->endpoint)) {
            *cp = c;
            return 0;
        }
    }
    c = mem_zalloc(sizeof(*c) + name.len + 1);
    if (!c)
        return ENOMEM;
    c->p = p;
    memcpy(c->endpoint, name.p, name.len);
    if (hash_add(&p->creds, &c->link, hash_slice(name))) {
        mem_free(c);
        return ENOMEM;
    }
    *cp = c;
    return 0;
}

enum fit { FIT_NOT, FIT_ANY, FIT_REALM };

static enum fit fit_of(const struct model_auth *a, struct slice realm)
{
    if (!a)
        return FIT_NOT;
    if (!a->realm[0] || !strcmp(a->realm, "*"))
        return FIT_ANY;
    return slice_eqz(realm, a->realm) ? FIT_REALM : FIT_NOT;
}

const struct model_auth *pjsip_auth_better(const struct model_auth *best,
                                           const struct model_auth *other, struct slice realm)
{
    return fit_of(other, realm) > fit_of(best, realm) ? other : best;
}

void pjsip_auth_take(const struct model_auth *a, struct sip_credential *c)
{
    credential_of(a, c);
}

bool pjsip_creds_find(struct slice realm, struct sip_credential *c, void *arg)
{
    const struct pjsip_creds *creds = arg;
    const struct model_endpoint *e =
        creds ? model_endpoint_find(creds->p->snap, slice_of(creds->endpoint)) : NULL;
    const struct model_auth *best = NULL;

    for (const struct model_auth *const *a = e ? e->outbound_auths : NULL; a && *a; a++)
        best = pjsip_auth_better(best, *a, realm);
    if (best)
        pjsip_auth_take(best, c);
    return best != NULL;
}

void pjsip_creds_clear(struct pjsip *p)
{
    HASH_FOREACH(&p->creds, k)
    {
        hash_del(&p->creds, k);
        mem_free(CONTAINER_OF(k, struct pjsip_creds, link));
    }
    hash_fini(&p->creds);
}
