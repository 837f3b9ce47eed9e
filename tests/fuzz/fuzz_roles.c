/*
 * What role web, taken over, can tell the engine's Manager: messages in any order. A line is one: a letter (o opens a session, O
 * one of the engine's own kind, a asks, p asks a part, d is a digest, l leaves), a digit for the session, one for the
 * request, and a text in which | stands for a line end.
 *
 * Promise: no crash; its own session has neither system nor command nor config, and nobody is in by a digest; no NUL comes back;
 * another client is served.
 */
#include <errno.h>
#include <stdint.h>

#include "manager/desk.h"

#include "base/bug.h"
#include "ipc/manager.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct desk desk;
static struct desk_client watcher;

static void came(struct ipc *c, uint16_t id, const void *message, int fd, void *arg)
{
    const struct slice text = id == MANAGER_ANSWER ? ((const struct manager_answer *)message)->text
                              : id == MANAGER_VERDICT
                                  ? ((const struct manager_verdict *)message)->headers
                                  : SLICE_NONE;

    BUG_IF(text.len && memchr(text.p, '\0', text.len));
    BUG_IF(id == MANAGER_VERDICT && ((const struct manager_verdict *)message)->err == 0);
}

static void gone(struct ipc *c, int err, void *arg)
{
    *(bool *)arg = true;
}

static void open_one(struct ipc *c, uint32_t session, uint8_t kind)
{
    struct manager_open o = {.session = session, .kind = kind};

    addr_parse(&o.peer, SLICE("198.51.100.9:4444"), 0);
    addr_parse(&o.local, SLICE(DESK ":8088"), 0);
    (void)ipc_send(c, MANAGER_OPEN, &o);
}

static void say(struct ipc *c, struct slice line)
{
    const uint32_t session = (uint8_t)line.p[1] % 10, request = (uint8_t)line.p[2] % 10;
    struct manager_digest d = {.session = session, .request = request, .method = "GET"};
    struct buf text;

    buf_init(&text, 1 << 20);
    for (size_t i = 3; i < line.len && text.len < MANAGER_TEXT_MAX / 8; i++)
        line.p[i] == '|' ? (void)buf_addz(&text, "\r\n") : (void)buf_addc(&text, line.p[i]);
    switch (line.p[0]) {
    case 'o': open_one(c, session, MANAGER_SESSION_HTTP); break;
    case 'O': open_one(c, session, MANAGER_SESSION_ROLE); break;
    case 'l': (void)ipc_send(c, MANAGER_LEAVE, &(struct manager_leave){session}); break;
    case 'd':
        d.authorization = buf_slice(&text);
        d.uri = SLICE("/arawman?action=ping");
        (void)ipc_send(c, MANAGER_DIGEST, &d);
        break;
    default:
        (void)ipc_send(c, MANAGER_ASK,
                       &(struct manager_ask){.session = session,
                                             .request = request,
                                             .is_last = line.p[0] != 'p',
                                             .text = buf_slice(&text)});
    }
    buf_fini(&text);
}

static void check_sessions(void)
{
    LIST_FOREACH(&desk.manager->sessions, k)
    {
        const struct manager_session *s = CONTAINER_OF(k, struct manager_session, link);

        /* Its own session runs no programs and no commands, whatever is said over the wire. */
        BUG_IF(s->kind == MANAGER_ROLE &&
               (s->write & (CLASS_SYSTEM | CLASS_COMMAND | CLASS_CONFIG)) != 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct slice rest = slice_from((const char *)bytes, len);
    struct ipc *web = NULL, *engine = NULL;
    bool is_gone = false;

    if (!desk.loop) {
        BUG_IF(desk_init(&desk));
        BUG_IF(desk_enter(&watcher, &desk, MANAGER_TCP, "admin", "off"));
    }
    if (!len || ipc_pair(&web, &engine, desk.loop, &manager_protocol))
        return 0;
    ipc_set_handlers(web, came, gone, &is_gone);
    BUG_IF(manager_serve_web(desk.manager, engine));
    while (slice_is_set(rest) && !is_gone) {
        const struct slice line = slice_cut(rest, '\n', &rest);

        if (line.len >= 3)
            say(web, line);
        loop_fake_settle(desk.loop);
        check_sessions();
    }
    loop_fake_advance(desk.loop, 1500);
    ipc_close(web);
    mem_deref(web);
    loop_fake_advance(desk.loop, 20);
    desk_ask(&watcher, "Action: Ping\n\n");
    BUG_IF(!strstr(buf_z(&watcher.got), "Ping: Pong\r\n"));
    door_fini(&desk.manager->door); /* or the next one is not looked at */
    door_init(&desk.manager->door);
    return 0;
}
