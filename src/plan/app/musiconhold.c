/* app/musiconhold.c - MusicOnHold, StartMusicOnHold, StopMusicOnHold */
#include "model/snapshot.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/core.h"
#include "plan/wait.h"

/* The class whose key this is, or NULL. */
static const char *class_of_digit(const struct model_snapshot *s, char digit)
{
    for (uint32_t i = 0; s && i < model_moh_count(s); i++) {
        const struct model_moh *m = model_moh_at(s, i);

        if (m->digit[0] == digit && !m->digit[1])
            return m->name;
    }
    return NULL;
}

/* @return false when the channel is gone */
static bool listen_to(struct plan_run *run, long long ms)
{
    struct plan_wait w = {.ms = ms, .digits = PLAN_ALL_DIGITS};
    enum plan_wait_end end;

    while ((end = plan_wait(run, &w)) == PLAN_WAIT_DIGIT) {
        const char *other = class_of_digit(run->core->snapshot, w.digit);

        if (other)
            channel_moh(run->channel, other);
    }
    return end == PLAN_WAIT_TIME;
}

static int musiconhold_exec(struct plan_run *run, char *data)
{
    long long ms = -1;
    char *argv[2];
    bool is_there;

    plan_args_split(data, ',', argv, 2);
    if (plan_parse_seconds(argv[1], &ms) || ms <= 0)
        ms = -1;
    if (channel_moh(run->channel, *argv[0] ? argv[0] : NULL))
        return run->channel->is_hungup ? PLAN_END : PLAN_NEXT;
    is_there = listen_to(run, ms);
    channel_play_stop(run->channel);
    return is_there ? PLAN_NEXT : PLAN_END;
}

static int start_exec(struct plan_run *run, char *data)
{
    channel_moh(run->channel, *data ? data : NULL);
    return PLAN_NEXT;
}

static int stop_exec(struct plan_run *run, char *data)
{
    channel_play_stop(run->channel);
    return PLAN_NEXT;
}

const struct plan_app plan_app_musiconhold = {
    .name = "MusicOnHold",
    .syntax = "MusicOnHold([class,[duration]])",
    .help_ru =
        "Играет музыку\nclass - класс музыки (по умолчанию канала, иначе default), duration - секунды; "
        "без неё, пока звонящий не повесит трубку. Клавиша класса (digit) включает его музыку.",
    .help_en =
        "Play music\nclass: class of music (default: the channel's, else default); duration: seconds; "
        "without it until the caller hangs up. The key of a class (digit) starts its music.",
    .shown = "tests/unit/plan/test_run.c",
    .exec = musiconhold_exec,
};

const struct plan_app plan_app_startmusiconhold = {
    .name = "StartMusicOnHold",
    .syntax = "StartMusicOnHold([class])",
    .help_ru = "Включает музыку и идёт дальше\nМузыка звучит, пока не начнётся другой звук или "
               "StopMusicOnHold.",
    .help_en = "Start music and go on\nIt plays until another sound begins or StopMusicOnHold.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = start_exec,
};

const struct plan_app plan_app_stopmusiconhold = {
    .name = "StopMusicOnHold",
    .syntax = "StopMusicOnHold()",
    .help_ru = "Выключает музыку",
    .help_en = "Stop the music",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = stop_exec,
};
