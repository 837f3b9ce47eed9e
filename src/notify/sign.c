/* notify/sign.c - see sign.h */
#include "notify/sign.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/hex.h"

enum { BODY_MAX = 1 << 20 };

int notify_sign(struct slice secret, int64_t at, struct slice body, char out[NOTIFY_SIGNATURE])
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    unsigned len = 0;
    struct buf text;
    int err;

    buf_init(&text, BODY_MAX);
    buf_printf(&text, "%" PRId64 ".", at);
    err = buf_adds(&text, body);
    if (!err && !HMAC(EVP_sha256(), secret.p ? secret.p : "", (int)secret.len,
                      (const unsigned char *)text.p, text.len, mac, &len))
        err = ENOMEM;
    if (!err) {
        hex_print(mac, len, hex);
        snprintf(out, NOTIFY_SIGNATURE, "t=%" PRId64 ",v1=%s", at, hex);
    }
    buf_fini(&text);
    return err;
}
