/* test_guard.c - guesses at passwords are slowed down by source, and nobody else is */
#include "pjsip/office.h"

#include "pjsip/identify.h"

struct guess {
    struct office o;
    struct phone bad, good;
};

static void guess_fini(struct guess *g)
{
    phone_fini(&g->bad);
    phone_fini(&g->good);
    office_fini(&g->o);
}

static int guess_init(struct guess *g)
{
    int err = office_init(&g->o, false);

    memset(&g->bad, 0, sizeof(g->bad));
    memset(&g->good, 0, sizeof(g->good));
    if (!err)
        err = phone_init(&g->bad, &g->o, "192.0.2.66", "101", "wrong");
    if (!err)
        err = phone_init(&g->good, &g->o, "192.0.2.10", "102", "pw-102");
    if (err)
        guess_fini(g);
    return err;
}

/* One REGISTER without credentials and one with. @return status of the second; 0: no answer */
static unsigned try_once(struct phone *ph, const char *user)
{
    static unsigned cseq = 1;
    struct phone_args a = {.method = "REGISTER",
                           .uri = "sip:" STATION,
                           .from = user,
                           .to = user,
                           .call_id = "guess",
                           .cseq = cseq++};

    ph->auth[0] = '\0';
    phone_forget(ph);
    phone_say(ph, &a);
    if (phone_answer_challenge(ph, SIP_REGISTER, "sip:" STATION))
        return 999;
    phone_forget(ph);
    a.cseq = cseq++;
    phone_say(ph, &a);
    return phone_status(ph, SIP_REGISTER);
}

static unsigned warnings;

static void count_warnings(enum log_level level, const char *line, void *arg)
{
    warnings += level == LOG_WARNING && strstr(line, "too many wrong passwords") &&
                strstr(line, "192.0.2.66");
}

static int guesses_over_the_burst_are_dropped_and_named_once(void)
{
    struct guess g;
    unsigned answered = 0;
    int err = guess_init(&g);

    CHECK_OK(err);
    warnings = 0;
    log_set_sink(count_warnings, NULL);
    for (int i = 0; i < GUARD_BURST; i++)
        EXPECT(try_once(&g.bad, i & 1 ? "101" : "nobody") == 401);
    for (int i = 0; i < 5; i++)
        EXPECT(try_once(&g.bad, i & 1 ? "101" : "nobody") == 0);
    EXPECT(warnings == 1);
    /* even the right word is not looked at now, and tells nothing */
    snprintf(g.bad.password, sizeof(g.bad.password), "pw-101");
    EXPECT(try_once(&g.bad, "101") == 0);
    snprintf(g.bad.password, sizeof(g.bad.password), "wrong");
    /* another address notices nothing */
    EXPECT(try_once(&g.good, "102") == 200);
    /* a minute of guessing once a second: as many as a minute allows */
    for (int i = 0; i < 60; i++) {
        loop_fake_advance(g.o.loop, 985);
        answered += try_once(&g.bad, "101") == 401;
    }
    EXPECT(answered >= GUARD_A_MINUTE - 1 && answered <= GUARD_A_MINUTE + 1);
out:
    log_set_sink(NULL, NULL);
    guess_fini(&g);
    return err;
}

static int the_right_password_fills_the_bucket(void)
{
    struct guess g;
    int err = guess_init(&g);

    CHECK_OK(err);
    for (int round = 0; round < 3; round++) {
        snprintf(g.bad.password, sizeof(g.bad.password), "wrong");
        for (int i = 0; i < GUARD_BURST - 1; i++)
            EXPECT(try_once(&g.bad, "101") == 401);
        snprintf(g.bad.password, sizeof(g.bad.password), "pw-101");
        EXPECT(try_once(&g.bad, "101") == 200);
        EXPECT(g.o.pjsip->guard.sources.count == 0);
    }
out:
    guess_fini(&g);
    return err;
}

static int credentials_of_an_older_start_do_not_count(void)
{
    struct guess g;
    struct phone_args a = {.method = "REGISTER",
                           .uri = "sip:" STATION,
                           .to = "101",
                           .call_id = "guess",
                           .headers = "Authorization: Digest username=\"101\",realm=\"station\","
                                      "nonce=\"old\",uri=\"sip:" STATION "\",response=\""
                                      "0123456789abcdef0123456789abcdef\",algorithm=MD5\r\n"};
    int err = guess_init(&g);

    CHECK_OK(err);
    for (unsigned i = 0; i < 3 * GUARD_BURST; i++) {
        phone_forget(&g.bad);
        a.cseq = i + 1;
        phone_say(&g.bad, &a);
        EXPECT(phone_status(&g.bad, SIP_REGISTER) == 401);
    }
out:
    guess_fini(&g);
    return err;
}

static int the_table_is_bounded_and_an_ipv6_host_has_one_bucket(void)
{
    struct addr a = {.family = AF_INET6, .ip = {0x20, 1, 0xd, 0xb8}};
    struct guard g;
    int err = 0;

    guard_init(&g, GUARD_BURST, GUARD_A_MINUTE);
    for (unsigned i = 0; i < GUARD_BURST; i++) {
        a.ip[15] = (uint8_t)i;
        guard_failed(&g, &a, (struct mono){0});
    }
    if (g.sources.count) {
        EXPECT(g.sources.count == 1 && !guard_may_try(&g, &a, (struct mono){0}));
        EXPECT(guard_may_try(&g, &a, (struct mono){6000000}));
    }
    for (unsigned i = 0; i < GUARD_SOURCES + 100; i++) {
        a.ip[5] = (uint8_t)(i >> 8);
        a.ip[6] = (uint8_t)i;
        guard_failed(&g, &a, (struct mono){0});
    }
    EXPECT(g.sources.count <= GUARD_SOURCES);
    /* what is full again leaves */
    a.ip[4] = 1;
    guard_failed(&g, &a, (struct mono){600000000});
    EXPECT(g.sources.count <= 1);
out:
    guard_fini(&g);
    return err;
}

UNIT_TESTS(UNIT_ONCE(guesses_over_the_burst_are_dropped_and_named_once),
           UNIT_ONCE(the_right_password_fills_the_bucket),
           UNIT_ONCE(credentials_of_an_older_start_do_not_count),
           UNIT_ONCE(the_table_is_bounded_and_an_ipv6_host_has_one_bucket))
