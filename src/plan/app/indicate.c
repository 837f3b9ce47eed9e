/* indicate.c - Ringing(), Progress(), Proceeding(): what the caller hears before the answer */
#include "plan/app.h"

static int ringing_exec(struct plan_run *run, char *data)
{
    channel_indicate(run->channel, CHANNEL_IND_RINGING);
    return PLAN_NEXT;
}

static int progress_exec(struct plan_run *run, char *data)
{
    channel_indicate(run->channel, CHANNEL_IND_PROGRESS);
    return PLAN_NEXT;
}

static int proceeding_exec(struct plan_run *run, char *data)
{
    channel_indicate(run->channel, CHANNEL_IND_PROCEEDING);
    return PLAN_NEXT;
}

const struct plan_app plan_app_ringing = {
    .name = "Ringing",
    .syntax = "Ringing()",
    .help_ru = "Показать звонящему вызов (180 Ringing).\nПосле ответа играет гудки.",
    .help_en = "Show ringing to the caller (180 Ringing).\nAfter the answer it plays a ring tone.",
    .exec = ringing_exec,
};

const struct plan_app plan_app_progress = {
    .name = "Progress",
    .syntax = "Progress()",
    .help_ru = "Открыть звук до ответа (183 Session Progress).",
    .help_en = "Open sound before the answer (183 Session Progress).",
    .exec = progress_exec,
};

const struct plan_app plan_app_proceeding = {
    .name = "Proceeding",
    .syntax = "Proceeding()",
    .help_ru = "Сообщить, что вызов обрабатывается.",
    .help_en = "Tell that the call is being processed.",
    .exec = proceeding_exec,
};
