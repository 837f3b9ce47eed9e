/*
 * http/guard.h - what a request's head must be like before anybody believes it
 *
 * Scope:   the front has normalised what it passes on; this role holds for hostile all the same what it
 *          reads. libmicrohttpd takes two lengths, a length beside an encoding, a name with a NUL: here
 *          they are refused, with a status and the end of the connection.
 * Owns:    nothing. Pure.
 * Limits:  64 fields; a length of at most 19 digits.
 * Source:  RFC 9112 s3, s6.1, s6.3, s11.2; docs/manager.md.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define HTTP_FIELDS_MAX 64

struct http_guard {
    struct slice method, target, version;
    uint32_t fields, hosts, lengths, encodings;
    bool is_odd;     /* a name or value that no client writes */
    uint64_t length; /* of the body, as the one Content-Length says; 0 without */
};

/** One field of the head. */
void http_guard_field(struct http_guard *g, struct slice name, struct slice value);

/** All fields are in. @param body_max  of this route. @return 0, or the status to refuse with (400, 413,
 *  431, 501, 505) */
int http_guard_judge(const struct http_guard *g, uint64_t body_max);
