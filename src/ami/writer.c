/* ami/writer.c - see writer.h */
#include "ami/writer.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static bool is_line_end(char c)
{
    return c == '\r' || c == '\n' || c == '\0';
}

static size_t plain_length(struct slice s)
{
    size_t n = 0;

    while (n < s.len && !is_line_end(s.p[n]))
        n++;
    return n;
}

int ami_put_value(struct buf *b, struct slice value)
{
    for (;;) {
        const size_t n = plain_length(value);

        if (n)
            buf_add(b, value.p, n);
        if (n == value.len)
            return buf_err(b);
        buf_addz(b, value.p[n] == '\r' ? "\\r" : value.p[n] == '\n' ? "\\n" : "\\0");
        value = slice_skip(value, n + 1);
    }
}

int ami_put(struct buf *b, const char *name, struct slice value)
{
    buf_addz(b, name);
    buf_add(b, ": ", 2);
    ami_put_value(b, value);
    return buf_add(b, "\r\n", 2);
}

int ami_putz(struct buf *b, const char *name, const char *value)
{
    return ami_put(b, name, value ? slice_of(value) : SLICE(""));
}

int ami_putu(struct buf *b, const char *name, uint64_t value)
{
    buf_addz(b, name);
    buf_add(b, ": ", 2);
    buf_addu(b, value);
    return buf_add(b, "\r\n", 2);
}

int ami_putf(struct buf *b, const char *name, const char *fmt, ...)
{
    struct buf text;
    va_list ap;
    int err;

    buf_init(&text, b->limit);
    va_start(ap, fmt);
    err = buf_vprintf(&text, fmt, ap);
    va_end(ap);
    if (!err)
        err = ami_put(b, name, buf_slice(&text));
    else if (!b->err)
        b->err = err;
    buf_fini(&text);
    return err;
}

int ami_put_named(struct buf *b, struct slice name, struct slice value)
{
    for (size_t i = 0; i < name.len; i++)
        if (!is_line_end(name.p[i]) && name.p[i] != ':')
            buf_addc(b, name.p[i]);
    buf_add(b, ": ", 2);
    ami_put_value(b, value);
    return buf_add(b, "\r\n", 2);
}

int ami_end(struct buf *b)
{
    return buf_add(b, "\r\n", 2);
}

int ami_ask(struct buf *b, const char *name, struct slice value)
{
    if (plain_length(slice_of(name)) != strlen(name) || strchr(name, ':') || !*name ||
        plain_length(value) != value.len)
        return EINVAL;
    return ami_put(b, name, value);
}
