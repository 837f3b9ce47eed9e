/*
 * tests/unit/manager/desk.h - a Manager with calls and a routing on a fake clock and network, and clients
 * that write and read its protocol as text
 *
 * The configuration is the same everywhere (desk_sql); its database is made once before main.
 */
#pragma once
#include "base/log.h"
#include "loop/fake.h"
#include "manager/inner.h"
#include "model/database.h"
#include "plan/plan.h"

#define DESK "192.0.2.1"

/* Answers of one line. */
#define SUCCESS(message) "Response: Success\nMessage: " message "\n\n"
#define ERROR(message) "Response: Error\nMessage: " message "\n\n"

static const char desk_sql[] =
    "INSERT INTO manager (name, secret, \"read\", \"write\") VALUES ('admin', 'pw', 'all', 'all'),"
    "('lowly', 'pw', 'call', 'call'), ('empty', '', 'all', 'all'),"
    "('dialler', 'pw', 'call', 'originate,call');"
    "INSERT INTO manager (name, secret, \"read\", \"write\", deny, permit) VALUES "
    "('fenced', 'pw', 'all', 'all', '0.0.0.0/0', '198.51.100.0/24');"
    "INSERT INTO manager (name, secret, \"read\", \"write\", allowmultiplelogin) VALUES "
    "('single', 'pw', 'all', 'all', 'no');"
    "INSERT INTO manager (name, secret, \"read\", \"write\", eventfilter) VALUES "
    "('picky', 'pw', 'all', 'all', 'Event: UserEvent\n!Secret');"
    "INSERT INTO acl (name, rules) VALUES ('office', 'deny=0.0.0.0/0,permit=192.0.2.0/24');"
    "INSERT INTO manager (name, secret, \"read\", \"write\", acl) VALUES "
    "('inside', 'pw', 'all', 'all', 'office');"
    "INSERT INTO settings (name, value) VALUES ('manager_auth_limit', '6'), ('manager_sessions', '8'),"
    "('manager_bind', '" DESK ":5038');";

static struct db *desk_db;

__attribute__((constructor)) static void desk_make_db(void)
{
    log_set_stderr(false);
    database_share(&desk_db, desk_sql);
}

struct desk {
    struct loop *loop;
    struct net *net;
    struct media *media;
    struct calls *calls;
    struct plan_core *plan;
    struct model_snapshot *snap;
    struct manager *manager;
};

/* One who is connected. */
struct desk_client {
    struct manager_session *session; /* a reference */
    struct buf got;                  /* since the last desk_ask */
    unsigned answers;
    size_t waiting;           /* bytes that it has not read */
    bool is_closed, is_stuck; /* stuck: it reads nothing more */
};

static int desk_client_send(void *arg, struct slice bytes)
{
    struct desk_client *c = arg;

    return c->is_stuck ? ENOBUFS : buf_adds(&c->got, bytes);
}

static size_t desk_client_waiting(void *arg)
{
    const struct desk_client *c = arg;

    return c->is_closed ? 0 : c->waiting;
}

static void desk_client_answered(void *arg)
{
    ((struct desk_client *)arg)->answers++;
}

static void desk_client_close(void *arg)
{
    ((struct desk_client *)arg)->is_closed = true;
}

static const struct manager_port desk_port = {.send = desk_client_send,
                                              .waiting = desk_client_waiting,
                                              .answered = desk_client_answered,
                                              .close = desk_client_close};

static inline void desk_fini(struct desk *d)
{
    d->manager = mem_deref(d->manager);
    if (d->loop)
        loop_fake_settle(d->loop);
    d->calls = mem_deref(d->calls);
    if (d->loop)
        loop_fake_advance(d->loop, 2000); /* streams say goodbye for up to a second */
    d->plan = mem_deref(d->plan);
    d->media = mem_deref(d->media);
    d->snap = mem_deref(d->snap);
    d->net = mem_deref(d->net);
    d->loop = mem_deref(d->loop);
}

static inline int desk_manager(struct desk *d)
{
    return manager_alloc(
        &d->manager,
        &(struct manager_args){.net = d->net, .calls = d->calls, .plan = d->plan, .arg = d},
        d->snap);
}

static inline int desk_init(struct desk *d)
{
    struct media_args media = {0};
    int err;

    memset(d, 0, sizeof(*d));
    err = loop_alloc_fake(&d->loop, (struct wall){1700000000000000});
    if (!err)
        err = net_fake_alloc(&d->net, d->loop);
    if (!err)
        err = media_alloc(&d->media, d->loop, &media);
    if (!err)
        err = calls_alloc(&d->calls, &(struct calls_args){
                                         .loop = d->loop, .media = d->media, .max_channels = 100});
    if (!err)
        err = plan_core_alloc(&d->plan,
                              &(struct plan_core_args){.calls = d->calls, .agi_dir = "/tmp"});
    if (!err)
        err = model_snapshot_load(&d->snap, desk_db);
    if (!err)
        err = desk_manager(d);
    if (err)
        desk_fini(d);
    return err;
}

static inline void desk_leave(struct desk_client *c)
{
    if (c->session && !c->is_closed)
        manager_session_end(c->session);
    c->session = mem_deref(c->session);
    buf_fini(&c->got);
}

static inline int desk_come(struct desk_client *c, struct desk *d, enum manager_kind kind)
{
    struct addr peer, local;
    int err;

    memset(c, 0, sizeof(*c));
    buf_init(&c->got, 1 << 24);
    addr_parse(&peer, SLICE("192.0.2.7:40000"), 0);
    addr_parse(&local, SLICE(DESK ":5038"), 0);
    err = manager_session_alloc(&c->session, d->manager, kind, &desk_port, c, &peer, &local, NULL);
    if (!err)
        mem_ref(c->session);
    else
        c->session = NULL;
    return err;
}

/** Send text whose lines are parted by LF; what came before is forgotten. */
static inline void desk_ask(struct desk_client *c, const char *text)
{
    buf_reset(&c->got);
    manager_session_recv(c->session, slice_of(text));
}

/** What came, without CR. */
static inline const char *desk_got(struct desk_client *c)
{
    size_t to = 0;

    if (!c->got.p)
        return "";
    for (size_t i = 0; i < c->got.len; i++)
        if (c->got.p[i] != '\r')
            c->got.p[to++] = c->got.p[i];
    c->got.p[to] = '\0';
    c->got.len = to;
    return c->got.p;
}

static inline bool desk_has(struct desk_client *c, const char *text)
{
    return strstr(desk_got(c), text) != NULL;
}

/** Was what came right? Else it is shown beside what was wanted. */
static inline bool desk_judge(struct desk_client *c, const char *question, const char *wanted,
                              bool is_right)
{
    if (is_right || unit_is_rerun())
        return true;
    fprintf(stderr, "asked\n%sgot\n%sand not\n%s", question, desk_got(c), wanted);
    return false;
}

/** Ask, and compare all that comes at once (without CR) with text. */
static inline bool desk_says(struct desk_client *c, const char *question, const char *text)
{
    desk_ask(c, question);
    return desk_judge(c, question, text, strcmp(desk_got(c), text) == 0);
}

/** Come and log in as one of desk_sql, with a word for Events. */
static inline int desk_enter(struct desk_client *c, struct desk *d, enum manager_kind kind,
                             const char *user, const char *events)
{
    char text[200];
    int err = desk_come(c, d, kind);

    if (err)
        return err;
    snprintf(text, sizeof(text), "Action: Login\nUsername: %s\nSecret: pw\nEvents: %s\n\n", user,
             events);
    desk_ask(c, text);
    return desk_has(c, "Message: Authentication accepted\n") ? 0 : ENOMEM;
}
