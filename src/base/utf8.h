/*
 * base/utf8.h - which bytes are text
 *
 * Owns:    nothing.
 * Thread:  any.
 * Source:  RFC 3629 (no overlong forms, no surrogates, up to U+10FFFF).
 */
#pragma once
#include "base/buf.h"

/** Bytes of the character that s begins with; 0: it begins with none (or is empty). */
size_t utf8_length(struct slice s);

/** The same, but 0 also for what steers a terminal: controls of C0 (line ends and TAB too), DEL, of C1. */
size_t utf8_shown(struct slice s);

bool utf8_is_valid(struct slice s);

/** Add s to out; each byte that belongs to no character becomes U+FFFD. @return buf_err(out) */
int utf8_repair(struct slice s, struct buf *out);

/** The same as a string of JSON, in its quotes. @return buf_err(out) */
int utf8_json(struct slice s, struct buf *out);
