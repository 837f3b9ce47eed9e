/*
 * plan/args.h - the data of an application cut into arguments and options
 *
 * Scope:   "a,b(c,d),\"e,f\",g\,h" is four arguments: a delimiter inside () [] or quotes, or
 *          behind a backslash, is text. Quotes and backslashes are taken out.
 * Shape:   in place: arguments point into the text that was given.
 */
#pragma once
#include <stdbool.h>

#include "base/slice.h"

/**
 * @param text  cut up in place; may be ""
 * @param argv  out: max pointers, those without argument ""; the last one gets all that is left
 * @return how many arguments there are (0 for "")
 */
int plan_args_split(char *text, char delimiter, char **argv, int max);

/** The same, but quotes and backslashes stay (arguments that are split again later). */
int plan_args_split_raw(char *text, char delimiter, char **argv, int max);

/** Next option of "gm(class)r": its letter, and what stands in its parentheses (NULL: none).
 *  @param options  moved on. @return false at the end */
bool plan_option_next(char **options, char *letter, char **arg);

/** Seconds, also "0.5", as milliseconds; absent when it is not a number. @return 0; EINVAL */
int plan_parse_seconds(const char *text, long long *ms);

/** Without blanks around, in place. */
char *plan_strip(char *text);

/** "yes", "true", "y", "t", "1", "on" in any case: the truth of settings. */
bool plan_is_yes(struct slice text);

/** Asterisk's truth of expressions: empty, "0" and numbers that are 0 are false; any other text is true. */
bool plan_is_true(const char *text);
