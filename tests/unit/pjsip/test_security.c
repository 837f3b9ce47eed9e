/* What is told of who tried to get in by SIP: each try once, as Asterisk names it, with the words of the stranger as they are */
#include "pjsip/office.h"

#include <stdio.h>

#include "call/security.h"
#include "pjsip/identify.h"

struct seen {
    struct security_watch watch;
    char text[2000]; /* "Event account,..." of each, in order */
    char last_peer[ADDR_TEXT], last_answer[80];
    char asked[80],
        answered[80]; /* nonces: of the last challenge, and of the last wrong answer to one */
    struct office *o;
};

static void saw(const struct security_fact *f, void *arg)
{
    struct seen *s = arg;
    const size_t n = strlen(s->text);

    snprintf(s->text + n, sizeof(s->text) - n, "%s %.*s,", security_event_name(f->event),
             SLICE_ARG(f->account));
    addr_text(f->remote, s->last_peer);
    snprintf(s->last_answer, sizeof(s->last_answer), "%.*s", SLICE_ARG(f->answer));
    slice_copy(f->challenge, f->event == SECURITY_CHALLENGE_SENT ? s->asked : s->answered,
               sizeof(s->asked));
    if (strcmp(f->service, "PJSIP") || strcmp(f->transport, "UDP") || !slice_eqz(f->session, "try"))
        s->text[0] = '!';
}

/* REGISTER without credentials, and with. @return status of the second */
static unsigned try_once(struct phone *ph, const char *user)
{
    static unsigned cseq = 1;
    struct phone_args a = {.method = "REGISTER",
                           .uri = "sip:" STATION,
                           .from = user,
                           .to = user,
                           .call_id = "try",
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

static int each_try_is_told_once(void)
{
    static struct seen s;
    struct office o;
    struct phone ph;
    int err = office_init(&o, false);

    CHECK_OK(err);
    memset(&s, 0, sizeof(s));
    memset(&ph, 0, sizeof(ph));
    s.watch.h = saw;
    s.watch.arg = &s;
    calls_watch_security(o.calls, &s.watch);
    err = phone_init(&ph, &o, "192.0.2.66", "101", "pw-101");
    if (err)
        goto out;
    EXPECT(try_once(&ph, "101") == 200);
    EXPECT(!strcmp(s.text, "ChallengeSent 101,SuccessfulAuth 101,"));
    s.text[0] = '\0';
    snprintf(ph.password, sizeof(ph.password), "wrong");
    EXPECT(try_once(&ph, "101") == 401);
    EXPECT(!strcmp(s.text, "ChallengeSent 101,ChallengeResponseFailed 101,"));
    EXPECT(!strncmp(s.last_peer, "192.0.2.66:", 11) && strlen(s.last_answer) == 32);
    EXPECT(strlen(s.asked) == SIP_AUTH_NONCE - 1 && !strcmp(s.asked, s.answered));
    s.text[0] = '\0';
    EXPECT(try_once(&ph, "nobody") == 401);
    EXPECT(!strcmp(s.text,
                   "InvalidAccountID nobody,ChallengeSent <unknown>,InvalidAccountID nobody,"));
    s.text[0] = '\0';
    snprintf(ph.password, sizeof(ph.password), "pw-101");
    EXPECT(!office_change(&o, "UPDATE ps_endpoints SET deny = '192.0.2.66' WHERE id = '101'"));
    EXPECT(try_once(&ph, "101") == 403);
    EXPECT(!strcmp(s.text, "ChallengeSent 101,SuccessfulAuth 101,FailedACL 101,"));
out:
    security_watch_stop(&s.watch);
    phone_fini(&ph);
    office_fini(&o);
    return err;
}

/* A flood of strangers is not a flood of events. */
static int strangers_do_not_drown_who_watches(void)
{
    static struct seen s;
    struct office o;
    size_t n = 0;
    int err = office_init(&o, false);

    CHECK_OK(err);
    memset(&s, 0, sizeof(s));
    s.watch.h = saw;
    s.watch.arg = &s;
    calls_watch_security(o.calls, &s.watch);
    for (unsigned i = 0; i < 2 * SECURITY_FACTS; i++) {
        struct addr from = {.family = AF_INET, .port = 5060};
        const struct security_fact f = {.event = SECURITY_INVALID_ACCOUNT,
                                        .service = "PJSIP",
                                        .transport = "UDP",
                                        .account = SLICE("x"),
                                        .session = SLICE("try"),
                                        .local = &from,
                                        .remote = &from};

        s.text[0] = '\0';
        calls_tell_security(o.calls, &f);
        n += s.text[0] != '\0';
    }
    EXPECT(n == SECURITY_FACTS);
out:
    security_watch_stop(&s.watch);
    office_fini(&o);
    return err;
}

UNIT_TESTS(UNIT_ONCE(each_try_is_told_once), UNIT_ONCE(strangers_do_not_drown_who_watches))
