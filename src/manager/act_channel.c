/* manager/act_channel.c - actions on one channel: Hangup, AbsoluteTimeout, Getvar, Setvar, PlayDTMF,
   ControlPlayback, PJSIPHangup */
#include "base/mem.h"
#include "manager/all.h"
#include "manager/channels.h"
#include "manager/danger.h"
#include "manager/inner.h"
#include "pjsip/pjsip.h"
#include "plan/expr.h"
#include "plan/subst.h"

#define SHOWN .shown = "tests/unit/manager/test_channel.c"

#define CHANNEL_PARAM(ru, en)                                                                      \
    {                                                                                              \
        "Channel", {ru, en}, true                                                                  \
    }

/* ---- Hangup, PJSIPHangup ---- */

typedef void(hangup_h)(struct manager_request *q, struct channel *ch);

static void hangup(struct manager_request *q, struct channel *ch)
{
    uint32_t cause;

    if (slice_u32(manager_arg(q, "Cause"), &cause) || !cause || cause > 127)
        cause = CAUSE_NORMAL;
    channel_end(ch, (int)cause, "manager");
}

/* "/regex/": every channel whose name it matches. */
static void hangup_matching(struct manager_request *q, struct slice pattern, hangup_h *end)
{
    const struct slice inner = slice_from(pattern.p + 1, pattern.len - 2);
    const char *why;

    if (plan_regex(inner, SLICE(""), false, NULL, NULL, NULL, &why) == REGEX_BAD) {
        manager_error(q, "Regex compile failed on: %.*s", SLICE_ARG(pattern));
        return;
    }
    manager_list(q, "Channels hung up will follow");
    LIST_FOREACH(calls_channels(manager_of(q)->args.calls), k)
    {
        struct channel *ch = channel_of_link(k);

        if (plan_regex(inner, slice_of(ch->name), false, NULL, NULL, NULL, &why) != REGEX_YES)
            continue;
        end(q, ch);
        manager_item_bare(q, "ChannelHungup");
        ami_putz(manager_out(q), "Channel", ch->name);
        manager_put_id(q);
        manager_end(q);
    }
    manager_list_end(q, "ChannelsHungupListComplete");
    manager_end(q);
}

static void hangup_named(struct manager_request *q, hangup_h *end)
{
    const struct slice name = manager_arg(q, "Channel");
    struct channel *ch;

    if (!name.len) {
        manager_error(q, "No channel specified");
        return;
    }
    if (name.p[0] == '/') {
        if (name.len < 2 || name.p[name.len - 1] != '/')
            manager_error(q, "Regex format invalid, Channel param should be /regex/");
        else
            hangup_matching(q, name, end);
        return;
    }
    ch = manager_channel(q, "Channel");
    if (!ch) {
        manager_error(q, "No such channel");
        return;
    }
    end(q, ch);
    manager_ack(q, "Channel Hungup");
}

static void run_hangup(struct manager_request *q)
{
    hangup_named(q, hangup);
}

static const struct manager_param hangup_params[] = {
    MANAGER_PARAM_ID,
    CHANNEL_PARAM("Имя канала или /регулярное выражение/.",
                  "The exact channel name to be hungup, or to use a regular expression, set this\n"
                  "parameter to: /regex/"),
    {"Cause", {"Причина разрыва числом.", "Numeric hangup cause."}},
    {0}};

const struct manager_action manager_action_hangup = {
    .name = "Hangup",
    .classes = CLASS_SYSTEM | CLASS_CALL,
    .params = hangup_params,
    .run = run_hangup,
    SHOWN,
    .synopsis = {"Разорвать канал.", "Hangup channel."},
    .help = {"Разрывает канал или все, чьи имена подходят под выражение.", "Hangup a channel."}};

/* What is no incoming call of PJSIP, or was answered, stays as it is: Asterisk says so to nobody. */
static void refuse(struct manager_request *q, struct channel *ch)
{
    char status[64];

    if (slice_copy(manager_arg(q, "Cause"), status, sizeof(status)) == 0)
        (void)pjsip_refuse(ch, status, "manager");
}

static void run_pjsip_hangup(struct manager_request *q)
{
    hangup_named(q, refuse);
}

static const struct manager_param pjsip_hangup_params[] = {
    MANAGER_PARAM_ID,
    CHANNEL_PARAM("Имя канала PJSIP или /регулярное выражение/.",
                  "The exact channel name to be hungup, or to use a regular expression, set this\n"
                  "parameter to: /regex/"),
    {"Cause",
     {"Ответ SIP: число от 400 до 699 или имя (BUSY_HERE).",
      "May be one of the SIP status codes from 400 to 699, or its name (BUSY_HERE)."},
     true},
    {0}};

const struct manager_action manager_action_pjsiphangup = {
    .name = "PJSIPHangup",
    .classes = CLASS_SYSTEM | CLASS_CALL,
    .params = pjsip_hangup_params,
    .run = run_pjsip_hangup,
    SHOWN,
    .synopsis = {"Отклонить входящий вызов PJSIP ответом SIP.",
                 "Hangup an incoming PJSIP channel with a SIP response code"},
    .help = {
        "Только вызов, который ещё не отвечен.",
        "Hangs up an incoming PJSIP channel and returns the specified SIP response\ncode in the final response to the caller. The call must not be answered yet."}};

/* ---- AbsoluteTimeout ---- */

static void run_timeout(struct manager_request *q)
{
    struct channel *ch = manager_channel(q, "Channel");
    int64_t seconds;

    if (!manager_arg(q, "Channel").len) {
        manager_error(q, "No channel specified");
        return;
    }
    if (slice_i64(manager_arg(q, "Timeout"), &seconds) || seconds <= 0 || seconds > INT32_MAX) {
        manager_error(q, "No timeout specified");
        return;
    }
    if (!ch) {
        manager_error(q, "No such channel");
        return;
    }
    channel_set_absolute_timeout(ch, seconds * 1000);
    manager_ack(q, "Timeout Set");
}

static const struct manager_param timeout_params[] = {
    MANAGER_PARAM_ID,
    CHANNEL_PARAM("Имя канала.", "Channel name to hangup."),
    {"Timeout",
     {"Сколько секунд ещё может длиться вызов.", "Maximum duration of the call (sec)."},
     true},
    {0}};

const struct manager_action manager_action_absolutetimeout = {
    .name = "AbsoluteTimeout",
    .classes = CLASS_SYSTEM | CLASS_CALL,
    .params = timeout_params,
    .run = run_timeout,
    SHOWN,
    .synopsis = {"Ограничить время вызова.", "Set absolute timeout."},
    .help = {
        "Канал разрывается через это время.",
        "Hangup a channel after a certain time. Acknowledges set time with 'Timeout\nSet' message."}};

/* ---- Getvar, Setvar ---- */

/* @return false: answered. *ch gets a reference, or NULL: the station */
static bool take_channel(struct manager_request *q, struct channel **ch)
{
    *ch = mem_ref(manager_channel(q, "Channel"));
    if (!*ch && manager_arg(q, "Channel").len) {
        manager_error(q, "No such channel");
        return false;
    }
    return true;
}

static bool has_variable(struct manager_request *q)
{
    if (!manager_arg(q, "Variable").len)
        manager_error(q, "No variable specified");
    return manager_arg(q, "Variable").len > 0;
}

static void run_getvar(struct manager_request *q)
{
    const struct slice name = manager_arg(q, "Variable");
    struct channel *ch = NULL;
    struct plan_env env;
    struct buf value;

    if (!has_variable(q))
        return;
    if (!manager_may(q, CLASS_SYSTEM) && danger_is_in(name, DANGER_READ)) {
        manager_error(q, "GetVar Access Forbidden: Variable");
        return;
    }
    if (!take_channel(q, &ch))
        return;
    env = manager_env(q, ch);
    buf_init(&value, PLAN_TEXT_MAX);
    manager_read(&env, name, &value);
    manager_begin(q, "Success");
    ami_put(manager_out(q), "Variable", name);
    ami_put(manager_out(q), "Value", buf_slice(&value));
    manager_end(q);
    buf_fini(&value);
    mem_deref(ch);
}

static void run_setvar(struct manager_request *q)
{
    const struct slice name = manager_arg(q, "Variable");
    struct channel *ch = NULL;
    struct plan_env env;

    if (!has_variable(q))
        return;
    if (!manager_may(q, CLASS_SYSTEM) && danger_is_in(name, DANGER_WRITE)) {
        manager_error(q, "SetVar Access Forbidden: Variable");
        return;
    }
    if (!take_channel(q, &ch))
        return;
    env = manager_env(q, ch);
    if (plan_var_set(&env, name, manager_arg(q, "Value")))
        manager_error(q, "Variable not set");
    else
        manager_ack(q, "Variable Set");
    mem_deref(ch);
}

static const struct manager_param getvar_params[] = {
    MANAGER_PARAM_ID,
    {"Channel", {"Имя канала; без него - переменная станции.", "Channel to read variable from."}},
    {"Variable", {"Переменная или функция.", "Variable name, function or expression."}, true},
    {0}};

const struct manager_action manager_action_getvar = {
    .name = "Getvar",
    .classes = CLASS_CALL | CLASS_REPORTING,
    .in_task = true,
    .params = getvar_params,
    .run = run_getvar,
    SHOWN,
    .synopsis = {"Значение переменной или функции.", "Gets a channel variable or function value."},
    .help = {
        "Функции, которые выполняют программы, читают файлы или спрашивают другие серверы, - только "
        "с классом system.",
        "Get the value of a channel variable or function return.\nIf a channel name is not provided then the variable is considered global."}};

static const struct manager_param setvar_params[] = {
    MANAGER_PARAM_ID,
    {"Channel", {"Имя канала; без него - переменная станции.", "Channel to set variable for."}},
    {"Variable", {"Переменная или функция.", "Variable name, function or expression."}, true},
    {"Value", {"Значение.", "Variable or function value."}, true},
    {0}};

const struct manager_action manager_action_setvar = {
    .name = "Setvar",
    .classes = CLASS_CALL,
    .in_task = true,
    .params = setvar_params,
    .run = run_setvar,
    SHOWN,
    .synopsis = {"Задать переменную или функцию.", "Sets a channel variable or function value."},
    .help = {
        "Функции, которые пишут файлы или спрашивают другие серверы, - только с классом system. В "
        "значении ничего не подставляется.",
        "This command can be used to set the value of channel variables or dialplan\nfunctions.\nIf a channel name is not provided then the variable is considered global."}};

/* ---- PlayDTMF ---- */

#define DIGIT_MS 100
#define MOST_DIGIT_MS 65535

static bool is_digit(char c)
{
    return slice_chr(SLICE("0123456789*#abcdABCD"), c) >= 0;
}

/* @return false: answered. *ms: 0 when none was given */
static bool digit_ms(struct manager_request *q, uint32_t *ms)
{
    const struct slice text = manager_arg(q, "Duration");

    *ms = 0;
    if (!text.len || (slice_u32(text, ms) == 0 && *ms <= MOST_DIGIT_MS))
        return true;
    manager_error(q, "Could not convert Duration parameter");
    return false;
}

static void run_dtmf(struct manager_request *q)
{
    const struct slice digit = manager_arg(q, "Digit");
    struct channel *ch = manager_channel(q, "Channel");
    const bool is_received = manager_arg_bool(q, "Receive", false);
    uint32_t ms;

    if (!ch) {
        manager_error(q, "Channel not found");
        return;
    }
    if (!digit.len) {
        manager_error(q, "No digit specified");
        return;
    }
    if (!digit_ms(q, &ms))
        return;
    if (!is_digit(digit.p[0]))
        ; /* as Asterisk: nothing is sent, and nobody is told */
    else if (is_received)
        channel_on_dtmf(ch, digit.p[0], ms ? ms : DIGIT_MS);
    else
        (void)channel_send_dtmf(ch, digit.p[0], ms ? ms : DIGIT_MS);
    manager_ack(q, "DTMF successfully queued");
}

static const struct manager_param dtmf_params[] = {
    MANAGER_PARAM_ID,
    CHANNEL_PARAM("Имя канала.", "Channel name to send digit to."),
    {"Digit", {"Цифра.", "The DTMF digit to play."}, true},
    {"Duration",
     {"Длительность, мс.", "The duration, in milliseconds, of the digit to be played."}},
    {"Receive",
     {"yes - как если бы канал её набрал.",
      "Emulate receiving DTMF on this channel instead of sending it out."}},
    {0}};

const struct manager_action manager_action_playdtmf = {
    .name = "PlayDTMF",
    .classes = CLASS_CALL,
    .params = dtmf_params,
    .run = run_dtmf,
    SHOWN,
    .synopsis = {"Послать цифру в канал.", "Play DTMF signal on a specific channel."},
    .help = {"Посылает одну цифру.", "Plays a dtmf digit on the specified channel."}};

/* ---- MuteAudio ---- */

/* A leg without sound of its own (a Local half) has nothing to mute. */
static int mute(struct channel *ch, bool is_in, bool is_out, bool is_on)
{
    const struct media_gain *now = ch->stream ? media_stream_gain(ch->stream) : NULL;

    if (!now)
        return 0;
    return media_stream_mute(ch->stream, is_in ? is_on : now->is_rx_muted,
                             is_out ? is_on : now->is_tx_muted);
}

static void run_mute(struct manager_request *q)
{
    const struct slice direction = manager_arg(q, "Direction");
    const bool is_all = slice_caseeqz(direction, "all");
    const bool is_in = is_all || slice_caseeqz(direction, "in");
    const bool is_out = is_all || slice_caseeqz(direction, "out");
    struct channel *ch;

    if (!manager_arg(q, "Channel").len) {
        manager_error(q, "Channel not specified");
        return;
    }
    if (!manager_arg(q, "State").len) {
        manager_error(q, "State not specified");
        return;
    }
    ch = manager_channel(q, "Channel");
    if (!ch) {
        manager_error(q, "No such channel");
        return;
    }
    if ((!is_in && !is_out) || mute(ch, is_in, is_out, manager_arg_bool(q, "State", false))) {
        manager_error(q, "Failed to mute/unmute stream");
        return;
    }
    manager_begin(q, "Success");
    manager_end(q);
}

static const struct manager_param mute_params[] = {
    MANAGER_PARAM_ID,
    CHANNEL_PARAM("Имя канала.", "The channel you want to mute."),
    {"Direction",
     {"in - что говорит телефон, out - что он слышит, all - всё.",
      "in - Set muting on inbound audio stream. (to the PBX)\n"
      "out - Set muting on outbound audio stream. (from the PBX)\n"
      "all - Set muting on inbound and outbound audio streams."},
     true},
    {"State",
     {"on - выключить звук, off - включить.", "on - Turn muting on.\noff - Turn muting off."},
     true},
    {0}};

const struct manager_action manager_action_muteaudio = {
    .name = "MuteAudio",
    .classes = CLASS_SYSTEM,
    .params = mute_params,
    .run = run_mute,
    SHOWN,
    .synopsis = {"Выключить звук канала.", "Mute an audio stream."},
    .help = {"Тишина вместо того, что говорит или слышит канал; то же, что MUTEAUDIO().",
             "Mute an incoming or outgoing audio stream on a channel."}};

/* ---- ControlPlayback ---- */

#define SKIP_MS 3000

static void skip(struct channel *ch, enum media_control_action action, int32_t ms)
{
    if (ch->stream)
        (void)media_stream_control(ch->stream, action, ms);
}

static void play_forward(struct channel *ch)
{
    skip(ch, MEDIA_SKIP, SKIP_MS);
}

static void play_reverse(struct channel *ch)
{
    skip(ch, MEDIA_SKIP, -SKIP_MS);
}

static void play_restart(struct channel *ch)
{
    skip(ch, MEDIA_RESTART, 0);
}

static void play_pause(struct channel *ch)
{
    (void)channel_play_pause(ch);
}

typedef void(play_control_h)(struct channel *ch);

static const struct {
    const char *word;
    play_control_h *run;
} controls[] = {{"stop", channel_play_end},
                {"forward", play_forward},
                {"reverse", play_reverse},
                {"pause", play_pause},
                {"restart", play_restart}};

static play_control_h *control_of(struct slice word)
{
    for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
        if (slice_caseeqz(word, controls[i].word))
            return controls[i].run;
    return NULL;
}

static void run_control(struct manager_request *q)
{
    struct channel *ch = manager_channel(q, "Channel");
    play_control_h *control = control_of(manager_arg(q, "Control"));

    if (!manager_arg(q, "Channel").len) {
        manager_error(q, "Channel not specified");
    } else if (!manager_arg(q, "Control").len) {
        manager_error(q, "Control not specified");
    } else if (!control) {
        manager_error(q, "Unknown control type");
    } else if (!ch) {
        manager_error(q, "No such channel");
    } else {
        control(ch);
        manager_begin(q, "Success");
        manager_end(q);
    }
}

static const struct manager_param control_params[] = {
    MANAGER_PARAM_ID,
    CHANNEL_PARAM("Имя канала, которому играют файл.",
                  "The name of the channel that currently has a file being played back to it."),
    {"Control",
     {"stop - закончить, forward, reverse - на 3 с вперёд или назад, pause - остановить или "
      "продолжить, restart - сначала.",
      "stop: stop the playback operation; forward, reverse: move by 3 seconds; pause:\npause or go on; restart: from the beginning."},
     true},
    {0}};

const struct manager_action manager_action_controlplayback = {
    .name = "ControlPlayback",
    .classes = CLASS_CALL,
    .params = control_params,
    .run = run_control,
    SHOWN,
    .synopsis = {"Управлять файлом, который играют каналу.",
                 "Control the playback of a file being played to a channel."},
    .help = {
        "Сам файл играет приложение маршрутизации.",
        "Control the operation of a media file being played back to a channel. Note\nthat this AMI action does not initiate playback of media to channel, but\nrather controls the operation of a media operation that was already initiated\non the channel."}};
