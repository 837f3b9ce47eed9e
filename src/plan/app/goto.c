/* app/goto.c - Goto, GotoIf */
#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/args.h"

static int gotoif_exec(struct plan_run *run, char *data)
{
    char *yes = strchr(data, '?'), *no = NULL, *where;

    if (!*data) {
        log_warning("GotoIf without a condition call=%s at=\"%s,%s,%d\"", run->channel->linkedid,
                    run->channel->context, run->channel->exten, run->channel->priority);
        return PLAN_NEXT;
    }
    if (yes) {
        *yes++ = '\0';
        no = strchr(yes, ':');
        if (no)
            *no++ = '\0';
    }
    where = plan_is_true(data) ? yes : no;
    return where && *where ? plan_run_go(run, where) : PLAN_NEXT;
}

const struct plan_app plan_app_goto = {
    .name = "Goto",
    .syntax = "Goto([[context,]extension,]priority)",
    .help_ru =
        "Переходит в другое место маршрутизации\npriority - номер, метка, +n или -n; без extension и "
        "context остаются нынешние. Несуществующее расширение ведёт в i.",
    .help_en =
        "Go elsewhere in the routing\npriority: a number, a label, +n or -n; without extension and "
        "context the present ones stay. An extension that does not exist leads to i.",
    .shown = "tests/scene/record-goto-after-answer.scene",
    .exec = plan_run_go,
};

const struct plan_app plan_app_gotoif = {
    .name = "GotoIf",
    .syntax = "GotoIf(condition?[yes]:[no])",
    .help_ru =
        "Переходит по условию\ncondition - обычно $[выражение]: пустое и 0 - нет, остальное - да. yes и "
        "no - места как в Goto; нет места - следующий приоритет.",
    .help_en =
        "Go elsewhere on a condition\ncondition: usually a $[expression]; empty and 0 are no, anything "
        "else is yes. yes and no: places as for Goto; without one the next priority follows.",
    .shown = "tests/scene/execif-and-expressions.scene",
    .exec = gotoif_exec,
};
