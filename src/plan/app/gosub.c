/* app/gosub.c - Gosub, GosubIf, Return, StackPop */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/frame.h"

static void warn(const struct plan_run *run, const char *what, const char *data)
{
    const struct channel *ch = run->channel;

    log_warning("%s call=%s at=\"%s,%s,%d\" data=\"%s\"", what, ch->linkedid, ch->context,
                ch->exten, ch->priority, data);
}

/* "context,exten,priority(arg,arg)" cut before its arguments. @return the arguments, "" for none */
static char *cut_arguments(char *data)
{
    char *open = strchr(data, '('), *close;

    if (!open)
        return data + strlen(data);
    close = strrchr(open, ')');
    if (close)
        *close = '\0';
    *open = '\0';
    return open + 1;
}

int plan_gosub(struct plan_run *run, char *data)
{
    struct channel *ch = run->channel;
    char *argv[PLAN_GOSUB_ARGS_MAX], *args = cut_arguments(data);
    struct slice context, exten;
    int count, priority, err;

    if (plan_run_parse_goto(run, data, &context, &exten, &priority))
        return PLAN_END;
    if (!plan_run_has(run, context, slice_is_set(exten) ? exten : slice_of(ch->exten), priority)) {
        warn(run, "Gosub to a place that does not exist, the call is ended", data);
        return PLAN_END;
    }
    count = plan_args_split_raw(args, ',', argv, PLAN_GOSUB_ARGS_MAX);
    err = plan_frame_push(run, ch->context, ch->exten, ch->priority + 1, argv, count);
    if (err == ENOSPC)
        warn(run, "Gosub nested deeper than 200, the call is ended", data);
    if (err || plan_run_goto(run, context, exten, priority))
        return PLAN_END;
    return PLAN_NEXT;
}

static int gosubif_exec(struct plan_run *run, char *data)
{
    char *yes = strchr(data, '?'), *no = NULL, *where;
    int depth = 0;

    if (yes)
        *yes++ = '\0';
    for (char *s = yes; s && *s && !no; s++) {
        depth += *s == '(' ? 1 : *s == ')' ? -1 : 0;
        if (*s == ':' && depth == 0)
            no = s;
    }
    if (no)
        *no++ = '\0';
    where = plan_is_true(data) ? yes : no;
    return where && *where ? plan_gosub(run, where) : PLAN_NEXT;
}

static int return_exec(struct plan_run *run, char *data)
{
    if (plan_frame_pop(run, true)) {
        warn(run, "Return without Gosub, the call is ended", data);
        return PLAN_END;
    }
    channel_var_set(run->channel, SLICE("GOSUB_RETVAL"), slice_of(data));
    return PLAN_NEXT;
}

static int stackpop_exec(struct plan_run *run, char *data)
{
    if (plan_frame_pop(run, false))
        warn(run, "StackPop without Gosub", data);
    return PLAN_NEXT;
}

const struct plan_app plan_app_gosub = {
    .name = "Gosub",
    .syntax = "Gosub([[context,]extension,]priority[(arg1[,...][,argN])])",
    .help_ru =
        "Вызывает подпрограмму\nАргументы видны в ней как ARG1 ... ARGn, их число - ARGC, свои "
        "переменные - LOCAL(имя). Return возвращает к следующему приоритету.",
    .help_en =
        "Call a subroutine\nIt sees the arguments as ARG1 ... ARGn and their number as ARGC; its own "
        "variables are LOCAL(name). Return goes back to the next priority.",
    .shown = "tests/scene/gosub-arguments.scene",
    .exec = plan_gosub,
};

const struct plan_app plan_app_gosubif = {
    .name = "GosubIf",
    .syntax = "GosubIf(condition?[yes[(args)]]:[no[(args)]])",
    .help_ru = "Вызывает подпрограмму по условию\nУсловие как в GotoIf, места как в Gosub.",
    .help_en =
        "Call a subroutine on a condition\nThe condition is as for GotoIf, places as for Gosub.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = gosubif_exec,
};

const struct plan_app plan_app_return = {
    .name = "Return",
    .syntax = "Return([value])",
    .help_ru = "Возвращается из подпрограммы\nvalue попадает в переменную GOSUB_RETVAL.",
    .help_en = "Return from a subroutine\nvalue goes to variable GOSUB_RETVAL.",
    .shown = "tests/scene/gosub-arguments.scene",
    .exec = return_exec,
};

const struct plan_app plan_app_stackpop = {
    .name = "StackPop",
    .syntax = "StackPop()",
    .help_ru = "Забывает последний Gosub, не возвращаясь",
    .help_en = "Forget the last Gosub without returning",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = stackpop_exec,
};
