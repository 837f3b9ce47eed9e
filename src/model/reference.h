/*
 * model/reference.h - the field tables as a page of the manual, in Markdown
 *
 * docs/ru/fields.md and docs/en/fields.md are this, and a test keeps them so; to write them again:
 *     STATION_WRITE_DOCS=1 BUILD/tests/unit/unit_model_reference
 */
#pragma once
#include "base/buf.h"

/** @param language  "ru", else English. @return 0; ENOMEM; ENOSPC */
int model_reference_print(const char *language, struct buf *out);
