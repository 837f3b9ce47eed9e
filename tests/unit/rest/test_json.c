/* rest/json.h: how deep outsiders' JSON may be */
#include "rest/json.h"

#include <string.h>

#include "unit.h"

static bool reads(const char *text)
{
    json_t *j = rest_json_read(slice_of(text), 0);

    json_decref(j);
    return j != NULL;
}

/* {"a":[[[...]]]}, depth in all */
static bool reads_nested(int depth)
{
    char text[4096] = "{\"a\":";

    memset(text + 5, '[', (size_t)depth - 1);
    memset(text + 4 + depth, ']', (size_t)depth - 1);
    text[3 + 2 * depth] = '}';
    return reads(text);
}

static int so_deep_and_no_deeper(void)
{
    CHECK(reads_nested(2));
    CHECK(reads_nested(REST_JSON_DEPTH));
    CHECK(!reads_nested(REST_JSON_DEPTH + 1));
    CHECK(!reads_nested(2000));
    return 0;
}

static int what_stands_in_texts_does_not_count(void)
{
    static const char braces[] = "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[";
    char text[200] = "{\"a\":\"\\\"";

    strcat(text, braces);
    strcat(text, "\"}");
    CHECK(reads(text));
    CHECK(!reads("{\"a\":\"\\"));
    CHECK(!reads(""));
    return 0;
}

UNIT_TESTS(UNIT_ONCE(so_deep_and_no_deeper), UNIT_ONCE(what_stands_in_texts_does_not_count))
