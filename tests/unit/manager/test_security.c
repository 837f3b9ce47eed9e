/* Security events, their lines in the log, and the door: guesses at passwords by source and by account, places of strangers.
 * Users of desk.h. */
#include "desk.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "manager/door.h"

static char last_line[2200];
static unsigned lines;

static void keep_line(enum log_level level, const char *line, void *arg)
{
    const char *const said = strstr(line, "access refused ");

    if (!said)
        return;
    lines++;
    snprintf(last_line, sizeof(last_line), "%s", said);
}

static int come_from(struct desk_client *c, struct desk *d, const char *peer_text)
{
    struct addr peer, local;
    int err;

    memset(c, 0, sizeof(*c));
    buf_init(&c->got, 1 << 20);
    addr_parse(&peer, slice_of(peer_text), 0);
    addr_parse(&local, SLICE(DESK ":5038"), 0);
    err = manager_session_alloc(&c->session, d->manager, MANAGER_TCP, &desk_port, c, &peer, &local,
                                NULL);
    if (!err)
        mem_ref(c->session);
    else
        c->session = NULL;
    return err;
}

/* @return 1 in, 0 refused, -1 did not even get to the door */
static int try_login(struct desk *d, const char *peer, const char *user, const char *secret)
{
    struct desk_client c;
    char text[200];
    int result = -1;

    if (come_from(&c, d, peer) == 0) {
        snprintf(text, sizeof(text), "Action: Login\nUsername: %s\nSecret: %s\nEvents: off\n\n",
                 user, secret);
        desk_ask(&c, text);
        result = desk_has(&c, "Message: Authentication accepted\n");
        if (!result)
            loop_fake_advance(d->loop, 1000);
    }
    desk_leave(&c);
    return result;
}

static const struct {
    const char *ask;   /* after coming */
    const char *event; /* that the watcher sees, and in what form */
    const char *line;  /* of the log; NULL: none */
} cases[] = {
    {"Action: Login\nUsername: lowly\nSecret: no\n\n",
     "Event: InvalidPassword\nPrivilege: security,all\nEventTV: 2023-11-14T22:13:20.000+0000\nSeverity: Error\n"
     "Service: AMI\nEventVersion: 2\nAccountID: lowly\nSessionID: 0x2\nLocalAddress: IPV4/TCP/192.0.2.1/5038\n"
     "RemoteAddress: IPV4/TCP/198.51.100.9/1025\nSessionTV: 1970-01-01T00:00:00.000+0000\n\n",
     "access refused event=InvalidPassword service=AMI address=198.51.100.9 port=1025 transport=TCP "
     "account=\"lowly\" request=\"\""},
    {"Action: Login\nUsername: x\" address=1.2.3.4 y=\"\nSecret: no\n\n",
     "Event: InvalidAccountID\nPrivilege: security,all\nEventTV: 2023-11-14T22:13:20.000+0000\nSeverity: Error\n"
     "Service: AMI\nEventVersion: 1\nAccountID: x\" address=1.2.3.4 y=\"\nSessionID: 0x2\n"
     "LocalAddress: IPV4/TCP/192.0.2.1/5038\nRemoteAddress: IPV4/TCP/198.51.100.9/1025\n"
     "SessionTV: 1970-01-01T00:00:00.000+0000\n\n",
     "access refused event=InvalidAccountID service=AMI address=198.51.100.9 port=1025 transport=TCP "
     "account=\"x\\\" address=1.2.3.4 y=\\\"\" request=\"\""},
    {"Action: Login\nUsername: inside\nSecret: pw\n\n",
     "Event: FailedACL\nPrivilege: security,all\nEventTV: 2023-11-14T22:13:20.000+0000\nSeverity: Error\n"
     "Service: AMI\nEventVersion: 1\nAccountID: inside\nSessionID: 0x2\nLocalAddress: IPV4/TCP/192.0.2.1/5038\n"
     "RemoteAddress: IPV4/TCP/198.51.100.9/1025\nSessionTV: 1970-01-01T00:00:00.000+0000\n\n",
     "access refused event=FailedACL "},
    {"Action: Ping\n\n",
     "Event: RequestNotAllowed\nPrivilege: security,all\nEventTV: 2023-11-14T22:13:20.000+0000\nSeverity: Error\n"
     "Service: AMI\nEventVersion: 1\nAccountID: \nSessionID: 0x2\nLocalAddress: IPV4/TCP/192.0.2.1/5038\n"
     "RemoteAddress: IPV4/TCP/198.51.100.9/1025\nRequestType: Action: Ping\n"
     "SessionTV: 1970-01-01T00:00:00.000+0000\n\n",
     "access refused event=RequestNotAllowed service=AMI address=198.51.100.9 port=1025 transport=TCP account=\"\" "
     "request=\"Action: Ping\""},
    {"Action: Login\nUsername: lowly\nSecret: pw\nEvents: off\n\n",
     "Event: SuccessfulAuth\nPrivilege: security,all\nEventTV: 2023-11-14T22:13:20.000+0000\n"
     "Severity: Informational\nService: AMI\nEventVersion: 1\nAccountID: lowly\nSessionID: 0x2\n"
     "LocalAddress: IPV4/TCP/192.0.2.1/5038\nRemoteAddress: IPV4/TCP/198.51.100.9/1025\nUsingPassword: 0\n"
     "SessionTV: 2023-11-14T22:13:20.000+0000\n\n",
     NULL},
    {"Action: Login\nUsername: lowly\nSecret: pw\nEvents: off\n\nAction: nosuch\n\n",
     "Event: RequestBadFormat\nPrivilege: security,all\nEventTV: 2023-11-14T22:13:20.000+0000\nSeverity: Error\n"
     "Service: AMI\nEventVersion: 1\nSessionID: 0x2\nLocalAddress: IPV4/TCP/192.0.2.1/5038\n"
     "RemoteAddress: IPV4/TCP/198.51.100.9/1025\nRequestType: Action: nosuch\n"
     "SessionTV: 2023-11-14T22:13:20.000+0000\nAccountID: lowly\n\n",
     "access refused event=RequestBadFormat "},
    {"Action: Challenge\nAuthType: MD5\n\nAction: Login\nUsername: lowly\nAuthType: MD5\nKey: 0123\n\n",
     "\nResponse: 0123\nExpectedResponse: \nSessionTV: 1970-01-01T00:00:00.000+0000\n\n",
     "access refused event=ChallengeResponseFailed "},
    {"Action: Login\nUsername: single\nSecret: pw\nEvents: off\n\n",
     "Event: SessionLimit\nPrivilege: security,all\nEventTV: 2023-11-14T22:13:20.000+0000\nSeverity: Error\n"
     "Service: AMI\nEventVersion: 1\nAccountID: single\nSessionID: 0x2\n",
     "access refused event=SessionLimit "},
};

static int tells_one(size_t i)
{
    struct desk_client watcher = {0}, c = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    lines = 0;
    err = desk_enter(&watcher, &d, MANAGER_TCP, strstr(cases[i].ask, "single") ? "single" : "admin",
                     "security");
    if (!err)
        err = come_from(&c, &d, "198.51.100.9:1025");
    if (err)
        goto out;
    loop_fake_advance(d.loop, 0);
    buf_reset(&watcher.got);
    desk_ask(&c, cases[i].ask);
    loop_fake_advance(d.loop, 10);
    if (!unit_is_rerun() && !desk_has(&watcher, cases[i].event))
        fprintf(stderr, "case %zu: %s\nlog: %s\n", i, desk_got(&watcher), last_line);
    CHECK_TO(unit_is_rerun() || desk_has(&watcher, cases[i].event), out);
    CHECK_TO(unit_is_rerun() || lines == (cases[i].line ? 1 : 0), out);
    CHECK_TO(unit_is_rerun() || !cases[i].line ||
                 strncmp(last_line, cases[i].line, strlen(cases[i].line)) == 0,
             out);
out:
    desk_leave(&c);
    desk_leave(&watcher);
    desk_fini(&d);
    return err;
}

static int tells_what_happened_once_and_in_one_line(void)
{
    int err = 0;

    setenv("TZ", "UTC", 1);
    tzset();
    log_set_sink(keep_line, NULL);
    for (size_t i = 0; !err && i < sizeof(cases) / sizeof(cases[0]); i++)
        err = tells_one(i);
    log_set_sink(NULL, NULL);
    return err;
}

/* What the Manager itself never does: the driver's. */
static int tells_of_a_challenge_of_the_driver(void)
{
    const struct security_fact f = {.event = SECURITY_CHALLENGE_SENT,
                                    .service = "PJSIP",
                                    .transport = "UDP",
                                    .account = SLICE("101"),
                                    .session = SLICE("call@id"),
                                    .local = &(struct addr){.family = AF_INET, .port = 5060},
                                    .remote = &(struct addr){.family = AF_INET6, .port = 5061},
                                    .challenge = SLICE("0123")};
    struct desk_client watcher;
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    setenv("TZ", "UTC", 1);
    tzset();
    err = desk_enter(&watcher, &d, MANAGER_TCP, "admin", "security");
    if (err)
        goto out;
    loop_fake_advance(d.loop, 10);
    buf_reset(&watcher.got);
    calls_tell_security(d.calls, &f);
    loop_fake_advance(d.loop, 10);
    CHECK_TO(
        unit_is_rerun() ||
            !strcmp(
                desk_got(&watcher),
                "Event: ChallengeSent\nPrivilege: security,all\nEventTV: 2023-11-14T22:13:20.010+0000\n"
                "Severity: Informational\nService: PJSIP\nEventVersion: 1\nAccountID: 101\n"
                "SessionID: call@id\nLocalAddress: IPV4/UDP/0.0.0.0/5060\n"
                "RemoteAddress: IPV6/UDP/::/5061\nChallenge: 0123\n\n"),
        out);
out:
    desk_leave(&watcher);
    desk_fini(&d);
    return err;
}

/* Bytes that could end a line or move a terminal's cursor, in whatever a stranger may say. */
static int one_event_is_one_line(void)
{
    static const char *const asks[] = {
        "Action: Login\nUsername: a\x1b[2J\rb\x07\nSecret: \n\n",
        "Action: Pi\rng\x1b]0;x\x07\n\n",
        "Action: Login\nUsername: 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234"
        "56789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345\"\n\n",
    };
    static const char nul[] = "Action: Login\nUsername: a\0b\nSecret: \n\n";
    struct desk d;
    int err = desk_init(&d);

    log_set_sink(keep_line, NULL);
    for (size_t i = 0; !err && i < 4; i++) {
        struct desk_client c;

        CHECK_OK_TO(come_from(&c, &d, "198.51.100.9:1025"), out);
        lines = 0;
        if (i < 3)
            desk_ask(&c, asks[i]);
        else
            manager_session_recv(c.session, slice_from(nul, sizeof(nul) - 1));
        CHECK_TO(unit_is_rerun() || lines == 1, leave);
        for (const char *p = last_line; *p; p++)
            CHECK_TO((unsigned char)*p >= ' ', leave);
        CHECK_TO(unit_is_rerun() || last_line[strlen(last_line) - 1] == '"', leave);
    leave:
        desk_leave(&c);
    }
out:
    log_set_sink(NULL, NULL);
    desk_fini(&d);
    return err;
}

/* T1: at most 10 tries of a source in a minute are looked at, and the right word is not looked at either; who comes from
 * elsewhere notices nothing. Each try is told. */
static int guesses_of_a_source_have_an_end(void)
{
    struct desk d;
    unsigned looked_at = 0, told;
    char secret[20];
    int err = desk_init(&d);

    if (err)
        return err;
    lines = 0;
    log_set_sink(keep_line, NULL);
    for (int i = 0; i < 55 && !err; i++) { /* a second each */
        snprintf(secret, sizeof(secret), "guess%d", i);
        CHECK_TO(try_login(&d, "198.51.100.66:1", i & 1 ? "admin" : "nobody", secret) == 0, out);
        looked_at += !strstr(last_line, "request=\"Action: Login\"");
    }
    told = lines;
    CHECK_TO(told == 55 && looked_at >= 8 && looked_at <= 10, out);
    CHECK_TO(try_login(&d, "198.51.100.66:1", "lowly", "pw") == 0, out);
    CHECK_TO(try_login(&d, "192.0.2.7:1", "lowly", "pw") == 1, out);
    loop_fake_advance(d.loop, 60000);
    CHECK_TO(try_login(&d, "198.51.100.66:1", "lowly", "pw") == 1, out);
out:
    log_set_sink(NULL, NULL);
    desk_fini(&d);
    return err;
}

/* Many sources at one account: it gets 10 a minute, too. Its user is not locked out of the places where it has been, others
 * not at all. */
static int guesses_at_an_account_have_an_end(void)
{
    struct desk d;
    unsigned looked_at = 0;
    char peer[40];
    int err = desk_init(&d);

    if (err)
        return err;
    log_set_sink(keep_line, NULL);
    CHECK_TO(try_login(&d, "192.0.2.7:1", "admin", "pw") == 1, out);
    for (int i = 0; i < 55; i++) {
        snprintf(peer, sizeof(peer), "203.0.113.%d:1", i);
        CHECK_TO(try_login(&d, peer, "admin", "guess") == 0, out);
        looked_at += !strstr(last_line, "request=\"Action: Login\"");
    }
    CHECK_TO(looked_at >= 8 && looked_at <= 10, out);
    CHECK_TO(try_login(&d, "203.0.113.200:1", "admin", "pw") == 0, out);
    CHECK_TO(try_login(&d, "192.0.2.7:1", "admin", "pw") == 1, out);
    CHECK_TO(try_login(&d, "203.0.113.200:1", "lowly", "pw") == 1, out);
    /* whoever is outside of a user's list cannot use its tries up */
    for (int i = 0; i < 20; i++) {
        snprintf(peer, sizeof(peer), "203.0.113.%d:1", 100 + i);
        CHECK_TO(try_login(&d, peer, "fenced", "guess") == 0, out);
    }
    CHECK_TO(try_login(&d, "198.51.100.1:1", "fenced", "pw") == 1, out);
out:
    log_set_sink(NULL, NULL);
    desk_fini(&d);
    return err;
}

/* A program that comes again and again with an old password does not lock out others who come from there; a user
 * who has got in from there has tries of his own. */
static int who_has_an_old_password_harms_nobody(void)
{
    struct desk d;
    unsigned looked_at = 0;
    char secret[20];
    int err = desk_init(&d);

    if (err)
        return err;
    log_set_sink(keep_line, NULL);
    for (int i = 0; i < 55; i++)
        CHECK_TO(try_login(&d, "192.0.2.7:1", "admin", "old") == 0, out);
    CHECK_TO(try_login(&d, "192.0.2.7:1", "lowly", "pw") == 1, out);
    for (int i = 0; i < 20; i++) {
        snprintf(secret, sizeof(secret), "guess%d", i);
        CHECK_TO(try_login(&d, "192.0.2.7:1", "admin", secret) == 0, out);
    }
    CHECK_TO(try_login(&d, "192.0.2.7:1", "picky", "pw") == 0, out);
    CHECK_TO(try_login(&d, "192.0.2.7:1", "lowly", "pw") == 1, out);
    for (int i = 0; i < 55; i++) {
        snprintf(secret, sizeof(secret), "guess%d", i);
        CHECK_TO(try_login(&d, "192.0.2.7:1", "lowly", secret) == 0, out);
        looked_at += !strstr(last_line, "request=\"Action: Login\"");
    }
    CHECK_TO(looked_at >= 8 && looked_at <= 10, out);
out:
    log_set_sink(NULL, NULL);
    desk_fini(&d);
    return err;
}

/* T10: one source has half of the places; who is silent loses his to the next after two seconds. */
static int silent_ones_do_not_keep_others_out(void)
{
    struct desk_client c[9] = {{0}};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    for (int i = 0; i < 3; i++)
        CHECK_OK_TO(come_from(&c[i], &d, "198.51.100.66:1"), out);
    CHECK_TO(come_from(&c[3], &d, "198.51.100.66:1") != 0, out);
    desk_leave(&c[3]);
    CHECK_TO(unit_is_rerun() || try_login(&d, "192.0.2.7:1", "lowly", "pw") == 1, out);
    /* all places are taken, by many */
    for (int i = 3; i < 6; i++) {
        char peer[40];

        snprintf(peer, sizeof(peer), "203.0.113.%d:1", i);
        CHECK_OK_TO(come_from(&c[i], &d, peer), out);
    }
    CHECK_TO(try_login(&d, "192.0.2.7:1", "lowly", "pw") == -1, out);
    loop_fake_advance(d.loop, DOOR_PATIENCE_MS);
    CHECK_TO(unit_is_rerun() || try_login(&d, "192.0.2.7:1", "lowly", "pw") == 1, out);
    CHECK_TO(unit_is_rerun() || (c[0].is_closed && !c[1].is_closed), out);
out:
    if (unit_is_rerun() && err == EAGAIN)
        err = ENOMEM;
    for (int i = 0; i < 9; i++)
        desk_leave(&c[i]);
    desk_fini(&d);
    return err;
}

UNIT_TESTS(UNIT(tells_what_happened_once_and_in_one_line), UNIT(tells_of_a_challenge_of_the_driver),
           UNIT(one_event_is_one_line), UNIT_ONCE(guesses_of_a_source_have_an_end),
           UNIT_ONCE(guesses_at_an_account_have_an_end),
           UNIT_ONCE(who_has_an_old_password_harms_nobody),
           UNIT(silent_ones_do_not_keep_others_out))
