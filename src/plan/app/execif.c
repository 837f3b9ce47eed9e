/* execif.c - ExecIf() */
#include <string.h>

#include "base/log.h"
#include "plan/app.h"
#include "plan/args.h"

/* "Playback(file)": the name and what stands in its parentheses, in place. */
static char *cut_call(char *call)
{
    char *open = strchr(call, '('), *close = strrchr(call, ')');

    if (!open)
        return call + strlen(call);
    *open = '\0';
    if (close && close > open)
        *close = '\0';
    return open + 1;
}

static int execif_exec(struct plan_run *run, char *data)
{
    char *cond[2], *call[2], *chosen, *args;

    if (plan_args_split_raw(data, '?', cond, 2) < 2) {
        log_warning("ExecIf() needs condition?application(data) call=%s data=\"%s\"",
                    run->channel->linkedid, data);
        return PLAN_NEXT;
    }
    plan_args_split_raw(cond[1], ':', call, 2);
    chosen = plan_strip(call[plan_is_true(plan_strip(cond[0])) ? 0 : 1]);
    if (!*chosen)
        return PLAN_NEXT;
    args = cut_call(chosen);
    return plan_app_exec(run, plan_strip(chosen), args);
}

const struct plan_app plan_app_execif = {
    .name = "ExecIf",
    .syntax = "ExecIf(condition?application(data)[:application(data)])",
    .help_ru = "Выполнить приложение по условию.\nПусто и 0 - ложь.",
    .help_en = "Run an application by a condition.\nEmpty and 0 are false.",
    .exec = execif_exec,
};
