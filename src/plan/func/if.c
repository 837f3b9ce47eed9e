/* if.c - IF() */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "plan/args.h"
#include "plan/func.h"

static int if_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *cond[2], *branch[2];
    unsigned n = plan_args_split_raw(args, '?', cond, 2),
             m = plan_args_split_raw(cond[1], ':', branch, 2);

    if (n < 2 || m < 1 || !*plan_strip(cond[0])) {
        log_warning("IF() needs a condition and at least one branch: IF(condition?true:false)");
        return EINVAL;
    }
    return buf_addz(out, plan_strip(branch[plan_is_true(plan_strip(cond[0])) ? 0 : 1]));
}

const struct plan_func plan_func_if = {
    .name = "IF",
    .syntax = "IF(condition?[true][:false])",
    .help_ru = "Одно из двух значений по условию.\nПусто и 0 - ложь, остальное - истина. Условие "
               "обычно пишут выражением: IF($[${A} > 5]?много:мало).",
    .help_en = "One of two values by a condition.\nEmpty and 0 are false, all else is true. The "
               "condition is usually an expression: IF($[${A} > 5]?many:few).",
    .read = if_read,
};
