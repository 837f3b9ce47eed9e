/* message_send.c - a MESSAGE of ours (message.h) */
#include <errno.h>

#include "base/log.h"
#include "pjsip/contact.h"
#include "pjsip/identify.h"
#include "pjsip/message.h"
#include "pjsip/outbound.h"
#include "sip/client.h"
#include "sip/print.h"

#define SENDING_MAX 1000

/* A request under way. */
struct sending {
    struct link link; /* pjsip.sendings */
    struct pjsip *p;
    struct sip_client *client;
    char *to;
};

/* Where it goes, while it is being made. */
struct route {
    const struct model_endpoint *endpoint;
    struct contact *contact; /* NULL: a URI of its own */
    struct slice number;     /* replaces the contact's user, or absent */
    struct buf uri, routes, contact_uri;
    struct sip_target target;
};

static void sending_free(struct sending *s)
{
    list_unlink(&s->link);
    s->p->sending_count--;
    mem_deref(s->client);
    mem_free(s->to);
    mem_free(s);
}

void message_send_clear(struct pjsip *p)
{
    LIST_FOREACH(&p->sendings, k)
    sending_free(CONTAINER_OF(k, struct sending, link));
}

static void answered(int err, const struct sip_msg *r, void *arg)
{
    struct sending *s = arg;

    if (r && r->status < 200)
        return;
    if (!r || r->status >= 300)
        log_notice("text or notice was not taken to=\"%s\" status=%u err=\"%s\"", s->to,
                   r ? r->status : 0, r ? "" : strerror(err));
    sending_free(s);
}

/* ---- where to ---- */

static bool is_uri(struct slice text)
{
    return slice_casestarts(text, SLICE("sip:")) || slice_casestarts(text, SLICE("sips:"));
}

/* "sip:uri" and "user@host" go by the default endpoint. */
static int route_by_default(struct route *r, const struct pjsip *p, struct slice to)
{
    r->endpoint =
        model_endpoint_find(p->snap, slice_of(model_global_of(p->snap)->default_outbound_endpoint));
    if (!r->endpoint)
        return ENOENT;
    if (!is_uri(to))
        buf_addz(&r->uri, "sip:");
    return buf_adds(&r->uri, to);
}

static int find_route(struct route *r, const struct pjsip *p, struct slice to,
                      struct contact *wanted)
{
    struct slice rest, name;
    ptrdiff_t at;

    if (is_uri(to))
        return route_by_default(r, p, to);
    name = slice_cut(to, '/', &rest);
    at = slice_chr(name, '@');
    if (at >= 0 && !model_endpoint_find(p->snap, name)) {
        r->number = slice_from(name.p, (size_t)at);
        name = slice_skip(name, (size_t)at + 1);
    }
    r->endpoint = model_endpoint_find(p->snap, name);
    if (!r->endpoint)
        return at >= 0 ? route_by_default(r, p, to) : ENOENT;
    if (is_uri(rest))
        return buf_adds(&r->uri, rest);
    r->contact = wanted ? wanted : contact_pick(p, r->endpoint);
    return r->contact ? 0 : ENOENT;
}

/* The contact's URI, with another user for "number@trunk". */
static int print_uri(struct route *r)
{
    struct sip_uri uri;
    int err;

    if (!r->contact)
        return 0;
    err = contact_uri_request(&r->contact_uri, r->contact->uri);
    if (err || !r->number.len)
        return err ? err : buf_adds(&r->uri, buf_slice(&r->contact_uri));
    if (sip_uri_parse(&uri, buf_slice(&r->contact_uri)) || !uri.host.len)
        return EINVAL;
    buf_addz(&r->uri, "sip:");
    sip_escape_user(&r->uri, r->number);
    buf_addc(&r->uri, '@');
    return buf_add(&r->uri, uri.host.p, (size_t)(uri.text.p + uri.text.len - uri.host.p));
}

static int fill_way(struct route *r, struct pjsip *p, struct sip_client_args *a)
{
    const struct model_endpoint *e = r->endpoint;
    struct pjsip_creds *creds = NULL;
    int err = r->contact && r->contact->path.len ? sip_routes_add_text(&r->routes, r->contact->path)
                                                 : buf_adds(&r->routes, outbound_routes(p, e));

    if (!err)
        err = pjsip_creds_get(&creds, p, e);
    if (err)
        return err;
    a->creds = creds ? pjsip_creds_find : NULL;
    a->creds_arg = creds;
    a->routes = buf_slice(&r->routes);
    a->proxy = e->outbound_proxy[0] ? slice_of(e->outbound_proxy) : SLICE_NONE;
    if (e->transport_of)
        a->binding = sip_binding_find(p->sip, e->transport_of->name);
    if (!r->contact)
        return 0;
    if (r->contact->transport.len)
        a->binding = sip_binding_find(p->sip, r->contact->transport.p);
    if (!a->proxy.len && !contact_route(r->contact, &r->target)) {
        a->targets = &r->target;
        a->target_count = 1;
    }
    return 0;
}

/* ---- who sends it ---- */

/* "Name" <sip:user@host>, a URI, or only a user; without a word the endpoint's from_user. */
static void fill_from(const struct route *r, const struct pjsip *p, struct slice from,
                      struct sip_client_args *a, struct buf *out)
{
    const struct model_endpoint *e = r->endpoint;
    const char *standard = model_global_of(p->snap)->default_from_user;
    struct sip_name_addr n;

    if (slice_casestarts(from, SLICE("pjsip:")))
        from = slice_skip(from, 6);
    if (slice_chr(from, ':') >= 0 && !sip_name_addr_parse(&n, from)) {
        sip_name_addr_print(out, n.display, n.uri);
        a->from = buf_slice(out);
        return;
    }
    a->from_domain = slice_of(e->from_domain);
    a->from_user = from.len          ? slice_cut(from, '@', &(struct slice){NULL, 0})
                   : e->from_user[0] ? slice_of(e->from_user)
                                     : slice_of(standard);
}

/* ---- sending ---- */

static int send_it(struct pjsip *p, const struct sip_client_args *a)
{
    struct sending *s;
    int err;

    if (p->sending_count >= SENDING_MAX)
        return EAGAIN;
    s = mem_zalloc(sizeof(*s));
    if (!s)
        return ENOMEM;
    s->p = p;
    s->to = slice_dup(a->uri);
    list_append(&p->sendings, &s->link);
    p->sending_count++;
    err = s->to ? sip_client_send(&s->client, p->sip, a, answered, s) : ENOMEM;
    if (err)
        sending_free(s);
    return err;
}

int message_send(struct pjsip *p, const struct message_args *m)
{
    struct sip_client_args a = {
        .method = m->is_notify ? SIP_NOTIFY : SIP_MESSAGE, .headers = m->headers, .body = m->body};
    struct route r = {.endpoint = NULL};
    struct sip_name_addr n;
    struct buf from;
    int err;

    buf_init(&r.uri, SIP_URI_MAX);
    buf_init(&r.contact_uri, SIP_URI_MAX);
    buf_init(&r.routes, CONTACT_ROUTES_MAX);
    buf_init(&from, SIP_URI_MAX * 2);
    err = p->is_closing ? EAGAIN : find_route(&r, p, m->to, m->contact);
    if (!err)
        err = print_uri(&r);
    if (!err)
        err = fill_way(&r, p, &a);
    if (!err) {
        fill_from(&r, p, m->from, &a, &from);
        a.uri = buf_slice(&r.uri);
        a.content_type = m->content_type.len ? m->content_type : SLICE("text/plain");
        if (m->is_notify && !m->body.len)
            a.content_type = SLICE_NONE;
        if (m->is_notify)
            a.contact_user = slice_of(model_global_of(p->snap)->default_from_user);
        if (m->header_to.len && !sip_name_addr_parse(&n, m->header_to))
            a.to = m->header_to;
        a.max_forwards = (uint8_t)model_global_of(p->snap)->max_forwards;
        err = send_it(p, &a);
    }
    buf_fini(&r.uri);
    buf_fini(&r.contact_uri);
    buf_fini(&r.routes);
    buf_fini(&from);
    return err;
}
