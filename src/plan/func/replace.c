/* func/replace.c - FILTER, REPLACE, STRREPLACE, STRBETWEEN */
#include <errno.h>

#include "plan/func/row.h"

/* "a-z0-9\-": a table of the bytes that are let through. As in Asterisk, a range that falls goes round
   by 255 and 0, and a dash at the end says nothing. */
static void parse_allowed(const char *text, bool allowed[256])
{
    while (*text) {
        char low, high;

        text += func_byte(text, &low);
        high = low;
        if (*text == '-') {
            text++;
            if (*text)
                text += func_byte(text, &high);
        }
        for (unsigned char c = (unsigned char)low; c != (unsigned char)high; c++)
            allowed[c] = true;
        allowed[(unsigned char)high] = true;
    }
}

static int filter_read(const struct plan_env *env, char *args, struct buf *out)
{
    bool allowed[256] = {false};
    char *argv[2];

    if (plan_args_split_raw(args, ',', argv, 2) < 2) {
        plan_func_warn(env, "FILTER needs allowed characters and a text", args);
        return 0;
    }
    parse_allowed(argv[0], allowed);
    for (const char *s = argv[1]; *s; s++)
        if (allowed[(unsigned char)*s])
            buf_addc(out, *s);
    return buf_err(out);
}

static int replace_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct buf value;
    char *argv[3], with;
    bool has_with;
    int err;

    plan_args_split(args, ',', argv, 3);
    if (!*argv[0] || !*argv[1]) {
        plan_func_warn(env, "REPLACE needs a variable's name and characters", argv[0]);
        return 0;
    }
    func_unescape(argv[1]);
    has_with = func_byte(argv[2], &with) > 0;
    buf_init(&value, PLAN_TEXT_MAX);
    err = func_value(env, argv[0], &value);
    for (const char *s = buf_z(&value); *s; s++) {
        if (!strchr(argv[1], *s))
            buf_addc(out, *s);
        else if (has_with)
            buf_addc(out, with);
    }
    buf_fini(&value);
    return err ? err : buf_err(out);
}

static int strreplace_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct buf value;
    char *argv[4];
    const char *s, *at;
    long most;
    int err;

    plan_args_split(args, ',', argv, 4);
    if (!*argv[0] || !*argv[1]) {
        plan_func_warn(env, "STRREPLACE needs a variable's name and a text to find", argv[0]);
        return 0;
    }
    most = strtol(argv[3], NULL, 10);
    buf_init(&value, PLAN_TEXT_MAX);
    err = func_value(env, argv[0], &value);
    s = buf_z(&value);
    for (long n = 0; (most <= 0 || n < most) && (at = strstr(s, argv[1])); n++) {
        buf_add(out, s, (size_t)(at - s));
        buf_addz(out, argv[2]);
        s = at + strlen(argv[1]);
    }
    buf_addz(out, s);
    buf_fini(&value);
    return err ? err : buf_err(out);
}

static int strbetween_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct buf value;
    char *argv[3];
    int err;

    if (plan_args_split(args, ',', argv, 3) != 2) {
        plan_func_warn(env, "STRBETWEEN needs a variable's name and a text", args);
        return 0;
    }
    buf_init(&value, PLAN_TEXT_MAX);
    err = func_value(env, argv[0], &value);
    for (const char *s = buf_z(&value); *s; s++) {
        buf_addc(out, *s);
        if (s[1])
            buf_addz(out, argv[1]);
    }
    buf_fini(&value);
    return err ? err : buf_err(out);
}

FUNC_READ(
    filter, "FILTER", "FILTER(allowed,text)",
    "Оставляет только разрешённые знаки\nallowed - знаки и промежутки: 0-9a-z, \\x41, \\- для дефиса.",
    "Let only allowed characters through\nallowed: characters and ranges: 0-9a-z, \\x41, \\- for a dash.");
FUNC_READ(
    replace, "REPLACE", "REPLACE(variable,characters[,character])",
    "Заменяет каждый из знаков одним\nБез последнего - удаляет. variable - имя без ${}.",
    "Replace each of the characters by one\nWithout the last: take them out. variable: name without ${}.");
FUNC_READ(
    strreplace, "STRREPLACE", "STRREPLACE(variable,find[,replacement[,most]])",
    "Заменяет текст внутри переменной\nvariable - имя без ${}; most - сколько раз, без него все.",
    "Replace a text inside a variable\nvariable: name without ${}; most: how often, all if not said.");
FUNC_READ(strbetween, "STRBETWEEN", "STRBETWEEN(variable,text)",
          "Вставляет текст между знаками переменной", "Put a text between a variable's characters");
