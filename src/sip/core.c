/* core.c - see server.h: birth, end and settings of the SIP core */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"
#include "sip/core.h"

#define MAX_PENDING 20000
#define MAX_AGE_MS 400
#define RETRY_AFTER_S 5
#define PING_MS 90000
#define LEAST_T1_MS 100

static void destroy(void *object)
{
    struct sip *sip = object;

    sip_invite_fini(sip);
    sip_dialog_request_fini(sip);
    sip_ctrans_fini(sip);
    sip_strans_fini(sip);
    sip_dialog_fini(sip);
    sip_transport_fini(sip);
    sip_self_fini(sip);
    sip_queue_fini(&sip->strans_32s);
    sip_queue_fini(&sip->strans_2xx);
    sip_queue_fini(&sip->strans_5s);
    sip_queue_fini(&sip->ctrans_32s);
    sip_queue_fini(&sip->ctrans_5s);
    hash_fini(&sip->strans);
    hash_fini(&sip->merges);
    hash_fini(&sip->ctrans);
    buf_fini(&sip->out);
    buf_fini(&sip->compact);
    mem_free(sip->user_agent);
}

static void init_tables(struct sip *sip)
{
    list_init(&sip->bindings);
    list_init(&sip->invites);
    list_init(&sip->strangers);
    list_init(&sip->local_rows);
    list_init(&sip->requests);
    hash_init(&sip->conns);
    hash_init(&sip->sources);
    hash_init(&sip->locals);
    hash_init(&sip->strans);
    hash_init(&sip->merges);
    hash_init(&sip->ctrans);
    hash_init(&sip->dialogs);
    buf_init(&sip->out, SIP_MESSAGE_MAX);
    buf_init(&sip->compact, SIP_MESSAGE_MAX);
    sip_queue_init(&sip->strans_32s, sip->loop, sip->timeout_ms, sip_strans_over);
    sip_queue_init(&sip->strans_2xx, sip->loop, sip->timeout_ms, sip_strans_over);
    sip_queue_init(&sip->strans_5s, sip->loop, SIP_T4_MS, sip_strans_over);
    sip_queue_init(&sip->ctrans_32s, sip->loop, sip->timeout_ms, sip_ctrans_over);
    sip_queue_init(&sip->ctrans_5s, sip->loop, SIP_T4_MS, sip_ctrans_over);
}

int sip_alloc(struct sip **sp, const struct sip_args *args)
{
    struct sip *sip = mem_alloc(sizeof(*sip), destroy);

    if (!sip)
        return ENOMEM;
    sip->loop = args->loop;
    sip->net = args->net;
    sip->dns = args->dns;
    sip->supported = "";
    sip->max_pending = args->max_pending ? args->max_pending : MAX_PENDING;
    sip->max_age_ms = args->max_age_ms ? args->max_age_ms : MAX_AGE_MS;
    sip->retry_after_s = args->retry_after_s ? args->retry_after_s : RETRY_AFTER_S;
    sip->tcp_switch = args->tcp_switch;
    sip->ping_ms = PING_MS;
    sip->t1_ms = SIP_T1_MS;
    sip->timeout_ms = 64 * SIP_T1_MS;
    sip->born = loop_now(args->loop);
    rand_bytes(sip->secret, sizeof(sip->secret));
    init_tables(sip);
    sip->user_agent = mem_strdup(args->user_agent ? args->user_agent : "Station/" STATION_VERSION);
    if (!sip->user_agent) {
        mem_deref(sip);
        return ENOMEM;
    }
    *sp = sip;
    return 0;
}

/* Allow: what has a handler, and what sessions bring along. */
static void print_allow(struct sip *sip)
{
    bool has_calls = sip->methods[SIP_INVITE].h != NULL;
    size_t n = 0;

    sip->allow[0] = '\0';
    for (int m = SIP_INVITE; m < SIP_METHODS; m++) {
        bool is_of_call = m == SIP_ACK || m == SIP_BYE || m == SIP_CANCEL || m == SIP_INFO ||
                          m == SIP_PRACK || m == SIP_UPDATE;

        if (sip->methods[m].is_refusal)
            continue;
        if (!sip->methods[m].h && m != SIP_OPTIONS && !(has_calls && is_of_call))
            continue;
        n += (size_t)snprintf(sip->allow + n, sizeof(sip->allow) - n, "%s%s", n ? ", " : "",
                              sip_method_name((enum sip_method)m));
    }
}

const char *sip_allow(struct sip *sip)
{
    if (!sip->allow[0])
        print_allow(sip);
    return sip->allow;
}

void sip_handle(struct sip *sip, enum sip_method m, sip_request_h *h, void *arg)
{
    sip->methods[m] = (struct sip_handler){.h = h, .arg = arg};
    print_allow(sip);
}

void sip_handle_refusal(struct sip *sip, enum sip_method m, sip_request_h *h, void *arg)
{
    sip->methods[m] = (struct sip_handler){.h = h, .arg = arg, .is_refusal = h != NULL};
    print_allow(sip);
}

void sip_set_supported(struct sip *sip, const char *tags)
{
    sip->supported = tags ? tags : "";
}

void sip_set_tcp_switch(struct sip *sip, bool is_on)
{
    sip->tcp_switch = is_on;
}

void sip_set_rport(struct sip *sip, bool is_on)
{
    sip->no_rport = !is_on;
}

void sip_set_compact(struct sip *sip, bool is_on)
{
    sip->is_compact = is_on;
}

void sip_set_timers(struct sip *sip, uint32_t t1_ms, uint32_t timeout_ms)
{
    sip->t1_ms = t1_ms > LEAST_T1_MS ? t1_ms : LEAST_T1_MS;
    sip->timeout_ms = timeout_ms > 64 * sip->t1_ms ? timeout_ms : 64 * sip->t1_ms;
    sip->strans_32s.delay_ms = sip->strans_2xx.delay_ms = sip->timeout_ms;
    sip->ctrans_32s.delay_ms = sip->timeout_ms;
}

void sip_set_max_age(struct sip *sip, uint32_t ms)
{
    sip->max_age_ms = ms ? ms : MAX_AGE_MS;
}

int sip_set_user_agent(struct sip *sip, const char *user_agent)
{
    char *fresh;

    if (!strcmp(user_agent, sip->user_agent))
        return 0;
    fresh = mem_strdup(user_agent);
    if (!fresh)
        return ENOMEM;
    mem_free(sip->user_agent);
    sip->user_agent = fresh;
    return 0;
}

void sip_set_ping(struct sip *sip, uint32_t seconds)
{
    sip->ping_ms = seconds * 1000;
}

struct loop *sip_loop(const struct sip *sip)
{
    return sip->loop;
}

struct dns *sip_dns(const struct sip *sip)
{
    return sip->dns;
}

const char *sip_user_agent(const struct sip *sip)
{
    return sip->user_agent;
}

void sip_set_closing(struct sip *sip, bool is_closing)
{
    sip->is_closing = is_closing;
}

void sip_stats_get(const struct sip *sip, struct sip_stats *s)
{
    *s = sip->stats;
    s->dialogs = sip->dialogs.count;
    s->sessions = sip->invite_count;
    s->connections = sip->conns.count;
}
