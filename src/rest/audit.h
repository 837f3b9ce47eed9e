/*
 * rest/audit.h - lines of the journal: who did what, when; table revision
 *
 * Thread:  a worker's, in the transaction of what was done.
 * Source:  docs/web.md.
 */
#pragma once
#include "store/db.h"

/** NULL is empty; NULL before and after. */
struct audit {
    int64_t at; /* seconds since 1970 */
    const char *user, *peer;
    const char *type, *uuid, *name; /* of what: "users" */
    const char *action;             /* "login", "change" ... */
    const char *before, *after;     /* JSON objects */
    int64_t part_of;                /* the first line of the same request; 0: this one */
};

/** @param id  out: the line's; may be NULL. @return 0; errors of store/db.h */
int audit_add(struct db *d, const struct audit *a, int64_t *id);
