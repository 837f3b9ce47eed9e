/*
 * base/buf.h - text that grows, with a ceiling given at birth
 *
 * Owns:    its bytes. The text is always NUL-terminated (the NUL is not counted).
 * Limits:  at the ceiling, or without memory, nothing more is added and the error sticks:
 *          write everything, then check buf_err once.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>

#include "base/slice.h"

struct buf {
    char *p;      /* NULL until the first byte */
    size_t len;   /* bytes of text */
    size_t cap;   /* bytes allocated */
    size_t limit; /* most bytes of text */
    int err;      /* 0, ENOSPC (ceiling) or ENOMEM; sticks */
};

/** Empty; allocates nothing. */
void buf_init(struct buf *b, size_t limit);

/** Free the bytes; b is empty again, with the same ceiling and no error. */
void buf_fini(struct buf *b);

/** Empty, memory kept, error forgotten. */
void buf_reset(struct buf *b);

/** Each adds at the end. @return 0, or the sticking error. */
int buf_add(struct buf *b, const void *p, size_t len);
int buf_adds(struct buf *b, struct slice s);
int buf_addc(struct buf *b, char c);
int buf_addu(struct buf *b, unsigned long long v);
int buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Text that an outsider may have written, so that it cannot steer a terminal: all but TAB, LF, CR LF and
 *  printable UTF-8 becomes \xNN. Up to four times as long. */
int buf_add_plain(struct buf *b, struct slice text);
int buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/** The text; valid until the next change. Never absent: an empty buf gives "". */
struct slice buf_slice(const struct buf *b);
const char *buf_z(const struct buf *b);

/** The text taken out as a plain block (mem_free); NULL after an error; b is empty afterwards. */
char *buf_take(struct buf *b);

static inline int buf_addz(struct buf *b, const char *z)
{
    return buf_add(b, z, strlen(z));
}

static inline int buf_err(const struct buf *b)
{
    return b->err;
}
