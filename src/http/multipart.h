/*
 * http/multipart.h - multipart/form-data, piece by piece: fields and files of a form
 *
 * Scope:   a body comes in pieces of any size (http_sink_set) and leaves in pieces: who hears of a part keeps
 *          what it wants. No part is ever kept here.
 * Owns:    the boundary, one part's head.
 * Thread:  any, one at a time.
 * Limits:  a boundary of 70 bytes (the RFC's), MULTIPART_PARTS_MAX parts, MULTIPART_HEAD_MAX bytes for a part's
 *          head. How long a part may be is for who hears of it.
 * Source:  RFC 7578; RFC 2046 s5.1.1; names as browsers and curl write them.
 */
#pragma once
#include "base/slice.h"

#define MULTIPART_PARTS_MAX 1024
#define MULTIPART_HEAD_MAX 4096

/** Borrowed for the call. */
struct multipart_part {
    struct slice name;     /* of the form's field */
    struct slice filename; /* absent: a field, no file. Without folders; may be empty */
    struct slice type;     /* absent: not said */
};

/** What comes, in order. Each returns 0, or an error that ends it all and that multipart_feed returns. */
struct multipart_handlers {
    int (*begin)(const struct multipart_part *part, void *arg);
    int (*bytes)(struct slice bytes, void *arg);
    int (*end)(void *arg); /* the part was whole */
    void *arg;
};

struct multipart;

/**
 * @param mp            out: one reference; untouched unless 0 is returned
 * @param content_type  of the request: multipart/form-data; boundary=...
 * @param h             copied
 * @return 0; EINVAL (another type, no good boundary); ENOMEM
 */
int multipart_alloc(struct multipart **mp, struct slice content_type,
                    const struct multipart_handlers *h);

/** The next bytes. @return 0; EINVAL (not a form); EMSGSIZE (too many parts, too long a head); ENOMEM; what a
 *  handler returned. An error sticks. */
int multipart_feed(struct multipart *m, struct slice bytes);

/** There is no more. @return 0; EINVAL (cut short); or the error from before */
int multipart_end(struct multipart *m);
