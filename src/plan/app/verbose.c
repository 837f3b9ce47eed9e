/* app/verbose.c - Verbose: a line in the log */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "call/secret.h"
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
    secret_mask(ch, text, strlen(text));
    if (level > 2)
        log_debug("%s call=%s channel=\"%s\"", text, ch->linkedid, ch->name);
    else if (level > 0)
        log_info("%s call=%s channel=\"%s\"", text, ch->linkedid, ch->name);
    else
        log_notice("%s call=%s channel=\"%s\"", text, ch->linkedid, ch->name);
    return PLAN_NEXT;
}

static int log_exec(struct plan_run *run, char *data)
{
    static const struct {
        const char *name;
        enum log_level level;
    } levels[] = {{"ERROR", LOG_ERROR},  {"WARNING", LOG_WARNING}, {"NOTICE", LOG_NOTICE},
                  {"VERBOSE", LOG_INFO}, {"DEBUG", LOG_DEBUG},     {"DTMF", LOG_DEBUG}};
    const struct channel *ch = run->channel;
    char *text = strchr(data, ',');

    if (text)
        *text++ = '\0';
    if (text)
        secret_mask(ch, text, strlen(text));
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        if (strcasecmp(data, levels[i].name) == 0) {
            if (text)
                log_line(levels[i].level, "%s call=%s at=\"%s,%s,%d\"", text, ch->linkedid,
                         ch->context, ch->exten, ch->priority);
            return PLAN_NEXT;
        }
    log_warning("Log: no such level call=%s at=\"%s,%s,%d\" level=\"%s\"", ch->linkedid,
                ch->context, ch->exten, ch->priority, data);
    return PLAN_NEXT;
}

const struct plan_app plan_app_log = {
    .name = "Log",
    .syntax = "Log(level,message)",
    .help_ru =
        "Пишет строку в журнал с заданной важностью\nlevel: ERROR, WARNING, NOTICE, VERBOSE (info), "
        "DEBUG.",
    .help_en =
        "Write a line of a given importance to the log\nlevel: ERROR, WARNING, NOTICE, VERBOSE "
        "(info), DEBUG.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = log_exec,
};

const struct plan_app plan_app_verbose = {
    .name = "Verbose",
    .syntax = "Verbose([level,]message)",
    .help_ru = "Пишет строку в журнал\nlevel: 0 (по умолчанию) - уровень notice, 1-2 - info, 3 и "
               "больше - debug.",
    .help_en =
        "Write a line to the log\nlevel: 0 (the default) is logged as notice, 1-2 as info, 3 "
        "and more as debug.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = verbose_exec,
};
