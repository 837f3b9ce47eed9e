/*
 * import/sqldump.h - the rows of a dump that mysqldump or mariadb-dump wrote
 *
 * Scope:   CREATE TABLE for the order of columns; INSERT and REPLACE, also of many rows, with the
 *          escapes of MySQL's strings, NULL, numbers, 0x.., x'..', _charset'..'. Comments, also
 *          conditional ones, procedures and triggers are passed over; no SQL is run. Texts are handed
 *          out in UTF-8: what SET NAMES calls cp1251, and what is no UTF-8, is read as cp1251.
 * Owns:    nothing; a row is borrowed during its call.
 * Memory:  64 KiB and the longest row, whatever the length of the dump and of its lines.
 * Limits:  a row 16 MiB, 512 columns, 4,096 tables, names of 128 bytes.
 * Source:  MySQL's manual: string literals, comment syntax, mysqldump.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define SQLDUMP_MOST_COLUMNS 512

struct sqldump_row {
    const char *table;
    const char *const *columns; /* NULL-terminated */
    const struct slice *values; /* as many; absent: NULL */
    uint32_t line;
    bool is_translated; /* a text was not UTF-8 and was read as cp1251 */
};

/** @return 0; anything else ends the reading and is returned */
typedef int(sqldump_row_h)(const struct sqldump_row *row, void *arg);

/** A table is made, or rows for it begin (also more than once). @return as above */
typedef int(sqldump_table_h)(const char *table, uint32_t line, void *arg);

/** What is not a row and not mysqldump's own machinery (is_wrong: it cannot be read; else it is known
 *  and not taken). what: its beginning. */
typedef void(sqldump_trouble_h)(uint32_t line, struct slice what, bool is_wrong, const char *ru,
                                const char *en, void *arg);

/** Bytes read so far, now and then. */
typedef void(sqldump_progress_h)(uint64_t bytes, void *arg);

struct sqldump_args {
    sqldump_table_h *table; /* may be NULL, like trouble and progress */
    sqldump_row_h *row;
    sqldump_trouble_h *trouble;
    sqldump_progress_h *progress;
    void *arg;
};

/** Read to the end. @param fd borrowed. @return 0; ENOMEM; errno of read; what a handler returned */
int sqldump_read(int fd, const struct sqldump_args *args);

/** The same for text (tests, fuzz harness). */
int sqldump_parse(struct slice text, const struct sqldump_args *args);
