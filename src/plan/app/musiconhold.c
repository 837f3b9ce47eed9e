/* musiconhold.c - MusicOnHold(), StartMusicOnHold(), StopMusicOnHold() */
#include <stdlib.h>

#include "plan/app.h"
#include "plan/args.h"
#include "plan/wait.h"

static int moh_exec(struct plan_run *run, char *data)
{
    char *argv[2];
    double s;
    bool is_here;

    plan_args_split(data, ',', argv, 2);
    s = atof(argv[1]);
    channel_moh(run->channel, argv[0]);
    is_here = plan_wait_ms(run, s > 0 && s < 1e9 ? (int64_t)(s * 1000) : -1);
    channel_play_stop(run->channel);
    return is_here ? PLAN_NEXT : PLAN_END;
}

static int start_exec(struct plan_run *run, char *data)
{
    channel_moh(run->channel, data);
    return PLAN_NEXT;
}

static int stop_exec(struct plan_run *run, char *data)
{
    channel_play_stop(run->channel);
    return PLAN_NEXT;
}

const struct plan_app plan_app_musiconhold = {
    .name = "MusicOnHold",
    .syntax = "MusicOnHold([class[,duration]])",
    .help_ru = "Играть музыку на удержании.\nclass - класс музыки (по умолчанию - канала, иначе "
               "default), duration - секунды (по умолчанию - пока не положат трубку).",
    .help_en = "Play music on hold.\nclass: music class (default: the channel's, else default), "
               "duration: seconds (default: until the phone hangs up).",
    .exec = moh_exec,
};

const struct plan_app plan_app_startmusiconhold = {
    .name = "StartMusicOnHold",
    .syntax = "StartMusicOnHold([class])",
    .help_ru = "Включить музыку на удержании и идти дальше.",
    .help_en = "Start music on hold and go on.",
    .exec = start_exec,
};

const struct plan_app plan_app_stopmusiconhold = {
    .name = "StopMusicOnHold",
    .syntax = "StopMusicOnHold()",
    .help_ru = "Выключить музыку на удержании.",
    .help_en = "Stop music on hold.",
    .exec = stop_exec,
};
