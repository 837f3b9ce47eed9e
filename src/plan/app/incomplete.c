/* app/incomplete.c - Incomplete: the number dialled so far is not whole */
#include "plan/app/all.h"

/* A phone that has not been answered is told to dial again with more digits (484). */
static int incomplete_exec(struct plan_run *run, char *data)
{
    if (run->channel->state == CHANNEL_UP)
        return PLAN_INCOMPLETE;
    run->channel->cause = CAUSE_INVALID_NUMBER;
    return PLAN_END;
}

const struct plan_app plan_app_incomplete = {
    .name = "Incomplete",
    .syntax = "Incomplete([n])",
    .help_ru =
        "Номер набран не весь\nНеотвеченный вызов отклоняется как неполный номер (484); в отвеченном "
        "станция ждёт ещё цифр и ищет номер заново.",
    .help_en =
        "The number is not whole\nA call not answered is refused as an incomplete address (484); in "
        "one that is up the station waits for more digits and looks the number up again.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = incomplete_exec,
};
