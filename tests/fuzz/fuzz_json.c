/*
 * JSON_DECODE: a text that a web server or a caller sent, and a path into it.
 *
 * Promise: no crash, a bounded result without NUL bytes, whatever stands in the text.
 */
#include <errno.h>
#include <string.h>

#include "base/bug.h"
#include "base/log.h"
#include "base/mem.h"
#include "plan/func/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct slice rest, path = slice_cut(slice_from((const char *)bytes, len), '\n', &rest);
    char *key = slice_dup(path), *text = mem_strndup(rest.p ? rest.p : "", rest.len);
    struct buf out;
    int err;

    log_set_stderr(false);
    buf_init(&out, 65536);
    for (int counts = 0; counts < 2; counts++) {
        buf_reset(&out);
        err = func_json_find(text, key, ".", counts, &out);
        BUG_IF(err && err != EINVAL && err != ENOENT && err != ENOSPC);
        BUG_IF(out.len > 65536 || (out.len && memchr(out.p, '\0', out.len)));
    }
    buf_fini(&out);
    mem_free(text);
    mem_free(key);
    return 0;
}
