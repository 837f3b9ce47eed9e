/* The web role's own session with the engine, which is of paper here: events, questions, an engine that goes and
 * comes */
#include "web/station.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "ipc/manager.h"
#include "unit.h"

struct stage {
    struct loop *loop;
    struct web_link *link;
    struct web_station *station;
    struct ipc *engine;
    int ipc_fd;
    char path[64];
    uint32_t session, requests[64];
    unsigned asks, opens;
    uint8_t kind;
    char events[400], answer[400];
    int err;
    unsigned answers, theres, aways;
};

static void came(struct ipc *c, uint16_t id, const void *message, int fd, void *arg)
{
    struct stage *t = arg;

    if (id == MANAGER_OPEN) {
        t->session = ((const struct manager_open *)message)->session;
        t->kind = ((const struct manager_open *)message)->kind;
        t->opens++;
    } else if (id == MANAGER_ASK && t->asks < 64) {
        t->requests[t->asks++] = ((const struct manager_ask *)message)->request;
    }
}

static void gone(struct ipc *c, int err, void *arg)
{
}

static void turn(struct stage *t)
{
    for (int i = 0; i < 10; i++)
        loop_round(t->loop, 1);
}

static int accept_web(struct stage *t)
{
    int fd = -1;

    for (int i = 0; i < 200 && fd < 0; i++) {
        loop_round(t->loop, 1);
        fd = accept(t->ipc_fd, NULL, NULL);
    }
    return fd < 0 ? EAGAIN : ipc_alloc(&t->engine, t->loop, fd, &manager_protocol, came, gone, t);
}

static void event(const struct ami_message *m, void *arg)
{
    struct stage *t = arg;
    const size_t n = strlen(t->events);

    snprintf(t->events + n, sizeof(t->events) - n, "%.*s/%.*s ",
             SLICE_ARG(ami_message_get(m, "Event")), SLICE_ARG(ami_message_get(m, "Channel")));
}

static void state(bool is_there, void *arg)
{
    struct stage *t = arg;

    if (is_there)
        t->theres++;
    else
        t->aways++;
}

static void answered(int err, struct buf *text, void *arg)
{
    struct stage *t = arg;

    t->answers++;
    t->err = err;
    slice_copy(buf_slice(text), t->answer, sizeof(t->answer));
}

static int begin(struct stage *t)
{
    int err;

    *t = (struct stage){.ipc_fd = -1};
    snprintf(t->path, sizeof(t->path), "/tmp/unit-station-%d.sock", (int)getpid());
    unlink(t->path);
    err = loop_alloc(&t->loop);
    if (!err)
        err = ipc_listen(&t->ipc_fd, t->path);
    if (!err)
        err = web_link_alloc(&t->link, t->loop, t->path);
    if (!err)
        err = web_station_alloc(&t->station, t->loop, t->link, event, state, t);
    if (!err)
        err = accept_web(t);
    turn(t);
    return err;
}

static void end(struct stage *t)
{
    t->station = mem_deref(t->station);
    mem_deref(t->link);
    if (t->engine)
        ipc_close(t->engine);
    mem_deref(t->engine);
    if (t->ipc_fd >= 0)
        close(t->ipc_fd);
    unlink(t->path);
    mem_deref(t->loop);
}

static void say(struct stage *t, uint32_t request, bool is_last, const char *text)
{
    ipc_send(
        t->engine, MANAGER_ANSWER,
        &(struct manager_answer){
            .session = t->session, .request = request, .is_last = is_last, .text = slice_of(text)});
    turn(t);
}

static int events_come_in_parts(void)
{
    struct stage t;
    int err = begin(&t);

    CHECK_TO(!err && t.opens == 1 && t.kind == MANAGER_SESSION_ROLE && t.theres == 1, out);
    say(&t, 0, false, "Event: Hang");
    say(&t, 0, false, "up\r\nChannel: a\r\n\r\nEvent: Hold\r\nChannel: b\r\n");
    CHECK_TO(strcmp(t.events, "Hangup/a ") == 0, out);
    say(&t, 0, false, "\r\n");
    CHECK_TO(strcmp(t.events, "Hangup/a Hold/b ") == 0, out);
out:
    end(&t);
    return err;
}

static int questions_are_answered_in_turn(void)
{
    struct stage t;
    int err = begin(&t);

    CHECK_TO(!err, out);
    for (int i = 0; i < LINK_ASKS + 3; i++)
        CHECK_TO(web_station_ask(t.station, SLICE("Action: Ping\r\n\r\n"), answered, &t) == 0, out);
    CHECK_TO(t.answers == 0, out);
    turn(&t);
    CHECK_TO(t.asks == LINK_ASKS, out);
    say(&t, t.requests[0], false, "Response: Success\r\n");
    CHECK_TO(t.answers == 0, out);
    say(&t, t.requests[0], true, "Ping: Pong\r\n\r\n");
    CHECK_TO(t.answers == 1 && t.err == 0 && strstr(t.answer, "Success\r\nPing: Pong"), out);
    CHECK_TO(t.asks == LINK_ASKS + 1, out);
out:
    end(&t);
    return err;
}

static int more_than_wait_are_refused(void)
{
    struct stage t;
    int err = begin(&t);
    unsigned taken = 0;

    CHECK_TO(!err, out);
    while (taken < 1000 &&
           web_station_ask(t.station, SLICE("Action: Ping\r\n\r\n"), answered, &t) == 0)
        taken++;
    CHECK_TO(taken == STATION_WAITING, out);
    end(&t);
    CHECK(t.answers == taken && t.err == ECONNRESET);
    return 0;
out:
    end(&t);
    return err;
}

static int an_engine_that_dies_is_found_again(void)
{
    struct stage t;
    int err = begin(&t);

    CHECK_TO(!err, out);
    CHECK_TO(web_station_ask(t.station, SLICE("Action: Ping\r\n\r\n"), answered, &t) == 0, out);
    turn(&t);
    say(&t, 0, false, "Event: Half");
    ipc_close(t.engine);
    t.engine = mem_deref(t.engine);
    turn(&t);
    CHECK_TO(t.answers == 1 && t.err == ECONNRESET && t.aways == 1, out);
    CHECK_TO(web_station_ask(t.station, SLICE("Action: Ping\r\n\r\n"), answered, &t) == ENOTCONN,
             out);
    CHECK_TO(accept_web(&t) == 0, out);
    for (int i = 0; t.theres < 2 && i < 200; i++)
        turn(&t);
    CHECK_TO(t.theres == 2 && t.opens == 2, out);
    say(&t, 0, false, "Event: New\r\nChannel: c\r\n\r\n");
    CHECK_TO(strcmp(t.events, "New/c ") == 0, out);
out:
    end(&t);
    return err;
}

UNIT_TESTS(UNIT_ONCE(events_come_in_parts), UNIT_ONCE(questions_are_answered_in_turn),
           UNIT_ONCE(more_than_wait_are_refused), UNIT_ONCE(an_engine_that_dies_is_found_again))
