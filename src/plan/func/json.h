/*
 * func/json.h - one value out of a JSON text
 *
 * Limits:  64 levels. Source: RFC 8259; true is 1, false 0, null "" (as Asterisk's JSON_DECODE).
 */
#pragma once
#include <stdbool.h>

#include "base/buf.h"

/**
 * Append the value at path ("a.b.0") to out: strings without escapes, objects and arrays without blanks.
 * @param separator    between keys, not ""
 * @param wants_count  of an array: how many it holds
 * @return 0; EINVAL (no JSON); ENOENT (nothing there); ENOMEM; ENOSPC
 */
int func_json_find(const char *text, const char *path, const char *separator, bool wants_count,
                   struct buf *out);
