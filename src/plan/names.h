/*
 * plan/names.h - every application and function that a routing written for Asterisk 22 may name
 *
 * Scope:   for each name whether it works, with which subject it comes, or why it never will. What
 *          works is not said here: a name works when it has a row (plan_apps, plan_funcs, the
 *          tables of drivers). Check, import, console and the manual's pages take it from here.
 * Pages:   docs/ru/applications.md, docs/ru/functions.md and the English ones are made from the
 *          rows, and a test keeps them so; to write them again:
 *              STATION_WRITE_DOCS=1 BUILD/tests/unit/unit_plan_names
 * Thread:  any; nothing is kept.
 * Source:  Asterisk 22's `core show applications` and `core show functions`.
 */
#pragma once
#include "base/buf.h"
#include "plan/app.h"
#include "plan/func.h"

enum plan_subject {
    PLAN_SUBJECT_ROUTING, /* of plan/: works as soon as it has a row */
    PLAN_SUBJECT_DRIVER,  /* its row stands in a driver's folder */

    PLAN_SUBJECT_DRIVER_LATER, /* these come later, with their subject */
    PLAN_SUBJECT_CALLBACK,
    PLAN_SUBJECT_CONFERENCES,
    PLAN_SUBJECT_DETECTION,
    PLAN_SUBJECT_FAX,
    PLAN_SUBJECT_LISTENING,
    PLAN_SUBJECT_MESSAGES,
    PLAN_SUBJECT_QUEUES,
    PLAN_SUBJECT_RECORDING,
    PLAN_SUBJECT_SOUND,
    PLAN_SUBJECT_STREAMS,
    PLAN_SUBJECT_TRANSFERS,
    PLAN_SUBJECT_VOICEMAIL,

    PLAN_SUBJECT_HARDWARE, /* these never come */
    PLAN_SUBJECT_INNARDS,
    PLAN_SUBJECT_MINIVM,
    PLAN_SUBJECT_PROGRAMS,
    PLAN_SUBJECT_SPEECH,

    PLAN_SUBJECTS,
    PLAN_SUBJECT_NONE /* not a name of Asterisk 22 */
};

enum plan_name_kind { PLAN_NAME_APP, PLAN_NAME_FUNC };

enum plan_name_state {
    PLAN_NAME_WORKS,
    PLAN_NAME_LATER,   /* an application: a warning, the routing goes on without it */
    PLAN_NAME_REFUSED, /* an application: the call ends there */
    PLAN_NAME_UNKNOWN  /* the same */
};

struct plan_name {
    const char *name;
    enum plan_subject subject;
};

/** In the order of their names, letters taken as small ones; the last row's name is NULL. */
extern const struct plan_name plan_names_of_apps[], plan_names_of_funcs[];

/**
 * @param p     whose rows count; NULL: those of this folder, and what drivers are known to bring
 * @param name  in any case
 */
enum plan_name_state plan_name_state(const struct plan_core *p, enum plan_name_kind kind,
                                     struct slice name);

/** The subject a name comes with ("comes with queues"), or why it is refused. @param language "ru",
 *  else English. @return "" for names that are not of Asterisk 22 */
const char *plan_name_why(enum plan_name_kind kind, struct slice name, const char *language);

/** Which subject; PLAN_SUBJECT_NONE for a name that is not of Asterisk 22. */
enum plan_subject plan_name_subject(enum plan_name_kind kind, struct slice name);

/**
 * The page of the manual, in Markdown.
 * @param apps, funcs  the drivers' rows, ended by NULL; NULL: none
 * @return 0; ENOMEM; ENOSPC
 */
int plan_names_print(enum plan_name_kind kind, const struct plan_app *const *apps,
                     const struct plan_func *const *funcs, const char *language, struct buf *out);
