/*
 * Filters of events: the first line is one of manager.conf (eventfilter), the rest is the text of an event.
 *
 * Promise: no crash, and an end; the same answer twice; without a filter all passes..
 */
#include <stdint.h>

#include "base/bug.h"
#include "manager/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct slice event;
    const struct slice line = slice_cut(slice_from((const char *)bytes, len), '\n', &event);
    struct list filters;
    const char *why;
    bool passes;
    int err;

    list_init(&filters);
    err = filter_add_line(&filters, line, &why);
    BUG_IF(why && !err);
    if (!slice_is_set(event))
        event = SLICE("");
    passes = filters_pass(&filters, event);
    BUG_IF(passes != filters_pass(&filters, event));
    BUG_IF(err && !passes);
    filters_free(&filters);
    return 0;
}
