/*
 * rest/value.h - a field's value: text in the database, JSON outside
 *
 * Shape:   MODEL_BOOL true or false; MODEL_INT and MODEL_SECONDS numbers; lists (MODEL_ENUMS, _NAMES, _ALLOW,
 *          _DISALLOW, _NETS, _HOSTS) arrays of texts; all else texts; not set is null. A text of the database that
 *          is not what its field wants travels as text: it is shown, not hidden. Secrets are "***".
 * Thread:  any; pure.
 */
#pragma once
#include <jansson.h>

#include "base/jout.h"
#include "model/field.h"

#define REST_HIDDEN "***"

/** The value as JSON; v absent or empty: null. */
void rest_value_put(struct jout *j, const struct model_field *f, struct slice v);

/** The JSON as the database's text, put behind what out holds. @return 0; EINVAL (another type); errno of buf */
int rest_value_text(const struct model_field *f, const json_t *v, struct buf *out);

/** Is it a list, in JSON an array? */
bool rest_value_is_list(const struct model_field *f);

/** "integer", "boolean", "array" ... of JSON schema. */
const char *rest_value_type(const struct model_field *f);
