/* test_contact.c - contacts as they are kept: URIs, qualifying, changes of the configuration */
#include "ipc/console.h"
#include "pjsip/office.h"
#include "pjsip/trace.h"

/* Completion belongs to role/. */
void console_offer(struct console_words *w, const char *word)
{
}

/* ---- URIs ---- */

static const struct {
    const char *kept, *restored, *reach;
} uris[] = {
    {"sip:101@192.0.2.10:5060", "sip:101@192.0.2.10:5060", "sip:101@192.0.2.10:5060"},
    {"sip:101@192.0.2.10:5060;x-ast-orig-host=10.0.0.7:5062", "sip:101@10.0.0.7:5062",
     "sip:101@192.0.2.10:5060"},
    {"sip:101@192.0.2.10:40001;transport=tcp;ob;x-ast-orig-host=10.0.0.7",
     "sip:101@10.0.0.7;transport=tcp;ob", "sip:101@10.0.0.7;transport=tcp;ob"},
    {"sip:192.0.2.10;x-ast-orig-host=a.example", "sip:a.example", "sip:192.0.2.10"},
    {"sips:1@[2001:db8::1]:5061;x-ast-orig-host=[fe80::1]:9", "sips:1@[fe80::1]:9",
     "sips:1@[fe80::1]:9"},
    {"tel:+7495", "tel:+7495", "tel:+7495"},
    {"sip:1@192.0.2.10;x-ast-orig-host=10.0.0.7?X=1", "sip:1@10.0.0.7?X=1", "sip:1@192.0.2.10"},
    {"sip:1@192.0.2.10;ob?X=1", "sip:1@192.0.2.10;ob?X=1", "sip:1@192.0.2.10;ob"},
};

static int a_kept_uri_gives_back_both_hosts(void)
{
    struct buf b;
    int err = 0;

    buf_init(&b, 1000);
    for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
        buf_reset(&b);
        CHECK_OK_TO(contact_uri_restore(&b, slice_of(uris[i].kept)), out);
        CHECK_TO(slice_eqz(buf_slice(&b), uris[i].restored), out);
        buf_reset(&b);
        CHECK_OK_TO(contact_uri_reach(&b, slice_of(uris[i].kept)), out);
        CHECK_TO(slice_eqz(buf_slice(&b), uris[i].reach), out);
        buf_reset(&b);
        CHECK_OK_TO(contact_uri_request(&b, slice_of(uris[i].kept)), out);
        CHECK_TO(slice_starts(slice_of(uris[i].restored), buf_slice(&b)), out);
        CHECK_TO(slice_chr(buf_slice(&b), '?') < 0, out);
    }
out:
    buf_fini(&b);
    return err;
}

static int an_id_is_asterisks(void)
{
    struct office o;
    struct contact *c = NULL;
    struct aor *a = NULL;
    int err = office_init(&o, false);

    CHECK_OK(err);
    a = aor_get(o.pjsip, SLICE("101"));
    EXPECT(a && !contact_alloc(&c, a, &(struct contact_args){.uri = SLICE("sip:101@10.0.0.7")}));
    /* md5 of the URI */
    EXPECT(slice_eqz(c->id, "101;@cee96af95035e36f1faad41142b8a067"));
    EXPECT(!contact_find_id(o.pjsip, c->id));
    c->expires.us = loop_wall(o.loop).us + 60000000;
    contact_add(c, NULL);
    EXPECT(contact_find_id(o.pjsip, c->id) == c);
    EXPECT(!contact_find_id(o.pjsip, SLICE(";@")));
out:
    mem_deref(c);
    if (a)
        aor_release(a);
    office_fini(&o);
    return err;
}

/* ---- qualifying ---- */

static const struct contact *first_contact(struct office *o, const char *aor)
{
    struct aor *a = aor_find(o->pjsip, slice_of(aor));

    return a ? contact_of_link(list_first(&a->contacts)) : NULL;
}

static int a_contact_that_answers_is_available(void)
{
    struct office o;
    struct phone ph;
    struct buf text;
    const struct sip_msg *m;
    int err = office_init(&o, false);

    CHECK_OK(err);
    buf_init(&text, 4096);
    err = phone_init(&ph, &o, "192.0.2.91", "asked", "");
    EXPECT(!err);
    EXPECT(first_contact(&o, "asked")->status == CONTACT_UNKNOWN);
    EXPECT(first_contact(&o, "trunk")->status == CONTACT_NONQUAL);
    for (int i = 0; i < 31000 && !phone_request(&ph, SIP_OPTIONS); i++)
        loop_fake_advance(o.loop, 1);
    m = phone_request(&ph, SIP_OPTIONS);
    EXPECT(m && slice_eqz(m->request_uri, "sip:asked@192.0.2.91:5060"));
    loop_fake_advance(o.loop, 20);
    sip_answer_print(&text, m, &(struct sip_answer){.code = 404, .to_tag = SLICE("t")}, NULL);
    EXPECT(!buf_err(&text));
    phone_send(&ph, buf_z(&text));
    EXPECT(first_contact(&o, "asked")->status == CONTACT_AVAIL);
    EXPECT(first_contact(&o, "asked")->rtt_us >= 20000);
    /* and when it falls silent it is out of reach, 30 + 3 s later */
    phone_forget(&ph);
    loop_fake_advance(o.loop, 34000);
    EXPECT(first_contact(&o, "asked")->status == CONTACT_UNAVAIL);
    EXPECT(phone_request(&ph, SIP_OPTIONS));
out:
    buf_fini(&text);
    phone_fini(&ph);
    office_fini(&o);
    return err;
}

/* ---- changes ---- */

static int a_change_of_the_configuration_keeps_what_is_the_same(void)
{
    struct office o;
    struct aor *a;
    struct contact *c = NULL;
    int err = office_init(&o, false);

    CHECK_OK(err);
    a = aor_get(o.pjsip, SLICE("102"));
    EXPECT(a &&
           !contact_alloc(&c, a,
                          &(struct contact_args){.uri = SLICE("sip:102@192.0.2.12"),
                                                 .expires = {loop_wall(o.loop).us + 600000000}}));
    contact_add(c, NULL);
    EXPECT(!office_change(&o,
                          "UPDATE ps_aors SET contact = 'sip:new@192.0.2.92' WHERE id = 'trunk';"
                          "DELETE FROM ps_aors WHERE id = 'asked';"
                          "UPDATE ps_endpoints SET context = 'other' WHERE id = '102';"));
    EXPECT(slice_eqz(first_contact(&o, "trunk")->uri, "sip:new@192.0.2.92"));
    EXPECT(!aor_find(o.pjsip, SLICE("asked")));
    EXPECT(first_contact(&o, "102") == c);
    EXPECT(pjsip_transports_open(o.pjsip) == 1);
    EXPECT(!strcmp(model_endpoint_find(o.pjsip->snap, SLICE("102"))->context, "other"));
out:
    mem_deref(c);
    office_fini(&o);
    return err;
}

static int transports_follow_the_configuration(void)
{
    struct office o;
    struct sip_binding *b;
    int err = office_init(&o, false);

    CHECK_OK(err);
    b = sip_binding_find(o.sip, "transport-udp");
    EXPECT(b);
    /* an external address changes in place */
    EXPECT(!office_change(
        &o, "INSERT INTO static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,"
            "var_val) VALUES (1,3,0,'pjsip.conf','transport-udp','external_signaling_address',"
            "'203.0.113.7')"));
    EXPECT(sip_binding_find(o.sip, "transport-udp") == b);
    /* another port opens anew, a second transport comes, and goes again */
    EXPECT(!office_change(
        &o, "UPDATE static_pjsip SET var_val = '192.0.2.1:5070' WHERE var_name = 'bind';"
            "INSERT INTO static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,"
            "var_val) VALUES (5,0,0,'pjsip.conf','transport-tcp','type','transport'),"
            "(5,1,0,'pjsip.conf','transport-tcp','protocol','tcp'),"
            "(5,2,0,'pjsip.conf','transport-tcp','bind','192.0.2.1:5071')"));
    EXPECT(pjsip_transports_open(o.pjsip) == 2);
    EXPECT(sip_binding_local(sip_binding_find(o.sip, "transport-udp"))->port == 5070);
    EXPECT(sip_binding_find(o.sip, "transport-tcp"));
    EXPECT(!office_change(&o, "DELETE FROM static_pjsip WHERE category = 'transport-udp'"));
    EXPECT(pjsip_transports_open(o.pjsip) == 0 && !sip_binding_next(o.sip, NULL));
    EXPECT(pjsip_is_ready(o.pjsip));
out:
    office_fini(&o);
    return err;
}

static int a_port_in_use_leaves_the_rest_working(void)
{
    struct office o;
    int err = office_init(&o, false);

    CHECK_OK(err);
    EXPECT(!office_change(
        &o, "INSERT INTO static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,"
            "var_val) VALUES (5,0,0,'pjsip.conf','second','type','transport'),"
            "(5,1,0,'pjsip.conf','second','protocol','udp'),"
            "(5,2,0,'pjsip.conf','second','bind','192.0.2.1:5060')"));
    EXPECT(pjsip_transports_open(o.pjsip) == 1 && pjsip_transports_failed(o.pjsip) == 1);
    EXPECT(sip_binding_find(o.sip, "transport-udp"));
out:
    office_fini(&o);
    return err;
}

static int a_question_is_authenticated_when_that_is_asked_for(void)
{
    struct office o;
    struct phone ph;
    struct buf text, lines;
    struct sip_digest d;
    const struct sip_msg *m;
    int err = office_init(&o, false);

    CHECK_OK(err);
    buf_init(&text, 4096);
    buf_init(&lines, 4096);
    err = phone_init(&ph, &o, "192.0.2.91", "asked", "");
    EXPECT(!err);
    EXPECT(!office_change(&o, "UPDATE ps_aors SET authenticate_qualify = 'yes' WHERE id = 'asked';"
                              "UPDATE ps_endpoints SET outbound_auth = 'out' WHERE id = 'asked'"));
    for (int i = 0; i < 31000 && !phone_request(&ph, SIP_OPTIONS); i++)
        loop_fake_advance(o.loop, 1);
    m = phone_request(&ph, SIP_OPTIONS);
    EXPECT(m && !sip_msg_has(m, SIP_H_AUTHORIZATION));
    buf_addz(&lines, "WWW-Authenticate: Digest realm=\"far\",nonce=\"n\",algorithm=MD5\r\n");
    sip_answer_print(
        &text, m,
        &(struct sip_answer){.code = 401, .to_tag = SLICE("t"), .headers = buf_slice(&lines)},
        NULL);
    phone_send(&ph, buf_z(&text));
    m = phone_request(&ph, SIP_OPTIONS);
    EXPECT(m && !sip_digest_parse(&d, sip_msg_get(m, SIP_H_AUTHORIZATION)));
    EXPECT(slice_eqz(d.username, "station"));
out:
    buf_fini(&lines);
    buf_fini(&text);
    phone_fini(&ph);
    office_fini(&o);
    return err;
}

/* ---- console ---- */

static void collect(struct slice text, void *arg)
{
    buf_adds(arg, text);
}

static void done(int err, bool is_streaming, void *arg)
{
}

static int every_command_prints_and_no_secret_is_in_it(void)
{
    struct office o;
    struct console *c = NULL;
    struct buf out;
    int err = office_init(&o, false);

    CHECK_OK(err);
    buf_init(&out, 1u << 20);
    EXPECT(!console_alloc(&c, o.loop, false, collect, done, &out));
    for (const struct console_command *k = pjsip_commands[0]; k->words; k++) {
        char name[] = "101", on[] = "off";
        char *argv[] = {strstr(k->syntax, "on|off") ? on : name, NULL};
        bool has_args = k->syntax[0] != '\0';
        size_t before = out.len;
        int result = k->run(c, has_args, argv, o.pjsip);

        loop_fake_settle(o.loop);
        if (unit_is_rerun())
            continue;
        /* 101 has no contact: that is said, too */
        EXPECT(result == 0 || (result == ENOENT && strstr(k->words, "contact")));
        EXPECT(out.len > before);
        EXPECT(strstr(k->syntax, "ADDRESS") || !has_args ||
               k->run(c, 0, argv + 1, o.pjsip) == EINVAL);
    }
    EXPECT(!strstr(buf_z(&out), "pw-"));
    if (!unit_is_rerun())
        EXPECT(strstr(buf_z(&out), "transport-udp") && strstr(buf_z(&out), "trunk"));
out:
    if (c)
        console_close(c);
    mem_deref(c);
    buf_fini(&out);
    office_fini(&o);
    return err;
}

UNIT_TESTS(UNIT(a_kept_uri_gives_back_both_hosts), UNIT(an_id_is_asterisks),
           UNIT(a_contact_that_answers_is_available),
           UNIT_ONCE(a_change_of_the_configuration_keeps_what_is_the_same),
           UNIT_ONCE(transports_follow_the_configuration),
           UNIT_ONCE(a_port_in_use_leaves_the_rest_working),
           UNIT(a_question_is_authenticated_when_that_is_asked_for),
           UNIT(every_command_prints_and_no_secret_is_in_it))
