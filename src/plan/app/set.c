/* set.c - Set() */
#include <errno.h>

#include "base/log.h"
#include "plan/app.h"
#include "plan/subst.h"

static int set_exec(struct plan_run *run, char *data)
{
    struct plan_env env = plan_run_env(run);
    struct slice value, name = slice_cut(slice_of(data), '=', &value);

    name = slice_trim(name);
    if (!slice_is_set(value) || !name.len) {
        log_warning("Set() needs name=value call=%s data=\"%s\"", run->channel->linkedid, data);
        return PLAN_NEXT;
    }
    plan_var_set(&env, name, value);
    return PLAN_NEXT;
}

const struct plan_app plan_app_set = {
    .name = "Set",
    .syntax = "Set(name=value)",
    .help_ru = "Присвоить переменную канала или значение функции.\n_имя наследует следующий канал, "
               "__имя - все дальше. Функции: Set(CALLERID(num)=100), "
               "Set(DIALGROUP(group_100,add)=PJSIP/101).",
    .help_en =
        "Set a variable of the channel or a function.\n_name is inherited by the next channel, "
        "__name by all after it. Functions: Set(CALLERID(num)=100), "
        "Set(DIALGROUP(group_100,add)=PJSIP/101).",
    .exec = set_exec,
};
