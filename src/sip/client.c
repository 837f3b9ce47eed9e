/* client.c - see client.h: the final answer of an attempt, once */
#include <errno.h>

#include "base/mem.h"
#include "sip/attempt.h"

struct sip_client {
    struct sip_attempt *attempt;
    sip_response_h *h;
    void *arg;
};

static void destroy(void *object)
{
    struct sip_client *c = object;

    sip_attempt_forget(c->attempt);
    mem_deref(c->attempt);
}

static void on_response(int err, const struct sip_msg *response, void *arg)
{
    struct sip_client *c = arg;
    sip_response_h *h = c->h;

    if (response && response->status < 200)
        return;
    c->h = NULL;
    if (h)
        h(err, response, c->arg);
}

int sip_client_send(struct sip_client **cp, struct sip *sip, const struct sip_client_args *args,
                    sip_response_h *h, void *arg)
{
    struct sip_attempt_args a = {
        .method = args->method,
        .uri = args->uri,
        .proxy = args->proxy,
        .routes = args->routes,
        .binding = args->binding,
        .from = args->from,
        .from_user = args->from_user.len ? args->from_user : SLICE("station"),
        .from_domain = args->from_domain,
        .to = args->to,
        .has_contact = slice_is_set(args->contact_user),
        .contact_user = args->contact_user,
        .contact_params = args->contact_params,
        .contact_uri_params = args->contact_uri_params,
        .user_agent = args->user_agent,
        .call_id = args->call_id,
        .cseq = args->cseq,
        .max_forwards = args->max_forwards,
        .headers = args->headers,
        .content_type = args->content_type,
        .body = args->body,
        .creds = args->creds,
        .creds_arg = args->creds_arg,
        .timeout_ms = args->timeout_ms,
        .targets = args->targets,
        .target_count = args->target_count,
    };
    struct sip_client *c = mem_alloc(sizeof(*c), destroy);
    int err;

    if (!c)
        return ENOMEM;
    c->h = h;
    c->arg = arg;
    err = sip_attempt_start(&c->attempt, sip, &a, on_response, c);
    if (err)
        mem_deref(c);
    else
        *cp = c;
    return err;
}

uint32_t sip_client_cseq(const struct sip_client *c)
{
    return sip_attempt_cseq(c->attempt);
}
