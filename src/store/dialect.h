/*
 * store/dialect.h - the station's SQL in the words of MariaDB; for this folder only
 *
 * Scope:   our constant texts are SQLite's dialect. What MariaDB says differently is a row of one table
 *          (dialect.c); the rest is the same in both, with the session's sql_mode ANSI_QUOTES,
 *          PIPES_AS_CONCAT and NO_BACKSLASH_ESCAPES.
 * Limits:  64 values a statement.
 */
#pragma once
#include "base/buf.h"

#define DIALECT_VALUES 200

struct dialect {
    struct buf sql;                /* init'ed by the caller */
    unsigned count;                /* question marks in sql */
    uint8_t value[DIALECT_VALUES]; /* of each: number of its value, 1 = first */
};

/** Translate one text. @return 0; EINVAL (too many values); errno of buf */
int dialect_translate(struct dialect *to, const char *sql);

/** The first statement of what an administrator typed, without its ";"; *rest gets what follows. Quotes,
 *  backticks and comments may hold ";". */
struct slice dialect_cut(struct slice sql, struct slice *rest);
