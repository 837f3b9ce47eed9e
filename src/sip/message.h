/*
 * sip/message.h - a SIP message, parsed once
 *
 * Scope:   start line, header index and the five values that every message is matched by (top Via,
 *          From, To, Call-ID, CSeq) are parsed at birth; everything else when asked for.
 * Owns:    a counted object (mem_ref, mem_deref) with its own copy of the bytes in the same block:
 *          every slice of it is valid as long as a reference is held. Keeping a message costs its
 *          size plus about 700 bytes. Folded lines are unfolded: no slice of a header holds CR, LF.
 * Limits:  65,535 bytes, 200 header lines, start line 8 KiB; beyond them it is refused.
 * Source:  RFC 3261 s7, s8.2, s18.3, s20, s25; RFC 4475 says what must be refused.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/slice.h"
#include "base/when.h"
#include "sip/uri.h"

#define SIP_MESSAGE_MAX 65535
#define SIP_HEADERS_MAX 200

enum sip_method {
    SIP_METHOD_OTHER,
    SIP_INVITE,
    SIP_ACK,
    SIP_BYE,
    SIP_CANCEL,
    SIP_OPTIONS,
    SIP_REGISTER,
    SIP_INFO,
    SIP_UPDATE,
    SIP_PRACK,
    SIP_MESSAGE,
    SIP_SUBSCRIBE,
    SIP_NOTIFY,
    SIP_REFER,
    SIP_PUBLISH,
    SIP_METHODS /* how many */
};

/** "INVITE" ... ; "?" for OTHER. */
const char *sip_method_name(enum sip_method m);
enum sip_method sip_method_parse(struct slice name);

/* The header fields that have a number; the table in header.c gives name and compact form. */
enum sip_header_id {
    SIP_H_OTHER,
    SIP_H_ACCEPT,
    SIP_H_ALLOW,
    SIP_H_ALLOW_EVENTS,
    SIP_H_AUTHORIZATION,
    SIP_H_CALL_ID,
    SIP_H_CONTACT,
    SIP_H_CONTENT_ENCODING,
    SIP_H_CONTENT_LENGTH,
    SIP_H_CONTENT_TYPE,
    SIP_H_CSEQ,
    SIP_H_DATE,
    SIP_H_DIVERSION,
    SIP_H_EVENT,
    SIP_H_EXPIRES,
    SIP_H_FROM,
    SIP_H_MAX_FORWARDS,
    SIP_H_MIN_EXPIRES,
    SIP_H_MIN_SE,
    SIP_H_P_ASSERTED_IDENTITY,
    SIP_H_PATH,
    SIP_H_PRIVACY,
    SIP_H_PROXY_AUTHENTICATE,
    SIP_H_PROXY_AUTHORIZATION,
    SIP_H_PROXY_REQUIRE,
    SIP_H_RACK,
    SIP_H_REASON,
    SIP_H_RECORD_ROUTE,
    SIP_H_REFER_TO,
    SIP_H_REFERRED_BY,
    SIP_H_REMOTE_PARTY_ID,
    SIP_H_REPLACES,
    SIP_H_REQUIRE,
    SIP_H_RETRY_AFTER,
    SIP_H_ROUTE,
    SIP_H_RSEQ,
    SIP_H_SERVER,
    SIP_H_SERVICE_ROUTE,
    SIP_H_SESSION_EXPIRES,
    SIP_H_SUBJECT,
    SIP_H_SUPPORTED,
    SIP_H_TO,
    SIP_H_UNSUPPORTED,
    SIP_H_USER_AGENT,
    SIP_H_VIA,
    SIP_H_WARNING,
    SIP_H_WWW_AUTHENTICATE,
    SIP_H_IDS /* how many */
};

/** "Call-ID" ...; NULL for OTHER. */
const char *sip_header_name(enum sip_header_id id);

/** Its compact form; NUL when it has none. */
char sip_header_letter(enum sip_header_id id);

/** By full name or compact form, ASCII case ignored. @return the number, or SIP_H_OTHER */
enum sip_header_id sip_header_parse(struct slice name);

struct sip_via {
    struct slice text;      /* this value alone */
    struct slice transport; /* "UDP" */
    struct slice host;
    uint16_t port;         /* 0: none written */
    struct slice branch;   /* absent when there is none */
    struct slice received; /* absent when there is none */
    bool has_rport;        /* with or without a value */
    uint16_t rport;        /* its value, or 0 */
};

struct sip_cseq {
    uint32_t number;
    enum sip_method method;
    struct slice method_text;
};

/* One header line: offsets into the bytes, so that the index is small. */
struct sip_header {
    uint16_t name_at, name_len;
    uint16_t value_at, value_len;
    uint8_t id;   /* enum sip_header_id */
    uint8_t next; /* index of the next one with the same id; 255: none */
};

struct sip_binding; /* sip/transport.h */
struct sip_conn;

/** The way a message came, or shall go. */
struct sip_flow {
    struct sip_binding *binding; /* a reference in a message, else borrowed */
    struct sip_conn *conn;       /* stream it came over; NULL for UDP */
    struct addr remote;
    struct addr local;       /* bound address (may be "any") */
    const char *server_name; /* inner, while a request is being sent: whose certificate to expect */
};

struct sip_msg {
    bool is_request;
    uint16_t status;        /* of a response */
    enum sip_method method; /* of the request; in responses that of CSeq */
    struct slice method_text;
    struct slice request_uri;
    struct sip_uri uri; /* parsed request_uri */
    struct slice reason;

    struct sip_via via; /* top value */
    struct sip_name_addr from, to;
    struct slice from_tag, to_tag; /* absent when there is none */
    struct slice call_id;
    struct sip_cseq cseq;
    int max_forwards; /* -1: none */

    struct slice bytes; /* the whole message */
    struct slice body;  /* cut to Content-Length; absent when there is none */

    struct sip_flow flow; /* set by the transport; zero when only decoded */
    struct mono at;       /* when it arrived */

    uint16_t header_count;
    uint8_t first[SIP_H_IDS]; /* index of the first line with that id; 255: none */
    struct sip_header *headers;
};

/** What is wrong with a message that is refused. */
struct sip_why {
    uint16_t code;    /* 400, 505, 416 ...; what to answer when it can be answered */
    const char *text; /* constant, English, fit for a reason phrase */
};

/**
 * Copy and parse one message (a datagram, or what sip_stream_frame cut).
 *
 * @param mp    out: one reference; also set with EINVAL, holding what could be parsed, when the
 *              message is a request whose top Via, From, To, Call-ID and CSeq allow an answer
 * @param bytes borrowed
 * @param why   out: filled when not 0 is returned
 * @return 0; EINVAL (refused; *mp may be NULL: then stay silent); EBADMSG (no SIP at all: stay
 *         silent); EMSGSIZE; ENOMEM
 */
int sip_msg_decode(struct sip_msg **mp, struct slice bytes, struct sip_why *why);

/** Value of the first line with that id; absent when there is none. */
struct slice sip_msg_get(const struct sip_msg *m, enum sip_header_id id);

static inline bool sip_msg_has(const struct sip_msg *m, enum sip_header_id id)
{
    return m->first[id] != 255;
}

/** Value of the n-th (0 = first) line called so, known header or not, full name or compact form. */
struct slice sip_msg_find(const struct sip_msg *m, struct slice name, unsigned n);

/** Name and value of line i < header_count. */
struct slice sip_msg_header_name(const struct sip_msg *m, unsigned i);
struct slice sip_msg_header_value(const struct sip_msg *m, unsigned i);

/** Walks the comma-separated values of all lines with one id. */
struct sip_values {
    const struct sip_msg *m;
    uint8_t line;
    struct slice rest;
};
void sip_values_init(struct sip_values *v, const struct sip_msg *m, enum sip_header_id id);
bool sip_values_next(struct sip_values *v, struct slice *value);

/** Does the token list (Supported, Require, Allow ...) hold token? ASCII case ignored. */
bool sip_msg_has_token(const struct sip_msg *m, enum sip_header_id id, const char *token);

/** n-th Contact value (0 = first). @return 0; ENOENT; EINVAL. */
int sip_msg_contact(const struct sip_msg *m, unsigned n, struct sip_name_addr *contact);

/**
 * Contacts of a 3xx, the highest q first (equal ones as they stand there); what is no SIP, SIPS or
 * tel URI is left out.
 * @return how many were written, at most `most`
 */
size_t sip_contacts_by_q(const struct sip_msg *m, struct sip_name_addr *contacts, size_t most);

/** q of a Contact in thousandths: 0 ... 1000; 1000 when it has none or a bad one. */
unsigned sip_contact_q(const struct sip_name_addr *contact);

/** Header that is one number (Expires, Min-Expires, Retry-After: comments are cut). @return 0;
 * ENOENT; EINVAL. */
int sip_msg_u32(const struct sip_msg *m, enum sip_header_id id, uint32_t *value);

/** Parse one Via value. @return 0; EINVAL. */
int sip_via_parse(struct sip_via *v, struct slice text);

/**
 * The body of that type: the whole one, or a part of multipart/mixed, alternative or related (in the
 * last of alternatives that fits), two deep, at most 16 parts each.
 * @return a slice of the message; absent when there is none
 */
struct slice sip_msg_body(const struct sip_msg *m, const char *type);

/** "application/sdp" without parameters, compared ignoring case. */
bool sip_msg_has_type(const struct sip_msg *m, const char *type);

/**
 * Size of the message at the head of a stream.
 *
 * Leading CRLFs are not part of it: *skip says how many bytes to drop first.
 * @param scanned  in/out: bytes already known to hold no end of the headers; start with 0
 * @param size     out: bytes of the message behind *skip; 0 when more bytes are needed
 * @return 0; EBADMSG (no Content-Length, or a bad one: the stream cannot be followed); EMSGSIZE
 */
int sip_stream_frame(struct slice bytes, size_t *scanned, size_t *skip, size_t *size);
