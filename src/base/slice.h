/*
 * base/slice.h - a stretch of text that somebody else owns
 *
 * Shape:   pointer and length; not terminated, may hold any byte; {NULL, 0} is "absent".
 * Owns:    nothing: a slice is valid as long as the bytes that it points into.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const char *p;
    size_t len;
};

/** For printf: printf("%.*s", SLICE_ARG(s)). */
#define SLICE_ARG(s) (int)(s).len, (s).p ? (s).p : ""

/** Slice of a string literal. */
#define SLICE(lit) ((struct slice){(lit), sizeof(lit) - 1})
#define SLICE_NONE ((struct slice){NULL, 0})

/** Slice of a C string; NULL gives the absent slice. */
static inline struct slice slice_of(const char *s)
{
    return (struct slice){s, s ? strlen(s) : 0};
}

static inline struct slice slice_from(const char *p, size_t len)
{
    return (struct slice){p, len};
}

static inline bool slice_is_set(struct slice s)
{
    return s.p != NULL;
}

/** Same bytes. */
bool slice_eq(struct slice a, struct slice b);

/** Same but for ASCII case. */
bool slice_caseeq(struct slice a, struct slice b);

/** Same as a C string, exactly / but for ASCII case. */
bool slice_eqz(struct slice a, const char *z);
bool slice_caseeqz(struct slice a, const char *z);

/** -1, 0, 1 by bytes. */
int slice_cmp(struct slice a, struct slice b);

bool slice_starts(struct slice s, struct slice prefix);
bool slice_casestarts(struct slice s, struct slice prefix);

/** Without leading and trailing spaces, tabs, CR, LF. */
struct slice slice_trim(struct slice s);

/** From byte `from` on (empty when beyond the end). */
struct slice slice_skip(struct slice s, size_t from);

/** Index of the first c, or -1. */
ptrdiff_t slice_chr(struct slice s, char c);

/**
 * Cut s at the first sep: what stands before it is returned, *rest gets what follows.
 * Without sep the whole is returned and *rest becomes absent (p NULL). rest may point to s itself.
 */
struct slice slice_cut(struct slice s, char sep, struct slice *rest);

/** Decimal digits only, whole slice. @return 0; EINVAL (empty, other bytes); ERANGE. */
int slice_u32(struct slice s, uint32_t *out);
int slice_u64(struct slice s, uint64_t *out);

/** Optional sign and digits, whole slice. @return 0; EINVAL; ERANGE. */
int slice_i64(struct slice s, int64_t *out);

/** Copy with a terminating NUL; NULL without memory. Free with mem_free. */
char *slice_dup(struct slice s);

/** Copy into a fixed field, always terminated; @return 0, or ENOSPC when it was cut. */
int slice_copy(struct slice s, char *out, size_t size);
