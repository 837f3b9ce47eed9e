/*
 * sip/digest.h - inner: hashes in hex, over pieces of text
 *
 * Owns:    one OpenSSL context per thread, made at the first use and kept.
 */
#pragma once
#include "sip/auth.h"

/** How many hex digits: 32 or 64; 0 for UNKNOWN. */
size_t digest_hex_len(enum sip_digest_algorithm a);

/** The ready-made hash of c for this algorithm, or NULL. */
const char *digest_ready(const struct sip_credential *c, enum sip_digest_algorithm a);

/** Name as in messages: "MD5" ... */
const char *digest_name(enum sip_digest_algorithm a);

/** H(pieces joined by ':') in lower-case hex with a NUL. @return 0; EIO (OpenSSL has no such hash)
 */
int digest_hash(enum sip_digest_algorithm a, const struct slice *pieces, size_t count,
                char out[65]);
