/* buf.c - see buf.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

#define PRINT_GUESS 48 /* bytes that a formatted text is thought to need */

void buf_init(struct buf *b, size_t limit)
{
    memset(b, 0, sizeof(*b));
    b->limit = limit;
}

void buf_fini(struct buf *b)
{
    mem_free(b->p);
    buf_init(b, b->limit);
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->err = 0;
    if (b->p)
        b->p[0] = '\0';
}

static int make_room(struct buf *b, size_t more)
{
    size_t cap;
    char *p;

    if (b->err)
        return b->err;
    if (more > b->limit - b->len)
        return b->err = ENOSPC;
    if (b->len + more + 1 <= b->cap)
        return 0;
    cap = b->cap ? b->cap : 64;
    while (cap < b->len + more + 1)
        cap *= 2;
    p = mem_realloc(b->p, cap);
    if (!p)
        return b->err = ENOMEM;
    b->p = p;
    b->cap = cap;
    return 0;
}

int buf_add(struct buf *b, const void *p, size_t len)
{
    if ((b->err || len >= b->cap - b->len || len > b->limit - b->len) && make_room(b, len))
        return b->err;
    if (len)
        memcpy(b->p + b->len, p, len);
    b->len += len;
    b->p[b->len] = '\0';
    return 0;
}

int buf_adds(struct buf *b, struct slice s)
{
    return buf_add(b, s.p, s.len);
}

int buf_addc(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

int buf_addu(struct buf *b, unsigned long long v)
{
    char digits[20];
    size_t n = sizeof(digits);

    do
        digits[--n] = (char)('0' + v % 10);
    while (v /= 10);
    return buf_add(b, digits + n, sizeof(digits) - n);
}

/* Mostly the text fits where it goes, and is formatted once. */
int buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
    const size_t guess = b->limit - b->len < PRINT_GUESS ? b->limit - b->len : PRINT_GUESS;
    va_list again;
    size_t room;
    int n;

    if (make_room(b, guess))
        return b->err;
    room = b->cap - b->len;
    if (room > b->limit - b->len + 1)
        room = b->limit - b->len + 1;
    va_copy(again, ap);
    n = vsnprintf(b->p + b->len, room, fmt, ap);
    if (n < 0)
        b->err = EINVAL;
    else if ((size_t)n < room)
        b->len += (size_t)n;
    else if (!make_room(b, (size_t)n))
        b->len += (size_t)vsnprintf(b->p + b->len, (size_t)n + 1, fmt, again);
    if (b->err)
        b->p[b->len] = '\0';
    va_end(again);
    return b->err;
}

int buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    int err;

    va_start(ap, fmt);
    err = buf_vprintf(b, fmt, ap);
    va_end(ap);
    return err;
}

struct slice buf_slice(const struct buf *b)
{
    return slice_from(b->p ? b->p : "", b->len);
}

const char *buf_z(const struct buf *b)
{
    return b->p ? b->p : "";
}

char *buf_take(struct buf *b)
{
    char *p = NULL;

    if (!b->err)
        p = b->p ? b->p : mem_strdup("");
    else
        mem_free(b->p);
    buf_init(b, b->limit);
    return p;
}

/* @return bytes of the character at the beginning of s, when it may stay as it is; else 0 */
static size_t plain_len(struct slice s)
{
    const char c = s.p[0];

    if (c == '\n' || c == '\t' || (c == '\r' && s.len > 1 && s.p[1] == '\n'))
        return 1;
    return utf8_shown(s);
}

int buf_add_plain(struct buf *b, struct slice bytes)
{
    size_t begin = 0, at = 0;

    while (at < bytes.len) {
        size_t len = plain_len(slice_skip(bytes, at));

        if (!len) {
            buf_add(b, bytes.p + begin, at - begin);
            buf_printf(b, "\\x%02x", (unsigned char)bytes.p[at]);
            begin = at + 1;
        }
        at += len ? len : 1;
    }
    return buf_add(b, bytes.p + begin, at - begin);
}
