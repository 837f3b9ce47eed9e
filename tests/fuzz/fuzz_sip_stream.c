/*
 * A stream from anybody, cut into messages.
 *
 * Promise: no crash, progress with every message, and the same cuts however the bytes arrive.
 */
#include <stddef.h>

#include "base/bug.h"
#include "sip/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define MOST 64

struct cuts {
    size_t at[MOST], size[MOST], count;
    int err;
};

/* Arriving step bytes at a time. */
static void feed(struct cuts *c, struct slice all, size_t step)
{
    size_t used = 0, have = 0, scanned = 0, skip, size;

    c->count = 0;
    c->err = 0;
    while (!c->err && c->count < MOST && have < all.len) {
        have = have + step < all.len ? have + step : all.len;
        do {
            c->err =
                sip_stream_frame(slice_from(all.p + used, have - used), &scanned, &skip, &size);
            if (c->err)
                break;
            BUG_IF(used + skip + size > have);
            used += skip;
            if (size && c->count < MOST) {
                c->at[c->count] = used;
                c->size[c->count++] = size;
            }
            used += size;
        } while (size && c->count < MOST);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct slice all = slice_from((const char *)bytes, len);
    struct cuts whole, pieces;

    feed(&whole, all, len ? len : 1);
    feed(&pieces, all, 7);
    for (size_t i = 0; i < whole.count && i < pieces.count; i++)
        BUG_IF(whole.at[i] != pieces.at[i] || whole.size[i] != pieces.size[i]);
    BUG_IF(whole.count != pieces.count && !whole.err && !pieces.err);
    return 0;
}
