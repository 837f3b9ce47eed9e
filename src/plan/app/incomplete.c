/* app/incomplete.c - Incomplete: the number dialled so far is not whole */
#include <string.h>

#include "plan/app/all.h"

/* With n a phone that has not been answered is told to dial again with more digits (484): it could not
   type them here. */
static int incomplete_exec(struct plan_run *run, char *data)
{
    struct channel *ch = run->channel;

    if (ch->state != CHANNEL_UP && strchr(data, 'n')) {
        ch->cause = run->refusal = CAUSE_INVALID_NUMBER;
        return PLAN_END;
    }
    return channel_answer(ch) ? PLAN_END : PLAN_INCOMPLETE;
}

const struct plan_app plan_app_incomplete = {
    .name = "Incomplete",
    .syntax = "Incomplete([n])",
    .help_ru =
        "Номер набран не весь\nСтанция отвечает, ждёт ещё цифр и ищет номер заново. n - не отвечать: "
        "неотвеченный вызов отклоняется как неполный номер (484).",
    .help_en =
        "The number is not whole\nThe station answers, waits for more digits and looks the number up "
        "again. n: do not answer; a call not answered is refused as an incomplete address (484).",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = incomplete_exec,
};
