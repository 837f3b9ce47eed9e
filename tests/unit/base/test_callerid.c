/* Callers as people write them: what Asterisk 22 makes of the same texts. */
#include <stdio.h>
#include <string.h>

#include "base/callerid.h"
#include "unit.h"

static int texts_are_cut_as_asterisk_does(void)
{
    static const char *const cases[][3] = {
        {"Ivan", "Ivan", ""},
        {"Ivan Petrov", "Ivan Petrov", ""},
        {"\"Ivan\" <7017>", "Ivan", "7017"},
        {"Ivan Petrov <7017>", "Ivan Petrov", "7017"},
        {"<7017>", "", "7017"},
        {"7017", "", "7017"},
        {"+7 (495) 123-45-67", "", "+74951234567"},
        {"\"Ivan\" <+7 (495) 123-45.67>", "Ivan", "+74951234567"},
        {"\"Ivan\" <>", "Ivan", ""},
        {"", "", ""},
        {"\"Ivan\"", "Ivan", ""},
        {"\"\"<5>", "", "5"},
        {"\"a \\\"q\\\" b\" <5>", "a \"q\" b", "5"},
        {"Ivan <anna-b>", "Ivan", "annab"},
        {"a<b>c<7>", "a<b>c", "7"},
        {"\"a<b\" <7>", "a<b", "7"},
        {"Ivan <7", "Ivan", "7"},
        {"Ivan <7> x", "Ivan", "7"},
        {"  \"Ivan\"   < 7 >  ", "Ivan", "7"},
        {"*#5", "", "*#5"},
        {"1.2.", "1.2.", ""},
        {"[1-9]5", "[1-9]5", ""},
        {"<[1-9]-5>", "", "[1-9]5"},
        {"12ab", "12ab", ""},
        {"\"Ivan P\" 55", "\"Ivan P\" 55", ""},
        {"\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0 <7>", "\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0", "7"},
        {"- (", "- (", ""},
        {"\"", "\"", ""},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct callerid c;

        callerid_parse(&c, slice_of(cases[i][0]));
        if (strcmp(c.name, cases[i][1]) != 0 || strcmp(c.number, cases[i][2]) != 0) {
            fprintf(stderr, "%s: name \"%s\", number \"%s\"\n", cases[i][0], c.name, c.number);
            return EINVAL;
        }
    }
    return 0;
}

static int what_is_too_long_is_cut(void)
{
    char text[2 * CALLERID_MAX];
    struct callerid c;

    memset(text, 'x', sizeof(text));
    callerid_parse(&c, slice_from(text, sizeof(text)));
    CHECK(strlen(c.name) == CALLERID_MAX - 1 && !*c.number);
    callerid_parse(&c, SLICE_NONE);
    CHECK(!*c.name && !*c.number);
    return 0;
}

UNIT_TESTS(UNIT(texts_are_cut_as_asterisk_does), UNIT(what_is_too_long_is_cut))
