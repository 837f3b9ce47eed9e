/*
 * Expressions $[ ] and regular expressions: a routing's text, which may hold what a caller sent.
 *
 * Promise: no crash, a bounded result, and no expression takes long (libFuzzer's -timeout).
 */
#include "base/buf.h"
#include "base/bug.h"
#include "base/log.h"
#include "plan/expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void regex(struct slice text)
{
    struct slice rest, pattern = slice_cut(text, '\n', &rest), whole, group;
    const char *why = NULL;
    bool has_group;
    int rc;

    if (!slice_is_set(rest))
        return;
    rc = plan_regex(pattern, rest, false, &whole, &group, &has_group, &why);
    BUG_IF(rc == REGEX_BAD && !why);
    BUG_IF(rc == REGEX_YES && whole.len > rest.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct slice text = slice_from((const char *)bytes, len);
    struct buf out;

    log_set_stderr(false);
    buf_init(&out, 65536);
    plan_expr(text, "", &out);
    BUG_IF(out.len > 65536);
    buf_fini(&out);
    regex(text);
    return 0;
}
