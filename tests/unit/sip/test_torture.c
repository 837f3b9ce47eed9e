/*
 * The cases of RFC 4475, each with the fault (or the oddity) that the RFC names, in messages of our
 * own. The name is the RFC's.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "sip/message.h"
#include "unit.h"

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

static const struct row rows[] = {
    /* s3.1.1: odd, but valid */
    {"wsinv",
     "INVITE sip:vivekg@chair.example.com;unknownparam SIP/2.0\r\n"
     "TO :\r\n sip:vivekg@chair.example.com ;   tag    = 1918181833n\r\n"
     "from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\n"
     "MaX-fOrWaRdS: 0068\r\nCall-ID: wsinv.ndaksdj@192.0.2.1\r\nContent-Length   : 3\r\n"
     "cseq: 0009\r\n  INVITE\r\nVia  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\n"
     "s :\r\nNewFangledHeader:   newfangled value\r\n continued newfangled value\r\n"
     "UnknownHeaderWithUnusualValue: ;;,,;;,;\r\nContent-Type: application/sdp\r\n"
     "Route:\r\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\r\n"
     "v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n"
     " SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n"
     "m:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\r\n      newvalue ;\r\n"
     "  secondparam ; q = 0.33\r\n\r\nv=0",
     0},
    {"intmeth",
     "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,"
     "/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0\r\n" VIA
     "To: \"BEL:\\\x07 DEL:\\\x7f\" <sip:1_unusual.URI~(to-be!sure)@example.com>\r\n"
     "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"r\xc3\xa9\";"
     "tag=_token~1'+`*%!-.\r\n" ID "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~\r\n"
     "extensionHeader-!.%*+_`'~: \xef\xbb\xbf\xe5\xa4\xa7\r\n\r\n",
     0},
    {"esc01",
     "INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0\r\n" VIA
     "To: sip:%75se%72@example.com\r\nFrom: <sip:I%20have%20spaces@example.net>;tag=938\r\n" ID
     "CSeq: 234234 INVITE\r\nContact: <sip:cal%6Cer@h.example.net;%6C%72;n%61me=v%61lue%25%34%31>\r\n"
     "\r\n",
     0},
    {"escnull",
     "REGISTER sip:example.com SIP/2.0\r\n" VIA
     "To: sip:null-%00-null@example.com\r\nFrom: sip:null-%00-null@example.com;tag=8\r\n" ID
     "CSeq: 1 REGISTER\r\nContact: <sip:%00@host5.example.com>\r\n\r\n",
     0},
    {"esc02",
     "RE%47IST%45R sip:registrar.example.com SIP/2.0\r\n" VIA
     "To: \"%Z%45\" <sip:resource@example.com>\r\nFrom: \"%Z%45\" <sip:resource@example.com>;tag=f2\r\n" ID
     "CSeq: 29344 RE%47IST%45R\r\nContact: <sip:alias1@h>\r\nC%6Fntact: <sip:alias2@h>\r\n\r\n",
     0},
    {"lwsdisp",
     "OPTIONS sip:user@example.com SIP/2.0\r\n" VIA
     "From: caller<sip:caller@example.com>;tag=323\r\n" TO ID "CSeq: 60 OPTIONS\r\n\r\n",
     0},
    {"dblreq",
     "REGISTER sip:example.com SIP/2.0\r\n" REST(
         "REGISTER") "Content-Length: 0\r\n\r\n"
                     "INVITE sip:joe@example.com SIP/2.0\r\nrest of it\r\n\r\n",
     0},
    {"semiuri",
     "OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0\r\n" REST("OPTIONS") "\r\n", 0},
    {"transports",
     "OPTIONS sip:user@example.com SIP/2.0\r\n" REST(
         "OPTIONS") "Via: SIP/2.0/SCTP h;branch=z9hG4bK1\r\nVia: SIP/2.0/UNKNOWN h;branch=z9hG4bK2\r\n\r\n",
     0},
    {"unreason", "SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe\r\n" REST("INVITE") "\r\n", 0},
    {"noreason", "SIP/2.0 100 \r\n" REST("INVITE") "\r\n", 0},

    /* s3.1.2: broken */
    {"badinv01",
     "INVITE sip:user@example.com SIP/2.0\r\nTo: sip:j.user@example.com\r\n" FROM ID
     "CSeq: 8 INVITE\r\nVia: SIP/2.0/UDP 192.0.2.15;;,;,,\r\n\r\n",
     400},
    {"clerr",
     "INVITE sip:user@example.com SIP/2.0\r\n" REST("INVITE") "Content-Length: 9999\r\n\r\nv=0\r\n",
     400},
    {"ncl",
     "INVITE sip:user@example.com SIP/2.0\r\n" REST("INVITE") "Content-Length: -999\r\n\r\nv=0",
     400},
    {"scalar02",
     "REGISTER sip:example.com SIP/2.0\r\n" VIA FROM TO "Call-ID: x\r\nMax-Forwards: 300\r\n"
     "CSeq: 36893488147419103232 REGISTER\r\n\r\n",
     400},
    {"scalar02 alone",
     "REGISTER sip:example.com SIP/2.0\r\n" VIA FROM TO "Call-ID: x\r\nMax-Forwards: 300\r\n"
     "CSeq: 1 REGISTER\r\n\r\n",
     400},
    {"scalarlg",
     "SIP/2.0 503 Service Unavailable\r\n" VIA FROM TO ID "CSeq: 9292394834772304023312 OPTIONS\r\n"
     "\r\n",
     SILENT},
    {"quotbal",
     "INVITE sip:user@example.com SIP/2.0\r\n" VIA
     "To: \"Mr. J. User <sip:j.user@example.com>\r\n" FROM ID "CSeq: 8 INVITE\r\n\r\n",
     400},
    {"ltgtruri", "INVITE <sip:user@example.com> SIP/2.0\r\n" REST("INVITE") "\r\n", 400},
    {"lwsruri", "INVITE sip:user@example.com; lr SIP/2.0\r\n" REST("INVITE") "\r\n", 400},
    {"lwsstart", "INVITE  sip:user@example.com  SIP/2.0\r\n" REST("INVITE") "\r\n", 400},
    {"trws", "OPTIONS sip:remote-target@example.com SIP/2.0  \r\n" REST("OPTIONS") "\r\n", 400},
    {"escruri",
     "INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0\r\n" REST("INVITE") "\r\n",
     400},
    {"baddn",
     "OPTIONS sip:t.watson@example.org SIP/2.0\r\n" VIA TO
     "From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43\r\n" ID "CSeq: 8 OPTIONS\r\n\r\n",
     400},
    {"badaspec",
     "OPTIONS sip:user@example.org SIP/2.0\r\n" VIA FROM
     "To: \"Watson, Thomas\" < sip:t.watson@example.org >\r\n" ID "CSeq: 8 OPTIONS\r\n\r\n",
     400},
    {"badvers", "OPTIONS sip:t.watson@example.org SIP/7.0\r\n" REST("OPTIONS") "\r\n", 505},
    {"mismatch01", "OPTIONS sip:user@example.com SIP/2.0\r\n" REST("INVITE") "\r\n", 400},
    {"mismatch02", "NEWMETHOD sip:user@example.com SIP/2.0\r\n" REST("INVITE") "\r\n", 400},
    {"bigcode", "SIP/2.0 4294967301 better not break the receiver\r\n" REST("INVITE") "\r\n",
     SILENT},

    /* s3.2 and s3.3: transaction and application */
    {"badbranch",
     "OPTIONS sip:user@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK\r\n" FROM TO
         ID "CSeq: 8 OPTIONS\r\n\r\n",
     0},
    {"insuf", "INVITE sip:user@example.com SIP/2.0\r\nCSeq: 193942 INVITE\r\n" VIA "\r\n", 400},
    {"unkscm",
     "OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0\r\n" REST("OPTIONS") "\r\n", 0},
    {"novelsc", "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0\r\n" REST("OPTIONS") "\r\n", 0},
    {"unksm2",
     "REGISTER sip:example.com SIP/2.0\r\n" VIA
     "To: isbn:2983792873\r\nFrom: <http://e>;tag=1\r\n" ID "CSeq: 8 REGISTER\r\n\r\n",
     0},
    {"bext01",
     "OPTIONS sip:user@example.com SIP/2.0\r\n" REST(
         "OPTIONS") "Require: nothingSupportsThis\r\n\r\n",
     0},
    {"multi01",
     "INVITE sip:user@company.com SIP/2.0\r\n" REST("INVITE") FROM TO "CSeq: 5 INVITE\r\n\r\n",
     400},
    {"mcl01",
     "OPTIONS sip:user@example.com SIP/2.0\r\n" REST(
         "OPTIONS") "Content-Length: 13\r\nContent-Length: 5\r\n\r\nThere's no way to know\r\n",
     400},
    {"bcast", "SIP/2.0 200 OK\r\n" REST("INVITE") "\r\n", 0},
    {"inv2543",
     "INVITE sip:UserB@example.com SIP/2.0\r\nVia: SIP/2.0/UDP iftgw.example.com\r\n"
     "From: <sip:+13035551111@ift.client.example.net;user=phone>\r\nTo: sip:+16505552222@ss1\r\n"
     "Call-ID: inv2543.1717@ift\r\nCSeq: 56 INVITE\r\n\r\n",
     0},
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
    struct slice v;
    int err;

    CHECK_OK_TO(sip_msg_decode(&m, slice_of(rows[0].text), &why), out);
    CHECK_TO(slice_eqz(m->to.uri, "sip:vivekg@chair.example.com"), out);
    CHECK_TO(slice_eqz(m->to_tag, "1918181833n") && slice_eqz(m->from_tag, "98asjd8"), out);
    CHECK_TO(m->cseq.number == 9 && m->max_forwards == 68, out);
    CHECK_TO(slice_eqz(m->via.host, "192.0.2.2") && slice_eqz(m->via.branch, "390skdjuw"), out);
    CHECK_OK_TO(sip_msg_contact(m, 0, &contact), out);
    CHECK_TO(sip_param(contact.params, "newparam", &v) && slice_eqz(v, "newvalue"), out);
    CHECK_TO(sip_param(contact.params, "q", &v) && slice_eqz(v, "0.33"), out);
    CHECK_TO(slice_eqz(m->body, "v=0"), out);
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
