/*
 * Digest parameters of strangers: parsed, computed with, checked against a real server side.
 *
 * Promise: no crash; nobody gets in without the password.
 */
#include "base/bug.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "sip/auth.h"
#include "sip/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const char head[] = "REGISTER sip:h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
                           "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\n"
                           "CSeq: 1 REGISTER\r\nAuthorization: ";

static struct sip_auth *server(void)
{
    static struct sip_auth *auth;
    static struct loop *loop;
    struct sip_auth_args args = {0};

    if (!auth) {
        BUG_IF(loop_alloc_fake(&loop, (struct wall){0}));
        args.loop = loop;
        BUG_IF(sip_auth_alloc(&auth, &args));
    }
    return auth;
}

static bool creds(struct slice realm, struct sip_credential *c, void *arg)
{
    c->user = "u";
    c->password = "p";
    return true;
}

static void check(struct slice value)
{
    struct sip_credential c = {.user = "u", .password = "p"};
    struct sip_msg *m = NULL;
    struct sip_digest d;
    struct sip_why why;
    struct buf b;

    buf_init(&b, SIP_MESSAGE_MAX);
    buf_addz(&b, head);
    buf_adds(&b, value);
    buf_addz(&b, "\r\n\r\n");
    if (!buf_err(&b) && !sip_msg_decode(&m, buf_slice(&b), &why) &&
        !sip_auth_find(m, "asterisk", &d))
        BUG_IF(sip_auth_check(server(), m, &d, "asterisk", UINT8_MAX, &c) == 0);
    mem_deref(m);
    buf_fini(&b);
}

static void be_challenged(struct slice value)
{
    struct sip_msg *m = NULL;
    struct sip_why why;
    struct buf b, out;

    buf_init(&b, SIP_MESSAGE_MAX);
    buf_init(&out, SIP_MESSAGE_MAX);
    buf_addz(&b, "SIP/2.0 401 X\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
                 "To: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\nWWW-Authenticate: ");
    buf_adds(&b, value);
    buf_addz(&b, "\r\n\r\n");
    if (!buf_err(&b) && !sip_msg_decode(&m, buf_slice(&b), &why))
        sip_auth_answer(&out, m, SIP_REGISTER, SLICE("sip:h"), SLICE_NONE, creds, NULL);
    mem_deref(m);
    buf_fini(&b);
    buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct slice value = slice_from((const char *)bytes, len);
    struct sip_credential c = {.user = "u", .password = "p"};
    struct sip_digest d;
    char out[65];

    if (!sip_digest_parse(&d, value))
        sip_digest_response(&d, &c, SLICE("INVITE"), SLICE("body"), out);
    check(value);
    be_challenged(value);
    return 0;
}
