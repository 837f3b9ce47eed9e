/* Speech: English against what a running Asterisk 22 played (tests/golden/say-en.txt), Russian against
   the grammar. */
#include "fixture.h"
#include "plan/say/say.h"

#define DAY ((int64_t)86400)

static int tm_of(int64_t seconds, struct say_time *t)
{
    const time_t at = (time_t)seconds;

    t->days_behind = 0;
    return gmtime_r(&at, &t->tm) ? 0 : EINVAL;
}

/* "SayNumber(5,f)" cut into its words. */
static int say_line(char *line, const char *language, struct buf *out)
{
    char *args = strchr(line, '('), *second;
    struct say_time t;

    *args++ = '\0';
    args[strlen(args) - 1] = '\0';
    if (strcmp(line, "SayDigits") == 0)
        return say_digits(out, args);
    if (strcmp(line, "SayAlpha") == 0)
        return say_alpha(out, args, SAY_CASE_NONE);
    if (strcmp(line, "SayPhonetic") == 0)
        return say_phonetic(out, args);
    if (strcmp(line, "SayMoney") == 0)
        return say_money(out, language, args);
    if (strcmp(line, "SayOrdinal") == 0)
        return say_ordinal(out, language, strtoll(args, NULL, 10));
    second = strchr(args, ',');
    if (strcmp(line, "SayNumber") == 0)
        return say_number(out, language, strtoll(args, NULL, 10),
                          second && second[1] == 'f'   ? SAY_FEMALE
                          : second && second[1] == 'n' ? SAY_NEUTER
                                                       : SAY_MALE);
    if (strcmp(line, "SayAlphaCase") == 0)
        return say_alpha(out, second + 1,
                         *args == 'a'   ? SAY_CASE_ALL
                         : *args == 'u' ? SAY_CASE_UPPER
                         : *args == 'l' ? SAY_CASE_LOWER
                                        : SAY_CASE_NONE);
    CHECK(strcmp(line, "SayUnixTime") == 0);
    CHECK_OK(tm_of(strtoll(args, NULL, 10), &t));
    return say_time(out, language, &t, strchr(second + 1, ',') + 1);
}

/* Names without "digits/", separated by blanks. */
static int plain(struct buf *names, struct buf *out)
{
    struct slice rest = buf_slice(names);

    while (rest.len) {
        struct slice name = slice_cut(rest, '&', &rest);

        if (slice_starts(name, SLICE("digits/")))
            name = slice_skip(name, 7);
        buf_printf(out, "%s%.*s", out->len ? " " : "", SLICE_ARG(name));
    }
    return buf_err(out);
}

static int line_is_said(char *line, const char *language)
{
    char *want = strstr(line, " =>");
    struct buf names, out;
    int err;

    *want = '\0';
    want += want[3] ? 4 : 3;
    buf_init(&names, 10000);
    buf_init(&out, 10000);
    CHECK_OK_TO(say_line(line, language, &names), out);
    CHECK_OK_TO(plain(&names, &out), out);
    if (strcmp(buf_z(&out), want) != 0)
        fprintf(stderr, "%s says  %s\n but not %s\n", line, buf_z(&out), want);
    CHECK_TO(strcmp(buf_z(&out), want) == 0, out);
out:
    buf_fini(&names);
    buf_fini(&out);
    return err;
}

static int english_is_what_asterisk_plays(void)
{
    char line[400];
    FILE *f = fopen("tests/golden/say-en.txt", "re");
    int err = 0, count = 0;

    CHECK(f);
    while (!err && fgets(line, sizeof(line), f)) {
        line[strcspn(line, "\n")] = '\0';
        if (*line != '#') {
            err = line_is_said(line, "en");
            count++;
        }
    }
    fclose(f);
    CHECK(err || count > 200);
    return err;
}

static const struct {
    const char *language, *line;
} cases[] = {
    {"en", "SayAlpha(%&_) => letters/ascii37 letters/ascii38 letters/ascii95"},
    {"en_GB", "SayNumber(1101) => 1 thousand 1 hundred vm-and 1"},
    {"en_GB", "SayNumber(1001) => 1 thousand vm-and 1"},
    {"", "SayNumber(21) => 20 1"},
    {"rum", "SayNumber(200) => 2 hundred"},

    {"ru", "SayNumber(0) => 0"},
    {"ru", "SayNumber(1) => 1"},
    {"ru", "SayNumber(1,f) => 1f|digits/1"},
    {"ru", "SayNumber(1,n) => 1n|digits/1"},
    {"ru", "SayNumber(2,f) => 2f|digits/2"},
    {"ru", "SayNumber(3,f) => 3"},
    {"ru", "SayNumber(12,f) => 12"},
    {"ru", "SayNumber(22,f) => 20 2f|digits/2"},
    {"ru", "SayNumber(100) => 100|digits/hundred"},
    {"ru", "SayNumber(214) => 200|digits/2+digits/hundred 14"},
    {"ru", "SayNumber(999) => 900|digits/9+digits/hundred 90 9"},
    {"ru", "SayNumber(1000) => 1f|digits/1 thousand"},
    {"ru", "SayNumber(2000) => 2f|digits/2 thousands-i|digits/thousand"},
    {"ru", "SayNumber(5000) => 5 thousands|digits/thousand"},
    {"ru", "SayNumber(11000) => 11 thousands|digits/thousand"},
    {"ru", "SayNumber(14000) => 14 thousands|digits/thousand"},
    {"ru", "SayNumber(21000) => 20 1f|digits/1 thousand"},
    {"ru", "SayNumber(112000) => 100|digits/hundred 12 thousands|digits/thousand"},
    {"ru", "SayNumber(1000000) => 1 million"},
    {"ru", "SayNumber(2000001,f) => 2 million-a|digits/million 1f|digits/1"},
    {"ru", "SayNumber(25000000) => 20 5 millions|digits/million"},
    {"ru", "SayNumber(3000000000) => 3 billion-a|digits/billion"},
    {"ru", "SayNumber(-5) => minus 5"},
    {"ru_RU", "SayNumber(2,n) => 2n|digits/2"},
    {"ru", "SayOrdinal(5) => h-5"},
    {"ru", "SayOrdinal(31) => 30 h-1"},
    {"ru", "SayOrdinal(2024) => 2f|digits/2 thousand 20 h-4"},

    /* Friday, 5 January 2024, 14:05:07 and others */
    {"ru",
     "SayUnixTime(1704463507,UTC,) => day-5 h-5 mon-0 2f|digits/2 thousands-i|digits/thousand 20 4 at "
     "14 hours 5 minutes"},
    {"ru", "SayUnixTime(1704463507,UTC,HMS) => 14 hours 5 minutes 7 seconds"},
    {"ru", "SayUnixTime(1704416461,UTC,kMS) => 1 hour|hours 1f|digits/1 minute|minutes 1f|digits/1 "
           "second|seconds"},
    {"ru",
     "SayUnixTime(1704495722,UTC,HMS) => 20 3 hours-a|hours 2f|digits/2 minutes-i|minutes 2f|digits/2 "
     "seconds-i|seconds"},
    {"ru", "SayUnixTime(1704412800,UTC,HMIp) => 0 hours 0 minutes 12 hours a-m"},
    {"ru", "SayUnixTime(1704463507,UTC,'vm-and'd) => vm-and h-5"},
};

static int russian_and_other_languages_follow_their_grammar(void)
{
    char line[300];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(line, sizeof(line), "%s", cases[i].line);
        CHECK_OK(line_is_said(line, cases[i].language));
    }
    return 0;
}

static int near_days_are_called_by_their_distance(void)
{
    static const struct {
        int days;
        const char *en, *ru;
    } days[] = {{0, "today", "today"},
                {1, "yesterday", "yesterday"},
                {-1, "tomorrow", "tomorrow"},
                {6, "day-5", "day-5"},
                {-5, "day-5", "day-5"},
                {7, "day-5 mon-0 h-5", "day-5 h-5 mon-0"},
                {30, "day-5 mon-0 h-5", "day-5 h-5 mon-0"},
                {31, "mon-0 h-5", "h-5 mon-0"},
                {181, "mon-0 h-5", "h-5 mon-0"},
                {184, "mon-0 h-5 2 thousand 20 4",
                 "h-5 mon-0 2f|digits/2 thousands-i|digits/thousand 20 4"}};
    int err = 0;

    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]) && !err; i++)
        for (int ru = 0; ru < 2 && !err; ru++) {
            struct buf names, out;
            struct say_time t;

            buf_init(&names, 1000);
            buf_init(&out, 1000);
            CHECK_OK_TO(tm_of(1704463507, &t), out);
            t.days_behind = days[i].days;
            CHECK_OK_TO(say_time(&names, ru ? "ru" : "en", &t, "Q"), out);
            CHECK_OK_TO(plain(&names, &out), out);
            CHECK_TO(!strcmp(buf_z(&out), ru ? days[i].ru : days[i].en), out);
        out:
            buf_fini(&names);
            buf_fini(&out);
        }
    return err;
}

#define STORY(name, exten, ms, notes, routing)                                                     \
    static int name(void)                                                                          \
    {                                                                                              \
        return world_story("[main]\n" routing, exten, ms, notes);                                  \
    }

STORY(
    applications_say_and_go_on, "10", 20000, "200;on;end=16;",
    "10,1,Answer()\n10,2,SayNumber(21,f)\n10,3,SayDigits(12)\n10,4,SayAlpha(ab)\n10,5,SayAlphaCase(a,aB)\n"
    "10,6,SayPhonetic(a)\n10,7,SayOrdinal(5)\n10,8,SayMoney(1.5)\n10,9,SayUnixTime(1704463507,UTC)\n"
    "10,10,DateTime(,Europe/Moscow,kM)\n10,11,SayNumber(abc)\n10,12,SayAlphaCase(x,y)\n10,13,Note(on)\n")
STORY(saynumber_without_a_number_ends_the_call, "10", 100, "200;end=16;",
      "10,1,Answer()\n10,2,SayNumber()\n10,3,Note(no)\n")
STORY(sayfiles_tells_the_files, "10", 100,
      "digits/20&digits/1;letters/a&digits/1;digits/h-5;digits/1&digits/2;phonetic/a_p;"
      "digits/5&dollars;end=16;",
      "10,1,Note(${SAYFILES(21,n)})\n10,2,Note(${SAYFILES(a1)})\n10,3,Note(${SAYFILES(5,o)})\n"
      "10,4,Note(${SAYFILES(12,d)})\n10,5,Note(${SAYFILES(a,p)})\n10,6,Note(${SAYFILES(5,m)})\n")
STORY(
    a_long_text_is_said_in_parts, "10", 4500, "200;on;end=16;",
    "10,1,Answer()\n10,2,SayAlpha(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)\n10,3,Note(on)\n")

UNIT_TESTS(UNIT_ONCE(english_is_what_asterisk_plays),
           UNIT(russian_and_other_languages_follow_their_grammar),
           UNIT(near_days_are_called_by_their_distance), UNIT(applications_say_and_go_on),
           UNIT(saynumber_without_a_number_ends_the_call), UNIT(sayfiles_tells_the_files),
           UNIT(a_long_text_is_said_in_parts))
