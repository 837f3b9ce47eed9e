/* refer.c - see refer.h */
#include "sip/refer.h"

#include <errno.h>
#include <stdio.h>

#include "sip/core.h"
#include "sip/lex.h"

#define SUBSCRIPTION_S 60

/* ---- Replaces ---- */

int sip_replaces_parse(struct sip_replaces *r, struct slice value)
{
    struct slice rest, name, x;

    *r = (struct sip_replaces){0};
    r->call_id = lex_trim(slice_cut(value, ';', &rest));
    while (sip_param_next(&rest, &name, &x)) {
        struct slice *tag = slice_caseeqz(name, "to-tag")     ? &r->to_tag
                            : slice_caseeqz(name, "from-tag") ? &r->from_tag
                                                              : NULL;

        if (slice_caseeqz(name, "early-only"))
            r->is_early_only = true;
        if (!tag)
            continue;
        if (slice_is_set(*tag) || !lex_all(x, LEX_TOKEN))
            return EINVAL;
        *tag = x;
    }
    if (r->call_id.len == 0 || !slice_is_set(r->to_tag) || !slice_is_set(r->from_tag))
        return EINVAL;
    return 0;
}

/* RFC 3891 s3. */
static uint16_t refusal(const struct sip_invite *i, const struct sip_replaces *r)
{
    if (!i)
        return 481;
    if (sip_invite_is_over(i))
        return 603;
    if (sip_invite_is_up(i))
        return r->is_early_only ? 486 : 0;
    return sip_invite_is_caller(i) ? 0 : 481; /* an early dialog may be replaced by who began it */
}

int sip_replaces_find(struct sip_invite **ip, uint16_t *code, struct sip *sip,
                      const struct sip_msg *invite)
{
    struct slice value = sip_msg_find(invite, SLICE("Replaces"), 0);
    struct sip_replaces r;
    struct sip_invite *i;

    *code = 0;
    if (!slice_is_set(value))
        return ENOENT;
    if (slice_is_set(sip_msg_find(invite, SLICE("Replaces"), 1)) || sip_replaces_parse(&r, value)) {
        *code = 400;
        return EINVAL;
    }
    i = sip_invite_find(sip, r.call_id, r.to_tag, r.from_tag);
    *code = refusal(i, &r);
    if (*code)
        return EINVAL;
    *ip = i;
    return 0;
}

/* ---- REFER ---- */

/* The URI headers of Refer-To: only Replaces means something here. */
static int read_headers(struct sip_refer *r, struct slice headers)
{
    struct slice one, value;

    while (slice_is_set(headers) && headers.len) {
        one = slice_cut(headers, '&', &headers);
        one = slice_cut(one, '=', &value);
        if (!slice_caseeqz(one, "replaces"))
            continue;
        if (r->has_replaces || !slice_is_set(value) ||
            sip_unescape(value, r->text, sizeof(r->text)) ||
            sip_replaces_parse(&r->replaces, slice_of(r->text)))
            return EINVAL;
        r->has_replaces = true;
    }
    return 0;
}

int sip_refer_parse(struct sip_refer *r, const struct sip_msg *req)
{
    struct slice value = sip_msg_get(req, SIP_H_REFER_TO), method;
    struct sip_name_addr n;

    r->has_replaces = false;
    r->referred_by = sip_msg_get(req, SIP_H_REFERRED_BY);
    r->no_subscription = slice_caseeqz(sip_msg_find(req, SLICE("Refer-Sub"), 0), "false");
    if (!slice_is_set(value) || req->headers[req->first[SIP_H_REFER_TO]].next != 255 ||
        sip_name_addr_parse(&n, value) || n.is_star || sip_uri_parse(&r->uri, n.uri))
        return EINVAL;
    if (r->uri.scheme == SIP_SCHEME_OTHER ||
        (sip_uri_param(&r->uri, "method", &method) && !slice_caseeqz(method, "INVITE")))
        return EPROTONOSUPPORT;
    r->target = n.uri;
    if (slice_is_set(r->uri.headers))
        r->target.len = (size_t)(r->uri.headers.p - 1 - n.uri.p);
    return read_headers(r, r->uri.headers);
}

int sip_refer_accept(struct sip_strans *t, const struct sip_refer *r)
{
    struct sip_answer a = {.code = 202};

    if (r->no_subscription)
        a.headers = SLICE("Refer-Sub: false\r\nSupported: norefersub\r\n");
    return sip_strans_answer(t, &a);
}

int sip_refer_notify(struct sip_invite *i, uint32_t cseq, uint16_t code, const char *reason,
                     sip_response_h *h, void *arg)
{
    char state[64], event[32], body[160];
    struct buf headers;
    int err;

    snprintf(event, sizeof(event), cseq ? "refer;id=%u" : "refer", cseq);
    if (code < 200)
        snprintf(state, sizeof(state), "active;expires=%d", SUBSCRIPTION_S);
    else
        snprintf(state, sizeof(state), "terminated;reason=noresource");
    snprintf(body, sizeof(body), "SIP/2.0 %u %.120s\r\n", code, reason ? reason : sip_reason(code));
    buf_init(&headers, 512);
    sip_headers_add(&headers, "Event", slice_of(event));
    err = sip_headers_add(&headers, "Subscription-State", slice_of(state));
    if (!err)
        err = sip_invite_request(i, SIP_NOTIFY, buf_slice(&headers),
                                 SLICE("message/sipfrag;version=2.0"), slice_of(body), h, arg);
    buf_fini(&headers);
    return err;
}

int sip_sipfrag_parse(const struct sip_msg *notify, uint16_t *code)
{
    struct slice s = sip_msg_body(notify, "message/sipfrag"), version;
    uint32_t n;

    version = slice_cut(s, ' ', &s);
    if (!slice_caseeq(version, SLICE("SIP/2.0")) || s.len < 3 ||
        slice_u32(slice_from(s.p, 3), &n) || n < 100 || n > 699)
        return EINVAL;
    *code = (uint16_t)n;
    return 0;
}
