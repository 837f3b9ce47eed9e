/*
 * rest/totp.h - codes of six digits that change every 30 seconds
 *
 * Scope:   secrets as base32 text, as authenticator applications take them; one step of drift either way.
 * Thread:  any; pure but for totp_make.
 * Source:  RFC 6238 (SHA-1, 30 s), RFC 4226 s5.3, RFC 4648 s6 (base32).
 */
#pragma once
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

enum { TOTP_SECRET = 33, TOTP_STEP_S = 30 };

/** A secret: 160 random bits as 32 signs of base32. */
void totp_make(char secret[TOTP_SECRET]);

/** The code of a step (seconds since 1970 / 30). @return 0 to 999999; -1: no base32 */
int totp_code(struct slice secret, int64_t step);

/**
 * Is this the code now?
 * @param last  the step of the last code that was taken: that one and older ones are not
 * @return its step; -1: it is not
 */
int64_t totp_check(struct slice secret, struct slice code, int64_t now_s, int64_t last);

/** otpauth://totp/... for a QR code. @return as buf_add */
int totp_uri(struct buf *out, struct slice secret, struct slice issuer, struct slice account);
