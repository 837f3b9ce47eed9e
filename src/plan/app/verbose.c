/* app/verbose.c - Verbose: a line in the log */
#include <stdlib.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/args.h"

static int verbose_exec(struct plan_run *run, char *data)
{
    const struct channel *ch = run->channel;
    char *end, *text = data;
    long level = strtol(data, &end, 10);

    if (end != data && *end == ',')
        text = end + 1;
    else
        level = 0;
    if (level > 2)
        log_debug("%s call=%s channel=\"%s\"", text, ch->linkedid, ch->name);
    else if (level > 0)
        log_info("%s call=%s channel=\"%s\"", text, ch->linkedid, ch->name);
    else
        log_notice("%s call=%s channel=\"%s\"", text, ch->linkedid, ch->name);
    return PLAN_NEXT;
}

const struct plan_app plan_app_verbose = {
    .name = "Verbose",
    .syntax = "Verbose([level,]message)",
    .help_ru = "Пишет строку в журнал\nlevel: 0 (по умолчанию) - уровень notice, 1-2 - info, 3 и "
               "больше - debug.",
    .help_en =
        "Write a line to the log\nlevel: 0 (the default) is logged as notice, 1-2 as info, 3 "
        "and more as debug.",
    .shown = "tests/scene/absolute-timeout.scene",
    .exec = verbose_exec,
};
