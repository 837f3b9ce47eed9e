/* http/multipart.c - see multipart.h */
#include "http/multipart.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

enum { BOUNDARY_MAX = 70, BEFORE = 4 /* CR LF - - */ };

enum state {
    PREAMBLE, /* up to the first boundary */
    BEHIND,   /* a boundary: the line goes on */
    HEAD,
    BODY,
    EPILOGUE,
};

struct multipart {
    struct multipart_handlers h;
    enum state state;
    int err;                          /* sticks */
    char mark[BEFORE + BOUNDARY_MAX]; /* CR LF -- boundary */
    size_t mark_len;
    size_t seen; /* bytes of the mark that have come */
    char line[2];
    size_t line_len; /* bytes behind the boundary */
    unsigned parts;
    struct buf head;
};

/* ---- fields ---- */

/* The value of ; name=value or ; name="value", in place: what is escaped is plain afterwards. */
static struct slice unquote(char *from, char *end, char **next)
{
    char *to = from, *at = from;

    while (at < end && *at != '"') {
        if (*at == '\\' && at + 1 < end && (at[1] == '"' || at[1] == '\\'))
            at++;
        *to++ = *at++;
    }
    *next = at < end ? at + 1 : at;
    return slice_from(from, (size_t)(to - from));
}

static struct slice read_value(char *from, char *end, char **next)
{
    char *at = from;

    if (from < end && *from == '"')
        return unquote(from + 1, end, next);
    while (at < end && *at != ';' && *at != ' ' && *at != '\t')
        at++;
    *next = at;
    return slice_from(from, (size_t)(at - from));
}

/* Walks over the parameters behind the first ';'. @return false: no more */
static bool next_parameter(char **at, char *end, struct slice *name, struct slice *value)
{
    char *p = *at, *from;

    while (p < end && (*p == ';' || *p == ' ' || *p == '\t'))
        p++;
    from = p;
    while (p < end && *p != '=' && *p != ';')
        p++;
    *name = slice_trim(slice_from(from, (size_t)(p - from)));
    *value = SLICE_NONE;
    if (p < end && *p == '=')
        *value = read_value(p + 1, end, &p);
    *at = p;
    return name->len > 0;
}

/* "C:\fakepath\a.wav" and "../../a.wav" are a.wav. */
static struct slice without_folders(struct slice name)
{
    for (size_t i = name.len; i > 0; i--)
        if (name.p[i - 1] == '/' || name.p[i - 1] == '\\')
            return slice_skip(name, i);
    return name;
}

static void read_disposition(char *from, char *end, struct multipart_part *part)
{
    struct slice name, value;
    char *at = memchr(from, ';', (size_t)(end - from));

    while (at && next_parameter(&at, end, &name, &value)) {
        if (slice_caseeqz(name, "name") && !slice_is_set(part->name))
            part->name = value;
        else if (slice_caseeqz(name, "filename") && !slice_is_set(part->filename))
            part->filename = without_folders(value);
    }
}

static void read_field(char *from, char *end, struct multipart_part *part)
{
    static const struct slice form = {"form-data", 9};
    struct slice value, name = slice_cut(slice_from(from, (size_t)(end - from)), ':', &value);

    if (!slice_is_set(value))
        return;
    if (slice_caseeqz(slice_trim(name), "Content-Disposition") &&
        slice_casestarts(slice_trim(value), form))
        read_disposition(from + name.len + 1, end, part);
    else if (slice_caseeqz(slice_trim(name), "Content-Type"))
        part->type = slice_trim(value);
}

static int begin_part(struct multipart *m)
{
    struct multipart_part part = {0};
    char *at = m->head.p, *end = m->head.p + m->head.len;

    while (at < end) {
        char *line = memchr(at, '\n', (size_t)(end - at));

        line = line ? line : end;
        read_field(at, line > at && line[-1] == '\r' ? line - 1 : line, &part);
        at = line + 1;
    }
    if (!slice_is_set(part.name))
        return EINVAL;
    if (m->parts++ >= MULTIPART_PARTS_MAX)
        return EMSGSIZE;
    return m->h.begin ? m->h.begin(&part, m->h.arg) : 0;
}

/* ---- states ---- */

static int give(struct multipart *m, struct slice bytes)
{
    if (m->state != BODY || !bytes.len || !m->h.bytes)
        return 0;
    return m->h.bytes(bytes, m->h.arg);
}

static int at_boundary(struct multipart *m)
{
    const bool was_body = m->state == BODY;

    m->state = BEHIND;
    m->seen = m->line_len = 0;
    return was_body && m->h.end ? m->h.end(m->h.arg) : 0;
}

/* Up to the mark, which may come in pieces. Only its first byte is CR: what did not become one was content,
   and the byte that broke it may begin another. */
static int take_content(struct multipart *m, struct slice *in)
{
    int err = 0;

    if (!m->seen) {
        const char *cr = memchr(in->p, '\r', in->len);
        const size_t n = cr ? (size_t)(cr - in->p) : in->len;

        err = give(m, slice_from(in->p, n));
        *in = slice_skip(*in, n);
    }
    while (!err && in->len && m->seen < m->mark_len && in->p[0] == m->mark[m->seen]) {
        m->seen++;
        *in = slice_skip(*in, 1);
    }
    if (!err && m->seen == m->mark_len)
        return at_boundary(m);
    if (!err && in->len && m->seen) {
        err = give(m, slice_from(m->mark, m->seen));
        m->seen = 0;
    }
    return err;
}

/* "--": the last one. Else blanks and a line end. */
static int take_behind(struct multipart *m, struct slice *in)
{
    const char c = in->p[0];

    *in = slice_skip(*in, 1);
    if (!m->line_len && (c == ' ' || c == '\t'))
        return 0;
    m->line[m->line_len++] = c;
    if (m->line_len < 2)
        return c == '-' || c == '\r' ? 0 : EINVAL;
    if (memcmp(m->line, "--", 2) == 0)
        m->state = EPILOGUE;
    else if (memcmp(m->line, "\r\n", 2) == 0)
        m->state = HEAD;
    else
        return EINVAL;
    buf_reset(&m->head);
    return 0;
}

static bool is_head_over(const struct buf *head)
{
    return (head->len == 2 && memcmp(head->p, "\r\n", 2) == 0) ||
           (head->len >= 4 && memcmp(head->p + head->len - 4, "\r\n\r\n", 4) == 0);
}

static int take_head(struct multipart *m, struct slice *in)
{
    int err;

    err = buf_addc(&m->head, in->p[0]);
    *in = slice_skip(*in, 1);
    if (err)
        return err == ENOSPC ? EMSGSIZE : err;
    if (!is_head_over(&m->head))
        return 0;
    err = begin_part(m);
    m->state = BODY;
    m->seen = 0;
    return err;
}

static int take(struct multipart *m, struct slice *in)
{
    switch (m->state) {
    case PREAMBLE:
    case BODY: return take_content(m, in);
    case BEHIND: return take_behind(m, in);
    case HEAD: return take_head(m, in);
    case EPILOGUE: *in = slice_skip(*in, in->len);
    }
    return 0;
}

int multipart_feed(struct multipart *m, struct slice bytes)
{
    while (!m->err && bytes.len)
        m->err = take(m, &bytes);
    return m->err;
}

int multipart_end(struct multipart *m)
{
    if (!m->err && m->state != EPILOGUE)
        m->err = EINVAL;
    return m->err;
}

/* ---- birth and end ---- */

static bool is_boundary(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7f)
            return false;
    return s.len > 0 && s.len <= BOUNDARY_MAX;
}

/* @return 0; EINVAL */
static int read_boundary(struct multipart *m, struct slice type)
{
    struct slice name, value, form = slice_trim(slice_cut(type, ';', &name));
    char text[256], *at = text;

    if (!slice_caseeqz(form, "multipart/form-data") || !slice_is_set(name) ||
        slice_copy(name, text, sizeof(text)))
        return EINVAL;
    while (next_parameter(&at, text + strlen(text), &name, &value)) {
        if (!slice_caseeqz(name, "boundary"))
            continue;
        if (!is_boundary(value))
            return EINVAL;
        memcpy(m->mark, "\r\n--", BEFORE);
        memcpy(m->mark + BEFORE, value.p, value.len);
        m->mark_len = BEFORE + value.len;
        return 0;
    }
    return EINVAL;
}

static void destroy(void *object)
{
    buf_fini(&((struct multipart *)object)->head);
}

int multipart_alloc(struct multipart **mp, struct slice content_type,
                    const struct multipart_handlers *h)
{
    struct multipart *m = mem_alloc(sizeof(*m), destroy);
    int err;

    if (!m)
        return ENOMEM;
    m->h = *h;
    m->seen = 2; /* the first boundary has no line before it */
    buf_init(&m->head, MULTIPART_HEAD_MAX);
    err = read_boundary(m, content_type);
    if (err)
        mem_deref(m);
    else
        *mp = m;
    return err;
}
