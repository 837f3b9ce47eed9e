/* Dial: outcomes, parallel ringing, options, what the caller hears. Seen on Asterisk 22. */
#include "fixture.h"

#define DIAL(args)                                                                                 \
    "[main]\n10,1,Dial(" args ")\n10,2,Note(${DIALSTATUS} ${HANGUPCAUSE})\nh,1,Note(h)\n"

static int how_one_leg_ends_is_the_status(void)
{
    static const struct {
        const char *to, *notes;
    } cases[] = {
        {DIAL("Test/busy"), "BUSY 17;h;end=17;"},
        {DIAL("Test/cong"), "CONGESTION 34;h;end=34;"},
        {DIAL("Test/noans"), "NOANSWER 19;h;end=19;"},
        {DIAL("Test/normal"), "NOANSWER 16;h;end=16;"},
        {DIAL("Test/reject"), "CHANUNAVAIL 21;h;end=34;"},
        {DIAL("Test/none"), "CHANUNAVAIL 20;h;end=34;"},
        {DIAL("Nosuch/x"), "CHANUNAVAIL 66;h;end=34;"},
        {DIAL(""), "CHANUNAVAIL 0;h;end=34;"},
        {DIAL(",5"), "CHANUNAVAIL 0;h;end=34;"},
        {DIAL("junk,5"), "h;end=16;"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK_OK(world_story(cases[i].to, "10", 500, cases[i].notes));
    return 0;
}

static int several_legs_together_give_one_status(void)
{
    static const struct {
        const char *to, *notes;
    } cases[] = {
        {DIAL("Test/busy&Test/cong"), "BUSY 34;h;end=17;"},
        {DIAL("Test/cong&Test/none"), "CONGESTION 34;h;end=34;"},
        {DIAL("Test/busy&&Test/busy"), "BUSY 17;h;end=17;"},
        {DIAL("Test/none&Test/none"), "CHANUNAVAIL 20;h;end=34;"},
        {DIAL("Test/noans&Test/busy"), "NOANSWER 17;h;end=17;"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK_OK(world_story(cases[i].to, "10", 500, cases[i].notes));
    return 0;
}

static int nobody_answers_in_time(void)
{
    return world_story(DIAL("Test/ring,2"), "10", 3000, "180;ring=16;NOANSWER 0;h;end=16;");
}

static int the_called_one_leaves(void)
{
    return world_story(DIAL("Test/short,20"), "10", 5000, "180;200;connect;h;end=16;");
}

static int option_g_goes_on(void)
{
    return world_story(DIAL("Test/short,20,g"), "10", 5000, "180;200;connect;ANSWER 16;h;end=16;");
}

static int the_first_answer_wins(void)
{
    return world_story(DIAL("Test/ring&Test/short&Test/busy,20,g"), "10", 5000,
                       "180;ring=26;200;connect;ANSWER 16;h;end=16;");
}

static int times_and_names_are_set(void)
{
    return world_story("[main]\n10,1,Dial(Test/short,20,g)\n10,2,Note(${RINGTIME_MS} ${RINGTIME} "
                       "[${PROGRESSTIME_MS}] ${ANSWEREDTIME} ${ANSWEREDTIME_MS} ${DIALEDTIME} "
                       "${DIALEDPEERNUMBER} ${DIALEDPEERNAME:0:11})\n",
                       "10", 5000, "180;200;connect;100 0 [] 2 2000 3 short Test/short-;end=16;");
}

static int option_m_plays_music_instead_of_ringing(void)
{
    return world_story(DIAL("Test/ring,1,m(jazz)"), "10", 3000,
                       "183;music;ring=16;NOANSWER 0;h;end=16;");
}

static int option_r_rings_at_once(void)
{
    CHECK_OK(world_story(DIAL("Test/noans,5,r"), "10", 3000, "180;NOANSWER 19;h;end=19;"));
    return world_story(DIAL("Test/noans,5,r(busy)"), "10", 3000,
                       "183;tone=busy;NOANSWER 19;h;end=19;");
}

static int early_media_of_one_leg_is_heard(void)
{
    CHECK_OK(world_story(DIAL("Test/early,0.5"), "10", 900,
                         "183;connect;early=16;NOANSWER 0;h;end=16;"));
    return world_story(DIAL("Test/early&Test/ring,0.5"), "10", 900,
                       "183;180;early=16;ring=16;NOANSWER 0;h;end=16;");
}

static int option_G_parts_the_two(void)
{
    return world_story("[main]\n10,1,Dial(Test/answer,20,G(main^21^5))\n10,2,Note(no)\n"
                       "21,5,Note(caller ${DIALSTATUS})\n21,6,Note(callee)\n",
                       "10", 3000, "180;caller ANSWER;callee;end=16;callee;answer=16;");
}

static int a_dial_group_rings_its_members(void)
{
    return world_story(
        "[main]\n10,1,Set(DIALGROUP(g,add)=Test/busy)\n"
        "10,2,Set(DIALGROUP(g,add)=Test/ring)\n10,3,Set(DIALGROUP(g,add)=Test/busy)\n"
        "10,4,Note(${DIALGROUP(g)})\n10,5,Dial(${DIALGROUP(g)},1)\n"
        "10,6,Set(DIALGROUP(g,del)=Test/ring)\n10,7,Note(${DIALGROUP(g)})\n"
        "10,8,Note(${DIALSTATUS}${DIALGROUP(nosuch)})\n",
        "10", 3000, "Test/busy&Test/ring;180;ring=16;Test/busy;NOANSWER;end=17;");
}

static int at_most_32_legs_ring(void)
{
    struct buf text;
    struct world w;
    int err;

    buf_init(&text, 4000);
    CHECK_OK(world_init(&w));
    buf_addz(&text, "[main]\n10,1,Dial(Test/ring");
    for (int i = 0; i < 40; i++)
        buf_addz(&text, "&Test/ring");
    buf_addz(&text, ",5)\n");
    CHECK_OK_TO(buf_err(&text), out);
    CHECK_OK_TO(world_route(&w, buf_z(&text)), out);
    CHECK_OK_TO(world_dial(&w, "10", NULL), out);
    loop_fake_advance(w.loop, 1000);
    CHECK_TO(calls_active(w.calls) == 33, out);
out:
    buf_fini(&text);
    world_fini(&w);
    return err;
}

/* ---- the caller does something ---- */

static struct channel *leg_of(struct world *w)
{
    LIST_FOREACH(calls_channels(w->calls), k)
    {
        if (channel_of_link(k)->is_outgoing)
            return channel_of_link(k);
    }
    return NULL;
}

static int start(struct world *w, struct channel **ch, const char *routing, uint64_t ms)
{
    CHECK_OK(world_init(w));
    CHECK_OK(world_route(w, routing));
    CHECK_OK(world_dial(w, "10", ch));
    loop_fake_advance(w->loop, ms);
    return 0;
}

static int the_caller_cancels(void)
{
    struct channel *ch = NULL;
    struct world w = {0};
    int err;

    CHECK_OK_TO(start(&w, &ch,
                      "[main]\n10,1,Dial(Test/ring&Test/ring)\n10,2,Note(no)\n"
                      "h,1,Note(h ${DIALSTATUS})\n",
                      500),
                out);
    channel_on_hangup(ch, CAUSE_NORMAL, 0);
    loop_fake_settle(w.loop);
    CHECK_TO(world_saw(&w, "180;ring=16;ring=16;h CANCEL;"), out);
    CHECK_TO(calls_active(w.calls) == 0, out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

static int the_caller_leaves_the_talk(void)
{
    struct channel *ch = NULL;
    struct world w = {0};
    int err;

    CHECK_OK_TO(start(&w, &ch, DIAL("Test/answer,20,g"), 2000), out);
    CHECK_TO(ch->bridge && leg_of(&w)->bridge == ch->bridge, out);
    channel_on_hangup(ch, CAUSE_NORMAL, 0);
    loop_fake_settle(w.loop);
    CHECK_TO(world_saw(&w, "180;200;connect;answer=16;h;"), out);
    CHECK_TO(calls_active(w.calls) == 0, out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

static int hold_plays_music_to_the_other(void)
{
    struct channel *ch = NULL;
    struct world w = {0};
    int err;

    CHECK_OK_TO(start(&w, &ch, DIAL("Test/answer,20"), 2000), out);
    buf_reset(&w.notes);
    channel_on_hold(leg_of(&w), true);
    loop_fake_settle(w.loop);
    CHECK_TO(world_saw(&w, "music;"), out);
    channel_on_hold(leg_of(&w), false);
    loop_fake_settle(w.loop);
    CHECK_TO(!ch->is_on_hold, out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

static int variables_are_inherited_by_the_leg(void)
{
    struct channel *ch = NULL, *leg;
    struct world w = {0};
    int err;

    CHECK_OK_TO(
        start(&w, &ch,
              "[main]\n10,1,Set(A=1)\n10,2,Set(_B=2)\n10,3,Set(__C=3)\n10,4,Dial(Test/ring)\n",
              500),
        out);
    leg = leg_of(&w);
    CHECK_TO(leg && !slice_is_set(channel_var_get(leg, SLICE("A"))), out);
    CHECK_TO(slice_eqz(channel_var_get(leg, SLICE("B")), "2"), out);
    CHECK_TO(slice_eqz(channel_var_get(leg, SLICE("C")), "3"), out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

static int a_shutdown_ends_a_talk(void)
{
    struct channel *ch = NULL;
    struct world w = {0};
    int err;

    CHECK_OK_TO(start(&w, &ch, DIAL("Test/answer,20"), 2000), out);
    calls_shutdown(w.calls, 1000, NULL, NULL);
    loop_fake_advance(w.loop, 10);
    CHECK_TO(calls_active(w.calls) == 0 && task_count(w.loop) == 0, out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

/* As when an engine goes whose calls could not be ended in time: the task of the Dial ends after it. */
static int a_dial_outlives_its_engine_by_a_moment(void)
{
    struct channel *ch = NULL;
    struct world w = {0};
    int err;

    CHECK_OK_TO(start(&w, &ch, DIAL("Test/ring,20"), 500), out);
    w.records = 0;
    w.media = mem_deref(w.media); /* in the engine's order */
    calls_end(w.calls);
    w.calls = mem_deref(w.calls);
    w.core = mem_deref(w.core);
    ch = mem_deref(ch);
    loop_fake_advance(w.loop, 10);
    CHECK_TO(task_count(w.loop) == 0 && w.records == 1, out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

UNIT_TESTS(UNIT_ONCE(how_one_leg_ends_is_the_status),
           UNIT_ONCE(several_legs_together_give_one_status), UNIT_ONCE(nobody_answers_in_time),
           UNIT(the_called_one_leaves), UNIT_ONCE(option_g_goes_on),
           UNIT_ONCE(the_first_answer_wins), UNIT_ONCE(times_and_names_are_set),
           UNIT_ONCE(option_m_plays_music_instead_of_ringing), UNIT_ONCE(option_r_rings_at_once),
           UNIT_ONCE(early_media_of_one_leg_is_heard), UNIT_ONCE(option_G_parts_the_two),
           UNIT_ONCE(a_dial_group_rings_its_members), UNIT_ONCE(at_most_32_legs_ring),
           UNIT(the_caller_cancels), UNIT_ONCE(the_caller_leaves_the_talk),
           UNIT_ONCE(hold_plays_music_to_the_other), UNIT_ONCE(variables_are_inherited_by_the_leg),
           UNIT_ONCE(a_shutdown_ends_a_talk), UNIT_ONCE(a_dial_outlives_its_engine_by_a_moment))
