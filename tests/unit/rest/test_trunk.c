/* The trunk wizard: what is made, what is refused, one undo; the operators' rows */
#include "office.h"
#include "rest/operators.h"

static int open_as_admin(struct office *o)
{
    int err = office_open(o);

    if (!err)
        err = office_add_user(o, "admin", REST_ADMIN, "");
    if (!err)
        err = office_add_user(o, "boss", REST_MANAGER, "");
    if (!err)
        err = office_run(
            o,
            "INSERT INTO \"groups\" (uuid, name) VALUES ('11111111-1111-4111-8111-111111111111', 'sales')");
    return err ? err : office_login(o, "admin", "secret of admin") == 200 ? 0 : EACCES;
}

static int undo(struct office *o)
{
    char path[60];

    snprintf(path, sizeof(path), "/revision/%lld/undo",
             (long long)json_integer_value(json_object_get(o->json, "revision")));
    return office_ask(o, "POST", path, NULL);
}

static int64_t rows_left(struct office *o)
{
    return office_count(
        o, "SELECT (SELECT count(*) FROM ps_endpoints) + (SELECT count(*) FROM ps_aors) + "
           "(SELECT count(*) FROM ps_auths) + (SELECT count(*) FROM ps_registrations) + "
           "(SELECT count(*) FROM ps_endpoint_id_ips) + (SELECT count(*) FROM context) + "
           "(SELECT count(*) FROM realtime_extensions)");
}

static int a_trunk_is_made_at_once_and_taken_back_at_once(void)
{
    struct office o;
    int err;

    CHECK_OK_TO(open_as_admin(&o), out);
    CHECK_TO(
        office_ask(
            &o, "POST", "/wizard/trunk",
            "{\"operator\":\"telphin\",\"number\":\"74951234567\",\"login\":\"0001\",\"password\":"
            "\"secret\",\"group_uuid\":\"11111111-1111-4111-8111-111111111111\",\"ring\":\"101\","
            "\"prefix\":\"9\",\"outgoing\":\"local\"}") == 201,
        out);
    CHECK_TO(strcmp(office_member(&o, "name"), "peer-74951234567-sales") == 0, out);
    CHECK_TO(
        office_count(
            &o,
            "SELECT count(*) FROM ps_registrations WHERE id = 'peer-74951234567-sales' AND server_uri = "
            "'sip:sip.telphin.com:5068' AND client_uri = 'sip:0001@sip.telphin.com' AND "
            "contact_user = '74951234567' AND line = 'yes' AND endpoint = id AND outbound_auth = id") ==
            1,
        out);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM ps_endpoints e JOIN ps_aors a ON a.id = e.aors "
                              "JOIN ps_auths u ON u.id = e.outbound_auth JOIN ps_endpoint_id_ips i "
                              "ON i.endpoint = e.id WHERE u.username = '0001' AND a.contact = "
                              "'sip:sip.telphin.com:5068' AND i.`match` = 'sip.telphin.com' AND "
                              "e.context = 'incoming-74951234567-sales'") == 1,
             out);
    CHECK_TO(
        office_count(
            &o,
            "SELECT count(*) FROM realtime_extensions WHERE context = 'local' AND exten = '_9X.' AND "
            "appdata = 'PJSIP/${EXTEN:1}@peer-74951234567-sales,60'") == 1,
        out);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM realtime_extensions WHERE appdata = "
                              "'PJSIP/101,60' AND exten IN ('_X.', 's')") == 2,
             out);
    CHECK_TO(undo(&o) == 204, out);
    CHECK_TO(rows_left(&o) == 0, out);
out:
    office_close(&o);
    return err;
}

static int a_carrier_that_knows_the_address_gets_no_registration(void)
{
    struct office o;
    int err;

    CHECK_OK_TO(open_as_admin(&o), out);
    CHECK_TO(office_ask(&o, "POST", "/wizard/trunk",
                        "{\"operator\":\"address\",\"number\":\"7812\",\"server\":\"192.0.2.9\","
                        "\"port\":5070,\"transport\":\"tcp\",\"context\":\"incoming\"}") == 201,
             out);
    CHECK_TO(json_is_null(json_object_get(o.json, "registration")), out);
    CHECK_TO(strcmp(office_text(&o, "SELECT contact FROM ps_aors"),
                    "sip:192.0.2.9:5070;transport=tcp") == 0,
             out);
    CHECK_TO(rows_left(&o) == 3, out);
    /* again: the name is there, nothing is made */
    office_ask(&o, "POST", "/wizard/trunk",
               "{\"operator\":\"address\",\"number\":\"7812\",\"server\":\"192.0.2.10\","
               "\"context\":\"incoming\"}");
    CHECK_TO(office_is(&o, 409, "exists"), out);
    CHECK_TO(rows_left(&o) == 3, out);
out:
    office_close(&o);
    return err;
}

static int what_is_wrong_is_told_at_its_field(void)
{
    static const struct {
        const char *body, *pointer;
    } cases[] = {
        {"{\"operator\":\"nobody\",\"number\":\"1\"}", "\"/operator\""},
        {"{\"operator\":\"zadarma\",\"number\":\"+7\",\"password\":\"x\",\"context\":\"in\"}",
         "\"/number\""},
        {"{\"operator\":\"zadarma\",\"number\":\"7\",\"context\":\"in\"}", "\"/password\""},
        {"{\"operator\":\"mts\",\"number\":\"7\",\"password\":\"x\",\"context\":\"in\"}",
         "\"/server\""},
        {"{\"operator\":\"mts\",\"number\":\"7\",\"password\":\"x\",\"context\":\"in\",\"server\":"
         "\"a;b\"}",
         "\"/server\""},
        {"{\"operator\":\"zadarma\",\"number\":\"7\",\"password\":\"x\"}", "\"/context\""},
        {"{\"operator\":\"zadarma\",\"number\":\"7\",\"password\":\"x\",\"context\":\"in\","
         "\"ring\":\"1,60)\"}",
         "\"/ring\""},
        {"{\"operator\":\"zadarma\",\"number\":\"7\",\"password\":\"x\",\"context\":\"in\","
         "\"prefix\":\"9\"}",
         "\"/outgoing\""},
        {"{\"operator\":\"zadarma\",\"number\":\"7\",\"password\":\"x\",\"context\":\"in\","
         "\"port\":70000}",
         "\"/port\""},
        {"{\"operator\":\"zadarma\",\"number\":\"7\",\"password\":\"x\",\"context\":\"in\","
         "\"transport\":\"ws\"}",
         "\"/transport\""},
    };
    struct office o;
    int err;

    CHECK_OK_TO(open_as_admin(&o), out);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        office_ask(&o, "POST", "/wizard/trunk", cases[i].body);
        CHECK_TO(office_is(&o, 422, "invalid") && strstr(o.body, cases[i].pointer), out);
    }
    CHECK_TO(rows_left(&o) == 0, out);
    office_login(&o, "boss", "secret of boss");
    office_ask(&o, "POST", "/wizard/trunk", "{\"operator\":\"zadarma\"}");
    CHECK_TO(office_is(&o, 403, "forbidden"), out);
out:
    office_close(&o);
    return err;
}

/* Each operator with what its form asks for. */
static int every_operator_can_be_connected(void)
{
    struct office o;
    char body[300];
    long n = 1000;
    int err;

    CHECK_OK_TO(open_as_admin(&o), out);
    CHECK_TO(office_ask(&o, "GET", "/wizard/operators", NULL) == 200, out);
    for (const struct rest_operator *r = rest_operators; r->name; r++) {
        CHECK_TO(rest_operator_find(slice_of(r->name)) == r, out);
        snprintf(body, sizeof(body),
                 "{\"operator\":\"%s\",\"number\":\"%ld\",\"password\":\"x\",\"context\":\"in\"%s}",
                 r->name, n++, r->server ? "" : ",\"server\":\"sip.example.com\"");
        CHECK_TO(office_ask(&o, "POST", "/wizard/trunk", body) == 201, out);
    }
    CHECK_TO(office_count(&o, "SELECT count(*) FROM ps_registrations WHERE outbound_proxy = "
                              "'sip:sbc.megafon.ru;lr'") == 1,
             out);
out:
    office_close(&o);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_trunk_is_made_at_once_and_taken_back_at_once),
           UNIT_ONCE(a_carrier_that_knows_the_address_gets_no_registration),
           UNIT_ONCE(what_is_wrong_is_told_at_its_field),
           UNIT_ONCE(every_operator_can_be_connected))
