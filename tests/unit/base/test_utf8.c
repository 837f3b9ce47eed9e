/* test_utf8.c - which bytes are text */
#include <string.h>

#include "../unit.h"
#include "base/utf8.h"

static int characters_are_told_from_bytes(void)
{
    static const struct {
        const char *text;
        bool is_valid;
    } cases[] = {{"", true},
                 {"plain", true},
                 {"\xd0\x96\xe2\x82\xac\xf0\x9f\x98\x80", true},
                 {"\xc0\x80", false},         /* overlong */
                 {"\xe0\x9f\xbf", false},     /* overlong */
                 {"\xf0\x8f\xbf\xbf", false}, /* overlong */
                 {"\xed\xa0\x80", false},     /* a surrogate */
                 {"\xf4\x90\x80\x80", false}, /* above U+10FFFF */
                 {"\xd0", false},             /* cut */
                 {"a\xff", false},
                 {"\xc8\xe2\xe0\xed", false}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK(utf8_is_valid(slice_of(cases[i].text)) == cases[i].is_valid);
    return 0;
}

static int bytes_that_are_none_are_replaced(void)
{
    struct buf b;
    int err;

    buf_init(&b, 100);
    CHECK_OK_TO(utf8_repair(SLICE("a\xff\xd0\x96\xd0"), &b), out);
    CHECK_TO(strcmp(buf_z(&b), "a\xef\xbf\xbd\xd0\x96\xef\xbf\xbd") == 0, out);
    CHECK_TO(utf8_is_valid(buf_slice(&b)), out);
out:
    buf_fini(&b);
    return err;
}

static int json_texts_are_valid(void)
{
    struct buf b;
    int err;

    buf_init(&b, 1000);
    utf8_json(SLICE("a\"\\\n\xd0\xaf\xff"), &b);
    CHECK_OK_TO(buf_err(&b), out);
    CHECK_TO(strcmp(buf_z(&b), "\"a\\\"\\\\\\u000a\xd0\xaf\xef\xbf\xbd\"") == 0, out);
    CHECK_TO(utf8_is_valid(SLICE("Я€😀")) && !utf8_is_valid(SLICE("\xc0\x80")), out);
    CHECK_TO(!utf8_is_valid(SLICE("\xed\xa0\x80")) && !utf8_is_valid(SLICE("\xd0")), out);
out:
    buf_fini(&b);
    return err;
}

UNIT_TESTS(UNIT_ONCE(characters_are_told_from_bytes), UNIT(bytes_that_are_none_are_replaced),
           UNIT(json_texts_are_valid))
