/* Runs: the course of a call through its routing. Expectations were seen on Asterisk 22. */
#include "fixture.h"

#define STORY(name, exten, ms, notes, routing)                                                     \
    static int name(void)                                                                          \
    {                                                                                              \
        return world_story("[main]\n" routing, exten, ms, notes);                                  \
    }

STORY(steps_run_in_order, "10", 100, "one;two 2;end=16;",
      "10,1,Note(one)\n10,2,Note(two ${PRIORITY})\n")
STORY(a_missing_extension_goes_to_i, "77", 100, "i 77;end=16;", "i,1,Note(i ${INVALID_EXTEN})\n")
STORY(without_i_a_missing_extension_ends_the_call, "77", 100, "h;end=16;", "h,1,Note(h)\n")
STORY(hangup_runs_h_with_its_cause, "10", 100, "h 21 h;end=21;",
      "10,1,Hangup(21)\n10,2,Note(no)\nh,1,Note(h ${HANGUPCAUSE} ${EXTEN})\n")
STORY(an_unknown_application_ends_the_call, "10", 100, "a;h;end=16;",
      "10,1,Note(a)\n10,2,Nosuch(1)\n10,3,Note(b)\nh,1,Note(h)\n")
STORY(an_application_of_later_is_passed_over, "10", 100, "a;b;end=16;",
      "10,1,Note(a)\n10,2,Queue(x)\n10,3,Note(b)\n")
STORY(a_missing_priority_is_looked_for_in_patterns, "28", 100, "in;two;three 28;four;end=16;",
      "28,1,Note(in)\n28,2,Note(two)\n_2.,3,Note(three ${EXTEN})\n_2X,4,Note(four)\n")
STORY(a_loop_with_a_label_counts, "27", 100, "1;2;3;end=16;",
      "27,1,Set(X=1)\n27,2(again),Note(${X})\n27,3,Set(X=$[${X} + 1])\n27,4,GotoIf($[${X} < "
      "4]?again)\n")
STORY(goto_to_nowhere_ends_the_call, "10", 100, "end=16;", "10,1,Goto(nosuch)\n10,2,Note(b)\n")
STORY(goto_moves_between_contexts, "10", 100, "there;end=16;",
      "10,1,Goto(other,20,lab)\n[other]\n20,1,Note(no)\n20,2(lab),Note(there)\n")
STORY(
    gotoif_without_a_place_goes_on, "10", 100, "a;b;c;end=16;",
    "10,1,GotoIf(1?:x)\n10,2,Note(a)\n10,3,GotoIf(0?x)\n10,4,Note(b)\n10,5,GotoIf()\n10,6,Note(c)\n")
STORY(
    execif_chooses, "10", 100, "yes;no;end=16;",
    "10,1,ExecIf(1?Note(yes):Note(no))\n10,2,ExecIf(0?Note(yes):Note(no))\n10,3,ExecIf(0?Note(x))\n")
STORY(execif_with_an_unknown_application_ends_the_call, "10", 100, "end=16;",
      "10,1,ExecIf(1?NoOp,old)\n10,2,Note(a)\n")
STORY(
    execif_nests_eight_deep, "10", 100, "deep;h;end=16;",
    "10,1,ExecIf(1?ExecIf(1?ExecIf(1?ExecIf(1?Note(deep)))))\n10,2,ExecIf(1?ExecIf(1?ExecIf(1?ExecIf(1?"
    "ExecIf(1?ExecIf(1?ExecIf(1?ExecIf(1?ExecIf(1?Note(too deep))))))))))\n10,3,Note(no)\nh,1,Note(h)\n")
STORY(
    gosub_sees_arguments_and_returns, "26", 100, "a b \"c,d\" e\\,f 4 [];back ret a 5  [];end=16;",
    "26,1,Gosub(sub,s,1(a,b,\"c,d\",e\\,f))\n26,2,Note(back ${GOSUB_RETVAL} ${ARG1} [${z}])\n[sub]\n"
    "s,1,Note(${ARG1} ${ARG2} ${ARG3} ${ARG4} ${ARGC} [${ARG5}])\ns,2,Set(LOCAL(z)=5)\n"
    "s,3,Return(ret ${ARG1} ${z})\n")
STORY(gosub_hides_the_arguments_outside, "29", 100, "x1;0;x1;end=16;",
      "29,1,Gosub(a,1(x))\na,1,Note(${ARG1}${ARGC})\na,2,Gosub(b,1)\na,3,Note(${ARG1}${ARGC})\n"
      "a,4,Return()\nb,1,Note(${ARG1}${ARGC})\nb,2,Return()\n")
STORY(gosub_to_nowhere_ends_the_call, "10", 100, "h;end=16;",
      "10,1,Gosub(nosuch,s,1)\n10,2,Note(no)\nh,1,Note(h)\n")
STORY(return_without_gosub_ends_the_call, "10", 100, "end=16;", "10,1,Return()\n10,2,Note(no)\n")
STORY(set_without_a_value_goes_on, "25", 100, "a;[] 1;end=16;",
      "25,1,Set(X)\n25,2,Note(a)\n25,3,Set(X=)\n25,4,Set(_I=1)\n25,5,Note([${X}] ${I}${_I})\n")
STORY(an_unanswered_busy_refuses, "10", 100, "end=17;", "10,1,Busy()\n")
STORY(an_unanswered_congestion_refuses, "10", 100, "end=34;", "10,1,Congestion(5)\n")
STORY(an_answered_busy_plays_its_tone, "10", 6000, "200;tone=busy;end=16;",
      "10,1,Answer()\n10,2,Busy(5)\n")
STORY(playback_answers_and_plays, "10", 1500, "200;SUCCESS;end=16;",
      "10,1,Playback(hello)\n10,2,Note(${PLAYBACKSTATUS})\n")
STORY(playback_of_a_missing_file_goes_on, "10", 500, "200;FAILED;end=16;",
      "10,1,Playback(nosuch)\n10,2,Note(${PLAYBACKSTATUS})\n")
STORY(playback_skips_and_stays_silent, "10", 3000, "SUCCESS;SUCCESS;end=16;",
      "10,1,Playback(hello,skip)\n10,2,Note(${PLAYBACKSTATUS})\n10,3,Playback(hello,noanswer)\n"
      "10,4,Note(${PLAYBACKSTATUS})\n")
STORY(wait_takes_fractions_and_nonsense, "10", 300, "a;b;end=16;",
      "10,1,Wait(0.2)\n10,2,Note(a)\n10,3,Wait(abc)\n10,4,Note(b)\n")
STORY(waitexten_goes_on_or_to_t, "28", 1000, "on;t;end=16;",
      "28,1,WaitExten(0.3)\n28,2,Note(on)\n28,3,WaitExten(0.3)\nt,1,Note(t)\n")
STORY(waitexten_without_t_ends_the_call, "28", 1000, "end=16;", "28,1,WaitExten(0.3)\n")
STORY(music_plays_for_its_time, "10", 3000, "200;music;after;end=16;",
      "10,1,Answer()\n10,2,MusicOnHold(,2)\n10,3,Note(after)\n")
STORY(the_absolute_timeout_goes_to_T, "10", 5000, "200;T;end=16;",
      "10,1,Answer()\n10,2,Set(TIMEOUT(absolute)=2)\n10,3,Wait(100)\nT,1,Note(T)\n")
STORY(the_absolute_timeout_ends_the_call, "10", 5000, "200;h;end=16;",
      "10,1,Answer()\n10,2,Set(TIMEOUT(absolute)=2)\n10,3,Wait(100)\nh,1,Note(h)\n")
STORY(a_routing_in_circles_is_stopped, "10", 5000, "h;end=16;", "10,1,Goto(1)\nh,1,Note(h)\n")
STORY(values_are_not_substituted_again, "10", 100, "${EXTEN} 8;end=16;",
      "10,1,Set(A=$)\n10,2,Set(B=${A}{EXTEN})\n10,3,Note(${B} ${LEN(${B})})\n")
STORY(an_included_context_comes_after_the_own, "101", 100, "included;own;more;end=16;",
      "_X.,2,Note(own)\ninclude more\n[more]\n101,1,Note(included)\n_X.,3,Note(more)\n")

STORY(the_first_step_of_h_knows_how_the_call_ended, "10", 5000, "200;ANSWERED 2;end=16;",
      "10,1,Answer()\n10,2,Wait(2)\n10,3,Hangup()\nh,1,Note(${CDR(disposition)} ${CDR(billsec)})\n")

/* ---- digits ---- */

static void press(struct channel *ch, const char *digits)
{
    for (; *digits; digits++)
        channel_on_dtmf(ch, *digits, 100);
}

/* Call 10, press the digits after press_ms, and compare the notes in the end. */
static int digits_story(const char *routing, uint64_t press_ms, const char *digits, uint64_t ms,
                        const char *notes)
{
    struct channel *ch = NULL;
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, routing), out);
    CHECK_OK_TO(world_dial(&w, "10", &ch), out);
    loop_fake_advance(w.loop, press_ms);
    press(ch, digits);
    loop_fake_advance(w.loop, ms);
    CHECK_TO(world_saw(&w, notes), out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

#define MENU                                                                                       \
    "[main]\n10,1,Background(menu)\n10,2,WaitExten(5)\n5,1,Note(five)\n23,1,Note(twenty-three)\n"  \
    "_4XX,1,Note(pattern ${EXTEN})\ni,1,Note(i ${INVALID_EXTEN})\nt,1,Note(t)\n"

static int a_menu_takes_its_digits(void)
{
    CHECK_OK(digits_story(MENU, 300, "5", 100, "200;five;end=16;"));
    CHECK_OK(digits_story(MENU, 300, "23", 100, "200;twenty-three;end=16;"));
    CHECK_OK(digits_story(MENU, 2000, "456", 100, "200;pattern 456;end=16;"));
    return 0;
}

static int a_menu_knows_wrong_and_late_digits(void)
{
    CHECK_OK(digits_story(MENU, 300, "9", 100, "200;i 9;end=16;"));
    CHECK_OK(digits_story(MENU, 300, "2", 6000, "200;i 2;end=16;"));
    CHECK_OK(digits_story(MENU, 300, "", 8000, "200;t;end=16;"));
    return 0;
}

static int digits_during_wait_are_lost(void)
{
    return digits_story("[main]\n10,1,Answer()\n10,2,Wait(1)\n10,3,Read(X,,2,,1,2)\n"
                        "10,4,Note(${X} ${READSTATUS})\n",
                        500, "5", 4000, "200; TIMEOUT;end=16;");
}

#define READ(args) "[main]\n10,1,Answer()\n10,2,Read(" args ")\n10,3,Note([${X}] ${READSTATUS})\n"

static int read_ends_by_count_hash_and_time(void)
{
    CHECK_OK(digits_story(READ("X,hello,3"), 300, "123", 100, "200;[123] OK;end=16;"));
    CHECK_OK(digits_story(READ("X,hello"), 300, "12#", 100, "200;[12] OK;end=16;"));
    CHECK_OK(digits_story(READ("X,hello,5,,1,2"), 300, "12", 3000, "200;[12] TIMEOUT;end=16;"));
    CHECK_OK(digits_story(READ("X,,5,t(*),1,2"), 300, "1#*", 100, "200;[1#] OK;end=16;"));
    CHECK_OK(digits_story(READ("X,dial,1,i"), 300, "7", 100, "200;tone=dial;[7] OK;end=16;"));
    CHECK_OK(digits_story(READ("X,hello,2,,2,1"), 2500, "42", 100, "200;[42] OK;end=16;"));
    return 0;
}

static int echo_ends_with_hash(void)
{
    return digits_story("[main]\n10,1,Answer()\n10,2,Echo()\n10,3,Note(after)\n", 300, "1#", 100,
                        "200;echo;after;end=16;no echo;");
}

static int a_new_routing_takes_over_at_the_next_step(void)
{
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, "[main]\n10,1,Wait(1)\n10,2,Note(old)\n"), out);
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    loop_fake_advance(w.loop, 500);
    CHECK_OK_TO(world_route(&w, "[main]\n10,1,Note(no)\n10,2,Note(new)\n"), out);
    loop_fake_advance(w.loop, 1000);
    CHECK_TO(world_saw(&w, "new;end=16;"), out);
out:
    world_fini(&w);
    return err;
}

static int a_call_in_circles_lets_others_run(void)
{
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, "[main]\n10,1,Goto(1)\n20,1,Note(other)\n"), out);
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    CHECK_OK_TO(world_dial(&w, "20", NULL), out);
    loop_fake_settle(w.loop);
    CHECK_TO(world_saw(&w, "other;end=16;"), out);
    loop_fake_advance(w.loop, 1000);
out:
    world_fini(&w);
    return err;
}

static int the_caller_leaves_during_playback(void)
{
    struct channel *ch = NULL;
    struct world w;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, "[main]\n10,1,Playback(hello)\n10,2,Note(no)\nh,1,Note(h "
                                "${CHANNEL(state)})\nh,2,Playback(x)\nh,3,Note(no)\n"),
                out);
    CHECK_OK_TO(world_dial(&w, "10", &ch), out);
    loop_fake_advance(w.loop, 500);
    channel_on_hangup(ch, CAUSE_NORMAL, 0);
    loop_fake_advance(w.loop, 2000);
    CHECK_TO(world_saw(&w, "200;h Up;"), out);
    CHECK_TO(ch->is_ended, out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

UNIT_TESTS(UNIT(steps_run_in_order), UNIT_ONCE(a_missing_extension_goes_to_i),
           UNIT_ONCE(without_i_a_missing_extension_ends_the_call),
           UNIT_ONCE(hangup_runs_h_with_its_cause), UNIT_ONCE(an_unknown_application_ends_the_call),
           UNIT_ONCE(an_application_of_later_is_passed_over),
           UNIT_ONCE(a_missing_priority_is_looked_for_in_patterns),
           UNIT_ONCE(a_loop_with_a_label_counts), UNIT_ONCE(goto_to_nowhere_ends_the_call),
           UNIT_ONCE(goto_moves_between_contexts), UNIT_ONCE(gotoif_without_a_place_goes_on),
           UNIT_ONCE(execif_chooses), UNIT_ONCE(execif_with_an_unknown_application_ends_the_call),
           UNIT_ONCE(execif_nests_eight_deep), UNIT(gosub_sees_arguments_and_returns),
           UNIT_ONCE(gosub_hides_the_arguments_outside), UNIT_ONCE(gosub_to_nowhere_ends_the_call),
           UNIT_ONCE(return_without_gosub_ends_the_call), UNIT_ONCE(set_without_a_value_goes_on),
           UNIT_ONCE(an_unanswered_busy_refuses), UNIT_ONCE(an_unanswered_congestion_refuses),
           UNIT_ONCE(an_answered_busy_plays_its_tone), UNIT_ONCE(playback_answers_and_plays),
           UNIT_ONCE(playback_of_a_missing_file_goes_on),
           UNIT_ONCE(playback_skips_and_stays_silent), UNIT_ONCE(wait_takes_fractions_and_nonsense),
           UNIT_ONCE(waitexten_goes_on_or_to_t), UNIT_ONCE(waitexten_without_t_ends_the_call),
           UNIT_ONCE(music_plays_for_its_time), UNIT_ONCE(the_absolute_timeout_goes_to_T),
           UNIT_ONCE(the_absolute_timeout_ends_the_call),
           UNIT_ONCE(a_routing_in_circles_is_stopped), UNIT_ONCE(values_are_not_substituted_again),
           UNIT_ONCE(an_included_context_comes_after_the_own), UNIT_ONCE(a_menu_takes_its_digits),
           UNIT_ONCE(a_menu_knows_wrong_and_late_digits), UNIT_ONCE(digits_during_wait_are_lost),
           UNIT_ONCE(read_ends_by_count_hash_and_time), UNIT_ONCE(echo_ends_with_hash),
           UNIT_ONCE(the_first_step_of_h_knows_how_the_call_ended),
           UNIT_ONCE(a_new_routing_takes_over_at_the_next_step),
           UNIT_ONCE(a_call_in_circles_lets_others_run),
           UNIT_ONCE(the_caller_leaves_during_playback))
