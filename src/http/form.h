/*
 * http/form.h - "name=value&..." of a query or a body, decoded
 *
 * Scope:   application/x-www-form-urlencoded: '+' is a blank, %XX a byte; what stands after a % that is no
 *          number stays as it is. Any byte may come out, NUL and line ends too: who passes values on
 *          looks at them.
 * Owns:    its text (an arena) and its table.
 * Limits:  FORM_FIELDS_MAX fields: more of them are counted, not kept.
 * Source:  WHATWG URL s5.1; Asterisk 22's ast_uri_decode with ast_uri_http_legacy.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/slice.h"

#define FORM_FIELDS_MAX 256
#define FORM_TEXT_MAX (1u << 20)

struct form_field {
    struct slice name, value; /* value never absent */
};

struct form {
    struct arena text;
    struct form_field *fields;
    uint32_t count, room;
    bool has_too_many;
};

/** Empty; allocates nothing. */
void form_init(struct form *f);
void form_fini(struct form *f);

/** Add the fields of text (copied). @return 0; ENOMEM */
int form_add(struct form *f, struct slice text);

/** The first of that name, ASCII case does not matter; absent: there is none. */
struct slice form_get(const struct form *f, const char *name);

/** Decode into out (room for s.len bytes). @return bytes written */
size_t form_decode(struct slice s, char *out);
