/*
 * What role web passes on of a request of HTTP for /arawman and its like: method, URI and Authorization, parted by
 * line ends, of a stranger and of one who has a nonce.
 *
 * "NONCE" in the text stands for the nonce that he was given.
 *
 * Promise: no crash; nobody gets in but who knows a password, which this one does not; the challenge consists of lines that CR LF end,
 * without a stray CR, LF or NUL.
 */
#include <errno.h>
#include <stdint.h>

#include "manager/desk.h"

#include "base/bug.h"
#include "ipc/manager.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct desk desk;

static int ask(struct desk_client *c, struct slice text, struct buf *headers)
{
    struct slice rest, method = slice_cut(text, '\n', &rest);
    struct manager_digest q = {.uri = slice_cut(rest, '\n', &rest), .authorization = rest};

    slice_copy(method, q.method, sizeof(q.method));
    buf_reset(headers);
    return manager_digest(c->session, &q, headers);
}

static void check(const struct buf *b)
{
    for (size_t i = 0; i < b->len; i++) {
        BUG_IF(b->p[i] == '\0');
        BUG_IF(b->p[i] == '\r' && (i + 1 == b->len || b->p[i + 1] != '\n'));
        BUG_IF(b->p[i] == '\n' && (i == 0 || b->p[i - 1] != '\r'));
    }
}

/* The text with the nonce in it. */
static void put(struct buf *out, struct slice text, const struct buf *challenge)
{
    const char *nonce = strstr(buf_z(challenge), "nonce=\"");
    const char *at = memmem(text.p, text.len, "NONCE", 5);

    if (!nonce || !at) {
        buf_adds(out, text);
        return;
    }
    buf_add(out, text.p, (size_t)(at - text.p));
    buf_add(out, nonce + 7, strcspn(nonce + 7, "\""));
    buf_adds(out, slice_skip(text, (size_t)(at - text.p) + 5));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct buf headers, text;
    struct desk_client c;
    int err;

    if (!desk.loop)
        BUG_IF(desk_init(&desk));
    if (!len || desk_come(&c, &desk, MANAGER_HTTP))
        return 0;
    buf_init(&headers, 1 << 16);
    buf_init(&text, 1 << 20);
    BUG_IF(ask(&c, SLICE("GET\n/arawman?action=ping\n"), &headers) != EACCES);
    put(&text, slice_from((const char *)bytes, len), &headers);
    err = ask(&c, buf_slice(&text), &headers);
    BUG_IF(!err || c.session->is_in);
    check(&headers);
    buf_fini(&headers);
    buf_fini(&text);
    desk_leave(&c);
    loop_fake_advance(desk.loop, 20);
    door_fini(&desk.manager->door); /* or the next one is not looked at */
    door_init(&desk.manager->door);
    return 0;
}
