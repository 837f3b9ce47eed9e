/*
 * A body of multipart/form-data. The first byte says how long the pieces are that it comes in.
 *
 * Promise: no crash; parts begin, have bytes and end in this order; what comes out is the same however the
 * bytes were cut, and no more than what went in.
 */
#include <errno.h>

#include "base/bug.h"
#include "base/mem.h"
#include "http/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct heard {
    size_t bytes, parts;
    uint32_t sum;
    bool is_open;
};

static void add(struct heard *h, struct slice s)
{
    h->bytes += s.len;
    for (size_t i = 0; i < s.len; i++)
        h->sum = h->sum * 31 + (unsigned char)s.p[i];
}

static int began(const struct multipart_part *p, void *arg)
{
    struct heard *h = arg;

    BUG_IF(h->is_open || !slice_is_set(p->name));
    h->is_open = true;
    h->parts++;
    add(h, p->name);
    for (size_t i = 0; i < p->filename.len; i++)
        BUG_IF(p->filename.p[i] == '/' || p->filename.p[i] == '\\');
    return 0;
}

static int came(struct slice s, void *arg)
{
    struct heard *h = arg;

    BUG_IF(!h->is_open || !s.len);
    add(h, s);
    return 0;
}

static int ended(void *arg)
{
    struct heard *h = arg;

    BUG_IF(!h->is_open);
    h->is_open = false;
    return 0;
}

/* @return the error */
static int play(struct heard *h, struct slice body, size_t step)
{
    const struct multipart_handlers handlers = {began, came, ended, h};
    struct multipart *m = NULL;
    int err;

    BUG_IF(multipart_alloc(&m, SLICE("multipart/form-data; boundary=\"x\""), &handlers));
    for (size_t i = 0; i < body.len; i += step)
        multipart_feed(m, slice_from(body.p + i, body.len - i < step ? body.len - i : step));
    err = multipart_end(m);
    BUG_IF(!err && h->is_open);
    mem_deref(m);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct slice body = slice_from((const char *)bytes + (len > 0), len - (len > 0));
    struct heard whole = {0}, cut = {0};
    const int err = play(&whole, body, body.len + 1);

    BUG_IF(play(&cut, body, len ? 1 + bytes[0] % 16 : 1) != err);
    BUG_IF(whole.bytes != cut.bytes || whole.sum != cut.sum || whole.parts != cut.parts);
    BUG_IF(whole.bytes > len || whole.parts > MULTIPART_PARTS_MAX);
    return 0;
}
