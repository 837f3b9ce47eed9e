#include <time.h>

#include "database.h"
#include "model/field.h"

static const char office[] =
    "INSERT INTO context (name) VALUES ('internal'), ('incoming');"
    "INSERT INTO ps_auths (id, username, password) VALUES ('user-101-office', '101', 'secret');"
    "INSERT INTO ps_aors (id, max_contacts) VALUES ('user-101-office', 3);"
    "INSERT INTO ps_endpoints (id, name, aors, auth, context, disallow, allow, callerid, rtp_symmetric) "
    "VALUES ('user-101-office', 'Иван', 'user-101-office', 'user-101-office', 'internal', 'all', "
    "'alaw,ulaw', 'User <101>', 'yes');"
    "INSERT INTO ps_aors (id, contact) VALUES ('trunk', 'sip:127.0.0.1:5090');"
    "INSERT INTO ps_endpoints (id, aors, context) VALUES ('trunk', 'trunk', 'incoming');"
    "INSERT INTO ps_endpoint_id_ips (id, endpoint, match) VALUES ('trunk', 'trunk', "
    "'10.0.0.0/8,192.0.2.7,sip.example.org');"
    "INSERT INTO ps_endpoint_id_ips (id, endpoint, match) VALUES ('one', 'user-101-office', '10.1.0.0/16');";

static int make(struct db **d, struct model_snapshot **s, const char *sql)
{
    int err = database_make(d, sql);

    return err ? err : model_snapshot_load(s, *d);
}

static int objects_are_found_and_joined(void)
{
    const struct model_endpoint *ep;
    struct model_snapshot *s = NULL;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(make(&d, &s, office), out);
    ep = model_endpoint_find(s, SLICE("user-101-office"));
    CHECK_TO(ep && strcmp(ep->title, "Иван") == 0 && strcmp(ep->context, "internal") == 0, out);
    CHECK_TO(ep->auths[0] == model_auth_find(s, SLICE("user-101-office")) && !ep->auths[1], out);
    CHECK_TO(ep->aors[0] == model_aor_find(s, SLICE("user-101-office")), out);
    CHECK_TO(ep->aors[0]->max_contacts == 3 && ep->aors[0]->maximum_expiration == 7200, out);
    CHECK_TO(strcmp(ep->auths[0]->password, "secret") == 0, out);
    CHECK_TO(ep->rtp_symmetric && ep->force_rport && !ep->rewrite_contact, out);
    CHECK_TO(model_endpoint_by_username(s, SLICE("101")) == ep, out);
    CHECK_TO(!model_endpoint_by_username(s, SLICE("102")), out);
    CHECK_TO(model_endpoint_by_aor(s, ep->aors[0]) == ep, out);
    CHECK_TO(!model_endpoint_find(s, SLICE("user-101")), out);
    CHECK_TO(model_endpoint_count(s) == 2 && model_endpoint_at(s, 1) == ep, out);
    CHECK_TO(model_snapshot_report(s)->count == 0, out);
out:
    if (s && model_snapshot_report(s)->count)
        report_print(s);
    mem_deref(s);
    mem_deref(d);
    return err;
}

static int a_context_that_does_not_exist_is_told_once(void)
{
    struct model_snapshot *s = NULL;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(make(&d, &s,
                     "INSERT INTO context (name) VALUES ('there');"
                     "INSERT INTO ps_endpoints (id, context) VALUES ('a', 'there'), ('b', 'lost'), "
                     "('c', 'lost'), ('d', 'gone');"),
                out);
    CHECK_TO(report_has(s, "context of an endpoint does not exist", "id=\"b\"", "value=\"lost\""),
             out);
    CHECK_TO(report_has(s, "id=\"d\"", "value=\"gone\"", NULL), out);
    CHECK_TO(model_snapshot_report(s)->count == 2 && model_endpoint_count(s) == 4, out);
out:
    mem_deref(s);
    mem_deref(d);
    return err;
}

static const struct model_endpoint *from(const struct model_snapshot *s, const char *host)
{
    struct addr a = {0};

    return addr_parse_host(&a, slice_of(host), 5060) == 0 ? model_endpoint_by_addr(s, &a) : NULL;
}

static int the_longest_network_names_the_endpoint(void)
{
    const struct model_endpoint *trunk, *phone;
    struct model_snapshot *s = NULL;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(make(&d, &s, office), out);
    trunk = model_endpoint_find(s, SLICE("trunk"));
    phone = model_endpoint_find(s, SLICE("user-101-office"));
    CHECK_TO(from(s, "10.2.3.4") == trunk && from(s, "10.1.3.4") == phone, out);
    CHECK_TO(from(s, "192.0.2.7") == trunk && !from(s, "192.0.2.8") && !from(s, "::1"), out);
    CHECK_TO(model_identify_count(s) == 2 && model_identify_at(s, 1)->has_names, out);
out:
    mem_deref(s);
    mem_deref(d);
    return err;
}

/* A wrong value in every column of every type that is checked: that object stays out, the others
 * not. */
static int a_wrong_value_refuses_that_object_only(void)
{
    static const char *const kinds[] = {"endpoint", "aor", "auth", "identify", "transport"};
    struct model_snapshot *s = NULL;
    struct db *d = NULL;
    char sql[600], column[80];
    uint32_t wrong = 0;
    int err;

    CHECK_OK_TO(database_make(&d, office), out);
    CHECK_OK_TO(db_run(d, "UPDATE static_sorcery SET commented=0"), out);
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        const struct model_type *t = model_type_find(slice_of(kinds[k]));

        for (const struct model_field *f = t->fields; f->column; f++) {
            if (model_field_set(f, NULL, SLICE("two words <"), NULL) != EINVAL)
                continue;
            snprintf(
                sql, sizeof(sql),
                "DELETE FROM %s WHERE id = 'bad'; INSERT INTO %s (id, \"%s\") VALUES ('bad', 'two words <')",
                t->table, t->table, f->column);
            CHECK_OK_TO(db_run(d, sql), out);
            CHECK_OK_TO(model_snapshot_load(&s, d), out);
            snprintf(column, sizeof(column), "column=%s value=\"two words <\"", f->column);
            if (!report_has(s, t->table, "id=\"bad\"", column))
                fprintf(stderr, "%s.%s is not named\n", t->table, f->column);
            CHECK_TO(report_has(s, t->table, "id=\"bad\"", column), out);
            CHECK_TO(report_has(s, column, "allowed=\"", NULL), out);
            CHECK_TO(!model_endpoint_find(s, SLICE("bad")) && !model_aor_find(s, SLICE("bad")),
                     out);
            CHECK_TO(model_endpoint_count(s) == 2, out);
            s = mem_deref(s);
            wrong++;
        }
        snprintf(sql, sizeof(sql), "DELETE FROM %s WHERE id = 'bad'", t->table);
        CHECK_OK_TO(db_run(d, sql), out);
    }
    CHECK_TO(wrong > 80, out);
out:
    mem_deref(s);
    mem_deref(d);
    return err;
}

static int a_restriction_that_nothing_obeys_keeps_the_endpoint_out(void)
{
    static const char *const set[][2] = {{"webrtc", "yes"}, {"dtls_cert_file", "/x.pem"}};
    struct model_snapshot *s = NULL;
    struct db *d = NULL;
    char sql[300];
    int err;

    CHECK_OK_TO(database_make(&d, office), out);
    for (size_t i = 0; i < sizeof(set) / sizeof(set[0]); i++) {
        snprintf(sql, sizeof(sql), "UPDATE ps_endpoints SET %s='%s' WHERE id='trunk'", set[i][0],
                 set[i][1]);
        CHECK_OK_TO(db_run(d, sql), out);
        CHECK_OK_TO(model_snapshot_load(&s, d), out);
        CHECK_TO(!model_endpoint_find(s, SLICE("trunk")) && model_endpoint_count(s) == 1, out);
        CHECK_TO(report_has(s, "nothing obeys this restriction", set[i][0], set[i][1]), out);
        snprintf(sql, sizeof(sql), "UPDATE ps_endpoints SET %s=NULL", set[i][0]);
        CHECK_OK_TO(db_run(d, sql), out);
        s = mem_deref(s);
    }
out:
    mem_deref(s);
    mem_deref(d);
    return err;
}

static int columns_that_nothing_obeys_are_named_once_together(void)
{
    struct model_snapshot *s = NULL;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(
        make(&d, &s,
             "INSERT INTO context (name) VALUES ('default');"
             "INSERT INTO ps_endpoints (id, ice_support, t38_udptl, refer_blind_progress) VALUES "
             "('a', 'yes', 'yes', 'no'), ('b', 'yes', NULL, 'yes');"
             "UPDATE ps_endpoints SET dtmf_mode = CASE id WHEN 'a' THEN 'inband' ELSE "
             "'info' END;"
             "INSERT INTO ps_aors (id, mailboxes) VALUES ('a', '1@default');"
             "INSERT INTO ps_registrations (id, server_uri, client_uri, security_negotiation) "
             "VALUES ('r', 'sip:x', 'sip:y', 'mediasec')"),
        out);
    CHECK_TO(report_has(s, "nothing obeys these columns yet", "ps_endpoints.ice_support(2)",
                        "ps_endpoints.t38_udptl(1)"),
             out);
    CHECK_TO(!report_has(s, "nothing obeys these columns yet", "ps_endpoints.dtmf_mode(1)", NULL),
             out);
    CHECK_TO(report_has(s, "nothing obeys these columns yet", "ps_aors.mailboxes(1)",
                        "ps_registrations.security_negotiation(1)"),
             out);
    CHECK_TO(!report_has(s, "refer_blind_progress", NULL, NULL) &&
                 model_snapshot_report(s)->count == 1,
             out);
    CHECK_TO(model_endpoint_count(s) == 2, out);
out:
    mem_deref(s);
    mem_deref(d);
    return err;
}

static int an_endpoint_never_loses_its_lock(void)
{
    struct model_snapshot *s = NULL;
    struct db *d = NULL;
    int err;

    /* the authentication or the access list is missing, or was refused itself: the door stays shut
     */
    CHECK_OK_TO(make(&d, &s,
                     "INSERT INTO ps_endpoints (id, auth) VALUES ('a', 'missing');"
                     "INSERT INTO ps_auths (id, auth_type) VALUES ('bad', 'nonsense');"
                     "INSERT INTO ps_endpoints (id, auth) VALUES ('b', 'bad');"
                     "INSERT INTO ps_auths (id, auth_type) VALUES ('oauth', 'google_oauth');"
                     "INSERT INTO ps_endpoints (id, auth) VALUES ('c', 'oauth');"
                     "INSERT INTO ps_endpoints (id, acl) VALUES ('d', 'office');"
                     "INSERT INTO ps_endpoints (id, aors) VALUES ('e', 'nowhere')"),
                out);
    CHECK_TO(model_endpoint_count(s) == 1 && model_endpoint_find(s, SLICE("e")), out);
    CHECK_TO(report_has(s, "id=\"a\" column=auth value=\"missing\"", NULL, NULL), out);
    CHECK_TO(report_has(s, "id=\"b\" column=auth value=\"bad\"", NULL, NULL), out);
    CHECK_TO(report_has(s, "id=\"c\" column=auth value=\"oauth\"", NULL, NULL), out);
    CHECK_TO(report_has(s, "id=\"d\" column=acl value=\"office\"", NULL, NULL), out);
    CHECK_TO(report_has(s, "names what is missing", "aors", "nowhere"), out);
out:
    mem_deref(s);
    mem_deref(d);
    return err;
}

static int passwords_are_never_shown(void)
{
    struct model_snapshot *s = NULL;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(make(&d, &s, "INSERT INTO ps_auths (id, oauth_secret) VALUES ('a', 'very-secret')"),
                out);
    CHECK_TO(report_has(s, "oauth_secret", "***", NULL) &&
                 !report_has(s, "very-secret", NULL, NULL),
             out);
out:
    mem_deref(s);
    mem_deref(d);
    return err;
}

static bool allows(const struct model_endpoint *ep, const char *host)
{
    struct addr a = {0};

    return addr_parse_host(&a, slice_of(host), 0) == 0 && model_rules_allow(&ep->rules, &a);
}

static int each_access_list_must_allow(void)
{
    const struct model_endpoint *ep;
    struct model_snapshot *s = NULL;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(
        make(
            &d, &s,
            "INSERT INTO acl (name, rules) VALUES ('office', 'deny=0.0.0.0/0.0.0.0,permit=10.0.0.0/8');"
            "INSERT INTO ps_endpoints (id, acl) VALUES ('a', 'office');"
            "INSERT INTO ps_endpoints (id, acl, deny) VALUES ('b', 'office', '10.9.0.0/16');"
            "INSERT INTO ps_endpoints (id, deny, permit) VALUES ('c', '0.0.0.0/0', '192.0.2.0/24');"
            "INSERT INTO acl (name, rules) VALUES ('far', 'deny=0.0.0.0/0,permit=192.0.2.0/24');"
            "INSERT INTO ps_endpoints (id, acl, permit) VALUES ('d', 'office', '192.0.2.0/24');"
            "INSERT INTO ps_endpoints (id, acl) VALUES ('e', 'office,far')"),
        out);
    ep = model_endpoint_find(s, SLICE("a"));
    CHECK_TO(ep && allows(ep, "10.9.0.1") && !allows(ep, "11.0.0.1"), out);
    ep = model_endpoint_find(s, SLICE("b"));
    CHECK_TO(ep && allows(ep, "10.8.0.1") && !allows(ep, "10.9.0.1"), out);
    ep = model_endpoint_find(s, SLICE("c"));
    CHECK_TO(ep && allows(ep, "192.0.2.1") && !allows(ep, "10.9.0.1"), out);
    ep = model_endpoint_find(s, SLICE("d"));
    CHECK_TO(ep && allows(ep, "10.8.0.1") && !allows(ep, "192.0.2.1"), out);
    ep = model_endpoint_find(s, SLICE("e"));
    CHECK_TO(ep && !allows(ep, "10.8.0.1") && !allows(ep, "192.0.2.1"), out);
out:
    mem_deref(s);
    mem_deref(d);
    return err;
}

static int the_manual_s_transport_recipe_works(void)
{
    const struct model_transport *t;
    struct model_snapshot *s = NULL;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(
        make(
            &d, &s,
            "update `static_sorcery` set `commented` = 1 where `filename` = \"sorcery.conf\" and "
            "`category` = \"res_pjsip\" and `var_name` = \"transport\";"
            "insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val) "
            "values (0,0,0,\"pjsip.conf\",\"transport-udp\",\"type\",\"transport\");"
            "insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val) "
            "values (0,0,0,\"pjsip.conf\",\"transport-udp\",\"protocol\",\"udp\");"
            "insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val) "
            "values (0,0,0,\"pjsip.conf\",\"transport-udp\",\"bind\",\"0.0.0.0:5060\");"
            "insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val) "
            "values (0,0,0,\"pjsip.conf\",\"transport-udp\",\"local_net\",\"192.168.0.0/24\");"
            "insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val) "
            "values (0,0,0,\"pjsip.conf\",\"transport-udp\",\"local_net\",\"10.0.0.0/8\");"
            "insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val) "
            "values (0,0,0,\"pjsip.conf\",\"transport-udp\",\"external_media_address\",\"1.1.1.1\");"
            "insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val) "
            "values (0,0,0,\"pjsip.conf\",\"transport-udp\",\"external_signaling_port\",\"5060\");"
            "insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val) "
            "values (0,0,0,\"pjsip.conf\",\"transport-udp\",\"allow_reload\",\"yes\");"
            "insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val) "
            "values (0,0,0,\"pjsip.conf\",\"transport-tcp\",\"type\",\"transport\");"
            "insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val) "
            "values (0,0,0,\"pjsip.conf\",\"transport-tcp\",\"protocol\",\"tcp\");"
            "insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val) "
            "values (0,0,0,\"pjsip.conf\",\"transport-tcp\",\"bind\",\"0.0.0.0:5061\");"
            "insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val) "
            "values (0,0,1,\"pjsip.conf\",\"transport-tcp\",\"bind\",\"nonsense\");"),
        out);
    CHECK_TO(model_transport_count(s) == 2, out);
    t = model_transport_find(s, SLICE("transport-udp"));
    CHECK_TO(t && t->protocol == MODEL_UDP && t->bind.port == 5060 && t->local_net.count == 2, out);
    CHECK_TO(strcmp(t->external_media_address, "1.1.1.1") == 0 &&
                 t->external_signaling_port == 5060,
             out);
    t = model_transport_find(s, SLICE("transport-tcp"));
    CHECK_TO(t && t->protocol == MODEL_TCP && t->bind.port == 5061, out);
    CHECK_TO(model_snapshot_report(s)->count == 0, out);
out:
    mem_deref(s);
    mem_deref(d);
    return err;
}

static int transports_come_from_their_table_when_sorcery_says_so(void)
{
    struct model_snapshot *s = NULL;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(
        make(&d, &s,
             "update static_sorcery set commented = 0 where var_name = 'transport';"
             "INSERT INTO ps_transports (id, protocol, bind) VALUES ('u', 'udp', '0.0.0.0:5070'),"
             "('w', 'wss', '0.0.0.0:443'), ('n', 'tcp', NULL)"),
        out);
    CHECK_TO(model_transport_count(s) == 1 && model_transport_at(s, 0)->bind.port == 5070, out);
    CHECK_TO(report_has(s, "nothing obeys this protocol", "id=\"w\"", NULL), out);
    CHECK_TO(report_has(s, "a value is missing", "id=\"n\"", "bind"), out);
out:
    mem_deref(s);
    mem_deref(d);
    return err;
}

static int routing_comes_from_both_tables(void)
{
    const struct model_context *c;
    struct model_snapshot *s = NULL;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(
        make(
            &d, &s,
            "INSERT INTO realtime_extensions (context, exten, priority, app, appdata) VALUES "
            "('internal', '102', 2, 'Hangup', ''), ('internal', '102', 1, 'Dial', 'PJSIP/102'),"
            "('internal', '101', 1, 'NoOp', 'x'), ('internal', '101', 1, 'NoOp', 'twice'),"
            "('internal', '', 1, 'NoOp', ''), ('internal', 'z', 0, 'NoOp', '');"
            "INSERT INTO static_extensions (filename, category, var_metric, var_name, var_val) VALUES "
            "('extensions.conf', 'globals', 0, 'TRUNK', 'PJSIP/trunk'),"
            "('extensions.conf', 'globals', 1, 'TRUNK', 'PJSIP/second'),"
            "('extensions.conf', 'globals', 2, 'OUT', '${TRUNK}/7'),"
            "('extensions.conf', 'globals', 3, 'A', 'behind those above'),"
            "('extensions.conf', 'internal', 0, 'include', 'outgoing'),"
            "('extensions.conf', 'internal', 1, 'include', 'parking'),"
            "('extensions.conf', 'internal', 2, 'exten', '101,hint,PJSIP/101'),"
            "('extensions.conf', 'menu', 0, 'exten', 's,1,Answer()'),"
            "('extensions.conf', 'menu', 1, 'same', 'n(again),Background(hello,m)'),"
            "('extensions.conf', 'menu', 2, 'same', 'n,Goto(again)'),"
            "('extensions.conf', 'menu', 3, 'exten', 'no sense'),"
            "('extensions.conf', 'menu', 4, 'switch', 'Realtime/menu@x'),"
            "('extensions.conf', 'menu', 5, 'lswitch', 'Lua/x');"
            "INSERT INTO context (name) VALUES ('empty')"),
        out);
    c = model_context_find(s, SLICE("internal"));
    CHECK_TO(c && c->step_count == 3 && c->include_count == 2 && c->hint_count == 1, out);
    CHECK_TO(strcmp(c->steps[0].exten, "101") == 0 && strcmp(c->steps[0].appdata, "x") == 0, out);
    CHECK_TO(strcmp(c->steps[1].app, "Dial") == 0 && c->steps[2].priority == 2, out);
    CHECK_TO(strcmp(c->includes[0], "outgoing") == 0 && strcmp(c->hints[0].app, "PJSIP/101") == 0,
             out);
    c = model_context_find(s, SLICE("menu"));
    CHECK_TO(c && c->step_count == 3 && c->steps[2].priority == 3, out);
    CHECK_TO(strcmp(c->steps[1].label, "again") == 0 && strcmp(c->steps[1].appdata, "hello,m") == 0,
             out);
    CHECK_TO(model_context_find(s, SLICE("empty"))->step_count == 0, out);
    CHECK_TO(strcmp(model_global_var(s, SLICE("TRUNK")), "PJSIP/second") == 0, out);
    CHECK_TO(!model_global_var(s, SLICE("trunk")), out);
    CHECK_TO(model_var_count(s) == 3 && strcmp(model_var_at(s, 0)->name, "TRUNK") == 0 &&
                 strcmp(model_var_at(s, 2)->name, "A") == 0,
             out);
    CHECK_TO(report_has(s, "stands twice", "exten=\"101\"", NULL), out);
    CHECK_TO(report_has(s, "no context, extension or application", NULL, NULL), out);
    CHECK_TO(report_has(s, "exten=\"z\"", "priority", NULL), out);
    CHECK_TO(report_has(s, "no sense", NULL, NULL) &&
                 report_has(s, "lswitch", "has no effect", NULL),
             out);
    CHECK_TO(model_snapshot_report(s)->count == 5, out);
out:
    if (err && s)
        report_print(s);
    mem_deref(s);
    mem_deref(d);
    return err;
}

static int settings_have_defaults_and_are_checked(void)
{
    const struct model_settings *o;
    struct model_snapshot *s = NULL;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(
        make(&d, &s,
             "INSERT INTO settings (name, value) VALUES ('language', 'en'), ('rtp_start', 'x'),"
             "('rtpend', '25000'), ('colour', 'blue')"),
        out);
    o = model_settings_of(s);
    CHECK_TO(strcmp(o->language, "en") == 0 && strcmp(o->tone_zone, "ru") == 0, out);
    CHECK_TO(o->rtp_start == 20000 && o->rtp_end == 25000 && o->max_channels == 20000, out);
    CHECK_TO(strncmp(o->user_agent, "Station/", 8) == 0 && strcmp(o->realm, "station") == 0, out);
    CHECK_TO(report_has(s, "unknown setting", "colour", NULL) &&
                 report_has(s, "rtp_start", "value=\"x\"", NULL),
             out);
    CHECK_TO(model_global_of(s)->max_forwards == 70 &&
                 model_global_of(s)->identifier_order.count == 3,
             out);
out:
    mem_deref(s);
    mem_deref(d);
    return err;
}

static int the_driver_s_global_section_counts(void)
{
    struct model_snapshot *s = NULL;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(make(&d, &s,
                     "INSERT INTO static_pjsip (filename, category, var_name, var_val) VALUES "
                     "('pjsip.conf', 'global', 'type', 'global'),"
                     "('pjsip.conf', 'global', 'endpoint_identifier_order', 'username,ip'),"
                     "('pjsip.conf', 'global', 'user_agent', 'PBX')"),
                out);
    CHECK_TO(model_global_of(s)->identifier_order.v[0] == MODEL_BY_USERNAME, out);
    CHECK_TO(strcmp(model_settings_of(s)->user_agent, "PBX") == 0, out);
out:
    mem_deref(s);
    mem_deref(d);
    return err;
}

static int columns_of_an_administrator_do_not_disturb(void)
{
    struct model_snapshot *s = NULL;
    struct db *d = NULL;
    int err;

    CHECK_OK_TO(make(&d, &s,
                     "INSERT INTO context (name) VALUES ('default');"
                     "ALTER TABLE ps_endpoints ADD COLUMN crm_id TEXT;"
                     "INSERT INTO ps_endpoints (id, crm_id) VALUES ('a', 'x y z')"),
                out);
    CHECK_TO(model_endpoint_count(s) == 1 && model_snapshot_report(s)->count == 0, out);
out:
    mem_deref(s);
    mem_deref(d);
    return err;
}

/* Cost: 10,000 phones under 1.5 kB each. Time is printed; a sanitizer's build is slow. */
static int ten_thousand_phones_are_small(void)
{
    struct model_snapshot *s = NULL;
    struct db *d = NULL;
    struct timespec a, b;
    uint64_t bytes;
    int err;

    CHECK_OK_TO(
        make(
            &d, &s,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO "
            "ps_auths (id, username, password) SELECT printf('u%05d', i), printf('u%05d', i), "
            "printf('pw-u%05d', i) FROM n;"
            "INSERT INTO ps_aors (id, max_contacts, remove_existing) SELECT id, 1, 'yes' FROM ps_auths;"
            "INSERT INTO ps_endpoints (id, aors, auth, context, disallow, allow, direct_media) SELECT id, id, "
            "id, 'load', 'all', 'ulaw,alaw', 'no' FROM ps_auths;"),
        out);
    CHECK_TO(model_endpoint_count(s) == 10000, out);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    s = mem_deref(s);
    CHECK_OK_TO(model_snapshot_load(&s, d), out);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    bytes = model_snapshot_bytes(s);
    fprintf(stderr, "10,000 phones: %.0f ms, %.0f bytes each\n",
            (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6,
            (double)bytes / 1e4);
    CHECK_TO(bytes < 10000ull * 1500, out);
out:
    mem_deref(s);
    mem_deref(d);
    return err;
}

UNIT_TESTS(UNIT(objects_are_found_and_joined),
           UNIT_ONCE(a_context_that_does_not_exist_is_told_once),
           UNIT_ONCE(the_longest_network_names_the_endpoint),
           UNIT_ONCE(a_wrong_value_refuses_that_object_only),
           UNIT_ONCE(a_restriction_that_nothing_obeys_keeps_the_endpoint_out),
           UNIT(columns_that_nothing_obeys_are_named_once_together),
           UNIT(an_endpoint_never_loses_its_lock), UNIT_ONCE(passwords_are_never_shown),
           UNIT(each_access_list_must_allow), UNIT_ONCE(the_manual_s_transport_recipe_works),
           UNIT_ONCE(transports_come_from_their_table_when_sorcery_says_so),
           UNIT(routing_comes_from_both_tables), UNIT_ONCE(settings_have_defaults_and_are_checked),
           UNIT_ONCE(the_driver_s_global_section_counts),
           UNIT_ONCE(columns_of_an_administrator_do_not_disturb),
           UNIT_ONCE(ten_thousand_phones_are_small))
