/* Sessions that a role brings over ipc: its own, those of HTTP; their ends */
#include "desk.h"

#include "ipc/manager.h"

struct role {
    struct ipc *ipc;
    struct buf text; /* of answers, and of events */
    unsigned ends;   /* is_last of an answer */
    uint32_t request, left;
    bool is_gone;
};

static void role_came(struct ipc *c, uint16_t id, const void *message, int fd, void *arg)
{
    const struct manager_answer *a = message;
    struct role *r = arg;

    if (id == MANAGER_LEFT)
        r->left = a->session;
    if (id != MANAGER_ANSWER)
        return;
    buf_adds(&r->text, a->text);
    r->request = a->request;
    r->ends += a->is_last;
}

static void role_gone(struct ipc *c, int err, void *arg)
{
    ((struct role *)arg)->is_gone = true;
}

static int role_come_by(struct role *r, struct desk *d,
                        int (*serve)(struct manager *m, struct ipc *c))
{
    struct ipc *engine = NULL;
    int err;

    buf_init(&r->text, 1 << 20);
    err = ipc_pair(&r->ipc, &engine, d->loop, &manager_protocol);
    if (err)
        return err;
    ipc_set_handlers(r->ipc, role_came, role_gone, r);
    return serve(d->manager, engine);
}

static int role_come(struct role *r, struct desk *d)
{
    return role_come_by(r, d, manager_serve);
}

static void role_leave(struct role *r)
{
    if (r->ipc)
        ipc_close(r->ipc);
    mem_deref(r->ipc);
    buf_fini(&r->text);
}

static void role_open(struct role *r, uint32_t session, uint8_t kind)
{
    struct manager_open o = {.session = session, .kind = kind};

    addr_parse(&o.peer, SLICE("198.51.100.9:4444"), 0);
    addr_parse(&o.local, SLICE(DESK ":8088"), 0);
    ipc_send(r->ipc, MANAGER_OPEN, &o);
}

static void role_ask(struct role *r, uint32_t session, uint32_t request, bool is_last,
                     const char *text)
{
    ipc_send(
        r->ipc, MANAGER_ASK,
        &(struct manager_ask){
            .session = session, .request = request, .is_last = is_last, .text = slice_of(text)});
}

static int an_own_session_is_in(void)
{
    struct role r = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    CHECK_OK_TO(role_come(&r, &d), out);
    role_open(&r, 7, MANAGER_SESSION_ROLE);
    role_ask(&r, 7, 1, false, "Action: UserEvent\r\nUser");
    role_ask(&r, 7, 1, true, "Event: x\r\n\r\n");
    loop_fake_settle(d.loop);
    CHECK_TO(unit_is_rerun() ||
                 (strcmp(buf_z(&r.text), "Response: Success\r\nMessage: Event Sent\r\n\r\n") == 0 &&
                  r.request == 1 && r.ends == 1),
             out);
    loop_fake_advance(d.loop, 20);
    CHECK_TO(unit_is_rerun() ||
                 (strstr(buf_z(&r.text), "Event: UserEvent\r\n") && r.request == 0 && r.ends == 1),
             out);
    ipc_send(r.ipc, MANAGER_LEAVE, &(struct manager_leave){7});
    loop_fake_settle(d.loop);
    CHECK_TO(unit_is_rerun() || (r.left == 7 && d.manager->session_count == 0), out);
out:
    role_leave(&r);
    desk_fini(&d);
    return err;
}

/* A user of the table may be called as the roles' sessions are: neither feels it. */
static int a_role_is_no_user(void)
{
    static const char named[] =
        "INSERT INTO manager (name, secret, \"read\", \"write\", "
        "allowmultiplelogin) VALUES ('station', 'pw', 'none', 'none', 'no')";
    struct model_snapshot *s = NULL;
    struct desk_client user = {0};
    struct role r = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    db_run(desk_db, named);
    err = model_snapshot_load(&s, desk_db);
    db_run(desk_db, "DELETE FROM manager WHERE name = 'station'");
    if (err)
        goto out;
    CHECK_OK_TO(role_come(&r, &d), out);
    role_open(&r, 7, MANAGER_SESSION_ROLE);
    loop_fake_settle(d.loop);
    manager_set_snapshot(d.manager, s);
    err = desk_enter(&user, &d, MANAGER_TCP, "station", "off");
    if (err)
        goto out;
    role_ask(&r, 7, 1, true, "Action: UserEvent\r\nUserEvent: x\r\n\r\n");
    loop_fake_settle(d.loop);
    CHECK_TO(unit_is_rerun() || strstr(buf_z(&r.text), "Message: Event Sent"), out);
out:
    mem_deref(s);
    desk_leave(&user);
    role_leave(&r);
    desk_fini(&d);
    return err;
}

/* Whoever takes the web role over can neither run a command nor change what there is. */
static int web_may_less(void)
{
    static const char *const refused[] = {
        "Action: Command\r\nCommand: core show version\r\n\r\n",
        "Action: UpdateConfig\r\nSrcFilename: manager.conf\r\nDstFilename: manager.conf\r\n\r\n",
        "Action: Originate\r\nChannel: Local/1@x\r\nApplication: System\r\nData: id\r\n\r\n",
    };
    struct role r = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    CHECK_OK_TO(role_come_by(&r, &d, manager_serve_web), out);
    role_open(&r, 7, MANAGER_SESSION_ROLE);
    role_ask(&r, 7, 1, true, "Action: CoreStatus\r\n\r\n");
    loop_fake_settle(d.loop);
    CHECK_TO(unit_is_rerun() || strstr(buf_z(&r.text), "CoreCurrentCalls"), out);
    for (uint32_t i = 0; i < 3; i++) {
        buf_reset(&r.text);
        role_ask(&r, 7, 2 + i, true, refused[i]);
        loop_fake_settle(d.loop);
        CHECK_TO(unit_is_rerun() || strstr(buf_z(&r.text), "Permission denied") ||
                     strstr(buf_z(&r.text), "Forbidden"),
                 out);
    }
    buf_reset(&r.text);
    role_open(&r, 8, MANAGER_SESSION_HTTP);
    role_ask(&r, 8, 1, true, "Action: Ping\r\n\r\n");
    loop_fake_settle(d.loop);
    CHECK_TO(unit_is_rerun() || strstr(buf_z(&r.text), "Permission denied"), out);
out:
    role_leave(&r);
    desk_fini(&d);
    return err;
}

static int a_session_of_http_is_a_stranger(void)
{
    struct role r = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    CHECK_OK_TO(role_come(&r, &d), out);
    role_open(&r, 1, MANAGER_SESSION_HTTP);
    role_ask(&r, 1, 5, true, "Action: Ping\r\n\r\n");
    loop_fake_settle(d.loop);
    CHECK_TO(unit_is_rerun() ||
                 (strstr(buf_z(&r.text), "Permission denied") && r.ends == 1 && r.request == 5),
             out);
    /* The address is the client's, not the role's. */
    role_ask(&r, 1, 6, true, "Action: Login\r\nUsername: fenced\r\nSecret: pw\r\n\r\n");
    loop_fake_settle(d.loop);
    CHECK_TO(unit_is_rerun() || (strstr(buf_z(&r.text), "Authentication accepted") && r.ends == 2),
             out);
    role_ask(&r, 1, 7, true, "Action: WaitEvent\r\nTimeout: 2\r\n\r\n");
    loop_fake_advance(d.loop, 1);
    role_ask(&r, 1, 8, true, "Action: Logoff\r\n\r\n");
    loop_fake_advance(d.loop, 3000);
    CHECK_TO(unit_is_rerun() || (r.left == 1 && r.ends == 4 && d.manager->session_count == 0), out);
    role_ask(&r, 1, 9, true, "Action: Ping\r\n\r\n");
    r.left = 0;
    loop_fake_settle(d.loop);
    CHECK_TO(unit_is_rerun() || r.left == 1, out);
out:
    role_leave(&r);
    desk_fini(&d);
    return err;
}

/* Asked while another one is answered: each keeps its number. */
static int answers_bear_the_number_of_their_question(void)
{
    struct role r = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    CHECK_OK_TO(role_come(&r, &d), out);
    role_open(&r, 1, MANAGER_SESSION_HTTP);
    role_ask(&r, 1, 5, true, "Action: Login\r\nUsername: fenced\r\nSecret: no\r\n\r\n");
    role_ask(&r, 1, 6, true, "Action: Ping\r\n\r\n");
    role_ask(&r, 1, 7, true, "Action: Ping\r\n\r\n");
    loop_fake_settle(d.loop);
    CHECK_TO(r.ends == 0, out);
    loop_fake_advance(d.loop, 3000);
    CHECK_TO(unit_is_rerun() || (strstr(buf_z(&r.text), "Authentication failed") &&
                                 r.request == 5 && r.ends == 1 && r.left == 1),
             out);
out:
    role_leave(&r);
    desk_fini(&d);
    return err;
}

static int a_session_keeps_so_many_questions(void)
{
    struct role r = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    CHECK_OK_TO(role_come(&r, &d), out);
    role_open(&r, 1, MANAGER_SESSION_HTTP);
    role_ask(&r, 1, 1, true, "Action: Login\r\nUsername: fenced\r\nSecret: no\r\n\r\n");
    for (uint32_t i = 0; i < 16; i++)
        role_ask(&r, 1, 2 + i, true, "Action: Ping\r\n\r\n");
    loop_fake_settle(d.loop);
    CHECK_TO(unit_is_rerun() || r.left == 0, out);
    role_ask(&r, 1, 18, true, "Action: Ping\r\n\r\n");
    loop_fake_settle(d.loop);
    CHECK_TO(unit_is_rerun() || r.left == 1, out);
out:
    role_leave(&r);
    desk_fini(&d);
    return err;
}

/* The role dies in the middle of a held request. */
static int sessions_go_with_their_role(void)
{
    struct role r = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    CHECK_OK_TO(role_come(&r, &d), out);
    role_open(&r, 1, MANAGER_SESSION_ROLE);
    role_open(&r, 2, MANAGER_SESSION_HTTP);
    role_ask(&r, 1, 1, true, "Action: WaitEvent\r\nTimeout: 20\r\n\r\n");
    role_ask(&r, 2, 1, true, "Action: Login\r\nUsername: admin\r\nSecret: no\r\n\r\n");
    loop_fake_advance(d.loop, 10);
    ipc_close(r.ipc);
    loop_fake_advance(d.loop, 10);
    CHECK_TO(d.manager->session_count == 0 && d.manager->strangers == 0, out);
    loop_fake_advance(d.loop, 30000);
out:
    role_leave(&r);
    desk_fini(&d);
    return err;
}

UNIT_TESTS(UNIT(an_own_session_is_in), UNIT(a_role_is_no_user), UNIT(web_may_less),
           UNIT(a_session_of_http_is_a_stranger), UNIT(answers_bear_the_number_of_their_question),
           UNIT(a_session_keeps_so_many_questions), UNIT(sessions_go_with_their_role))
