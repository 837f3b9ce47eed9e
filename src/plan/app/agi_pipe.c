/* agi_pipe.c - lines from and to an AGI program (agi.h) */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "plan/app/agi.h"

#define MOST_ANSWERS 65536

static void close_fd(struct loop_fd *w, int *fd)
{
    loop_fd_stop(w);
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void drop_taken(struct buf *b, size_t n)
{
    memmove(b->p, b->p + n, b->len - n);
    b->len -= n;
    b->p[b->len] = '\0';
}

static void can_read(int events, void *arg)
{
    struct agi *a = arg;
    char bytes[1024];
    ssize_t n = read(a->out_fd, bytes, sizeof(bytes));

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        close_fd(&a->out_watch, &a->out_fd);
    else if (buf_add(&a->in, bytes, (size_t)n))
        loop_fd_stop(&a->out_watch); /* full: agi_pipe_line says so, or makes room and reads on */
    event_queue_poke(a->run->queue);
}

static void can_write(int events, void *arg);

static void send_more(struct agi *a)
{
    while (a->in_fd >= 0 && a->out_sent < a->out.len) {
        ssize_t n = write(a->in_fd, a->out.p + a->out_sent, a->out.len - a->out_sent);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            if (loop_fd_start(a->loop, &a->in_watch, a->in_fd, LOOP_WRITE, can_write, a))
                close_fd(&a->in_watch, &a->in_fd);
            return;
        }
        if (n < 0) { /* the program closed its input: it may still work without answers */
            close_fd(&a->in_watch, &a->in_fd);
            return;
        }
        a->out_sent += (size_t)n;
    }
    loop_fd_stop(&a->in_watch);
    buf_reset(&a->out);
    a->out_sent = 0;
}

static void can_write(int events, void *arg)
{
    send_more(arg);
}

int agi_pipe_open(struct agi *a, int in_fd, int out_fd)
{
    a->in_fd = in_fd;
    a->out_fd = out_fd;
    buf_init(&a->in, AGI_LINE_MAX + 1024);
    buf_init(&a->out, MOST_ANSWERS);
    return loop_fd_start(a->loop, &a->out_watch, out_fd, LOOP_READ, can_read, a);
}

void agi_pipe_close(struct agi *a)
{
    close_fd(&a->in_watch, &a->in_fd);
    close_fd(&a->out_watch, &a->out_fd);
    buf_fini(&a->in);
    buf_fini(&a->out);
}

void agi_pipe_send(struct agi *a, struct slice text)
{
    if (buf_adds(&a->out, text)) {
        log_warning("AGI program does not read its answers, input closed call=%s",
                    a->run->channel->linkedid);
        close_fd(&a->in_watch, &a->in_fd);
        buf_reset(&a->out);
        a->out_sent = 0;
    }
    send_more(a);
}

static int read_on(struct agi *a)
{
    a->in.err = 0;
    if (a->out_fd < 0 || a->out_watch.loop)
        return 0;
    return loop_fd_start(a->loop, &a->out_watch, a->out_fd, LOOP_READ, can_read, a);
}

int agi_pipe_line(struct agi *a, char **line)
{
    struct slice all = buf_slice(&a->in), text;
    ptrdiff_t end = slice_chr(all, '\n');

    if (end < 0 && all.len >= AGI_LINE_MAX)
        return EMSGSIZE;
    if (end < 0)
        return a->out_fd < 0 || a->is_ended ? EPIPE : EAGAIN;
    text = slice_trim(slice_from(all.p, (size_t)end));
    *line = slice_dup(text);
    if (!*line)
        return ENOMEM;
    drop_taken(&a->in, (size_t)end + 1);
    return read_on(a);
}
