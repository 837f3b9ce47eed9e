/* app/macro.c - Macro, MacroIf, MacroExit: the subroutines of older routings, run as a Gosub */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/frame.h"
#include "plan/pattern.h"

/* What the macro sees of its caller; put back at its end. */
static int set_caller(struct plan_run *run, const char *context, const char *exten, int priority)
{
    char number[16];
    int err;

    snprintf(number, sizeof(number), "%d", priority);
    err = plan_frame_local(run, SLICE("MACRO_CONTEXT"), slice_of(context));
    if (!err)
        err = plan_frame_local(run, SLICE("MACRO_EXTEN"), slice_of(exten));
    if (!err)
        err = plan_frame_local(run, SLICE("MACRO_PRIORITY"), slice_of(number));
    return err;
}

/* @param args  "name,arg,arg", cut up */
static int macro_exec(struct plan_run *run, char *args)
{
    char *argv[PLAN_GOSUB_ARGS_MAX + 1], into[PATTERN_MAX];
    struct channel *ch = run->channel;
    int count = plan_args_split_raw(args, ',', argv, PLAN_GOSUB_ARGS_MAX + 1), err;

    snprintf(into, sizeof(into), "macro-%s", plan_strip(argv[0]));
    if (!plan_run_has(run, slice_of(into), SLICE("s"), 1)) {
        log_warning("no such macro, the call is ended call=%s at=\"%s,%s,%d\" context=\"%s\"",
                    ch->linkedid, ch->context, ch->exten, ch->priority, into);
        return PLAN_END;
    }
    err = plan_frame_push(run, ch->context, ch->exten, ch->priority + 1, argv + 1,
                          count > 1 ? count - 1 : 0);
    if (err == ENOSPC)
        log_warning("Macro nested deeper than 200, the call is ended call=%s at=\"%s,%s,%d\"",
                    ch->linkedid, ch->context, ch->exten, ch->priority);
    if (!err)
        err = plan_frame_set_macro(run);
    if (!err)
        err = set_caller(run, ch->context, ch->exten, ch->priority);
    if (!err)
        err = plan_run_goto(run, slice_of(into), SLICE("s"), 1);
    return err ? PLAN_END : PLAN_NEXT;
}

static int macroif_exec(struct plan_run *run, char *data)
{
    char *yes = strchr(data, '?'), *no = NULL, *which;

    if (!yes) {
        log_warning("MacroIf needs condition?macro call=%s", run->channel->linkedid);
        return PLAN_NEXT;
    }
    *yes++ = '\0';
    no = strchr(yes, ':');
    if (no)
        *no++ = '\0';
    which = plan_is_true(data) ? yes : no;
    return which && *which ? macro_exec(run, which) : PLAN_NEXT;
}

static int macroexit_exec(struct plan_run *run, char *data)
{
    if (plan_frame_end_macro(run) == 0)
        return PLAN_NEXT;
    log_warning("MacroExit outside of a macro call=%s at=\"%s,%s,%d\"", run->channel->linkedid,
                run->channel->context, run->channel->exten, run->channel->priority);
    return PLAN_NEXT;
}

const struct plan_app plan_app_macro = {
    .name = "Macro",
    .syntax = "Macro(name[,arg1[,...]])",
    .help_ru =
        "Выполняет макрос: контекст macro-name с расширения s\nДля старых маршрутизаций; новым лучше Gosub. "
        "Аргументы видны как ARG1 ..., откуда он вызван - MACRO_CONTEXT, MACRO_EXTEN, MACRO_PRIORITY. Когда "
        "шаги кончились (или MacroExit), вызов идёт к следующему приоритету; Goto в другой контекст "
        "покидает макрос.",
    .help_en =
        "Run a macro: context macro-name from extension s\nFor older routings; Gosub is better for new ones. "
        "It sees its arguments as ARG1 ... and where it was called from as MACRO_CONTEXT, MACRO_EXTEN, "
        "MACRO_PRIORITY. At the end of its steps (or MacroExit) the call goes on with the next priority; a "
        "Goto to another context leaves the macro.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = macro_exec,
};

const struct plan_app plan_app_macroif = {
    .name = "MacroIf",
    .syntax = "MacroIf(condition?name[,args][:name[,args]])",
    .help_ru = "Выполняет один из макросов по условию\nУсловие как в GotoIf, макросы как в Macro.",
    .help_en =
        "Run one of two macros on a condition\nThe condition is as for GotoIf, macros as for Macro.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = macroif_exec,
};

const struct plan_app plan_app_macroexit = {
    .name = "MacroExit",
    .syntax = "MacroExit()",
    .help_ru = "Кончает макрос: вызов идёт за Macro",
    .help_en = "End a macro: the call goes on behind Macro",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = macroexit_exec,
};
