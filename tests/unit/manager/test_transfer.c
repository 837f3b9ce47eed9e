/* Redirect, BlindTransfer, Atxfer, CancelAtxfer, LocalOptimizeAway */
#include "office.h"

static const char routing[] = "[main]\n"
                              "20,1,Dial(Test/answer,30)\n20,2,Note(never)\n"
                              "40,1,Dial(Local/20@main/n)\n"
                              "50,1,Note(fifty ${CALLERID(num)})\n50,2,Wait(1000)\n"
                              "51,1,Note(never)\n51,2(there),Note(there)\n51,3,Wait(1000)\n";

struct talk {
    struct office o;
    struct channel *a, *b; /* who called, who answered */
};

static int begin(struct talk *t, const char *exten)
{
    int err;

    memset(t, 0, sizeof(*t));
    err = office_init(&t->o, routing, "admin", "off");
    if (!err)
        err = world_dial(&t->o.w, exten, &t->a);
    if (err)
        return err;
    loop_fake_advance(t->o.w.loop, 3000);
    t->b = mem_ref(bridge_peer(t->a));
    buf_reset(&t->o.w.notes);
    return t->b ? 0 : ENOMEM;
}

static void end(struct talk *t)
{
    mem_deref(t->a);
    mem_deref(t->b);
    office_fini(&t->o);
}

struct case_of {
    const char *question, *answer;
};

static int all_say(struct talk *t, const struct case_of *cases, size_t count)
{
    int err = 0;

    for (size_t i = 0; i < count; i++)
        CHECK_TO(office_says(&t->o, cases[i].question, 1, cases[i].answer), out);
out:
    return err;
}

static int says_what_is_wrong(void)
{
    static const struct case_of cases[] = {
        {"Action: Redirect\n\n", ERROR("Channel not specified")},
        {"Action: Redirect\nChannel: x\n\n", ERROR("Context not specified")},
        {"Action: Redirect\nChannel: x\nContext: main\n\n", ERROR("Exten not specified")},
        {"Action: Redirect\nChannel: x\nContext: main\nExten: 50\n\n",
         ERROR("Priority not specified")},
        {"Action: Redirect\nChannel: x\nContext: main\nExten: 50\nPriority: y\n\n",
         ERROR("Priority is invalid")},
        {"Action: Redirect\nChannel: x\nContext: main\nExten: 50\nPriority: 1\n\n",
         ERROR("Channel does not exist: x")},
        {"Action: Redirect\nChannel: Test/in-00000000\nContext: main\nExten: 50\nPriority: 1\n"
         "ExtraChannel: x\n\n",
         ERROR("ExtraChannel does not exist: x")},
        {"Action: Redirect\nChannel: Test/in-00000000\nContext: main\nExten: 50\nPriority: 1\n"
         "ExtraChannel: Test/answer-00000001\nExtraContext: main\n\n",
         ERROR("ExtraExten not specified")},
        {"Action: Redirect\nChannel: Test/in-00000000\nContext: main\nExten: 50\nPriority: 1\n"
         "ExtraChannel: Test/answer-00000001\nExtraContext: main\nExtraExten: 5\n"
         "ExtraPriority: x\n\n",
         ERROR("ExtraPriority is invalid")},
        {"Action: Redirect\nChannel: Test/in-00000000\nContext: main\nExten: 99\nPriority: 1\n\n",
         ERROR("Redirect failed")},
        {"Action: BlindTransfer\n\n", ERROR("No channel specified")},
        {"Action: BlindTransfer\nChannel: x\n\n", ERROR("No extension specified")},
        {"Action: BlindTransfer\nChannel: x\nExten: 50\n\n",
         ERROR("Channel specified does not exist")},
        {"Action: BlindTransfer\nChannel: Test/in-00000000\nExten: 99\n\n",
         ERROR("Transfer failed")},
        {"Action: Atxfer\n\n", ERROR("No channel specified")},
        {"Action: Atxfer\nChannel: x\n\n", ERROR("No extension specified")},
        {"Action: Atxfer\nChannel: Test/in-00000000\nExten: 50\n\n",
         ERROR("No attended transfer feature code found")},
        {"Action: CancelAtxfer\nChannel: x\n\n", ERROR("Channel specified does not exist")},
        {"Action: CancelAtxfer\nChannel: Test/in-00000000\n\n",
         SUCCESS("CancelAtxfer successfully queued")},
        {"Action: LocalOptimizeAway\n\n", ERROR("'Channel' not specified.")},
        {"Action: LocalOptimizeAway\nChannel: x\n\n", ERROR("Channel does not exist.")},
        {"Action: LocalOptimizeAway\nChannel: Test/in-00000000\n\n",
         SUCCESS("Queued channel to be optimized away")},
    };
    struct talk t;
    int err = begin(&t, "20");

    if (!err)
        err = all_say(&t, cases, sizeof(cases) / sizeof(cases[0]));
    if (!err)
        CHECK_TO(t.a->bridge && t.a->bridge == t.b->bridge, out);
out:
    end(&t);
    return err;
}

static int redirects_one_and_ends_the_other(void)
{
    struct talk t;
    int err = begin(&t, "20");

    if (err)
        goto out;
    CHECK_TO(office_says(&t.o,
                         "Action: Redirect\nChannel: Test/in-00000000\nContext: main\nExten: 51\n"
                         "Priority: there\n\n",
                         100, SUCCESS("Redirect successful")),
             out);
    CHECK_TO(unit_is_rerun() || world_saw(&t.o.w, "answer=16;there;"), out);
    CHECK_TO(t.b->is_ended && !t.a->is_hungup, out);
out:
    end(&t);
    return err;
}

static int redirects_both(void)
{
    struct talk t;
    int err = begin(&t, "20");

    if (err)
        goto out;
    CHECK_TO(office_says(&t.o,
                         "Action: Redirect\nChannel: Test/in-00000000\nContext: main\nExten: 50\n"
                         "Priority: 1\nExtraChannel: Test/answer-00000001\nExtraContext: main\n"
                         "ExtraExten: 51\nExtraPriority: 2\n\n",
                         100, SUCCESS("Dual Redirect successful")),
             out);
    CHECK_TO(!t.a->is_hungup && !t.b->is_hungup, out);
    CHECK_TO(unit_is_rerun() || (strcmp(t.a->exten, "50") == 0 && strcmp(t.b->exten, "51") == 0),
             out);
    CHECK_TO(unit_is_rerun() ||
                 (strstr(buf_z(&t.o.w.notes), "fifty ;") && strstr(buf_z(&t.o.w.notes), "there;")),
             out);
out:
    end(&t);
    return err;
}

static int transfers_the_other_one(void)
{
    struct talk t;
    int err = begin(&t, "20");

    if (err)
        goto out;
    CHECK_TO(office_says(&t.o, "Action: BlindTransfer\nChannel: Test/in-00000000\nExten: 50\n\n",
                         100, SUCCESS("Transfer succeeded")),
             out);
    CHECK_TO(t.a->is_ended && !t.b->is_hungup, out);
    CHECK_TO(unit_is_rerun() ||
                 (strcmp(t.b->exten, "50") == 0 &&
                  slice_eqz(channel_var_get(t.b, SLICE("BLINDTRANSFER")), "Test/in-00000000")),
             out);
    CHECK_TO(office_says(&t.o,
                         "Action: BlindTransfer\nChannel: Test/answer-00000001\nExten: 50\n\n", 100,
                         ERROR("Transfer invalid")),
             out);
out:
    end(&t);
    return err;
}

/* The caller is transferred by who was called. */
static int transfers_the_caller(void)
{
    struct talk t;
    int err = begin(&t, "20");

    if (err)
        goto out;
    CHECK_TO(office_says(&t.o,
                         "Action: BlindTransfer\nChannel: Test/answer-00000001\nExten: 50\n"
                         "Context: main\n\n",
                         100, SUCCESS("Transfer succeeded")),
             out);
    CHECK_TO(t.b->is_ended && !t.a->is_hungup, out);
    CHECK_TO(unit_is_rerun() || strstr(buf_z(&t.o.w.notes), "fifty ;"), out);
out:
    end(&t);
    return err;
}

/* Two that were originated with an application and joined: one is transferred, the other goes back. */
static int transfers_who_was_joined(void)
{
    static const char make[] =
        "Action: Originate\nChannel: Test/answer\nApplication: Wait\nData: 1000\n\n";
    struct channel *a = NULL, *b = NULL;
    struct office o;
    int err = office_init(&o, routing, "admin", "off");

    if (err)
        goto out;
    desk_ask(&o.c, make);
    loop_fake_advance(o.w.loop, 1500);
    desk_ask(&o.c, make);
    loop_fake_advance(o.w.loop, 1500);
    a = mem_ref(calls_channel_find(o.d.calls, SLICE("Test/answer-00000000")));
    b = mem_ref(calls_channel_find(o.d.calls, SLICE("Test/answer-00000001")));
    CHECK_TO(unit_is_rerun() || (a && b), out);
    CHECK_TO(office_says(&o,
                         "Action: Bridge\nChannel1: Test/answer-00000000\n"
                         "Channel2: Test/answer-00000001\n\n",
                         100, SUCCESS("Channels have been bridged")),
             out);
    CHECK_TO(office_says(&o,
                         "Action: BlindTransfer\nChannel: Test/answer-00000000\nExten: 50\n"
                         "Context: main\n\n",
                         100, SUCCESS("Transfer succeeded")),
             out);
    CHECK_TO(unit_is_rerun() || strstr(buf_z(&o.w.notes), "fifty ;"), out);
    CHECK_TO(unit_is_rerun() || (!b->is_hungup && strcmp(b->exten, "50") == 0), out);
out:
    mem_deref(a);
    mem_deref(b);
    office_fini(&o);
    return err;
}

static int lets_a_local_channel_leave(void)
{
    struct talk t;
    int err = begin(&t, "40");

    if (err)
        goto out;
    CHECK_TO(unit_is_rerun() || strcmp(t.b->tech->name, "Local") == 0, out);
    CHECK_TO(office_says(&t.o, "Action: LocalOptimizeAway\nChannel: Local/20@main-00000001;1\n\n",
                         100, SUCCESS("Queued channel to be optimized away")),
             out);
    CHECK_TO(unit_is_rerun() ||
                 (t.b->is_ended && strcmp(bridge_peer(t.a)->name, "Test/answer-00000002") == 0),
             out);
out:
    end(&t);
    return err;
}

UNIT_TESTS(UNIT(says_what_is_wrong), UNIT(redirects_one_and_ends_the_other), UNIT(redirects_both),
           UNIT(transfers_the_other_one), UNIT(transfers_the_caller),
           UNIT(transfers_who_was_joined), UNIT(lets_a_local_channel_leave))
