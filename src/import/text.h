/*
 * import/text.h - bytes of old files as UTF-8
 *
 * Limits:  what the buffer takes.
 * Source:  the table of Windows-1251.
 */
#pragma once
#include "base/buf.h"

/** Bytes of cp1251, added to out in UTF-8 (a byte that means nothing there: U+FFFD). @return
 *  buf_err(out) */
int import_text_cp1251(struct slice text, struct buf *out);

/** Added to out as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. @return
 *  buf_err(out) */
int import_text_json(struct slice text, struct buf *out);
