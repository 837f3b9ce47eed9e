/* app/playback.c - Playback: files to the caller */
#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/core.h"
#include "plan/wait.h"

static void set_status(struct plan_run *run, const char *status)
{
    channel_var_set(run->channel, SLICE("PLAYBACKSTATUS"), slice_of(status));
}

static bool says(const char *options)
{
    return strstr(options, "say") || strstr(options, "mix");
}

static int playback_exec(struct plan_run *run, char *data)
{
    struct channel *ch = run->channel;
    bool is_up = ch->state == CHANNEL_UP, failed;
    char *argv[2];
    int rc;

    plan_args_split(data, ',', argv, 2);
    if (!is_up && strstr(argv[1], "skip")) {
        set_status(run, "SUCCESS");
        return PLAN_NEXT;
    }
    if (!is_up && !strstr(argv[1], "noanswer") && channel_answer(ch))
        return PLAN_END;
    if (!*argv[0]) {
        set_status(run, "FAILED");
        return PLAN_NEXT;
    }
    if (says(argv[1]) && plan_tell_once(run->core, "Playback say", ""))
        log_warning(
            "Playback: options say and mix have no effect, there is no say.conf: use SayNumber and the "
            "others call=%s at=\"%s,%s,%d\"",
            ch->linkedid, ch->context, ch->exten, ch->priority);
    rc = plan_play(run, argv[0], NULL, &failed);
    set_status(run, failed ? "FAILED" : "SUCCESS");
    return rc < 0 ? PLAN_END : PLAN_NEXT;
}

const struct plan_app plan_app_playback = {
    .name = "Playback",
    .syntax = "Playback(file[&file...],[options])",
    .help_ru =
        "Проигрывает файлы\nИмена без расширения, в каталоге языка канала, или полные; несколько - через "
        "&. Вызов при этом отвечается.\noptions: skip - не играть, если вызов не отвечен; noanswer - не "
        "отвечать на вызов; say и mix ничего не делают (нет say.conf), есть SayNumber и другие.\nПеременная PLAYBACKSTATUS: SUCCESS или FAILED.",
    .help_en =
        "Play files\nNames without extension, looked for in the folder of the channel's language, or "
        "absolute; several are joined by &. The call is answered.\noptions: skip - do not play when the "
        "call is not answered; noanswer - do not answer it; say and mix do nothing (there is no "
        "say.conf), use SayNumber and the others.\nVariable PLAYBACKSTATUS: SUCCESS or FAILED.",
    .shown = "tests/scene/playback-before-answer.scene",
    .exec = playback_exec,
};
