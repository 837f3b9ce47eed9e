/* func/regex.c - REGEX: does a text match */
#include <string.h>

#include "plan/expr.h"
#include "plan/func/all.h"

static int regex_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *start = strchr(args, '"'), *end = start ? strchr(start + 1, '"') : NULL;
    struct slice text;
    const char *why;
    int rc;

    while (end && end[-1] == '\\') /* a quote inside the expression */
        end = strchr(end + 1, '"');
    if (!end) {
        plan_func_warn(env, "REGEX needs \"expression\" text", args);
        return 0;
    }
    text = slice_of(end[1] == ' ' ? end + 2 : end + 1);
    rc = plan_regex(slice_from(start + 1, (size_t)(end - start) - 1), text, false, NULL, NULL, NULL,
                    &why);
    if (rc == REGEX_BAD) {
        plan_func_warn(env, why, args);
        return 0;
    }
    return buf_addc(out, rc == REGEX_YES ? '1' : '0');
}

const struct plan_func plan_func_regex = {
    .name = "REGEX",
    .syntax = "REGEX(\"expression\" text)",
    .help_ru = "1, если текст подходит под регулярное выражение (POSIX), иначе 0",
    .help_en = "1 when the text matches the regular expression (POSIX extended), else 0",
    .shown = "tests/unit/plan/test_subst.c",
    .read = regex_read,
};
