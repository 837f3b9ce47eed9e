/* Sockets of the Manager: manager_enabled, manager_bind, manager_sessions, manager_auth_limit,
 * manager_auth_timeout (see test_login.c, too), manager_tls_bind with manager_tls_cert; the tables */
#include "desk.h"
#include "file.h"

struct caller {
    struct conn *conn;
    struct buf got;
    bool is_closed;
};

static size_t caller_recv(struct conn *c, struct slice bytes, void *arg)
{
    buf_adds(&((struct caller *)arg)->got, bytes);
    return bytes.len;
}

static void caller_closed(struct conn *c, int err, void *arg)
{
    ((struct caller *)arg)->is_closed = true;
}

static int caller_open(struct caller *k, struct desk *d)
{
    struct addr to, from;

    buf_init(&k->got, 100000);
    addr_parse(&to, SLICE(DESK ":5038"), 0);
    addr_parse(&from, SLICE("192.0.2.8:0"), 0);
    return conn_open(&k->conn, d->net, &to, &from, NULL, NULL,
                     &(struct conn_handlers){.recv = caller_recv,
                                             .closed = caller_closed,
                                             .arg = k,
                                             .max_in = 100000,
                                             .max_out = 100000});
}

static int serves_connections(void)
{
    struct caller k = {0};
    struct desk d;
    struct addr local;
    int err = desk_init(&d);

    if (err)
        return err;
    addr_parse(&local, SLICE(DESK ":5038"), 0);
    CHECK_OK_TO(manager_listen(d.manager, -1, &local, false), out);
    CHECK_OK_TO(caller_open(&k, &d), out);
    loop_fake_advance(d.loop, 100);
    CHECK_TO(unit_is_rerun() || strcmp(buf_z(&k.got), "Asterisk Call Manager/11.0.0\r\n") == 0,
             out);
    conn_send(k.conn, SLICE("Action: Login\r\nUsername: admin\r\nSecret: pw\r\nEvents: off\r\n\r\n"
                            "Action: Logoff\r\n\r\n"));
    loop_fake_advance(d.loop, 100);
    CHECK_TO(unit_is_rerun() ||
                 (strstr(buf_z(&k.got), "accepted\r\n\r\nResponse: Goodbye") && k.is_closed),
             out);
out:
    mem_deref(k.conn);
    buf_fini(&k.got);
    desk_fini(&d);
    return err;
}

static void count_line(enum log_level level, const char *line, void *arg)
{
    *(unsigned *)arg += strstr(line, "connection is refused") != NULL;
}

/* The door is full: all are sent away, not all are told of. */
static int strangers_fill_no_log(void)
{
    enum { MANY = 60 };
    struct caller *k = calloc(MANY, sizeof(*k));
    unsigned lines = 0, closed = 0;
    struct desk d;
    struct addr local;
    int err = k ? desk_init(&d) : ENOMEM;

    if (err)
        goto none;
    log_set_sink(count_line, &lines);
    addr_parse(&local, SLICE(DESK ":5038"), 0);
    CHECK_OK_TO(manager_listen(d.manager, -1, &local, false), out);
    for (int i = 0; i < MANY; i++)
        CHECK_OK_TO(caller_open(&k[i], &d), out);
    loop_fake_advance(d.loop, 100);
    for (int i = 0; i < MANY; i++)
        closed += k[i].is_closed;
    CHECK_TO(closed == MANY - 3 && lines > 0 && lines <= 20, out);
out:
    log_set_sink(NULL, NULL);
    for (int i = 0; i < MANY; i++) {
        mem_deref(k[i].conn);
        buf_fini(&k[i].got);
    }
    desk_fini(&d);
none:
    free(k);
    return err;
}

/* The certificate of the settings in force when it listens; without one it does not. */
static int serves_tls_with_its_certificate(void)
{
    struct model_snapshot *s = NULL;
    char file[64], set[160];
    struct desk d;
    struct addr local;
    int err = desk_init(&d);

    if (err)
        return err;
    snprintf(file, sizeof(file), "/tmp/station-manager-%d.pem", (int)getpid());
    snprintf(set, sizeof(set),
             "INSERT INTO settings (name, value) VALUES ('manager_tls_cert', '%s')", file);
    addr_parse(&local, SLICE(DESK ":5039"), 0);
    err = manager_listen(d.manager, -1, &local, true);
    CHECK_TO(err == EINVAL || (unit_is_rerun() && err == ENOMEM), out);
    CHECK_OK_TO(access(file, R_OK) ? tls_make_self_signed(file, "station.example") : 0, out);
    db_run(desk_db, set);
    err = model_snapshot_load(&s, desk_db);
    db_run(desk_db, "DELETE FROM settings WHERE name = 'manager_tls_cert'");
    if (err)
        goto out;
    manager_set_snapshot(d.manager, s);
    CHECK_TO(manager_renew_tls(d.manager) == ENOENT, out);
    CHECK_OK_TO(manager_listen(d.manager, -1, &local, true), out);
    CHECK_OK_TO(manager_renew_tls(d.manager), out);
    unlink(file);
    err = manager_renew_tls(d.manager);
    CHECK_TO(err == EINVAL || (unit_is_rerun() && err == ENOMEM), out);
    CHECK_TO(d.manager->tls && d.manager->tls_listener, out); /* the old one goes on */
    manager_unlisten(d.manager);
    CHECK_TO(manager_listen(d.manager, -1, &local, true) != 0, out);
    err = 0;
out:
    unlink(file);
    mem_deref(s);
    desk_fini(&d);
    return err;
}

/* Whose row goes, or gets another secret, leaves when the configuration is loaded. */
static int users_follow_the_database(void)
{
    struct desk_client a = {0}, b = {0};
    struct model_snapshot *s = NULL;
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    err = desk_enter(&a, &d, MANAGER_TCP, "lowly", "off");
    if (!err)
        err = desk_enter(&b, &d, MANAGER_TCP, "admin", "off");
    if (err)
        goto out;
    db_run(desk_db, "UPDATE manager SET secret = 'other' WHERE name = 'lowly';"
                    "UPDATE manager SET \"write\" = 'user' WHERE name = 'admin';");
    err = model_snapshot_load(&s, desk_db);
    db_run(desk_db, "UPDATE manager SET secret = 'pw' WHERE name = 'lowly';"
                    "UPDATE manager SET \"write\" = 'all' WHERE name = 'admin';");
    if (err)
        goto out;
    manager_set_snapshot(d.manager, s);
    CHECK_TO(a.is_closed && !b.is_closed && b.session->write == CLASS_USER, out);
out:
    mem_deref(s);
    desk_leave(&a);
    desk_leave(&b);
    desk_fini(&d);
    return err;
}

/* More are let in as soon as the settings say so. */
static int ceiling_follows_the_settings(void)
{
    struct caller k[12] = {0};
    struct model_snapshot *s = NULL;
    struct desk d;
    struct addr local;
    int err = desk_init(&d);

    if (err)
        return err;
    addr_parse(&local, SLICE(DESK ":5038"), 0);
    err = manager_listen(d.manager, -1, &local, false);
    db_run(desk_db, "UPDATE settings SET value = '12' WHERE name = 'manager_sessions'");
    if (!err)
        err = model_snapshot_load(&s, desk_db);
    db_run(desk_db, "UPDATE settings SET value = '8' WHERE name = 'manager_sessions'");
    for (int i = 0; i < 12 && !err; i++) {
        if (i == 9)
            manager_set_snapshot(d.manager, s);
        err = caller_open(&k[i], &d);
        loop_fake_advance(d.loop, 100);
        if (!err && i != 8)
            conn_send(
                k[i].conn,
                SLICE("Action: Login\r\nUsername: admin\r\nSecret: pw\r\nEvents: off\r\n\r\n"));
        loop_fake_advance(d.loop, 100);
        CHECK_TO(unit_is_rerun() || err || k[i].is_closed == (i == 8), out);
    }
out:
    for (int i = 0; i < 12; i++) {
        mem_deref(k[i].conn);
        buf_fini(&k[i].got);
    }
    mem_deref(s);
    desk_fini(&d);
    return err;
}

/* In order, each findable, each complete. */
static int tables_are_whole(void)
{
    for (const struct manager_action *const *a = manager_actions; *a; a++) {
        CHECK(manager_action_find(slice_of((*a)->name)) == *a);
        CHECK((*a)->run && (*a)->synopsis.ru && (*a)->synopsis.en && (*a)->params);
    }
    for (const struct manager_event *const *t = manager_events; *t; t++)
        for (const struct manager_event *e = *t; e->name; e++) {
            CHECK(manager_event_find(slice_of(e->name)) == e);
            CHECK(e->help.ru && e->help.en);
        }
    return 0;
}

static int each_row_is_shown(void)
{
    int bad = 0;

    for (const struct manager_action *const *a = manager_actions; *a; a++)
        bad |= file_shows((*a)->shown, (*a)->name);
    for (const struct manager_event *const *t = manager_events; *t; t++)
        for (const struct manager_event *e = *t; e->name; e++)
            bad |= e->subject ? 0 : file_shows(e->shown, e->name);
    return bad;
}

/* Completion is role/console.c's. */
void console_offer(struct console_words *w, const char *word)
{
}

static void take_text(struct slice text, void *arg)
{
    buf_adds(arg, text);
}

static void take_end(int err, bool is_streaming, void *arg)
{
}

static const struct console_command *command_of(const char *words)
{
    for (size_t i = 0; i < manager_console_command_count; i++)
        if (strcmp(manager_console_commands[i].words, words) == 0)
            return &manager_console_commands[i];
    return NULL;
}

static int shows_a_user_without_its_secret(void)
{
    const struct console_command *show = command_of("manager show user");
    char name[] = "inside", none[] = "nobody";
    char *inside[] = {name, NULL}, *nobody[] = {none, NULL};
    struct console *c = NULL;
    struct buf out;
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    buf_init(&out, 4096);
    CHECK_OK_TO(console_alloc(&c, d.loop, false, take_text, take_end, &out), out);
    CHECK_TO(show->run(c, 0, nobody + 1, d.manager) == EINVAL, out);
    CHECK_TO(show->run(c, 1, nobody, d.manager) == ENOENT, out);
    CHECK_OK_TO(show->run(c, 1, inside, d.manager), out);
    loop_fake_settle(d.loop);
    CHECK_TO(unit_is_rerun() || strstr(buf_z(&out), "          username: inside\n"
                                                    "            secret: <Set>\n"
                                                    "               ACL: yes\n"),
             out);
    CHECK_TO(unit_is_rerun() || strstr(buf_z(&out), "message,all\n"), out);
    CHECK_TO(!strstr(buf_z(&out), "pw"), out);
out:
    if (c)
        console_close(c);
    mem_deref(c);
    buf_fini(&out);
    desk_fini(&d);
    return err;
}

UNIT_TESTS(UNIT(shows_a_user_without_its_secret), UNIT(serves_connections),
           UNIT_ONCE(strangers_fill_no_log), UNIT(serves_tls_with_its_certificate),
           UNIT(users_follow_the_database), UNIT(ceiling_follows_the_settings),
           UNIT(tables_are_whole), UNIT_ONCE(each_row_is_shown))
