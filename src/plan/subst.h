/*
 * plan/subst.h - ${variables}, ${FUNCTIONS(args)}, $[expressions] inside texts of the routing
 *
 * Scope:   ${X}, ${X:offset:length} with negative forms, nesting ${${X}}, ${F(a):1:2}, $[ ].
 * Rules:   one pass: what a variable holds is never substituted again.
 * Limits:  64 KiB of result, 20 levels, 1,000 evaluations by functions (EVAL); beyond them the text is cut
 *          and one warning is logged.
 * Source:  Asterisk's pbx_substitute_variables: warnings for a missing } or ], a lone $ stays.
 */
#pragma once
#include "plan/func.h"

#define PLAN_TEXT_MAX 65536
#define PLAN_DEPTH_MAX 20
#define PLAN_EVALUATIONS_MAX 1000

/** Append text, substituted, to out. @return 0; ENOSPC; ENOMEM */
int plan_subst(const struct plan_env *env, struct slice text, struct buf *out);

/** Value of a variable by name: what the station knows (EXTEN, UNIQUEID ...), then the channel's,
 *  then globals. Appended. @return 0; ENOENT (nothing appended); ENOMEM */
int plan_var_get(const struct plan_env *env, struct slice name, struct buf *out);

/** ${name} with everything: functions, substrings. @return as plan_subst */
int plan_value_get(const struct plan_env *env, struct slice name, struct buf *out);

/** Set(name=value): a variable of the channel (of the station without one) or, with parentheses, a
 *  function. @return 0; EINVAL, ENOENT, EACCES (logged); ENOSPC; ENOMEM */
int plan_var_set(const struct plan_env *env, struct slice name, struct slice value);

/** The part of value that :offset:length names. */
struct slice plan_substring(struct slice value, int64_t offset, int64_t length);

/** ^{NAME} and ^{NAME:1:2} replaced, once, when a command is about to run: plain variables only, so
 *  that a text that an outsider sent calls no function. @return as plan_subst */
int plan_expand_caret(const struct plan_env *env, struct slice text, struct buf *out);
