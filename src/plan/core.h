/*
 * plan/core.h - what the files of plan/ share: the inside of struct plan_core
 */
#pragma once
#include "base/hash.h"
#include "base/list.h"
#include "call/journal.h"
#include "call/local.h"
#include "plan/app.h"
#include "plan/astdb.h"
#include "plan/func.h"
#include "plan/plan.h"
#include "plan/routing.h"

struct plan_core {
    struct calls *calls; /* a reference */
    struct loop *loop;
    struct local_args local; /* call/local.h */
    struct runner *runner;
    struct store *store;
    struct net *net;
    struct dns *dns;
    const char *agi_dir, *system_name;
    char *recordings;             /* their folder; "": none */
    struct plan_routing *routing; /* a reference; NULL before the first */
    struct plan_guests guests;    /* has NULL: none */
    struct hash apps, funcs;      /* struct plan_row_link by lower-case name */
    struct call_journal *journal; /* borrowed; NULL: none (kept.h) */
    struct hash globals;          /* struct plan_var by name */
    size_t global_bytes;          /* names and values of globals */
    struct hash dialgroups;       /* func/dialgroup.c */
    struct hash locks;            /* func/lock.c */
    struct zones *zones;          /* for STRFTIME */
    struct list runs;             /* struct plan_run by link */
    struct list claims;           /* claim.c */
    struct list hint_watches;     /* struct plan_hint_watch */
    struct deferred hints_later;
    void (*hints_follow)(void *arg); /* hint.h */
    void *hints_follow_arg;
    uint32_t dry_runs;
    unsigned evaluations;         /* of texts by functions, in the text being filled in (subst.c) */
    struct plan_check *check;     /* the walk through a new routing, or NULL */
    uint32_t named[2][1024];      /* hashes of what the last walk, and this one, named */
    struct plan_changes *changes; /* what was changed by hand (change.c), or NULL */
    struct model_snapshot *snapshot; /* a reference to that of routing, NULL in unit tests */
    uint32_t told[64];               /* hashes of warnings given lately (plan_tell_once) */
    struct hash astdb;               /* astdb.c */
    size_t astdb_bytes;
    plan_astdb_keep_h *astdb_keep;
    void *astdb_arg;
    struct mono told_at[64];
    struct plan_tapings *tapings;      /* taping.h */
    struct plan_recorder *recorder;    /* recorder.h */
    plan_ami_sessions_h *ami_sessions; /* NULL: no Manager */
    void *ami_arg;
};

/** Where a channel (NULL: nobody) looks for exten in context, now. */
struct plan_ask plan_ask_for(const struct plan_core *p, const struct channel *ch,
                             struct slice context, struct slice exten);

/** Wall time for a channel (NULL: the station): now, or what a dry run supposes. */
struct wall plan_wall(const struct plan_core *p, const struct channel *ch);

/** The same, or what TESTTIME() says: for GotoIfTime, as in Asterisk (func/strptime.c). */
struct wall plan_test_wall(const struct plan_core *p, const struct channel *ch);

/** True when this warning about this thing was not given in the last minute. */
bool plan_tell_once(struct plan_core *p, const char *what, const char *about);

/** A global variable as the configuration has it: the next engine makes it itself. @return as
 *  plan_global_set */
int plan_global_configure(struct plan_core *p, struct slice name, struct slice value);

/** Free the dial groups (func/dialgroup.c). */
void plan_dialgroups_free(struct plan_core *p);

/** Free the locks of LOCK() (func/lock.c). */
void plan_locks_free(struct plan_core *p);
/** Free the small database in memory (astdb.c). */
void plan_astdb_free(struct plan_core *p);

/** `database show` ... (console_astdb.c); arg is the plan_core. */
int plan_database_show(struct console *c, int argc, char **argv, void *arg);
int plan_database_get(struct console *c, int argc, char **argv, void *arg);
int plan_database_put(struct console *c, int argc, char **argv, void *arg);
int plan_database_del(struct console *c, int argc, char **argv, void *arg);
int plan_database_deltree(struct console *c, int argc, char **argv, void *arg);

/** Walk apps or funcs in the order of their names (console). @return the one after name, NULL at
 * the end */
const struct plan_app *plan_app_next(const struct plan_core *p, const char *name);
const struct plan_func *plan_func_next(const struct plan_core *p, const char *name);

/** Globals in the order of their names. @return how many */
uint32_t plan_globals_each(const struct plan_core *p,
                           int (*each)(const char *name, const char *value, void *arg), void *arg);
