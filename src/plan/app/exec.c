/* app/exec.c - Exec, TryExec: an application whose name stands in a variable */
#include "plan/app/exec.h"

#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/core.h"
#include "plan/names.h"

/* Is the application of "App(args)" here? */
static bool is_known(const struct plan_run *run, const char *text)
{
    const struct slice name = slice_from(text, strcspn(text, "("));

    return plan_app_find(run->core, name) ||
           plan_name_state(run->core, PLAN_NAME_APP, name) == PLAN_NAME_LATER;
}

static void warn(const struct plan_run *run, const char *text)
{
    const struct channel *ch = run->channel;

    log_warning("no such application call=%s at=\"%s,%s,%d\" wanted=\"%s\"", ch->linkedid,
                ch->context, ch->exten, ch->priority, text);
}

static int exec_exec(struct plan_run *run, char *data)
{
    if (!*data)
        return PLAN_NEXT;
    if (is_known(run, data))
        return exec_text(run, data);
    warn(run, data);
    return PLAN_END;
}

/* The call goes on whatever the application says; one that was hung up ends as ever. */
static int tryexec_exec(struct plan_run *run, char *data)
{
    const char *status = "SUCCESS";
    int rc = PLAN_NEXT;

    if (!*data)
        return PLAN_NEXT;
    if (!is_known(run, data)) {
        warn(run, data);
        status = "NOAPP";
    } else {
        rc = exec_text(run, data);
        if (rc < 0)
            status = "FAILED";
    }
    channel_var_set(run->channel, SLICE("TRYSTATUS"), slice_of(status));
    return rc < 0 ? PLAN_NEXT : rc;
}

const struct plan_app plan_app_exec_row = {
    .name = "Exec",
    .syntax = "Exec(app(args))",
    .help_ru = "Выполняет приложение, имя которого задано текстом\nНапример, из переменной: "
               "Exec(${APP}(${ARGS})). Нет такого приложения - вызов кончается.",
    .help_en = "Run the application that a text names\nA variable's, for example: "
               "Exec(${APP}(${ARGS})). The call ends when there is no such application.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = exec_exec,
};

const struct plan_app plan_app_tryexec = {
    .name = "TryExec",
    .syntax = "TryExec(app(args))",
    .help_ru = "Выполняет приложение, и вызов идёт дальше при любом исходе\nПеременная TRYSTATUS: "
               "SUCCESS, FAILED (приложение закончило бы вызов), NOAPP.",
    .help_en = "Run an application, and go on whatever comes of it\nVariable TRYSTATUS: SUCCESS, "
               "FAILED (the application would have ended the call), NOAPP.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = tryexec_exec,
};
