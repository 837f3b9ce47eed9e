/*
 * plan/app/all.h - the rows of plan/app/, one a file; table.c puts them in order
 */
#pragma once
#include "plan/app.h"

/* One a line, so that lines can be added without others moving. */
/* clang-format off */
extern const struct plan_app plan_app_agi;
extern const struct plan_app plan_app_answer;
extern const struct plan_app plan_app_background;
extern const struct plan_app plan_app_busy;
extern const struct plan_app plan_app_chanisavail;
extern const struct plan_app plan_app_channelredirect;
extern const struct plan_app plan_app_congestion;
extern const struct plan_app plan_app_dial;
extern const struct plan_app plan_app_echo;
extern const struct plan_app plan_app_execif;
extern const struct plan_app plan_app_forkcdr;
extern const struct plan_app plan_app_gosub;
extern const struct plan_app plan_app_gosubif;
extern const struct plan_app plan_app_goto;
extern const struct plan_app plan_app_gotoif;
extern const struct plan_app plan_app_hangup;
extern const struct plan_app plan_app_musiconhold;
extern const struct plan_app plan_app_noop;
extern const struct plan_app plan_app_originate;
extern const struct plan_app plan_app_playback;
extern const struct plan_app plan_app_proceeding;
extern const struct plan_app plan_app_progress;
extern const struct plan_app plan_app_read;
extern const struct plan_app plan_app_resetcdr;
extern const struct plan_app plan_app_retrydial;
extern const struct plan_app plan_app_return;
extern const struct plan_app plan_app_ringing;
extern const struct plan_app plan_app_set;
extern const struct plan_app plan_app_softhangup;
extern const struct plan_app plan_app_stackpop;
extern const struct plan_app plan_app_startmusiconhold;
extern const struct plan_app plan_app_stopmusiconhold;
extern const struct plan_app plan_app_transfer;
extern const struct plan_app plan_app_verbose;
extern const struct plan_app plan_app_wait;
extern const struct plan_app plan_app_waitexten;
/* clang-format on */
