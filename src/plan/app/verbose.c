/* verbose.c - Verbose() */
#include "base/log.h"
#include "plan/app.h"
#include "plan/args.h"

static int verbose_exec(struct plan_run *run, char *data)
{
    struct slice text = slice_of(data), rest;
    uint32_t level;

    if (slice_u32(slice_trim(slice_cut(text, ',', &rest)), &level) == 0 && slice_is_set(rest))
        text = rest;
    log_notice("routing says call=%s channel=\"%s\" text=\"%.*s\"", run->channel->linkedid,
               run->channel->name, SLICE_ARG(text));
    return PLAN_NEXT;
}

const struct plan_app plan_app_verbose = {
    .name = "Verbose",
    .syntax = "Verbose([level,]text)",
    .help_ru = "Написать строку в журнал.\nУровень принимается ради совместимости.",
    .help_en = "Write a line to the log.\nThe level is accepted for compatibility.",
    .exec = verbose_exec,
};
