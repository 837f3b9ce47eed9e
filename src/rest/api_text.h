/*
 * rest/api_text.h - dates and variables as programs write them to the station's HTTP API
 *
 * Owns:    nothing: what comes out points into what was given.
 * Thread:  any; pure.
 * Source:  docs/en/api.md; plan/args.h, which reads what api_pair_print writes.
 */
#pragma once
#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"

enum { API_DATE = 20 };

/**
 * "2024-10-30", "2024-10-30 09:59", "2024-10-30T09:59:15", "30.10.2024 09:59:15": into "2024-10-30 09:59:15".
 * @param is_end  a date alone is the last second of that day, else the first one
 * @return 0; EINVAL (another shape, no such day or time)
 */
int api_date(struct slice text, bool is_end, char out[API_DATE]);

struct api_pair {
    struct slice name, value;
};

/**
 * The next of "a=1,b=2". A comma in quotes, or behind a backslash, is the value's.
 * @param rest  in: the text; out: what follows, absent at the end
 * @return 0; EINVAL (no '=', or no name that a variable may have; pair->name is what stands there)
 */
int api_pair_next(struct slice *rest, struct api_pair *pair);

/** May a program set it? _NAME and __NAME too, CDR(userfield), CDR(accountcode): nothing that runs or reads. */
bool api_is_variable(struct slice name);

/** Add "name=value" as the Manager's header Variable wants it. @param is_quoted  the value still has the quotes
 *  and backslashes of api_pair_next, else each byte means itself. @return as buf_add */
int api_pair_print(struct buf *out, const struct api_pair *pair, bool is_quoted);
