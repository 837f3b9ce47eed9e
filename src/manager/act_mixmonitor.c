/* manager/act_mixmonitor.c - recordings of channels: MixMonitor, MixMonitorMute, StopMixMonitor */
#include <errno.h>

#include "base/mem.h"
#include "call/recording.h"
#include "manager/all.h"
#include "manager/channels.h"
#include "manager/inner.h"
#include "manager/need.h"
#include "plan/args.h"
#include "plan/recorder.h"

#define SHOWN .shown = "tests/scene/mixmonitor-manager.scene"
#define CHANNEL_PARAM                                                                              \
    {                                                                                              \
        "Channel", {"Канал.", "Name of the channel."}, true                                        \
    }

static struct channel *channel_of(struct manager_request *q)
{
    static const struct manager_need channel[] = {{"Channel", "No channel specified"}, {0}};
    struct channel *ch;

    if (!manager_has(q, channel))
        return NULL;
    ch = manager_channel(q, "Channel");
    if (!ch)
        manager_error(q, "No such channel");
    return ch;
}

/* Whoever gives a variable for the recording's id learns it at once, too. */
static bool wants_id(char *options)
{
    char letter, *arg;

    while (plan_option_next(&options, &letter, &arg))
        if (letter == 'i' && arg && *arg)
            return true;
    return false;
}

/* The texts are cut up, so they are copies. */
static int start(struct manager_request *q, struct channel *ch, struct recording **rp)
{
    struct plan_recorder_words words = {.file = slice_dup(manager_arg(q, "File")),
                                        .options = slice_dup(manager_arg(q, "Options")),
                                        .command = slice_dup(manager_arg(q, "Command"))};
    int err = ENOMEM;

    if (words.file && words.options && words.command)
        err = plan_recorder_start(manager_of(q)->args.plan, ch, &words, rp);
    mem_free(words.file);
    mem_free(words.options);
    mem_free(words.command);
    return err;
}

static void run_start(struct manager_request *q)
{
    struct channel *ch = channel_of(q);
    struct recording *r = NULL;
    char *options;

    if (!ch)
        return;
    if (start(q, ch, &r)) {
        manager_error(q, "Could not start monitoring channel");
        return;
    }
    options = slice_dup(manager_arg(q, "Options"));
    manager_begin(q, "Success");
    if (options && wants_id(options))
        ami_putz(manager_out(q), "MixMonitorID", r->id);
    manager_end(q);
    mem_free(options);
}

static const struct manager_param start_params[] = {
    MANAGER_PARAM_ID,
    CHANNEL_PARAM,
    {"File",
     {"Файл в каталоге записей; можно обойтись параметрами r(файл) и t(файл).",
      "The file below the folder of recordings; options r(file) and t(file) do without."}},
    {"Options",
     {"Параметры, как у приложения MixMonitor.", "As those of the application MixMonitor."}},
    {"Command",
     {"Что выполнить, когда файлы закрыты; ^{X} - переменная канала.",
      "What to run once the files are closed; ^{X} is a variable of the channel."}},
    {0}};

const struct manager_action manager_action_mixmonitor = {
    .name = "MixMonitor",
    .classes = CLASS_SYSTEM,
    .params = start_params,
    .run = run_start,
    SHOWN,
    .synopsis = {"Записывать разговор.",
                 "Record a call and mix the audio during the recording.  Use of StopMixMonitor is "
                 "required to guarantee the audio file is available for processing during dialplan "
                 "execution."},
    .help = {"", "Records a channel; variable MIXMONITOR_FILENAME has the name of the file."}};

/* @return 0: it is none */
static uint8_t sides_of(struct slice s)
{
    return slice_caseeqz(s, "read")    ? RECORDING_READ
           : slice_caseeqz(s, "write") ? RECORDING_WRITE
           : slice_caseeqz(s, "both")  ? RECORDING_BOTH
                                       : 0;
}

static void run_mute(struct manager_request *q)
{
    static const struct manager_need direction[] = {
        {"Direction", "No direction specified. Must be read, write or both"}, {0}};
    static const struct manager_need state[] = {{"State", "No state specified"}, {0}};
    const uint8_t sides = sides_of(manager_arg(q, "Direction"));
    struct channel *ch;

    if (!manager_has(q, direction))
        return;
    if (!sides) {
        manager_error(q, "Invalid direction specified. Must be read, write or both");
        return;
    }
    ch = manager_has(q, state) ? channel_of(q) : NULL;
    if (!ch)
        return;
    if (recording_mute(ch, SLICE_NONE, sides, manager_arg_bool(q, "State", false))) {
        manager_error(q, "Cannot set mute flag");
        return;
    }
    manager_begin(q, "Success");
    manager_end(q);
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
    .params = mute_params,
    .run = run_mute,
    SHOWN,
    .synopsis = {"Прервать и продолжить запись.", "Mute / unMute a Mixmonitor recording."},
    .help = {"", "Silence in a recording, and its end."}};

static void run_stop(struct manager_request *q)
{
    struct channel *ch = channel_of(q);

    if (!ch)
        return;
    if (plan_recorder_stop(ch, manager_arg(q, "MixMonitorID"))) {
        manager_error(q, "Could not stop monitoring channel");
        return;
    }
    manager_begin(q, "Success");
    manager_end(q);
}

static const struct manager_param stop_params[] = {
    MANAGER_PARAM_ID,
    CHANNEL_PARAM,
    {"MixMonitorID", {"Только эта запись.", "Only the recording of this id."}},
    {0}};

const struct manager_action manager_action_stopmixmonitor = {
    .name = "StopMixMonitor",
    .classes = CLASS_SYSTEM | CLASS_CALL,
    .params = stop_params,
    .run = run_stop,
    SHOWN,
    .synopsis = {"Закончить запись.",
                 "Stop recording a call through MixMonitor, and free the recording's file handle."},
    .help = {"", "Ends what MixMonitor began."}};
