/* PJSIPShow..., PJSIPQualify, PJSIPRegister, PJSIPUnregister as a real Asterisk answers them, and the events
   of contacts, endpoints, extensions, devices and registrations */
#include "driver.h"
#include "transcript.h"

/* As the Asterisk was when it answered: two phones are there, one of them answers OPTIONS; one carrier
   has no answer. */
static int fill(struct driver *o, struct far phones[2])
{
    int err = far_open(&phones[0], o->d.net, "127.0.0.1:5071");

    if (!err)
        err = far_open(&phones[1], o->d.net, "127.0.0.1:5072");
    if (err)
        return err;
    loop_fake_advance(o->d.loop, 33000); /* the first request to "mute" has no answer */
    if (far_register(&phones[0], o->d.loop, "u00001", 60) != 200 ||
        far_register(&phones[1], o->d.loop, "u00002", 60) != 200)
        return unit_is_rerun() ? ENOMEM : EINVAL;
    loop_fake_advance(o->d.loop, 6000);
    return 0;
}

static int answers_as_the_original(void)
{
    struct far phones[2] = {{NULL}, {NULL}};
    struct driver o;
    int err = driver_init(&o, "off");

    if (err)
        return err;
    CHECK_OK_TO(fill(&o, phones), out);
    CHECK_TO(transcript_replay("tests/golden/manager/pjsip.txt", &o.c, o.d.loop) == 0, out);
out:
    far_close(&phones[0]);
    far_close(&phones[1]);
    driver_fini(&o);
    return err;
}

/* What came since the last look, the batch of 10 ms included. */
static bool came(struct driver *o, const char *text)
{
    bool is_so;

    loop_fake_advance(o->d.loop, 20);
    is_so = strcmp(desk_got(&o->c), text) == 0;
    if (!is_so && !unit_is_rerun())
        fprintf(stderr, "came\n%sand not\n%s", desk_got(&o->c), text);
    buf_reset(&o->c.got);
    return is_so || unit_is_rerun();
}

static bool registers(struct driver *o, struct far *phone, const char *user, unsigned expires)
{
    return far_register(phone, o->d.loop, user, expires) == 200 || unit_is_rerun();
}

#define CONTACT(uri, status, aor, usec)                                                            \
    "Event: ContactStatus\nPrivilege: system,all\nURI: " uri "\nContactStatus: " status            \
    "\nAOR: " aor "\nEndpointName: " aor "\nRoundtripUsec: " usec "\n\n"
#define PEER(name, status)                                                                         \
    "Event: PeerStatus\nPrivilege: system,all\nChannelType: PJSIP\nPeer: PJSIP/" name              \
    "\nPeerStatus: " status "\n\n"
#define DEVICE(name, state)                                                                        \
    "Event: DeviceStateChange\nPrivilege: call,all\nDevice: " name "\nState: " state "\n\n"
#define EXTENSION(exten, hint, status, text)                                                       \
    "Event: ExtensionStatus\nPrivilege: call,all\nExten: " exten "\nContext: load\nHint: " hint    \
    "\nStatus: " status "\nStatusText: " text "\n\n"
#define REGISTRY(port, status)                                                                     \
    "Event: Registry\nPrivilege: system,all\nChannelType: PJSIP\nUsername: sip:me@127.0.0.1:" port \
    "\nDomain: sip:127.0.0.1:" port "\nStatus: " status "\n\n"

#define PHONE "sip:u00001@127.0.0.1:5071"
#define ANNA_IS_THERE                                                                              \
    PEER("u00001", "Reachable")                                                                    \
    EXTENSION("101", "PJSIP/u00001", "0", "Idle") DEVICE("PJSIP/u00001", "NOT_INUSE")
#define ANNA_IS_GONE                                                                               \
    PEER("u00001", "Unreachable")                                                                  \
    EXTENSION("101", "PJSIP/u00001", "4", "Unavailable") DEVICE("PJSIP/u00001", "UNAVAILABLE")

static int tells_of_phones_that_come_and_go(void)
{
    struct far phone = {NULL}, other = {NULL};
    struct driver o;
    int err = driver_init(&o, "system,call");

    if (err)
        return err;
    CHECK_OK_TO(far_open(&phone, o.d.net, "127.0.0.1:5071"), out);
    CHECK_OK_TO(far_open(&other, o.d.net, "127.0.0.1:5073"), out);
    buf_reset(&o.c.got);
    CHECK_TO(registers(&o, &phone, "u00001", 60), out);
    CHECK_TO(came(&o, CONTACT(PHONE, "NonQualified", "u00001", "0") ANNA_IS_THERE), out);
    CHECK_TO(registers(&o, &phone, "u00001", 60), out); /* again: nothing is new */
    CHECK_TO(came(&o, ""), out);
    CHECK_TO(registers(&o, &other, "u00001", 60), out); /* another takes its place */
    CHECK_TO(came(&o, CONTACT("sip:u00001@127.0.0.1:5073", "NonQualified", "u00001", "0")
                          CONTACT(PHONE, "Removed", "u00001", "0")),
             out);
    CHECK_TO(registers(&o, &other, "u00001", 0), out);
    CHECK_TO(came(&o, CONTACT("sip:u00001@127.0.0.1:5073", "Removed", "u00001", "0") ANNA_IS_GONE),
             out);
out:
    far_close(&phone);
    far_close(&other);
    driver_fini(&o);
    return err;
}

/* u00002 has qualify_frequency 5. */
static int tells_of_phones_that_answer_or_not(void)
{
    struct far phone = {NULL};
    struct driver o;
    int err = driver_init(&o, "system,call");

    if (err)
        return err;
    CHECK_OK_TO(far_open(&phone, o.d.net, "127.0.0.1:5072"), out);
    CHECK_TO(registers(&o, &phone, "u00002", 600), out);
    loop_fake_advance(o.d.loop, 12000);
    CHECK_TO(unit_is_rerun() ||
                 desk_has(&o.c, CONTACT("sip:u00002@127.0.0.1:5072", "Reachable", "u00002", "0")),
             out);
    buf_reset(&o.c.got);
    phone.is_mute = true;
    loop_fake_advance(o.d.loop, 9000);
    CHECK_TO(unit_is_rerun() ||
                 desk_has(&o.c, CONTACT("sip:u00002@127.0.0.1:5072", "Unreachable", "u00002", "0")
                                    PEER("u00002", "Unreachable")),
             out);
    CHECK_TO(unit_is_rerun() ||
                 desk_has(&o.c, EXTENSION("102", "PJSIP/u00002&Custom:lamp", "4", "Unavailable")),
             out);
    buf_reset(&o.c.got);
    phone.is_mute = false;
    desk_ask(&o.c, "Action: PJSIPQualify\nEndpoint: u00002\n\n");
    loop_fake_advance(o.d.loop, 100);
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, PEER("u00002", "Reachable")), out);
out:
    far_close(&phone);
    driver_fini(&o);
    return err;
}

/* send_contact_status_on_update_registration */
static int tells_of_refreshed_registrations_when_asked_to(void)
{
    struct model_snapshot *s = NULL;
    struct far phone = {NULL};
    struct driver o;
    int err = driver_init(&o, "system");

    if (err)
        return err;
    CHECK_OK_TO(far_open(&phone, o.d.net, "127.0.0.1:5071"), out);
    CHECK_OK_TO(db_begin(desk_db), out);
    err = db_run(desk_db,
                 "INSERT INTO static_pjsip (cat_metric,var_metric,commented,filename,category,"
                 "var_name,var_val) VALUES (9,0,0,'pjsip.conf','global','type','global'),(9,1,0,"
                 "'pjsip.conf','global','send_contact_status_on_update_registration','yes')");
    if (!err)
        err = model_snapshot_load(&s, desk_db);
    db_rollback(desk_db);
    if (!err)
        err = pjsip_set_snapshot(o.pjsip, s);
    if (err)
        goto out;
    manager_set_snapshot(o.d.manager, s);
    buf_reset(&o.c.got);
    CHECK_TO(registers(&o, &phone, "u00001", 60), out);
    CHECK_TO(came(&o, CONTACT(PHONE, "NonQualified", "u00001", "0") PEER("u00001", "Reachable")),
             out);
    CHECK_TO(registers(&o, &phone, "u00001", 60), out);
    CHECK_TO(came(&o, CONTACT(PHONE, "NonQualified", "u00001", "0")), out);
out:
    mem_deref(s);
    far_close(&phone);
    driver_fini(&o);
    return err;
}

static int tells_of_our_registrations(void)
{
    struct driver o;
    int err = driver_init(&o, "system");

    if (err)
        return err;
    o.registrar.is_mute = true; /* no answers to OPTIONS, nor yet to REGISTER */
    buf_reset(&o.c.got);
    loop_fake_advance(o.d.loop, 9000);
    o.registrar.is_mute = false;
    loop_fake_advance(o.d.loop, 30000);
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, REGISTRY("5090", "Registered")), out);
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, REGISTRY("5099", "Rejected")), out);
    desk_ask(&o.c, "Action: PJSIPUnregister\nRegistration: trunk\n\n");
    loop_fake_advance(o.d.loop, 100);
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, "Message: Unregistration sent\n\n" REGISTRY(
                                                   "5090", "Unregistered")),
             out);
    desk_ask(&o.c, "Action: PJSIPRegister\nRegistration: trunk\n\n");
    loop_fake_advance(o.d.loop, 100);
    CHECK_TO(unit_is_rerun() ||
                 desk_has(&o.c, "Message: Reregistration sent\n\n" REGISTRY("5090", "Registered")),
             out);
out:
    driver_fini(&o);
    return err;
}

static int sends_notices(void)
{
    struct driver o;
    int err = driver_init(&o, "off");

    if (err)
        return err;
    desk_ask(&o.c, "Action: PJSIPNotify\nEndpoint: PJSIP/trunk\nVariable: Event=check-sync\n"
                   "Variable: Content-Type=text/plain,Content=one\nVariable: Content=\"a, b\"\n\n");
    loop_fake_advance(o.d.loop, 5);
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, "Message: NOTIFY sent\n"), out);
    CHECK_TO(unit_is_rerun() ||
                 (strncmp(o.registrar.last, "NOTIFY sip:127.0.0.1:5090 SIP/2.0\r\n", 35) == 0 &&
                  strstr(o.registrar.last, "\r\nEvent: check-sync\r\n") &&
                  strstr(o.registrar.last, "\r\nSubscription-State: terminated\r\n") &&
                  strstr(o.registrar.last, "\r\n\r\none\r\na, b")),
             out);
    desk_ask(&o.c, "Action: PJSIPNotify\nEndpoint: trunk\nVariable: X y=1\n\n"); /* no token */
    CHECK_TO(unit_is_rerun() || desk_has(&o.c, "Response: Error\n"), out);
out:
    driver_fini(&o);
    return err;
}

static int tells_of_lamps_and_of_hints_that_come_later(void)
{
    struct model_snapshot *s = NULL;
    struct driver o;
    int err = driver_init(&o, "call");

    if (err)
        return err;
    buf_reset(&o.c.got);
    CHECK_OK_TO(device_custom_set(o.d.calls, SLICE("lamp"), DEVICE_RINGING), out);
    CHECK_TO(came(&o, EXTENSION("102", "PJSIP/u00002&Custom:lamp", "8", "Ringing")
                          DEVICE("Custom:lamp", "RINGING")),
             out);
    CHECK_OK_TO(db_begin(desk_db), out);
    err = db_run(desk_db,
                 "INSERT INTO static_extensions (filename,cat_metric,var_metric,category,var_name,"
                 "var_val) VALUES ('extensions.conf',1,9,'load','exten','109,hint,Custom:door');"
                 "DELETE FROM static_extensions WHERE var_val LIKE '102%'");
    if (!err)
        err = model_snapshot_load(&s, desk_db);
    db_rollback(desk_db);
    if (!err)
        err = plan_set_snapshot(o.d.plan, s);
    if (err)
        goto out;
    CHECK_TO(came(&o, EXTENSION("102", "", "-2", "Unknown")), out);
    CHECK_OK_TO(device_custom_set(o.d.calls, SLICE("lamp"), DEVICE_NOT_INUSE), out);
    CHECK_TO(came(&o, DEVICE("Custom:lamp", "NOT_INUSE")), out);
    CHECK_OK_TO(device_custom_set(o.d.calls, SLICE("door"), DEVICE_INUSE), out);
    CHECK_TO(came(&o, EXTENSION("109", "Custom:door", "1", "InUse") DEVICE("Custom:door", "INUSE")),
             out);
out:
    mem_deref(s);
    driver_fini(&o);
    return err;
}

UNIT_TESTS(UNIT_ONCE(answers_as_the_original), UNIT(tells_of_phones_that_come_and_go),
           UNIT(tells_of_phones_that_answer_or_not),
           UNIT(tells_of_refreshed_registrations_when_asked_to), UNIT(tells_of_our_registrations),
           UNIT(sends_notices), UNIT(tells_of_lamps_and_of_hints_that_come_later))
