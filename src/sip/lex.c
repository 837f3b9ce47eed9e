/* lex.c - see lex.h */
#include "sip/lex.h"

#define T LEX_TOKEN
#define U LEX_USER
#define H LEX_HOST
#define P LEX_PARAM
#define R LEX_URI
#define W LEX_WORDS
#define VISIBLE (R | W)
#define ALPHA (T | U | H | P | VISIBLE)
#define HEX (ALPHA | LEX_HEX)
#define MARK (T | U | P | VISIBLE) /* - _ . ! ~ * ' and the like */
#define SPACE (LEX_WS | W)

/* Bytes above 127 are let through in users and parameters: phones send raw UTF-8 there. */
const uint8_t lex_class[256] = {
    [0 ... 8] = W,
    ['\t'] = SPACE,
    ['\n'] = SPACE,
    [11 ... 12] = W,
    ['\r'] = SPACE,
    [14 ... 31] = W,
    [' '] = SPACE,
    ['!'] = MARK,
    ['#'] = U | VISIBLE, /* star codes: phones send sip:#21@host unescaped */
    ['$'] = U | P | VISIBLE,
    ['%'] = MARK,
    ['&'] = U | P | VISIBLE,
    ['\''] = MARK,
    ['('] = U | P | VISIBLE,
    [')'] = U | P | VISIBLE,
    ['*'] = MARK,
    ['+'] = MARK,
    [','] = U | P | R,
    ['-'] = MARK | H,
    ['.'] = MARK | H,
    ['/'] = U | P | VISIBLE,
    ['0' ... '9'] = HEX,
    [':'] = P | VISIBLE,
    [';'] = U | P | R,
    ['='] = U | P | VISIBLE,
    ['?'] = U | P | VISIBLE,
    ['@'] = P | VISIBLE,
    ['A' ... 'F'] = HEX,
    ['G' ... 'Z'] = ALPHA,
    ['['] = P | VISIBLE,
    ['\\'] = VISIBLE,
    [']'] = P | VISIBLE,
    ['^'] = P | VISIBLE,
    ['_'] = MARK | H,
    ['`'] = T | VISIBLE,
    ['a' ... 'f'] = HEX,
    ['g' ... 'z'] = ALPHA,
    ['{'] = P | VISIBLE,
    ['|'] = P | VISIBLE,
    ['}'] = P | VISIBLE,
    ['~'] = MARK,
    [0x7f] = W,
    [0x80 ... 0xff] = U | P | VISIBLE,
};

bool lex_all(struct slice s, uint8_t class)
{
    for (size_t i = 0; i < s.len; i++)
        if (!lex_is(s.p[i], class))
            return false;
    return s.len > 0;
}

size_t lex_quoted(struct slice s)
{
    for (size_t i = 1; i < s.len; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            return i + 1;
    }
    return 0;
}
