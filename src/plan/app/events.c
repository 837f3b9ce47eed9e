/* app/events.c - UserEvent, CELGenUserEvent, SendText: what others are told */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "call/observe.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/core.h"

#define MOST_HEADERS 60

static int userevent_exec(struct plan_run *run, char *data)
{
    char *argv[MOST_HEADERS];
    const int count = plan_args_split(data, ',', argv, MOST_HEADERS);
    struct buf lines;

    if (!count || !*argv[0]) {
        log_warning("UserEvent needs a name call=%s", run->channel->linkedid);
        return PLAN_NEXT;
    }
    buf_init(&lines, 65536);
    for (int i = 1; i < count; i++) /* a line end would begin a header of its own */
        buf_printf(&lines, "%.*s\n", (int)strcspn(argv[i], "\r\n"), argv[i]);
    if (!buf_err(&lines))
        calls_tell(plan_calls(run->core), &(struct call_fact){.type = CALL_USER_EVENT,
                                                              .channel = run->channel,
                                                              .name = slice_of(argv[0]),
                                                              .value = buf_slice(&lines)});
    buf_fini(&lines);
    return PLAN_NEXT;
}

static int celgenuserevent_exec(struct plan_run *run, char *data)
{
    calls_tell(plan_calls(run->core), &(struct call_fact){.type = CALL_NOTE,
                                                          .channel = run->channel,
                                                          .name = SLICE("user event"),
                                                          .value = slice_of(data)});
    return PLAN_NEXT;
}

static const char *send_text(struct plan_run *run, struct slice text)
{
    struct channel *ch = run->channel;
    struct slice type = channel_var_get(ch, SLICE("SENDTEXT_TYPE"));
    int err;

    if (ch->is_hungup)
        return "FAILURE";
    if (!ch->tech->send_text)
        return "UNSUPPORTED";
    err = ch->tech->send_text(ch, type.len ? type : SLICE("text/plain"), text);
    return err == ENOTSUP ? "UNSUPPORTED" : err ? "FAILURE" : "SUCCESS";
}

static int sendtext_exec(struct plan_run *run, char *data)
{
    const struct slice body = channel_var_get(run->channel, SLICE("SENDTEXT_BODY"));

    channel_var_set(run->channel, SLICE("SENDTEXTSTATUS"),
                    slice_of(send_text(run, body.len ? body : slice_of(data))));
    return PLAN_NEXT;
}

const struct plan_app plan_app_userevent = {
    .name = "UserEvent",
    .syntax = "UserEvent(name[,header: value[,...]])",
    .help_ru =
        "Сообщает событие тем, кто следит за станцией\nВ интерфейсе Manager это событие UserEvent с "
        "этими полями.",
    .help_en =
        "Tell an event to those who watch the station\nIn the Manager interface it is a UserEvent "
        "with these fields.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = userevent_exec,
};

const struct plan_app plan_app_celgenuserevent = {
    .name = "CELGenUserEvent",
    .syntax = "CELGenUserEvent(name[,extra])",
    .help_ru = "Записывает пометку в историю вызова",
    .help_en = "Write a note into the story of the call",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = celgenuserevent_exec,
};

const struct plan_app plan_app_sendtext = {
    .name = "SendText",
    .syntax = "SendText([text])",
    .help_ru =
        "Посылает текст телефону звонящего\nПеременные SENDTEXT_BODY (вместо text) и SENDTEXT_TYPE (text/plain). "
        "SENDTEXTSTATUS: SUCCESS, FAILURE, UNSUPPORTED.",
    .help_en =
        "Send a text to the caller's phone\nVariables SENDTEXT_BODY (in place of text) and SENDTEXT_TYPE "
        "(text/plain). SENDTEXTSTATUS: SUCCESS, FAILURE, UNSUPPORTED.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = sendtext_exec,
};
