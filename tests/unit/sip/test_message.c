/* A message is parsed once, and everything in it can be found. */
#include <string.h>

#include "base/mem.h"
#include "sip/message.h"
#include "sip/print.h"
#include "unit.h"

static const char invite[] = "INVITE sip:600@127.0.0.1:5060 SIP/2.0\r\n"
                             "v: SIP/2.0/UDP 10.0.0.7:5071;branch=z9hG4bKabc;rport, "
                             "SIP/2.0/TCP p.example;branch=z9hG4bKx\r\n"
                             "Via: SIP/2.0/UDP last;branch=z9hG4bKy\r\n"
                             "Max-Forwards: 70\r\n"
                             "f: \"Al\" <sip:101@h>;tag=abc\r\n"
                             "t: <sip:600@h>\r\n"
                             "i: call-1\r\n"
                             "CSeq: 17 INVITE\r\n"
                             "m: <sip:101@10.0.0.7:5071>,\r\n"
                             "  <sip:second@h>\r\n"
                             "X-Own: one\r\n"
                             "x-own:two\r\n"
                             "Record-Route: <sip:p1;lr>\r\n"
                             "Record-Route: <sip:p2;lr>, <sip:p3;lr>\r\n"
                             "k: timer, 100rel\r\n"
                             "Expires: 120 (two minutes)\r\n"
                             "c: application/sdp;x=y\r\n"
                             "l: 4\r\n"
                             "\r\n"
                             "v=0\r\n and more";

static int decode(struct sip_msg **mp, const char *text)
{
    struct sip_why why;

    return sip_msg_decode(mp, slice_of(text), &why);
}

static int every_header_is_found_by_name_and_short_form(void)
{
    struct sip_msg *m = NULL;
    int err;

    CHECK_OK_TO(decode(&m, invite), out);
    CHECK_TO(m->is_request && m->method == SIP_INVITE, out);
    CHECK_TO(slice_eqz(m->uri.user, "600") && m->uri.port == 5060, out);
    CHECK_TO(slice_eqz(m->via.host, "10.0.0.7") && m->via.port == 5071, out);
    CHECK_TO(slice_eqz(m->via.branch, "z9hG4bKabc") && m->via.has_rport && !m->via.rport, out);
    CHECK_TO(slice_eqz(m->from_tag, "abc") && !slice_is_set(m->to_tag), out);
    CHECK_TO(slice_eqz(m->call_id, "call-1") && m->cseq.number == 17, out);
    CHECK_TO(slice_eqz(sip_msg_find(m, SLICE("X-OWN"), 0), "one"), out);
    CHECK_TO(slice_eqz(sip_msg_find(m, SLICE("X-Own"), 1), "two"), out);
    CHECK_TO(!slice_is_set(sip_msg_find(m, SLICE("X-Own"), 2)), out);
    CHECK_TO(slice_eqz(sip_msg_find(m, SLICE("Call-ID"), 0), "call-1"), out);
    CHECK_TO(sip_msg_has_token(m, SIP_H_SUPPORTED, "100REL"), out);
    CHECK_TO(!sip_msg_has_token(m, SIP_H_SUPPORTED, "path"), out);
    CHECK_TO(sip_msg_has_type(m, "application/sdp"), out);
    CHECK_TO(slice_eqz(m->body, "v=0\r"), out);
out:
    mem_deref(m);
    return err;
}

static int values_are_walked_over_lines_and_commas(void)
{
    static const char *const want[] = {"<sip:p1;lr>", "<sip:p2;lr>", "<sip:p3;lr>"};
    struct sip_name_addr contact;
    struct sip_msg *m = NULL;
    struct sip_values v;
    struct slice value;
    uint32_t expires;
    size_t n = 0;
    int err;

    CHECK_OK_TO(decode(&m, invite), out);
    sip_values_init(&v, m, SIP_H_RECORD_ROUTE);
    while (sip_values_next(&v, &value)) {
        CHECK_TO(n < 3 && slice_eqz(value, want[n]), out);
        n++;
    }
    CHECK_TO(n == 3, out);
    CHECK_OK_TO(sip_msg_contact(m, 1, &contact), out);
    CHECK_TO(slice_eqz(contact.uri, "sip:second@h"), out);
    CHECK_TO(sip_msg_contact(m, 2, &contact) == ENOENT, out);
    CHECK_OK_TO(sip_msg_u32(m, SIP_H_EXPIRES, &expires), out);
    CHECK_TO(expires == 120, out);
    CHECK_TO(sip_msg_u32(m, SIP_H_MIN_EXPIRES, &expires) == ENOENT, out);
out:
    mem_deref(m);
    return err;
}

static int no_header_value_holds_a_line_end(void)
{
    struct sip_msg *m = NULL;
    int err;

    CHECK_OK_TO(decode(&m, invite), out);
    for (unsigned i = 0; i < m->header_count; i++) {
        struct slice v = sip_msg_header_value(m, i);

        CHECK_TO(slice_chr(v, '\r') < 0 && slice_chr(v, '\n') < 0, out);
    }
out:
    mem_deref(m);
    return err;
}

static int response_copies_what_the_rfc_says(void)
{
    struct sip_msg *m = NULL, *r = NULL;
    struct sip_answer a = {.code = 180, .to_tag = SLICE("mine"), .copy_routes = true};
    struct sip_via via;
    struct buf b;
    int err;

    buf_init(&b, 10000);
    CHECK_OK_TO(decode(&m, invite), out);
    CHECK_OK_TO(addr_parse(&m->flow.remote, SLICE("192.0.2.9:7777"), 0), out);
    CHECK_OK_TO(sip_answer_print(&b, m, &a, "Test"), out);
    CHECK_OK_TO(decode(&r, buf_z(&b)), out);
    CHECK_TO(!r->is_request && r->status == 180 && slice_eqz(r->reason, "Ringing"), out);
    CHECK_TO(slice_eqz(r->via.received, "192.0.2.9") && r->via.rport == 7777, out);
    CHECK_TO(slice_eqz(r->via.branch, "z9hG4bKabc"), out);
    CHECK_OK_TO(sip_via_parse(&via, sip_msg_find(r, SLICE("Via"), 1)), out);
    CHECK_TO(slice_eqz(via.host, "last"), out);
    CHECK_TO(slice_eqz(r->to_tag, "mine") && slice_eqz(r->from_tag, "abc"), out);
    CHECK_TO(r->cseq.number == 17 && r->method == SIP_INVITE, out);
    CHECK_TO(slice_eqz(sip_msg_find(r, SLICE("Record-Route"), 1), "<sip:p2;lr>, <sip:p3;lr>"), out);
    CHECK_TO(slice_eqz(sip_msg_get(r, SIP_H_SERVER), "Test"), out);
out:
    buf_fini(&b);
    mem_deref(r);
    mem_deref(m);
    return err;
}

static int compact_forms_stand_for_the_names_and_nothing_else(void)
{
    static const char *const rows[][2] = {
        {"INVITE sip:Via:x@y SIP/2.0\r\nVia: a\r\nMax-Forwards: 70\r\nCall-ID: To: b\r\nX-A: "
         "Via: c\r\nSubject: d\r\n To: e\r\nContent-Length: 9\r\n\r\nVia: x\r\n",
         "INVITE sip:Via:x@y SIP/2.0\r\nv: a\r\nMax-Forwards: 70\r\ni: To: b\r\nX-A: "
         "Via: c\r\ns: d\r\n To: e\r\nl: 9\r\n\r\nVia: x\r\n"},
        {"\r\n\r\n", "\r\n\r\n"},
        {"\r\n", "\r\n"},
        {"", ""},
        {"x", "x"},
    };
    struct buf b;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int err;

        buf_init(&b, 1000);
        err = sip_compact_print(&b, slice_of(rows[i][0]));
        if (!err && !slice_eqz(buf_slice(&b), rows[i][1]))
            err = unit_failed(__FILE__, __LINE__, rows[i][0]);
        buf_fini(&b);
        CHECK_OK(err);
    }
    for (int id = SIP_H_OTHER + 1; id < SIP_H_IDS; id++) {
        char letter = sip_header_letter((enum sip_header_id)id);

        CHECK(!letter || (int)sip_header_parse(slice_from(&letter, 1)) == id);
    }
    return 0;
}

static int injected_line_ends_are_refused(void)
{
    struct buf b;
    int err = 0;

    buf_init(&b, 1000);
    CHECK_TO(sip_headers_add(&b, "X-A", SLICE("a\r\nB: c")) == EINVAL, out);
    CHECK_TO(sip_headers_add(&b, "X-A", SLICE("a\nB: c")) == EINVAL, out);
    CHECK_TO(sip_headers_add(&b, "X-A", slice_from("a\0b", 3)) == EINVAL, out);
    CHECK_TO(sip_headers_add(&b, "X A", SLICE("a")) == EINVAL, out);
    CHECK_TO(sip_headers_add(&b, "", SLICE("a")) == EINVAL, out);
    CHECK_TO(b.len == 0, out);
    CHECK_OK_TO(sip_headers_add(&b, "X-A", SLICE("a")), out);
    CHECK_TO(strcmp(buf_z(&b), "X-A: a\r\n") == 0, out);
out:
    buf_fini(&b);
    return err;
}

static int every_known_header_is_recognised_in_any_case(void)
{
    char upper[40];

    for (int id = SIP_H_OTHER + 1; id < SIP_H_IDS; id++) {
        const char *name = sip_header_name((enum sip_header_id)id);

        CHECK(name);
        CHECK((int)sip_header_parse(slice_of(name)) == id);
        CHECK_OK(slice_copy(slice_of(name), upper, sizeof(upper)));
        for (char *p = upper; *p; p++)
            if (*p >= 'a' && *p <= 'z')
                *p = (char)(*p - 32);
        CHECK((int)sip_header_parse(slice_of(upper)) == id);
    }
    CHECK(sip_header_parse(SLICE("Foo")) == SIP_H_OTHER);
    CHECK(sip_header_parse(SLICE("")) == SIP_H_OTHER);
    return 0;
}

static int too_many_headers_are_refused(void)
{
    struct sip_msg *m = NULL;
    struct sip_why why;
    struct buf b;
    int err = 0;

    buf_init(&b, 60000);
    buf_addz(&b,
             "OPTIONS sip:h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1"
             "\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n");
    for (int i = 0; i < 195; i++)
        buf_addz(&b, "X: y\r\n");
    buf_addz(&b, "\r\n");
    CHECK_OK_TO(buf_err(&b), out);
    CHECK_OK_TO(sip_msg_decode(&m, buf_slice(&b), &why), out);
    m = mem_deref(m);
    b.len -= 2;
    buf_addz(&b, "X: y\r\n\r\n");
    CHECK_OK_TO(buf_err(&b), out);
    err = sip_msg_decode(&m, buf_slice(&b), &why);
    CHECK_TO(err == EINVAL || err == ENOMEM, out);
    err = err == ENOMEM ? ENOMEM : 0;
    CHECK_TO(err || (why.code == 400 && m), out);
out:
    mem_deref(m);
    buf_fini(&b);
    return err;
}

static int garbage_is_met_with_silence(void)
{
    static const char *const all[] = {"",
                                      "\r\n\r\n",
                                      "hello\r\n\r\n",
                                      "GET / HTTP/1.1\r\n\r\n",
                                      "INVITE",
                                      "SIP/2.0 200 OK\r\n\r\n",
                                      "SIP/2.0 999 X\r\n\r\n",
                                      "OPTIONS sip:h SIP/2.0\r\n\r\n",
                                      "ACK sip:h SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n\r\n"};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct sip_msg *m = NULL;
        int err = decode(&m, all[i]);
        bool is_silent = err && !m;

        mem_deref(m);
        if (!is_silent)
            return unit_failed(__FILE__, __LINE__, all[i]);
    }
    return 0;
}

UNIT_TESTS(UNIT(every_header_is_found_by_name_and_short_form),
           UNIT(values_are_walked_over_lines_and_commas), UNIT(no_header_value_holds_a_line_end),
           UNIT(response_copies_what_the_rfc_says), UNIT(injected_line_ends_are_refused),
           UNIT(compact_forms_stand_for_the_names_and_nothing_else),
           UNIT(every_known_header_is_recognised_in_any_case), UNIT(too_many_headers_are_refused),
           UNIT(garbage_is_met_with_silence))
