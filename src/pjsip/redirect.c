/*
 * redirect.c - a peer answers 3xx: the call goes elsewhere (session.h)
 *
 * redirect_method: user - Dial calls the Contact's user in the routing; uri_core - Dial calls the
 * Contact's URI through the same endpoint; uri_pjsip - this leg itself calls the Contact, at most 5
 * times for one call.
 */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "pjsip/session.h"

#define REDIRECTS_MAX 5
#define NUMBER_MAX 160

/* What Dial or the routing itself would read as more than a number or a URI. */
static bool is_fit(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr("&,()|^${}\"\\", text.p[i]))
            return false;
    return text.len > 0;
}

static int forward_to_user(struct session *s, struct slice number)
{
    return is_fit(number) && slice_chr(number, '/') < 0 ? channel_set(&s->ch->forward, number)
                                                        : EINVAL;
}

static int forward_to_uri(struct session *s, struct slice uri)
{
    struct buf text;
    int err;

    if (!is_fit(uri))
        return EINVAL;
    buf_init(&text, SIP_URI_MAX + NUMBER_MAX);
    err = buf_printf(&text, "PJSIP/%s/%.*s", s->endpoint, SLICE_ARG(uri));
    if (!err)
        err = channel_set(&s->ch->forward, buf_slice(&text));
    buf_fini(&text);
    return err;
}

static int call_again(struct session *s, struct slice uri)
{
    const struct model_endpoint *e = model_endpoint_find(s->p->snap, slice_of(s->endpoint));

    if (!e || s->redirects >= REDIRECTS_MAX) {
        log_notice("a call is redirected once too often call=%s channel=\"%s\"", s->ch->linkedid,
                   s->ch->name);
        return ELOOP;
    }
    s->redirects++;
    channel_on_redirected(s->ch);
    return outgoing_again(s, e, uri);
}

bool redirect_follow(struct session *s, const struct sip_msg *response)
{
    struct sip_name_addr contact;
    char number[NUMBER_MAX] = "";
    struct sip_uri uri;
    int err;

    if (!response || !sip_contacts_by_q(response, &contact, 1) ||
        sip_uri_parse(&uri, contact.uri) || sip_unescape(uri.user, number, sizeof(number)))
        return false;
    diversion_from_response(s, response, slice_of(number));
    switch (s->options.redirect_method) {
    case MODEL_REDIRECT_URI_PJSIP: return call_again(s, contact.uri) == 0;
    case MODEL_REDIRECT_URI_CORE: err = forward_to_uri(s, contact.uri); break;
    default: err = forward_to_user(s, slice_of(number)); break;
    }
    if (err)
        log_notice("redirection is not followed call=%s channel=\"%s\" contact=\"%.*s\"",
                   s->ch->linkedid, s->ch->name, SLICE_ARG(contact.uri));
    return false;
}
