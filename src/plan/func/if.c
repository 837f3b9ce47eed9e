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
    char *part[2], *choice[2], *cond;
    struct slice value;

    /* Quotes and brackets protect ? and : as in Asterisk. */
    if (plan_args_split_raw(args, '?', part, 2) < 2 || !*(cond = plan_strip(part[0]))) {
        plan_func_warn(env, "IF needs condition?[yes][:no]", args);
        return 0;
    }
    plan_args_split_raw(part[1], ':', choice, 2);
    value = stripped(slice_of(choice[plan_is_true(cond) ? 0 : 1]));
    return value.len ? buf_adds(out, value) : 0;
}

const struct plan_func plan_func_if = {
    .name = "IF",
    .syntax = "IF(condition?[yes][:no])",
    .help_ru =
        "Один из двух текстов по условию\nПустое и 0 - нет, остальное - да. Пробелы и кавычки вокруг "
        "текстов отбрасываются; в кавычках и скобках ? и : - просто знаки.",
    .help_en =
        "One of two texts by a condition\nEmpty and 0 are no, anything else is yes. Spaces and quotes "
        "around the texts are dropped; inside quotes and brackets ? and : are plain text.",
    .shown = "tests/scene/execif-and-expressions.scene",
    .read = if_read,
};
