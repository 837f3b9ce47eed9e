/* lex.c - see lex.h */
#include "sip/lex.h"

#define T LEX_TOKEN
#define U LEX_USER
#define H LEX_HOST
#define P LEX_PARAM
#define X LEX_HEX
#define DIGIT (T | U | H | P | X)
#define ALPHA (T | U | H | P)
#define MARK (T | U | P) /* - _ . ! ~ * ' and the like */

/* Bytes above 127 are let through in users and parameters: phones send raw UTF-8 there. */
const uint8_t lex_class[256] = {
    ['0' ... '9'] = DIGIT,
    ['A' ... 'F'] = ALPHA | X,
    ['a' ... 'f'] = ALPHA | X,
    ['G' ... 'Z'] = ALPHA,
    ['g' ... 'z'] = ALPHA,
    ['-'] = MARK | H,
    ['.'] = MARK | H,
    ['_'] = MARK | H,
    ['!'] = MARK,
    ['~'] = MARK,
    ['*'] = MARK,
    ['\''] = MARK,
    ['%'] = MARK,
    ['+'] = MARK,
    ['`'] = T,
    ['('] = U | P,
    [')'] = U | P,
    ['&'] = U | P,
    ['='] = U | P,
    ['$'] = U | P,
    [','] = U | P,
    [';'] = U | P,
    ['?'] = U | P,
    ['/'] = U | P,
    ['#'] = U, /* star codes: phones send sip:#21@host unescaped */
    ['['] = P,
    [']'] = P,
    [':'] = P,
    ['@'] = P,
    ['{'] = P,
    ['}'] = P,
    ['|'] = P,
    ['^'] = P,
    [0x80 ... 0xff] = U | P,
    [' '] = LEX_WS,
    ['\t'] = LEX_WS,
    ['\r'] = LEX_WS,
    ['\n'] = LEX_WS,
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

int lex_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}
