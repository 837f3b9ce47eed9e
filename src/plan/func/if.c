/* func/if.c - IF: one of two texts */
#include <string.h>

#include "plan/args.h"
#include "plan/func/all.h"

/* Without spaces around, then without quotes around. */
static struct slice stripped(struct slice s)
{
    s = slice_trim(s);
    if (s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"')
        return slice_from(s.p + 1, s.len - 2);
    return s;
}

static int if_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct slice no, yes, cond = slice_trim(slice_cut(slice_of(args), '?', &yes));

    if (!cond.len || !slice_is_set(yes)) {
        plan_func_warn(env, "IF needs condition?[yes][:no]", args);
        return 0;
    }
    yes = slice_cut(yes, ':', &no);
    args[cond.p - args + (ptrdiff_t)cond.len] = '\0';
    yes = stripped(plan_is_true(cond.p) ? yes : no);
    return yes.len ? buf_adds(out, yes) : 0;
}

const struct plan_func plan_func_if = {
    .name = "IF",
    .syntax = "IF(condition?[yes][:no])",
    .help_ru =
        "Один из двух текстов по условию\nПустое и 0 - нет, остальное - да. Пробелы и кавычки вокруг "
        "текстов отбрасываются.",
    .help_en =
        "One of two texts by a condition\nEmpty and 0 are no, anything else is yes. Spaces and quotes "
        "around the texts are dropped.",
    .read = if_read,
};
