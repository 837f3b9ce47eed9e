/* Growing text: the ceiling and the error that sticks. */
#include "base/buf.h"
#include "base/mem.h"
#include "unit.h"

static int the_ceiling_is_kept_and_sticks(void)
{
    struct buf b;
    int err = 0;

    buf_init(&b, 5);
    CHECK_OK_TO(buf_addz(&b, "12345"), out);
    CHECK_TO(buf_addc(&b, '6') == ENOSPC, out);
    CHECK_TO(buf_err(&b) == ENOSPC && buf_addz(&b, "") == ENOSPC, out);
    CHECK_TO(slice_eqz(buf_slice(&b), "12345"), out);
    buf_reset(&b);
    CHECK_OK_TO(buf_addz(&b, "ok"), out);
out:
    buf_fini(&b);
    return err;
}

static int everything_is_added_in_order(void)
{
    struct buf b;
    char *taken = NULL;
    int err = 0;

    buf_init(&b, 100000);
    CHECK_TO(slice_eqz(buf_slice(&b), ""), out);
    for (int i = 0; i < 1000; i++)
        buf_printf(&b, "%03d,", i);
    buf_addu(&b, 18446744073709551615u);
    buf_addu(&b, 0);
    CHECK_OK_TO(buf_err(&b), out);
    CHECK_TO(b.len == 4021 &&
                 slice_eqz(slice_skip(buf_slice(&b), 3996), "999,184467440737095516150"),
             out);
    taken = buf_take(&b);
    CHECK_TO(taken && strlen(taken) == 4021 && b.p == NULL, out);
out:
    mem_free(taken);
    buf_fini(&b);
    return err;
}

static const struct {
    const char *bytes, *shown;
} plain[] = {
    {"INVITE sip:a SIP/2.0\r\n\tb\r\n", "INVITE sip:a SIP/2.0\r\n\tb\r\n"},
    {"a\x1b[2Jb\x7f", "a\\x1b[2Jb\\x7f"},
    {"\xd0\x90nna \xe2\x82\xac \xf0\x9f\x98\x80", "\xd0\x90nna \xe2\x82\xac \xf0\x9f\x98\x80"},
    {"\xc2\x9b"
     "1m \xff\xd0",
     "\\xc2\\x9b1m \\xff\\xd0"},
    {"\xc0\xaf \xe0\x80\xaf \xf0\x80\x80\xaf \xed\xa0\x80 \xf4\x90\x80\x80", /* overlong, surrogate, too far */
     "\\xc0\\xaf \\xe0\\x80\\xaf \\xf0\\x80\\x80\\xaf \\xed\\xa0\\x80 \\xf4\\x90\\x80\\x80"},
    {"over\rwritten\r", "over\\x0dwritten\\x0d"},
    {"", ""},
};

static int what_an_outsider_wrote_steers_no_terminal(void)
{
    struct buf b;
    int err = 0;

    buf_init(&b, 1000);
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        buf_reset(&b);
        CHECK_OK_TO(buf_add_plain(&b, slice_of(plain[i].bytes)), out);
        CHECK_TO(slice_eqz(buf_slice(&b), plain[i].shown), out);
    }
out:
    buf_fini(&b);
    return err;
}

UNIT_TESTS(UNIT(the_ceiling_is_kept_and_sticks), UNIT(everything_is_added_in_order),
           UNIT(what_an_outsider_wrote_steers_no_terminal))
