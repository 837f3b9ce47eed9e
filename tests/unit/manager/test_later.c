/* Actions whose subject comes later answer as an Asterisk 22 with nothing configured:
 * ConfbridgeKick ConfbridgeList ConfbridgeListRooms ConfbridgeLock ConfbridgeMute
 * ConfbridgeSetSingleVideoSrc ConfbridgeStartRecord ConfbridgeStopRecord ConfbridgeUnlock
 * ConfbridgeUnmute FAXSession FAXSessions FAXStats MixMonitor MixMonitorMute StopMixMonitor QueueAdd
 * QueueChangePriorityCaller QueueLog QueueMemberRingInUse QueuePause QueuePenalty QueueReload QueueRemove
 * QueueReset QueueRule QueueStatus QueueSummary QueueWithdrawCaller Agents AgentLogoff Park ParkedCalls
 * Parkinglots AOCMessage VoicemailBoxSummary VoicemailForward VoicemailMove VoicemailRefresh
 * VoicemailRemove VoicemailUserStatus VoicemailUsersList SorceryMemoryCacheExpire
 * SorceryMemoryCacheExpireObject SorceryMemoryCachePopulate SorceryMemoryCacheStale
 * SorceryMemoryCacheStaleObject */
#include "office.h"
#include "transcript.h"

static int answer_as_asterisk(void)
{
    struct desk_client c = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    err = desk_enter(&c, &d, MANAGER_TCP, "admin", "off");
    if (err)
        goto out;
    CHECK_TO(transcript_replay("tests/golden/manager/later.txt", &c, d.loop) == 0, out);
out:
    desk_leave(&c);
    desk_fini(&d);
    return err;
}

/* What a channel that is there cannot do yet. */
static int refuse_a_channel(void)
{
    static const struct {
        const char *question, *answer;
    } cases[] = {
        {"Action: MixMonitor\nChannel: Test/in-00000000\n\n",
         ERROR("Could not start monitoring channel")},
        {"Action: MixMonitorMute\nChannel: Test/in-00000000\nDirection: both\nState: 1\n\n",
         ERROR("Cannot set mute flag")},
        {"Action: StopMixMonitor\nChannel: Test/in-00000000\n\n",
         ERROR("Could not stop monitoring channel")},
        {"Action: Park\nChannel: Test/in-00000000\n\n", ERROR("Park failure")},
        {"Action: AOCMessage\nChannel: Test/in-00000000\n\n", ERROR("Invalid MsgType")},
        {"Action: AOCMessage\nChannelPrefix: test/\nMsgType: D\n\n",
         ERROR("ChargeType not specified")},
        {"Action: AOCMessage\nChannelPrefix: Test/\nMsgType: d\nChargeType: free\n\n",
         "Response: Success\nMessage: AOC Message successfully queued on channel\n\n"},
        {"Action: SorceryMemoryCacheStale\n\n",
         ERROR("SorceryMemoryCacheStale requires that a cache name be provided.")},
        {"Action: SorceryMemoryCachePopulate\nCache: x\n\n",
         ERROR("The provided cache does not exist")},
        {"Action: SorceryMemoryCacheExpireObject\nCache: x\n\n",
         ERROR("SorceryMemoryCacheExpireObject requires that an object name be provided")},
        {"Action: SorceryMemoryCacheStaleObject\nCache: x\nObject: y\n\n",
         ERROR("The provided cache does not exist")},
        {"Action: Parkinglots\n\n",
         "Response: Success\nEventList: start\nMessage: Parking lots will follow\n\nEvent: "
         "ParkinglotsComplete\nEventList: Complete\nListItems: 0\n\n"},
        {"Action: VoicemailUsersList\n\n",
         "Response: Success\nMessage: There are no voicemail users currently defined.\n\n"},
    };
    struct office o;
    int err = office_init(&o, "[main]\n20,1,Answer()\n20,2,Wait(1000)\n", "admin", "off");

    if (!err)
        err = world_dial(&o.w, "20", NULL);
    if (err)
        goto out;
    loop_fake_advance(o.w.loop, 100);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK_TO(office_says(&o, cases[i].question, 1, cases[i].answer), out);
out:
    office_fini(&o);
    return err;
}

UNIT_TESTS(UNIT_ONCE(answer_as_asterisk), UNIT(refuse_a_channel))
