/* http/guard.c - see guard.h */
#include "http/guard.h"

static bool is_token(struct slice s)
{
    static const char others[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < s.len; i++) {
        const char c = s.p[i], l = (char)(c | 0x20);

        if (!(l >= 'a' && l <= 'z') && !(c >= '0' && c <= '9') && (!c || !strchr(others, c)))
            return false;
    }
    return s.len > 0;
}

static bool is_printable(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 0x7f)
            return false;
    return true;
}

/* Digits only: "+5", "0x5", "5, 5" and " 5" are what two readers understand in two ways. */
static bool parse_length(struct slice value, uint64_t *length)
{
    return value.len > 0 && value.len <= 19 && slice_u64(value, length) == 0;
}

void http_guard_field(struct http_guard *g, struct slice name, struct slice value)
{
    g->fields++;
    if (!is_token(name) || !is_printable(value))
        g->is_odd = true;
    if (slice_caseeqz(name, "Host"))
        g->hosts++;
    else if (slice_caseeqz(name, "Transfer-Encoding") || slice_caseeqz(name, "Upgrade") ||
             slice_caseeqz(name, "Trailer") || slice_caseeqz(name, "Expect"))
        g->encodings++;
    else if (slice_caseeqz(name, "Content-Length")) {
        g->lengths++;
        if (!parse_length(value, &g->length))
            g->is_odd = true;
    }
}

int http_guard_judge(const struct http_guard *g, uint64_t body_max)
{
    if (!slice_eqz(g->version, "HTTP/1.1") && !slice_eqz(g->version, "HTTP/1.0"))
        return 505;
    if (!is_token(g->method) || g->is_odd || g->lengths > 1 || g->hosts > 1 ||
        (g->hosts == 0 && slice_eqz(g->version, "HTTP/1.1")))
        return 400;
    if (!g->target.len || g->target.p[0] != '/' || !is_printable(g->target) ||
        slice_chr(g->target, ' ') >= 0)
        return 400;
    if (g->encodings)
        return 501;
    if (g->fields > HTTP_FIELDS_MAX)
        return 431;
    return g->length > body_max ? 413 : 0;
}
