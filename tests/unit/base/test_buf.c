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

UNIT_TESTS(UNIT(the_ceiling_is_kept_and_sticks), UNIT(everything_is_added_in_order))
