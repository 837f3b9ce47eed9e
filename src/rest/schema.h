/*
 * rest/schema.h - object types as JSON schema (2020-12), from the field tables
 *
 * Thread:  any; pure.
 * Source:  docs/web.md; json-schema.org.
 */
#pragma once
#include "base/jout.h"
#include "rest/type.h"

/** One type; role: what the user may is said (readOnly). */
void schema_put(struct jout *j, const struct rest_type *t, unsigned role, const char *language);

/** {"types":[...]} that this role may read. */
void schema_put_list(struct jout *j, unsigned role, const char *language);
