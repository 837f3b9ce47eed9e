/* Messages made to hurt, over UDP and TCP: each ends with a station that works. */
#include "tester.h"

#define VIA "Via: SIP/2.0/UDP 10.0.0.7:5077;branch=z9hG4bKx1\r\n"
#define REST "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x1\r\nMax-Forwards: 70\r\n"
#define OPTIONS "OPTIONS sip:user@example.com SIP/2.0\r\n"

/* want over UDP and over TCP may differ: a stranger's stream carries 16 KiB a message. */
static int tell(const char *name, struct buf *b, int want_udp, int want_tcp)
{
    struct row udp = {"", name, buf_slice(b), want_udp}, tcp = {"", name, buf_slice(b), want_tcp};
    int err = buf_err(b);

    if (!err)
        err = run(&udp, false, 0);
    if (!err)
        err = run(&tcp, false, 4096);
    buf_fini(b);
    return err;
}

static void repeat(struct buf *b, const char *text, unsigned n)
{
    while (n--)
        buf_addz(b, text);
}

static int values_of_64_kb(void)
{
    static const char *const heads[] = {
        "Subject: ",      "Via: SIP/2.0/UDP h;branch=", "Contact: <sip:", "Route: <sip:",
        "Allow: INVITE,", "Record-Route: \"",           "X-A: ",          "Supported: ",
    };

    for (size_t n = 0; n < sizeof(heads) / sizeof(heads[0]); n++) {
        struct buf b;

        buf_init(&b, 70000);
        buf_addz(&b, OPTIONS VIA REST "CSeq: 1 OPTIONS\r\n");
        buf_addz(&b, heads[n]);
        repeat(&b, "0123456789abcdef", 4000);
        buf_addz(&b, "\r\nContent-Length: 0\r\n\r\n");
        CHECK_OK(tell(heads[n], &b, TAKEN, CUT));
    }
    return 0;
}

static int thousand_vias(void)
{
    struct buf b;

    buf_init(&b, 70000);
    buf_addz(&b, OPTIONS VIA REST "CSeq: 1 OPTIONS\r\n");
    repeat(&b, "Via: SIP/2.0/UDP h;branch=z9\r\n", 1000);
    buf_addz(&b, "Content-Length: 0\r\n\r\n");
    CHECK_OK(tell("lines", &b, 400, CUT));
    buf_init(&b, 70000);
    buf_addz(&b, OPTIONS "Via: SIP/2.0/UDP 10.0.0.7:5077;branch=z9hG4bKx1");
    repeat(&b, ",SIP/2.0/UDP h", 999);
    buf_addz(&b, "\r\n" REST "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n");
    CHECK_OK(tell("one line", &b, TAKEN, TAKEN));
    return 0;
}

static int odd_little_things(void)
{
    static const struct {
        const char *name, *text;
        int want;
    } rows[] = {
        {"host .1", "OPTIONS sip:user@.1 SIP/2.0\r\n" VIA REST "CSeq: 1 OPTIONS\r\n", 400},
        {"Contact .1",
         "INVITE sip:user@h SIP/2.0\r\n" VIA REST "CSeq: 1 INVITE\r\nContact: <sip:a@.1>\r\n", 400},
        {"CSeq alone", OPTIONS VIA REST "CSeq: OPTIONS\r\n", 400},
        {"CSeq negative", OPTIONS VIA REST "CSeq: -1 OPTIONS\r\n", 400},
        {"CSeq of 2^31", OPTIONS VIA REST "CSeq: 2147483648 OPTIONS\r\n", 400},
        {"CSeq hex", OPTIONS VIA REST "CSeq: 0x1 OPTIONS\r\n", 400},
        {"CSeq without method", OPTIONS VIA REST "CSeq: 1\r\n", 400},
        {"CSeq empty", OPTIONS VIA REST "CSeq:\r\n", 400},
        {"no CSeq", OPTIONS VIA REST, 400},
        {"stray ACK", "ACK sip:user@h SIP/2.0\r\n" VIA REST "CSeq: 1 ACK\r\n", SILENCE},
        {"ACK with tag",
         "ACK sip:user@h SIP/2.0\r\n" VIA
         "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x1\r\nCSeq: 1 ACK\r\n",
         SILENCE},
        {"stray CANCEL", "CANCEL sip:user@h SIP/2.0\r\n" VIA REST "CSeq: 1 CANCEL\r\n", 481},
        {"stray PRACK",
         "PRACK sip:user@h SIP/2.0\r\n" VIA REST "CSeq: 1 PRACK\r\nRAck: 1 1 INVITE\r\n", 481},
        {"stray UPDATE", "UPDATE sip:user@h SIP/2.0\r\n" VIA REST "CSeq: 1 UPDATE\r\n", 481},
        {"bare CR", OPTIONS VIA REST "CSeq: 1 OPTIONS\r\nX-A: b\rX-B: c\r\n", 400},
        {"CR in the start line", "OPTIONS sip:user@h\r SIP/2.0\r\n" VIA REST "CSeq: 1 OPTIONS\r\n",
         400},
        {"zipped",
         "INVITE sip:user@h SIP/2.0\r\n" VIA REST
         "CSeq: 1 INVITE\r\nContact: <sip:a@10.0.0.7>\r\nContent-Type: application/sdp\r\n"
         "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08",
         415},
        {"Session-Expires garbage",
         "INVITE sip:user@h SIP/2.0\r\n" VIA REST
         "CSeq: 1 INVITE\r\nContact: <sip:a@10.0.0.7>\r\nSession-Expires: x;refresher=\r\nMin-SE: -1\r\n"
         "Supported: timer,,;\r\n",
         TAKEN},
        {"Replaces garbage",
         "INVITE sip:user@h SIP/2.0\r\n" VIA REST
         "CSeq: 1 INVITE\r\nContact: <sip:a@10.0.0.7>\r\nReplaces: ;to-tag\r\n",
         TAKEN},
        {"response to nothing", "SIP/2.0 200 OK\r\n" VIA REST "CSeq: 1 INVITE\r\n", SILENCE},
    };

    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        struct buf b;

        buf_init(&b, 4000);
        buf_addz(&b, rows[n].text);
        if (!strstr(rows[n].text, "Content-Length"))
            buf_addz(&b, "Content-Length: 0\r\n\r\n");
        CHECK_OK(tell(rows[n].name, &b, rows[n].want, rows[n].want));
    }
    return 0;
}

static int lengths_that_lie(void)
{
    static const struct {
        const char *name, *length;
        int udp, tcp;
    } rows[] = {
        {"too long", "999", 400, WAITS},
        {"huge", "4294967295", 400, CUT},
        {"beyond", "99999999999", 400, CLOSES},
        {"negative", "-1", 400, CLOSES},
        {"plus", "+4", 400, CLOSES},
        {"hex", "0x4", 400, CLOSES},
        {"empty", "", 400, CLOSES},
        {"two", "4\r\nContent-Length: 4", 400, CLOSES},
    };

    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        struct buf b;

        buf_init(&b, 4000);
        buf_printf(&b, OPTIONS VIA REST "CSeq: 1 OPTIONS\r\nContent-Length: %s\r\n\r\nbody",
                   rows[n].length);
        CHECK_OK(tell(rows[n].name, &b, rows[n].udp, rows[n].tcp));
    }
    return 0;
}

/* Whoever is asked for a password again and again gives it twice at most. */
static bool creds(struct slice realm, struct sip_credential *c, void *arg)
{
    c->user = "me";
    c->password = "pw";
    return true;
}

static int endless_challenge_inside_a_dialog(void)
{
    static const char *const stale[] = {"", ",stale=true"};
    char line[200];
    struct driver d;
    struct bench b;
    int err = 0;

    for (size_t n = 0; n < 2 && !err; n++) {
        CHECK_OK_TO(open_bench(&b, &d), out);
        d.creds = creds;
        CHECK_OK_TO(call(&b, &d, "offer"), out);
        CHECK_OK_TO(answer(&b, 200, "t1", "", "answer"), out);
        CHECK_OK_TO(sip_invite_reinvite(d.invite, SLICE("application/sdp"), SLICE("o"), SLICE_NONE),
                    out);
        pass(&b, 1);
        for (int i = 0; i < 6; i++) {
            const struct sip_msg *last = peer_last(&b.peer);

            snprintf(line, sizeof(line), "WWW-Authenticate: Digest realm=\"r\",nonce=\"n%d\"%s\r\n",
                     i, stale[n]);
            for (unsigned k = b.peer.count; k-- > 0 && last->method != SIP_INVITE;)
                last = b.peer.got[k];
            CHECK_OK_TO(peer_answer(&b, &b.peer, last, 401, NULL, line, ""), out);
        }
        CHECK_TO(peer_requests(&b.peer, SIP_INVITE) == 3 + n, out); /* the call, 1 + 1 or 1 + 2 */
        CHECK_TO(d.reinvited == 1 && d.code == 401 && sip_invite_is_up(d.invite), out);
    out:
        err = close_bench(&b, &d, err);
    }
    return err;
}

UNIT_TESTS(UNIT_ONCE(values_of_64_kb), UNIT_ONCE(thousand_vias), UNIT_ONCE(odd_little_things),
           UNIT_ONCE(lengths_that_lie), UNIT_ONCE(endless_challenge_inside_a_dialog))
