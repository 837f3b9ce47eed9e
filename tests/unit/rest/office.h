/*
 * office.h - the whole of rest/ behind a real server on a local socket, on a real database
 *
 *   struct office o;
 *   office_open(&o); ...
 *   office_ask(&o, "POST", "/session", "{...}")   the answer: o.status, o.head, o.body
 *
 * A visitor has o.cookie, o.csrf, o.peer; what a login answers is kept there.
 */
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../http/stream.h"
#include "base/log.h"
#include "base/mem.h"
#include "model/schema.h"
#include "rest/inner.h"
#include "rest/upload.h"
#include "rest/user.h"
#include "unit.h"

struct office {
    char dir[32], db_path[200], socket_path[64];
    struct db *db; /* the test's own */
    struct loop *loop;
    struct rest *rest;
    struct http_server *server;
    /* the visitor */
    char cookie[TOKEN_TEXT], csrf[TOKEN_TEXT], peer[64];
    const char *more; /* more fields of the head */
    /* the answer */
    int status;
    char answer[65536];
    const char *body;
    json_t *json;
};

static inline int office_run(struct office *o, const char *sql)
{
    const int err = db_run(o->db, sql);

    if (err)
        fprintf(stderr, "    %s: %s\n", sql, db_why(o->db));
    return err;
}

/* The first cell, as a number. */
static inline int64_t office_count(struct office *o, const char *sql)
{
    struct stmt *s;
    int64_t n = -1;
    bool row = false;

    if (db_stmt(&s, o->db, sql) == 0 && stmt_step(s, &row) == 0 && row)
        n = stmt_col_int(s, 0);
    if (row)
        stmt_reset(s);
    return n;
}

/* The first cell, as a text; "" when there is no row. */
static inline const char *office_text(struct office *o, const char *sql)
{
    static char text[4096];
    struct stmt *s;
    bool row = false;

    *text = '\0';
    if (db_stmt(&s, o->db, sql) == 0 && stmt_step(s, &row) == 0 && row) {
        slice_copy(stmt_col(s, 0), text, sizeof(text));
        stmt_reset(s);
    }
    return text;
}

/* A user with password "secret of NAME". */
static inline int office_add_user(struct office *o, const char *name, unsigned role,
                                  const char *groups)
{
    char password[100], hash[PASSWORD_HASH], email[100];
    struct user u = {
        .role = role, .name = name, .groups = groups, .password = hash, .email = email};
    int err;

    snprintf(password, sizeof(password), "secret of %s", name);
    snprintf(email, sizeof(email), "%s@example.com", name);
    err = password_hash(slice_of(password), hash);
    return err ? err : user_add(o->db, &u);
}

/* With STATION_TEST_MARIADB=SOCKET every office has a database of its own on that server. */
static inline int office_place(struct office *o)
{
    const char *server = getenv("STATION_TEST_MARIADB");
    char path[64];
    FILE *f;

    snprintf(o->db_path, sizeof(o->db_path), "%s/station.db", o->dir);
    if (!server)
        return 0;
    snprintf(o->db_path, sizeof(o->db_path), "mysql://root@localhost/test_%s?socket=%s",
             o->dir + strlen(o->dir) - 6, server);
    snprintf(path, sizeof(path), "%s/database", o->dir);
    f = fopen(path, "we");
    if (!f)
        return errno;
    fprintf(f, "%s\n", o->db_path);
    fclose(f);
    return 0;
}

static inline int office_open(struct office *o)
{
    int err;

    memset(o, 0, sizeof(*o));
    strcpy(o->dir, "/dev/shm/rest-XXXXXX");
    strcpy(o->peer, "198.51.100.7");
    if (!mkdtemp(o->dir))
        return errno;
    if (office_place(o))
        return EIO;
    snprintf(o->socket_path, sizeof(o->socket_path), "%s/web.sock", o->dir);
    log_set_stderr(false);
    err = db_open(&o->db, o->db_path, DB_CREATE);
    if (!err)
        err = store_migrate(o->db, model_migrations);
    if (!err)
        err = loop_alloc(&o->loop);
    if (!err)
        err = rest_alloc(&o->rest,
                         &(struct rest_args){.loop = o->loop, .state = o->dir, .version = "1.0"});
    if (!err)
        err = http_server_alloc(
            &o->server, &(struct http_server_args){.loop = o->loop,
                                                   .listen_fd = stream_listen(o->socket_path),
                                                   .room = rest_room,
                                                   .head = rest_head,
                                                   .request = rest_request,
                                                   .refuse = rest_refuse,
                                                   .arg = o->rest});
    return err;
}

static inline void office_close(struct office *o)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    char path[300];

    for (int i = 0; i < 1000 && o->rest && rest_busy(o->rest); i++)
        loop_round(o->loop, 10);
    json_decref(o->json);
    mem_deref(o->server);
    mem_deref(o->rest);
    mem_deref(o->loop);
    if (o->db && getenv("STATION_TEST_MARIADB")) {
        snprintf(path, sizeof(path), "DROP DATABASE `test_%s`", o->dir + strlen(o->dir) - 6);
        db_run(o->db, path);
        snprintf(path, sizeof(path), "%s/database", o->dir);
        unlink(path);
    }
    mem_deref(o->db);
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s%s", o->db_path, tails[i]);
        unlink(path);
    }
    unlink(o->socket_path);
    rmdir(o->dir);
    log_set_stderr(true);
}

/* ---- asking ---- */

/* A whole answer: head and as many bytes as it says, or the head of one that goes on. */
static inline bool office_is_whole(const struct office *o)
{
    const char *end = strstr(o->answer, "\r\n\r\n"),
               *length = strcasestr(o->answer, "\r\nContent-Length:");

    if (!end)
        return false;
    return !length || length > end || strlen(end + 4) >= strtoul(length + 17, NULL, 10);
}

static inline void office_read(struct office *o, int fd)
{
    size_t n = 0;

    *o->answer = '\0';
    for (int i = 0; i < 4000 && !office_is_whole(o); i++) {
        ssize_t got;

        loop_round(o->loop, 5);
        got = recv(fd, o->answer + n, sizeof(o->answer) - 1 - n, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN))
            break;
        n += got > 0 ? (size_t)got : 0;
        o->answer[n] = '\0';
    }
}

/* The value of the answer's field; "" when it is not there. */
static inline const char *office_field(const struct office *o, const char *name)
{
    static char value[1024];
    char wanted[80];
    const char *at;

    snprintf(wanted, sizeof(wanted), "\r\n%s: ", name);
    at = strcasestr(o->answer, wanted);
    *value = '\0';
    if (at)
        sscanf(at + strlen(wanted), "%1023[^\r]", value);
    return value;
}

static inline void office_take(struct office *o)
{
    const char *end = strstr(o->answer, "\r\n\r\n"), *csrf;
    char cookie[200];

    o->status = 0;
    sscanf(o->answer, "HTTP/1.1 %d", &o->status);
    o->body = end ? end + 4 : "";
    json_decref(o->json);
    o->json = json_loads(o->body, 0, NULL);
    csrf = json_string_value(json_object_get(o->json, "csrf"));
    if (csrf)
        snprintf(o->csrf, sizeof(o->csrf), "%s", csrf);
    snprintf(cookie, sizeof(cookie), "%.199s", office_field(o, "Set-Cookie"));
    if (strncmp(cookie, ACCESS_COOKIE "=", 16) == 0) {
        *o->cookie = '\0';
        sscanf(cookie + 16, "%64[0-9a-f]", o->cookie);
    }
}

static inline bool office_is_whole_path(const char *target)
{
    return strncmp(target, "/pbx/", 5) == 0 || strncmp(target, "/api/", 5) == 0 ||
           strcmp(target, "/metrics") == 0;
}

/* target: below REST_BASE when it begins so, else as it stands. @return the answer's status */
static inline int office_ask(struct office *o, const char *method, const char *target,
                             const char *body)
{
    const int fd = stream_connect(o->socket_path);
    static char text[65536];

    snprintf(text, sizeof(text),
             "%s %s%s HTTP/1.1\r\nHost: x\r\nX-Station-Face: pbx\r\nX-Station-Peer: %s 4711 "
             "127.0.0.1 443\r\nAccept-Language: en\r\n%s%s%s%s%s%s%sContent-Length: %zu\r\n"
             "%sConnection: close\r\n\r\n%s",
             method, office_is_whole_path(target) ? "" : REST_BASE, target, o->peer,
             *o->cookie ? "X-Station-Cookie: a=b; " ACCESS_COOKIE "=" : "", o->cookie,
             *o->cookie ? "\r\n" : "", *o->csrf ? "X-CSRF-Token: " : "", o->csrf,
             *o->csrf ? "\r\n" : "", o->more ? o->more : "", body ? strlen(body) : 0,
             body && (!o->more || !strstr(o->more, "Content-Type"))
                 ? "Content-Type: application/json\r\n"
                 : "",
             body ? body : "");
    if (fd < 0 || send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        return -1;
    office_read(o, fd);
    close(fd);
    office_take(o);
    return o->status;
}

/* A member of the answer that is a text; "" when it is none. */
static inline const char *office_member(const struct office *o, const char *name)
{
    const json_t *error = json_object_get(o->json, "error"); /* of the manual's API */
    const char *text = json_string_value(json_object_get(error ? error : o->json, name));

    return text ? text : "";
}

/* Status and code, as a problem has them. */
static inline bool office_is(struct office *o, int status, const char *code)
{
    if (o->status == status && strcmp(office_member(o, "code"), code) == 0)
        return true;
    fprintf(stderr, "    answer: %d %s\n", o->status, o->body);
    return false;
}

static inline void office_leave(struct office *o)
{
    *o->cookie = *o->csrf = '\0';
}

static inline int office_login(struct office *o, const char *name, const char *password)
{
    char body[400];

    office_leave(o);
    snprintf(body, sizeof(body), "{\"name\":\"%s\",\"password\":\"%s\"}", name, password);
    return office_ask(o, "POST", "/session", body);
}
