/* Messages are cut out of a stream wherever the network split it. */
#include <string.h>

#include "sip/message.h"
#include "unit.h"

static const char two[] = "\r\n\r\n"
                          "OPTIONS sip:a SIP/2.0\r\nVia: x\r\nContent-Length: 5\r\n\r\nhello"
                          "\r\n"
                          "BYE sip:b SIP/2.0\r\nl : 0\r\n\r\n";
static const size_t first_at = 4, first_len = 64 - 2, second_len = 28;

/* Feed the bytes in two pieces, split at `at`, the way a connection does. */
static int feed(size_t at, size_t found[4], size_t *count)
{
    size_t have = at, used = 0, scanned = 0, skip, size, len = sizeof(two) - 1;
    bool is_last = false;

    *count = 0;
    for (;;) {
        struct slice s = slice_from(two + used, have - used);

        CHECK_OK(sip_stream_frame(s, &scanned, &skip, &size));
        used += skip;
        if (size) {
            CHECK(*count < 2);
            found[*count * 2] = used;
            found[*count * 2 + 1] = size;
            (*count)++;
            used += size;
            continue;
        }
        if (is_last)
            return 0;
        have = len;
        is_last = true;
    }
}

static int two_messages_come_out_of_every_split(void)
{
    size_t found[4], count;

    for (size_t at = 0; at < sizeof(two); at++) {
        CHECK_OK(feed(at, found, &count));
        CHECK(count == 2);
        CHECK(found[0] == first_at);
        CHECK(memcmp(two + found[0], "OPTIONS", 7) == 0);
        CHECK(memcmp(two + found[0] + found[1] - 5, "hello", 5) == 0);
        CHECK(memcmp(two + found[2], "BYE", 3) == 0);
        CHECK(found[2] + found[3] == sizeof(two) - 1);
    }
    CHECK(first_len && second_len);
    return 0;
}

static int every_byte_alone_is_enough(void)
{
    size_t used = 0, scanned = 0, skip, size, count = 0;

    for (size_t have = 1; have < sizeof(two); have++) {
        CHECK_OK(sip_stream_frame(slice_from(two + used, have - used), &scanned, &skip, &size));
        used += skip + size;
        count += size > 0;
    }
    CHECK(count == 2 && used == sizeof(two) - 1);
    return 0;
}

static int frame(const char *text)
{
    size_t scanned = 0, skip, size;

    return sip_stream_frame(slice_of(text), &scanned, &skip, &size);
}

static int stream_without_length_cannot_be_followed(void)
{
    CHECK(frame("OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n") == EBADMSG);
    CHECK(frame("X\r\nContent-Length: -1\r\n\r\n") == EBADMSG);
    CHECK(frame("X\r\nContent-Length: 4x\r\n\r\n") == EBADMSG);
    CHECK(frame("X\r\nContent-Length: 1\r\nl: 2\r\n\r\n") == EBADMSG);
    CHECK(frame("X\r\nContent-Length: 4294967297\r\n\r\n") == EBADMSG);
    CHECK(frame("X\r\nContent-Length: 70000\r\n\r\n") == EMSGSIZE);
    return 0;
}

static int endless_headers_are_cut(void)
{
    static char big[SIP_MESSAGE_MAX + 2];
    size_t scanned = 0, skip, size;

    memset(big, 'a', sizeof(big));
    CHECK(sip_stream_frame(slice_from(big, sizeof(big)), &scanned, &skip, &size) == EMSGSIZE);
    return 0;
}

UNIT_TESTS(UNIT(two_messages_come_out_of_every_split), UNIT(every_byte_alone_is_enough),
           UNIT(stream_without_length_cannot_be_followed), UNIT(endless_headers_are_cut))
