/* Every route with every role, nobody, a key, a wrong key, without the token; keys of the HTTP API: threat T17 */
#include <time.h>

#include "office.h"

static const unsigned roles[] = {REST_ADMIN, REST_MANAGER, REST_SUPERVISOR, REST_USER,
                                 REST_AUDITOR};
enum { ROLES = sizeof(roles) / sizeof(roles[0]) };

static const char key[] = "0b4d9c3e-6a52-4f0e-9d0a-1f2e3d4c5b6a";

static int open_with_all(struct office *o)
{
    char hash[TOKEN_TEXT], sql[400];
    int err = office_open(o);

    for (int i = 0; i < ROLES && !err; i++)
        err = user_add(o->db, &(struct user){.role = roles[i],
                                             .name = user_role_name(roles[i]),
                                             .groups = "sales",
                                             .password = "no hash"});
    token_hash(slice_of(key), hash);
    snprintf(sql, sizeof(sql),
             "INSERT INTO \"groups\" (uuid, name) VALUES ('11111111-1111-4111-8111-111111111111', "
             "'sales'); INSERT INTO api_user (name, api_key, group_uuid) VALUES ('crm', '%s', "
             "'11111111-1111-4111-8111-111111111111')",
             hash);
    return err ? err : office_run(o, sql);
}

/* A session of its own for one request. */
static int enter(struct office *o, unsigned role)
{
    char hash[TOKEN_TEXT];
    struct arena a;
    struct user u;
    int err;

    arena_init(&a, 10000);
    err = user_find(o->db, slice_of(user_role_name(role)), false, &a, &u);
    token_make(o->cookie);
    token_hash(slice_of(o->cookie), hash);
    token_csrf(slice_of(o->cookie), o->csrf);
    if (!err)
        err = user_session_add(
            o->db, &u,
            &(struct user_session){.hash = hash, .peer = "", .agent = "", .now = time(NULL)});
    arena_fini(&a);
    return err;
}

/* "{type}" becomes "x". */
static void fill_path(const char *pattern, char path[200])
{
    size_t n = 0;

    for (; *pattern && n < 199; pattern++) {
        path[n++] = *pattern == '{' ? 'x' : *pattern;
        if (*pattern == '{')
            pattern = strchr(pattern, '}');
    }
    path[n] = '\0';
}

static bool is_refusal(const char *code)
{
    static const char *const codes[] = {"login-wanted", "forbidden",       "token-wanted",
                                        "wrong-key",    "password-wanted", NULL};

    for (const char *const *k = codes; *k; k++)
        if (strcmp(code, *k) == 0)
            return true;
    return false;
}

/* @param wanted  the code of the refusal; "": it is let through */
static bool asks(struct office *o, const struct rest_route *r, const char *who, const char *wanted)
{
    char path[200];
    const char *code;

    fill_path(r->path, path);
    office_ask(o, r->method, path, strcmp(r->method, "GET") == 0 ? NULL : "{}");
    code = office_member(o, "code");
    if (o->status && (*wanted ? strcmp(code, wanted) == 0 : !is_refusal(code)))
        return true;
    fprintf(stderr, "    %s %s by %s: %d %s, not %s\n", r->method, r->path, who, o->status, code,
            *wanted ? wanted : "let through");
    return false;
}

static bool is_safe(const struct rest_route *r)
{
    return strcmp(r->method, "GET") == 0 || r->is_unprotected;
}

/* GET /session answers nobody with login-wanted by itself: that is what it is for. */
static bool is_let_to_nobody(struct office *o, const struct rest_route *r)
{
    office_leave(o);
    if (r->who & REST_ANYBODY)
        return strcmp(r->path, REST_BASE "/session") == 0 || asks(o, r, "nobody", "");
    return asks(o, r, "nobody", "login-wanted");
}

static bool is_let_to_role(struct office *o, const struct rest_route *r, unsigned role)
{
    const bool may = r->who & (REST_ANYBODY | role);
    bool is_good;

    if (enter(o, role))
        return false;
    is_good = asks(o, r, user_role_name(role), may ? "" : "forbidden");
    if (enter(o, role))
        return false;
    *o->csrf = '\0';
    if (!is_safe(r))
        is_good &= asks(o, r, "a session without the token", may ? "token-wanted" : "forbidden");
    return is_good;
}

static bool is_let_to_keys(struct office *o, const struct rest_route *r)
{
    const bool may = r->who & REST_API_KEY;
    char field[100];
    bool is_good = true;

    office_leave(o);
    if (r->who & REST_ANYBODY)
        return true;
    snprintf(field, sizeof(field), "X-API-Key: %s\r\n", key);
    o->more = field;
    is_good &= asks(o, r, "a key", may ? "" : "login-wanted");
    field[20] = field[20] == '0' ? '1' : '0';
    is_good &= asks(o, r, "a wrong key", may ? "wrong-key" : "login-wanted");
    o->more = NULL;
    return is_good;
}

static int every_route_lets_in_whom_it_says(void)
{
    struct office o;
    unsigned bad = 0, count = 0;
    int err;

    CHECK_OK_TO(open_with_all(&o), out);
    for (size_t t = 0; rest_tables[t]; t++)
        for (const struct rest_route *r = rest_tables[t]; r->method; r++, count++) {
            bad += !is_let_to_nobody(&o, r);
            for (int i = 0; i < ROLES; i++)
                bad += !is_let_to_role(&o, r, roles[i]);
            bad += !is_let_to_keys(&o, r);
        }
    CHECK_TO(bad == 0 && count > 15, out);
out:
    office_close(&o);
    return err;
}

/* ---- keys ---- */

static int a_key_is_taken_in_three_places(void)
{
    struct office o;
    char field[200];
    int err;

    CHECK_OK_TO(open_with_all(&o), out);
    snprintf(field, sizeof(field), "/key?api_key=%s", key);
    CHECK_TO(office_ask(&o, "GET", field, NULL) == 200 && strstr(o.body, "\"crm\"") &&
                 strstr(o.body, "11111111-1111-4111-8111-111111111111"),
             out);
    snprintf(field, sizeof(field), "Authorization: bearer  %s\r\n", key);
    o.more = field;
    CHECK_TO(office_ask(&o, "GET", "/key", NULL) == 200, out);
    snprintf(field, sizeof(field), "x-api-key: %s\r\n", key);
    CHECK_TO(office_ask(&o, "GET", "/key", NULL) == 200, out);
    /* a key is no login, and its hash is no key */
    CHECK_TO(office_ask(&o, "GET", "/profile", NULL) == 401, out);
    snprintf(field, sizeof(field), "X-API-Key: %s\r\n",
             office_text(&o, "SELECT api_key FROM api_user"));
    office_ask(&o, "GET", "/key", NULL);
    CHECK_TO(office_is(&o, 401, "wrong-key"), out);
out:
    office_close(&o);
    return err;
}

static int a_key_that_is_disabled_is_none(void)
{
    struct office o;
    char field[200];
    int err;

    CHECK_OK_TO(open_with_all(&o), out);
    snprintf(field, sizeof(field), "X-API-Key: %s\r\n", key);
    o.more = field;
    CHECK_TO(office_ask(&o, "GET", "/key", NULL) == 200, out);
    CHECK_OK_TO(office_run(&o, "UPDATE api_user SET enable = 'no'"), out);
    access_forget(o.rest);
    office_ask(&o, "GET", "/key", NULL);
    CHECK_TO(office_is(&o, 401, "wrong-key"), out);
out:
    office_close(&o);
    return err;
}

static int keys_are_guessed_a_few_times(void)
{
    struct office o;
    char field[200];
    int err, n = 0;

    CHECK_OK_TO(open_with_all(&o), out);
    /* a program with an old key asks on and on: nobody is locked out */
    o.more = "X-API-Key: an-old-key-of-some-program\r\n";
    for (int i = 0; i < 20; i++)
        CHECK_TO(office_ask(&o, "GET", "/key", NULL) == 401, out);
    for (; n < 20 && o.status == 401; n++) {
        snprintf(field, sizeof(field), "X-API-Key: guess-number-%d-of-mine\r\n", n);
        o.more = field;
        office_ask(&o, "GET", "/key", NULL);
    }
    CHECK_TO(n == 5 && office_is(&o, 429, "too-many") && *office_field(&o, "Retry-After"), out);
    strcpy(o.peer, "192.0.2.77");
    snprintf(field, sizeof(field), "X-API-Key: %s\r\n", key);
    CHECK_TO(office_ask(&o, "GET", "/key", NULL) == 200, out);
out:
    office_close(&o);
    return err;
}

/* ---- users and keys made by an administrator ---- */

static const char *made_uuid(const struct office *o)
{
    static char path[100];

    snprintf(path, sizeof(path), "/users/%s", office_member(o, "uuid"));
    return path;
}

static int an_administrator_makes_users_and_their_passwords_are_hashed(void)
{
    struct office o;
    char path[100];
    int err;

    CHECK_OK_TO(open_with_all(&o), out);
    CHECK_OK_TO(enter(&o, REST_ADMIN), out);
    office_ask(&o, "POST", "/users", "{\"name\":\"new\",\"role\":\"user\",\"password\":\"short\"}");
    CHECK_TO(office_is(&o, 422, "invalid") && strstr(o.body, "\"/password\""), out);
    CHECK_TO(office_ask(&o, "POST", "/users",
                        "{\"name\":\"new\",\"role\":\"user\",\"password\":\"tea and biscuits\"}") ==
                 201,
             out);
    CHECK_TO(!strstr(o.body, "argon2") && !strstr(o.body, "biscuits"), out);
    snprintf(path, sizeof(path), "%s", made_uuid(&o));
    CHECK_TO(office_count(&o, "SELECT count(*) FROM users WHERE password LIKE '$argon2id$%'") == 1,
             out);
    CHECK_TO(office_ask(&o, "GET", path, NULL) == 200 && !strstr(o.body, "argon2"), out);
    office_ask(&o, "GET", "/users", NULL);
    CHECK_TO(o.status == 200 && !strstr(o.body, "argon2"), out);
    office_ask(&o, "GET", "/revision", NULL);
    CHECK_TO(o.status == 200 && !strstr(o.body, "argon2"), out);
    office_ask(&o, "PATCH", path, "{\"totp_secret\":\"JBSWY3DPEHPK3PXP\"}");
    CHECK_TO(office_is(&o, 422, "invalid"), out);
    CHECK_TO(office_login(&o, "new", "tea and biscuits") == 200, out);
    /* another password by the administrator ends what the old one began; disabling does, too */
    CHECK_OK_TO(enter(&o, REST_ADMIN), out);
    CHECK_TO(office_ask(&o, "PATCH", path, "{\"password\":\"coffee and cakes\"}") == 200, out);
    CHECK_TO(office_ask(&o, "PATCH", path, "{\"password\":\"***\",\"full_name\":\"N\"}") == 200,
             out);
    CHECK_TO(office_login(&o, "new", "tea and biscuits") == 401, out);
    CHECK_TO(office_login(&o, "new", "coffee and cakes") == 200, out);
    /* what a login left in the journal is nothing to take back */
    CHECK_OK_TO(enter(&o, REST_ADMIN), out);
    snprintf(path, sizeof(path), "/revision/%d/undo",
             (int)office_count(&o, "SELECT id FROM revision WHERE action = 'login'"));
    office_ask(&o, "POST", path, NULL);
    CHECK_TO(office_is(&o, 404, "not-found"), out);
out:
    office_close(&o);
    return err;
}

static int the_last_administrator_stays(void)
{
    struct office o;
    char path[100];
    int err;

    CHECK_OK_TO(open_with_all(&o), out);
    CHECK_OK_TO(enter(&o, REST_ADMIN), out);
    snprintf(path, sizeof(path), "/users/%s",
             office_text(&o, "SELECT uuid FROM users WHERE role = 'administrator'"));
    office_ask(&o, "DELETE", path, NULL);
    CHECK_TO(office_is(&o, 409, "in-use"), out);
    office_ask(&o, "PATCH", path, "{\"enable\":false}");
    CHECK_TO(office_is(&o, 409, "in-use"), out);
    office_ask(&o, "PATCH", path, "{\"role\":\"user\"}");
    CHECK_TO(office_is(&o, 409, "in-use"), out);
    CHECK_TO(office_ask(&o, "PATCH", path, "{\"full_name\":\"The boss\"}") == 200, out);
    /* a manager makes no administrators */
    CHECK_OK_TO(enter(&o, REST_MANAGER), out);
    CHECK_TO(office_ask(&o, "POST", "/users", "{\"name\":\"x\",\"role\":\"administrator\"}") >= 403,
             out);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM users") == ROLES, out);
out:
    office_close(&o);
    return err;
}

static int a_key_is_shown_once(void)
{
    struct office o;
    char field[100], path[100];
    int err;

    CHECK_OK_TO(open_with_all(&o), out);
    CHECK_OK_TO(enter(&o, REST_ADMIN), out);
    CHECK_TO(office_ask(&o, "POST", "/api_user", "{\"name\":\"new\"}") == 201, out);
    snprintf(field, sizeof(field), "X-API-Key: %s\r\n", office_member(&o, "made_key"));
    CHECK_TO(strlen(field) == 11 + 36 + 2, out);
    snprintf(path, sizeof(path), "/api_user/%s", office_member(&o, "uuid"));
    CHECK_TO(office_ask(&o, "GET", path, NULL) == 200, out);
    CHECK_TO(!*office_member(&o, "made_key") && !strcmp(office_member(&o, "api_key"), "***"), out);
    office_leave(&o);
    o.more = field;
    CHECK_TO(office_ask(&o, "GET", "/key", NULL) == 200 && strstr(o.body, "\"new\""), out);
    /* an old station's key is taken over by typing it */
    o.more = NULL;
    CHECK_OK_TO(enter(&o, REST_ADMIN), out);
    CHECK_TO(office_ask(&o, "PATCH", path, "{\"api_key\":\"short\"}") == 422, out);
    CHECK_TO(office_ask(&o, "PATCH", path,
                        "{\"api_key\":\"5f1e7cd2-0000-4000-8000-00000000abcd\"}") == 200,
             out);
    office_leave(&o);
    CHECK_TO(office_ask(&o, "GET", "/key?api_key=5f1e7cd2-0000-4000-8000-00000000abcd", NULL) ==
                 200,
             out);
    o.more = field;
    CHECK_TO(office_ask(&o, "GET", "/key", NULL) == 401, out);
out:
    office_close(&o);
    return err;
}

UNIT_TESTS(UNIT_ONCE(an_administrator_makes_users_and_their_passwords_are_hashed),
           UNIT_ONCE(the_last_administrator_stays), UNIT_ONCE(a_key_is_shown_once),
           UNIT_ONCE(every_route_lets_in_whom_it_says), UNIT_ONCE(a_key_is_taken_in_three_places),
           UNIT_ONCE(a_key_that_is_disabled_is_none), UNIT_ONCE(keys_are_guessed_a_few_times))
