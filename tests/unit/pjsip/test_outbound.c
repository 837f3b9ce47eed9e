/* test_outbound.c - our registrations at carriers: what is said, what follows from the answers; texts
 * out of and into the driver, with the n-th allocation failing */
#include <stdlib.h>

#include "pjsip/message.h"
#include "pjsip/office.h"
#include "pjsip/outbound.h"

#define REGISTRATION                                                                               \
    "INSERT INTO ps_registrations (id,server_uri,client_uri,outbound_auth,contact_user,endpoint,"  \
    "line,max_random_initial_delay,retry_interval,expiration) VALUES ('carrier',"                  \
    "'sip:192.0.2.90','sip:7495@192.0.2.90','out','7495','trunk','yes',0,30,600);"

struct trunk {
    struct office o;
    struct phone ph;
};

static void trunk_fini(struct trunk *t)
{
    phone_fini(&t->ph);
    office_fini(&t->o);
}

static int trunk_init(struct trunk *t, const char *sql)
{
    int err = office_init(&t->o, false);

    memset(&t->ph, 0, sizeof(t->ph));
    if (!err)
        err = phone_init(&t->ph, &t->o, "192.0.2.90", "carrier", "");
    if (!err)
        err = office_change(&t->o, sql);
    if (err) {
        trunk_fini(t);
        return err;
    }
    loop_fake_advance(t->o.loop, 10);
    office_settle(&t->o);
    return 0;
}

/* Answer the last request of this method. */
static void answer(struct trunk *t, enum sip_method method, unsigned code, const char *lines)
{
    const struct sip_msg *m = phone_request(&t->ph, method);
    struct buf text;

    buf_init(&text, 4096);
    if (m && !sip_answer_print(&text, m,
                               &(struct sip_answer){.code = (uint16_t)code,
                                                    .to_tag = SLICE("t"),
                                                    .headers = slice_of(lines)},
                               NULL)) {
        phone_forget(&t->ph);
        phone_send(&t->ph, buf_z(&text));
    }
    buf_fini(&text);
}

static enum outbound_state state_of(const struct trunk *t)
{
    const struct outbound *o = outbound_find(t->o.pjsip, SLICE("carrier"));
    struct outbound_view v;

    if (!o)
        return OUTBOUND_STOPPING;
    outbound_look(o, &v);
    return v.state;
}

static const struct {
    const char *sql; /* beside the registration's own */
    unsigned code;
    const char *lines;
    enum outbound_state state;
} answers[] = {
    {"", 200, "Expires: 300\r\n", OUTBOUND_REGISTERED},
    {"", 200, "Contact: <sip:7495@192.0.2.1:5060>;expires=100\r\n", OUTBOUND_REGISTERED},
    {"", 200, "Expires: 0\r\n", OUTBOUND_REJECTED_TEMPORARY},
    {"", 503, "Retry-After: 7\r\n", OUTBOUND_REJECTED_TEMPORARY},
    {"", 403, "Retry-After: 7\r\n", OUTBOUND_REJECTED_TEMPORARY},
    {"", 403, "", OUTBOUND_REJECTED_PERMANENT},
    {"", 404, "", OUTBOUND_REJECTED_PERMANENT},
    {"", 500, "", OUTBOUND_REJECTED_TEMPORARY},
    {"", 603, "", OUTBOUND_REJECTED_TEMPORARY},
    {"", 401, "", OUTBOUND_REJECTED_PERMANENT},
    {"UPDATE ps_registrations SET auth_rejection_permanent='no'", 401, "",
     OUTBOUND_REJECTED_TEMPORARY},
    {"UPDATE ps_registrations SET retry_interval=0", 503, "", OUTBOUND_REJECTED_PERMANENT},
    {"UPDATE ps_registrations SET max_retries=0", 503, "", OUTBOUND_REJECTED_PERMANENT},
    {"UPDATE ps_registrations SET forbidden_retry_interval=9", 403, "",
     OUTBOUND_REJECTED_TEMPORARY},
    {"UPDATE ps_registrations SET fatal_retry_interval=9", 404, "", OUTBOUND_REJECTED_TEMPORARY},
};

static int answers_lead_to_states(void)
{
    int err = 0;

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct trunk t;
        char sql[1200];

        snprintf(sql, sizeof(sql), "%s%s", REGISTRATION, answers[i].sql);
        CHECK_OK(trunk_init(&t, sql));
        answer(&t, SIP_REGISTER, answers[i].code, answers[i].lines);
        if (state_of(&t) != answers[i].state) {
            fprintf(stderr, "answer %zu\n", i);
            err = unit_is_rerun() ? ENOMEM : unit_failed(__FILE__, __LINE__, "state");
        }
        trunk_fini(&t);
        if (err)
            return err;
    }
    return 0;
}

static int a_challenge_is_answered_and_calls_are_known_by_their_line(void)
{
    const struct sip_msg *m;
    struct sip_name_addr contact;
    struct sip_uri uri;
    struct slice line;
    struct trunk t;
    int err = trunk_init(&t, REGISTRATION);

    CHECK_OK(err);
    answer(&t, SIP_REGISTER, 401,
           "WWW-Authenticate: Digest realm=\"far\",nonce=\"n\",algorithm=MD5,qop=\"auth\"\r\n");
    m = phone_request(&t.ph, SIP_REGISTER);
    EXPECT(m && sip_msg_has(m, SIP_H_AUTHORIZATION));
    EXPECT(!sip_msg_contact(m, 0, &contact) && !sip_uri_parse(&uri, contact.uri));
    EXPECT(sip_uri_param(&uri, "line", &line) && line.len == 8);
    {
        struct sip_msg call = {.is_request = true, .uri = uri, .to = {.uri = SLICE("sip:x@y")}};

        EXPECT(outbound_find_line(t.o.pjsip, &call) ==
               model_endpoint_find(t.o.pjsip->snap, SLICE("trunk")));
    }
    answer(&t, SIP_REGISTER, 200,
           "Expires: 300\r\nService-Route: <sip:192.0.2.80;lr>, <sip:192.0.2.81;lr>\r\n");
    EXPECT(state_of(&t) == OUTBOUND_REGISTERED);
    EXPECT(
        slice_eqz(outbound_routes(t.o.pjsip, model_endpoint_find(t.o.pjsip->snap, SLICE("trunk"))),
                  "Route: <sip:192.0.2.80;lr>\r\nRoute: <sip:192.0.2.81;lr>\r\n"));
out:
    trunk_fini(&t);
    return err;
}

static int a_removed_registration_is_taken_back(void)
{
    const struct sip_msg *m;
    struct trunk t;
    int err = trunk_init(&t, REGISTRATION);

    CHECK_OK(err);
    answer(&t, SIP_REGISTER, 200, "Expires: 300\r\n");
    EXPECT(state_of(&t) == OUTBOUND_REGISTERED);
    phone_forget(&t.ph);
    EXPECT(!office_change(&t.o, "SELECT 1"));
    office_settle(&t.o);
    EXPECT(!outbound_find(t.o.pjsip, SLICE("carrier")));
    m = phone_request(&t.ph, SIP_REGISTER);
    EXPECT(m && slice_eqz(sip_msg_get(m, SIP_H_EXPIRES), "0"));
    answer(&t, SIP_REGISTER, 200, "");
    EXPECT(list_is_empty(&t.o.pjsip->leaving));
out:
    trunk_fini(&t);
    return err;
}

/* In by MESSAGE, out by message_send. */
static int a_text_comes_in_and_goes_out(void)
{
    struct trunk t;
    int err = trunk_init(&t, "SELECT 1");

    CHECK_OK(err);
    phone_say(&t.ph, &(struct phone_args){.method = "MESSAGE",
                                          .uri = "sip:600@" STATION,
                                          .to = "600",
                                          .call_id = "text",
                                          .cseq = 1,
                                          .type = "text/plain",
                                          .body = "hello"});
    office_settle(&t.o);
    EXPECT(phone_status(&t.ph, SIP_MESSAGE) == 202 && t.o.incoming);
    EXPECT(slice_eqz(channel_var_get(t.o.incoming, SLICE(MESSAGE_BODY)), "hello"));
    EXPECT(slice_eqz(channel_var_get(t.o.incoming, SLICE(MESSAGE_TO)), "pjsip:600@" STATION));
    phone_forget(&t.ph);
    EXPECT(!message_send(t.o.pjsip, &(struct message_args){.to = SLICE("7495@trunk"),
                                                           .from = SLICE("101"),
                                                           .body = SLICE("back")}));
    office_settle(&t.o);
    EXPECT(phone_request(&t.ph, SIP_MESSAGE));
    EXPECT(slice_eqz(phone_request(&t.ph, SIP_MESSAGE)->body, "back"));
    answer(&t, SIP_MESSAGE, 200, "");
    EXPECT(t.o.pjsip->sending_count == 0);
out:
    trunk_fini(&t);
    return err;
}

/* ---- many ---- */

#define MANY 2000
#define STEP_MS 100
#define STEPS 900

struct tally {
    unsigned at[STEPS], now, all;
    uint8_t seen[1 << 17]; /* branches, by their hash: a repeated packet is not a new request */
};

static void count(bool is_out, const struct sip_flow *flow, struct slice bytes, void *arg)
{
    struct tally *t = arg;
    struct slice branch = slice_from(bytes.p, bytes.len < 120 ? bytes.len : 120);
    uint32_t bit = hash_slice(branch) & 0xfffff;

    if (!is_out || !slice_starts(bytes, SLICE("REGISTER ")) || t->now >= STEPS ||
        t->seen[bit >> 3] >> (bit & 7) & 1)
        return;
    t->seen[bit >> 3] |= (uint8_t)(1 << (bit & 7));
    t->at[t->now]++;
    t->all++;
}

static unsigned most_in_a_second(const struct tally *t)
{
    unsigned most = 0, sum = 0;

    for (unsigned i = 0; i < STEPS; i++) {
        sum += t->at[i] - (i >= 10 ? t->at[i - 10] : 0);
        most = sum > most ? sum : most;
    }
    return most;
}

/* max_random_initial_delay 0 and a registrar that never answers: all come due together, twice. */
static int two_thousand_registrations_leave_a_hundred_a_second(void)
{
    struct tally *tally = calloc(1, sizeof(*tally));
    struct trunk t;
    int err = trunk_init(&t, "");

    CHECK_OK(err);
    EXPECT(tally);
    sip_set_trace(t.o.sip, count, tally);
    EXPECT(!office_change(
        &t.o, "INSERT INTO ps_registrations (id,server_uri,client_uri,max_random_initial_delay,"
              "retry_interval) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE "
              "i<2000) SELECT 'r'||i,'sip:192.0.2.77','sip:'||i||'@192.0.2.77',0,30 FROM n"));
    for (; tally->now < STEPS; tally->now++)
        loop_fake_advance(t.o.loop, STEP_MS);
    sip_set_trace(t.o.sip, NULL, NULL);
    if (most_in_a_second(tally) > 101 || tally->all < 2 * MANY - 20)
        fprintf(stderr, "    %u in a second, %u in all\n", most_in_a_second(tally), tally->all);
    EXPECT(most_in_a_second(tally) <= 101 && tally->all >= 2 * MANY - 20);
out:
    trunk_fini(&t);
    free(tally);
    return err;
}

UNIT_TESTS(UNIT_ONCE(answers_lead_to_states),
           UNIT_ONCE(two_thousand_registrations_leave_a_hundred_a_second),
           UNIT(a_challenge_is_answered_and_calls_are_known_by_their_line),
           UNIT(a_removed_registration_is_taken_back), UNIT(a_text_comes_in_and_goes_out))
