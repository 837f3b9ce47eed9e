/* cut.c - CUT() */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "plan/args.h"
#include "plan/func.h"
#include "plan/subst.h"

struct cutting {
    struct slice value;
    char sep;
    struct buf *out;
    bool has_one;
};

static int add_fields(struct cutting *c, uint32_t from, uint32_t to)
{
    struct slice rest = c->value, field;

    for (uint32_t n = 1; n <= to && slice_is_set(rest); n++) {
        field = slice_cut(rest, c->sep, &rest);
        if (n < from)
            continue;
        if (c->has_one)
            buf_addc(c->out, c->sep);
        buf_adds(c->out, field);
        c->has_one = true;
    }
    return buf_err(c->out);
}

/* "3", "2-4", "-3", "2-" */
static int one_range(struct cutting *c, struct slice range)
{
    uint32_t from = 1, to = UINT32_MAX;
    struct slice last, first = slice_cut(range, '-', &last);

    if (first.len && slice_u32(first, &from))
        return EINVAL;
    if (!slice_is_set(last))
        to = from;
    else if (last.len && slice_u32(last, &to))
        return EINVAL;
    if (!first.len && !last.len)
        return EINVAL;
    return add_fields(c, from, to);
}

static char separator(const char *text)
{
    static const char *const escapes[] = {"n\n", "t\t", "r\r", "\\\\"};

    if (text[0] != '\\' || !text[1])
        return text[0] ? text[0] : '-';
    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
        if (escapes[i][0] == text[1])
            return escapes[i][1];
    return text[1];
}

static int cut_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *argv[3];
    struct slice range, rest;
    struct cutting c = {.out = out};
    struct buf value;
    int err = 0;

    if (plan_args_split_raw(args, ',', argv, 3) < 3) {
        log_warning("CUT() needs a variable, a separator and fields: CUT(VAR,-,2)");
        return EINVAL;
    }
    buf_init(&value, PLAN_TEXT_MAX);
    plan_value_get(env, slice_of(plan_strip(argv[0])), &value);
    c.value = buf_slice(&value);
    c.sep = separator(argv[1]);
    rest = slice_of(argv[2]);
    while (!err && slice_is_set(rest)) {
        range = slice_trim(slice_cut(rest, '&', &rest));
        err = one_range(&c, range);
    }
    if (err == EINVAL)
        log_warning("CUT() fields are numbers and ranges as 1-3&5 asked=\"%s\"", argv[2]);
    buf_fini(&value);
    return err;
}

const struct plan_func plan_func_cut = {
    .name = "CUT",
    .syntax = "CUT(variable,separator,fields)",
    .help_ru =
        "Поля переменной, разделённые символом.\nПеременную называют по имени, без ${}. Поля: "
        "2, 1-3, -2, 3-, через &: 1&3-4. Разделитель по умолчанию -.",
    .help_en = "Fields of a variable, separated by a character.\nThe variable is given by name, "
               "without ${}. Fields: 2, 1-3, -2, 3-, joined by &: 1&3-4. Separator: - by default.",
    .read = cut_read,
};
