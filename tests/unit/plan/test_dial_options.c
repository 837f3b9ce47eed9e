/* Dial: every option letter, as Asterisk 22 does it. */
#include "fixture.h"

#define DIAL(args)                                                                                 \
    "[main]\n10,1,Dial(" args ")\n10,2,Note(${DIALSTATUS} ${HANGUPCAUSE})\nh,1,Note(h)\n"          \
    "30,1,Note(thirty ${CALLERID(num)})\n5,1,Note(five ${DIALSTATUS})\n"

struct story {
    const char *routing, *notes;
};

static int tell(const struct story *stories, size_t count, uint64_t ms)
{
    for (size_t i = 0; i < count; i++)
        CHECK_OK(world_story(stories[i].routing, "10", ms, stories[i].notes));
    return 0;
}

#define TELL(stories, ms) tell(stories, sizeof(stories) / sizeof((stories)[0]), ms)

static int a_limit_ends_the_talk(void)
{
    static const struct story stories[] = {
        {DIAL("Test/answer,20,gL(1500)"), "180;200;connect;answer=16;ANSWER 16;h;end=16;"},
        {DIAL("Test/answer,20,S(1)"), "180;200;connect;answer=16;h;end=16;"},
        {DIAL("Test/answer,20,gL(90000)S(1)"), "180;200;connect;answer=16;ANSWER 16;h;end=16;"},
        {DIAL("Test/short,20,gL(90000:10000:5000)"), "180;200;connect;ANSWER 16;h;end=16;"},
    };

    return TELL(stories, 6000);
}

static int the_end_of_a_limit_is_said(void)
{
    return world_story("[main]\n10,1,Set(LIMIT_TIMEOUT_FILE=bye)\n"
                       "10,2,Dial(Test/answer,20,gL(1000))\n10,3,Note(${ANSWEREDTIME_MS})\n",
                       "10", 6000, "180;200;connect;answer=16;1000;end=16;");
}

static int subroutines_run_on_the_right_leg(void)
{
    static const struct story stories[] = {
        {DIAL("Test/answer,20,gS(1)U(sub^a^b)") "[sub]\ns,1,Note(sub ${CHANNEL(name):0:11} ${ARG1}"
                                                "${ARG2})\ns,2,Return()\n",
         "180;sub Test/answer ab;200;connect;answer=16;ANSWER 16;h;end=16;"},
        {DIAL("Test/short,20,gb(sub^s^1(x))B(sub^s^1(y))") "[sub]\ns,1,Note(${CHANNEL(name):0:7} "
                                                           "${ARG1})\ns,2,Return()\n",
         "Test/in y;Test/sh x;180;200;connect;ANSWER 16;h;end=16;"},
        {DIAL("Test/short,20,gM(old^1)") "[macro-old]\ns,1,Note(macro ${ARG1})\ns,2,Return()\n",
         "180;macro 1;200;connect;ANSWER 16;h;end=16;"},
        {DIAL("Test/short,20,gU(nosuch)"), "180;200;connect;ANSWER 16;h;end=16;"},
    };

    return TELL(stories, 6000);
}

#define RESULT(value) "[sub]\ns,1,Set(GOSUB_RESULT=" value ")\ns,2,Return()\n"

static int a_subroutine_says_how_it_goes_on(void)
{
    static const struct story stories[] = {
        {DIAL("Test/answer,20,U(sub)") RESULT("BUSY"), "180;answer=16;BUSY 16;h;end=17;"},
        {DIAL("Test/answer,20,U(sub)") RESULT("CONGESTION"),
         "180;answer=16;CONGESTION 16;h;end=34;"},
        {DIAL("Test/answer,20,U(sub)") RESULT("CONTINUE"), "180;answer=16;ANSWER 16;h;end=16;"},
        {DIAL("Test/answer,20,U(sub)") RESULT("ABORT"), "180;answer=16;h;end=16;"},
        {DIAL("Test/answer,20,gU(sub)") RESULT("ABORT"), "180;answer=16;ANSWER 16;h;end=16;"},
        {DIAL("Test/answer,20,U(sub)") RESULT("GOTO:main^30^1"), "180;answer=16;thirty ;h;end=16;"},
        {DIAL("Test/short,20,U(sub)") RESULT("anything"), "180;200;connect;h;end=16;"},
    };

    return TELL(stories, 6000);
}

static int what_a_subroutine_returned_is_the_caller_s(void)
{
    return world_story("[main]\n10,1,Dial(Test/answer,20,U(sub))\n10,2,Note(${GOSUB_RETVAL})\n"
                       "[sub]\ns,1,Set(GOSUB_RESULT=CONTINUE)\ns,2,Return(rv)\n",
                       "10", 6000, "180;answer=16;rv;end=16;");
}

/* Option c: also when the time is over. */
static int nobody_has_missed_a_call_with_option_c(void)
{
    return world_story("[main]\n10,1,Dial(Test/ring,1,c)\n10,2,Note(${DIALSTATUS})\n", "10", 6000,
                       "180;ring=26;NOANSWER;end=16;");
}

/* The routing has come to its end in a call that is up: it hears the tone, its cause stays. */
static int the_cause_of_a_call_that_is_up_stays(void)
{
    return world_story("[main]\n10,1,Answer()\n10,2,Dial(NOTECH/1,5)\nh,1,Note(h ${HANGUPCAUSE} "
                       "${DIALSTATUS})\n",
                       "10", 20000, "200;tone=congestion;h 66 CHANUNAVAIL;end=66;");
}

static int digits_are_sent_after_the_answer(void)
{
    static const struct story stories[] = {
        {DIAL("Test/answer,20,S(1)D(1w2:9)"),
         "180;digits=1;digits=2;digits=9;200;connect;answer=16;h;end=16;"},
        {DIAL("Test/early,20,S(1)D(::77)"), "183;digits=77;connect;200;early=16;h;end=16;"},
    };

    return TELL(stories, 6000);
}

static int announcements_come_before_the_talk(void)
{
    static const struct story stories[] = {
        {DIAL("Test/answer,20,S(1)A(hello:wait)"), "180;200;connect;answer=16;h;end=16;"},
        {DIAL("Test/answer,20,S(1)aA(hello)"), "180;200;connect;answer=16;h;end=16;"},
        {DIAL("Test/answer,20,S(1)A(nosuch)"), "180;200;connect;answer=16;h;end=16;"},
    };

    return TELL(stories, 6000);
}

static int a_forward_is_followed_or_not(void)
{
    static const struct story stories[] = {
        {DIAL("Test/fwd,20,g"), "180;200;connect;ANSWER 16;h;end=16;"},
        {DIAL("Test/fwd,20,gi"), "BUSY 0;h;end=17;"},
        {DIAL("Test/fwd,0.1"), "short=16;NOANSWER 0;h;end=16;"},
        {DIAL("Test/fwd,0.1,gz"), "180;200;connect;ANSWER 16;h;end=16;"},
        {DIAL("Test/loop,20"), "BUSY 0;h;end=17;"},
    };

    return TELL(stories, 6000);
}

static int the_callee_goes_on_after_the_caller(void)
{
    struct channel *ch = NULL;
    struct world w;
    int err = 0;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, DIAL("Test/answer,20,F(main^30^1)e")), out);
    CHECK_OK_TO(world_dial(&w, "10", &ch), out);
    loop_fake_advance(w.loop, 2000);
    channel_on_hangup(ch, CAUSE_NORMAL, 0);
    loop_fake_advance(w.loop, 2000);
    CHECK_TO(world_saw(&w, "180;200;connect;h;thirty 10;h;answer=16;"), out);
    CHECK_TO(calls_active(w.calls) == 0, out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

static int extension_h_runs_for_the_callee(void)
{
    return world_story(DIAL("Test/short,20,ge"), "10", 6000,
                       "180;200;connect;h;ANSWER 16;h;end=16;");
}

/* The caller presses a digit at_ms. */
static int press(const char *routing, char digit, uint64_t at_ms, const char *notes)
{
    struct channel *ch = NULL;
    struct world w;
    int err = 0;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, routing), out);
    CHECK_OK_TO(world_dial(&w, "10", &ch), out);
    loop_fake_advance(w.loop, at_ms);
    channel_on_dtmf(ch, digit, 100);
    loop_fake_advance(w.loop, 3000);
    CHECK_TO(world_saw(&w, notes), out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

static int a_digit_leaves_the_ringing_or_the_talk(void)
{
    CHECK_OK(press(DIAL("Test/ring,20,d"), '5', 500, "180;ring=16;five CANCEL;h;end=16;"));
    CHECK_OK(press(DIAL("Test/ring,3,d"), '7', 500, "180;ring=16;NOANSWER 0;h;end=16;"));
    CHECK_OK(press("[main]\n10,1,Set(EXITCONTEXT=exit)\n10,2,Dial(Test/ring,20,d)\n"
                   "[exit]\n5,1,Note(out)\n",
                   '5', 500, "180;ring=16;out;end=16;"));
    CHECK_OK(press(DIAL("Test/answer,20,gH"), '*', 2000,
                   "180;200;connect;answer=16;ANSWER 16;h;end=16;"));
    CHECK_OK(press(DIAL("Test/ring,20,H"), '*', 500, "180;ring=16;CANCEL 0;h;end=16;"));
    return press(DIAL("Test/short,20,gh"), '*', 1500,
                 "180;200;connect;digits=*;ANSWER 16;h;end=16;");
}

static int causes_for_the_others(void)
{
    struct channel *ch = NULL;
    struct world w;
    int err = 0;

    CHECK_OK(world_story(DIAL("Test/ring&Test/short,20,gQ(NO_ANSWER)"), "10", 6000,
                         "180;ring=19;200;connect;ANSWER 16;h;end=16;"));
    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, DIAL("Test/ring,20,c")), out);
    CHECK_OK_TO(world_dial(&w, "10", &ch), out);
    loop_fake_advance(w.loop, 500);
    channel_on_hangup(ch, CAUSE_NORMAL, 0);
    loop_fake_advance(w.loop, 10);
    CHECK_TO(world_saw(&w, "180;ring=26;h;"), out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

static int a_second_time_limits_the_silence(void)
{
    static const struct story stories[] = {
        {DIAL("Test/ring,2^0.05"), "ring=16;NOANSWER 0;h;end=16;"},
        {DIAL("Test/ring,2^1"), "180;ring=16;NOANSWER 0;h;end=16;"},
    };

    return TELL(stories, 4000);
}

static void print_seen(char *text, size_t size, const struct party *other, const struct party *own)
{
    const int presentation = other->number_pres;
    const char *tag = other->tag ? other->tag : "";

    if (presentation > PRES_ALLOWED_PASSED)
        snprintf(text, size, "[%s %s %d] [%s]", other->number, tag, presentation, own->number);
    else
        snprintf(text, size, "[%s%s%s] [%s]", other->number, *tag ? " " : "", tag, own->number);
}

static int numbers_that_the_callee_sees(void)
{
    static const struct {
        const char *options, *seen;
    } cases[] = {
        {"", "[100] [10]"},
        {"f(555)", "[555] [10]"},
        {"f(Desk <556>)", "[556] [10]"},
        {"o(777)", "[100] [777]"},
        {"o", "[100] [100]"},
        {"f(555)s(of)u(prohib)", "[555 of 35] [10]"}, /* s and u are about the number of f */
        {"s(of)u(prohib)", "[100 tag] [10]"},
        {"fs(of)u(prohib)", "[100 tag] [10]"},
    };
    char routing[256], seen[64];
    struct world w;
    int err = 0;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(routing, sizeof(routing),
                 "[main]\n10,1,Set(CALLERID(num)=100)\n10,2,Set(CALLERID(tag)=%s)\n"
                 "10,3,Dial(Test/ring,9,%s)\n",
                 strchr(cases[i].options, 's') ? "tag" : "", cases[i].options);
        CHECK_OK(world_init(&w));
        CHECK_OK_TO(world_route(&w, routing), out);
        CHECK_OK_TO(world_dial(&w, "10", NULL), out);
        loop_fake_advance(w.loop, 500);
        LIST_FOREACH(calls_channels(w.calls), k)
        {
            const struct channel *ch = channel_of_link(k);

            if (ch->is_outgoing)
                print_seen(seen, sizeof(seen), &ch->connected, &ch->caller);
        }
        CHECK_TO(strcmp(seen, cases[i].seen) == 0, out);
    out:
        world_fini(&w);
        if (err)
            return err;
    }
    return 0;
}

static int a_dial_is_tried_again(void)
{
    static const struct story stories[] = {
        {"[main]\n10,1,RetryDial(,1,2,Test/busy,5)\n10,2,Note(${DIALSTATUS})\n",
         "music;music;BUSY;end=17;"},
        {"[main]\n10,1,RetryDial(,1,5,Test/short,5,g)\n10,2,Note(${DIALSTATUS})\n",
         "180;200;connect;ANSWER;end=16;"},
    };

    return TELL(stories, 6000);
}

UNIT_TESTS(UNIT_ONCE(what_a_subroutine_returned_is_the_caller_s),
           UNIT_ONCE(nobody_has_missed_a_call_with_option_c),
           UNIT_ONCE(the_cause_of_a_call_that_is_up_stays), UNIT_ONCE(a_dial_is_tried_again),
           UNIT(a_limit_ends_the_talk), UNIT_ONCE(the_end_of_a_limit_is_said),
           UNIT_ONCE(subroutines_run_on_the_right_leg), UNIT(a_subroutine_says_how_it_goes_on),
           UNIT_ONCE(digits_are_sent_after_the_answer),
           UNIT_ONCE(announcements_come_before_the_talk), UNIT_ONCE(a_forward_is_followed_or_not),
           UNIT_ONCE(the_callee_goes_on_after_the_caller),
           UNIT_ONCE(extension_h_runs_for_the_callee),
           UNIT_ONCE(a_digit_leaves_the_ringing_or_the_talk), UNIT_ONCE(causes_for_the_others),
           UNIT_ONCE(a_second_time_limits_the_silence), UNIT_ONCE(numbers_that_the_callee_sees))
