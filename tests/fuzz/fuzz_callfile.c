/*
 * A call file, then its first line as a time condition: both are read to the end.
 *
 * Promise: nothing outside of the text is read or kept, numbers stay in their bounds, variables below
 *          the ceiling.
 */
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "plan/callfile.h"
#include "plan/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct slice first = slice_from((const char *)bytes, len), rest, bad;
    struct callfile *f = mem_zalloc(sizeof(*f));
    char *text = mem_strndup((const char *)bytes, len);
    struct plan_when w;
    int line;

    plan_when_parse(&w, slice_cut(first, '\n', &rest), &bad);
    if (f && text && callfile_parse(f, text, &line) == 0)
        BUG_IF(!f->channel || f->priority < 1 || f->wait_s < 1 || f->retry_s < 1 ||
               f->max_retries < 0 || f->var_count > CALLFILE_VARS);
    mem_free(text);
    mem_free(f);
    return 0;
}
