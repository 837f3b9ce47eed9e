/* manager/act_agi.c - action AGI, and the events of channels in AGI(agi:async) */
#include <string.h>

#include "manager/all.h"
#include "manager/channels.h"
#include "manager/ev_calls.h"
#include "plan/async.h"

#define SHOWN .shown = "tests/unit/manager/test_agi.c"
#define CODED_MAX 60000

static void run_agi(struct manager_request *q)
{
    const struct slice name = manager_arg(q, "Channel"), command = manager_arg(q, "Command");
    struct channel *ch = manager_channel(q, "Channel");

    if (!name.len || !command.len)
        manager_error(q, "Both, Channel and Command are *required*");
    else if (!ch)
        manager_error(q, "Channel %.*s does not exist.", SLICE_ARG(name));
    else if (plan_async_add(ch, command, manager_arg(q, "CommandID")))
        manager_error(q, "Failed to add AGI command to channel %s queue", ch->name);
    else
        manager_ack(q, "Added AGI command to queue");
}

static const struct manager_param agi_params[] = {
    MANAGER_PARAM_ID,
    {"Channel",
     {"Канал, который выполняет AGI(agi:async).", "Channel that is currently in Async AGI."},
     true},
    {"Command", {"Команда AGI.", "Application to execute."}, true},
    {"CommandID",
     {"Вернётся в событии AsyncAGIExec.",
      "This will be sent back in CommandID header of AsyncAGI exec event\nnotification."}},
    {0}};

const struct manager_action manager_action_agi = {
    .name = "AGI",
    .classes = CLASS_AGI,
    .params = agi_params,
    .run = run_agi,
    SHOWN,
    .synopsis = {"Дать каналу команду AGI.", "Add an AGI command to execute by Async AGI."},
    .help = {"Команды канала выполняются по очереди; результат каждой - событие AsyncAGIExec.",
             "Add an AGI command to the execute queue of the channel in Async AGI."}};

/* ---- events ---- */

enum { START, EXEC, END };

const struct manager_event manager_events_agi[] = {
    [START] = {.name = "AsyncAGIStart",
               .classes = CLASS_AGI,
               .headers = "@ Env",
               SHOWN,
               .help = {"Канал ждёт команд AGI от программы.",
                        "A channel waits for commands of AGI by the Manager."}},
    [EXEC] = {.name = "AsyncAGIExec",
              .classes = CLASS_AGI,
              .headers = "@ Result [CommandID]",
              SHOWN,
              .help = {"Команда выполнена.", "A command was carried out."}},
    [END] = {.name = "AsyncAGIEnd",
             .classes = CLASS_AGI,
             .headers = "@",
             SHOWN,
             .help = {"Канал больше не ждёт команд.", "A channel takes no more commands."}},
    {0}};

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-_.!~*'()", c));
}

/* As in a URI: lines come in one. */
static void put_coded(struct buf *out, const char *header, struct slice text)
{
    struct buf coded;

    buf_init(&coded, CODED_MAX);
    for (size_t i = 0; i < text.len; i++)
        if (is_plain(text.p[i]))
            buf_addc(&coded, text.p[i]);
        else
            buf_printf(&coded, "%%%02X", (unsigned char)text.p[i]);
    ami_put(out, header, buf_slice(&coded));
    buf_fini(&coded);
}

void ev_agi_saw(struct manager *m, const struct call_fact *f)
{
    const int row = f->type == CALL_ASYNC_BEGIN ? START : f->type == CALL_ASYNC_REPLY ? EXEC : END;
    struct buf *out = event_of_channel(m, &manager_events_agi[row], f->channel);

    if (!out)
        return;
    if (row == START)
        put_coded(out, "Env", f->value);
    if (row == EXEC)
        put_coded(out, "Result", f->value);
    if (row == EXEC && f->name.len)
        ami_put(out, "CommandID", f->name);
    manager_event_end(m);
}
