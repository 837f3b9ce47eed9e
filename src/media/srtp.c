/* srtp.c - see srtp.h */
#include <errno.h>
#include <srtp2/srtp.h>
#include <string.h>

#include "media/srtp.h"
#include "rtp/packet.h"

#define WINDOW 128
#define REPORTS_MAX 20000 /* a day of them */

typedef void(policy_h)(srtp_crypto_policy_t *p);

/* Reports have the long tag in the suites with the short one, too (RFC 4568 s6.2.2, 6188 s4). */
static const struct suite {
    uint8_t len;
    policy_h *rtp, *rtcp;
} suites[SRTP_SUITES] = {
    [SRTP_AES_CM_128_HMAC_SHA1_80] = {30, srtp_crypto_policy_set_rtp_default,
                                      srtp_crypto_policy_set_rtcp_default},
    [SRTP_AES_CM_128_HMAC_SHA1_32] = {30, srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32,
                                      srtp_crypto_policy_set_rtcp_default},
    [SRTP_AES_192_CM_HMAC_SHA1_80] = {38, srtp_crypto_policy_set_aes_cm_192_hmac_sha1_80,
                                      srtp_crypto_policy_set_aes_cm_192_hmac_sha1_80},
    [SRTP_AES_192_CM_HMAC_SHA1_32] = {38, srtp_crypto_policy_set_aes_cm_192_hmac_sha1_32,
                                      srtp_crypto_policy_set_aes_cm_192_hmac_sha1_80},
    [SRTP_AES_256_CM_HMAC_SHA1_80] = {46, srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80,
                                      srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80},
    [SRTP_AES_256_CM_HMAC_SHA1_32] = {46, srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32,
                                      srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80},
    [SRTP_AEAD_AES_128_GCM] = {28, srtp_crypto_policy_set_aes_gcm_128_16_auth,
                               srtp_crypto_policy_set_aes_gcm_128_16_auth},
    [SRTP_AEAD_AES_256_GCM] = {44, srtp_crypto_policy_set_aes_gcm_256_16_auth,
                               srtp_crypto_policy_set_aes_gcm_256_16_auth},
};

_Static_assert(SRTP_MAX_TAG_LEN + 4 <= MEDIA_TAIL_BYTES, "room behind a packet");

/* ---- sessions ---- */

static uint32_t hash_key(const struct srtp_key *k)
{
    uint32_t h = 2166136261u ^ k->suite;

    for (uint8_t i = 0; i < k->len; i++)
        h = (h ^ k->key[i]) * 16777619u;
    return h;
}

/* A receiver takes any source, and the one that it knew before has its own stream, whose rollover
 * counter can be set. */
static int open_session(struct media_srtp *s, bool is_tx, uint32_t ssrc, bool is_known)
{
    srtp_policy_t any = {.ssrc = {.type = ssrc_any_inbound}, .window_size = WINDOW}, one = any;
    srtp_t session = NULL;

    suites[s->key.suite].rtp(&any.rtp);
    suites[s->key.suite].rtcp(&any.rtcp);
    any.key = s->key.key;
    one = any;
    one.ssrc = (srtp_ssrc_t){.type = ssrc_specific, .value = ssrc};
    if (!is_tx)
        one.next = &any;
    if (srtp_create(&session, is_tx || is_known ? &one : &any) != srtp_err_status_ok)
        return EPROTO;
    s->session = session;
    return 0;
}

typedef srtp_err_status_t(transform_h)(srtp_t, void *, int *);

/* The peer takes no report twice, and the library cannot be told the index: count up to it. */
static void skip_reports(struct media_srtp *s, uint32_t ssrc)
{
    for (uint32_t i = 0; i < s->roc->reports && i < REPORTS_MAX; i++) {
        _Alignas(8) uint8_t p[8 + SRTP_MAX_TRAILER_LEN + 4] = {0x80, 201, 0, 1};
        int n = 8;

        rtp_put32(p + 4, ssrc);
        if (srtp_protect_rtcp(s->session, p, &n) != srtp_err_status_ok)
            return;
    }
}

static int read_secret(struct srtp_key *k, struct slice secret)
{
    *k = (struct srtp_key){0};
    if (!secret.len)
        return 0;
    k->suite = (uint8_t)secret.p[0];
    if (k->suite == SRTP_NONE || k->suite >= SRTP_SUITES || secret.len != 1u + suites[k->suite].len)
        return EINVAL;
    k->len = suites[k->suite].len;
    memcpy(k->key, secret.p + 1, k->len);
    return 0;
}

int media_srtp_set(struct media_srtp *s, struct slice secret, bool is_tx, uint32_t ssrc,
                   struct media_roc *roc)
{
    struct srtp_key key;
    int err = read_secret(&key, secret);

    if (!err && s->session && memcmp(&key, &s->key, sizeof(key)) == 0)
        return 0;
    media_srtp_close(s);
    s->is_failed = err != 0;
    if (err || key.suite == SRTP_NONE)
        return err;
    s->key = key;
    s->roc = roc;
    if (roc->key_hash != hash_key(&key))
        *roc = (struct media_roc){.key_hash = hash_key(&key)};
    err = open_session(s, is_tx, is_tx ? ssrc : roc->ssrc, roc->is_used);
    s->is_restoring = roc->is_used;
    s->is_failed = err != 0;
    if (!err && is_tx)
        skip_reports(s, ssrc);
    return err;
}

void media_srtp_close(struct media_srtp *s)
{
    if (s->session)
        (void)srtp_dealloc(s->session);
    explicit_bzero(s, sizeof(*s));
}

/* ---- rollover ---- */

/* As the library counts, so that the figure is there when this process is not. */
static void follow(struct media_roc *r, uint32_t ssrc, uint16_t seq)
{
    if (!r->is_used || r->ssrc != ssrc) {
        r->is_used = true;
        r->ssrc = ssrc;
        r->roc = 0;
        r->seq = seq;
    } else if (rtp_seq_diff(seq, r->seq) > 0) {
        r->roc += seq < r->seq;
        r->seq = seq;
    }
}

/* The first packet after another process had this sequence. @return false: that one had it already */
static bool restore(struct media_srtp *s, uint32_t ssrc, uint16_t seq)
{
    const struct media_roc *r = s->roc;

    if (ssrc != r->ssrc) /* another source, which begins with 0, if it is genuine */
        return true;
    if (rtp_seq_diff(seq, r->seq) <= 0)
        return false;
    return srtp_set_stream_roc(s->session, ssrc, r->roc + (seq < r->seq)) == srtp_err_status_ok;
}

static bool transform(struct media_srtp *s, transform_h *h, uint8_t *p, size_t *len)
{
    uint32_t ssrc = rtp_get32(p + 8);
    uint16_t seq = rtp_get16(p + 2);
    int n = (int)*len;

    if (!s->session || *len < RTP_HEADER_BYTES)
        return false;
    if (s->is_restoring && !restore(s, ssrc, seq))
        return false;
    if (h(s->session, p, &n) != srtp_err_status_ok || n < 0)
        return false;
    s->is_restoring = false;
    follow(s->roc, ssrc, seq);
    *len = (size_t)n;
    return true;
}

bool media_srtp_protect(struct media_srtp *s, uint8_t *p, size_t *len)
{
    return transform(s, srtp_protect, p, len);
}

bool media_srtp_unprotect(struct media_srtp *s, uint8_t *p, size_t *len)
{
    return transform(s, srtp_unprotect, p, len);
}

static bool transform_rtcp(struct media_srtp *s, transform_h *h, uint8_t *p, size_t *len)
{
    int n = (int)*len;

    if (!s->session || *len < 8 || h(s->session, p, &n) != srtp_err_status_ok || n < 0)
        return false;
    *len = (size_t)n;
    return true;
}

bool media_srtp_protect_rtcp(struct media_srtp *s, uint8_t *p, size_t *len)
{
    if (!transform_rtcp(s, srtp_protect_rtcp, p, len))
        return false;
    s->roc->reports++;
    return true;
}

bool media_srtp_unprotect_rtcp(struct media_srtp *s, uint8_t *p, size_t *len)
{
    return transform_rtcp(s, srtp_unprotect_rtcp, p, len);
}

/* ---- the library ---- */

static bool try_suite(uint8_t suite)
{
    char secret[1 + SRTP_KEY_MAX] = {(char)suite};
    struct slice key = slice_from(secret, 1u + suites[suite].len);
    struct media_roc there = {0}, back = {0};
    struct media_srtp tx = {0}, rx = {0};
    _Alignas(8) uint8_t p[64 + MEDIA_TAIL_BYTES] = {0x80};
    size_t len = 32;
    bool ok = !media_srtp_set(&tx, key, true, 0, &there) &&
              !media_srtp_set(&rx, key, false, 0, &back) && media_srtp_protect(&tx, p, &len) &&
              media_srtp_unprotect(&rx, p, &len) && len == 32;

    media_srtp_close(&tx);
    media_srtp_close(&rx);
    return ok;
}

/* Sessions come and go; with none left some builds of the library unload what they need, so one stays
 * for as long as the process does. */
static struct media_srtp keeper;
static struct media_roc keeper_roc;
static bool is_open;

int media_srtp_library_open(void)
{
    const char secret[31] = {SRTP_AES_CM_128_HMAC_SHA1_80};

    if (is_open)
        return 0;
    if (srtp_init() != srtp_err_status_ok ||
        media_srtp_set(&keeper, slice_from(secret, 31), true, 1, &keeper_roc))
        return EPROTO;
    for (uint8_t i = SRTP_NONE + 1; i < SRTP_SUITES; i++) {
        if (!try_suite(i))
            return EPROTO;
    }
    is_open = true;
    return 0;
}
