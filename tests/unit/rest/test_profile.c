/* rest/route_profile.c, route_setup.c, recovery.c: passwords, codes, links, the first start, keys */
#include <time.h>

#include "office.h"
#include "rest/password.h"
#include "rest/secret.h"
#include "rest/totp.h"

static int open_with(struct office *o, const char *name, unsigned role)
{
    const int err = office_open(o);

    return err ? err : office_add_user(o, name, role, "");
}

/* What is done after the answer. */
static void settle(struct office *o)
{
    while (rest_busy(o->rest))
        loop_round(o->loop, 5);
}

/* ---- the profile ---- */

static int a_new_password_ends_all_other_sessions(void)
{
    struct office o;
    char cookie[TOKEN_TEXT], csrf[TOKEN_TEXT];
    int err;

    CHECK_OK_TO(open_with(&o, "petrova", REST_USER), out);
    office_login(&o, "petrova", "secret of petrova");
    memcpy(cookie, o.cookie, sizeof(cookie));
    memcpy(csrf, o.csrf, sizeof(csrf));
    office_login(&o, "petrova", "secret of petrova");
    CHECK_TO(office_count(&o, "SELECT count(*) FROM web_session") == 2, out);
    office_ask(&o, "POST", "/profile/password", "{\"old\":\"wrong\",\"new\":\"tea and biscuits\"}");
    CHECK_TO(office_is(&o, 422, "invalid") && strstr(o.body, "\"/old\""), out);
    office_ask(&o, "POST", "/profile/password",
               "{\"old\":\"secret of petrova\",\"new\":\"Petrova\"}");
    CHECK_TO(office_is(&o, 422, "invalid") && strstr(o.body, "\"/new\""), out);
    CHECK_TO(office_ask(&o, "POST", "/profile/password",
                        "{\"old\":\"secret of petrova\",\"new\":\"tea and biscuits\"}") == 200,
             out);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM web_session") == 1, out);
    CHECK_TO(office_ask(&o, "GET", "/profile", NULL) == 200, out); /* this one goes on */
    memcpy(o.cookie, cookie, sizeof(cookie));
    memcpy(o.csrf, csrf, sizeof(csrf));
    CHECK_TO(office_ask(&o, "GET", "/profile", NULL) == 401, out);
    CHECK_TO(office_login(&o, "petrova", "tea and biscuits") == 200, out);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM revision WHERE action = 'password'") == 1, out);
    CHECK_TO(office_count(&o,
                          "SELECT count(*) FROM revision WHERE instr(coalesce(\"before\",'') || "
                          "coalesce(\"after\",''), 'argon2')") == 0,
             out);
out:
    office_close(&o);
    return err;
}

static int guesses_at_the_old_password_are_counted(void)
{
    struct office o;
    int err, n = 0;

    CHECK_OK_TO(open_with(&o, "petrova", REST_USER), out);
    strcpy(o.peer, "192.0.2.33");
    office_login(&o, "petrova", "secret of petrova");
    while (n < 20 && office_ask(&o, "POST", "/profile/password",
                                "{\"old\":\"guess\",\"new\":\"tea and biscuits\"}") == 422)
        n++;
    CHECK_TO(n == 5 && office_is(&o, 429, "too-many"), out);
out:
    office_close(&o);
    return err;
}

static int a_profile_is_changed_but_for_role_and_name(void)
{
    struct office o;
    int err;

    CHECK_OK_TO(open_with(&o, "petrova", REST_USER), out);
    office_login(&o, "petrova", "secret of petrova");
    CHECK_TO(office_ask(&o, "PATCH", "/profile",
                        "{\"full_name\":\"Мария Петрова\",\"language\":\"en\"}") == 200,
             out);
    CHECK_TO(!strcmp(office_text(&o, "SELECT full_name FROM users"), "Мария Петрова"), out);
    office_ask(&o, "PATCH", "/profile", "{\"role\":\"administrator\"}");
    CHECK_TO(office_is(&o, 422, "invalid"), out);
    office_ask(&o, "PATCH", "/profile", "{\"language\":\"fr\"}");
    CHECK_TO(office_is(&o, 422, "invalid"), out);
    office_ask(&o, "PATCH", "/profile", "{\"email\":\"thief@example.org\"}");
    CHECK_TO(office_is(&o, 422, "invalid") && strstr(o.body, "\"/password\""), out);
    office_ask(&o, "PATCH", "/profile",
               "{\"email\":\"a@b\\r\\nBcc: x@y\",\"password\":\"secret of petrova\"}");
    CHECK_TO(office_is(&o, 422, "invalid") && strstr(o.body, "\"/email\""), out);
    CHECK_TO(office_ask(&o, "PATCH", "/profile",
                        "{\"email\":\"m@example.org\",\"password\":\"secret of petrova\"}") == 200,
             out);
    CHECK_TO(!strcmp(office_text(&o, "SELECT email FROM users"), "m@example.org"), out);
out:
    office_close(&o);
    return err;
}

/* ---- codes ---- */

static void code_now(const char *secret, int shift, char body[100], const char *before)
{
    const int64_t step = (int64_t)time(NULL) / TOTP_STEP_S + shift;

    snprintf(body, 100, "{%s\"code\":\"%06d\"}", before, totp_code(slice_of(secret), step));
}

static int log_in_with_code(struct office *o, const char *secret, int shift)
{
    char body[100];

    office_leave(o);
    code_now(secret, shift, body, "\"name\":\"petrova\",\"password\":\"secret of petrova\",");
    return office_ask(o, "POST", "/session", body);
}

static int codes_are_switched_on_used_once_and_switched_off(void)
{
    struct office o;
    char secret[TOTP_SECRET], body[100], cookie[TOKEN_TEXT], csrf[TOKEN_TEXT];
    int err;

    CHECK_OK_TO(open_with(&o, "petrova", REST_USER), out);
    office_login(&o, "petrova", "secret of petrova");
    CHECK_TO(office_ask(&o, "POST", "/profile/totp", "{}") == 422, out);
    CHECK_TO(office_ask(&o, "POST", "/profile/totp", "{\"password\":\"secret of petrova\"}") == 200,
             out);
    snprintf(secret, sizeof(secret), "%s", office_member(&o, "secret"));
    CHECK_TO(strlen(secret) == 32 &&
                 strstr(office_member(&o, "uri"), "otpauth://totp/Station:petrova?secret="),
             out);
    /* offered is not switched on */
    CHECK_TO(office_login(&o, "petrova", "secret of petrova") == 200, out);
    office_ask(&o, "PUT", "/profile/totp", "{\"code\":\"12345\"}");
    CHECK_TO(office_is(&o, 401, "wrong-code"), out);
    code_now(secret, 0, body, "");
    CHECK_TO(office_ask(&o, "PUT", "/profile/totp", body) == 204, out);
    office_ask(&o, "POST", "/profile/totp", "{\"password\":\"secret of petrova\"}");
    CHECK_TO(office_is(&o, 409, "exists"), out);
    /* at the login */
    office_login(&o, "petrova", "secret of petrova");
    CHECK_TO(office_is(&o, 401, "code-wanted") && !*o.cookie, out);
    CHECK_TO(log_in_with_code(&o, secret, 0) == 401 && office_is(&o, 401, "wrong-code"), out);
    office_leave(&o);
    code_now(secret, 1, body, "\"name\":\"petrova\",\"password\":\"secret of petrova\",");
    CHECK_TO(office_ask(&o, "POST", "/session", body) == 200, out);
    memcpy(cookie, o.cookie, sizeof(cookie));
    memcpy(csrf, o.csrf, sizeof(csrf));
    office_leave(&o);
    office_ask(&o, "POST", "/session", body);
    CHECK_TO(office_is(&o, 401, "wrong-code"), out); /* the same code again */
    memcpy(o.cookie, cookie, sizeof(cookie));
    memcpy(o.csrf, csrf, sizeof(csrf));
    CHECK_TO(office_ask(&o, "DELETE", "/profile/totp", "{\"password\":\"secret of petrova\"}") ==
                 204,
             out);
    CHECK_TO(office_login(&o, "petrova", "secret of petrova") == 200, out);
out:
    office_close(&o);
    return err;
}

static int codes_are_guessed_no_oftener_than_passwords(void)
{
    struct office o;
    int err, n = 0;

    CHECK_OK_TO(open_with(&o, "petrova", REST_USER), out);
    CHECK_OK_TO(office_run(&o, "UPDATE users SET totp_secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'"),
                out);
    while (n < 20 && log_in_with_code(&o, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 0) == 401)
        n++;
    CHECK_TO(n == 5 && office_is(&o, 429, "too-many"), out);
out:
    office_close(&o);
    return err;
}

/* ---- a forgotten password ---- */

static void token_of_mail(struct office *o, char token[TOKEN_TEXT])
{
    const char *at = strstr(office_text(o, "SELECT text FROM outbox ORDER BY id DESC"), "#");

    *token = '\0';
    if (at)
        sscanf(at + 1, "%64[0-9a-f]", token);
}

static int a_forgotten_password_is_replaced_by_a_link(void)
{
    struct office o;
    char token[TOKEN_TEXT], body[200];
    int err;

    CHECK_OK_TO(open_with(&o, "petrova", REST_USER), out);
    CHECK_OK_TO(office_run(&o, "INSERT INTO settings (name, value) VALUES ('web_address', "
                               "'https://pbx.example.com:8443/')"),
                out);
    o.more = "X-Forwarded-Host: evil.example\r\n";
    CHECK_TO(office_ask(&o, "POST", "/session/recovery", "{\"name\":\"nobody\"}") == 202, out);
    settle(&o);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM outbox") == 0, out);
    CHECK_TO(office_ask(&o, "POST", "/session/recovery", "{\"name\":\"Petrova@Example.com\"}") ==
                 202,
             out);
    settle(&o);
    CHECK_TO(office_count(&o,
                          "SELECT count(*) FROM outbox WHERE kind = 'mail' AND state = 'waiting' "
                          "AND recipient = 'petrova@example.com'") == 1,
             out);
    CHECK_TO(strstr(office_text(&o, "SELECT text FROM outbox"),
                    "https://pbx.example.com:8443/pbx/recovery#"),
             out);
    token_of_mail(&o, token);
    CHECK_TO(strlen(token) == 64, out);
    CHECK_TO(strcmp(office_text(&o, "SELECT hash FROM recovery"), token) != 0, out);
    snprintf(body, sizeof(body), "{\"token\":\"%s\",\"password\":\"12345678\"}", token);
    CHECK_TO(office_ask(&o, "PUT", "/session/recovery", body) == 422, out);
    snprintf(body, sizeof(body), "{\"token\":\"%s\",\"password\":\"tea and biscuits\"}", token);
    CHECK_TO(office_ask(&o, "PUT", "/session/recovery", body) == 204, out);
    CHECK_TO(office_login(&o, "petrova", "tea and biscuits") == 200, out);
    office_ask(&o, "PUT", "/session/recovery", body);
    CHECK_TO(office_is(&o, 410, "link-used"), out);
out:
    office_close(&o);
    return err;
}

static int links_are_few_and_grow_old(void)
{
    struct office o;
    char token[TOKEN_TEXT], body[200];
    int err, n = 0;

    CHECK_OK_TO(open_with(&o, "petrova", REST_USER), out);
    while (n < 20 && office_ask(&o, "POST", "/session/recovery", "{\"name\":\"petrova\"}") == 202)
        n++;
    settle(&o);
    CHECK_TO(n == 3 && o.status == 429 && *office_field(&o, "Retry-After"), out);
    /* from other addresses, too: no more than three */
    for (int i = 0; i < 5; i++) {
        snprintf(o.peer, sizeof(o.peer), "192.0.2.%d", 60 + i);
        office_ask(&o, "POST", "/session/recovery", "{\"name\":\"petrova@example.com\"}");
    }
    settle(&o);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM outbox") == 3, out);
    token_of_mail(&o, token);
    CHECK_OK_TO(office_run(&o, "UPDATE recovery SET until = until - 3601"), out);
    snprintf(body, sizeof(body), "{\"token\":\"%s\",\"password\":\"tea and biscuits\"}", token);
    office_ask(&o, "PUT", "/session/recovery", body);
    CHECK_TO(office_is(&o, 410, "link-used"), out);
    CHECK_OK_TO(
        office_run(&o, "UPDATE users SET enable = 'no'; DELETE FROM outbox; DELETE FROM recovery"),
        out);
    strcpy(o.peer, "192.0.2.99");
    office_ask(&o, "POST", "/session/recovery", "{\"name\":\"petrova\"}");
    settle(&o);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM outbox") == 0, out);
out:
    office_close(&o);
    return err;
}

/* ---- the first start ---- */

static int the_first_administrator_is_made_with_the_code_once(void)
{
    struct office o;
    char code[USER_CODE], body[200];
    int err;

    CHECK_OK_TO(office_open(&o), out);
    user_code_make(code);
    CHECK_OK_TO(user_code_set(o.db, code, (int64_t)time(NULL)), out);
    CHECK_TO(office_ask(&o, "GET", "/setup", NULL) == 200 && strstr(o.body, "\"is_needed\":true"),
             out);
    office_ask(&o, "POST", "/setup",
               "{\"code\":\"aaaaa-bbbbb-cc\",\"password\":\"tea and biscuits\"}");
    CHECK_TO(office_is(&o, 401, "wrong-code"), out);
    snprintf(body, sizeof(body), "{\"code\":\"%s\",\"password\":\"admin\"}", code);
    CHECK_TO(office_ask(&o, "POST", "/setup", body) == 422, out);
    snprintf(body, sizeof(body),
             "{\"code\":\"%s\",\"password\":\"tea and biscuits\",\"local_nets\":\"home\"}", code);
    CHECK_TO(office_ask(&o, "POST", "/setup", body) == 422, out);
    db_run(
        o.db,
        "INSERT INTO static_pjsip (cat_metric, var_metric, commented, filename, category, var_name, "
        "var_val) VALUES (0, 0, 0, 'pjsip.conf', 'transport-udp', 'type', 'transport')");
    snprintf(
        body, sizeof(body),
        "{\"code\":\"%s\",\"password\":\"tea and biscuits\",\"language\":\"en\",\"local_nets\":"
        "\"10.0.0.0/8,192.168.0.0/24\",\"external_address\":\"203.0.113.5\"}",
        code);
    CHECK_TO(office_ask(&o, "POST", "/setup", body) == 201 && *o.cookie, out);
    CHECK_TO(office_count(&o,
                          "SELECT COUNT(*) FROM static_pjsip WHERE category = 'transport-udp' AND "
                          "var_name = 'external_media_address' AND var_val = '203.0.113.5'") == 1,
             out);
    CHECK_TO(office_count(&o, "SELECT COUNT(*) FROM static_pjsip WHERE var_name = 'local_net' AND "
                              "var_val = '10.0.0.0/8,192.168.0.0/24'") == 1,
             out);
    CHECK_TO(office_ask(&o, "GET", "/session", NULL) == 200, out);
    CHECK_TO(strstr(o.body, "\"role\":\"administrator\"") && strstr(o.body, "\"admin\""), out);
    CHECK_TO(office_ask(&o, "GET", "/setup", NULL) == 200 && strstr(o.body, "\"is_needed\":false"),
             out);
    office_leave(&o);
    office_ask(&o, "POST", "/setup", body);
    CHECK_TO(office_is(&o, 404, "not-found"), out);
    CHECK_OK_TO(office_run(&o, "DELETE FROM users"), out);
    office_ask(&o, "POST", "/setup", body);
    CHECK_TO(office_is(&o, 401, "wrong-code"), out); /* used up */
out:
    office_close(&o);
    return err;
}

static int the_code_of_the_first_start_is_no_link_for_a_password(void)
{
    struct office o;
    char code[USER_CODE], body[200];
    int err;

    CHECK_OK_TO(office_open(&o), out);
    user_code_make(code);
    CHECK_OK_TO(user_code_set(o.db, code, (int64_t)time(NULL)), out);
    snprintf(body, sizeof(body), "{\"token\":\"%s\",\"password\":\"tea and biscuits\"}", code);
    office_ask(&o, "PUT", "/session/recovery", body);
    CHECK_TO(office_is(&o, 410, "link-used"), out);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM recovery WHERE used = 0") == 1, out);
out:
    office_close(&o);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_new_password_ends_all_other_sessions),
           UNIT_ONCE(guesses_at_the_old_password_are_counted),
           UNIT_ONCE(a_profile_is_changed_but_for_role_and_name),
           UNIT_ONCE(codes_are_switched_on_used_once_and_switched_off),
           UNIT_ONCE(codes_are_guessed_no_oftener_than_passwords),
           UNIT_ONCE(a_forgotten_password_is_replaced_by_a_link),
           UNIT_ONCE(links_are_few_and_grow_old),
           UNIT_ONCE(the_first_administrator_is_made_with_the_code_once),
           UNIT_ONCE(the_code_of_the_first_start_is_no_link_for_a_password))
