/* Newcomers are let in; without descriptors the loop sleeps until there are some again. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop/accept.h"
#include "unit.h"

struct door {
    struct loop *loop;
    struct acceptor acceptor;
    struct timer over;
    int fd, came, newcomer;
    struct sockaddr_un name;
};

static void on_newcomer(int fd, void *arg)
{
    struct door *d = arg;

    d->came++;
    d->newcomer = fd;
    loop_stop(d->loop);
}

static void stop(void *arg)
{
    loop_stop(arg);
}

static int door_open(struct door *d)
{
    int err;

    memset(d, 0, sizeof(*d));
    d->newcomer = -1;
    d->name.sun_family = AF_UNIX;
    snprintf(d->name.sun_path + 1, sizeof(d->name.sun_path) - 1, "test-accept-%d", (int)getpid());
    d->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (d->fd < 0 || bind(d->fd, (struct sockaddr *)&d->name, sizeof(d->name)) || listen(d->fd, 4))
        return errno;
    err = loop_alloc(&d->loop);
    return err ? err : acceptor_start(&d->acceptor, d->loop, d->fd, on_newcomer, d);
}

static void door_close(struct door *d)
{
    timer_stop(&d->over);
    acceptor_stop(&d->acceptor);
    mem_deref(d->loop);
    if (d->newcomer >= 0)
        close(d->newcomer);
    if (d->fd >= 0)
        close(d->fd);
}

static int knock(const struct door *d)
{
    const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (fd >= 0 && connect(fd, (const struct sockaddr *)&d->name, sizeof(d->name)) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static int run(struct door *d, uint32_t ms)
{
    timer_start(d->loop, &d->over, ms, stop, d->loop);
    return loop_run(d->loop);
}

static int newcomers_come_in(void)
{
    struct door d;
    int fd = -1, err;

    CHECK_OK_TO(door_open(&d), out);
    fd = knock(&d);
    CHECK_TO(fd >= 0, out);
    CHECK_OK_TO(run(&d, 5000), out);
    CHECK_TO(d.came == 1, out);
out:
    if (fd >= 0)
        close(fd);
    door_close(&d);
    return err;
}

static int without_descriptors_the_loop_sleeps(void)
{
    struct rlimit old, none;
    struct door d;
    int fd = -1, err;

    CHECK_OK_TO(door_open(&d), out);
    fd = knock(&d);
    CHECK_TO(fd >= 0, out);
    getrlimit(RLIMIT_NOFILE, &old);
    none = old;
    none.rlim_cur = (rlim_t)fd; /* all below are taken */
    setrlimit(RLIMIT_NOFILE, &none);
    err = run(&d, 450);
    setrlimit(RLIMIT_NOFILE, &old);
    CHECK_OK_TO(err, out);
    CHECK_TO(d.came == 0 && timer_is_on(&d.acceptor.pause), out);
    CHECK_OK_TO(run(&d, 5000), out);
    CHECK_TO(d.came == 1 && !d.acceptor.is_short, out);
out:
    if (fd >= 0)
        close(fd);
    door_close(&d);
    return err;
}

UNIT_TESTS(UNIT(newcomers_come_in), UNIT(without_descriptors_the_loop_sleeps))
