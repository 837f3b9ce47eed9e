/* test_incoming.c - calls that come in: refused, answered, cancelled, held, ended */
#include "pjsip/office.h"

struct call {
    struct office o;
    struct phone ph;
    unsigned cseq;
    char uri[64];
    char tag[64]; /* of the station */
};

static void call_fini(struct call *c)
{
    phone_fini(&c->ph);
    office_fini(&c->o);
}

static int call_init(struct call *c, const char *host, const char *user, const char *password)
{
    int err = office_init(&c->o, false);

    memset(&c->ph, 0, sizeof(c->ph));
    c->cseq = 0;
    c->tag[0] = '\0';
    if (!err)
        err = phone_init(&c->ph, &c->o, host, user, password);
    if (err)
        call_fini(c);
    return err;
}

#define OFFER PHONE_SDP("192.0.2.10", "4000", "8 0 101", "a=rtpmap:101 telephone-event/8000\r\n")
#define CONTACT "Contact: <sip:phone@192.0.2.10:5060>\r\n"

static void say(struct call *c, const char *method, const char *headers, const char *type,
                const char *body)
{
    phone_say(&c->ph, &(struct phone_args){.method = method,
                                           .uri = c->uri,
                                           .to = "600",
                                           .to_tag = c->tag[0] ? c->tag : NULL,
                                           .call_id = "call-1",
                                           .cseq = ++c->cseq,
                                           .headers = headers,
                                           .type = type,
                                           .body = body});
}

static void ack(struct call *c, const char *body)
{
    phone_say(&c->ph, &(struct phone_args){.method = "ACK",
                                           .uri = c->uri,
                                           .to = "600",
                                           .to_tag = c->tag,
                                           .call_id = "call-1",
                                           .cseq = c->cseq,
                                           .type = body ? "application/sdp" : NULL,
                                           .body = body});
}

/* INVITE with digest. @return the last status: below 200 when the call waits for the routing */
static unsigned invite(struct call *c, const char *exten, const char *body)
{
    snprintf(c->uri, sizeof(c->uri), "sip:%s@" STATION, exten);
    say(c, "INVITE", CONTACT, body ? "application/sdp" : NULL, body);
    if (phone_status(&c->ph, SIP_INVITE) == 401 &&
        !phone_answer_challenge(&c->ph, SIP_INVITE, c->uri)) {
        phone_forget(&c->ph);
        say(c, "INVITE", CONTACT, body ? "application/sdp" : NULL, body);
        c->ph.auth[0] = '\0';
    }
    return phone_status(&c->ph, SIP_INVITE);
}

static void take_tag(struct call *c)
{
    const struct sip_msg *m = phone_response(&c->ph, SIP_INVITE);

    if (m)
        slice_copy(m->to_tag, c->tag, sizeof(c->tag));
}

/* Up to the ACK. @return 0 */
static int establish(struct call *c)
{
    if (invite(c, "600", OFFER) >= 200 || !c->o.incoming || channel_answer(c->o.incoming))
        return EPROTO;
    office_settle(&c->o);
    if (phone_status(&c->ph, SIP_INVITE) != 200)
        return EPROTO;
    take_tag(c);
    ack(c, NULL);
    return 0;
}

static int pop(struct call *c, struct channel_event *ev)
{
    return event_queue_wait(c->o.queue, 0, ev);
}

/* Next event's type, -1 for none; its digit may be asked for. */
static int next_event(struct call *c, char *digit)
{
    struct channel_event ev;
    int type;

    if (pop(c, &ev))
        return -1;
    type = ev.type;
    if (digit)
        *digit = ev.digit;
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

/* ---- tests ---- */

/* Early media agreed reliably; then the caller wants another port (RFC 3262 s5). */
static int offer_in_prack_is_answered(void)
{
    static const char moved[] =
        PHONE_SDP("192.0.2.10", "4444", "8 101", "a=rtpmap:101 telephone-event/8000\r\n");
    const struct sip_msg *m;
    char headers[100];
    uint32_t rseq = 0;
    struct call c;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    snprintf(c.uri, sizeof(c.uri), "sip:600@" STATION);
    say(&c, "INVITE", CONTACT, "application/sdp", OFFER);
    EXPECT(!phone_answer_challenge(&c.ph, SIP_INVITE, c.uri));
    phone_forget(&c.ph);
    say(&c, "INVITE", CONTACT "Require: 100rel\r\n", "application/sdp", OFFER);
    c.ph.auth[0] = '\0';
    EXPECT(c.o.incoming && !channel_indicate(c.o.incoming, CHANNEL_IND_PROGRESS));
    office_settle(&c.o);
    take_tag(&c);
    m = phone_response(&c.ph, SIP_INVITE);
    EXPECT(m && m->status == 183 && !sip_msg_u32(m, SIP_H_RSEQ, &rseq));
    EXPECT(body_has(m, "m=audio"));
    snprintf(headers, sizeof(headers), "RAck: %u %u INVITE\r\n", rseq, c.cseq);
    phone_forget(&c.ph);
    say(&c, "PRACK", headers, "application/sdp", moved);
    m = phone_response(&c.ph, SIP_PRACK);
    EXPECT(m && m->status == 200 && body_has(m, "m=audio"));
    phone_forget(&c.ph);
    EXPECT(!channel_answer(c.o.incoming));
    office_settle(&c.o);
    m = phone_response(&c.ph, SIP_INVITE);
    EXPECT(m && m->status == 200);
out:
    call_fini(&c);
    return err;
}

/* INVITE without an offer, by a caller who wants reliable answers; ind goes to him. @return RSeq; 0 */
static uint32_t ring_without_offer(struct call *c, enum channel_indication ind)
{
    const struct sip_msg *m;
    uint32_t rseq = 0;

    snprintf(c->uri, sizeof(c->uri), "sip:600@" STATION);
    say(c, "INVITE", CONTACT, NULL, NULL);
    if (phone_answer_challenge(&c->ph, SIP_INVITE, c->uri))
        return 0;
    phone_forget(&c->ph);
    say(c, "INVITE", CONTACT "Require: 100rel\r\n", NULL, NULL);
    c->ph.auth[0] = '\0';
    if (!c->o.incoming || channel_indicate(c->o.incoming, ind))
        return 0;
    office_settle(&c->o);
    take_tag(c);
    m = phone_response(&c->ph, SIP_INVITE);
    return m && body_has(m, "m=audio") && !sip_msg_u32(m, SIP_H_RSEQ, &rseq) ? rseq : 0;
}

static void prack(struct call *c, uint32_t rseq, unsigned invite_cseq, const char *body)
{
    char headers[100];

    snprintf(headers, sizeof(headers), "RAck: %u %u INVITE\r\n", rseq, invite_cseq);
    phone_forget(&c->ph);
    say(c, "PRACK", headers, "application/sdp", body);
}

/* RFC 3262 s5: the first reliable answer brings our offer, PRACK the answer; the 200 brings nothing. */
static int offer_of_ours_is_in_the_first_reliable_answer(void)
{
    static const enum channel_indication each[] = {CHANNEL_IND_RINGING, CHANNEL_IND_PROGRESS};
    int err = 0;

    for (size_t n = 0; n < 2 && !err; n++) {
        const struct sip_msg *m;
        unsigned invite_cseq;
        uint32_t rseq;
        struct call c;

        CHECK_OK(call_init(&c, "192.0.2.10", "101", "pw-101"));
        rseq = ring_without_offer(&c, each[n]);
        EXPECT(rseq != 0);
        invite_cseq = c.cseq;
        prack(&c, rseq, invite_cseq, OFFER);
        EXPECT(phone_status(&c.ph, SIP_PRACK) == 200);
        EXPECT(!channel_answer(c.o.incoming));
        office_settle(&c.o);
        m = phone_response(&c.ph, SIP_INVITE);
        EXPECT(m && m->status == 200 && m->body.len == 0);
        c.cseq = invite_cseq;
        ack(&c, NULL);
        office_settle(&c.o);
        EXPECT(!c.o.incoming->is_hungup);
    out:
        call_fini(&c);
    }
    return err;
}

/* Answered before its PRACK is here: the 200 waits for it, and repeats no offer. */
static int answer_waits_for_the_prack_of_our_offer(void)
{
    const struct sip_msg *m;
    unsigned invite_cseq;
    uint32_t rseq;
    struct call c;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    rseq = ring_without_offer(&c, CHANNEL_IND_RINGING);
    EXPECT(rseq != 0);
    invite_cseq = c.cseq;
    EXPECT(!channel_answer(c.o.incoming));
    office_settle(&c.o);
    EXPECT(phone_status(&c.ph, SIP_INVITE) < 200);
    prack(&c, rseq, invite_cseq, OFFER);
    office_settle(&c.o);
    EXPECT(phone_status(&c.ph, SIP_PRACK) == 200);
    m = phone_response(&c.ph, SIP_INVITE);
    EXPECT(m && m->status == 200 && m->body.len == 0);
out:
    call_fini(&c);
    return err;
}

static int a_call_gets_its_channel(void)
{
    struct call c;
    struct channel *ch;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    EXPECT(invite(&c, "600", OFFER) < 200 && c.o.incoming);
    ch = c.o.incoming;
    EXPECT(ch && c.o.started == 1 && c.o.streams == 1);
    EXPECT(!strncmp(ch->name, "PJSIP/101-", 10));
    EXPECT(ch->state == CHANNEL_RING && !ch->is_outgoing);
    EXPECT(!strcmp(ch->context, "office") && !strcmp(ch->exten, "600") && ch->priority == 1);
    EXPECT(!strcmp(ch->dnid, "600"));
    /* the endpoint's own caller id wins over From */
    EXPECT(!strcmp(ch->caller.number, "101") && !strcmp(ch->caller.name, "Anna"));
    EXPECT(slice_eqz(channel_var_get(ch, SLICE("SIPDOMAIN")), STATION));
    EXPECT(slice_eqz(channel_var_get(ch, SLICE(SESSION_HOPS)), "69"));
out:
    call_fini(&c);
    return err;
}

static int a_trunk_needs_no_password_and_says_who_calls(void)
{
    struct call c;
    struct channel *ch;
    int err = call_init(&c, "192.0.2.90", "74951234567", "");

    CHECK_OK(err);
    EXPECT(invite(&c, "600", OFFER) < 200 && c.o.incoming);
    ch = c.o.incoming;
    EXPECT(ch && !strcmp(ch->context, "incoming"));
    EXPECT(!strcmp(ch->caller.number, "74951234567") && !strcmp(ch->caller.name, "Phone"));
out:
    call_fini(&c);
    return err;
}

static int a_trunk_may_be_named_by_its_host(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.99", "someone", "");

    CHECK_OK(err);
    loop_fake_advance(c.o.loop, 100);
    EXPECT(invite(&c, "600", OFFER) < 200 && c.o.incoming);
    EXPECT(c.o.incoming && !strncmp(c.o.incoming->name, "PJSIP/trunk-", 12));
out:
    call_fini(&c);
    return err;
}

static const struct {
    const char *exten, *type, *body;
    unsigned status;
} refused[] = {
    {"404", "application/sdp", OFFER, 404},
    {"8", "application/sdp", OFFER, 484},
    {"600", "application/sdp", "nonsense", 400},
    {"600", "application/sdp", PHONE_SDP("192.0.2.10", "4000", "18", ""), 488},
    {"600", "application/sdp", PHONE_SDP("192.0.2.10", "0", "8", ""), 488},
    {"%00", "application/sdp", OFFER, 404},
};

static int a_call_that_cannot_be_is_refused(void)
{
    int err = 0;

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct call c;
        unsigned status;

        CHECK_OK(call_init(&c, "192.0.2.90", "trunk-user", ""));
        snprintf(c.uri, sizeof(c.uri), "sip:%s@" STATION, refused[i].exten);
        say(&c, "INVITE", CONTACT, refused[i].type, refused[i].body);
        status = phone_status(&c.ph, SIP_INVITE);
        if (status != refused[i].status || c.o.started || calls_active(c.o.calls)) {
            fprintf(stderr, "case %zu: %u\n", i, status);
            err = EINVAL;
        }
        call_fini(&c);
    }
    return err;
}

static unsigned lines;

static void count_lines(enum log_level level, const char *line, void *arg)
{
    lines += !!strstr(line, "no such extension");
}

static int numbers_that_do_not_exist_do_not_fill_the_log(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.90", "trunk-user", "");

    CHECK_OK(err);
    lines = 0;
    log_set_sink(count_lines, NULL);
    snprintf(c.uri, sizeof(c.uri), "sip:404@" STATION);
    for (unsigned i = 0; i < 2 * GUARD_LINES; i++) {
        phone_forget(&c.ph);
        say(&c, "INVITE", CONTACT, NULL, NULL);
        EXPECT(phone_status(&c.ph, SIP_INVITE) == 404);
    }
    EXPECT(lines == GUARD_LINES);
out:
    log_set_sink(NULL, NULL);
    call_fini(&c);
    return err;
}

static int a_callers_name_has_no_control_bytes(void)
{
    static const char invite[] =
        "INVITE sip:600@" STATION " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.90;branch=z9hG4bK-n\r\n"
        "From: \"An\x1b[2Jna\" <sip:x%0d%0aX-Evil:1@y>;tag=1\r\nTo: <sip:600@" STATION ">\r\n"
        "Call-ID: c\r\nCSeq: 1 INVITE\r\nMax-Forwards: 5\r\n" CONTACT "Content-Length: 0\r\n\r\n";
    struct call c;
    int err = call_init(&c, "192.0.2.90", "someone", "");

    CHECK_OK(err);
    phone_send(&c.ph, invite);
    if (c.o.incoming) { /* or refused: both are fine */
        EXPECT(!strcmp(c.o.incoming->caller.name, "An[2Jna"));
        EXPECT(!c.o.incoming->caller.number || !strchr(c.o.incoming->caller.number, '\n'));
        EXPECT(slice_eqz(channel_var_get(c.o.incoming, SLICE(SESSION_HOPS)), "4"));
    } else {
        EXPECT(phone_status(&c.ph, SIP_INVITE) == 400);
    }
out:
    call_fini(&c);
    return err;
}

static int a_peer_moves_only_to_where_its_endpoint_may_be(void)
{
    const struct addr to = {.family = AF_INET, .port = 5060, .ip = {192, 0, 2, 77}};
    struct call c;
    struct session *s;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    EXPECT(establish(&c) == 0);
    s = session_of(c.o.incoming);
    EXPECT(pjsip_incoming_handlers.may_move(s->invite, &to, s));
    EXPECT(!office_change(&c.o, "UPDATE ps_endpoints SET deny = '192.0.2.77' WHERE id = '101'"));
    EXPECT(!pjsip_incoming_handlers.may_move(s->invite, &to, s));
    EXPECT(pjsip_outgoing_handlers.may_move == pjsip_incoming_handlers.may_move);
out:
    call_fini(&c);
    return err;
}

static int the_answer_carries_our_codecs_in_our_order(void)
{
    struct call c;
    const struct sip_msg *m;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    EXPECT(establish(&c) == 0);
    m = phone_response(&c.ph, SIP_INVITE);
    EXPECT(body_has(m, "c=IN IP4 192.0.2.1\r\n"));
    EXPECT(body_has(m, "m=audio 30000 RTP/AVP 0 8 101\r\n"));
    EXPECT(c.o.incoming->state == CHANNEL_UP);
    EXPECT(addr_is_set(&c.o.remote) && c.o.remote.port == 4000);
out:
    call_fini(&c);
    return err;
}

static bool native_formats_are(struct call *c, const char *wanted)
{
    struct channel *ch = c->o.incoming;
    struct buf b;
    bool are;

    buf_init(&b, 100);
    are = !ch->tech->get(ch, SLICE("audionativeformat"), &b) && strcmp(buf_z(&b), wanted) == 0;
    buf_fini(&b);
    return are;
}

static int ringing_and_early_media_come_before_the_answer(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    EXPECT(invite(&c, "600", OFFER) < 200 && c.o.incoming);
    EXPECT(!channel_indicate(c.o.incoming, CHANNEL_IND_RINGING));
    office_settle(&c.o);
    EXPECT(phone_status(&c.ph, SIP_INVITE) == 180);
    EXPECT(!phone_response(&c.ph, SIP_INVITE)->body.len);
    EXPECT(native_formats_are(&c, "(ulaw|alaw)"));
    EXPECT(!channel_indicate(c.o.incoming, CHANNEL_IND_PROGRESS));
    office_settle(&c.o);
    EXPECT(phone_status(&c.ph, SIP_INVITE) == 183);
    EXPECT(native_formats_are(&c, "(ulaw)"));
    EXPECT(body_has(phone_response(&c.ph, SIP_INVITE), "m=audio"));
    EXPECT(c.o.remote.port == 4000);
out:
    call_fini(&c);
    return err;
}

static int bye_of_the_phone_hangs_the_channel_up(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    EXPECT(establish(&c) == 0);
    say(&c, "BYE", "Reason: Q.850;cause=31\r\n", NULL, NULL);
    EXPECT(phone_status(&c.ph, SIP_BYE) == 200);
    EXPECT(c.o.incoming->is_hungup && c.o.incoming->cause == 31);
    EXPECT(next_event(&c, NULL) == CHANNEL_EV_HANGUP);
    channel_hangup(c.o.incoming, CAUSE_NORMAL);
    loop_fake_advance(c.o.loop, 1000);
    EXPECT(c.o.streams == 0 && calls_active(c.o.calls) == 0);
out:
    call_fini(&c);
    return err;
}

static int force_rport_goes_for_requests_inside_the_call(void)
{
    struct call c;
    char text[1024];
    int err = call_init(&c, "192.0.2.90", "someone", "");

    CHECK_OK(err);
    EXPECT(establish(&c) == 0);
    for (unsigned i = 0; i < 2; i++) { /* INFO, then BYE; Via names a port where nobody is */
        snprintf(
            text, sizeof(text),
            "%s sip:600@" STATION " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.90:9;branch=z9hG4bK-b%u"
            "\r\nFrom: <sip:someone@" STATION ">;tag=f0\r\nTo: <sip:600@" STATION ">;tag=%s\r\n"
            "Call-ID: call-1\r\nCSeq: %u %s\r\nMax-Forwards: 70\r\n"
            "Content-Length: 0\r\n\r\n",
            i ? "BYE" : "INFO", i, c.tag, c.cseq + 1 + i, i ? "BYE" : "INFO");
        phone_send(&c.ph, text);
        EXPECT(phone_status(&c.ph, i ? SIP_BYE : SIP_INFO) == 200);
    }
out:
    call_fini(&c);
    return err;
}

static int our_hangup_says_bye_with_the_cause(void)
{
    struct call c;
    const struct sip_msg *m;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    EXPECT(establish(&c) == 0);
    channel_hangup(c.o.incoming, CAUSE_NORMAL);
    office_settle(&c.o);
    m = phone_request(&c.ph, SIP_BYE);
    EXPECT(m && slice_eqz(sip_msg_get(m, SIP_H_REASON), "Q.850;cause=16"));
out:
    call_fini(&c);
    return err;
}

static const struct {
    int cause;
    unsigned status;
} rejections[] = {{CAUSE_BUSY, 486},        {CAUSE_CONGESTION, 503}, {CAUSE_NORMAL, 603},
                  {CAUSE_UNALLOCATED, 404}, {CAUSE_NO_ANSWER, 480},  {CAUSE_REJECTED, 403}};

static int a_cause_becomes_its_status(void)
{
    struct call c;
    int err = 0;

    for (size_t i = 0; i < sizeof(rejections) / sizeof(rejections[0]); i++) {
        CHECK_OK(call_init(&c, "192.0.2.10", "101", "pw-101"));
        EXPECT(invite(&c, "600", OFFER) < 200 && c.o.incoming);
        channel_hangup(c.o.incoming, rejections[i].cause);
        office_settle(&c.o);
        EXPECT(phone_status(&c.ph, SIP_INVITE) == rejections[i].status);
        call_fini(&c);
    }
    return 0;
out:
    call_fini(&c);
    return err;
}

/* CANCEL has the branch and the number of its INVITE. */
static void cancel(struct call *c)
{
    char branch[64];

    snprintf(branch, sizeof(branch), "z9hG4bK-%s-%u", c->ph.user, c->ph.branch);
    phone_say(&c->ph, &(struct phone_args){.method = "CANCEL",
                                           .uri = c->uri,
                                           .to = "600",
                                           .call_id = "call-1",
                                           .cseq = c->cseq,
                                           .branch = branch});
}

static int cancel_ends_a_ringing_call(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    EXPECT(invite(&c, "600", OFFER) < 200 && c.o.incoming);
    channel_indicate(c.o.incoming, CHANNEL_IND_RINGING);
    cancel(&c);
    EXPECT(phone_status(&c.ph, SIP_CANCEL) == 200);
    EXPECT(phone_status(&c.ph, SIP_INVITE) == 487);
    EXPECT(c.o.incoming->is_hungup && c.o.incoming->tech_cause == 487);
    EXPECT(next_event(&c, NULL) == CHANNEL_EV_HANGUP);
    EXPECT(channel_answer(c.o.incoming) == ECONNRESET);
out:
    call_fini(&c);
    return err;
}

static int cancel_before_the_media_role_answered_leaves_nothing(void)
{
    struct call c;
    char text[1024];
    int err = call_init(&c, "192.0.2.90", "someone", "");

    CHECK_OK(err);
    /* both in one round: the stream is not there yet when the CANCEL comes */
    snprintf(
        text, sizeof(text),
        "INVITE sip:600@" STATION " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.90;branch=z9hG4bK-c\r\n"
        "From: <sip:x@y>;tag=1\r\nTo: <sip:600@" STATION ">\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"
        "Max-Forwards: 70\r\n" CONTACT "Content-Length: 0\r\n\r\n");
    udp_send(c.ph.udp, &c.ph.station, slice_of(text));
    snprintf(
        text, sizeof(text),
        "CANCEL sip:600@" STATION " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.90;branch=z9hG4bK-c\r\n"
        "From: <sip:x@y>;tag=1\r\nTo: <sip:600@" STATION ">\r\nCall-ID: c\r\nCSeq: 1 CANCEL\r\n"
        "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n");
    phone_send(&c.ph, text);
    EXPECT(phone_status(&c.ph, SIP_INVITE) == 487);
    EXPECT(c.o.started == 0 && calls_active(c.o.calls) == 0);
    loop_fake_advance(c.o.loop, 2000);
    EXPECT(c.o.streams == 0);
out:
    call_fini(&c);
    return err;
}

static int a_phone_without_an_offer_gets_ours(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    EXPECT(invite(&c, "600", NULL) < 200 && c.o.incoming);
    EXPECT(!channel_answer(c.o.incoming));
    office_settle(&c.o);
    EXPECT(body_has(phone_response(&c.ph, SIP_INVITE), "m=audio 30000 RTP/AVP 0 8 101\r\n"));
    take_tag(&c);
    ack(&c, PHONE_SDP("192.0.2.10", "4010", "8", ""));
    EXPECT(c.o.remote.port == 4010 && !c.o.incoming->is_hungup);
out:
    call_fini(&c);
    return err;
}

/* Ringing as sound needs a description of theirs: without one a 180 says it. */
static int a_phone_without_an_offer_is_told_that_it_rings(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    EXPECT(!office_change(&c.o, "UPDATE ps_endpoints SET inband_progress = 'yes'"));
    EXPECT(invite(&c, "600", NULL) < 200 && c.o.incoming);
    EXPECT(!channel_indicate(c.o.incoming, CHANNEL_IND_RINGING));
    office_settle(&c.o);
    EXPECT(phone_status(&c.ph, SIP_INVITE) == 180);
out:
    call_fini(&c);
    return err;
}

static int an_ack_without_the_answer_ends_the_call(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    EXPECT(invite(&c, "600", NULL) < 200 && c.o.incoming);
    EXPECT(!channel_answer(c.o.incoming));
    office_settle(&c.o);
    take_tag(&c);
    ack(&c, NULL);
    EXPECT(c.o.incoming->is_hungup);
    channel_hangup(c.o.incoming, CAUSE_NORMAL);
    office_settle(&c.o);
    EXPECT(phone_request(&c.ph, SIP_BYE));
out:
    call_fini(&c);
    return err;
}

static const struct {
    const char *body;
    bool is_hold;
} holds[] = {
    {PHONE_SDP("192.0.2.10", "4000", "8", "a=sendonly\r\n"), true},
    {PHONE_SDP("192.0.2.10", "4000", "8", "a=inactive\r\n"), true},
    {PHONE_SDP("0.0.0.0", "4000", "8", ""), true},
    {PHONE_SDP("192.0.2.10", "4002", "8", "a=sendrecv\r\n"), false},
};

static int a_reinvite_holds_and_resumes(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    EXPECT(establish(&c) == 0);
    for (size_t i = 0; i < sizeof(holds) / sizeof(holds[0]); i++) {
        phone_forget(&c.ph);
        say(&c, "INVITE", CONTACT, "application/sdp", holds[i].body);
        EXPECT(phone_status(&c.ph, SIP_INVITE) == 200);
        ack(&c, NULL);
        EXPECT(c.o.incoming->is_on_hold == holds[i].is_hold);
        EXPECT(c.o.is_held == holds[i].is_hold);
    }
    EXPECT(c.o.remote.port == 4002);
    /* a second hold without a resume between makes no second event */
    EXPECT(next_event(&c, NULL) == CHANNEL_EV_STREAM && next_event(&c, NULL) == CHANNEL_EV_HOLD);
    EXPECT(next_event(&c, NULL) == CHANNEL_EV_STREAM && next_event(&c, NULL) == CHANNEL_EV_STREAM);
    EXPECT(next_event(&c, NULL) == CHANNEL_EV_STREAM && next_event(&c, NULL) == CHANNEL_EV_UNHOLD);
out:
    call_fini(&c);
    return err;
}

static int a_reinvite_without_a_common_codec_changes_nothing(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    EXPECT(establish(&c) == 0);
    phone_forget(&c.ph);
    say(&c, "INVITE", CONTACT, "application/sdp", PHONE_SDP("192.0.2.10", "4050", "18", ""));
    EXPECT(phone_status(&c.ph, SIP_INVITE) == 488);
    EXPECT(c.o.remote.port == 4000 && !c.o.incoming->is_hungup);
out:
    call_fini(&c);
    return err;
}

/* Direct media have one codec; a phone that wants another one gets it from the station. */
static int a_reinvite_may_leave_the_codec_of_direct_media(void)
{
    static const char *const bodies[] = {
        PHONE_SDP("192.0.2.10", "4000", "0", ""),
        PHONE_SDP("192.0.2.10", "4050", "0", ""),
    };
    struct call c;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    EXPECT(invite(&c, "600", PHONE_SDP("192.0.2.10", "4000", "8", "")) < 200 && c.o.incoming);
    EXPECT(!channel_answer(c.o.incoming));
    office_settle(&c.o);
    take_tag(&c);
    ack(&c, NULL);
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct session *s = c.o.incoming->pvt;

        phone_forget(&c.ph);
        say(&c, "INVITE", CONTACT, "application/sdp", PHONE_SDP("192.0.2.10", "4000", "8", ""));
        ack(&c, NULL);
        addr_parse_host(&s->direct, SLICE("192.0.2.60"), 4100);
        phone_forget(&c.ph);
        say(&c, "INVITE", CONTACT, "application/sdp", bodies[i]);
        EXPECT(phone_status(&c.ph, SIP_INVITE) == 200);
        EXPECT(body_has(phone_response(&c.ph, SIP_INVITE), "c=IN IP4 192.0.2.1\r\n"));
        EXPECT(body_has(phone_response(&c.ph, SIP_INVITE), "RTP/AVP 0\r\n"));
        ack(&c, NULL);
        EXPECT(!addr_is_set(&s->direct));
        /* what cannot be agreed on at all leaves them as they are */
        addr_parse_host(&s->direct, SLICE("192.0.2.60"), 4100);
        phone_forget(&c.ph);
        say(&c, "INVITE", CONTACT, "application/sdp", PHONE_SDP("192.0.2.10", "4050", "18", ""));
        EXPECT(phone_status(&c.ph, SIP_INVITE) == 488 && addr_is_set(&s->direct));
        ack(&c, NULL);
    }
out:
    call_fini(&c);
    return err;
}

static int info_gives_a_digit(void)
{
    struct call c;
    char digit = 0;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    EXPECT(establish(&c) == 0);
    say(&c, "INFO", "", "application/dtmf-relay", "Signal=7\r\nDuration=200\r\n");
    EXPECT(phone_status(&c.ph, SIP_INFO) == 200);
    EXPECT(next_event(&c, &digit) == CHANNEL_EV_DTMF && digit == '7');
    say(&c, "INFO", "", "application/dtmf-relay", "Signal=zz");
    EXPECT(phone_status(&c.ph, SIP_INFO) == 400);
    say(&c, "INFO", "", "text/plain", "hello");
    EXPECT(phone_status(&c.ph, SIP_INFO) == 415);
    say(&c, "INFO", "", NULL, NULL);
    EXPECT(phone_status(&c.ph, SIP_INFO) == 200);
    say(&c, "OPTIONS", "", NULL, NULL);
    EXPECT(phone_status(&c.ph, SIP_OPTIONS) == 200);
    EXPECT(next_event(&c, NULL) == -1);
out:
    call_fini(&c);
    return err;
}

static int digits_to_an_info_phone_go_by_info(void)
{
    struct call c;
    const struct sip_msg *m;
    int err = call_init(&c, "192.0.2.10", "102", "pw-102");

    CHECK_OK(err);
    EXPECT(establish(&c) == 0);
    EXPECT(!body_has(phone_response(&c.ph, SIP_INVITE), "telephone-event"));
    EXPECT(!channel_send_dtmf(c.o.incoming, '#', 120));
    office_settle(&c.o);
    m = phone_request(&c.ph, SIP_INFO);
    EXPECT(m && slice_eqz(m->body, "Signal=#\r\nDuration=120\r\n"));
out:
    call_fini(&c);
    return err;
}

static int a_silent_phone_after_our_200_ends_the_call(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.10", "101", "pw-101");

    CHECK_OK(err);
    EXPECT(invite(&c, "600", OFFER) < 200 && c.o.incoming);
    EXPECT(!channel_answer(c.o.incoming));
    loop_fake_advance(c.o.loop, 33000);
    EXPECT(c.o.incoming->is_hungup && c.o.incoming->cause == CAUSE_NO_USER_RESPONSE);
out:
    call_fini(&c);
    return err;
}

static int nothing_is_accepted_while_the_station_goes_down(void)
{
    struct call c;
    int err = call_init(&c, "192.0.2.90", "x", "");

    CHECK_OK(err);
    pjsip_shutdown(c.o.pjsip);
    EXPECT(invite(&c, "600", OFFER) == 503);
    EXPECT(c.o.started == 0);
out:
    call_fini(&c);
    return err;
}

static const struct {
    const char *method, *exten;
    unsigned status;
} others[] = {{"OPTIONS", "600", 200},   {"OPTIONS", "404", 404}, {"MESSAGE", "600", 202},
              {"SUBSCRIBE", "600", 489}, {"PUBLISH", "600", 489}, {"NOTIFY", "600", 501},
              {"REFER", "600", 501},     {"MESSAGE", "404", 404}, {"FROBNICATE", "600", 501}};

static int other_requests_are_answered_properly(void)
{
    struct call c;
    int err = 0;

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        CHECK_OK(call_init(&c, "192.0.2.90", "x", ""));
        snprintf(c.uri, sizeof(c.uri), "sip:%s@" STATION, others[i].exten);
        say(&c, others[i].method, CONTACT, NULL, NULL);
        if (!c.ph.count || c.ph.got[c.ph.count - 1]->status != others[i].status) {
            fprintf(stderr, "%s: %d\n", others[i].method,
                    c.ph.count ? c.ph.got[c.ph.count - 1]->status : 0);
            err = EINVAL;
        }
        call_fini(&c);
    }
    return err;
}

UNIT_TESTS(UNIT(offer_in_prack_is_answered), UNIT(offer_of_ours_is_in_the_first_reliable_answer),
           UNIT(answer_waits_for_the_prack_of_our_offer), UNIT(a_call_gets_its_channel),
           UNIT(a_trunk_needs_no_password_and_says_who_calls),
           UNIT(a_trunk_may_be_named_by_its_host), UNIT_ONCE(a_call_that_cannot_be_is_refused),
           UNIT_ONCE(numbers_that_do_not_exist_do_not_fill_the_log),
           UNIT(a_callers_name_has_no_control_bytes),
           UNIT_ONCE(a_peer_moves_only_to_where_its_endpoint_may_be),
           UNIT(the_answer_carries_our_codecs_in_our_order),
           UNIT(ringing_and_early_media_come_before_the_answer),
           UNIT(bye_of_the_phone_hangs_the_channel_up),
           UNIT_ONCE(force_rport_goes_for_requests_inside_the_call),
           UNIT(our_hangup_says_bye_with_the_cause), UNIT_ONCE(a_cause_becomes_its_status),
           UNIT(cancel_ends_a_ringing_call),
           UNIT(cancel_before_the_media_role_answered_leaves_nothing),
           UNIT(a_phone_without_an_offer_gets_ours), UNIT(an_ack_without_the_answer_ends_the_call),
           UNIT(a_phone_without_an_offer_is_told_that_it_rings), UNIT(a_reinvite_holds_and_resumes),
           UNIT(a_reinvite_without_a_common_codec_changes_nothing),
           UNIT(a_reinvite_may_leave_the_codec_of_direct_media), UNIT(info_gives_a_digit),
           UNIT(digits_to_an_info_phone_go_by_info),
           UNIT(a_silent_phone_after_our_200_ends_the_call),
           UNIT_ONCE(nothing_is_accepted_while_the_station_goes_down),
           UNIT_ONCE(other_requests_are_answered_properly))
