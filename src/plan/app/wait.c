/* wait.c - Wait() */
#include <math.h>
#include <stdlib.h>

#include "base/log.h"
#include "plan/app.h"
#include "plan/wait.h"

static int wait_exec(struct plan_run *run, char *data)
{
    char *end;
    double s = strtod(data, &end);

    if (end == data || !isfinite(s)) {
        log_warning("Wait() takes seconds call=%s data=\"%s\"", run->channel->linkedid, data);
        return PLAN_NEXT;
    }
    if (s <= 0)
        return PLAN_NEXT;
    return plan_wait_ms(run, s < 1e9 ? (int64_t)(s * 1000) : -1) ? PLAN_NEXT : PLAN_END;
}

const struct plan_app plan_app_wait = {
    .name = "Wait",
    .syntax = "Wait(seconds)",
    .help_ru = "Подождать.\nМожно дробное число: Wait(0.5). Набранные цифры пропадают.",
    .help_en = "Wait.\nA fraction is fine: Wait(0.5). Digits typed meanwhile are dropped.",
    .exec = wait_exec,
};
