/* pack.c - see pack.h */
#include "base/pack.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

enum kind { KIND_1 = 0x41, KIND_2, KIND_4, KIND_8, KIND_TEXT, KIND_NONE, KIND_BYTES, KIND_PART };

void pack_init(struct pack *k, void *p, size_t size)
{
    *k = (struct pack){.p = p, .size = size};
}

void unpack_init(struct pack *k, struct slice bytes)
{
    *k = (struct pack){.p = (char *)(uintptr_t)bytes.p, .size = bytes.len, .is_reading = true};
}

void pack_fail(struct pack *k, int err)
{
    if (!k->err)
        k->err = err;
}

/* @return where len bytes are, or go; NULL: an error */
static inline char *room(struct pack *k, size_t len)
{
    char *p = k->p + k->at;

    if (k->err)
        return NULL;
    if (k->size - k->at < len) {
        k->err = k->is_reading ? EBADMSG : ENOSPC;
        return NULL;
    }
    k->at += len;
    return p;
}

/* Inlined with its constant length: a channel has a hundred values. */
static inline __attribute__((always_inline)) void raw(struct pack *k, enum kind kind, void *v,
                                                      size_t len)
{
    char *p = room(k, 1 + len);

    if (!p)
        return;
    if (!k->is_reading) {
        *p = (char)kind;
        if (len)
            memcpy(p + 1, v, len);
    } else if (*p == (char)kind) {
        memcpy(v, p + 1, len);
    } else {
        k->err = EBADMSG;
    }
}

void pack_bool(struct pack *k, bool *v)
{
    uint8_t b = *v;

    raw(k, KIND_1, &b, 1);
    if (k->is_reading && !k->err && b > 1)
        k->err = EBADMSG;
    if (k->is_reading && !k->err)
        *v = b;
}

void pack_u8(struct pack *k, uint8_t *v)
{
    raw(k, KIND_1, v, 1);
}

void pack_u16(struct pack *k, uint16_t *v)
{
    raw(k, KIND_2, v, 2);
}

void pack_u32(struct pack *k, uint32_t *v)
{
    raw(k, KIND_4, v, 4);
}

void pack_u64(struct pack *k, uint64_t *v)
{
    raw(k, KIND_8, v, 8);
}

void pack_i64(struct pack *k, int64_t *v)
{
    raw(k, KIND_8, v, 8);
}

void pack_int(struct pack *k, int *v)
{
    int64_t wide = *v;

    raw(k, KIND_8, &wide, 8);
    if (k->is_reading && !k->err)
        *v = (int)wide;
}

void pack_wall(struct pack *k, struct wall *v)
{
    raw(k, KIND_8, &v->us, 8);
}

void pack_mono(struct pack *k, struct mono *v)
{
    raw(k, KIND_8, &v->us, 8);
}

void pack_addr(struct pack *k, struct addr *v)
{
    struct addr a = *v;

    raw(k, KIND_BYTES, &a, sizeof(a));
    if (k->err || !k->is_reading)
        return;
    if (a.family != AF_UNSPEC && a.family != AF_INET && a.family != AF_INET6)
        k->err = EBADMSG;
    else
        *v = a;
}

int pack_enum(struct pack *k, int v, int most)
{
    uint8_t b = (uint8_t)v;

    raw(k, KIND_1, &b, 1);
    if (k->is_reading && !k->err && b > most)
        k->err = EBADMSG;
    return k->err && k->is_reading ? 0 : b;
}

static void write_slice(struct pack *k, struct slice v)
{
    const uint32_t len = (uint32_t)v.len;
    char *p;

    if (!slice_is_set(v)) {
        raw(k, KIND_NONE, NULL, 0);
        return;
    }
    p = room(k, 1 + sizeof(len) + v.len);
    if (!p)
        return;
    *p = KIND_TEXT;
    memcpy(p + 1, &len, sizeof(len));
    if (v.len)
        memcpy(p + 1 + sizeof(len), v.p, v.len);
}

static struct slice read_slice(struct pack *k)
{
    uint32_t len = 0;
    char *p;

    if (!k->err && k->at < k->size && k->p[k->at] == (char)KIND_NONE) {
        k->at++;
        return SLICE_NONE;
    }
    raw(k, KIND_TEXT, &len, sizeof(len));
    p = k->err ? NULL : room(k, len);
    return p ? slice_from(p, len) : SLICE_NONE;
}

void pack_slice(struct pack *k, struct slice *v)
{
    struct slice s;

    if (!k->is_reading) {
        write_slice(k, *v);
        return;
    }
    s = read_slice(k);
    if (!k->err)
        *v = s;
}

void pack_string(struct pack *k, char **v)
{
    struct slice s;
    char *copy = NULL;

    if (!k->is_reading) {
        write_slice(k, slice_of(*v));
        return;
    }
    s = read_slice(k);
    if (k->err)
        return;
    if (s.len && memchr(s.p, '\0', s.len)) {
        k->err = EBADMSG;
        return;
    }
    if (slice_is_set(s)) {
        copy = slice_dup(s);
        if (!copy) {
            k->err = ENOMEM;
            return;
        }
    }
    mem_free(*v);
    *v = copy;
}

void pack_chars(struct pack *k, char *v, size_t size)
{
    struct slice s = slice_from(v, 0);

    if (!k->is_reading) {
        s.len = strnlen(v, size);
        write_slice(k, s);
        return;
    }
    s = read_slice(k);
    if (!k->err && slice_copy(s, v, size))
        k->err = EBADMSG;
}

void pack_bytes(struct pack *k, void *v, size_t size)
{
    struct slice s;

    if (!k->is_reading) {
        write_slice(k, slice_from(v, size));
        return;
    }
    s = read_slice(k);
    if (!k->err && s.len != size)
        k->err = EBADMSG;
    if (!k->err && size)
        memcpy(v, s.p, size);
}

/* ---- parts ---- */

void pack_begin(struct pack *k, struct pack *inner)
{
    uint32_t len = 0;
    char *p;

    *inner = (struct pack){.is_reading = k->is_reading, .err = k->err};
    raw(k, KIND_PART, &len, sizeof(len));
    p = k->is_reading && !k->err ? room(k, len) : k->p + k->at;
    inner->err = k->err;
    inner->p = p;
    inner->size = k->is_reading ? len : k->size - k->at;
}

void pack_end(struct pack *k, struct pack *inner)
{
    uint32_t len = inner->err ? 0 : (uint32_t)inner->at;

    if (k->err || k->is_reading)
        return;
    if (inner->err == ENOSPC)
        k->err = ENOSPC;
    memcpy(k->p + k->at - sizeof(len), &len, sizeof(len));
    k->at += len;
}
