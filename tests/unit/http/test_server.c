/* The server on a real socket: answers at once and later, refusals, clients that leave or linger */
#include "http/server.h"

#include <string.h>

#include "base/mem.h"
#include "http/stream.h"
#include "unit.h"

struct stage {
    struct loop *loop;
    struct http_server *server;
    struct http_request *held;
    char path[64];
    char got[4096];
    int requests, freed;
};

static void count_free(void *own)
{
    ++*(int *)own;
}

static uint64_t room(const struct http_request *r, void *arg)
{
    return slice_eqz(http_request_path(r), "/form") ? 10 : 0;
}

static void say(struct http_request *r, int status, const char *text)
{
    static const struct http_field fields[] = {{"X-Test", "yes"}, {0}};
    struct buf b;

    buf_init(&b, 1000);
    buf_addz(&b, text);
    http_reply(r, status, "text/plain", fields, &b);
}

static void requested(struct http_request *r, void *arg)
{
    struct stage *t = arg;
    char text[200];

    t->requests++;
    http_request_set(r, &t->freed, count_free);
    if (slice_eqz(http_request_path(r), "/later")) {
        t->held = mem_ref(r);
        return;
    }
    snprintf(text, sizeof(text), "%.*s|%.*s|%.*s", SLICE_ARG(http_request_query(r)),
             SLICE_ARG(http_request_body(r)), SLICE_ARG(http_request_header(r, "x-a")));
    say(r, 200, text);
}

static void refused(struct http_request *r, int status, void *arg)
{
    say(r, status, "no");
}

static int begin(struct stage *t)
{
    int fd, err;

    memset(t, 0, sizeof(*t));
    snprintf(t->path, sizeof(t->path), "/tmp/station-http-%d.sock", (int)getpid());
    fd = stream_listen(t->path);
    err = fd < 0 ? errno : loop_alloc(&t->loop);
    if (!err)
        err = http_server_alloc(&t->server, &(struct http_server_args){.loop = t->loop,
                                                                       .listen_fd = fd,
                                                                       .room = room,
                                                                       .request = requested,
                                                                       .refuse = refused,
                                                                       .arg = t});
    return err;
}

static void end(struct stage *t)
{
    t->server = mem_deref(t->server);
    t->held = mem_deref(t->held);
    t->loop = mem_deref(t->loop);
    unlink(t->path);
}

static void turn(struct stage *t)
{
    for (int i = 0; i < 20; i++)
        loop_round(t->loop, 1);
}

static const char *ask(struct stage *t, int fd, const char *text)
{
    ssize_t n;

    t->got[0] = '\0';
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        return t->got;
    turn(t);
    n = recv(fd, t->got, sizeof(t->got) - 1, 0);
    t->got[n > 0 ? n : 0] = '\0';
    return t->got;
}

static int answers(void)
{
    struct stage t;
    int fd = -1, err = begin(&t);

    CHECK_OK_TO(err, out);
    fd = stream_connect(t.path);
    ask(&t, fd, "GET /x?a=b+c HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n\r\n");
    CHECK_TO(strstr(t.got, "HTTP/1.1 200 OK\r\n") == t.got, out);
    CHECK_TO(strstr(t.got, "X-Test: yes\r\n") && strstr(t.got, "\r\n\r\na=b+c||1"), out);
    ask(&t, fd, "POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    CHECK_TO(strstr(t.got, "\r\n\r\n|hello|"), out);
    ask(&t, fd, "HEAD /y HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK_TO(strstr(t.got, "Content-Length: 2\r\n") && !strstr(t.got, "||"), out);
    CHECK_TO(t.requests == 3 && t.freed == 3, out);
out:
    close(fd);
    end(&t);
    return err;
}

static int answers_later(void)
{
    struct stage t;
    int fd = -1, err = begin(&t);

    CHECK_OK_TO(err, out);
    fd = stream_connect(t.path);
    CHECK_TO(!*ask(&t, fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n") && t.held, out);
    say(t.held, 200, "at last");
    CHECK_TO(strstr(ask(&t, fd, ""), "\r\n\r\nat last"), out);
    CHECK_TO(http_is_replied(t.held), out);
    t.held = mem_deref(t.held);
    CHECK_TO(t.freed == 1, out);
    CHECK_TO(strstr(ask(&t, fd, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n"), "200 OK"), out);
out:
    close(fd);
    end(&t);
    return err;
}

static int ends_with_one_asleep(void)
{
    struct stage t;
    int fd = -1, err = begin(&t);

    CHECK_OK_TO(err, out);
    fd = stream_connect(t.path);
    ask(&t, fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK_TO(t.held, out);
    t.server = mem_deref(t.server);
    say(t.held, 200, "nobody reads it");
out:
    close(fd);
    end(&t);
    return err;
}

static int refusal(struct stage *t, const char *text, const char *status)
{
    const int fd = stream_connect(t->path);
    int err = 0;

    ask(t, fd, text);
    if (!strstr(t->got, status))
        err = unit_failed(__FILE__, __LINE__, text);
    else if (recv(fd, t->got, sizeof(t->got), 0) != 0)
        err = unit_failed(__FILE__, __LINE__, "connection stays open");
    close(fd);
    return err;
}

/* A head that is never whole: nothing of it is left, and no timer of it. */
static int forgets_half_a_head(void)
{
    struct stage t;
    uint64_t blocks;
    int fd = -1, err = begin(&t);

    CHECK_OK_TO(err, out);
    fd = stream_connect(t.path);
    ask(&t, fd, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
    blocks = mem_count();
    close(fd);
    fd = stream_connect(t.path);
    ask(&t, fd, "GET /x HTTP/1.1\r\nHost: x\r\n");
    CHECK_TO(t.requests == 1 && mem_count() > blocks, out);
    close(fd);
    turn(&t);
    CHECK_TO(mem_count() < blocks, out);
    fd = stream_connect(t.path);
out:
    close(fd);
    end(&t);
    return err;
}

static int refuses(void)
{
    struct stage t;
    int err = begin(&t);

    CHECK_OK_TO(err, out);
    CHECK_OK_TO(refusal(&t,
                        "POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n01234567890",
                        " 413 "),
                out);
    CHECK_OK_TO(refusal(&t, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n0", " 413 "),
                out);
    CHECK_OK_TO(refusal(&t,
                        "POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                        "Content-Length: 6\r\n\r\n012345",
                        " 400 "),
                out);
    CHECK_OK_TO(refusal(&t,
                        "POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                        " 501 "),
                out);
    CHECK_OK_TO(refusal(&t, "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", " 400 "), out);
    CHECK_OK_TO(refusal(&t, "GET / HTTP/1.1\r\n\r\n", " 400 "), out);
    CHECK_TO(t.requests == 0, out);
out:
    end(&t);
    return err;
}

UNIT_TESTS(UNIT_ONCE(answers), UNIT_ONCE(answers_later), UNIT_ONCE(ends_with_one_asleep),
           UNIT_ONCE(refuses), UNIT_ONCE(forgets_half_a_head))
