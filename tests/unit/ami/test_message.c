/* The wire format: parsing what came, writing what cannot be broken */
#include "ami/message.h"
#include "ami/writer.h"
#include "unit.h"

#include <string.h>

static struct ami_message m;

static int parses_headers(void)
{
    size_t used = 0;

    CHECK(ami_message_parse(&m, SLICE("Action: Ping\r\nX"), &used) == EAGAIN);
    CHECK(ami_message_parse(&m,
                            SLICE("Action:Ping\nVariable: \t a=b\r\nvariable: c: d\nodd\n\r\nrest"),
                            &used) == 0);
    CHECK(used == strlen("Action:Ping\nVariable: \t a=b\r\nvariable: c: d\nodd\n\r\n"));
    CHECK(m.count == 4);
    CHECK(slice_eqz(ami_message_get(&m, "ACTION"), "Ping"));
    CHECK(slice_eqz(ami_message_nth(&m, "Variable", 0), "a=b"));
    CHECK(slice_eqz(ami_message_nth(&m, "Variable", 1), "c: d"));
    CHECK(!slice_is_set(ami_message_nth(&m, "Variable", 2)));
    CHECK(!slice_is_set(ami_message_get(&m, "odd")));
    CHECK(!slice_is_set(ami_message_get(&m, "Act")));
    CHECK(ami_message_parse(&m, SLICE("\r\nAction: x\n\n"), &used) == 0 && used == 2 &&
          m.count == 0);
    return 0;
}

static int has_ceilings(void)
{
    static char bytes[AMI_MESSAGE_MAX + 10];
    size_t used = 0;

    memset(bytes, 'a', sizeof(bytes));
    CHECK(ami_message_parse(&m, slice_from(bytes, sizeof(bytes)), &used) == EMSGSIZE);
    memcpy(bytes + AMI_LINE_MAX + 1, "\n\n", 2);
    CHECK(ami_message_parse(&m, slice_from(bytes, sizeof(bytes)), &used) == 0 && m.has_long_line &&
          m.count == 0);
    for (int i = 0; i < AMI_HEADERS_MAX + 1; i++)
        memcpy(bytes + 4 * i, "a:b\n", 4);
    memcpy(bytes + 4 * (AMI_HEADERS_MAX + 1), "\n", 1);
    CHECK(ami_message_parse(&m, slice_from(bytes, sizeof(bytes)), &used) == 0 && m.has_too_many &&
          m.count == AMI_HEADERS_MAX);
    return 0;
}

static int values_cannot_end_a_line(void)
{
    struct buf b;
    int err;

    buf_init(&b, 1000);
    ami_put(&b, "A", slice_from("x\r\ny\0z", 6));
    ami_put_named(&b, slice_from("B\n:c", 4), SLICE("\r"));
    ami_putf(&b, "D", "%s", "1\n2");
    ami_putu(&b, "E", 7);
    ami_putz(&b, "F", NULL);
    err = ami_end(&b);
    if (!err)
        err = slice_eqz(buf_slice(&b),
                        "A: x\\r\\ny\\0z\r\nBc: \\r\r\nD: 1\\n2\r\nE: 7\r\nF: \r\n\r\n")
                  ? 0
                  : unit_failed(__FILE__, __LINE__, buf_z(&b));
    buf_fini(&b);
    return err;
}

static int who_asks_is_refused(void)
{
    struct buf b;
    int err;

    buf_init(&b, 1000);
    CHECK_TO(ami_ask(&b, "A", SLICE("x\ny")) == EINVAL, out);
    CHECK_TO(ami_ask(&b, "A\r", SLICE("x")) == EINVAL, out);
    CHECK_TO(ami_ask(&b, "A:", SLICE("x")) == EINVAL && ami_ask(&b, "", SLICE("x")) == EINVAL, out);
    CHECK_TO(ami_ask(&b, "A", slice_from("x\0", 2)) == EINVAL && b.len == 0, out);
    err = ami_ask(&b, "A", SLICE("x y"));
    CHECK_TO(err || slice_eqz(buf_slice(&b), "A: x y\r\n"), out);
out:
    buf_fini(&b);
    return err;
}

/* Whatever the pieces, the end is found when it is there, and not before. */
static int finds_the_end_of_a_message(void)
{
    static const char *const texts[] = {"A: b\r\n\r\n", "A: b\n\n",   "\n",
                                        "\r\n",         "A: b\r\n\n", "A\n\r\n"};
    static const char *const open[] = {"", "A: b\r\n", "A: b\r\n\r", "\r", "\r\r\n", "A\n\rb\n"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const struct slice all = slice_of(texts[i]);

        for (size_t from = 0; from < all.len; from++) {
            CHECK(ami_message_has_end(all, from));
            CHECK(!ami_message_has_end(slice_from(all.p, all.len - 1), 0));
        }
    }
    for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
        CHECK(!ami_message_has_end(slice_of(open[i]), 0));
    return 0;
}

UNIT_TESTS(UNIT(finds_the_end_of_a_message), UNIT(parses_headers), UNIT(has_ceilings),
           UNIT(values_cannot_end_a_line), UNIT(who_asks_is_refused))
