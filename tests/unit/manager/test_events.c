/* Events of calls: their headers, their order, who sees them, what strangers' bytes become */
#include "call/bridge.h"
#include "call/cdr.h"
#include "desk.h"
#include "manager/ev_calls.h"

static void leg_hangup(struct channel *ch, int cause)
{
}

static const struct channel_tech leg_tech = {.name = "Test", .hangup = leg_hangup};

/* One who listens to everything, and a caller: 101 in context office. */
struct scene {
    struct desk d;
    struct desk_client c;
    struct channel *caller, *callee;
};

static int make_leg(struct channel **chp, struct scene *s, const char *name,
                    struct channel *requestor)
{
    struct channel *ch;
    int err = channel_alloc(&ch, s->d.calls,
                            &(struct channel_args){.tech = &leg_tech,
                                                   .resource = name,
                                                   .is_outgoing = requestor != NULL,
                                                   .state = requestor ? CHANNEL_DOWN : CHANNEL_RING,
                                                   .requestor = requestor});

    if (err)
        return err;
    *chp = ch;
    err = channel_set(&ch->context, SLICE("office"));
    if (!err && !requestor)
        err = party_set(&ch->caller, SLICE("101"), SLICE("Ann"));
    if (!err)
        err = channel_set(&ch->exten, requestor ? SLICE("s") : SLICE("200"));
    if (!err)
        channel_show(ch);
    return err;
}

static int scene_init(struct scene *s)
{
    int err;

    memset(s, 0, sizeof(*s));
    err = desk_init(&s->d);
    if (err)
        return err;
    err = desk_enter(&s->c, &s->d, MANAGER_TCP, "admin", "on");
    if (!err) {
        loop_fake_advance(s->d.loop, 10);
        buf_reset(&s->c.got);
        err = make_leg(&s->caller, s, "101", NULL);
    }
    return err;
}

static void drop(struct channel **chp)
{
    if (*chp) {
        channel_hangup(*chp, CAUSE_NORMAL);
        *chp = mem_deref(*chp);
    }
}

static void scene_fini(struct scene *s)
{
    drop(&s->callee);
    drop(&s->caller);
    desk_leave(&s->c);
    desk_fini(&s->d);
}

/* What came since the last look. */
static bool sees(struct scene *s, const char *text)
{
    events_flush(s->d.manager);
    return unit_is_rerun() || desk_has(&s->c, text);
}

static void forget(struct scene *s)
{
    events_flush(s->d.manager);
    buf_reset(&s->c.got);
}

static void tell(struct scene *s, struct call_fact f)
{
    calls_tell(s->d.calls, &f);
}

#define LOOKS(prefix, name, state, word, num, cname, conn, connname, exten, prio, unique)          \
    prefix "Channel: " name "\n" prefix "ChannelState: " state "\n" prefix                         \
           "ChannelStateDesc: " word "\n" prefix "CallerIDNum: " num "\n" prefix                   \
           "CallerIDName: " cname "\n" prefix "ConnectedLineNum: " conn "\n" prefix                \
           "ConnectedLineName: " connname "\n" prefix "Language: ru\n" prefix                      \
           "AccountCode: \n" prefix "Context: office\n" prefix "Exten: " exten "\n" prefix         \
           "Priority: " prio "\n" prefix "Uniqueid: " unique "\n" prefix                           \
           "Linkedid: 1700000000.0\n"
#define CALLER                                                                                     \
    LOOKS("", "Test/101-00000000", "4", "Ring", "101", "Ann", "<unknown>", "<unknown>", "200",     \
          "1", "1700000000.0")
#define CALLEE(p, x)                                                                               \
    LOOKS(p, "Test/102-00000001", "0", "Down", "200", "<unknown>", "101", "Ann", x, "1",           \
          "1700000000.1")

static int a_channel_is_born_and_dials(void)
{
    struct scene s;
    int err = scene_init(&s);

    if (err)
        goto out;
    CHECK_TO(sees(&s, "Event: Newchannel\nPrivilege: call,all\n" CALLER "\n"), out);
    forget(&s);
    tell(&s, (struct call_fact){.type = CALL_STEP,
                                .channel = s.caller,
                                .name = SLICE("Dial"),
                                .value = SLICE("Test/102,30")});
    CHECK_TO(sees(&s, "Event: Newexten\nPrivilege: dialplan,all\n" CALLER
                      "Extension: 200\nApplication: Dial\nAppData: Test/102,30\n\n"),
             out);
    err = make_leg(&s.callee, &s, "102", s.caller);
    if (err)
        goto out;
    CHECK_TO(sees(&s, "Event: Newchannel\nPrivilege: call,all\n" LOOKS(
                          "", "Test/102-00000001", "0", "Down", "<unknown>", "<unknown>",
                          "<unknown>", "<unknown>", "s", "1", "1700000000.1") "\n"),
             out);
    err = channel_set(&s.callee->exten, SLICE("200"));
    if (!err)
        err = channel_show_app(s.callee, "AppDial", "(Outgoing Line)");
    if (err)
        goto out;
    channel_party_changed(s.callee);
    channel_connected_changed(s.callee);
    CHECK_TO(
        sees(&s,
             "Event: Newexten\nPrivilege: dialplan,all\n" CALLEE(
                 "", "200") "Extension: 200\nApplication: AppDial\nAppData: (Outgoing Line)\n\n"
                            "Event: NewCallerid\nPrivilege: call,all\n" CALLEE(
                                "",
                                "200") "CID-CallingPres: 0 (Presentation Allowed, Not Screened)\n\n"
                                       "Event: NewConnectedLine\nPrivilege: call,all\n" CALLEE(
                                           "", "200") "\n"),
        out);
    tell(&s, (struct call_fact){.type = CALL_DIAL_BEGIN,
                                .channel = s.caller,
                                .other = s.callee,
                                .value = SLICE("102")});
    tell(&s, (struct call_fact){.type = CALL_DIAL_STATE,
                                .channel = s.caller,
                                .other = s.callee,
                                .value = SLICE("RINGING")});
    tell(&s,
         (struct call_fact){.type = CALL_DIAL_END, .other = s.callee, .value = SLICE("ANSWER")});
    CHECK_TO(sees(&s, "Event: DialBegin\nPrivilege: call,all\n" CALLER CALLEE(
                          "Dest", "200") "DialString: 102\n\n"
                                         "Event: DialState\nPrivilege: call,all\n" CALLER CALLEE(
                                             "Dest",
                                             "200") "DialStatus: RINGING\n\n"
                                                    "Event: DialEnd\nPrivilege: call,all\n" CALLEE(
                                                        "Dest", "200") "DialStatus: ANSWER\n\n"),
             out);
    forget(&s);
    tell(&s,
         (struct call_fact){.type = CALL_DIAL_END, .other = s.callee, .value = SLICE("NOANSWER")});
    CHECK_TO(!desk_has(&s.c, "DialEnd"), out); /* as Asterisk's Originate */
out:
    scene_fini(&s);
    return err;
}

static int variables_are_escaped(void)
{
    struct scene s;
    int err = scene_init(&s);

    if (err)
        goto out;
    err = channel_var_set(s.caller, SLICE("__X"), SLICE("a\r\nEvent: Fake\\ \"q\" 'p'?"));
    if (!err)
        err = channel_var_set(s.caller, SLICE("_X"), SLICE_NONE);
    if (!err)
        err = plan_global_set(s.d.plan, SLICE("G"), SLICE("a\"b"));
    if (!err)
        err = channel_var_set(s.caller, SLICE("~own"), SLICE("secret"));
    if (!err)
        err = channel_var_keep(s.caller, SLICE("__hops"), SLICE("69"));
    if (err)
        goto out;
    CHECK_TO(sees(&s, "Event: VarSet\nPrivilege: dialplan,all\n" CALLER "Variable: __X\n"
                      "Value: a\\r\\nEvent: Fake\\\\ \\\"q\\\" \\'p\\'\\?\n\n"),
             out);
    CHECK_TO(sees(&s, CALLER "Variable: _X\nValue: \n\n"), out);
    CHECK_TO(sees(&s, "Event: VarSet\nPrivilege: dialplan,all\nChannel: none\nUniqueid: none\n"
                      "Variable: G\nValue: a\\\"b\n\n"),
             out);
    CHECK_TO(!desk_has(&s.c, "secret") && !desk_has(&s.c, "hops"), out);
    err = make_leg(&s.callee, &s, "102", s.caller);
    if (err)
        goto out;
    forget(&s);
    channel_vars_tell(s.callee, SLICE("Y"));
    CHECK_TO(!desk_has(&s.c, "hops"), out);
out:
    scene_fini(&s);
    return err;
}

#define UP                                                                                         \
    LOOKS("", "Test/101-00000000", "6", "Up", "101", "Ann", "<unknown>", "<unknown>", "200", "1",  \
          "1700000000.0")
#define BRIDGE(n)                                                                                  \
    "BridgeType: basic\nBridgeTechnology: simple_bridge\nBridgeCreator: <unknown>\n"               \
    "BridgeName: <unknown>\nBridgeNumChannels: " n "\nBridgeVideoSourceMode: none\n"

static int bridges_and_what_is_heard(void)
{
    struct bridge *b = NULL;
    struct scene s;
    int err = scene_init(&s);

    if (!err)
        err = channel_answer(s.caller);
    if (!err)
        err = bridge_alloc(&b, s.d.calls);
    if (!err)
        err = bridge_join(b, s.caller);
    if (err)
        goto out;
    CHECK_TO(sees(&s, "Event: Newstate\nPrivilege: call,all\n" UP "\n"), out);
    CHECK_TO(sees(&s, "Event: BridgeCreate\nPrivilege: call,all\nBridgeUniqueid: ") &&
                 sees(&s, BRIDGE("0") "\nEvent: BridgeEnter\n") && sees(&s, BRIDGE("1") UP "\n"),
             out);
    forget(&s);
    channel_on_dtmf(s.caller, '5', 160);
    CHECK_TO(sees(&s, "Event: DTMFEnd\nPrivilege: dtmf,all\n" UP
                      "Digit: 5\nDurationMs: 160\nDirection: Received\n\n") &&
                 !desk_has(&s.c, "DTMFBegin"), /* by INFO: it came whole */
             out);
    tell(&s, (struct call_fact){.type = CALL_DTMF,
                                .channel = s.caller,
                                .number = '#',
                                .ms = 80,
                                .value = SLICE("Sent")});
    CHECK_TO(sees(&s, "Event: DTMFBegin\nPrivilege: dtmf,all\n" UP
                      "Digit: #\nDirection: Sent\n\nEvent: DTMFEnd\nPrivilege: dtmf,all\n" UP
                      "Digit: #\nDurationMs: 80\nDirection: Sent\n\n"),
             out);
    channel_on_hold(s.caller, true);
    channel_on_hold(s.caller, false);
    tell(&s, (struct call_fact){
                 .type = CALL_MOH_START, .channel = s.caller, .value = SLICE("default")});
    tell(&s, (struct call_fact){.type = CALL_MOH_STOP, .channel = s.caller});
    CHECK_TO(sees(&s, "Event: Hold\nPrivilege: call,all\n" UP "MusicClass: default\n\n"
                      "Event: Unhold\nPrivilege: call,all\n" UP "\n"
                      "Event: MusicOnHoldStart\nPrivilege: call,all\n" UP "Class: default\n\n"
                      "Event: MusicOnHoldStop\nPrivilege: call,all\n" UP "\n"),
             out);
    forget(&s);
    bridge_leave(s.caller);
    b = mem_deref(b);
    CHECK_TO(sees(&s, "Event: BridgeLeave\nPrivilege: call,all\nBridgeUniqueid: ") &&
                 sees(&s, BRIDGE("0") UP "\nEvent: BridgeDestroy\nPrivilege: call,all\n"),
             out);
out:
    mem_deref(b);
    scene_fini(&s);
    return err;
}

static int the_end_of_a_call(void)
{
    struct scene s;
    int err = scene_init(&s);

    if (err)
        goto out;
    forget(&s);
    tell(&s, (struct call_fact){.type = CALL_HANDLER,
                                .channel = s.caller,
                                .name = SLICE("Push"),
                                .value = SLICE("a,b,1")});
    tell(&s, (struct call_fact){.type = CALL_HANDLER,
                                .channel = s.caller,
                                .name = SLICE("Pop"),
                                .value = SLICE("a,b,1")});
    tell(&s, (struct call_fact){.type = CALL_HANDLER,
                                .channel = s.caller,
                                .name = SLICE("Run"),
                                .value = SLICE("a,b,1")});
    CHECK_TO(sees(&s,
                  "Event: HangupHandlerPush\nPrivilege: dialplan,all\n" CALLER "Handler: a,b,1\n\n"
                  "Event: HangupHandlerPop\nPrivilege: dialplan,all\n" CALLER "Handler: a,b,1\n\n"
                  "Event: HangupHandlerRun\nPrivilege: dialplan,all\n" CALLER "Handler: a,b,1\n\n"),
             out);
    err = channel_set_account(s.caller, SLICE("sales"));
    if (!err)
        err = channel_set_account(s.caller, SLICE(""));
    if (err)
        goto out;
    CHECK_TO(sees(&s, "Event: NewAccountCode\nPrivilege: call,all\n") &&
                 sees(&s, "OldAccountCode: sales\n\n"),
             out);
    forget(&s);
    cdr_set_options(s.d.calls, &(struct cdr_options){.has_unanswered = true});
    channel_end(s.caller, CAUSE_NORMAL, "console");
    tell(&s, (struct call_fact){.type = CALL_RUN_END, .channel = s.caller});
    channel_hangup(s.caller, CAUSE_NORMAL);
    CHECK_TO(sees(&s, "Event: SoftHangupRequest\nPrivilege: call,all\n" CALLER "Cause: 32\n\n"
                      "Event: SoftHangupRequest\nPrivilege: call,all\n" CALLER "Cause: 16\n\n"),
             out);
    CHECK_TO(
        sees(&s, "Event: Cdr\nPrivilege: cdr,all\nAccountCode: \nSource: 101\nDestination: ") &&
            sees(&s, "CallerID: \"Ann\" <101>\nChannel: Test/101-00000000\n"
                     "DestinationChannel: \nLastApplication: \nLastData: \nStartTime: 2023-") &&
            sees(&s, "AnswerTime: \nEndTime: 2023-") &&
            sees(&s, "Duration: 0\nBillableSeconds: 0\nDisposition: NO ANSWER\n"
                     "AMAFlags: DOCUMENTATION\nUniqueID: 1700000000.0\nUserField: \n\n"),
        out);
    CHECK_TO(
        sees(&s, "Event: Hangup\nPrivilege: call,all\n" CALLER "Cause: 0\nCause-txt: Unknown\n\n"),
        out);
    s.caller = mem_deref(s.caller);
    err = make_leg(&s.caller, &s, "101", NULL);
    if (err)
        goto out;
    forget(&s);
    channel_on_hangup(s.caller, CAUSE_BUSY, 0);
    CHECK_TO(sees(&s, "Event: HangupRequest\n") && sees(&s, "Cause: 17\n\n"), out);
    drop(&s.caller);
    CHECK_TO(sees(&s, "Cause: 17\nCause-txt: User busy\n\n"), out);
out:
    scene_fini(&s);
    return err;
}

static int of_the_routing_and_of_programs(void)
{
    struct scene s;
    int err = scene_init(&s);

    if (err)
        goto out;
    forget(&s);
    tell(&s, (struct call_fact){.type = CALL_USER_EVENT,
                                .channel = s.caller,
                                .name = SLICE("Sold"),
                                .value = SLICE("Item: a, b\nEvent : x\rEvent: y\nno colon\n")});
    CHECK_TO(sees(&s, "Event: UserEvent\nPrivilege: user,all\n" CALLER
                      "UserEvent: Sold\nItem: a, b\nEvent: x\\rEvent: y\n\n"),
             out);
    tell(&s,
         (struct call_fact){
             .type = CALL_AGI_BEGIN, .channel = s.caller, .number = 7, .value = SLICE("ANSWER")});
    tell(&s, (struct call_fact){.type = CALL_AGI_END,
                                .channel = s.caller,
                                .number = 7,
                                .ms = 520,
                                .value = SLICE("ANSWER")});
    CHECK_TO(sees(&s, "Event: AGIExecStart\nPrivilege: agi,all\n" CALLER
                      "CommandId: 7\nCommand: ANSWER\n\n"
                      "Event: AGIExecEnd\nPrivilege: agi,all\n" CALLER
                      "CommandId: 7\nCommand: ANSWER\nResultCode: 520\nResult: Usage\n\n"),
             out);
    tell(&s, (struct call_fact){
                 .type = CALL_RENAMED, .channel = s.caller, .name = SLICE("Test/101-0")});
    CHECK_TO(sees(&s, "Event: Rename\nPrivilege: call,all\nChannel: Test/101-0\n"
                      "Newname: Test/101-00000000\nUniqueid: 1700000000.0\n\n"),
             out);
    err = make_leg(&s.callee, &s, "102", s.caller);
    if (err)
        goto out;
    forget(&s);
    tell(&s, (struct call_fact){
                 .type = CALL_LOCAL, .channel = s.callee, .other = s.caller, .number = 1});
    tell(&s,
         (struct call_fact){.type = CALL_LOCAL_OPTIMIZE, .channel = s.callee, .other = s.caller});
    CHECK_TO(
        sees(&s, "Event: LocalBridge\nPrivilege: call,all\nLocalOneChannel: Test/102-") &&
            sees(&s, "LocalTwoLinkedid: 1700000000.0\nContext: office\nExten: 200\n"
                     "LocalOptimization: No\n\n"
                     "Event: LocalOptimizationBegin\nPrivilege: call,all\nLocalOneChannel: ") &&
            sees(&s,
                 "Id: 0\n\nEvent: LocalOptimizationEnd\nPrivilege: call,all\nLocalOneChannel: ") &&
            sees(&s, "Success: Yes\nId: 0\n\n"),
        out);
out:
    scene_fini(&s);
    return err;
}

/* Who sees class call alone gets these, and nothing is built that nobody sees. */
static int classes_count(void)
{
    struct scene s;
    int err = scene_init(&s);

    if (err)
        goto out;
    desk_ask(&s.c, "Action: Events\nEventMask: call\n\n");
    err = channel_var_set(s.caller, SLICE("X"), SLICE("1"));
    if (!err)
        err = channel_answer(s.caller);
    if (err)
        goto out;
    CHECK_TO(sees(&s, "Event: Newstate\n") && !desk_has(&s.c, "VarSet"), out);
    desk_ask(&s.c, "Action: Events\nEventMask: off\n\n");
    drop(&s.caller);
    CHECK_TO(s.d.manager->batch == NULL, out);
out:
    scene_fini(&s);
    return err;
}

/* Another configuration: setting manager_cel. */
static int switch_cel(struct scene *s, bool is_on)
{
    struct model_snapshot *snap = NULL;
    int err =
        db_run(desk_db,
               is_on ? "INSERT OR REPLACE INTO settings (name, value) VALUES ('manager_cel', 'yes')"
                     : "DELETE FROM settings WHERE name = 'manager_cel'");

    if (!err)
        err = model_snapshot_load(&snap, desk_db);
    if (!err)
        manager_set_snapshot(s->d.manager, snap);
    mem_deref(snap);
    return err;
}

static int cel_when_asked_for(void)
{
    struct scene s;
    int err = scene_init(&s);

    if (err)
        goto out;
    CHECK_TO(sees(&s, "Newchannel") && !desk_has(&s.c, "CEL"), out);
    drop(&s.caller);
    err = switch_cel(&s, true);
    if (!err)
        err = make_leg(&s.caller, &s, "101", NULL);
    if (!err)
        err = make_leg(&s.callee, &s, "102", s.caller);
    if (err)
        goto out;
    CHECK_TO(sees(&s, "Event: CEL\nPrivilege: call,all\nEventName: CHAN_START\nAccountCode: \n"
                      "CallerIDnum: 101\nCallerIDname: Ann\nCallerIDani: \nCallerIDrdnis: \n"
                      "CallerIDdnid: \nExten: 200\nContext: office\nChannel: Test/101-00000001\n"
                      "Application: \nAppData: \nEventTime: 2023-"),
             out);
    CHECK_TO(sees(&s, "AMAFlags: DOCUMENTATION\nUniqueID: 1700000000.1\nLinkedID: 1700000000.1\n"
                      "Userfield: \nPeer: \nPeerAccount: \nExtra: \n\n") &&
                 sees(&s, "EventName: CHAN_START\nAccountCode: \nCallerIDnum: \nCallerIDname: \n"),
             out);
    tell(&s, (struct call_fact){.type = CALL_NOTE,
                                .channel = s.caller,
                                .name = SLICE("user event"),
                                .value = SLICE("mine,a\"b\\\n")});
    CHECK_TO(sees(&s, "EventName: mine\n") &&
                 sees(&s, "Extra: {\"extra\":\"a\\\"b\\\\\\u000a\"}\n"),
             out);
    forget(&s);
    drop(&s.callee);
    CHECK_TO(
        sees(&s, "EventName: HANGUP\n") && sees(&s, "EventName: CHAN_END\n") &&
            sees(&s, "Extra: {\"hangupcause\":16,\"hangupsource\":\"\",\"dialstatus\":\"\"}\n") &&
            !desk_has(&s.c, "LINKEDID_END"),
        out);
    drop(&s.caller);
    CHECK_TO(sees(&s, "EventName: LINKEDID_END\n"), out);
    CHECK_TO(s.d.manager->cel_calls.count == 0, out);
    CHECK_OK_TO(make_leg(&s.caller, &s, "101", NULL), out);
    CHECK_TO(unit_is_rerun() || s.d.manager->cel_calls.count == 1, out);
    CHECK_OK_TO(switch_cel(&s, false), out);
    drop(&s.caller);
    CHECK_TO(s.d.manager->cel_calls.count == 0, out); /* of nobody's interest any more */
out:
    if (s.d.manager)
        (void)switch_cel(&s, false);
    scene_fini(&s);
    return err;
}

UNIT_TESTS(UNIT(a_channel_is_born_and_dials), UNIT(variables_are_escaped),
           UNIT(bridges_and_what_is_heard), UNIT(the_end_of_a_call),
           UNIT(of_the_routing_and_of_programs), UNIT(classes_count), UNIT(cel_when_asked_for))
