/* fuzz_spool.c - a call record out of a damaged spool (store/record.h) */
#include "base/bug.h"
#include "base/buf.h"
#include "store/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct slice in = slice_from((const char *)bytes, len);
    struct store_cdr c;
    struct buf again;

    if (record_decode(in, &c))
        return 0;
    /* what can be read says the same when it is written again */
    buf_init(&again, len + 1);
    BUG_IF(record_encode(&again, &c) == 0 && !slice_eq(buf_slice(&again), in));
    buf_fini(&again);
    return 0;
}
