/* Requests of HTTP become messages of the Manager: with an engine of paper on the other side */
#include "web/manager.h"

#include <string.h>

#include "base/mem.h"
#include "http/stream.h"
#include "ipc/manager.h"
#include "unit.h"

struct stage {
    struct loop *loop;
    struct http_server *server;
    struct web_manager *web;
    struct ipc *engine; /* its side of the connection */
    char http_path[64], ipc_path[64];
    int ipc_fd;
    char asked[16][512]; /* texts of requests, in order */
    uint32_t sessions[16], requests[16];
    unsigned asks, opens, leaves;
    struct manager_open open;
    char got[8192];
};

static void came(struct ipc *c, uint16_t id, const void *message, int fd, void *arg)
{
    struct stage *t = arg;

    if (id == MANAGER_OPEN) {
        t->open = *(const struct manager_open *)message;
        t->opens++;
    } else if (id == MANAGER_LEAVE) {
        t->leaves++;
    } else if (id == MANAGER_ASK && t->asks < 16) {
        const struct manager_ask *m = message;

        slice_copy(m->text, t->asked[t->asks], sizeof(t->asked[0]));
        t->sessions[t->asks] = m->session;
        t->requests[t->asks++] = m->request;
    } else if (id == MANAGER_DIGEST && t->asks < 16) {
        const struct manager_digest *m = message;

        snprintf(t->asked[t->asks], sizeof(t->asked[0]), "%s|%.*s|%.*s", m->method,
                 SLICE_ARG(m->uri), SLICE_ARG(m->authorization));
        t->sessions[t->asks] = m->session;
        t->requests[t->asks++] = m->request;
    }
}

static void gone(struct ipc *c, int err, void *arg)
{
}

static void turn(struct stage *t)
{
    for (int i = 0; i < 20; i++)
        loop_round(t->loop, 1);
}

static int accept_web(struct stage *t)
{
    int fd = -1;

    for (int i = 0; i < 100 && fd < 0; i++) {
        loop_round(t->loop, 1);
        fd = accept(t->ipc_fd, NULL, NULL);
    }
    return fd < 0 ? EAGAIN : ipc_alloc(&t->engine, t->loop, fd, &manager_protocol, came, gone, t);
}

static uint64_t room(const struct http_request *r, void *arg)
{
    return web_manager_room(r, ((struct stage *)arg)->web);
}

static void requested(struct http_request *r, void *arg)
{
    web_manager_request(r, ((struct stage *)arg)->web);
}

static void refused(struct http_request *r, int status, void *arg)
{
    web_manager_refuse(r, status, ((struct stage *)arg)->web);
}

static int begin(struct stage *t)
{
    int err;

    memset(t, 0, sizeof(*t));
    t->ipc_fd = -1;
    snprintf(t->http_path, sizeof(t->http_path), "/tmp/station-web-%d.sock", (int)getpid());
    snprintf(t->ipc_path, sizeof(t->ipc_path), "/tmp/station-web-%d.ipc", (int)getpid());
    err = ipc_listen(&t->ipc_fd, t->ipc_path);
    if (!err)
        err = loop_alloc(&t->loop);
    if (!err)
        err = web_manager_alloc(&t->web, t->loop, t->ipc_path);
    if (!err)
        err = http_server_alloc(&t->server,
                                &(struct http_server_args){.loop = t->loop,
                                                           .listen_fd = stream_listen(t->http_path),
                                                           .room = room,
                                                           .request = requested,
                                                           .refuse = refused,
                                                           .arg = t});
    return err ? err : accept_web(t);
}

static void end(struct stage *t)
{
    t->web = mem_deref(t->web);
    t->server = mem_deref(t->server);
    if (t->engine)
        ipc_close(t->engine);
    t->engine = mem_deref(t->engine);
    t->loop = mem_deref(t->loop);
    close(t->ipc_fd);
    unlink(t->http_path);
    unlink(t->ipc_path);
}

static int get(struct stage *t, const char *target, const char *fields)
{
    const int fd = stream_connect(t->http_path);
    char text[1024];

    snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", target, fields);
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        return fd;
    turn(t);
    return fd;
}

/* What has come on fd, which is closed. */
static const char *read_off(struct stage *t, int fd)
{
    ssize_t n;

    turn(t);
    n = recv(fd, t->got, sizeof(t->got) - 1, 0);
    t->got[n > 0 ? n : 0] = '\0';
    close(fd);
    return t->got;
}

/* The engine answers the i-th question. */
static void answer(struct stage *t, unsigned i, const char *text)
{
    struct manager_answer m = {
        .session = t->sessions[i], .request = t->requests[i], .text = slice_of(text)};

    ipc_send(t->engine, MANAGER_ANSWER, &m);
    m.text = SLICE("");
    m.is_last = true;
    ipc_send(t->engine, MANAGER_ANSWER, &m);
    turn(t);
}

#define ACCEPTED "Response: Success\r\nMessage: Authentication accepted\r\n\r\n"
#define PONG "Response: Success\r\nPing: Pong\r\n\r\n"

/* @return the field "X-Station-Cookie: ..." to come with again */
static const char *log_in(struct stage *t)
{
    static char field[128];
    int fd = get(t, "/rawman?action=login&username=a&secret=b",
                 "X-Station-Peer: 192.0.2.7 4000 192.0.2.1 8088\r\n");
    const char *at;

    answer(t, 0, ACCEPTED);
    at = strstr(read_off(t, fd), "Set-Cookie: ");
    if (!at)
        return "";
    snprintf(field, sizeof(field), "X-Station-Cookie: other=1; %.*s\r\n",
             (int)strcspn(at + 12, ";"), at + 12);
    return field;
}

static int a_login_is_remembered(void)
{
    struct stage t;
    const char *cookie;
    char peer[ADDR_TEXT];
    int fd, err = begin(&t);

    CHECK_OK_TO(err, out);
    cookie = log_in(&t);
    CHECK_TO(strcmp(t.asked[0], "action: login\r\nusername: a\r\nsecret: b\r\n\r\n") == 0, out);
    CHECK_TO(strcmp(addr_text(&t.open.peer, peer), "192.0.2.7:4000") == 0 &&
                 t.open.local.port == 8088 && t.open.kind == MANAGER_SESSION_HTTP,
             out);
    CHECK_TO(strstr(t.got, "; Version=1; Max-Age=60\r\n") && strstr(t.got, ACCEPTED), out);
    CHECK_TO(strlen(cookie) == strlen("X-Station-Cookie: other=1; mansession_id=\"\"\r\n") + 32,
             out);
    fd = get(&t, "/asterisk/MXML/?action=ping", cookie);
    CHECK_TO(t.asks == 2 && t.opens == 1 && t.sessions[1] == t.sessions[0], out);
    answer(&t, 1, PONG);
    CHECK_TO(strstr(read_off(&t, fd), "<generic response='Success' ping='Pong' />"), out);
    CHECK_TO(strstr(t.got, "Content-Type: text/xml\r\n") && t.leaves == 0, out);
out:
    end(&t);
    return err;
}

static int cookies_come_in_many_forms(void)
{
    static const struct {
        const char *form; /* around the 32 digits */
        bool is_found;
    } cases[] = {
        {"mansession_id=%s", true},
        {"MANSESSION_ID = \"%s\" ", true},
        {"a=1;mansession_id=%s;b=2", true},
        {"$Version=\"1\"; mansession_id=\"%s\"; $Path=\"/\"", true},
        {"mansession_id=\"%s", false},
        {"mansession_id=x; mansession_id=%s", false}, /* the first counts */
        {"other=mansession_id=%s", false},
    };
    char id[33], cookie[200];
    unsigned opens = 1;
    struct stage t;
    int fd, err = begin(&t);

    CHECK_OK_TO(err, out);
    snprintf(id, sizeof(id), "%s", strchr(log_in(&t), '"') + 1);
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int len = snprintf(cookie, sizeof(cookie), "X-Station-Cookie: ");

        len += snprintf(cookie + len, sizeof(cookie) - (size_t)len, cases[i].form, id);
        snprintf(cookie + len, sizeof(cookie) - (size_t)len, "\r\n");
        fd = get(&t, "/rawman?action=ping", cookie);
        opens += !cases[i].is_found;
        CHECK_TO(t.opens == opens && t.asks == i + 2, out);
        answer(&t, i + 1, "Response: Error\r\nMessage: Permission denied\r\n\r\n");
        CHECK_TO(strstr(read_off(&t, fd), "200 OK") && t.leaves == opens - 1, out);
    }
out:
    end(&t);
    return err;
}

static int who_has_no_success_is_forgotten(void)
{
    struct stage t;
    int fd, err = begin(&t);

    CHECK_OK_TO(err, out);
    fd = get(&t, "/rawman?action=ping",
             "X-Station-Cookie: mansession_id=0123456789abcdef0123456789abcdef\r\n");
    CHECK_TO(t.opens == 1 && t.asks == 1, out);
    answer(&t, 0, "Response: Error\r\nMessage: Permission denied\r\n\r\n");
    CHECK_TO(strstr(read_off(&t, fd), "Permission denied") && t.leaves == 1, out);
    CHECK_TO(!strstr(t.got, "0123456789abcdef"), out);
out:
    end(&t);
    return err;
}

static int values_have_no_line_ends(void)
{
    static const char *const targets[] = {"/rawman?action=ping%0aX:1", "/rawman?action%0d=ping",
                                          "/rawman?a=%00", "/rawman?a:b=1"};
    struct stage t;
    int err = begin(&t);

    CHECK_OK_TO(err, out);
    for (int i = 0; i < 4; i++)
        CHECK_TO(strstr(read_off(&t, get(&t, targets[i], "")), "HTTP/1.1 400 "), out);
    CHECK_TO(t.asks == 0 && t.opens == 0, out);
out:
    end(&t);
    return err;
}

static int others_pass_a_waitevent(void)
{
    struct stage t;
    const char *cookie;
    int first, second, ping, queued, err = begin(&t);

    CHECK_OK_TO(err, out);
    cookie = log_in(&t);
    first = get(&t, "/rawman?action=WaitEvent&timeout=9", cookie);
    ping = get(&t, "/rawman?action=ping", cookie);
    queued = get(&t, "/rawman?action=ping", cookie);
    CHECK_TO(t.asks == 4, out); /* neither ping waits for the other */
    second = get(&t, "/rawman?action=WaitEvent", cookie);
    CHECK_TO(t.asks == 5, out);
    answer(&t, 2, PONG);
    CHECK_TO(strstr(read_off(&t, ping), "Pong"), out);
    answer(&t, 3, PONG);
    CHECK_TO(strstr(read_off(&t, queued), "Pong"), out);
    answer(&t, 1, "Response: Success\r\nMessage: one\r\n\r\n");
    CHECK_TO(strstr(read_off(&t, first), "one"), out);
    answer(&t, 4, "Response: Success\r\nMessage: two\r\n\r\n");
    CHECK_TO(strstr(read_off(&t, second), "two"), out);
out:
    end(&t);
    return err;
}

static int eight_are_asked_and_the_ninth_waits(void)
{
    struct stage t;
    const char *cookie;
    int fds[9], err = begin(&t);

    CHECK_OK_TO(err, out);
    cookie = log_in(&t);
    for (int i = 0; i < 9; i++)
        fds[i] = get(&t, "/rawman?action=ping", cookie);
    CHECK_TO(t.asks == 9, out);
    answer(&t, 1, PONG);
    CHECK_TO(strstr(read_off(&t, fds[0]), "Pong") && t.asks == 10, out);
    for (unsigned i = 1; i < 9; i++) {
        answer(&t, i + 1, PONG);
        CHECK_TO(strstr(read_off(&t, fds[i]), "Pong"), out);
    }
    CHECK_TO(t.opens == 1, out);
out:
    end(&t);
    return err;
}

/* Who came with the id that a session had before its login is a stranger afterwards, and learns nothing. */
static int a_login_is_alone(void)
{
    static char old[128], fresh[128];
    struct stage t;
    int login, ping, waits, err = begin(&t);

    CHECK_OK_TO(err, out);
    snprintf(old, sizeof(old), "%s", log_in(&t));
    waits = get(&t, "/rawman?action=WaitEvent&timeout=9", old);
    login = get(&t, "/rawman?action=login&username=b&secret=c", old);
    ping = get(&t, "/rawman?action=ping", old);
    CHECK_TO(t.asks == 3 && t.opens == 1, out);
    answer(&t, 2, ACCEPTED);
    snprintf(fresh, sizeof(fresh), "%s", strstr(read_off(&t, login), "mansession_id="));
    CHECK_TO(t.asks == 4 && t.opens == 2, out);
    answer(&t, 3, "Response: Error\r\nMessage: Permission denied\r\n\r\n");
    CHECK_TO(strstr(read_off(&t, ping), "Permission denied") && !strstr(t.got, fresh), out);
    answer(&t, 1, "Response: Success\r\nMessage: one\r\n\r\n");
    CHECK_TO(strstr(read_off(&t, waits), "one") && !strstr(t.got, "Set-Cookie"), out);
out:
    end(&t);
    return err;
}

static int the_engine_ends(void)
{
    struct stage t;
    const char *cookie;
    int waits, err = begin(&t);

    CHECK_OK_TO(err, out);
    cookie = log_in(&t);
    waits = get(&t, "/rawman?action=WaitEvent", cookie);
    ipc_close(t.engine);
    t.engine = mem_deref(t.engine);
    CHECK_TO(strstr(read_off(&t, waits), "HTTP/1.1 503 "), out);
    CHECK_OK_TO(accept_web(&t), out);
    waits = get(&t, "/rawman?action=ping", cookie);
    CHECK_TO(t.opens == 2, out); /* a stranger now */
    ipc_send(t.engine, MANAGER_LEFT, &(struct manager_leave){t.sessions[2]});
    turn(&t);
    CHECK_TO(t.opens == 3 && t.asks == 4, out); /* asked again, once */
    ipc_send(t.engine, MANAGER_LEFT, &(struct manager_leave){t.sessions[3]});
    CHECK_TO(strstr(read_off(&t, waits), "HTTP/1.1 503 ") && t.opens == 3, out);
out:
    end(&t);
    return err;
}

static int digest_asks_who_it_is(void)
{
    struct manager_verdict v = {.err = EACCES};
    struct stage t;
    int fd, err = begin(&t);

    CHECK_OK_TO(err, out);
    fd = get(&t, "/arawman?action=ping", "");
    CHECK_TO(strcmp(t.asked[0], "GET|/arawman?action=ping|") == 0, out);
    v.session = t.sessions[0];
    v.request = t.requests[0];
    v.headers = SLICE("WWW-Authenticate: Digest a\r\nWWW-Authenticate: Digest b\r\n");
    ipc_send(t.engine, MANAGER_VERDICT, &v);
    read_off(&t, fd);
    CHECK_TO(strstr(t.got, "HTTP/1.1 401 ") && strstr(t.got, "WWW-authenticate: Digest a\r\n") &&
                 strstr(t.got, "WWW-authenticate: Digest b\r\n"),
             out);
    CHECK_TO(t.leaves == 1, out);
    for (unsigned i = 1; i < 5; i += 2) { /* the same nonce: the same session */
        fd = get(&t, "/arawman?action=ping", "Authorization: Digest nonce=\"n\", x=y\r\n");
        CHECK_TO(strcmp(t.asked[i], "GET|/arawman?action=ping|Digest nonce=\"n\", x=y") == 0, out);
        v = (struct manager_verdict){.session = t.sessions[i], .request = t.requests[i]};
        ipc_send(t.engine, MANAGER_VERDICT, &v);
        turn(&t);
        CHECK_TO(strcmp(t.asked[i + 1], "action: ping\r\n\r\n") == 0, out);
        answer(&t, i + 1, PONG);
        CHECK_TO(strstr(read_off(&t, fd), "Pong") && !strstr(t.got, "Set-Cookie"), out);
        CHECK_TO(t.opens == 2 && t.leaves == 1, out);
    }
out:
    end(&t);
    return err;
}

/* "nonce = " is allowed, and no name that we would find again. */
static int who_cannot_be_found_again_is_forgotten(void)
{
    struct stage t;
    int fd, err = begin(&t);

    CHECK_OK_TO(err, out);
    fd = get(&t, "/arawman?action=ping", "Authorization: Digest nonce = \"n\", x=y\r\n");
    ipc_send(t.engine, MANAGER_VERDICT,
             &(struct manager_verdict){.session = t.sessions[0], .request = t.requests[0]});
    turn(&t);
    CHECK_TO(t.asks == 2 && t.leaves == 0, out);
    answer(&t, 1, PONG);
    CHECK_TO(strstr(read_off(&t, fd), "Pong") && t.leaves == 1, out);
out:
    end(&t);
    return err;
}

static int other_paths_and_methods(void)
{
    struct stage t;
    int fd, err = begin(&t);

    CHECK_OK_TO(err, out);
    CHECK_TO(strstr(read_off(&t, get(&t, "/nosuch", "")), "HTTP/1.1 404 "), out);
    CHECK_TO(strstr(read_off(&t, get(&t, "/nosuch", "Content-Length: 9\r\n")), " 404 "), out);
    CHECK_TO(strstr(read_off(&t, get(&t, "/httpstatus", "Content-Length: 9\r\n")), " 413 "), out);
    CHECK_TO(strstr(read_off(&t, get(&t, "/httpstatus", "")), "HTTP/1.1 200 "), out);
    CHECK_TO(strstr(read_off(&t, get(&t, "/", "X-Station-Target: /rawman/x\r\n")), " 404 "), out);
    fd = get(&t, "/", "X-Station-Target: /rawman?action=ping&b=c+d\r\n");
    CHECK_TO(strcmp(t.asked[0], "action: ping\r\nb: c d\r\n\r\n") == 0, out);
    close(fd);
    turn(&t);
    fd = get(&t, "/rawman", "");
    CHECK_TO(strcmp(t.asked[1], "Action: \r\n\r\n") == 0, out);
    close(fd);
out:
    end(&t);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_login_is_remembered), UNIT_ONCE(cookies_come_in_many_forms),
           UNIT_ONCE(who_has_no_success_is_forgotten), UNIT_ONCE(values_have_no_line_ends),
           UNIT_ONCE(others_pass_a_waitevent), UNIT_ONCE(eight_are_asked_and_the_ninth_waits),
           UNIT_ONCE(a_login_is_alone), UNIT_ONCE(the_engine_ends),
           UNIT_ONCE(digest_asks_who_it_is), UNIT_ONCE(who_cannot_be_found_again_is_forgotten),
           UNIT_ONCE(other_paths_and_methods))
