/* where.c - see where.h */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/where.h"

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int decode(struct slice s, char *out, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];

        if (c == '%') {
            if (s.len - i < 3 || digit(s.p[i + 1]) < 0 || digit(s.p[i + 2]) < 0)
                return EINVAL;
            c = (char)(digit(s.p[i + 1]) << 4 | digit(s.p[i + 2]));
            i += 2;
        }
        if (n + 1 >= size || (unsigned char)c < ' ')
            return EINVAL;
        out[n++] = c;
    }
    out[n] = '\0';
    return 0;
}

static int parse_host(struct db_server *to, struct slice host)
{
    struct slice port = SLICE_NONE;
    uint32_t v;

    if (host.len && host.p[0] == '[') {
        host = slice_cut(slice_skip(host, 1), ']', &port);
        if (port.len && port.p[0] != ':')
            return EINVAL;
        port = port.len ? slice_skip(port, 1) : SLICE_NONE;
    } else {
        host = slice_cut(host, ':', &port);
    }
    if (slice_is_set(port)) {
        if (slice_u32(port, &v) || v == 0 || v > 65535)
            return EINVAL;
        to->port = (uint16_t)v;
    }
    return decode(host, to->host, sizeof(to->host));
}

/* What leaves this machine is encrypted unless the line says tls=no; so is what a ca is named for. */
static bool is_local(const struct db_server *s)
{
    return *s->socket || !*s->host || strcmp(s->host, "localhost") == 0 ||
           strncmp(s->host, "127.", 4) == 0 || strcmp(s->host, "::1") == 0;
}

static int parse_options(struct db_server *to, struct slice options)
{
    struct slice tls = SLICE_NONE;
    int err = 0;

    while (!err && options.len) {
        struct slice value, name = slice_cut(slice_cut(options, '&', &options), '=', &value);

        if (slice_eqz(name, "socket"))
            err = decode(value, to->socket, sizeof(to->socket));
        else if (slice_eqz(name, "ca"))
            err = decode(value, to->ca, sizeof(to->ca));
        else if (slice_eqz(name, "tls") && (slice_eqz(value, "yes") || slice_eqz(value, "no")))
            tls = value;
        else
            err = EINVAL;
    }
    to->is_tls = slice_is_set(tls) ? slice_eqz(tls, "yes") : *to->ca || !is_local(to);
    return err;
}

int db_server_parse(struct db_server *to, const char *text)
{
    struct slice user, host, name, options, all = slice_of(text);
    size_t at;
    int err;

    memset(to, 0, sizeof(*to));
    if (!slice_starts(all, SLICE(DB_SERVER)))
        return EINVAL;
    all = slice_skip(all, sizeof(DB_SERVER) - 1);
    all = slice_cut(all, '?', &options);
    for (at = all.len; at > 0 && all.p[at - 1] != '@'; at--)
        ;
    if (at == 0)
        return EINVAL;
    user = slice_from(all.p, at - 1);
    host = slice_cut(slice_skip(all, at), '/', &name);
    user = slice_cut(user, ':', &all);
    err = decode(user, to->user, sizeof(to->user));
    if (!err)
        err = decode(all, to->password, sizeof(to->password));
    if (!err)
        err = decode(name, to->name, sizeof(to->name));
    if (!err)
        err = parse_host(to, host);
    if (!err)
        err = parse_options(to, options);
    return err || !*to->user || !*to->name || strchr(to->name, '`') ? EINVAL : 0;
}

int db_where_check(struct db_where *w)
{
    struct db_server s;
    int err = 0;

    w->is_server = strncmp(w->text, DB_SERVER, sizeof(DB_SERVER) - 1) == 0;
    if (!w->is_server) {
        memcpy(w->shown, w->text, sizeof(w->shown));
        return 0;
    }
    err = db_server_parse(&s, w->text);
    if (!err)
        snprintf(w->shown, sizeof(w->shown), DB_SERVER "%s@%s/%s", s.user,
                 *s.socket ? s.socket : s.host, s.name);
    explicit_bzero(&s, sizeof(s));
    return err;
}

static int read_line(int fd, char *line, size_t size)
{
    ssize_t n = read(fd, line, size - 1);

    if (n < 0)
        return errno;
    line[n] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    return (size_t)n == size - 1 ? EINVAL : 0;
}

int db_where_read(struct db_where *w, const char *dir)
{
    char path[PATH_MAX];
    int fd, err;

    if (snprintf(path, sizeof(path), "%s/" WHERE_FILE, dir) >= (int)sizeof(path))
        return ENAMETOOLONG;
    snprintf(w->shown, sizeof(w->shown), "%.1000s", path); /* what cannot be read */
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
        return errno;
    if (fd < 0) {
        if (snprintf(w->text, sizeof(w->text), "%s/station.db", dir) >= (int)sizeof(w->text))
            return ENAMETOOLONG;
        return db_where_check(w);
    }
    err = read_line(fd, w->text, sizeof(w->text));
    close(fd);
    if (!err)
        err = db_where_check(w);
    return err || w->is_server ? err : EINVAL;
}
