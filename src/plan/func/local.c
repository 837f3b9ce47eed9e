/* func/local.c - LOCAL: variables of a subroutine */
#include <errno.h>

#include "plan/frame.h"
#include "plan/func/all.h"

static int local_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct slice value = env->channel ? channel_var_get(env->channel, slice_of(args)) : SLICE_NONE;

    return slice_is_set(value) ? buf_adds(out, value) : 0;
}

static int local_write(const struct plan_env *env, char *args, struct slice value)
{
    struct plan_run *run = env->channel ? plan_run_of(env->channel) : NULL;
    int err = run ? plan_frame_local(run, slice_of(args), value) : ENOENT;

    if (err == ENOENT)
        plan_func_warn(env, "LOCAL outside of a subroutine", args);
    return err;
}

const struct plan_func plan_func_local = {
    .name = "LOCAL",
    .syntax = "LOCAL(name)",
    .help_ru = "Переменная подпрограммы\nReturn возвращает её прежнее значение.",
    .help_en = "Variable of a subroutine\nReturn puts its former value back.",
    .shown = "tests/scene/gosub-arguments.scene",
    .read = local_read,
    .write = local_write,
};
