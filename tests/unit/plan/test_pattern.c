/* Patterns: what matches, what could, and which comes first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "plan/pattern.h"
#include "unit.h"

static const struct {
    const char *name, *dialled;
    int match, can, more;
} cases[] = {
    {"100", "100", 1, 1, 0},
    {"100", "10", 0, 1, 1},
    {"100", "", 0, 1, 1},
    {"100", "1000", 0, 0, 0},
    {"100", "101", 0, 0, 0},
    {"s", "s", 1, 1, 0},
    {"s", "S", 0, 0, 0},
    {"555-1212", "5551212", 1, 1, 0},
    {"5551212", "555-1212", 1, 1, 0},
    {"*97", "*97", 1, 1, 0},
    {"#", "#", 1, 1, 0},
    {"_X", "5", 1, 1, 0},
    {"_X", "0", 1, 1, 0},
    {"_X", "a", 0, 0, 0},
    {"_X", "", 0, 1, 1},
    {"_x", "7", 1, 1, 0},
    {"_X", "55", 0, 0, 0},
    {"_Z", "0", 0, 0, 0},
    {"_Z", "1", 1, 1, 0},
    {"_z", "9", 1, 1, 0},
    {"_N", "1", 0, 0, 0},
    {"_N", "2", 1, 1, 0},
    {"_n", "9", 1, 1, 0},
    {"_1XX", "101", 1, 1, 0},
    {"_1XX", "10", 0, 1, 1},
    {"_1XX", "1", 0, 1, 1},
    {"_1XX", "2", 0, 0, 0},
    {"_1XX", "1011", 0, 0, 0},
    {"_X.", "1", 0, 1, 1},
    {"_X.", "12", 1, 1, 1},
    {"_X.", "123456", 1, 1, 1},
    {"_X.", "ab", 0, 0, 0},
    {"_.", "", 0, 1, 1},
    {"_.", "h", 1, 1, 1},
    {"_.", "+7999", 1, 1, 1},
    {"_+7.", "+7999", 1, 1, 1},
    {"_X!", "1", 2, 2, 2},
    {"_X!", "12", 2, 2, 2},
    {"_X!", "", 0, 1, 1},
    {"_!", "", 2, 2, 2},
    {"_!", "anything", 2, 2, 2},
    {"_[1-5]!", "3", 2, 2, 2},
    {"_[1-5]!", "31", 2, 2, 2},
    {"_[1-5]!", "6", 0, 0, 0},
    {"_8XXXXXXXXXX", "89161234567", 1, 1, 0},
    {"_8XXXXXXXXXX", "8916123456", 0, 1, 1},
    {"_8XXXXXXXXXX", "891612345678", 0, 0, 0},
    {"_7XXXXXXXXXX", "89161234567", 0, 0, 0},
    {"_[78]9XXXXXXXXX", "79161234567", 1, 1, 0},
    {"_[78]9XXXXXXXXX", "99161234567", 0, 0, 0},
    {"_[135-79]", "6", 1, 1, 0},
    {"_[135-79]", "8", 0, 0, 0},
    {"_[135-79]", "9", 1, 1, 0},
    {"_[a-c]X", "b7", 1, 1, 0},
    {"_[*#]21", "#21", 1, 1, 0},
    {"_[]5", "5", 1, 1, 0},
    {"_1-800-NXX-XXXX", "18005551212", 1, 1, 0},
    {"_NXX-XXXX", "555-1212", 1, 1, 0},
    {"_NXX-XXXX", "5551212", 1, 1, 0},
    {"_00.", "0049", 1, 1, 1},
    {"_00.", "00", 0, 1, 1},
    {"_1[2-4]X!", "13", 0, 1, 1},
    {"_1[2-4]X!", "134", 2, 2, 2},
};

static int what_matches_what(void)
{
    int err = 0;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct slice n = slice_of(cases[i].name), d = slice_of(cases[i].dialled);
        int match = pattern_match(n, d, PATTERN_MATCH),
            can = pattern_match(n, d, PATTERN_CAN_MATCH),
            more = pattern_match(n, d, PATTERN_MATCH_MORE);

        if (match != cases[i].match || can != cases[i].can || more != cases[i].more) {
            fprintf(stderr, "%s / %s: %d %d %d\n", cases[i].name, cases[i].dialled, match, can,
                    more);
            err = unit_failed(__FILE__, __LINE__, cases[i].name);
        }
    }
    return err;
}

/* Each is tried before the next. */
static const char *const order[] = {
    "100",      "101",  "2",      "h",      "s",      "_10X.",   "_10X!", "_10X",
    "_1[2-4]X", "_1NX", "_1N",    "_1ZX",   "_1XX",   "_1X.",    "_1X!",  "_1X",
    "_1.",      "_2",   "_[12]X", "_[13]X", "_[2-4]", "_[1-5]!", "_NXX",  "_N",
    "_ZX",      "_Z.",  "_XX",    "_X.",    "_X!",    "_X",      "_.",    "_!",
};

static int sign(int n)
{
    return n < 0 ? -1 : n > 0;
}

static int the_most_specific_comes_first(void)
{
    const size_t n = sizeof(order) / sizeof(order[0]);
    int err = 0;

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            int cmp = sign(pattern_cmp(slice_of(order[i]), slice_of(order[j])));

            if (cmp != (i < j ? -1 : i > j)) {
                fprintf(stderr, "%s before %s: %d\n", order[i], order[j], cmp);
                err = unit_failed(__FILE__, __LINE__, "order");
            }
        }
    return err;
}

static int different_spellings_are_one(void)
{
    CHECK(pattern_cmp(SLICE("_X"), SLICE("_[0-9]")) == 0);
    CHECK(pattern_cmp(SLICE("_N"), SLICE("_[2-9]")) == 0);
    CHECK(pattern_cmp(SLICE("_1-X"), SLICE("_1x")) == 0);
    CHECK(pattern_cmp(SLICE("_[135]"), SLICE("_[5131]")) == 0);
    CHECK(pattern_cmp(SLICE("_[1]X"), SLICE("_1X")) == 0);
    CHECK(pattern_cmp(SLICE("5-5"), SLICE("55")) == 0);
    return 0;
}

static int bad_names_are_refused(void)
{
    char longer[100];

    memset(longer, '1', 80);
    CHECK(pattern_check(slice_from(longer, 79)) == 0);
    CHECK(pattern_check(slice_from(longer, 80)) == EINVAL);
    CHECK(pattern_check(SLICE("")) == EINVAL);
    CHECK(pattern_check(SLICE("_")) == EINVAL);
    CHECK(pattern_check(SLICE("_[1-5")) == EINVAL);
    CHECK(pattern_check(SLICE("_[1][")) == EINVAL);
    CHECK(pattern_check(SLICE("[1")) == 0);
    return 0;
}

/* ---- the compiled set against trying one after another ---- */

struct seen {
    size_t count;
    const char *names[sizeof(order) / sizeof(order[0])];
    int hows[sizeof(order) / sizeof(order[0])];
};

static bool see(void *value, int how, void *arg)
{
    struct seen *s = arg;

    s->names[s->count] = value;
    s->hows[s->count++] = how;
    return false;
}

static int build(struct pattern_set *set, struct arena *arena, size_t count)
{
    struct pattern_entry entries[sizeof(order) / sizeof(order[0])];

    for (size_t i = 0; i < count; i++) { /* in another order than the right one */
        const char *name = order[(i * 7 + 3) % count];

        entries[i] = (struct pattern_entry){slice_of(name), (void *)(uintptr_t)name};
    }
    return pattern_set_build(set, arena, entries, (uint32_t)count);
}

static int same_as_one_after_another(const struct pattern_set *set, const char *dialled,
                                     enum pattern_mode mode)
{
    struct seen s = {0};
    size_t k = 0;

    pattern_set_find(set, slice_of(dialled), mode, see, &s);
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        int how = pattern_match(slice_of(order[i]), slice_of(dialled), mode);

        if (!how)
            continue;
        if (k >= s.count || strcmp(s.names[k], order[i]) != 0 || s.hows[k] != how) {
            fprintf(stderr, "dialled %s, mode %d, place %zu: %s, not %s\n", dialled, (int)mode, k,
                    k < s.count ? s.names[k] : "nothing", order[i]);
            return unit_failed(__FILE__, __LINE__, "order of matches");
        }
        k++;
    }
    CHECK(k == s.count);
    return 0;
}

static int the_set_finds_what_one_after_another_finds(void)
{
    static const char *const dialled[] = {"100", "101", "10",  "1",  "2",    "h",   "s",  "1000",
                                          "105", "125", "139", "12", "19",   "110", "13", "3",
                                          "33",  "333", "999", "0",  "00",   "",    "x",  "+7",
                                          "555", "15",  "6",   "66", "1005", "21",  "22", "2-2"};
    struct pattern_set set;
    struct arena arena;
    int err;

    arena_init(&arena, 1 << 20);
    CHECK_OK_TO(build(&set, &arena, sizeof(order) / sizeof(order[0])), out);
    for (size_t i = 0; i < sizeof(dialled) / sizeof(dialled[0]) && !err; i++)
        for (int mode = PATTERN_MATCH; mode <= PATTERN_MATCH_MORE && !err; mode++)
            err = same_as_one_after_another(&set, dialled[i], (enum pattern_mode)mode);
out:
    arena_fini(&arena);
    return err;
}

static bool first(void *value, int how, void *arg)
{
    *(const char **)arg = value;
    return true;
}

static int a_pattern_is_found_by_its_own_name(void)
{
    const char *found = NULL;
    struct pattern_set set;
    struct arena arena;
    int err;

    arena_init(&arena, 1 << 20);
    CHECK_OK_TO(build(&set, &arena, sizeof(order) / sizeof(order[0])), out);
    CHECK_TO(pattern_set_find(&set, SLICE("_1XX"), PATTERN_MATCH, first, &found), out);
    CHECK_TO(strcmp(found, "_1XX") == 0, out);
    CHECK_TO(!pattern_set_find(&set, SLICE("_9XX"), PATTERN_MATCH, first, &found) ||
                 strcmp(found, "_.") == 0,
             out);
out:
    arena_fini(&arena);
    return err;
}

UNIT_TESTS(UNIT(what_matches_what), UNIT(the_most_specific_comes_first),
           UNIT(different_spellings_are_one), UNIT(bad_names_are_refused),
           UNIT(the_set_finds_what_one_after_another_finds),
           UNIT(a_pattern_is_found_by_its_own_name))
