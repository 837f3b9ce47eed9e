/* stream.c - sip_stream_frame of message.h: where does the message on a stream end? */
#include <errno.h>
#include <string.h>

#include "sip/lex.h"
#include "sip/message.h"

/* Offset behind the empty line that ends the headers, 0 when it has not arrived. */
static size_t headers_end(struct slice s, size_t from)
{
    while (from < s.len) {
        const char *nl = memchr(s.p + from, '\n', s.len - from);
        size_t at;

        if (!nl)
            return 0;
        at = (size_t)(nl - s.p) + 1;
        if (at < s.len && s.p[at] == '\n')
            return at + 1;
        if (at + 1 < s.len && s.p[at] == '\r' && s.p[at + 1] == '\n')
            return at + 2;
        from = at;
    }
    return 0;
}

/* Content-Length among the header lines. @return 0; EBADMSG (none, or bad) */
static int content_length(struct slice headers, uint32_t *length)
{
    struct slice line, value;
    bool is_found = false;

    while (slice_is_set(headers) && headers.len) {
        line = slice_cut(headers, '\n', &headers);
        if (line.len == 0 || ((line.p[0] | 0x20) != 'c' && (line.p[0] | 0x20) != 'l'))
            continue;
        line = slice_cut(line, ':', &value);
        if (sip_header_parse(lex_trim(line)) != SIP_H_CONTENT_LENGTH)
            continue;
        if (is_found || slice_u32(lex_trim(value), length))
            return EBADMSG;
        is_found = true;
    }
    return is_found ? 0 : EBADMSG;
}

int sip_stream_frame(struct slice bytes, size_t *scanned, size_t *skip, size_t *size)
{
    uint32_t length = 0;
    size_t end;

    *skip = *size = 0;
    while (*skip < bytes.len && (bytes.p[*skip] == '\r' || bytes.p[*skip] == '\n'))
        (*skip)++;
    bytes = slice_skip(bytes, *skip);
    if (*skip)
        *scanned = 0;
    end = headers_end(bytes, *scanned);
    if (end == 0) {
        /* The last three bytes may be the beginning of the empty line. */
        *scanned = bytes.len > 3 ? bytes.len - 3 : 0;
        return bytes.len > SIP_MESSAGE_MAX ? EMSGSIZE : 0;
    }
    if (content_length(slice_from(bytes.p, end), &length))
        return EBADMSG;
    if (length > SIP_MESSAGE_MAX || end + length > SIP_MESSAGE_MAX)
        return EMSGSIZE;
    if (bytes.len < end + length) {
        *scanned = end > 4 ? end - 4 : 0;
        return 0;
    }
    *size = end + length;
    *scanned = 0;
    return 0;
}
