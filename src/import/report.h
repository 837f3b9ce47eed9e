/*
 * import/report.h - what an import said, for programs
 *
 * Shape:   lines "file TAB line TAB verdict TAB reason TAB text", or one JSON object: source, dry_run,
 *          notes (each file, line, verdict, what, ru, en), done, counts by verdict, totals.
 * Owns:    nothing; texts go to the buffer that is given.
 * Thread:  any.
 */
#pragma once
#include "base/buf.h"
#include "import/import.h"

/** "taken", "not-needed" ...: the same in every language. */
const char *import_verdict_word(enum import_verdict v);

/** For people. language: "ru" or "en". */
const char *import_verdict_name(enum import_verdict v, const char *language);

/** Added to out with control bytes as spaces: a value may hold a tab. @return buf_err(out) */
int import_report_value(const char *text, struct buf *out);

/** One line with its end. @return buf_err(out) */
int import_report_line(const struct import_note *n, struct buf *out);

/** The JSON object: its beginning, each note (first: it is the first one), its end. @return buf_err(out) */
int import_json_begin(const char *source, bool is_dry, struct buf *out);
int import_json_note(const struct import_note *n, bool first, struct buf *out);
int import_json_end(const struct import_totals *t, bool is_done, struct buf *out);
