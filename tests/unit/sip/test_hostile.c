/* What strangers may try: smuggled lines, floods, streams that mean no good. */
#include "peer.h"
#include "sip/core.h"

static int escapes_of_control_bytes_are_refused(void)
{
    static const char *const bad[] = {"a%0d%0aX: y", "a%00", "%1f", "a%7Fb", "\r\n"};
    char out[32];

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK(sip_unescape(slice_of(bad[i]), out, sizeof(out)) == EINVAL);
        CHECK(out[0] == '\0');
    }
    CHECK_OK(sip_unescape(SLICE("%D0%91%20"), out, sizeof(out)));
    CHECK(strcmp(out, "\xD0\x91 ") == 0);
    return 0;
}

UNIT_TESTS(UNIT(escapes_of_control_bytes_are_refused))
