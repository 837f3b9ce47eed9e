/* test_ipv6.c - a phone over IPv6 registers, calls and is called */
#include "pjsip/office.h"

#define STATION6 "[2001:db8::1]"
#define OFFER6                                                                                     \
    "v=0\r\no=- 1 1 IN IP6 2001:db8::10\r\ns=-\r\nc=IN IP6 2001:db8::10\r\nt=0 0\r\n"              \
    "m=audio 4000 RTP/AVP 8\r\n"

#define OFFER4                                                                                     \
    "v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n"                  \
    "m=audio 4000 RTP/AVP 0\r\n"

/* Each change of the office begins with the plain one. */
#define TRANSPORT6                                                                                 \
    "INSERT INTO static_pjsip (cat_metric,var_metric,commented,filename,category,"                 \
    "var_name,var_val) VALUES (5,0,0,'pjsip.conf','transport6','type','transport'),"               \
    "(5,1,0,'pjsip.conf','transport6','protocol','udp'),"                                          \
    "(5,2,0,'pjsip.conf','transport6','bind','[2001:db8::1]:5060')"

struct six {
    struct office o;
    struct phone ph;
    struct channel *ch;
};

static void six_fini(struct six *s)
{
    if (s->ch && !s->ch->is_ended)
        channel_hangup(s->ch, CAUSE_NORMAL);
    s->ch = mem_deref(s->ch);
    phone_fini(&s->ph);
    office_fini(&s->o);
}

static int six_init(struct six *s)
{
    int err = office_init(&s->o, false);

    memset(&s->ph, 0, sizeof(s->ph));
    s->ch = NULL;
    if (!err)
        err = office_change(&s->o, TRANSPORT6);
    if (!err)
        err = phone_init(&s->ph, &s->o, "2001:db8::10", "101", "pw-101");
    if (!err)
        err = addr_parse_host(&s->ph.station, SLICE("2001:db8::1"), 5060);
    if (err)
        six_fini(s);
    return err;
}

/* With digest. @return the last status */
static unsigned say(struct six *s, const char *method, const char *uri, const char *type,
                    const char *body)
{
    enum sip_method m = sip_method_parse(slice_of(method));
    struct phone_args a = {.method = method,
                           .uri = uri,
                           .to = "101",
                           .call_id = method,
                           .cseq = 1,
                           .headers = "Contact: <sip:101@[2001:db8::10]:5060>\r\n",
                           .type = type,
                           .body = body};

    phone_say(&s->ph, &a);
    if (phone_status(&s->ph, m) == 401 && !phone_answer_challenge(&s->ph, m, uri)) {
        phone_forget(&s->ph);
        a.cseq++;
        phone_say(&s->ph, &a);
        s->ph.auth[0] = '\0';
    }
    return phone_status(&s->ph, m);
}

static bool body_has(const struct sip_msg *m, const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; m && i + len <= m->body.len; i++)
        if (!memcmp(m->body.p + i, text, len))
            return true;
    return false;
}

static void answer(struct six *s, const struct sip_msg *m)
{
    struct buf text;

    buf_init(&text, 8192);
    sip_answer_print(&text, m,
                     &(struct sip_answer){.code = 200,
                                          .to_tag = SLICE("six"),
                                          .contact = SLICE("<sip:101@[2001:db8::10]:5060>"),
                                          .content_type = SLICE("application/sdp"),
                                          .body = SLICE(OFFER6)},
                     NULL);
    phone_send(&s->ph, buf_z(&text));
    buf_fini(&text);
}

static int a_phone_registers_and_is_called_over_ipv6(void)
{
    struct six s;
    const struct channel_tech *tech;
    const struct sip_msg *m;
    struct sip_name_addr contact;
    struct sip_uri uri;
    void *arg = NULL;
    int cause, err = six_init(&s);

    CHECK_OK(err);
    EXPECT(say(&s, "REGISTER", "sip:" STATION6, NULL, NULL) == 200);
    EXPECT(!sip_msg_contact(phone_response(&s.ph, SIP_REGISTER), 0, &contact) &&
           slice_eqz(contact.uri, "sip:101@[2001:db8::10]:5060"));
    tech = calls_tech_find(s.o.calls, SLICE("PJSIP"), &arg);
    EXPECT(!tech->request(&s.ch, arg, &(struct channel_request){.resource = SLICE("101")}, &cause));
    EXPECT(!tech->call(s.ch));
    office_settle(&s.o);
    m = phone_request(&s.ph, SIP_INVITE);
    EXPECT(m && slice_eqz(m->request_uri, "sip:101@[2001:db8::10]:5060"));
    EXPECT(slice_eqz(m->via.host, STATION6) && body_has(m, "c=IN IP6 2001:db8::1\r\n"));
    EXPECT(!sip_msg_contact(m, 0, &contact) && !sip_uri_parse(&uri, contact.uri));
    EXPECT(slice_eqz(uri.host, STATION6) && uri.port == 5060);
    answer(&s, m);
    EXPECT(s.ch->state == CHANNEL_UP && phone_request(&s.ph, SIP_ACK));
    EXPECT(s.o.remote.family == AF_INET6 && s.o.remote.port == 4000);
    channel_hangup(s.ch, CAUSE_NORMAL);
    office_settle(&s.o);
    EXPECT(phone_request(&s.ph, SIP_BYE));
out:
    six_fini(&s);
    return err;
}

static int a_phone_calls_over_ipv6(void)
{
    struct six s;
    int err = six_init(&s);

    CHECK_OK(err);
    EXPECT(say(&s, "INVITE", "sip:600@" STATION6, "application/sdp", OFFER6) < 200);
    EXPECT(s.o.incoming && !channel_answer(s.o.incoming));
    office_settle(&s.o);
    EXPECT(phone_status(&s.ph, SIP_INVITE) == 200);
    EXPECT(body_has(phone_response(&s.ph, SIP_INVITE), "c=IN IP6 2001:db8::1\r\n"));
    EXPECT(s.o.remote.family == AF_INET6 && s.o.remote.port == 4000);
out:
    six_fini(&s);
    return err;
}

/* rtp_ipv6, SIP over IPv4: an answer has the family of its offer. */
static int an_answer_has_the_family_of_its_offer(void)
{
    static const struct {
        const char *rtp_ipv6, *offer, *said;
    } cases[] = {
        {"yes", OFFER6, "c=IN IP6 2001:db8::1\r\n"},
        {"yes", OFFER4, "c=IN IP4 192.0.2.1\r\n"},
        {"no", OFFER6, "c=IN IP4 192.0.2.1\r\n"},
    };
    struct six s;
    char sql[600];
    int err = 0;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]) && !err; i++) {
        CHECK_OK(six_init(&s));
        snprintf(sql, sizeof(sql),
                 TRANSPORT6 ";UPDATE ps_endpoints SET rtp_ipv6='%s' WHERE id='101'",
                 cases[i].rtp_ipv6);
        EXPECT(!office_change(&s.o, sql));
        phone_fini(&s.ph);
        EXPECT(!phone_init(&s.ph, &s.o, "192.0.2.10", "101", "pw-101"));
        EXPECT(say(&s, "INVITE", "sip:600@192.0.2.1", "application/sdp", cases[i].offer) < 200);
        EXPECT(s.o.incoming && !channel_answer(s.o.incoming));
        office_settle(&s.o);
        EXPECT(body_has(phone_response(&s.ph, SIP_INVITE), cases[i].said));
    out:
        six_fini(&s);
    }
    return err;
}

UNIT_TESTS(UNIT_ONCE(an_answer_has_the_family_of_its_offer),
           UNIT_ONCE(a_phone_registers_and_is_called_over_ipv6), UNIT_ONCE(a_phone_calls_over_ipv6))
