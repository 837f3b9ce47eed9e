/* The language of extensions.conf: callers' extensions, times, special extensions, handlers. The fake
 * clock begins on Tuesday, 14 November 2023, 22:13:20 UTC. */
#include "fixture.h"
#include "plan/app/all.h"
#include "plan/handler.h"

#define STORY(name, exten, ms, notes, routing)                                                     \
    static int name(void)                                                                          \
    {                                                                                              \
        return world_story("[main]\n" routing, exten, ms, notes);                                  \
    }

STORY(callers_have_steps_of_their_own, "10", 100, "for 101;for all;end=16;",
      "10,1,Set(CALLERID(num)=101)\n10,2,Goto(20,1)\n20,1,Note(all)\n20/101,1,Note(for 101)\n"
      "20,2,Note(for all)\n")
STORY(others_take_the_common_steps, "10", 100, "all;end=16;",
      "10,1,Set(CALLERID(num)=102)\n10,2,Goto(20,1)\n20,1,Note(all)\n20/101,1,Note(for 101)\n")
STORY(callers_are_matched_by_patterns, "10", 100, "pattern;end=16;",
      "10,1,Set(CALLERID(num)=155)\n10,2,Goto(20,1)\n20,1,Note(all)\n20/_1XX,1,Note(pattern)\n"
      "20/155x,1,Note(no)\n")
STORY(an_empty_caller_means_no_number, "20", 100, "hidden;end=16;",
      "20,1,Note(all)\n20/,1,Note(hidden)\n20/101,1,Note(101)\n")
STORY(patterns_of_extensions_have_callers_too, "10", 100, "p 101;end=16;",
      "10,1,Set(CALLERID(num)=101)\n10,2,Goto(25,1)\n_2X,1,Note(p all)\n_2X/101,1,Note(p 101)\n")
STORY(
    an_include_holds_in_its_time, "20", 100, "night;end=16;",
    "include day,9:00-18:00,*,*,*,UTC\ninclude night,18:00-9:00,*,*,*,UTC\n[day]\n20,1,Note(day)\n"
    "[night]\n20,1,Note(night)\n")
STORY(what_a_closed_include_includes_is_closed, "20", 100, "deep sure;end=16;",
      "include a,mon,*,*,*\ninclude b\n[a]\ninclude c\n[b]\ninclude d\n[c]\n20,1,Note(closed)\n"
      "[d]\n20,1,Note(deep sure)\n")
STORY(a_context_closed_here_may_be_open_there, "20", 100, "c;end=16;",
      "include c,*,mon,*,*,UTC\ninclude b\n[b]\ninclude c\n[c]\n20,1,Note(c)\n")
STORY(
    time_changes_the_way_of_a_running_call, "20", 7300000, "evening;late;end=16;",
    "20,1,Wait(1)\n20,2,Gosub(x,1)\n20,3,Wait(7200)\n20,4,Gosub(x,1)\n"
    "include e,20:00-23:00,*,*,*,UTC\ninclude l,*,*,*,*,UTC\n[e]\nx,1,Note(evening)\nx,2,Return()\n"
    "[l]\nx,1,Note(late)\nx,2,Return()\n")
STORY(e_hears_why, "20", 100, "INVALID main 77 1;end=16;",
      "20,1,Goto(77,1)\ne,1,Note(${EXCEPTION(reason)} ${EXCEPTION(context)} ${EXCEPTION(exten)} "
      "${EXCEPTION(priority)})\n")
STORY(i_comes_before_e, "20", 100, "i 77;end=16;",
      "20,1,Goto(77,1)\ne,1,Note(e)\ni,1,Note(i ${INVALID_EXTEN})\n")
STORY(nothing_dialled_goes_to_e, "20", 2000, "RESPONSETIMEOUT;end=16;",
      "20,1,WaitExten(1)\ne,1,Note(${EXCEPTION(reason)})\n")
STORY(the_absolute_timeout_goes_to_e, "20", 5000, "ABSOLUTETIMEOUT;end=16;",
      "20,1,Set(TIMEOUT(absolute)=2)\n20,2,Wait(100)\ne,1,Note(${EXCEPTION(reason)})\n")
STORY(without_an_exception_nothing_is_said, "20", 100, "[];end=16;",
      "20,1,Note([${EXCEPTION(reason)}])\n")
STORY(a_place_that_is_not_there_begins_at_s, "77", 100, "s;end=16;", "s,1,Note(s)\ni,1,Note(i)\n")
STORY(or_at_s_of_context_default, "77", 100, "default;end=16;",
      "10,1,Note(no)\n[default]\ns,1,Note(default)\n")
STORY(
    handlers_run_after_h_newest_first, "20", 100, "h;two b;one a;end=16;",
    "20,1,Set(CHANNEL(hangup_handler_push)=one,s,1(a))\n20,2,Set(CHANNEL(hangup_handler_push)=two,"
    "s,1(b))\nh,1,Note(h)\n[one]\ns,1,Note(one ${ARG1})\ns,2,Return()\n[two]\ns,1,Note(two ${ARG1})\n"
    "s,2,Return()\n")
STORY(handlers_are_popped_and_wiped, "20", 100, "three;end=16;",
      "20,1,Set(CHANNEL(hangup_handler_push)=x,1)\n20,2,Set(CHANNEL(hangup_handler_push)=y,1)\n"
      "20,3,Set(CHANNEL(hangup_handler_pop)=)\n20,4,Set(CHANNEL(hangup_handler_wipe)=z,1)\n"
      "x,1,Note(one)\ny,1,Note(two)\nz,1,Note(three)\nz,2,Return()\n")
STORY(a_handler_knows_the_place_and_the_cause, "20", 100, "main x 17;end=17;",
      "20,1,Set(CHANNEL(hangup_handler_push)=x,1)\n20,2,Hangup(17)\nx,1,Note(${CONTEXT} ${EXTEN} "
      "${HANGUPCAUSE})\nx,2,Return()\n")
STORY(places_are_asked_for, "20", 100, "1 0 1 1 0 1 0;end=16;",
      "20,1,Note(${DIALPLAN_EXISTS(main)} ${DIALPLAN_EXISTS(nosuch)} ${DIALPLAN_EXISTS(main,20)} "
      "${DIALPLAN_EXISTS(main,20,lab)} ${DIALPLAN_EXISTS(main,20,nolab)} ${VALID_EXTEN(,20,2)} "
      "${VALID_EXTEN(,21)})\n20,2(lab),NoOp()\n")
STORY(groups_are_written_as_lists, "20", 100, "1, 3, 4, 5;end=16;",
      "20,1,Set(CHANNEL(callgroup)=1,3-5)\n20,2,Note(${CHANNEL(callgroup)})\n")
STORY(a_hint_is_no_step, "20", 100, "PJSIP/20 UNAVAILABLE UNKNOWN;end=16;",
      "20,hint,PJSIP/20\n20,1,Note(${HINT} ${EXTENSION_STATE(20@main)} ${EXTENSION_STATE(21)})\n")

/* Two hundred Gosub frames, the next one ends the call. */
STORY(gosub_is_deep_but_not_endless, "20", 1000, "h 200;end=16;",
      "20,1,Gosub(x,1)\nx,1,Set(N=$[0${N}+1])\nx,2,Gosub(x,1)\nh,1,Note(h ${N})\n")
STORY(
    functions_nest_in_arguments, "20", 100, "5 ab 1;end=16;",
    "20,1,Set(A=ab-cd)\n20,2,Note(${LEN(${CUT(A,-,1)}xyz)} ${IF($[${LEN(ab)}=2]?${CUT(A,-,1)}:no)} "
    "$[${LEN(ab)} = 2])\n")

STORY(
    presence_is_kept_as_it_was_said, "1", 100,
    "[not_set] [];away holiday back;away YmFjaw==;dnd sub msg c3Vi;dnd;[];end=16;",
    "1,1,Note([${PRESENCE_STATE(CustomPresence:b,value)}] [${PRESENCE_STATE(CustomPresence:b,message)}])\n"
    "1,2,Set(PRESENCE_STATE(CustomPresence:b)=away,holiday,back)\n"
    "1,3,Note(${PRESENCE_STATE(CustomPresence:b,value)} ${PRESENCE_STATE(CustomPresence:b,subtype)} "
    "${PRESENCE_STATE(CustomPresence:b,message)})\n"
    "1,4,Note(${PRESENCE_STATE(CustomPresence:b,value)} ${PRESENCE_STATE(CustomPresence:b,message,e)})\n"
    "1,5,Set(PRESENCE_STATE(CustomPresence:b)=dnd,c3Vi,bXNn,e)\n"
    "1,6,Note(${PRESENCE_STATE(CustomPresence:b,value)} ${PRESENCE_STATE(CustomPresence:b,subtype)} "
    "${PRESENCE_STATE(CustomPresence:b,message)} ${PRESENCE_STATE(CustomPresence:b,subtype,e)})\n"
    "1,7,Set(PRESENCE_STATE(CustomPresence:b)=nonsense)\n1,8,Set(PRESENCE_STATE(Test/x)=away)\n"
    "1,9,Note(${PRESENCE_STATE(CustomPresence:b,value)})\n"
    "1,10,Note([${PRESENCE_STATE(Test/x,value)}${PRESENCE_STATE(CustomPresence:b,nonsense)}])\n")
STORY(
    channel_tells_where_it_was, "1", 100, "[] [];[main] [1] 19;main 2 5 acme;SPEECH;end=16;",
    "1,1,Note([${CHANNEL(lastcontext)}] [${CHANNEL(lastexten)}])\n1,2,Set(CHANNEL(max_forwards)=19)\n"
    "1,3,Goto(sub,2,1)\n[sub]\n2,1,Note([${CHANNEL(lastcontext)}] [${CHANNEL(lastexten)}] "
    "${CHANNEL(max_forwards)})\n2,2,Goto(3,1)\n3,1,Set(CHANNEL(max_forwards)=5)\n"
    "3,2,Set(CHANNEL(tenantid)=acme)\n3,3,Set(CHANNEL(max_forwards)=x)\n"
    "3,4,Note(${CHANNEL(lastcontext)} ${CHANNEL(lastexten)} ${CHANNEL(max_forwards)} "
    "${CHANNEL(tenantid)})\n3,5,Note(${CHANNEL(transfercapability)}${CHANNEL(hangupsource)})\n")

static int a_handler_that_pushes_itself_ends(void)
{
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(
        world_route(
            &w,
            "[main]\n1,1,Set(GLOBAL(N)=0)\n1,2,Set(CHANNEL(hangup_handler_push)=again,s,1)\n[again]\n"
            "s,1,Set(CHANNEL(hangup_handler_push)=again,s,1)\n"
            "s,2,Set(GLOBAL(N)=$[${GLOBAL(N)} + 1])\ns,3,Return()\n"),
        out);
    CHECK_OK_TO(world_dial(&w, "1", NULL), out);
    loop_fake_advance(w.loop, 1000);
    CHECK_TO(calls_active(w.calls) == 0, out);
    CHECK_TO(slice_eqz(plan_global_get(w.core, SLICE("N")), "200"), out);
out:
    world_fini(&w);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_handler_that_pushes_itself_ends), UNIT(presence_is_kept_as_it_was_said),
           UNIT(channel_tells_where_it_was), UNIT(callers_have_steps_of_their_own),
           UNIT_ONCE(others_take_the_common_steps), UNIT_ONCE(callers_are_matched_by_patterns),
           UNIT_ONCE(an_empty_caller_means_no_number),
           UNIT_ONCE(patterns_of_extensions_have_callers_too), UNIT(an_include_holds_in_its_time),
           UNIT_ONCE(what_a_closed_include_includes_is_closed),
           UNIT_ONCE(a_context_closed_here_may_be_open_there),
           UNIT_ONCE(time_changes_the_way_of_a_running_call), UNIT(e_hears_why),
           UNIT_ONCE(i_comes_before_e), UNIT_ONCE(nothing_dialled_goes_to_e),
           UNIT_ONCE(the_absolute_timeout_goes_to_e),
           UNIT_ONCE(without_an_exception_nothing_is_said),
           UNIT_ONCE(a_place_that_is_not_there_begins_at_s), UNIT_ONCE(or_at_s_of_context_default),
           UNIT(handlers_run_after_h_newest_first), UNIT_ONCE(handlers_are_popped_and_wiped),
           UNIT_ONCE(a_handler_knows_the_place_and_the_cause), UNIT_ONCE(places_are_asked_for),
           UNIT_ONCE(groups_are_written_as_lists), UNIT_ONCE(a_hint_is_no_step),
           UNIT_ONCE(gosub_is_deep_but_not_endless), UNIT_ONCE(functions_nest_in_arguments))
