/*
 * A head's cookies, and the code that somebody types.
 *
 * Promise: no crash; what is found lies within what was sent and has a token's length; a code is six digits.
 */
#include <stdint.h>

#include "base/bug.h"
#include "rest/access.h"
#include "rest/token.h"
#include "rest/totp.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct slice text = slice_from((const char *)bytes, len);
    const struct slice token = access_cookie(text);
    char csrf[TOKEN_TEXT];
    int code;

    BUG_IF(slice_is_set(token) && (token.len != TOKEN_TEXT - 1 || token.p < text.p ||
                                   token.p + token.len > text.p + text.len));
    if (slice_is_set(token))
        token_csrf(token, csrf);
    code = totp_code(text, 1);
    BUG_IF(code < -1 || code > 999999);
    BUG_IF(totp_check(SLICE("GEZDGNBVGY3TQOJQ"), text, 59, 0) >= 0 && len < 6);
    return 0;
}
