/* security.c - see security.h */
#include "pjsip/security.h"

#include <stdio.h>

#include "sip/transport.h"

static struct slice account_of(const struct sip_msg *req, const struct model_endpoint *e)
{
    struct sip_uri uri;

    if (e)
        return slice_of(e->name);
    return sip_uri_parse(&uri, req->from.uri) ? SLICE("<unknown>") : uri.user;
}

/* What was asked and answered: of the credentials that were sent. */
static void take_digest(const struct sip_msg *req, struct security_fact *f)
{
    struct sip_digest d;

    if (sip_digest_parse(&d, sip_msg_get(req, SIP_H_AUTHORIZATION)) == 0) {
        f->challenge = d.nonce;
        f->answer = d.response;
    }
}

static struct security_fact fact_of(const struct sip_msg *req, enum security_event event)
{
    return (struct security_fact){
        .event = event,
        .service = "PJSIP",
        .transport = sip_transport_name(sip_binding_transport(req->flow.binding)),
        .session = req->call_id,
        .local = &req->flow.local,
        .remote = &req->flow.remote,
    };
}

void pjsip_security_tell(struct pjsip *p, const struct sip_msg *req, const struct model_endpoint *e,
                         enum security_event event, const char *why)
{
    char request[96];
    struct security_fact f = fact_of(req, event);

    f.account = account_of(req, e);
    f.used_password = event == SECURITY_SUCCESSFUL_AUTH;
    snprintf(request, sizeof(request), "%.*s%s%s",
             (int)(req->method_text.len < 32 ? req->method_text.len : 32), req->method_text.p,
             why ? ", " : "", why ? why : "");
    f.request = slice_of(request);
    if (event == SECURITY_CHALLENGE_FAILED)
        take_digest(req, &f);
    calls_tell_security(p->calls, &f);
}

void pjsip_security_tell_challenge(struct pjsip *p, const struct sip_msg *req,
                                   const struct model_endpoint *e, struct slice headers)
{
    struct security_fact f = fact_of(req, SECURITY_CHALLENGE_SENT);
    struct slice value, rest;
    struct sip_digest d;

    slice_cut(slice_cut(headers, '\r', &rest), ':', &value);
    f.account = e ? slice_of(e->name) : SLICE("<unknown>");
    if (sip_digest_parse(&d, slice_trim(value)) == 0)
        f.challenge = d.nonce;
    calls_tell_security(p->calls, &f);
}
