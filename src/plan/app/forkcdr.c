/* app/forkcdr.c - ForkCDR, ResetCDR: one call in several records */
#include <string.h>

#include "call/cdr.h"
#include "plan/app/all.h"

static int forkcdr_exec(struct plan_run *run, char *data)
{
    cdr_fork(run->channel, strchr(data, 'e') != NULL, strchr(data, 'r') != NULL);
    return PLAN_NEXT;
}

static int resetcdr_exec(struct plan_run *run, char *data)
{
    cdr_reset(run->channel, strchr(data, 'v') != NULL);
    return PLAN_NEXT;
}

const struct plan_app plan_app_forkcdr = {
    .name = "ForkCDR",
    .syntax = "ForkCDR([options])",
    .help_ru =
        "Начинает ещё одну запись об этом звонке\ne - прежняя запись на этом заканчивается; r - новая "
        "начинается сейчас, а не вместе с прежней.",
    .help_en =
        "Begin one more record of this call\ne: the former one ends here; r: the new one begins "
        "now, not when the former one did.",
    .shown = "tests/unit/plan/test_channels.c",
    .exec = forkcdr_exec,
};

const struct plan_app plan_app_resetcdr = {
    .name = "ResetCDR",
    .syntax = "ResetCDR([v])",
    .help_ru =
        "Начинает запись о звонке заново, с этого мгновения\nПеременные CDR() забываются; с v "
        "остаются.",
    .help_en =
        "Begin the record of the call anew, from now\nVariables of CDR() are forgotten; with v they "
        "stay.",
    .shown = "tests/unit/plan/test_channels.c",
    .exec = resetcdr_exec,
};
