/* accept.c - see accept.h */
#include "loop/accept.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"

#define PAUSE_MS 100

static void on_newcomer(int events, void *arg);

static void watch_again(void *arg)
{
    struct acceptor *a = arg;

    if (loop_fd_start(a->loop, &a->watch, a->fd, LOOP_READ, on_newcomer, a))
        timer_start(a->loop, &a->pause, PAUSE_MS, watch_again, a);
}

static void look_away(struct acceptor *a, int err)
{
    if (!a->is_short)
        log_warning("somebody cannot be let in, it is tried again ten times a second err=\"%s\"",
                    strerror(err));
    a->is_short = true;
    loop_fd_stop(&a->watch);
    timer_start(a->loop, &a->pause, PAUSE_MS, watch_again, a);
}

static void on_newcomer(int events, void *arg)
{
    struct acceptor *a = arg;
    const int fd = accept4(a->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    (void)events;
    if (fd >= 0) {
        a->is_short = false;
        a->h(fd, a->arg);
    } else if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) {
        look_away(a, errno);
    }
}

int acceptor_start(struct acceptor *a, struct loop *l, int fd, acceptor_h *h, void *arg)
{
    a->loop = l;
    a->fd = fd;
    a->h = h;
    a->arg = arg;
    return loop_fd_start(l, &a->watch, fd, LOOP_READ, on_newcomer, a);
}

void acceptor_stop(struct acceptor *a)
{
    timer_stop(&a->pause);
    loop_fd_stop(&a->watch);
}
