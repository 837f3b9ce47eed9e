/* contact_uri.c - what becomes of a Contact's URI (contact.h) */
#include <errno.h>

#include "pjsip/contact.h"

static const char orig_param[] = "x-ast-orig-host";

static void add_user(struct buf *out, const struct sip_uri *uri)
{
    buf_adds(out, uri->scheme == SIP_SCHEME_SIPS ? SLICE("sips:") : SLICE("sip:"));
    if (!slice_is_set(uri->user))
        return;
    buf_adds(out, uri->user);
    if (slice_is_set(uri->password)) {
        buf_addc(out, ':');
        buf_adds(out, uri->password);
    }
    buf_addc(out, '@');
}

static void add_host(struct buf *out, struct slice host, uint16_t port)
{
    buf_adds(out, host);
    if (port)
        buf_printf(out, ":%u", port);
}

/* All parameters but those named (NULL: none). */
static void add_params(struct buf *out, struct slice params, const char *without,
                       const char *without_too)
{
    struct slice rest = params;

    while (rest.len) {
        struct slice one = slice_cut(rest, ';', &rest);
        struct slice ignored, name = slice_trim(slice_cut(one, '=', &ignored));

        if (!name.len || slice_caseeqz(name, without) ||
            (without_too && slice_caseeqz(name, without_too)))
            continue;
        buf_addc(out, ';');
        buf_adds(out, one);
    }
}

int contact_uri_make(struct buf *out, const struct sip_uri *uri, const struct sip_flow *flow,
                     bool is_rewritten)
{
    enum sip_transport t = sip_binding_transport(flow->binding);
    char source[ADDR_TEXT];

    if (!is_rewritten)
        return buf_adds(out, uri->text);
    add_user(out, uri);
    buf_addz(out, addr_text(&flow->remote, source));
    if (t == SIP_UDP) {
        add_params(out, uri->params, orig_param, NULL);
    } else {
        add_params(out, uri->params, orig_param, "transport");
        buf_addz(out, t == SIP_TLS ? ";transport=tls" : ";transport=tcp");
    }
    buf_printf(out, ";%s=", orig_param);
    add_host(out, uri->host, uri->port);
    return buf_err(out);
}

static int print_kept(struct buf *out, struct slice kept, bool is_restored)
{
    struct slice orig = SLICE_NONE;
    struct sip_uri uri;

    if (sip_uri_parse(&uri, kept))
        return EINVAL;
    if (uri.scheme != SIP_SCHEME_SIP && uri.scheme != SIP_SCHEME_SIPS)
        return buf_adds(out, kept);
    if (!sip_uri_param(&uri, orig_param, &orig))
        return buf_adds(out, kept);
    add_user(out, &uri);
    if (is_restored)
        buf_adds(out, orig);
    else
        add_host(out, uri.host, uri.port);
    add_params(out, uri.params, orig_param, NULL);
    return buf_err(out);
}

int contact_uri_restore(struct buf *out, struct slice kept)
{
    return print_kept(out, kept, true);
}

static bool is_reliable(struct slice kept)
{
    struct slice transport;
    struct sip_uri uri;

    return !sip_uri_parse(&uri, kept) &&
           (uri.scheme == SIP_SCHEME_SIPS ||
            (sip_uri_param(&uri, "transport", &transport) && !slice_caseeqz(transport, "udp")));
}

int contact_uri_reach(struct buf *out, struct slice kept)
{
    return print_kept(out, kept, is_reliable(kept));
}
