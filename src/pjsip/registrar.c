/* registrar.c - REGISTER (registrar.h) */
#include "pjsip/registrar.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/log.h"
#include "pjsip/contact.h"
#include "pjsip/identify.h"
#include "sip/print.h"
#include "store/store.h"

#define VALUES_MAX 10
#define WAITING_MAX 8
#define RETRY_AFTER "5"
#define PATH_MAX_BYTES 2048
#define INSTANCE_MAX 256

/* One Contact value of the request, and what becomes of it. */
struct change {
    struct contact *fresh; /* to be put in; NULL: only old goes. One reference */
    struct contact *old;   /* replaced or removed, or NULL. One reference */
};

/* One REGISTER from its authentication to its answer. */
struct registration {
    struct link link; /* aor.waiting */
    struct pjsip *p;
    struct aor *aor;
    struct sip_strans *t;
    struct sip_msg *req;
    char *endpoint;
    struct buf path; /* values of Path, when its address of record keeps them */
    bool is_rewritten;
    bool is_refused; /* and answered so */
    struct change changes[VALUES_MAX + PJSIP_CONTACTS_MAX];
    unsigned count;
    unsigned writes;  /* commits still to come */
    bool is_clearing; /* what is new has been committed; what goes is under way */
    int err;          /* of the first that failed */
};

static void begin(struct registration *r, const struct model_aor *m);

/* ---- answers ---- */

static void registration_free(struct registration *r)
{
    for (unsigned i = 0; i < r->count; i++) {
        mem_deref(r->changes[i].fresh);
        mem_deref(r->changes[i].old);
    }
    mem_deref(r->t);
    mem_deref(r->req);
    mem_free(r->endpoint);
    buf_fini(&r->path);
    mem_free(r);
}

static void add_contacts(struct buf *headers, const struct aor *a)
{
    struct buf value;

    buf_init(&value, SIP_URI_MAX + 64);
    LIST_FOREACH(&a->contacts, k)
    {
        const struct contact *c = contact_of_link(k);

        if (c->is_permanent)
            continue;
        buf_reset(&value);
        buf_addc(&value, '<');
        contact_uri_restore(&value, c->uri);
        buf_addz(&value, ">;expires=");
        buf_addu(&value, (unsigned long long)contact_left_s(c));
        if (buf_err(&value) || sip_headers_add(headers, "Contact", buf_slice(&value)) == EINVAL)
            continue;
    }
    buf_fini(&value);
}

/* Phones set their clocks by it, as Asterisk lets them. Printed once a second. */
static void add_date(struct pjsip *p, struct buf *headers)
{
    time_t seconds = (time_t)(loop_wall(p->loop).us / 1000000);
    struct tm tm;

    if (p->date_second != seconds) {
        gmtime_r(&seconds, &tm);
        strftime(p->date, sizeof(p->date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
        p->date_second = seconds;
    }
    sip_headers_add(headers, "Date", slice_of(p->date));
}

static void answer_ok(struct registration *r)
{
    struct buf headers;

    buf_init(&headers, 32768);
    add_date(r->p, &headers);
    add_contacts(&headers, r->aor);
    if (r->path.len)
        sip_headers_add(&headers, "Path", buf_slice(&r->path));
    if (buf_err(&headers))
        sip_strans_refuse(r->t, 500, NULL);
    else
        sip_strans_answer(r->t, &(struct sip_answer){.code = 200, .headers = buf_slice(&headers)});
    buf_fini(&headers);
}

static void answer_with(struct sip_strans *t, uint16_t code, const char *name, const char *value)
{
    struct buf headers;

    buf_init(&headers, 128);
    sip_headers_add(&headers, name, slice_of(value));
    sip_strans_answer(t, &(struct sip_answer){.code = code, .headers = buf_slice(&headers)});
    buf_fini(&headers);
}

static void answer_busy(struct sip_strans *t)
{
    answer_with(t, 503, "Retry-After", RETRY_AFTER);
}

/* ---- the end of one registration ---- */

static const char *agent_of(const struct contact *c)
{
    return c->user_agent.len ? c->user_agent.p : "";
}

static void apply(struct registration *r)
{
    for (unsigned i = 0; i < r->count; i++) {
        struct change *ch = &r->changes[i];

        if (ch->fresh) {
            if (!ch->old)
                log_info("contact registered aor=\"%s\" uri=\"%s\" expires_s=%lld agent=\"%s\"",
                         r->aor->name, ch->fresh->uri.p,
                         (long long)((ch->fresh->expires.us - loop_wall(r->p->loop).us) / 1000000),
                         agent_of(ch->fresh));
            contact_add(ch->fresh, ch->old && link_is_in(&ch->old->link) ? ch->old : NULL);
        } else if (ch->old && link_is_in(&ch->old->link)) {
            log_info("contact removed aor=\"%s\" uri=\"%s\"", r->aor->name, ch->old->uri.p);
            contact_remove(ch->old);
        }
    }
}

static void finish(struct registration *r)
{
    struct aor *a = r->aor;
    struct link *next;

    if (!r->p) { /* the driver went meanwhile */
        registration_free(r);
        return;
    }
    if (r->is_refused) {
        log_debug("registration refused and answered aor=\"%s\"", a->name);
    } else if (r->err) {
        log_error("contact not written aor=\"%s\" err=\"%s\"", a->name, strerror(r->err));
        answer_busy(r->t);
    } else {
        apply(r);
        answer_ok(r);
    }
    registration_free(r);
    a->busy = NULL;
    next = list_first(&a->waiting);
    if (next) {
        list_unlink(next);
        a->waiting_count--;
        begin(CONTAINER_OF(next, struct registration, link),
              model_aor_find(a->p->snap, slice_of(a->name)));
    } else {
        aor_release(a);
    }
}

static void commit(struct registration *r);

static bool is_leaving(const struct change *ch)
{
    return ch->old && (!ch->fresh || !slice_eq(ch->old->id, ch->fresh->id));
}

/* What goes, goes only when what comes is safe: one of several writes may fail, and then there may
   be a contact too many in the database, never one too few. */
static bool has_more_to_write(const struct registration *r)
{
    for (unsigned i = 0; i < r->count && r->p && r->p->store && !r->err && !r->is_clearing; i++)
        if (is_leaving(&r->changes[i]))
            return true;
    return false;
}

static void written(int err, void *arg)
{
    struct registration *r = arg;

    if (err && !r->err)
        r->err = err;
    if (--r->writes)
        return;
    if (has_more_to_write(r)) {
        r->is_clearing = true;
        commit(r);
    } else {
        finish(r);
    }
}

static int write_change(struct registration *r, const struct change *ch)
{
    struct store_contact row;
    int err = 0;

    if (r->is_clearing ? !is_leaving(ch) : !ch->fresh)
        return 0;
    if (r->is_clearing) {
        err = store_contact_delete(r->p->store, ch->old->id, written, r);
    } else {
        contact_row(ch->fresh, &row);
        err = store_contact_put(r->p->store, &row, written, r);
    }
    r->writes += !err;
    return err;
}

static void commit(struct registration *r)
{
    r->writes = 1; /* ours, so that nothing ends before all are on their way */
    for (unsigned i = 0; i < r->count && r->p->store && !r->err; i++)
        r->err = write_change(r, &r->changes[i]);
    written(0, r);
}

/* ---- planning: what the request changes ---- */

static int add_change(struct registration *r, struct contact *fresh, struct contact *old)
{
    if (r->count == sizeof(r->changes) / sizeof(r->changes[0]))
        return ENOSPC;
    r->changes[r->count].fresh = mem_ref(fresh);
    r->changes[r->count++].old = mem_ref(old);
    if (old)
        old->mark = 1;
    return 0;
}

/* The period asked for: parameter, header, default. @return -1 when it is no number */
static int64_t asked_s(const struct registration *r, const struct model_aor *m,
                       const struct sip_name_addr *n)
{
    struct slice text;
    uint32_t seconds;
    int err;

    if (sip_param(n->params, "expires", &text))
        return slice_u32(text, &seconds) ? -1 : (int64_t)seconds;
    err = sip_msg_u32(r->req, SIP_H_EXPIRES, &seconds);
    if (!err)
        return seconds;
    if (err != ENOENT)
        return -1;
    return m->default_expiration > m->minimum_expiration ? m->default_expiration
                                                         : m->minimum_expiration;
}

/* The device and its flow (RFC 5626 s4.2): it comes back from another port, after a restart with another
   Call-ID, and is the same. Without reg-id its contacts are told apart by their URIs (s6): it may have one
   for UDP and one for TCP. @return as buf_add */
static int add_instance(const struct sip_name_addr *n, struct buf *out)
{
    struct slice instance, flow;

    if (!sip_param(n->params, "+sip.instance", &instance) || !instance.len ||
        !sip_param(n->params, "reg-id", &flow) || !flow.len)
        return 0;
    buf_adds(out, instance);
    buf_addc(out, ' ');
    return buf_adds(out, flow);
}

static int make_fresh(struct registration *r, const struct sip_uri *uri, int64_t seconds,
                      struct slice instance, struct contact **cp)
{
    return contact_alloc(cp, r->aor,
                         &(struct contact_args){
                             .uri = uri->text,
                             .transport = slice_of(sip_binding_name(r->req->flow.binding)),
                             .endpoint = slice_of(r->endpoint),
                             .user_agent = sip_msg_get(r->req, SIP_H_USER_AGENT),
                             .call_id = r->req->call_id,
                             .instance = instance,
                             .path = buf_slice(&r->path),
                             .source = r->req->flow.remote,
                             .conn = r->req->flow.conn,
                             .cseq = r->req->cseq.number,
                             .expires = {loop_wall(r->p->loop).us + seconds * 1000000},
                         });
}

/* A request that overtook a newer one of the same phone. */
static bool is_out_of_order(const struct registration *r, const struct contact *old)
{
    return old && old->cseq && slice_eq(old->call_id, r->req->call_id) &&
           r->req->cseq.number <= old->cseq;
}

static bool is_named_twice(const struct registration *r, const struct contact *old,
                           struct slice uri)
{
    if (old && old->mark)
        return true;
    for (unsigned i = 0; i < r->count; i++)
        if (r->changes[i].fresh && slice_eq(r->changes[i].fresh->uri, uri))
            return true;
    return false;
}

/* A phone that moved names its old contact as gone, too: the new one has taken its place by then. */
static bool is_gone_already(const struct registration *r, const struct contact *old,
                            struct slice uri)
{
    for (unsigned i = 0; i < r->count; i++)
        if (old && r->changes[i].old == old)
            return r->changes[i].fresh && !slice_eq(r->changes[i].fresh->uri, uri);
    return false;
}

/* @return 0; or the status that refuses the request */
static int plan_one(struct registration *r, const struct model_aor *m,
                    const struct sip_name_addr *n)
{
    struct contact *old, *fresh = NULL;
    struct sip_uri uri;
    struct buf kept, instance;
    int64_t seconds = asked_s(r, m, n);
    int code = 0, err;

    if (n->is_star || seconds < 0 || sip_uri_parse(&uri, n->uri) ||
        (uri.scheme != SIP_SCHEME_SIP && uri.scheme != SIP_SCHEME_SIPS))
        return 400;
    if (seconds > 0 && seconds < m->minimum_expiration)
        return 423;
    if (seconds > m->maximum_expiration)
        seconds = m->maximum_expiration;
    buf_init(&kept, SIP_URI_MAX);
    buf_init(&instance, INSTANCE_MAX);
    if (add_instance(n, &instance))
        buf_reset(&instance); /* too long to be one */
    err = contact_uri_make(&kept, &uri, &r->req->flow, r->is_rewritten);
    if (err || sip_uri_parse(&uri, buf_slice(&kept))) {
        code = err == ENOMEM ? 500 : 400;
        goto out;
    }
    old = contact_find(r->aor, &uri);
    if (!old && r->is_rewritten) /* a phone that came back from another port */
        old = contact_find_again(r->aor, r->req->call_id, uri.text);
    if (!old)
        old = contact_find_instance(r->aor, buf_slice(&instance));
    if (old && old->is_permanent)
        old = NULL;
    if (seconds == 0 && is_gone_already(r, old, uri.text))
        goto out;
    if (is_named_twice(r, old, uri.text) || is_out_of_order(r, old)) {
        code = 400;
        goto out;
    }
    if (seconds == 0 && !old)
        goto out;
    if (seconds > 0 && make_fresh(r, &uri, seconds, buf_slice(&instance), &fresh))
        code = 500;
    else if (add_change(r, fresh, old))
        code = 403;
out:
    mem_deref(fresh);
    buf_fini(&instance);
    buf_fini(&kept);
    return code;
}

/* "*" with Expires: 0 takes all of them away. */
static int plan_star(struct registration *r)
{
    uint32_t seconds = 1;

    if (sip_msg_u32(r->req, SIP_H_EXPIRES, &seconds) || seconds)
        return 400;
    LIST_FOREACH(&r->aor->contacts, k)
    {
        struct contact *c = contact_of_link(k);

        if (c->is_permanent)
            continue;
        if (is_out_of_order(r, c))
            return 400;
        add_change(r, NULL, c);
    }
    return 0;
}

static int plan_values(struct registration *r, const struct model_aor *m)
{
    struct sip_name_addr n;
    unsigned i;
    int code = 0;

    LIST_FOREACH(&r->aor->contacts, k)
    contact_of_link(k)->mark = 0;
    for (i = 0; !code && i <= VALUES_MAX; i++) {
        int err = sip_msg_contact(r->req, i, &n);

        if (err == ENOENT)
            return 0;
        if (err || i == VALUES_MAX)
            return 400;
        if (n.is_star)
            return i == 0 && sip_msg_contact(r->req, 1, &n) == ENOENT ? plan_star(r) : 400;
        code = plan_one(r, m, &n);
    }
    return code;
}

/* The one that leaves to make room: out of reach if that is asked for, else the oldest. */
static struct contact *pick_excess(const struct aor *a, bool only_unavailable)
{
    for (struct link *k = list_last(&a->contacts); k;
         k = k->prev == &a->contacts.ends ? NULL : k->prev) {
        struct contact *c = contact_of_link(k);

        if (!c->is_permanent && !c->mark && (!only_unavailable || !contact_is_reachable(c)))
            return c;
    }
    return NULL;
}

static int make_room(struct registration *r, const struct model_aor *m)
{
    int32_t most = m->max_contacts < PJSIP_CONTACTS_MAX ? m->max_contacts : PJSIP_CONTACTS_MAX;
    int32_t after = (int32_t)r->aor->registered;
    bool is_adding = false;

    for (unsigned i = 0; i < r->count; i++) {
        after += !!r->changes[i].fresh - !!r->changes[i].old;
        is_adding |= !!r->changes[i].fresh;
    }
    while (is_adding && after > most) {
        struct contact *c = NULL;

        if (m->remove_unavailable)
            c = pick_excess(r->aor, true);
        if (!c && m->remove_existing)
            c = pick_excess(r->aor, false);
        if (!c || add_change(r, NULL, c))
            return 403;
        after--;
    }
    return 0;
}

static void refuse(struct registration *r, const struct model_aor *m, int code)
{
    char text[16];

    if (code == 423) {
        snprintf(text, sizeof(text), "%d", m->minimum_expiration);
        answer_with(r->t, 423, "Min-Expires", text);
    } else if (code == 420) {
        answer_with(r->t, 420, "Unsupported", "path");
    } else {
        sip_strans_refuse(r->t, (uint16_t)code, NULL);
    }
    log_info("registration refused aor=\"%s\" status=%d", r->aor->name, code);
}

static void drop_changes(struct registration *r)
{
    for (unsigned i = 0; i < r->count; i++) {
        r->changes[i].fresh = mem_deref(r->changes[i].fresh);
        r->changes[i].old = mem_deref(r->changes[i].old);
    }
    r->count = 0;
}

/*
 * The proxies on the way (RFC 3327), where the address of record wants them kept. Who does not say that
 * it supports Path could not be reached by it. @return 0; or the status that refuses the request
 */
static int take_path(struct registration *r, const struct model_aor *m)
{
    struct sip_name_addr n;
    struct sip_values v;
    struct slice value;

    if (!m->support_path || !sip_msg_has(r->req, SIP_H_PATH))
        return 0;
    if (!sip_msg_has_token(r->req, SIP_H_SUPPORTED, "path"))
        return 420;
    sip_values_init(&v, r->req, SIP_H_PATH);
    while (sip_values_next(&v, &value)) {
        if (sip_name_addr_parse(&n, value))
            return 400;
        if (r->path.len)
            buf_addz(&r->path, ", ");
        buf_adds(&r->path, slice_trim(value));
    }
    return !buf_err(&r->path) ? 0 : buf_err(&r->path) == ENOSPC ? 400 : 500;
}

/* m: what the snapshot says now; NULL: nothing any more */
static void begin(struct registration *r, const struct model_aor *m)
{
    int code = m ? take_path(r, m) : 404;

    if (!code)
        code = plan_values(r, m);
    if (!code)
        code = make_room(r, m);
    r->aor->busy = r;
    if (code) {
        refuse(r, m, code);
        drop_changes(r);
        r->is_refused = true;
    }
    commit(r);
}

/* ---- whose address of record ---- */

static const struct model_aor *match_aor(const struct model_endpoint *e, struct slice name)
{
    for (const struct model_aor *const *a = e->aors; name.len && *a; a++)
        if (slice_eqz(name, (*a)->name))
            return *a;
    return NULL;
}

/*
 * The To user names one of the endpoint's own; a phone that knows only its login registers its
 * endpoint's first one under that.
 */
static const struct model_aor *find_aor(const struct pjsip *p, const struct sip_msg *req,
                                        const struct pjsip_who *who)
{
    const struct model_endpoint *e = who->endpoint;
    const struct model_aor *a;
    const char *domain;
    struct sip_uri uri;
    char user[128], full[256];

    if (sip_uri_parse(&uri, req->to.uri) || pjsip_user_copy(p, uri.user, user, sizeof(user)))
        return NULL;
    snprintf(full, sizeof(full), "%s@%.*s", user, SLICE_ARG(uri.host));
    a = match_aor(e, slice_of(full));
    domain = model_domain_of(p->snap, uri.host);
    if (!a && domain[0]) {
        snprintf(full, sizeof(full), "%s@%s", user, domain);
        a = match_aor(e, slice_of(full));
    }
    if (!a)
        a = match_aor(e, slice_of(user));
    if (!a && who->auth && user[0] && !strcmp(user, who->auth->username))
        a = e->aors[0];
    return a;
}

static struct registration *registration_new(struct pjsip *p, struct sip_strans *t,
                                             struct sip_msg *req, const struct pjsip_who *who)
{
    struct registration *r = mem_zalloc(sizeof(*r));

    if (!r)
        return NULL;
    r->endpoint = mem_strdup(who->endpoint->name);
    if (!r->endpoint) {
        mem_free(r);
        return NULL;
    }
    r->p = p;
    buf_init(&r->path, PATH_MAX_BYTES);
    r->t = mem_ref(t);
    r->req = mem_ref(req);
    r->is_rewritten = who->endpoint->rewrite_contact;
    return r;
}

void registrar_on_register(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    struct pjsip *p = arg;
    const struct model_aor *m;
    struct registration *r;
    struct pjsip_who who;
    struct aor *a;

    if (pjsip_authorize(p, t, req, &who))
        return;
    m = find_aor(p, req, &who);
    if (!m || m->max_contacts <= 0) {
        if (log_gate_pass(&p->no_aors, loop_now(p->loop)))
            log_notice("registration refused, no such address of record endpoint=\"%s\" "
                       "to=\"%.*s\"",
                       who.endpoint->name, SLICE_ARG(req->to.uri));
        sip_strans_refuse(t, m || !who.endpoint->aors[0] ? 403 : 404, NULL);
        return;
    }
    a = aor_get(p, slice_of(m->name));
    r = a && a->waiting_count < WAITING_MAX ? registration_new(p, t, req, &who) : NULL;
    if (!r) {
        answer_busy(t);
        if (a)
            aor_release(a);
        return;
    }
    r->aor = a;
    if (a->busy) {
        list_append(&a->waiting, &r->link);
        a->waiting_count++;
    } else {
        begin(r, m);
    }
}

void registrar_clear(struct aor *a)
{
    if (a->busy) {
        a->busy->p = NULL;
        a->busy->aor = NULL;
        a->busy = NULL;
    }
    LIST_FOREACH(&a->waiting, k)
    {
        list_unlink(k);
        registration_free(CONTAINER_OF(k, struct registration, link));
    }
    a->waiting_count = 0;
}
