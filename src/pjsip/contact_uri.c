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

static bool is_one_of(struct slice name, const char *const *names)
{
    for (; *names; names++)
        if (slice_caseeqz(name, *names))
            return true;
    return false;
}

/* All parameters but those named. */
static void add_params(struct buf *out, struct slice params, const char *const *without)
{
    struct slice rest = params;

    while (rest.len) {
        struct slice one = slice_cut(rest, ';', &rest);
        struct slice ignored, name = slice_trim(slice_cut(one, '=', &ignored));

        if (!name.len || is_one_of(name, without))
            continue;
        buf_addc(out, ';');
        buf_adds(out, one);
    }
}

static void add_headers(struct buf *out, const struct sip_uri *uri)
{
    if (!slice_is_set(uri->headers))
        return;
    buf_addc(out, '?');
    buf_adds(out, uri->headers);
}

int contact_uri_make(struct buf *out, const struct sip_uri *uri, const struct sip_flow *flow,
                     bool is_rewritten)
{
    /* where it is reached is the source: nothing may name another host or transport */
    static const char *const replaced[] = {orig_param, "transport", "maddr", NULL};
    enum sip_transport t = sip_binding_transport(flow->binding);
    char source[ADDR_TEXT];

    if (!is_rewritten)
        return buf_adds(out, uri->text);
    add_user(out, uri);
    buf_addz(out, addr_text(&flow->remote, source));
    add_params(out, uri->params, replaced);
    if (t != SIP_UDP)
        buf_addz(out, t == SIP_TLS ? ";transport=tls" : ";transport=tcp");
    buf_printf(out, ";%s=", orig_param);
    add_host(out, uri->host, uri->port);
    add_headers(out, uri);
    return buf_err(out);
}

static struct slice without_headers(const struct sip_uri *uri)
{
    if (!slice_is_set(uri->headers))
        return uri->text;
    return slice_from(uri->text.p, (size_t)(uri->headers.p - 1 - uri->text.p));
}

static int print_kept(struct buf *out, struct slice kept, bool is_restored, bool has_headers)
{
    static const char *const ours[] = {orig_param, NULL};
    struct slice orig = SLICE_NONE;
    struct sip_uri uri;

    if (sip_uri_parse(&uri, kept))
        return EINVAL;
    if (uri.scheme != SIP_SCHEME_SIP && uri.scheme != SIP_SCHEME_SIPS)
        return buf_adds(out, kept);
    if (!sip_uri_param(&uri, orig_param, &orig))
        return buf_adds(out, has_headers ? kept : without_headers(&uri));
    add_user(out, &uri);
    if (is_restored)
        buf_adds(out, orig);
    else
        add_host(out, uri.host, uri.port);
    add_params(out, uri.params, ours);
    if (has_headers)
        add_headers(out, &uri);
    return buf_err(out);
}

int contact_uri_restore(struct buf *out, struct slice kept)
{
    return print_kept(out, kept, true, true);
}

int contact_uri_request(struct buf *out, struct slice kept)
{
    return print_kept(out, kept, true, false);
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
    return print_kept(out, kept, is_reliable(kept), false);
}
