/* say/number.c - numbers, ordinals and money in English (say.h); Russian numbers: ru.c */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plan/say/say.h"

static const struct {
    int64_t unit;
    const char *name;
} powers[] = {{1000000000, "billion"}, {1000000, "million"}, {1000, "thousand"}};

#define POWERS (sizeof(powers) / sizeof(powers[0]))

static bool is_british(const char *language)
{
    return strcasecmp(language, "en_GB") == 0;
}

/* 1 to 999. */
static void add_small(struct buf *out, int64_t n, bool says_and)
{
    if (n >= 100) {
        say_add(out, "digits/%d", (int)(n / 100));
        say_add(out, "digits/hundred");
        n %= 100;
        if (n && says_and)
            say_add(out, "vm-and");
    }
    if (n >= 20) {
        say_add(out, "digits/%d", (int)(n - n % 10));
        n %= 10;
    }
    if (n)
        say_add(out, "digits/%d", (int)n);
}

static int64_t magnitude(struct buf *out, int64_t n)
{
    if (n >= 0)
        return n;
    say_add(out, "digits/minus");
    return n == INT64_MIN ? INT64_MAX : -n;
}

static void add_english(struct buf *out, int64_t n, bool says_and)
{
    bool has_said = false;

    if (n >= 1000000000000) /* nobody has a word for it: digit by digit groups */
        n %= 1000000000000;
    for (size_t i = 0; i < POWERS; i++) {
        if (n < powers[i].unit)
            continue;
        add_small(out, n / powers[i].unit, says_and);
        say_add(out, "digits/%s", powers[i].name);
        n %= powers[i].unit;
        has_said = true;
    }
    if (has_said && says_and && n && n < 100)
        say_add(out, "vm-and");
    add_small(out, n, says_and);
}

int say_number(struct buf *out, const char *language, int64_t n, enum say_gender gender)
{
    if (say_is_russian(language))
        return say_number_ru(out, n, gender);
    n = magnitude(out, n);
    if (n)
        add_english(out, n, is_british(language));
    else
        say_add(out, "digits/0");
    return buf_err(out);
}

/* The last word of 1 to 999 is the ordinal one. */
static void add_small_ordinal(struct buf *out, int64_t n)
{
    if (n >= 100) {
        say_add(out, "digits/%d", (int)(n / 100));
        say_add(out, "digits/%shundred", n % 100 ? "" : "h-");
        n %= 100;
    }
    if (n >= 20) {
        say_add(out, "digits/%s%d", n % 10 ? "" : "h-", (int)(n - n % 10));
        n %= 10;
    }
    if (n)
        say_add(out, "digits/h-%d", (int)n);
}

int say_ordinal(struct buf *out, const char *language, int64_t n)
{
    n = magnitude(out, n) % 1000000000000;
    for (size_t i = 0; i < POWERS; i++) {
        const int64_t unit = powers[i].unit;

        if (n < unit)
            continue;
        if (say_is_russian(language))
            say_number_ru(out, n / unit, unit == 1000 ? SAY_FEMALE : SAY_MALE);
        else
            add_small(out, n / unit, false);
        n %= unit;
        say_add(out, "digits/%s%s", n ? "" : "h-", powers[i].name);
    }
    add_small_ordinal(out, n);
    return buf_err(out);
}

/* Asterisk takes the digits before the point as dollars and the first two behind it as cents, as they
   stand: ".5" is five cents. */
int say_money(struct buf *out, const char *language, const char *amount)
{
    const char *point = strchr(amount, '.');
    const long dollars = *amount >= '0' && *amount <= '9' ? strtol(amount, NULL, 10) : 0;
    char digits[3] = "";
    long cents;

    if (point)
        for (size_t i = 0; i < 2 && point[1 + i] >= '0' && point[1 + i] <= '9'; i++)
            digits[i] = point[1 + i];
    cents = strtol(digits, NULL, 10);
    if (dollars) {
        say_number(out, language, dollars, SAY_MALE);
        say_add(out, "%s",
                dollars == 1 && cents ? "letters/dollar_"
                : dollars == 1        ? "letters/dollar"
                                      : "dollars");
        if (cents)
            say_add(out, "and");
    }
    if (cents || !dollars) {
        say_number(out, language, cents, SAY_MALE);
        say_add(out, "%s", cents == 1 ? "cent" : "cents");
    }
    return buf_err(out);
}
