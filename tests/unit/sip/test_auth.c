/* Digest: the examples of the RFCs, and what a server must not fall for. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "sip/auth.h"
#include "sip/print.h"
#include "loop/loop.h"
#include "unit.h"

/* RFC 2617 s3.5 */
static int vector_of_rfc_2617(void)
{
    struct sip_digest d;
    struct sip_credential c = {.user = "Mufasa", .password = "Circle Of Life"};
    char out[65];

    CHECK_OK(sip_digest_parse(
        &d,
        SLICE("Digest username=\"Mufasa\", realm=\"testrealm@host.com\", "
              "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", qop=auth, "
              "nc=00000001, cnonce=\"0a4f113b\", "
              "response=\"6629fae49393a05397450978507c4ef1\", "
              "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"")));
    CHECK_OK(sip_digest_response(&d, &c, SLICE("GET"), SLICE_NONE, out));
    CHECK(slice_eqz(d.response, out));
    return 0;
}

#define BOTH (1 << SIP_DIGEST_MD5 | 1 << SIP_DIGEST_SHA256)

/* RFC 7616 s3.9.1; the last one was computed by another implementation */
static int vectors_of_rfc_7616(void)
{
    static const char head[] =
        "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", "
        "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, "
        "cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, ";
    static const char *const tails[] = {
        "algorithm=MD5, response=\"8ca523f5e9506fed4657c9700eebdbec\"",
        "algorithm=SHA-256, "
        "response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\"",
        "algorithm=SHA-512-256, "
        "response=\"430d05014cecc49cab6fbe03176d41a1da86cbfe24a16580e22aaad928d960d0\"",
    };
    struct sip_credential c = {.user = "Mufasa", .password = "Circle of Life"};
    char text[1000], out[65];
    struct sip_digest d;

    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof(text), "%s%s", head, tails[i]);
        CHECK_OK(sip_digest_parse(&d, slice_of(text)));
        CHECK_OK(sip_digest_response(&d, &c, SLICE("GET"), SLICE_NONE, out));
        CHECK(slice_eqz(d.response, out));
    }
    return 0;
}

static int ready_made_hash_works_like_the_password(void)
{
    struct sip_credential c = {.user = "Mufasa", .ha1_md5 = "939E7578ED9E3C518A452ACEE763BCE9"};
    struct sip_digest d;
    char out[65];

    CHECK_OK(sip_digest_parse(
        &d,
        SLICE("Digest username=\"Mufasa\", realm=\"testrealm@host.com\", "
              "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", qop=auth, "
              "nc=00000001, cnonce=\"0a4f113b\"")));
    CHECK_OK(sip_digest_response(&d, &c, SLICE("GET"), SLICE_NONE, out));
    CHECK(strcmp(out, "6629fae49393a05397450978507c4ef1") == 0);
    d.algorithm = SIP_DIGEST_SHA256;
    CHECK(sip_digest_response(&d, &c, SLICE("GET"), SLICE_NONE, out) == EINVAL);
    return 0;
}

static int malformed_parameters_are_refused(void)
{
    static const char *const bad[] = {
        "",
        "Basic dTpw",
        "Digest",
        "Digest x",
        "Digest realm=\"a",
        "Digest realm=\"a\" nonce=\"b\"",
        "Digest realm=\"a\",realm=\"b\"",
        "Digest =\"a\"",
        "Digestrealm=\"a\"",
    };
    struct sip_digest d;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (!sip_digest_parse(&d, slice_of(bad[i])))
            return unit_failed(__FILE__, __LINE__, bad[i]);
    CHECK_OK(sip_digest_parse(&d, SLICE("Digest , realm=\"\" ,, nonce=x , new=1")));
    CHECK(slice_is_set(d.realm) && d.realm.len == 0 && slice_eqz(d.nonce, "x"));
    return 0;
}

/* ---- server and client against each other ---- */

struct bench {
    struct loop *loop;
    struct sip_auth *auth;
    struct buf challenge, answer;
    const char *user, *password, *realm;
};

static int bench_init(struct bench *b)
{
    struct sip_auth_args args = {0};
    int err;

    memset(b, 0, sizeof(*b));
    b->user = "101";
    b->password = "secret";
    b->realm = "asterisk";
    buf_init(&b->challenge, 4096);
    buf_init(&b->answer, 4096);
    err = loop_alloc_fake(&b->loop, (struct wall){1700000000000000});
    args.loop = b->loop;
    return err ? err : sip_auth_alloc(&b->auth, &args);
}

static void bench_fini(struct bench *b)
{
    buf_fini(&b->challenge);
    buf_fini(&b->answer);
    mem_deref(b->auth);
    mem_deref(b->loop);
}

static bool creds(struct slice realm, struct sip_credential *c, void *arg)
{
    struct bench *b = arg;

    c->user = b->user;
    c->password = b->password;
    return slice_eqz(realm, b->realm);
}

static const char rest_of_head[] = "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
                                   "To: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n";

/* A message with extra lines. */
static int make(struct sip_msg **mp, const char *start, struct slice lines)
{
    struct sip_why why;
    struct buf b;
    int err;

    buf_init(&b, 10000);
    buf_addz(&b, start);
    buf_addz(&b, rest_of_head);
    buf_adds(&b, lines);
    err = buf_addz(&b, "\r\n");
    if (!err)
        err = sip_msg_decode(mp, buf_slice(&b), &why);
    buf_fini(&b);
    return err;
}

/* Challenge, answered by our client: b->answer holds the Authorization line. */
static int handshake(struct bench *b)
{
    struct sip_msg *r = NULL;
    int err;

    buf_reset(&b->challenge);
    buf_reset(&b->answer);
    err = sip_auth_challenge(b->auth, &b->challenge, "asterisk", BOTH, false, false);
    if (!err)
        err = make(&r, "SIP/2.0 401 Unauthorized\r\n", buf_slice(&b->challenge));
    if (!err)
        err = sip_auth_answer(&b->answer, r, SIP_REGISTER, SLICE("sip:h"), SLICE_NONE, creds, b);
    mem_deref(r);
    return err;
}

/* What the server says to the answer. ENOMEM is handed on. */
static int verdict(struct bench *b, const struct sip_credential *c)
{
    struct sip_msg *req = NULL;
    struct sip_digest d;
    int err = make(&req, "REGISTER sip:h SIP/2.0\r\n", buf_slice(&b->answer));

    if (!err)
        err = sip_auth_find(req, "asterisk", &d);
    if (!err)
        err = sip_auth_check(b->auth, req, &d, "asterisk", BOTH, c);
    mem_deref(req);
    return err;
}

static const struct sip_credential right = {.user = "101", .password = "secret"};

static int right_password_is_let_in_with_the_strongest_hash(void)
{
    struct bench b;
    int err;

    CHECK_OK_TO(bench_init(&b), out);
    CHECK_OK_TO(handshake(&b), out);
    CHECK_TO(strstr(buf_z(&b.answer), "algorithm=SHA-256"), out);
    CHECK_OK_TO(verdict(&b, &right), out);
out:
    bench_fini(&b);
    return err;
}

#define CHECK_VERDICT(b, c, want)                                                                  \
    do {                                                                                           \
        int got = verdict(b, c);                                                                   \
        if (got == ENOMEM && unit_is_rerun()) {                                                    \
            err = ENOMEM;                                                                          \
            goto out;                                                                              \
        }                                                                                          \
        CHECK_TO(got == (want), out);                                                              \
    } while (0)

static int wrong_password_and_unknown_user_are_refused_alike(void)
{
    struct sip_credential wrong = {.user = "101", .password = "other"};
    struct sip_credential other = {.user = "102", .password = "secret"};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_init(&b), out);
    CHECK_OK_TO(handshake(&b), out);
    CHECK_VERDICT(&b, &wrong, EACCES);
    CHECK_VERDICT(&b, &other, EACCES);
    CHECK_VERDICT(&b, NULL, EACCES);
    b.user = "nobody"; /* and the dummy's own name opens nothing */
    b.password = "nothing";
    CHECK_OK_TO(handshake(&b), out);
    CHECK_VERDICT(&b, NULL, EACCES);
out:
    bench_fini(&b);
    return err;
}

static int credentials_used_twice_are_stale(void)
{
    struct bench b;
    int err;

    CHECK_OK_TO(bench_init(&b), out);
    CHECK_OK_TO(handshake(&b), out);
    CHECK_VERDICT(&b, &right, 0);
    CHECK_VERDICT(&b, &right, ESTALE);
out:
    bench_fini(&b);
    return err;
}

/* The challenge without its qop, as if for a client of RFC 2069. */
static int handshake_without_qop(struct bench *b)
{
    static const char qop[] = ",qop=\"auth\"";
    struct sip_msg *r = NULL;
    int err = sip_auth_challenge(b->auth, &b->challenge, "asterisk", BOTH, false, false);
    char *at;

    while (!err && (at = strstr(b->challenge.p, qop)) != NULL)
        memset(at, ' ', sizeof(qop) - 1);
    if (!err)
        err = make(&r, "SIP/2.0 401 Unauthorized\r\n", buf_slice(&b->challenge));
    if (!err)
        err = sip_auth_answer(&b->answer, r, SIP_REGISTER, SLICE("sip:h"), SLICE_NONE, creds, b);
    mem_deref(r);
    return err;
}

static int credentials_without_a_count_are_good_for_once(void)
{
    struct bench b;
    int err;

    CHECK_OK_TO(bench_init(&b), out);
    CHECK_OK_TO(handshake_without_qop(&b), out);
    CHECK_TO(!strstr(buf_z(&b.answer), "qop"), out);
    CHECK_VERDICT(&b, &right, 0);
    CHECK_VERDICT(&b, &right, ESTALE);
out:
    bench_fini(&b);
    return err;
}

/* Credentials made for the URI of an INVITE, shown with another. */
static int verdict_on_invite(struct bench *b, const char *made_for, const char *shown_with)
{
    static const char format[] = "INVITE %s SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
                                 "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\n"
                                 "CSeq: 1 INVITE\r\n%s\r\n";
    struct sip_msg *m = NULL;
    struct sip_why why;
    struct sip_digest d;
    char text[2000];
    int err;

    buf_reset(&b->challenge);
    buf_reset(&b->answer);
    err = sip_auth_challenge(b->auth, &b->challenge, "asterisk", BOTH, false, false);
    if (!err)
        err = make(&m, "SIP/2.0 401 Unauthorized\r\n", buf_slice(&b->challenge));
    if (!err)
        err = sip_auth_answer(&b->answer, m, SIP_INVITE, slice_of(made_for), SLICE_NONE, creds, b);
    m = mem_deref(m);
    snprintf(text, sizeof(text), format, shown_with, buf_z(&b->answer));
    if (!err)
        err = sip_msg_decode(&m, slice_of(text), &why);
    if (!err)
        err = sip_auth_find(m, "asterisk", &d);
    if (!err)
        err = sip_auth_check(b->auth, m, &d, "asterisk", BOTH, &right);
    mem_deref(m);
    return err;
}

static int credentials_of_one_number_open_no_other(void)
{
    static const struct {
        const char *made_for, *shown_with;
        int want;
    } rows[] = {
        {"sip:100@h", "sip:100@h", 0},       {"sip:100@h", "sip:100@other:5060;x=y", 0},
        {"sip:%3100@h", "sip:100@h", 0},     {"sip:h", "sip:100@h", 0},
        {"sip:100@h", "sip:8109@h", EINVAL}, {"sip:100@h", "sip:h", EINVAL},
    };
    struct bench b;
    int err;

    CHECK_OK_TO(bench_init(&b), out);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        err = verdict_on_invite(&b, rows[i].made_for, rows[i].shown_with);
        if (err == ENOMEM)
            goto out;
        CHECK_TO(err == rows[i].want, out);
    }
    err = 0;
out:
    bench_fini(&b);
    return err;
}

static int old_nonce_is_stale_not_wrong(void)
{
    struct sip_credential wrong = {.user = "101", .password = "other"};
    struct bench b;
    int err;

    CHECK_OK_TO(bench_init(&b), out);
    CHECK_OK_TO(handshake(&b), out);
    loop_fake_advance(b.loop, 301 * 1000);
    CHECK_VERDICT(&b, &wrong, EACCES);
    CHECK_VERDICT(&b, &right, ESTALE);
out:
    bench_fini(&b);
    return err;
}

static int forged_nonce_is_not_ours(void)
{
    struct bench b;
    char *at;
    int err;

    CHECK_OK_TO(bench_init(&b), out);
    CHECK_OK_TO(handshake(&b), out);
    at = strstr(b.answer.p, "nonce=\"");
    at[7 + 20] = at[7 + 20] == '0' ? '1' : '0';
    CHECK_VERDICT(&b, &right, EINVAL);
out:
    bench_fini(&b);
    return err;
}

static int foreign_realm_gets_no_credentials(void)
{
    struct bench b;
    int err;

    CHECK_OK_TO(bench_init(&b), out);
    b.realm = "mytrunk";
    err = handshake(&b);
    if (err != ENOMEM) {
        CHECK_TO(err == ENOENT, out);
        err = 0;
    }
out:
    bench_fini(&b);
    return err;
}

static int every_kind_of_challenge_is_answered(void)
{
    static const struct {
        const char *challenge, *want;
    } rows[] = {
        {"Digest realm=\"asterisk\",nonce=\"n\"", "algorithm=MD5"},
        {"Digest realm=\"asterisk\",nonce=\"n\",qop=\"auth-int\"", "qop=auth-int,nc=00000001"},
        {"Digest realm=\"asterisk\",nonce=\"n\",qop=\"auth-int, auth\"", "qop=auth,nc="},
        {"Digest realm=\"asterisk\",nonce=\"n\",algorithm=MD5-sess", "cnonce="},
        {"Digest realm=\"asterisk\",nonce=\"n\",algorithm=SHA-256-sess,qop=\"auth\"",
         "algorithm=SHA-256-sess"},
        {"Digest realm=\"asterisk\",nonce=\"n\",opaque=\"\"", "opaque=\"\""},
    };
    struct sip_msg *r = NULL;
    struct bench b;
    int err;

    CHECK_OK_TO(bench_init(&b), out);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        buf_reset(&b.challenge);
        buf_reset(&b.answer);
        CHECK_OK_TO(
            sip_headers_add(&b.challenge, "Proxy-Authenticate", slice_of(rows[i].challenge)), out);
        CHECK_OK_TO(make(&r, "SIP/2.0 407 X\r\n", buf_slice(&b.challenge)), out);
        CHECK_OK_TO(
            sip_auth_answer(&b.answer, r, SIP_REGISTER, SLICE("sip:h"), SLICE("body"), creds, &b),
            out);
        CHECK_TO(slice_starts(buf_slice(&b.answer), SLICE("Proxy-Authorization: Digest ")), out);
        CHECK_TO(strstr(buf_z(&b.answer), rows[i].want), out);
        r = mem_deref(r);
    }
out:
    mem_deref(r);
    bench_fini(&b);
    return err;
}

UNIT_TESTS(UNIT(credentials_without_a_count_are_good_for_once),
           UNIT(credentials_of_one_number_open_no_other), UNIT(vector_of_rfc_2617),
           UNIT(vectors_of_rfc_7616), UNIT(ready_made_hash_works_like_the_password),
           UNIT(malformed_parameters_are_refused),
           UNIT(right_password_is_let_in_with_the_strongest_hash),
           UNIT(wrong_password_and_unknown_user_are_refused_alike),
           UNIT(credentials_used_twice_are_stale), UNIT(old_nonce_is_stale_not_wrong),
           UNIT(forged_nonce_is_not_ours), UNIT(foreign_realm_gets_no_credentials),
           UNIT(every_kind_of_challenge_is_answered))
