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
