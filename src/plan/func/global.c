/* func/global.c - GLOBAL: variables of the station */
#include "plan/func/all.h"
#include "plan/plan.h"

static int global_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct slice value = plan_global_get(env->core, slice_of(args));

    return slice_is_set(value) ? buf_adds(out, value) : 0;
}

static int global_write(const struct plan_env *env, char *args, struct slice value)
{
    return plan_global_set(env->core, slice_of(args), slice_is_set(value) ? value : SLICE(""));
}

const struct plan_func plan_func_global = {
    .name = "GLOBAL",
    .syntax = "GLOBAL(name)",
    .help_ru = "Глобальная переменная станции\nЧитается и записывается; до изменения в базе или "
               "перезапуска.",
    .help_en =
        "Global variable of the station\nRead and write; kept until the database changes it or the "
        "station restarts.",
    .shown = "tests/unit/plan/test_expr.c",
    .read = global_read,
    .write = global_write,
};
