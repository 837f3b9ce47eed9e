/*
 * rest/json.h - JSON that outsiders wrote
 *
 * Scope:   jansson reads what is nested by calling itself, and a call's task has a small stack: how deep it goes is
 *          looked at before it reads.
 * Thread:  any.
 * Limits:  REST_JSON_DEPTH.
 */
#pragma once
#include <jansson.h>

#include "base/slice.h"

enum { REST_JSON_DEPTH = 32 };

/** @param flags  of json_loadb. @return NULL: it is no JSON, or nested deeper than that; the caller's */
json_t *rest_json_read(struct slice text, size_t flags);
