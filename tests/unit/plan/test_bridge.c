/* Bridge, BridgeWait: a talk with a channel that is there already */
#include "fixture.h"

/* The one who is there (w), and who joins it. Both stand at main. */
static const char routing[] =
    "[main]\n"
    "w,1,Answer()\nw,2,Note(waits ${X})\nw,3,Wait(100)\nw,4,Note(over)\nh,1,Note(h ${EXTEN})\n"
    "own,1,Answer()\nown,2,Set(X=1)\nown,3,Gosub(sub,s,1)\nown,4,Note(back)\nown,5,Wait(100)\n"
    "10,1,Bridge(${TARGET})\n10,2,Note(${BRIDGERESULT})\n10,3,Wait(100)\n"
    "11,1,Bridge(${TARGET},x)\n11,2,Note(${BRIDGERESULT})\n"
    "12,1,Bridge(${TARGET},F(main^there^1)nS(5))\n12,2,Note(${BRIDGERESULT})\n"
    "13,1,Bridge(${TARGET},S(5))\n13,2,Note(${BRIDGERESULT})\n13,3,Wait(100)\n"
    "14,1,Bridge(${CHANNEL})\n14,2,Note(${BRIDGERESULT})\n14,3,Bridge(Nosuch/1)\n"
    "14,4,Note(${BRIDGERESULT})\n14,5,Bridge()\n14,6,Note(never)\n"
    "20,1,Dial(Test/answer)\n"
    "30,1,BridgeWait(room,participant,S(3)m(jazz))\n30,2,Note(waited)\n"
    "31,1,BridgeWait(,,ne(r)S(2))\n31,2,Note(rang)\n31,3,BridgeWait(,announcer)\n31,4,Note(on)\n"
    "there,1,Note(there)\nthere,2,Wait(100)\n"
    "[sub]\ns,1,Note(in sub)\ns,2,Wait(100)\ns,3,Return()\n";

struct pair {
    struct world w;
    struct channel *one, *two; /* who is there; who joins */
};

/* One dials first and is left alone for a second, then two joins it. */
static int begin(struct pair *p, const char *one, const char *two)
{
    int err;

    memset(p, 0, sizeof(*p));
    err = world_init(&p->w);
    if (!err)
        err = world_route(&p->w, routing);
    if (!err)
        err = world_dial(&p->w, one, &p->one);
    if (err)
        return err;
    loop_fake_advance(p->w.loop, 1500);
    err = plan_global_set(p->w.core, SLICE("TARGET"), slice_of(p->one->name));
    buf_reset(&p->w.notes);
    if (!err)
        err = world_dial(&p->w, two, &p->two);
    loop_fake_advance(p->w.loop, 1000);
    return err;
}

static void end(struct pair *p)
{
    mem_deref(p->one);
    mem_deref(p->two);
    world_fini(&p->w);
}

static bool talk(const struct pair *p)
{
    return p->one->bridge && p->one->bridge == p->two->bridge;
}

static int who_waits_is_joined_and_begins_again(void)
{
    struct pair p;
    int err;

    CHECK_OK_TO(begin(&p, "w", "10"), out);
    CHECK_TO(world_saw(&p.w, "200;connect;"), out);
    CHECK_TO(talk(&p), out);
    channel_on_hangup(p.two, CAUSE_NORMAL, 0);
    loop_fake_advance(p.w.loop, 1000);
    CHECK_TO(world_saw(&p.w, "200;connect;h h;"), out);
    CHECK_TO(!p.one->is_hungup && !p.one->bridge && p.one->priority == 3, out);
    loop_fake_advance(p.w.loop, 100000);
    CHECK_TO(world_saw(&p.w, "200;connect;h h;over;h h;end=16;"), out);
out:
    end(&p);
    return err;
}

static int the_joined_one_leaves_and_the_routing_goes_on(void)
{
    struct pair p;
    int err;

    CHECK_OK_TO(begin(&p, "w", "10"), out);
    buf_reset(&p.w.notes);
    channel_on_hangup(p.one, CAUSE_NORMAL, 0);
    loop_fake_advance(p.w.loop, 1000);
    /* In which order both go on is not promised. */
    CHECK_TO(strstr(buf_z(&p.w.notes), "SUCCESS;") && strstr(buf_z(&p.w.notes), "h h;"), out);
    CHECK_TO(p.one->is_ended && !p.two->is_hungup && p.two->priority == 3, out);
out:
    end(&p);
    return err;
}

static int option_x_ends_it(void)
{
    struct pair p;
    int err;

    CHECK_OK_TO(begin(&p, "w", "11"), out);
    CHECK_TO(talk(&p), out);
    buf_reset(&p.w.notes);
    channel_on_hangup(p.two, CAUSE_NORMAL, 0);
    loop_fake_advance(p.w.loop, 1000);
    CHECK_TO(p.one->is_ended && p.two->is_ended, out);
    CHECK_TO(world_saw(&p.w, "h h;h h;end=16;"), out);
out:
    end(&p);
    return err;
}

static int option_F_says_where_it_goes_and_S_when(void)
{
    struct pair p;
    int err;

    CHECK_OK_TO(begin(&p, "w", "12"), out);
    CHECK_TO(world_saw(&p.w, "connect;"), out); /* n: not answered */
    loop_fake_advance(p.w.loop, 5000);
    CHECK_TO(strstr(buf_z(&p.w.notes), "there;") && strstr(buf_z(&p.w.notes), "SUCCESS;"), out);
    CHECK_TO(!p.one->is_hungup && p.two->is_ended, out);
out:
    end(&p);
    return err;
}

static int the_end_of_the_time_lets_both_go_on(void)
{
    struct pair p;
    int err;

    CHECK_OK_TO(begin(&p, "w", "13"), out);
    CHECK_TO(talk(&p), out);
    loop_fake_advance(p.w.loop, 5000);
    CHECK_TO(!talk(&p) && !p.one->is_hungup && !p.two->is_hungup, out);
    CHECK_TO(p.one->priority == 3 && p.two->priority == 3, out);
out:
    end(&p);
    return err;
}

static int subroutines_of_the_joined_one_are_kept(void)
{
    struct pair p;
    int err;

    CHECK_OK_TO(begin(&p, "own", "13"), out);
    CHECK_TO(talk(&p), out);
    buf_reset(&p.w.notes);
    loop_fake_advance(p.w.loop, 110000);
    CHECK_TO(strstr(buf_z(&p.w.notes), "SUCCESS;"), out);
    CHECK_TO(strstr(buf_z(&p.w.notes), "back;"), out);
out:
    end(&p);
    return err;
}

/* The caller of a Dial: its talk ends, its partner with it. */
static int a_caller_who_talks_is_taken_out(void)
{
    struct pair p;
    int err;

    CHECK_OK_TO(begin(&p, "20", "10"), out);
    CHECK_TO(talk(&p), out);
    CHECK_TO(strstr(buf_z(&p.w.notes), "answer=16;"), out);
out:
    end(&p);
    return err;
}

/* The called one of a Dial has no run of its own: afterwards it is hung up. */
static int a_called_one_is_taken_out(void)
{
    struct pair p = {0};
    struct channel *callee;
    int err;

    CHECK_OK_TO(begin(&p, "20", "there"), out);
    callee = bridge_peer(p.one);
    CHECK_TO(callee, out);
    CHECK_OK_TO(plan_global_set(p.w.core, SLICE("TARGET"), slice_of(callee->name)), out);
    mem_deref(p.two);
    p.two = NULL;
    CHECK_OK_TO(world_dial(&p.w, "10", &p.two), out);
    loop_fake_advance(p.w.loop, 1000);
    CHECK_TO(p.one->is_ended && p.two->bridge && bridge_peer(p.two) == callee, out);
    channel_on_hangup(p.two, CAUSE_NORMAL, 0);
    loop_fake_advance(p.w.loop, 1000);
    CHECK_TO(!bridge_peer(p.two), out);
out:
    end(&p);
    return err;
}

static int the_joined_one_can_be_moved_away(void)
{
    struct pair p;
    int err;

    CHECK_OK_TO(begin(&p, "w", "10"), out);
    CHECK_OK_TO(plan_redirect(p.w.core, p.one, SLICE("main"), SLICE("there"), 1), out);
    loop_fake_advance(p.w.loop, 1000);
    CHECK_TO(strstr(buf_z(&p.w.notes), "there;") && strstr(buf_z(&p.w.notes), "SUCCESS;"), out);
    CHECK_TO(!p.one->is_hungup && !p.two->is_hungup && !p.one->bridge, out);
out:
    end(&p);
    return err;
}

static int a_third_can_take_the_joined_one(void)
{
    struct channel *three = NULL;
    struct pair p;
    int err;

    CHECK_OK_TO(begin(&p, "w", "10"), out);
    CHECK_OK_TO(world_dial(&p.w, "10", &three), out);
    loop_fake_advance(p.w.loop, 1000);
    CHECK_TO(bridge_peer(p.one) == three && !p.two->bridge && !p.two->is_hungup, out);
    channel_on_hangup(three, CAUSE_NORMAL, 0);
    loop_fake_advance(p.w.loop, 1000);
    CHECK_TO(!p.one->is_hungup && p.one->priority == 3, out);
out:
    mem_deref(three);
    end(&p);
    return err;
}

static int who_waits_for_each_other_does_not_wait_for_ever(void)
{
    struct pair p;
    int err;

    CHECK_OK_TO(begin(&p, "w", "there"), out);
    CHECK_OK_TO(channel_var_set(p.one, SLICE("TARGET"), slice_of(p.two->name)), out);
    CHECK_OK_TO(channel_var_set(p.two, SLICE("TARGET"), slice_of(p.one->name)), out);
    CHECK_OK_TO(plan_redirect(p.w.core, p.one, SLICE("main"), SLICE("10"), 1), out);
    CHECK_OK_TO(plan_redirect(p.w.core, p.two, SLICE("main"), SLICE("10"), 1), out);
    loop_fake_advance(p.w.loop, 20000);
    CHECK_TO(!p.one->is_hungup && !p.two->is_hungup, out);
    channel_on_hangup(p.one, CAUSE_NORMAL, 0);
    channel_on_hangup(p.two, CAUSE_NORMAL, 0);
    loop_fake_advance(p.w.loop, 20000);
    CHECK_TO(p.one->is_ended && p.two->is_ended, out);
out:
    end(&p);
    return err;
}

static int what_cannot_be_joined_has_its_word(void)
{
    return world_story(routing, "14", 1000, "LOOP;NONEXISTENT;h h;end=16;");
}

static int bridgewait_waits_with_music_or_ringing(void)
{
    int err = world_story(routing, "30", 5000, "200;music;waited;h h;end=16;");

    return err ? err : world_story(routing, "31", 5000, "183;tone=ring;rang;on;h h;end=16;");
}

/* Whatever is short, and whoever leaves: in the end nobody is left. */
static int no_memory_ends_both_in_order(void)
{
    struct pair p;
    int err;

    CHECK_OK_TO(begin(&p, "w", "10"), out);
    channel_on_hangup(p.two, CAUSE_NORMAL, 0);
    loop_fake_advance(p.w.loop, 200000);
    CHECK_TO(calls_active(p.w.calls) == 0, out);
out:
    end(&p);
    return err;
}

static int a_shutdown_ends_both(void)
{
    struct pair p;
    int err;

    CHECK_OK_TO(begin(&p, "w", "10"), out);
    calls_shutdown(p.w.calls, 1000, NULL, NULL);
    loop_fake_advance(p.w.loop, 10);
    CHECK_TO(calls_active(p.w.calls) == 0 && task_count(p.w.loop) == 0, out);
out:
    end(&p);
    return err;
}

UNIT_TESTS(UNIT_ONCE(who_waits_is_joined_and_begins_again),
           UNIT_ONCE(the_joined_one_leaves_and_the_routing_goes_on), UNIT_ONCE(option_x_ends_it),
           UNIT_ONCE(option_F_says_where_it_goes_and_S_when),
           UNIT_ONCE(the_end_of_the_time_lets_both_go_on),
           UNIT_ONCE(subroutines_of_the_joined_one_are_kept),
           UNIT_ONCE(a_caller_who_talks_is_taken_out), UNIT_ONCE(a_called_one_is_taken_out),
           UNIT_ONCE(the_joined_one_can_be_moved_away), UNIT_ONCE(a_third_can_take_the_joined_one),
           UNIT_ONCE(who_waits_for_each_other_does_not_wait_for_ever),
           UNIT_ONCE(what_cannot_be_joined_has_its_word),
           UNIT_ONCE(bridgewait_waits_with_music_or_ringing), UNIT(no_memory_ends_both_in_order),
           UNIT_ONCE(a_shutdown_ends_both))
