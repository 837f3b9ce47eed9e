/* outgoing.c - a channel that is dialled becomes an INVITE (session.h) */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "call/journal.h"
#include "call/observe.h"
#include "pjsip/cause.h"
#include "pjsip/contact.h"
#include "pjsip/outbound.h"
#include "pjsip/session.h"
#include "pjsip/tell.h"
#include "sip/print.h"

struct outgoing {
    struct buf uri;              /* request URI */
    struct buf reach;            /* URI that says where it goes, when there is no proxy */
    struct buf routes;           /* Route lines: the contact's Path, or Service-Route */
    char *proxy;                 /* NULL: none */
    struct sip_binding *binding; /* a reference, or NULL */
    struct sip_target targets[SIP_TARGETS_MAX]; /* with references */
    size_t target_count;
    struct sip_resolve *question;
    char *from_user, *from_domain, *contact_user; /* NULL: not set */
    uint8_t hops;                                 /* Max-Forwards */
    bool is_called, is_stream_asked, is_stream_ready;
};

/* What a dial string says: "endpoint", "number@endpoint", "endpoint/sip:uri", and chan_sip's
   "endpoint/number", which old routings have. */
struct resource {
    struct slice endpoint, number, uri;
};

static void parse_resource(struct resource *r, struct slice text)
{
    ptrdiff_t at;

    *r = (struct resource){.endpoint = SLICE_NONE};
    r->endpoint = slice_cut(text, '/', &r->uri);
    if (r->uri.len && slice_chr(r->uri, ':') < 0) {
        r->number = r->uri;
        r->uri = SLICE_NONE;
        return;
    }
    at = slice_chr(r->endpoint, '@');
    if (at >= 0) {
        r->number = slice_from(r->endpoint.p, (size_t)at);
        r->endpoint = slice_skip(r->endpoint, (size_t)at + 1);
    }
}

void outgoing_free(struct outgoing *o)
{
    if (!o)
        return;
    mem_deref(o->question);
    for (size_t i = 0; i < o->target_count; i++)
        sip_flow_clear(&o->targets[i].flow);
    mem_deref(o->binding);
    buf_fini(&o->uri);
    buf_fini(&o->reach);
    buf_fini(&o->routes);
    mem_free(o->proxy);
    mem_free(o->from_user);
    mem_free(o->from_domain);
    mem_free(o->contact_user);
    mem_free(o);
}

/* ---- where to ---- */

/* A registered contact under its URI, when the dial string names one (PJSIP_DIAL_CONTACTS). */
static struct contact *find_contact(const struct pjsip *p, const struct model_endpoint *e,
                                    struct slice text)
{
    struct sip_uri uri;

    if (sip_uri_parse(&uri, text))
        return NULL;
    for (const struct model_aor *const *m = e->aors; *m; m++) {
        struct aor *a = aor_find(p, slice_of((*m)->name));
        struct contact *c = a ? contact_find(a, &uri) : NULL;

        if (c)
            return c;
    }
    return NULL;
}

/* The contact's URI with another user: "number@trunk". */
static int put_user(const struct session *s, struct buf *out, struct slice kept,
                    struct slice number)
{
    struct sip_uri uri;
    struct buf text;
    int err;

    if (sip_uri_parse(&uri, kept) || !uri.host.len)
        return EINVAL;
    buf_init(&text, SIP_URI_MAX);
    buf_adds(&text, uri.scheme == SIP_SCHEME_SIPS ? SLICE("sips:") : SLICE("sip:"));
    sip_escape_user(&text, number);
    buf_addc(&text, '@');
    buf_add(&text, uri.host.p, (size_t)(uri.text.p + uri.text.len - uri.host.p));
    err = buf_err(&text);
    if (!err)
        err = contact_uri_request(out, buf_slice(&text));
    if (!err && !sip_uri_param(&uri, "user", NULL))
        err = identity_add_phone(s, out, number);
    buf_fini(&text);
    return err;
}

/* The proxy, else the first Route, else where the URI is reached. */
static struct slice hop_of(const struct outgoing *o)
{
    struct sip_name_addr first;
    struct slice rest;

    if (o->proxy)
        return slice_of(o->proxy);
    slice_cut(buf_slice(&o->routes), ':', &rest);
    rest = slice_cut(rest, '\r', &rest);
    return o->routes.len && !sip_name_addr_parse(&first, slice_trim(rest)) ? first.uri
                                                                           : buf_slice(&o->reach);
}

/* The way that the registrar of the phone, or ours, said calls must go. */
static int find_routes(const struct pjsip *p, struct outgoing *o, const struct model_endpoint *e,
                       const struct contact *c)
{
    if (c && c->path.len)
        return sip_routes_add_text(&o->routes, c->path);
    return buf_adds(&o->routes, outbound_routes(p, e));
}

/* Where the URI is reached, when that needs no question to the network; else the layer below asks.
 */
static void resolve_quickly(struct pjsip *p, struct outgoing *o)
{
    struct sip_uri uri;

    if (!sip_uri_parse(&uri, hop_of(o)) &&
        !sip_resolve_now(p->sip, &uri, o->binding, &o->targets[o->target_count]))
        o->target_count++;
}

/* Calls wait for names and ports; a transport may be closed meanwhile. */
static void hold_targets(struct outgoing *o)
{
    for (size_t i = 0; i < o->target_count; i++)
        sip_flow_hold(&o->targets[i].flow);
}

/* @return 0; EHOSTUNREACH (no contact); EINVAL; ENOMEM */
static int find_target(const struct session *s, struct outgoing *o, const struct model_endpoint *e,
                       const struct resource *r)
{
    struct pjsip *p = s->p;
    struct contact *c = r->uri.len ? find_contact(p, e, r->uri) : contact_pick(p, e);
    const struct model_aor *m = c ? model_aor_find(p->snap, slice_of(c->aor->name)) : NULL;
    const char *proxy = e->outbound_proxy[0] ? e->outbound_proxy : m ? m->outbound_proxy : "";
    struct slice kept = c ? c->uri : r->uri;
    int err;

    if (!kept.len)
        return EHOSTUNREACH;
    if (e->transport_of)
        o->binding = sip_binding_find(p->sip, e->transport_of->name);
    if (c && c->transport.len)
        o->binding = sip_binding_find(p->sip, c->transport.p);
    mem_ref(o->binding);
    if (proxy[0]) {
        o->proxy = mem_strdup(proxy);
        if (!o->proxy)
            return ENOMEM;
    }
    err =
        r->number.len ? put_user(s, &o->uri, kept, r->number) : contact_uri_request(&o->uri, kept);
    if (!err)
        err = contact_uri_reach(&o->reach, kept);
    if (!err)
        err = find_routes(p, o, e, c);
    if (!err && c && !proxy[0] && !contact_route(c, &o->targets[0]))
        o->target_count = 1;
    if (!err)
        resolve_quickly(p, o);
    hold_targets(o);
    return err == ENOSPC ? EINVAL : err;
}

/* ---- request: the channel is made ---- */

static int dup_set(char **to, const char *text)
{
    if (!text[0])
        return 0;
    *to = mem_strdup(text);
    return *to ? 0 : ENOMEM;
}

static int outgoing_alloc(struct outgoing **op, const struct session *s,
                          const struct model_endpoint *e, const struct resource *r)
{
    struct outgoing *o = mem_zalloc(sizeof(*o));
    int err;

    if (!o)
        return ENOMEM;
    buf_init(&o->uri, SIP_URI_MAX);
    buf_init(&o->reach, SIP_URI_MAX);
    buf_init(&o->routes, CONTACT_ROUTES_MAX);
    err = dup_set(&o->from_user, e->from_user);
    if (!err)
        err = dup_set(&o->from_domain, e->from_domain);
    if (!err)
        err = dup_set(&o->contact_user, e->contact_user);
    if (!err)
        err = find_target(s, o, e, r);
    if (err)
        outgoing_free(o);
    else
        *op = o;
    return err;
}

static int cause_of(int err)
{
    if (err == ELOOP)
        return CAUSE_EXCHANGE_ROUTING;
    return err == ENOMEM || err == EAGAIN ? CAUSE_CONGESTION : CAUSE_NO_ROUTE;
}

/* What is offered: ours, as outgoing_call_offer_pref mixes it with the codecs of who calls. */
static void prefer_codecs(struct session *s, const struct channel_request *req)
{
    const struct channel *from = req->requestor;
    struct codec_list theirs = {0};

    if (req->codecs)
        codec_list_parse(&theirs, slice_of(req->codecs), NULL);
    else if (from && from->tech == &pjsip_tech && from->pvt && session_of(from)->has_agreed)
        for (uint8_t i = 0; i < session_of(from)->agreed.count; i++)
            codec_list_add(&theirs, (enum codec)session_of(from)->agreed.formats[i].codec);
    session_prefer(&s->codecs, &theirs, s->options.outgoing_offer_pref);
}

static int make_channel(struct channel **chp, struct session *s, const struct model_endpoint *e,
                        const struct resource *r, const struct channel_request *req)
{
    struct channel *ch = NULL;
    int err = channel_alloc(&ch, s->p->calls,
                            &(struct channel_args){.tech = &pjsip_tech,
                                                   .pvt = s,
                                                   .resource = e->name,
                                                   .is_outgoing = true,
                                                   .state = CHANNEL_DOWN,
                                                   .requestor = req->requestor,
                                                   .uniqueid = req->uniqueid});

    if (err) {
        session_free(s);
        return err;
    }
    s->ch = ch;
    err = session_dress(s, e);
    if (!err && e->callerid.name[0])
        err = channel_set(&ch->caller.name, slice_of(e->callerid.name));
    if (!err && e->callerid.number[0])
        err = channel_set(&ch->caller.number, slice_of(e->callerid.number));
    if (!err)
        err = channel_set(&ch->context, slice_of(e->context));
    if (!err)
        err = channel_set(&ch->exten, SLICE("s"));
    if (!err)
        err = channel_set(&ch->dnid, r->number);
    if (!err && req->requestor)
        err = header_inherit(&s->headers, req->requestor);
    if (err) {
        channel_hangup(ch, CAUSE_CONGESTION);
        mem_deref(ch);
    } else {
        channel_show(ch);
        *chp = ch;
    }
    return err;
}

static int fail(int err, int *cause)
{
    *cause = cause_of(err);
    return err;
}

/* Max-Forwards of a leg: what its caller has left; a call of our own begins with all. */
static uint8_t hops_of(const struct pjsip *p, const struct channel *from)
{
    int32_t all = model_global_of(p->snap)->max_forwards;
    uint32_t left;

    if (from && !slice_u32(channel_var_get(from, SLICE(SESSION_HOPS)), &left) && left < 255)
        return (uint8_t)left;
    return all > 0 && all <= 255 ? (uint8_t)all : 70;
}

static void stream_ready(struct channel *ch, int err, void *arg);

/* The stream's port takes a round trip to the media role: ask while Dial is still at work. */
static int ask_stream(struct session *s, struct media_stream *near)
{
    struct outgoing *o = s->out;
    int err = session_open_stream(s, &o->targets[0].flow, near, stream_ready);

    if (!err)
        o->is_stream_asked = true;
    return err;
}

int outgoing_request(struct channel **chp, void *tech_arg, const struct channel_request *req,
                     int *cause)
{
    struct pjsip *p = tech_arg;
    const struct model_endpoint *e;
    struct session *s = NULL;
    struct resource r;
    uint8_t hops = hops_of(p, req->requestor);
    int err;

    parse_resource(&r, req->resource);
    if (!r.endpoint.len)
        return fail(EINVAL, cause);
    e = model_endpoint_find(p->snap, r.endpoint);
    if (!e) {
        log_notice("no such endpoint endpoint=\"%.*s\"", SLICE_ARG(r.endpoint));
        return fail(ENOENT, cause);
    }
    if (p->is_closing)
        return fail(EAGAIN, cause);
    if (!hops)
        return fail(ELOOP, cause);
    err = session_alloc(&s, p, e);
    if (err)
        return fail(err, cause);
    err = outgoing_alloc(&s->out, s, e, &r);
    if (err) {
        if (err == EHOSTUNREACH)
            log_notice("endpoint has no reachable contact endpoint=\"%s\"", e->name);
        session_free(s);
        return fail(err, cause);
    }
    s->out->hops = hops;
    prefer_codecs(s, req);
    err = make_channel(chp, s, e, &r, req);
    if (err)
        return fail(err, cause);
    if (s->out->target_count)
        err = ask_stream(s, req->requestor ? req->requestor->stream : NULL);
    if (err) {
        channel_hangup(*chp, CAUSE_CONGESTION);
        *chp = mem_deref(*chp);
        return fail(err, cause);
    }
    return 0;
}

/* ---- call: the INVITE leaves ---- */

/* Who calls, as the peer shall see it: from_user and from_domain win over the caller id. */
static void fill_from(const struct session *s, struct sip_invite_args *a)
{
    const struct outgoing *o = s->out;

    identity_fill_from(s, a);
    if (o->from_user)
        a->from_user = slice_of(o->from_user);
    if (o->from_domain)
        a->from_domain = slice_of(o->from_domain);
    a->contact_user = slice_of(o->contact_user);
    if (!a->contact_user.len && !model_global_of(s->p->snap)->use_callerid_contact)
        a->contact_user = slice_of(model_global_of(s->p->snap)->default_from_user);
}

struct slice outgoing_from_domain(const struct session *s)
{
    return s->out ? slice_of(s->out->from_domain) : SLICE_NONE;
}

const struct sip_flow *outgoing_flow(const struct session *s)
{
    return s->out && s->out->target_count ? &s->out->targets[0].flow : NULL;
}

static int send_invite(struct session *s)
{
    struct outgoing *o = s->out;
    struct sip_invite_args args = {
        .uri = buf_slice(&o->uri),
        .proxy = slice_of(o->proxy),
        .routes = buf_slice(&o->routes),
        .binding = o->binding,
        .max_forwards = o->hops,
        .targets = o->target_count ? o->targets : NULL,
        .target_count = o->target_count,
        .content_type = SLICE("application/sdp"),
        .is_symmetric = s->is_symmetric,
        .force_rport = s->force_rport,
        .rel100 = session_rel100(s),
        .timer = session_timer(s),
        .creds = s->creds ? pjsip_creds_find : NULL,
        .creds_arg = s->creds,
        .handlers = &pjsip_outgoing_handlers,
        .arg = s,
    };
    struct buf offer, headers;
    int err;

    buf_init(&offer, SDP_MAX_TEXT);
    buf_init(&headers, SIP_MESSAGE_MAX);
    err = session_describe(s, NULL, &offer);
    if (!err)
        err = session_headers(s, &headers);
    if (!err)
        err = diversion_add(s, &headers);
    args.body = buf_slice(&offer);
    args.headers = buf_slice(&headers);
    fill_from(s, &args);
    if (!err)
        err = sip_invite_send(&s->invite, s->p->sip, &args);
    buf_fini(&offer);
    buf_fini(&headers);
    outgoing_free(o);
    s->out = NULL;
    call_journal_touch(s->ch);
    return err;
}

static void give_up(struct session *s, int err, int cause)
{
    log_warning("call cannot be made call=%s channel=\"%s\" err=\"%s\"", s->ch->linkedid,
                s->ch->name, strerror(err));
    session_gone(s, cause, 0);
}

/* A transport may have been closed since the targets were found. */
static bool are_bindings_open(const struct session *s)
{
    const struct outgoing *o = s->out;
    struct sip_binding *b = NULL;
    size_t found = 0;

    while ((b = sip_binding_next(s->p->sip, b)))
        for (size_t i = 0; i < o->target_count; i++)
            found += o->targets[i].flow.binding == b;
    return found == o->target_count;
}

/* Everything is there: it may leave. */
static int try_send(struct session *s)
{
    struct outgoing *o = s->out;

    if (!o || !o->is_called || !o->is_stream_ready || s->ch->is_hungup)
        return 0;
    if (!are_bindings_open(s))
        return ENETUNREACH;
    return send_invite(s);
}

static void stream_ready(struct channel *ch, int err, void *arg)
{
    struct session *s = arg;

    if (s->out)
        s->out->is_stream_ready = true;
    if (!err)
        err = try_send(s);
    if (err)
        give_up(s, err, err == ENOTSUP || err == EINVAL ? CAUSE_BEARER : CAUSE_CONGESTION);
}

static void resolved(int err, const struct sip_target *targets, size_t count, void *arg)
{
    struct session *s = arg;
    struct outgoing *o = s->out;

    o->question = mem_deref(o->question);
    if (!err) {
        o->target_count = count < SIP_TARGETS_MAX ? count : SIP_TARGETS_MAX;
        memcpy(o->targets, targets, o->target_count * sizeof(*targets));
        hold_targets(o);
        err = o->is_stream_asked ? try_send(s) : ask_stream(s, NULL);
    }
    if (err)
        give_up(s, err, CAUSE_NO_ROUTE);
}

static int ask_names(struct session *s)
{
    struct outgoing *o = s->out;
    struct sip_uri uri;
    int err = sip_uri_parse(&uri, hop_of(o));

    return err ? err : sip_resolve_start(&o->question, s->p->sip, &uri, o->binding, resolved, s);
}

int outgoing_call(struct channel *ch)
{
    struct session *s = session_of(ch);
    struct outgoing *o = s->out;

    if (!o || o->is_called)
        return EINVAL;
    o->is_called = true;
    return o->is_stream_asked ? try_send(s) : ask_names(s);
}

int outgoing_again(struct session *s, const struct model_endpoint *e, struct slice uri)
{
    const struct resource r = {.endpoint = slice_of(e->name), .uri = uri};
    struct outgoing *o = NULL;
    int err = outgoing_alloc(&o, s, e, &r);

    if (err)
        return err;
    o->hops = hops_of(s->p, s->ch);
    o->is_called = o->is_stream_asked = o->is_stream_ready = true;
    sip_invite_forget(s->invite);
    s->invite = mem_deref(s->invite);
    sdp_session_withdraw(&s->sdp);
    s->has_agreed = false;
    s->out = o;
    return o->target_count ? send_invite(s) : ask_names(s);
}

/* ---- what comes back ---- */

/* An early description or the final one; another fork may bring another. @return as take_answer */
static int take_description(struct session *s, const struct sip_msg *response, bool is_answered)
{
    int err = 0;

    if (sip_invite_flow(s->invite) && addr_is_set(&sip_invite_flow(s->invite)->remote))
        s->signal = sip_invite_flow(s->invite)->remote;
    if (session_counts(s, response)) {
        if (s->has_agreed)
            s->sdp.is_offering = true; /* our one offer is answered once more */
        err = session_take_answer(s, response);
        if (err == ENOENT && s->has_agreed)
            err = 0;
        if (s->has_agreed)
            s->sdp.is_offering = false;
    }
    return err ? err : session_apply(s, is_answered);
}

static void on_progress(struct sip_invite *i, const struct sip_msg *response, unsigned leg,
                        void *arg)
{
    struct session *s = arg;
    bool has_media = response->body.len && !take_description(s, response, false);

    tell_answer(s, response->status, response);
    if (response->status == 183 && !response->body.len && s->options.ignore_183_without_sdp)
        return;
    identity_on_message(s, response);
    switch (response->status) {
    case 180: channel_on_ringing(s->ch); break;
    case 181:
        diversion_from_response(s, response, SLICE_NONE);
        channel_on_redirected(s->ch);
        return;
    case 182: channel_on_proceeding(s->ch); return;
    default: break;
    }
    if (has_media || response->status == 183)
        channel_on_progress(s->ch);
}

/* It was answered, but not with what was offered: nothing can be heard. */
static void not_agreed(struct session *s, int err)
{
    log_notice("answer describes no sound that fits: codecs or encryption differ call=%s "
               "channel=\"%s\" err=\"%s\"",
               s->ch->linkedid, s->ch->name, strerror(err));
    calls_tell(
        s->ch->calls,
        &(struct call_fact){.type = CALL_NOTE, .channel = s->ch, .name = SLICE("no-agreement")});
    sip_invite_end(s->invite, 0, SLICE_NONE);
    channel_end(s->ch, CAUSE_BEARER, "station");
    session_gone(s, CAUSE_BEARER, 488);
}

static void on_answered(struct sip_invite *i, const struct sip_msg *response, bool want_ack,
                        void *arg)
{
    struct session *s = arg;
    int err = take_description(s, response, true);

    tell_answer(s, response->status, response);
    if (err) {
        not_agreed(s, err);
        return;
    }
    s->response = mem_ref((struct sip_msg *)response);
    identity_on_message(s, response);
    channel_on_answered(s->ch);
    if (session_is_held(s))
        channel_on_hold(s->ch, true);
}

static void on_failed(struct sip_invite *i, uint16_t code, const struct sip_msg *response,
                      void *arg)
{
    struct session *s = arg;
    int cause = pjsip_cause_of_reason(response);

    tell_answer(s, code, response);
    log_info("call failed call=%s channel=\"%s\" status=%u", s->ch->linkedid, s->ch->name, code);
    if (code >= 300 && code < 400 && redirect_follow(s, response))
        return;
    session_gone(s, cause ? cause : pjsip_cause_of_status(code), code);
}

const struct sip_invite_handlers pjsip_outgoing_handlers = {
    .progress = on_progress,
    .answered = on_answered,
    .failed = on_failed,
    .acked = session_on_acked,
    .reinvite = session_on_reinvite,
    .reinvited = session_on_reinvited,
    .update = session_on_update,
    .updated = session_on_updated,
    .refresh = session_on_refresh,
    .request = session_on_request,
    .may_move = session_may_move,
    .find_way = session_find_way,
    .changed = session_on_changed,
    .closed = session_on_closed,
};
