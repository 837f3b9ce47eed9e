/* test_registrar.c - REGISTER: who may, for how long, how many, and what when writing fails */
#include <openssl/evp.h>

#include "pjsip/office.h"

struct reg {
    struct office o;
    struct phone ph;
};

static void reg_fini(struct reg *r)
{
    phone_fini(&r->ph);
    office_fini(&r->o);
}

static int reg_init(struct reg *r, bool is_stored, const char *user, const char *password)
{
    int err = office_init(&r->o, is_stored);

    memset(&r->ph, 0, sizeof(r->ph));
    if (!err)
        err = phone_init(&r->ph, &r->o, "192.0.2.10", user, password);
    if (err)
        reg_fini(r);
    return err;
}

/* One REGISTER with these header lines; answers the challenge. @return the final status */
static unsigned register_as(struct reg *r, const char *to, const char *lines)
{
    static unsigned cseq = 1;
    struct phone_args a = {.method = "REGISTER",
                           .uri = "sip:" STATION,
                           .to = to,
                           .call_id = "reg-1",
                           .cseq = cseq++,
                           .headers = lines};

    r->ph.auth[0] = '\0';
    phone_forget(&r->ph);
    phone_say(&r->ph, &a);
    if (phone_status(&r->ph, SIP_REGISTER) != 401 ||
        phone_answer_challenge(&r->ph, SIP_REGISTER, "sip:" STATION))
        return phone_status(&r->ph, SIP_REGISTER);
    phone_forget(&r->ph);
    a.cseq = cseq++;
    phone_say(&r->ph, &a);
    return phone_status(&r->ph, SIP_REGISTER);
}

#define CONTACT "Contact: <sip:101@192.0.2.10:5060>\r\n"

/* expires= of the n-th Contact in the last response, -1 when there is none */
static int expires_of(const struct reg *r, unsigned n)
{
    const struct sip_msg *m = phone_response(&r->ph, SIP_REGISTER);
    struct sip_name_addr c;
    struct slice text;
    uint32_t seconds;

    if (!m || sip_msg_contact(m, n, &c) || !sip_param(c.params, "expires", &text) ||
        slice_u32(text, &seconds))
        return -1;
    return (int)seconds;
}

static const struct {
    const char *lines;
    unsigned status;
    int expires; /* of the first contact; -1: none */
} periods[] = {
    {CONTACT "Expires: 600\r\n", 200, 600},
    {CONTACT, 200, 3600},
    {"Contact: <sip:101@192.0.2.10:5060>;expires=120\r\nExpires: 600\r\n", 200, 120},
    {CONTACT "Expires: 999999\r\n", 200, 7200},
    {CONTACT "Expires: 60\r\n", 200, 60},
    {CONTACT "Expires: 59\r\n", 423, -1},
    {CONTACT "Expires: 1\r\n", 423, -1},
    {CONTACT "Expires: 0\r\n", 200, -1},
    {CONTACT "Expires: soon\r\n", 400, -1},
    {"", 200, -1},
    {"Contact: *\r\nExpires: 0\r\n", 200, -1},
    {"Contact: *\r\nExpires: 60\r\n", 400, -1},
    {"Contact: *\r\n", 400, -1},
    {"Contact: *, <sip:101@192.0.2.10>\r\nExpires: 0\r\n", 400, -1},
    {"Contact: <tel:101>\r\n", 400, -1},
    {"Contact: <sip:101@192.0.2.10>, <sip:101@192.0.2.10>\r\n", 400, -1},
};

static int periods_follow_the_address_of_record(void)
{
    struct reg r;
    int err = 0;

    for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
        CHECK_OK(reg_init(&r, false, "101", "pw-101"));
        EXPECT(register_as(&r, "101", periods[i].lines) == periods[i].status);
        EXPECT(expires_of(&r, 0) == periods[i].expires);
        if (periods[i].status == 423)
            EXPECT(slice_eqz(sip_msg_get(phone_response(&r.ph, SIP_REGISTER), SIP_H_MIN_EXPIRES),
                             "60"));
        reg_fini(&r);
    }
    return 0;
out:
    fprintf(stderr, "case: %s\n", r.ph.count ? "answered" : "no answer");
    reg_fini(&r);
    return err;
}

static int a_contact_expires_and_can_be_taken_away(void)
{
    struct reg r;
    struct aor *a;
    int err = reg_init(&r, false, "101", "pw-101");

    CHECK_OK(err);
    EXPECT(register_as(&r, "101", CONTACT "Expires: 60\r\n") == 200);
    a = aor_find(r.o.pjsip, SLICE("101"));
    EXPECT(a && a->registered == 1);
    loop_fake_advance(r.o.loop, 30000);
    EXPECT(register_as(&r, "101", "") == 200);
    EXPECT(expires_of(&r, 0) == 30);
    loop_fake_advance(r.o.loop, 30001);
    EXPECT(!aor_find(r.o.pjsip, SLICE("101")));
    EXPECT(register_as(&r, "101", CONTACT "Expires: 600\r\n") == 200);
    EXPECT(register_as(&r, "101", CONTACT "Expires: 0\r\n") == 200);
    EXPECT(!aor_find(r.o.pjsip, SLICE("101")));
out:
    reg_fini(&r);
    return err;
}

static int the_newest_contact_replaces_the_oldest(void)
{
    struct reg r;
    struct aor *a;
    int err = reg_init(&r, false, "102", "pw-102");

    CHECK_OK(err);
    EXPECT(register_as(&r, "102", "Contact: <sip:102@192.0.2.10:5060>\r\n") == 200);
    EXPECT(register_as(&r, "102", "Contact: <sip:102@192.0.2.11:5060>\r\n") == 200);
    EXPECT(expires_of(&r, 0) == 3600 && expires_of(&r, 1) == 3600 && expires_of(&r, 2) == -1);
    /* max_contacts 2, remove_existing no: a third is refused, a known one is not */
    EXPECT(register_as(&r, "102", "Contact: <sip:102@192.0.2.12:5060>\r\n") == 403);
    EXPECT(register_as(&r, "102", "Contact: <sip:102@192.0.2.10:5060>\r\n") == 200);
    a = aor_find(r.o.pjsip, SLICE("102"));
    EXPECT(a && a->registered == 2);
    EXPECT(register_as(&r, "102", "Contact: *\r\nExpires: 0\r\n") == 200);
    EXPECT(!aor_find(r.o.pjsip, SLICE("102")));
out:
    reg_fini(&r);
    return err;
}

static int remove_existing_makes_room(void)
{
    struct reg r;
    struct aor *a;
    int err = reg_init(&r, false, "101", "pw-101");

    CHECK_OK(err);
    EXPECT(register_as(&r, "101", "Contact: <sip:one@192.0.2.10:5060>\r\n") == 200);
    EXPECT(register_as(&r, "101", "Contact: <sip:two@192.0.2.10:5060>\r\n") == 200);
    a = aor_find(r.o.pjsip, SLICE("101"));
    EXPECT(a && a->registered == 1);
    EXPECT(slice_starts(contact_of_link(list_first(&a->contacts))->uri, SLICE("sip:two@")));
out:
    reg_fini(&r);
    return err;
}

static int a_rewritten_contact_is_given_back_as_it_came(void)
{
    struct reg r;
    const struct sip_msg *m;
    struct sip_name_addr c;
    struct aor *a;
    int err = reg_init(&r, false, "101", "pw-101");

    CHECK_OK(err);
    EXPECT(register_as(&r, "101", "Contact: <sip:101@10.0.0.7:5062;ob>\r\n") == 200);
    a = aor_find(r.o.pjsip, SLICE("101"));
    EXPECT(a && slice_eqz(contact_of_link(list_first(&a->contacts))->uri,
                          "sip:101@192.0.2.10:5060;ob;x-ast-orig-host=10.0.0.7:5062"));
    m = phone_response(&r.ph, SIP_REGISTER);
    EXPECT(!sip_msg_contact(m, 0, &c) && slice_eqz(c.uri, "sip:101@10.0.0.7:5062;ob"));
    /* the same phone again: no second contact */
    EXPECT(register_as(&r, "101", "Contact: <sip:101@10.0.0.7:5062;ob>\r\n") == 200);
    EXPECT(a->registered == 1);
out:
    reg_fini(&r);
    return err;
}

static int a_rewritten_contact_names_no_other_host_or_transport(void)
{
    struct reg r;
    struct sip_name_addr c;
    struct aor *a;
    int err = reg_init(&r, false, "101", "pw-101");

    CHECK_OK(err);
    EXPECT(register_as(&r, "101",
                       "Contact: <sip:101@10.0.0.7;transport=tcp;maddr=203.0.113.9;ob?X=1>\r\n") ==
           200);
    a = aor_find(r.o.pjsip, SLICE("101"));
    EXPECT(a && slice_eqz(contact_of_link(list_first(&a->contacts))->uri,
                          "sip:101@192.0.2.10:5060;ob;x-ast-orig-host=10.0.0.7?X=1"));
    EXPECT(!sip_msg_contact(phone_response(&r.ph, SIP_REGISTER), 0, &c) &&
           slice_eqz(c.uri, "sip:101@10.0.0.7;ob?X=1"));
out:
    reg_fini(&r);
    return err;
}

static int a_phone_behind_a_new_port_replaces_itself(void)
{
    const struct addr moved = {.family = AF_INET, .port = 9, .ip = {192, 0, 2, 78}};
    struct reg r;
    struct aor *a;
    int err = reg_init(&r, false, "login-103", "pw-103");

    CHECK_OK(err);
    EXPECT(register_as(&r, "103", "Contact: <sip:101@10.0.0.7:5062>\r\n") == 200);
    r.ph.udp = mem_deref(r.ph.udp);
    err = udp_open(&r.ph.udp, r.o.net, -1, &moved, phone_recv, &r.ph);
    EXPECT(!err);
    EXPECT(register_as(&r, "103", "Contact: <sip:101@10.0.0.7:5062>\r\n") == 200);
    a = aor_find(r.o.pjsip, SLICE("103"));
    EXPECT(a && a->registered == 1 && expires_of(&r, 0) == 3600 && expires_of(&r, 1) == -1);
    EXPECT(slice_starts(contact_of_link(list_first(&a->contacts))->uri,
                        SLICE("sip:101@192.0.2.78:9;")));
out:
    reg_fini(&r);
    return err;
}

/* +sip.instance and reg-id say which device and flow it is, whatever its Contact says (two may be there). */
static int a_device_that_names_its_instance_replaces_itself(void)
{
#define FLOW(port, flow)                                                                           \
    "Contact: <sip:102@192.0.2.10:" port ">;reg-id=" flow ";+sip.instance=\"<urn:uuid:1>\"\r\n"
    struct reg r;
    struct aor *a;
    int err = reg_init(&r, false, "102", "pw-102");

    CHECK_OK(err);
    EXPECT(register_as(&r, "102", FLOW("6000", "1")) == 200);
    EXPECT(register_as(&r, "102", FLOW("6001", "1")) == 200);
    a = aor_find(r.o.pjsip, SLICE("102"));
    EXPECT(a && a->registered == 1);
    EXPECT(register_as(&r, "102", FLOW("6002", "2")) == 200 && a->registered == 2);
    EXPECT(register_as(&r, "102", FLOW("6003", "2")) == 200 && a->registered == 2);
    EXPECT(register_as(&r, "102", "Contact: <sip:102@192.0.2.10:6004>\r\n") == 403);
out:
    reg_fini(&r);
    return err;
}

#define DEVICE "+sip.instance=\"<urn:uuid:1>\""
#define OLD "<sip:102@192.0.2.10:6000>"
#define NEW "<sip:102@192.0.2.10:6001>"

static const struct {
    const char *lines; /* after OLD was registered by flow 1 */
    unsigned status, registered;
} moves[] = {
    {OLD ";expires=0;reg-id=1;" DEVICE ", " NEW ";reg-id=1;" DEVICE, 200, 1},
    {NEW ";reg-id=1;" DEVICE ", " OLD ";expires=0;reg-id=1;" DEVICE, 200, 1},
    {OLD ";reg-id=1;" DEVICE ", " NEW ";reg-id=1;" DEVICE, 200, 2},
    {OLD ";reg-id=1;" DEVICE ", " OLD ";expires=0;reg-id=1;" DEVICE, 400, 1},
    {OLD ";expires=0;reg-id=1;" DEVICE ", " OLD ";reg-id=1;" DEVICE, 400, 1},
};

static int a_device_may_name_its_old_contact_beside_the_new_one(void)
{
    struct reg r;
    int err = 0;

    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
        struct aor *a;
        char lines[400];

        CHECK_OK(reg_init(&r, false, "102", "pw-102"));
        EXPECT(register_as(&r, "102", "Contact: " OLD ";reg-id=1;" DEVICE "\r\n") == 200);
        snprintf(lines, sizeof(lines), "Contact: %s\r\n", moves[i].lines);
        EXPECT(register_as(&r, "102", lines) == moves[i].status);
        a = aor_find(r.o.pjsip, SLICE("102"));
        EXPECT(a && a->registered == moves[i].registered);
        EXPECT(slice_starts(contact_of_link(list_first(&a->contacts))->uri,
                            moves[i].status == 200 ? SLICE("sip:102@192.0.2.10:6001")
                                                   : SLICE("sip:102@192.0.2.10:6000")));
        reg_fini(&r);
    }
    return 0;
out:
    reg_fini(&r);
    return err;
}

/* One for UDP and one for TCP: without reg-id they are two. */
static int a_device_without_flows_keeps_each_of_its_contacts(void)
{
    static const char *const lines[] = {
        "Contact: " OLD ";" DEVICE "\r\n",
        "Contact: " NEW ";" DEVICE "\r\n",
        "Contact: " NEW ";" DEVICE ", " OLD ";" DEVICE "\r\n",
        "Contact: " OLD ";" DEVICE ", " NEW ";" DEVICE "\r\n",
    };
    struct reg r;
    struct aor *a;
    int err = reg_init(&r, false, "102", "pw-102");

    CHECK_OK(err);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        EXPECT(register_as(&r, "102", lines[i]) == 200);
        a = aor_find(r.o.pjsip, SLICE("102"));
        EXPECT(a && a->registered == (i ? 2u : 1u));
    }
out:
    reg_fini(&r);
    return err;
}

static int an_older_request_of_the_same_phone_changes_nothing(void)
{
    struct reg r;
    struct aor *a;
    int err = reg_init(&r, false, "101", "pw-101");
    struct phone_args args = {.method = "REGISTER",
                              .uri = "sip:" STATION,
                              .to = "101",
                              .call_id = "reg-1",
                              .cseq = 0,
                              .headers = CONTACT "Expires: 0\r\n"};

    CHECK_OK(err);
    EXPECT(register_as(&r, "101", CONTACT) == 200);
    r.ph.auth[0] = '\0';
    phone_forget(&r.ph);
    phone_say(&r.ph, &args);
    EXPECT(!phone_answer_challenge(&r.ph, SIP_REGISTER, "sip:" STATION));
    phone_forget(&r.ph);
    phone_say(&r.ph, &args);
    EXPECT(phone_status(&r.ph, SIP_REGISTER) == 400);
    a = aor_find(r.o.pjsip, SLICE("101"));
    EXPECT(a && a->registered == 1);
out:
    reg_fini(&r);
    return err;
}

/* ---- the commit ---- */

static int the_answer_waits_for_the_commit(void)
{
    struct reg r;
    int err = reg_init(&r, true, "101", "pw-101");

    CHECK_OK(err);
    EXPECT(register_as(&r, "101", CONTACT) < 200);
    EXPECT(r.o.puts == 1);
    EXPECT(!phone_response(&r.ph, SIP_REGISTER));
    EXPECT(aor_find(r.o.pjsip, SLICE("101"))->registered == 0);
    office_commit(&r.o, 0);
    office_settle(&r.o);
    EXPECT(phone_status(&r.ph, SIP_REGISTER) == 200);
    EXPECT(aor_find(r.o.pjsip, SLICE("101"))->registered == 1);
    EXPECT(r.o.last_expires == 1700000000 + 3600);
    EXPECT(!strcmp(r.o.last_uri, "sip:101@192.0.2.10:5060;x-ast-orig-host=192.0.2.10:5060"));
out:
    reg_fini(&r);
    return err;
}

static int a_failed_commit_is_503_and_changes_nothing(void)
{
    struct reg r;
    struct aor *a;
    int err = reg_init(&r, true, "101", "pw-101");

    CHECK_OK(err);
    register_as(&r, "101", CONTACT);
    office_commit(&r.o, ENOSPC);
    office_settle(&r.o);
    EXPECT(phone_status(&r.ph, SIP_REGISTER) == 503);
    EXPECT(sip_msg_has(phone_response(&r.ph, SIP_REGISTER), SIP_H_RETRY_AFTER));
    EXPECT(!aor_find(r.o.pjsip, SLICE("101")));
    /* and a contact that is there stays */
    register_as(&r, "101", CONTACT);
    office_commit(&r.o, 0);
    office_settle(&r.o);
    register_as(&r, "101", "Contact: *\r\nExpires: 0\r\n");
    EXPECT(r.o.deletes == 1);
    office_commit(&r.o, EBUSY);
    office_settle(&r.o);
    EXPECT(phone_status(&r.ph, SIP_REGISTER) == 503);
    a = aor_find(r.o.pjsip, SLICE("101"));
    EXPECT(a && a->registered == 1);
out:
    reg_fini(&r);
    return err;
}

static int registrations_of_one_address_wait_for_each_other(void)
{
    struct reg r;
    struct aor *a;
    int err = reg_init(&r, true, "102", "pw-102");

    CHECK_OK(err);
    for (int i = 0; i < 3; i++) { /* max_contacts 2: the third is refused by what the others did */
        char lines[80];

        snprintf(lines, sizeof(lines), "Contact: <sip:102@192.0.2.%d:5060>\r\n", 20 + i);
        register_as(&r, "102", lines);
    }
    EXPECT(r.o.puts == 1);
    office_commit(&r.o, 0);
    EXPECT(r.o.puts == 2);
    office_commit(&r.o, 0);
    office_settle(&r.o);
    EXPECT(phone_status(&r.ph, SIP_REGISTER) == 403);
    a = aor_find(r.o.pjsip, SLICE("102"));
    EXPECT(a && a->registered == 2 && !a->busy && !a->waiting_count);
out:
    reg_fini(&r);
    return err;
}

static const struct contact *only_contact(const struct reg *r, const char *aor)
{
    struct aor *a = aor_find(r->o.pjsip, slice_of(aor));

    return a && a->registered == 1 ? contact_of_link(list_first(&a->contacts)) : NULL;
}

static int what_goes_is_deleted_only_when_what_comes_is_safe(void)
{
    struct reg r;
    int err = reg_init(&r, true, "101", "pw-101");

    CHECK_OK(err);
    register_as(&r, "101", "Contact: <sip:one@192.0.2.10:5060>\r\n");
    office_commit(&r.o, 0);
    EXPECT(r.o.puts == 1);
    /* the new one cannot be written: the old one is not touched */
    register_as(&r, "101", "Contact: <sip:two@192.0.2.10:5060>\r\n");
    EXPECT(r.o.puts == 2 && r.o.deletes == 0);
    office_commit(&r.o, ENOSPC);
    office_settle(&r.o);
    EXPECT(phone_status(&r.ph, SIP_REGISTER) == 503 && r.o.deletes == 0);
    EXPECT(only_contact(&r, "101") && slice_starts(only_contact(&r, "101")->uri, SLICE("sip:one")));
    /* it can: then the old one goes, and then comes the answer */
    register_as(&r, "101", "Contact: <sip:two@192.0.2.10:5060>\r\n");
    office_commit(&r.o, 0);
    office_settle(&r.o);
    EXPECT(r.o.deletes == 1 && !phone_response(&r.ph, SIP_REGISTER));
    office_commit(&r.o, 0);
    office_settle(&r.o);
    EXPECT(phone_status(&r.ph, SIP_REGISTER) == 200);
    EXPECT(only_contact(&r, "101") && slice_starts(only_contact(&r, "101")->uri, SLICE("sip:two")));
    /* a refresh needs one write */
    register_as(&r, "101", "Contact: <sip:two@192.0.2.10:5060>\r\n");
    office_commit(&r.o, 0);
    office_settle(&r.o);
    EXPECT(phone_status(&r.ph, SIP_REGISTER) == 200 && r.o.deletes == 1);
out:
    reg_fini(&r);
    return err;
}

static int a_contact_does_not_expire_under_its_refresh(void)
{
    struct reg r;
    int err = reg_init(&r, true, "101", "pw-101");

    CHECK_OK(err);
    register_as(&r, "101", CONTACT "Expires: 60\r\n");
    office_commit(&r.o, 0);
    loop_fake_advance(r.o.loop, 59900);
    register_as(&r, "101", CONTACT "Expires: 60\r\n");
    loop_fake_advance(r.o.loop, 500);
    EXPECT(only_contact(&r, "101") && r.o.deletes == 0);
    office_commit(&r.o, 0);
    office_settle(&r.o);
    EXPECT(phone_status(&r.ph, SIP_REGISTER) == 200);
    loop_fake_advance(r.o.loop, 30000);
    EXPECT(only_contact(&r, "101") && r.o.deletes == 0);
    loop_fake_advance(r.o.loop, 32000);
    EXPECT(!aor_find(r.o.pjsip, SLICE("101")));
out:
    reg_fini(&r);
    return err;
}

static int the_driver_may_go_while_a_commit_is_awaited(void)
{
    struct reg r;
    int err = reg_init(&r, true, "101", "pw-101");

    CHECK_OK(err);
    register_as(&r, "101", CONTACT);
    reg_fini(&r); /* answers the write with ECANCELED after the driver has gone */
    return err;
}

/* ---- who may ---- */

static const struct {
    const char *user, *password, *from, *to;
    unsigned status;
} logins[] = {
    {"101", "pw-101", "101", "101", 200},
    {"101", "wrong", "101", "101", 401},
    {"nobody", "pw-101", "nobody", "nobody", 401},
    {"101", "pw-101", "101", "102", 404}, /* not its own address of record */
    {"102", "pw-102", "101", "101", 401}, /* A's password under B's name */
    {"101", "", "101", "101", 401},
    {"login-103", "pw-103", "login-103", "login-103", 200}, /* by its login, its only address */
    {"login-103", "pw-103", "103", "103", 200},
    {"login-103", "pw-103", "101", "103", 401}, /* From names somebody else's endpoint */
    {"login-103", "pw-103", "stranger", "103", 403},
    {"101", "pw-101", "fenced", "101", 403}, /* address denied: known only to who has the word */
    {"101", "wrong", "fenced", "101", 401},
};

static int only_the_right_password_registers_its_own_address(void)
{
    int err = 0;

    for (size_t i = 0; i < sizeof(logins) / sizeof(logins[0]); i++) {
        struct phone_args a = {.method = "REGISTER",
                               .uri = "sip:" STATION,
                               .from = logins[i].from,
                               .to = logins[i].to,
                               .call_id = "r",
                               .cseq = 1,
                               .headers = CONTACT};
        struct reg r;

        CHECK_OK(reg_init(&r, false, logins[i].user, logins[i].password));
        phone_say(&r.ph, &a);
        if (phone_status(&r.ph, SIP_REGISTER) == 401 &&
            !phone_answer_challenge(&r.ph, SIP_REGISTER, "sip:" STATION)) {
            phone_forget(&r.ph);
            a.cseq++;
            phone_say(&r.ph, &a);
        }
        if (phone_status(&r.ph, SIP_REGISTER) != logins[i].status && !unit_is_rerun()) {
            fprintf(stderr, "login %zu: %u\n", i, phone_status(&r.ph, SIP_REGISTER));
            err = EINVAL;
        }
        reg_fini(&r);
    }
    return err;
}

static void md5_hex(const char *text, char out[33])
{
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};

    EVP_Digest(text, strlen(text), digest, NULL, EVP_md5(), NULL);
    for (int i = 0; i < 16; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

static const struct {
    const char *row; /* of ps_auths */
    const char *password;
    unsigned status;
} secrets[] = {
    {"auth_type = 'userpass', password = ''", "", 401},
    {"auth_type = 'md5', md5_cred = '', password = ''", "", 401},
    {"auth_type = 'md5', md5_cred = '', password = 'pw-101'", "pw-101", 401},
    {"auth_type = 'digest', password = ''", "", 401},
    /* MD5 of 101:station:pw-101 */
    {"auth_type = 'digest', password = '', password_digest = 'MD5:HASH'", "", 401},
    {"auth_type = 'digest', password = '', password_digest = 'MD5:HASH'", "pw-101", 200},
    {"auth_type = 'md5', password = '', md5_cred = 'HASH'", "pw-101", 200},
    {"auth_type = 'digest'", "pw-101", 200},
};

static int an_authentication_without_a_secret_lets_nobody_in(void)
{
    int err = 0;

    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        char sql[256], hash[33], *at;
        struct reg r;

        CHECK_OK(reg_init(&r, false, "101", secrets[i].password));
        md5_hex("101:station:pw-101", hash);
        snprintf(sql, sizeof(sql), "UPDATE ps_auths SET %s WHERE id = '101'", secrets[i].row);
        at = strstr(sql, "HASH");
        if (at)
            snprintf(at, sizeof(sql) - (size_t)(at - sql), "%s' WHERE id = '101'", hash);
        EXPECT(!office_change(&r.o, sql));
        if (register_as(&r, "101", CONTACT) != secrets[i].status) {
            fprintf(stderr, "secret %zu: %u\n", i, phone_status(&r.ph, SIP_REGISTER));
            err = EINVAL;
        }
        reg_fini(&r);
    }
    return err;
out:
    return err;
}

/* REGISTER with a Via that names another port and no rport. @return status heard at the source */
static unsigned register_from_elsewhere(struct reg *r, const char *user)
{
    static unsigned n;
    char text[1024];

    n++;
    phone_forget(&r->ph);
    snprintf(text, sizeof(text),
             "REGISTER sip:" STATION " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10:9;branch=z9hG4bK-v%u"
             "\r\nFrom: <sip:%s@" STATION ">;tag=1\r\nTo: <sip:%s@" STATION ">\r\nCall-ID: v%u\r\n"
             "CSeq: 1 REGISTER\r\nMax-Forwards: 70\r\n%sContent-Length: 0\r\n\r\n",
             n, user, user, n, r->ph.auth);
    phone_send(&r->ph, text);
    return phone_status(&r->ph, SIP_REGISTER);
}

static int force_rport_answers_the_port_that_asked(void)
{
    struct reg r;
    int err = reg_init(&r, false, "101", "pw-101");

    CHECK_OK(err);
    EXPECT(register_from_elsewhere(&r, "nobody") == 401);
    EXPECT(register_from_elsewhere(&r, "101") == 401);
    EXPECT(!phone_answer_challenge(&r.ph, SIP_REGISTER, "sip:" STATION));
    EXPECT(register_from_elsewhere(&r, "101") == 200);
    EXPECT(!office_change(&r.o, "UPDATE ps_endpoints SET force_rport = 'no' WHERE id = '101'"));
    EXPECT(register_from_elsewhere(&r, "101") == 0);
out:
    reg_fini(&r);
    return err;
}

/* The text of the last 401 without what must differ: nonce, tag, branch, names. */
static void blank(struct slice text, char *out, size_t size)
{
    size_t len = 0;
    bool is_in = false;

    for (size_t i = 0; i < text.len && len + 1 < size; i++) {
        struct slice rest = slice_skip(text, i);

        if (slice_starts(rest, SLICE("nonce=\"")) || slice_starts(rest, SLICE("tag=")) ||
            slice_starts(rest, SLICE("branch=")) || slice_starts(rest, SLICE("sip:")))
            is_in = true;
        if (is_in && strchr(";,>\r", text.p[i]))
            is_in = false;
        if (!is_in)
            out[len++] = text.p[i];
    }
    out[len] = '\0';
}

static int a_stranger_and_a_user_get_the_same_answers(void)
{
    static const char *const users[] = {"101", "nobody", "fenced", "user-103", "twice"};
    static const char *const requests[] = {"REGISTER", "INVITE", "OPTIONS", "MESSAGE", "SUBSCRIBE"};
    static char texts[5][2][2048];
    int err = 0;

    for (size_t q = 0; q < 5 && !err; q++) {
        memset(texts, 0, sizeof(texts));
        for (size_t i = 0; i < 5; i++) {
            struct phone_args a = {.method = requests[q],
                                   .uri = "sip:101@" STATION,
                                   .to = users[i],
                                   .call_id = "r",
                                   .cseq = 1,
                                   .headers = CONTACT};
            enum sip_method m = sip_method_parse(slice_of(requests[q]));
            struct reg r;

            CHECK_OK(reg_init(&r, false, users[i], "wrong"));
            for (int round = 0; round < 2; round++) {
                phone_forget(&r.ph);
                phone_say(&r.ph, &a);
                a.cseq++;
                if (phone_status(&r.ph, m) != 401 ||
                    phone_answer_challenge(&r.ph, m, "sip:101@" STATION))
                    err = unit_is_rerun() ? ENOMEM : EINVAL;
                else
                    blank(phone_response(&r.ph, m)->bytes, texts[i][round], 2048);
            }
            reg_fini(&r);
        }
        for (size_t i = 1; i < 5 && !err; i++)
            if (strcmp(texts[0][0], texts[i][0]) || strcmp(texts[0][1], texts[i][1]))
                err = unit_failed(__FILE__, __LINE__, requests[q]);
    }
    return err;
}

UNIT_TESTS(UNIT_ONCE(periods_follow_the_address_of_record),
           UNIT(a_contact_expires_and_can_be_taken_away),
           UNIT(the_newest_contact_replaces_the_oldest), UNIT(remove_existing_makes_room),
           UNIT(a_rewritten_contact_is_given_back_as_it_came),
           UNIT(a_rewritten_contact_names_no_other_host_or_transport),
           UNIT(a_phone_behind_a_new_port_replaces_itself),
           UNIT(a_device_that_names_its_instance_replaces_itself),
           UNIT_ONCE(a_device_may_name_its_old_contact_beside_the_new_one),
           UNIT(a_device_without_flows_keeps_each_of_its_contacts),
           UNIT(what_goes_is_deleted_only_when_what_comes_is_safe),
           UNIT(a_contact_does_not_expire_under_its_refresh),
           UNIT_ONCE(an_authentication_without_a_secret_lets_nobody_in),
           UNIT_ONCE(force_rport_answers_the_port_that_asked),
           UNIT(an_older_request_of_the_same_phone_changes_nothing),
           UNIT(the_answer_waits_for_the_commit), UNIT(a_failed_commit_is_503_and_changes_nothing),
           UNIT(registrations_of_one_address_wait_for_each_other),
           UNIT(the_driver_may_go_while_a_commit_is_awaited),
           UNIT_ONCE(only_the_right_password_registers_its_own_address),
           UNIT_ONCE(a_stranger_and_a_user_get_the_same_answers))
