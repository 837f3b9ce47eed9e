/*
 * base/when.h - the two kinds of time, as two types that do not mix
 *
 * struct mono   microseconds on a clock that only goes forward: timeouts, durations
 * struct wall   microseconds since 1970-01-01 UTC: records, dates in messages
 *
 * Both come from the loop (fake in tests); nothing else asks the system for the time.
 */
#pragma once
#include <stdint.h>

struct mono {
    int64_t us;
};

struct wall {
    int64_t us;
};

/** a - b in microseconds / whole milliseconds (rounded down). */
static inline int64_t mono_diff_us(struct mono a, struct mono b)
{
    return a.us - b.us;
}

static inline int64_t mono_diff_ms(struct mono a, struct mono b)
{
    return (a.us - b.us) / 1000;
}

#define WALL_TEXT 32

/** "2026-11-23 09:05:00", local time, as the tables have it; "" when it cannot be told. @return text */
const char *wall_local(struct wall w, char text[WALL_TEXT]);
