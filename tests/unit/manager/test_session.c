/* Ping, Events, WaitEvent, ListCommands, UserEvent; FullyBooted, Reload, Shutdown; order and ceilings */
#include "desk.h"

/* AMI_CLIENT() counts who is in. */
static int a_routing_asks_who_is_in(void)
{
    struct desk_client a = {0}, b = {0}, c = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    err = desk_enter(&a, &d, MANAGER_TCP, "admin", "off");
    if (!err)
        err = desk_enter(&b, &d, MANAGER_TCP, "admin", "off");
    if (!err)
        err = desk_come(&c, &d, MANAGER_TCP);
    if (err)
        goto out;
    desk_ask(&a, "Action: Getvar\nVariable: AMI_CLIENT(admin,sessions)\n\n"
                 "Action: Getvar\nVariable: AMI_CLIENT(lowly,sessions)\n\n"
                 "Action: Getvar\nVariable: AMI_CLIENT(nobody,sessions)\n\n"
                 "Action: Getvar\nVariable: AMI_CLIENT(admin)\n\n");
    loop_fake_advance(d.loop, 10);
    CHECK_TO(unit_is_rerun() || desk_has(&a, "Value: 2\n\n"), out);
    CHECK_TO(unit_is_rerun() || desk_has(&a, "Value: 0\n\n"), out);
    CHECK_TO(unit_is_rerun() || desk_has(&a, "(nobody,sessions)\nValue: \n\n"), out);
    CHECK_TO(unit_is_rerun() || desk_has(&a, "(admin)\nValue: \n\n"), out);
    desk_leave(&b);
    desk_ask(&a, "Action: Getvar\nVariable: AMI_CLIENT(admin,sessions)\n\n");
    loop_fake_advance(d.loop, 10);
    CHECK_TO(unit_is_rerun() || desk_has(&a, "Value: 1\n\n"), out);
out:
    desk_leave(&a);
    desk_leave(&b);
    desk_leave(&c);
    desk_fini(&d);
    return err;
}

static int events_reach_who_may_see_them(void)
{
    struct desk_client a = {0}, b = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    err = desk_enter(&a, &d, MANAGER_TCP, "admin", "on");
    if (!err)
        err = desk_enter(&b, &d, MANAGER_TCP, "lowly", "on");
    if (err)
        goto out;
    loop_fake_advance(d.loop, 10); /* that they have come */
    buf_reset(&b.got);
    desk_ask(&a, "Action: UserEvent\nUserEvent: Sold\nActionID: 1\nItem: a\rb\n\n");
    CHECK_TO(unit_is_rerun() ||
                 strcmp(desk_got(&a), "Response: Success\nActionID: 1\nMessage: Event Sent\n\n") ==
                     0,
             out);
    loop_fake_advance(d.loop, 10);
    CHECK_TO(unit_is_rerun() ||
                 desk_has(&a,
                          "Event: UserEvent\nPrivilege: user,all\nActionID: 1\nUserEvent: Sold\n"
                          "Item: a\\rb\n\n"),
             out);
    CHECK_TO(!desk_has(&b, "UserEvent"), out);
    desk_ask(&a, "Action: Events\nEventMask: call,cdr\n\nAction: UserEvent\nUserEvent: x\n\n");
    loop_fake_advance(d.loop, 10);
    CHECK_TO(unit_is_rerun() || (desk_has(&a, "Response: Success\nEvents: On\n") &&
                                 !desk_has(&a, "Event: UserEvent")),
             out);
    desk_ask(&a, "Action: Events\nEventMask: off\n\nAction: Events\n\n");
    CHECK_TO(unit_is_rerun() ||
                 desk_has(&a, "Events: Off\n\nResponse: Error\nMessage: Invalid event mask\n"),
             out);
out:
    desk_leave(&a);
    desk_leave(&b);
    desk_fini(&d);
    return err;
}

/* HTTP: events wait for WaitEvent, and do not come by themselves. */
static int waits_for_events(void)
{
    struct desk_client c = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    err = desk_enter(&c, &d, MANAGER_HTTP, "admin", "on");
    if (err)
        goto out;
    loop_fake_advance(d.loop, 10); /* its own login */
    desk_ask(&c, "Action: WaitEvent\nTimeout: 1\n\n");
    loop_fake_advance(d.loop, 1000);
    desk_ask(&c, "Action: UserEvent\nUserEvent: one\n\n");
    loop_fake_advance(d.loop, 100);
    CHECK_TO(!desk_has(&c, "Event: UserEvent"), out);
    desk_ask(&c, "Action: WaitEvent\nTimeout: 5\nActionID: w\n\n");
    loop_fake_advance(d.loop, 1);
    CHECK_TO(unit_is_rerun() ||
                 strcmp(desk_got(&c),
                        "Response: Success\nActionID: w\nMessage: Waiting for Event completed.\n\n"
                        "Event: UserEvent\nPrivilege: user,all\nUserEvent: one\n\n"
                        "Event: WaitEventComplete\nActionID: w\n\n") == 0,
             out);
    desk_ask(&c, "Action: WaitEvent\nTimeout: 5\n\nAction: Ping\n\n");
    loop_fake_advance(d.loop, 4999);
    CHECK_TO(unit_is_rerun() || strcmp(desk_got(&c), "") == 0, out);
    loop_fake_advance(d.loop, 2);
    CHECK_TO(unit_is_rerun() ||
                 (desk_has(&c, "Event: WaitEventComplete\n") && desk_has(&c, "Pong")),
             out);
out:
    desk_leave(&c);
    desk_fini(&d);
    return err;
}

static int tells_of_the_station(void)
{
    struct desk_client c = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    manager_booted(d.manager);
    err = desk_enter(&c, &d, MANAGER_TCP, "admin", "on");
    if (err)
        goto out;
    CHECK_TO(
        unit_is_rerun() ||
            desk_has(
                &c,
                "Message: Authentication accepted\n\nEvent: FullyBooted\nPrivilege: system,all\n"
                "Uptime: 0\nLastReload: 0\nStatus: Fully Booted\n\n"),
        out);
    manager_reloaded(d.manager);
    loop_fake_advance(d.loop, 10);
    CHECK_TO(unit_is_rerun() ||
                 desk_has(&c, "Event: Reload\nPrivilege: system,all\nModule: All\nStatus: 0\n\n"),
             out);
    manager_shutdown(d.manager);
    CHECK_TO(unit_is_rerun() ||
                 (desk_has(&c, "Event: Shutdown\nPrivilege: system,all\n") && c.is_closed),
             out);
out:
    desk_leave(&c);
    desk_fini(&d);
    return err;
}

/* A message in pieces, several at once, too many lines, a line too long, a message without end. */
static int takes_bytes_as_they_come(void)
{
    static char big[AMI_MESSAGE_MAX + 100];
    struct desk_client c = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    err = desk_enter(&c, &d, MANAGER_TCP, "admin", "off");
    if (err)
        goto out;
    desk_ask(&c, "Action: Pi");
    CHECK_TO(!desk_has(&c, "Response"), out);
    manager_session_recv(c.session, SLICE("ng\r\n\r"));
    manager_session_recv(c.session, SLICE("\n\r\n\nAction: Ping\n\nAct"));
    CHECK_TO(
        unit_is_rerun() ||
            desk_has(&c, "Pong\nTimestamp: 1700000000.000000\n\nResponse: Success\nPing: Pong"),
        out);
    manager_session_recv(c.session, SLICE("ion: Ping\n\n"));
    memset(big, 0, sizeof(big));
    strcpy(big, "Action: Ping\n");
    for (int i = 0; i < 130; i++)
        strcat(big, "A: b\n");
    strcat(big, "\n");
    desk_ask(&c, big);
    CHECK_TO(unit_is_rerun() ||
                 desk_has(&c, "Message: Too many lines in message or allocation failure\n"),
             out);
    memset(big, 'x', AMI_LINE_MAX + 1);
    strcpy(big + AMI_LINE_MAX + 1, "\n\nAction: Ping\n\n");
    desk_ask(&c, big);
    CHECK_TO(unit_is_rerun() ||
                 (desk_has(&c, "Message: Failed to parse message: line too long\n") &&
                  desk_has(&c, "Pong")),
             out);
    memset(big, 'x', sizeof(big));
    manager_session_recv(c.session, slice_from(big, sizeof(big)));
    CHECK_TO(c.is_closed, out);
out:
    desk_leave(&c);
    desk_fini(&d);
    return err;
}

/* One byte at a time, and the request is the same; who only asks for what he may not is sent away. */
static int takes_single_bytes_and_few_refusals(void)
{
    struct desk_client c = {0};
    struct desk d;
    unsigned n = 0;
    int err = desk_init(&d);

    if (err)
        return err;
    err = desk_enter(&c, &d, MANAGER_TCP, "admin", "off");
    if (err)
        goto out;
    buf_reset(&c.got);
    for (const char *p = "Action: Ping\r\nActionID: 1\r\n\r\nAction: Ping\n\n"; *p; p++)
        manager_session_recv(c.session, slice_from(p, 1));
    CHECK_TO(unit_is_rerun() ||
                 desk_has(&c, "ActionID: 1\nPing: Pong\nTimestamp: 1700000000.000000\n\n"
                              "Response: Success\nPing: Pong\n"),
             out);
    desk_leave(&c);
    CHECK_OK_TO(desk_come(&c, &d, MANAGER_TCP), out);
    while (!c.is_closed && n++ < 100)
        desk_ask(&c, "Action: Ping\n\n");
    CHECK_TO(n == 20 || unit_is_rerun(), out);
out:
    desk_leave(&c);
    desk_fini(&d);
    return err;
}

static int cuts_off_who_does_not_read(void)
{
    struct desk_client a = {0}, b = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    err = desk_enter(&a, &d, MANAGER_TCP, "admin", "on");
    if (!err)
        err = desk_enter(&b, &d, MANAGER_TCP, "admin", "on");
    if (err)
        goto out;
    a.is_stuck = true;
    desk_ask(&b, "Action: UserEvent\nUserEvent: x\n\n");
    loop_fake_advance(d.loop, 10);
    CHECK_TO(unit_is_rerun() || (a.is_closed && desk_has(&b, "Event: UserEvent")), out);
    /* and what it asks for, when that is found out only then, is not done */
    desk_leave(&a);
    err = desk_enter(&a, &d, MANAGER_TCP, "admin", "on");
    if (err)
        goto out;
    loop_fake_advance(d.loop, 10);
    manager_reloaded(d.manager);
    a.is_stuck = true;
    desk_ask(&a, "Action: UserEvent\nUserEvent: late\n\n");
    loop_fake_advance(d.loop, 10);
    CHECK_TO(unit_is_rerun() || (a.is_closed && !desk_has(&b, "UserEvent: late")), out);
out:
    desk_leave(&a);
    desk_leave(&b);
    desk_fini(&d);
    return err;
}

/* Many who read slowly cannot take all of the memory: the slowest go, one by one. */
static int cuts_off_the_slowest(void)
{
    struct desk_client all[5] = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    for (int i = 0; i < 5 && !err; i++) {
        err = desk_enter(&all[i], &d, MANAGER_TCP, "admin", "on");
        all[i].waiting = (size_t)(i % 4 + 1) * 30u << 20; /* 30, 60, 90, 120, 30 MiB */
    }
    if (err)
        goto out;
    desk_ask(&all[0], "Action: UserEvent\nUserEvent: x\n\n");
    loop_fake_advance(d.loop, 10);
    CHECK_TO(unit_is_rerun() || (all[3].is_closed && !all[2].is_closed && !all[1].is_closed), out);
    all[4].waiting = 100u << 20;
    desk_ask(&all[0], "Action: UserEvent\nUserEvent: y\n\n");
    loop_fake_advance(d.loop, 10);
    CHECK_TO(unit_is_rerun() || (all[4].is_closed && !all[2].is_closed && !all[0].is_closed), out);
out:
    for (int i = 0; i < 5; i++)
        desk_leave(&all[i]);
    desk_fini(&d);
    return err;
}

UNIT_TESTS(UNIT(a_routing_asks_who_is_in), UNIT(events_reach_who_may_see_them),
           UNIT(waits_for_events), UNIT(tells_of_the_station), UNIT(takes_bytes_as_they_come),
           UNIT(takes_single_bytes_and_few_refusals), UNIT(cuts_off_who_does_not_read),
           UNIT(cuts_off_the_slowest))
