/* The four machines of RFC 3261 s17 against lost packets, repeats and strangers. */
#include "peer.h"
#include "sip/core.h"

/* A method handler that does what the test says. */
struct app {
    unsigned calls;
    uint16_t code; /* answer at once; 0: keep the transaction */
    struct sip_strans *kept;
};

static void on_request(struct sip_strans *t, struct sip_msg *req, void *arg)
{
    struct app *app = arg;

    app->calls++;
    if (app->code)
        sip_strans_refuse(t, app->code, NULL);
    else
        app->kept = mem_ref(t);
}

static int repeat_of_a_request_gets_the_same_answer_once_handled(void)
{
    struct app app = {.code = 200};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_REGISTER, on_request, &app);
    CHECK_OK_TO(peer_request(&b, &b.peer, "REGISTER", "1", "", 1, "", ""), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "REGISTER", "1", "", 1, "", ""), out);
    CHECK_TO(app.calls == 1, out);
    CHECK_TO(peer_responses(&b.peer, 200) == 2, out);
    CHECK_TO(slice_eq(b.peer.got[0]->to_tag, b.peer.got[1]->to_tag), out);
    CHECK_TO(stats_of(&b).server_transactions == 1 && stats_of(&b).pending == 0, out);
    pass(&b, 32300); /* timer J */
    CHECK_TO(stats_of(&b).server_transactions == 0, out);
out:
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int answer_may_come_later(void)
{
    struct app app = {0};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_REGISTER, on_request, &app);
    CHECK_OK_TO(peer_request(&b, &b.peer, "REGISTER", "1", "", 1, "", ""), out);
    CHECK_TO(app.kept && b.peer.count == 0 && stats_of(&b).pending == 1, out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "REGISTER", "1", "", 1, "", ""), out);
    CHECK_TO(app.calls == 1 && b.peer.count == 0, out);
    CHECK_OK_TO(sip_strans_refuse(app.kept, 403, NULL), out);
    CHECK_TO(sip_strans_refuse(app.kept, 200, NULL) == EALREADY, out);
    pass(&b, 1);
    CHECK_TO(peer_status(&b.peer) == 403 && stats_of(&b).pending == 0, out);
out:
    mem_deref(app.kept);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int handler_that_forgets_to_answer_gives_500(void)
{
    struct app app = {0};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_REGISTER, on_request, &app);
    CHECK_OK_TO(peer_request(&b, &b.peer, "REGISTER", "1", "", 1, "", ""), out);
    app.kept = mem_deref(app.kept); /* dropped later: gone, and a repeat counts as new */
    CHECK_TO(stats_of(&b).pending == 0, out);
    app.code = 200;
    CHECK_OK_TO(peer_request(&b, &b.peer, "REGISTER", "1", "", 1, "", ""), out);
    CHECK_TO(app.calls == 2 && peer_status(&b.peer) == 200, out);
out:
    mem_deref(app.kept);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

/* Timers G and H: a refusal of INVITE is sent again at 0.5, 1, 2, 4, 4 ... s until 32 s are over.
 */
static int refusal_is_repeated_until_ack(void)
{
    struct app app = {.code = 486};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_INVITE, on_request, &app);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "1", "", 1, "", ""), out);
    CHECK_TO(peer_responses(&b.peer, 486) == 1, out);
    pass(&b, 499);
    CHECK_TO(peer_responses(&b.peer, 486) == 1, out);
    pass(&b, 2);
    CHECK_TO(peer_responses(&b.peer, 486) == 2, out);
    pass(&b, 1000);
    CHECK_TO(peer_responses(&b.peer, 486) == 3, out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "ACK", "1", "t", 1, "", ""), out);
    pass(&b, 4900);
    CHECK_TO(peer_responses(&b.peer, 486) == 3, out);
    CHECK_TO(stats_of(&b).server_transactions == 1, out);
    pass(&b, 400); /* timer I */
    CHECK_TO(stats_of(&b).server_transactions == 0, out);
out:
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int refusal_without_ack_ends_after_32_s(void)
{
    struct app app = {.code = 486};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_INVITE, on_request, &app);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "1", "", 1, "", ""), out);
    pass(&b, 31990);
    CHECK_TO(stats_of(&b).server_transactions == 1, out);
    CHECK_TO(peer_responses(&b.peer, 486) == 11, out);
    pass(&b, 300);
    CHECK_TO(stats_of(&b).server_transactions == 0, out);
out:
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int branch_without_cookie_is_matched_the_old_way(void)
{
    static const char old[] = "OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.7:5071%s\r\n"
                              "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: %s\r\n"
                              "CSeq: 1 OPTIONS\r\n\r\n";
    struct app app = {.code = 200};
    char text[500];
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_OPTIONS, on_request, &app);
    snprintf(text, sizeof(text), old, "", "one");
    CHECK_OK_TO(peer_send(&b, &b.peer, text), out);
    CHECK_OK_TO(peer_send(&b, &b.peer, text), out);
    CHECK_TO(app.calls == 1 && b.peer.count == 2, out);
    snprintf(text, sizeof(text), old, ";branch=z9hG4bK", "one");
    CHECK_OK_TO(peer_send(&b, &b.peer, text), out);
    snprintf(text, sizeof(text), old, "", "two");
    CHECK_OK_TO(peer_send(&b, &b.peer, text), out);
    CHECK_TO(app.calls == 3, out);
out:
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

/* ---- what is refused before any handler ---- */

struct refusal {
    const char *start, *extra;
    unsigned want;
};

static int requests_are_refused_as_the_rfc_says(void)
{
    static const struct refusal rows[] = {
        {"OPTIONS sip:x SIP/2.0", "CSeq: 1 OPTIONS\r\n", 200},
        {"PUBLISH sip:x SIP/2.0", "CSeq: 1 PUBLISH\r\n", 405},
        {"FOO sip:x SIP/2.0", "CSeq: 1 FOO\r\n", 501},
        {"REGISTER foo:x SIP/2.0", "CSeq: 1 REGISTER\r\n", 416},
        {"REGISTER sip:x SIP/2.0", "CSeq: 1 REGISTER\r\nMax-Forwards: 0\r\n", 483},
        {"REGISTER sip:x SIP/2.0", "CSeq: 1 REGISTER\r\nRequire: nothing\r\n", 420},
        {"REGISTER sip:x SIP/3.0", "CSeq: 1 REGISTER\r\n", 505},
        {"REGISTER sip:x SIP/2.0", "CSeq: 1 INVITE\r\n", 400},
        {"REGISTER sip:x SIP/2.0", "CSeq: 1 REGISTER\r\nContent-Length: 5\r\n", 400},
        {"CANCEL sip:x SIP/2.0", "CSeq: 1 CANCEL\r\n", 481},
        {"BYE sip:x SIP/2.0", "CSeq: 1 BYE\r\n", 481},
        {"INFO sip:x SIP/2.0", "CSeq: 1 INFO\r\n", 481},
    };
    struct app app = {.code = 200};
    char text[700];
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_REGISTER, on_request, &app);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        peer_clear(&b.peer);
        snprintf(text, sizeof(text),
                 "%s\r\nVia: SIP/2.0/UDP 10.0.0.7:5071;branch=z9hG4bK%zu\r\n"
                 "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\n%s\r\n",
                 rows[i].start, i, rows[i].extra);
        CHECK_OK_TO(peer_send(&b, &b.peer, text), out);
        if (peer_status(&b.peer) != rows[i].want) {
            err = unit_failed(__FILE__, __LINE__, text);
            goto out;
        }
        CHECK_TO(peer_last(&b.peer)->to_tag.len > 0, out);
    }
    CHECK_TO(app.calls == 0, out);
out:
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int refusals_say_what_would_do(void)
{
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_INVITE, on_request, NULL);
    CHECK_OK_TO(peer_request(&b, &b.peer, "MESSAGE", "1", "", 1, "", ""), out);
    CHECK_TO(peer_status(&b.peer) == 405, out);
    CHECK_TO(slice_eqz(sip_msg_get(peer_last(&b.peer), SIP_H_ALLOW),
                       "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK"),
             out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "2", "", 2, "Require: a, b\r\n", ""), out);
    CHECK_TO(peer_status(&b.peer) == 420, out);
    CHECK_TO(slice_eqz(sip_msg_find(peer_last(&b.peer), SLICE("Unsupported"), 1), "b"), out);
out:
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int same_invite_by_two_ways_is_merged(void)
{
    struct app app = {0};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_INVITE, on_request, &app);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "1", "", 1, "", ""), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "2", "", 1, "", ""), out);
    CHECK_TO(app.calls == 1 && peer_status(&b.peer) == 482, out);
out:
    mem_deref(app.kept);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int unknown_dialog_gets_481_and_ack_gets_nothing(void)
{
    struct app app = {.code = 200};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_INVITE, on_request, &app);
    CHECK_OK_TO(peer_request(&b, &b.peer, "ACK", "1", "zz", 1, "", ""), out);
    CHECK_TO(b.peer.count == 0, out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "3", "zz", 3, "", ""), out);
    CHECK_TO(peer_status(&b.peer) == 481 && app.calls == 0, out);
out:
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int overload_is_shed_with_503_and_bye_still_served(void)
{
    struct app app = {0};
    struct bench b;
    struct sip_args args = {.max_pending = 1, .user_agent = "x"};
    struct sip_binding_args binding = {.name = "u", .transport = SIP_UDP, .fd = -1};
    struct sip *sip = NULL;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    args.loop = b.loop;
    args.net = b.net;
    CHECK_OK_TO(sip_alloc(&sip, &args), out);
    CHECK_OK_TO(addr_parse(&binding.local, SLICE("10.0.0.2:5060"), 0), out);
    CHECK_OK_TO(sip_binding_open(NULL, sip, &binding), out);
    b.peer.to = binding.local;
    sip_handle(sip, SIP_INVITE, on_request, &app);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "1", "", 1, "", ""), out);
    CHECK_TO(app.calls == 1, out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "2", "", 2, "", ""), out);
    CHECK_TO(app.calls == 1 && peer_status(&b.peer) == 503, out);
    CHECK_TO(slice_eqz(sip_msg_get(peer_last(&b.peer), SIP_H_RETRY_AFTER), "5"), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "BYE", "3", "zz", 3, "", ""), out);
    CHECK_TO(peer_status(&b.peer) == 481, out);
out:
    mem_deref(app.kept);
    mem_deref(sip);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static const char late[] =
    "%s sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.7:5071;branch=z9hG4bK%d\r\n"
    "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x%d\r\nMax-Forwards: 70\r\n"
    "CSeq: 1 %s\r\n\r\n";

/* A request that stood in the socket's queue for age_ms. */
static void arrive_late_as(struct bench *b, const char *method, int branch, int64_t age_ms)
{
    struct sip_flow flow;
    struct mono at = loop_now(b->loop);
    char text[400];

    snprintf(text, sizeof(text), late, method, branch, branch, method);
    at.us -= age_ms * 1000;
    sip_flow_to(&flow, b->udp, &b->peer.addr);
    sip_receive(b->sip, &flow, slice_of(text), at);
    pass(b, 1);
}

static void arrive_late(struct bench *b, int branch, int64_t age_ms)
{
    arrive_late_as(b, "REGISTER", branch, age_ms);
}

/* The INVITE and its repeat stood in the queue together; for the first one the caller has got 503 and left. */
static int repeat_of_an_invite_that_was_shed_makes_no_call(void)
{
    struct app app = {0};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_INVITE, on_request, &app);
    pass(&b, 6000);
    arrive_late_as(&b, "INVITE", 1, 900);
    CHECK_TO(peer_status(&b.peer) == 503 && stats_of(&b).shed == 1, out);
    arrive_late_as(&b, "INVITE", 1, 300);
    CHECK_TO(peer_status(&b.peer) == 503 && app.calls == 0, out);
    arrive_late_as(&b, "INVITE", 2, 300);
    CHECK_TO(app.calls == 1, out);
    pass(&b, 40000);
    app.kept = mem_deref(app.kept);
    arrive_late_as(&b, "INVITE", 1, 300);
    CHECK_TO(app.calls == 2, out);
out:
    mem_deref(app.kept);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int request_that_waited_too_long_is_shed_but_not_at_start(void)
{
    struct app app = {.code = 200};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_REGISTER, on_request, &app);
    arrive_late(&b, 1, 900);
    CHECK_TO(peer_status(&b.peer) == 200, out);
    pass(&b, 6000);
    arrive_late(&b, 2, 900);
    CHECK_TO(peer_status(&b.peer) == 503 && stats_of(&b).shed == 1, out);
    arrive_late(&b, 3, 300);
    CHECK_TO(peer_status(&b.peer) == 200 && app.calls == 2, out);
out:
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

/* ---- client side ---- */

struct result {
    unsigned calls;
    int err;
    unsigned status;
};

static void on_result(int err, const struct sip_msg *response, void *arg)
{
    struct result *r = arg;

    r->calls++;
    r->err = err;
    r->status = response ? response->status : 0;
}

static int options_to(struct bench *b, struct sip_client **cp, const char *uri, struct result *r)
{
    struct sip_client_args args = {.method = SIP_OPTIONS, .uri = slice_of(uri)};

    return sip_client_send(cp, b->sip, &args, on_result, r);
}

/* Timer E: 0.5, 1, 2, 4, 4 ... and F at 32 s: 11 copies. */
static int unanswered_request_is_repeated_and_given_up(void)
{
    struct sip_client *c = NULL;
    struct result r = {0};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    CHECK_OK_TO(options_to(&b, &c, "sip:p@10.0.0.7:5071", &r), out);
    pass(&b, 400);
    CHECK_TO(peer_requests(&b.peer, SIP_OPTIONS) == 1, out);
    pass(&b, 31200);
    CHECK_TO(peer_requests(&b.peer, SIP_OPTIONS) == 11 && r.calls == 0, out);
    pass(&b, 1000);
    CHECK_TO(r.calls == 1 && r.err == ETIMEDOUT, out);
    CHECK_TO(stats_of(&b).client_transactions == 0, out);
out:
    mem_deref(c);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

/* A far away office: T1 and the whole wait are the administrator's. */
static int timers_are_as_they_were_set(void)
{
    struct app app = {.code = 486};
    struct result r = {0};
    struct sip_client *c = NULL;
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_handle(b.sip, SIP_INVITE, on_request, &app);
    sip_set_timers(b.sip, 2000, 1000); /* less than 64 T1 would be no wait at all */
    CHECK_OK_TO(options_to(&b, &c, "sip:a@10.0.0.7:5071", &r), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "1", "", 1, "", ""), out);
    pass(&b, 1900);
    CHECK_TO(peer_requests(&b.peer, SIP_OPTIONS) == 1 && peer_responses(&b.peer, 486) == 1, out);
    pass(&b, 200);
    CHECK_TO(peer_requests(&b.peer, SIP_OPTIONS) == 2 && peer_responses(&b.peer, 486) == 2, out);
    pass(&b, 125000);
    CHECK_TO(r.calls == 0 && stats_of(&b).server_transactions == 1, out);
    pass(&b, 1500);
    CHECK_TO(r.calls == 1 && r.err == ETIMEDOUT, out);
    CHECK_TO(stats_of(&b).server_transactions == 0, out);
out:
    mem_deref(c);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int answer_stops_the_repeats(void)
{
    struct sip_client *c = NULL;
    struct result r = {0};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    CHECK_OK_TO(options_to(&b, &c, "sip:p@10.0.0.7:5071;transport=udp", &r), out);
    pass(&b, 600);
    CHECK_TO(peer_requests(&b.peer, SIP_OPTIONS) == 2, out);
    CHECK_TO(slice_eq(b.peer.got[0]->via.branch, b.peer.got[1]->via.branch), out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, b.peer.got[0], 200, "t", "", ""), out);
    CHECK_TO(r.calls == 1 && r.status == 200, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, b.peer.got[0], 200, "t", "", ""), out);
    pass(&b, 40000);
    CHECK_TO(r.calls == 1 && peer_requests(&b.peer, SIP_OPTIONS) == 2, out);
    CHECK_TO(stats_of(&b).client_transactions == 0, out);
out:
    mem_deref(c);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int next_target_is_tried_after_503_and_silence(void)
{
    struct dns_srv one = {.target = "a.example", .port = 5071, .priority = 1, .weight = 1};
    struct dns_srv two = {.target = "b.example", .port = 5072, .priority = 2, .weight = 1};
    struct sip_client *c = NULL;
    struct result r = {0};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    CHECK_OK_TO(dns_fake_add_srv(b.dns, "_sip._udp.example", &one), out);
    CHECK_OK_TO(dns_fake_add_srv(b.dns, "_sip._udp.example", &two), out);
    CHECK_OK_TO(dns_fake_add_addr(b.dns, "a.example", &b.peer.addr), out);
    CHECK_OK_TO(dns_fake_add_addr(b.dns, "b.example", &b.other.addr), out);
    CHECK_OK_TO(options_to(&b, &c, "sip:p@example", &r), out);
    pass(&b, 10);
    CHECK_TO(peer_requests(&b.peer, SIP_OPTIONS) == 1, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, b.peer.got[0], 503, "t", "", ""), out);
    CHECK_TO(r.calls == 0 && peer_requests(&b.other, SIP_OPTIONS) == 1, out);
    CHECK_TO(slice_eq(b.other.got[0]->call_id, b.peer.got[0]->call_id), out);
    CHECK_OK_TO(peer_answer(&b, &b.other, b.other.got[0], 200, "t", "", ""), out);
    CHECK_TO(r.calls == 1 && r.status == 200, out);
out:
    mem_deref(c);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static bool creds(struct slice realm, struct sip_credential *c, void *arg)
{
    c->user = "me";
    c->password = "pw";
    return slice_eqz(realm, "r");
}

#define CHALLENGE(nonce) "WWW-Authenticate: Digest realm=\"r\",nonce=\"" nonce "\"\r\n"

/* CVE-2020-28242: a server that always challenges anew is asked twice, not for ever. */
static int endless_challenges_end(void)
{
    struct sip_client_args args = {
        .method = SIP_REGISTER, .uri = SLICE("sip:10.0.0.7:5071"), .creds = creds};
    struct sip_client *c = NULL;
    struct result r = {0};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    CHECK_OK_TO(sip_client_send(&c, b.sip, &args, on_result, &r), out);
    pass(&b, 1);
    CHECK_TO(b.peer.count == 1 && !sip_msg_has(b.peer.got[0], SIP_H_AUTHORIZATION), out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, b.peer.got[0], 401, "t", CHALLENGE("1"), ""), out);
    CHECK_TO(b.peer.count == 2 && sip_msg_has(b.peer.got[1], SIP_H_AUTHORIZATION), out);
    CHECK_TO(b.peer.got[1]->cseq.number == b.peer.got[0]->cseq.number + 1, out);
    CHECK_OK_TO(peer_answer(&b, &b.peer, b.peer.got[1], 401, "t", CHALLENGE("2"), ""), out);
    CHECK_TO(b.peer.count == 2 && r.calls == 1 && r.status == 401, out);
out:
    mem_deref(c);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int forgotten_request_calls_nobody(void)
{
    struct sip_client *c = NULL;
    struct result r = {0};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    CHECK_OK_TO(options_to(&b, &c, "sip:p@10.0.0.7:5071", &r), out);
    pass(&b, 1);
    c = mem_deref(c);
    CHECK_OK_TO(peer_answer(&b, &b.peer, b.peer.got[0], 200, "t", "", ""), out);
    pass(&b, 40000);
    CHECK_TO(r.calls == 0, out);
out:
    mem_deref(c);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

static int unknown_name_fails_soon(void)
{
    struct sip_client *c = NULL;
    struct result r = {0};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    CHECK_OK_TO(options_to(&b, &c, "sip:p@nowhere.example", &r), out);
    CHECK_TO(r.calls == 0, out);
    pass(&b, 10);
    CHECK_TO(r.calls == 1 && r.err == ENOENT, out);
out:
    mem_deref(c);
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

struct seen {
    unsigned count;
    bool has_secret;
};

static void on_trace(bool is_out, const struct sip_flow *flow, struct slice bytes, void *arg)
{
    struct seen *s = arg;

    s->count++;
    s->has_secret |= memmem(bytes.p, bytes.len, "0123456789abcdef", 16) != NULL;
}

static int trace_shows_no_secrets(void)
{
    struct seen seen = {0};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_open(&b), out);
    sip_set_trace(b.sip, on_trace, &seen);
    CHECK_OK_TO(
        peer_request(&b, &b.peer, "OPTIONS", "1", "", 1,
                     "Authorization: Digest username=\"a\", response=\"0123456789abcdef\"\r\n"
                     "Proxy-Authorization: Basic 0123456789abcdef\r\n"
                     "AUTHORIZATION: Digest username=\"a\", RESPONSE = \"0123456789abcdef\"\r\n"
                     "Authorization : Digest username=\"a\",\r\n response=\"0123456789abcdef\"\r\n"
                     "Authorization:\r\n\tBasic 0123456789abcdef\r\n"
                     "Authorization: Digest username=\"a, response=0123456789abcdef\r\n",
                     ""),
        out);
    CHECK_TO(seen.count == 2 || unit_is_rerun(), out);
    CHECK_TO(!seen.has_secret, out);
out:
    bench_close(&b);
    return unit_is_rerun() && err ? ENOMEM : err;
}

UNIT_TESTS(UNIT(repeat_of_a_request_gets_the_same_answer_once_handled), UNIT(answer_may_come_later),
           UNIT(handler_that_forgets_to_answer_gives_500), UNIT(refusal_is_repeated_until_ack),
           UNIT(refusal_without_ack_ends_after_32_s),
           UNIT(branch_without_cookie_is_matched_the_old_way),
           UNIT(requests_are_refused_as_the_rfc_says), UNIT(refusals_say_what_would_do),
           UNIT(same_invite_by_two_ways_is_merged),
           UNIT(unknown_dialog_gets_481_and_ack_gets_nothing),
           UNIT(overload_is_shed_with_503_and_bye_still_served),
           UNIT(request_that_waited_too_long_is_shed_but_not_at_start),
           UNIT(repeat_of_an_invite_that_was_shed_makes_no_call),
           UNIT(unanswered_request_is_repeated_and_given_up), UNIT(timers_are_as_they_were_set),
           UNIT(answer_stops_the_repeats), UNIT(next_target_is_tried_after_503_and_silence),
           UNIT(endless_challenges_end), UNIT(forgotten_request_calls_nobody),
           UNIT(unknown_name_fails_soon), UNIT(trace_shows_no_secrets))
