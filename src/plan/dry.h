/*
 * plan/dry.h - dry run: which steps would a call take, without a call
 *
 * Scope:   the routing's own run (run.c, course.c) on a channel apart: in no table, without media
 *          and without a record. What belongs to the routing alone really runs (Set, GotoIf, Gosub,
 *          functions that read); what touches the world is told instead of done, and goes on as
 *          if it had come out in the usual way.
 * Owns:    itself; gone after the done handler.
 * Thread:  the loop's; it never waits for time.
 * Limits:  1,000 steps, 16 dry runs at once.
 */
#pragma once
#include "plan/func.h"
#include "plan/run.h"

/** One line, without its end. @param text  borrowed during the call */
typedef void(plan_dry_line_h)(const char *text, void *arg);

struct plan_dry_args {
    struct slice context, exten, caller; /* copied */
    struct wall at;                      /* us 0: now */
    const char *outcome; /* of Dial: a DIALSTATUS word, borrowed for ever; NULL: by the devices */
    bool is_russian;
    plan_dry_line_h *line;
    plan_dry_line_h *done; /* once, last; text "" */
    void *arg;
};

/** Start one. @return 0 (handlers follow, later in this round); EAGAIN (too many); ENOMEM */
int plan_dry_start(struct plan_core *p, const struct plan_dry_args *args);

/** "12:30", "2026-01-05 12:30", "2026-01-05" in the station's zone. @return 0; EINVAL */
int plan_dry_parse_time(struct wall *at, const char *text, struct wall now);

/* ---- for run.c, subst.c ---- */

struct wall plan_dry_wall(const struct plan_dry *d);
/** "ru" or "en" */
const char *plan_dry_language(const struct plan_dry *d);

/** Instead of app->exec. @return as an application's exec */
int plan_dry_app(struct plan_run *run, const struct plan_app *app, char *data);

/** Instead of an application that does not exist, or not yet. */
void plan_dry_unknown(struct plan_run *run, const char *name, bool is_later);

/** A sentence below the present step. */
void plan_dry_say(struct plan_run *run, const char *ru, const char *en, ...);

/** A function that does not exist was asked for; told when it is a dry run. */
void plan_dry_lacks(const struct plan_env *env, struct slice name);

/** Is the function, about to be read (value NULL) or set, only told and not done? */
bool plan_dry_takes(const struct plan_env *env, const char *name, const char *args,
                    const struct slice *value);
