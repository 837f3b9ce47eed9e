/* say/ru.c - Russian: a number's gender, and three forms of what is counted (say.h) */
#include "plan/say/say.h"

/* один ... | два три четыре ... | пять и больше, 11-14 */
enum form { ONE, FEW, MANY };

static enum form form_of(int64_t n)
{
    const int64_t two = n % 100, one = n % 10;

    if (two >= 11 && two <= 14)
        return MANY;
    return one == 1 ? ONE : one >= 2 && one <= 4 ? FEW : MANY;
}

struct power {
    int64_t unit;
    enum say_gender gender;
    const char *forms[3];
};

/* Where the voice lacks a form the one it has is said. */
static const struct power powers[] = {
    {1000000000,
     SAY_MALE,
     {"digits/billion", "digits/billion-a|digits/billion", "digits/billions|digits/billion"}},
    {1000000,
     SAY_MALE,
     {"digits/million", "digits/million-a|digits/million", "digits/millions|digits/million"}},
    {1000,
     SAY_FEMALE,
     {"digits/thousand", "digits/thousands-i|digits/thousand", "digits/thousands|digits/thousand"}},
};

#define POWERS (sizeof(powers) / sizeof(powers[0]))

static void add_hundreds(struct buf *out, int n)
{
    if (n == 1)
        say_add(out, "digits/100|digits/hundred");
    else
        say_add(out, "digits/%d00|digits/%d+digits/hundred", n, n);
}

/* 1 to 19; один and два have a gender. */
static void add_unit(struct buf *out, int n, enum say_gender gender)
{
    if (n > 2 || gender == SAY_MALE)
        say_add(out, "digits/%d", n);
    else
        say_add(out, "digits/%d%c|digits/%d", n, gender == SAY_FEMALE ? 'f' : 'n', n);
}

/* 1 to 999. */
static void add_small(struct buf *out, int n, enum say_gender gender)
{
    if (n >= 100) {
        add_hundreds(out, n / 100);
        n %= 100;
    }
    if (n >= 20) {
        say_add(out, "digits/%d", n - n % 10);
        n %= 10;
    }
    if (n)
        add_unit(out, n, gender);
}

int say_number_ru(struct buf *out, int64_t n, enum say_gender gender)
{
    if (n < 0) {
        say_add(out, "digits/minus");
        n = n == INT64_MIN ? INT64_MAX : -n;
    }
    n %= 1000000000000;
    if (n == 0)
        return say_add(out, "digits/0");
    for (size_t i = 0; i < POWERS; i++) {
        const int64_t many = n / powers[i].unit;

        if (!many)
            continue;
        add_small(out, (int)many, powers[i].gender);
        say_add(out, "%s", powers[i].forms[form_of(many)]);
        n %= powers[i].unit;
    }
    add_small(out, (int)n, gender);
    return buf_err(out);
}

static int add_counted(struct buf *out, int n, enum say_gender gender, const char *const forms[3])
{
    say_number_ru(out, n, gender);
    return say_add(out, "%s", forms[form_of(n)]);
}

int say_hours_ru(struct buf *out, int n)
{
    static const char *const forms[] = {"hour|hours", "hours-a|hours", "hours"};

    return add_counted(out, n, SAY_MALE, forms);
}

int say_minutes_ru(struct buf *out, int n)
{
    static const char *const forms[] = {"minute|minutes", "minutes-i|minutes", "minutes"};

    return add_counted(out, n, SAY_FEMALE, forms);
}

int say_seconds_ru(struct buf *out, int n)
{
    static const char *const forms[] = {"second|seconds", "seconds-i|seconds", "seconds"};

    return add_counted(out, n, SAY_FEMALE, forms);
}
