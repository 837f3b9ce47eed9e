/* print.c - see print.h */
#include <errno.h>
#include <string.h>

#include "sip/lex.h"
#include "sip/print.h"

struct reason_row {
    uint16_t code;
    const char *text;
};

static const struct reason_row reasons[] = {
    {100, "Trying"},
    {180, "Ringing"},
    {181, "Call Is Being Forwarded"},
    {182, "Queued"},
    {183, "Session Progress"},
    {200, "OK"},
    {202, "Accepted"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Moved Temporarily"},
    {305, "Use Proxy"},
    {380, "Alternative Service"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {410, "Gone"},
    {413, "Request Entity Too Large"},
    {414, "Request-URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Unsupported URI Scheme"},
    {420, "Bad Extension"},
    {421, "Extension Required"},
    {422, "Session Interval Too Small"},
    {423, "Interval Too Brief"},
    {480, "Temporarily Unavailable"},
    {481, "Call/Transaction Does Not Exist"},
    {482, "Loop Detected"},
    {483, "Too Many Hops"},
    {484, "Address Incomplete"},
    {485, "Ambiguous"},
    {486, "Busy Here"},
    {487, "Request Terminated"},
    {488, "Not Acceptable Here"},
    {489, "Bad Event"},
    {491, "Request Pending"},
    {493, "Undecipherable"},
    {500, "Server Internal Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Server Time-out"},
    {505, "Version Not Supported"},
    {513, "Message Too Large"},
    {600, "Busy Everywhere"},
    {603, "Decline"},
    {604, "Does Not Exist Anywhere"},
    {606, "Not Acceptable"},
};

const char *sip_reason(uint16_t code)
{
    static const char *const classes[] = {"Progress", "OK",           "Redirection",
                                          "Refused",  "Server Error", "Refused Everywhere"};

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (reasons[i].code == code)
            return reasons[i].text;
    return code >= 100 && code < 700 ? classes[code / 100 - 1] : "Unknown";
}

static bool is_one_line(struct slice s)
{
    return s.len == 0 ||
           (!memchr(s.p, '\r', s.len) && !memchr(s.p, '\n', s.len) && !memchr(s.p, '\0', s.len));
}

bool sip_headers_are_sound(struct slice lines)
{
    while (lines.len) {
        const char *end = memchr(lines.p, '\n', lines.len);
        size_t n = end ? (size_t)(end - lines.p) : 0;
        struct slice value;

        if (n < 2 || end[-1] != '\r')
            return false;
        if (!lex_all(slice_cut(slice_from(lines.p, n - 1), ':', &value), LEX_TOKEN) ||
            !slice_is_set(value) || !is_one_line(value))
            return false;
        lines = slice_skip(lines, n + 1);
    }
    return true;
}

static void add_line(struct buf *b, const char *name, struct slice value)
{
    buf_addz(b, name);
    buf_add(b, ": ", 2);
    buf_adds(b, value);
    buf_add(b, "\r\n", 2);
}

static void add_line_if(struct buf *b, const char *name, struct slice value)
{
    if (slice_is_set(value))
        add_line(b, name, value);
}

int sip_headers_add(struct buf *b, const char *name, struct slice value)
{
    if (!name || !lex_all(slice_of(name), LEX_TOKEN) || !is_one_line(value))
        return EINVAL;
    add_line(b, name, value);
    return buf_err(b);
}

/* The top Via as it goes back: received and rport say where the request really came from. */
static void add_top_via(struct buf *b, const struct sip_msg *req)
{
    const struct sip_via *v = &req->via;
    struct slice rest, name, value, host, head = slice_cut(v->text, ';', &rest);
    char text[ADDR_TEXT];

    if (!addr_is_set(&req->flow.remote)) {
        buf_adds(b, v->text);
        return;
    }
    buf_adds(b, lex_trim(head));
    while (slice_is_set(rest)) {
        struct slice part = lex_trim(slice_cut(rest, ';', &rest)), again = part;

        if (!sip_param_next(&again, &name, &value) || slice_caseeqz(name, "rport") ||
            slice_caseeqz(name, "received"))
            continue;
        buf_addc(b, ';');
        buf_adds(b, part);
    }
    host = slice_of(addr_host(&req->flow.remote, text));
    if (v->has_rport || !slice_eq(v->host, host)) {
        buf_addz(b, ";received=");
        buf_adds(b, host);
    }
    if (v->has_rport) {
        buf_addz(b, ";rport=");
        buf_addu(b, req->flow.remote.port);
    }
}

static void add_vias(struct buf *b, const struct sip_msg *req)
{
    struct slice line = sip_msg_get(req, SIP_H_VIA);
    const char *top_end = req->via.text.p + req->via.text.len;

    buf_addz(b, "Via: ");
    add_top_via(b, req);
    /* More values on the first line. */
    buf_add(b, top_end, (size_t)(line.p + line.len - top_end));
    buf_addz(b, "\r\n");
    for (unsigned i = req->headers[req->first[SIP_H_VIA]].next; i != 255; i = req->headers[i].next)
        add_line(b, "Via", sip_msg_header_value(req, i));
}

static void add_all(struct buf *b, const struct sip_msg *m, enum sip_header_id id)
{
    for (unsigned i = m->first[id]; i != 255; i = m->headers[i].next)
        add_line(b, sip_header_name(id), sip_msg_header_value(m, i));
}

static void add_to(struct buf *b, const struct sip_msg *req, const struct sip_answer *a)
{
    struct slice to = sip_msg_get(req, SIP_H_TO);

    if (!slice_is_set(to))
        return;
    buf_addz(b, "To: ");
    buf_adds(b, to);
    if (!slice_is_set(req->to_tag) && a->to_tag.len && a->code != 100) {
        buf_addz(b, ";tag=");
        buf_adds(b, a->to_tag);
    }
    buf_addz(b, "\r\n");
}

static void add_body(struct buf *b, struct slice type, struct slice body)
{
    if (body.len && type.len)
        add_line(b, "Content-Type", type);
    buf_addz(b, "Content-Length: ");
    buf_addu(b, body.len);
    buf_addz(b, "\r\n\r\n");
    buf_adds(b, body);
}

int sip_answer_print(struct buf *b, const struct sip_msg *req, const struct sip_answer *a,
                     const char *server)
{
    struct slice stamp = SLICE_NONE;

    if (!is_one_line(a->contact) || !is_one_line(a->content_type) || !is_one_line(a->to_tag) ||
        !sip_headers_are_sound(a->headers))
        return EINVAL;
    buf_addz(b, "SIP/2.0 ");
    buf_addu(b, a->code);
    buf_addc(b, ' ');
    buf_addz(b, a->reason && is_one_line(slice_of(a->reason)) ? a->reason : sip_reason(a->code));
    buf_addz(b, "\r\n");
    add_vias(b, req);
    add_line_if(b, "From", sip_msg_get(req, SIP_H_FROM));
    add_to(b, req, a);
    add_line_if(b, "Call-ID", sip_msg_get(req, SIP_H_CALL_ID));
    add_line_if(b, "CSeq", sip_msg_get(req, SIP_H_CSEQ));
    if (a->code == 100)
        stamp = sip_msg_find(req, SLICE("Timestamp"), 0);
    add_line_if(b, "Timestamp", stamp);
    if (a->copy_routes)
        add_all(b, req, SIP_H_RECORD_ROUTE);
    add_line_if(b, "Contact", a->contact);
    buf_adds(b, a->headers);
    if (server)
        add_line(b, "Server", slice_of(server));
    add_body(b, a->content_type, a->body);
    return buf_err(b);
}

/* Whatever a caller was talked into: a message stays one message. */
static bool is_printable(const struct sip_request_args *a)
{
    return lex_all(a->uri, LEX_URI) && is_one_line(a->via) && is_one_line(a->from) &&
           is_one_line(a->to) && is_one_line(a->call_id) && is_one_line(a->contact) &&
           is_one_line(a->content_type) && sip_headers_are_sound(a->routes) &&
           sip_headers_are_sound(a->headers) && sip_headers_are_sound(a->auth);
}

int sip_request_print(struct buf *b, const struct sip_request_args *a)
{
    const char *name = sip_method_name(a->method);

    if (!is_printable(a))
        return EINVAL;
    buf_addz(b, name);
    buf_addc(b, ' ');
    buf_adds(b, a->uri);
    buf_addz(b, " SIP/2.0\r\n");
    add_line(b, "Via", a->via);
    buf_addz(b, "Max-Forwards: ");
    buf_addu(b, a->max_forwards ? a->max_forwards : 70);
    buf_addz(b, "\r\n");
    buf_adds(b, a->routes);
    add_line(b, "From", a->from);
    add_line(b, "To", a->to);
    add_line(b, "Call-ID", a->call_id);
    buf_addz(b, "CSeq: ");
    buf_addu(b, a->cseq);
    buf_addc(b, ' ');
    buf_addz(b, name);
    buf_addz(b, "\r\n");
    add_line_if(b, "Contact", a->contact);
    buf_adds(b, a->auth);
    buf_adds(b, a->headers);
    if (a->user_agent)
        add_line(b, "User-Agent", slice_of(a->user_agent));
    add_body(b, a->content_type, a->body);
    return buf_err(b);
}

/* ---- compact ---- */

/* A header line, or one that continues it. */
static void add_compact(struct buf *b, struct slice line)
{
    struct slice value, name = slice_cut(line, ':', &value);
    char letter = sip_header_letter(sip_header_parse(name));

    if (!slice_is_set(value) || !letter) {
        buf_adds(b, line);
        return;
    }
    buf_addc(b, letter);
    buf_addc(b, ':');
    buf_adds(b, value);
}

int sip_compact_print(struct buf *b, struct slice message)
{
    struct slice rest = message, line = slice_cut(message, '\n', &rest);

    buf_adds(b, line);
    while (slice_is_set(rest) && rest.len && rest.p[0] != '\r') {
        buf_addc(b, '\n');
        line = slice_cut(rest, '\n', &rest);
        add_compact(b, line);
    }
    if (slice_is_set(rest))
        buf_addc(b, '\n');
    return buf_adds(b, rest);
}
