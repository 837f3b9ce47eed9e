/*
 * rest/token.h - random tokens of sessions, links and keys, and what is kept of them
 *
 * Scope:   the database has a token's SHA-256 only: who reads it, gets in nowhere.
 * Thread:  any; pure but for the kernel's random bytes.
 * Source:  docs/web.md, "Who may what".
 */
#pragma once
#include "base/slice.h"

enum { TOKEN_BYTES = 32, TOKEN_TEXT = 2 * TOKEN_BYTES + 1 };

/** 256 random bits in hex. */
void token_make(char token[TOKEN_TEXT]);

/** SHA-256 of the text, in hex. */
void token_hash(struct slice token, char hash[TOKEN_TEXT]);

/** What X-CSRF-Token must be in this token's session: an HMAC that does not lead back to it. */
void token_csrf(struct slice token, char csrf[TOKEN_TEXT]);

/** The same text, compared in a time that does not tell where they differ. */
bool token_is(struct slice a, const char *b);
