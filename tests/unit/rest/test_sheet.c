/* Exports over HTTP: more pages than one, a filter, no secret, no formula */
#include "office.h"

static char table[1 << 20];

/* The whole answer, until the server closes. */
static int ask(struct office *o, const char *target)
{
    char head[1000];
    const int fd = stream_connect(o->socket_path);
    size_t n = 0;
    ssize_t got = -1;

    snprintf(head, sizeof(head),
             "GET " REST_BASE
             "%s HTTP/1.1\r\nHost: x\r\nX-Station-Face: pbx\r\nX-Station-Peer: %s 4711 "
             "127.0.0.1 443\r\nAccept-Language: ru\r\nX-Station-Cookie: " ACCESS_COOKIE
             "=%s\r\nConnection: close\r\n\r\n",
             target, o->peer, o->cookie);
    if (fd < 0 || send(fd, head, strlen(head), MSG_NOSIGNAL) < 0)
        return -1;
    for (int i = 0; i < 4000 && got != 0; i++) {
        loop_round(o->loop, 5);
        got = recv(fd, table + n, sizeof(table) - 1 - n, MSG_DONTWAIT);
        n += got > 0 ? (size_t)got : 0;
    }
    table[n] = '\0';
    close(fd);
    return got == 0 ? atoi(table + 9) : -1;
}

static int count(const char *text)
{
    int n = 0;

    for (const char *at = table; (at = strstr(at, text)); at += strlen(text))
        n++;
    return n;
}

static int open_with_phones(struct office *o)
{
    int err = office_open(o);

    if (!err)
        err = office_add_user(o, "admin", REST_ADMIN, "");
    for (int i = 0; !err && i < 1200; i++) {
        char sql[300];

        snprintf(sql, sizeof(sql),
                 "INSERT INTO ps_auths (uuid, id, username, password, realm) VALUES "
                 "('u-%d', 'id%04d', '%s', 'geheim', 'r%d')",
                 i, i, i == 7 ? "=1+1" : "x", i % 2);
        err = office_run(o, sql);
    }
    return err ? err : office_login(o, "admin", "secret of admin") == 200 ? 0 : EACCES;
}

static int a_list_of_several_pages_is_one_file(void)
{
    static struct office o;
    int err;

    CHECK_OK_TO(open_with_phones(&o), out);
    CHECK_TO(ask(&o, "/auth/export?format=csv&fields=id,username,password") == 200, out);
    CHECK_TO(strstr(table, "text/csv") && strstr(table, "\xEF\xBB\xBFid;username\r\n"), out);
    CHECK_TO(count("\r\nid0") + count("\r\nid1") == 1200, out);
    CHECK_TO(count("id0499;") == 1 && count("id0500;") == 1 && count("id1199;") == 1, out);
    CHECK_TO(count("id0007;'=1+1\r\n") == 1 && count("geheim") == 0, out);
    CHECK_TO(ask(&o, "/auth/export?realm=r1&sort=-id&fields=id") == 200, out);
    CHECK_TO(count("\r\nid0") + count("\r\nid1") == 600, out);
out:
    office_close(&o);
    return err;
}

static int what_is_no_export_is_refused(void)
{
    static struct office o;
    int err;

    CHECK_OK_TO(open_with_phones(&o), out);
    CHECK_TO(ask(&o, "/auth/export?format=pdf") == 400, out);
    CHECK_TO(ask(&o, "/auth/export?nothing=1") == 400, out);
    CHECK_TO(ask(&o, "/nothing/export") == 404, out);
    office_leave(&o);
    CHECK_TO(ask(&o, "/auth/export") == 401, out);
out:
    office_close(&o);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_list_of_several_pages_is_one_file), UNIT_ONCE(what_is_no_export_is_refused))
