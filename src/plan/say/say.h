/*
 * plan/say/say.h - what is said of a number, a text, a moment: the names of sound files
 *
 * Scope:   pure functions from values to "digits/20&digits/1": SayNumber and its like, AGI's SAY,
 *          function SAYFILES. English as Asterisk says it; Russian in right cases and genders.
 * Shape:   names joined by '&', as channel_play takes them. "a|b" is b where there is no a, "c+d" after
 *          a | is c and then d: Debian's Russian voice lacks many words (docs/plan.md lists them).
 * Thread:  any.
 * Source:  Asterisk 22's say.c as a running one speaks (tests/golden/say-en.txt); Russian names of
 *          files as in its ast_say_number_full_ru, others of the same manner.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/buf.h"
#include "base/slice.h"

/** Which letters get "uppercase" or "lowercase" before them. */
enum say_case { SAY_CASE_NONE, SAY_CASE_LOWER, SAY_CASE_UPPER, SAY_CASE_ALL };

enum say_gender { SAY_MALE, SAY_FEMALE, SAY_NEUTER };

/* Each appends to out ("&" between names) and returns 0, ENOSPC or ENOMEM. language: "ru", "ru_RU":
 * Russian, else English ("en_GB" says "and" in numbers). */

/** @param gender  of what is counted (Russian) */
int say_number(struct buf *out, const char *language, int64_t n, enum say_gender gender);
/** "21st". 0 is silent, as in Asterisk. */
int say_ordinal(struct buf *out, const char *language, int64_t n);
/** "12.34": dollars and cents, as Asterisk in every language. */
int say_money(struct buf *out, const char *language, const char *amount);
/** Digits, * # and - of a text. */
int say_digits(struct buf *out, const char *text);
int say_alpha(struct buf *out, const char *text, enum say_case sensitive);
int say_phonetic(struct buf *out, const char *text);

/** A moment. */
struct say_time {
    struct tm tm;        /* local */
    int64_t days_behind; /* whole days that it lies before today (tomorrow: -1), for Q and q */
};

/**
 * @param format  NULL or "": the language's own. A a weekday, B b h month, d e day, m month as a number,
 *                Y year, I l 12-hour clock, H k hour, M N minute, S second, P p a.m. or p.m., Q q day
 *                by its distance, R hours and minutes, T with seconds, 'file'. Others are silent.
 */
int say_time(struct buf *out, const char *language, const struct say_time *t, const char *format);

/** Add one name. */
int say_add(struct buf *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool say_is_russian(const char *language);

/* A language's own (say/ru.c). */
int say_number_ru(struct buf *out, int64_t n, enum say_gender gender);
int say_hours_ru(struct buf *out, int n);
int say_minutes_ru(struct buf *out, int n);
int say_seconds_ru(struct buf *out, int n);
