/*
 * notify/mime.h - a mail as it travels
 *
 * Scope:   headers and one part, text/plain in UTF-8, base64. Line ends of addresses and subjects become spaces:
 *          nobody adds a header by a name.
 * Thread:  any; pure.
 * Source:  RFC 5322, RFC 2045, RFC 2047 (words of at most 75 bytes, characters whole).
 */
#pragma once
#include <stdint.h>

#include "base/buf.h"

struct notify_mail {
    const char *from; /* an address, or "Name <address>" */
    const char *to;   /* an address */
    const char *subject;
    const char *text;
    int64_t at;     /* seconds since 1970 */
    const char *id; /* left of the '@' of Message-ID: the same when it is sent again */
};

/** @return 0; EINVAL (no address in from or to); of buf */
int notify_mime_print(struct buf *out, const struct notify_mail *m);

/** The address alone, "a@b" of "Name <a@b>". @return 0; EINVAL: none, or one that could break a line of SMTP */
int notify_mime_address(const char *text, char *out, size_t size);
