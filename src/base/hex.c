/* hex.c - see hex.h */
#include "base/hex.h"

int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int hex_byte(struct slice s)
{
    const int high = s.len >= 2 ? hex_digit(s.p[0]) : -1;
    const int low = high >= 0 ? hex_digit(s.p[1]) : -1;

    return low < 0 ? -1 : high << 4 | low;
}

void hex_print(const void *raw, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *p = raw;

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * len] = '\0';
}
