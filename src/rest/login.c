/* rest/login.c - see login.h */
#include "rest/login.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>

#include "base/log.h"
#include "rest/audit.h"
#include "rest/inner.h"

/* ---- finding ---- */

struct find {
    struct arena *arena;
    struct slice name;
    struct user *user;
};

static int find(struct db *d, void *arg)
{
    const struct find *f = arg;

    return user_find(d, f->name, false, f->arena, f->user);
}

int login_find(struct rest_call *c, struct slice name, struct user *u)
{
    return rest_read(c, find, &(struct find){.arena = &c->arena, .name = name, .user = u});
}

/* ---- passwords, on workers of their own ---- */

struct secret {
    struct slice password;
    const char *hash;
    char made[PASSWORD_HASH];
    int err;
    bool is_right;
};

static void verify(void *arg)
{
    struct secret *s = arg;

    s->is_right = password_is(s->password, s->hash);
}

static void make(void *arg)
{
    struct secret *s = arg;

    s->err = password_hash(s->password, s->made);
}

bool login_is_password(struct rest_call *c, struct slice password, const char *hash)
{
    struct secret s = {.password = password, .hash = hash};

    return rest_work(c, verify, &s) == 0 && s.is_right;
}

int login_hash(struct rest_call *c, const char *pointer, struct slice password, struct slice name,
               char hash[PASSWORD_HASH])
{
    const struct model_words *fault = password_fault(password, name);
    struct secret s = {.password = password};
    int err;

    if (fault)
        return rest_wrong(c, pointer, fault);
    err = rest_work(c, make, &s);
    if (!err)
        err = s.err;
    if (!err)
        memcpy(hash, s.made, sizeof(s.made));
    return err;
}

bool login_is_address(struct slice text)
{
    struct slice host, name = slice_cut(text, '@', &host);

    for (size_t i = 0; i < text.len; i++)
        if ((uint8_t)text.p[i] <= ' ' || text.p[i] == 127 || strchr(",;<>\"\\", text.p[i]))
            return false;
    return name.len && host.len && slice_chr(host, '@') < 0 && text.len <= 254;
}

/* ---- a session's beginning ---- */

struct begin {
    const struct user *user;
    struct user_session session;
    int64_t step;
};

static int write_last(struct db *d, const struct begin *b)
{
    struct stmt *s;
    int err =
        db_stmt(&s, d, "UPDATE users SET last_login_at = ?, last_login_peer = ? WHERE uuid = ?");

    if (err)
        return err;
    stmt_int(s, 1, b->session.now);
    stmt_text(s, 2, slice_of(b->session.peer));
    stmt_text(s, 3, slice_of(b->user->uuid));
    return stmt_run(s);
}

static int begin(struct db *d, void *arg)
{
    const struct begin *b = arg;
    const struct user *u = b->user;
    int err = b->step < 0 ? 0 : user_take_step(d, u->uuid, b->step);

    if (err)
        return err == EACCES ? REST_WRONG_CODE : err;
    err = user_session_add(d, u, &b->session);
    if (!err)
        err = write_last(d, b);
    return err ? err
               : audit_add(d,
                           &(struct audit){.at = b->session.now,
                                           .user = u->name,
                                           .peer = b->session.peer,
                                           .type = "users",
                                           .uuid = u->uuid,
                                           .name = u->name,
                                           .action = "login"},
                           NULL);
}

void login_cookie(struct rest_call *c, const char *token, int64_t max_age_s)
{
    char text[200], age[40] = "";

    if (max_age_s >= 0)
        snprintf(age, sizeof(age), "; Max-Age=%lld", (long long)max_age_s);
    snprintf(text, sizeof(text), ACCESS_COOKIE "=%s; Path=/; HttpOnly; Secure; SameSite=Strict%s",
             token, age);
    rest_field(c, "Set-Cookie", text);
}

static const char *agent_of(struct rest_call *c)
{
    struct slice agent = http_request_header(c->request, "User-Agent");

    if (!agent.p)
        return "";
    return arena_strndup(&c->arena, agent.p, agent.len < 200 ? agent.len : 200);
}

int login_begin(struct rest_call *c, const struct user *u, const struct login_way *way)
{
    char token[TOKEN_TEXT], hash[TOKEN_TEXT];
    struct begin b = {.user = u,
                      .step = way->step,
                      .session = {.hash = hash,
                                  .peer = c->peer,
                                  .agent = agent_of(c),
                                  .now = c->at,
                                  .is_remembered = way->remember}};
    int err;

    token_make(token);
    token_hash(slice_of(token), hash);
    err = rest_change(c, begin, &b);
    if (err)
        return err;
    login_cookie(c, token, way->remember ? USER_REMEMBERED_S : -1);
    token_csrf(slice_of(token), c->csrf);
    memcpy(c->who.uuid, u->uuid, sizeof(u->uuid));
    log_notice("REST: logged in user=\"%s\" role=%s peer=%s", u->name, user_role_name(u->role),
               c->peer);
    sodium_memzero(token, sizeof(token));
    return 0;
}

/* ---- who is in ---- */

struct me {
    struct rest_call *call;
    struct user user;
    struct buf groups;
    struct jout list;
};

static int put_group(struct slice uuid, struct slice name, void *arg)
{
    struct me *m = arg;

    jout_open(&m->list, '{');
    jout_put_text(&m->list, "uuid", uuid);
    jout_put_text(&m->list, "name", name);
    jout_close(&m->list, '}');
    return 0;
}

static int read_me(struct db *d, void *arg)
{
    struct me *m = arg;
    int err = user_read(d, m->call->who.uuid, &m->call->arena, &m->user);

    return err ? err : user_groups(d, slice_of(m->user.groups), put_group, m);
}

static void put_me(struct jout *j, const struct me *m)
{
    const struct user *u = &m->user;

    jout_key(j, "user");
    jout_open(j, '{');
    jout_put_textz(j, "uuid", u->uuid);
    jout_put_textz(j, "name", u->name);
    jout_put_textz(j, "full_name", u->full_name);
    jout_put_textz(j, "email", u->email);
    jout_put_textz(j, "role", user_role_name(u->role));
    jout_key(j, "groups");
    jout_open(j, '[');
    if (m->groups.len)
        jout_raw(j, buf_slice(&m->groups));
    jout_close(j, ']');
    jout_put_textz(j, "language", u->language[0] ? u->language : "ru");
    jout_put_bool(j, "has_totp", user_has_totp(u));
    jout_put_bool(j, "must_change", u->must_change);
    jout_close(j, '}');
}

int login_show(struct rest_call *c, int status)
{
    struct me m = {.call = c};
    struct jout *j = &c->json;
    int err;

    buf_init(&m.groups, REST_ANSWER_MAX);
    jout_init(&m.list, &m.groups);
    err = rest_read(c, read_me, &m);
    if (!err)
        err = buf_err(&m.groups);
    if (!err && !user_role_name(m.user.role))
        err = ENOENT;
    if (!err) {
        jout_open(j, '{');
        put_me(j, &m);
        jout_put_textz(j, "csrf", c->csrf);
        jout_key(j, "station");
        jout_open(j, '{');
        jout_put_textz(j, "name", "Station");
        jout_put_textz(j, "version", c->rest->args.version);
        jout_close(j, '}');
        jout_close(j, '}');
        err = rest_reply(c, status);
    }
    buf_fini(&m.groups);
    return err == ENOENT ? REST_LOGIN_WANTED : err;
}
