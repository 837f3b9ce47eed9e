/*
 * rest/object.h - rows of the object types: read, shown, checked, written
 *
 * Scope:   what REST does with any type of rest_types, on a worker's connection. A write is one transaction with its
 *          revision (rest/revision.h).
 * Owns:    rows' texts are the caller's arena.
 * Thread:  a worker's.
 * Errors:  of store/db.h beside those named.
 */
#pragma once
#include "base/jout.h"
#include "base/mem.h"
#include "rest/call.h"
#include "rest/filter.h"

enum { OBJECT_FIELDS = 200, OBJECT_TAG = 33 };

/** The texts of a row, in the order of its field table; absent: NULL. */
struct object_row {
    const struct rest_type *type;
    struct slice v[OBJECT_FIELDS];
};

/** @return 0; ENOENT; ENOMEM */
int object_read(struct db *d, const struct rest_type *t, struct slice key, struct arena *a,
                struct object_row *row);

/** May who sees these groups see this row? */
bool object_is_for(const struct object_row *row, const struct rest_user *who);

/** As JSON; columns: only these (comma separated), NULL: all that are shown. */
void object_put(struct jout *j, const struct object_row *row, const char *columns);

/** What If-Match and ETag compare: of all columns. */
void object_tag(const struct object_row *row, char tag[OBJECT_TAG]);

/** The request's If-Match is this row's tag, "*", or missing. */
bool object_is_expected(const struct object_row *row, const struct http_request *r);

struct slice object_value(const struct object_row *row, const char *column);

/**
 * Put a patch (RFC 7396) over a row: fixed and unknown members, wrong values are told as errors of the call.
 * @param is_new  required columns must have a value
 * @return 0; REST_INVALID; ENOMEM
 */
int object_patch(struct rest_call *c, struct object_row *row, const json_t *patch, bool is_new);

/** @return 0; EEXIST ... */
int object_insert(struct db *d, const struct object_row *row);
/** Only what differs is written. */
int object_update(struct db *d, const struct object_row *before, const struct object_row *after);
int object_remove(struct db *d, const struct object_row *row);

/** A list as {"items","next","total","is_more"}. */
int object_list(struct db *d, const struct filter *f, const char *columns, struct jout *j);

/** A row of a page: columns in the order of the field table. @return 0; what ends the page */
typedef int(object_page_h)(struct stmt *row, void *arg);

/**
 * The next rows, at most f->limit; f goes on behind them.
 * @param a        keeps where f goes on: some bytes a page
 * @param is_more  out: there are others
 */
int object_page(struct db *d, struct filter *f, object_page_h *each, void *arg, struct arena *a,
                bool *is_more);
