/*
 * sip/uri.h - SIP, SIPS and tel addresses, and the name-addr around them
 *
 * Scope:   parse and print; nothing is copied, every slice points into the text given.
 * Owns:    nothing.
 * Limits:  a URI of at most 2,048 bytes, 32 parameters and 32 headers; more is EINVAL.
 * Source:  RFC 3261 s19.1, s20.10, s25.1; RFC 3966 (tel).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

#define SIP_URI_MAX 2048

enum sip_scheme { SIP_SCHEME_OTHER, SIP_SCHEME_SIP, SIP_SCHEME_SIPS, SIP_SCHEME_TEL };

struct sip_uri {
    enum sip_scheme scheme;
    struct slice text;     /* the whole URI */
    struct slice user;     /* still escaped; absent without '@'; tel: the number */
    struct slice password; /* still escaped; absent when there is none */
    struct slice host;     /* IPv6 with its brackets, as addr_parse_host takes it */
    uint16_t port;         /* 0: none written */
    struct slice params;   /* behind the first ';', without it */
    struct slice headers;  /* behind '?', without it */
};

/** Parse. OTHER schemes give only scheme and text. @return 0; EINVAL. */
int sip_uri_parse(struct sip_uri *u, struct slice text);

/** A URI parameter; *value (may be NULL) is empty when it has none. @return whether it is there */
bool sip_uri_param(const struct sip_uri *u, const char *name, struct slice *value);

/** Equal as RFC 3261 s19.1.4 says. / The same for two user parts: escapes are the bytes they mean. */
bool sip_uri_eq(const struct sip_uri *a, const struct sip_uri *b);
bool sip_user_eq(struct slice a, struct slice b);

/**
 * Copy with %XX resolved, always terminated.
 * @return 0; ENOSPC (cut); EINVAL (bad escape, or a control byte however written: out is empty)
 */
int sip_unescape(struct slice s, char *out, size_t size);

/** Add s to b, escaping what may not stand in a user part. @return as buf_add */
int sip_escape_user(struct buf *b, struct slice s);

/** The same for a user part that may be escaped already: %XX stays as it is. @return as buf_add */
int sip_clean_user(struct buf *b, struct slice s);

/* ---- name-addr: Contact, From, To, Route ... ---- */

struct sip_name_addr {
    struct slice display; /* without quotes, still with backslashes; absent when there is none */
    struct slice uri;     /* the URI's text */
    struct slice params;  /* header parameters behind the first ';' outside <>, without it */
    bool is_star;         /* "*" (Contact of a de-registration) */
};

/** One value (no commas outside quotes and <>). @return 0; EINVAL. */
int sip_name_addr_parse(struct sip_name_addr *n, struct slice text);

/** Display name without backslashes, always terminated. @return 0; ENOSPC. */
int sip_display_copy(const struct sip_name_addr *n, char *out, size_t size);

/** Add `"display" <uri>` to b, quoted as needed; control bytes are left out; absent display:
 * `<uri>`. */
int sip_name_addr_print(struct buf *b, struct slice display, struct slice uri);

/** Parameter of a ';' list; quotes around the value are removed. @return whether it is there */
bool sip_param(struct slice params, const char *name, struct slice *value);

/**
 * Walk a ';' list: cut the next parameter off *rest.
 * @return false at the end
 */
bool sip_param_next(struct slice *rest, struct slice *name, struct slice *value);

/** Cut the next value of a comma list off *rest (quotes and <> protect commas). @return false at
 * the end */
bool sip_value_next(struct slice *rest, struct slice *value);
