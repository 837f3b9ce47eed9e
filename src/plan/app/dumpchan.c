/* app/dumpchan.c - DumpChan: all that is known of a channel, into the log */
#include "base/log.h"
#include "plan/app/all.h"

static const char *z(const char *s)
{
    return s ? s : "";
}

static int dumpchan_exec(struct plan_run *run, char *data)
{
    const struct channel *ch = run->channel;

    log_notice("channel call=%s name=\"%s\" uniqueid=%s state=%s technology=%s language=\"%s\" "
               "caller=\"%s\" <%s> connected=\"%s\" <%s> dialled=\"%s\"",
               ch->linkedid, ch->name, ch->uniqueid, channel_state_name(ch->state), ch->tech->name,
               z(ch->language), z(ch->caller.name), z(ch->caller.number), z(ch->connected.name),
               z(ch->connected.number), z(ch->dnid));
    log_notice("channel call=%s at=\"%s,%s,%d\" account=\"%s\" peeraccount=\"%s\" userfield=\"%s\" "
               "music=\"%s\" variables=%u",
               ch->linkedid, z(ch->context), z(ch->exten), ch->priority, z(ch->accountcode),
               z(ch->peeraccount), z(ch->userfield), z(ch->musicclass), ch->var_count);
    LIST_FOREACH(&ch->vars, k)
    {
        const struct variable *v = CONTAINER_OF(k, struct variable, link);

        log_notice("variable call=%s %s=\"%s\"", ch->linkedid, v->name, v->value);
    }
    return PLAN_NEXT;
}

const struct plan_app plan_app_dumpchan = {
    .name = "DumpChan",
    .syntax = "DumpChan()",
    .help_ru = "Пишет в журнал всё о канале: имена, номера, место, переменные",
    .help_en = "Write all about the channel to the log: names, numbers, place, variables",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = dumpchan_exec,
};
