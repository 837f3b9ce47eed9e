/* codec.c - see codec.h */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "ipc/codec.h"

const struct ipc_type *ipc_type_find(const struct ipc_protocol *proto, uint16_t id)
{
    for (const struct ipc_type *t = proto->types; t->name; t++)
        if (t->id == id)
            return t;
    return NULL;
}

/* ---- integers, little endian ---- */

static size_t width_of(enum ipc_kind kind)
{
    switch (kind) {
    case IPC_U8:
    case IPC_BOOL: return 1;
    case IPC_U16: return 2;
    case IPC_U32:
    case IPC_I32: return 4;
    case IPC_U64:
    case IPC_I64: return 8;
    default: return 0;
    }
}

static void put_le(uint8_t *p, uint64_t v, size_t width)
{
    for (size_t i = 0; i < width; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

static uint64_t get_le(const uint8_t *p, size_t width)
{
    uint64_t v = 0;

    for (size_t i = 0; i < width; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

/* An integer member of the struct, in the machine's order. */
static uint64_t load(const void *p, size_t width)
{
    uint8_t b;
    uint16_t h;
    uint32_t w;
    uint64_t d;

    switch (width) {
    case 1: memcpy(&b, p, 1); return b;
    case 2: memcpy(&h, p, 2); return h;
    case 4: memcpy(&w, p, 4); return w;
    default: memcpy(&d, p, 8); return d;
    }
}

static void store(void *p, uint64_t v, size_t width)
{
    uint8_t b = (uint8_t)v;
    uint16_t h = (uint16_t)v;
    uint32_t w = (uint32_t)v;

    switch (width) {
    case 1: memcpy(p, &b, 1); break;
    case 2: memcpy(p, &h, 2); break;
    case 4: memcpy(p, &w, 4); break;
    default: memcpy(p, &v, 8); break;
    }
}

/* ---- encoding ---- */

struct writer {
    uint8_t *p;
    size_t len, size;
};

static int put_int(struct writer *w, uint64_t v, size_t width)
{
    if (w->size - w->len < width)
        return ENOSPC;
    put_le(w->p + w->len, v, width);
    w->len += width;
    return 0;
}

static int put_counted(struct writer *w, const void *p, size_t len)
{
    if (len > UINT16_MAX)
        return EINVAL;
    if (w->size - w->len < 2 + len)
        return ENOSPC;
    put_le(w->p + w->len, len, 2);
    if (len)
        memcpy(w->p + w->len + 2, p, len);
    w->len += 2 + len;
    return 0;
}

static int put_text(struct writer *w, const char *p, size_t size)
{
    const char *end = memchr(p, '\0', size);

    return end ? put_counted(w, p, (size_t)(end - p)) : EINVAL;
}

static int put_bytes(struct writer *w, const void *member, size_t most)
{
    struct slice s;

    memcpy(&s, member, sizeof(s));
    return s.len > most ? EINVAL : put_counted(w, s.p, s.len);
}

static size_t ip_bytes(uint16_t family)
{
    return family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
}

/* Family as 0, 4 or 6; then port, scope and address, unless there is none. */
static int put_addr(struct writer *w, const void *member)
{
    struct addr a;
    size_t n;

    memcpy(&a, member, sizeof(a));
    n = ip_bytes(a.family);
    if (a.family != AF_UNSPEC && n == 0)
        return EINVAL;
    if (w->size - w->len < 7 + n)
        return ENOSPC;
    put_int(w, n == 4 ? 4 : n == 16 ? 6 : 0, 1);
    if (n == 0)
        return 0;
    put_int(w, a.port, 2);
    put_int(w, a.scope, 4);
    memcpy(w->p + w->len, a.ip, n);
    w->len += n;
    return 0;
}

static int put_field(struct writer *w, const struct ipc_field *f, const char *message)
{
    const char *member = message + f->offset;

    switch (f->kind) {
    case IPC_TEXT: return put_text(w, member, f->size);
    case IPC_BYTES: return put_bytes(w, member, f->size);
    case IPC_ADDR: return put_addr(w, member);
    default: return put_int(w, load(member, width_of(f->kind)), width_of(f->kind));
    }
}

int ipc_encode(const struct ipc_type *type, const void *message, uint8_t *out, size_t size,
               size_t *len)
{
    struct writer w = {.p = out, .len = *len + IPC_HEAD_BYTES, .size = size};
    int err = 0;

    if (size - *len < IPC_HEAD_BYTES)
        return ENOSPC;
    for (const struct ipc_field *f = type->fields; f->kind && !err; f++)
        err = put_field(&w, f, message);
    if (err)
        return err;
    put_le(out + *len, type->id, 2);
    put_le(out + *len + 2, w.len - *len - IPC_HEAD_BYTES, 2);
    *len = w.len;
    return 0;
}

/* ---- decoding ---- */

/* @return the next n bytes of s, or NULL */
static const uint8_t *take(struct slice *s, size_t n)
{
    const char *p = s->p;

    if (s->len < n)
        return NULL;
    *s = slice_from(p + n, s->len - n);
    return (const uint8_t *)p;
}

static int get_int(struct slice *s, uint64_t *v, size_t width)
{
    const uint8_t *p = take(s, width);

    if (!p)
        return EBADMSG;
    *v = get_le(p, width);
    return 0;
}

static int get_counted(struct slice *s, struct slice *out)
{
    const uint8_t *p;
    uint64_t len;

    if (get_int(s, &len, 2))
        return EBADMSG;
    p = take(s, len);
    if (!p)
        return EBADMSG;
    *out = slice_from((const char *)p, len);
    return 0;
}

static int get_text(struct slice *s, char *member, size_t size)
{
    struct slice text;

    if (get_counted(s, &text) || text.len >= size || memchr(text.p, '\0', text.len))
        return EBADMSG;
    memcpy(member, text.p, text.len);
    member[text.len] = '\0';
    return 0;
}

static int get_bytes(struct slice *s, void *member, size_t most)
{
    struct slice bytes;

    if (get_counted(s, &bytes) || bytes.len > most)
        return EBADMSG;
    memcpy(member, &bytes, sizeof(bytes));
    return 0;
}

static int get_addr(struct slice *s, void *member)
{
    struct addr a = {0};
    uint64_t family, port, scope;
    const uint8_t *ip;

    if (get_int(s, &family, 1))
        return EBADMSG;
    if (family != 0) {
        a.family = family == 4 ? AF_INET : family == 6 ? AF_INET6 : AF_UNSPEC;
        if (!a.family || get_int(s, &port, 2) || get_int(s, &scope, 4) ||
            !(ip = take(s, ip_bytes(a.family))))
            return EBADMSG;
        a.port = (uint16_t)port;
        a.scope = (uint32_t)scope;
        memcpy(a.ip, ip, ip_bytes(a.family));
    }
    memcpy(member, &a, sizeof(a));
    return 0;
}

static int get_field(struct slice *s, const struct ipc_field *f, char *message)
{
    char *member = message + f->offset;
    uint64_t v;

    switch (f->kind) {
    case IPC_TEXT: return get_text(s, member, f->size);
    case IPC_BYTES: return get_bytes(s, member, f->size);
    case IPC_ADDR: return get_addr(s, member);
    default: break;
    }
    if (get_int(s, &v, width_of(f->kind)) || (f->kind == IPC_BOOL && v > 1))
        return EBADMSG;
    store(member, v, width_of(f->kind));
    return 0;
}

int ipc_decode(const struct ipc_protocol *proto, struct slice *packet, const struct ipc_type **type,
               void *message, size_t size)
{
    struct slice body;
    uint64_t id;

    if (get_int(packet, &id, 2) || get_counted(packet, &body))
        return EBADMSG;
    *type = ipc_type_find(proto, (uint16_t)id);
    if (!*type || (*type)->size > size)
        return EBADMSG;
    memset(message, 0, (*type)->size);
    for (const struct ipc_field *f = (*type)->fields; f->kind; f++)
        if (get_field(&body, f, message))
            return EBADMSG;
    return body.len == 0 ? 0 : EBADMSG;
}

/* ---- printing ---- */

static void print_text(struct buf *b, struct slice s)
{
    buf_addc(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
            buf_printf(b, "\\x%02x", c);
        else
            buf_addc(b, (char)c);
    }
    buf_addc(b, '"');
}

static bool is_secret(const char *name)
{
    return strstr(name, "secret") || strstr(name, "password");
}

static void print_field(struct buf *b, const struct ipc_field *f, const char *message)
{
    const char *member = message + f->offset;
    char text[ADDR_TEXT];
    struct slice bytes;
    struct addr a;

    buf_printf(b, " %s=", f->name);
    if (is_secret(f->name)) {
        buf_addz(b, "***");
        return;
    }
    switch (f->kind) {
    case IPC_TEXT: print_text(b, slice_from(member, strnlen(member, f->size))); break;
    case IPC_BYTES:
        memcpy(&bytes, member, sizeof(bytes));
        buf_printf(b, "(%zu bytes)", bytes.len);
        break;
    case IPC_ADDR:
        memcpy(&a, member, sizeof(a));
        buf_addz(b, addr_text(&a, text));
        break;
    case IPC_I32: buf_printf(b, "%d", (int)(int32_t)load(member, 4)); break;
    case IPC_I64: buf_printf(b, "%lld", (long long)load(member, 8)); break;
    default: buf_addu(b, load(member, width_of(f->kind))); break;
    }
}

int ipc_print(const struct ipc_protocol *proto, uint16_t id, const void *message, char *out,
              size_t size)
{
    const struct ipc_type *type = ipc_type_find(proto, id);
    struct buf b;
    int err;

    if (!type)
        return EINVAL;
    buf_init(&b, size * 8 + 1024);
    buf_addz(&b, type->name);
    for (const struct ipc_field *f = type->fields; f->kind; f++)
        print_field(&b, f, message);
    err = slice_copy(buf_slice(&b), out, size);
    if (buf_err(&b) == ENOMEM)
        err = ENOMEM;
    buf_fini(&b);
    return err;
}
