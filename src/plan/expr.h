/*
 * plan/expr.h - the $[ ] expressions
 *
 * Scope:   | & = == != < > <= >= + - * / % ! unary -, : and =~ (regular expressions), ~~, a ? b ::
 *          c, parentheses, "strings", numbers (long double, printed with 18 digits), and
 *          mathematical functions (SIN, SQRT, ROUND ... ABS, MIN, MAX, LEN). Other routing
 *          functions are not called from an expression: its text may hold what an outsider sent.
 * Limits:  20 levels of parentheses; a regular expression at most 256 bytes over at most 1,024,
 *          without back references and huge repetitions, so that its time stays bounded.
 * Source:  Asterisk 22: strings keep their quotes and compare with them; results of broken
 *          expressions as it gives them (what was complete before the error, "0" or "").
 */
#pragma once
#include "base/buf.h"
#include "base/slice.h"

/**
 * Evaluate text and append the result to out.
 * @param call  for the log's call=
 * @return 0 (also for what does not parse: a warning is logged); ENOMEM; ENOSPC
 */
int plan_expr(struct slice text, const char *call, struct buf *out);

enum { REGEX_NO = 0, REGEX_YES = 1, REGEX_BAD = -1 };

/**
 * Bounded POSIX extended regular expression, for expressions, REGEX() and the like.
 * @param whole, group  out, may be NULL: the match; the first group (absent when it took no part)
 * @param has_group     out, may be NULL: the pattern has groups
 * @param why           out: what is wrong with it, in a few words
 */
int plan_regex(struct slice pattern, struct slice text, bool ignore_case, struct slice *whole,
               struct slice *group, bool *has_group, const char **why);

enum { REGEX_GROUPS = 10 };

/** The same, with all that matched: groups[0] is the whole, [1] the first group; those that took no part,
 *  and all when it does not match, are absent. Untouched when the result is REGEX_BAD for its size. */
int plan_regex_groups(struct slice pattern, struct slice text, bool ignore_case,
                      struct slice groups[REGEX_GROUPS], bool *has_group, const char **why);
