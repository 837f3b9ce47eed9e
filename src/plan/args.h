/*
 * plan/args.h - cutting an application's or function's data into its arguments
 *
 * Source:  Asterisk's standard argument parsing: commas inside (), [] and "" do not separate;
 * quotes are removed, a backslash takes the next character as it is. The raw form keeps both.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/**
 * Cut text at sep, in place.
 * @param argv  out: max pointers into text; those not there are ""
 * @return how many were there; the last one keeps the rest, separators included
 */
unsigned plan_args(char *text, char sep, char **argv, unsigned max);

/** The same; quotes and backslashes stay. */
unsigned plan_args_raw(char *text, char sep, char **argv, unsigned max);

/** Without spaces around, in place. */
char *plan_strip(char *text);

/** Asterisk's truth: "" is false, a number is true unless it is 0, other text is true. */
bool plan_is_true(const char *text);
