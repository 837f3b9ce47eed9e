/*
 * ami/writer.h - the one place where a line of the Manager protocol is written
 *
 * Scope:   "Name: value" CR LF into a buf. What a stranger chose cannot end the line: CR, LF and NUL in
 *          a value come out as the two characters \r, \n, \0. Names are our own words, but for those that
 *          a routing or a client chose (UserEvent): they lose such bytes and colons.
 * Limits:  the buf's. Source: Asterisk 22's astman_append; threats of the kind of CVE-2026-73665.
 */
#pragma once
#include <stdarg.h>
#include <stdint.h>

#include "base/buf.h"

/** Each returns as buf_add. An absent value is written as an empty one. */
int ami_put(struct buf *b, const char *name, struct slice value);
int ami_putz(struct buf *b, const char *name, const char *value); /* NULL is "" */
int ami_putu(struct buf *b, const char *name, uint64_t value);
int ami_putf(struct buf *b, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/** A name that an outsider chose. */
int ami_put_named(struct buf *b, struct slice name, struct slice value);

/** The value alone, escaped as above. */
int ami_put_value(struct buf *b, struct slice value);

/** The empty line that ends a message. */
int ami_end(struct buf *b);

/**
 * For who asks (a role that makes a request of what a page or a database said): nothing is escaped.
 * @return as buf_add; EINVAL (CR, LF or NUL in name or value, or a colon in name): nothing is written
 */
int ami_ask(struct buf *b, const char *name, struct slice value);
