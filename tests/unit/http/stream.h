/*
 * tests/unit/http/stream.h - stream sockets on paths, as nginx and the web role have them between them
 */
#pragma once
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static inline int stream_socket(struct sockaddr_un *name, const char *path)
{
    *name = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(name->sun_path, sizeof(name->sun_path), "%s", path);
    return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
}

/** Whatever was there is gone. @return descriptor; -1 with errno */
static inline int stream_listen(const char *path)
{
    struct sockaddr_un name;
    const int fd = stream_socket(&name, path);

    unlink(path);
    return bind(fd, (struct sockaddr *)&name, sizeof(name)) || listen(fd, 10) ? -1 : fd;
}

/** @return descriptor; -1 with errno */
static inline int stream_connect(const char *path)
{
    struct sockaddr_un name;
    const int fd = stream_socket(&name, path);

    return connect(fd, (struct sockaddr *)&name, sizeof(name)) ? -1 : fd;
}
