/*
 * archive/seal.h - the station's signature under what it has kept
 *
 * Scope:   an Ed25519 key in a file of its own, made when it is first needed.
 * Owns:    the key.
 * Thread:  any, one at a time; it blocks.
 * Source:  RFC 8032, by OpenSSL.
 */
#pragma once
#include "base/slice.h"

struct seal_key;

enum { SEAL_TEXT = 129 }; /* hex digits of a signature and a NUL */

/** @param path  PEM, mode 0600; made when it is not there. @return 0; EBADMSG (no such key); errno; ENOMEM */
int seal_key_open(struct seal_key **kp, const char *path);

/** @return 0; ENOMEM */
int seal_sign(const struct seal_key *k, struct slice text, char out[SEAL_TEXT]);

/** Is the signature that of text? */
bool seal_is_of(const struct seal_key *k, struct slice text, struct slice signature);
