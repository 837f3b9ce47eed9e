/* test_control.c - a role's side of the control connection */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "ipc/control.h"
#include "unit.h"

struct desk {
    struct loop *loop;
    struct ipc *supervisor;
    struct control *control;
    int stops;
    bool is_orphan;
    int answers, err, fd;
    unsigned roles;
    uint16_t last_id;
    uint32_t last_question;
    bool is_dead; /* the supervisor's end closed */
};

static void on_stop(bool is_orphan, void *arg)
{
    struct desk *d = arg;

    d->stops++;
    d->is_orphan = is_orphan;
}

static void on_recv(struct ipc *c, uint16_t id, const void *message, int fd, void *arg)
{
    struct desk *d = arg;

    d->last_id = id;
    d->last_question = ((const struct control_empty *)message)->question;
}

static void on_closed(struct ipc *c, int err, void *arg)
{
    ((struct desk *)arg)->is_dead = true;
}

static int desk_init(struct desk *d)
{
    const struct control_handlers h = {.stop = on_stop, .arg = d};
    struct ipc *role = NULL;
    int err;

    *d = (struct desk){.fd = -1};
    err = loop_alloc_fake(&d->loop, (struct wall){0});
    if (!err)
        err = ipc_pair(&role, &d->supervisor, d->loop, &control_protocol);
    if (err)
        return err;
    ipc_set_handlers(d->supervisor, on_recv, on_closed, d);
    return control_alloc_ipc(&d->control, role, &h);
}

static void desk_fini(struct desk *d)
{
    mem_deref(d->control);
    if (d->supervisor)
        ipc_close(d->supervisor);
    mem_deref(d->supervisor);
    mem_deref(d->loop);
    if (d->fd >= 0)
        close(d->fd);
}

static void on_bound(int err, int fd, const struct addr *local, void *arg)
{
    struct desk *d = arg;

    d->answers++;
    d->err = err;
    d->fd = fd;
}

static void on_role(int err, const struct control_role *role, void *arg)
{
    struct desk *d = arg;

    if (role) {
        d->roles++;
        return;
    }
    d->answers++;
    d->err = err;
}

static void on_result(int err, void *arg)
{
    struct desk *d = arg;

    d->answers++;
    d->err = err;
}

static int socket_comes_with_the_answer(void)
{
    struct desk d;
    struct addr a;
    struct control_bound m = {0};
    int err, fd = -1;

    CHECK_OK_TO(desk_init(&d), out);
    CHECK_OK_TO(addr_parse(&a, SLICE("127.0.0.1:5060"), 0), out);
    CHECK_OK_TO(control_bind(d.control, CONTROL_UDP, &a, on_bound, &d), out);
    CHECK_TO(d.answers == 0, out);
    loop_fake_settle(d.loop);
    CHECK_TO(d.last_id == CONTROL_BIND && d.last_question, out);
    m.question = d.last_question;
    m.local = a;
    fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    CHECK_OK_TO(ipc_send_fd(d.supervisor, CONTROL_BOUND, &m, fd), out);
    loop_fake_settle(d.loop);
    CHECK_TO(d.answers == 1 && d.err == 0 && d.fd >= 0, out);
    /* Answered once: the same number again is nobody's. */
    CHECK_OK_TO(ipc_send_fd(d.supervisor, CONTROL_BOUND, &m, fd), out);
    loop_fake_settle(d.loop);
    CHECK_TO(d.answers == 1, out);
out:
    if (fd >= 0)
        close(fd);
    desk_fini(&d);
    return err;
}

static int error_comes_instead_of_the_socket(void)
{
    struct desk d;
    struct addr a = {.family = AF_INET, .port = 5060};
    struct control_bound m = {.err = EADDRINUSE};
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    CHECK_OK_TO(control_bind(d.control, CONTROL_TCP, &a, on_bound, &d), out);
    loop_fake_settle(d.loop);
    m.question = d.last_question;
    m.local = a;
    CHECK_OK_TO(ipc_send(d.supervisor, CONTROL_BOUND, &m), out);
    loop_fake_settle(d.loop);
    CHECK_TO(d.answers == 1 && d.err == EADDRINUSE && d.fd == -1, out);
out:
    desk_fini(&d);
    return err;
}

static int list_ends_with_its_result(void)
{
    struct desk d;
    struct control_role r = {.name = "engine", .pid = 7};
    struct control_result end = {0};
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    CHECK_OK_TO(control_list(d.control, on_role, &d), out);
    loop_fake_settle(d.loop);
    r.question = end.question = d.last_question;
    CHECK_OK_TO(ipc_send(d.supervisor, CONTROL_ROLE, &r), out);
    CHECK_OK_TO(ipc_send(d.supervisor, CONTROL_ROLE, &r), out);
    CHECK_OK_TO(ipc_send(d.supervisor, CONTROL_RESULT, &end), out);
    loop_fake_settle(d.loop);
    CHECK_TO(d.roles == 2 && d.answers == 1 && d.err == 0, out);
out:
    desk_fini(&d);
    return err;
}

static int lost_supervisor_answers_everything_and_stops_once(void)
{
    struct desk d;
    struct addr a = {.family = AF_INET};
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    CHECK_OK_TO(control_restart(d.control, "media", on_result, &d), out);
    CHECK_OK_TO(control_bind(d.control, CONTROL_UDP, &a, on_bound, &d), out);
    loop_fake_settle(d.loop);
    ipc_close(d.supervisor);
    d.supervisor = mem_deref(d.supervisor);
    loop_fake_settle(d.loop);
    CHECK_TO(d.answers == 2 && d.err == ECANCELED, out);
    CHECK_TO(d.stops == 1 && d.is_orphan, out);
    CHECK_TO(control_shutdown(d.control, on_result, &d) == ECANCELED, out);
out:
    desk_fini(&d);
    return err;
}

static int stop_is_told_once(void)
{
    const struct control_empty m = {0};
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    CHECK_OK_TO(ipc_send(d.supervisor, CONTROL_STOP, &m), out);
    CHECK_OK_TO(ipc_send(d.supervisor, CONTROL_STOP, &m), out);
    loop_fake_settle(d.loop);
    CHECK_TO(d.stops == 1 && !d.is_orphan, out);
out:
    desk_fini(&d);
    return err;
}

static int no_more_than_64_questions(void)
{
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    for (int i = 0; i < 64; i++)
        CHECK_OK_TO(control_list(d.control, on_role, &d), out);
    CHECK_TO(control_list(d.control, on_role, &d) == EAGAIN, out);
    CHECK_TO(control_restart(d.control, "a-name-that-is-far-too-long", on_result, &d) == ENOENT,
             out);
out:
    desk_fini(&d);
    return err;
}

UNIT_TESTS(UNIT(socket_comes_with_the_answer), UNIT(error_comes_instead_of_the_socket),
           UNIT(list_ends_with_its_result), UNIT(lost_supervisor_answers_everything_and_stops_once),
           UNIT(stop_is_told_once), UNIT(no_more_than_64_questions))
