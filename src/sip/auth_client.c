/* auth_client.c - client side of auth.h: answer a 401 or 407 */
#include <errno.h>
#include <string.h>

#include "base/rand.h"
#include "sip/digest.h"

/* A challenge that we can answer, with the credential for it. */
struct choice {
    struct sip_digest d;
    struct sip_credential c;
    int strength; /* 0: none yet */
};

static int strength_of(enum sip_digest_algorithm a)
{
    switch (a) {
    case SIP_DIGEST_MD5: return 1;
    case SIP_DIGEST_MD5_SESS: return 2;
    case SIP_DIGEST_SHA256: return 3;
    case SIP_DIGEST_SHA256_SESS: return 4;
    case SIP_DIGEST_SHA512: return 5;
    case SIP_DIGEST_SHA512_SESS: return 6;
    default: return 0;
    }
}

static bool fits(const struct sip_credential *c, const struct sip_digest *d)
{
    if (!c->user)
        return false;
    if (c->realm && c->realm[0] && strcmp(c->realm, "*") != 0 && !slice_eqz(d->realm, c->realm))
        return false;
    if (c->algorithms && !(c->algorithms >> d->algorithm & 1))
        return false;
    return c->password || digest_ready(c, d->algorithm);
}

static bool has_token(struct slice list, const char *token)
{
    struct slice value;

    while (sip_value_next(&list, &value))
        if (slice_caseeqz(value, token))
            return true;
    return false;
}

/* The strongest challenge of one header for which there are credentials. */
static void choose(struct choice *best, const struct sip_msg *r, enum sip_header_id id,
                   sip_creds_h *creds, void *arg)
{
    for (unsigned i = r->first[id]; i != 255; i = r->headers[i].next) {
        struct choice x = {0};

        if (sip_digest_parse(&x.d, sip_msg_header_value(r, i)) || !slice_is_set(x.d.realm) ||
            !slice_is_set(x.d.nonce))
            continue;
        x.strength = strength_of(x.d.algorithm);
        if (x.strength > best->strength && creds(x.d.realm, &x.c, arg) && fits(&x.c, &x.d))
            *best = x;
    }
}

/* @return whether it can stand between quotes as it is */
static bool is_quotable(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] == '"' || s.p[i] == '\\' || (unsigned char)s.p[i] < ' ')
            return false;
    return true;
}

static void add_quoted(struct buf *b, const char *name, struct slice value)
{
    buf_addz(b, name);
    buf_addz(b, "=\"");
    buf_adds(b, value);
    buf_addz(b, "\"");
}

static int print(struct buf *b, const struct choice *x, const char *response, bool is_proxy)
{
    const struct sip_digest *d = &x->d;

    buf_addz(b, is_proxy ? "Proxy-Authorization: Digest " : "Authorization: Digest ");
    add_quoted(b, "username", slice_of(x->c.user));
    add_quoted(b, ",realm", d->realm);
    add_quoted(b, ",nonce", d->nonce);
    add_quoted(b, ",uri", d->uri);
    add_quoted(b, ",response", slice_of(response));
    buf_addz(b, ",algorithm=");
    buf_addz(b, digest_name(d->algorithm));
    if (slice_is_set(d->opaque))
        add_quoted(b, ",opaque", d->opaque);
    if (d->qop.len) {
        buf_addz(b, ",qop=");
        buf_adds(b, d->qop);
        buf_addz(b, ",nc=");
        buf_adds(b, d->nc);
    }
    if (d->cnonce.len)
        add_quoted(b, ",cnonce", d->cnonce);
    return buf_addz(b, "\r\n");
}

static int answer_one(struct buf *b, struct choice *x, enum sip_method method, struct slice uri,
                      struct slice body, bool is_proxy)
{
    struct sip_digest *d = &x->d;
    char cnonce[17], response[65];
    int err;

    if (!is_quotable(slice_of(x->c.user)))
        return EINVAL;
    rand_text(cnonce, sizeof(cnonce) - 1);
    d->uri = uri;
    if (slice_is_set(d->qop) && has_token(d->qop, "auth"))
        d->qop = SLICE("auth");
    else if (slice_is_set(d->qop) && has_token(d->qop, "auth-int"))
        d->qop = SLICE("auth-int");
    else
        d->qop = SLICE_NONE;
    d->nc = SLICE("00000001");
    d->cnonce = d->qop.len || strength_of(d->algorithm) % 2 == 0 ? slice_of(cnonce) : SLICE_NONE;
    err = sip_digest_response(d, &x->c, slice_of(sip_method_name(method)), body, response);
    return err ? err : print(b, x, response, is_proxy);
}

int sip_auth_answer(struct buf *headers, const struct sip_msg *response, enum sip_method method,
                    struct slice uri, struct slice body, sip_creds_h *creds, void *arg)
{
    struct choice www = {0}, proxy = {0};
    int err = 0;

    if (!creds)
        return ENOENT;
    choose(&www, response, SIP_H_WWW_AUTHENTICATE, creds, arg);
    choose(&proxy, response, SIP_H_PROXY_AUTHENTICATE, creds, arg);
    if (!www.strength && !proxy.strength)
        return ENOENT;
    if (www.strength)
        err = answer_one(headers, &www, method, uri, body, false);
    if (!err && proxy.strength)
        err = answer_one(headers, &proxy, method, uri, body, true);
    return err;
}

static bool is_stale_in(const struct sip_msg *r, enum sip_header_id id)
{
    struct sip_digest d;

    for (unsigned i = r->first[id]; i != 255; i = r->headers[i].next)
        if (!sip_digest_parse(&d, sip_msg_header_value(r, i)) && d.is_stale)
            return true;
    return false;
}

bool sip_auth_is_stale(const struct sip_msg *response)
{
    return is_stale_in(response, SIP_H_WWW_AUTHENTICATE) ||
           is_stale_in(response, SIP_H_PROXY_AUTHENTICATE);
}
