/* Command, CoreSettings, CoreStatus, Reload, LoggerRotate, ModuleCheck, ModuleLoad; DBGet, DBGetTree,
 * DBPut, DBDel, DBDelTree; ShowDialPlan, DialplanExtensionAdd, DialplanExtensionRemove; ExtensionState,
 * ExtensionStateList, DeviceStateList, PresenceState, PresenceStateList, MailboxCount, MailboxStatus */
#include "transcript.h"

#define STEP(context, n, id, value)                                                                \
    "INSERT INTO static_extensions (filename, cat_metric, var_metric, category, var_name, "        \
    "var_val) VALUES ('extensions.conf', " n ", " id ", '" context "', " value ");"

/* The routing of the Asterisk that answered in tests/golden/manager/admin.txt. */
__attribute__((constructor)) static void make_routing(void)
{
    static const char rows[] = STEP("office", "1", "1", "'exten', '101,hint,Custom:a'")
        STEP("office", "1", "2", "'exten', '102,hint,Custom:x,CustomPresence:p'")
            STEP("office", "1", "3", "'exten', '101,1,Answer()'")
                STEP("office", "1", "4", "'exten', '101,2(again),Wait(10)'")
                    STEP("office", "1", "5", "'exten', '101,3,Hangup(16)'")
                        STEP("office", "1", "6", "'exten', '300/555,1,NoOp(cid)'")
                            STEP("office", "1", "7", "'exten', '_1XX,1,NoOp(${EXTEN},b)'")
                                STEP("office", "1", "8", "'include', 'other'")
                                    STEP("other", "2", "1", "'exten', '201,1,NoOp(a,b)'");

    database_fill(desk_db, rows);
}

static void end(struct desk *d, struct desk_client *c)
{
    desk_leave(c);
    desk_fini(d);
}

static int begin(struct desk *d, struct desk_client *c, const char *user)
{
    int err = desk_init(d);

    memset(c, 0, sizeof(*c));
    if (err)
        return err;
    err = plan_set_snapshot(d->plan, d->snap);
    if (!err)
        err = desk_enter(c, d, MANAGER_TCP, user, "off");
    if (err)
        end(d, c);
    return err;
}

static int answers_as_asterisk(void)
{
    struct desk_client c;
    struct desk d;
    int err = begin(&d, &c, "admin");

    if (err)
        return err;
    CHECK_TO(transcript_replay("tests/golden/manager/admin.txt", &c, d.loop) == 0, out);
out:
    end(&d, &c);
    return err;
}

static int tells_of_the_station(void)
{
    struct desk_client c;
    struct desk d;
    int err = begin(&d, &c, "admin");

    if (err)
        return err;
    CHECK_TO(
        desk_says(&c, "Action: CoreSettings\nActionID: 1\n\n",
                  "Response: Success\nActionID: 1\nAMIversion: 11.0.0\nAsteriskVersion: 22.10.1\n"
                  "SystemName: \nCoreMaxCalls: 20000\nCoreMaxLoadAvg: 0.000000\nCoreRunUser: \n"
                  "CoreRunGroup: \nCoreMaxFilehandles: 0\nCoreRealTimeEnabled: No\n"
                  "CoreCDRenabled: Yes\nCoreHTTPenabled: Yes\nSoundsSearchCustomDir: No\n\n"),
        out);
    loop_fake_advance(d.loop, 5000);
    CHECK_TO(desk_says(&c, "Action: Reload\n\n", "Response: Success\nMessage: Module Reloaded\n\n"),
             out);
    CHECK_TO(desk_says(&c, "Action: CoreStatus\n\n",
                       "Response: Success\nCoreStartupDate: 2023-11-14\nCoreStartupTime: 22:13:20\n"
                       "CoreReloadDate: 2023-11-14\nCoreReloadTime: 22:13:25\nCoreCurrentCalls: 0\n"
                       "CoreProcessedCalls: 0\n\n"),
             out);
    CHECK_TO(desk_says(&c, "Action: ModuleLoad\n\n",
                       "Response: Error\nMessage: Incomplete ModuleLoad action.\n\n"),
             out);
    CHECK_TO(desk_says(&c, "Action: ModuleLoad\nLoadType: unload\nModule: chan_pjsip.so\n\n",
                       "Response: Error\nMessage: Could not unload module.\n\n"),
             out);
    CHECK_TO(desk_says(&c, "Action: ModuleLoad\nLoadType: reload\n\n",
                       "Response: Success\nMessage: All modules reloaded\n\n"),
             out);
    CHECK_TO(device_custom_set(d.calls, SLICE("x"), DEVICE_BUSY) == 0 || unit_is_rerun(), out);
    CHECK_TO(desk_says(&c, "Action: DeviceStateList\nActionID: 9\n\n",
                       "Response: Success\nActionID: 9\nEventList: start\n"
                       "Message: Device State Changes will follow\n\n"
                       "Event: DeviceStateChange\nActionID: 9\nDevice: Custom:x\nState: BUSY\n\n"
                       "Event: DeviceStateListComplete\nActionID: 9\nEventList: Complete\n"
                       "ListItems: 1\n\n"),
             out);
    CHECK_TO(desk_says(&c, "Action: ShowDialPlan\nContext: office\nExtension: 999\n\n",
                       "Response: Error\nMessage: Did not find extension 999@office\n\n"),
             out);
out:
    end(&d, &c);
    return err;
}

static void count_reload(void *arg)
{
    ++*(unsigned *)arg;
}

static int reload_is_told(void)
{
    unsigned reloads = 0;
    struct desk_client c = {0}, other = {0};
    struct desk d;
    int err = begin(&d, &c, "admin");

    if (err)
        return err;
    d.manager->args.reload = count_reload;
    d.manager->args.arg = &reloads;
    err = desk_enter(&other, &d, MANAGER_TCP, "admin", "system");
    if (err)
        goto out;
    desk_ask(&other, "");
    CHECK_TO(desk_says(&c, "Action: Reload\nModule: http\n\n",
                       "Response: Success\nMessage: Module Reloaded\n\n"),
             out);
    CHECK_TO(desk_says(&c, "Action: Reload\nModule: nosuch\n\n",
                       "Response: Error\nMessage: No such module\n\n"),
             out);
    loop_fake_advance(d.loop, 20);
    CHECK_TO(reloads == 1, out);
    CHECK_TO(unit_is_rerun() ||
                 strcmp(desk_got(&other),
                        "Event: Reload\nPrivilege: system,all\nModule: http\nStatus: 0\n\n"
                        "Event: Reload\nPrivilege: system,all\nModule: nosuch\nStatus: 2\n\n") == 0,
             out);
out:
    desk_leave(&other);
    end(&d, &c);
    return err;
}

/* ---- Command ---- */

struct consoles {
    struct console *later; /* one that has not answered yet */
};

static void fake_command(struct console *c, struct slice line, void *arg)
{
    struct consoles *k = arg;

    if (slice_eqz(line, "later")) {
        k->later = mem_ref(c);
        console_printf(c, "one\n");
        return;
    }
    if (slice_eqz(line, "lines"))
        console_printf(c, "a\n\nb: c\n\n");
    if (slice_eqz(line, "gone"))
        console_printf(c, "x is not a known channel\n");
    if (slice_eqz(line, "fails"))
        console_printf(c, "There is no existence of 'x' context\n");
    console_finish(c, slice_eqz(line, "gone") ? ENOENT : slice_eqz(line, "fails") ? ECANCELED : 0);
}

#define OUTPUT(word) "Response: " word "\nMessage: Command output follows\n"

static int runs_commands(void)
{
    struct consoles k = {0};
    struct desk_client c;
    struct desk d;
    int err = begin(&d, &c, "admin");

    if (err)
        return err;
    d.manager->args.command = fake_command;
    d.manager->args.arg = &k;
    CHECK_TO(desk_says(&c, "Action: Command\nCommand: lines\n\n",
                       OUTPUT("Success") "Output: a\nOutput: \nOutput: b: c\nOutput: \n\n"),
             out);
    CHECK_TO(desk_says(&c, "Action: Command\nCommand: empty\n\n", OUTPUT("Success") "Output: \n\n"),
             out);
    CHECK_TO(desk_says(&c, "Action: Command\nCommand: gone\n\n",
                       OUTPUT("Success") "Output: x is not a known channel\n\n"),
             out);
    CHECK_TO(desk_says(&c, "Action: Command\nCommand: fails\n\n",
                       OUTPUT("Error") "Output: There is no existence of 'x' context\n"
                                       "Output: Command 'fails' failed.\n\n"),
             out);
    CHECK_TO(
        desk_says(&c, "Action: Command\n\n", "Response: Error\nMessage: No command provided\n\n"),
        out);
    CHECK_TO(desk_says(&c, "Action: Command\nActionID: 7\nCommand: later\n\nAction: Ping\n\n", ""),
             out);
    if (k.later) {
        console_printf(k.later, "two\n");
        console_finish(k.later, 0);
        k.later = mem_deref(k.later);
        loop_fake_advance(d.loop, 10);
        CHECK_TO(unit_is_rerun() ||
                     desk_has(&c, "Response: Success\nActionID: 7\nMessage: Command output "
                                  "follows\nOutput: one\nOutput: two\n\nResponse: Success\nPing: "),
                 out);
    }
out:
    mem_deref(k.later);
    end(&d, &c);
    return err;
}

/* The session goes while its command runs. */
static int outlives_who_asked(void)
{
    struct consoles k = {0};
    struct desk_client c;
    struct desk d;
    int err = begin(&d, &c, "admin");

    if (err)
        return err;
    d.manager->args.command = fake_command;
    d.manager->args.arg = &k;
    desk_ask(&c, "Action: Command\nCommand: later\n\n");
    desk_leave(&c);
    if (k.later)
        console_finish(k.later, 0);
    mem_deref(k.later);
    end(&d, &c);
    return 0;
}

UNIT_TESTS(UNIT_ONCE(answers_as_asterisk), UNIT(tells_of_the_station), UNIT(reload_is_told),
           UNIT(runs_commands), UNIT(outlives_who_asked))
