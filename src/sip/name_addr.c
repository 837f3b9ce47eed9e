/* name_addr.c - name-addr, parameter lists and comma lists of uri.h */
#include <errno.h>
#include <string.h>

#include "sip/lex.h"
#include "sip/uri.h"

/* The same with quotes (and, for comma lists, <>) that may hide a separator. */
static size_t protected_end(struct slice s, char sep, bool keep_angles)
{
    bool is_angle = false;

    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];

        if (c == '"' && !is_angle) {
            size_t n = lex_quoted(slice_skip(s, i));

            if (n == 0)
                return s.len;
            i += n - 1;
        } else if (keep_angles && c == '<') {
            is_angle = true;
        } else if (keep_angles && c == '>') {
            is_angle = false;
        } else if (c == sep && !is_angle) {
            return i;
        }
    }
    return s.len;
}

/* End of the first element of a list: index of the separator; s.len without one. */
static size_t element_end(struct slice s, char sep, bool keep_angles)
{
    const char *end = s.len ? memchr(s.p, sep, s.len) : NULL;
    size_t n = end ? (size_t)(end - s.p) : s.len;

    /* Mostly nothing in front of it could hide it. */
    if (!end || (!memchr(s.p, '"', n) && (!keep_angles || !memchr(s.p, '<', n))))
        return n;
    return protected_end(s, sep, keep_angles);
}

bool sip_value_next(struct slice *rest, struct slice *value)
{
    size_t n;

    if (!slice_is_set(*rest))
        return false;
    n = element_end(*rest, ',', true);
    *value = lex_trim(slice_from(rest->p, n));
    *rest = n < rest->len ? slice_skip(*rest, n + 1) : SLICE_NONE;
    return true;
}

static struct slice unquote(struct slice s)
{
    if (s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"')
        return slice_from(s.p + 1, s.len - 2);
    return s;
}

bool sip_param_next(struct slice *rest, struct slice *name, struct slice *value)
{
    struct slice part;
    size_t n;

    if (!slice_is_set(*rest))
        return false;
    n = element_end(*rest, ';', false);
    part = slice_from(rest->p, n);
    *rest = n < rest->len ? slice_skip(*rest, n + 1) : SLICE_NONE;
    *name = lex_trim(slice_cut(part, '=', value));
    if (slice_is_set(*value))
        *value = unquote(lex_trim(*value));
    else
        *value = SLICE("");
    return true;
}

bool sip_param(struct slice params, const char *name, struct slice *value)
{
    struct slice n, v, want = slice_of(name);

    while (sip_param_next(&params, &n, &v)) {
        if (!slice_caseeq(n, want))
            continue;
        if (value)
            *value = v;
        return true;
    }
    return false;
}

/* Display name before '<': a quoted string, or words. */
static int parse_display(struct sip_name_addr *n, struct slice s)
{
    s = lex_trim(s);
    if (s.len == 0)
        return 0;
    if (s.p[0] == '"') {
        if (lex_quoted(s) != s.len)
            return EINVAL;
        n->display = slice_from(s.p + 1, s.len - 2);
        return 0;
    }
    /* Words should be tokens; other bytes are let through but those that make it ambiguous. */
    if (!lex_all(s, LEX_WORDS))
        return EINVAL;
    n->display = s;
    return 0;
}

/* What follows the address: nothing, or ";name=value" any number of times. */
static int parse_params(struct sip_name_addr *n, struct slice s)
{
    struct slice rest, name, value;

    s = lex_trim(s);
    if (s.len == 0)
        return 0;
    if (s.p[0] != ';')
        return EINVAL;
    rest = n->params = slice_skip(s, 1);
    while (sip_param_next(&rest, &name, &value))
        if (!lex_all(name, LEX_TOKEN) || (value.len && value.p[0] == '"'))
            return EINVAL;
    return 0;
}

static int parse_angle(struct sip_name_addr *n, struct slice s, size_t open)
{
    struct slice tail = slice_skip(s, open + 1);
    ptrdiff_t close = slice_chr(tail, '>');

    if (close < 0 || parse_display(n, slice_from(s.p, open)))
        return EINVAL;
    n->uri = slice_from(tail.p, (size_t)close);
    if (!lex_all(n->uri, LEX_URI) || slice_chr(n->uri, ':') <= 0)
        return EINVAL;
    return parse_params(n, slice_skip(tail, (size_t)close + 1));
}

/* Without <>: parameters belong to the header, and the URI may hold neither ',' nor '?'. */
static int parse_bare(struct sip_name_addr *n, struct slice s)
{
    size_t end = 0;

    while (end < s.len && s.p[end] != ';')
        end++;
    n->uri = lex_trim(slice_from(s.p, end));
    if (!lex_all(n->uri, LEX_URI) || slice_chr(n->uri, ':') <= 0)
        return EINVAL;
    if (slice_chr(n->uri, ',') >= 0 || slice_chr(n->uri, '?') >= 0)
        return EINVAL;
    return parse_params(n, slice_skip(s, end));
}

int sip_name_addr_parse(struct sip_name_addr *n, struct slice text)
{
    struct slice s = lex_trim(text);
    const char *angle;
    size_t open = 0;

    memset(n, 0, sizeof(*n));
    if (s.len == 1 && s.p[0] == '*') {
        n->is_star = true;
        return 0;
    }
    if (s.len && s.p[0] == '"') {
        open = lex_quoted(s);
        if (open == 0)
            return EINVAL;
    }
    angle = open < s.len ? memchr(s.p + open, '<', s.len - open) : NULL;
    return angle ? parse_angle(n, s, (size_t)(angle - s.p)) : parse_bare(n, s);
}

int sip_display_copy(const struct sip_name_addr *n, char *out, size_t size)
{
    struct slice s = n->display;
    size_t len = 0;

    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] == '\\' && i + 1 < s.len)
            i++;
        if (len + 1 >= size) {
            out[len] = '\0';
            return ENOSPC;
        }
        if ((unsigned char)s.p[i] >= ' ' && s.p[i] != 0x7f)
            out[len++] = s.p[i];
    }
    out[len] = '\0';
    return 0;
}

int sip_name_addr_print(struct buf *b, struct slice display, struct slice uri)
{
    if (display.len) {
        buf_addc(b, '"');
        for (size_t i = 0; i < display.len; i++) {
            unsigned char c = (unsigned char)display.p[i];

            if (c < ' ' || c == 0x7f)
                continue;
            if (c == '"' || c == '\\')
                buf_addc(b, '\\');
            buf_addc(b, (char)c);
        }
        buf_addz(b, "\" ");
    }
    buf_addc(b, '<');
    buf_adds(b, uri);
    return buf_addc(b, '>');
}
