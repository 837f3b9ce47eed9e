/* rest/route_session.c - logging in and out, who am I, a password that was forgotten */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "rest/all.h"
#include "rest/audit.h"
#include "rest/login.h"
#include "rest/totp.h"
#include "rest/inner.h"

static const struct model_words wanted = {"Обязательное поле.", "This member is required."};

/* ---- who am I ---- */

static int show(struct rest_call *c)
{
    if (!c->who.role || c->who.role == REST_API_KEY)
        return REST_LOGIN_WANTED;
    return login_show(c, 200);
}

/* ---- in ---- */

struct login {
    struct slice name, password, code;
    bool is_remembered;
};

static int read_login(struct rest_call *c, struct login *l)
{
    const char *name = rest_text(c, "name"), *password = rest_text(c, "password");
    const char *code = rest_text(c, "code");

    *l = (struct login){.name = slice_of(name),
                        .password = slice_of(password),
                        .code = slice_of(code),
                        .is_remembered = json_is_true(json_object_get(c->body, "remember"))};
    if (!name)
        rest_wrong(c, "/name", &wanted);
    if (!password)
        rest_wrong(c, "/password", &wanted);
    rest_only(c, "name,password,code,remember");
    return c->error_count ? REST_INVALID : 0;
}

/* The password was right. @return 0; REST_CODE_WANTED, REST_WRONG_CODE */
static int judge_code(struct rest_call *c, const struct login *l, const struct user *u,
                      int64_t *step)
{
    *step = -1;
    if (!user_has_totp(u))
        return 0;
    if (!l->code.len)
        return REST_CODE_WANTED;
    *step = totp_check(slice_of(u->totp), l->code, c->at, u->totp_step);
    return *step < 0 ? REST_WRONG_CODE : 0;
}

static int judge_login(struct rest_call *c, const struct login *l, struct user *u, int64_t *step)
{
    const int err = login_find(c, l->name, u);

    if (err && err != ENOENT)
        return err;
    if (!login_is_password(c, l->password, err || !u->is_enabled ? NULL : u->password))
        return REST_WRONG_LOGIN;
    return judge_code(c, l, u, step);
}

static int log_in(struct rest_call *c)
{
    struct tries *t = &c->rest->door.logins;
    struct login l;
    struct user u = {.role = 0};
    int64_t step;
    int kind = read_login(c, &l);

    if (!kind)
        kind = rest_door_try(c, t, l.name);
    if (kind)
        return kind;
    kind = judge_login(c, &l, &u, &step);
    if (!kind)
        kind = login_begin(c, &u, &(struct login_way){.step = step, .remember = l.is_remembered});
    if (kind == REST_WRONG_LOGIN || kind == REST_WRONG_CODE) {
        rest_door_wrong(c, l.name, kind == REST_WRONG_CODE ? "code" : "password");
        return kind;
    }
    rest_door_take_back(c, t, l.name);
    if (!kind)
        tries_passed(t, &c->from, l.name);
    return kind ? kind : login_show(c, 200);
}

/* ---- out ---- */

static int end_session(struct db *d, void *arg)
{
    const struct rest_call *c = arg;
    const int err = user_session_end(d, c->session);

    return err ? err
               : audit_add(d,
                           &(struct audit){.at = c->at,
                                           .user = c->who.name,
                                           .peer = c->peer,
                                           .type = "users",
                                           .uuid = c->who.uuid,
                                           .name = c->who.name,
                                           .action = "logout"},
                           NULL);
}

static int log_out(struct rest_call *c)
{
    const int err = c->session[0] ? rest_change(c, end_session, c) : 0;

    if (err)
        return err;
    access_forget(c->rest);
    login_cookie(c, "", 0);
    return rest_reply(c, 204);
}

/* ---- a link for a forgotten password ---- */

static int wish_link(struct rest_call *c)
{
    const char *name = rest_text(c, "name");
    int kind = 0;

    if (!name)
        rest_wrong(c, "/name", &wanted);
    rest_only(c, "name");
    if (c->error_count)
        return REST_INVALID;
    kind = rest_door_try(c, &c->rest->door.mails, slice_of(name));
    if (kind)
        return kind;
    kind = rest_reply(c, 202); /* now: how long the rest takes tells whether there is such a user */
    if (!kind)
        login_send_link(c, name);
    return kind;
}

static int use_link(struct rest_call *c)
{
    const char *token = rest_text(c, "token"), *password = rest_text(c, "password");
    int kind;

    if (!token)
        rest_wrong(c, "/token", &wanted);
    if (!password)
        rest_wrong(c, "/password", &wanted);
    rest_only(c, "token,password");
    if (c->error_count)
        return REST_INVALID;
    kind = rest_door_try(c, &c->rest->door.keys, SLICE_NONE);
    if (kind)
        return kind;
    kind = login_use_link(c, token, password);
    if (kind == REST_LINK_USED)
        rest_door_wrong(c, SLICE_NONE, "link");
    else
        rest_door_take_back(c, &c->rest->door.keys, SLICE_NONE);
    return kind ? kind : rest_reply(c, 204);
}

const struct rest_route rest_routes_session[] = {
    REST_ROUTE("GET", REST_BASE "/session", REST_ANYBODY, show, "Кто вошёл", "Who is logged in"),
    REST_ROUTE("POST", REST_BASE "/session", REST_ANYBODY, log_in, "Войти", "Log in",
               .is_unprotected = true,
               .body =
                   "{\"name\":\"ivanov\",\"password\":\"k7m2p-x9d4h-qw3ny\",\"code\":\"123456\","
                   "\"remember\":false}"),
    REST_ROUTE("DELETE", REST_BASE "/session", REST_EVERY_USER, log_out, "Выйти", "Log out"),
    REST_ROUTE("POST", REST_BASE "/session/recovery", REST_ANYBODY, wish_link,
               "Прислать ссылку для нового пароля", "Send a link for a new password",
               .is_unprotected = true, .body = "{\"name\":\"ivanov\"}"),
    REST_ROUTE("PUT", REST_BASE "/session/recovery", REST_ANYBODY, use_link,
               "Новый пароль по ссылке из письма", "A new password by the mail's link",
               .is_unprotected = true,
               .body = "{\"token\":\"...\",\"password\":\"k7m2p-x9d4h-qw3ny\"}"),
    {0}};
