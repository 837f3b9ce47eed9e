/*
 * base/jout.h - JSON written straight into a growing text
 *
 * Scope:   commas, quotes and escapes; who calls keeps brackets in pairs. Bytes that are no UTF-8 become U+FFFD.
 * Owns:    nothing; the text is the caller's, and its error sticks (buf_err).
 * Thread:  any; pure.
 * Source:  RFC 8259.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct jout {
    struct buf *out; /* borrowed */
    bool has_one;    /* a value stands before, in the present object or array */
};

void jout_init(struct jout *j, struct buf *out);

/** bracket: '{' or '['; and '}' or ']'. */
void jout_open(struct jout *j, char bracket);
void jout_close(struct jout *j, char bracket);

/** Name of the next value, in an object. */
void jout_key(struct jout *j, const char *name);
void jout_key_slice(struct jout *j, struct slice name);

/** An absent slice is null. */
void jout_text(struct jout *j, struct slice v);
void jout_textz(struct jout *j, const char *z);
void jout_int(struct jout *j, int64_t v);
/** digits behind the point, 0 to 9. */
void jout_real(struct jout *j, double v, int digits);
void jout_bool(struct jout *j, bool v);
void jout_null(struct jout *j);
/** A value that is JSON already. */
void jout_raw(struct jout *j, struct slice json);

/** Members: a name and its value. */
void jout_put_text(struct jout *j, const char *name, struct slice v);
void jout_put_textz(struct jout *j, const char *name, const char *z);
void jout_put_int(struct jout *j, const char *name, int64_t v);
void jout_put_bool(struct jout *j, const char *name, bool v);
