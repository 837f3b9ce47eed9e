/* StationCalls, StationLive, StationOverview: what the interface asks */
#include "driver.h"

static int says_who_is_there(void)
{
    struct far phone = {NULL};
    struct driver o;
    int err = driver_init(&o, "off");

    if (err)
        return err;
    CHECK_OK_TO(far_open(&phone, o.d.net, "127.0.0.1:5071"), out);
    CHECK_TO(far_register(&phone, o.d.loop, "u00001", 60) == 200 || unit_is_rerun(), out);
    desk_ask(&o.c,
             "Action: StationLive\nType: endpoint\nName: u00001\nName: nosuch\nName: u00002\n\n");
    CHECK_TO(unit_is_rerun() ||
                 desk_has(&o.c, "Name: u00001\nState: Not in use\nContacts: 1\nUri: "
                                "sip:u00001@127.0.0.1:5071\nAddress: 127.0.0.1:5071\n"),
             out);
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, "Name: u00002\nState: Unavailable\n"), out);
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, "ListItems: 2\n"), out);
    desk_ask(&o.c, "Action: StationLive\nType: registration\nName: mute\n\n");
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, "Name: mute\nState: "), out);
    desk_ask(&o.c, "Action: StationLive\nType: dog\nName: mute\n\n");
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, "Response: Error\n"), out);
    desk_ask(&o.c, "Action: StationOverview\n\n");
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, "Contacts: 1\n"), out);
    desk_ask(&o.c, "Action: StationDry\nContext: local\nExten: 100\nAt: never\n\n");
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, "Message: At is a date"), out);
    desk_ask(&o.c, "Action: StationCalls\n\n");
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, "Event: StationCallsComplete\n"), out);
out:
    far_close(&phone);
    driver_fini(&o);
    return err;
}

UNIT_TESTS(UNIT(says_who_is_there))
