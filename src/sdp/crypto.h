/*
 * sdp/crypto.h - a=crypto of a description: suites and keys of SDES
 *
 * Scope:   what the media role needs to protect a stream; parsing and printing in crypto.c.
 * Limits:  one key per line (no MKI, no lifetime beyond reading past it); 8 lines an m= section.
 * Source:  RFC 4568 (SDES), RFC 3711 (SRTP), RFC 6188 (AES 192, 256), RFC 7714 (AEAD).
 */
#pragma once
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

/** Numbers are the project's own; 0 is "not protected". */
enum srtp_suite {
    SRTP_NONE,
    SRTP_AES_CM_128_HMAC_SHA1_80,
    SRTP_AES_CM_128_HMAC_SHA1_32,
    SRTP_AES_192_CM_HMAC_SHA1_80,
    SRTP_AES_192_CM_HMAC_SHA1_32,
    SRTP_AES_256_CM_HMAC_SHA1_80,
    SRTP_AES_256_CM_HMAC_SHA1_32,
    SRTP_AEAD_AES_128_GCM,
    SRTP_AEAD_AES_256_GCM,
    SRTP_SUITES
};

#define SRTP_KEY_MAX 46 /* master key and salt of AES_256_CM */

/** One direction. */
struct srtp_key {
    uint8_t suite; /* enum srtp_suite */
    uint8_t len;   /* of key: master key followed by master salt */
    uint8_t key[SRTP_KEY_MAX];
};

/** One a=crypto line. */
struct sdp_crypto {
    uint32_t tag; /* 1 ... 999,999,999 */
    struct srtp_key key;
};

#define SDP_CRYPTO_MAX 8 /* lines kept of one m= section; more are passed over */

/** "AES_CM_128_HMAC_SHA1_80"; "" for SRTP_NONE and what is no suite. */
const char *srtp_suite_name(uint8_t suite);

/** Bytes of master key and salt together; 0 as above. */
uint8_t srtp_suite_key_len(uint8_t suite);

/** A fresh random key for suite. */
void srtp_key_make(struct srtp_key *k, uint8_t suite);

/**
 * Read what stands behind "a=crypto:".
 * @return 0; ENOTSUP (a suite, session parameter, MKI or second key that is not ours: the line
 *         does not count, RFC 4568 s7.1.2); EINVAL (nonsense, the same to the caller)
 */
int sdp_crypto_parse(struct sdp_crypto *c, struct slice value);

/** Add the whole line. @return as buf_add */
int sdp_crypto_print(const struct sdp_crypto *c, struct buf *out);
