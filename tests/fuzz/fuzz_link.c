/*
 * Where a step leads: application and data as an administrator, or who took his session, typed them.
 *
 * Promise: no crash; what is told lies in the text or is made from it; a bounded number of links.
 */
#include "base/bug.h"
#include "base/log.h"
#include "base/mem.h"
#include "plan/link.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void count(const struct plan_link *l, void *arg)
{
    size_t *n = arg;

    BUG_IF(!l->when);
    BUG_IF(l->kind == PLAN_LINK_SOUND && !l->sound.len);
    BUG_IF(l->kind == PLAN_LINK_GO && !l->priority.len);
    ++*n;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct slice data, app = slice_cut(slice_from((const char *)bytes, len), '\n', &data);
    char *text = mem_strndup(slice_is_set(data) ? data.p : "", slice_is_set(data) ? data.len : 0);
    bool goes_on = false;
    size_t n = 0;

    log_set_stderr(false);
    if (text && !plan_link_step(app, text, count, &n, &goes_on))
        BUG_IF(n > len + 1);
    mem_free(text);
    return 0;
}
