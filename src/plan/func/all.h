/*
 * plan/func/all.h - the rows of plan/func/, one a file; table.c puts them in order
 */
#pragma once
#include "plan/func.h"

extern const struct plan_func plan_func_callerid, plan_func_cdr, plan_func_channel, plan_func_cut,
    plan_func_dialgroup, plan_func_epoch, plan_func_global, plan_func_if, plan_func_len,
    plan_func_local, plan_func_math, plan_func_regex, plan_func_strftime, plan_func_timeout;
extern const struct plan_func plan_func_device_state, plan_func_dialplan_exists,
    plan_func_exception, plan_func_extension_state, plan_func_hint, plan_func_valid_exten;

extern const struct plan_func plan_func_cdr_prop;
extern const struct plan_func plan_func_channels;
extern const struct plan_func plan_func_connectedline;
extern const struct plan_func plan_func_group;
extern const struct plan_func plan_func_group_count;
extern const struct plan_func plan_func_group_list;
extern const struct plan_func plan_func_group_match_count;
extern const struct plan_func plan_func_import;
extern const struct plan_func plan_func_master_channel;
extern const struct plan_func plan_func_max_forwards;
extern const struct plan_func plan_func_redirecting;
extern const struct plan_func plan_func_shared;

/** One warning about a function, with the channel's place. */
void plan_func_warn(const struct plan_env *env, const char *what, const char *about);
