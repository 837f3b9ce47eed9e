/* rest/route_setup.c - the first start: the first administrator is made by who has the station's code */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "rest/all.h"
#include "rest/audit.h"
#include "rest/inner.h"
#include "rest/login.h"

static int read_need(struct db *d, void *arg)
{
    return user_is_there_any(d, arg);
}

static int show(struct rest_call *c)
{
    bool is_there;
    const int err = rest_read(c, read_need, &is_there);

    if (err)
        return err;
    jout_open(&c->json, '{');
    jout_put_bool(&c->json, "is_needed", !is_there);
    jout_close(&c->json, '}');
    return rest_reply(c, 200);
}

struct setup {
    struct rest_call *call;
    const char *code;
    const char *external, *nets; /* NULL: not told */
    struct user user;
    char code_hash[TOKEN_TEXT], password[PASSWORD_HASH];
};

static const struct model_words wrong_code = {
    "Код неверен. Его печатает команда на станции: station setup-code",
    "The code is wrong. This command on the station prints it: station setup-code"};

/* Nobody is there yet, and the code is right. */
static int check(struct db *d, void *arg)
{
    struct setup *s = arg;
    char whose[37];
    bool is_there;
    int err = user_is_there_any(d, &is_there);

    if (!err && is_there)
        err = REST_NOT_FOUND;
    if (!err)
        err = user_link_find(d, s->code_hash, s->call->at, whose);
    if (!err && strcmp(whose, USER_SETUP) != 0)
        err = ENOENT;
    return err == ENOENT ? REST_WRONG_CODE : err;
}

/* ---- behind NAT: what init wrote as transports says so ---- */

static int set_option(struct db *d, const char *option, const char *value)
{
    static const char *const sql[] = {
        "DELETE FROM static_pjsip WHERE var_name = ?1 AND category IN (SELECT category FROM "
        "static_pjsip WHERE var_name = 'type' AND var_val = 'transport')",
        "INSERT INTO static_pjsip (cat_metric, var_metric, commented, filename, category, "
        "var_name, var_val) SELECT cat_metric, 1, 0, filename, category, ?1, ?2 FROM static_pjsip "
        "WHERE var_name = 'type' AND var_val = 'transport' AND commented = 0"};
    int err = 0;

    for (int i = 0; i < 2 && !err; i++) {
        struct stmt *s;

        err = db_stmt(&s, d, sql[i]);
        if (err)
            return err;
        stmt_text(s, 1, slice_of(option));
        if (i)
            stmt_text(s, 2, slice_of(value));
        err = stmt_run(s);
    }
    return err;
}

static int set_network(struct db *d, const struct setup *s)
{
    int err = 0;

    if (s->external)
        err = set_option(d, "external_media_address", s->external);
    if (!err && s->external)
        err = set_option(d, "external_signaling_address", s->external);
    if (!err && s->nets)
        err = set_option(d, "local_net", s->nets);
    return err;
}

static int make(struct db *d, void *arg)
{
    struct setup *s = arg;
    int err = check(d, s);

    if (!err)
        err = user_link_use(d, s->code_hash, s->call->at);
    if (!err)
        err = user_add(d, &s->user);
    if (!err)
        err = set_network(d, s);
    return err ? err
               : audit_add(d,
                           &(struct audit){.at = s->call->at,
                                           .user = s->user.name,
                                           .peer = s->call->peer,
                                           .type = "users",
                                           .uuid = s->user.uuid,
                                           .name = s->user.name,
                                           .action = "setup"},
                           NULL);
}

static const char *text_or(struct rest_call *c, const char *member, const char *other)
{
    const char *text = rest_text(c, member);

    return text ? text : other;
}

/* A text that an option of transports takes; empty: none. */
static const char *read_option(struct rest_call *c, const char *member, const char *option)
{
    static const struct model_words not_so = {
        "Не подходит: адрес или имя (203.0.113.5), сети - через запятую (192.168.0.0/24).",
        "This does not fit: an address or name (203.0.113.5), networks with commas (192.168.0.0/24)."};
    const char *text = rest_text(c, member);
    char pointer[40];

    if (!text || !*text)
        return NULL;
    snprintf(pointer, sizeof(pointer), "/%s", member);
    if (model_field_set(model_field_find(model_type_find(SLICE("transport")), slice_of(option)),
                        NULL, slice_of(text), NULL))
        rest_wrong(c, pointer, &not_so);
    return text;
}

static int read_setup(struct rest_call *c, struct setup *s)
{
    static const struct model_words wanted = {"Обязательное поле.", "This member is required."};
    static const struct model_words no_language = {"Язык: ru или en.", "A language: ru or en."};
    static const struct model_words no_address = {"Это не адрес почты.",
                                                  "This is no e-mail address."};

    *s = (struct setup){.call = c, .code = rest_text(c, "code")};
    s->user = (struct user){.role = REST_ADMIN,
                            .name = text_or(c, "name", "admin"),
                            .full_name = text_or(c, "full_name", ""),
                            .email = text_or(c, "email", ""),
                            .language = text_or(c, "language", "ru"),
                            .groups = "",
                            .totp = "",
                            .is_enabled = true};
    s->external = read_option(c, "external_address", "external_media_address");
    s->nets = read_option(c, "local_nets", "local_net");
    rest_only(c, "code,name,full_name,email,language,password,external_address,local_nets");
    if (!s->code)
        rest_wrong(c, "/code", &wanted);
    if (!rest_text(c, "password"))
        rest_wrong(c, "/password", &wanted);
    if (!s->user.name[0] || strlen(s->user.name) > 128)
        rest_wrong(c, "/name", &wanted);
    if (strcmp(s->user.language, "ru") != 0 && strcmp(s->user.language, "en") != 0)
        rest_wrong(c, "/language", &no_language);
    if (s->user.email[0] && !login_is_address(slice_of(s->user.email)))
        rest_wrong(c, "/email", &no_address);
    return c->error_count ? REST_INVALID : 0;
}

/* The code is looked at before anything costs time. */
static int set_up(struct rest_call *c)
{
    struct tries *t = &c->rest->door.keys;
    struct setup s;
    int kind = read_setup(c, &s);

    if (!kind)
        kind = rest_door_try(c, t, SLICE_NONE);
    if (kind)
        return kind;
    token_hash(slice_trim(slice_of(s.code)), s.code_hash);
    kind = rest_read(c, check, &s);
    if (kind == REST_WRONG_CODE) {
        rest_door_wrong(c, SLICE_NONE, "code of the first start");
        return rest_say(c, kind, &wrong_code);
    }
    rest_door_take_back(c, t, SLICE_NONE);
    if (!kind)
        kind = login_hash(c, "/password", slice_of(rest_text(c, "password")), slice_of(s.user.name),
                          s.password);
    s.user.password = s.password;
    if (!kind)
        kind = rest_change(c, make, &s);
    if (kind)
        return kind;
    log_notice("REST: the first administrator was made user=\"%s\" peer=%s", s.user.name, c->peer);
    kind = login_begin(c, &s.user, &(struct login_way){.step = -1});
    return kind ? kind : login_show(c, 201);
}

const struct rest_route rest_routes_setup[] = {
    REST_ROUTE("GET", REST_BASE "/setup", REST_ANYBODY, show, "Нужен ли первый администратор",
               "Is the first administrator wanted?"),
    REST_ROUTE("POST", REST_BASE "/setup", REST_ANYBODY, set_up,
               "Создать первого администратора и войти", "Make the first administrator and log in",
               .is_unprotected = true,
               .body = "{\"code\":\"k7m2p-x9d4h-qw\",\"name\":\"admin\",\"password\":\"...\","
                       "\"language\":\"ru\",\"email\":\"...\",\"external_address\":\"203.0.113.5\","
                       "\"local_nets\":\"192.168.0.0/24\"}"),
    {0}};
