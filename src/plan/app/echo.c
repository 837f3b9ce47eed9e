/* app/echo.c - Echo: the caller hears himself */
#include "plan/app/all.h"
#include "plan/wait.h"

static int echo_exec(struct plan_run *run, char *data)
{
    struct channel *ch = run->channel;
    struct plan_wait w = {.ms = -1, .digits = "#"};
    enum plan_wait_end end;

    if (!ch->stream || media_stream_echo(ch->stream, true))
        return PLAN_NEXT;
    end = plan_wait(run, &w);
    media_stream_echo(ch->stream, false);
    return end == PLAN_WAIT_DIGIT ? PLAN_NEXT : PLAN_END;
}

const struct plan_app plan_app_echo = {
    .name = "Echo",
    .syntax = "Echo()",
    .help_ru =
        "Возвращает звонящему его голос\nДля проверки связи и задержки; # - дальше по маршрутизации. "
        "Перед этим нужен Answer.",
    .help_en =
        "Send the caller's voice back\nTo test a line and its delay; # goes on with the routing. "
        "Answer first.",
    .shown = "tests/scene/ringing-and-wait.scene",
    .exec = echo_exec,
};

const struct plan_app plan_app_streamecho = {
    .name = "StreamEcho",
    .syntax = "StreamEcho([streams])",
    .help_ru = "То же, что Echo\nЧисло видеопотоков не имеет значения: их нет.",
    .help_en = "The same as Echo\nThe number of video streams does not matter: there are none.",
    .shown = "tests/unit/plan/test_talk.c",
    .exec = echo_exec,
};
