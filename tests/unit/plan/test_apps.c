/* Applications, each with a short story. Expectations were seen on Asterisk 22. */
#include "base/log.h"
#include "call/observe.h"
#include "fixture.h"

#define STORY(name, exten, ms, notes, routing)                                                     \
    static int name(void)                                                                          \
    {                                                                                              \
        return world_story("[main]\n" routing, exten, ms, notes);                                  \
    }

STORY(proceeding_goes_on, "10", 100, "proceeding;a;end=16;", "10,1,Proceeding()\n10,2,Note(a)\n")
STORY(music_starts_and_stops, "10", 2500, "200;a;music;b;end=16;",
      "10,1,Answer()\n10,2,StartMusicOnHold()\n10,3,Note(a)\n10,4,Wait(2)\n10,5,StopMusicOnHold()\n"
      "10,6,Note(b)\n")
STORY(gosubif_chooses_a_subroutine, "10", 100, "yes 1;no 2;none;end=16;",
      "10,1,GosubIf(1?y,1(1):n,1(2))\n10,2,GosubIf(0?y,1(1):n,1(2))\n10,3,GosubIf(0?y,1(1))\n"
      "10,4,Note(none)\ny,1,Note(yes ${ARG1})\ny,2,Return()\nn,1,Note(no ${ARG1})\nn,2,Return()\n")
STORY(stackpop_forgets_the_way_back, "10", 100, "in;out;end=16;",
      "10,1,Gosub(sub,1)\n10,2,Note(no)\nsub,1,Note(in)\nsub,2,StackPop()\nsub,3,Goto(20,1)\n"
      "20,1,Note(out)\n20,2,Return()\n20,3,Note(no)\n")

/* ---- loops and branches ---- */

STORY(if_takes_the_first_true_branch, "if", 100, "two;inner;after;end=16;",
      "if,1,Set(X=2)\nif,2,If($[${X}=1])\nif,3,Note(one)\nif,4,ElseIf($[${X}=2])\nif,5,Note(two)\n"
      "if,6,If(1)\nif,7,Note(inner)\nif,8,ExitIf()\nif,9,Note(never)\nif,10,EndIf()\nif,11,Else()\n"
      "if,12,Note(other)\nif,13,EndIf()\nif,14,Note(after)\n")
STORY(a_false_if_goes_to_else_or_end, "if", 100, "after;else;end;end=16;",
      "if,1,If(0)\nif,2,Note(one)\nif,3,EndIf()\nif,4,Note(after)\nif,5,If(0)\nif,6,Note(one)\n"
      "if,7,Else()\nif,8,Note(else)\nif,9,EndIf()\nif,10,Note(end)\n")
STORY(a_branch_that_ran_passes_a_true_elseif_over, "if", 100, "a;end;end=16;",
      "if,1,If(1)\nif,2,Note(a)\nif,3,ElseIf(1)\nif,4,Note(b)\nif,5,EndIf()\nif,6,Note(end)\n")
STORY(stray_words_of_if_go_on, "if", 100, "stray;on;end=16;",
      "if,1,ElseIf(1)\nif,2,Note(stray)\nif,3,EndIf()\nif,4,ExitIf()\nif,5,Note(on)\n")
STORY(
    while_counts_continues_and_leaves, "wh", 100, "body 2;after 2 2;stray;stray2;no end;end=16;",
    "wh,1,Set(I=0)\nwh,2,While($[${I}<3])\nwh,3,Set(I=$[${I}+1])\nwh,4,ExecIf($[${I}=1]?ContinueWhile())\n"
    "wh,5,Note(body ${I})\nwh,6,Set(J=0)\nwh,7,While($[${J}<2])\nwh,8,Set(J=$[${J}+1])\nwh,9,EndWhile()\n"
    "wh,10,ExecIf($[${I}=2]?ExitWhile())\nwh,11,EndWhile()\nwh,12,Note(after ${I} ${J})\nwh,13,EndWhile()\n"
    "wh,14,Note(stray)\nwh,15,ExitWhile()\nwh,16,Note(stray2)\nwh,17,While(0)\nwh,18,Note(no end)\n")
STORY(a_loop_left_by_goto_is_forgotten, "wh", 100, "in;in;out;end=16;",
      "wh,1,Set(I=0)\nwh,2,While($[${I}<2])\nwh,3,Set(I=$[${I}+1])\nwh,4,Note(in)\nwh,5,While(1)\n"
      "wh,6,Goto(8)\nwh,7,EndWhile()\nwh,8,Goto(2)\nwh,9,EndWhile()\nwh,10,Note(out)\n")

/* ---- macros ---- */

STORY(a_macro_sees_its_caller_and_goes_back, "10", 100,
      "a b main 10 2;in main;x;back [] [];end=16;",
      "10,1,NoOp()\n10,2,Macro(sub,a,b)\n10,3,Note(x)\n10,4,Note(back [${MACRO_EXTEN}] [${ARG1}])\n"
      "[macro-sub]\ns,1,Note(${ARG1} ${ARG2} ${MACRO_CONTEXT} ${MACRO_EXTEN} ${MACRO_PRIORITY})\n"
      "s,2,Note(in ${MACRO_CONTEXT})\n")
STORY(macroexit_and_macroif, "10", 100, "m;on;other;end;end=16;",
      "10,1,Macro(m)\n10,2,Note(on)\n10,3,MacroIf(0?m:o)\n10,4,Note(end)\n[macro-m]\ns,1,Note(m)\n"
      "s,2,MacroExit()\ns,3,Note(no)\n[macro-o]\ns,1,Note(other)\n")
STORY(a_macro_that_goes_elsewhere_is_left, "10", 100, "there;end=16;",
      "10,1,Macro(m)\n10,2,Note(no)\n[macro-m]\ns,1,Goto(else,5,1)\n[else]\n5,1,Note(there)\n")
STORY(a_macro_that_is_not_there_ends_the_call, "10", 100, "end=16;",
      "10,1,Macro(nosuch)\n10,2,Note(no)\n")

/* ---- values, names in texts ---- */

STORY(
    mset_sets_several, "10", 100, "1 2 x,y [] 5;end=16;",
    "10,1,MSet(a=1,b=2,c=\"x,y\",d)\n10,2,MSet(__e=5,f=)\n10,3,Note(${a} ${b} ${c} [${f}] ${e})\n")
STORY(
    log_and_dumpchan_go_on, "10", 100, "on;end=16;",
    "10,1,Log(NOTICE,hello)\n10,2,Log(nosuch,hello)\n10,3,Log(ERROR)\n10,4,DumpChan()\n10,5,Note(on)\n")
STORY(
    exec_runs_what_a_text_names, "10", 100, "hi 1;end=16;",
    "10,1,Set(a=1)\n10,2,Set(app=Note)\n10,3,Exec(${app}(hi ${a}))\n10,4,Exec()\n10,5,Exec(Nosuch(x))\n"
    "10,6,Note(no)\n")
STORY(
    tryexec_goes_on_whatever_comes, "10", 100, "a;SUCCESS;NOAPP;FAILED;end=16;",
    "10,1,TryExec(Note(a))\n10,2,Note(${TRYSTATUS})\n10,3,TryExec(Nosuch(a))\n10,4,Note(${TRYSTATUS})\n"
    "10,5,TryExec(Gosub(nosuch,s,1))\n10,6,Note(${TRYSTATUS})\n")

/* ---- time: the scene's is 2023-11-14 22:13:20 UTC, a Tuesday ---- */

STORY(
    gotoiftime_and_execiftime_look_at_the_clock, "10", 100, "a;yes;else;in zone;end=16;",
    "10,1,GotoIfTime(22:00-22:30,tue,*,*,UTC?a:b)\n10,2(b),Note(b)\n10,3(a),Note(a)\n"
    "10,4,ExecIfTime(*,*,*,*?Note(yes))\n10,5,ExecIfTime(1:00-1:01,*,1,jan,UTC?Note(no):Note(else))\n"
    "10,6,ExecIfTime(1:00-2:00,wed,15,nov,Europe/Moscow?Note(in zone))\n10,7,ExecIfTime(*,*,*,*?Note,no)\n"
    "10,8,Note(no)\n")
/* As in Asterisk: GotoIfTime goes by it, ExecIfTime and IFTIME do not. */
STORY(
    testtime_moves_gotoiftime, "10", 100, "a;no;no;end=16;",
    "10,1,Set(TESTTIME()=2010/12/25 15:30:00 UTC)\n10,2,GotoIfTime(15:00-16:00,*,25,dec,UTC?a:b)\n"
    "10,3(b),Note(b)\n10,4(a),Note(a)\n10,5,ExecIfTime(15:00-16:00,*,25,dec,UTC?Note(yes):Note(no))\n"
    "10,6,Note(${IFTIME(15:00-16:00,*,25,dec,UTC?yes:no)})\n")
STORY(
    waituntil_waits_or_says_why_not, "10", 1500, "OK;PAST;FAILURE;end=16;",
    "10,1,WaitUntil($[${EPOCH}+1])\n10,2,Note(${WAITUNTILSTATUS})\n10,3,WaitUntil($[${EPOCH}-5])\n"
    "10,4,Note(${WAITUNTILSTATUS})\n10,5,WaitUntil(abc)\n10,6,Note(${WAITUNTILSTATUS})\n")
STORY(
    waitforcondition_computes_again, "10", 1500, "TRUE;TIMEOUT;FAILURE;end=16;",
    "10,1,Set(A=1)\n10,2,WaitForCondition(#,#[\"#{A}\"=\"1\"],2)\n10,3,Note(${WAITFORCONDITIONSTATUS})\n"
    "10,4,WaitForCondition(#,#[\"#{A}\"=\"2\"],1,0.1)\n10,5,Note(${WAITFORCONDITIONSTATUS})\n"
    "10,6,WaitForCondition(#,0)\n10,7,Note(${WAITFORCONDITIONSTATUS})\n")
STORY(waitforring_lets_time_pass, "10", 900, "", "10,1,WaitForRing(1)\n10,2,Note(on)\n")

/* ---- tones ---- */

STORY(tones_start_and_stop, "10", 3000, "200;tone=busy;on;tone=1004/1000;",
      "10,1,Answer()\n10,2,PlayTones(busy)\n10,3,Wait(1)\n10,4,StopPlayTones()\n10,5,Note(on)\n"
      "10,6,Milliwatt()\n")
STORY(milliwatt_has_options, "10", 3000, "200;tone=1004/10000,0/1000;", "10,1,Milliwatt(m)\n")
STORY(milliwatt_as_it_was, "10", 3000, "200;tone=1000/1000;", "10,1,Milliwatt(o)\n")
STORY(senddtmf_answers_when_asked, "10", 2000, "200;digits=1;sent;end=16;",
      "10,1,SendDTMF(1,,,,a)\n10,2,Note(sent)\n")
STORY(background_in_another_language_keeps_the_own, "10", 3000, "200;de fr SUCCESS;end=16;",
      "10,1,Set(CHANNEL(language)=de)\n10,2,Background(hello,,fr)\n"
      "10,3,Note(${CHANNEL(language)} fr ${BACKGROUNDSTATUS})\n")
STORY(senddtmf_takes_its_time, "10", 2000, "200;digits=1;digits=2;sent;end=16;",
      "10,1,Answer()\n10,2,SendDTMF(1w2,100,200)\n10,3,Note(sent)\n")

/* ---- what others are told ---- */

STORY(sendtext_says_that_a_phone_takes_none, "10", 100, "UNSUPPORTED;end=16;",
      "10,1,SendText(hello)\n10,2,Note(${SENDTEXTSTATUS})\n")
STORY(
    hidden_variables_are_cleared, "10", 100, "1;[] 2;end=16;",
    "10,1,Set(~HASH~h~a~=1)\n10,2,Set(~HASH~g~a~=2)\n10,3,Note(${~HASH~h~a~})\n10,4,ClearHash(h)\n"
    "10,5,Note([${~HASH~h~a~}] ${~HASH~g~a~})\n")
STORY(causes_of_called_channels_are_cleared, "10", 1000, "Test/busy;[];end=17;",
      "10,1,Dial(Test/busy)\n10,2,Note(${HANGUPCAUSE_KEYS():0:9})\n10,3,HangupCauseClear()\n"
      "10,4,Note([${HANGUPCAUSE_KEYS()}])\n")
STORY(wait_waits, "10", 1400, "", "10,1,Wait(1.5)\n10,2,Note(on)\n")
STORY(hangup_ends_with_its_cause, "10", 100, "h;end=17;",
      "10,1,Hangup(17)\n10,2,Note(no)\nh,1,Note(h)\n")
STORY(incomplete_with_n_refuses_an_unanswered_call, "10", 100, "end=28;", "10,1,Incomplete(n)\n")

static void keep_fact(const struct call_fact *f, void *arg)
{
    struct world *w = arg;

    if (f->type == CALL_USER_EVENT || f->type == CALL_NOTE)
        buf_printf(&w->notes, "%.*s[%.*s]", SLICE_ARG(f->name), SLICE_ARG(f->value));
}

/* What begins a sound: it plays after half a second, and no more after the application that ends it. */
static int begins_and_ends(const char *routing)
{
    struct channel *ch = NULL;
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, routing), out);
    CHECK_OK_TO(world_dial(&w, "10", &ch), out);
    loop_fake_advance(w.loop, 500);
    CHECK_TO(media_stream_is_playing(ch->stream), out);
    loop_fake_advance(w.loop, 1000);
    CHECK_TO(!media_stream_is_playing(ch->stream) && !ch->is_hungup, out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

static int sounds_are_stopped(void)
{
    int err = begins_and_ends("[main]\n10,1,Answer()\n10,2,PlayTones(dial)\n10,3,Wait(1)\n"
                              "10,4,StopPlayTones()\n10,5,Wait(9)\n");

    return err ? err
               : begins_and_ends("[main]\n10,1,Answer()\n10,2,StartMusicOnHold()\n10,3,Wait(1)\n"
                                 "10,4,StopMusicOnHold()\n10,5,Wait(9)\n");
}

/* "level text;" of what the applications below say, not of their steps. */
static void keep_line(enum log_level level, const char *line, void *arg)
{
    const char *text = strstr(line, "line "), *end = text ? strstr(text, " call=") : NULL;

    if (strstr(line, "application="))
        return;
    if (end)
        buf_printf(arg, "%d %.*s;", (int)level, (int)(end - text), text);
    else if (strstr(line, "name=\"Test/in"))
        buf_printf(arg, "%d channel;", (int)level);
}

static int lines_go_to_the_log(void)
{
    struct buf lines;
    int err;

    buf_init(&lines, 4096);
    log_set_level(LOG_DEBUG);
    log_set_sink(keep_line, &lines);
    err = world_story("[main]\n10,1,Verbose(3,line three)\n10,2,Verbose(1,line one)\n"
                      "10,3,Verbose(line none)\n10,4,Log(notice,line notice)\n"
                      "10,5,Log(ERROR,line error)\n10,6,DumpChan()\n",
                      "10", 100, "end=16;");
    log_set_sink(NULL, NULL);
    log_set_level(LOG_INFO);
    if (!err && strcmp(buf_z(&lines), "4 line three;3 line one;2 line none;2 line notice;"
                                      "0 line error;2 channel;") != 0)
        err = unit_failed(__FILE__, __LINE__, buf_z(&lines));
    buf_fini(&lines);
    return err;
}

static int events_are_told(void)
{
    struct world w;
    struct call_observer o = {.h = keep_fact, .arg = &w};
    int err;

    CHECK_OK(world_init(&w));
    calls_observe(w.calls, &o);
    CHECK_OK_TO(world_route(&w, "[main]\n10,1,UserEvent(Test,A: b,\"C: d,e\")\n10,2,UserEvent()\n"
                                "10,3,CELGenUserEvent(x,y)\n"),
                out);
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    loop_fake_advance(w.loop, 100);
    CHECK_TO(world_saw(&w, "Test[A: b\nC: d,e\n]user event[x,y]end=16;"), out);
out:
    call_observer_remove(&o);
    world_fini(&w);
    return err;
}

STORY(
    an_exception_goes_to_e, "10", 100, "myreason main 10 1;end=16;",
    "10,1,RaiseException(myreason)\ne,1,Note(${EXCEPTION(reason)} ${EXCEPTION(context)} ${EXCEPTION(exten)} "
    "${EXCEPTION(priority)})\n")

UNIT_TESTS(UNIT_ONCE(causes_of_called_channels_are_cleared), UNIT_ONCE(wait_waits),
           UNIT_ONCE(hangup_ends_with_its_cause), UNIT_ONCE(sounds_are_stopped),
           UNIT_ONCE(lines_go_to_the_log), UNIT_ONCE(milliwatt_has_options),
           UNIT_ONCE(milliwatt_as_it_was), UNIT_ONCE(senddtmf_answers_when_asked),
           UNIT_ONCE(background_in_another_language_keeps_the_own), UNIT(an_exception_goes_to_e),
           UNIT(proceeding_goes_on), UNIT(music_starts_and_stops),
           UNIT(gosubif_chooses_a_subroutine), UNIT(stackpop_forgets_the_way_back),
           UNIT(if_takes_the_first_true_branch), UNIT(a_false_if_goes_to_else_or_end),
           UNIT(a_branch_that_ran_passes_a_true_elseif_over), UNIT(stray_words_of_if_go_on),
           UNIT(while_counts_continues_and_leaves), UNIT(a_loop_left_by_goto_is_forgotten),
           UNIT(a_macro_sees_its_caller_and_goes_back), UNIT(macroexit_and_macroif),
           UNIT(a_macro_that_goes_elsewhere_is_left), UNIT(a_macro_that_is_not_there_ends_the_call),
           UNIT(mset_sets_several), UNIT(log_and_dumpchan_go_on), UNIT(exec_runs_what_a_text_names),
           UNIT(tryexec_goes_on_whatever_comes), UNIT(gotoiftime_and_execiftime_look_at_the_clock),
           UNIT(testtime_moves_gotoiftime), UNIT(waituntil_waits_or_says_why_not),
           UNIT(waitforcondition_computes_again), UNIT(waitforring_lets_time_pass),
           UNIT(tones_start_and_stop), UNIT(senddtmf_takes_its_time),
           UNIT(sendtext_says_that_a_phone_takes_none), UNIT(hidden_variables_are_cleared),
           UNIT(incomplete_with_n_refuses_an_unanswered_call), UNIT(events_are_told))
