/*
 * plan/core.h - what the files of plan/ share: the inside of struct plan_core
 */
#pragma once
#include "base/hash.h"
#include "base/list.h"
#include "call/local.h"
#include "plan/app.h"
#include "plan/func.h"
#include "plan/plan.h"
#include "plan/routing.h"

struct plan_core {
    struct calls *calls;
    struct loop *loop;       /* of calls; runs may outlive those by a moment */
    struct local_args local; /* call/local.h */
    struct runner *runner;
    const char *agi_dir, *system_name;
    struct plan_routing *routing; /* a reference; NULL before the first */
    struct hash apps, funcs;      /* struct plan_row_link by lower-case name */
    struct hash globals;          /* struct plan_var by name */
    size_t global_bytes;          /* names and values of globals */
    struct hash dialgroups;       /* func/dialgroup.c */
    struct zones *zones;          /* for STRFTIME */
    struct list runs;             /* struct plan_run by link */
    uint32_t told[64];            /* hashes of warnings given lately (plan_tell_once) */
    struct mono told_at[64];
};

/** True when this warning about this thing was not given in the last minute. */
bool plan_tell_once(struct plan_core *p, const char *what, const char *about);

/** Free the dial groups (func/dialgroup.c). */
void plan_dialgroups_free(struct plan_core *p);

/** Walk apps or funcs in the order of their names (console). @return the one after name, NULL at
 * the end */
const struct plan_app *plan_app_next(const struct plan_core *p, const char *name);
const struct plan_func *plan_func_next(const struct plan_core *p, const char *name);

/** One walk through a new routing: unknown applications and functions, options that nothing obeys
 *  (check.c). */
void plan_check_routing(struct plan_core *p, const struct plan_routing *r);

/** Globals in the order of their names. @return how many */
uint32_t plan_globals_each(const struct plan_core *p,
                           int (*each)(const char *name, const char *value, void *arg), void *arg);

/** Calls in the routing now. */
uint32_t plan_runs_count(const struct plan_core *p);
