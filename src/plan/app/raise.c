/* app/raise.c - RaiseException: on to extension e */
#include "base/log.h"
#include "plan/app/all.h"

static int raiseexception_exec(struct plan_run *run, char *data)
{
    return plan_run_raise(run, slice_of(data)) ? PLAN_END : PLAN_NEXT;
}

const struct plan_app plan_app_raiseexception = {
    .name = "RaiseException",
    .syntax = "RaiseException(reason)",
    .help_ru =
        "Вызов идёт в расширение e этой маршрутизации\nreason и место видны там как EXCEPTION(reason), "
        "EXCEPTION(context), EXCEPTION(exten), EXCEPTION(priority).",
    .help_en = "The call goes to extension e of this context\nreason and place are seen there as "
               "EXCEPTION(reason), EXCEPTION(context), EXCEPTION(exten), EXCEPTION(priority).",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = raiseexception_exec,
};
