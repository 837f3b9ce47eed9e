/* Local channels: through the routing and back out, leaving or staying, in circles, without memory. */
#include "call/observe.h"
#include "fixture.h"
#include "plan/originate.h"

static int a_number_is_dialled_through_the_routing(void)
{
    return world_story("[main]\n10,1,Dial(Local/20@main,20,g)\n10,2,Note(${DIALSTATUS})\n"
                       "20,1,Note(${CALLERID(num)} ${EXTEN} ${CHANNEL(name):0:14})\n"
                       "20,2,Dial(Test/short,20)\n20,3,Note(no)\n",
                       "10", 6000,
                       " 20 Local/20@main-;180;200;connect;connect;connect;ANSWER;end=16;");
}

static int with_n_both_halves_stay(void)
{
    return world_story("[main]\n10,1,Dial(Local/20@main/n,20,g)\n10,2,Note(${DIALSTATUS})\n"
                       "20,1,Dial(Test/short,20,g)\n20,2,Note(inner ${DIALSTATUS})\n",
                       "10", 6000, "180;200;connect;connect;inner ANSWER;ANSWER;end=16;");
}

static int how_the_far_end_ends_comes_through(void)
{
    static const struct {
        const char *to, *notes;
    } cases[] = {
        {"Local/busy@to", "BUSY 17;end=17;"},
        {"Local/cong@to", "CONGESTION 34;end=34;"},
        {"Local/noans@to", "NOANSWER 19;end=19;"},
        {"Local/nowhere@none", "CHANUNAVAIL 0;end=34;"},
        {"Local/@to", "CHANUNAVAIL 38;end=34;"},
        {"Local/busy@to&Local/busy@to/n", "BUSY 17;end=17;"},
    };
    char routing[300];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(routing, sizeof(routing),
                 "[main]\n10,1,Dial(%s,5)\n10,2,Note(${DIALSTATUS} ${HANGUPCAUSE})\n"
                 "[to]\nbusy,1,Dial(Test/${EXTEN})\ncong,1,Dial(Test/${EXTEN})\n"
                 "noans,1,Dial(Test/${EXTEN})\n",
                 cases[i].to);
        CHECK_OK(world_story(routing, "10", 500, cases[i].notes));
    }
    return 0;
}

/* As Asterisk 22 answered (extension h of both halves). */
static int how_a_half_ends_is_asterisks(void)
{
    static const struct {
        const char *dial, *notes;
    } cases[] = {
        {"Local/up@to/n,5,S(1)", "200;connect;h 16;end=16;up 16 Up;"},
        {"Local/up@to/n,5,U(sub)", "h 16;end=16;up 16 Up;"},
        {"Local/once@to/n,5", "once 0 Up;h 16;end=16;"},
        {"Local/ring@to/n,1", "180;h 0;end=16;ring 0 Ring;"},
        {"Local/ring@to/n,1,c", "180;h 0;end=16;ring 26 Ring;"},
        {"Local/busy@to/n,1", "busy 17 Busy;h 17;end=17;"},
        {"Local/cong@to/n,1", "cong 34 Busy;h 34;end=34;"},
    };
    char routing[500];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(routing, sizeof(routing),
                 "[main]\n10,1,Dial(%s)\nh,1,Note(h ${HANGUPCAUSE})\n"
                 "[to]\nup,1,Set(__X=up)\nup,2,Answer()\nup,3,Wait(3)\nonce,1,Set(X=once)\n"
                 "once,2,Answer()\nring,1,Set(X=ring)\nring,2,Ringing()\nring,3,Wait(3)\n"
                 "busy,1,Set(X=busy)\nbusy,2,Busy()\ncong,1,Set(X=cong)\ncong,2,Congestion()\n"
                 "h,1,Note(${X} ${HANGUPCAUSE} ${CHANNEL(state)})\n"
                 "[sub]\ns,1,Set(GOSUB_RESULT=CONTINUE)\ns,2,Return()\n",
                 cases[i].dial);
        CHECK_OK(world_story(routing, "10", 4000, cases[i].notes));
    }
    return 0;
}

static int its_formats_and_device_state_are_known(void)
{
    return world_story("[main]\n10,1,Dial(Local/20@main/n,1)\n"
                       "20,1,Note(${CHANNEL(audionativeformat)} ${CHANNEL(audioreadformat)} "
                       "${CHANNEL(videonativeformat)} [${CHANNEL(trace)}])\n"
                       "20,2,Note(${IF($[\"${CHANNEL(callid)}\"=\"${CHANNEL(linkedid)}\"]?same)})\n"
                       "20,3,Note(${DEVICE_STATE(Local/10@main)} ${DEVICE_STATE(Local/20@main)} "
                       "${DEVICE_STATE(Local/20@main/n)} ${DEVICE_STATE(Local/9@main)} "
                       "${DEVICE_STATE(Local/10)})\n"
                       "20,4,ChanIsAvail(Local/10@main&Local/9@main,s)\n"
                       "20,5,Note(${AVAILSTATUS} ${AVAILCAUSECODE})\n",
                       "10", 500,
                       "(slin) slin (nothing) [];same;NOT_INUSE INUSE INUSE INVALID INVALID;1 0;"
                       "end=16;");
}

static int variables_go_through(void)
{
    return world_story("[main]\n10,1,Set(A=1)\n10,2,Set(_B=2)\n10,3,Set(__C=3)\n"
                       "10,4,Dial(Local/20@main)\n"
                       "20,1,Note([${A}][${B}][${C}])\n20,2,Dial(Local/30@main)\n"
                       "30,1,Note([${A}][${B}][${C}])\n",
                       "10", 500, "[][2][3];[][][3];end=16;");
}

static int circles_end(void)
{
    struct world w;
    int err = 0;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, "[main]\n10,1,Dial(Local/10@main/n)\n"
                                "20,1,Dial(Local/20@main&Local/20@main)\n"
                                "30,1,Dial(Test/answer)\n"),
                out);
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    loop_fake_advance(w.loop, 1000);
    CHECK_TO(calls_active(w.calls) == 0 && task_count(w.loop) == 0, out);
    CHECK_TO(calls_peak(w.calls) <= 45, out);
    CHECK_OK_TO(world_dial(&w, "20", NULL), out);
    loop_fake_advance(w.loop, 1000);
    CHECK_TO(calls_active(w.calls) == 0 && task_count(w.loop) == 0, out);
    CHECK_TO(calls_peak(w.calls) <= 2001, out);
    CHECK_OK_TO(world_dial(&w, "30", NULL), out); /* and the station works */
    loop_fake_advance(w.loop, 2000);
    CHECK_TO(calls_active(w.calls) == 2, out);
out:
    world_fini(&w);
    return err;
}

static int originating_a_local_makes_both_sides(void)
{
    struct world w;
    int err = 0;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, "[main]\n20,1,Dial(Test/short,9)\n30,1,Dial(Test/answer,9)\n"),
                out);
    CHECK_OK_TO(plan_originate(NULL, w.core,
                               &(struct plan_originate_args){
                                   .where = "Local/20@main", .context = "main", .exten = "30"}),
                out);
    loop_fake_advance(w.loop, 2900);
    CHECK_TO(calls_active(w.calls) >= 2, out);
    loop_fake_advance(w.loop, 3000);
    CHECK_TO(calls_active(w.calls) == 0 && task_count(w.loop) == 0, out);
out:
    world_fini(&w);
    return err;
}

/* Both halves are born into the call that asks for them: observers see no other one. */
static void note_new(const struct call_fact *f, void *arg)
{
    if (f->type == CALL_NEW)
        buf_printf(arg, "%s;", strcmp(f->channel->linkedid, f->channel->uniqueid) ? "same" : "own");
}

static int both_halves_belong_to_the_call(void)
{
    struct call_observer o = {.h = note_new};
    struct world w;
    struct buf seen;
    int err;

    buf_init(&seen, 1024);
    o.arg = &seen;
    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, "[main]\n10,1,Dial(Local/20@main,5)\n20,1,Wait(1)\n"), out);
    calls_observe(w.calls, &o);
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    loop_fake_advance(w.loop, 3000);
    CHECK_TO(strcmp(buf_z(&seen), "own;same;same;") == 0, out);
out:
    call_observer_remove(&o);
    world_fini(&w);
    buf_fini(&seen);
    return err;
}

UNIT_TESTS(UNIT_ONCE(both_halves_belong_to_the_call), UNIT(a_number_is_dialled_through_the_routing),
           UNIT(with_n_both_halves_stay), UNIT_ONCE(how_the_far_end_ends_comes_through),
           UNIT_ONCE(how_a_half_ends_is_asterisks),
           UNIT_ONCE(its_formats_and_device_state_are_known), UNIT_ONCE(variables_go_through),
           UNIT_ONCE(circles_end), UNIT_ONCE(originating_a_local_makes_both_sides))
