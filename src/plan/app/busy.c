/* busy.c - Busy(), Congestion(): turn the caller away */
#include <stdlib.h>

#include "plan/app.h"
#include "plan/wait.h"

/* Before the answer the cause does it (486, 503); after it a tone, for so many seconds. */
static int turn_away(struct plan_run *run, const char *data, int cause, const char *tone)
{
    double s = atof(data);
    struct channel *ch = run->channel;

    if (ch->state == CHANNEL_UP && !ch->is_hungup && channel_tone(ch, tone) == 0)
        plan_wait_ms(run, s > 0 && s < 1e6 ? (int64_t)(s * 1000) : -1);
    if (!ch->cause)
        ch->cause = cause;
    return PLAN_END;
}

static int busy_exec(struct plan_run *run, char *data)
{
    return turn_away(run, data, CAUSE_BUSY, "busy");
}

static int congestion_exec(struct plan_run *run, char *data)
{
    return turn_away(run, data, CAUSE_CONGESTION, "congestion");
}

const struct plan_app plan_app_busy = {
    .name = "Busy",
    .syntax = "Busy([seconds])",
    .help_ru = "Ответить «занято» и закончить вызов.\nДо ответа - 486; после ответа гудки «занято» "
               "столько секунд (без числа - пока не положат трубку).",
    .help_en =
        "Say busy and end the call.\nBefore the answer 486; after it the busy tone for so many "
        "seconds (without a number until the phone hangs up).",
    .exec = busy_exec,
};

const struct plan_app plan_app_congestion = {
    .name = "Congestion",
    .syntax = "Congestion([seconds])",
    .help_ru =
        "Ответить «перегрузка» и закончить вызов.\nДо ответа - 503; после ответа частые гудки "
        "столько секунд.",
    .help_en =
        "Say congestion and end the call.\nBefore the answer 503; after it the congestion tone "
        "for so many seconds.",
    .exec = congestion_exec,
};
