/* rest/route_session.c, access.h, door.h: logging in and out, what ends a session, guesses, tokens */
#include "office.h"

static int open_with_users(struct office *o)
{
    int err = office_open(o);

    if (!err)
        err = office_run(o, "INSERT INTO \"groups\" (uuid, name) VALUES "
                            "('11111111-1111-4111-8111-111111111111', 'sales')");
    if (!err)
        err = office_add_user(o, "ivanov", REST_MANAGER, "sales, nobody");
    return err ? err : office_add_user(o, "admin", REST_ADMIN, "");
}

static int who_logs_in_is_known_until_he_leaves(void)
{
    struct office o;
    json_t *user;
    int err;

    CHECK_OK_TO(open_with_users(&o), out);
    CHECK_TO(office_ask(&o, "GET", "/session", NULL) == 401 && office_is(&o, 401, "login-wanted"),
             out);
    CHECK_TO(office_login(&o, "ivanov", "secret of ivanov") == 200, out);
    CHECK_TO(strstr(office_field(&o, "Set-Cookie"),
                    "; Path=/; HttpOnly; Secure; SameSite=Strict") != NULL,
             out);
    CHECK_TO(!strstr(office_field(&o, "Set-Cookie"), "Max-Age"), out);
    CHECK_TO(strlen(o.cookie) == 64 && strlen(o.csrf) == 64 && strcmp(o.cookie, o.csrf) != 0, out);
    CHECK_TO(!strstr(o.body, o.cookie) && !strstr(o.body, "argon2"), out);
    CHECK_TO(office_ask(&o, "GET", "/session", NULL) == 200, out);
    user = json_object_get(o.json, "user");
    CHECK_TO(!strcmp(json_string_value(json_object_get(user, "role")), "manager"), out);
    CHECK_TO(json_array_size(json_object_get(user, "groups")) == 1, out);
    CHECK_TO(json_is_false(json_object_get(user, "has_totp")), out);
    /* the database has no token */
    CHECK_TO(office_count(&o, "SELECT count(*) FROM web_session") == 1, out);
    CHECK_TO(strcmp(office_text(&o, "SELECT hash FROM web_session"), o.cookie) != 0, out);
    CHECK_TO(office_ask(&o, "DELETE", "/session", NULL) == 204 && !*o.cookie, out);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM web_session") == 0, out);
    CHECK_TO(office_count(&o,
                          "SELECT count(*) FROM revision WHERE action IN ('login','logout') AND "
                          "user = 'ivanov' AND peer = '198.51.100.7' AND at > 1000000") == 2,
             out);
out:
    office_close(&o);
    return err;
}

static int a_login_that_is_left_is_over_for_its_old_cookie(void)
{
    struct office o;
    char cookie[TOKEN_TEXT], csrf[TOKEN_TEXT];
    int err;

    CHECK_OK_TO(open_with_users(&o), out);
    office_login(&o, "ivanov", "secret of ivanov");
    memcpy(cookie, o.cookie, sizeof(cookie));
    memcpy(csrf, o.csrf, sizeof(csrf));
    CHECK_TO(office_ask(&o, "GET", "/profile", NULL) == 200, out); /* is in the cache now */
    CHECK_TO(office_ask(&o, "DELETE", "/session", NULL) == 204, out);
    memcpy(o.cookie, cookie, sizeof(cookie));
    memcpy(o.csrf, csrf, sizeof(csrf));
    CHECK_TO(office_ask(&o, "GET", "/profile", NULL) == 401, out);
    /* and nobody's cookie is made a session by logging in with it */
    CHECK_TO(
        office_ask(&o, "POST", "/session",
                   "{\"name\":\"ivanov\",\"password\":\"secret of ivanov\",\"remember\":true}") ==
            200,
        out);
    CHECK_TO(strcmp(o.cookie, cookie) != 0, out);
    CHECK_TO(strstr(office_field(&o, "Set-Cookie"), "; Max-Age=2592000") != NULL, out);
out:
    office_close(&o);
    return err;
}

static int what_is_wrong_with_a_login_is_told_and_no_more(void)
{
    struct office o;
    char first[300];
    int err;

    CHECK_OK_TO(open_with_users(&o), out);
    office_login(&o, "ivanov", "wrong");
    CHECK_TO(office_is(&o, 401, "wrong-login") && !*office_field(&o, "Set-Cookie"), out);
    snprintf(first, sizeof(first), "%s%s", office_member(&o, "title"), office_member(&o, "detail"));
    office_login(&o, "nobody", "wrong");
    CHECK_TO(office_is(&o, 401, "wrong-login"), out);
    CHECK_TO(strstr(first, office_member(&o, "title")) == first, out);
    CHECK_TO(office_count(&o,
                          "SELECT count(*) FROM revision WHERE action = 'login-failed' AND user "
                          "IN ('ivanov','nobody')") == 2,
             out);
    CHECK_OK_TO(office_run(&o, "UPDATE users SET enable = 'no' WHERE name = 'ivanov'"), out);
    office_login(&o, "ivanov", "secret of ivanov");
    CHECK_TO(office_is(&o, 401, "wrong-login"), out);
    CHECK_OK_TO(office_run(&o, "UPDATE users SET password = NULL WHERE name = 'admin'"), out);
    office_login(&o, "admin", "");
    CHECK_TO(office_is(&o, 401, "wrong-login"), out);
    office_ask(&o, "POST", "/session", "{\"name\":\"ivanov\"}");
    CHECK_TO(office_is(&o, 422, "invalid") && strstr(o.body, "\"/password\""), out);
    office_ask(&o, "POST", "/session", "{\"name\":1,\"password\":\"x\",\"admin\":true}");
    CHECK_TO(office_is(&o, 422, "invalid") && strstr(o.body, "\"/admin\""), out);
    office_ask(&o, "POST", "/session", "name=ivanov");
    CHECK_TO(office_is(&o, 400, "malformed"), out);
    o.more = "Content-Type: text/plain\r\n";
    CHECK_TO(office_ask(&o, "POST", "/session", NULL) == 422, out);
out:
    office_close(&o);
    return err;
}

/* What a session needs to go on, one thing after another taken away. */
static int a_session_ends_with_what_it_stands_on(void)
{
    static const char *const ends[] = {
        "UPDATE users SET enable = 'no' WHERE name = 'ivanov'",
        "UPDATE users SET role = 'king' WHERE name = 'ivanov'",
        "UPDATE users SET password = 'another one' WHERE name = 'ivanov'",
        "DELETE FROM users WHERE name = 'ivanov'",
        "UPDATE web_session SET until = until - 12 * 3600 - 1",
        "DELETE FROM web_session",
    };
    struct office o;
    int err = 0;

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]) && !err; i++) {
        CHECK_OK_TO(open_with_users(&o), out);
        office_login(&o, "ivanov", "secret of ivanov");
        CHECK_TO(office_ask(&o, "GET", "/profile", NULL) == 200, out);
        CHECK_OK_TO(office_run(&o, ends[i]), out);
        access_forget(o.rest);
        CHECK_TO(office_ask(&o, "GET", "/profile", NULL) == 401, out);
    out:
        if (err)
            fprintf(stderr, "    %s\n", ends[i]);
        office_close(&o);
    }
    return err;
}

static int a_session_that_is_used_goes_on(void)
{
    struct office o;
    int err;

    CHECK_OK_TO(open_with_users(&o), out);
    office_login(&o, "ivanov", "secret of ivanov");
    CHECK_OK_TO(office_run(&o, "UPDATE web_session SET seen = seen - 3600, until = until - 3600"),
                out);
    CHECK_TO(office_ask(&o, "GET", "/profile", NULL) == 200, out);
    for (int i = 0; i < 200 && office_count(&o, "SELECT until - seen FROM web_session WHERE seen > "
                                                "created - 60") != USER_SESSION_S;
         i++)
        loop_round(o.loop, 10);
    CHECK_TO(office_count(&o, "SELECT until - seen FROM web_session WHERE seen >= created") ==
                 USER_SESSION_S,
             out);
    /* and only once a minute */
    CHECK_OK_TO(office_run(&o, "UPDATE web_session SET seen = seen - 30"), out);
    access_forget(o.rest);
    CHECK_TO(office_ask(&o, "GET", "/profile", NULL) == 200, out);
    for (int i = 0; i < 5; i++)
        loop_round(o.loop, 10);
    CHECK_TO(office_count(&o, "SELECT created - seen FROM web_session") > 20, out);
out:
    office_close(&o);
    return err;
}

static int guesses_are_few_and_lock_nobody_else_out(void)
{
    struct office o;
    int err, tries = 0;

    CHECK_OK_TO(open_with_users(&o), out);
    while (tries < 20 && office_login(&o, "ivanov", "guess") == 401)
        tries++;
    CHECK_TO(tries == 5 && office_is(&o, 429, "too-many"), out);
    CHECK_TO(atoi(office_field(&o, "Retry-After")) > 0 &&
                 atoi(office_field(&o, "Retry-After")) <= 12,
             out);
    /* the right one is not looked at from there, nor another name */
    CHECK_TO(office_login(&o, "ivanov", "secret of ivanov") == 429, out);
    CHECK_TO(office_login(&o, "admin", "secret of admin") == 429, out);
    /* elsewhere another name gets in; the one that is guessed at waits */
    strcpy(o.peer, "203.0.113.9");
    CHECK_TO(office_login(&o, "admin", "secret of admin") == 200, out);
    CHECK_TO(office_login(&o, "ivanov", "secret of ivanov") == 429, out);
    /* who has been in from an address is at home there, whatever others guess */
    for (int i = 0; i < 9; i++) {
        snprintf(o.peer, sizeof(o.peer), "203.0.113.%d", 100 + i);
        office_login(&o, "admin", "guess");
    }
    CHECK_TO(o.status == 429, out);
    strcpy(o.peer, "203.0.113.9");
    CHECK_TO(office_login(&o, "admin", "secret of admin") == 200, out);
    /* names that nobody has wait like others: nothing is learnt from it */
    for (int i = 0; i < 6; i++) {
        snprintf(o.peer, sizeof(o.peer), "192.0.2.%d", 100 + i);
        office_login(&o, "phantom", "guess");
    }
    CHECK_TO(office_is(&o, 429, "too-many"), out);
out:
    office_close(&o);
    return err;
}

/* Many at once are counted before any of them is looked at. */
static int guesses_at_once_are_no_more_of_them(void)
{
    struct office o;
    int fds[9], err, looked_at = 0;
    static const char request[] =
        "POST " REST_BASE "/session HTTP/1.1\r\nHost: x\r\nX-Station-Peer: 192.0.2.1 1 127.0.0.1 "
        "443\r\nContent-Type: application/json\r\nContent-Length: 34\r\nConnection: close\r\n\r\n"
        "{\"name\":\"ivanov\",\"password\":\"gue\"}";

    for (int i = 0; i < 9; i++)
        fds[i] = -1;
    CHECK_OK_TO(open_with_users(&o), out);
    for (int i = 0; i < 9; i++) {
        fds[i] = stream_connect(o.socket_path);
        CHECK_TO(send(fds[i], request, sizeof(request) - 1, MSG_NOSIGNAL) > 0, out);
    }
    for (int i = 0; i < 9; i++) {
        office_read(&o, fds[i]);
        office_take(&o);
        looked_at += o.status == 401;
        CHECK_TO(o.status == 401 || o.status == 429, out);
    }
    CHECK_TO(looked_at == 5, out);
out:
    for (int i = 0; i < 9; i++)
        close(fds[i]);
    office_close(&o);
    return err;
}

static int what_changes_something_needs_the_token_of_its_session(void)
{
    struct office o;
    char csrf[TOKEN_TEXT];
    int err;

    CHECK_OK_TO(open_with_users(&o), out);
    office_login(&o, "admin", "secret of admin");
    memcpy(csrf, o.csrf, sizeof(csrf));
    *o.csrf = '\0';
    office_ask(&o, "DELETE", "/session", NULL);
    CHECK_TO(office_is(&o, 403, "token-wanted"), out);
    memcpy(o.csrf, csrf, sizeof(csrf));
    o.csrf[0] = o.csrf[0] == 'a' ? 'b' : 'a';
    office_ask(&o, "DELETE", "/session", NULL);
    CHECK_TO(office_is(&o, 403, "token-wanted"), out);
    memcpy(o.csrf, csrf, sizeof(csrf));
    o.more = "Sec-Fetch-Site: cross-site\r\n";
    office_ask(&o, "DELETE", "/session", NULL);
    CHECK_TO(office_is(&o, 403, "forbidden"), out);
    office_ask(&o, "POST", "/session", "{\"name\":\"admin\",\"password\":\"secret of admin\"}");
    CHECK_TO(office_is(&o, 403, "forbidden"), out);
    o.more = NULL;
    CHECK_TO(office_ask(&o, "GET", "/session", NULL) == 200 && !strcmp(csrf, o.csrf), out);
    /* a token of another session does not do */
    office_login(&o, "admin", "secret of admin");
    CHECK_TO(strcmp(csrf, o.csrf) != 0, out);
    memcpy(o.csrf, csrf, sizeof(csrf));
    office_ask(&o, "DELETE", "/session", NULL);
    CHECK_TO(office_is(&o, 403, "token-wanted"), out);
    /* nor does a name in the head, as a proxy would write it */
    office_leave(&o);
    o.more = "Authorization: Basic YWRtaW46eA==\r\nX-Forwarded-User: admin\r\nX-Remote-User: "
             "admin\r\n";
    CHECK_TO(office_ask(&o, "GET", "/profile", NULL) == 401, out);
out:
    office_close(&o);
    return err;
}

static int who_must_change_his_password_does_nothing_else(void)
{
    struct office o;
    int err;

    CHECK_OK_TO(open_with_users(&o), out);
    CHECK_OK_TO(office_run(&o, "UPDATE users SET must_change = 'yes' WHERE name = 'ivanov'"), out);
    CHECK_TO(office_login(&o, "ivanov", "secret of ivanov") == 200, out);
    CHECK_TO(office_ask(&o, "GET", "/session", NULL) == 200, out);
    CHECK_TO(json_is_true(json_object_get(json_object_get(o.json, "user"), "must_change")), out);
    office_ask(&o, "GET", "/password", NULL);
    CHECK_TO(office_is(&o, 403, "password-wanted"), out);
    CHECK_TO(office_ask(&o, "POST", "/profile/password",
                        "{\"old\":\"secret of ivanov\",\"new\":\"a better one, long\"}") == 200,
             out);
    CHECK_TO(office_ask(&o, "GET", "/password", NULL) == 200, out);
    CHECK_TO(strlen(office_member(&o, "password")) == 17, out);
out:
    office_close(&o);
    return err;
}

static int cookies_of_any_shape_are_read(void)
{
    static const char token[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    char text[300];

    snprintf(text, sizeof(text), "a=b; " ACCESS_COOKIE "=%s; c", token);
    CHECK(slice_eqz(access_cookie(slice_of(text)), token));
    snprintf(text, sizeof(text), ACCESS_COOKIE "=%s", token);
    CHECK(slice_eqz(access_cookie(slice_of(text)), token));
    snprintf(text, sizeof(text), "x" ACCESS_COOKIE "=%s", token);
    CHECK(!slice_is_set(access_cookie(slice_of(text))));
    snprintf(text, sizeof(text), ACCESS_COOKIE "=%s0", token);
    CHECK(!slice_is_set(access_cookie(slice_of(text))));
    CHECK(!slice_is_set(access_cookie(SLICE(";;=;=;" ACCESS_COOKIE))));
    CHECK(!slice_is_set(access_cookie(SLICE(""))));
    CHECK(!slice_is_set(access_cookie(SLICE_NONE)));
    return 0;
}

UNIT_TESTS(UNIT_ONCE(who_logs_in_is_known_until_he_leaves),
           UNIT_ONCE(a_login_that_is_left_is_over_for_its_old_cookie),
           UNIT_ONCE(what_is_wrong_with_a_login_is_told_and_no_more),
           UNIT_ONCE(a_session_ends_with_what_it_stands_on),
           UNIT_ONCE(a_session_that_is_used_goes_on),
           UNIT_ONCE(guesses_are_few_and_lock_nobody_else_out),
           UNIT_ONCE(guesses_at_once_are_no_more_of_them),
           UNIT_ONCE(what_changes_something_needs_the_token_of_its_session),
           UNIT_ONCE(who_must_change_his_password_does_nothing_else),
           UNIT(cookies_of_any_shape_are_read))
