/* multipart.c - sip_msg_body of message.h: the part of a body that has a type (RFC 2046, RFC 5621) */
#include <string.h>

#include "sip/lex.h"
#include "sip/message.h"

#define DEPTH_MAX 2
#define PARTS_MAX 16
#define BOUNDARY_MAX 70

/* A stretch of body with its Content-Type. */
struct part {
    struct slice type, body;
};

static struct slice media_type(struct slice content_type)
{
    struct slice rest;

    return lex_trim(slice_cut(content_type, ';', &rest));
}

/* @return whether s starts with "--boundary" and what may follow it on its line */
static bool is_delimiter(struct slice s, struct slice boundary, bool *is_last, size_t *len)
{
    size_t n = boundary.len + 2;

    if (s.len < n || s.p[0] != '-' || s.p[1] != '-' || memcmp(s.p + 2, boundary.p, boundary.len))
        return false;
    *is_last = s.len >= n + 2 && s.p[n] == '-' && s.p[n + 1] == '-';
    if (*is_last)
        n += 2;
    while (n < s.len && (s.p[n] == ' ' || s.p[n] == '\t'))
        n++;
    if (n < s.len && s.p[n] == '\r')
        n++;
    if (n < s.len && s.p[n] != '\n')
        return false;
    *len = n < s.len ? n + 1 : n;
    return true;
}

/* The next delimiter at the start of a line from `at` on. @return its offset, or s.len */
static size_t find_delimiter(struct slice s, size_t at, struct slice boundary, bool *is_last,
                             size_t *len)
{
    while (at < s.len) {
        const char *nl;

        if (is_delimiter(slice_skip(s, at), boundary, is_last, len))
            return at;
        nl = memchr(s.p + at, '\n', s.len - at);
        if (!nl)
            break;
        at = (size_t)(nl - s.p) + 1;
    }
    return s.len;
}

/* Headers of one part, up to its empty line. */
static void read_part(struct part *p, struct slice text)
{
    struct slice line, value;

    p->type = SLICE("text/plain");
    p->body = text;
    while (slice_is_set(p->body) && p->body.len) {
        line = lex_trim(slice_cut(p->body, '\n', &p->body));
        if (line.len == 0)
            return;
        line = slice_cut(line, ':', &value);
        if (slice_is_set(value) && sip_header_parse(lex_trim(line)) == SIP_H_CONTENT_TYPE)
            p->type = lex_trim(value);
    }
    p->body = SLICE_NONE; /* no empty line: no body */
}

/* The line end before a delimiter belongs to the delimiter. */
static struct slice cut_line_end(struct slice s)
{
    if (s.len && s.p[s.len - 1] == '\n')
        s.len--;
    if (s.len && s.p[s.len - 1] == '\r')
        s.len--;
    return s;
}

static struct slice find(const struct part *whole, const char *type, unsigned depth);

static struct slice find_in_parts(const struct part *whole, struct slice boundary, const char *type,
                                  unsigned depth)
{
    struct slice s = whole->body, found = SLICE_NONE, x;
    bool takes_last = slice_caseeqz(media_type(whole->type), "multipart/alternative");
    bool is_last = false;
    size_t len = 0, at = find_delimiter(s, 0, boundary, &is_last, &len);

    for (unsigned n = 0; n < PARTS_MAX && at < s.len && !is_last; n++) {
        size_t from = at + len;
        struct part p;

        at = find_delimiter(s, from, boundary, &is_last, &len);
        read_part(&p, cut_line_end(slice_from(s.p + from, at - from)));
        x = find(&p, type, depth + 1);
        if (slice_is_set(x))
            found = x;
        if (slice_is_set(found) && !takes_last)
            break;
    }
    return found;
}

static struct slice find(const struct part *whole, const char *type, unsigned depth)
{
    struct slice name = media_type(whole->type), params, boundary;

    if (whole->body.len == 0)
        return SLICE_NONE;
    if (slice_caseeqz(name, type))
        return whole->body;
    if (depth >= DEPTH_MAX || !slice_casestarts(name, SLICE("multipart/")))
        return SLICE_NONE;
    slice_cut(whole->type, ';', &params);
    if (!slice_is_set(params) || !sip_param(params, "boundary", &boundary) || boundary.len == 0 ||
        boundary.len > BOUNDARY_MAX)
        return SLICE_NONE;
    return find_in_parts(whole, boundary, type, depth);
}

struct slice sip_msg_body(const struct sip_msg *m, const char *type)
{
    struct part whole = {sip_msg_get(m, SIP_H_CONTENT_TYPE), m->body};

    if (!slice_is_set(whole.type))
        return SLICE_NONE;
    return find(&whole, type, 0);
}
