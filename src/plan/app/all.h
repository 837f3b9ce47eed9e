/*
 * plan/app/all.h - the rows of plan/app/, one a file; table.c puts them in order
 */
#pragma once
#include "plan/app.h"

extern const struct plan_app plan_app_agi, plan_app_answer, plan_app_background, plan_app_busy,
    plan_app_congestion, plan_app_dial, plan_app_echo, plan_app_execif, plan_app_gosub,
    plan_app_gosubif, plan_app_goto, plan_app_gotoif, plan_app_hangup, plan_app_musiconhold,
    plan_app_noop, plan_app_playback, plan_app_proceeding, plan_app_progress, plan_app_read,
    plan_app_return, plan_app_ringing, plan_app_set, plan_app_stackpop, plan_app_startmusiconhold,
    plan_app_stopmusiconhold, plan_app_verbose, plan_app_wait, plan_app_waitexten;

/** Rows of applications that later versions bring: they warn, and the routing goes on. */
extern const struct plan_app plan_apps_later[];
extern const size_t plan_apps_later_count;

/** Names that will never come, for the message about them. */
bool plan_app_is_foreign(const char *name);

/** True for the row of an application of a later version. */
bool plan_app_is_later(const struct plan_app *app);
