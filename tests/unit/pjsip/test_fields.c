/* test_fields.c - columns of aor, auth, identify, global and system: what each one changes */
#include "pjsip/office.h"
#include "pjsip/identify.h"
#include "pjsip/names.h"
#include "sip/core.h"

struct case_ {
    struct office o;
    struct phone ph;
};

static void case_fini(struct case_ *c)
{
    phone_fini(&c->ph);
    office_fini(&c->o);
}

static int case_init(struct case_ *c, const char *host, const char *user, const char *password)
{
    int err = office_init(&c->o, false);

    memset(&c->ph, 0, sizeof(c->ph));
    if (!err)
        err = phone_init(&c->ph, &c->o, host, user, password);
    if (err)
        case_fini(c);
    return err;
}

static void say_register(struct case_ *c, const char *from, const char *to)
{
    static unsigned cseq = 1;

    phone_forget(&c->ph);
    phone_say(&c->ph, &(struct phone_args){.method = "REGISTER",
                                           .uri = "sip:" STATION,
                                           .from = from,
                                           .to = to,
                                           .call_id = "fields",
                                           .cseq = cseq++,
                                           .headers = "Contact: <sip:101@192.0.2.10:5060>\r\n"});
}

/* What the first challenge holds, for one statement on the database. */
static const struct {
    const char *sql, *is_there, *is_not_there;
} challenges[] = {
    {"SELECT 1", "realm=\"station\"", "SHA-256"},
    {"UPDATE ps_auths SET realm = 'office' WHERE id = '101'", "realm=\"office\"", "station"},
    {"UPDATE ps_auths SET supported_algorithms_uas = 'SHA-256,MD5' WHERE id = '101'", "SHA-256",
     NULL},
    {"UPDATE static_pjsip SET var_val = 'house', var_name = 'default_realm' WHERE category = "
     "'global' AND var_name = 'endpoint_identifier_order'",
     "realm=\"house\"", "station"},
};

static int a_challenge_says_what_the_rows_say(void)
{
    struct case_ c;
    int err;

    for (size_t i = 0; i < sizeof(challenges) / sizeof(challenges[0]); i++) {
        const struct sip_msg *m;
        char text[2000];

        CHECK_OK(case_init(&c, "192.0.2.10", "101", "pw-101"));
        EXPECT(!office_change(&c.o, challenges[i].sql));
        say_register(&c, NULL, "101");
        m = phone_response(&c.ph, SIP_REGISTER);
        EXPECT(m && m->status == 401);
        slice_copy(m->bytes, text, sizeof(text));
        EXPECT(strstr(text, challenges[i].is_there));
        EXPECT(!challenges[i].is_not_there || !strstr(text, challenges[i].is_not_there));
        case_fini(&c);
    }
    return 0;
out:
    case_fini(&c);
    return err;
}

static int a_nonce_lives_as_long_as_nonce_lifetime_says(void)
{
    struct case_ c;
    int err;

    for (int i = 0; i < 2; i++) {
        CHECK_OK(case_init(&c, "192.0.2.10", "101", "pw-101"));
        EXPECT(!office_change(&c.o, i ? "UPDATE ps_auths SET nonce_lifetime = 32" : "SELECT 1"));
        say_register(&c, NULL, "101");
        EXPECT(!phone_answer_challenge(&c.ph, SIP_REGISTER, "sip:" STATION));
        loop_fake_advance(c.o.loop, 40000);
        say_register(&c, NULL, "101");
        EXPECT(phone_status(&c.ph, SIP_REGISTER) == (i ? 401 : 200));
        EXPECT(!i || sip_auth_is_stale(phone_response(&c.ph, SIP_REGISTER)));
        case_fini(&c);
    }
    return 0;
out:
    case_fini(&c);
    return err;
}

static bool creds_of(struct slice realm, struct sip_credential *c, void *arg)
{
    pjsip_auth_take(arg, c);
    return pjsip_auth_better(NULL, arg, realm) != NULL;
}

/* supported_algorithms_uac: which challenges are answered. */
static int a_challenge_is_answered_by_the_algorithms_that_are_allowed(void)
{
    static const char response[] =
        "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
        "To: <sip:a@b>;tag=2\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\n"
        "WWW-Authenticate: Digest realm=\"r\",nonce=\"n\",algorithm=SHA-512-256,qop=\"auth\"\r\n"
        "WWW-Authenticate: Digest realm=\"r\",nonce=\"n\",algorithm=SHA-256,qop=\"auth\"\r\n"
        "WWW-Authenticate: Digest realm=\"r\",nonce=\"n\",algorithm=MD5,qop=\"auth\"\r\n"
        "Content-Length: 0\r\n\r\n";
    static const char *const allowed[] = {"MD5", "SHA-256", "SHA-512-256", "SHA-512-256,MD5"};
    static const char *const taken[] = {"=MD5", "=SHA-256", "=SHA-512-256", "=SHA-512-256"};
    struct case_ c;
    int err;

    for (int i = 0; i < 4; i++) {
        const struct model_auth *a;
        struct sip_msg *m = NULL;
        struct sip_why why;
        struct buf lines;
        char sql[128];

        CHECK_OK(case_init(&c, "192.0.2.10", "101", "pw-101"));
        snprintf(sql, sizeof(sql),
                 "UPDATE ps_auths SET supported_algorithms_uac = '%s' WHERE id = 'out'",
                 allowed[i]);
        EXPECT(!office_change(&c.o, sql));
        a = model_auth_find(c.o.pjsip->snap, SLICE("out"));
        EXPECT(a && !sip_msg_decode(&m, SLICE(response), &why));
        buf_init(&lines, 1000);
        err = sip_auth_answer(&lines, m, SIP_REGISTER, SLICE("sip:r"), SLICE_NONE, creds_of,
                              (void *)a);
        EXPECT(err || strstr(buf_z(&lines), taken[i]));
        buf_fini(&lines);
        mem_deref(m);
        case_fini(&c);
    }
    return 0;
out:
    case_fini(&c);
    return err;
}

/* Of several authentications the one of the realm answers, one for any realm only when there is none. */
static int the_realm_s_own_credentials_come_first(void)
{
    struct sip_credential c;
    struct pjsip_creds *creds;
    struct office o;
    int err;

    CHECK_OK(office_init(&o, false));
    EXPECT(!office_change(&o, "INSERT INTO ps_auths (id,auth_type,username,password,realm) VALUES "
                              "('own','userpass','own','pw-own','carrier');"
                              "UPDATE ps_endpoints SET outbound_auth = 'out,own' WHERE id = "
                              "'trunk'"));
    EXPECT(!pjsip_creds_get(&creds, o.pjsip, model_endpoint_find(o.pjsip->snap, SLICE("trunk"))));
    EXPECT(pjsip_creds_find(SLICE("carrier"), &c, creds) && !strcmp(c.user, "own"));
    EXPECT(pjsip_creds_find(SLICE("other"), &c, creds) && !strcmp(c.user, "station"));
out:
    office_fini(&o);
    return err;
}

/* ignore_uri_user_options: a call to "600;phone=1" is one to 600. */
static int user_options_of_a_called_number_are_dropped_too(void)
{
    struct case_ c;
    int err;

    for (int i = 0; i < 2; i++) {
        CHECK_OK(case_init(&c, "192.0.2.90", "trunk", "pw"));
        EXPECT(!office_change(&c.o, i ? "UPDATE static_pjsip SET var_name = "
                                        "'ignore_uri_user_options', var_val = 'yes' WHERE category "
                                        "= 'global' AND var_name = 'endpoint_identifier_order'"
                                      : "SELECT 1"));
        phone_say(&c.ph, &(struct phone_args){.method = "INVITE",
                                              .uri = "sip:404;phone=1@" STATION,
                                              .to = "404",
                                              .call_id = "options",
                                              .cseq = 1,
                                              .headers = "Contact: <sip:t@192.0.2.90>\r\n"});
        EXPECT(phone_status(&c.ph, SIP_INVITE) == (i ? 404 : 100) ||
               (!i && phone_status(&c.ph, SIP_INVITE) == 0));
        case_fini(&c);
    }
    return 0;
out:
    case_fini(&c);
    return err;
}

/* ignore_uri_user_options: "101;phone=1" is 101. */
static int user_options_are_dropped_when_that_is_asked_for(void)
{
    struct case_ c;
    int err;

    for (int i = 0; i < 2; i++) {
        CHECK_OK(case_init(&c, "192.0.2.10", "101", "pw-101"));
        EXPECT(!office_change(&c.o, i ? "UPDATE static_pjsip SET var_name = "
                                        "'ignore_uri_user_options', var_val = 'yes' WHERE category "
                                        "= 'global' AND var_name = 'endpoint_identifier_order'"
                                      : "SELECT 1"));
        say_register(&c, "101;phone=1", "101;phone=1");
        EXPECT(!phone_answer_challenge(&c.ph, SIP_REGISTER, "sip:" STATION));
        say_register(&c, "101;phone=1", "101;phone=1");
        EXPECT(phone_status(&c.ph, SIP_REGISTER) == (i ? 200 : 401));
        case_fini(&c);
    }
    return 0;
out:
    case_fini(&c);
    return err;
}

/* An endpoint 101@192.0.2.1 is found by its domain, unless disable_multi_domain says no. */
static int names_with_a_domain_are_found_unless_disable_multi_domain(void)
{
    struct case_ c;
    int err;

    for (int i = 0; i < 2; i++) {
        struct pjsip_who who;

        CHECK_OK(case_init(&c, "192.0.2.10", "101", "pw-101"));
        EXPECT(!office_change(
            &c.o, i ? "INSERT INTO ps_endpoints (id,auth) VALUES ('101@192.0.2.1','101');"
                      "UPDATE static_pjsip SET var_name = 'disable_multi_domain', var_val = 'yes' "
                      "WHERE category = 'global' AND var_name = 'endpoint_identifier_order'"
                    : "INSERT INTO ps_endpoints (id,auth) VALUES ('101@192.0.2.1','101')"));
        say_register(&c, NULL, "101");
        {
            struct sip_msg *m = NULL;
            struct sip_why why;

            EXPECT(!sip_msg_decode(&m,
                                   SLICE("REGISTER sip:x SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4"
                                         "bK1\r\nFrom: <sip:101@192.0.2.1>;tag=1\r\nTo: <sip:101@x>"
                                         "\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\nContent-Length: 0"
                                         "\r\n\r\n"),
                                   &why));
            addr_parse_host(&m->flow.remote, SLICE("192.0.2.10"), 5060);
            err = pjsip_identify(c.o.pjsip, m, &who);
            mem_deref(m);
        }
        EXPECT(!err && !strcmp(who.endpoint->name, i ? "101" : "101@192.0.2.1"));
        case_fini(&c);
    }
    return 0;
out:
    case_fini(&c);
    return err;
}

static const struct {
    const char *name, *value;
    uint32_t ping_s;
    bool is_tcp;
} core[] = {
    {"keep_alive_interval", "30", 30, false},
    {"keep_alive_interval", "0", 0, false},
    {"max_forwards", "70", 90, false},
};

static int the_core_is_told_what_global_and_system_say(void)
{
    struct case_ c;
    int err;

    for (size_t i = 0; i < sizeof(core) / sizeof(core[0]); i++) {
        char sql[400];

        CHECK_OK(case_init(&c, "192.0.2.10", "101", "pw-101"));
        snprintf(
            sql, sizeof(sql),
            "UPDATE static_pjsip SET var_name = '%s', var_val = '%s' WHERE category = 'global' "
            "AND var_name = 'endpoint_identifier_order';INSERT INTO static_pjsip (cat_metric,"
            "var_metric,commented,filename,category,var_name,var_val) VALUES "
            "(7,0,0,'pjsip.conf','system','type','system'),"
            "(7,1,0,'pjsip.conf','system','disable_tcp_switch','%s')",
            core[i].name, core[i].value, i == 2 ? "no" : "yes");
        EXPECT(!office_change(&c.o, sql));
        EXPECT(c.o.sip->ping_ms == core[i].ping_s * 1000 && c.o.sip->tcp_switch == (i == 2));
        case_fini(&c);
    }
    return 0;
out:
    case_fini(&c);
    return err;
}

static int system_row_sets_timers_and_compact_names(void)
{
    struct case_ c;
    int err;

    for (int i = 0; i < 2; i++) {
        const struct sip_msg *m;

        CHECK_OK(case_init(&c, "192.0.2.10", "101", "pw-101"));
        EXPECT(!office_change(
            &c.o, i ? "INSERT INTO static_pjsip (cat_metric,var_metric,commented,filename,category,"
                      "var_name,var_val) VALUES (7,0,0,'pjsip.conf','system','type','system'),"
                      "(7,1,0,'pjsip.conf','system','timer_t1','200'),"
                      "(7,2,0,'pjsip.conf','system','timer_b','20000'),"
                      "(7,3,0,'pjsip.conf','system','compact_headers','yes')"
                    : "SELECT 1"));
        EXPECT(c.o.sip->t1_ms == (i ? 200 : 500) && c.o.sip->timeout_ms == (i ? 20000 : 32000));
        say_register(&c, NULL, "101");
        m = phone_response(&c.ph, SIP_REGISTER);
        EXPECT(m && m->status == 401);
        EXPECT(slice_eqz(sip_msg_header_name(m, 0), i ? "v" : "Via"));
        case_fini(&c);
    }
    return 0;
out:
    case_fini(&c);
    return err;
}

/* ---- qualifying: qualify_2xx_only, qualify_timeout, outbound_proxy ---- */

static struct contact *asked_contact(const struct office *o)
{
    struct aor *a = aor_find(o->pjsip, SLICE("asked"));

    return a ? contact_of_link(list_first(&a->contacts)) : NULL;
}

static void answer_options(struct case_ *c, unsigned code)
{
    const struct sip_msg *m = phone_request(&c->ph, SIP_OPTIONS);
    struct buf text;

    buf_init(&text, 4096);
    if (m &&
        !sip_answer_print(&text, m,
                          &(struct sip_answer){.code = (uint16_t)code, .to_tag = SLICE("t")}, NULL))
        phone_send(&c->ph, buf_z(&text));
    buf_fini(&text);
    phone_forget(&c->ph);
}

static int a_refused_question_counts_by_qualify_2xx_only(void)
{
    struct case_ c;
    int err;

    for (int i = 0; i < 2; i++) {
        CHECK_OK(case_init(&c, "192.0.2.91", "asked", ""));
        EXPECT(
            !office_change(&c.o, i ? "UPDATE ps_aors SET qualify_2xx_only = 'yes'" : "SELECT 1"));
        EXPECT(asked_contact(&c.o) && !qualify_now(asked_contact(&c.o)));
        office_settle(&c.o);
        answer_options(&c, 404);
        EXPECT(asked_contact(&c.o)->status == (i ? CONTACT_UNAVAIL : CONTACT_AVAIL));
        case_fini(&c);
    }
    return 0;
out:
    case_fini(&c);
    return err;
}

static int a_question_waits_for_qualify_timeout_and_goes_by_outbound_proxy(void)
{
    struct case_ c;
    int err = case_init(&c, "192.0.2.92", "proxy", "");

    CHECK_OK(err);
    EXPECT(!office_change(&c.o, "UPDATE ps_aors SET outbound_proxy = 'sip:192.0.2.92:5060;lr', "
                                "qualify_timeout = '5.0' WHERE id = 'asked'"));
    EXPECT(!qualify_now(asked_contact(&c.o)));
    office_settle(&c.o);
    EXPECT(phone_request(&c.ph, SIP_OPTIONS));
    loop_fake_advance(c.o.loop, 4500);
    EXPECT(asked_contact(&c.o)->status != CONTACT_UNAVAIL);
    loop_fake_advance(c.o.loop, 1000);
    EXPECT(asked_contact(&c.o)->status == CONTACT_UNAVAIL);
out:
    case_fini(&c);
    return err;
}

/* max_initial_qualify_time: the first question comes within it, not within the whole period. */
static int the_first_question_comes_within_max_initial_qualify_time(void)
{
    struct case_ c;
    int err = case_init(&c, "192.0.2.91", "asked", "");

    CHECK_OK(err);
    EXPECT(!office_change(&c.o,
                          "UPDATE static_pjsip SET var_name = 'max_initial_qualify_time', var_val "
                          "= '2' WHERE category = 'global' AND var_name = "
                          "'endpoint_identifier_order';UPDATE ps_aors SET qualify_frequency = 3600 "
                          "WHERE id = 'asked'"));
    timer_stop(&asked_contact(&c.o)->qualify);
    c.o.pjsip->is_running = false;
    qualify_start(asked_contact(&c.o));
    c.o.pjsip->is_running = true;
    loop_fake_advance(c.o.loop, 2100);
    EXPECT(phone_request(&c.ph, SIP_OPTIONS));
out:
    case_fini(&c);
    return err;
}

/* ---- registrations: default_, minimum_ and maximum_expiration, remove_unavailable ---- */

static int granted_s(const struct case_ *c)
{
    const struct sip_msg *m = phone_response(&c->ph, SIP_REGISTER);
    struct sip_name_addr n;
    struct slice text;
    uint32_t seconds;

    if (!m || m->status != 200 || sip_msg_contact(m, 0, &n) ||
        !sip_param(n.params, "expires", &text) || slice_u32(text, &seconds))
        return m ? -(int)m->status : 0;
    return (int)seconds;
}

/* One REGISTER of 101 with these lines, the challenge answered. */
static void register_with(struct case_ *c, const char *lines)
{
    static unsigned cseq = 100;
    struct phone_args a = {.method = "REGISTER",
                           .uri = "sip:" STATION,
                           .to = "101",
                           .call_id = "periods",
                           .headers = lines};

    for (int i = 0; i < 2; i++) {
        a.cseq = cseq++;
        phone_say(&c->ph, &a);
        if (i || phone_status(&c->ph, SIP_REGISTER) != 401)
            break;
        phone_answer_challenge(&c->ph, SIP_REGISTER, "sip:" STATION);
        phone_forget(&c->ph);
    }
    c->ph.auth[0] = '\0';
}

#define AT(port) "Contact: <sip:101@192.0.2.10:" port ">\r\n"

static const struct {
    const char *set, *lines;
    int granted_s; /* below 0: refused with this status */
} periods[] = {
    {"default_expiration = 777", AT("5060"), 777},
    {"default_expiration = 50, minimum_expiration = 90", AT("5060"), 90},
    {"minimum_expiration = 300", AT("5060") "Expires: 299\r\n", -423},
    {"minimum_expiration = 300", AT("5060") "Expires: 300\r\n", 300},
    {"maximum_expiration = 400", AT("5060") "Expires: 9999\r\n", 400},
};

static int periods_are_those_of_the_address_of_record(void)
{
    struct case_ c;
    int err;

    for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
        char sql[128];

        CHECK_OK(case_init(&c, "192.0.2.10", "101", "pw-101"));
        snprintf(sql, sizeof(sql), "UPDATE ps_aors SET %s WHERE id = '101'", periods[i].set);
        EXPECT(!office_change(&c.o, sql));
        register_with(&c, periods[i].lines);
        EXPECT(granted_s(&c) == periods[i].granted_s);
        case_fini(&c);
    }
    return 0;
out:
    case_fini(&c);
    return err;
}

static int a_contact_out_of_reach_makes_room(void)
{
    struct case_ c;
    int err;

    for (int i = 0; i < 2; i++) {
        struct aor *a;

        CHECK_OK(case_init(&c, "192.0.2.10", "101", "pw-101"));
        EXPECT(!office_change(&c.o, i ? "UPDATE ps_endpoints SET rewrite_contact = 'no';UPDATE "
                                        "ps_aors SET remove_existing = 'no', remove_unavailable = "
                                        "'yes' WHERE id = '101'"
                                      : "UPDATE ps_endpoints SET rewrite_contact = 'no';UPDATE "
                                        "ps_aors SET remove_existing = 'no' WHERE id = '101'"));
        register_with(&c, AT("5060"));
        a = aor_find(c.o.pjsip, SLICE("101"));
        EXPECT(a && a->registered == 1);
        contact_of_link(list_first(&a->contacts))->status = CONTACT_UNAVAIL;
        register_with(&c, AT("5070"));
        EXPECT(phone_status(&c.ph, SIP_REGISTER) == (i ? 200 : 403));
        EXPECT(a->registered == 1);
        case_fini(&c);
    }
    return 0;
out:
    case_fini(&c);
    return err;
}

/* srv_lookups: the addresses behind an identify row's name are looked up by SRV, too. */
static int names_of_identify_rows_are_found_by_srv_when_asked_for(void)
{
    const struct dns_srv srv = {.target = "far.example", .port = 5080, .priority = 1, .weight = 1};
    struct case_ c;
    int err;

    for (int i = 0; i < 2; i++) {
        struct addr from;
        char sql[200];

        CHECK_OK(case_init(&c, "192.0.2.10", "101", "pw-101"));
        EXPECT(!dns_fake_add_srv(c.o.dns, "_sip._udp.carrier.example", &srv));
        snprintf(sql, sizeof(sql),
                 "DELETE FROM ps_endpoint_id_ips;INSERT INTO ps_endpoint_id_ips (id,endpoint,match,"
                 "srv_lookups) VALUES ('s','trunk','carrier.example','%s')",
                 i ? "yes" : "no");
        EXPECT(!office_change(&c.o, sql));
        loop_fake_advance(c.o.loop, 100);
        addr_parse_host(&from, SLICE("192.0.2.99"), 5060);
        EXPECT((names_find(c.o.pjsip, &from) != NULL) == (i == 1));
        case_fini(&c);
    }
    return 0;
out:
    case_fini(&c);
    return err;
}

UNIT_TESTS(UNIT(system_row_sets_timers_and_compact_names),
           UNIT(periods_are_those_of_the_address_of_record),
           UNIT(a_contact_out_of_reach_makes_room),
           UNIT(names_of_identify_rows_are_found_by_srv_when_asked_for),
           UNIT(a_challenge_says_what_the_rows_say),
           UNIT(a_nonce_lives_as_long_as_nonce_lifetime_says),
           UNIT(a_challenge_is_answered_by_the_algorithms_that_are_allowed),
           UNIT(the_realm_s_own_credentials_come_first),
           UNIT(user_options_of_a_called_number_are_dropped_too),
           UNIT(user_options_are_dropped_when_that_is_asked_for),
           UNIT(names_with_a_domain_are_found_unless_disable_multi_domain),
           UNIT(the_core_is_told_what_global_and_system_say),
           UNIT(a_refused_question_counts_by_qualify_2xx_only),
           UNIT(a_question_waits_for_qualify_timeout_and_goes_by_outbound_proxy),
           UNIT(the_first_question_comes_within_max_initial_qualify_time))
