/*
 * base/pack.h - values as bytes and back, one function for both directions
 *
 * Scope:   what a process leaves to the next one of the same program. Each call names a variable:
 *          packing writes it, unpacking sets it; so that one list of fields serves both ways, and
 *          cannot drift apart.
 * Shape:   every value is one byte that says its kind, then itself in the machine's order; texts
 *          with a u32 length. Not for another machine or program: whoever keeps the bytes keeps a
 *          version beside them.
 * Owns:    nothing; the bytes are the caller's. Strings that unpacking makes are plain blocks
 *          (mem_free), the former value is freed.
 * Failure: the first error sticks, and nothing is set after it: pack everything, then check
 *          pack_err once. EBADMSG: other bytes than expected; ENOSPC: no room; ENOMEM.
 * Thread:  any.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/slice.h"
#include "base/when.h"

struct pack {
    char *p;
    size_t at, size;
    int err;
    bool is_reading;
};

/** Write into size bytes at p. */
void pack_init(struct pack *k, void *p, size_t size);

/** Read from these bytes (not changed). */
void unpack_init(struct pack *k, struct slice bytes);

static inline int pack_err(const struct pack *k)
{
    return k->err;
}

/** Let it fail from here on (a value that cannot be): the first error stays. */
void pack_fail(struct pack *k, int err);

void pack_bool(struct pack *k, bool *v);
void pack_u8(struct pack *k, uint8_t *v);
void pack_u16(struct pack *k, uint16_t *v);
void pack_u32(struct pack *k, uint32_t *v);
void pack_u64(struct pack *k, uint64_t *v);
void pack_i64(struct pack *k, int64_t *v);
void pack_int(struct pack *k, int *v);
void pack_wall(struct pack *k, struct wall *v);
void pack_mono(struct pack *k, struct mono *v);
void pack_addr(struct pack *k, struct addr *v);

/** A value of an enum whose numbers are 0 ... most; others are EBADMSG when read. */
int pack_enum(struct pack *k, int v, int most);

/** A block of its own, or NULL. */
void pack_string(struct pack *k, char **v);

/** A fixed field with its NUL. */
void pack_chars(struct pack *k, char *v, size_t size);

/** So many bytes of a plain value without pointers. */
void pack_bytes(struct pack *k, void *v, size_t size);

/** Read: borrowed from the bytes; may be absent. */
void pack_slice(struct pack *k, struct slice *v);

/**
 * A part that can be skipped, or fail, alone: between begin and end only inner is used.
 * Reading: inner sees the part's bytes and nothing behind them. Writing: an error of inner makes
 * the part empty, and the others go on; no room is an error of all.
 */
void pack_begin(struct pack *k, struct pack *inner);
void pack_end(struct pack *k, struct pack *inner);
