/* func/epoch.c - EPOCH: seconds since 1970 */
#include "plan/func/all.h"
#include "plan/core.h"

static int epoch_read(const struct plan_env *env, char *args, struct buf *out)
{
    return buf_printf(out, "%lld", (long long)(plan_wall(env->core, env->channel).us / 1000000));
}

const struct plan_func plan_func_epoch = {
    .name = "EPOCH",
    .syntax = "EPOCH()",
    .help_ru = "Секунды с 1970-01-01 00:00 UTC\nТо же, что переменная ${EPOCH}.",
    .help_en = "Seconds since 1970-01-01 00:00 UTC\nThe same as variable ${EPOCH}.",
    .shown = "tests/unit/plan/test_subst.c",
    .read = epoch_read,
};
