/*
 * plan/expr.h - the $[ ] expressions
 *
 * Scope:   | & = == != < > <= >= + - * / % ! unary -, : and =~ (regular expressions), ~~, a ? b ::
 * c, parentheses, "strings", numbers (80-bit floating point, printed with 16 digits), and the
 *          mathematical functions (SIN, SQRT, ROUND ...). Routing functions are not called from an
 *          expression: its text may hold what an outsider sent.
 * Limits:  20 levels of parentheses; a regular expression at most 256 bytes over at most 1,024,
 *          without huge repetitions, so that its time stays under some milliseconds.
 * Source:  Asterisk's ast_expr2, results as printed by Asterisk 22.
 */
#pragma once
#include "base/buf.h"
#include "base/slice.h"

/**
 * Evaluate text and append the result to out.
 * @return 0; EINVAL (does not parse, or a bad regular expression: a warning is logged and nothing
 * is appended); ENOMEM
 */
int plan_expr(struct slice text, struct buf *out);

/**
 * Bounded POSIX extended regular expression, for expressions, REGEX() and the like.
 * @param sub  out: first group's (or, without one, the whole) match; may be NULL
 * @return 1 matches; 0 does not; -1 refused or wrong (why says it in a few words)
 */
int plan_regex(struct slice pattern, struct slice text, bool ignore_case, struct slice *sub,
               bool *has_group, const char **why);
