/* client.c - see client.h */
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "manager/event.h"

struct client *client_find(struct scene *s, const char *name)
{
    LIST_FOREACH(&s->clients, k)
    {
        struct client *c = CONTAINER_OF(k, struct client, link);

        if (strcmp(c->name, name) == 0)
            return c;
    }
    return NULL;
}

/* ---- [managers] ---- */

static int add_row(struct scene *s, const char *name, const char *rest)
{
    char key[SCENE_PAIR], value[SCENE_PAIR];
    struct buf sql;
    int err;

    buf_init(&sql, 16384);
    buf_printf(&sql,
               "INSERT INTO manager (name,secret,\"read\",\"write\") VALUES "
               "('%s','pw-%s','all','all');",
               name, name);
    while (scene_next_pair(&rest, key, value))
        buf_printf(&sql, "UPDATE manager SET \"%s\"='%s' WHERE name='%s';", key, value, name);
    err = office_sql(s, buf_z(&sql));
    buf_fini(&sql);
    return err;
}

int client_alloc(struct scene *s, char *line)
{
    struct client *c = mem_zalloc(sizeof(*c));
    char *rest = line, *name = strsep(&rest, " ");

    if (!c)
        return scene_fail(s, "no memory");
    c->scene = s;
    slice_copy(slice_of(name), c->name, sizeof(c->name));
    buf_init(&c->text, 8 << 20);
    list_append(&s->clients, &c->link);
    return add_row(s, c->name, rest ? rest : "");
}

void client_leave(struct client *c)
{
    if (c->conn)
        conn_close(c->conn);
    c->conn = mem_deref(c->conn);
}

void client_free_all(struct scene *s)
{
    LIST_FOREACH(&s->clients, k)
    {
        struct client *c = CONTAINER_OF(k, struct client, link);

        client_leave(c);
        buf_fini(&c->text);
        list_unlink(k);
        mem_free(c);
    }
}

/* ---- events are as their rows say ---- */

/* Its headers stand in the row, in that order. @return the first that does not, or absent */
static struct slice stranger(const struct manager_event *e, struct slice frame)
{
    struct manager_header_name want = {0};
    uint32_t at = 0;

    while (slice_is_set(frame) && frame.len) {
        const struct slice line = slice_cut(frame, '\n', &frame);
        const struct slice name = slice_from(line.p, (size_t)slice_chr(line, ':'));

        do {
            if (!manager_event_header(e, at++, &want))
                return line;
            if (strcmp(want.text, "*") == 0)
                return SLICE_NONE;
        } while (!slice_eqz(name, want.text));
    }
    return SLICE_NONE;
}

/* What stands in a list has no row, or no Privilege. */
static void check_event(struct client *c, struct slice frame)
{
    const struct slice name = slice_skip(slice_cut(frame, '\n', &frame), 7);
    const struct manager_event *e = manager_event_find(name);
    struct slice odd;

    if (!e || !slice_starts(slice_cut(frame, '\n', &frame), SLICE("Privilege: ")))
        return;
    odd = stranger(e, frame);
    if (slice_is_set(odd) && !c->odd[0])
        snprintf(c->odd, sizeof(c->odd), "%.*s: %.*s", SLICE_ARG(name), SLICE_ARG(odd));
}

/* ---- the connection ---- */

static size_t on_recv(struct conn *conn, struct slice bytes, void *arg)
{
    struct client *c = arg;

    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.p[i] != '\r')
            buf_addc(&c->text, bytes.p[i]);
    if (c->scene->is_verbose)
        printf("           %s <- %.*s", c->name, SLICE_ARG(bytes));
    return bytes.len;
}

static void on_closed(struct conn *conn, int err, void *arg)
{
    struct client *c = arg;

    c->is_gone = true;
    c->conn = mem_deref(c->conn);
}

static int send_frame(struct client *c, const char *action, const char *rest)
{
    char key[SCENE_PAIR], value[SCENE_PAIR];
    struct buf b;
    int err;

    buf_init(&b, 65536);
    buf_printf(&b, "Action: %s\r\n", action);
    while (scene_next_pair(&rest, key, value))
        buf_printf(&b, "%s: %s\r\n", key, value);
    buf_addz(&b, "\r\n");
    err = buf_err(&b);
    if (!err)
        err = c->conn ? conn_send(c->conn, buf_slice(&b)) : ENOTCONN;
    buf_fini(&b);
    return err ? scene_fail(c->scene, "%s cannot ask: %s", c->name, strerror(err)) : 0;
}

int client_come(struct client *c, const char *more)
{
    const struct conn_handlers h = {
        .recv = on_recv, .closed = on_closed, .arg = c, .max_out = 1 << 20};
    char login[1000];
    struct addr to;
    int err;

    client_leave(c);
    buf_reset(&c->text);
    c->seen = c->answered = 0;
    c->is_gone = false;
    addr_parse(&to, SLICE("127.0.0.1:5038"), 5038);
    err = conn_open(&c->conn, c->scene->net, &to, NULL, NULL, NULL, &h);
    if (err)
        return scene_fail(c->scene, "%s cannot connect: %s", c->name, strerror(err));
    snprintf(login, sizeof(login), "Username=%s Secret=pw-%s %s", c->name, c->name, more);
    return send_frame(c, "Login", login);
}

int client_ask(struct client *c, const char *what)
{
    char action[80];
    int used = 0;

    if (sscanf(what, "%79s%n", action, &used) != 1)
        return scene_fail(c->scene, "ask what?");
    return send_frame(c, action, what + used);
}

/* ---- what came ---- */

/* Text against a pattern in which * is anything. */
static bool is_like(struct slice text, const char *pattern)
{
    const char *after_star = NULL;
    size_t i = 0, retry = 0;

    while (i < text.len) {
        if (*pattern == '*') {
            after_star = ++pattern;
            retry = i;
        } else if (*pattern && *pattern == text.p[i]) {
            pattern++;
            i++;
        } else if (after_star) {
            pattern = after_star;
            i = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

/* The frame at *at whose first header has this name; *at is moved behind it. */
static bool next_frame(const struct client *c, size_t *at, const char *first, struct slice *frame)
{
    const size_t len = strlen(first);

    while (*at < c->text.len) {
        const char *p = c->text.p + *at;
        const char *end = memmem(p, c->text.len - *at, "\n\n", 2);

        if (!end)
            return false;
        *frame = slice_from(p, (size_t)(end - p) + 1);
        *at += frame->len + 1;
        if (slice_starts(*frame, SLICE("Asterisk Call Manager/")))
            slice_cut(*frame, '\n', frame); /* the greeting stands before the first answer */
        if (frame->len > len && memcmp(frame->p, first, len) == 0)
            return true;
    }
    return false;
}

/* Does one line of this name have such a value? */
static bool has_line(struct slice frame, const char *key, const char *pattern)
{
    while (slice_is_set(frame)) {
        struct slice value, name = slice_cut(slice_cut(frame, '\n', &frame), ':', &value);

        if (slice_eqz(name, key) && is_like(slice_trim(value), pattern))
            return true;
    }
    return false;
}

/* "WORD KEY=VALUE ..." of a frame. */
static bool is_what(struct slice frame, const char *first, const char *what)
{
    char word[80], key[SCENE_PAIR], value[SCENE_PAIR];
    int used = 0;

    if (sscanf(what, "%79s%n", word, &used) != 1 || !has_line(frame, first, word))
        return false;
    what += used;
    while (scene_next_pair(&what, key, value))
        if (!has_line(frame, key, value))
            return false;
    return true;
}

static int nothing_came(const struct client *c, size_t from)
{
    struct slice frame;
    struct buf b;

    buf_init(&b, 500);
    while (next_frame(c, &from, "Event: ", &frame)) {
        const struct slice line = slice_cut(frame, '\n', &frame);

        buf_adds(&b, slice_skip(line, 6));
    }
    scene_fail(c->scene, "%s saw since then:%s", c->name, b.len ? buf_z(&b) : " nothing");
    buf_fini(&b);
    return 1;
}

int client_see_answer(struct client *c, const char *what)
{
    size_t at = c->answered;
    struct slice frame;

    if (!next_frame(c, &at, "Response: ", &frame))
        return scene_fail(c->scene, "%s got no answer", c->name);
    if (!is_what(frame, "Response", what))
        return scene_fail(c->scene, "the answer is:\n%.*s", SLICE_ARG(frame));
    c->answered = at;
    return 0;
}

int client_see_event(struct client *c, const char *what, bool is_next)
{
    size_t at = c->seen;
    struct slice frame;

    while (next_frame(c, &at, "Event: ", &frame)) {
        check_event(c, frame);
        if (c->odd[0])
            return scene_fail(c->scene, "the event's row does not say this: %s", c->odd);
        if (is_what(frame, "Event", what)) {
            c->seen = at;
            return 0;
        }
        if (is_next)
            return scene_fail(c->scene, "next came:\n%.*s", SLICE_ARG(frame));
    }
    return nothing_came(c, c->seen);
}

int client_see_no_event(struct client *c, const char *what)
{
    size_t at = c->seen;
    struct slice frame;

    while (next_frame(c, &at, "Event: ", &frame))
        if (is_what(frame, "Event", what))
            return scene_fail(c->scene, "there came:\n%.*s", SLICE_ARG(frame));
    return 0;
}
