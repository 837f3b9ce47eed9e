/* REFER and Replaces, bodies of many parts, contacts by preference, routes, flows: the readers. */
#include "driver.h"

#include "sip/refer.h"

static struct sip_msg *message(const char *start, const char *extra, const char *body)
{
    struct sip_msg *m = NULL;
    struct sip_why why;
    char text[4000];
    int n = snprintf(text, sizeof(text),
                     "%s\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
                     "To: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 REFER\r\n%s\r\n%s",
                     start, extra, body);

    return sip_msg_decode(&m, slice_from(text, (size_t)n), &why) ? mem_deref(m) : m;
}

#define REFER "REFER sip:a@b SIP/2.0"

static int refer_is_read(void)
{
    struct sip_refer r;
    struct sip_msg *m;
    int err = 0;

    m = message(REFER,
                "Refer-To: \"B\" <sip:200@h;x=y?Replaces=c%40h%3Bto-tag%3Dt1%3Bfrom-tag%3Df1&A=b>"
                "\r\nReferred-By: <sip:boss@h>\r\nRefer-Sub: false\r\n",
                "");
    CHECK_TO(m && !sip_refer_parse(&r, m), out);
    CHECK_TO(slice_eqz(r.target, "sip:200@h;x=y") && slice_eqz(r.uri.user, "200"), out);
    CHECK_TO(r.has_replaces && slice_eqz(r.replaces.call_id, "c@h"), out);
    CHECK_TO(slice_eqz(r.replaces.to_tag, "t1") && slice_eqz(r.replaces.from_tag, "f1"), out);
    CHECK_TO(slice_eqz(r.referred_by, "<sip:boss@h>") && r.no_subscription, out);
out:
    mem_deref(m);
    return err && unit_is_rerun() ? ENOMEM : err;
}

static int bad_refers_are_told_apart(void)
{
    static const struct {
        const char *extra;
        int err;
    } rows[] = {
        {"", EINVAL},
        {"Refer-To: <sip:a@b>\r\nRefer-To: <sip:c@d>\r\n", EINVAL},
        {"Refer-To: *\r\n", EINVAL},
        {"Refer-To: <http://h/>\r\n", EPROTONOSUPPORT},
        {"Refer-To: <sip:a@b;method=BYE>\r\n", EPROTONOSUPPORT},
        {"Refer-To: <sip:a@b?Replaces=c>\r\n", EINVAL},
        {"Refer-To: <sip:a@b?Replaces=c%0d%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n", EINVAL},
        {"Refer-To: <sip:a@b;method=INVITE>\r\n", 0},
    };

    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        struct sip_msg *m = message(REFER, rows[n].extra, "");
        struct sip_refer r;
        int err = m ? sip_refer_parse(&r, m) : ENOMEM;

        mem_deref(m);
        if (err == ENOMEM)
            return ENOMEM;
        CHECK(err == rows[n].err);
    }
    return 0;
}

static int replaces_finds_the_session(void)
{
    struct sip_invite *found = NULL;
    struct sip_msg *m = NULL;
    struct driver d;
    struct bench b;
    char line[200];
    uint16_t code;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(peer_request(&b, &b.peer, "INVITE", "i1", "", 1, "", "offer"), out);
    CHECK_OK_TO(say(d.invite, 200, "answer"), out);
    pass(&b, 1);
    snprintf(line, sizeof(line), "Replaces: c1;to-tag=%s;from-tag=f1\r\n", tag(&b));
    m = message("INVITE sip:a@b SIP/2.0\r\nX: y", line, "");
    mem_deref(m);
    m = message(REFER, line, "");
    CHECK_TO(m && !sip_replaces_find(&found, &code, b.sip, m) && found == d.invite, out);
    mem_deref(m);
    snprintf(line, sizeof(line), "Replaces: c1;to-tag=%s;from-tag=f1;early-only\r\n", tag(&b));
    m = message(REFER, line, "");
    CHECK_TO(m && sip_replaces_find(&found, &code, b.sip, m) == EINVAL && code == 486, out);
    mem_deref(m);
    m = message(REFER, "Replaces: c1;to-tag=zz;from-tag=f1\r\n", "");
    CHECK_TO(m && sip_replaces_find(&found, &code, b.sip, m) == EINVAL && code == 481, out);
    mem_deref(m);
    m = message(REFER, "Replaces: c1;to-tag=zz\r\n", "");
    CHECK_TO(m && sip_replaces_find(&found, &code, b.sip, m) == EINVAL && code == 400, out);
    mem_deref(m);
    m = message(REFER, "", "");
    CHECK_TO(m && sip_replaces_find(&found, &code, b.sip, m) == ENOENT && code == 0, out);
out:
    mem_deref(m);
    return close_bench(&b, &d, err);
}

static int referrer_is_told_how_it_goes(void)
{
    struct driver d;
    struct bench b;
    uint16_t code;
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(call(&b, &d, "offer"), out);
    CHECK_OK_TO(answer(&b, 200, "t1", "", "answer"), out);
    CHECK_OK_TO(sip_refer_notify(d.invite, 7, 180, NULL, NULL, NULL), out);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_NOTIFY && last_has(&b, "Event", "refer;id=7"), out);
    CHECK_TO(last_has(&b, "Subscription-State", "active;expires=60"), out);
    CHECK_TO(slice_eqz(peer_last(&b.peer)->body, "SIP/2.0 180 Ringing\r\n"), out);
    CHECK_TO(!sip_sipfrag_parse(peer_last(&b.peer), &code) && code == 180, out);
    CHECK_TO(sip_msg_has(peer_last(&b.peer), SIP_H_CONTACT), out);
    /* Whoever forgot the subscription did not forget the call (RFC 5057). */
    CHECK_OK_TO(peer_answer(&b, &b.peer, peer_last(&b.peer), 481, NULL, "", ""), out);
    CHECK_TO(d.closed == 0 && sip_invite_is_up(d.invite), out);
    CHECK_OK_TO(sip_refer_notify(d.invite, 0, 486, NULL, NULL, NULL), out);
    pass(&b, 1);
    CHECK_TO(last_has(&b, "Event", "refer") &&
                 last_has(&b, "Subscription-State", "terminated;reason=noresource"),
             out);
out:
    return close_bench(&b, &d, err);
}

#define ALTERNATIVES                                                                               \
    "--in\r\nContent-Type: text/plain\r\n\r\nwords\r\n--in\r\n"                                    \
    "Content-Type: application/sdp\r\n\r\nv=0\r\n--in--\r\n"

static int part_of_a_body_is_found(void)
{
    static const struct {
        const char *type, *body, *want;
    } rows[] = {
        {"application/sdp", "v=0\r\n", "v=0\r\n"},
        {"application/SDP; x=y", "v=0\r\n", "v=0\r\n"},
        {"text/plain", "v=0\r\n", NULL},
        {"multipart/mixed;boundary=\"b 1\"",
         "pre\r\n--b 1\r\nContent-Type: application/sdp\r\nX: y\r\n\r\nv=1\r\ns=-\r\n--b 1--\r\n",
         "v=1\r\ns=-"},
        {"multipart/mixed;boundary=b", "--b\n\nplain\n--b\nc: application/sdp\n\nv=2\n--b--",
         "v=2"},
        {"multipart/alternative;boundary=b",
         "--b\r\nContent-Type: application/sdp\r\n\r\n1\r\n--b\r\nContent-Type: application/sdp\r\n"
         "\r\n2\r\n--b--",
         "2"},
        {"multipart/mixed;boundary=out",
         "--out\r\nContent-Type: multipart/alternative;boundary=in\r\n\r\n" ALTERNATIVES
         "\r\n--out--",
         "v=0"},
        {"multipart/mixed;boundary=b", "--b\r\nContent-Type: application/sdp\r\n\r\nnever ends",
         "never ends"},
        {"multipart/mixed;boundary=b", "--b\r\nContent-Type: application/sdp\r\n--b--", NULL},
        {"multipart/mixed;boundary=b", "--bc\r\nContent-Type: application/sdp\r\n\r\nx\r\n--b--",
         NULL},
        {"multipart/mixed", "--b\r\nContent-Type: application/sdp\r\n\r\nx\r\n--b--", NULL},
    };

    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        char line[200];
        struct sip_msg *m;
        struct slice got;
        bool is_right;

        snprintf(line, sizeof(line), "Content-Type: %s\r\n", rows[n].type);
        m = message(REFER, line, rows[n].body);
        if (!m)
            return ENOMEM;
        got = sip_msg_body(m, "application/sdp");
        is_right = rows[n].want ? slice_eqz(got, rows[n].want) : !slice_is_set(got);
        mem_deref(m);
        CHECK(is_right);
    }
    return 0;
}

static int contacts_come_by_preference(void)
{
    struct sip_name_addr c[3];
    struct sip_msg *m =
        message("SIP/2.0 302 Moved",
                "Contact: <sip:c@h>;q=0.2, <mailto:x@y>, <sip:a@h>, <sip:d@h>;q=0.1\r\n"
                "Contact: <sip:b@h>;q=1.000, <sip:z@h>;q=0\r\n",
                "");
    int err = 0;

    if (!m)
        return ENOMEM;
    CHECK_TO(sip_contacts_by_q(m, c, 3) == 3, out);
    CHECK_TO(slice_eqz(c[0].uri, "sip:a@h") && slice_eqz(c[1].uri, "sip:b@h"), out);
    CHECK_TO(slice_eqz(c[2].uri, "sip:c@h") && sip_contact_q(&c[2]) == 200, out);
out:
    mem_deref(m);
    return err;
}

static int routes_are_taken_from_headers(void)
{
    struct sip_msg *m = message("SIP/2.0 200 OK",
                                "Service-Route: <sip:a;lr>, <sip:b;lr>\r\nPath: nonsense\"\r\n"
                                "Service-Route: <sip:c;lr>\r\n",
                                "");
    struct buf b;
    int err = 0;

    buf_init(&b, 4096);
    if (!m)
        return ENOMEM;
    CHECK_OK_TO(sip_routes_add(&b, m, SIP_H_SERVICE_ROUTE, false), out);
    CHECK_TO(strcmp(buf_z(&b), "Route: <sip:a;lr>\r\nRoute: <sip:b;lr>\r\nRoute: <sip:c;lr>\r\n") ==
                 0,
             out);
    buf_reset(&b);
    CHECK_OK_TO(sip_routes_add(&b, m, SIP_H_SERVICE_ROUTE, true), out);
    CHECK_TO(slice_starts(buf_slice(&b), SLICE("Route: <sip:c;lr>")), out);
    buf_reset(&b);
    CHECK_TO(sip_routes_add(&b, m, SIP_H_PATH, false) == EINVAL && b.len == 0, out);
    CHECK_OK_TO(sip_routes_add_text(&b, SLICE("<sip:p;lr>,<sip:q;lr>")), out);
    CHECK_TO(strcmp(buf_z(&b), "Route: <sip:p;lr>\r\nRoute: <sip:q;lr>\r\n") == 0, out);
out:
    buf_fini(&b);
    mem_deref(m);
    return err;
}

static int preloaded_route_says_where_it_goes(void)
{
    struct sip_client *c = NULL;
    struct driver d;
    struct bench b;
    struct sip_client_args args = {
        .method = SIP_MESSAGE,
        .uri = SLICE("sip:bob@example.invalid"),
        .routes = SLICE("Route: <sip:10.0.0.7:5071;lr>\r\nRoute: <sip:x;lr>\r\n"),
        .content_type = SLICE("text/plain"),
        .body = SLICE("hello"),
    };
    int err;

    CHECK_OK_TO(open_bench(&b, &d), out);
    CHECK_OK_TO(sip_client_send(&c, b.sip, &args, NULL, NULL), out);
    pass(&b, 1);
    CHECK_TO(peer_method(&b.peer) == SIP_MESSAGE, out);
    CHECK_TO(slice_eqz(peer_last(&b.peer)->request_uri, "sip:bob@example.invalid"), out);
    CHECK_TO(last_has(&b, "Route", "<sip:10.0.0.7:5071;lr>"), out);
    args.routes = SLICE("Route: broken");
    mem_deref(c);
    c = NULL;
    CHECK_TO(sip_client_send(&c, b.sip, &args, NULL, NULL) == EINVAL, out);
out:
    mem_deref(c);
    return close_bench(&b, &d, err);
}

UNIT_TESTS(UNIT(refer_is_read), UNIT(bad_refers_are_told_apart), UNIT(replaces_finds_the_session),
           UNIT(referrer_is_told_how_it_goes), UNIT(part_of_a_body_is_found),
           UNIT(contacts_come_by_preference), UNIT(routes_are_taken_from_headers),
           UNIT(preloaded_route_says_where_it_goes))
