/* goto.c - Goto(), GotoIf() */
#include "base/log.h"
#include "plan/app.h"
#include "plan/args.h"

static int go(struct plan_run *run, char *where)
{
    struct slice context = SLICE_NONE, exten = SLICE_NONE;
    int priority;

    if (plan_run_parse_goto(run, where, &context, &exten, &priority) ||
        plan_run_goto(run, context, exten, priority))
        return PLAN_ERROR;
    return PLAN_NEXT;
}

static int goto_exec(struct plan_run *run, char *data)
{
    return go(run, data);
}

static int gotoif_exec(struct plan_run *run, char *data)
{
    char *cond[2], *where[2], *to;

    plan_args_split_raw(data, '?', cond, 2);
    plan_args_split_raw(cond[1], ':', where, 2);
    to = plan_strip(where[plan_is_true(plan_strip(cond[0])) ? 0 : 1]);
    return *to ? go(run, to) : PLAN_NEXT;
}

const struct plan_app plan_app_goto = {
    .name = "Goto",
    .syntax = "Goto([[context,]extension,]priority)",
    .help_ru = "Перейти к другому шагу.\nМаршрутизация, расширение, приоритет (число или метка): "
               "Goto(message-office,s,1), Goto(again).",
    .help_en = "Go to another step.\nContext, extension, priority (number or label): "
               "Goto(message-office,s,1), Goto(again).",
    .exec = goto_exec,
};

const struct plan_app plan_app_gotoif = {
    .name = "GotoIf",
    .syntax = "GotoIf(condition?[where-true][:where-false])",
    .help_ru = "Перейти по условию.\nПусто и 0 - ложь. Нет нужной ветви - следующий шаг.",
    .help_en = "Go by a condition.\nEmpty and 0 are false. Without that branch: the next step.",
    .exec = gotoif_exec,
};
