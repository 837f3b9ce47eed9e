/* rest/route_profile.c - one's own profile: name, language, password, codes, sessions; a password made up */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "rest/all.h"
#include "rest/audit.h"
#include "rest/inner.h"
#include "rest/login.h"
#include "rest/totp.h"

#define ISSUER "Station"

static const struct model_words wanted = {"Обязательное поле.", "This member is required."};
static const struct model_words not_right = {"Пароль неверен.", "The password is wrong."};

/* What a handler changes: in one transaction with its line of the journal. */
struct change {
    struct rest_call *call;
    struct user user;
    const char *action;
    const char *full_name, *language, *email; /* NULL: stays */
    const char *totp;                         /* the new secret */
    int64_t step;
    char password[PASSWORD_HASH];
    char session[TOKEN_TEXT]; /* of the token that follows a new password */
};

static int read_self(struct db *d, void *arg)
{
    struct change *x = arg;

    return user_read(d, x->call->who.uuid, &x->call->arena, &x->user);
}

/* @return 0; REST_LOGIN_WANTED: removed meanwhile */
static int begin(struct rest_call *c, struct change *x, const char *action)
{
    int err;

    *x = (struct change){.call = c, .action = action};
    err = rest_read(c, read_self, x);
    return err == ENOENT ? REST_LOGIN_WANTED : err;
}

static int journal(struct db *d, const struct change *x)
{
    const struct rest_call *c = x->call;

    return audit_add(d,
                     &(struct audit){.at = c->at,
                                     .user = c->who.name,
                                     .peer = c->peer,
                                     .type = "users",
                                     .uuid = x->user.uuid,
                                     .name = x->user.name,
                                     .action = x->action},
                     NULL);
}

/* A session that somebody has stolen is no password: it is asked for again, and guesses are counted. */
static int ask_password(struct rest_call *c, const struct change *x, const char *member)
{
    const char *password = rest_text(c, member);
    const struct slice name = slice_of(x->user.name);
    char pointer[40];
    int kind;

    snprintf(pointer, sizeof(pointer), "/%s", member);
    if (!password)
        return rest_wrong(c, pointer, &wanted);
    kind = rest_door_try(c, &c->rest->door.logins, name);
    if (kind)
        return kind;
    if (!login_is_password(c, slice_of(password), x->user.password)) {
        rest_door_wrong(c, name, "password of the profile");
        return rest_wrong(c, pointer, &not_right);
    }
    rest_door_take_back(c, &c->rest->door.logins, name);
    return 0;
}

static int write_down(struct rest_call *c, struct change *x, store_work_h *work)
{
    const int err = rest_change(c, work, x);

    access_forget(c->rest);
    if (!err)
        log_notice("REST: a profile was changed user=\"%s\" action=%s peer=%s", x->user.name,
                   x->action, c->peer);
    return err;
}

/* ---- name, language, address ---- */

static int show(struct rest_call *c)
{
    return login_show(c, 200);
}

static int set_texts(struct db *d, void *arg)
{
    const struct change *x = arg;
    const char *const uuid = x->user.uuid;
    int err = x->full_name ? user_set(d, uuid, "full_name", x->full_name) : 0;

    if (!err && x->language)
        err = user_set(d, uuid, "language", x->language);
    if (!err && x->email)
        err = user_set(d, uuid, "email", x->email);
    return err ? err : journal(d, x);
}

static int read_texts(struct rest_call *c, struct change *x)
{
    static const struct model_words no_language = {"Язык: ru или en.", "A language: ru or en."};
    static const struct model_words no_address = {"Это не адрес почты.",
                                                  "This is no e-mail address."};
    static const struct model_words is_long = {"Слишком длинно.", "This is too long."};

    x->full_name = rest_text(c, "full_name");
    x->language = rest_text(c, "language");
    x->email = rest_text(c, "email");
    rest_only(c, "full_name,language,email,password");
    if (x->full_name && strlen(x->full_name) > 128)
        rest_wrong(c, "/full_name", &is_long);
    if (x->language && strcmp(x->language, "ru") != 0 && strcmp(x->language, "en") != 0)
        rest_wrong(c, "/language", &no_language);
    if (x->email && x->email[0] && !login_is_address(slice_of(x->email)))
        rest_wrong(c, "/email", &no_address);
    return c->error_count ? REST_INVALID : 0;
}

/* Where links for a forgotten password go is worth a password. */
static int patch(struct rest_call *c)
{
    struct change x;
    int kind = begin(c, &x, "change");

    if (!kind)
        kind = read_texts(c, &x);
    if (!kind && x.email && strcmp(x.email, x.user.email) != 0)
        kind = ask_password(c, &x, "password");
    if (!kind)
        kind = write_down(c, &x, set_texts);
    return kind ? kind : login_show(c, 200);
}

/* ---- the password ---- */

static int set_password(struct db *d, void *arg)
{
    struct change *x = arg;
    const struct rest_call *c = x->call;
    struct user after = x->user;
    int err = user_set_password(d, x->user.uuid, x->password, false);

    after.password = x->password;
    if (!err)
        err = user_session_add(
            d, &after,
            &(struct user_session){.hash = x->session, .peer = c->peer, .agent = "", .now = c->at});
    return err ? err : journal(d, x);
}

/* All sessions end, this one goes on under another token. */
static int change_password(struct rest_call *c)
{
    const char *new = rest_text(c, "new");
    char token[TOKEN_TEXT];
    struct change x;
    int kind = begin(c, &x, "password");

    if (!kind && !new)
        rest_wrong(c, "/new", &wanted);
    if (!kind && (rest_only(c, "old,new") || c->error_count))
        kind = REST_INVALID;
    if (!kind)
        kind = ask_password(c, &x, "old");
    if (!kind)
        kind = login_hash(c, "/new", slice_of(new), slice_of(x.user.name), x.password);
    if (kind)
        return kind;
    token_make(token);
    token_hash(slice_of(token), x.session);
    kind = write_down(c, &x, set_password);
    if (kind)
        return kind;
    login_cookie(c, token, -1);
    token_csrf(slice_of(token), c->csrf);
    return login_show(c, 200);
}

/* ---- codes ---- */

static int set_totp(struct db *d, void *arg)
{
    const struct change *x = arg;
    const int err = user_set_totp(d, x->user.uuid, x->totp, x->step);

    return err ? err : journal(d, x);
}

/* A secret that waits for its first code: "?" stands before it in the table. */
static int offer_totp(struct rest_call *c)
{
    char secret[1 + TOTP_SECRET] = "?";
    struct change x;
    struct buf uri;
    int kind = begin(c, &x, "totp-offer");

    if (!kind && user_has_totp(&x.user))
        kind = REST_EXISTS;
    if (!kind)
        kind = rest_only(c, "password");
    if (!kind)
        kind = ask_password(c, &x, "password");
    if (kind)
        return kind;
    totp_make(secret + 1);
    x.totp = secret;
    kind = write_down(c, &x, set_totp);
    if (kind)
        return kind;
    buf_init(&uri, 1024);
    totp_uri(&uri, slice_of(secret + 1), SLICE(ISSUER), slice_of(x.user.name));
    jout_open(&c->json, '{');
    jout_put_textz(&c->json, "secret", secret + 1);
    jout_put_text(&c->json, "uri", buf_slice(&uri));
    jout_close(&c->json, '}');
    kind = buf_err(&uri);
    buf_fini(&uri);
    return kind ? kind : rest_reply(c, 200);
}

static int confirm_totp(struct rest_call *c)
{
    const char *code = rest_text(c, "code");
    struct slice name;
    struct change x;
    int kind = begin(c, &x, "totp-on");

    if (!kind && !code)
        rest_wrong(c, "/code", &wanted);
    if (!kind && (rest_only(c, "code") || c->error_count))
        kind = REST_INVALID;
    if (!kind && x.user.totp[0] != '?')
        kind = REST_NOT_FOUND;
    name = slice_of(kind ? "" : x.user.name);
    if (!kind)
        kind = rest_door_try(c, &c->rest->door.logins, name);
    if (kind)
        return kind;
    x.totp = x.user.totp + 1;
    x.step = totp_check(slice_of(x.totp), slice_of(code), c->at, 0);
    if (x.step < 0) {
        rest_door_wrong(c, name, "code of the profile");
        return REST_WRONG_CODE;
    }
    rest_door_take_back(c, &c->rest->door.logins, name);
    kind = write_down(c, &x, set_totp);
    return kind ? kind : rest_reply(c, 204);
}

static int remove_totp(struct rest_call *c)
{
    struct change x;
    int kind = begin(c, &x, "totp-off");

    if (!kind)
        kind = rest_only(c, "password");
    if (!kind)
        kind = ask_password(c, &x, "password");
    x.totp = "";
    if (!kind)
        kind = write_down(c, &x, set_totp);
    return kind ? kind : rest_reply(c, 204);
}

/* ---- sessions ---- */

static int end_others(struct db *d, void *arg)
{
    const struct change *x = arg;
    const int err = user_sessions_end(d, x->user.uuid, x->call->session);

    return err ? err : journal(d, x);
}

static int end_sessions(struct rest_call *c)
{
    struct change x;
    int kind = begin(c, &x, "logout");

    if (!kind)
        kind = write_down(c, &x, end_others);
    return kind ? kind : rest_reply(c, 204);
}

static int read_other(struct db *d, void *arg)
{
    struct change *x = arg;
    char uuid[37];

    if (slice_copy(x->call->params[0], uuid, sizeof(uuid)))
        return ENOENT;
    return user_read(d, uuid, &x->call->arena, &x->user);
}

static int end_all(struct db *d, void *arg)
{
    const struct change *x = arg;
    const int err = user_sessions_end(d, x->user.uuid, NULL);

    return err ? err : journal(d, x);
}

static int end_sessions_of(struct rest_call *c)
{
    struct change x = {.call = c, .action = "logout"};
    int err = rest_read(c, read_other, &x);

    if (!err)
        err = write_down(c, &x, end_all);
    return err ? err : rest_reply(c, 204);
}

/* ---- a password made up ---- */

static int make_password(struct rest_call *c)
{
    char password[PASSWORD_MADE];

    password_make(password);
    jout_open(&c->json, '{');
    jout_put_textz(&c->json, "password", password);
    jout_close(&c->json, '}');
    return rest_reply(c, 200);
}

/* ---- whose key is this ---- */

static int show_key(struct rest_call *c)
{
    jout_open(&c->json, '{');
    jout_put_textz(&c->json, "uuid", c->who.uuid);
    jout_put_textz(&c->json, "name", c->who.name);
    jout_put_text(&c->json, "group_uuid",
                  c->who.group_count ? slice_of(c->who.groups[0]) : SLICE_NONE);
    jout_close(&c->json, '}');
    return rest_reply(c, 200);
}

const struct rest_route rest_routes_profile[] = {
    REST_ROUTE("GET", REST_BASE "/profile", REST_EVERY_USER, show, "Свой профиль",
               "One's own profile"),
    REST_ROUTE(
        "PATCH", REST_BASE "/profile", REST_EVERY_USER, patch,
        "Изменить имя, язык; почту - с паролем", "Change name, language; the address with password",
        .body =
            "{\"full_name\":\"...\",\"language\":\"ru\",\"email\":\"...\",\"password\":\"...\"}"),
    REST_ROUTE("POST", REST_BASE "/profile/password", REST_EVERY_USER, change_password,
               "Сменить пароль; остальные сеансы кончаются",
               "Change the password; all other sessions end",
               .body = "{\"old\":\"...\",\"new\":\"k7m2p-x9d4h-qw3ny\"}"),
    REST_ROUTE("POST", REST_BASE "/profile/totp", REST_EVERY_USER, offer_totp,
               "Получить ключ одноразовых кодов", "Get a secret for codes",
               .body = "{\"password\":\"...\"}"),
    REST_ROUTE("PUT", REST_BASE "/profile/totp", REST_EVERY_USER, confirm_totp,
               "Включить коды: первый код", "Switch codes on: the first code",
               .body = "{\"code\":\"123456\"}"),
    REST_ROUTE("DELETE", REST_BASE "/profile/totp", REST_EVERY_USER, remove_totp, "Выключить коды",
               "Switch codes off", .body = "{\"password\":\"...\"}"),
    REST_ROUTE("DELETE", REST_BASE "/profile/sessions", REST_EVERY_USER, end_sessions,
               "Завершить остальные свои сеансы", "End one's other sessions"),
    REST_ROUTE("DELETE", REST_BASE "/users/{uuid}/sessions", REST_ADMIN, end_sessions_of,
               "Завершить сеансы пользователя", "End a user's sessions"),
    REST_ROUTE("GET", REST_BASE "/password", REST_EVERY_USER, make_password, "Придумать пароль",
               "Make a password up"),
    REST_ROUTE("GET", REST_BASE "/key", REST_API_KEY, show_key, "Чей это ключ API",
               "Whose API key this is", .query = "api_key"),
    {0}};
