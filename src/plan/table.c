/* table.c - the applications and functions of this folder, in the order of their names (app.h,
 * func.h) */
#include <stddef.h>

#include "plan/app/all.h"
#include "plan/func/all.h"

/* One a line, so that lines can be added without others moving. */
/* clang-format off */
const struct plan_app *const plan_apps[] = {
    &plan_app_agi,
    &plan_app_answer,
    &plan_app_background,
    &plan_app_busy,
    &plan_app_chanisavail,
    &plan_app_channelredirect,
    &plan_app_congestion,
    &plan_app_dial,
    &plan_app_echo,
    &plan_app_execif,
    &plan_app_forkcdr,
    &plan_app_gosub,
    &plan_app_gosubif,
    &plan_app_goto,
    &plan_app_gotoif,
    &plan_app_hangup,
    &plan_app_musiconhold,
    &plan_app_noop,
    &plan_app_originate,
    &plan_app_playback,
    &plan_app_proceeding,
    &plan_app_progress,
    &plan_app_read,
    &plan_app_resetcdr,
    &plan_app_return,
    &plan_app_ringing,
    &plan_app_set,
    &plan_app_softhangup,
    &plan_app_stackpop,
    &plan_app_startmusiconhold,
    &plan_app_stopmusiconhold,
    &plan_app_transfer,
    &plan_app_verbose,
    &plan_app_wait,
    &plan_app_waitexten,
    NULL,
};

const struct plan_func *const plan_funcs[] = {
    &plan_func_callerid,
    &plan_func_cdr,
    &plan_func_channel,
    &plan_func_cut,
    &plan_func_dialgroup,
    &plan_func_epoch,
    &plan_func_global,
    &plan_func_if,
    &plan_func_len,
    &plan_func_local,
    &plan_func_math,
    &plan_func_regex,
    &plan_func_strftime,
    &plan_func_timeout,
    NULL,
};
/* clang-format on */
