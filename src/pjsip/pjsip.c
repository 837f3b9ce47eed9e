/* pjsip.c - birth, change and end of the channel driver (pjsip.h) */
#include <errno.h>

#include "base/log.h"
#include "pjsip/contact.h"
#include "pjsip/host.h"
#include "pjsip/identify.h"
#include "pjsip/message.h"
#include "pjsip/names.h"
#include "pjsip/outbound.h"
#include "pjsip/registrar.h"
#include "pjsip/session.h"
#include "pjsip/state.h"
#include "pjsip/table.h"
#include "pjsip/trace.h"
#include "pjsip/transport.h"
#include "plan/func.h"
#include "plan/routing.h"
#include "sip/print.h"

/* As in an INVITE to that endpoint. */
static void add_supported(struct buf *headers, const struct model_endpoint *e)
{
    const bool has_rel100 = e->call.rel100 != MODEL_100REL_NO,
               has_timer = e->call.timers != MODEL_TIMERS_NO;

    if (has_rel100 || has_timer)
        sip_headers_add(headers, "Supported",
                        slice_of(!has_timer    ? "100rel"
                                 : !has_rel100 ? "timer"
                                               : "100rel, timer"));
}

/* OPTIONS of somebody we know: are we there, and would we take a call for that number? */
static void on_options(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    struct pjsip *p = arg;
    struct slice context;
    struct pjsip_who who;
    char exten[160];
    struct buf headers;

    if (pjsip_authorize(p, t, req, &who))
        return;
    context = slice_of(who.endpoint->context);
    if (!pjsip_user_copy(p, req->uri.user, exten, sizeof(exten)) && exten[0] &&
        !plan_has_exten(p->plan, context, slice_of(exten))) {
        sip_strans_refuse(t, 404, NULL);
        return;
    }
    buf_init(&headers, 512);
    sip_headers_add(&headers, "Accept", SLICE("application/sdp, application/dtmf-relay"));
    sip_headers_add(&headers, "Allow", slice_of(sip_allow(p->sip)));
    add_supported(&headers, who.endpoint);
    sip_strans_answer(t, &(struct sip_answer){.code = 200, .headers = buf_slice(&headers)});
    buf_fini(&headers);
}

/* What comes with a later subject: strangers are challenged, others told that we do not know it. */
static void on_later(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    struct pjsip_who who;

    if (pjsip_authorize(arg, t, req, &who))
        return;
    sip_strans_refuse(t, req->method == SIP_SUBSCRIBE || req->method == SIP_PUBLISH ? 489 : 501,
                      NULL);
}

static const struct {
    enum sip_method method;
    sip_request_h *h;
} methods[] = {
    {SIP_INVITE, incoming_on_invite},
    {SIP_REGISTER, registrar_on_register},
    {SIP_OPTIONS, on_options},
    {SIP_MESSAGE, message_on_request},
    {SIP_SUBSCRIBE, on_later},
    {SIP_NOTIFY, on_later},
    {SIP_REFER, on_later},
    {SIP_PUBLISH, on_later},
};

#define METHOD_COUNT (sizeof(methods) / sizeof(methods[0]))

static void pjsip_destroy(void *object)
{
    struct pjsip *p = object;

    p->is_closing = true;
    plan_set_guests(p->plan, NULL);
    for (size_t i = 0; p->is_running && i < METHOD_COUNT; i++)
        sip_handle(p->sip, methods[i].method, NULL, NULL);
    trace_stop_all(p);
    contacts_clear(p);
    names_clear(p);
    hosts_clear(p);
    outbound_clear(p);
    message_clear(p);
    transports_clear(p);
    pjsip_creds_clear(p);
    loop_defer_stop(&p->drop_later);
    mem_deref(p->dropped);
    guard_fini(&p->guard);
    mem_deref(p->auth);
    mem_deref(p->snap);
}

int pjsip_rows_add(struct plan_core *plan)
{
    int err = 0;

    for (size_t i = 0; pjsip_apps[i] && !err; i++)
        err = plan_app_add(plan, pjsip_apps[i]);
    for (size_t i = 0; pjsip_funcs[i] && !err; i++)
        err = plan_func_add(plan, pjsip_funcs[i]);
    return err;
}

/* What of the settings, the global and the system object lives in the SIP core. */
static void apply_global(struct pjsip *p)
{
    const struct model_global *g = model_global_of(p->snap);
    const struct model_system *s = model_system_of(p->snap);

    sip_set_max_age(p->sip, (uint32_t)model_settings_of(p->snap)->overload_ms);
    (void)sip_set_user_agent(p->sip, model_settings_of(p->snap)->user_agent);
    sip_set_ping(p->sip, g->keep_alive_interval > 0 ? (uint32_t)g->keep_alive_interval : 0);
    sip_set_tcp_switch(p->sip, !s->disable_tcp_switch);
    sip_set_rport(p->sip, !s->disable_rport);
    sip_set_compact(p->sip, s->compact_headers);
    sip_set_timers(p->sip, (uint32_t)s->timer_t1_ms, (uint32_t)s->timer_b_ms);
}

static struct pjsip *pjsip_new(const struct pjsip_args *args, struct model_snapshot *snapshot)
{
    struct pjsip *p = mem_alloc(sizeof(*p), pjsip_destroy);

    if (!p)
        return NULL;
    list_init(&p->transports);
    list_init(&p->permanent);
    list_init(&p->names);
    list_init(&p->outbounds);
    list_init(&p->leaving);
    list_init(&p->texts);
    list_init(&p->texts_now);
    list_init(&p->sendings);
    hash_init(&p->outbound_names);
    hash_init(&p->lines);
    hash_init(&p->routed);
    hash_init(&p->named_addrs);
    hash_init(&p->hosts);
    list_init(&p->watches);
    list_init(&p->watchers);
    guard_init(&p->guard, GUARD_BURST, GUARD_A_MINUTE);
    hash_init(&p->aors);
    hash_init(&p->creds);
    p->sip = args->sip;
    p->loop = sip_loop(args->sip);
    p->calls = args->calls;
    p->plan = args->plan;
    p->store = args->store;
    p->bind = args->bind;
    p->release = args->release;
    p->bind_arg = args->arg;
    p->state_dir = args->state_dir;
    p->snap = mem_ref(snapshot);
    pjsip_identify_follow(p);
    return p;
}

int pjsip_alloc(struct pjsip **pp, const struct pjsip_args *args, struct model_snapshot *snapshot)
{
    struct pjsip *p = pjsip_new(args, snapshot);
    int err;

    if (!p)
        return ENOMEM;
    err = sip_auth_alloc(&p->auth, &(struct sip_auth_args){.loop = p->loop});
    if (!err)
        err = contacts_load(p);
    if (!err)
        err = contacts_follow(p);
    if (!err)
        err = calls_tech_add(p->calls, &pjsip_tech, p);
    if (err) {
        mem_deref(p);
        return err;
    }
    for (size_t i = 0; i < METHOD_COUNT; i++)
        (methods[i].h == on_later ? sip_handle_refusal : sip_handle)(p->sip, methods[i].method,
                                                                     methods[i].h, p);
    apply_global(p);
    plan_set_guests(p->plan, &(struct plan_guests){state_has_guest, p});
    p->is_running = true;
    *pp = p;
    if (transports_follow(p) || names_follow(p) || hosts_follow(p) || outbound_follow(p))
        log_error("some transports or registrations are not started err=\"out of memory\"");
    return 0;
}

int pjsip_set_snapshot(struct pjsip *p, struct model_snapshot *snapshot)
{
    struct model_snapshot *old = p->snap;
    int err;

    if (snapshot == old)
        return 0;
    p->snap = mem_ref(snapshot);
    p->is_running = false; /* questions are spread over their period, as at a start */
    err = contacts_follow(p);
    p->is_running = true;
    if (err) {
        p->snap = old;
        mem_deref(snapshot);
        return err;
    }
    pjsip_identify_follow(p);
    apply_global(p);
    mem_deref(old);
    err = transports_follow(p);
    if (!err)
        err = names_follow(p);
    if (!err)
        err = hosts_follow(p);
    return err ? err : outbound_follow(p);
}

bool pjsip_is_ready(const struct pjsip *p)
{
    return transports_count(p, TRANSPORT_WAITING) == 0;
}

uint32_t pjsip_transports_open(const struct pjsip *p)
{
    return transports_count(p, TRANSPORT_OPEN);
}

uint32_t pjsip_transports_failed(const struct pjsip *p)
{
    return transports_count(p, TRANSPORT_FAILED);
}

void pjsip_shutdown(struct pjsip *p)
{
    p->is_closing = true;
    sip_set_closing(p->sip, true);
}
