/* The signature of a webhook; the value was computed with Python's hmac */
#include "notify/sign.h"

#include <errno.h>

#include "unit.h"

static int is_hmac_of_time_and_body(void)
{
    char out[NOTIFY_SIGNATURE];
    int err = notify_sign(SLICE("topsecret"), 1700000000, SLICE("{\"a\":1}"), out);

    if (err == ENOMEM)
        return err;
    CHECK(!err);
    CHECK(strcmp(out, "t=1700000000,v1="
                      "6a939b0c71853d606167625a15168ee9188c6a511c773ef4f42d307f3849e50f") == 0);
    return 0;
}

UNIT_TESTS(UNIT(is_hmac_of_time_and_body))
