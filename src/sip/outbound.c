/* outbound.c - see outbound.h */
#include "sip/outbound.h"

#include <errno.h>

#include "base/mem.h"
#include "sip/core.h"

struct sip_keepalive {
    struct sip *sip;
    struct sip_flow flow; /* with references */
    struct timer timer;
    uint32_t interval_ms;
};

static void destroy(void *object)
{
    struct sip_keepalive *k = object;

    timer_stop(&k->timer);
    sip_flow_clear(&k->flow);
}

static void on_time(void *arg)
{
    struct sip_keepalive *k = arg;

    if (!k->flow.binding->sip)
        return; /* the binding is gone: nothing to keep open */
    timer_start(k->sip->loop, &k->timer, k->interval_ms, on_time, k);
    sip_flow_send(k->sip, &k->flow, SLICE("\r\n\r\n"));
}

int sip_keepalive_start(struct sip_keepalive **kp, struct sip *sip, const struct sip_flow *flow,
                        uint32_t interval_ms)
{
    struct sip_keepalive *k;

    if (!flow->binding || interval_ms < 1000)
        return EINVAL;
    k = mem_alloc(sizeof(*k), destroy);
    if (!k)
        return ENOMEM;
    k->sip = sip;
    k->interval_ms = interval_ms;
    sip_flow_copy(&k->flow, flow);
    k->flow.server_name = NULL;
    timer_start(sip->loop, &k->timer, interval_ms, on_time, k);
    *kp = k;
    return 0;
}

int sip_outbound_parse(struct sip_outbound *o, const struct sip_name_addr *contact)
{
    struct slice value;
    struct sip_uri uri;

    *o = (struct sip_outbound){0};
    if (slice_is_set(contact->params) && sip_param(contact->params, "+sip.instance", &value))
        o->instance = value;
    if (slice_is_set(contact->params) && sip_param(contact->params, "reg-id", &value) &&
        (slice_u32(value, &o->reg_id) || o->reg_id == 0 || !slice_is_set(o->instance)))
        return EINVAL;
    if (!sip_uri_parse(&uri, contact->uri))
        o->has_ob = sip_uri_param(&uri, "ob", NULL);
    return 0;
}
