/* role/binds.c - see binds.h */
#include "role/binds.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

enum { BUFFER_BYTES = 8 << 20, BACKLOG = 1024 };

static void set_buffers(int fd)
{
    const int size = BUFFER_BYTES;

    /* Beyond the system's ceiling with CAP_NET_ADMIN; without it, up to the ceiling. */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static int prepare(int fd, enum control_kind kind, int family)
{
    const int on = 1;

    if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)))
        return errno;
    if (kind == CONTROL_TCP && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
        return errno;
    if (kind == CONTROL_UDP)
        set_buffers(fd);
    return 0;
}

static int open_socket(enum control_kind kind, const struct addr *local, struct bind_row *row)
{
    const int type = kind == CONTROL_UDP ? SOCK_DGRAM : SOCK_STREAM;
    struct sockaddr_storage ss;
    socklen_t len = addr_to_sockaddr(local, &ss);
    int fd = socket(local->family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int err;

    if (fd < 0)
        return errno;
    err = prepare(fd, kind, local->family);
    if (!err && bind(fd, (struct sockaddr *)&ss, len))
        err = errno;
    if (!err && kind == CONTROL_TCP && listen(fd, BACKLOG))
        err = errno;
    len = sizeof(ss);
    if (!err && getsockname(fd, (struct sockaddr *)&ss, &len))
        err = errno;
    if (err) {
        close(fd);
        return err;
    }
    *row = (struct bind_row){.kind = kind, .fd = fd};
    addr_from_sockaddr(&row->local, (struct sockaddr *)&ss);
    return 0;
}

static struct bind_row *find(struct binds *b, enum control_kind kind, const struct addr *local)
{
    for (size_t i = 0; i < b->count; i++) {
        if (b->rows[i].kind == kind && addr_eq(&b->rows[i].local, local))
            return &b->rows[i];
    }
    return NULL;
}

static void report(int err, enum control_kind kind, const struct addr *local)
{
    char text[ADDR_TEXT];
    const char *const proto = kind == CONTROL_UDP ? "udp" : "tcp";

    if (err == EADDRINUSE)
        log_error("address already in use, another program listens there: ask  ss -%slnp 'sport = "
                  ":%u'  addr=\"%s\" protocol=%s",
                  kind == CONTROL_UDP ? "u" : "t", local->port, addr_text(local, text), proto);
    else
        log_error("cannot listen addr=\"%s\" protocol=%s error=\"%s\"", addr_text(local, text),
                  proto, strerror(err));
}

int binds_get(struct binds *b, enum control_kind kind, const struct addr *local,
              const struct bind_row **rowp)
{
    struct bind_row *row;
    int err;

    if ((kind != CONTROL_UDP && kind != CONTROL_TCP) ||
        (local->family != AF_INET && local->family != AF_INET6))
        return EINVAL;
    row = find(b, kind, local);
    if (!row && b->count == BINDS_MAX)
        return EMFILE;
    if (!row) {
        row = &b->rows[b->count];
        err = open_socket(kind, local, row);
        if (err) {
            report(err, kind, local);
            return err;
        }
        b->count++;
    }
    row->is_wanted = true;
    *rowp = row;
    return 0;
}

static void drop(struct binds *b, struct bind_row *row)
{
    close(row->fd);
    *row = b->rows[--b->count];
}

void binds_release(struct binds *b, enum control_kind kind, const struct addr *local)
{
    struct bind_row *row = find(b, kind, local);

    if (row)
        drop(b, row);
}

void binds_begin(struct binds *b)
{
    for (size_t i = 0; i < b->count; i++)
        b->rows[i].is_wanted = false;
}

void binds_end(struct binds *b)
{
    for (size_t i = b->count; i > 0; i--) {
        if (!b->rows[i - 1].is_wanted)
            drop(b, &b->rows[i - 1]);
    }
}

void binds_fini(struct binds *b)
{
    while (b->count)
        drop(b, &b->rows[b->count - 1]);
}
