/*
 * plan/app.h - a routing application: one row of a table, one file in plan/app/
 *
 * Scope:   what an application gets and what it answers. Name, syntax and help are data: the
 *          console (`core show application Dial`), the docs and the tests come from the row.
 * Runs:    inside the channel's task (loop/task.h): it may wait by plan/wait.h, must keep local
 *          arrays under 1 KiB, and leaves soon once the channel is hung up.
 */
#pragma once
#include "plan/run.h"

/** What exec returns; a digit ('0'...'#') means: leave to the extension that begins with it. */
enum {
    PLAN_NEXT = 0,   /* go on with the next priority (or where the application moved the channel) */
    PLAN_END = -1,   /* end the call: its channel is hung up, h runs */
    PLAN_ERROR = -2, /* the same, after an error of the routing (extension e, where there is one) */
    PLAN_INCOMPLETE = -3 /* the extension wants more digits (Incomplete) */
};

struct plan_app {
    const char *name;
    const char *syntax;  /* "Dial(Technology/Resource[&...],[timeout,[options]])" */
    const char *help_ru; /* lines; the first is the synopsis */
    const char *help_en;
    const char *shown; /* the test that shows it: "tests/scene/busy.scene" (the docs name it, a unit
                          test looks that the file exists and names the application) */

    bool reads_digits; /* RECORDING_SECRET hides what is typed meanwhile (call/secret.h) */

    /**
     * @param run   the run; run->channel is the channel
     * @param data  the row's data, variables substituted; the application may cut it up; never NULL
     */
    int (*exec)(struct plan_run *run, char *data);
};

/** All of this folder, in the order of their names; the last row's name is NULL. */
extern const struct plan_app *const plan_apps[];

/** exec of an application, and what belongs around it. @return as exec */
int plan_app_run(struct plan_run *run, const struct plan_app *app, char *data);

/** Run one application by name on a run's channel (ExecIf, AGI EXEC). data is cut up. Unknown, or
 *  deeper than run.h allows: a warning and PLAN_END, as Asterisk. */
int plan_app_exec(struct plan_run *run, const char *name, char *data);
