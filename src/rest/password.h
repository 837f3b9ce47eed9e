/*
 * rest/password.h - passwords of the interface: what they must be, how they are kept, one made up
 *
 * Scope:   argon2id with 19 MiB and two passes (about 20 ms): hash and verify belong on a worker (rest_work).
 * Thread:  any.
 * Limits:  PASSWORD_LEAST signs to PASSWORD_MOST bytes.
 * Source:  RFC 9106; OWASP's parameters; NIST SP 800-63B s5.1.1.2 (length and a list of the worst, no rules of
 *          composition).
 */
#pragma once
#include <stdbool.h>

#include "base/slice.h"
#include "model/field.h"

enum { PASSWORD_LEAST = 8, PASSWORD_MOST = 256, PASSWORD_HASH = 128, PASSWORD_MADE = 18 };

/** What is wrong with it, in words; NULL: nothing. @param name  of its user */
const struct model_words *password_fault(struct slice password, struct slice name);

/** @param hash  out: room for PASSWORD_HASH. @return 0; ENOMEM */
int password_hash(struct slice password, char hash[PASSWORD_HASH]);

/** Is it the one of the hash? Without a hash (NULL, "") it takes as long, and is not. */
bool password_is(struct slice password, const char *hash);

/** One made up, easy to read aloud, 74 bits: "k7m2p-x9d4h-qw3ny". */
void password_make(char password[PASSWORD_MADE]);
