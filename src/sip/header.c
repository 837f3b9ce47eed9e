/* header.c - names of methods and header fields: the one table of each */
#include "sip/lex.h"
#include "sip/message.h"

static const char *const methods[SIP_METHODS] = {
    [SIP_METHOD_OTHER] = "?",    [SIP_INVITE] = "INVITE",   [SIP_ACK] = "ACK",
    [SIP_BYE] = "BYE",           [SIP_CANCEL] = "CANCEL",   [SIP_OPTIONS] = "OPTIONS",
    [SIP_REGISTER] = "REGISTER", [SIP_INFO] = "INFO",       [SIP_UPDATE] = "UPDATE",
    [SIP_PRACK] = "PRACK",       [SIP_MESSAGE] = "MESSAGE", [SIP_SUBSCRIBE] = "SUBSCRIBE",
    [SIP_NOTIFY] = "NOTIFY",     [SIP_REFER] = "REFER",     [SIP_PUBLISH] = "PUBLISH",
};

static const char *const headers[SIP_H_IDS] = {
    [SIP_H_ACCEPT] = "Accept",
    [SIP_H_ALLOW] = "Allow",
    [SIP_H_ALLOW_EVENTS] = "Allow-Events",
    [SIP_H_AUTHORIZATION] = "Authorization",
    [SIP_H_CALL_ID] = "Call-ID",
    [SIP_H_CONTACT] = "Contact",
    [SIP_H_CONTENT_ENCODING] = "Content-Encoding",
    [SIP_H_CONTENT_LENGTH] = "Content-Length",
    [SIP_H_CONTENT_TYPE] = "Content-Type",
    [SIP_H_CSEQ] = "CSeq",
    [SIP_H_DATE] = "Date",
    [SIP_H_DIVERSION] = "Diversion",
    [SIP_H_EVENT] = "Event",
    [SIP_H_EXPIRES] = "Expires",
    [SIP_H_FROM] = "From",
    [SIP_H_MAX_FORWARDS] = "Max-Forwards",
    [SIP_H_MIN_EXPIRES] = "Min-Expires",
    [SIP_H_MIN_SE] = "Min-SE",
    [SIP_H_P_ASSERTED_IDENTITY] = "P-Asserted-Identity",
    [SIP_H_PATH] = "Path",
    [SIP_H_PRIVACY] = "Privacy",
    [SIP_H_PROXY_AUTHENTICATE] = "Proxy-Authenticate",
    [SIP_H_PROXY_AUTHORIZATION] = "Proxy-Authorization",
    [SIP_H_PROXY_REQUIRE] = "Proxy-Require",
    [SIP_H_RACK] = "RAck",
    [SIP_H_REASON] = "Reason",
    [SIP_H_RECORD_ROUTE] = "Record-Route",
    [SIP_H_REFER_TO] = "Refer-To",
    [SIP_H_REFERRED_BY] = "Referred-By",
    [SIP_H_REMOTE_PARTY_ID] = "Remote-Party-ID",
    [SIP_H_REPLACES] = "Replaces",
    [SIP_H_REQUIRE] = "Require",
    [SIP_H_RETRY_AFTER] = "Retry-After",
    [SIP_H_ROUTE] = "Route",
    [SIP_H_RSEQ] = "RSeq",
    [SIP_H_SERVER] = "Server",
    [SIP_H_SERVICE_ROUTE] = "Service-Route",
    [SIP_H_SESSION_EXPIRES] = "Session-Expires",
    [SIP_H_SUBJECT] = "Subject",
    [SIP_H_SUPPORTED] = "Supported",
    [SIP_H_TO] = "To",
    [SIP_H_UNSUPPORTED] = "Unsupported",
    [SIP_H_USER_AGENT] = "User-Agent",
    [SIP_H_VIA] = "Via",
    [SIP_H_WARNING] = "Warning",
    [SIP_H_WWW_AUTHENTICATE] = "WWW-Authenticate",
};

#define LONGEST 19
#define SAME_LENGTH 8

/* Candidates by length of the name; a unit test holds every row of the table against this. */
static const uint8_t by_length[LONGEST + 1][SAME_LENGTH] = {
    [2] = {SIP_H_TO},
    [3] = {SIP_H_VIA},
    [4] = {SIP_H_FROM, SIP_H_CSEQ, SIP_H_DATE, SIP_H_PATH, SIP_H_RACK, SIP_H_RSEQ},
    [5] = {SIP_H_ALLOW, SIP_H_ROUTE, SIP_H_EVENT},
    [6] = {SIP_H_ACCEPT, SIP_H_SERVER, SIP_H_REASON, SIP_H_MIN_SE},
    [7] = {SIP_H_CONTACT, SIP_H_CALL_ID, SIP_H_EXPIRES, SIP_H_SUBJECT, SIP_H_REQUIRE, SIP_H_WARNING,
           SIP_H_PRIVACY},
    [8] = {SIP_H_REFER_TO, SIP_H_REPLACES},
    [9] = {SIP_H_SUPPORTED, SIP_H_DIVERSION},
    [10] = {SIP_H_USER_AGENT},
    [11] = {SIP_H_MIN_EXPIRES, SIP_H_REFERRED_BY, SIP_H_RETRY_AFTER, SIP_H_UNSUPPORTED},
    [12] = {SIP_H_CONTENT_TYPE, SIP_H_MAX_FORWARDS, SIP_H_RECORD_ROUTE, SIP_H_ALLOW_EVENTS},
    [13] = {SIP_H_AUTHORIZATION, SIP_H_PROXY_REQUIRE, SIP_H_SERVICE_ROUTE},
    [14] = {SIP_H_CONTENT_LENGTH},
    [15] = {SIP_H_SESSION_EXPIRES, SIP_H_REMOTE_PARTY_ID},
    [16] = {SIP_H_CONTENT_ENCODING, SIP_H_WWW_AUTHENTICATE},
    [18] = {SIP_H_PROXY_AUTHENTICATE},
    [19] = {SIP_H_PROXY_AUTHORIZATION, SIP_H_P_ASSERTED_IDENTITY},
};

const char *sip_method_name(enum sip_method m)
{
    return methods[m];
}

enum sip_method sip_method_parse(struct slice name)
{
    for (int m = SIP_METHOD_OTHER + 1; m < SIP_METHODS && name.len; m++)
        if (methods[m][0] == name.p[0] && slice_eqz(name, methods[m]))
            return (enum sip_method)m;
    return SIP_METHOD_OTHER;
}

const char *sip_header_name(enum sip_header_id id)
{
    return headers[id];
}

/* Compact forms (RFC 3261 s7.3.3 and the extensions'). */
static const uint8_t by_letter[26] = {
    ['b' - 'a'] = SIP_H_REFERRED_BY,
    ['c' - 'a'] = SIP_H_CONTENT_TYPE,
    ['e' - 'a'] = SIP_H_CONTENT_ENCODING,
    ['f' - 'a'] = SIP_H_FROM,
    ['i' - 'a'] = SIP_H_CALL_ID,
    ['k' - 'a'] = SIP_H_SUPPORTED,
    ['l' - 'a'] = SIP_H_CONTENT_LENGTH,
    ['m' - 'a'] = SIP_H_CONTACT,
    ['o' - 'a'] = SIP_H_EVENT,
    ['r' - 'a'] = SIP_H_REFER_TO,
    ['s' - 'a'] = SIP_H_SUBJECT,
    ['t' - 'a'] = SIP_H_TO,
    ['u' - 'a'] = SIP_H_ALLOW_EVENTS,
    ['v' - 'a'] = SIP_H_VIA,
    ['x' - 'a'] = SIP_H_SESSION_EXPIRES,
};

static enum sip_header_id parse_compact(char c)
{
    c |= 0x20;
    return c >= 'a' && c <= 'z' ? (enum sip_header_id)by_letter[c - 'a'] : SIP_H_OTHER;
}

char sip_header_letter(enum sip_header_id id)
{
    for (size_t i = 0; id != SIP_H_OTHER && i < sizeof(by_letter); i++)
        if (by_letter[i] == id)
            return (char)('a' + i);
    return '\0';
}

enum sip_header_id sip_header_parse(struct slice name)
{
    const uint8_t *ids;

    if (name.len == 1)
        return parse_compact(name.p[0]);
    if (name.len > LONGEST)
        return SIP_H_OTHER;
    ids = by_length[name.len];
    for (size_t i = 0; i < SAME_LENGTH && ids[i]; i++) {
        const char *z = headers[ids[i]];

        if ((z[0] ^ name.p[0]) & ~0x20)
            continue;
        if (slice_caseeq(name, slice_from(z, name.len)))
            return ids[i];
    }
    return SIP_H_OTHER;
}
