/* slice.c - see slice.h */
#include <errno.h>
#include <strings.h>

#include "base/mem.h"
#include "base/slice.h"

bool slice_eq(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool slice_caseeq(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || strncasecmp(a.p, b.p, a.len) == 0);
}

bool slice_eqz(struct slice a, const char *z)
{
    return slice_eq(a, slice_of(z));
}

bool slice_caseeqz(struct slice a, const char *z)
{
    return slice_caseeq(a, slice_of(z));
}

int slice_cmp(struct slice a, struct slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.p, b.p, n) : 0;

    if (c)
        return c < 0 ? -1 : 1;
    return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

bool slice_starts(struct slice s, struct slice prefix)
{
    return s.len >= prefix.len && slice_eq(slice_from(s.p, prefix.len), prefix);
}

bool slice_casestarts(struct slice s, struct slice prefix)
{
    return s.len >= prefix.len && slice_caseeq(slice_from(s.p, prefix.len), prefix);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice s)
{
    while (s.len && is_space(s.p[0])) {
        s.p++;
        s.len--;
    }
    while (s.len && is_space(s.p[s.len - 1]))
        s.len--;
    return s;
}

struct slice slice_skip(struct slice s, size_t from)
{
    if (from > s.len)
        from = s.len;
    return (struct slice){s.p ? s.p + from : NULL, s.len - from};
}

ptrdiff_t slice_chr(struct slice s, char c)
{
    const char *f = s.len ? memchr(s.p, c, s.len) : NULL;

    return f ? f - s.p : -1;
}

struct slice slice_cut(struct slice s, char sep, struct slice *rest)
{
    ptrdiff_t at = slice_chr(s, sep);

    if (at < 0) {
        *rest = SLICE_NONE;
        return s;
    }
    *rest = slice_skip(s, (size_t)at + 1);
    return slice_from(s.p, (size_t)at);
}

int slice_u64(struct slice s, uint64_t *out)
{
    uint64_t v = 0;

    if (s.len == 0)
        return EINVAL;
    for (size_t i = 0; i < s.len; i++) {
        uint64_t d = (uint64_t)(unsigned char)s.p[i] - '0';

        if (d > 9)
            return EINVAL;
        if (v > (UINT64_MAX - d) / 10)
            return ERANGE;
        v = v * 10 + d;
    }
    *out = v;
    return 0;
}

int slice_u32(struct slice s, uint32_t *out)
{
    uint64_t v = 0;
    int err = slice_u64(s, &v);

    if (err)
        return err;
    if (v > UINT32_MAX)
        return ERANGE;
    *out = (uint32_t)v;
    return 0;
}

int slice_i64(struct slice s, int64_t *out)
{
    bool minus = s.len && s.p[0] == '-';
    uint64_t v = 0;
    int err;

    if (s.len && (s.p[0] == '-' || s.p[0] == '+'))
        s = slice_skip(s, 1);
    err = slice_u64(s, &v);
    if (err)
        return err;
    if (v > (uint64_t)INT64_MAX + (minus ? 1 : 0))
        return ERANGE;
    *out = minus ? (int64_t)(0 - v) : (int64_t)v;
    return 0;
}

char *slice_dup(struct slice s)
{
    return mem_strndup(s.p, s.len);
}

int slice_copy(struct slice s, char *out, size_t size)
{
    size_t n = s.len < size ? s.len : size - 1;

    if (n)
        memcpy(out, s.p, n);
    out[n] = '\0';
    return n == s.len ? 0 : ENOSPC;
}
