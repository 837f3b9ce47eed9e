/* Bridge, BridgeList, BridgeInfo, BridgeKick, BridgeDestroy, BridgeTechnologyList, BridgeTechnologySuspend,
 * BridgeTechnologyUnsuspend */
#include "office.h"

static const char routing[] = "[main]\n"
                              "20,1,Dial(Test/answer,30)\n"
                              "21,1,Dial(Test/answer,30,g)\n21,2,Note(on)\n21,3,Wait(100)\n"
                              "30,1,Answer()\n30,2,Wait(1000)\n"
                              "31,1,Ringing()\n31,2,Wait(1000)\n";

struct pair {
    struct office o;
    struct channel *a, *b;
    char text[2000];
};

static int begin(struct pair *p, const char *one, const char *two)
{
    int err;

    memset(p, 0, sizeof(*p));
    err = office_init(&p->o, routing, "admin", "off");
    if (!err)
        err = world_dial(&p->o.w, one, &p->a);
    if (!err && two)
        err = world_dial(&p->o.w, two, &p->b);
    if (!err)
        loop_fake_advance(p->o.w.loop, 3000);
    return err;
}

static void end(struct pair *p)
{
    mem_deref(p->a);
    mem_deref(p->b);
    office_fini(&p->o);
}

#define BRIDGE                                                                                     \
    "BridgeUniqueid: %s\nBridgeType: basic\nBridgeTechnology: simple_bridge\n"                     \
    "BridgeCreator: <unknown>\nBridgeName: <unknown>\nBridgeNumChannels: 2\n"                      \
    "BridgeVideoSourceMode: none\n\n"

static int lists_bridges(void)
{
    struct pair p;
    int err = begin(&p, "20", NULL);

    if (err)
        goto out;
    CHECK_TO(p.a->bridge || unit_is_rerun(), out);
    if (!p.a->bridge)
        goto out;
    snprintf(p.text, sizeof(p.text),
             "Response: Success\nEventList: start\nMessage: Bridge listing will follow\n\n"
             "Event: BridgeListItem\n" BRIDGE
             "Event: BridgeListComplete\nEventList: Complete\nListItems: 1\n\n",
             p.a->bridge->id);
    CHECK_TO(office_says(&p.o, "Action: BridgeList\n\n", 0, p.text), out);
    CHECK_TO(office_says(&p.o, "Action: BridgeList\nBridgeType: softmix\n\n", 0,
                         "Response: Success\nEventList: start\nMessage: Bridge listing will "
                         "follow\n\nEvent: BridgeListComplete\nEventList: Complete\n"
                         "ListItems: 0\n\n"),
             out);
    CHECK_TO(
        office_says(&p.o, "Action: BridgeInfo\n\n", 0, ERROR("BridgeUniqueid must be provided")),
        out);
    CHECK_TO(office_says(&p.o, "Action: BridgeInfo\nBridgeUniqueid: x\n\n", 0,
                         ERROR("Specified BridgeUniqueid not found")),
             out);
    snprintf(p.text, sizeof(p.text), "Action: BridgeInfo\nActionID: 9\nBridgeUniqueid: %s\n\n",
             p.a->bridge->id);
    desk_ask(&p.o.c, p.text);
    snprintf(p.text, sizeof(p.text),
             "Event: BridgeInfoComplete\nActionID: 9\nEventList: Complete\nListItems: 2\n" BRIDGE,
             p.a->bridge->id);
    CHECK_TO(unit_is_rerun() || (desk_has(&p.o.c, p.text) &&
                                 desk_has(&p.o.c, "Event: BridgeInfoChannel\nActionID: 9\nChannel: "
                                                  "Test/answer-00000001\nChannelState: 6\n")),
             out);
out:
    end(&p);
    return err;
}

static int kicks_a_channel(void)
{
    static const struct {
        const char *question, *answer;
    } cases[] = {
        {"Action: BridgeKick\n\n", ERROR("Channel must be provided")},
        {"Action: BridgeKick\nChannel: x\n\n", ERROR("Channel does not exist")},
        {"Action: BridgeKick\nBridgeUniqueid: x\nChannel: Test/in-00000000\n\n",
         ERROR("Bridge not found")},
        {"Action: BridgeKick\nChannel: Test/in-00000001\n\n", ERROR("Channel is not in a bridge")},
        {"Action: BridgeKick\nChannel: Test/answer-00000002\n\n",
         SUCCESS("Channel has been kicked")},
    };
    struct pair p;
    int err = begin(&p, "21", "30");

    if (err)
        goto out;
    buf_reset(&p.o.w.notes);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK_TO(office_says(&p.o, cases[i].question, 10, cases[i].answer), out);
    CHECK_TO(unit_is_rerun() || world_saw(&p.o.w, "answer=16;on;"), out); /* option g */
    CHECK_TO(!p.a->bridge && !p.a->is_hungup, out);
out:
    end(&p);
    return err;
}

static int destroys_a_bridge(void)
{
    struct pair p;
    int err = begin(&p, "20", NULL);

    if (err || !p.a->bridge)
        goto out;
    snprintf(p.text, sizeof(p.text), "Action: BridgeDestroy\nBridgeUniqueid: %s\n\n",
             p.a->bridge->id);
    CHECK_TO(office_says(&p.o, p.text, 10, SUCCESS("Bridge has been destroyed")), out);
    CHECK_TO(p.a->is_ended, out);
    CHECK_TO(office_says(&p.o, p.text, 10, ERROR("Specified BridgeUniqueid not found")), out);
out:
    end(&p);
    return err;
}

static int joins_two_that_wait(void)
{
    struct pair p;
    int err = begin(&p, "30", "30");

    if (err)
        goto out;
    CHECK_TO(office_says(&p.o, "Action: Bridge\nChannel1: Test/in-00000000\n\n", 10,
                         ERROR("Missing channel parameter in request")),
             out);
    CHECK_TO(office_says(&p.o, "Action: Bridge\nChannel1: x\nChannel2: y\n\n", 10,
                         ERROR("Channel1 does not exist: x")),
             out);
    CHECK_TO(office_says(&p.o, "Action: Bridge\nChannel1: Test/in-00000000\nChannel2: y\n\n", 10,
                         ERROR("Channel2 does not exist: y")),
             out);
    CHECK_TO(office_says(
                 &p.o, "Action: Bridge\nChannel1: Test/in-00000000\nChannel2: Test/in-00000000\n\n",
                 10, ERROR("Unable to add Channel2 to bridge: Test/in-00000000")),
             out);
    CHECK_TO(office_says(&p.o,
                         "Action: Bridge\nChannel1: Test/in-00000000\n"
                         "Channel2: Test/in-00000001\nTone: yes\n\n",
                         100, SUCCESS("Channels have been bridged")),
             out);
    CHECK_TO(p.a->bridge && p.a->bridge == p.b->bridge, out);
    CHECK_TO(office_says(&p.o, "Action: BridgeKick\nChannel: Test/in-00000001\n\n", 100,
                         SUCCESS("Channel has been kicked")),
             out);
    CHECK_TO(!p.a->bridge && !p.a->is_hungup && p.a->priority == 2, out);
    CHECK_TO(!p.b->bridge && !p.b->is_hungup && p.b->priority == 2, out);
out:
    end(&p);
    return err;
}

/* Callees of two talks: their callers are left alone. */
static int joins_two_that_were_called(void)
{
    struct channel *x = NULL, *y = NULL;
    struct pair p;
    int err = begin(&p, "20", "20");

    if (err)
        goto out;
    x = mem_ref(bridge_peer(p.a));
    y = mem_ref(bridge_peer(p.b));
    CHECK_TO(unit_is_rerun() || (x && y), out);
    snprintf(p.text, sizeof(p.text), "Action: Bridge\nChannel1: %s\nChannel2: %s\n\n",
             x ? x->name : "x", y ? y->name : "y");
    CHECK_TO(office_says(&p.o, p.text, 100, SUCCESS("Channels have been bridged")), out);
    CHECK_TO(unit_is_rerun() || (x->bridge && x->bridge == y->bridge), out);
    CHECK_TO(unit_is_rerun() || (p.a->is_ended && p.b->is_ended), out);
out:
    mem_deref(x);
    mem_deref(y);
    end(&p);
    return err;
}

static int shows_technologies(void)
{
    struct pair p;
    int err = begin(&p, "30", NULL);

    if (err)
        goto out;
    CHECK_TO(office_says(&p.o, "Action: BridgeTechnologySuspend\n\n", 0,
                         ERROR("BridgeTechnology must be provided")),
             out);
    CHECK_TO(office_says(&p.o, "Action: BridgeTechnologySuspend\nBridgeTechnology: x\n\n", 0,
                         ERROR("BridgeTechnology not found")),
             out);
    CHECK_TO(office_says(&p.o, "Action: BridgeTechnologySuspend\nBridgeTechnology: softmix\n\n", 0,
                         SUCCESS("Suspended bridge technology")),
             out);
    desk_ask(&p.o.c, "Action: BridgeTechnologyList\nActionID: 7\n\n");
    CHECK_TO(unit_is_rerun() ||
                 (desk_has(&p.o.c,
                           "Response: Success\nActionID: 7\nEventList: start\nMessage: Bridge "
                           "technology listing will follow\n\nEvent: BridgeTechnologyListItem\n"
                           "BridgeTechnology: native_rtp\nBridgeType: Native\nBridgePriority: 90\n"
                           "BridgeSuspended: No\nActionID: 7\n\n") &&
                  desk_has(&p.o.c, "MultiMix\nBridgePriority: 10\nBridgeSuspended: Yes\n") &&
                  desk_has(&p.o.c, "Event: BridgeTechnologyListComplete\nActionID: 7\nEventList: "
                                   "Complete\nListItems: 4\n\n")),
             out);
    CHECK_TO(office_says(&p.o, "Action: BridgeTechnologyUnsuspend\nBridgeTechnology: softmix\n\n",
                         0, SUCCESS("Unsuspended bridge technology")),
             out);
out:
    end(&p);
    return err;
}

UNIT_TESTS(UNIT(lists_bridges), UNIT(kicks_a_channel), UNIT(destroys_a_bridge),
           UNIT(joins_two_that_wait), UNIT(joins_two_that_were_called), UNIT(shows_technologies))
