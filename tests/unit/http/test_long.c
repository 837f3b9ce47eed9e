/* What does not fit into memory: bodies that go to a sink, answers that go on, files that the front sends */
#include <string.h>

#include "base/mem.h"
#include "http/server.h"
#include "http/stream.h"
#include "unit.h"

#define ROOM (1u << 20)

struct stage {
    struct loop *loop;
    struct http_server *server;
    struct http_request *held;
    struct http_file file;
    char path[64];
    char got[8192];
    size_t taken; /* by the sink */
    unsigned requests, freed, drained, gone;
    bool is_slow;  /* the sink holds after each piece */
    bool refuses;  /* at the head */
    bool stumbles; /* answers in the middle of a body */
};

static void count_free(void *own)
{
    ++*(unsigned *)own;
}

static void say(struct http_request *r, int status, const char *text)
{
    struct buf b;

    buf_init(&b, 1000);
    buf_addz(&b, text);
    http_reply(r, status, "text/plain", NULL, &b);
}

static uint64_t room(const struct http_request *r, void *arg)
{
    return ROOM;
}

static void piece(struct http_request *r, struct slice bytes, void *arg)
{
    struct stage *t = arg;

    t->taken += bytes.len;
    if (t->stumbles) {
        say(r, 422, "no good");
    } else if (t->is_slow) {
        mem_deref(t->held);
        t->held = mem_ref(r);
        http_hold(r);
    }
}

static void head(struct http_request *r, void *arg)
{
    struct stage *t = arg;

    http_request_set(r, &t->freed, count_free);
    if (t->refuses)
        say(r, 401, "who are you");
    else if (slice_eqz(http_request_path(r), "/sink"))
        http_sink_set(r, piece, t);
}

static void was_drained(struct http_request *r, void *arg)
{
    ((struct stage *)arg)->drained++;
}

static void has_gone(struct http_request *r, void *arg)
{
    struct stage *t = arg;

    t->gone++;
    t->held = mem_deref(t->held);
}

static void requested(struct http_request *r, void *arg)
{
    struct stage *t = arg;
    const struct http_stream_handlers h = {was_drained, has_gone, t};
    char text[100];

    t->requests++;
    if (slice_eqz(http_request_path(r), "/stream")) {
        if (http_stream_open(r, 200, "text/event-stream", NULL, &h) == 0)
            t->held = mem_ref(r);
    } else if (slice_eqz(http_request_path(r), "/file")) {
        if (http_reply_file(r, &t->file, NULL))
            say(r, 404, "no way");
    } else {
        snprintf(text, sizeof(text), "took %zu, kept %zu", t->taken, http_request_body(r).len);
        say(r, 200, text);
    }
}

static void refused(struct http_request *r, int status, void *arg)
{
    say(r, status, "no");
}

static int begin(struct stage *t)
{
    int fd, err;

    memset(t, 0, sizeof(*t));
    snprintf(t->path, sizeof(t->path), "/tmp/station-long-%d.sock", (int)getpid());
    fd = stream_listen(t->path);
    err = fd < 0 ? errno : loop_alloc(&t->loop);
    if (!err)
        err = http_server_alloc(&t->server, &(struct http_server_args){.loop = t->loop,
                                                                       .listen_fd = fd,
                                                                       .room = room,
                                                                       .head = head,
                                                                       .request = requested,
                                                                       .refuse = refused,
                                                                       .arg = t});
    else if (fd >= 0)
        close(fd);
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

static const char *read_some(struct stage *t, int fd)
{
    ssize_t n;

    turn(t);
    n = recv(fd, t->got, sizeof(t->got) - 1, 0);
    t->got[n > 0 ? n : 0] = '\0';
    return t->got;
}

static const char *ask(struct stage *t, int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) < 0 ? "" : read_some(t, fd);
}

/* As much of len bytes as the other side takes. @return how much */
static size_t pour(struct stage *t, int fd, size_t len)
{
    static const char zeros[65536];
    size_t done = 0;

    for (int dry = 0; done < len && dry < 3;) {
        const size_t most = len - done < sizeof(zeros) ? len - done : sizeof(zeros);
        const ssize_t n = send(fd, zeros, most, MSG_NOSIGNAL);

        dry = n > 0 ? 0 : dry + 1;
        done += n > 0 ? (size_t)n : 0;
        turn(t);
    }
    return done;
}

static int post(struct stage *t, size_t len)
{
    const int fd = stream_connect(t->path);
    char text[128];

    snprintf(text, sizeof(text), "POST /sink HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n",
             len);
    ask(t, fd, text);
    return fd;
}

/* ---- sinks ---- */

static int a_body_passes_by(void)
{
    struct stage t;
    uint64_t blocks;
    int fd = -1, err = begin(&t);

    CHECK_OK_TO(err, out);
    fd = post(&t, ROOM);
    blocks = mem_count();
    CHECK_TO(pour(&t, fd, ROOM - 1) == ROOM - 1 && t.taken == ROOM - 1 && t.requests == 0, out);
    CHECK_TO(mem_count() == blocks, out);
    CHECK_TO(pour(&t, fd, 1) == 1 && t.requests == 1, out);
    CHECK_TO(strstr(read_some(&t, fd), "\r\n\r\ntook 1048576, kept 0") && t.freed == 1, out);
    /* The connection goes on, and without a sink a body is kept. */
    CHECK_TO(strstr(ask(&t, fd, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"),
                    "took 1048576, kept 2"),
             out);
out:
    close(fd);
    end(&t);
    return err;
}

static int a_slow_sink_is_waited_for(void)
{
    struct stage t;
    size_t poured, before;
    int fd = -1, err = begin(&t);

    CHECK_OK_TO(err, out);
    t.is_slow = true;
    fd = post(&t, ROOM);
    poured = pour(&t, fd, ROOM);
    CHECK_TO(poured < ROOM && t.taken > 0 && t.held, out);
    before = t.taken;
    http_go_on(t.held);
    turn(&t);
    CHECK_TO(t.taken > before && t.taken < ROOM, out); /* one piece more */
    t.is_slow = false;
    http_go_on(t.held);
    CHECK_TO(pour(&t, fd, ROOM - poured) == ROOM - poured, out);
    CHECK_TO(t.taken == ROOM && strstr(read_some(&t, fd), "took 1048576"), out);
out:
    close(fd);
    end(&t);
    return err;
}

/* Nobody hears of a request; what belongs to it is freed, also when it was held. */
static int a_client_goes_in_the_middle(void)
{
    struct stage t;
    int fd = -1, err = begin(&t);

    CHECK_OK_TO(err, out);
    fd = post(&t, ROOM);
    pour(&t, fd, 1000);
    close(fd);
    turn(&t);
    CHECK_TO(t.freed == 1 && t.requests == 0, out);
    t.is_slow = true;
    fd = post(&t, ROOM);
    pour(&t, fd, 1000);
    close(fd);
    turn(&t);
    CHECK_TO(t.held && t.freed == 1, out);
    http_go_on(t.held);
    turn(&t);
    t.held = mem_deref(t.held);
    CHECK_TO(t.freed == 2 && t.requests == 0, out);
    fd = stream_connect(t.path);
out:
    close(fd);
    end(&t);
    return err;
}

static int answered_before_it_is_whole(bool at_head, const char *want)
{
    struct stage t;
    int fd = -1, err = begin(&t);

    CHECK_OK_TO(err, out);
    t.refuses = at_head;
    t.stumbles = !at_head;
    fd = post(&t, ROOM);
    CHECK_TO(pour(&t, fd, ROOM) == ROOM, out);
    CHECK_TO(strstr(read_some(&t, fd), want) && t.requests == 0, out);
    CHECK_TO(at_head ? t.taken == 0 : t.taken < ROOM, out);
    t.refuses = t.stumbles = false;
    CHECK_TO(strstr(ask(&t, fd, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n"), "200 OK"), out);
out:
    close(fd);
    end(&t);
    return err;
}

static int an_early_answer(void)
{
    int err = answered_before_it_is_whole(true, " 401 ");

    return err ? err : answered_before_it_is_whole(false, " 422 ");
}

static int too_long_for_its_route(void)
{
    struct stage t;
    int fd = -1, err = begin(&t);

    CHECK_OK_TO(err, out);
    fd = stream_connect(t.path);
    ask(&t, fd, "POST /sink HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\nabc");
    CHECK_TO(strstr(t.got, " 413 ") && t.taken == 0, out);
out:
    close(fd);
    end(&t);
    return err;
}

/* ---- streams ---- */

#define GET_STREAM "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n"

static int events_come_as_they_are_sent(void)
{
    struct stage t;
    uint64_t rounds;
    int fd = -1, err = begin(&t);

    CHECK_OK_TO(err, out);
    fd = stream_connect(t.path);
    ask(&t, fd, GET_STREAM);
    CHECK_TO(strstr(t.got, " 200 OK\r\n") && strstr(t.got, "text/event-stream") && t.held, out);
    CHECK_OK_TO(http_stream_send(t.held, SLICE("data: 1\n\n")), out);
    CHECK_TO(strstr(read_some(&t, fd), "data: 1\n\n") && t.drained == 1, out);
    rounds = t.drained;
    turn(&t); /* silent */
    CHECK_TO(t.drained == rounds && http_stream_room(t.held) == HTTP_STREAM_MAX, out);
    CHECK_OK_TO(http_stream_send(t.held, SLICE("data: 2\n\n")), out);
    http_stream_close(t.held);
    CHECK_TO(http_stream_send(t.held, SLICE("late")) == ENOTCONN, out);
    CHECK_TO(strstr(read_some(&t, fd), "data: 2\n\n\r\n0\r\n\r\n"), out);
    t.held = mem_deref(t.held);
    CHECK_TO(t.gone == 0 && t.freed == 1, out);
    CHECK_TO(strstr(ask(&t, fd, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n"), "200 OK"), out);
out:
    close(fd);
    end(&t);
    return err;
}

/* Heard of at once, though nothing is sent. */
static int a_reader_goes(void)
{
    struct stage t;
    int fd = -1, err = begin(&t);

    CHECK_OK_TO(err, out);
    fd = stream_connect(t.path);
    ask(&t, fd, GET_STREAM);
    close(fd);
    turn(&t);
    CHECK_TO(t.gone == 1 && t.freed == 1 && !t.held, out);
    fd = stream_connect(t.path);
out:
    close(fd);
    end(&t);
    return err;
}

static int who_does_not_read_is_closed(void)
{
    static const char bytes[8192];
    struct stage t;
    size_t sent = 0;
    int fd = -1, err = begin(&t), last = 0;

    CHECK_OK_TO(err, out);
    fd = stream_connect(t.path);
    ask(&t, fd, GET_STREAM);
    CHECK_TO(t.held, out);
    while (!last && sent < 4 * HTTP_STREAM_MAX) {
        last = http_stream_send(t.held, slice_from(bytes, sizeof(bytes)));
        sent += last ? 0 : sizeof(bytes);
        if (!last)
            loop_round(t.loop, 0);
    }
    CHECK_TO(last == ENOBUFS && sent >= HTTP_STREAM_MAX, out);
    turn(&t);
    CHECK_TO(t.gone == 1 && !t.held, out);
out:
    close(fd);
    end(&t);
    return err;
}

/* More than the ceiling in all, to one who reads. */
static int a_long_table(void)
{
    static const char bytes[4096];
    struct stage t;
    size_t sent = 0, got = 0;
    int fd = -1, err = begin(&t);

    CHECK_OK_TO(err, out);
    fd = stream_connect(t.path);
    ask(&t, fd, GET_STREAM);
    for (int i = 0; t.held && i < 10000 && got < 3 * HTTP_STREAM_MAX; i++) {
        ssize_t n;

        for (; sent < 3 * HTTP_STREAM_MAX && http_stream_room(t.held) >= sizeof(bytes);
             sent += sizeof(bytes))
            CHECK_OK_TO(http_stream_send(t.held, slice_from(bytes, sizeof(bytes))), out);
        loop_round(t.loop, 0);
        n = recv(fd, t.got, sizeof(t.got), 0);
        got += n > 0 ? (size_t)n : 0;
    }
    CHECK_TO(got >= 3 * HTTP_STREAM_MAX && t.gone == 0 && t.drained > 0, out);
out:
    close(fd);
    end(&t);
    return err;
}

static int ends_with_streams_open(void)
{
    struct stage t;
    int fd = -1, err = begin(&t);

    CHECK_OK_TO(err, out);
    fd = stream_connect(t.path);
    ask(&t, fd, GET_STREAM);
    CHECK_TO(t.held, out);
    t.server = mem_deref(t.server);
    CHECK_TO(t.gone == 1 && !t.held && t.freed == 1, out);
out:
    close(fd);
    end(&t);
    return err;
}

/* ---- files ---- */

static int files(void)
{
    static const struct {
        const char *path, *name, *want;
    } cases[] = {
        {"recordings/2026/a b%.wav", NULL,
         "X-Accel-Redirect: /.file/recordings/2026/a%20b%25.wav\r\n"},
        {"recordings/\xd0\xb9?x#", NULL, "X-Accel-Redirect: /.file/recordings/%D0%B9%3Fx%23\r\n"},
        {"exports/1", "\xd0\xb9 \"1\".csv",
         "attachment; filename=\"_ _1_.csv\"; filename*=UTF-8''%D0%B9%20%221%22.csv\r\n"},
        {"recordings/a\r\nX: y", NULL, "recordings/a%0D%0AX%3A%20y\r\n"},
        {"recordings/../tls/key", NULL, " 404 "},
        {"recordings/.hidden", NULL, " 404 "},
        {"/etc/passwd", NULL, " 404 "},
        {"recordings//a", NULL, " 404 "},
        {"station.db", NULL, " 404 "},
        {"", NULL, " 404 "},
    };
    struct stage t;
    int fd = -1, err = begin(&t);

    CHECK_OK_TO(err, out);
    fd = stream_connect(t.path);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]) && !err; i++) {
        t.file = (struct http_file){cases[i].path, "audio/wav", cases[i].name, false};
        if (!strstr(ask(&t, fd, "GET /file HTTP/1.1\r\nHost: x\r\n\r\n"), cases[i].want))
            err = unit_failed(__FILE__, __LINE__, t.got);
    }
out:
    close(fd);
    end(&t);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_body_passes_by), UNIT_ONCE(a_slow_sink_is_waited_for),
           UNIT_ONCE(a_client_goes_in_the_middle), UNIT_ONCE(an_early_answer),
           UNIT_ONCE(too_long_for_its_route), UNIT_ONCE(events_come_as_they_are_sent),
           UNIT_ONCE(a_reader_goes), UNIT_ONCE(who_does_not_read_is_closed),
           UNIT_ONCE(a_long_table), UNIT_ONCE(ends_with_streams_open), UNIT_ONCE(files))
