/*
 * rest/filter.h - what a list's query asks for, and its SQL
 *
 * Scope:   FIELD=VALUE, q=, sort=, after=, limit=, fields= become conditions on columns of a field table. Columns are taken from that
 *          table by name, values are bound: nothing of the query's text ever stands in SQL.
 * Shape:   VALUE is the whole value; "a*" begins with a, "*a" ends, "*a*" holds it; "" not set; "!" before it:
 *          not; "a,b" one of several; "10..20", "10..", "..20" from and to, both included.
 * Owns:    its texts (the caller's arena).
 * Thread:  any; pure.
 * Limits:  FILTER_PARTS conditions, FILTER_VALUES values in all.
 */
#pragma once
#include "base/mem.h"
#include "http/form.h"
#include "model/field.h"
#include "rest/type.h"
#include "store/db.h"

enum {
    FILTER_PARTS = 24,
    FILTER_VALUES = 100,
    LIST_LIMIT = 50,
    LIST_LIMIT_MAX = 500,
    LIST_COUNT_MAX = 10000
};

enum filter_how {
    FILTER_IS,
    FILTER_BEGINS,
    FILTER_ENDS,
    FILTER_HOLDS,
    FILTER_EMPTY,
    FILTER_FROM,
    FILTER_TO
};

struct filter_part {
    const struct model_field *field; /* NULL: any of columns */
    const char *columns;             /* comma separated; of q and number */
    enum filter_how how;
    bool is_not;
    uint32_t first, count; /* of values; FILTER_IS: one of them */
};

struct filter {
    struct arena *texts; /* borrowed */
    const struct rest_type *type;
    const struct model_type *model;
    const struct model_field *key, *sort; /* sort NULL: by key */
    bool is_down, is_page;                /* is_page: goes on after sort_after, key_after */
    struct slice sort_after, key_after;
    uint32_t limit;
    struct filter_part parts[FILTER_PARTS];
    uint32_t count;
    struct slice values[FILTER_VALUES];
    uint32_t value_count;
    const char *const *groups; /* the reader's, borrowed; group_count 0 and has_all: no condition */
    uint32_t group_count;
    bool has_all;
};

/**
 * Read a query.
 * @param who    sees the rows of these groups (has_all: of all)
 * @param wrong  out: the parameter that is not understood
 * @return 0; EINVAL; ENOMEM; E2BIG (too many conditions)
 */
int filter_read(struct filter *f, const struct rest_type *type, const struct form *query,
                struct arena *a, struct slice *wrong);

/** What is asked for when only rows that the reader may see count. */
void filter_groups(struct filter *f, const char *const *groups, uint32_t count, bool has_all);

/** Add " WHERE ..." (or nothing); with_page: also what stands before this page is left out. */
void filter_where(const struct filter *f, bool with_page, struct buf *sql);
/** Add " ORDER BY ...". */
void filter_order(const struct filter *f, struct buf *sql);
/** Bind the values of filter_where, from *at on. @return 0; errno of db.h */
int filter_bind(const struct filter *f, bool with_page, struct stmt *s, int *at);

/** The cursor behind a row. @return as buf_add */
int filter_cursor(struct slice sort, struct slice key, struct buf *out);
