/*
 * Dates and variables of the manual's API.
 *
 * Promise: no crash; a date that is taken is 19 bytes of its shape; what a variable becomes has no byte that ends it
 * for the engine, and no pair is longer than twice what was sent.
 */
#include <string.h>

#include "base/bug.h"
#include "rest/api_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void look_at_pair(const struct api_pair *pair, bool is_quoted, size_t len)
{
    struct buf out;
    bool is_escaped = false;

    buf_init(&out, 2 * len + 2);
    BUG_IF(api_pair_print(&out, pair, is_quoted));
    for (size_t i = pair->name.len; i < out.len; i++) {
        BUG_IF(out.p[i] == ',' && !is_escaped);
        is_escaped = !is_escaped && out.p[i] == '\\';
    }
    buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct slice text = slice_from((const char *)bytes, len);
    struct slice rest = text;
    char date[API_DATE];

    for (int is_end = 0; is_end < 2; is_end++)
        if (api_date(text, is_end, date) == 0)
            BUG_IF(strlen(date) != 19 || date[4] != '-' || date[10] != ' ' || date[16] != ':');
    while (slice_is_set(rest)) {
        struct api_pair pair;

        if (api_pair_next(&rest, &pair))
            break;
        BUG_IF(!api_is_variable(pair.name));
        look_at_pair(&pair, true, len);
        look_at_pair(&pair, false, len);
    }
    return 0;
}
