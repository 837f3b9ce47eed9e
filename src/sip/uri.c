/* uri.c - see uri.h */
#include <errno.h>
#include <string.h>

#include "base/addr.h"
#include "base/hex.h"
#include "sip/lex.h"
#include "sip/uri.h"

#define LIST_MAX 32

static enum sip_scheme scheme_of(struct slice s)
{
    if (slice_caseeq(s, SLICE("sip")))
        return SIP_SCHEME_SIP;
    if (slice_caseeq(s, SLICE("sips")))
        return SIP_SCHEME_SIPS;
    if (slice_caseeq(s, SLICE("tel")))
        return SIP_SCHEME_TEL;
    return SIP_SCHEME_OTHER;
}

static int parse_port(struct sip_uri *u, struct slice s)
{
    uint32_t port;

    if (slice_u32(s, &port) || port == 0 || port > 65535)
        return EINVAL;
    u->port = (uint16_t)port;
    return 0;
}

/* "host", "host:port", "[v6]:port" */
static int parse_hostport(struct sip_uri *u, struct slice s)
{
    struct slice port;
    struct addr a;

    if (s.len && s.p[0] == '[') {
        ptrdiff_t end = slice_chr(s, ']');

        if (end < 0)
            return EINVAL;
        u->host = slice_from(s.p, (size_t)end + 1);
        if (addr_parse_host(&a, u->host, 0))
            return EINVAL;
        s = slice_skip(s, (size_t)end + 1);
        if (s.len == 0)
            return 0;
        return s.p[0] == ':' ? parse_port(u, slice_skip(s, 1)) : EINVAL;
    }
    u->host = slice_cut(s, ':', &port);
    if (!lex_all(u->host, LEX_HOST) || u->host.p[0] == '.' || u->host.len > 255)
        return EINVAL;
    return slice_is_set(port) ? parse_port(u, port) : 0;
}

static int parse_user(struct sip_uri *u, struct slice s)
{
    u->user = slice_cut(s, ':', &u->password);
    if (!lex_all(u->user, LEX_USER))
        return EINVAL;
    for (size_t i = 0; i < u->password.len; i++)
        if (!lex_is(u->password.p[i], LEX_USER) && u->password.p[i] != ':')
            return EINVAL;
    return 0;
}

/* Comparing two lists takes time by the product of their lengths. @return whether s has too many */
static bool is_too_long(struct slice s, char sep)
{
    unsigned n = 0;

    for (size_t i = 0; s.len > LIST_MAX && i < s.len; i++)
        n += s.p[i] == sep;
    return n >= LIST_MAX;
}

static int check_lists(const struct sip_uri *u)
{
    if ((u->params.len && !lex_all(u->params, LEX_PARAM)) || is_too_long(u->params, ';'))
        return EINVAL;
    return (u->headers.len && !lex_all(u->headers, LEX_PARAM)) || is_too_long(u->headers, '&')
               ? EINVAL
               : 0;
}

static int parse_tail(struct sip_uri *u, struct slice s)
{
    if (s.len == 0)
        return 0;
    if (s.p[0] == ';') {
        u->params = slice_cut(slice_skip(s, 1), '?', &u->headers);
        if (!u->params.len)
            return EINVAL;
    } else {
        u->headers = slice_skip(s, 1);
    }
    return check_lists(u);
}

static int parse_tel(struct sip_uri *u, struct slice s)
{
    u->user = slice_cut(s, ';', &u->params);
    return lex_all(u->user, LEX_USER) ? check_lists(u) : EINVAL;
}

static int parse_sip(struct sip_uri *u, struct slice s)
{
    ptrdiff_t at = slice_chr(s, '@');
    size_t n;

    if (at >= 0) {
        if (parse_user(u, slice_from(s.p, (size_t)at)))
            return EINVAL;
        s = slice_skip(s, (size_t)at + 1);
    }
    for (n = 0; n < s.len && s.p[n] != ';' && s.p[n] != '?'; n++)
        ;
    if (parse_hostport(u, slice_from(s.p, n)))
        return EINVAL;
    return parse_tail(u, slice_skip(s, n));
}

int sip_uri_parse(struct sip_uri *u, struct slice text)
{
    ptrdiff_t colon = slice_chr(text, ':');
    struct slice scheme, rest;

    memset(u, 0, sizeof(*u));
    if (colon <= 0 || text.len > SIP_URI_MAX)
        return EINVAL;
    scheme = slice_from(text.p, (size_t)colon);
    if (!lex_all(scheme, LEX_TOKEN))
        return EINVAL;
    u->text = text;
    u->scheme = scheme_of(scheme);
    rest = slice_skip(text, (size_t)colon + 1);
    if (u->scheme == SIP_SCHEME_OTHER)
        return rest.len && !memchr(rest.p, ' ', rest.len) ? 0 : EINVAL;
    return u->scheme == SIP_SCHEME_TEL ? parse_tel(u, rest) : parse_sip(u, rest);
}

bool sip_uri_param(const struct sip_uri *u, const char *name, struct slice *value)
{
    return sip_param(u->params, name, value);
}

/* Next byte of an escaped text, resolved; -1 at the end. */
static int next_byte(struct slice *s)
{
    int c;

    if (s->len == 0)
        return -1;
    c = (unsigned char)s->p[0];
    *s = slice_skip(*s, 1);
    if (c == '%' && hex_byte(*s) >= 0) {
        c = hex_byte(*s);
        *s = slice_skip(*s, 2);
    }
    return c;
}

static bool escaped_eq(struct slice a, struct slice b)
{
    int x, y;

    do {
        x = next_byte(&a);
        y = next_byte(&b);
    } while (x == y && x >= 0);
    return x == y;
}

bool sip_user_eq(struct slice a, struct slice b)
{
    return escaped_eq(a, b);
}

/* These must be in both or in neither; every other parameter only counts when both have it. */
static bool param_must_match(struct slice name)
{
    static const char *const names[] = {"user", "ttl", "method", "maddr", "transport"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (slice_caseeqz(name, names[i]))
            return true;
    return false;
}

static bool find_param(struct slice params, struct slice name, struct slice *value)
{
    struct slice n;

    while (sip_param_next(&params, &n, value))
        if (slice_caseeq(n, name))
            return true;
    return false;
}

static bool params_eq(struct slice a, struct slice b)
{
    struct slice rest = a, name, value, other;

    while (sip_param_next(&rest, &name, &value)) {
        if (!find_param(a, name, &value)) /* of a repeated one the first counts */
            continue;
        if (find_param(b, name, &other)) {
            if (!slice_caseeq(value, other))
                return false;
        } else if (param_must_match(name)) {
            return false;
        }
    }
    return true;
}

static bool headers_within(struct slice a, struct slice b)
{
    struct slice part, other;

    while (slice_is_set(a) && a.len) {
        struct slice rest = b;
        bool is_found = false;

        part = slice_cut(a, '&', &a);
        while (!is_found && slice_is_set(rest) && rest.len) {
            other = slice_cut(rest, '&', &rest);
            is_found = slice_caseeq(part, other);
        }
        if (!is_found)
            return false;
    }
    return true;
}

bool sip_uri_eq(const struct sip_uri *a, const struct sip_uri *b)
{
    if (a->scheme != b->scheme)
        return false;
    if (a->scheme == SIP_SCHEME_OTHER)
        return slice_eq(a->text, b->text);
    return slice_is_set(a->user) == slice_is_set(b->user) && escaped_eq(a->user, b->user) &&
           escaped_eq(a->password, b->password) && slice_caseeq(a->host, b->host) &&
           a->port == b->port && params_eq(a->params, b->params) &&
           params_eq(b->params, a->params) && headers_within(a->headers, b->headers) &&
           headers_within(b->headers, a->headers);
}

int sip_unescape(struct slice s, char *out, size_t size)
{
    size_t n = 0;

    while (s.len) {
        bool is_escape = s.p[0] == '%';
        size_t before = s.len;
        int c = next_byte(&s);

        if ((is_escape && before - s.len != 3) || c < ' ' || c == 0x7f) {
            out[0] = '\0';
            return EINVAL;
        }
        if (n + 1 >= size) {
            out[n] = '\0';
            return ENOSPC;
        }
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return 0;
}

static bool is_plain_in_user(unsigned char c)
{
    return lex_is((char)c, LEX_USER) && c < 0x80 && c != '%' && c != '#';
}

static bool is_escape(struct slice s)
{
    return s.len && s.p[0] == '%' && hex_byte(slice_skip(s, 1)) >= 0;
}

static int add_user(struct buf *b, struct slice s, bool keep_escapes)
{
    static const char hex[] = "0123456789ABCDEF";

    while (s.len) {
        size_t n = 0;

        while (n < s.len && (is_plain_in_user((unsigned char)s.p[n]) ||
                             (keep_escapes && is_escape(slice_skip(s, n)))))
            n++;
        buf_add(b, s.p, n);
        s = slice_skip(s, n);
        if (s.len) {
            unsigned char c = (unsigned char)s.p[0];
            char text[3] = {'%', hex[c >> 4], hex[c & 15]};

            buf_add(b, text, sizeof(text));
            s = slice_skip(s, 1);
        }
    }
    return buf_err(b);
}

int sip_escape_user(struct buf *b, struct slice s)
{
    return add_user(b, s, false);
}

int sip_clean_user(struct buf *b, struct slice s)
{
    return add_user(b, s, true);
}
