/*
 * sip/lex.h - inner: character classes shared by the parsers of this folder
 *
 * Source:  RFC 3261 s25.1.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum {
    LEX_TOKEN = 1,  /* token */
    LEX_WS = 2,     /* SP HTAB CR LF */
    LEX_USER = 4,   /* user and password, ':' not */
    LEX_HOST = 8,   /* letters, digits, '.', '-', '_' */
    LEX_PARAM = 16, /* URI parameters and headers */
    LEX_HEX = 32,
    LEX_URI = 64,    /* whatever may stand between < and >: no white space, control bytes, < > " */
    LEX_WORDS = 128, /* unquoted display name: all but " , ; < > */
};

extern const uint8_t lex_class[256];

static inline bool lex_is(char c, uint8_t class)
{
    return (lex_class[(unsigned char)c] & class) != 0;
}

/** Every byte of that class, and at least one. */
bool lex_all(struct slice s, uint8_t class);

/** Without leading / trailing white space, SP HTAB CR LF (inline: runs for every value). */
static inline struct slice lex_trim(struct slice s)
{
    while (s.len && lex_is(s.p[0], LEX_WS)) {
        s.p++;
        s.len--;
    }
    while (s.len && lex_is(s.p[s.len - 1], LEX_WS))
        s.len--;
    return s;
}

/** Index behind the quoted string that starts at s.p[0]; 0 when it does not end. */
size_t lex_quoted(struct slice s);
