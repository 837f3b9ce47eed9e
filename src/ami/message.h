/*
 * ami/message.h - one message of the Manager protocol as it came: its headers, in order
 *
 * Scope:   lines "Name: value" ended by CR LF or LF, an empty line after the last. Names are compared
 *          without case. Nothing is decoded: a value is the bytes after the colon and its blanks.
 * Owns:    nothing: slices point into the bytes that were parsed.
 * Limits:  a line of AMI_LINE_MAX bytes, AMI_HEADERS_MAX lines, a message of AMI_MESSAGE_MAX bytes.
 *          Longer lines and more of them are counted, not kept, so that an error can be answered and the
 *          next message is found; a message that is too long as a whole ends the session.
 * Source:  Asterisk 22's main/manager.c: get_input, do_message, astman_get_header.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define AMI_LINE_MAX 8192
#define AMI_HEADERS_MAX 128
#define AMI_MESSAGE_MAX 131072

struct ami_header {
    struct slice name, value;
};

struct ami_message {
    struct ami_header headers[AMI_HEADERS_MAX];
    uint32_t count;
    bool has_long_line; /* a line longer than AMI_LINE_MAX was left out */
    bool has_too_many;  /* lines beyond AMI_HEADERS_MAX were left out */
};

/**
 * Parse what stands at the front of bytes. Lines without a colon are kept with an absent value.
 * @param used  out: bytes of the message, its empty line included; empty lines in front of a message are
 *              skipped as a message without headers
 * @return 0; EAGAIN (not whole yet); EMSGSIZE (longer than AMI_MESSAGE_MAX)
 */
int ami_message_parse(struct ami_message *m, struct slice bytes, size_t *used);

/** Does a message end in bytes? Only what stands from `from` on is looked at (and two bytes before it): who
 *  gets bytes one by one looks at each once. */
bool ami_message_has_end(struct slice bytes, size_t from);

/** Value of the first header of that name; absent: there is none. */
struct slice ami_message_get(const struct ami_message *m, const char *name);

/** Of the n-th one (from 0), for headers that may be repeated ("Variable"). */
struct slice ami_message_nth(const struct ami_message *m, const char *name, uint32_t n);
