/* attempt.c - see attempt.h */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"
#include "sip/save_inner.h"

#define TAG_LEN 16
#define CALL_ID_LEN 24
#define ROUTES_MAX (16 * 1024)
#define MAX_TRIES 2  /* with credentials: CVE-2020-28242 */
#define MAX_RAISES 2 /* of the session interval */

struct sip_attempt {
    struct sip *sip;
    sip_response_h *h;
    void *arg;
    struct sip_ctrans *ctrans;
    struct sip_flow flow; /* with references */
    struct timer timer;
    struct deferred later;
    int later_err;
    uint32_t cseq, timeout_ms;
    uint8_t tries;  /* with credentials */
    uint8_t raises; /* of the session interval */
    bool is_canceled, has_provisional, is_done;
    bool is_switched, is_udp_only; /* over TCP for its size; TCP was refused */
    enum sip_method method;
    char tag[TAG_LEN + 1];

    /* What a retry needs; gone after sip_attempt_shrink. */
    struct sip_attempt_args *args; /* with the bytes its slices point into */
    struct sip_resolve *resolve;
    struct sip_binding *binding;
    struct sip_target *targets;
    size_t target_count, target_at;
    struct buf auth;           /* lines answering the last challenge */
    struct buf cancel_headers; /* for a CANCEL that must wait */
    char call_id[];            /* NUL-terminated */
};

static void on_response(int err, const struct sip_msg *response, void *arg);

void sip_attempt_shrink(struct sip_attempt *a)
{
    a->resolve = mem_deref(a->resolve);
    for (size_t i = 0; i < a->target_count; i++)
        sip_flow_clear(&a->targets[i].flow);
    a->target_count = 0;
    mem_free(a->targets);
    a->targets = NULL;
    a->binding = mem_deref(a->binding);
    buf_fini(&a->auth);
    buf_fini(&a->cancel_headers);
    mem_free(a->args);
    a->args = NULL;
    timer_stop(&a->timer);
}

static void destroy(void *object)
{
    struct sip_attempt *a = object;

    loop_defer_stop(&a->later);
    sip_ctrans_forget(a->ctrans);
    mem_deref(a->ctrans);
    sip_attempt_shrink(a);
    sip_flow_clear(&a->flow);
}

/* ---- copies ---- */

static void take(char **p, struct slice *s)
{
    if (!slice_is_set(*s))
        return;
    if (s->len)
        memcpy(*p, s->p, s->len);
    s->p = *p;
    *p += s->len;
}

static int copy_args(struct sip_attempt *a, const struct sip_attempt_args *from)
{
    struct sip_attempt_args x = *from;
    struct slice *const all[] = {&x.uri,
                                 &x.proxy,
                                 &x.from,
                                 &x.from_display,
                                 &x.from_user,
                                 &x.from_domain,
                                 &x.to,
                                 &x.contact_user,
                                 &x.headers,
                                 &x.body,
                                 &x.content_type,
                                 &x.contact_params,
                                 &x.contact_uri_params,
                                 &x.user_agent,
                                 &x.routes};
    size_t size = sizeof(x);
    char *p;

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        size += all[i]->len;
    a->args = mem_zalloc(size);
    if (!a->args)
        return ENOMEM;
    p = (char *)(a->args + 1);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        take(&p, all[i]);
    x.targets = NULL;
    *a->args = x;
    return 0;
}

static int copy_targets(struct sip_attempt *a, const struct sip_target *targets, size_t count)
{
    if (count > SIP_TARGETS_MAX)
        count = SIP_TARGETS_MAX;
    a->targets = mem_zalloc(count * sizeof(*targets));
    if (!a->targets)
        return ENOMEM;
    for (size_t i = 0; i < count; i++) {
        a->targets[i].transport = targets[i].transport;
        sip_flow_copy(&a->targets[i].flow, &targets[i].flow);
    }
    a->target_count = count;
    return 0;
}

/* ---- the end ---- */

static void report(struct sip_attempt *a, int err, const struct sip_msg *response)
{
    mem_ref(a);
    if (!response || response->status >= 200) {
        a->is_done = true;
        timer_stop(&a->timer);
    }
    if (a->h)
        a->h(err, response, a->arg);
    mem_deref(a);
}

static void report_later(void *arg)
{
    struct sip_attempt *a = arg;

    report(a, a->later_err, NULL);
}

static void fail_later(struct sip_attempt *a, int err)
{
    a->later_err = err;
    loop_defer(a->sip->loop, &a->later, report_later, a);
}

/* ---- sending ---- */

/* The caller id may be whatever somebody sent us: escaped here, wherever it came from. */
static int make_from(struct buf *b, const struct sip_attempt *a)
{
    const struct sip_attempt_args *x = a->args;
    struct sip_uri parsed;
    struct sip_self self;
    struct buf uri;
    int err = sip_flow_self(&a->flow, &self);

    if (err)
        return err;
    buf_init(&uri, SIP_URI_MAX);
    buf_addz(&uri, "sip:");
    sip_escape_user(&uri, x->from_user.len ? x->from_user : SLICE("anonymous"));
    buf_addc(&uri, '@');
    buf_adds(&uri, x->from_domain.len ? x->from_domain : slice_of(self.host));
    err = buf_err(&uri);
    if (!err)
        err = sip_uri_parse(&parsed, buf_slice(&uri));
    if (!err)
        sip_name_addr_print(b, x->from_display, buf_slice(&uri));
    buf_fini(&uri);
    return err;
}

static int print_from(struct buf *b, const struct sip_attempt *a)
{
    int err = slice_is_set(a->args->from) ? buf_adds(b, a->args->from) : make_from(b, a);

    buf_addz(b, ";tag=");
    buf_addz(b, a->tag);
    return err ? err : buf_err(b);
}

static int print_to(struct buf *b, const struct sip_attempt_args *x)
{
    struct sip_uri uri;
    struct slice text = x->uri;

    if (slice_is_set(x->to))
        return buf_adds(b, x->to);
    /* To is who, not how to get there: parameters and headers are left out. */
    if (!sip_uri_parse(&uri, x->uri) && slice_is_set(uri.params))
        text = slice_from(x->uri.p, (size_t)(uri.params.p - 1 - x->uri.p));
    return sip_name_addr_print(b, SLICE_NONE, text);
}

static int print_contact(struct buf *b, const struct sip_attempt *a)
{
    const struct sip_attempt_args *x = a->args;
    int err = 0;

    if (x->has_contact)
        err = sip_contact_print(b, &a->flow, x->contact_user.len ? x->contact_user : x->from_user,
                                x->uri);
    if (!err && x->contact_uri_params.len && b->len) { /* before the ">" */
        b->len--;
        buf_adds(b, x->contact_uri_params);
        err = buf_addc(b, '>');
    }
    return err ? err : buf_adds(b, x->contact_params);
}

/* Lines of the request that are made here; one buf each, so that the slices stand still. */
struct lines {
    struct buf via, from, to, contact, routes, auth;
};

static void lines_init(struct lines *l)
{
    buf_init(&l->via, 512);
    buf_init(&l->from, SIP_URI_MAX * 2);
    buf_init(&l->to, SIP_URI_MAX * 2);
    buf_init(&l->auth, 16384);
    buf_init(&l->contact, SIP_URI_MAX * 2);
    buf_init(&l->routes, SIP_URI_MAX + 16 + ROUTES_MAX);
}

static void lines_fini(struct lines *l)
{
    buf_fini(&l->via);
    buf_fini(&l->from);
    buf_fini(&l->to);
    buf_fini(&l->contact);
    buf_fini(&l->routes);
    buf_fini(&l->auth);
}

static int print_lines(struct lines *l, const struct sip_attempt *a, const char *branch)
{
    int err = sip_via_print(&l->via, &a->flow, branch);

    if (!err)
        err = print_from(&l->from, a);
    if (!err)
        err = print_to(&l->to, a->args);
    if (!err)
        err = print_contact(&l->contact, a);
    if (!err && a->args->proxy.len) {
        buf_addz(&l->routes, "Route: <");
        buf_adds(&l->routes, a->args->proxy);
        err = buf_addz(&l->routes, ">\r\n");
    }
    if (!err)
        err = buf_adds(&l->routes, a->args->routes);
    if (!err && a->args->session_s) {
        buf_adds(&l->auth, buf_slice(&a->auth));
        err = buf_printf(&l->auth, "Session-Expires: %u\r\nMin-SE: %u\r\n", a->args->session_s,
                         a->args->min_se_s);
    }
    return err;
}

static int print(struct sip_attempt *a, const char *branch)
{
    char agent[256];
    const struct sip_attempt_args *x = a->args;
    struct sip *sip = a->sip;
    struct lines l;
    int err;

    slice_copy(x->user_agent, agent, sizeof(agent));
    lines_init(&l);
    err = print_lines(&l, a, branch);
    if (!err) {
        struct sip_request_args r = {
            .method = a->method,
            .uri = x->uri,
            .via = buf_slice(&l.via),
            .routes = buf_slice(&l.routes),
            .from = buf_slice(&l.from),
            .to = buf_slice(&l.to),
            .call_id = slice_of(a->call_id),
            .cseq = a->cseq,
            .max_forwards = x->max_forwards,
            .contact = x->has_contact ? buf_slice(&l.contact) : SLICE_NONE,
            .headers = x->headers,
            .auth = l.auth.len ? buf_slice(&l.auth) : buf_slice(&a->auth),
            .content_type = x->content_type,
            .body = x->body,
            .user_agent = x->user_agent.len ? agent : sip->user_agent,
        };

        err = sip_out_request(sip, &r);
    }
    lines_fini(&l);
    return err;
}

/* The next hop: outbound proxy, first preloaded route, or the URI itself. */
static struct slice next_hop(const struct sip_attempt_args *x)
{
    struct slice line, rest;
    struct sip_name_addr n;

    if (x->proxy.len)
        return x->proxy;
    if (x->routes.len == 0)
        return x->uri;
    line = slice_cut(x->routes, '\r', &rest);
    slice_cut(line, ':', &line);
    return sip_name_addr_parse(&n, slice_trim(line)) ? SLICE_NONE : n.uri;
}

/* A big one goes over TCP where the target takes it. */
static int print_switched(struct sip_attempt *a, const char *branch)
{
    struct sip_flow tcp, udp = a->flow;
    int err = print(a, branch);

    a->is_switched =
        !err && !a->is_udp_only && sip_flow_switch(&tcp, a->sip, &udp, a->sip->out.len);
    if (!a->is_switched)
        return err;
    a->flow = (struct sip_flow){0};
    sip_flow_copy(&a->flow, &tcp);
    err = print(a, branch);
    sip_flow_clear(&udp);
    return err;
}

/* One transaction to the present target. */
static int launch(struct sip_attempt *a)
{
    char branch[SIP_BRANCH], name[256];
    struct slice hop = next_hop(a->args);
    int err;

    sip_ctrans_forget(a->ctrans);
    a->ctrans = mem_deref(a->ctrans);
    a->has_provisional = false;
    sip_branch_make(branch);
    err = print_switched(a, branch);
    if (err)
        return err;
    a->flow.server_name = sip_server_name(&a->flow, hop, name);
    err = sip_ctrans_start(&a->ctrans, a->sip, a->method, &a->flow, slice_of(branch),
                           buf_slice(&a->sip->out), on_response, a);
    a->flow.server_name = NULL;
    return err;
}

/* TCP was refused: the same target over UDP, as the RFC wants. @return 0 when it is under way */
static int switch_back(struct sip_attempt *a)
{
    if (!a->is_switched || a->has_provisional || a->is_canceled || !a->args || !a->target_at)
        return ENOENT;
    a->is_udp_only = true;
    sip_flow_copy(&a->flow, &a->targets[a->target_at - 1].flow);
    return launch(a);
}

/* Try targets from target_at on. @return 0 when one is under way; the last error */
static int launch_next(struct sip_attempt *a, int err)
{
    while (a->target_at < a->target_count && !a->is_canceled) {
        sip_flow_copy(&a->flow, &a->targets[a->target_at++].flow);
        err = launch(a);
        if (err && err != ENOMEM && !switch_back(a))
            err = 0;
        if (!err || err == ENOMEM)
            return err;
    }
    return err ? err : EHOSTUNREACH;
}

/* ---- answers ---- */

static int answer_challenge(struct sip_attempt *a, const struct sip_msg *r)
{
    int err;

    if ((r->status != 401 && r->status != 407) || !a->args || !a->args->creds || a->is_canceled ||
        a->tries >= MAX_TRIES)
        return ENOENT;
    /* The same credentials once more only when the server says that just the nonce was old. */
    buf_reset(&a->auth);
    err = sip_auth_answer(&a->auth, r, a->method, a->args->uri, a->args->body, a->args->creds,
                          a->args->creds_arg);
    if (err)
        return err;
    if (a->tries++ && !sip_auth_is_stale(r))
        return EACCES;
    a->cseq++;
    return launch(a);
}

/* RFC 4028 s7.3: the session interval was too short for somebody on the way. */
static int raise_interval(struct sip_attempt *a, const struct sip_msg *r)
{
    uint32_t least;

    if (r->status != 422 || !a->args || !a->args->session_s || a->is_canceled ||
        a->raises == MAX_RAISES || sip_msg_u32(r, SIP_H_MIN_SE, &least) ||
        least <= a->args->min_se_s)
        return ENOENT;
    a->raises++;
    a->args->min_se_s = least;
    if (a->args->session_s < least)
        a->args->session_s = least;
    a->cseq++;
    return launch(a);
}

static bool may_try_next(const struct sip_attempt *a, const struct sip_msg *r)
{
    return a->args && !a->is_canceled && a->target_at < a->target_count &&
           (r ? r->status == 503 : !a->has_provisional);
}

static void cancel_now(struct sip_attempt *a)
{
    if (!sip_ctrans_cancel(a->ctrans, buf_slice(&a->cancel_headers)))
        buf_reset(&a->cancel_headers);
}

static void on_response(int err, const struct sip_msg *r, void *arg)
{
    struct sip_attempt *a = arg;

    if (r && r->status < 200) {
        if (!a->has_provisional && a->is_canceled) {
            a->has_provisional = true;
            cancel_now(a);
        }
        a->has_provisional = true;
        if (!a->is_canceled)
            report(a, 0, r);
        return;
    }
    if (a->is_done) { /* a further 2xx */
        report(a, err, r);
        return;
    }
    if (r && (!answer_challenge(a, r) || !raise_interval(a, r)))
        return;
    if (!r && !switch_back(a))
        return;
    if (may_try_next(a, r) && !launch_next(a, err))
        return;
    report(a, err, r);
}

static void on_timeout(void *arg)
{
    struct sip_attempt *a = mem_ref(arg);
    sip_response_h *h = a->h;

    sip_attempt_forget(a);
    a->is_done = true;
    if (h)
        h(ETIMEDOUT, NULL, a->arg);
    mem_deref(a);
}

void sip_attempt_cancel(struct sip_attempt *a, struct slice headers)
{
    if (a->is_canceled)
        return;
    a->is_canceled = true;
    if (!a->ctrans) {
        /* Nothing has left yet. */
        a->resolve = mem_deref(a->resolve);
        fail_later(a, ECANCELED);
        return;
    }
    buf_adds(&a->cancel_headers, headers);
    if (a->has_provisional)
        cancel_now(a);
}

void sip_attempt_forget(struct sip_attempt *a)
{
    if (!a)
        return;
    a->h = NULL;
    a->is_canceled = true;
    loop_defer_stop(&a->later);
    sip_ctrans_forget(a->ctrans);
    a->resolve = mem_deref(a->resolve);
    timer_stop(&a->timer);
}

/* ---- start ---- */

static void on_resolved(int err, const struct sip_target *targets, size_t count, void *arg)
{
    struct sip_attempt *a = mem_ref(arg);

    a->resolve = mem_deref(a->resolve);
    if (!err)
        err = copy_targets(a, targets, count);
    if (!err)
        err = launch_next(a, 0);
    if (err)
        report(a, err, NULL);
    mem_deref(a);
}

/* @return 0, also when the first target failed at once: that is reported later */
static int find_targets(struct sip_attempt *a, const struct sip_attempt_args *args)
{
    struct sip_target target;
    struct sip_uri uri;
    int err;

    if (args->target_count) {
        err = copy_targets(a, args->targets, args->target_count);
    } else {
        if (sip_uri_parse(&uri, next_hop(args)))
            return EINVAL;
        err = sip_resolve_now(a->sip, &uri, args->binding, &target);
        if (err == EINPROGRESS)
            return sip_resolve_start(&a->resolve, a->sip, &uri, args->binding, on_resolved, a);
        if (!err)
            err = copy_targets(a, &target, 1);
    }
    if (!err)
        err = launch_next(a, 0);
    if (err && err != ENOMEM && err != EINVAL) {
        fail_later(a, err);
        err = 0;
    }
    return err;
}

/* What would otherwise only show when the request is printed, perhaps after a question to DNS. */
static bool is_well_formed(const struct sip_attempt_args *x)
{
    struct sip_name_addr n;
    struct sip_uri uri;

    return !sip_uri_parse(&uri, x->uri) && (!x->proxy.len || !sip_uri_parse(&uri, x->proxy)) &&
           (!slice_is_set(x->from) || !sip_name_addr_parse(&n, x->from)) &&
           (!slice_is_set(x->to) || !sip_name_addr_parse(&n, x->to)) &&
           sip_headers_are_sound(x->headers) && sip_headers_are_sound(x->routes);
}

static struct sip_attempt *make(struct sip *sip, const struct sip_attempt_args *args)
{
    size_t len = args->call_id.len ? args->call_id.len : CALL_ID_LEN;
    struct sip_attempt *a = mem_alloc(sizeof(*a) + len + 1, destroy);

    if (!a)
        return NULL;
    if (args->call_id.len)
        memcpy(a->call_id, args->call_id.p, len);
    else
        rand_text(a->call_id, CALL_ID_LEN);
    rand_text(a->tag, TAG_LEN);
    buf_init(&a->auth, 8192);
    buf_init(&a->cancel_headers, 4096);
    a->sip = sip;
    a->method = args->method;
    a->cseq = args->cseq ? args->cseq : 1;
    a->binding = mem_ref(args->binding);
    return a;
}

int sip_attempt_start(struct sip_attempt **ap, struct sip *sip, const struct sip_attempt_args *args,
                      sip_response_h *h, void *arg)
{
    struct sip_attempt *a;
    int err;

    if (!is_well_formed(args))
        return EINVAL;
    a = make(sip, args);
    if (!a)
        return ENOMEM;
    a->h = h;
    a->arg = arg;
    err = copy_args(a, args);
    if (!err)
        err = find_targets(a, args);
    if (err) {
        mem_deref(a);
        return err;
    }
    if (args->timeout_ms)
        timer_start(sip->loop, &a->timer, args->timeout_ms, on_timeout, a);
    *ap = a;
    return 0;
}

/* ---- handed from one process to the next: enough to cancel it ---- */

static void pack_values(struct sip_attempt *a, struct pack *k)
{
    pack_u32(k, &a->cseq);
    pack_chars(k, a->tag, sizeof(a->tag));
    sip_flow_pack(&a->flow, a->sip, k);
}

void sip_attempt_pack(const struct sip_attempt *attempt, struct pack *k)
{
    struct sip_attempt *a = (struct sip_attempt *)(uintptr_t)attempt; /* only read here */
    struct slice call_id = slice_of(a->call_id);
    struct slice bytes = a->ctrans ? sip_ctrans_bytes(a->ctrans) : SLICE_NONE;

    if (!bytes.len) {
        pack_fail(k, ENOTCONN);
        return;
    }
    pack_slice(k, &call_id);
    pack_slice(k, &bytes);
    pack_values(a, k);
}

int sip_attempt_unpack(struct sip_attempt **ap, struct sip *sip, struct pack *k, sip_response_h *h,
                       void *arg)
{
    struct slice call_id = SLICE_NONE, bytes = SLICE_NONE;
    struct sip_attempt *a;
    int err;

    pack_slice(k, &call_id);
    pack_slice(k, &bytes);
    if (pack_err(k) || !call_id.len)
        return EBADMSG;
    a = make(sip, &(struct sip_attempt_args){.method = SIP_INVITE, .call_id = call_id});
    if (!a)
        return ENOMEM;
    a->has_provisional = true;
    pack_values(a, k);
    err = pack_err(k);
    if (!err)
        err = sip_ctrans_restore(&a->ctrans, sip, &a->flow, bytes, on_response, a);
    if (err) {
        mem_deref(a);
        return err;
    }
    a->h = h;
    a->arg = arg;
    *ap = a;
    return 0;
}

struct slice sip_attempt_call_id(const struct sip_attempt *a)
{
    return slice_of(a->call_id);
}

struct slice sip_attempt_tag(const struct sip_attempt *a)
{
    return slice_of(a->tag);
}

uint32_t sip_attempt_cseq(const struct sip_attempt *a)
{
    return a->cseq;
}

const struct sip_flow *sip_attempt_flow(const struct sip_attempt *a)
{
    return &a->flow;
}
