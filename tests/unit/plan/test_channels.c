/* Applications about other channels and records: ChannelRedirect SoftHangup Transfer ChanIsAvail
   Originate ForkCDR ResetCDR. */
#include "fixture.h"

/* 10 talks or waits; 11 does something to it after ms. */
static int two_calls(const char *routing, uint64_t ms, const char *notes)
{
    struct channel *ch = NULL;
    struct world w;
    int err = 0;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, routing), out);
    CHECK_OK_TO(world_dial(&w, "10", &ch), out);
    loop_fake_advance(w.loop, ms);
    buf_reset(&w.notes);
    CHECK_OK_TO(world_dial(&w, "11", NULL), out);
    loop_fake_advance(w.loop, 3000);
    CHECK_TO(world_saw(&w, notes), out);
    CHECK_TO(calls_active(w.calls) == 0 && task_count(w.loop) == 0, out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

#define REDIRECT(name, place)                                                                      \
    "11,1,ChannelRedirect(" name "," place ")\n11,2,Note(${CHANNELREDIRECT_STATUS})\n"
#define ELSEWHERE "[other]\n30,1,Note(moved ${EXTEN})\n30,2(here),Note(label)\nh,1,Note(h other)\n"

static int a_channel_in_an_application_goes_elsewhere(void)
{
    return two_calls("[main]\n10,1,Answer()\n10,2,Wait(60)\nh,1,Note(h main)\n" REDIRECT(
                         "Test/in-00000000", "other,30,1") ELSEWHERE,
                     500, "SUCCESS;h main;end=16;moved 30;label;h other;end=16;");
}

static int a_talk_ends_when_the_caller_is_moved(void)
{
    return two_calls("[main]\n10,1,Dial(Test/answer,20,g)\n10,2,Note(no)\n" REDIRECT(
                         "Test/in-00000000", "other,30,here") ELSEWHERE,
                     2000, "SUCCESS;end=16;answer=16;label;h other;end=16;");
}

static int a_moved_callee_runs_by_itself(void)
{
    return two_calls(
        "[main]\n10,1,Dial(Test/answer,20,g)\n10,2,Note(caller ${DIALSTATUS})\n" REDIRECT(
            "Test/answer-00000001", "other,30,1") ELSEWHERE,
        2000, "SUCCESS;end=16;caller ANSWER;end=16;moved 30;label;h other;answer=16;");
}

static int ringing_ends_when_the_caller_is_moved(void)
{
    return two_calls("[main]\n10,1,Dial(Test/ring,20)\n10,2,Note(no)\n" REDIRECT(
                         "Test/in-00000000", "other,30,here") ELSEWHERE,
                     500, "SUCCESS;end=16;ring=16;label;h other;end=16;");
}

static int what_cannot_be_moved(void)
{
    CHECK_OK(two_calls("[main]\n10,1,Wait(1)\n" REDIRECT("Test/in-00000000", "nowhere,1,1"), 500,
                       "FAILURE;end=16;end=16;"));
    CHECK_OK(
        two_calls("[main]\n10,1,Dial(Test/ring,1)\n" REDIRECT("Test/ring-00000001", "main,11,1"),
                  500, "FAILURE;end=16;ring=16;end=16;"));
    return two_calls("[main]\n10,1,Wait(1)\n" REDIRECT("Test/none", "main,10,1"), 500,
                     "NOCHANNEL;end=16;end=16;");
}

static int softhangup_ends_calls(void)
{
    CHECK_OK(two_calls("[main]\n10,1,Wait(60)\nh,1,Note(h)\n11,1,SoftHangup(Test/in-00000000)\n",
                       500, "h;end=16;h;end=16;"));
    return two_calls("[main]\n10,1,Dial(Test/answer,60,g)\n10,2,Note(${DIALSTATUS})\n"
                     "11,1,SoftHangup(Test/answer,a)\n",
                     2000, "end=16;answer=16;ANSWER;end=16;");
}

static int what_this_phone_cannot_do_is_said(void)
{
    return world_story("[main]\n10,1,Transfer(Test/30)\n10,2,Note(${TRANSFERSTATUS})\n"
                       "10,3,Transfer(Local/30)\n10,4,Note(${TRANSFERSTATUS})\n",
                       "10", 500, "UNSUPPORTED;FAILURE;end=16;");
}

static int the_first_that_can_be_called_is_found(void)
{
    return world_story("[main]\n10,1,ChanIsAvail(Test/none&Test/ring&Test/answer)\n"
                       "10,2,Note(${AVAILORIGCHAN} ${AVAILSTATUS} ${AVAILCHAN:0:9})\n"
                       "10,3,ChanIsAvail(Test/none)\n10,4,Note([${AVAILCHAN}] ${AVAILSTATUS})\n",
                       "10", 500, "ring=16;Test/ring 0&0 Test/ring;[] 0;end=16;");
}

static int originate_calls_and_tells_how_it_went(void)
{
    static const struct {
        const char *args, *notes;
    } cases[] = {
        {"Test/answer,app,Note,made ${EXTEN}", "made 10;answer=16;SUCCESS;end=16;"},
        {"Test/answer,exten,main,20,1,9,c(77)v(A=1^B=2)", "77 1 2;answer=16;SUCCESS;end=16;"},
        {"Test/answer,exten,main,20,1,,a", "SUCCESS;end=16;55  ;answer=16;"},
        {"Test/answer,exten,main,20,1,,b(main^sub^1(x))B(main^sub^1(y))",
         "sub y sub;sub x sub;55  ;answer=16;SUCCESS;end=16;"},
        {"Test/busy,exten,main,20", "failed 0 55;FAILED;end=16;"},
        {"Test/ring,exten,main,20,1,1", "ring=19;failed 3 55;RINGING;end=16;"},
        {"Test/busy,exten,main,20,1,,a", "SUCCESS;end=16;"},
        {"Test/busy,app,Note,x", "FAILED;end=16;"},
        {"Test/ring,app,Note,x,,1", "ring=19;RINGING;end=16;"},
        {"Test/none,app,Note,x", "FAILED;end=16;"},
        {"junk,app,Note,x", "FAILED;end=16;"},
        {"Test/answer,neither,Note,x", "FAILED;end=16;"},
    };
    char routing[300];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(
            routing, sizeof(routing),
            "[main]\n10,1,Set(CALLERID(num)=55)\n10,2,Originate(%s)\n10,3,Note(${ORIGINATE_STATUS})\n"
            "20,1,Note(${CALLERID(num)} ${A} ${B})\nsub,1,Note(sub ${ARG1} ${EXTEN})\nsub,2,Return()\n"
            "failed,1,Note(failed ${REASON} ${CALLERID(num)})\n",
            cases[i].args);
        CHECK_OK(world_story(routing, "10", 4000, cases[i].notes));
    }
    return 0;
}

static int records_are_forked_and_begun_anew(void)
{
    struct world w;
    int err = 0;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, "[main]\n10,1,Answer()\n10,2,ForkCDR()\n10,3,Wait(1)\n"
                                "11,1,Answer()\n11,2,Wait(5)\n11,3,ResetCDR()\n11,4,Wait(2)\n"
                                "12,1,Answer()\n12,2,Set(CDR_PROP(disable)=1)\n"
                                "13,1,Answer()\n13,2,Set(CDR_PROP(disable)=no)\n"
                                "h,1,Note(${CDR(duration)} ${CDR(billsec)})\n"),
                out);
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    loop_fake_advance(w.loop, 2000);
    CHECK_TO(w.records == 2, out);
    CHECK_OK_TO(world_dial(&w, "11", NULL), out);
    loop_fake_advance(w.loop, 9000);
    CHECK_TO(world_saw(&w, "200;1 1;end=16;200;2 2;end=16;"), out);
    CHECK_TO(w.records == 3, out);
    CHECK_OK_TO(world_dial(&w, "12", NULL), out);
    loop_fake_advance(w.loop, 1000);
    CHECK_TO(w.records == 3, out);
    CHECK_OK_TO(world_dial(&w, "13", NULL), out);
    loop_fake_advance(w.loop, 1000);
    CHECK_TO(w.records == 4, out);
out:
    world_fini(&w);
    return err;
}

UNIT_TESTS(UNIT(a_channel_in_an_application_goes_elsewhere),
           UNIT(a_talk_ends_when_the_caller_is_moved), UNIT_ONCE(a_moved_callee_runs_by_itself),
           UNIT_ONCE(ringing_ends_when_the_caller_is_moved), UNIT_ONCE(what_cannot_be_moved),
           UNIT_ONCE(softhangup_ends_calls), UNIT_ONCE(what_this_phone_cannot_do_is_said),
           UNIT_ONCE(the_first_that_can_be_called_is_found),
           UNIT_ONCE(originate_calls_and_tells_how_it_went),
           UNIT_ONCE(records_are_forked_and_begun_anew))
