/*
 * sheet/csv.h - comma separated values: cells written so that a spreadsheet runs nothing, lines read as they come
 *
 * Scope:   a cell that begins like a formula (= + - @, tab, line end) gets an apostrophe before it, unless it is a
 *          number or a telephone number (a sign, then digits only).
 * Owns:    nothing; the reader's cell is its buffer's.
 * Thread:  any; pure.
 * Limits:  the buffers'; CSV_CELL_MAX bytes a cell that is read.
 * Source:  RFC 4180; the OWASP rule for injected formulas.
 */
#pragma once
#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"

#define CSV_CELL_MAX 60000
#define CSV_BOM "\xEF\xBB\xBF"

/** Would a spreadsheet take this text for a formula? */
bool csv_is_formula(struct slice text);

/** One cell, quoted where it must be; separator before it unless is_first. @return errno of buf */
int csv_put(struct buf *out, char separator, bool is_first, struct slice text);

/** End of a line. @return errno of buf */
int csv_end(struct buf *out);

/** A text that is read, cell by cell. */
struct csv_reader {
    struct slice rest; /* not read yet; borrowed */
    char separator;
    unsigned line;     /* of the next cell, from 1 */
    bool is_line_open; /* the line has begun */
};

/** Look at the first line: byte order mark, and which of ; , tab it has most. */
void csv_begin(struct csv_reader *r, struct slice text);

enum csv_what { CSV_CELL, CSV_LINE, CSV_OVER };

/**
 * The next cell, the end of a line (after its last cell), or of the text.
 * @param cell  init'ed by the caller; out: the text, apostrophe of csv_put taken away
 * @return 0; EINVAL (a quote that nobody closes); ENOSPC (the cell is too long); ENOMEM
 */
int csv_next(struct csv_reader *r, struct buf *cell, enum csv_what *what);
