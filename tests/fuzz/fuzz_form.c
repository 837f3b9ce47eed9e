/*
 * The query or body of a request of HTTP.
 *
 * Promise: no crash; as many fields as there is room for; no value is longer than what was sent.
 */
#include <errno.h>

#include "base/bug.h"
#include "http/form.h"
#include "http/guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct slice text = slice_from((const char *)bytes, len);
    struct slice value, name = slice_cut(text, ':', &value);
    struct http_guard g = {
        .method = SLICE("GET"), .target = text, .version = SLICE("HTTP/1.1"), .hosts = 1};
    struct form f;
    int err;

    form_init(&f);
    err = form_add(&f, text);
    BUG_IF(err && err != ENOMEM);
    BUG_IF(f.count > FORM_FIELDS_MAX);
    for (uint32_t i = 0; i < f.count; i++)
        BUG_IF(f.fields[i].name.len + f.fields[i].value.len > len || !f.fields[i].value.p);
    form_fini(&f);
    http_guard_field(&g, name, value);
    err = http_guard_judge(&g, 1000);
    BUG_IF(err == 0 && (len == 0 || bytes[0] != '/' || g.length > 1000));
    return 0;
}
