/* Originate, OriginateResponse */
#include "office.h"

static const char routing[] =
    "[main]\n"
    "20,1,Answer()\n20,2(again),Note(${EXTEN} ${X} ${CALLERID(name)})\n20,3,Wait(100)\n"
    "h,1,Note(h)\n";

#define QUEUED "Response: Success\nMessage: Originate successfully queued\n\n"

static int says_what_is_wrong(void)
{
    static const struct {
        const char *rest, *answer;
    } cases[] = {
        {"Context: main\nExten: 20\nPriority: 1\n", ERROR("Channel not specified")},
        {"Channel: FOO/1\nContext: main\nExten: 20\nPriority: 1\n", ERROR("Originate failed")},
        {"Channel: Test/none\nContext: main\nExten: 20\nPriority: 1\n", ERROR("Originate failed")},
        {"Channel: Test\nApplication: Wait\n", ERROR("Invalid channel")},
        {"Channel: Test/answer\nContext: main\nExten: 999\nPriority: 1\n",
         ERROR("Extension does not exist.")},
        {"Channel: Test/answer\nContext: main\nExten: 20\n",
         ERROR("Originate with 'Exten' requires 'Context' and 'Priority'")},
        {"Channel: Test/answer\nContext: main\nExten: 20\nPriority: x\n",
         ERROR("Invalid priority")},
        {"Channel: Test/answer\nApplication: Wait\nTimeout: x\n", ERROR("Invalid timeout")},
        {"Channel: Test/busy\nApplication: Wait\nActionID: 5\n",
         "Response: Error\nActionID: 5\nMessage: Originate failed\n\n"},
    };
    char text[300];
    struct office o;
    int err = office_init(&o, routing, "admin", "off");

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]) && !err; i++) {
        snprintf(text, sizeof(text), "Action: Originate\n%s\n", cases[i].rest);
        CHECK_TO(office_says(&o, text, 200, cases[i].answer), out);
    }
out:
    office_fini(&o);
    return err;
}

static int calls_and_goes_to_an_extension(void)
{
    struct office o;
    int err = office_init(&o, routing, "admin", "off");

    if (err)
        goto out;
    desk_ask(&o.c, "Action: Originate\nChannel: Test/answer\nContext: main\nExten: 20\n"
                   "Priority: again\nVariable: X=${EPOCH},Y=2\nVariable: CALLERID(name)=Boris\n"
                   "CallerID: \"Golden\" <100>\nAccount: acc\n\n");
    loop_fake_advance(o.w.loop, 500);
    CHECK_TO(!desk_has(&o.c, "Response"), out); /* it rings */
    loop_fake_advance(o.w.loop, 1000);
    CHECK_TO(unit_is_rerun() || strcmp(desk_got(&o.c), QUEUED) == 0, out);
    CHECK_TO(world_saw(&o.w, "20 ${EPOCH} Boris;") || unit_is_rerun(), out);
    CHECK_TO(office_tells(&o, "Action: Status\nChannel: 1700000000.0\nVariables: Y\n\n", 1,
                          "AccountCode: acc\n"),
             out);
    CHECK_TO(unit_is_rerun() || (desk_has(&o.c, "Variable: Y=2\n") &&
                                 desk_has(&o.c, "CallerIDNum: 100\nCallerIDName: Boris\n"
                                                "ConnectedLineNum: 100\n")),
             out);
out:
    office_fini(&o);
    return err;
}

static int tells_how_an_async_one_ended(void)
{
    struct office o;
    int err = office_init(&o, routing, "admin", "call");

    if (err)
        goto out;
    CHECK_TO(office_tells(&o,
                          "Action: Originate\nChannel: Test/answer\nContext: main\nExten: 20\n"
                          "Priority: 1\nCallerID: \"Golden\" <100>\nActionID: orig-1\n"
                          "Async: true\n\n",
                          0,
                          "Response: Success\nActionID: orig-1\nMessage: Originate successfully "
                          "queued\n\n"),
             out);
    loop_fake_advance(o.w.loop, 1500);
    CHECK_TO(unit_is_rerun() ||
                 desk_has(&o.c, "Event: OriginateResponse\nPrivilege: call,all\nActionID: orig-1\n"
                                "Response: Success\nChannel: Test/answer-00000000\nContext: main\n"
                                "Exten: 20\nReason: 4\nUniqueid: 1700000000.0\nCallerIDNum: 100\n"
                                "CallerIDName: Golden\n\n"),
             out);
    CHECK_TO(office_tells(&o,
                          "Action: Originate\nChannel: Test/ring\nApplication: Wait\nData: 1\n"
                          "Timeout: 2000\nAsync: yes\n\n",
                          2500,
                          "Event: OriginateResponse\nPrivilege: call,all\nResponse: Failure\n"
                          "Channel: Test/ring\nApplication: Wait\nData: 1\nReason: 3\n"
                          "Uniqueid: <unknown>\nCallerIDNum: <unknown>\n"
                          "CallerIDName: <unknown>\n\n"),
             out);
    CHECK_TO(office_tells(&o, "Action: Originate\nChannel: Test/answer\nAsync: yes\n\n", 50,
                          "Response: Failure\nChannel: Test/answer\nContext: \nExten: \n"
                          "Reason: 0\nUniqueid: <unknown>\n"),
             out);
out:
    office_fini(&o);
    return err;
}

/* CVE-2024-42365 and its like: what runs programs or writes files is for class system alone. */
static int refuses_without_system(void)
{
    static const char *const refused[] = {
        "Application: System\nData: ls\n",
        "Application: agi\nData: x\n",
        "Application: SET\nData: FILE(/tmp/x,,,al)=1\n",
        "Application: Set\nData: X=${SHELL(ls)}\n",
        "Application: NoOp\nData: ${db (a/b)}\n",
        "Application: MixMonitor\nData: a\n",
        "Application: Exec\nData: NoOp()\n",
        "Application: ExecIf\nData: 1?NoOp()\n",
        "Application: TryExec\nData: NoOp()\n",
        "Application: Originate\nData: Local/1,app,System,ls\n",
        "Application: Wait\nVariable: FILE(/tmp/x)=1\n",
        "Application: Wait\nVariable: A=1,EXPORT(a,FILE(/tmp/x))=1\n",
        "Application: Wait\nPreDialGoSub: main,20,1(${SHELL(ls)})\n",
    };
    char text[300];
    struct office o;
    int err = office_init(&o, routing, "dialler", "off");

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]) && !err; i++) {
        snprintf(text, sizeof(text), "Action: Originate\nChannel: Test/answer\n%s\n", refused[i]);
        CHECK_TO(
            office_says(&o, text, 1, ERROR("Originate Access Forbidden: app or data blacklisted")),
            out);
    }
    if (!err)
        CHECK_TO(office_says(&o,
                             "Action: Originate\nChannel: Test/answer\nApplication: Set\n"
                             "Data: X=1\nVariable: A=FILE(/tmp/x)\n\n",
                             2000, QUEUED),
                 out);
out:
    office_fini(&o);
    return err;
}

/* The client, then the Manager go before the answer. */
static int survives_who_goes(void)
{
    struct office o;
    int err = office_init(&o, routing, "admin", "off");

    if (err)
        goto out;
    desk_ask(&o.c, "Action: Originate\nChannel: Test/answer\nApplication: Wait\nData: 5\n\n");
    loop_fake_advance(o.w.loop, 10);
    manager_session_end(o.c.session);
    o.c.is_closed = true;
    loop_fake_advance(o.w.loop, 2000);
    desk_leave(&o.c);
    err = desk_enter(&o.c, &o.d, MANAGER_TCP, "admin", "off");
    if (err)
        goto out;
    desk_ask(&o.c, "Action: Originate\nChannel: Test/answer\nApplication: Wait\nAsync: 1\n\n"
                   "Action: Originate\nChannel: Test/answer\nApplication: Wait\n\n");
    desk_leave(&o.c);
    o.d.manager = mem_deref(o.d.manager);
    loop_fake_advance(o.w.loop, 2000);
out:
    office_fini(&o);
    return err;
}

UNIT_TESTS(UNIT(says_what_is_wrong), UNIT(calls_and_goes_to_an_extension),
           UNIT(tells_how_an_async_one_ended), UNIT(refuses_without_system),
           UNIT(survives_who_goes))
