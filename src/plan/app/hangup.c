/* hangup.c - Hangup() */
#include "base/log.h"
#include "plan/app.h"

/* Names as Asterisk accepts them besides numbers. */
static const struct {
    const char *name;
    int cause;
} names[] = {
    {"AST_CAUSE_UNALLOCATED", 1},
    {"UNALLOCATED", 1},
    {"NO_ROUTE_DESTINATION", 3},
    {"NORMAL_CLEARING", 16},
    {"NORMAL", 16},
    {"USER_BUSY", 17},
    {"BUSY", 17},
    {"NO_USER_RESPONSE", 18},
    {"NO_ANSWER", 19},
    {"NOANSWER", 19},
    {"SUBSCRIBER_ABSENT", 20},
    {"CALL_REJECTED", 21},
    {"NUMBER_CHANGED", 22},
    {"INVALID_NUMBER_FORMAT", 28},
    {"NORMAL_CIRCUIT_CONGESTION", 34},
    {"CONGESTION", 34},
    {"NORMAL_TEMPORARY_FAILURE", 41},
    {"FAILURE", 38},
    {"INTERWORKING", 127},
};

static int cause_of(struct slice text)
{
    uint32_t n;

    if (slice_u32(text, &n) == 0 && n <= 127)
        return (int)n;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (slice_caseeqz(text, names[i].name))
            return names[i].cause;
    return -1;
}

static int hangup_exec(struct plan_run *run, char *data)
{
    struct slice text = slice_trim(slice_of(data));
    int cause = text.len ? cause_of(text) : 0;

    if (cause < 0)
        log_warning("Hangup() got a cause that is no number and no name of Q.850 call=%s "
                    "cause=\"%.*s\"",
                    run->channel->linkedid, SLICE_ARG(text));
    else if (cause && !run->channel->is_hungup)
        run->channel->cause = cause;
    return PLAN_END;
}

const struct plan_app plan_app_hangup = {
    .name = "Hangup",
    .syntax = "Hangup([cause])",
    .help_ru = "Закончить вызов.\ncause - причина по Q.850 числом (17 - занято, 21 - отклонён) или "
               "именем (USER_BUSY); до ответа она становится ответом SIP.",
    .help_en =
        "End the call.\ncause: Q.850 number (17 busy, 21 rejected) or name (USER_BUSY); before "
        "the answer it becomes the SIP answer.",
    .exec = hangup_exec,
};
