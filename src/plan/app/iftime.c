/* app/iftime.c - GotoIfTime, ExecIfTime */
#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/app/exec.h"
#include "plan/args.h"
#include "plan/core.h"
#include "plan/when.h"

/* Does "9:00-17:00,mon-fri,*,*[,zone]" hold then? */
static bool holds_at(const struct plan_run *run, char *text, struct wall now)
{
    const struct channel *ch = run->channel;
    struct slice bad = SLICE_NONE;
    struct plan_when w;
    int err = plan_when_parse(&w, slice_of(text), &bad);

    if (slice_is_set(bad))
        log_warning("time condition with a part that is none call=%s at=\"%s,%s,%d\" part=\"%.*s\"",
                    ch->linkedid, ch->context, ch->exten, ch->priority, SLICE_ARG(bad));
    return !err && plan_when_holds(&w, run->core->zones, now);
}

static int gotoiftime_exec(struct plan_run *run, char *data)
{
    char *yes = strchr(data, '?'), *no = NULL, *where;

    if (!yes) {
        log_warning("GotoIfTime needs times?place call=%s", run->channel->linkedid);
        return PLAN_NEXT;
    }
    *yes++ = '\0';
    no = strchr(yes, ':');
    if (no)
        *no++ = '\0';
    where = holds_at(run, data, plan_test_wall(run->core, run->channel)) ? yes : no;
    return where && *where ? plan_run_go(run, where) : PLAN_NEXT;
}

static int execiftime_exec(struct plan_run *run, char *data)
{
    char *yes, *no, *what;

    if (!exec_split(data, &yes, &no)) {
        log_warning("ExecIfTime needs times?App(args) call=%s", run->channel->linkedid);
        return PLAN_END;
    }
    what = holds_at(run, data, plan_wall(run->core, run->channel)) ? yes : no;
    return what && *what ? exec_text(run, what) : PLAN_NEXT;
}

const struct plan_app plan_app_gotoiftime = {
    .name = "GotoIfTime",
    .syntax = "GotoIfTime(times,weekdays,mdays,months[,timezone]?[yes]:[no])",
    .help_ru =
        "Переходит по времени суток и дате\ntimes - 9:00-17:00, weekdays - mon-fri, mdays - 1-15, months - "
        "jan-mar, timezone - Europe/Moscow; * - любые, несколько - через &. Границы входят. yes и no - места "
        "как в Goto.",
    .help_en =
        "Go elsewhere by the time of day and the date\ntimes: 9:00-17:00, weekdays: mon-fri, mdays: 1-15, "
        "months: jan-mar, timezone: Europe/Moscow; * is any, several are joined by &. Both ends count. yes and "
        "no: places as for Goto.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = gotoiftime_exec,
};

const struct plan_app plan_app_execiftime = {
    .name = "ExecIfTime",
    .syntax = "ExecIfTime(times,weekdays,mdays,months[,timezone]?app(args)[:app(args)])",
    .help_ru = "Выполняет приложение по времени суток и дате\nВремя как в GotoIfTime.",
    .help_en = "Run an application by the time of day and the date\nTimes are as for GotoIfTime.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = execiftime_exec,
};
