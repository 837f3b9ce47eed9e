/* app/if.c - If, ElseIf, Else, EndIf, ExitIf */
#include <string.h>

#include "plan/app/all.h"
#include "plan/app/block.h"
#include "plan/args.h"

static const char *const branches[] = {"ElseIf", "Else", "EndIf", NULL};
static const char *const ends[] = {"EndIf", NULL};

static int leave(struct plan_run *run)
{
    return block_leave(run, block_find(run, run->channel->priority, "If", "EndIf", ends), "EndIf");
}

/* The condition is false: on to an ElseIf (which looks at its own), or behind Else or EndIf. */
static int next_branch(struct plan_run *run)
{
    const int at = block_find(run, run->channel->priority, "If", "EndIf", branches);

    if (!at || strcasecmp(block_app(run, at), "ElseIf") != 0)
        return block_leave(run, at, "EndIf");
    run->elseif = at;
    return plan_run_goto(run, SLICE_NONE, SLICE_NONE, at) ? PLAN_END : PLAN_NEXT;
}

static int if_exec(struct plan_run *run, char *data)
{
    run->elseif = 0;
    return plan_is_true(plan_strip(data)) ? PLAN_NEXT : next_branch(run);
}

/* Reached from a branch that ran: its If is over. */
static int elseif_exec(struct plan_run *run, char *data)
{
    const struct channel *ch = run->channel;
    const bool is_asked = run->elseif == ch->priority;

    run->elseif = 0;
    if (!is_asked && block_is_inside(run, ch->priority, "If", "EndIf"))
        return leave(run);
    return plan_is_true(plan_strip(data)) ? PLAN_NEXT : next_branch(run);
}

static int else_exec(struct plan_run *run, char *data)
{
    return leave(run);
}

static int exitif_exec(struct plan_run *run, char *data)
{
    if (!block_is_inside(run, run->channel->priority, "If", "EndIf"))
        return block_leave(run, 0, "EndIf");
    return leave(run);
}

static int endif_exec(struct plan_run *run, char *data)
{
    return PLAN_NEXT;
}

const struct plan_app plan_app_if = {
    .name = "If",
    .syntax = "If(condition)",
    .help_ru =
        "Начинает ветвление\nЕсли условие верно (как в GotoIf), выполняются следующие шаги, иначе "
        "вызов идёт к ElseIf, Else или за EndIf. Ветвления вкладываются.",
    .help_en =
        "Begin a branch\nWhen the condition is true (as for GotoIf) the next steps run, else the "
        "call goes to ElseIf, Else or behind EndIf. They may stand inside one another.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = if_exec,
};

const struct plan_app plan_app_elseif = {
    .name = "ElseIf",
    .syntax = "ElseIf(condition)",
    .help_ru = "Другая ветвь с условием\nСмотрится, когда условия выше не были верны.",
    .help_en = "Another branch with a condition\nLooked at when those above were not true.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = elseif_exec,
};

const struct plan_app plan_app_else = {
    .name = "Else",
    .syntax = "Else()",
    .help_ru = "Ветвь на случай, когда ни одно условие не верно",
    .help_en = "The branch for when no condition is true",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = else_exec,
};

const struct plan_app plan_app_endif = {
    .name = "EndIf",
    .syntax = "EndIf()",
    .help_ru = "Конец ветвления",
    .help_en = "End of the branches",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = endif_exec,
};

const struct plan_app plan_app_exitif = {
    .name = "ExitIf",
    .syntax = "ExitIf()",
    .help_ru = "Выходит из ветвления: вызов идёт за EndIf",
    .help_en = "Leave the branches: the call goes on behind EndIf",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = exitif_exec,
};
