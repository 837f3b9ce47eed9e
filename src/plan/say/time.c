/* say/time.c - moments, letter by letter of a format (say.h) */
#include <string.h>

#include "plan/say/say.h"

struct saying {
    struct buf *out;
    const char *language;
    bool is_ru;
    const struct say_time *time;
};

static void add_format(const struct saying *s, const char *format);

/* 1st to 31st: twenty, first. */
static void add_day(const struct saying *s)
{
    say_ordinal(s->out, s->language, s->time->tm.tm_mday);
}

/* 05: "oh five"; zero has a word of its own. */
static void add_two_digits(const struct saying *s, int n, const char *zero)
{
    if (n == 0) {
        say_add(s->out, "%s", zero);
        return;
    }
    if (n < 10)
        say_add(s->out, "digits/oh");
    say_number(s->out, s->language, n, SAY_MALE);
}

static void add_year(const struct saying *s)
{
    const int year = s->time->tm.tm_year + 1900;

    if (s->is_ru || year < 1100 || year > 1999) {
        say_number(s->out, s->language, year, SAY_MALE);
        return;
    }
    say_number(s->out, s->language, year / 100, SAY_MALE);
    add_two_digits(s, year % 100, "digits/hundred");
}

static void add_hour(const struct saying *s, bool is_padded)
{
    const int hour = s->time->tm.tm_hour;

    if (s->is_ru) {
        say_hours_ru(s->out, hour);
        return;
    }
    if (hour == 0 || (is_padded && hour < 10))
        say_add(s->out, "digits/oh");
    if (hour)
        say_number(s->out, s->language, hour, SAY_MALE);
}

static void add_hour_of_12(const struct saying *s)
{
    const int hour = s->time->tm.tm_hour % 12;

    if (s->is_ru)
        say_hours_ru(s->out, hour ? hour : 12);
    else
        say_number(s->out, s->language, hour ? hour : 12, SAY_MALE);
}

static void add_minute(const struct saying *s, const char *zero)
{
    if (s->is_ru)
        say_minutes_ru(s->out, s->time->tm.tm_min);
    else
        add_two_digits(s, s->time->tm.tm_min, zero);
}

static void add_second(const struct saying *s)
{
    if (s->is_ru)
        say_seconds_ru(s->out, s->time->tm.tm_sec);
    else
        add_two_digits(s, s->time->tm.tm_sec, "digits/0");
}

/* Today, yesterday, tomorrow, a weekday, a date: the farther, the more words. */
static void add_near_day(const struct saying *s)
{
    const int64_t behind = s->time->days_behind, far = behind < 0 ? -behind : behind;

    if (behind == 0)
        say_add(s->out, "digits/today");
    else if (far == 1)
        say_add(s->out, "digits/%s", behind > 0 ? "yesterday" : "tomorrow");
    else if (far < 7)
        add_format(s, "A");
    else if (far <= 30)
        add_format(s, s->is_ru ? "AdB" : "ABd");
    else if (far <= 182)
        add_format(s, s->is_ru ? "dB" : "Bd");
    else
        add_format(s, s->is_ru ? "dBY" : "BdY");
}

static void add_letter(const struct saying *s, char letter)
{
    const struct tm *tm = &s->time->tm;

    switch (letter) {
    case 'A':
    case 'a': say_add(s->out, "digits/day-%d", tm->tm_wday); break;
    case 'B':
    case 'b':
    case 'h': say_add(s->out, "digits/mon-%d", tm->tm_mon); break;
    case 'm': say_ordinal(s->out, s->language, tm->tm_mon + 1); break;
    case 'd':
    case 'e': add_day(s); break;
    case 'Y': add_year(s); break;
    case 'I':
    case 'l': add_hour_of_12(s); break;
    case 'H':
    case 'k': add_hour(s, letter == 'H'); break;
    case 'M': add_minute(s, "digits/oclock"); break;
    case 'N': add_minute(s, "digits/hundred"); break;
    case 'S': add_second(s); break;
    case 'P':
    case 'p': say_add(s->out, "digits/%c-m", tm->tm_hour < 12 ? 'a' : 'p'); break;
    case 'Q':
    case 'q': add_near_day(s); break;
    case 'R': add_format(s, "HM"); break;
    case 'T': add_format(s, "HMS"); break;
    default: break;
    }
}

static void add_format(const struct saying *s, const char *format)
{
    for (; *format; format++) {
        const size_t len = *format == '\'' ? strcspn(format + 1, "'") : 0;

        if (*format != '\'') {
            add_letter(s, *format);
            continue;
        }
        if (len)
            say_add(s->out, "%.*s", (int)len, format + 1);
        format += len + (format[1 + len] ? 1 : 0);
    }
}

int say_time(struct buf *out, const char *language, const struct say_time *t, const char *format)
{
    const struct saying s = {out, language, say_is_russian(language), t};

    if (!format || !*format)
        format = s.is_ru ? "AdBY 'digits/at' kM" : "ABdY 'digits/at' IMp";
    add_format(&s, format);
    return buf_err(out);
}
