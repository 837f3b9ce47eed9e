/* ami/message.c - see message.h */
#include "ami/message.h"

#include <errno.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void take_line(struct ami_message *m, struct slice line)
{
    struct ami_header *h;
    ptrdiff_t colon;

    if (line.len > AMI_LINE_MAX) {
        m->has_long_line = true;
        return;
    }
    if (m->count == AMI_HEADERS_MAX) {
        m->has_too_many = true;
        return;
    }
    h = &m->headers[m->count++];
    colon = slice_chr(line, ':');
    if (colon < 0) {
        *h = (struct ami_header){.name = line, .value = SLICE_NONE};
        return;
    }
    h->name = slice_from(line.p, (size_t)colon);
    h->value = slice_skip(line, (size_t)colon + 1);
    while (h->value.len && is_blank(h->value.p[0]))
        h->value = slice_skip(h->value, 1);
}

int ami_message_parse(struct ami_message *m, struct slice bytes, size_t *used)
{
    size_t at = 0;

    m->count = 0;
    m->has_long_line = m->has_too_many = false;
    while (at < bytes.len) {
        const char *start = bytes.p + at;
        const char *end = memchr(start, '\n', bytes.len - at);
        size_t len;

        if (!end)
            break;
        len = (size_t)(end - start);
        at += len + 1;
        if (at > AMI_MESSAGE_MAX)
            return EMSGSIZE;
        if (len && start[len - 1] == '\r')
            len--;
        if (!len) {
            *used = at;
            return 0;
        }
        take_line(m, slice_from(start, len));
    }
    return bytes.len > AMI_MESSAGE_MAX ? EMSGSIZE : EAGAIN;
}

bool ami_message_has_end(struct slice bytes, size_t from)
{
    while (from < bytes.len) {
        const char *end = memchr(bytes.p + from, '\n', bytes.len - from);
        size_t at = end ? (size_t)(end - bytes.p) : bytes.len;

        if (!end)
            return false;
        from = at + 1;
        if (at && bytes.p[at - 1] == '\r')
            at--;
        if (!at || bytes.p[at - 1] == '\n')
            return true;
    }
    return false;
}

struct slice ami_message_nth(const struct ami_message *m, const char *name, uint32_t n)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (slice_is_set(m->headers[i].value) && slice_caseeqz(m->headers[i].name, name) &&
            n-- == 0)
            return m->headers[i].value;
    return SLICE_NONE;
}

struct slice ami_message_get(const struct ami_message *m, const char *name)
{
    return ami_message_nth(m, name, 0);
}
