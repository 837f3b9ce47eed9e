/* Status, CoreShowChannels, CoreShowChannelMap */
#include "office.h"

static const char routing[] = "[main]\n"
                              "20,1,Set(X=1)\n20,2,Dial(Test/answer,30)\n"
                              "30,1,Wait(100)\n"
                              "40,1,Dial(Local/20@main/n)\n";

#define LIST(message) "Response: Success\nEventList: start\nMessage: " message "\n\n"

#define CALLER                                                                                     \
    "Channel: Test/in-00000000\nChannelState: 6\nChannelStateDesc: Up\nCallerIDNum: 555\n"         \
    "CallerIDName: Anna\nConnectedLineNum: 20\nConnectedLineName: <unknown>\nLanguage: ru\n"       \
    "AccountCode: \nContext: main\nExten: 20\nPriority: 2\nUniqueid: 1700000000.0\n"               \
    "Linkedid: 1700000000.0\n"

static int call(struct office *o, const char *exten, struct channel **chp)
{
    int err = world_dial(&o->w, exten, chp);

    if (!err)
        err = party_set(&(*chp)->caller, SLICE("555"), SLICE("Anna"));
    if (!err)
        loop_fake_advance(o->w.loop, 3000);
    return err;
}

static int shows_channels(void)
{
    struct channel *ch = NULL;
    struct office o;
    char text[4000];
    int err = office_init(&o, routing, "admin", "off");

    if (err)
        goto out;
    CHECK_TO(office_says(&o, "Action: CoreShowChannels\n\n", 0,
                         LIST("Channels will follow") "Event: CoreShowChannelsComplete\n"
                                                      "EventList: Complete\nListItems: 0\n\n"),
             out);
    CHECK_TO(office_says(&o, "Action: Status\n\n", 1,
                         LIST("Channel status will follow") "Event: StatusComplete\nEventList: "
                                                            "Complete\nListItems: 0\nItems: 0\n\n"),
             out);
    CHECK_TO(office_says(&o, "Action: Status\nChannel: Test/none\n\n", 1,
                         "Response: Error\nMessage: No such channel\n\n"),
             out);
    CHECK_OK_TO(call(&o, "20", &ch), out);
    snprintf(text, sizeof(text),
             LIST("Channels will follow") "Event: CoreShowChannel\n" CALLER
                                          "Application: Dial\nApplicationData: Test/answer,30\n"
                                          "Duration: 00:00:03\nBridgeId: %s\n\n",
             ch->bridge ? ch->bridge->id : "");
    desk_ask(&o.c, "Action: CoreShowChannels\n\n");
    CHECK_TO(unit_is_rerun() || strncmp(desk_got(&o.c), text, strlen(text)) == 0, out);
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, "Application: AppDial\nApplicationData: (Outgoing "
                                               "Line)\nDuration: 00:00:03\nBridgeId: "),
             out);
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, "ListItems: 2\n\n"), out);
out:
    mem_deref(ch);
    office_fini(&o);
    return err;
}

static int shows_one_with_variables(void)
{
    struct channel *ch = NULL;
    struct office o;
    char text[4000];
    int err = office_init(&o, routing, "admin", "off");

    if (!err)
        err = call(&o, "20", &ch);
    if (err)
        goto out;
    channel_set_absolute_timeout(ch, 60000);
    snprintf(text, sizeof(text),
             "Response: Success\nActionID: s\nEventList: start\nMessage: Channel status will "
             "follow\n\nEvent: Status\nPrivilege: Call\n" CALLER
             "Type: Test\nDNID: \nEffectiveConnectedLineNum: 20\n"
             "EffectiveConnectedLineName: <unknown>\nTimeToHangup: 1700000063\nBridgeID: %s\n"
             "Application: Dial\nData: Test/answer,30\nNativeformats: (slin)\nReadformat: slin\n"
             "Readtrans: \nWriteformat: slin\nWritetrans: \nCallgroup: 0\nPickupgroup: 0\n"
             "Seconds: 3\nVariable: X=1\nVariable: CALLERID(num)=555\nVariable: LEN(a,b)=3\n"
             "ActionID: s\n\nEvent: StatusComplete\nActionID: s\nEventList: Complete\n"
             "ListItems: 1\nItems: 1\n\n",
             ch->bridge ? ch->bridge->id : "");
    CHECK_TO(office_says(&o,
                         "Action: Status\nChannel: Test/in-00000000\nActionID: s\n"
                         "Variables: X,CALLERID(num),LEN(a,b)\n\n",
                         1, text),
             out);
    CHECK_TO(office_tells(&o, "Action: Status\nChannel: 1700000000.0\nAllVariables: true\n\n", 1,
                          "Variable: X=1\n"),
             out);
    CHECK_TO(office_tells(&o, "Action: Status\n\n", 1, "ListItems: 2\nItems: 2\n\n"), out);
out:
    mem_deref(ch);
    office_fini(&o);
    return err;
}

static int refuses_functions_without_system(void)
{
    struct office o;
    int err = office_init(&o, routing, "lowly", "off");

    if (err)
        goto out;
    CHECK_TO(office_says(&o, "Action: Status\nVariables: A,SHELL(ls)\n\n", 1,
                         "Response: Error\nMessage: Status Access Forbidden: Variables\n\n"),
             out);
    CHECK_TO(office_says(&o, "Action: CoreShowChannels\n\n", 1,
                         "Response: Error\nMessage: Permission denied\n\n"),
             out);
out:
    office_fini(&o);
    return err;
}

static int maps_who_is_connected(void)
{
    struct channel *ch = NULL, *single = NULL;
    struct office o;
    int err = office_init(&o, routing, "admin", "off");

    if (!err)
        err = call(&o, "40", &ch);
    if (!err)
        err = call(&o, "30", &single);
    if (err)
        goto out;
    CHECK_TO(office_says(&o, "Action: CoreShowChannelMap\n\n", 0,
                         "Response: Error\nMessage: CoreShowChannelMap requires a channel.\n\n"),
             out);
    CHECK_TO(office_says(&o, "Action: CoreShowChannelMap\nChannel: x\n\n", 0,
                         "Response: Error\nMessage: Could not get channel snapshot\n\n"),
             out);
    desk_ask(&o.c, "Action: CoreShowChannelMap\nChannel: Test/in-00000000\nActionID: m\n\n");
    CHECK_TO(
        unit_is_rerun() ||
            (desk_has(&o.c, "Event: CoreShowChannelMap\nActionID: m\nChannel: Test/in-00000000\n"
                            "ConnectedChannel: Local/20@main-00000001;1\n\n") &&
             desk_has(&o.c, "ConnectedChannel: Local/20@main-00000001;2\n\n") &&
             desk_has(&o.c, "ConnectedChannel: Test/answer-00000002\n\n") &&
             desk_has(&o.c, "ListItems: 3\n\n")),
        out);
    CHECK_TO(office_tells(&o, "Action: CoreShowChannelMap\nChannel: Test/in-00000003\n\n", 0,
                          "ListItems: 0\n\n"),
             out);
out:
    mem_deref(ch);
    mem_deref(single);
    office_fini(&o);
    return err;
}

UNIT_TESTS(UNIT(shows_channels), UNIT(shows_one_with_variables),
           UNIT(refuses_functions_without_system), UNIT(maps_who_is_connected))
