/* Hex digits */
#include <string.h>

#include "base/hex.h"
#include "unit.h"

static int digits_are_told_from_others(void)
{
    static const char digits[] = "0123456789abcdef";

    for (int c = -128; c < 128; c++) {
        const char *at = c > 0 ? strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c) : NULL;

        CHECK(hex_digit((char)c) == (at ? (int)(at - digits) : -1));
    }
    return 0;
}

static int a_byte_is_two_digits(void)
{
    CHECK(hex_byte(SLICE("41")) == 'A' && hex_byte(SLICE("fFx")) == 255);
    CHECK(hex_byte(SLICE("4")) == -1 && hex_byte(SLICE("")) == -1 && hex_byte(SLICE("4g")) == -1);
    CHECK(hex_byte(SLICE("g4")) == -1 && hex_byte(SLICE_NONE) == -1);
    return 0;
}

static int bytes_are_printed(void)
{
    char text[7] = "??????";

    hex_print("\x00\xa9\xff", 3, text);
    CHECK(strcmp(text, "00a9ff") == 0);
    hex_print("", 0, text);
    CHECK(!*text);
    return 0;
}

UNIT_TESTS(UNIT_ONCE(digits_are_told_from_others), UNIT_ONCE(a_byte_is_two_digits),
           UNIT_ONCE(bytes_are_printed))
