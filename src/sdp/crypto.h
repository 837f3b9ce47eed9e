/*
 * sdp/crypto.h - a=crypto of a description: suites and keys of SDES
 *
 * Scope:   what the media role needs to protect a stream; parsing and printing in crypto.c.
 * Limits:  one key per line (no MKI, no lifetime beyond reading past it); 8 lines an m= section.
 * Source:  RFC 4568 (SDES), RFC 3711 (SRTP), RFC 6188 (AES 192, 256), RFC 7714 (AEAD).
 */
#pragma once
#include <stdint.h>

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
