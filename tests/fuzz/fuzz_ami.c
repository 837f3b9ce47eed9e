/*
 * The Manager as its clients see it: bytes of a stranger or of a user, in two pieces, against a whole
 * Manager with calls and a routing on a fake clock (tests/unit/manager/desk.h).
 *
 * The first byte says who speaks: 's' a stranger, 'l' a user with few rights, else one with all; what follows is
 * what he sends.
 *
 * Promise: no crash; a message that was parsed lies within its bytes; whatever is answered or told consists of lines that CR LF
 * end, without a stray CR, LF or NUL; who speaks rubbish does not stop another client.
 */
#include <stdint.h>

#include "manager/desk.h"

#include "base/bug.h"
#include "manager/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct desk desk;
static struct desk_client watcher; /* sees all events */

static void check_lines(const struct buf *b)
{
    for (size_t i = 0; i < b->len; i++) {
        BUG_IF(b->p[i] == '\0');
        BUG_IF(b->p[i] == '\r' && (i + 1 == b->len || b->p[i + 1] != '\n'));
        BUG_IF(b->p[i] == '\n' && (i == 0 || b->p[i - 1] != '\r'));
    }
}

static void parse(struct slice bytes)
{
    static struct ami_message m;
    size_t used = 0;

    if (ami_message_parse(&m, bytes, &used))
        return;
    BUG_IF(used > bytes.len || m.count > AMI_HEADERS_MAX || bytes.p[used - 1] != '\n');
    for (uint32_t i = 0; i < m.count; i++) {
        const struct ami_header *h = &m.headers[i];

        BUG_IF(h->name.p < bytes.p || h->name.p + h->name.len > bytes.p + used);
        BUG_IF(slice_is_set(h->value) &&
               (h->value.p < bytes.p || h->value.p + h->value.len > bytes.p + used));
    }
}

static void come_in(struct desk_client *c, char who)
{
    if (desk_come(c, &desk, MANAGER_TCP))
        return;
    if (who == 's')
        return;
    desk_ask(c, who == 'l' ? "Action: Login\nUsername: lowly\nSecret: pw\n\n"
                           : "Action: Login\nUsername: admin\nSecret: pw\n\n");
    BUG_IF(!strstr(buf_z(&c->got), "Authentication accepted"));
}

static void talk(char who, struct slice bytes)
{
    const size_t half = bytes.len / 2;
    struct desk_client c;

    come_in(&c, who);
    if (!c.session)
        return;
    manager_session_recv(c.session, slice_from(bytes.p, half));
    if (!c.is_closed)
        manager_session_recv(c.session, slice_skip(bytes, half));
    loop_fake_advance(desk.loop, 1500);
    check_lines(&c.got);
    desk_leave(&c);
    loop_fake_advance(desk.loop, 20);
    door_fini(&desk.manager->door); /* or the next one is not looked at */
    door_init(&desk.manager->door);
}

static void begin(void)
{
    if (desk.loop)
        return;
    BUG_IF(desk_init(&desk));
    BUG_IF(desk_enter(&watcher, &desk, MANAGER_TCP, "picky", "on"));
    filters_free(&watcher.session->filters);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct slice text = slice_from((const char *)bytes, len);

    begin();
    if (!len)
        return 0;
    parse(slice_skip(text, 1));
    buf_reset(&watcher.got);
    talk(text.p[0], slice_skip(text, 1));
    check_lines(&watcher.got);
    desk_ask(&watcher, "Action: Ping\n\n");
    BUG_IF(!strstr(buf_z(&watcher.got), "Ping: Pong\r\n"));
    return 0;
}
