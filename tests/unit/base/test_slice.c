/* Slices: cutting, comparing, numbers. */
#include <errno.h>

#include "base/slice.h"
#include "base/truth.h"
#include "unit.h"

static int cut_at_the_first_separator(void)
{
    struct slice rest, s = SLICE("a,b,c");

    CHECK(slice_eqz(slice_cut(s, ',', &rest), "a"));
    CHECK(slice_eqz(rest, "b,c"));
    CHECK(slice_eqz(slice_cut(rest, ',', &rest), "b"));
    CHECK(slice_eqz(slice_cut(rest, ',', &rest), "c"));
    CHECK(!slice_is_set(rest));
    return 0;
}

static int numbers_are_whole_or_refused(void)
{
    static const struct {
        const char *text;
        int err;
        uint32_t v;
    } cases[] = {
        {"0", 0, 0},
        {"4294967295", 0, 4294967295u},
        {"4294967296", ERANGE, 0},
        {"", EINVAL, 0},
        {"-1", EINVAL, 0},
        {"12a", EINVAL, 0},
        {" 1", EINVAL, 0},
        {"99999999999999999999999", ERANGE, 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t v = 0;

        CHECK(slice_u32(slice_of(cases[i].text), &v) == cases[i].err);
        CHECK(v == cases[i].v);
    }
    return 0;
}

static int signed_numbers_reach_both_ends(void)
{
    int64_t v;

    CHECK(!slice_i64(SLICE("-9223372036854775808"), &v) && v == INT64_MIN);
    CHECK(!slice_i64(SLICE("+9223372036854775807"), &v) && v == INT64_MAX);
    CHECK(slice_i64(SLICE("9223372036854775808"), &v) == ERANGE);
    CHECK(slice_i64(SLICE("--1"), &v) == EINVAL);
    CHECK(slice_i64(SLICE("-"), &v) == EINVAL);
    return 0;
}

static int copies_are_cut_and_say_so(void)
{
    char out[4];

    CHECK(slice_copy(SLICE("abc"), out, sizeof(out)) == 0 && strcmp(out, "abc") == 0);
    CHECK(slice_copy(SLICE("abcd"), out, sizeof(out)) == ENOSPC && strcmp(out, "abc") == 0);
    CHECK(slice_copy(SLICE_NONE, out, sizeof(out)) == 0 && out[0] == '\0');
    return 0;
}

static int trim_and_prefixes(void)
{
    CHECK(slice_eqz(slice_trim(SLICE(" \t a b \r\n")), "a b"));
    CHECK(slice_trim(SLICE(" \t ")).len == 0);
    CHECK(slice_starts(SLICE("PJSIP/101"), SLICE("PJSIP/")));
    CHECK(!slice_starts(SLICE("PJ"), SLICE("PJSIP/")));
    CHECK(slice_casestarts(SLICE("pjsip/101"), SLICE("PJSIP/")));
    CHECK(slice_cmp(SLICE("a"), SLICE("ab")) == -1 && slice_cmp(SLICE("b"), SLICE("ab")) == 1);
    return 0;
}

static int truth_has_its_words(void)
{
    static const char *const yes[] = {"yes", "TRUE", "On", "y", "T", "1"};
    static const char *const no[] = {"no", "False", "OFF", "n", "f", "0"};
    static const char *const neither[] = {"", " yes", "2", "00", "enable", "yess"};
    bool is;

    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        CHECK(truth_parse(slice_of(yes[i]), &is) == 0 && is);
        CHECK(truth_parse(slice_of(no[i]), &is) == 0 && !is);
        CHECK(truth_parse(slice_of(neither[i]), &is) == EINVAL);
    }
    CHECK(truth_parse(SLICE_NONE, &is) == EINVAL);
    return 0;
}

UNIT_TESTS(UNIT(cut_at_the_first_separator), UNIT(truth_has_its_words),
           UNIT(numbers_are_whole_or_refused), UNIT(signed_numbers_reach_both_ends),
           UNIT(copies_are_cut_and_say_so), UNIT(trim_and_prefixes))
