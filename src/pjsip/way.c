/*
 * way.c - a phone whose connection is gone inside a call (session.h)
 *
 * It connects and registers again, from another port: its requests of the call go over that
 * connection. Whose registration it is, Contact of the dialog says: phones name themselves alike in
 * both; else the host that it called from.
 */
#include "pjsip/contact.h"
#include "pjsip/session.h"
#include "sip/print.h"
#include "sip/resolve.h"

enum likeness {
    LIKE_NOBODY,
    LIKE_HOST, /* the same device, or one beside it */
    LIKE_USER, /* of our endpoint, under the same name, from elsewhere */
    LIKE_BOTH,
    LIKE_URI, /* the same user, host and port */
};

/* Contact as the phone gave it when it registered. @return 0; ENOMEM, EINVAL */
static int own_uri(const struct contact *c, struct buf *text, struct sip_uri *uri)
{
    int err = contact_uri_restore(text, c->uri);

    return err ? err : sip_uri_parse(uri, buf_slice(text));
}

static enum likeness compare(const struct contact *c, const struct sip_uri *target,
                             const struct addr *was)
{
    bool is_host = addr_is_set(&c->source) && addr_eq_host(&c->source, was), is_user = false;
    struct sip_uri uri;
    struct buf text;
    enum likeness like;

    buf_init(&text, SIP_URI_MAX + 128);
    if (!own_uri(c, &text, &uri) && target->user.len)
        is_user = slice_eq(uri.user, target->user);
    if (is_user && slice_caseeq(uri.host, target->host) && uri.port == target->port)
        like = LIKE_URI;
    else
        like = (is_user ? LIKE_USER : 0) + (is_host ? LIKE_HOST : 0);
    buf_fini(&text);
    return like;
}

/* Over its connection, or where it listens. @return 0; ENOENT, errno of sip_resolve_now */
static int reach(const struct contact *c, struct sip_binding *b, struct sip_target *target)
{
    struct sip_uri uri;
    struct buf text;
    int err = contact_route(c, target);

    if (!err)
        return 0;
    buf_init(&text, SIP_URI_MAX + 128);
    err = contact_uri_reach(&text, c->uri);
    if (!err)
        err = sip_uri_parse(&uri, buf_slice(&text));
    if (!err)
        err = sip_resolve_now(c->aor->p->sip, &uri, b, target);
    buf_fini(&text);
    return err;
}

/* The likest registered contact; of equal ones the newest. */
static struct contact *pick(const struct pjsip *p, const struct model_endpoint *e,
                            const struct sip_uri *target, const struct addr *was)
{
    enum likeness best = LIKE_NOBODY;
    struct contact *found = NULL;

    for (const struct model_aor *const *m = e->aors; *m; m++) {
        struct aor *a = aor_find(p, slice_of((*m)->name));

        if (!a)
            continue;
        LIST_FOREACH(&a->contacts, k)
        {
            struct contact *c = contact_of_link(k);
            enum likeness like = c->is_permanent ? LIKE_NOBODY : compare(c, target, was);

            if (like > best) {
                best = like;
                found = c;
            }
        }
    }
    return found;
}

bool session_find_way(struct sip_invite *i, struct slice target, struct sip_flow *to, void *arg)
{
    const struct session *s = arg;
    const struct model_endpoint *e = model_endpoint_find(s->p->snap, slice_of(s->endpoint));
    const struct sip_flow *was = sip_invite_flow(i);
    struct sip_target found;
    struct sip_uri uri;
    struct contact *c;

    if (!e || !was || sip_uri_parse(&uri, target))
        return false;
    c = pick(s->p, e, &uri, &was->remote);
    if (!c || reach(c, was->binding, &found) || !model_rules_allow(&e->rules, &found.flow.remote))
        return false;
    *to = found.flow;
    return true;
}
