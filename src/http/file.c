/* http/file.c - answers that the front sends from the state directory (server.h) */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "http/server_inner.h"

enum { PATH_BYTES = 2048, NAME_BYTES = 255 };
#define FIELD_MAX (4 * PATH_BYTES)
#define INNER "/.file/" /* role/front_conf.c has the folders that are there */

/* What stands for itself in a path and in a value of RFC 8187. */
static bool is_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static void put_escaped(struct buf *b, struct slice s, char also)
{
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char c = (unsigned char)s.p[i];

        if (is_plain(c) || (also && c == (unsigned char)also))
            buf_addc(b, (char)c);
        else
            buf_printf(b, "%%%02X", c);
    }
}

/* No "..", nothing empty, nothing hidden, no way out. */
static bool is_inside(struct slice path)
{
    unsigned parts = 0;

    if (!path.len || path.len > PATH_BYTES)
        return false;
    while (slice_is_set(path)) {
        const struct slice part = slice_cut(path, '/', &path);

        if (!part.len || part.p[0] == '.')
            return false;
        parts++;
    }
    return parts > 1;
}

static int print_path(struct buf *b, const char *path)
{
    if (!is_inside(slice_of(path)))
        return EINVAL;
    buf_addz(b, INNER);
    put_escaped(b, slice_of(path), '/');
    return buf_err(b);
}

/* For who does not know filename*: what is not plain ASCII is a line. */
static void put_fallback(struct buf *b, struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        const unsigned char c = (unsigned char)name.p[i];

        if ((c & 0xC0) != 0x80) /* one for each letter */
            buf_addc(b, is_plain(c) || c == ' ' ? (char)c : '_');
    }
}

/* attachment; filename="..."; filename*=UTF-8''... */
static int print_disposition(struct buf *b, const struct http_file *f)
{
    const struct slice name = slice_of(f->name);

    if (name.len > NAME_BYTES)
        return EINVAL;
    buf_addz(b, f->is_inline ? "inline; filename=\"" : "attachment; filename=\"");
    put_fallback(b, name);
    buf_addz(b, "\"; filename*=UTF-8''");
    put_escaped(b, name, 0);
    return buf_err(b);
}

int http_reply_file(struct http_request *r, const struct http_file *f,
                    const struct http_field *fields)
{
    struct http_field all[16] = {{0}};
    struct buf path, disposition, nothing;
    int n = 0, err;

    buf_init(&path, FIELD_MAX);
    buf_init(&disposition, FIELD_MAX);
    buf_init(&nothing, 0);
    err = print_path(&path, f->path);
    if (!err && f->name)
        err = print_disposition(&disposition, f);
    if (err)
        goto out;
    for (; n < 13 && fields && fields->name; n++)
        all[n] = *fields++;
    all[n++] = (struct http_field){"X-Accel-Redirect", buf_z(&path)};
    if (f->name)
        all[n++] = (struct http_field){"Content-Disposition", buf_z(&disposition)};
    err = http_reply(r, 200, f->type, all, &nothing);
out:
    buf_fini(&path);
    buf_fini(&disposition);
    return err;
}
