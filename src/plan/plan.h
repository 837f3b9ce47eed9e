/*
 * plan/plan.h - the routing of an engine: what it knows, and how a call starts to run in it
 *
 * Scope:   one `struct plan_core` per engine: the compiled routing, global variables, dial groups,
 *          the tables of applications and functions, and the runs of all channels.
 * Owns:    a reference to the current routing and all running runs (a run holds its channel).
 * Thread:  the loop's.
 * Change:  plan_set_routing and plan_set_snapshot drop no call: a running call finishes its
 *          present application and takes its next priority from the new routing.
 * Limits:  100,000 steps at more than 1,000 steps a second end a call (a routing that loops);
 *          every 1,000 steps without a wait the loop gets its turn.
 * Source:  Asterisk 22's pbx core: auto-fallthrough, extensions s i t h T e.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "call/channel.h"
#include "ipc/console.h"
#include "loop/loop.h"

struct plan_core;
struct plan_routing;
struct plan_app;
struct plan_func;
struct model_snapshot;
struct dns;
struct net;
struct runner;
struct store;

struct plan_core_args {
    struct calls *calls;   /* a reference is taken */
    struct runner *runner; /* borrowed; NULL: AGI answers AGISTATUS=FAILURE */
    struct store *store;   /* borrowed; NULL: SQL() asks nobody */
    struct net *net;       /* borrowed, with dns: for agi://; NULL: there is none */
    struct dns *dns;       /* borrowed; NULL: ENUMLOOKUP() and its like ask nobody */
    const char *agi_dir;   /* "/var/lib/station/agi-bin", for agi_* texts; borrowed for ever */
    const char *
        recordings; /* the folder of recordings, where Record looks for free numbers; copied; NULL: none */
    const char *system_name; /* ${SYSTEMNAME}; NULL: "" */
};

/** @return 0; ENOMEM */
int plan_core_alloc(struct plan_core **pp, const struct plan_core_args *args);

/** Take a compiled routing (shared; plan/routing.h). Globals that differ from the previous
 * routing's are set, in their order, ${} in them substituted once; those set at run time stay. Unknown applications and options that nothing
 * obeys yet are named, each once. @return 0; ENOMEM (the old routing stays) */
int plan_set_routing(struct plan_core *p, struct plan_routing *r);

/** Compile the routing of a snapshot: tens of milliseconds for ten thousand extensions, so on
 *  whatever thread loads it. Touches nothing else; counts no reference. @return 0; ENOMEM */
int plan_compile(struct plan_routing **rp, const struct model_snapshot *s);

/** Take what was compiled from s (both shared: the routing uses the snapshot's texts in place). What was
 *  changed by hand (plan/change.h) is put upon it a moment later. @return as plan_set_routing */
int plan_set_compiled(struct plan_core *p, struct model_snapshot *s, struct plan_routing *r);

/** Both at once, for who has no other thread. @return 0; ENOMEM */
int plan_set_snapshot(struct plan_core *p, struct model_snapshot *s);

/**
 * Run the routing on an incoming channel from its context, exten and priority ("" gives s,1). The
 * run ends the channel (channel_hangup) and releases its reference by itself.
 * @param ch  shared; state Ring (or Up); attached to the run's queue from now on
 * @return 0 (the task starts later in this round); ENOMEM; EAGAIN (too many tasks)
 */
int plan_start(struct plan_core *p, struct channel *ch);

/** Run one application (copied texts) on a channel, then end it; no extension h. @return as
 *  plan_start */
int plan_start_app(struct plan_core *p, struct channel *ch, const char *app, const char *data);

/**
 * Move a channel to another place of the routing: what it runs ends, a talk ends (its partner is hung
 * up, or goes on where its Dial says so), and it goes on there. A called leg that talks gets a run of
 * its own.
 * @return 0; ENOENT (no such place); EINVAL (a leg that nobody has answered yet); ECONNRESET (it is
 * over); ENOMEM
 */
int plan_redirect(struct plan_core *p, struct channel *ch, struct slice context, struct slice exten,
                  int priority);

/**
 * Join two channels, as application Bridge does: what they run, or their talks, ends; after the talk each
 * begins again what was broken off. They talk a moment later, unless one of them cannot come.
 * @param beeps  b hears a tone. @return 0; EINVAL (legs that nobody has answered yet); ECONNRESET (one is
 * over); ENOMEM
 */
int plan_join(struct channel *a, struct channel *b, bool beeps);

/** Who stands in the context that the snapshot names as regcontext (plan/routing.h; copied). NULL:
 *  nobody. */
struct plan_guests;
void plan_set_guests(struct plan_core *p, const struct plan_guests *guests);

/** How many sessions of the Manager has this user? -1: no such user. */
typedef int64_t(plan_ami_sessions_h)(struct slice user, void *arg);

/** Who knows, for AMI_CLIENT(). NULL: nobody. */
void plan_set_ami(struct plan_core *p, plan_ami_sessions_h *h, void *arg);

/** Does context (with its includes) have this extension at priority 1? The driver answers 404 when
 * not. */
bool plan_has_exten(const struct plan_core *p, struct slice context, struct slice exten);
/** The step there, as ch (NULL: nobody) looks for it: is there one? */
bool plan_has_step(const struct plan_core *p, const struct channel *ch, struct slice context,
                   struct slice exten, int priority);
/** A priority as text names it there: a number from 1 on, or a label. @return 0; ENOENT */
int plan_priority_find(const struct plan_core *p, const struct channel *ch, struct slice context,
                       struct slice exten, struct slice text, int *priority);
/** Would more digits make one (overlap)? */
bool plan_may_match_more(const struct plan_core *p, struct slice context, struct slice exten);

/** Rows of other folders (borrowed for ever). A second of that name is EEXIST. @return 0; ENOMEM;
 * EEXIST */
int plan_app_add(struct plan_core *p, const struct plan_app *app);
int plan_func_add(struct plan_core *p, const struct plan_func *func);
const struct plan_app *plan_app_find(const struct plan_core *p, struct slice name);
const struct plan_func *plan_func_find(const struct plan_core *p, struct slice name);

/** For AGI: may be NULL / the directory of the programs. */
struct runner *plan_runner(const struct plan_core *p);
const char *plan_agi_dir(const struct plan_core *p);

/** The routing in force (plan/routing.h), borrowed until another one comes; NULL: none yet. */
const struct plan_routing *plan_routing_now(const struct plan_core *p);

/** Channels that run the routing: Asterisk's "active calls". */
uint32_t plan_runs_count(const struct plan_core *p);

/** ${SYSTEMNAME}. */
const char *plan_system_name(const struct plan_core *p);

struct calls *plan_calls(const struct plan_core *p);
struct loop *plan_loop(const struct plan_core *p);

/** Set a global variable (absent value: remove it). @return 0; EINVAL (no name); ENOSPC (10,000 or
 *  16 MiB of them; warned about); ENOMEM */
int plan_global_set(struct plan_core *p, struct slice name, struct slice value);
/** @return its value, borrowed until it changes; absent: there is none */
struct slice plan_global_get(const struct plan_core *p, struct slice name);

/** Console rows of this folder (ipc/console.h): `dialplan show` ... arg of each is the plan_core.
 */
extern const struct console_command plan_console_commands[];
extern const size_t plan_console_command_count;
/** The others: changes, dry run, hints, device states. */
extern const struct console_command plan_console_more[];
extern const size_t plan_console_more_count;
