/* parse.c - see parse.h */
#include <errno.h>
#include <string.h>

#include "sip/lex.h"
#include "sip/parse.h"

#define CSEQ_MAX 0x7fffffffu

/* The first thing wrong is the one reported. */
static int refuse(struct sip_why *why, uint16_t code, const char *text)
{
    if (why->code == 0) {
        why->code = code;
        why->text = text;
    }
    return EINVAL;
}

/* ---- start line ---- */

static int check_version(struct slice s, struct sip_why *why)
{
    if (slice_caseeq(s, SLICE("SIP/2.0")))
        return 0;
    if (!slice_casestarts(s, SLICE("SIP/")) || s.len == 4)
        return refuse(why, 400, "Bad Start Line");
    for (size_t i = 4; i < s.len; i++)
        if (s.p[i] != '.' && (s.p[i] < '0' || s.p[i] > '9'))
            return refuse(why, 400, "Bad Start Line");
    return refuse(why, 505, "Version Not Supported");
}

static int parse_status_line(struct sip_msg *m, struct slice line, struct sip_why *why)
{
    struct slice version = slice_cut(line, ' ', &line), code;
    uint32_t status;

    code = slice_cut(line, ' ', &m->reason);
    if (check_version(version, why))
        return EINVAL;
    if (code.len != 3 || slice_u32(code, &status) || status < 100 || status > 699)
        return refuse(why, 400, "Bad Status Code");
    m->status = (uint16_t)status;
    return 0;
}

static int parse_request_line(struct sip_msg *m, struct slice line, struct sip_why *why)
{
    struct slice version;

    m->is_request = true;
    m->method_text = slice_cut(line, ' ', &line);
    m->request_uri = slice_cut(line, ' ', &version);
    if (!lex_all(m->method_text, LEX_TOKEN))
        return refuse(why, 400, "Bad Method");
    m->method = sip_method_parse(m->method_text);
    if (check_version(version, why))
        return EINVAL;
    if (sip_uri_parse(&m->uri, m->request_uri) || m->uri.headers.len)
        return refuse(why, 400, "Bad Request-URI");
    return 0;
}

/* ---- Via ---- */

/* Cut a word of a Via's "SIP / 2.0 / UDP": up to white space or '/'. */
static struct slice via_word(struct slice *s)
{
    struct slice w;
    size_t n = 0;

    *s = lex_trim(*s);
    while (n < s->len && s->p[n] != '/' && !lex_is(s->p[n], LEX_WS))
        n++;
    w = slice_from(s->p, n);
    *s = lex_trim(slice_skip(*s, n));
    return w;
}

static bool via_slash(struct slice *s)
{
    if (s->len == 0 || s->p[0] != '/')
        return false;
    *s = slice_skip(*s, 1);
    return true;
}

/* "SIP / 2.0 /" in its odd spellings. */
static bool via_protocol(struct slice *s)
{
    if (!slice_caseeq(via_word(s), SLICE("SIP")) || !via_slash(s))
        return false;
    return slice_eq(via_word(s), SLICE("2.0")) && via_slash(s);
}

static int via_sent_by(struct sip_via *v, struct slice s)
{
    struct slice port = SLICE_NONE;
    uint32_t n;

    s = lex_trim(s);
    if (s.len && s.p[0] == '[') {
        ptrdiff_t end = slice_chr(s, ']');

        if (end < 0)
            return EINVAL;
        v->host = slice_from(s.p, (size_t)end + 1);
        s = lex_trim(slice_skip(s, (size_t)end + 1));
        if (s.len && s.p[0] != ':')
            return EINVAL;
        port = s.len ? slice_skip(s, 1) : SLICE_NONE;
    } else {
        v->host = lex_trim(slice_cut(s, ':', &port));
        if (!lex_all(v->host, LEX_HOST) || v->host.len > 255)
            return EINVAL;
    }
    if (!slice_is_set(port))
        return 0;
    if (slice_u32(lex_trim(port), &n) || n == 0 || n > 65535)
        return EINVAL;
    v->port = (uint16_t)n;
    return 0;
}

static int via_params(struct sip_via *v, struct slice params)
{
    struct slice name, value;
    uint32_t port;
    int err = 0;

    while (sip_param_next(&params, &name, &value)) {
        if (!lex_all(name, LEX_TOKEN)) {
            err = EINVAL;
        } else if (slice_caseeq(name, SLICE("branch"))) {
            v->branch = value;
        } else if (slice_caseeq(name, SLICE("received"))) {
            v->received = value;
        } else if (slice_caseeq(name, SLICE("rport"))) {
            v->has_rport = true;
            if (!slice_u32(value, &port) && port <= 65535)
                v->rport = (uint16_t)port;
        }
    }
    return err;
}

int sip_via_parse(struct sip_via *v, struct slice text)
{
    struct slice s = text, params;

    memset(v, 0, sizeof(*v));
    v->text = text;
    s = slice_cut(s, ';', &params);
    if (slice_starts(s, SLICE("SIP/2.0/")))
        s = slice_skip(s, 8);
    else if (!via_protocol(&s))
        return EINVAL;
    v->transport = via_word(&s);
    if (!lex_all(v->transport, LEX_TOKEN) || via_sent_by(v, s)) {
        v->host = SLICE_NONE;
        return EINVAL;
    }
    return via_params(v, params);
}

/* ---- mandatory headers ---- */

static int parse_top_via(struct sip_msg *m, struct sip_why *why)
{
    struct slice rest = sip_msg_get(m, SIP_H_VIA), value;

    if (!sip_value_next(&rest, &value))
        return refuse(why, 400, "Missing Via");
    if (sip_via_parse(&m->via, value))
        return refuse(why, 400, "Bad Via");
    return 0;
}

static int parse_cseq(struct sip_msg *m, struct sip_why *why)
{
    struct slice s = sip_msg_get(m, SIP_H_CSEQ);
    size_t n = 0;

    if (!slice_is_set(s))
        return refuse(why, 400, "Missing CSeq");
    while (n < s.len && s.p[n] >= '0' && s.p[n] <= '9')
        n++;
    if (slice_u32(slice_from(s.p, n), &m->cseq.number) || m->cseq.number > CSEQ_MAX)
        return refuse(why, 400, "Bad CSeq");
    s = slice_skip(s, n);
    m->cseq.method_text = lex_trim(s);
    if (s.len == m->cseq.method_text.len || !lex_all(m->cseq.method_text, LEX_TOKEN))
        return refuse(why, 400, "Bad CSeq");
    if (m->is_request && !slice_eq(m->cseq.method_text, m->method_text))
        return refuse(why, 400, "CSeq Method Mismatch");
    if (!m->is_request)
        m->method = sip_method_parse(m->cseq.method_text);
    m->cseq.method = m->method;
    return 0;
}

static int parse_party(const struct sip_msg *m, enum sip_header_id id, struct sip_name_addr *n,
                       struct slice *tag, struct sip_why *why)
{
    struct slice s = sip_msg_get(m, id);

    if (!slice_is_set(s))
        return refuse(why, 400, id == SIP_H_FROM ? "Missing From" : "Missing To");
    if (sip_name_addr_parse(n, s) || n->is_star) {
        memset(n, 0, sizeof(*n));
        return refuse(why, 400, id == SIP_H_FROM ? "Bad From" : "Bad To");
    }
    if (slice_is_set(n->params) && sip_param(n->params, "tag", tag) && tag->len == 0)
        return refuse(why, 400, "Empty Tag");
    return 0;
}

static int parse_call_id(struct sip_msg *m, struct sip_why *why)
{
    m->call_id = sip_msg_get(m, SIP_H_CALL_ID);
    if (m->call_id.len == 0)
        return refuse(why, 400, "Missing Call-ID");
    for (size_t i = 0; i < m->call_id.len; i++)
        if ((unsigned char)m->call_id.p[i] <= ' ')
            return refuse(why, 400, "Bad Call-ID");
    return 0;
}

static int parse_max_forwards(struct sip_msg *m, struct sip_why *why)
{
    struct slice s = sip_msg_get(m, SIP_H_MAX_FORWARDS);
    uint32_t n;

    if (!slice_is_set(s))
        return 0;
    if (slice_u32(s, &n) || n > 255)
        return refuse(why, 400, "Bad Max-Forwards");
    m->max_forwards = (int)n;
    return 0;
}

static int check_once(const struct sip_msg *m, struct sip_why *why)
{
    static const uint8_t once[] = {SIP_H_FROM,          SIP_H_TO,           SIP_H_CALL_ID,
                                   SIP_H_CSEQ,          SIP_H_MAX_FORWARDS, SIP_H_CONTENT_TYPE,
                                   SIP_H_CONTENT_LENGTH};

    for (size_t i = 0; i < sizeof(once); i++)
        if (sip_msg_has(m, once[i]) && m->headers[m->first[once[i]]].next != 255)
            return refuse(why, 400, "Header Given Twice");
    return 0;
}

static int parse_body(struct sip_msg *m, size_t body_at, struct sip_why *why)
{
    struct slice s = sip_msg_get(m, SIP_H_CONTENT_LENGTH), body = slice_skip(m->bytes, body_at);
    uint32_t n;

    if (slice_is_set(s)) {
        if (slice_u32(s, &n))
            return refuse(why, 400, "Bad Content-Length");
        if (n > body.len)
            return refuse(why, 400, "Content-Length Beyond Body");
        body.len = n;
    }
    m->body = body.len ? body : SLICE_NONE;
    return 0;
}

int sip_parse_message(struct sip_msg *m, struct slice start, size_t body_at, struct sip_why *why,
                      bool is_broken)
{
    int err = is_broken ? EINVAL : 0;

    if (slice_casestarts(start, SLICE("SIP/")))
        err |= parse_status_line(m, start, why);
    else
        err |= parse_request_line(m, start, why);
    err |= parse_top_via(m, why);
    err |= parse_party(m, SIP_H_FROM, &m->from, &m->from_tag, why);
    err |= parse_party(m, SIP_H_TO, &m->to, &m->to_tag, why);
    err |= parse_call_id(m, why);
    err |= parse_cseq(m, why);
    err |= parse_max_forwards(m, why);
    err |= check_once(m, why);
    if (!is_broken)
        err |= parse_body(m, body_at, why);
    return err ? EINVAL : 0;
}

bool sip_parse_is_answerable(const struct sip_msg *m)
{
    return m->is_request && m->method != SIP_ACK && slice_is_set(m->via.host) &&
           m->method_text.len > 0;
}
