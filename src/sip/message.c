/* message.c - see message.h: start line and header index */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "sip/lex.h"
#include "sip/message.h"
#include "sip/parse.h"

#define START_LINE_MAX 8192
#define NO_LINE 255

/* What the first pass over the bytes finds; offsets, since the bytes are copied afterwards. */
struct index {
    struct slice bytes;
    size_t at;       /* next byte to look at */
    size_t start_at; /* start line */
    size_t start_len;
    unsigned count;
    bool has_folds;
    struct sip_header lines[SIP_HEADERS_MAX];
};

static int refuse(struct sip_why *why, uint16_t code, const char *text)
{
    why->code = code;
    why->text = text;
    return EINVAL;
}

/* Cut the next line off; its terminator is CRLF or LF. @return false when there is none */
static bool next_line(struct index *x, size_t *at, size_t *len)
{
    const char *end;

    if (x->at >= x->bytes.len)
        return false;
    *at = x->at;
    end = memchr(x->bytes.p + x->at, '\n', x->bytes.len - x->at);
    if (!end)
        return false;
    *len = (size_t)(end - x->bytes.p) - x->at;
    x->at += *len + 1;
    if (*len && x->bytes.p[*at + *len - 1] == '\r')
        (*len)--;
    return true;
}

/* Offset and length of the trimmed stretch [at, at + len). */
static void set_value(struct index *x, struct sip_header *h, size_t at, size_t len)
{
    struct slice v = lex_trim(slice_from(x->bytes.p + at, len));

    h->value_at = (uint16_t)(v.p - x->bytes.p);
    h->value_len = (uint16_t)v.len;
}

static int index_header(struct index *x, size_t at, size_t len, struct sip_why *why)
{
    struct slice line = slice_from(x->bytes.p + at, len), name;
    ptrdiff_t colon = slice_chr(line, ':');
    struct sip_header *h;

    if (colon <= 0)
        return refuse(why, 400, "Header Line Without Colon");
    if (x->count == SIP_HEADERS_MAX)
        return refuse(why, 400, "Too Many Headers");
    name = slice_from(line.p, (size_t)colon);
    while (name.len && lex_is(name.p[name.len - 1], LEX_WS))
        name.len--;
    if (!lex_all(name, LEX_TOKEN))
        return refuse(why, 400, "Bad Header Name");
    h = &x->lines[x->count++];
    h->name_at = (uint16_t)at;
    h->name_len = (uint16_t)name.len;
    h->id = (uint8_t)sip_header_parse(name);
    h->next = NO_LINE;
    set_value(x, h, at + (size_t)colon + 1, len - (size_t)colon - 1);
    if (h->value_len && memchr(x->bytes.p + h->value_at, '\r', h->value_len)) {
        x->has_folds = true; /* the refusal copies the line: not with the CR in it */
        return refuse(why, 400, "Stray CR In Header");
    }
    return 0;
}

/* A line that starts with white space goes on with the header before it. */
static int index_fold(struct index *x, size_t at, size_t len, struct sip_why *why)
{
    struct sip_header *h;

    if (x->count == 0)
        return refuse(why, 400, "First Header Line Is Folded");
    if (len && memchr(x->bytes.p + at, '\r', len))
        return refuse(why, 400, "Stray CR In Header");
    h = &x->lines[x->count - 1];
    set_value(x, h, h->value_at, at + len - h->value_at);
    x->has_folds = true;
    return 0;
}

static int index_headers(struct index *x, struct sip_why *why)
{
    size_t at, len;
    int err = 0;

    while (!err) {
        if (!next_line(x, &at, &len))
            return refuse(why, 400, "No End Of Headers");
        if (len == 0)
            return 0;
        if (x->bytes.p[at] == ' ' || x->bytes.p[at] == '\t')
            err = index_fold(x, at, len, why);
        else
            err = index_header(x, at, len, why);
    }
    return err;
}

/* Does it look like SIP at all? Anything else is dropped without a word. */
static bool is_sip(struct slice line)
{
    size_t i = line.len;

    if (slice_casestarts(line, SLICE("SIP/")))
        return true;
    while (i >= 5 && lex_is(line.p[i - 1], LEX_WS))
        i--;
    while (i > 0 && !lex_is(line.p[i - 1], LEX_WS))
        i--;
    return i > 0 && slice_casestarts(slice_skip(line, i), SLICE("SIP/"));
}

static int index_start(struct index *x, struct sip_why *why)
{
    while (x->at < x->bytes.len && (x->bytes.p[x->at] == '\r' || x->bytes.p[x->at] == '\n'))
        x->at++;
    if (!next_line(x, &x->start_at, &x->start_len) || x->start_len > START_LINE_MAX)
        goto garbage;
    if (is_sip(slice_from(x->bytes.p + x->start_at, x->start_len)))
        return 0;
garbage:
    refuse(why, 0, "Not SIP");
    return EBADMSG;
}

static void destroy(void *object)
{
    struct sip_msg *m = object;

    mem_deref(m->flow.binding);
    mem_deref(m->flow.conn);
}

static void unfold(struct index *x, char *bytes)
{
    for (unsigned i = 0; i < x->count; i++) {
        char *v = bytes + x->lines[i].value_at;

        for (size_t k = 0; k < x->lines[i].value_len; k++)
            if (v[k] == '\r' || v[k] == '\n')
                v[k] = ' ';
    }
}

static void link_lines(struct sip_msg *m)
{
    uint8_t last[SIP_H_IDS];

    memset(m->first, NO_LINE, sizeof(m->first));
    for (unsigned i = 0; i < m->header_count; i++) {
        uint8_t id = m->headers[i].id;

        if (m->first[id] == NO_LINE)
            m->first[id] = (uint8_t)i;
        else
            m->headers[last[id]].next = (uint8_t)i;
        last[id] = (uint8_t)i;
    }
}

/* One block: the message, its header index, its bytes and a NUL. */
static struct sip_msg *build(struct index *x)
{
    size_t lines = x->count * sizeof(struct sip_header);
    struct sip_msg *m = mem_alloc(sizeof(*m) + lines + x->bytes.len + 1, destroy);
    char *bytes;

    if (!m)
        return NULL;
    m->headers = (struct sip_header *)(m + 1);
    m->header_count = (uint16_t)x->count;
    memcpy(m->headers, x->lines, lines);
    bytes = (char *)(m + 1) + lines;
    memcpy(bytes, x->bytes.p, x->bytes.len);
    if (x->has_folds)
        unfold(x, bytes);
    m->bytes = slice_from(bytes, x->bytes.len);
    m->max_forwards = -1;
    link_lines(m);
    return m;
}

int sip_msg_decode(struct sip_msg **mp, struct slice bytes, struct sip_why *why)
{
    struct index x;
    struct sip_msg *m;
    int err, bad_headers;

    memset(why, 0, sizeof(*why));
    if (bytes.len > SIP_MESSAGE_MAX)
        return refuse(why, 513, "Message Too Large"), EMSGSIZE;
    x.bytes = bytes;
    x.at = 0;
    x.count = 0;
    x.has_folds = false;
    err = index_start(&x, why);
    if (err)
        return err;
    bad_headers = index_headers(&x, why);
    m = build(&x);
    if (!m)
        return ENOMEM;
    err = sip_parse_message(m, slice_from(m->bytes.p + x.start_at, x.start_len), x.at, why,
                            bad_headers != 0);
    if (err && !sip_parse_is_answerable(m))
        m = mem_deref(m);
    *mp = m ? m : *mp;
    return err;
}

struct slice sip_msg_header_name(const struct sip_msg *m, unsigned i)
{
    return slice_from(m->bytes.p + m->headers[i].name_at, m->headers[i].name_len);
}

struct slice sip_msg_header_value(const struct sip_msg *m, unsigned i)
{
    return slice_from(m->bytes.p + m->headers[i].value_at, m->headers[i].value_len);
}

struct slice sip_msg_get(const struct sip_msg *m, enum sip_header_id id)
{
    return m->first[id] == NO_LINE ? SLICE_NONE : sip_msg_header_value(m, m->first[id]);
}

struct slice sip_msg_find(const struct sip_msg *m, struct slice name, unsigned n)
{
    enum sip_header_id id = sip_header_parse(name);

    for (unsigned i = m->first[id]; i != NO_LINE; i = m->headers[i].next) {
        if (id == SIP_H_OTHER && !slice_caseeq(sip_msg_header_name(m, i), name))
            continue;
        if (n-- == 0)
            return sip_msg_header_value(m, i);
    }
    return SLICE_NONE;
}

void sip_values_init(struct sip_values *v, const struct sip_msg *m, enum sip_header_id id)
{
    v->m = m;
    v->line = m->first[id];
    v->rest = v->line == NO_LINE ? SLICE_NONE : sip_msg_header_value(m, v->line);
}

bool sip_values_next(struct sip_values *v, struct slice *value)
{
    while (v->line != NO_LINE) {
        if (sip_value_next(&v->rest, value))
            return true;
        v->line = v->m->headers[v->line].next;
        if (v->line != NO_LINE)
            v->rest = sip_msg_header_value(v->m, v->line);
    }
    return false;
}

bool sip_msg_has_token(const struct sip_msg *m, enum sip_header_id id, const char *token)
{
    struct sip_values v;
    struct slice value;

    sip_values_init(&v, m, id);
    while (sip_values_next(&v, &value))
        if (slice_caseeqz(value, token))
            return true;
    return false;
}

int sip_msg_contact(const struct sip_msg *m, unsigned n, struct sip_name_addr *contact)
{
    struct sip_values v;
    struct slice value;

    sip_values_init(&v, m, SIP_H_CONTACT);
    while (sip_values_next(&v, &value))
        if (n-- == 0)
            return sip_name_addr_parse(contact, value);
    return ENOENT;
}

int sip_msg_u32(const struct sip_msg *m, enum sip_header_id id, uint32_t *value)
{
    struct slice s = sip_msg_get(m, id), rest;
    size_t n = 0;

    if (!slice_is_set(s))
        return ENOENT;
    s = lex_trim(slice_cut(s, ';', &rest));
    while (n < s.len && s.p[n] >= '0' && s.p[n] <= '9')
        n++;
    rest = lex_trim(slice_skip(s, n));
    if (rest.len && rest.p[0] != '(')
        return EINVAL;
    return slice_u32(slice_from(s.p, n), value) ? EINVAL : 0;
}

bool sip_msg_has_type(const struct sip_msg *m, const char *type)
{
    struct slice rest, s = sip_msg_get(m, SIP_H_CONTENT_TYPE);

    return slice_is_set(s) && slice_caseeqz(lex_trim(slice_cut(s, ';', &rest)), type);
}
