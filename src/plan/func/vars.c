/* func/vars.c - about variables: SET, DELETE, VARIABLE_EXISTS, GLOBAL_EXISTS, GLOBAL_DELETE, EVAL,
 * EXPORT */
#include <errno.h>

#include "plan/func/row.h"
#include "plan/plan.h"

static int set_read(const struct plan_env *env, char *args, struct buf *out)
{
    char *value = strchr(args, '=');
    int err;

    if (!value) {
        plan_func_warn(env, "SET needs name=value", args);
        return 0;
    }
    *value++ = '\0';
    value = plan_strip(value);
    err = plan_var_set(env, slice_of(plan_strip(args)), slice_of(value));
    return err == ENOMEM ? ENOMEM : buf_addz(out, value);
}

static int delete_write(const struct plan_env *env, char *args, struct slice value)
{
    return env->channel ? channel_var_set(env->channel, slice_of(args), SLICE_NONE)
                        : plan_global_set(env->core, slice_of(args), SLICE_NONE);
}

static int global_delete_write(const struct plan_env *env, char *args, struct slice value)
{
    return plan_global_set(env->core, slice_of(args), SLICE_NONE);
}

static int global_exists_read(const struct plan_env *env, char *args, struct buf *out)
{
    return buf_addc(out, slice_is_set(plan_global_get(env->core, slice_of(args))) ? '1' : '0');
}

static int variable_exists_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct buf value;
    int err;

    buf_init(&value, PLAN_TEXT_MAX);
    err = *args ? plan_var_get(env, slice_of(args), &value) : ENOENT;
    buf_fini(&value);
    return err == ENOMEM ? ENOMEM : buf_addc(out, err == ENOENT ? '0' : '1');
}

static int eval_read(const struct plan_env *env, char *args, struct buf *out)
{
    return plan_subst(env, slice_of(args), out);
}

static int export_write(const struct plan_env *env, char *args, struct slice value)
{
    struct channel *ch;
    struct plan_env other = *env;
    char *argv[2];

    plan_args_split_raw(args, ',', argv, 2);
    ch = calls_channel_find(plan_calls(env->core), slice_of(argv[0]));
    if (!ch || !*argv[1]) {
        plan_func_warn(env, "EXPORT needs a channel and a variable", argv[0]);
        return ENOENT;
    }
    other.channel = ch;
    return plan_var_set(&other, slice_of(argv[1]), value);
}

FUNC_READ(set, "SET", "SET(name=value)", "Задаёт переменную и даёт её значение",
          "Set a variable and give its value");
FUNC_WRITE(delete, "DELETE", "DELETE(variable)=", "Удаляет переменную канала",
           "Remove a channel's variable");
FUNC_WRITE(global_delete, "GLOBAL_DELETE", "GLOBAL_DELETE(name)=", "Удаляет глобальную переменную",
           "Remove a global variable");
FUNC_READ(global_exists, "GLOBAL_EXISTS", "GLOBAL_EXISTS(name)",
          "1, если есть такая глобальная переменная, иначе 0",
          "1 when there is such a global variable, else 0");
FUNC_READ(variable_exists, "VARIABLE_EXISTS", "VARIABLE_EXISTS(name)",
          "1, если переменная задана (и пустая), иначе 0",
          "1 when the variable is set (be it empty), else 0");
FUNC_READ(
    eval, "EVAL", "EVAL(text)",
    "Подставляет ещё раз\nДля текстов из базы. Тексту извне (имя звонящего) нельзя: в нём могут быть ${}.",
    "Substitute once more\nFor texts from the database. Never for what outsiders send: it may hold ${}.");
FUNC_WRITE(export, "EXPORT", "EXPORT(channel,variable)", "Задаёт переменную другого канала",
           "Set a variable of another channel");
