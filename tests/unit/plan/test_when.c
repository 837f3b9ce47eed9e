/* Time conditions. Expectations are those of Asterisk's ast_build_timing. */
#include "plan/when.h"
#include "base/mem.h"
#include "unit.h"
#include <stdio.h>

/* 2024-05-15 was a Wednesday; 2024-05-19 a Sunday. UTC seconds of their midnights. */
#define WED 1715731200
#define SUN 1716076800
#define HM(h, m) ((h)*3600 + (m)*60)

static const struct {
    const char *spec;
    int64_t at;
    bool holds;
} cases[] = {
    {"*,*,*,*,UTC", WED, true},
    {"9:00-17:00,mon-fri,*,*,UTC", WED + HM(9, 0), true},
    {"9:00-17:00,mon-fri,*,*,UTC", WED + HM(8, 59), false},
    {"9:00-17:00,mon-fri,*,*,UTC", WED + HM(17, 0) + 59, true}, /* the last minute belongs to it */
    {"9:00-17:00,mon-fri,*,*,UTC", WED + HM(17, 1), false},
    {"9:00-17:00,mon-fri,*,*,UTC", SUN + HM(12, 0), false},
    {"22:00-6:00,*,*,*,UTC", WED + HM(23, 30), true},
    {"22:00-6:00,*,*,*,UTC", WED + HM(5, 0), true},
    {"22:00-6:00,*,*,*,UTC", WED + HM(12, 0), false},
    {"*,sat-mon,*,*,UTC", SUN, true},
    {"*,sat-mon,*,*,UTC", WED, false},
    {"*,sun&wed,*,*,UTC", WED, true},
    {"*,WED,*,*,UTC", WED, true},
    {"*,4,*,*,UTC", WED, true}, /* 1 is Sunday */
    {"*,*,15,*,UTC", WED, true},
    {"*,*,1-14&16-31,*,UTC", WED, false},
    {"*,*,30-16,*,UTC", WED, true},
    {"*,*,*,apr-jun,UTC", WED, true},
    {"*,*,*,nov-feb,UTC", WED, false},
    {"*,*,*,5,UTC", WED, true},
    {"12:00,*,*,*,UTC", WED + HM(12, 0) + 30, true},
    {"12:00,*,*,*,UTC", WED + HM(12, 1), false},
    {"8:00-9:00&12:00-13:00,*,*,*,UTC", WED + HM(12, 30), true},
    {",,,,UTC", WED, true},
    {"nonsense&12:00-13:00,*,*,*,UTC", WED + HM(12, 30), true},
    {"9:00-17:00|mon-fri|*|*|UTC", WED + HM(9, 0), true},
    {"12:00-15:00,*,*,*,Europe/Moscow", WED + HM(10, 0), true}, /* 13:00 there */
    {"12:00-15:00,*,*,*,Europe/Moscow", WED + HM(13, 0), false},
    {"*,*,*,*,No/Where", WED, false},
};

static int holds_as_asterisk_says(void)
{
    struct zones *zones = NULL;
    int err;

    CHECK_OK(zones_alloc(&zones));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct wall at = {cases[i].at * 1000000};
        struct plan_when w;
        bool holds;

        CHECK_OK_TO(plan_when_parse(&w, slice_of(cases[i].spec), NULL), out);
        holds = plan_when_holds(&w, zones, at);
        if (unit_is_rerun() && !holds) /* no memory for the zone */
            continue;
        if (holds != cases[i].holds)
            fprintf(stderr, "wrong: %s at %lld\n", cases[i].spec, (long long)cases[i].at);
        CHECK_TO(holds == cases[i].holds, out);
    }
out:
    mem_deref(zones);
    return err;
}

static int wrong_elements_are_named(void)
{
    struct plan_when w;
    struct slice bad;

    CHECK_OK(plan_when_parse(&w, SLICE("9:00-17:00,mon-fri,*,*"), &bad));
    CHECK(!slice_is_set(bad));
    CHECK_OK(plan_when_parse(&w, SLICE("9:00-25:00&10:00,mon,*,*"), &bad));
    CHECK(slice_eqz(bad, "9:00-25:00"));
    CHECK_OK(plan_when_parse(&w, SLICE("*,mon&foo-fri,*,*"), &bad));
    CHECK(slice_eqz(bad, "foo-fri"));
    CHECK(plan_when_parse(&w, SLICE("*,foo,*,*"), &bad) == EINVAL && slice_eqz(bad, "foo"));
    CHECK(plan_when_parse(&w, SLICE(""), &bad) == EINVAL);
    CHECK(plan_when_parse(&w, SLICE("*,*,32,*"), &bad) == EINVAL);
    return 0;
}

UNIT_TESTS(UNIT(holds_as_asterisk_says), UNIT(wrong_elements_are_named))
