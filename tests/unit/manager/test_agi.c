/* AGI; AsyncAGIStart, AsyncAGIExec, AsyncAGIEnd */
#include "office.h"

static const char routing[] =
    "[main]\n"
    "20,1,Answer()\n20,2,AGI(agi:async,word)\n20,3,Note(${AGISTATUS} ${X})\n20,4,Wait(1000)\n"
    "h,1,Note(h ${AGISTATUS})\n";

#define QUEUED "Response: Success\nMessage: Added AGI command to queue\n\n"
#define OF "Action: AGI\nChannel: Test/in-00000000\n"

static int begin(struct office *o, struct channel **chp)
{
    int err = office_init(o, routing, "admin", "agi");

    if (!err)
        err = world_dial(&o->w, "20", chp);
    if (!err) {
        buf_reset(&o->c.got);
        loop_fake_advance(o->w.loop, 100);
    }
    return err;
}

static int runs_commands_of_a_client(void)
{
    struct channel *ch = NULL;
    struct office o;
    int err = begin(&o, &ch);

    if (err)
        goto out;
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, "Event: AsyncAGIStart\nPrivilege: agi,all\nChannel: "
                                               "Test/in-00000000\nChannelState: 6\n"),
             out);
    CHECK_TO(unit_is_rerun() ||
                 (desk_has(&o.c, "\nEnv: agi_request%3A%20async%0Aagi_channel%3A%20Test%2F"
                                 "in-00000000%0A") &&
                  desk_has(&o.c, "agi_arg_1%3A%20word%0A%0A\n\n")),
             out);
    CHECK_TO(
        office_tells(&o, OF "Command: SET VARIABLE X \"a b\"\nCommandID: id1\n\n", 100, QUEUED),
        out);
    CHECK_TO(unit_is_rerun() ||
                 (desk_has(&o.c, "Event: AGIExecStart\n") &&
                  desk_has(&o.c, "Event: AsyncAGIExec\n") &&
                  desk_has(&o.c, "Linkedid: 1700000000.0\nResult: 200%20result%3D1%0A\n"
                                 "CommandID: id1\n\n")),
             out);
    CHECK_TO(office_tells(&o, OF "Command: GET VARIABLE X\n\n" OF "Command: BLA\n\n", 100,
                          "Result: 200%20result%3D1%20(a%20b)%0A\n\n"),
             out);
    CHECK_TO(unit_is_rerun() ||
                 desk_has(&o.c, "Result: 510%20Invalid%20or%20unknown%20command%0A\n\n"),
             out);
    buf_reset(&o.w.notes);
    CHECK_TO(office_tells(&o, OF "Command: ASYNCAGI BREAK\n\n", 100, "Event: AsyncAGIEnd\n"), out);
    CHECK_TO(unit_is_rerun() || world_saw(&o.w, "SUCCESS a b;"), out);
    CHECK_TO(office_says(&o, OF "Command: ANSWER\n\n", 10,
                         ERROR("Failed to add AGI command to channel Test/in-00000000 queue")),
             out);
out:
    mem_deref(ch);
    office_fini(&o);
    return err;
}

static int ends_with_the_call(void)
{
    struct channel *ch = NULL;
    struct office o;
    int err = begin(&o, &ch);

    if (err)
        goto out;
    buf_reset(&o.w.notes);
    buf_reset(&o.c.got);
    channel_on_hangup(ch, CAUSE_NORMAL, 0);
    loop_fake_advance(o.w.loop, 100);
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, "Event: AsyncAGIEnd\n"), out);
    CHECK_TO(unit_is_rerun() || world_saw(&o.w, "h HANGUP;"), out);
out:
    mem_deref(ch);
    office_fini(&o);
    return err;
}

static int has_a_ceiling(void)
{
    struct channel *ch = NULL;
    struct office o;
    int err = begin(&o, &ch);

    if (err)
        goto out;
    /* Asked in one go, so that the channel's task does not get its turn. */
    for (int i = 0; i < 100; i++)
        (void)manager_session_recv(o.c.session, SLICE(OF "Command: NOOP\n\n"));
    CHECK_TO(office_tells(&o, OF "Command: NOOP\n\n", 0,
                          ERROR("Failed to add AGI command to channel Test/in-00000000 queue")),
             out);
    loop_fake_advance(o.w.loop, 100);
    CHECK_TO(office_tells(&o, OF "Command: NOOP\n\n", 100, QUEUED), out);
    CHECK_TO(
        office_says(&o, "Action: AGI\n\n", 0, ERROR("Both, Channel and Command are *required*")),
        out);
    CHECK_TO(office_says(&o, "Action: AGI\nChannel: x\nCommand: y\n\n", 0,
                         ERROR("Channel x does not exist.")),
             out);
out:
    mem_deref(ch);
    office_fini(&o);
    return err;
}

UNIT_TESTS(UNIT(runs_commands_of_a_client), UNIT(ends_with_the_call), UNIT(has_a_ceiling))
