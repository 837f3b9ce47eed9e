/* app/set.c - Set: variables and functions */
#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/subst.h"

static int set_exec(struct plan_run *run, char *data)
{
    const struct plan_env env = plan_run_env(run);
    struct slice value, name = slice_cut(slice_of(data), '=', &value);

    if (!slice_is_set(value)) {
        log_warning("Set needs name=value call=%s at=\"%s,%s,%d\"", run->channel->linkedid,
                    run->channel->context, run->channel->exten, run->channel->priority);
        return PLAN_NEXT;
    }
    plan_var_set(&env, name, value); /* blanks around a name are its own */
    return PLAN_NEXT;
}

#define MOST_VALUES 100

static int mset_exec(struct plan_run *run, char *data)
{
    const struct plan_env env = plan_run_env(run);
    char *argv[MOST_VALUES];
    const int count = plan_args_split(data, ',', argv, MOST_VALUES);

    for (int i = 0; i < count; i++) {
        struct slice value, name = slice_cut(slice_of(argv[i]), '=', &value);

        if (slice_is_set(value))
            plan_var_set(&env, slice_trim(name), value);
        else
            log_warning("MSet: a part without = is passed over call=%s at=\"%s,%s,%d\" part=\"%s\"",
                        run->channel->linkedid, run->channel->context, run->channel->exten,
                        run->channel->priority, argv[i]);
    }
    return PLAN_NEXT;
}

const struct plan_app plan_app_mset = {
    .name = "MSet",
    .syntax = "MSet(name1=value1[,name2=value2[,...]])",
    .help_ru =
        "Задаёт несколько переменных\nКак Set, но через запятую; значение с запятой - в кавычках. "
        "Кавычки и обратные косые из значений убираются.",
    .help_en =
        "Set several variables\nAs Set, separated by commas; a value with a comma stands in quotes. "
        "Quotes and backslashes are taken out of values.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = mset_exec,
};

const struct plan_app plan_app_set = {
    .name = "Set",
    .syntax = "Set(name=value)",
    .help_ru =
        "Задаёт переменную канала или значение функции\nname - имя переменной; с _ в начале её "
        "получит вызываемый канал, с __ - и все следующие за ним. FUNC(аргументы)=value записывает в "
        "функцию, например Set(CALLERID(num)=100), Set(DIALGROUP(group_100,add)=PJSIP/101), "
        "Set(GLOBAL(X)=1).",
    .help_en =
        "Set a channel variable or a function\nname: a variable; beginning with _ it goes to the "
        "called channel, with __ to all after it as well. FUNC(args)=value writes to a function, as "
        "Set(CALLERID(num)=100), Set(DIALGROUP(group_100,add)=PJSIP/101), Set(GLOBAL(X)=1).",
    .shown = "tests/scene/absolute-timeout.scene",
    .exec = set_exec,
};
