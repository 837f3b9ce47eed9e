/* rest/api_text.c - see api_text.h */
#include "rest/api_text.h"

#include <errno.h>
#include <stdio.h>

/* ---- dates ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Exactly n digits from the front. @return -1: they are not there */
static int take_number(struct slice *s, size_t n)
{
    int number = 0;

    if (s->len < n)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(s->p[i]))
            return -1;
        number = number * 10 + (s->p[i] - '0');
    }
    *s = slice_skip(*s, n);
    return number;
}

static bool take_char(struct slice *s, char c)
{
    if (!s->len || s->p[0] != c)
        return false;
    *s = slice_skip(*s, 1);
    return true;
}

struct date {
    int year, month, day, hour, minute, second;
};

static bool take_day(struct slice *s, struct date *d)
{
    if (s->len > 2 && s->p[2] == '.') {
        d->day = take_number(s, 2);
        take_char(s, '.');
        d->month = take_number(s, 2);
        if (!take_char(s, '.'))
            return false;
        d->year = take_number(s, 4);
    } else {
        d->year = take_number(s, 4);
        if (!take_char(s, '-'))
            return false;
        d->month = take_number(s, 2);
        if (!take_char(s, '-'))
            return false;
        d->day = take_number(s, 2);
    }
    return d->year >= 0;
}

static bool take_time(struct slice *s, struct date *d)
{
    d->hour = take_number(s, 2);
    if (!take_char(s, ':'))
        return false;
    d->minute = take_number(s, 2);
    d->second = take_char(s, ':') ? take_number(s, 2) : 0;
    return s->len == 0;
}

static int days_of(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && is_leap);
}

static bool is_in(int n, int least, int most)
{
    return n >= least && n <= most;
}

static bool is_date(const struct date *d)
{
    return is_in(d->year, 1970, 9999) && is_in(d->month, 1, 12) &&
           is_in(d->day, 1, days_of(d->year, d->month)) && is_in(d->hour, 0, 23) &&
           is_in(d->minute, 0, 59) && is_in(d->second, 0, 59);
}

int api_date(struct slice text, bool is_end, char out[API_DATE])
{
    struct slice s = slice_trim(text);
    struct date d = {0};

    if (!take_day(&s, &d))
        return EINVAL;
    if (!s.len) {
        d.hour = is_end ? 23 : 0;
        d.minute = d.second = is_end ? 59 : 0;
    } else if ((!take_char(&s, ' ') && !take_char(&s, 'T')) || !take_time(&s, &d)) {
        return EINVAL;
    }
    if (!is_date(&d))
        return EINVAL;
    snprintf(out, API_DATE, "%04u-%02u-%02u %02u:%02u:%02u", (unsigned)d.year % 10000,
             (unsigned)d.month % 100, (unsigned)d.day % 100, (unsigned)d.hour % 100,
             (unsigned)d.minute % 100, (unsigned)d.second % 100);
    return 0;
}

/* ---- variables ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool api_is_variable(struct slice name)
{
    if (slice_caseeqz(name, "CDR(userfield)") || slice_caseeqz(name, "CDR(accountcode)"))
        return true;
    if (!name.len || name.len > 80 || !is_letter(name.p[0]))
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (!is_letter(name.p[i]) && !is_digit(name.p[i]))
            return false;
    return true;
}

/* Bytes up to the comma that ends the pair. */
static size_t length_of(struct slice s)
{
    bool is_quoted = false;
    size_t i = 0;

    for (; i < s.len && (is_quoted || s.p[i] != ','); i++) {
        if (s.p[i] == '"')
            is_quoted = !is_quoted;
        else if (s.p[i] == '\\' && i + 1 < s.len)
            i++;
    }
    return i;
}

int api_pair_next(struct slice *rest, struct api_pair *pair)
{
    const size_t n = length_of(*rest);
    const struct slice text = slice_from(rest->p, n);

    *rest = n < rest->len ? slice_skip(*rest, n + 1) : SLICE_NONE;
    pair->name = slice_trim(slice_cut(text, '=', &pair->value));
    if (!slice_is_set(pair->value) || !api_is_variable(pair->name))
        return EINVAL;
    return 0;
}

/* What means something to who reads it. */
static bool is_special(char c)
{
    return c == ',' || c == '"' || c == '\\' || c == '(' || c == ')' || c == '[' || c == ']';
}

static void put_byte(struct buf *out, char c)
{
    if (is_special(c))
        buf_addc(out, '\\');
    buf_addc(out, c);
}

int api_pair_print(struct buf *out, const struct api_pair *pair, bool is_quoted)
{
    const struct slice v = pair->value;

    buf_adds(out, pair->name);
    buf_addc(out, '=');
    for (size_t i = 0; i < v.len; i++) {
        if (is_quoted && v.p[i] == '"')
            continue;
        if (is_quoted && v.p[i] == '\\' && i + 1 < v.len)
            i++;
        put_byte(out, v.p[i]);
    }
    return buf_err(out);
}
