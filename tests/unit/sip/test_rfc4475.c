/*
 * The 49 torture messages of RFC 4475 and the 12 of RFC 5118, each with the RFC's fault or oddity in a
 * message of our own, told to a core with a small driver over UDP, over TCP in one piece, and over
 * TCP byte by byte. Names and sections are the RFCs'. Afterwards the core must answer an OPTIONS.
 */
#include "tester.h"

#define VIA "Via: SIP/2.0/UDP 10.0.0.7:5077;branch=z9hG4bKt1\r\n"
#define FROM "From: <sip:caller@example.net>;tag=323\r\n"
#define TO "To: <sip:user@example.com>\r\n"
#define ID(name) "Call-ID: " name ".1@10.0.0.7\r\nMax-Forwards: 70\r\n"
#define CSEQ(method) "CSeq: 8 " method "\r\n"
#define L0 "Content-Length: 0\r\n"
#define CONTACT "Contact: <sip:caller@10.0.0.7:5077>\r\n"
#define HEAD(name, method) VIA FROM TO ID(name) CSEQ(method)
#define OFFER "Content-Type: application/sdp\r\nContent-Length: 85\r\n\r\n" SDP

#define EIGHT(s) s s s s s s s s
#define LONG EIGHT(EIGHT("extremely"))

static const struct row rows[] = {
    /* 3.1.1 valid */
    {"3.1.1.1", "wsinv",
     "INVITE sip:vivekg@chair.example.com;unknownparam SIP/2.0\r\nTO :\r\n"
     " sip:vivekg@chair.example.com ;   tag    = 1918181833n\r\n"
     "from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\n"
     "MaX-fOrWaRdS: 0068\r\nCall-ID: wsinv.1@10.0.0.7\r\nContent-Length   : 85\r\ncseq: 0009\r\n"
     "  INVITE\r\nVia  : SIP  /   2.0\r\n /UDP\r\n    10.0.0.7:5077;branch=390skdjuw\r\ns :\r\n"
     "NewFangledHeader:   newfangled value\r\n continued newfangled value\r\n"
     "UnknownHeaderWithUnusualValue: ;;,,;;,;\r\nContent-Type: application/sdp\r\n"
     "Route:\r\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\r\n"
     "v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n"
     " SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n"
     "m:\"Quoted string \\\"\\\"\" <sip:jdrosen@10.0.0.7:5077> ; newparam =\r\n      newvalue ;\r\n"
     "  secondparam ; q = 0.33\r\n\r\n" SDP,
     481}, /* its To tag names a dialog that is not ours */
    {"3.1.1.2", "intmeth",
     "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,"
     "/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0\r\n" VIA
     "To: \"BEL:\\\x07 NUL:\\\x01 DEL:\\\x7f\" <sip:1_unusual.URI~(to-be!sure)@example.com>\r\n"
     "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>"
     ";fromParam''~+*_!.-%=\"r\xc3\xa9\";tag=_token~1'+`*%!-.\r\n" ID(
         "intmeth") "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~\r\n"
                    "extensionHeader-!.%*+_`'~: \xef\xbb\xbf\xe5\xa4\xa7\r\n" L0 "\r\n",
     501},
    {"3.1.1.3", "esc01",
     "INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0\r\n" VIA
     "To: sip:%75se%72@example.com\r\nFrom: <sip:I%20have%20spaces@example.net>;tag=938\r\n" ID(
         "esc01")
         CSEQ(
             "INVITE") "Contact: <sip:cal%6Cer@10.0.0.7:5077;%6C%72;n%61me=v%61lue%25%34%31>\r\n" OFFER,
     TAKEN},
    {"3.1.1.4", "escnull",
     "REGISTER sip:example.com SIP/2.0\r\n" VIA
     "To: sip:null-%00-null@example.com\r\nFrom: sip:null-%00-null@example.com;tag=8\r\n" ID(
         "escnull") CSEQ("REGISTER") "Contact: <sip:%00@host5.example.com>\r\n"
                                     "Contact: <sip:%00%00@host5.example.com>\r\n" L0 "\r\n",
     TAKEN},
    {"3.1.1.5", "esc02",
     "RE%47IST%45R sip:registrar.example.com SIP/2.0\r\n" VIA
     "To: \"%Z%45\" <sip:resource@example.com>\r\n"
     "From: \"%Z%45\" <sip:resource@example.com>;tag=f232jadfj23\r\n" ID("esc02")
         CSEQ("RE%47IST%45R") "Contact: <sip:alias1@h>\r\nC%6Fntact: <sip:alias2@h>\r\n" L0 "\r\n",
     501},
    {"3.1.1.6", "lwsdisp",
     "OPTIONS sip:user@example.com SIP/2.0\r\n" VIA
     "From: caller<sip:caller@example.com>;tag=323\r\n" TO ID("lwsdisp") CSEQ("OPTIONS") L0 "\r\n",
     TAKEN},
    {"3.1.1.7", "longreq",
     "INVITE sip:user@example.com SIP/2.0\r\n" VIA "To: \"I have a user name of " LONG
     "proportion\" <sip:user@example.com:6000;"
     "unknownparam1=very" LONG ";longparam" LONG "name=shortvalue>\r\n"
     "From: sip:" EIGHT(EIGHT("amazinglylongcallername")) "@example.net;tag=12982" EIGHT(EIGHT("982424")) ";unknownheaderparam" EIGHT(
         "name") "=" EIGHT("value") "\r\n"
                                    "Call-ID: longreq.one" EIGHT(EIGHT(
                                        "really")) "longcallid\r\nCSeq: 3882340 INVITE\r\n"
                                                   "Unknown-" EIGHT(EIGHT(
                                                       "Long")) "-Name: unknown-" LONG
                                                                "-value\r\n" EIGHT(
                                                                    "Via: SIP/2.0/TCP sip33.example.com;branch=z9hG4bK" EIGHT(
                                                                        "long") "\r\n") "Max-Forwards: 70\r\n" CONTACT
                                                                    OFFER,
     TAKEN},
    {"3.1.1.8", "dblreq",
     "REGISTER sip:example.com SIP/2.0\r\n" HEAD("dblreq", "REGISTER") CONTACT L0 "\r\n",
     TAKEN}, /* what follows it: see datagram_ends_with_its_message */
    {"3.1.1.9", "semiuri",
     "OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0\r\n" HEAD("semiuri", "OPTIONS") L0
     "\r\n",
     TAKEN},
    {"3.1.1.10", "transports",
     "OPTIONS sip:user@example.com SIP/2.0\r\n" HEAD(
         "transports", "OPTIONS") "Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKkdjuw\r\n"
                                  "Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bKkdjuw\r\n"
                                  "Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKkdjuw\r\n"
                                  "Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bKkdjuw\r\n" L0
                                  "\r\n",
     TAKEN},
    {"3.1.1.11", "mpart01",
     "MESSAGE sip:kumiko@example.org SIP/2.0\r\n" HEAD(
         "mpart01",
         "MESSAGE") "MIME-Version: 1.0\r\nContent-Type: multipart/mixed;boundary=7a9cbec02ceef655\r\n"
                    "Content-Length: 177\r\n\r\n--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n"
                    "Content-Transfer-Encoding: binary\r\n\r\nHello\r\n--7a9cbec02ceef655\r\n"
                    "Content-Type: application/octet-stream\r\n\r\n\x01\x02\xff\r\n--7a9cbec02ceef655--",
     TAKEN},
    {"3.1.1.12", "unreason",
     "SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe \xd1\x81\xd1\x82\xd0\xbe\r\n" HEAD(
         "unreason", "INVITE") CONTACT L0 "\r\n",
     SILENCE},
    {"3.1.1.13", "noreason", "SIP/2.0 100 \r\n" HEAD("noreason", "INVITE") L0 "\r\n", SILENCE},

    /* 3.1.2 invalid */
    {"3.1.2.1", "badinv01",
     "INVITE sip:user@example.com SIP/2.0\r\nTo: sip:j.user@example.com\r\n" FROM ID("badinv01") CSEQ(
         "INVITE") "Via: SIP/2.0/UDP 10.0.0.7:5077;;,;,,\r\nContact: \"Joe\" <sip:joe@h>;;;;\r\n" L0
                   "\r\n",
     400},
    {"3.1.2.2", "clerr",
     "INVITE sip:user@example.com SIP/2.0\r\n" HEAD("clerr", "INVITE") CONTACT
     "Content-Type: application/sdp\r\nContent-Length: 9999\r\n\r\n" SDP,
     WAITS},
    {"3.1.2.3", "ncl",
     "INVITE sip:user@example.com SIP/2.0\r\n" HEAD("ncl", "INVITE") CONTACT
     "Content-Type: application/sdp\r\nContent-Length: -999\r\n\r\n" SDP,
     CLOSES},
    {"3.1.2.4", "scalar02",
     "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.7:5077;branch=z9hG4bKt1\r\n" FROM
         TO "Call-ID: scalar02.1@h\r\nMax-Forwards: 300\r\nCSeq: 36893488147419103232 REGISTER\r\n"
     "Contact: <sip:user@h>;expires=10000000000000000000000000000000\r\n"
     "Expires: 10000000000000000000000000000000000\r\n" L0 "\r\n",
     400},
    {"3.1.2.5", "scalarlg",
     "SIP/2.0 503 Service Unavailable\r\n" VIA FROM TO ID(
         "scalarlg") "CSeq: 9292394834772304023312 OPTIONS\r\nRetry-After: 949302838503028349304023988\r\n"
                     "Warning: 1812 overture \"In Progress\"\r\n" L0 "\r\n",
     SILENCE},
    {"3.1.2.6", "quotbal",
     "INVITE sip:user@example.com SIP/2.0\r\n" VIA
     "To: \"Mr. J. User <sip:j.user@example.com>\r\n" FROM ID("quotbal") CSEQ("INVITE") CONTACT L0
     "\r\n",
     400},
    {"3.1.2.7", "ltgtruri",
     "INVITE <sip:user@example.com> SIP/2.0\r\n" HEAD("ltgtruri", "INVITE") CONTACT L0 "\r\n", 400},
    {"3.1.2.8", "lwsruri",
     "INVITE sip:user@example.com; lr SIP/2.0\r\n" HEAD("lwsruri", "INVITE") CONTACT L0 "\r\n",
     400},
    {"3.1.2.9", "lwsstart",
     "INVITE  sip:user@example.com  SIP/2.0\r\n" HEAD("lwsstart", "INVITE") CONTACT L0 "\r\n", 400},
    {"3.1.2.10", "trws",
     "OPTIONS sip:remote-target@example.com SIP/2.0  \r\n" HEAD("trws", "OPTIONS") L0 "\r\n", 400},
    {"3.1.2.11", "escruri",
     "INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0\r\n" HEAD("escruri", "INVITE")
         CONTACT L0 "\r\n",
     400},
    {"3.1.2.12", "baddate",
     "INVITE sip:user@example.com SIP/2.0\r\n" HEAD("baddate", "INVITE") CONTACT
     "Date: Fri, 01 Jan 2010 16:00:00 EST\r\n" OFFER,
     TAKEN}, /* the RFC lets us pass over a date that nobody asks for */
    {"3.1.2.13", "regbadct",
     "REGISTER sip:example.com SIP/2.0\r\n" HEAD(
         "regbadct",
         "REGISTER") "Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E\r\n" L0 "\r\n",
     400},
    {"3.1.2.14", "badaspec",
     "OPTIONS sip:user@example.org SIP/2.0\r\n" VIA FROM
     "To: \"Watson, Thomas\" < sip:t.watson@example.org >\r\n" ID("badaspec") CSEQ("OPTIONS") L0
     "\r\n",
     400},
    {"3.1.2.15", "baddn",
     "OPTIONS sip:t.watson@example.org SIP/2.0\r\n" VIA TO
     "From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43\r\n" ID("baddn") CSEQ("OPTIONS") L0
     "\r\n",
     400},
    {"3.1.2.16", "badvers",
     "OPTIONS sip:t.watson@example.org SIP/7.0\r\n" HEAD("badvers", "OPTIONS") L0 "\r\n", 505},
    {"3.1.2.17", "mismatch01",
     "OPTIONS sip:user@example.com SIP/2.0\r\n" HEAD("mismatch01", "INVITE") L0 "\r\n", 400},
    {"3.1.2.18", "mismatch02",
     "NEWMETHOD sip:user@example.com SIP/2.0\r\n" HEAD("mismatch02", "INVITE") L0 "\r\n", 400},
    {"3.1.2.19", "bigcode",
     "SIP/2.0 4294967301 better not break the receiver\r\n" HEAD("bigcode", "INVITE") L0 "\r\n",
     SILENCE},

    /* 3.2 transaction layer */
    {"3.2.1", "badbranch",
     "OPTIONS sip:user@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.7:5077;branch=z9hG4bK\r\n" FROM
         TO ID("badbranch") CSEQ("OPTIONS") L0 "\r\n",
     TAKEN},

    /* 3.3 application layer */
    {"3.3.1", "insuf",
     "INVITE sip:user@example.com SIP/2.0\r\nCSeq: 193942 INVITE\r\n" VIA
     "Content-Type: application/sdp\r\nContent-Length: 85\r\n\r\n" SDP,
     400},
    {"3.3.2", "unkscm",
     "OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0\r\n" HEAD("unkscm", "OPTIONS") L0
     "\r\n",
     416},
    {"3.3.3", "novelsc",
     "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0\r\n" HEAD("novelsc", "OPTIONS") L0 "\r\n", 416},
    {"3.3.4", "unksm2",
     "REGISTER sip:example.com SIP/2.0\r\n" VIA "To: isbn:2983792873\r\n"
     "From: <http://www.example.com>;tag=3234233\r\n" ID("unksm2")
         CSEQ("REGISTER") "Contact: <name:John_Smith>\r\n" L0 "\r\n",
     TAKEN},
    {"3.3.5", "bext01",
     "OPTIONS sip:user@example.com SIP/2.0\r\n" HEAD(
         "bext01",
         "OPTIONS") "Require: nothingSupportsThis, nothingSupportsThisEither\r\n"
                    "Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis\r\n" L0 "\r\n",
     420},
    {"3.3.6", "invut",
     "INVITE sip:user@example.com SIP/2.0\r\n" HEAD("invut", "INVITE") CONTACT
     "Content-Type: application/unknownformat\r\nContent-Length: 17\r\n\r\n<audio> pcmu </au",
     415},
    {"3.3.7", "regaut01",
     "REGISTER sip:example.com SIP/2.0\r\n" HEAD("regaut01", "REGISTER") CONTACT
     "Authorization: NoOneKnowsThisScheme opaque-data=here\r\n" L0 "\r\n",
     401},
    {"3.3.8", "multi01",
     "INVITE sip:user@company.com SIP/2.0\r\n" HEAD("multi01", "INVITE") FROM TO
     "CSeq: 5 INVITE\r\n"
     "Call-ID: multi01.2@h\r\nMax-Forwards: 5\r\n" CONTACT L0 "\r\n",
     400},
    {"3.3.9", "mcl01",
     "OPTIONS sip:user@example.com SIP/2.0\r\n" HEAD(
         "mcl01",
         "OPTIONS") "Content-Length: 13\r\nContent-Length: 5\r\n\r\nThere's no way to know how long\r\n",
     CLOSES},
    {"3.3.10", "bcast",
     "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923\r\n"
     "Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23\r\n" FROM TO ID("bcast")
         CSEQ("INVITE") L0 "\r\n",
     SILENCE},
    {"3.3.11", "zeromf",
     "OPTIONS sip:user@example.com SIP/2.0\r\n" VIA FROM TO "Call-ID: zeromf.1@h\r\n"
     "Max-Forwards: 0\r\n" CSEQ("OPTIONS") L0 "\r\n",
     TAKEN},
    {"3.3.12", "cparam01",
     "REGISTER sip:example.com SIP/2.0\r\n" HEAD(
         "cparam01", "REGISTER") "Contact: sip:+19725552222@gw1.example.net;unknownparam\r\n" L0
                                 "\r\n",
     TAKEN},
    {"3.3.13", "cparam02",
     "REGISTER sip:example.com SIP/2.0\r\n" HEAD(
         "cparam02", "REGISTER") "Contact: <sip:+19725552222@gw1.example.net;unknownparam>\r\n" L0
                                 "\r\n",
     TAKEN},
    {"3.3.14", "regescrt",
     "REGISTER sip:example.com SIP/2.0\r\n" HEAD(
         "regescrt",
         "REGISTER") "Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>\r\n" L0
                     "\r\n",
     TAKEN},
    {"3.3.15", "sdp01",
     "INVITE sip:user@example.com SIP/2.0\r\n" HEAD("sdp01", "INVITE") CONTACT
     "Accept: text/nobodyKnowsThis\r\n" OFFER,
     406},

    /* 3.4 backward compatibility */
    {"3.4.1", "inv2543",
     "INVITE sip:UserB@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.7:5077\r\n"
     "From: <sip:+13035551111@ift.client.example.net;user=phone>\r\n"
     "Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>\r\nTo: sip:+16505552222@ss1\r\n"
     "Call-ID: inv2543.1717@ift\r\nCSeq: 56 INVITE\r\nContact: <sip:+13035551111@10.0.0.7:5077>\r\n" OFFER,
     TAKEN},
};

#define VIA6 "Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111;rport\r\n"
#define HEAD6(name, method) VIA6 FROM TO ID(name) CSEQ(method)
#define OFFER6                                                                                           \
    "Content-Type: application/sdp\r\nContent-Length: 95\r\n\r\nv=0\r\no=a 1 1 IN IP6 2001:db8::9:1\r\n" \
    "s=-\r\nt=0 0\r\nc=IN IP6 2001:db8::9:1\r\nm=audio 4000 RTP/AVP 8\r\n"

static const struct row rows6[] = {
    {"4.1", "ipv6-good",
     "REGISTER sip:[2001:db8::10] SIP/2.0\r\n" HEAD6(
         "good", "REGISTER") "Contact: \"Caller\" <sip:caller@[2001:db8::1]>\r\n" L0 "\r\n",
     TAKEN},
    {"4.2", "ipv6-bad",
     "REGISTER sip:2001:db8::10 SIP/2.0\r\n" HEAD6(
         "bad", "REGISTER") "Contact: \"Caller\" <sip:caller@[2001:db8::1]>\r\n" L0 "\r\n",
     400},
    {"4.3", "port-ambiguous",
     "REGISTER sip:[2001:db8::10:5070] SIP/2.0\r\n" HEAD6(
         "ambiguous", "REGISTER") "Contact: \"Caller\" <sip:caller@[2001:db8::1]>\r\n" L0 "\r\n",
     TAKEN},
    {"4.4", "port-unambiguous",
     "REGISTER sip:[2001:db8::10]:5070 SIP/2.0\r\n" HEAD6(
         "clear", "REGISTER") "Contact: \"Caller\" <sip:caller@[2001:db8::1]>\r\n" L0 "\r\n",
     TAKEN},
    {"4.5", "via-received-param-with-delim",
     "BYE sip:[2001:db8::10] SIP/2.0\r\nVia: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];"
     "branch=z9hG4bKas3-111;rport\r\n" FROM TO ID("delim") CSEQ("BYE") L0 "\r\n",
     481},
    {"4.5", "via-received-param-no-delim",
     "OPTIONS sip:[2001:db8::10] SIP/2.0\r\nVia: SIP/2.0/UDP [2001:db8::9:1];"
     "received=2001:db8::9:255;branch=z9hG4bKas3;rport\r\n" FROM TO ID("nodelim") CSEQ("OPTIONS") L0
     "\r\n",
     TAKEN},
    {"4.6", "ipv6-in-sdp",
     "INVITE sip:user@[2001:db8::10] SIP/2.0\r\n" HEAD6(
         "insdp", "INVITE") "Contact: <sip:caller@[2001:db8::9:1]>\r\n" OFFER6,
     TAKEN},
    {"4.7", "mult-ip-in-header",
     "BYE sip:user@host.example.net SIP/2.0\r\nVia: SIP/2.0/UDP [2001:db8::9:1]:6050;"
     "branch=z9hG4bKas3-111;rport\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144\r\n"
     "Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200\r\n" FROM TO ID(
         "multip") CSEQ("BYE") L0 "\r\n",
     481},
    {"4.8", "mult-ip-in-sdp",
     "INVITE sip:user@[2001:db8::10] SIP/2.0\r\n" HEAD6(
         "multsdp",
         "INVITE") "Contact: <sip:caller@[2001:db8::9:1]>\r\nContent-Type: application/sdp\r\n"
                   "Content-Length: 140\r\n\r\nv=0\r\no=a 1 1 IN IP6 2001:db8::9:1\r\ns=-\r\nt=0 0\r\n"
                   "m=audio 4000 RTP/AVP 8\r\nc=IN IP6 2001:db8::9:1\r\n"
                   "m=video 4002 RTP/AVP 31\r\nc=IN IP4 192.0.2.1\r\n",
     TAKEN},
    {"4.9", "ipv4-mapped-ipv6",
     "INVITE sip:user@example.com SIP/2.0\r\nVia: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;"
     "branch=z9hG4bKbh19;rport\r\nVia: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3-111\r\n" FROM
         TO ID("mapped")
             CSEQ("INVITE") "Contact: \"T. Bar\" <sip:bar@[::ffff:192.0.2.10]:19823>\r\n" OFFER6,
     TAKEN},
    {"4.10", "ipv6-bug-abnf-3-colons",
     "OPTIONS sip:user@[2001:db8:::192.0.2.1] SIP/2.0\r\n" VIA6 FROM
     "To: <sip:user@[2001:db8:::192.0.2.1]>\r\n" ID("three") CSEQ("OPTIONS") L0 "\r\n",
     TAKEN},
    {"4.10", "ipv6-correct-abnf-2-colons",
     "OPTIONS sip:user@[2001:db8::192.0.2.1] SIP/2.0\r\n" VIA6 FROM
     "To: <sip:user@[2001:db8::192.0.2.1]>\r\n" ID("two") CSEQ("OPTIONS") L0 "\r\n",
     TAKEN},
};

static int run_all(const struct row *list, size_t count, bool is_v6, size_t at_once)
{
    int bad = 0;

    for (size_t n = 0; n < count; n++)
        bad += run(&list[n], is_v6, at_once) != 0;
    CHECK(bad == 0);
    return 0;
}

#define COUNT(a) (sizeof(a) / sizeof(a[0]))

static int all_49_over_udp(void)
{
    CHECK(COUNT(rows) == 49);
    return run_all(rows, COUNT(rows), false, 0);
}

static int all_49_over_tcp_in_one_piece(void)
{
    return run_all(rows, COUNT(rows), false, SIP_MESSAGE_MAX);
}

static int all_49_over_tcp_byte_by_byte(void)
{
    return run_all(rows, COUNT(rows), false, 1);
}

static int all_12_of_ipv6_over_udp(void)
{
    CHECK(COUNT(rows6) == 12);
    return run_all(rows6, COUNT(rows6), true, 0);
}

static int all_12_of_ipv6_over_tcp_in_one_piece(void)
{
    return run_all(rows6, COUNT(rows6), true, SIP_MESSAGE_MAX);
}

static int all_12_of_ipv6_over_tcp_byte_by_byte(void)
{
    return run_all(rows6, COUNT(rows6), true, 1);
}

/* dblreq: in a datagram the second request is nothing; in a stream it is the next message. */
static int datagram_ends_with_its_message(void)
{
    static const char two[] = "REGISTER sip:h SIP/2.0\r\n" HEAD("dblreq", "REGISTER") L0
        "\r\n"
        "OPTIONS sip:joe@example.com SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 10.0.0.7:5077;branch=z9hG4bKt2\r\n" FROM TO ID("dblreq2") CSEQ("OPTIONS")
            L0 "\r\n";
    struct tester t = {0};
    int err;

    CHECK_OK_TO(open_tester(&t, false), out);
    CHECK_OK_TO(say_udp(&t, two), out);
    CHECK_TO(strstr(t.in, "dblreq.1") && !strstr(t.in, "dblreq2.1"), out);
    close_tester(&t);
    memset(&t, 0, sizeof(t));
    CHECK_OK_TO(open_tester(&t, false), out);
    CHECK_OK_TO(say_tcp(&t, two, SIP_MESSAGE_MAX), out);
    CHECK_TO(strstr(t.s.in, "dblreq.1") && strstr(t.s.in, "dblreq2.1"), out);
out:
    close_tester(&t);
    return err;
}

UNIT_TESTS(UNIT_ONCE(all_49_over_udp), UNIT_ONCE(all_49_over_tcp_in_one_piece),
           UNIT_ONCE(all_49_over_tcp_byte_by_byte), UNIT_ONCE(all_12_of_ipv6_over_udp),
           UNIT_ONCE(all_12_of_ipv6_over_tcp_in_one_piece),
           UNIT_ONCE(all_12_of_ipv6_over_tcp_byte_by_byte),
           UNIT_ONCE(datagram_ends_with_its_message))
