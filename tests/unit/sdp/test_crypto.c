/* test_crypto.c - a=crypto lines, and who may talk to whom with which keys */
#include "base/buf.h"
#include "base/mem.h"
#include "sdp/sdp.h"
#include "unit.h"

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define KEY30 "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
#define LINE "a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:" KEY30 "|2^20\r\n"

static int lines_are_read_as_the_rfc_says(void)
{
    static const struct {
        const char *text;
        int err;
        uint8_t suite;
    } rows[] = {
        {"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY30, 0, SRTP_AES_CM_128_HMAC_SHA1_80},
        {"1 AES_CM_128_HMAC_SHA1_32 inline:" KEY30 "|2^31", 0, SRTP_AES_CM_128_HMAC_SHA1_32},
        {"1  aes_cm_128_hmac_sha1_80  inline:" KEY30 "|1048576 WSH=64 -X=1", 0,
         SRTP_AES_CM_128_HMAC_SHA1_80},
        {"1 AEAD_AES_128_GCM inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw==", 0,
         SRTP_AEAD_AES_128_GCM},
        {"1 F8_128_HMAC_SHA1_80 inline:" KEY30, ENOTSUP, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY30 "|2^20|1:4", ENOTSUP, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY30 ";inline:" KEY30, ENOTSUP, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY30 " UNENCRYPTED_SRTP", ENOTSUP, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY30 "AAAA", EINVAL, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 inline:AAAA", EINVAL, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 inline:!!!!", EINVAL, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 uri:" KEY30, EINVAL, 0},
        {"0 AES_CM_128_HMAC_SHA1_80 inline:" KEY30, EINVAL, 0},
        {"1000000000 AES_CM_128_HMAC_SHA1_80 inline:" KEY30, EINVAL, 0},
        {"1 AES_CM_128_HMAC_SHA1_80", EINVAL, 0},
        {"", EINVAL, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sdp_crypto c = {0};

        CHECK(sdp_crypto_parse(&c, slice_of(rows[i].text)) == rows[i].err);
        CHECK(c.key.suite == rows[i].suite);
        CHECK(c.key.len == srtp_suite_key_len(rows[i].suite));
    }
    return 0;
}

static int what_is_printed_is_read_back(void)
{
    for (uint8_t suite = SRTP_NONE + 1; suite < SRTP_SUITES; suite++) {
        struct sdp_crypto c = {.tag = suite}, again = {0};
        struct slice text;
        struct buf out;
        bool is_same;

        srtp_key_make(&c.key, suite);
        buf_init(&out, 400);
        if (sdp_crypto_print(&c, &out)) {
            buf_fini(&out);
            return ENOMEM;
        }
        text = slice_trim(slice_skip(buf_slice(&out), sizeof("a=crypto:") - 1));
        is_same = !sdp_crypto_parse(&again, text) && again.tag == c.tag &&
                  !memcmp(&again.key, &c.key, sizeof(c.key));
        buf_fini(&out);
        CHECK(is_same);
    }
    return 0;
}

static struct sdp_local local_of(uint8_t security)
{
    struct sdp_local l = {.dir = SDP_SENDRECV, .security = security};

    addr_parse_host(&l.rtp, SLICE("198.51.100.1"), 12000);
    codec_list_parse(&l.codecs, SLICE("alaw"), NULL);
    return l;
}

/* Asterisk 22's media_encryption, media_encryption_optimistic, use_avpf and force_avp. */
static int profiles_of_offers_are_taken_as_configured(void)
{
    static const struct {
        const char *offer;
        uint8_t security;
        bool takes_any, is_avpf;
        int err;
        bool is_secure;
        const char *answer;
    } rows[] = {
        {"RTP/AVP 8\r\n", SDP_PLAIN, 0, 0, 0, 0, "RTP/AVP 8"},
        {"RTP/AVP 8\r\n" LINE, SDP_PLAIN, 0, 0, 0, 0, "RTP/AVP 8"},
        {"RTP/SAVP 8\r\n" LINE, SDP_PLAIN, 0, 0, ENOTSUP, 0, ""},
        {"RTP/SAVP 8\r\n" LINE, SDP_PLAIN, 1, 0, 0, 1, "RTP/SAVP 8"},
        {"RTP/SAVP 8\r\n" LINE, SDP_SECURE, 0, 0, 0, 1, "RTP/SAVP 8"},
        {"RTP/SAVP 8\r\n", SDP_SECURE, 0, 0, ENOTSUP, 0, ""},
        {"RTP/AVP 8\r\n", SDP_SECURE, 0, 0, ENOTSUP, 0, ""},
        {"RTP/AVP 8\r\n" LINE, SDP_SECURE, 0, 0, 0, 1, "RTP/AVP 8"},
        {"RTP/AVP 8\r\n", SDP_OPTIMISTIC, 0, 0, 0, 0, "RTP/AVP 8"},
        {"RTP/AVP 8\r\n" LINE, SDP_OPTIMISTIC, 0, 0, 0, 1, "RTP/AVP 8"},
        {"RTP/SAVP 8\r\n" LINE, SDP_OPTIMISTIC, 0, 0, 0, 1, "RTP/SAVP 8"},
        {"RTP/AVPF 8\r\n", SDP_PLAIN, 0, 0, ENOTSUP, 0, ""},
        {"RTP/AVPF 8\r\n", SDP_PLAIN, 0, 1, 0, 0, "RTP/AVPF 8"},
        {"RTP/AVP 8\r\n", SDP_PLAIN, 0, 1, ENOTSUP, 0, ""},
        {"RTP/SAVPF 8\r\n" LINE, SDP_SECURE, 0, 1, 0, 1, "RTP/SAVPF 8"},
        {"UDP/TLS/RTP/SAVP 8\r\n" LINE, SDP_SECURE, 1, 0, ENOTSUP, 0, ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sdp_local l = local_of(rows[i].security);
        struct sdp_agreed a = {0};
        struct sdp_session s;
        struct sdp *offer = NULL;
        struct buf text, out;
        bool is_said;
        int err;

        l.takes_any = rows[i].takes_any;
        l.is_avpf = rows[i].is_avpf;
        buf_init(&text, 1000);
        buf_init(&out, 2000);
        sdp_session_init(&s, 7);
        err = buf_printf(&text, "%sm=audio 9 %s", HEAD, rows[i].offer);
        if (!err)
            err = sdp_parse(&offer, buf_slice(&text), NULL);
        if (!err)
            err = sdp_session_answer(&s, offer, &l, &a, &out);
        is_said = err || strstr(buf_z(&out), rows[i].answer);
        mem_deref(offer);
        buf_fini(&text);
        buf_fini(&out);
        if (err == ENOMEM)
            return err;
        CHECK(err == rows[i].err && is_said);
        CHECK((a.srtp_tx.suite != SRTP_NONE) == rows[i].is_secure);
        CHECK(a.srtp_rx.suite == a.srtp_tx.suite);
    }
    return 0;
}

/* Read our own offer with other eyes, answer it, and read that: both ends have each other's keys. */
static int both_ends_have_each_others_keys(void)
{
    struct sdp_local ours = local_of(SDP_SECURE), theirs = local_of(SDP_SECURE);
    struct sdp_agreed a = {0}, b = {0}, c = {0};
    struct sdp_session us, them;
    struct sdp *sdp = NULL;
    struct buf out;
    int err;

    ours.is_tag_32 = true;
    ours.is_rtcp_mux = theirs.is_rtcp_mux = true;
    buf_init(&out, 8000);
    sdp_session_init(&us, 1);
    sdp_session_init(&them, 2);
    CHECK_OK_TO(sdp_session_offer(&us, &ours, &out), out);
    CHECK_TO(strstr(buf_z(&out), "RTP/SAVP 8") && strstr(buf_z(&out), "a=rtcp-mux"), out);
    CHECK_TO(strstr(buf_z(&out), "a=crypto:1 AES_CM_128_HMAC_SHA1_32"), out);
    CHECK_OK_TO(sdp_parse(&sdp, buf_slice(&out), NULL), out);
    CHECK_TO(sdp->media[0].crypto_count == SDP_KEYS_MAX, out);
    buf_reset(&out);
    CHECK_OK_TO(sdp_session_answer(&them, sdp, &theirs, &b, &out), out);
    sdp = mem_deref(sdp);
    CHECK_OK_TO(sdp_parse(&sdp, buf_slice(&out), NULL), out);
    CHECK_OK_TO(sdp_session_accept(&us, sdp, &ours, &a), out);
    CHECK_TO(a.srtp_tx.suite == SRTP_AES_CM_128_HMAC_SHA1_32, out);
    CHECK_TO(!memcmp(&a.srtp_tx, &b.srtp_rx, sizeof(a.srtp_tx)), out);
    CHECK_TO(!memcmp(&a.srtp_rx, &b.srtp_tx, sizeof(a.srtp_rx)), out);
    CHECK_TO(a.is_rtcp_mux && b.is_rtcp_mux && addr_eq(&a.rtcp, &a.rtp), out);
    /* offered again in either direction, the keys stay */
    buf_reset(&out);
    CHECK_OK_TO(sdp_session_offer(&them, &theirs, &out), out);
    sdp = mem_deref(sdp);
    CHECK_OK_TO(sdp_parse(&sdp, buf_slice(&out), NULL), out);
    buf_reset(&out);
    CHECK_OK_TO(sdp_session_answer(&us, sdp, &ours, &c, &out), out);
    CHECK_TO(!memcmp(&c.srtp_tx, &a.srtp_tx, sizeof(a.srtp_tx)), out);
    CHECK_TO(!memcmp(&c.srtp_rx, &a.srtp_rx, sizeof(a.srtp_rx)), out);
out:
    mem_deref(sdp);
    buf_fini(&out);
    return err;
}

static int accept_text(struct sdp_session *s, const char *text, const struct sdp_local *l,
                       struct sdp_agreed *a)
{
    struct sdp *ans = NULL;
    int err = sdp_parse(&ans, slice_of(text), NULL);

    if (!err)
        err = sdp_session_accept(s, ans, l, a);
    mem_deref(ans);
    return err;
}

static int an_answer_without_keys_ends_a_secure_call(void)
{
    static const struct {
        uint8_t security;
        const char *answer;
        int err;
    } rows[] = {
        {SDP_SECURE, HEAD "m=audio 9 RTP/SAVP 8\r\n", ENOTSUP},
        {SDP_SECURE, HEAD "m=audio 9 RTP/AVP 8\r\n", ENOTSUP},
        {SDP_SECURE, HEAD "m=audio 9 RTP/SAVP 8\r\n" LINE, ENOTSUP}, /* tag 7 was not offered */
        {SDP_SECURE,
         HEAD "m=audio 9 RTP/SAVP 8\r\na=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:" KEY30 "\r\n",
         ENOTSUP}, /* another suite than tag 2 */
        {SDP_OPTIMISTIC, HEAD "m=audio 9 RTP/AVP 8\r\n", 0},
        {SDP_PLAIN, HEAD "m=audio 9 RTP/SAVP 8\r\n" LINE, ENOTSUP},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sdp_local l = local_of(rows[i].security);
        struct sdp_agreed a = {0};
        struct sdp_session s;
        struct buf out;
        int err;

        buf_init(&out, 8000);
        sdp_session_init(&s, 1);
        err = sdp_session_offer(&s, &l, &out);
        buf_fini(&out);
        if (!err)
            err = accept_text(&s, rows[i].answer, &l, &a);
        if (err == ENOMEM)
            return err;
        CHECK(err == rows[i].err && a.srtp_tx.suite == SRTP_NONE);
    }
    return 0;
}

UNIT_TESTS(UNIT(lines_are_read_as_the_rfc_says), UNIT(what_is_printed_is_read_back),
           UNIT(profiles_of_offers_are_taken_as_configured), UNIT(both_ends_have_each_others_keys),
           UNIT(an_answer_without_keys_ends_a_secure_call))
