/* crypto.c - a=crypto lines; see crypto.h */
#include "sdp/crypto.h"

#include <errno.h>
#include <string.h>

#include "base/rand.h"

#define TAG_MAX 999999999

static const struct suite {
    const char *name;
    uint8_t key_len;
} suites[SRTP_SUITES] = {
    [SRTP_NONE] = {"", 0},
    [SRTP_AES_CM_128_HMAC_SHA1_80] = {"AES_CM_128_HMAC_SHA1_80", 30},
    [SRTP_AES_CM_128_HMAC_SHA1_32] = {"AES_CM_128_HMAC_SHA1_32", 30},
    [SRTP_AES_192_CM_HMAC_SHA1_80] = {"AES_192_CM_HMAC_SHA1_80", 38},
    [SRTP_AES_192_CM_HMAC_SHA1_32] = {"AES_192_CM_HMAC_SHA1_32", 38},
    [SRTP_AES_256_CM_HMAC_SHA1_80] = {"AES_256_CM_HMAC_SHA1_80", 46},
    [SRTP_AES_256_CM_HMAC_SHA1_32] = {"AES_256_CM_HMAC_SHA1_32", 46},
    [SRTP_AEAD_AES_128_GCM] = {"AEAD_AES_128_GCM", 28},
    [SRTP_AEAD_AES_256_GCM] = {"AEAD_AES_256_GCM", 44},
};

const char *srtp_suite_name(uint8_t suite)
{
    return suites[suite < SRTP_SUITES ? suite : SRTP_NONE].name;
}

uint8_t srtp_suite_key_len(uint8_t suite)
{
    return suites[suite < SRTP_SUITES ? suite : SRTP_NONE].key_len;
}

void srtp_key_make(struct srtp_key *k, uint8_t suite)
{
    *k = (struct srtp_key){.suite = suite, .len = srtp_suite_key_len(suite)};
    rand_bytes(k->key, k->len);
}

/* ---- base64 (RFC 4648), padded or not ---- */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int decode(struct slice text, uint8_t *out, size_t len)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t n = 0;

    while (text.len && text.p[text.len - 1] == '=')
        text.len--;
    for (size_t i = 0; i < text.len; i++) {
        const char *at = text.p[i] ? strchr(letters, text.p[i]) : NULL;

        if (!at)
            return EINVAL;
        bits = bits << 6 | (uint32_t)(at - letters);
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        if (n == len)
            return EINVAL;
        out[n++] = (uint8_t)(bits >> have);
    }
    return n == len ? 0 : EINVAL;
}

static void encode(const uint8_t *p, size_t len, struct buf *out)
{
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        uint32_t bits = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
                        (left > 2 ? (uint32_t)p[i + 2] : 0);

        buf_addc(out, letters[bits >> 18]);
        buf_addc(out, letters[bits >> 12 & 63]);
        buf_addc(out, left > 1 ? letters[bits >> 6 & 63] : '=');
        buf_addc(out, left > 2 ? letters[bits & 63] : '=');
    }
}

/* ---- the line ---- */

static struct slice next_word(struct slice *rest)
{
    struct slice line = slice_trim(*rest);

    return slice_cut(line, ' ', rest);
}

static uint8_t find_suite(struct slice name)
{
    for (uint8_t i = SRTP_NONE + 1; i < SRTP_SUITES; i++)
        if (slice_caseeqz(name, suites[i].name))
            return i;
    return SRTP_NONE;
}

/* "inline:KEY|2^20": a lifetime is read past, as no call lasts 2^48 packets; an MKI ("|1:4") would
   change every packet. */
static int parse_key(struct srtp_key *k, struct slice text)
{
    struct slice rest, more;

    if (!slice_starts(text, SLICE("inline:")))
        return EINVAL;
    if (slice_chr(text, ';') >= 0)
        return ENOTSUP;
    text = slice_cut(slice_skip(text, 7), '|', &rest);
    for (; rest.len; rest = more)
        if (slice_chr(slice_cut(rest, '|', &more), ':') >= 0)
            return ENOTSUP;
    return decode(text, k->key, k->len);
}

/* A window hint is harmless, and so is what is marked as optional by '-'. */
static bool is_harmless(struct slice param)
{
    return !param.len || param.p[0] == '-' || slice_starts(param, SLICE("WSH="));
}

int sdp_crypto_parse(struct sdp_crypto *c, struct slice value)
{
    struct slice rest = value, tag = next_word(&rest), suite = next_word(&rest);
    struct slice key = next_word(&rest);
    struct sdp_crypto fresh = {0};
    int err;

    if (slice_u32(tag, &fresh.tag) || !fresh.tag || fresh.tag > TAG_MAX || !key.len)
        return EINVAL;
    fresh.key.suite = find_suite(suite);
    fresh.key.len = srtp_suite_key_len(fresh.key.suite);
    if (!fresh.key.len)
        return ENOTSUP;
    err = parse_key(&fresh.key, key);
    while (!err && rest.len)
        if (!is_harmless(next_word(&rest)))
            err = ENOTSUP;
    if (!err)
        *c = fresh;
    return err;
}

int sdp_crypto_print(const struct sdp_crypto *c, struct buf *out)
{
    buf_printf(out, "a=crypto:%u %s inline:", c->tag, srtp_suite_name(c->key.suite));
    encode(c->key.key, c->key.len, out);
    return buf_addz(out, "\r\n");
}
