/* manager/act_mixmonitor.c - actions on recordings: none can start until recording comes */
#include "manager/all.h"
#include "manager/channels.h"
#include "manager/need.h"

#define SHOWN .shown = "tests/unit/manager/test_later.c"
#define SUBJECT .subject = "recording"
#define CHANNEL_PARAM                                                                              \
    {                                                                                              \
        "Channel", {"Канал.", "Name of the channel."}, true                                        \
    }

/* The channel is there, and cannot be recorded. */
static void refuse(struct manager_request *q, const char *message)
{
    static const struct manager_need channel[] = {{"Channel", "No channel specified"}, {0}};

    if (!manager_has(q, channel))
        return;
    if (manager_channel(q, "Channel"))
        manager_error(q, "%s", message);
    else
        manager_error(q, "No such channel");
}

static void run_start(struct manager_request *q)
{
    refuse(q, "Could not start monitoring channel");
}

static const struct manager_param start_params[] = {
    MANAGER_PARAM_ID,
    CHANNEL_PARAM,
    {"File", {"Файл записи.", "The file to record to; made of the channel's name when absent."}},
    {"Options",
     {"Параметры, как у приложения MixMonitor.", "As those of the application MixMonitor."}},
    {"Command", {"Не выполняется.", "What to run when the recording is over."}},
    {0}};

const struct manager_action manager_action_mixmonitor = {
    .name = "MixMonitor",
    .classes = CLASS_SYSTEM,
    SUBJECT,
    .params = start_params,
    .run = run_start,
    SHOWN,
    .synopsis = {"Записывать разговор.",
                 "Record a call and mix the audio during the recording.  Use of StopMixMonitor is "
                 "required to guarantee the audio file is available for processing during dialplan "
                 "execution."},
    .help = {"", "Records a channel; variable MIXMONITOR_FILENAME has the name of the file."}};

static bool is_direction(struct slice s)
{
    return slice_caseeqz(s, "read") || slice_caseeqz(s, "write") || slice_caseeqz(s, "both");
}

static void run_mute(struct manager_request *q)
{
    static const struct manager_need direction[] = {
        {"Direction", "No direction specified. Must be read, write or both"}, {0}};
    static const struct manager_need state[] = {{"State", "No state specified"}, {0}};

    if (!manager_has(q, direction))
        return;
    if (!is_direction(manager_arg(q, "Direction")))
        manager_error(q, "Invalid direction specified. Must be read, write or both");
    else if (manager_has(q, state))
        refuse(q, "Cannot set mute flag");
}

static const struct manager_param mute_params[] = {
    MANAGER_PARAM_ID,
    CHANNEL_PARAM,
    {"Direction",
     {"read - что говорит канал, write - что ему, both - всё.",
      "What not to record: read (from the channel), write (to it) or both."}},
    {"State", {"1 - молчать, 0 - снова записывать.", "1: mute, 0: record again."}},
    {0}};

const struct manager_action manager_action_mixmonitormute = {
    .name = "MixMonitorMute",
    .classes = CLASS_SYSTEM | CLASS_CALL,
    SUBJECT,
    .params = mute_params,
    .run = run_mute,
    SHOWN,
    .synopsis = {"Прервать и продолжить запись.", "Mute / unMute a Mixmonitor recording."},
    .help = {"", "Silence in a recording, and its end."}};

static void run_stop(struct manager_request *q)
{
    refuse(q, "Could not stop monitoring channel");
}

static const struct manager_param stop_params[] = {
    MANAGER_PARAM_ID,
    CHANNEL_PARAM,
    {"MixMonitorID", {"Только эта запись.", "Only the recording of this id."}},
    {0}};

const struct manager_action manager_action_stopmixmonitor = {
    .name = "StopMixMonitor",
    .classes = CLASS_SYSTEM | CLASS_CALL,
    SUBJECT,
    .params = stop_params,
    .run = run_stop,
    SHOWN,
    .synopsis = {"Закончить запись.",
                 "Stop recording a call through MixMonitor, and free the recording's file handle."},
    .help = {"", "Ends what MixMonitor began."}};
