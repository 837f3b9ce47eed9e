/* func/cut.c - CUT: fields of a variable */
#include <stdlib.h>
#include <string.h>

#include "plan/args.h"
#include "plan/func/all.h"
#include "plan/subst.h"

#define MOST_FIELDS 1000

struct fields {
    struct slice text;
    char delimiter;
    bool has_one; /* something was put out */
};

static int put(struct fields *f, struct slice s, struct buf *out)
{
    if (f->has_one)
        buf_addc(out, f->delimiter);
    f->has_one = true;
    return buf_adds(out, s);
}

/* Fields first..last (from 1) one after another. */
static int put_range(struct fields *f, long first, long last, struct buf *out)
{
    struct slice rest = f->text;

    for (long n = 1; slice_is_set(rest) && n <= last && n <= MOST_FIELDS; n++) {
        struct slice field = slice_cut(rest, f->delimiter, &rest);

        if (n >= first)
            put(f, field, out);
    }
    return buf_err(out);
}

/* "2", "2-", "-3", "2-4" */
static int put_spec(struct fields *f, const char *spec, struct buf *out)
{
    const char *dash = strchr(spec, '-');
    long first = dash == spec ? 1 : strtol(spec, NULL, 10);
    long last = !dash ? first : dash[1] ? strtol(dash + 1, NULL, 10) : MOST_FIELDS;

    return put_range(f, first < 1 ? 1 : first, last, out);
}

static char delimiter_of(const char *text)
{
    if (text[0] == '\\')
        return text[1] == 'n' ? '\n' : text[1] == 't' ? '\t' : text[1] == 'r' ? '\r' : text[1];
    return text[0] ? text[0] : '-';
}

static int cut_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct fields f = {0};
    char *argv[3], *specs;
    struct buf value;
    int err;

    plan_args_split_raw(args, ',', argv, 3);
    if (!*argv[0] || !*argv[2]) {
        plan_func_warn(env, "CUT needs variable,delimiter,fields", args);
        return 0;
    }
    buf_init(&value, PLAN_TEXT_MAX);
    err = plan_value_get(env, slice_of(argv[0]), &value);
    f.text = buf_slice(&value);
    f.delimiter = delimiter_of(argv[1]);
    for (specs = argv[2]; !err && f.text.len && specs;) {
        char *next = strchr(specs, '&');

        if (next)
            *next++ = '\0';
        err = put_spec(&f, specs, out);
        specs = next;
    }
    buf_fini(&value);
    return err;
}

const struct plan_func plan_func_cut = {
    .name = "CUT",
    .syntax = "CUT(variable,[delimiter],fields)",
    .help_ru =
        "Поля значения переменной\nvariable - имя без ${}; delimiter - один знак, по умолчанию -; "
        "fields - номера: 2, 2-4, 2-, -3, через &.",
    .help_en =
        "Fields of a variable's value\nvariable: its name without ${}; delimiter: one byte, - when not "
        "given; fields: numbers as 2, 2-4, 2-, -3, joined by &.",
    .shown = "tests/scene/execif-and-expressions.scene",
    .read = cut_read,
};
