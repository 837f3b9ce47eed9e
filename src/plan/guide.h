/*
 * plan/guide.h - what a routing may use, for the editor of routings: applications and functions with
 * their syntax and help, and what is doubtful about one step
 *
 * Scope:   taken from the rows (app.h, func.h), names.h and scan.h; the engine is not asked.
 * Thread:  any; nothing is kept.
 */
#pragma once
#include "base/jout.h"
#include "plan/app.h"
#include "plan/func.h"

/**
 * {"applications":[{"name","syntax","synopsis","help"}],"functions":[...]}
 * @param apps, funcs  the drivers' rows beside this folder's, ended by NULL; NULL: none
 */
void plan_guide_print(const struct plan_app *const *apps, const struct plan_func *const *funcs,
                      bool is_ru, struct jout *j);

/** A doubt about a step, as a sentence with its next step. @param member "app" or "appdata" */
typedef void(plan_guide_h)(const char *member, const char *text, void *arg);

/** @return 0; ENOMEM */
int plan_guide_check(struct slice app, const char *data, bool is_ru, plan_guide_h *h, void *arg);
