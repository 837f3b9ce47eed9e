/* outbound.c - our registrations elsewhere (outbound.h) */
#include "pjsip/outbound.h"

#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "base/rand.h"
#include "pjsip/identify.h"
#include "pjsip/watch.h"
#include "sip/client.h"
#include "sip/print.h"

#define REGISTRATIONS_MAX 10000
#define EARLY_S 10      /* a refresh leaves so long before the end */
#define MOST_RAISED 3   /* answers 423 in a row that are obeyed */
#define LATEST_S 86400  /* most that Retry-After may ask for */
#define ROUTES_MAX 4096 /* bytes of Service-Route */
#define GOODBYE_MS 4000 /* how long the answer to a last word is awaited */
#define AGAIN_MS 500    /* between the last word of an old one and the first of a new one */
#define LINE_LEN 8
#define GAP_US 10000   /* between two requests of different registrations: 100 a second in all */
#define STEADY_S 60    /* a connection that lasted so long was no accident of the network */
#define DROPPED_MS 500 /* before we register again over a new connection; each time twice as long */
#define MOST_DOUBLED 7 /* up to about a minute */

struct outbound {
    struct link link; /* pjsip.outbounds, or pjsip.leaving */
    struct hash_link by_name, by_line, by_endpoint;
    bool is_named, has_line, has_routes; /* in these tables */
    struct pjsip *p;
    struct model_snapshot *snap; /* the one that m is in */
    const struct model_registration *m;
    struct sip_client *client; /* the request under way */
    struct timer timer;        /* the next one */
    enum outbound_state state;
    bool is_removing; /* the request under way takes it back */
    bool is_leaving;  /* for good: freed with the answer */
    bool is_marked;
    uint8_t raised; /* 423 in a row */
    uint32_t retries, cseq, expiration_s;
    unsigned status;
    int err;
    struct wall changed;
    struct mono expires, since; /* since: accepted then */
    struct sip_conn_watch way;  /* the connection that the registrar knows us by */
    uint8_t drops;              /* of it, in a row */
    bool has_slot;              /* the timer stands at the moment that ask gave it */
    uint32_t secrets;           /* hash of what we log in with */
    struct buf routes;
    char call_id[33], line[LINE_LEN + 1], reason[80];
};

static void ask(void *arg);

static struct outbound *of_link(struct link *k)
{
    return CONTAINER_OF(k, struct outbound, link);
}

const char *outbound_state_name(enum outbound_state s)
{
    static const char *const names[] = {"Unregistered", "Registered", "Rejected", "Rejected",
                                        "Stopping"};

    return names[s];
}

/* ---- tables ---- */

static void drop_routes(struct outbound *o)
{
    if (o->has_routes)
        hash_del(&o->p->routed, &o->by_endpoint);
    o->has_routes = false;
    buf_reset(&o->routes);
}

static void leave_tables(struct outbound *o)
{
    drop_routes(o);
    if (o->is_named)
        hash_del(&o->p->outbound_names, &o->by_name);
    if (o->has_line)
        hash_del(&o->p->lines, &o->by_line);
    o->is_named = o->has_line = false;
}

static void outbound_destroy(void *object)
{
    struct outbound *o = object;

    leave_tables(o);
    sip_conn_unwatch(&o->way);
    list_unlink(&o->link);
    timer_stop(&o->timer);
    mem_deref(o->client);
    buf_fini(&o->routes);
    mem_deref(o->snap);
}

/* ---- what we log in with ---- */

static bool find_creds(struct slice realm, struct sip_credential *c, void *arg)
{
    const struct outbound *o = arg;
    const struct model_names *names = &o->m->outbound_auth;
    const struct model_auth *best = NULL;

    for (uint32_t i = 0; i < names->count; i++)
        best = pjsip_auth_better(best, model_auth_find(o->p->snap, slice_of(names->v[i])), realm);
    if (best)
        pjsip_auth_take(best, c);
    return best != NULL;
}

static uint32_t hash_secrets(const struct outbound *o)
{
    const struct model_names *names = &o->m->outbound_auth;
    uint32_t sum = 0;

    for (uint32_t i = 0; i < names->count; i++) {
        const struct model_auth *a = model_auth_find(o->p->snap, slice_of(names->v[i]));

        if (a)
            sum = sum * 31 + hash_slice(slice_of(a->username)) + hash_slice(slice_of(a->password)) +
                  hash_slice(slice_of(a->md5_cred)) + hash_slice(slice_of(a->realm));
    }
    return sum;
}

/* ---- states ---- */

/* A request has come to its end. */
static void set_state(struct outbound *o, enum outbound_state s, const char *reason)
{
    const bool is_news =
        o->state != s && (s == OUTBOUND_REGISTERED || o->state == OUTBOUND_REGISTERED);

    snprintf(o->reason, sizeof(o->reason), "%s", reason);
    if (o->state != s)
        o->changed = loop_wall(o->p->loop);
    o->state = s;
    if (is_news)
        log_notice("registration is %s registration=\"%s\" server=\"%s\" reason=\"%s\"",
                   s == OUTBOUND_REGISTERED ? "up" : "down", o->m->name, o->m->server_uri, reason);
    pjsip_tell(o->p, &(struct pjsip_fact){.type = PJSIP_REGISTRATION, .registration = o});
}

static void ask_in(struct outbound *o, uint64_t seconds)
{
    timer_start(o->p->loop, &o->timer, seconds * 1000, ask, o);
}

static void failed_for_now(struct outbound *o, uint32_t seconds, const char *reason)
{
    if (o->state != OUTBOUND_REJECTED_TEMPORARY)
        log_warning("registration failed, tried again registration=\"%s\" server=\"%s\" "
                    "reason=\"%s\" retry_s=%u",
                    o->m->name, o->m->server_uri, reason, seconds);
    set_state(o, OUTBOUND_REJECTED_TEMPORARY, reason);
    ask_in(o, seconds ? seconds : 1);
}

static void failed_for_good(struct outbound *o, const char *reason)
{
    log_error("registration is given up registration=\"%s\" server=\"%s\" reason=\"%s\" "
              "next=\"mend the cause, then: pjsip send register %s\"",
              o->m->name, o->m->server_uri, reason, o->m->name);
    set_state(o, OUTBOUND_REJECTED_PERMANENT, reason);
}

/* As Asterisk counts them: what may pass by itself. */
static bool may_pass(const struct outbound *o, unsigned status)
{
    switch (status) {
    case 0: /* no answer, no such name, no way there */
    case 408:
    case 500:
    case 502:
    case 503:
    case 504: return true;
    case 401:
    case 407: return !o->m->auth_rejection_permanent;
    default: return status >= 600;
    }
}

/* Seconds until the next try; 0: no more. */
static uint32_t retry_in(const struct outbound *o, unsigned status, uint32_t retry_after)
{
    const struct model_registration *m = o->m;
    bool has_tries = o->retries < (uint32_t)m->max_retries;

    if (retry_after)
        return retry_after < LATEST_S ? retry_after : LATEST_S;
    if (m->retry_interval > 0 && may_pass(o, status))
        return has_tries ? (uint32_t)m->retry_interval : 0;
    if (status == 403 && m->forbidden_retry_interval > 0)
        return has_tries ? (uint32_t)m->forbidden_retry_interval : 0;
    return has_tries && m->fatal_retry_interval > 0 ? (uint32_t)m->fatal_retry_interval : 0;
}

static void fail(struct outbound *o, int err, const struct sip_msg *response)
{
    unsigned status = response ? response->status : 0;
    uint32_t retry_after = 0, seconds;
    char why[80];

    if (response)
        snprintf(why, sizeof(why), "%u %.60s", status, sip_reason((uint16_t)status));
    else
        snprintf(why, sizeof(why), "%.78s",
                 err == ENOENT      ? OUTBOUND_NO_NAME
                 : err == ETIMEDOUT ? OUTBOUND_NO_ANSWER
                 : err == EACCES    ? OUTBOUND_NO_TRUST
                                    : strerror(err));
    if (response && sip_msg_u32(response, SIP_H_RETRY_AFTER, &retry_after))
        retry_after = 0;
    drop_routes(o);
    seconds = retry_in(o, status, retry_after);
    if (seconds) {
        o->retries += !retry_after;
        failed_for_now(o, seconds, why);
    } else {
        failed_for_good(o, why);
    }
}

/* ---- a 200 ---- */

static bool is_ours(const struct outbound *o, const struct sip_uri *uri,
                    const struct sip_self *self)
{
    struct slice line;

    if (o->has_line)
        return sip_uri_param(uri, "line", &line) && slice_eqz(line, o->line);
    return slice_caseeqz(uri->host, self->host) &&
           (uri->port ? uri->port : 5060) == (self->port ? self->port : 5060);
}

/* How long we are registered: by our own Contact, else (registrars that rewrite it) by one with our
   user, else by Expires. @return 0: not at all */
static uint32_t granted_s(struct outbound *o, const struct sip_msg *r)
{
    const char *own = o->m->contact_user[0] ? o->m->contact_user : "s";
    uint32_t all = o->expiration_s, seconds, similar = 0;
    struct sip_name_addr n;
    struct sip_self self = {.port = 0};
    struct slice text;
    struct sip_uri uri;
    bool has_similar = false;

    sip_flow_self(&r->flow, &self);
    if (sip_msg_u32(r, SIP_H_EXPIRES, &seconds) == 0)
        all = seconds;
    for (unsigned i = 0; !sip_msg_contact(r, i, &n); i++) {
        if (n.is_star || sip_uri_parse(&uri, n.uri) || !slice_eqz(uri.user, own))
            continue;
        if (!sip_param(n.params, "expires", &text) || slice_u32(text, &seconds))
            seconds = all;
        if (is_ours(o, &uri, &self))
            return seconds;
        similar = seconds;
        has_similar = true;
    }
    if (!has_similar)
        log_info("answer to our registration does not name our contact registration=\"%s\"",
                 o->m->name);
    return has_similar ? similar : all;
}

/* Calls of its endpoint go the way the registrar wants (RFC 3608). */
static void keep_routes(struct outbound *o, const struct sip_msg *r)
{
    drop_routes(o);
    if (sip_routes_add(&o->routes, r, SIP_H_SERVICE_ROUTE, false) || !o->routes.len ||
        !o->m->endpoint[0]) {
        buf_reset(&o->routes);
        return;
    }
    o->has_routes = !hash_add(&o->p->routed, &o->by_endpoint, hash_slice(slice_of(o->m->endpoint)));
}

/* Calls would come over the connection that is gone now: the registrar shall have another one. */
static void way_is_gone(void *arg)
{
    struct outbound *o = arg;
    int64_t lasted_us = mono_diff_us(loop_now(o->p->loop), o->since);
    uint32_t ms;

    if (o->p->is_closing || o->is_leaving || o->client || o->state != OUTBOUND_REGISTERED)
        return;
    if (lasted_us > STEADY_S * 1000000LL)
        o->drops = 0;
    ms = DROPPED_MS << o->drops;
    ms = ms / 2 + rand_u32() % (ms / 2);
    o->drops += o->drops < MOST_DOUBLED;
    log_notice("connection to the registrar is gone, registering again registration=\"%s\" "
               "server=\"%s\" in_ms=%u",
               o->m->name, o->m->server_uri, ms);
    timer_start(o->p->loop, &o->timer, ms, ask, o);
}

static void accepted(struct outbound *o, const struct sip_msg *r)
{
    uint32_t seconds = granted_s(o, r);

    if (!seconds) {
        fail(o, EPROTO, NULL);
        return;
    }
    o->retries = 0;
    o->expires = (struct mono){loop_now(o->p->loop).us + (int64_t)seconds * 1000000};
    o->since = loop_now(o->p->loop);
    sip_conn_unwatch(&o->way);
    if (r->flow.conn)
        sip_conn_watch(r->flow.conn, &o->way, way_is_gone, o);
    keep_routes(o, r);
    set_state(o, OUTBOUND_REGISTERED, "");
    ask_in(o, seconds > 2 * EARLY_S ? seconds - EARLY_S : (seconds + 1) / 2);
}

/* ---- asking ---- */

static int send_one(struct outbound *o, uint32_t seconds);

/* 423: what is asked for is too short. @return false: not obeyed */
static bool raise_period(struct outbound *o, const struct sip_msg *r)
{
    uint32_t least;

    if (r->status != 423 || sip_msg_u32(r, SIP_H_MIN_EXPIRES, &least) || least <= o->expiration_s ||
        least > INT32_MAX || o->raised >= MOST_RAISED)
        return false;
    o->raised++;
    o->expiration_s = least;
    return !send_one(o, least);
}

static void taken_back(struct outbound *o)
{
    drop_routes(o);
    set_state(o, OUTBOUND_UNREGISTERED, OUTBOUND_TAKEN_BACK);
}

static void answered(int err, const struct sip_msg *r, void *arg)
{
    struct outbound *o = mem_ref(arg);

    if (r && r->status < 200)
        goto out;
    o->cseq = sip_client_cseq(o->client);
    o->client = mem_deref(o->client);
    o->status = r ? r->status : 0;
    o->err = r ? 0 : err;
    if (o->is_leaving) {
        mem_deref(o);
    } else if (o->is_removing) {
        taken_back(o);
    } else if (r && r->status < 300) {
        o->raised = 0;
        accepted(o, r);
    } else if (!r || !raise_period(o, r)) {
        fail(o, err, r);
    }
out:
    mem_deref(o);
}

static int add_headers(const struct outbound *o, uint32_t seconds, struct buf *headers)
{
    const char *tags = o->m->support_path && o->m->support_outbound ? "path, outbound"
                       : o->m->support_path                         ? "path"
                       : o->m->support_outbound                     ? "outbound"
                                                                    : NULL;
    char text[16];

    snprintf(text, sizeof(text), "%u", seconds);
    sip_headers_add(headers, "Expires", slice_of(text));
    if (tags)
        sip_headers_add(headers, "Supported", slice_of(tags));
    return buf_err(headers);
}

static int add_texts(const struct outbound *o, struct buf *who, struct buf *params)
{
    const char *own = o->m->contact_header_params;

    buf_printf(who, "<%s>", o->m->client_uri);
    if (own[0])
        buf_printf(params, "%s%s", own[0] == ';' ? "" : ";", own);
    return buf_err(who) ? buf_err(who) : buf_err(params);
}

static int send_with(struct outbound *o, const struct sip_client_args *args)
{
    struct sip_client_args a = *args;

    if (o->m->transport[0]) {
        a.binding = sip_binding_find(o->p->sip, o->m->transport);
        if (!a.binding)
            return EADDRNOTAVAIL;
    }
    return sip_client_send(&o->client, o->p->sip, &a, answered, o);
}

/* seconds 0 takes it back. @return 0; errno */
static int send_one(struct outbound *o, uint32_t seconds)
{
    const struct model_registration *m = o->m;
    char line[LINE_LEN + 8];
    struct buf headers, who, params;
    int err;

    timer_stop(&o->timer);
    o->has_slot = false;
    o->client = mem_deref(o->client);
    o->is_removing = seconds == 0;
    snprintf(line, sizeof(line), ";line=%s", o->line);
    buf_init(&headers, 512);
    buf_init(&who, SIP_URI_MAX + 2);
    buf_init(&params, 1024);
    err = add_headers(o, seconds, &headers);
    if (!err)
        err = add_texts(o, &who, &params);
    if (!err)
        err = send_with(
            o, &(struct sip_client_args){
                   .method = SIP_REGISTER,
                   .uri = slice_of(m->server_uri),
                   .proxy = m->outbound_proxy[0] ? slice_of(m->outbound_proxy) : SLICE_NONE,
                   .from = buf_slice(&who),
                   .to = buf_slice(&who),
                   .contact_user = slice_of(m->contact_user[0] ? m->contact_user : "s"),
                   .contact_uri_params = m->line ? slice_of(line) : SLICE_NONE,
                   .contact_params = buf_slice(&params),
                   .user_agent = slice_of(m->user_agent),
                   .call_id = slice_of(o->call_id),
                   .cseq = ++o->cseq,
                   .headers = buf_slice(&headers),
                   .creds = find_creds,
                   .creds_arg = o,
                   .timeout_ms = o->is_removing ? GOODBYE_MS : 0,
               });
    buf_fini(&headers);
    buf_fini(&who);
    buf_fini(&params);
    return err;
}

/* A thousand registrations that come due together, after a start or when a registrar is back, leave one
   after the other. @return true: it is not o's turn, its timer says when */
static bool waits_for_its_turn(struct outbound *o)
{
    struct mono now = loop_now(o->p->loop);
    int64_t wait_us = mono_diff_us(o->p->next_register, now);
    bool had_slot = o->has_slot;

    o->has_slot = !had_slot && wait_us > 0;
    if (had_slot)
        return false;
    o->p->next_register.us = (wait_us > 0 ? o->p->next_register.us : now.us) + GAP_US;
    if (o->has_slot)
        timer_start(o->p->loop, &o->timer, (uint64_t)(wait_us + 999) / 1000, ask, o);
    return o->has_slot;
}

static void ask(void *arg)
{
    struct outbound *o = arg;
    int err;

    if (o->p->is_closing || waits_for_its_turn(o))
        return;
    err = send_one(o, o->expiration_s);
    if (err)
        fail(o, err, NULL);
}

/* ---- following the configuration ---- */

/* The registrar is told, for a short while; nobody else sees it any more. */
static void say_goodbye(struct outbound *o)
{
    bool was_registered = o->state == OUTBOUND_REGISTERED;

    leave_tables(o);
    list_unlink(&o->link);
    timer_stop(&o->timer);
    list_append(&o->p->leaving, &o->link);
    o->is_leaving = true;
    if (!was_registered || o->p->is_closing || send_one(o, 0))
        mem_deref(o);
}

static int join_tables(struct outbound *o)
{
    struct pjsip *p = o->p;
    int err = hash_add(&p->outbound_names, &o->by_name, hash_slice(slice_of(o->m->name)));

    if (err)
        return err;
    o->is_named = true;
    if (!o->m->line)
        return 0;
    err = hash_add(&p->lines, &o->by_line, hash_slice(slice_of(o->line)));
    o->has_line = !err;
    return err;
}

static void start(struct outbound *o, bool is_again)
{
    uint32_t spread = (uint32_t)o->m->max_random_initial_delay * 1000;

    timer_start(o->p->loop, &o->timer,
                (is_again ? AGAIN_MS : 0) + (spread ? rand_u32() % spread : 0), ask, o);
}

static int add(struct pjsip *p, const struct model_registration *m, bool is_again)
{
    struct outbound *o = mem_alloc(sizeof(*o), outbound_destroy);
    int err;

    if (!o)
        return ENOMEM;
    buf_init(&o->routes, ROUTES_MAX);
    o->p = p;
    o->m = m;
    o->snap = mem_ref(p->snap);
    o->expiration_s = (uint32_t)m->expiration;
    o->changed = loop_wall(p->loop);
    rand_text(o->call_id, sizeof(o->call_id) - 1);
    rand_text(o->line, LINE_LEN);
    err = join_tables(o);
    if (err) {
        mem_deref(o);
        return err;
    }
    o->secrets = hash_secrets(o);
    list_append(&p->outbounds, &o->link);
    start(o, is_again);
    return 0;
}

/* The same registration in a new snapshot. */
static void keep(struct outbound *o, const struct model_registration *m)
{
    uint32_t secrets;

    mem_deref(o->snap);
    o->snap = mem_ref(o->p->snap);
    o->m = m;
    secrets = hash_secrets(o);
    if (secrets != o->secrets && o->state != OUTBOUND_REGISTERED) {
        o->retries = 0;
        start(o, false);
    }
    o->secrets = secrets;
}

static int follow_one(struct pjsip *p, const struct model_registration *m)
{
    struct outbound *o = outbound_find(p, slice_of(m->name));

    if (!o)
        return add(p, m, false);
    o->is_marked = false;
    if (outbound_is_same(o->m, m)) {
        keep(o, m);
        return 0;
    }
    say_goodbye(o);
    return add(p, m, true);
}

int outbound_follow(struct pjsip *p)
{
    uint32_t count = model_registration_count(p->snap);
    int err = 0;

    if (count > REGISTRATIONS_MAX) {
        log_error("too many registrations, the rest is not registered most=%d", REGISTRATIONS_MAX);
        count = REGISTRATIONS_MAX;
    }
    LIST_FOREACH(&p->outbounds, k)
    of_link(k)->is_marked = true;
    for (uint32_t i = 0; i < count && !err; i++)
        err = follow_one(p, model_registration_at(p->snap, i));
    LIST_FOREACH(&p->outbounds, k)
    {
        if (of_link(k)->is_marked && !err)
            say_goodbye(of_link(k));
    }
    return err;
}

void outbound_clear(struct pjsip *p)
{
    LIST_FOREACH(&p->outbounds, k)
    mem_deref(of_link(k));
    LIST_FOREACH(&p->leaving, k)
    mem_deref(of_link(k));
    hash_fini(&p->outbound_names);
    hash_fini(&p->lines);
    hash_fini(&p->routed);
}

/* ---- looking ---- */

struct outbound *outbound_find(const struct pjsip *p, struct slice name)
{
    for (struct hash_link *k = hash_first(&p->outbound_names, hash_slice(name)); k;
         k = hash_next(k)) {
        struct outbound *o = CONTAINER_OF(k, struct outbound, by_name);

        if (slice_eqz(name, o->m->name))
            return o;
    }
    return NULL;
}

struct outbound *outbound_next(const struct pjsip *p, const struct outbound *o)
{
    struct link *k = o ? list_next(&p->outbounds, &o->link) : list_first(&p->outbounds);

    return k ? of_link(k) : NULL;
}

static const struct model_endpoint *find_line(const struct pjsip *p, const struct sip_uri *uri)
{
    struct slice line;

    if (!sip_uri_param(uri, "line", &line))
        return NULL;
    for (struct hash_link *k = hash_first(&p->lines, hash_slice(line)); k; k = hash_next(k)) {
        const struct outbound *o = CONTAINER_OF(k, struct outbound, by_line);

        if (slice_eqz(line, o->line) && o->m->endpoint[0])
            return model_endpoint_find(p->snap, slice_of(o->m->endpoint));
    }
    return NULL;
}

const struct model_endpoint *outbound_find_line(const struct pjsip *p, const struct sip_msg *req)
{
    const struct model_endpoint *e;
    struct sip_uri to;

    if (!p->lines.count)
        return NULL;
    e = find_line(p, &req->uri);
    return e || sip_uri_parse(&to, req->to.uri) ? e : find_line(p, &to);
}

struct slice outbound_routes(const struct pjsip *p, const struct model_endpoint *e)
{
    struct slice name = slice_of(e->name);
    struct hash_link *k = p->routed.count ? hash_first(&p->routed, hash_slice(name)) : NULL;

    for (; k; k = hash_next(k)) {
        const struct outbound *o = CONTAINER_OF(k, struct outbound, by_endpoint);

        if (slice_eqz(name, o->m->endpoint))
            return buf_slice(&o->routes);
    }
    return SLICE_NONE;
}

void outbound_look(const struct outbound *o, struct outbound_view *v)
{
    int64_t left_us = mono_diff_us(o->expires, loop_now(o->p->loop));

    *v = (struct outbound_view){
        .m = o->m,
        .state = o->client && o->is_removing ? OUTBOUND_STOPPING : o->state,
        .is_asking = o->client != NULL,
        .expires_s = o->state == OUTBOUND_REGISTERED && left_us > 0 ? left_us / 1000000 : 0,
        .next_s = timer_is_on(&o->timer) ? (int64_t)(timer_left_ms(&o->timer) + 999) / 1000 : -1,
        .retries = o->retries,
        .status = o->status,
        .err = o->err,
        .reason = o->reason,
        .changed = o->changed,
    };
}

/* ---- by command ---- */

int outbound_register(struct outbound *o)
{
    o->retries = 0;
    return send_one(o, o->expiration_s);
}

int outbound_unregister(struct outbound *o)
{
    return send_one(o, 0);
}
