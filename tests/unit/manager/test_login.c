/* Login, Challenge, Logoff: who gets in, with which rights, and what the others hear. The users are desk.h's: `fenced` has deny
 * and permit, `inside` an acl, `single` allowmultiplelogin=no, `lowly` read and write of one class, `picky` an eventfilter; all
 * have displayconnects. */
#include "desk.h"

#include "sip/digest.h"

static int answers_as_asterisk(void)
{
    struct desk d;
    struct desk_client c;
    int err = desk_init(&d);

    if (err)
        return err;
    CHECK_OK_TO(desk_come(&c, &d, MANAGER_TCP), fini);
    desk_ask(&c, "Action: Ping\n\nAction: NoSuch\nActionID: 3\n\nFoo: bar\n\n");
    CHECK_TO(unit_is_rerun() ||
                 strcmp(desk_got(&c),
                        "Asterisk Call Manager/11.0.0\nResponse: Error\nMessage: Permission "
                        "denied\n\nResponse: Error\nActionID: 3\nMessage: Permission denied\n\n"
                        "Response: Error\nMessage: Missing action in request\n\n") == 0,
             out);
    desk_ask(
        &c,
        "action: login\nUSERNAME: admin\nsecret: pw\nevents: off\nActionID: 1\n\naction: ping\nactionid: 6\n\n");
    CHECK_TO(unit_is_rerun() ||
                 strcmp(desk_got(&c),
                        "Response: Success\nActionID: 1\nMessage: Authentication accepted\n\n"
                        "Response: Success\nActionID: 6\nPing: Pong\nTimestamp: "
                        "1700000000.000000\n\n") == 0,
             out);
    desk_ask(&c, "Action: Logoff\nActionID: 5\n\n");
    CHECK_TO(unit_is_rerun() ||
                 (strcmp(desk_got(&c), "Response: Goodbye\nActionID: 5\nMessage: Thanks for all "
                                       "the fish.\n\n") == 0 &&
                  c.is_closed),
             out);
out:
    desk_leave(&c);
fini:
    desk_fini(&d);
    return err;
}

/* A wrong password, a name that nobody has, one without a password, one from elsewhere: the same answer,
 * after a second, and the end. */
static int refuses_the_same_way(void)
{
    static const char *const logins[] = {
        "Action: Login\nUsername: admin\nSecret: no\n\n",
        "Action: Login\nUsername: nobody\nSecret: pw\n\n",
        "Action: Login\nUsername: empty\nSecret: \n\n",
        "Action: Login\nUsername: fenced\nSecret: pw\n\n",
        "Action: Login\nUsername: admin\nAuthType: MD5\nKey: 00\n\n",
        "Action: Login\n\n"};
    struct desk d;
    int err = desk_init(&d);

    for (size_t i = 0; !err && i < sizeof(logins) / sizeof(logins[0]); i++) {
        struct desk_client c;

        CHECK_OK_TO(desk_come(&c, &d, MANAGER_TCP), out);
        desk_ask(&c, logins[i]);
        CHECK_TO(unit_is_rerun() || !desk_has(&c, "Response"), leave);
        loop_fake_advance(d.loop, 1000);
        CHECK_TO(unit_is_rerun() ||
                     (desk_has(&c, "Response: Error\nMessage: Authentication failed\n\n") &&
                      c.is_closed),
                 leave);
    leave:
        desk_leave(&c);
    }
out:
    desk_fini(&d);
    return err;
}

static int takes_the_key_of_a_challenge(void)
{
    char text[200], hash[65];
    struct desk d;
    struct desk_client c;
    struct slice piece;
    int err = desk_init(&d);

    if (err)
        return err;
    CHECK_OK_TO(desk_come(&c, &d, MANAGER_TCP), fini);
    desk_ask(&c, "Action: Challenge\nAuthType: MD5\n\n");
    CHECK_TO(unit_is_rerun() || desk_has(&c, "Response: Success\nChallenge: "), out);
    snprintf(text, sizeof(text), "%spw", c.session->challenge);
    piece = slice_of(text);
    digest_hash(SIP_DIGEST_MD5, &piece, 1, hash);
    snprintf(text, sizeof(text), "Action: Login\nUsername: admin\nAuthType: MD5\nKey: %s\n\n",
             hash);
    desk_ask(&c, text);
    CHECK_TO(unit_is_rerun() || desk_has(&c, "Message: Authentication accepted\n"), out);
    desk_ask(&c, "Action: Challenge\nAuthType: SHA\n\n");
    CHECK_TO(unit_is_rerun() || desk_has(&c, "Response: Error\nMessage: Must specify AuthType\n"),
             out);
out:
    desk_leave(&c);
fini:
    desk_fini(&d);
    return err;
}

static int gives_the_rights_of_the_user(void)
{
    struct desk d;
    struct desk_client c;
    int err = desk_init(&d);

    if (err)
        return err;
    err = desk_enter(&c, &d, MANAGER_TCP, "lowly", "on");
    if (err)
        goto out;
    desk_ask(&c, "Action: UserEvent\nUserEvent: x\n\n");
    CHECK_TO(unit_is_rerun() || desk_has(&c, "Response: Error\nMessage: Permission denied\n"), out);
    desk_ask(&c, "Action: ListCommands\n\n");
    CHECK_TO(unit_is_rerun() || (desk_has(&c, "Ping: Keepalive command.  (Priv: <none>)\n") &&
                                 !desk_has(&c, "UserEvent")),
             out);
    CHECK_TO(c.session->read == CLASS_CALL && c.session->write == CLASS_CALL, out);
out:
    desk_leave(&c);
    desk_fini(&d);
    return err;
}

/* allowmultiplelogin=no; access lists by name */
static int lets_one_in_once_and_by_lists(void)
{
    struct desk_client a = {0}, b = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    err = desk_enter(&a, &d, MANAGER_TCP, "single", "off");
    if (err)
        goto out;
    CHECK_OK_TO(desk_come(&b, &d, MANAGER_TCP), out);
    desk_ask(&b, "Action: Login\nUsername: single\nSecret: pw\n\n");
    CHECK_TO(unit_is_rerun() || (desk_has(&b, "Message: Login Already In Use\n") && b.is_closed),
             out);
    desk_leave(&b);
    err = desk_enter(&b, &d, MANAGER_TCP, "inside", "off");
out:
    desk_leave(&a);
    desk_leave(&b);
    desk_fini(&d);
    return err;
}

static int cuts_off_who_does_not_log_in(void)
{
    struct desk_client c[4];
    struct desk d;
    int n = 0, err = desk_init(&d);

    if (err)
        return err;
    for (; n < 3 && !err; n++)
        err = desk_come(&c[n], &d, MANAGER_TCP);
    if (err)
        goto out;
    err = desk_come(&c[n++], &d, MANAGER_TCP);
    CHECK_TO(err == EAGAIN || unit_is_rerun(), out);
    err = 0;
    loop_fake_advance(d.loop, 30000);
    CHECK_TO(unit_is_rerun() ||
                 (c[0].is_closed && d.manager->session_count == 0 && d.manager->strangers == 0),
             out);
out:
    for (int i = 0; i < n; i++)
        desk_leave(&c[i]);
    desk_fini(&d);
    return err;
}

UNIT_TESTS(UNIT(answers_as_asterisk), UNIT(refuses_the_same_way),
           UNIT(takes_the_key_of_a_challenge), UNIT(gives_the_rights_of_the_user),
           UNIT(lets_one_in_once_and_by_lists), UNIT(cuts_off_who_does_not_log_in))
