/* Hints: DEVICE_STATE, EXTENSION_STATE, HINT, and who hears of a change. */
#include "fixture.h"
#include "plan/hint.h"

#define STORY(name, exten, ms, notes, routing)                                                     \
    static int name(void)                                                                          \
    {                                                                                              \
        return world_story("[main]\n" routing, exten, ms, notes);                                  \
    }

STORY(custom_states_are_set_and_read, "20", 100, "UNKNOWN;BUSY;BUSY;BUSY;end=16;",
      "20,1,Note(${DEVICE_STATE(Custom:lamp)})\n20,2,Set(DEVICE_STATE(Custom:lamp)=BUSY)\n"
      "20,3,Note(${DEVICE_STATE(Custom:lamp)})\n20,4,Set(DEVICE_STATE(Custom:lamp)=NONSENSE)\n"
      "20,5,Note(${DEVICE_STATE(custom:LAMP)})\n20,6,Set(DEVICE_STATE(Test/x)=BUSY)\n"
      "20,7,Note(${EXTENSION_STATE(30@main)})\n30,hint,Custom:lamp\n")
STORY(a_hint_of_several_is_the_busiest, "20", 100, "NOT_INUSE;INUSE;RINGINUSE;BUSY;end=16;",
      "30,hint,Custom:a&Custom:b\n20,1,Note(${EXTENSION_STATE(30@main)})\n"
      "20,2,Set(DEVICE_STATE(Custom:a)=INUSE)\n20,3,Note(${EXTENSION_STATE(30@main)})\n"
      "20,4,Set(DEVICE_STATE(Custom:b)=RINGING)\n20,5,Note(${EXTENSION_STATE(30@main)})\n"
      "20,6,Set(DEVICE_STATE(Custom:b)=BUSY)\n20,7,Note(${EXTENSION_STATE(30@main)})\n")
STORY(hints_of_patterns_know_the_extension, "20", 100,
      "Custom:135-35 INUSE;Custom:x,CustomPresence:p;Anna;;end=16;",
      "_1XX,hint,Custom:${EXTEN}-${EXTEN:1}\n30,hint,Custom:x,CustomPresence:p(Anna)\n"
      "20,1,Set(DEVICE_STATE(Custom:135-35)=INUSE)\n"
      "20,2,Note(${HINT(135@main)} ${DEVICE_STATE(Custom:135-35)})\n20,3,Note(${HINT(30@main)})\n"
      "20,4,Note(${HINT(30@main,n)})\n20,5,Note(${HINT(99@main)})\n")

struct heard {
    int states[16];
    unsigned count;
};

static void on_hint(struct plan_hint_watch *w, int state, void *arg)
{
    struct heard *h = arg;

    if (h->count < 16)
        h->states[h->count++] = state;
}

static int watchers_hear_devices_and_routings(void)
{
    struct plan_hint_watch w = {0};
    struct heard heard = {0};
    struct world world;
    int err;

    CHECK_OK(world_init(&world));
    CHECK_OK_TO(world_route(&world, "[main]\n30,hint,Custom:a&Test/in\n10,1,Wait(5)\n"), out);
    CHECK_OK_TO(plan_hint_watch_start(&w, world.core, SLICE("main"), SLICE("30"), on_hint, &heard),
                out);
    CHECK_TO(w.state == EXTEN_NOT_INUSE, out);
    CHECK_TO(plan_hint_watchers(world.core, SLICE("main"), SLICE("30")) == 1, out);
    CHECK_OK_TO(device_custom_set(world.calls, SLICE("a"), DEVICE_ONHOLD), out);
    loop_fake_advance(world.loop, 1);
    CHECK_TO(heard.count == 1 && heard.states[0] == EXTEN_ONHOLD, out);
    CHECK_OK_TO(world_route(&world, "[main]\n10,1,Wait(5)\n"), out);
    loop_fake_advance(world.loop, 1);
    CHECK_TO(heard.count == 2 && heard.states[1] == EXTEN_REMOVED, out);
    CHECK_OK_TO(world_route(&world, "[main]\n30,hint,Test/in\n10,1,Wait(5)\n"), out);
    loop_fake_advance(world.loop, 1);
    CHECK_TO(unit_is_rerun() || (heard.count == 3 && heard.states[2] == EXTEN_NOT_INUSE), out);
    CHECK_OK_TO(world_dial(&world, "10", NULL), out);
    loop_fake_advance(world.loop, 1);
    CHECK_TO(unit_is_rerun() || (heard.count == 4 && heard.states[3] == EXTEN_INUSE), out);
    loop_fake_advance(world.loop, 6000);
    CHECK_TO(unit_is_rerun() || (heard.count == 5 && heard.states[4] == EXTEN_NOT_INUSE), out);
out:
    plan_hint_watch_stop(&w);
    plan_hint_watch_stop(&w);
    world_fini(&world);
    return err;
}

static int states_have_names(void)
{
    CHECK(strcmp(plan_exten_state_text(EXTEN_INUSE | EXTEN_RINGING), "InUse&Ringing") == 0);
    CHECK(strcmp(plan_exten_state_text(EXTEN_NO_HINT), "Unknown") == 0);
    CHECK(strcmp(plan_exten_state_name(EXTEN_ONHOLD), "ONHOLD") == 0);
    CHECK(strcmp(plan_exten_state_name(EXTEN_NO_HINT), "UNKNOWN") == 0);
    CHECK(plan_exten_state_of(DEVICE_INVALID) == EXTEN_UNAVAILABLE);
    CHECK(plan_exten_state_of(DEVICE_UNKNOWN) == EXTEN_NOT_INUSE);
    return 0;
}

UNIT_TESTS(UNIT(custom_states_are_set_and_read), UNIT_ONCE(a_hint_of_several_is_the_busiest),
           UNIT_ONCE(hints_of_patterns_know_the_extension),
           UNIT(watchers_hear_devices_and_routings), UNIT(states_have_names))
