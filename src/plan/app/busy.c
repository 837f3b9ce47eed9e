/* app/busy.c - Busy, Congestion, Hangup: the ends of a call */

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/wait.h"

/* An unanswered caller gets the cause at once, one that was answered hears the tone. */
static int end_with(struct plan_run *run, const char *data, int cause, const char *tone)
{
    struct channel *ch = run->channel;
    long long ms = -1;

    if (ch->state != CHANNEL_UP) {
        run->refusal = cause;
        channel_refuse(ch, cause);
        return PLAN_END;
    }
    if (plan_parse_seconds(data, &ms) || ms <= 0)
        ms = -1;
    if (channel_tone(ch, tone) == 0)
        plan_wait_ms(run, ms);
    return PLAN_END;
}

static int busy_exec(struct plan_run *run, char *data)
{
    return end_with(run, data, CAUSE_BUSY, "busy");
}

static int congestion_exec(struct plan_run *run, char *data)
{
    return end_with(run, data, CAUSE_CONGESTION, "congestion");
}

static int hangup_exec(struct plan_run *run, char *data)
{
    struct channel *ch = run->channel;
    int cause = *data ? cause_parse(slice_of(data)) : 0;

    if (*data && (cause <= 0 || cause > 127))
        log_warning("no such cause of hanging up call=%s at=\"%s,%s,%d\" cause=\"%s\"",
                    ch->linkedid, ch->context, ch->exten, ch->priority, data);
    if (cause > 0 && cause <= 127)
        ch->cause = cause;
    else if (!ch->cause)
        ch->cause = CAUSE_NORMAL;
    channel_end(ch, ch->cause, "routing");
    return PLAN_END;
}

const struct plan_app plan_app_busy = {
    .name = "Busy",
    .syntax = "Busy([timeout])",
    .help_ru =
        "Отвечает звонящему «занято»\nНеотвеченный вызов отклоняется с причиной 17; в отвеченном "
        "звучит сигнал занято timeout секунд (или пока звонящий не повесит трубку).",
    .help_en =
        "Tell the caller that it is busy\nA call not answered is refused with cause 17; one that "
        "is up hears the busy tone for timeout seconds (or until it hangs up).",
    .shown = "tests/scene/busy-lines-of-one-phone.scene",
    .exec = busy_exec,
};

const struct plan_app plan_app_congestion = {
    .name = "Congestion",
    .syntax = "Congestion([timeout])",
    .help_ru = "Отвечает звонящему «перегрузка»\nНеотвеченный вызов отклоняется с причиной 34; в "
               "отвеченном звучит частый сигнал timeout секунд.",
    .help_en =
        "Tell the caller that there is congestion\nA call not answered is refused with cause 34; "
        "one that is up hears the congestion tone for timeout seconds.",
    .shown = "tests/scene/busy-lines-of-one-phone.scene",
    .exec = congestion_exec,
};

const struct plan_app plan_app_hangup = {
    .name = "Hangup",
    .syntax = "Hangup([cause])",
    .help_ru =
        "Завершает вызов\ncause - номер причины Q.850 (17 занято, 21 отклонён, 34 перегрузка ...) "
        "или её имя (BUSY, CONGESTION, CALL_REJECTED ...).",
    .help_en =
        "End the call\ncause: number of a Q.850 cause (17 busy, 21 rejected, 34 congestion ...) or "
        "its name (BUSY, CONGESTION, CALL_REJECTED ...).",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = hangup_exec,
};
