/*
 * sip/auth.h - digest authentication, as server and as client
 *
 * Scope:   challenges (SHA-512-256, SHA-256 and MD5, qop=auth), checks of what comes back, and
 *          answers to challenges of others (the same, their -sess forms; qop none, auth, auth-int).
 * Owns:    the server side a key and a bounded table of nonce counts; no state per challenge:
 *          a nonce is its time, a random part and an HMAC over both and the realm.
 * Limits:  nonces live 300 s by default (older: stale=true, not a failure); 65,536 nonces are
 *          watched for repeated counts: where two share a place, the older is stale.
 * Source:  RFC 7616, RFC 8760, RFC 2617; RFC 3261 s22.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/when.h"
#include "sip/message.h"

enum sip_digest_algorithm {
    SIP_DIGEST_UNKNOWN,
    SIP_DIGEST_MD5,
    SIP_DIGEST_MD5_SESS,
    SIP_DIGEST_SHA256,
    SIP_DIGEST_SHA256_SESS,
    SIP_DIGEST_SHA512, /* SHA-512/256 */
    SIP_DIGEST_SHA512_SESS,
};

/** The parameters of a challenge or of credentials, unquoted; absent where not given. */
struct sip_digest {
    enum sip_digest_algorithm algorithm; /* MD5 when not given */
    struct slice username, realm, nonce, uri, response, cnonce, nc, qop, opaque;
    bool is_stale;
};

/** Parse "Digest ...". @return 0; EINVAL (no Digest, unbalanced quotes, a parameter twice). */
int sip_digest_parse(struct sip_digest *d, struct slice value);

/** User and secret. password, else the ha1 of the algorithm (hex of H(user:realm:password)). */
struct sip_credential {
    const char *user;
    const char *realm; /* NULL, "" or "*": any */
    const char *password;
    const char *ha1_md5;    /* 32 hex digits (Asterisk's md5_cred), or NULL */
    const char *ha1_sha256; /* 64 hex digits, or NULL */
    const char *ha1_sha512; /* the same of SHA-512/256 */
    uint32_t nonce_life_s;  /* server: nonces older than this are stale; 0: sip_auth_args' */
    uint8_t algorithms; /* client: only challenges of these are answered, bits 1 << SIP_DIGEST_...;
                           0: any */
};

/* ---- server ---- */

struct sip_auth;

struct sip_auth_args {
    struct loop *loop;     /* borrowed */
    uint32_t nonce_life_s; /* 0: 300 */
};

/** @return 0; ENOMEM; EIO (OpenSSL) */
int sip_auth_alloc(struct sip_auth **ap, const struct sip_auth_args *args);

/** Add WWW-Authenticate (is_proxy: Proxy-Authenticate) lines to a block of headers, the strongest first.
 *  @param offered  bits 1 << SIP_DIGEST_MD5, _SHA256, _SHA512
 *  @return as buf_add */
int sip_auth_challenge(struct sip_auth *a, struct buf *headers, const char *realm, uint8_t offered,
                       bool is_stale, bool is_proxy);

/**
 * The credentials of a request for this realm, from Authorization (else Proxy-Authorization).
 * @return 0; ENOENT (none for this realm); EINVAL (malformed)
 */
int sip_auth_find(const struct sip_msg *req, const char *realm, struct sip_digest *d);

#define SIP_AUTH_NONCE 57 /* bytes with the NUL */

/** A fresh nonce, for who writes the challenge. @return 0; EIO */
int sip_auth_nonce(struct sip_auth *a, const char *realm, char out[SIP_AUTH_NONCE]);

/**
 * Check credentials.
 *
 * @param offered  as in the challenge: others are not accepted
 * @param c        what they must match; NULL (unknown user) costs the same time and gives EACCES
 * @return 0; EACCES (wrong); ESTALE (right, but the nonce is old: challenge with stale);
 *         EINVAL (nonce not ours, parameters missing, or an algorithm not offered: challenge anew).
 *         Of the URI in the credentials only the user counts, and of INVITE only: proxies rewrite
 *         the rest, and the nonce count keeps credentials from being used twice (without qop a
 *         nonce is good for once).
 */
int sip_auth_check(struct sip_auth *a, const struct sip_msg *req, const struct sip_digest *d,
                   const char *realm, uint8_t offered, const struct sip_credential *c);

/** The same for a request that is not SIP: its method alone. The URI is the caller's to compare. */
int sip_auth_check_text(struct sip_auth *a, struct slice method, const struct sip_digest *d,
                        const char *realm, uint8_t offered, const struct sip_credential *c);

/* ---- client ---- */

/** Find the credential for realm. @return false: none, the challenge is not answered */
typedef bool(sip_creds_h)(struct slice realm, struct sip_credential *c, void *arg);

/**
 * Answer the strongest challenge of a 401 or 407 for which there are credentials.
 * @param headers  out: the Authorization lines are added
 * @return 0; ENOENT (no credentials, or no challenge we understand); EINVAL; ENOMEM
 */
int sip_auth_answer(struct buf *headers, const struct sip_msg *response, enum sip_method method,
                    struct slice uri, struct slice body, sip_creds_h *creds, void *arg);

/** Does a 401 or 407 say that only the nonce was old? */
bool sip_auth_is_stale(const struct sip_msg *response);

/** One digest response in hex, for tests and vectors. @return 0; EINVAL; EIO. */
int sip_digest_response(const struct sip_digest *d, const struct sip_credential *c,
                        struct slice method, struct slice body, char out[65]);
