/*
 * plan/func.h - a routing function ${NAME(args)}, Set(NAME(args)=value): one row of a table
 *
 * Scope:   rows of plan/func/ and of other folders (plan_func_add).
 * Rules:   args come substituted once and are never substituted again; what an outsider typed into
 *          a caller id stays text.
 */
#pragma once
#include "base/buf.h"
#include "base/slice.h"
#include "call/channel.h"

struct plan_core;

/** For whom text is substituted or a function evaluated. */
struct plan_env {
    struct plan_core *core;
    struct channel *channel; /* NULL: for the station (console, globals) */
    unsigned depth;          /* nesting so far; 0 at the beginning */
};

struct plan_func {
    const char *name;
    const char *syntax;
    const char *help_ru; /* lines; the first is the synopsis */
    const char *help_en;
    const char *shown; /* the test that shows it, as plan/app.h's */

    /** Append the value to out. @param args  cut up freely; "" when none. @return 0; ENOENT or
     * EINVAL (logged by the function; the value is empty then); ENOMEM. NULL: cannot be read. */
    int (*read)(const struct plan_env *env, char *args, struct buf *out);

    /** Set it. @return 0; EINVAL, ENOENT, EACCES (logged); ENOMEM. NULL: cannot be written. */
    int (*write)(const struct plan_env *env, char *args, struct slice value);
};

/** All of this folder, in the order of their names; the last row is NULL. */
extern const struct plan_func *const plan_funcs[];
