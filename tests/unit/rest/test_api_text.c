/* rest/api_text.h: dates and variables of the manual's API */
#include "rest/api_text.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

static bool date_is(const char *text, bool is_end, const char *wanted)
{
    char out[API_DATE] = "";
    const int err = api_date(slice_of(text), is_end, out);

    if (wanted ? !err && strcmp(out, wanted) == 0 : err != 0)
        return true;
    fprintf(stderr, "    \"%s\": %s\n", text, err ? strerror(err) : out);
    return false;
}

static int dates_of_both_shapes(void)
{
    CHECK(date_is("2024-10-30", false, "2024-10-30 00:00:00"));
    CHECK(date_is("2024-10-30", true, "2024-10-30 23:59:59"));
    CHECK(date_is(" 2024-10-30 09:59 ", true, "2024-10-30 09:59:00"));
    CHECK(date_is("2024-10-30 09:59:15", false, "2024-10-30 09:59:15"));
    CHECK(date_is("2024-10-30T09:59:15", true, "2024-10-30 09:59:15"));
    CHECK(date_is("2024-10-30T09:59", false, "2024-10-30 09:59:00"));
    CHECK(date_is("30.10.2024", false, "2024-10-30 00:00:00"));
    CHECK(date_is("30.10.2024", true, "2024-10-30 23:59:59"));
    CHECK(date_is("30.10.2024 09:59", false, "2024-10-30 09:59:00"));
    CHECK(date_is("30.10.2024 23:59:59", false, "2024-10-30 23:59:59"));
    CHECK(date_is("29.02.2024", false, "2024-02-29 00:00:00"));
    return 0;
}

static int other_dates_are_refused(void)
{
    static const char *const wrong[] = {"",
                                        "now",
                                        "2024",
                                        "2024-10",
                                        "2024-13-01",
                                        "2024-00-10",
                                        "2024-04-31",
                                        "2023-02-29",
                                        "1900-02-29",
                                        "2024-10-32",
                                        "30.10.24",
                                        "10/30/2024",
                                        "30-10-2024",
                                        "2024-10-30 24:00",
                                        "2024-10-30 09:60",
                                        "2024-10-30 09:59:60",
                                        "2024-10-30 9:59",
                                        "2024-10-30 09",
                                        "2024-10-30 09:59:15Z",
                                        "2024-10-30  09:59",
                                        "2024-10-30' OR '1",
                                        "-024-10-30",
                                        "2024-10-30 09:5",
                                        "31.11.2024 00:00:00"};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CHECK(date_is(wrong[i], false, NULL));
    return 0;
}

/* What the engine is told, one line each. */
static bool pairs_are(const char *text, const char *wanted)
{
    struct slice rest = slice_of(text);
    struct api_pair pair;
    struct buf out;
    bool is_good;

    buf_init(&out, 1000);
    while (slice_is_set(rest)) {
        if (api_pair_next(&rest, &pair)) {
            buf_addz(&out, "!");
            break;
        }
        api_pair_print(&out, &pair, true);
        buf_addc(&out, '\n');
    }
    is_good = strcmp(buf_z(&out), wanted) == 0;
    if (!is_good)
        fprintf(stderr, "    %s: %s\n", text, buf_z(&out));
    buf_fini(&out);
    return is_good;
}

static int variables_with_commas(void)
{
    CHECK(pairs_are("file=123,idcall=456", "file=123\nidcall=456\n"));
    CHECK(pairs_are("a=", "a=\n"));
    CHECK(pairs_are(" a =1", "a=1\n"));
    CHECK(pairs_are("__A=b c,_B=x=y", "__A=b c\n_B=x=y\n"));
    CHECK(pairs_are("a=\"x, y\",b=1", "a=x\\, y\nb=1\n"));
    CHECK(pairs_are("a=x\\,y", "a=x\\,y\n"));
    CHECK(pairs_are("a=(1,b=2", "a=\\(1\nb=2\n"));
    CHECK(pairs_are("CDR(userfield)=7", "CDR(userfield)=7\n"));
    return 0;
}

static int what_is_no_variable(void)
{
    CHECK(pairs_are("a", "!"));
    CHECK(pairs_are("a=1,b", "a=1\n!"));
    CHECK(pairs_are("=1", "!"));
    CHECK(pairs_are("1a=1", "!"));
    CHECK(pairs_are("SHELL(id)=1", "!"));
    CHECK(pairs_are("CDR(group_uuid)=1", "!"));
    CHECK(pairs_are("a b=1", "!"));
    CHECK(pairs_are("${SHELL(id)}=1", "!"));
    return 0;
}

static int bytes_mean_themselves(void)
{
    const struct api_pair pair = {SLICE("a"), SLICE("\"x\",\\(y)")};
    struct buf out;

    buf_init(&out, 1000);
    CHECK(api_pair_print(&out, &pair, false) == 0);
    CHECK(strcmp(buf_z(&out), "a=\\\"x\\\"\\,\\\\\\(y\\)") == 0);
    buf_fini(&out);
    return 0;
}

UNIT_TESTS(UNIT(dates_of_both_shapes), UNIT(other_dates_are_refused),
           UNIT_ONCE(variables_with_commas), UNIT_ONCE(what_is_no_variable),
           UNIT_ONCE(bytes_mean_themselves))
