/* utf8.c - see utf8.h */
#include "base/utf8.h"

size_t utf8_length(struct slice s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t len;

    if (!s.len)
        return 0;
    len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (!len || len > s.len || p[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return len;
}

size_t utf8_shown(struct slice s)
{
    const size_t len = utf8_length(s);
    const unsigned char *p = (const unsigned char *)s.p;

    if (len == 1)
        return p[0] >= ' ' && p[0] != 0x7f;
    return len == 2 && p[0] == 0xc2 && p[1] < 0xa0 ? 0 : len;
}

bool utf8_is_valid(struct slice s)
{
    while (s.len) {
        const size_t len = utf8_length(s);

        if (!len)
            return false;
        s = slice_skip(s, len);
    }
    return true;
}

int utf8_repair(struct slice s, struct buf *out)
{
    while (s.len) {
        const size_t len = utf8_length(s);

        if (len)
            buf_add(out, s.p, len);
        else
            buf_addz(out, "\xef\xbf\xbd");
        s = slice_skip(s, len ? len : 1);
    }
    return buf_err(out);
}

int utf8_json(struct slice s, struct buf *out)
{
    buf_addc(out, '"');
    while (s.len) {
        const unsigned char c = (unsigned char)*s.p;
        const size_t len = utf8_length(s);

        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c < ' ')
            buf_printf(out, "\\u%04x", c);
        else if (len)
            buf_add(out, s.p, len);
        else
            buf_addz(out, "\xef\xbf\xbd");
        s = slice_skip(s, len ? len : 1);
    }
    return buf_addc(out, '"');
}
