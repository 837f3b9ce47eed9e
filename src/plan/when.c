/* when.c - see when.h */
#include <errno.h>
#include <string.h>

#include "plan/when.h"

#define DAY_MINUTES (24 * 60)

static const char *const weekday_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};
static const char *const month_names[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
                                          "aug", "sep", "oct", "nov", "dec", NULL};

static bool is_all(struct slice s)
{
    return !s.len || slice_eqz(s, "*");
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* One or two digits at the beginning. @return how many bytes they are */
static size_t take_number(struct slice s, int *n)
{
    size_t used = 0;

    *n = 0;
    while (used < 2 && used < s.len && is_digit(s.p[used]))
        *n = *n * 10 + s.p[used++] - '0';
    return used;
}

/* "9:00" @return minute of the day, -1: none */
static int parse_minute(struct slice s)
{
    int hour, minute;
    size_t used = take_number(s, &hour);

    if (!used || used >= s.len || s.p[used] != ':')
        return -1;
    s = slice_skip(s, used + 1);
    if (!take_number(s, &minute) || hour > 23 || minute > 59)
        return -1;
    return hour * 60 + minute;
}

static bool add_times(struct plan_when *w, struct slice part)
{
    struct slice to, from = slice_cut(part, '-', &to);
    int first = parse_minute(slice_trim(from)), last = first;

    if (slice_is_set(to)) {
        while (to.len && !is_digit(to.p[0]))
            to = slice_skip(to, 1);
        last = parse_minute(to);
    }
    if (first < 0 || last < 0)
        return false;
    for (int m = first;; m = (m + 1) % DAY_MINUTES) {
        w->minutes[m / 32] |= 1u << m % 32;
        if (m == last)
            return true;
    }
}

/* A name or a number from 1 to most. @return it; 0: neither */
static int parse_name(struct slice s, const char *const *names, int most)
{
    int n;

    for (int i = 0; names && names[i]; i++)
        if (slice_caseeqz(s, names[i]))
            return i + 1;
    return take_number(s, &n) && n <= most ? n : 0;
}

static bool add_range(uint32_t *mask, struct slice part, const char *const *names, int most)
{
    struct slice to, from = slice_cut(part, '-', &to);
    int first = parse_name(slice_trim(from), names, most), last = first;

    if (slice_is_set(to))
        last = parse_name(slice_trim(to), names, most);
    if (!first || !last)
        return false;
    for (int i = first;; i = i % most + 1) {
        *mask |= 1u << (i - 1);
        if (i == last)
            return true;
    }
}

static void note_bad(struct slice *bad, struct slice part)
{
    if (bad && !slice_is_set(*bad))
        *bad = part;
}

static void parse_times(struct plan_when *w, struct slice text, struct slice *bad)
{
    if (is_all(text)) {
        memset(w->minutes, 0xff, sizeof(w->minutes));
        return;
    }
    while (slice_is_set(text)) {
        struct slice part = slice_cut(text, '&', &text);

        if (!add_times(w, part))
            note_bad(bad, part);
    }
}

static uint32_t parse_ranges(struct slice text, const char *const *names, int most,
                             struct slice *bad)
{
    uint32_t mask = 0;

    if (is_all(text))
        return (uint32_t)((UINT64_C(1) << most) - 1);
    while (slice_is_set(text)) {
        struct slice part = slice_cut(text, '&', &text);

        if (!add_range(&mask, part, names, most))
            note_bad(bad, part);
    }
    return mask;
}

/* The next part, up to a comma or a bar; absent: all. */
static struct slice next_part(struct slice *rest)
{
    size_t n = 0;
    struct slice part;

    if (!slice_is_set(*rest))
        return SLICE("*");
    while (n < rest->len && rest->p[n] != ',' && rest->p[n] != '|')
        n++;
    part = slice_trim(slice_from(rest->p, n));
    *rest = n < rest->len ? slice_skip(*rest, n + 1) : SLICE_NONE;
    return part;
}

static bool has_minutes(const struct plan_when *w)
{
    for (size_t i = 0; i < sizeof(w->minutes) / sizeof(w->minutes[0]); i++)
        if (w->minutes[i])
            return true;
    return false;
}

int plan_when_parse(struct plan_when *w, struct slice text, struct slice *bad)
{
    memset(w, 0, sizeof(*w));
    if (bad)
        *bad = SLICE_NONE;
    text = slice_trim(text);
    if (!text.len)
        return EINVAL;
    parse_times(w, next_part(&text), bad);
    w->weekdays = (uint8_t)parse_ranges(next_part(&text), weekday_names, 7, bad);
    w->days = parse_ranges(next_part(&text), NULL, 31, bad);
    w->months = (uint16_t)parse_ranges(next_part(&text), month_names, 12, bad);
    w->zone = slice_is_set(text) ? slice_trim(text) : SLICE("");
    return has_minutes(w) && w->weekdays && w->days && w->months ? 0 : EINVAL;
}

bool plan_when_holds(const struct plan_when *w, struct zones *zones, struct wall at)
{
    char zone[64];
    struct tm tm;
    int minute;

    if (slice_copy(w->zone, zone, sizeof(zone)) ||
        zones_localtime(zones, zone, at.us / 1000000, &tm))
        return false;
    minute = tm.tm_hour * 60 + tm.tm_min;
    return (w->months >> tm.tm_mon & 1) && (w->days >> (tm.tm_mday - 1) & 1) &&
           (w->weekdays >> tm.tm_wday & 1) && (w->minutes[minute / 32] >> minute % 32 & 1);
}
