/* dialog.c - see dialog.h */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "sip/dialog_inner.h"
#include "sip/lex.h"

#define ROUTES_MAX (16 * 1024)
#define MOST_ROUTES 32
#define OTHERS_MAX 3

static void destroy(void *object)
{
    struct sip_dialog *d = object;

    sip_dialog_close(d);
    mem_free(d->target);
}

static void drop_others(struct sip_dialog *d)
{
    for (unsigned i = 0; i < d->other_count; i++)
        sip_flow_clear(&d->others[i]);
    mem_free(d->others);
    d->others = NULL;
    d->other_count = d->other_at = 0;
}

void sip_dialog_close(struct sip_dialog *d)
{
    drop_others(d);
    d->h = NULL;
    d->resolve = mem_deref(d->resolve);
    if (d->sip)
        hash_del(&d->sip->dialogs, &d->link);
    d->sip = NULL;
    sip_flow_clear(&d->flow);
}

void sip_dialog_silence(struct sip_dialog *d)
{
    d->h = NULL;
}

void sip_dialog_fini(struct sip *sip)
{
    HASH_FOREACH(&sip->dialogs, k)
    {
        sip_dialog_close(CONTAINER_OF(k, struct sip_dialog, link));
    }
    hash_fini(&sip->dialogs);
}

/* ---- route set and next hop ---- */

/* Record-Route values as Route lines; a caller takes them in reverse order. @return as buf_add;
 * EINVAL: too many */
static int print_routes(struct buf *b, const struct sip_msg *m, bool is_reverse)
{
    struct slice values[MOST_ROUTES], value;
    struct sip_values v;
    size_t n = 0;

    sip_values_init(&v, m, SIP_H_RECORD_ROUTE);
    while (sip_values_next(&v, &value)) {
        if (value.len && n == MOST_ROUTES)
            return EINVAL;
        if (value.len)
            values[n++] = value;
    }
    for (size_t i = 0; i < n; i++)
        sip_headers_add(b, "Route", values[is_reverse ? n - 1 - i : i]);
    return buf_err(b);
}

static void note_first_route(struct sip_dialog *d)
{
    struct slice rest = d->routes, line;
    struct sip_name_addr n;
    struct sip_uri uri;

    if (d->routes.len == 0)
        return;
    line = slice_cut(rest, '\r', &rest);
    if (sip_name_addr_parse(&n, slice_skip(line, 7)) || sip_uri_parse(&uri, n.uri))
        return;
    d->first_route = n.uri;
    d->has_loose_route = sip_uri_param(&uri, "lr", NULL);
}

static void set_flow(struct sip_dialog *d, const struct sip_flow *flow)
{
    if (d->flow.binding == flow->binding && addr_eq(&d->flow.remote, &flow->remote))
        return; /* the same way: its connection stays */
    sip_flow_copy(&d->flow, flow);
}

/* Behind NAT a peer's address changes; but anybody who knows the tags may claim to be it. */
static void follow(struct sip_dialog *d, const struct sip_flow *flow)
{
    if (!d->is_symmetric)
        return;
    if (addr_eq_host(&d->flow.remote, &flow->remote) || !d->may_move ||
        d->may_move(&flow->remote, d->arg))
        set_flow(d, flow);
}

void sip_dialog_guard(struct sip_dialog *d, sip_dialog_move_h *may_move, sip_dialog_way_h *find_way)
{
    d->may_move = may_move;
    d->find_way = find_way;
}

/* A phone whose connection broke, or that lost it with the process before us, has made another one. */
void sip_dialog_find_way(struct sip_dialog *d)
{
    struct sip_flow to;

    if (d->sip && d->find_way && !slice_is_set(d->first_route) && sip_flow_is_reliable(&d->flow) &&
        !sip_flow_is_open(&d->flow) && d->find_way(slice_of(d->target), &to, d->arg))
        sip_flow_copy(&d->flow, &to);
}

/* Without memory there is just the first one. */
static void keep_others(struct sip_dialog *d, const struct sip_target *targets, size_t count)
{
    if (count > OTHERS_MAX)
        count = OTHERS_MAX;
    d->others = count ? mem_zalloc(count * sizeof(*d->others)) : NULL;
    for (size_t i = 0; d->others && i < count; i++)
        sip_flow_copy(&d->others[d->other_count++], &targets[i].flow);
}

bool sip_dialog_next_target(struct sip_dialog *d)
{
    if (!d->sip || d->other_at == d->other_count)
        return false;
    sip_flow_copy(&d->flow, &d->others[d->other_at++]);
    return true;
}

static void on_resolved(int err, const struct sip_target *targets, size_t count, void *arg)
{
    struct sip_dialog *d = arg;

    d->resolve = mem_deref(d->resolve);
    if (err || !count || !d->sip)
        return;
    set_flow(d, &targets[0].flow);
    keep_others(d, targets + 1, count - 1);
}

/*
 * Where the next request goes. Names are asked for in the background; until the answer comes, and
 * when nothing better is known, requests go where the last message came from.
 */
static void find_next_hop(struct sip_dialog *d)
{
    struct slice text = slice_is_set(d->first_route) ? d->first_route : slice_of(d->target);
    struct sip_target target;
    struct sip_uri uri;
    int err;

    d->resolve = mem_deref(d->resolve);
    drop_others(d);
    if ((d->is_symmetric && !slice_is_set(d->first_route)) || sip_uri_parse(&uri, text))
        return;
    err = sip_resolve_now(d->sip, &uri, d->flow.binding, &target);
    if (!err)
        set_flow(d, &target.flow);
    else if (err == EINPROGRESS)
        sip_resolve_start(&d->resolve, d->sip, &uri, d->flow.binding, on_resolved, d);
}

/* ---- birth ---- */

static void take(char **p, struct slice *to, struct slice from)
{
    if (from.len)
        memcpy(*p, from.p, from.len);
    *to = slice_from(*p, from.len);
    *p += from.len;
}

struct sip_dialog *dialog_build(struct sip *sip, const struct dialog_parts *a)
{
    size_t size = a->call_id.len + a->local_tag.len + a->remote_tag.len + a->local.len +
                  a->remote.len + a->routes.len;
    struct sip_dialog *d = mem_alloc(sizeof(*d) + size, destroy);
    char *p;

    if (!d)
        return NULL;
    p = d->text;
    take(&p, &d->call_id, a->call_id);
    take(&p, &d->local_tag, a->local_tag);
    take(&p, &d->remote_tag, a->remote_tag);
    take(&p, &d->local, a->local);
    take(&p, &d->remote, a->remote);
    take(&p, &d->routes, a->routes);
    note_first_route(d);
    if (hash_add(&sip->dialogs, &d->link, hash_slice(d->local_tag)))
        return mem_deref(d);
    d->sip = sip;
    return d;
}

/* @return 0; EINVAL (no usable Contact); ENOMEM */
static int set_target(struct sip_dialog *d, const struct sip_msg *m)
{
    struct sip_name_addr contact;
    struct sip_uri uri;
    char *text;

    /* A 2xx must have a Contact; without one To is the best guess, and better than no ACK. */
    if (!m->is_request && !d->target && !sip_msg_has(m, SIP_H_CONTACT))
        contact = m->to;
    else if (sip_msg_contact(m, 0, &contact) || contact.is_star)
        return EINVAL;
    if (sip_uri_parse(&uri, contact.uri))
        return EINVAL;
    if (uri.scheme != SIP_SCHEME_SIP && uri.scheme != SIP_SCHEME_SIPS)
        return EINVAL;
    if (d->target && slice_eqz(contact.uri, d->target))
        return 0;
    text = slice_dup(contact.uri);
    if (!text)
        return ENOMEM;
    mem_free(d->target);
    d->target = text;
    return 0;
}

static int complete(struct sip_dialog *d, const struct sip_msg *m, bool is_symmetric)
{
    int err = set_target(d, m);

    if (err)
        return err;
    d->is_symmetric = is_symmetric;
    sip_flow_copy(&d->flow, &m->flow);
    find_next_hop(d);
    return 0;
}

/* Neither Contact nor routes can be used: what must be said goes where the 2xx came from. */
static int send_back(struct sip_dialog *d, const struct sip_msg *response)
{
    char addr[ADDR_TEXT];
    struct buf uri;
    char *text;

    buf_init(&uri, ADDR_TEXT + 8);
    buf_printf(&uri, "sip:%s", addr_text(&response->flow.remote, addr));
    text = buf_err(&uri) ? NULL : slice_dup(buf_slice(&uri));
    buf_fini(&uri);
    if (!text)
        return ENOMEM;
    mem_free(d->target);
    d->target = text;
    d->is_unusable = d->is_symmetric = true;
    d->resolve = mem_deref(d->resolve);
    sip_flow_copy(&d->flow, &response->flow);
    return 0;
}

int sip_dialog_accept(struct sip_dialog **dp, struct sip *sip, const struct sip_msg *invite,
                      struct slice local_tag, bool is_symmetric, sip_dialog_h *h, void *arg)
{
    struct buf local, routes;
    struct sip_dialog *d = NULL;
    int err;

    buf_init(&local, SIP_MESSAGE_MAX);
    buf_init(&routes, ROUTES_MAX);
    buf_adds(&local, sip_msg_get(invite, SIP_H_TO));
    buf_addz(&local, ";tag=");
    err = buf_adds(&local, local_tag);
    if (!err)
        err = print_routes(&routes, invite, false);
    if (err) {
        err = err == ENOMEM ? err : EINVAL;
        goto out;
    }
    d = dialog_build(sip, &(struct dialog_parts){.call_id = invite->call_id,
                                                 .local_tag = local_tag,
                                                 .remote_tag = invite->from_tag,
                                                 .local = buf_slice(&local),
                                                 .remote = sip_msg_get(invite, SIP_H_FROM),
                                                 .routes = buf_slice(&routes)});
    err = d ? complete(d, invite, is_symmetric) : ENOMEM;
    if (err)
        goto out;
    d->remote_cseq = invite->cseq.number;
    d->has_remote_cseq = true;
    d->h = h;
    d->arg = arg;
    *dp = d;
    d = NULL;
out:
    mem_deref(d);
    buf_fini(&local);
    buf_fini(&routes);
    return err;
}

int sip_dialog_made(struct sip_dialog **dp, struct sip *sip, const struct sip_msg *response,
                    struct slice local_tag, uint32_t cseq, bool is_symmetric, sip_dialog_h *h,
                    void *arg)
{
    struct buf routes;
    struct sip_dialog *d = NULL;
    bool is_unusable = false;
    int err;

    buf_init(&routes, ROUTES_MAX);
    err = print_routes(&routes, response, true);
    if (err && err != ENOMEM) { /* too many, or too long */
        is_unusable = true;
        buf_reset(&routes);
        err = 0;
    }
    if (err)
        goto out;
    d = dialog_build(sip, &(struct dialog_parts){.call_id = response->call_id,
                                                 .local_tag = local_tag,
                                                 .remote_tag = response->to_tag,
                                                 .local = sip_msg_get(response, SIP_H_FROM),
                                                 .remote = sip_msg_get(response, SIP_H_TO),
                                                 .routes = buf_slice(&routes)});
    err = d ? complete(d, response, is_symmetric) : ENOMEM;
    if (d && (err == EINVAL || (!err && is_unusable)))
        err = send_back(d, response);
    if (err)
        goto out;
    d->local_cseq = cseq;
    d->h = h;
    d->arg = arg;
    *dp = d;
    d = NULL;
out:
    mem_deref(d);
    buf_fini(&routes);
    return err;
}

/* The same dialog with the route set of r. */
static int replace(struct sip_dialog **dp, const struct sip_msg *r)
{
    struct sip_dialog *old = *dp, *d = NULL;
    int err = sip_dialog_made(&d, old->sip, r, old->local_tag, old->local_cseq, old->is_symmetric,
                              old->h, old->arg);

    if (err)
        return err;
    d->may_move = old->may_move;
    d->find_way = old->find_way;
    d->remote_cseq = old->remote_cseq;
    d->has_remote_cseq = old->has_remote_cseq;
    sip_dialog_close(old);
    mem_deref(old);
    *dp = d;
    return 0;
}

int sip_dialog_confirm(struct sip_dialog **dp, const struct sip_msg *response)
{
    struct buf routes;
    int err;

    buf_init(&routes, ROUTES_MAX);
    err = print_routes(&routes, response, true);
    if (!err && slice_eq(buf_slice(&routes), (*dp)->routes))
        sip_dialog_refresh(*dp, response);
    else if (err != ENOMEM)
        err = replace(dp, response);
    buf_fini(&routes);
    return err;
}

void sip_dialog_refresh(struct sip_dialog *d, const struct sip_msg *m)
{
    if (!d->sip || !sip_msg_has(m, SIP_H_CONTACT) || set_target(d, m))
        return;
    follow(d, &m->flow);
    find_next_hop(d);
}

/* ---- receiving ---- */

static struct sip_dialog *find(struct sip *sip, struct slice call_id, struct slice local_tag,
                               struct slice remote_tag)
{
    if (!slice_is_set(local_tag))
        return NULL;
    for (struct hash_link *k = hash_first(&sip->dialogs, hash_slice(local_tag)); k;
         k = hash_next(k)) {
        struct sip_dialog *d = CONTAINER_OF(k, struct sip_dialog, link);

        if (slice_eq(d->local_tag, local_tag) && slice_eq(d->call_id, call_id) &&
            slice_eq(d->remote_tag, remote_tag))
            return d;
    }
    return NULL;
}

void *sip_dialog_owner(struct sip *sip, struct slice call_id, struct slice local_tag,
                       struct slice remote_tag, sip_dialog_h *h)
{
    struct sip_dialog *d = find(sip, call_id, local_tag, remote_tag);

    return d && d->h == h ? d->arg : NULL;
}

bool sip_dialog_stray(struct sip *sip, const struct sip_msg *r)
{
    struct sip_dialog_send_args ack = {.method = SIP_ACK, .cseq = r->cseq.number};
    struct sip_dialog *d;

    if (r->cseq.method != SIP_INVITE || r->status < 200 || r->status > 299)
        return false;
    d = find(sip, r->call_id, r->from_tag, r->to_tag);
    if (!d || !d->h || !ack.cseq)
        return false;
    (void)sip_dialog_send(NULL, d, &ack, NULL, NULL);
    return true;
}

void sip_dialog_receive(struct sip *sip, struct sip_strans *t, struct sip_msg *req)
{
    struct sip_dialog *d = find(sip, req->call_id, req->to_tag, req->from_tag);

    if (!d || !d->h) {
        if (t)
            sip_strans_refuse(t, 481, NULL);
        return;
    }
    if (!t) {
        d->h(d, NULL, req, d->arg);
        return;
    }
    if (d->has_remote_cseq && req->cseq.number < d->remote_cseq) {
        sip_strans_refuse(t, 500, "CSeq Out Of Order");
        return;
    }
    d->remote_cseq = req->cseq.number;
    d->has_remote_cseq = true;
    follow(d, &req->flow);
    mem_ref(d);
    d->h(d, t, req, d->arg);
    mem_deref(d);
}

/* ---- sending ---- */

/* A first route without ;lr: it becomes the request URI, the target goes last (RFC 3261 s12.2.1.1).
 */
static void set_strict_route(struct sip_dialog *d, struct sip_request_args *a, struct buf *routes)
{
    struct slice rest = d->routes, line, target = slice_of(d->target);
    struct buf value;

    a->uri = d->first_route;
    slice_cut(rest, '\n', &rest);
    while (slice_is_set(rest) && rest.len) {
        line = slice_cut(rest, '\n', &rest);
        buf_adds(routes, line);
        buf_addc(routes, '\n');
    }
    buf_init(&value, SIP_URI_MAX + 2);
    sip_name_addr_print(&value, SLICE_NONE, target);
    sip_headers_add(routes, "Route", buf_slice(&value));
    buf_fini(&value);
    a->routes = buf_slice(routes);
}

static int print(struct sip_dialog *d, const struct sip_flow *flow,
                 const struct sip_dialog_send_args *a, const char *branch)
{
    struct sip *sip = d->sip;
    struct buf via, contact, routes;
    struct sip_request_args r = {
        .method = a->method,
        .uri = slice_of(d->target),
        .routes = d->routes,
        .from = d->local,
        .to = d->remote,
        .call_id = d->call_id,
        .cseq = a->cseq,
        .headers = a->headers,
        .auth = a->auth,
        .content_type = a->content_type,
        .body = a->body,
        .user_agent = sip->user_agent,
    };
    int err;

    buf_init(&via, 512);
    buf_init(&contact, SIP_URI_MAX);
    buf_init(&routes, ROUTES_MAX);
    err = sip_via_print(&via, flow, branch);
    if (!err && a->has_contact)
        err = sip_contact_print(&contact, flow, a->contact_user, slice_of(d->target));
    if (slice_is_set(d->first_route) && !d->has_loose_route)
        set_strict_route(d, &r, &routes);
    r.via = buf_slice(&via);
    r.contact = a->has_contact ? buf_slice(&contact) : SLICE_NONE;
    if (!err)
        err = buf_err(&routes);
    if (!err)
        err = sip_out_request(sip, &r);
    buf_fini(&via);
    buf_fini(&contact);
    buf_fini(&routes);
    return err;
}

/* @return 0 when it is on its way over TCP */
static int send_switched(struct sip_ctrans **tp, struct sip_dialog *d,
                         const struct sip_dialog_send_args *a, const char *branch,
                         sip_response_h *h, void *arg)
{
    struct sip_flow tcp;
    int err;

    d->is_switched = false;
    if (d->is_udp_only || a->method == SIP_ACK ||
        !sip_flow_switch(&tcp, d->sip, &d->flow, d->sip->out.len))
        return ENOTSUP;
    err = print(d, &tcp, a, branch);
    if (!err)
        err = sip_ctrans_start_inside(tp, d->sip, a->method, &tcp, slice_of(branch),
                                      buf_slice(&d->sip->out), h, arg);
    d->is_switched = err == 0;
    return err;
}

bool sip_dialog_switch_back(struct sip_dialog *d)
{
    bool is_worth_it = d->is_switched && !d->is_udp_only;

    d->is_udp_only = d->is_udp_only || is_worth_it;
    return is_worth_it;
}

int sip_dialog_send(struct sip_ctrans **tp, struct sip_dialog *d,
                    const struct sip_dialog_send_args *args, sip_response_h *h, void *arg)
{
    struct sip_dialog_send_args a = *args;
    struct slice hop = slice_is_set(d->first_route) ? d->first_route : slice_of(d->target);
    char branch[SIP_BRANCH], name[256];
    int err;

    if (!d->sip)
        return ENOTCONN;
    if (a.method != SIP_ACK || a.cseq == 0)
        a.cseq = ++d->local_cseq;
    sip_dialog_find_way(d);
    sip_branch_make(branch);
    err = print(d, &d->flow, &a, branch);
    if (err)
        return err;
    err = send_switched(tp, d, &a, branch, h, arg);
    if (err && err != ENOTSUP)
        err = print(d, &d->flow, &a, branch); /* what TCP did not take */
    if (err != ENOTSUP && (err || d->is_switched))
        return err;
    d->flow.server_name = sip_server_name(&d->flow, hop, name);
    if (a.method == SIP_ACK)
        err = sip_flow_send(d->sip, &d->flow, buf_slice(&d->sip->out));
    else
        err = sip_ctrans_start_inside(tp, d->sip, a.method, &d->flow, slice_of(branch),
                                      buf_slice(&d->sip->out), h, arg);
    d->flow.server_name = NULL;
    return err;
}

/* ---- getters ---- */

struct list *sip_dialog_requests(struct sip_dialog *d)
{
    return &d->sip->requests;
}

struct slice sip_dialog_call_id(const struct sip_dialog *d)
{
    return d->call_id;
}

struct slice sip_dialog_local_tag(const struct sip_dialog *d)
{
    return d->local_tag;
}

struct slice sip_dialog_remote_tag(const struct sip_dialog *d)
{
    return d->remote_tag;
}

struct slice sip_dialog_local(const struct sip_dialog *d)
{
    return d->local;
}

struct slice sip_dialog_remote(const struct sip_dialog *d)
{
    return d->remote;
}

struct slice sip_dialog_target(const struct sip_dialog *d)
{
    return slice_of(d->target);
}

const struct sip_flow *sip_dialog_flow(const struct sip_dialog *d)
{
    return &d->flow;
}

bool sip_dialog_is_unusable(const struct sip_dialog *d)
{
    return d->is_unusable;
}

uint32_t sip_dialog_cseq(const struct sip_dialog *d)
{
    return d->local_cseq;
}

uint32_t sip_dialog_count(const struct sip *sip)
{
    return sip->dialogs.count;
}
