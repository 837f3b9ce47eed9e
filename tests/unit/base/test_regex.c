/* base/regex: the system's own regcomp says what is right; what would take it seconds takes us a ceiling */
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/regex.h"
#include "unit.h"

/* @return 1 matches, 0 does not, -1 not compiled */
static int ours(const char *pattern, struct slice text)
{
    struct regex *r;
    const char *why = NULL;
    int found;

    if (regex_alloc(&r, slice_of(pattern), &why))
        return -1;
    found = regex_search(r, text);
    if (found != regex_search(r, text)) /* a second search is like the first */
        found = -2;
    mem_deref(r);
    return found;
}

static int theirs(const char *pattern, const char *text)
{
    regex_t re;
    int found;

    if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB))
        return -1;
    found = regexec(&re, text, 0, NULL, 0) == 0;
    regfree(&re);
    return found;
}

static int matches_as_the_system_does(void)
{
    static const char *const patterns[] = {"",
                                           "a",
                                           "abc",
                                           "a|b",
                                           "(a|b)c",
                                           "ab*c",
                                           "ab+c",
                                           "ab?c",
                                           "a.c",
                                           "^abc$",
                                           "^$",
                                           "[a-c]+$",
                                           "[^a]b",
                                           "a{2}",
                                           "a{2,}b",
                                           "a{0,2}b",
                                           "^(ab){1,3}$",
                                           "(a|bc)*d",
                                           "((a)|b)+c",
                                           "x{0}y",
                                           "[]a]b",
                                           "[^]a]b",
                                           "[[:digit:]]+-",
                                           "\\.",
                                           "\\(x\\)",
                                           "a|",
                                           "()",
                                           "(a*)*b",
                                           "^a|b$",
                                           "(^a|c)b",
                                           "[a-]b",
                                           "a$|^b",
                                           "\\w+\\s\\w",
                                           "Ev.*: (New|H)",
                                           "[[:alpha:]_]{3}",
                                           "(a|ab)(c|bcd)$",
                                           "a{1,2}{2}",
                                           "\\S\\W",
                                           "(x|)y",
                                           "b{3,5}$",
                                           "((a{2}){2}){2}",
                                           "[\\]x"};
    static const char *const texts[] = {"",
                                        "a",
                                        "b",
                                        "abc",
                                        "abbbc",
                                        "ac",
                                        "xabcx",
                                        "aab",
                                        "aaab",
                                        "ababab",
                                        "bcbcad",
                                        "ab",
                                        "12-",
                                        "a.b",
                                        "(x)",
                                        "]b",
                                        "-b",
                                        "\\",
                                        "x y",
                                        "Event: Newchannel",
                                        "Event: Hangup",
                                        "xy",
                                        "aaaaaaaa",
                                        "bbbb",
                                        "abcd",
                                        "cb",
                                        "foo bar",
                                        "a\nb",
                                        "y",
                                        "bbb",
                                        "aaaaaaa"};

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
            const int a = ours(patterns[i], slice_of(texts[k]));
            const int b = theirs(patterns[i], texts[k]);

            if (a != b && !(unit_is_rerun() && a == -1))
                fprintf(stderr, "pattern '%s' text '%s': %d, not %d\n", patterns[i], texts[k], a,
                        b);
            CHECK(a == b || unit_is_rerun());
        }
    return 0;
}

/* Made by chance, the same every time. */
static int matches_as_the_system_does_by_chance(void)
{
    static const char *const pieces[] = {
        "a",    "b",    "c",  ".",   "(", ")", "|",     "*",     "+",  "?",      "^",    "$",
        "[ab]", "[^a]", "ab", "{2}", "(", ")", "{1,2}", "(a|b)", "a*", "(ab)?c", "{0,1}"};
    char pattern[64], text[12];
    unsigned compared = 0;

    srandom(7);
    for (int i = 0; i < 30000; i++) {
        int a, b;

        pattern[0] = '\0';
        for (long n = random() % 8; n >= 0; n--)
            strcat(pattern, pieces[(size_t)random() % (sizeof(pieces) / sizeof(pieces[0]))]);
        memset(text, 0, sizeof(text));
        for (long n = random() % 10; n > 0; n--)
            text[n - 1] = (char)('a' + random() % 3);
        a = ours(pattern, slice_of(text));
        b = theirs(pattern, text);
        if (a < 0 || b < 0)
            continue;
        if (a != b)
            fprintf(stderr, "pattern '%s' text '%s': %d, not %d\n", pattern, text, a, b);
        CHECK(a == b);
        compared++;
    }
    CHECK(compared > 5000);
    return 0;
}

static int refuses_what_is_none(void)
{
    static const char *const wrong[] = {"(",
                                        "[a",
                                        "a{2",
                                        "a{3,2}",
                                        "*a",
                                        "\\",
                                        "a{300}",
                                        "[[:no:]]",
                                        "\\d",
                                        "[b-a]",
                                        "(a",
                                        "\\1",
                                        "(((a{99}){99}){99}){99}"};
    char deep[100];
    const char *why;
    struct regex *r;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        why = NULL;
        CHECK(regex_alloc(&r, slice_of(wrong[i]), &why) == (why ? EINVAL : ENOMEM));
        CHECK(why || unit_is_rerun());
    }
    memset(deep, '(', 99);
    deep[99] = '\0';
    CHECK(regex_alloc(&r, slice_of(deep), &why) != 0);
    return 0;
}

/* What makes other engines double their time with every byte. */
static int has_a_ceiling(void)
{
    static const char *const bad[] = {
        "(a|b)*a(a|b){20}c",        "(a*)*c",     "((a+)+)+c", "(a?){100}a{100}c",
        "(.*a.*b.*c.*d.*e.*f){8}z", "(a|a|a|a)*c"};
    static char text[60001];
    struct timespec before, after;
    double ms;

    for (size_t i = 0; i < sizeof(text) - 1; i++)
        text[i] = "ab"[i * i % 7 % 2];
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
        CHECK(ours(bad[i], slice_of(text)) <= 0);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
        ms = (double)(after.tv_sec - before.tv_sec) * 1e3 +
             (double)(after.tv_nsec - before.tv_nsec) / 1e6;
        if (ms > 1000)
            fprintf(stderr, "%s took %.0f ms\n", bad[i], ms);
        CHECK(ms < 1000); /* twice, under the sanitizers */
    }
    return 0;
}

UNIT_TESTS(UNIT_ONCE(matches_as_the_system_does), UNIT_ONCE(matches_as_the_system_does_by_chance),
           UNIT(refuses_what_is_none), UNIT_ONCE(has_a_ceiling))
