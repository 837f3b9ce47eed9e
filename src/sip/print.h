/*
 * sip/print.h - messages printed into a buf
 *
 * Scope:   responses copied from the request's slices; requests from plain arguments. The invite
 *          and client layers call these; a driver fills struct sip_answer and extra header lines.
 * Owns:    nothing; the buf is the caller's.
 * Source:  RFC 3261 s8.1.1, s8.2.6, s12.1.1, s18.2.1.
 */
#pragma once
#include <stdint.h>

#include "base/buf.h"
#include "sip/message.h"

/** What a response says. Zeroed members are left out. All borrowed during the call. */
struct sip_answer {
    uint16_t code;             /* 100 ... 699 */
    const char *reason;        /* NULL: the usual phrase of the code */
    struct slice headers;      /* lines made with sip_headers_add */
    struct slice content_type; /* with a body only: "application/sdp" */
    struct slice body;
    struct slice to_tag;  /* inner: absent = one is made up where the request had none */
    struct slice contact; /* inner: whole value of Contact */
    bool copy_routes;     /* inner: Record-Route is copied (answers that make a dialog) */
};

/**
 * Add a line "Name: value" to a block of extra headers.
 * @return as buf_add; EINVAL when name is no token, or value holds CR, LF or NUL: nothing is added
 */
int sip_headers_add(struct buf *b, const char *name, struct slice value);

/**
 * Add the values of a header (Service-Route, Path, Record-Route) as Route lines.
 * @param is_reverse  the last one first
 * @return as buf_add; EINVAL: more than 32, or one that is no name-addr; nothing is added
 */
int sip_routes_add(struct buf *b, const struct sip_msg *m, enum sip_header_id id, bool is_reverse);

/** The same from text: `<sip:a;lr>, <sip:b;lr>`, as a registrar stored a Path. @return as above */
int sip_routes_add_text(struct buf *b, struct slice values);

/** Is it nothing but whole lines "Name: value", each with its CR LF, and no empty one? */
bool sip_headers_are_sound(struct slice lines);

/** "Ringing" for 180; a phrase of the class for codes without one. */
const char *sip_reason(uint16_t code);

/**
 * Print a response to req. server: value of Server, or NULL.
 * @return as buf_add; EINVAL: a value of more than one line, unsound headers; nothing is printed
 */
int sip_answer_print(struct buf *b, const struct sip_msg *req, const struct sip_answer *a,
                     const char *server);

/** All the fields of a request; absent slices are left out. */
struct sip_request_args {
    enum sip_method method;
    struct slice uri;    /* request URI */
    struct slice via;    /* whole value */
    struct slice routes; /* lines, each "Route: ...\r\n" */
    struct slice from;   /* whole value with tag */
    struct slice to;     /* whole value */
    struct slice call_id;
    uint32_t cseq;
    uint8_t max_forwards; /* 0: 70 */
    struct slice contact; /* whole value */
    struct slice headers; /* lines made with sip_headers_add */
    struct slice auth;    /* lines */
    struct slice content_type;
    struct slice body;
    const char *user_agent;
};

/** @return as sip_answer_print */
int sip_request_print(struct buf *b, const struct sip_request_args *a);

/** A printed message with the compact forms of its headers' names. @return as buf_add */
int sip_compact_print(struct buf *b, struct slice message);
