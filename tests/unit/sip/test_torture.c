/*
 * What is read out of the odd but valid messages of RFC 4475 (tests/torture/; test_rfc4475.c tells all of them to a
 * core), and a few more faults.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "sip/message.h"
#include "torture.h"

#define SILENT 1

#define VIA "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKkdj\r\n"
#define FROM "From: <sip:caller@example.com>;tag=3\r\n"
#define TO "To: <sip:user@example.com>\r\n"
#define ID "Call-ID: one@example.com\r\nMax-Forwards: 7\r\n"
#define REST(method) VIA FROM TO ID "CSeq: 8 " method "\r\n"

struct row {
    const char *name, *text;
    int want; /* 0: parsed; code to refuse with; SILENT */
};

/* Faults that tests/torture/ does not have, or has only with others. */
static const struct row rows[] = {
    {"scalar02 alone",
     "REGISTER sip:example.com SIP/2.0\r\n" VIA FROM TO "Call-ID: x\r\nMax-Forwards: 300\r\n"
     "CSeq: 1 REGISTER\r\n\r\n",
     400},
    {"no end", "OPTIONS sip:user@example.com SIP/2.0\r\n" REST("OPTIONS"), 400},
    {"no colon", "OPTIONS sip:user@example.com SIP/2.0\r\n" REST("OPTIONS") "what is this\r\n\r\n",
     400},
    {"stray cr", "OPTIONS sip:user@example.com SIP/2.0\r\n" REST("OPTIONS") "X: a\rB: c\r\n\r\n",
     400},
    {"bad ack", "ACK sip:user@example.com SIP/2.0\r\n" REST("INVITE") "\r\n", SILENT},
};

static int run(const struct row *r)
{
    struct sip_msg *m = NULL;
    struct sip_why why;
    int err = sip_msg_decode(&m, slice_of(r->text), &why), got;

    got = !err ? 0 : m ? why.code : SILENT;
    mem_deref(m);
    if (err == ENOMEM && unit_is_rerun())
        return ENOMEM;
    if (got != r->want) {
        printf("%s: %d instead of %d\n", r->name, got, r->want);
        return EINVAL;
    }
    return 0;
}

static int each_case_is_taken_or_refused_as_it_should(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK_OK(run(&rows[i]));
    return 0;
}

static int tortuous_invite_is_understood(void)
{
    struct sip_msg *m = NULL;
    struct sip_name_addr contact;
    struct sip_why why;
    char bytes[4000];
    struct slice v;
    int err;

    CHECK_OK(torture_read("wsinv", bytes, sizeof(bytes), &v));
    CHECK_OK_TO(sip_msg_decode(&m, v, &why), out);
    CHECK_TO(slice_eqz(m->to.uri, "sip:vivekg@chair.example.com"), out);
    CHECK_TO(slice_eqz(m->to_tag, "1918181833n") && slice_eqz(m->from_tag, "98asjd8"), out);
    CHECK_TO(m->cseq.number == 9 && m->max_forwards == 68, out);
    CHECK_TO(slice_eqz(m->via.host, "10.0.0.7") && slice_eqz(m->via.branch, "390skdjuw"), out);
    CHECK_OK_TO(sip_msg_contact(m, 0, &contact), out);
    CHECK_TO(sip_param(contact.params, "newparam", &v) && slice_eqz(v, "newvalue"), out);
    CHECK_TO(sip_param(contact.params, "q", &v) && slice_eqz(v, "0.33"), out);
    CHECK_TO(slice_starts(m->body, SLICE("v=0\r\n")) && m->body.len == 85, out);
out:
    mem_deref(m);
    return err;
}

/* Contacts are judged by who asks for them: regbadct, cparam01. */
static int contacts_are_judged_one_by_one(void)
{
    static const char bad[] = "REGISTER sip:example.com SIP/2.0\r\n" REST(
        "REGISTER") "Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E\r\n"
                    "Contact: <sip:+19725552222@gw1.example.net>;unknownparam;q=0.7, \"x, y\" <sip:a@b>\r\n\r\n";
    struct sip_msg *m = NULL;
    struct sip_name_addr c;
    struct sip_why why;
    int err;

    CHECK_OK_TO(sip_msg_decode(&m, slice_of(bad), &why), out);
    CHECK_TO(sip_msg_contact(m, 0, &c) == EINVAL, out);
    CHECK_OK_TO(sip_msg_contact(m, 1, &c), out);
    CHECK_TO(sip_param(c.params, "unknownparam", NULL), out);
    CHECK_OK_TO(sip_msg_contact(m, 2, &c), out);
    CHECK_TO(slice_eqz(c.display, "x, y"), out);
out:
    mem_deref(m);
    return err;
}

/* longreq: long values of everything, within the limits. */
static int long_values_are_taken(void)
{
    struct sip_msg *m = NULL;
    struct sip_why why;
    struct buf b;
    int err;

    buf_init(&b, 65535);
    buf_addz(&b, "INVITE sip:user@example.com SIP/2.0\r\n");
    for (int i = 0; i < 34; i++)
        buf_printf(&b, "Via: SIP/2.0/TCP sip%d.example.com;branch=z9hG4bK%0200d\r\n", i, i);
    buf_addz(&b, "To: \"I have a user name of ");
    for (int i = 0; i < 300; i++)
        buf_addz(&b, "extreme ");
    buf_addz(&b, "proportion\" <sip:user@example.com:6000>\r\n" FROM "Call-ID: ");
    for (int i = 0; i < 300; i++)
        buf_addz(&b, "longcallid");
    buf_addz(&b, "\r\nCSeq: 3882340 INVITE\r\n\r\n");
    CHECK_OK_TO(buf_err(&b), out);
    CHECK_OK_TO(sip_msg_decode(&m, buf_slice(&b), &why), out);
    CHECK_TO(m->call_id.len == 3000 && m->to.display.len > 2400, out);
out:
    mem_deref(m);
    buf_fini(&b);
    return err;
}

UNIT_TESTS(UNIT(each_case_is_taken_or_refused_as_it_should), UNIT(tortuous_invite_is_understood),
           UNIT(contacts_are_judged_one_by_one), UNIT(long_values_are_taken))
