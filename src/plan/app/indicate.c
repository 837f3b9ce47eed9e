/* app/indicate.c - Ringing, Progress, Proceeding: what a caller is told before the answer */
#include "plan/app/all.h"

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
    .help_ru =
        "Показывает звонящему, что вызов идёт\nПосле ответа вместо этого проигрываются гудки.",
    .help_en =
        "Tell the caller that the phone rings\nAfter the answer a ring tone is played instead.",
    .shown = "tests/scene/ringing-and-wait.scene",
    .exec = ringing_exec,
};

const struct plan_app plan_app_progress = {
    .name = "Progress",
    .syntax = "Progress()",
    .help_ru =
        "Включает звук до ответа\nПосле него Playback(файл,noanswer) слышен звонящему без ответа "
        "на вызов.",
    .help_en =
        "Open the sound before the answer\nAfter it the caller hears Playback(file,noanswer) "
        "without the call being answered.",
    .shown = "tests/scene/playback-before-answer.scene",
    .exec = progress_exec,
};

const struct plan_app plan_app_proceeding = {
    .name = "Proceeding",
    .syntax = "Proceeding()",
    .help_ru = "Сообщает звонящему, что вызов обрабатывается",
    .help_en = "Tell the caller that the call proceeds",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = proceeding_exec,
};
