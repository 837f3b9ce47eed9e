/* app/execif.c - ExecIf: one of two applications */
#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/app/exec.h"
#include "plan/args.h"

/* The ':' between the two applications: outside of their parentheses. */
static char *find_else(char *s)
{
    int depth = 0;

    for (; *s; s++) {
        depth += *s == '(' ? 1 : *s == ')' ? -1 : 0;
        if (*s == ':' && depth <= 0)
            return s;
    }
    return NULL;
}

int exec_text(struct plan_run *run, char *text)
{
    char *args = strchr(text, '('), *end;

    if (args) {
        *args++ = '\0';
        end = strrchr(args, ')');
        if (end)
            *end = '\0';
    }
    return plan_app_exec(run, text, args ? args : text + strlen(text));
}

bool exec_split(char *data, char **yes, char **no)
{
    *yes = strchr(data, '?');
    if (!*yes || *yes == data || !(*yes)[1])
        return false;
    *(*yes)++ = '\0';
    *no = find_else(*yes);
    if (*no)
        *(*no)++ = '\0';
    return true;
}

static int execif_exec(struct plan_run *run, char *data)
{
    char *yes, *no, *what;

    if (!exec_split(data, &yes, &no)) {
        log_warning("ExecIf needs condition?App(args):App(args), the call is ended call=%s "
                    "at=\"%s,%s,%d\"",
                    run->channel->linkedid, run->channel->context, run->channel->exten,
                    run->channel->priority);
        return PLAN_END;
    }
    what = plan_is_true(data) ? yes : no;
    return what && *what ? exec_text(run, what) : PLAN_NEXT;
}

const struct plan_app plan_app_execif = {
    .name = "ExecIf",
    .syntax = "ExecIf(condition?app(args)[:app(args)])",
    .help_ru =
        "Выполняет приложение по условию\nУсловие как в GotoIf: пустое и 0 - нет, остальное - да.",
    .help_en =
        "Run an application on a condition\nThe condition is as for GotoIf: empty and 0 are no, anything "
        "else is yes.",
    .shown = "tests/scene/execif-and-expressions.scene",
    .exec = execif_exec,
};
