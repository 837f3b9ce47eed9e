/* global.c - GLOBAL() */
#include "plan/func.h"
#include "plan/plan.h"

static int global_read(const struct plan_env *env, char *args, struct buf *out)
{
    return buf_adds(out, plan_global_get(env->core, slice_of(args)));
}

static int global_write(const struct plan_env *env, char *args, struct slice value)
{
    return plan_global_set(env->core, slice_of(args), value);
}

const struct plan_func plan_func_global = {
    .name = "GLOBAL",
    .syntax = "GLOBAL(variable)",
    .help_ru =
        "Глобальная переменная станции.\nЧитает и меняет переменную, общую для всех вызовов.",
    .help_en = "A global variable of the station.\nReads and sets a variable shared by all calls.",
    .read = global_read,
    .write = global_write,
};
