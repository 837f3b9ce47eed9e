/* echo.c - Echo() */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "plan/app.h"
#include "plan/wait.h"

static int echo_exec(struct plan_run *run, char *data)
{
    struct plan_wait w = {.ms = -1, .digits = "#"};
    struct channel *ch = run->channel;
    enum plan_wait_end end;
    int err = ch->stream ? media_stream_echo(ch->stream, true) : ENOTCONN;

    if (err) {
        log_warning("Echo() has no sound to return call=%s err=\"%s\"", ch->linkedid,
                    strerror(err));
        return PLAN_END;
    }
    end = plan_wait(run, &w);
    if (ch->stream)
        media_stream_echo(ch->stream, false);
    return end == PLAN_WAIT_HANGUP ? PLAN_END : PLAN_NEXT;
}

const struct plan_app plan_app_echo = {
    .name = "Echo",
    .syntax = "Echo()",
    .help_ru = "Возвращать звонящему его собственный звук.\nПроверка связи; # заканчивает.",
    .help_en = "Return the caller's own sound.\nA test of the line; # ends it.",
    .exec = echo_exec,
};
