/* test_outgoing.c - calls that we make: where to, as whom, and how they end */
#include "pjsip/cause.h"
#include "pjsip/office.h"
#include "plan/func.h"

struct call {
    struct office o;
    struct phone ph;
    struct channel *ch;
    struct event_queue *queue;
};

static void call_fini(struct call *c)
{
    if (c->ch && !c->ch->is_ended)
        channel_hangup(c->ch, CAUSE_NORMAL);
    c->ch = mem_deref(c->ch);
    phone_fini(&c->ph);
    office_fini(&c->o);
}

/* The other end stands at host; its answers are written by hand. */
static int call_init(struct call *c, const char *host)
{
    int err = office_init(&c->o, false);

    memset(&c->ph, 0, sizeof(c->ph));
    c->ch = NULL;
    if (!err)
        err = phone_init(&c->ph, &c->o, host, "peer", "pw-out");
    if (err)
        call_fini(c);
    return err;
}

static int request(struct call *c, const char *resource, struct channel *from, int *cause)
{
    void *arg = NULL;
    const struct channel_tech *t = calls_tech_find(c->o.calls, SLICE("PJSIP"), &arg);
    const struct channel_request req = {.requestor = from, .resource = slice_of(resource)};
    int err;

    *cause = 0;
    err = t->request(&c->ch, arg, &req, cause);
    if (!err)
        channel_attach(c->ch, c->o.queue);
    return err;
}

/* Request and call. @return 0 when the INVITE has arrived at the phone */
static int dial(struct call *c, const char *resource)
{
    int cause, err = request(c, resource, NULL, &cause);

    if (!err)
        err = c->ch->tech->call(c->ch);
    if (err)
        return err;
    office_settle(&c->o);
    return phone_request(&c->ph, SIP_INVITE) ? 0 : EPROTO;
}

#define ANSWER PHONE_SDP("192.0.2.90", "5000", "0 101", "a=rtpmap:101 telephone-event/8000\r\n")

/* Answer the last request of this method, as one of several phones. */
static void reply_as(struct call *c, const char *tag, enum sip_method method, uint16_t code,
                     const char *headers, const char *body)
{
    const struct sip_msg *m = phone_request(&c->ph, method);
    struct buf text, lines;

    if (!m)
        return;
    buf_init(&text, 8192);
    buf_init(&lines, 2048);
    buf_addz(&lines, headers);
    sip_answer_print(
        &text, m,
        &(struct sip_answer){.code = code,
                             .headers = buf_slice(&lines),
                             .to_tag = slice_of(tag),
                             .contact = SLICE("<sip:peer@192.0.2.90:5060>"),
                             .content_type = body ? SLICE("application/sdp") : SLICE_NONE,
                             .body = slice_of(body)},
        NULL);
    phone_send(&c->ph, buf_z(&text));
    buf_fini(&lines);
    buf_fini(&text);
}

static void reply(struct call *c, enum sip_method method, uint16_t code, const char *headers,
                  const char *body)
{
    reply_as(c, "peer-tag", method, code, headers, body);
}

static int next_event(struct call *c)
{
    struct channel_event ev;
    int type;

    if (event_queue_wait(c->o.queue, 0, &ev))
        return -1;
    type = ev.type;
    channel_event_done(&ev);
    return type;
}

static bool body_has(const struct sip_msg *m, const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; m && i + len <= m->body.len; i++)
        if (!memcmp(m->body.p + i, text, len))
            return true;
    return false;
}

/* A contact for an address of record, as if it had registered over this transport. */
static int put_contact_over(struct call *c, const char *aor, const char *uri, const char *transport)
{
    struct aor *a = aor_get(c->o.pjsip, slice_of(aor));
    struct contact *k = NULL;
    int err;

    if (!a)
        return ENOMEM;
    err = contact_alloc(&k, a,
                        &(struct contact_args){.uri = slice_of(uri),
                                               .transport = slice_of(transport),
                                               .expires = {loop_wall(c->o.loop).us + 600000000}});
    if (!err)
        contact_add(k, NULL);
    mem_deref(k);
    aor_release(a);
    return err;
}

static int put_contact(struct call *c, const char *aor, const char *uri)
{
    return put_contact_over(c, aor, uri, "");
}

/* ---- where to, as whom ---- */

static int a_number_at_a_trunk_goes_to_its_contact(void)
{
    struct call c;
    const struct sip_msg *m;
    int err = call_init(&c, "192.0.2.90");

    CHECK_OK(err);
    EXPECT(dial(&c, "7001@trunk") == 0);
    m = phone_request(&c.ph, SIP_INVITE);
    EXPECT(slice_eqz(m->request_uri, "sip:7001@192.0.2.90:5060"));
    EXPECT(slice_eqz(m->from.uri, "sip:t-user@t.example"));
    EXPECT(body_has(m, "m=audio 30000 RTP/AVP 0 101\r\n"));
    EXPECT(body_has(m, "c=IN IP4 192.0.2.1\r\n"));
    EXPECT(!strncmp(c.ch->name, "PJSIP/trunk-", 12) && c.ch->is_outgoing);
out:
    call_fini(&c);
    return err;
}

static int the_caller_id_is_in_from(void)
{
    struct call c;
    const struct sip_msg *m;
    struct channel *from = NULL;
    int cause, err = call_init(&c, "192.0.2.91");

    CHECK_OK(err);
    err = channel_alloc(
        &from, c.o.calls,
        &(struct channel_args){.tech = calls_tech_find(c.o.calls, SLICE("SIP"), &(void *){NULL}),
                               .resource = "x",
                               .state = CHANNEL_RING});
    EXPECT(!err);
    EXPECT(!party_set(&from->caller, SLICE("101"), SLICE("Anna \"A\"")));
    EXPECT(!request(&c, "asked/sip:55@192.0.2.91", from, &cause));
    EXPECT(!c.ch->tech->call(c.ch));
    office_settle(&c.o);
    m = phone_request(&c.ph, SIP_INVITE);
    EXPECT(m && slice_eqz(m->request_uri, "sip:55@192.0.2.91"));
    EXPECT(slice_eqz(m->from.uri, "sip:101@192.0.2.1"));
    EXPECT(slice_eqz(m->from.display, "Anna \\\"A\\\""));
out:
    if (from) {
        from->is_gone = true; /* it has no session behind it */
        channel_hangup(from, 0);
    }
    mem_deref(from);
    call_fini(&c);
    return err;
}

static int a_wanted_id_is_taken_once(void)
{
    struct call c;
    const struct channel_tech *t;
    const struct channel_request req = {.resource = SLICE("7001@trunk"), .uniqueid = "my.1"};
    struct channel *second = NULL;
    void *arg = NULL;
    int cause, err = call_init(&c, "192.0.2.90");

    CHECK_OK(err);
    t = calls_tech_find(c.o.calls, SLICE("PJSIP"), &arg);
    EXPECT(!t->request(&c.ch, arg, &req, &cause));
    EXPECT(strcmp(c.ch->uniqueid, "my.1") == 0 && strcmp(c.ch->linkedid, "my.1") == 0);
    EXPECT(t->request(&second, arg, &req, &cause) == EEXIST && !second);
out:
    call_fini(&c);
    return err;
}

static int a_private_caller_stays_unknown(void)
{
    struct call c;
    const struct sip_msg *m;
    int cause, err = call_init(&c, "192.0.2.91");

    CHECK_OK(err);
    EXPECT(!request(&c, "asked", NULL, &cause));
    EXPECT(!party_set(&c.ch->connected, SLICE("101"), SLICE("Anna")));
    party_set_presentation(&c.ch->connected, PRES_PROHIBITED);
    EXPECT(!c.ch->tech->call(c.ch));
    office_settle(&c.o);
    m = phone_request(&c.ph, SIP_INVITE);
    EXPECT(m && slice_eqz(m->from.uri, "sip:anonymous@anonymous.invalid"));
out:
    call_fini(&c);
    return err;
}

static int a_registered_phone_is_called_where_it_is(void)
{
    struct call c;
    const struct sip_msg *m;
    int err = call_init(&c, "192.0.2.10");

    CHECK_OK(err);
    EXPECT(!put_contact(&c, "101", "sip:anna@192.0.2.10:5060;ob;x-ast-orig-host=10.0.0.7:5062"));
    EXPECT(dial(&c, "101") == 0);
    m = phone_request(&c.ph, SIP_INVITE);
    EXPECT(slice_eqz(m->request_uri, "sip:anna@10.0.0.7:5062;ob"));
    EXPECT(body_has(m, "RTP/AVP 0 8 101\r\n"));
out:
    call_fini(&c);
    return err;
}

static int a_name_is_asked_for_first(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.99");

    CHECK_OK(err);
    EXPECT(dial(&c, "asked/sip:55@far.example:5060") == 0);
    EXPECT(slice_eqz(phone_request(&c.ph, SIP_INVITE)->request_uri, "sip:55@far.example:5060"));
out:
    call_fini(&c);
    return err;
}

static int the_name_that_is_asked_for_is_where_it_is_reached(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.99");

    CHECK_OK(err);
    EXPECT(!put_contact(&c, "101", "sip:1@far.example:5060;x-ast-orig-host=10.0.0.7"));
    EXPECT(dial(&c, "101") == 0);
    EXPECT(slice_eqz(phone_request(&c.ph, SIP_INVITE)->request_uri, "sip:1@10.0.0.7"));
out:
    call_fini(&c);
    return err;
}

/* The name has no address of its own, only a service record. */
static int a_permanent_contact_may_be_a_service_name(void)
{
    const struct dns_srv srv = {.target = "far.example", .port = 5060, .priority = 1, .weight = 1};
    struct call c;
    int err = call_init(&c, "192.0.2.99");

    CHECK_OK(err);
    EXPECT(!dns_fake_add_srv(c.o.dns, "_sip._udp.office.example", &srv));
    EXPECT(!office_change(&c.o, "UPDATE ps_aors SET contact = 'sip:office.example', "
                                "qualify_frequency = 30 WHERE id = 'trunk'"));
    EXPECT(dial(&c, "7001@trunk") == 0);
    EXPECT(slice_eqz(phone_request(&c.ph, SIP_INVITE)->request_uri, "sip:7001@office.example"));
    reply(&c, SIP_INVITE, 200, "", ANSWER);
    EXPECT(c.ch->state == CHANNEL_UP);
    phone_forget(&c.ph);
    loop_fake_advance(c.o.loop, 31000);
    EXPECT(phone_request(&c.ph, SIP_OPTIONS));
out:
    call_fini(&c);
    return err;
}

static int a_transport_may_close_while_a_name_is_asked_for(void)
{
    struct call c;
    int cause, err = call_init(&c, "192.0.2.99");

    CHECK_OK(err);
    EXPECT(!put_contact_over(&c, "101", "sip:1@far.example:5060", "transport-udp"));
    EXPECT(!request(&c, "101", NULL, &cause));
    EXPECT(!office_change(&c.o, "DELETE FROM static_pjsip WHERE category = 'transport-udp'"));
    c.ch->tech->call(c.ch);
    loop_fake_advance(c.o.loop, 10000);
    EXPECT(c.ch->is_hungup);
    c.ch = (channel_hangup(c.ch, CAUSE_NORMAL), mem_deref(c.ch));
    /* and while the stream's port is asked for */
    EXPECT(!office_change(&c.o, ""));
    office_settle(&c.o);
    EXPECT(!request(&c, "7001@trunk", NULL, &cause));
    EXPECT(!office_change(&c.o, "DELETE FROM static_pjsip WHERE category = 'transport-udp'"));
    c.ch->tech->call(c.ch);
    office_settle(&c.o);
    EXPECT(c.ch->is_hungup);
out:
    call_fini(&c);
    return err;
}

static const struct {
    const char *left;
    int got; /* Max-Forwards of the INVITE; 0: there is none */
} hops[] = {{NULL, 70}, {"69", 69}, {"1", 1}, {"0", 0}, {"nonsense", 70}};

static int a_leg_has_what_its_caller_has_left(void)
{
    struct call c;
    struct channel *from = NULL;
    int cause, err = 0;

    for (size_t i = 0; i < sizeof(hops) / sizeof(hops[0]); i++) {
        CHECK_OK(call_init(&c, "192.0.2.90"));
        err = channel_alloc(&from, c.o.calls,
                            &(struct channel_args){
                                .tech = calls_tech_find(c.o.calls, SLICE("SIP"), &(void *){NULL}),
                                .resource = "x",
                                .state = CHANNEL_RING});
        EXPECT(!err);
        if (hops[i].left)
            EXPECT(!channel_var_set(from, SLICE("__" SESSION_HOPS), slice_of(hops[i].left)));
        err = request(&c, "7001@trunk", from, &cause);
        if (hops[i].got) {
            EXPECT(!err && !c.ch->tech->call(c.ch));
            office_settle(&c.o);
            EXPECT(phone_request(&c.ph, SIP_INVITE) &&
                   phone_request(&c.ph, SIP_INVITE)->max_forwards == hops[i].got);
            EXPECT(!hops[i].left || slice_is_set(channel_var_get(c.ch, SLICE(SESSION_HOPS))));
        } else {
            EXPECT(err == ELOOP && pjsip_status_of_cause(cause) == 483);
            err = 0;
        }
        from->is_gone = true;
        channel_hangup(from, 0);
        from = mem_deref(from);
        call_fini(&c);
    }
    return 0;
out:
    if (from) {
        from->is_gone = true;
        channel_hangup(from, 0);
    }
    mem_deref(from);
    call_fini(&c);
    return err;
}

static int a_contact_cannot_dial_for_us(void)
{
    static const char *const bad[] = {"sip:x&PJSIP/900@192.0.2.10", "sip:x,30,g@192.0.2.10",
                                      "sip:${EVIL}@192.0.2.10",     "sip:x@192.0.2.10;a=(b)",
                                      "sip:x@192.0.2.10;a=b|c",     "sip:x@192.0.2.10;a=b^c",
                                      "sip:x@192.0.2.10;a=\"b\"",   "sip:x@192.0.2.10;a=b\\c"};
    struct call c;
    struct plan_env env = {0};
    struct buf out;
    int err = call_init(&c, "192.0.2.90");

    CHECK_OK(err);
    buf_init(&out, 4096);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        EXPECT(!put_contact(&c, "101", bad[i]));
    EXPECT(!put_contact(&c, "101", "sip:101@[2001:db8::1]:5060;ob;x-ast-orig-host=10.0.0.7"));
    EXPECT(!pjsip_dial_contacts_func.read(&env, (char[]){"101"}, &out));
    EXPECT(slice_eqz(buf_slice(&out),
                     "PJSIP/101/sip:101@[2001:db8::1]:5060;ob;x-ast-orig-host=10.0.0.7"));
out:
    buf_fini(&out);
    call_fini(&c);
    return err;
}

static int inherited_lines_are_looked_at_again(void)
{
    struct call c;
    struct channel *from = NULL;
    const struct sip_msg *m;
    int cause, err = call_init(&c, "192.0.2.90");

    CHECK_OK(err);
    err = channel_alloc(
        &from, c.o.calls,
        &(struct channel_args){.tech = calls_tech_find(c.o.calls, SLICE("SIP"), &(void *){NULL}),
                               .resource = "x",
                               .state = CHANNEL_RING});
    EXPECT(!err);
    EXPECT(!channel_var_set(from, SLICE("PJSIP_INHERITABLE_HEADERS"),
                            SLICE("X-Id: 1\r\nVia: SIP/2.0/UDP evil\r\nX Bad: 2\r\n\r\nbody\r\n"
                                  "X-Other: 3")));
    EXPECT(!request(&c, "7001@trunk", from, &cause) && !c.ch->tech->call(c.ch));
    office_settle(&c.o);
    m = phone_request(&c.ph, SIP_INVITE);
    EXPECT(m && slice_eqz(sip_msg_find(m, SLICE("X-Id"), 0), "1"));
    EXPECT(slice_eqz(sip_msg_find(m, SLICE("X-Other"), 0), "3"));
    EXPECT(!slice_is_set(sip_msg_find(m, SLICE("Via"), 1)) && body_has(m, "m=audio"));
out:
    if (from) {
        from->is_gone = true;
        channel_hangup(from, 0);
    }
    mem_deref(from);
    call_fini(&c);
    return err;
}

static int a_name_that_does_not_exist_ends_the_call(void)
{
    struct call c;
    int cause, err = call_init(&c, "192.0.2.99");

    CHECK_OK(err);
    EXPECT(!request(&c, "asked/sip:55@nowhere.example:5060", NULL, &cause));
    EXPECT(!c.ch->tech->call(c.ch));
    loop_fake_advance(c.o.loop, 10000);
    EXPECT(c.ch->is_hungup && c.ch->cause == CAUSE_NO_ROUTE);
    EXPECT(next_event(&c) == CHANNEL_EV_HANGUP);
out:
    call_fini(&c);
    return err;
}

static const struct {
    const char *resource;
    int err, cause;
} nowhere[] = {
    {"nobody", ENOENT, CAUSE_NO_ROUTE},     {"101", EHOSTUNREACH, CAUSE_NO_ROUTE},
    {"", EINVAL, CAUSE_NO_ROUTE},           {"@", EINVAL, CAUSE_NO_ROUTE},
    {"123@nobody", ENOENT, CAUSE_NO_ROUTE}, {"trunk/sip:@", EINVAL, CAUSE_NO_ROUTE},
};

static int a_call_to_nowhere_says_why(void)
{
    struct call c;
    int cause, err = call_init(&c, "192.0.2.90");

    CHECK_OK(err);
    for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
        EXPECT(request(&c, nowhere[i].resource, NULL, &cause) == nowhere[i].err);
        EXPECT(cause == nowhere[i].cause && !c.ch);
    }
    EXPECT(calls_active(c.o.calls) == 0);
out:
    call_fini(&c);
    return err;
}

static int an_unreachable_contact_is_not_called(void)
{
    struct call c;
    int cause, err = call_init(&c, "192.0.2.90");

    CHECK_OK(err);
    loop_fake_advance(c.o.loop, 40000); /* nobody at 192.0.2.91 answers OPTIONS */
    EXPECT(request(&c, "asked", NULL, &cause) == EHOSTUNREACH);
out:
    call_fini(&c);
    return err;
}

/* ---- how it ends ---- */

static const struct {
    uint16_t code;
    const char *headers;
    int cause;
} outcomes[] = {
    {486, "", 17},
    {600, "", 17},
    {480, "", 19},
    {408, "", 18},
    {404, "", 1},
    {403, "", 21},
    {603, "", 21},
    {488, "", 58},
    {484, "", 28},
    {500, "", 38},
    {503, "", 34},
    {302, "", 16},
    {486, "Reason: Q.850;cause=21\r\n", 21},
    {410, "", 22},
};

static int every_refusal_has_its_cause(void)
{
    struct call c;
    int err = 0;

    for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
        CHECK_OK(call_init(&c, "192.0.2.90"));
        EXPECT(dial(&c, "7001@trunk") == 0);
        reply(&c, SIP_INVITE, outcomes[i].code, outcomes[i].headers, NULL);
        EXPECT(c.ch->is_hungup && c.ch->cause == outcomes[i].cause);
        EXPECT(c.ch->tech_cause == outcomes[i].code);
        EXPECT(next_event(&c) == CHANNEL_EV_HANGUP && next_event(&c) == -1);
        EXPECT(phone_request(&c.ph, SIP_ACK));
        call_fini(&c);
    }
    return 0;
out:
    call_fini(&c);
    return err;
}

static int nobody_there_is_a_timeout(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.90");

    CHECK_OK(err);
    EXPECT(dial(&c, "7001@trunk") == 0);
    loop_fake_advance(c.o.loop, 33000);
    EXPECT(c.ch->is_hungup && c.ch->cause == CAUSE_NO_USER_RESPONSE);
out:
    call_fini(&c);
    return err;
}

static int ringing_then_answered(void)
{
    struct call c;
    struct buf formats;
    int err = call_init(&c, "192.0.2.90");

    CHECK_OK(err);
    EXPECT(dial(&c, "7001@trunk") == 0);
    EXPECT(c.ch->state == CHANNEL_DOWN);
    reply(&c, SIP_INVITE, 180, "", NULL);
    EXPECT(c.ch->state == CHANNEL_RINGING && next_event(&c) == CHANNEL_EV_RINGING);
    EXPECT(c.o.remote.port == 0);
    reply(&c, SIP_INVITE, 200, "", ANSWER);
    EXPECT(c.ch->state == CHANNEL_UP && next_event(&c) == CHANNEL_EV_ANSWERED);
    EXPECT(phone_request(&c.ph, SIP_ACK));
    EXPECT(c.o.remote.port == 5000);
    buf_init(&formats, 100);
    EXPECT(!c.ch->tech->get(c.ch, SLICE("audionativeformat"), &formats));
    EXPECT(strcmp(buf_z(&formats), "(ulaw)") == 0);
    buf_fini(&formats);
    channel_hangup(c.ch, CAUSE_NORMAL);
    office_settle(&c.o);
    EXPECT(phone_request(&c.ph, SIP_BYE));
    reply(&c, SIP_BYE, 200, "", NULL);
    loop_fake_advance(c.o.loop, 1000);
    EXPECT(c.o.streams == 0);
out:
    call_fini(&c);
    return err;
}

static int early_media_flow_before_the_answer(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.90");

    CHECK_OK(err);
    EXPECT(dial(&c, "7001@trunk") == 0);
    reply(&c, SIP_INVITE, 183, "", ANSWER);
    EXPECT(next_event(&c) == CHANNEL_EV_PROGRESS && c.o.remote.port == 5000);
    EXPECT(c.ch->state == CHANNEL_DOWN);
    reply(&c, SIP_INVITE, 200, "", ANSWER);
    EXPECT(c.ch->state == CHANNEL_UP && next_event(&c) == CHANNEL_EV_ANSWERED);
out:
    call_fini(&c);
    return err;
}

static int the_fork_that_answers_gets_the_media(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.90");

    CHECK_OK(err);
    EXPECT(dial(&c, "7001@trunk") == 0);
    reply_as(&c, "one", SIP_INVITE, 183, "", PHONE_SDP("192.0.2.90", "5000", "0", ""));
    EXPECT(c.o.remote.port == 5000);
    reply_as(&c, "two", SIP_INVITE, 183, "", PHONE_SDP("192.0.2.90", "5002", "0", ""));
    EXPECT(c.o.remote.port == 5002);
    reply_as(&c, "three", SIP_INVITE, 200, "", PHONE_SDP("192.0.2.90", "5004", "0", ""));
    EXPECT(c.o.remote.port == 5004 && c.ch->state == CHANNEL_UP);
    /* a second answer is acknowledged and ended; the call goes on */
    reply_as(&c, "one", SIP_INVITE, 200, "", PHONE_SDP("192.0.2.90", "5000", "0", ""));
    EXPECT(phone_request(&c.ph, SIP_BYE) &&
           slice_eqz(phone_request(&c.ph, SIP_BYE)->to_tag, "one"));
    EXPECT(c.o.remote.port == 5004 && !c.ch->is_hungup);
out:
    call_fini(&c);
    return err;
}

static const char *const useless[] = {NULL, "nonsense", PHONE_SDP("192.0.2.90", "5000", "18", ""),
                                      PHONE_SDP("192.0.2.90", "0", "0", "")};

static int an_answer_without_media_is_ended(void)
{
    struct call c;
    int err = 0;

    for (size_t i = 0; i < sizeof(useless) / sizeof(useless[0]); i++) {
        CHECK_OK(call_init(&c, "192.0.2.90"));
        EXPECT(dial(&c, "7001@trunk") == 0);
        reply(&c, SIP_INVITE, 200, "", useless[i]);
        office_settle(&c.o);
        EXPECT(c.ch->is_hungup && c.ch->cause == CAUSE_BEARER);
        EXPECT(phone_request(&c.ph, SIP_ACK) && phone_request(&c.ph, SIP_BYE));
        EXPECT(next_event(&c) == CHANNEL_EV_HANGUP);
        call_fini(&c);
    }
    return 0;
out:
    call_fini(&c);
    return err;
}

static int hanging_up_a_ringing_call_cancels_it(void)
{
    struct call c;
    const struct sip_msg *m;
    int err = call_init(&c, "192.0.2.90");

    CHECK_OK(err);
    EXPECT(dial(&c, "7001@trunk") == 0);
    reply(&c, SIP_INVITE, 180, "", NULL);
    channel_hangup(c.ch, CAUSE_ANSWERED_ELSEWHERE);
    office_settle(&c.o);
    m = phone_request(&c.ph, SIP_CANCEL);
    EXPECT(m && slice_eqz(sip_msg_get(m, SIP_H_REASON),
                          "SIP;cause=200;text=\"Call completed elsewhere\""));
    /* the 200 that crossed it is acknowledged and ended */
    reply(&c, SIP_INVITE, 200, "", ANSWER);
    office_settle(&c.o);
    EXPECT(phone_request(&c.ph, SIP_ACK) && phone_request(&c.ph, SIP_BYE));
out:
    call_fini(&c);
    return err;
}

static int hanging_up_before_anything_left_sends_nothing(void)
{
    struct call c;
    int cause, err = call_init(&c, "192.0.2.90");

    CHECK_OK(err);
    EXPECT(!request(&c, "7001@trunk", NULL, &cause));
    EXPECT(!c.ch->tech->call(c.ch));
    channel_hangup(c.ch, CAUSE_NORMAL);
    office_settle(&c.o);
    EXPECT(c.ph.count == 0);
out:
    call_fini(&c);
    return err;
}

static int a_challenge_is_answered_for_the_trunk(void)
{
    struct call c;
    const struct sip_msg *m;
    struct sip_digest d;
    int err = call_init(&c, "192.0.2.90");

    CHECK_OK(err);
    EXPECT(dial(&c, "7001@trunk") == 0);
    reply(&c, SIP_INVITE, 401,
          "WWW-Authenticate: Digest realm=\"far\",nonce=\"n\",algorithm=MD5,qop=\"auth\"\r\n",
          NULL);
    m = phone_request(&c.ph, SIP_INVITE);
    EXPECT(m && !sip_digest_parse(&d, sip_msg_get(m, SIP_H_AUTHORIZATION)));
    EXPECT(slice_eqz(d.username, "station"));
    EXPECT(!c.ch->is_hungup);
out:
    call_fini(&c);
    return err;
}

static int a_phone_that_challenges_gets_no_credentials(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.91");

    CHECK_OK(err);
    EXPECT(dial(&c, "asked") == 0);
    reply(&c, SIP_INVITE, 401,
          "WWW-Authenticate: Digest realm=\"far\",nonce=\"n\",algorithm=MD5,qop=\"auth\"\r\n",
          NULL);
    EXPECT(c.ch->is_hungup && c.ch->cause == CAUSE_REJECTED);
out:
    call_fini(&c);
    return err;
}

static int bye_of_the_peer_hangs_up(void)
{
    struct call c;
    char text[1024];
    const struct sip_msg *m;
    int err = call_init(&c, "192.0.2.90");

    CHECK_OK(err);
    EXPECT(dial(&c, "7001@trunk") == 0);
    reply(&c, SIP_INVITE, 200, "", ANSWER);
    EXPECT(next_event(&c) == CHANNEL_EV_ANSWERED);
    m = phone_request(&c.ph, SIP_INVITE);
    snprintf(text, sizeof(text),
             "BYE sip:x@" STATION " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.90;branch=z9hG4bKbye\r\n"
             "From: <sip:7001@192.0.2.90>;tag=peer-tag\r\nTo: <%.*s>;tag=%.*s\r\n"
             "Call-ID: %.*s\r\nCSeq: 1 BYE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
             SLICE_ARG(m->from.uri), SLICE_ARG(m->from_tag), SLICE_ARG(m->call_id));
    phone_send(&c.ph, text);
    EXPECT(phone_status(&c.ph, SIP_BYE) == 200);
    EXPECT(c.ch->is_hungup && c.ch->cause == CAUSE_NORMAL);
    EXPECT(next_event(&c) == CHANNEL_EV_HANGUP);
out:
    call_fini(&c);
    return err;
}

static int added_headers_leave_with_the_invite(void)
{
    struct call c;
    struct plan_env env;
    const struct sip_msg *m;
    char add[] = "add,X-Id", update[] = "update,X-Id", other[] = "add,X-Other",
         remove_it[] = "remove,X-Other", via[] = "add,Via", wild[] = "add,X-Bad";
    int cause, err = call_init(&c, "192.0.2.90");

    CHECK_OK(err);
    EXPECT(!request(&c, "7001@trunk", NULL, &cause));
    env = (struct plan_env){.channel = c.ch};
    EXPECT(!pjsip_header_func.write(&env, add, SLICE("1")));
    EXPECT(!pjsip_header_func.write(&env, update, SLICE("2")));
    EXPECT(!pjsip_header_func.write(&env, other, SLICE("x")));
    EXPECT(!pjsip_header_func.write(&env, remove_it, SLICE("")));
    EXPECT(pjsip_header_func.write(&env, via, SLICE("x")) == EACCES);
    EXPECT(pjsip_header_func.write(&env, wild, SLICE("a\r\nX-Evil: 1")) == EINVAL);
    EXPECT(!c.ch->tech->call(c.ch));
    office_settle(&c.o);
    m = phone_request(&c.ph, SIP_INVITE);
    EXPECT(m && slice_eqz(sip_msg_find(m, SLICE("X-Id"), 0), "2"));
    EXPECT(!slice_is_set(sip_msg_find(m, SLICE("X-Other"), 0)));
    EXPECT(!slice_is_set(sip_msg_find(m, SLICE("X-Evil"), 0)));
out:
    call_fini(&c);
    return err;
}

UNIT_TESTS(UNIT(a_number_at_a_trunk_goes_to_its_contact), UNIT(the_caller_id_is_in_from),
           UNIT(a_wanted_id_is_taken_once), UNIT(a_private_caller_stays_unknown),
           UNIT(a_registered_phone_is_called_where_it_is), UNIT(a_name_is_asked_for_first),
           UNIT(the_name_that_is_asked_for_is_where_it_is_reached),
           UNIT_ONCE(a_permanent_contact_may_be_a_service_name),
           UNIT_ONCE(a_transport_may_close_while_a_name_is_asked_for),
           UNIT_ONCE(a_leg_has_what_its_caller_has_left), UNIT(a_contact_cannot_dial_for_us),
           UNIT(inherited_lines_are_looked_at_again),
           UNIT(a_name_that_does_not_exist_ends_the_call), UNIT_ONCE(a_call_to_nowhere_says_why),
           UNIT(an_unreachable_contact_is_not_called), UNIT_ONCE(every_refusal_has_its_cause),
           UNIT(nobody_there_is_a_timeout), UNIT(ringing_then_answered),
           UNIT(early_media_flow_before_the_answer), UNIT(the_fork_that_answers_gets_the_media),
           UNIT_ONCE(an_answer_without_media_is_ended), UNIT(hanging_up_a_ringing_call_cancels_it),
           UNIT(hanging_up_before_anything_left_sends_nothing),
           UNIT(a_challenge_is_answered_for_the_trunk),
           UNIT(a_phone_that_challenges_gets_no_credentials), UNIT(bye_of_the_peer_hangs_up),
           UNIT(added_headers_leave_with_the_invite))
