/* role/front_ports.c - see front_ports.h */
#include "role/front_ports.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILE_NAME "ports"

static const uint16_t tls_ports[] = {443, 8443, 9443, 0};
static const uint16_t plain_ports[] = {80, 8080, 9080, 0};

/* @return 0; errno of bind */
static int try_address(const struct addr *a)
{
    const int on = 1, off = 0;
    union {
        struct sockaddr_storage all;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } to = {0};
    socklen_t len = sizeof(to.v4);
    int fd, err = 0;

    if (a->family == AF_INET6) {
        len = sizeof(to.v6);
        to.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(a->port)};
        memcpy(&to.v6.sin6_addr, a->ip, 16);
    } else {
        to.v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(a->port)};
        memcpy(&to.v4.sin_addr, a->ip, 4);
    }
    fd = socket(a->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (a->family == AF_INET6 && addr_is_any(a))
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    if (bind(fd, (struct sockaddr *)&to, len))
        err = errno;
    close(fd);
    return err;
}

/* A machine without IPv6 has all its addresses in 0.0.0.0. */
static bool is_free(struct addr *a)
{
    int err = try_address(a);

    if (a->family == AF_INET6 && addr_is_any(a) && (err == EAFNOSUPPORT || err == EADDRNOTAVAIL)) {
        addr_parse_host(a, SLICE("0.0.0.0"), a->port);
        err = try_address(a);
    }
    return err == 0;
}

/* @param last  the port of the last time, or 0 */
static enum front_port choose(struct addr *out, const struct addr *host, uint16_t port,
                              const uint16_t *others, uint16_t last, bool is_patient)
{
    *out = *host;
    out->port = port ? port : last;
    if (out->port && is_free(out))
        return FRONT_PORT_FREE;
    for (; !port && !(last && is_patient) && *others; others++) {
        *out = *host;
        out->port = *others;
        if (is_free(out))
            return FRONT_PORT_FREE;
    }
    *out = (struct addr){.family = AF_UNSPEC};
    return FRONT_PORT_TAKEN;
}

struct front_ports front_ports_find(const struct control_http *http, struct front_face *face,
                                    bool is_patient)
{
    const uint16_t tls = face->tls.port, plain = face->plain.port;
    const struct addr none = {.family = AF_UNSPEC};
    struct front_ports p = {0};
    struct addr manager = http->bind;

    face->tls = face->plain = none;
    if (http->is_enabled)
        p.manager = is_free(&manager) ? FRONT_PORT_FREE : FRONT_PORT_TAKEN;
    face->has_manager = p.manager == FRONT_PORT_FREE;
    if (!http->web.is_enabled)
        return p;
    p.tls = choose(&face->tls, &http->web.bind, http->web.bind.port, tls_ports, tls, is_patient);
    if (http->web.redirects)
        p.plain = choose(&face->plain, &http->web.bind, http->web.port_plain, plain_ports, plain,
                         is_patient);
    return p;
}

void front_ports_recall(struct front_face *face)
{
    FILE *f = fopen(FILE_NAME, "re");
    unsigned tls = 0, plain = 0;

    if (f && fscanf(f, "%u %u", &tls, &plain) == 2 && tls <= 65535 && plain <= 65535) {
        face->tls.port = (uint16_t)tls;
        face->plain.port = (uint16_t)plain;
    }
    if (f)
        fclose(f);
}

void front_ports_keep(const struct front_face *face)
{
    FILE *f = fopen(FILE_NAME, "we");

    if (f) {
        fprintf(f, "%u %u\n", face->tls.port, face->plain.port);
        fclose(f);
    }
}
