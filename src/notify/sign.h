/*
 * notify/sign.h - the signature of a webhook: X-Station-Signature: t=SECONDS,v1=HEX
 *
 * Scope:   HMAC-SHA256 by the webhook's secret of "SECONDS.BODY". A receiver that looks at t too cannot be played
 *          an old message again.
 * Thread:  any; pure.
 * Source:  RFC 2104.
 */
#pragma once
#include <stdint.h>

#include "base/slice.h"

enum { NOTIFY_SIGNATURE = 100 };

/** @param out  "t=...,v1=..." with its NUL. @return 0; ENOMEM */
int notify_sign(struct slice secret, int64_t at, struct slice body, char out[NOTIFY_SIGNATURE]);
