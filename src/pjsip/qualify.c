/*
 * qualify.c - asking contacts by OPTIONS whether they are there (contact.h)
 *
 * Every contact has a timer of its own; the first question comes at a random moment of its period,
 * so that ten thousand contacts do not ask at once. Questions stop for nobody: a contact that does
 * not answer is out of reach until it does.
 */
#include <errno.h>

#include "base/log.h"
#include "base/rand.h"
#include "pjsip/contact.h"
#include "pjsip/identify.h"
#include "pjsip/state.h"
#include "pjsip/watch.h"
#include "sip/print.h"

#define NEW_MS 1000 /* a contact that has just registered is asked within this time */

static void ask(void *arg);

static const struct model_aor *rules_of(const struct contact *c)
{
    return model_aor_find(c->aor->p->snap, slice_of(c->aor->name));
}

static void wait_for_next(struct contact *c, uint64_t ms)
{
    timer_start(c->aor->p->loop, &c->qualify, ms, ask, c);
}

static void set_status(struct contact *c, enum contact_status status)
{
    bool was_away = c->status == CONTACT_UNAVAIL;

    if (c->status == status)
        return;
    c->status = (uint8_t)status;
    if (status == CONTACT_AVAIL && was_away)
        log_notice("contact is reachable aor=\"%s\" uri=\"%s\" rtt_ms=%u", c->aor->name, c->uri.p,
                   c->rtt_us / 1000);
    else if (status == CONTACT_UNAVAIL)
        log_notice("contact is unreachable aor=\"%s\" uri=\"%s\"", c->aor->name, c->uri.p);
    pjsip_tell(c->aor->p, &(struct pjsip_fact){.type = PJSIP_CONTACT_STATUS, .contact = c});
    state_changed(c->aor);
}

static void answered(int err, const struct sip_msg *response, void *arg)
{
    struct contact *c = arg;
    const struct model_aor *m = rules_of(c);
    bool is_good = response && (!m || !m->qualify_2xx_only ||
                                (response->status >= 200 && response->status < 300));

    if (response && response->status < 200)
        return;
    c->probe = mem_deref(c->probe);
    if (is_good)
        c->rtt_us = (uint32_t)mono_diff_us(loop_now(c->aor->p->loop), c->probed);
    else
        c->rtt_us = 0;
    set_status(c, is_good ? CONTACT_AVAIL : CONTACT_UNAVAIL);
    if (m && m->qualify_frequency > 0)
        wait_for_next(c, (uint64_t)m->qualify_frequency * 1000);
}

/* authenticate_qualify: a challenge is answered with the outbound_auth of the endpoint. */
static void add_credentials(const struct contact *c, const struct model_aor *m,
                            struct sip_client_args *args)
{
    struct pjsip *p = c->aor->p;
    const struct model_endpoint *e = model_endpoint_by_aor(p->snap, m);
    struct pjsip_creds *creds = NULL;

    if (!e || pjsip_creds_get(&creds, p, e) || !creds)
        return;
    args->creds = pjsip_creds_find;
    args->creds_arg = creds;
}

int qualify_now(struct contact *c)
{
    struct pjsip *p = c->aor->p;
    const struct model_aor *m = rules_of(c);
    struct sip_client_args args = {.method = SIP_OPTIONS};
    struct sip_target target;
    struct buf uri, routes;
    int err;

    if (c->probe)
        return 0;
    buf_init(&uri, SIP_URI_MAX + 256);
    buf_init(&routes, CONTACT_ROUTES_MAX);
    err = contact_uri_reach(&uri, c->uri);
    if (!err && c->path.len)
        err = sip_routes_add_text(&routes, c->path);
    if (!err) {
        args.uri = buf_slice(&uri);
        args.proxy = m && m->outbound_proxy[0] ? slice_of(m->outbound_proxy) : SLICE_NONE;
        args.routes = buf_slice(&routes);
        args.binding = c->transport.len ? sip_binding_find(p->sip, c->transport.p) : NULL;
        args.timeout_ms = m ? m->qualify_timeout : 0;
        if (m && m->authenticate_qualify)
            add_credentials(c, m, &args);
        if (!args.proxy.len && !contact_route(c, &target)) {
            args.targets = &target;
            args.target_count = 1;
        }
        c->probed = loop_now(p->loop);
        err = sip_client_send(&c->probe, p->sip, &args, answered, c);
    }
    buf_fini(&routes);
    buf_fini(&uri);
    return err;
}

static void ask(void *arg)
{
    struct contact *c = arg;
    const struct model_aor *m = rules_of(c);
    int err;

    if (!m || m->qualify_frequency <= 0 || c->aor->p->is_closing)
        return;
    err = qualify_now(c);
    if (err) {
        log_warning("contact cannot be asked aor=\"%s\" uri=\"%s\" err=\"%s\"", c->aor->name,
                    c->uri.p, strerror(err));
        wait_for_next(c, (uint64_t)m->qualify_frequency * 1000);
    }
}

void qualify_start(struct contact *c)
{
    const struct model_aor *m = rules_of(c);
    const struct model_global *g = model_global_of(c->aor->p->snap);
    uint64_t period_ms;

    if (!m || m->qualify_frequency <= 0) {
        timer_stop(&c->qualify);
        set_status(c, CONTACT_NONQUAL);
        return;
    }
    if (c->status == CONTACT_NONQUAL)
        c->status = CONTACT_UNKNOWN;
    if (c->probe)
        return;
    period_ms = (uint64_t)m->qualify_frequency * 1000;
    if (timer_is_on(&c->qualify) && timer_left_ms(&c->qualify) <= period_ms)
        return;
    if (g->max_initial_qualify_time > 0 && (uint64_t)g->max_initial_qualify_time * 1000 < period_ms)
        period_ms = (uint64_t)g->max_initial_qualify_time * 1000;
    if (c->aor->p->is_running && period_ms > NEW_MS)
        period_ms = NEW_MS;
    wait_for_next(c, rand_u32() % period_ms);
}

void qualify_move(struct contact *to, const struct contact *from)
{
    if (timer_is_on(&from->qualify))
        wait_for_next(to, timer_left_ms(&from->qualify));
}
