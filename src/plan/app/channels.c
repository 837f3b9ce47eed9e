/* app/channels.c - applications about other channels: ChannelRedirect, SoftHangup, Transfer, ChanIsAvail */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "call/device_state.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/core.h"

static void set(struct plan_run *run, const char *name, const char *value)
{
    channel_var_set(run->channel, slice_of(name), slice_of(value));
}

static void warn(const struct plan_run *run, const char *what, const char *data)
{
    const struct channel *ch = run->channel;

    log_warning("%s call=%s at=\"%s,%s,%d\" data=\"%s\"", what, ch->linkedid, ch->context,
                ch->exten, ch->priority, data);
}

/* ---- ChannelRedirect ---- */

/* "context,exten,priority", "exten,priority" or "priority"; what is left out is the other channel's. */
static int parse_place(struct plan_run *run, const struct channel *ch, char **argv, int count,
                       struct slice *context, struct slice *exten, int *priority)
{
    *context = slice_of(count == 3 ? argv[0] : ch->context);
    *exten = slice_of(count == 3 ? argv[1] : count == 2 ? argv[0] : ch->exten);
    return plan_priority_find(run->core, ch, *context, *exten, slice_of(argv[count - 1]), priority);
}

static int channelredirect_exec(struct plan_run *run, char *data)
{
    struct channel *ch;
    struct slice context, exten;
    char *argv[4];
    int priority, count = plan_args_split(data, ',', argv, 4);

    if (count < 2) {
        warn(run, "ChannelRedirect needs a channel and a place, the call is ended", data);
        return PLAN_END;
    }
    ch = calls_channel_find(plan_calls(run->core), slice_of(argv[0]));
    if (!ch) {
        warn(run, "ChannelRedirect: no such channel", argv[0]);
        set(run, "CHANNELREDIRECT_STATUS", "NOCHANNEL");
        return PLAN_NEXT;
    }
    if (parse_place(run, ch, argv + 1, count - 1, &context, &exten, &priority) ||
        plan_redirect(run->core, ch, context, exten, priority)) {
        warn(run, "ChannelRedirect: that channel cannot go there", argv[0]);
        set(run, "CHANNELREDIRECT_STATUS", "FAILURE");
        return PLAN_NEXT;
    }
    set(run, "CHANNELREDIRECT_STATUS", "SUCCESS");
    return PLAN_NEXT;
}

const struct plan_app plan_app_channelredirect = {
    .name = "ChannelRedirect",
    .syntax = "ChannelRedirect(channel,[[context,]extension,]priority)",
    .help_ru =
        "Переводит другой канал в другое место маршрутизации\nЧто он выполнял, заканчивается; "
        "разговор заканчивается. CHANNELREDIRECT_STATUS: SUCCESS, NOCHANNEL, FAILURE (нет такого "
        "места, или вызываемый канал ещё не ответил).",
    .help_en =
        "Move another channel to another place of the routing\nWhat it runs ends, and so does a "
        "talk. CHANNELREDIRECT_STATUS: SUCCESS, NOCHANNEL, FAILURE (no such place, or a called "
        "channel that has not answered yet).",
    .shown = "tests/unit/plan/test_channels.c",
    .exec = channelredirect_exec,
};

/* ---- SoftHangup ---- */

/* "PJSIP/101-00000001" is of device "PJSIP/101". */
static bool is_of_device(const char *name, struct slice device)
{
    const char *dash = strrchr(name, '-');

    return dash && slice_caseeq(slice_from(name, (size_t)(dash - name)), device);
}

static int softhangup_exec(struct plan_run *run, char *data)
{
    char *argv[2];
    bool is_all;

    plan_args_split(data, ',', argv, 2);
    is_all = strchr(argv[1], 'a') != NULL;
    if (!*argv[0]) {
        warn(run, "SoftHangup needs a channel", data);
        return PLAN_NEXT;
    }
    LIST_FOREACH(calls_channels(plan_calls(run->core)), k)
    {
        struct channel *ch = channel_of_link(k);

        if (strcasecmp(ch->name, argv[0]) == 0 ||
            (is_all && is_of_device(ch->name, slice_of(argv[0]))))
            channel_end(ch, CAUSE_NORMAL, "other call");
    }
    return PLAN_NEXT;
}

const struct plan_app plan_app_softhangup = {
    .name = "SoftHangup",
    .syntax = "SoftHangup(technology/resource[,a])",
    .help_ru =
        "Заканчивает вызов на другом канале\nПолное имя канала (PJSIP/101-00000001) или, с a, все "
        "каналы абонента (PJSIP/101).",
    .help_en =
        "End the call of another channel\nThe whole name of the channel (PJSIP/101-00000001) or, "
        "with a, all channels of an endpoint (PJSIP/101).",
    .shown = "tests/unit/plan/test_channels.c",
    .exec = softhangup_exec,
};

/* ---- Transfer ---- */

#define TRANSFER_MS 120000 /* the far end may ring there that long without a word */

static void set_status(struct plan_run *run, uint32_t code)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", code);
    set(run, "TRANSFERSTATUSPROTOCOL", text);
}

/* Until the far end says how its call went. @return 0; ETIMEDOUT; ECONNRESET; what it said */
static int wait_for_transfer(struct plan_run *run)
{
    const struct mono start = loop_now(plan_loop(run->core));
    struct channel_event ev;
    bool is_told = false;
    int err = 0;

    while (!is_told && !run->channel->is_hungup) {
        int64_t left = TRANSFER_MS - mono_diff_ms(loop_now(plan_loop(run->core)), start);

        err = event_queue_wait(run->queue, left > 0 ? left : 0, &ev);
        if (err)
            return err;
        is_told = ev.type == CHANNEL_EV_TRANSFER && ev.channel == run->channel;
        if (is_told) {
            set_status(run, ev.ms);
            err = ev.err;
        }
        channel_event_done(&ev);
    }
    return is_told ? err : ECONNRESET;
}

static int transfer_exec(struct plan_run *run, char *data)
{
    struct channel *ch = run->channel;
    struct slice rest, tech = slice_cut(slice_of(data), '/', &rest), to = slice_of(data);
    int err = ENOTSUP;

    if (slice_is_set(rest) && calls_tech_find(plan_calls(run->core), tech, NULL)) {
        if (calls_tech_find(plan_calls(run->core), tech, NULL) != ch->tech) {
            set(run, "TRANSFERSTATUS", "FAILURE");
            return PLAN_NEXT;
        }
        to = rest;
    }
    set_status(run, 0);
    if (ch->tech->transfer && to.len)
        err = ch->tech->transfer(ch, to);
    if (err == EINPROGRESS)
        err = wait_for_transfer(run);
    set(run, "TRANSFERSTATUS", !err ? "SUCCESS" : err == ENOTSUP ? "UNSUPPORTED" : "FAILURE");
    return PLAN_NEXT;
}

const struct plan_app plan_app_transfer = {
    .name = "Transfer",
    .syntax = "Transfer([technology/]destination)",
    .help_ru =
        "Отправляет звонящего по другому адресу\nДо ответа - 302, после - REFER: шаг ждет, пока та "
        "сторона не скажет, чем кончилось. TRANSFERSTATUS: SUCCESS, FAILURE, UNSUPPORTED; "
        "TRANSFERSTATUSPROTOCOL: статус SIP.",
    .help_en = "Send the caller elsewhere\nBefore the answer by 302, afterwards by REFER: the step "
               "waits until the far end says how that went. TRANSFERSTATUS: SUCCESS, FAILURE, "
               "UNSUPPORTED; TRANSFERSTATUSPROTOCOL: the SIP status.",
    .shown = "tests/unit/plan/test_channels.c",
    .exec = transfer_exec,
};

/* ---- ChanIsAvail ---- */

/* A leg can be made: it is given up at once. *state: the device's, 0 when it is not asked for. */
static bool is_available(struct plan_run *run, struct slice where, bool asks_state, int *state,
                         int *cause, struct buf *name)
{
    struct slice resource, tech_name = slice_cut(where, '/', &resource);
    struct channel_request req = {.requestor = run->channel};
    void *arg = NULL;
    const struct channel_tech *tech = calls_tech_find(plan_calls(run->core), tech_name, &arg);
    struct channel *ch = NULL;

    *cause = CAUSE_NO_ROUTE;
    *state = DEVICE_UNKNOWN;
    if (!tech || !tech->request || !slice_is_set(resource))
        return false;
    if (asks_state)
        *state = device_state_get(plan_calls(run->core), where);
    if (*state > DEVICE_NOT_INUSE)
        return false;
    req.resource = resource;
    if (tech->request(&ch, arg, &req, cause))
        return false;
    buf_addz(name, ch->name);
    *cause = CAUSE_NONE;
    channel_hangup(ch, CAUSE_NORMAL);
    mem_deref(ch);
    return true;
}

static int chanisavail_exec(struct plan_run *run, char *data)
{
    struct slice rest, one = SLICE_NONE;
    struct buf name, text;
    bool is_found = false;
    int cause = CAUSE_NONE, state;
    char *argv[2];

    plan_args_split(data, ',', argv, 2);
    buf_init(&name, 1024);
    buf_init(&text, 64);
    rest = slice_of(argv[0]);
    while (slice_is_set(rest) && !is_found) {
        one = slice_trim(slice_cut(rest, '&', &rest));
        is_found =
            one.len && is_available(run, one, strchr(argv[1], 's') != NULL, &state, &cause, &name);
        if (one.len)
            buf_printf(&text, "%s%d", text.len ? "&" : "", state);
    }
    set(run, "AVAILSTATUS", buf_z(&text));
    buf_reset(&text);
    buf_addz(&text, is_found ? "0" : "");
    set(run, "AVAILCHAN", is_found ? buf_z(&name) : "");
    channel_var_set(run->channel, SLICE("AVAILORIGCHAN"), is_found ? one : SLICE(""));
    set(run, "AVAILCAUSECODE", buf_z(&text));
    buf_fini(&name);
    buf_fini(&text);
    return PLAN_NEXT;
}

const struct plan_app plan_app_chanisavail = {
    .name = "ChanIsAvail",
    .syntax = "ChanIsAvail(technology/resource[&technology/resource...][,options])",
    .help_ru =
        "Ищет первого абонента, которого можно вызвать\nAVAILCHAN - имя канала, AVAILORIGCHAN - "
        "назначение, AVAILSTATUS - состояния всех просмотренных устройств через & (с s; без неё нули), "
        "AVAILCAUSECODE - 0, когда нашёлся. s - занятый абонент не считается доступным.",
    .help_en =
        "Find the first who can be called\nAVAILCHAN: the channel's name; AVAILORIGCHAN: the "
        "destination; AVAILSTATUS: the states of all devices looked at, joined by & (with s; zeroes "
        "without); AVAILCAUSECODE: 0 when there was one. s: one in a call does not count.",
    .shown = "tests/unit/plan/test_channels.c",
    .exec = chanisavail_exec,
};
