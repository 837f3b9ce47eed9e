/* Heads that are refused */
#include "http/guard.h"
#include "unit.h"

static int judge(const char *version, const char *target, const char *const fields[][2])
{
    struct http_guard g = {
        .method = SLICE("POST"), .target = slice_of(target), .version = slice_of(version)};

    for (int i = 0; fields[i][0]; i++)
        http_guard_field(&g, slice_of(fields[i][0]), slice_of(fields[i][1]));
    return http_guard_judge(&g, 100);
}

#define FIELDS(...)                                                                                \
    (const char *const[][2])                                                                       \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }
#define HOST                                                                                       \
    {                                                                                              \
        "Host", "x"                                                                                \
    }
#define LENGTH(v)                                                                                  \
    {                                                                                              \
        "content-length", v                                                                        \
    }

static int takes_what_clients_send(void)
{
    CHECK(judge("HTTP/1.1", "/rawman?a=b", FIELDS(HOST, LENGTH("100"))) == 0);
    CHECK(judge("HTTP/1.0", "/", FIELDS({"Accept", "*/*"})) == 0);
    return 0;
}

static int refuses_two_readings_of_a_length(void)
{
    static const char *const odd[] = {
        "+5", "-1", "5, 5", "0x5", "5 ", "", "5\t", "99999999999999999999", "18446744073709551616"};

    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        CHECK(judge("HTTP/1.1", "/", FIELDS(HOST, LENGTH(odd[i]))) == 400);
    CHECK(judge("HTTP/1.1", "/", FIELDS(HOST, LENGTH("5"), LENGTH("5"))) == 400);
    CHECK(judge("HTTP/1.1", "/", FIELDS(HOST, LENGTH("101"))) == 413);
    CHECK(judge("HTTP/1.1", "/", FIELDS(HOST, LENGTH("5"), {"Transfer-Encoding", "chunked"})) ==
          501);
    CHECK(judge("HTTP/1.1", "/", FIELDS(HOST, {"transfer-encoding", "identity"})) == 501);
    return 0;
}

static int refuses_odd_heads(void)
{
    CHECK(judge("HTTP/1.1", "/", FIELDS({"Accept", "*/*"})) == 400);
    CHECK(judge("HTTP/1.1", "/", FIELDS(HOST, HOST)) == 400);
    CHECK(judge("HTTP/1.2", "/", FIELDS(HOST)) == 505);
    CHECK(judge("HTTP/2.0", "/", FIELDS(HOST)) == 505);
    CHECK(judge("HTTP/1.1", "http://x/", FIELDS(HOST)) == 400);
    CHECK(judge("HTTP/1.1", "", FIELDS(HOST)) == 400);
    CHECK(judge("HTTP/1.1", "/a b", FIELDS(HOST)) == 400);
    CHECK(judge("HTTP/1.1", "/", FIELDS(HOST, {"X Y", "1"})) == 400);
    CHECK(judge("HTTP/1.1", "/", FIELDS(HOST, {"", "1"})) == 400);
    CHECK(judge("HTTP/1.1", "/", FIELDS(HOST, {"X", "a\rb"})) == 400);
    CHECK(judge("HTTP/1.1", "/", FIELDS(HOST, {"X", "a\nb"})) == 400);
    return 0;
}

static int refuses_many_fields(void)
{
    struct http_guard g = {
        .method = SLICE("GET"), .target = SLICE("/"), .version = SLICE("HTTP/1.0")};

    for (int i = 0; i <= HTTP_FIELDS_MAX; i++)
        http_guard_field(&g, SLICE("X"), slice_from("\0", 0));
    CHECK(http_guard_judge(&g, 0) == 431);
    http_guard_field(&g, SLICE("X"), slice_from("\0", 1));
    CHECK(http_guard_judge(&g, 0) == 400);
    return 0;
}

UNIT_TESTS(UNIT(takes_what_clients_send), UNIT(refuses_two_readings_of_a_length),
           UNIT(refuses_odd_heads), UNIT(refuses_many_fields))
