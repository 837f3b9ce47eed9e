/* app/tones.c - PlayTones, StopPlayTones, Milliwatt, SendDTMF */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/core.h"
#include "plan/wait.h"

#define DIGIT_MS 100
#define BETWEEN_MS 250

static int playtones_exec(struct plan_run *run, char *data)
{
    const struct channel *ch = run->channel;

    if (!*data || channel_tone(run->channel, data))
        log_warning("PlayTones has no such tone call=%s at=\"%s,%s,%d\" tone=\"%s\"", ch->linkedid,
                    ch->context, ch->exten, ch->priority, data);
    return PLAN_NEXT;
}

static int stopplaytones_exec(struct plan_run *run, char *data)
{
    channel_play_stop(run->channel);
    return PLAN_NEXT;
}

static int milliwatt_exec(struct plan_run *run, char *data)
{
    const char *tone = strchr(data, 'o')   ? "1000/1000"
                       : strchr(data, 'm') ? "1004/10000,0/1000"
                                           : "1004/1000";

    if (run->channel->state != CHANNEL_UP && channel_answer(run->channel))
        return PLAN_END;
    if (channel_tone(run->channel, tone) == 0)
        plan_wait_ms(run, -1);
    channel_play_stop(run->channel);
    return PLAN_END;
}

/* "12w3": each digit for ms, between_ms apart. @return false when the channel is gone */
static bool send_digits(struct plan_run *run, struct channel *to, const char *digits, int64_t ms,
                        int64_t between_ms)
{
    for (; *digits; digits++) {
        int64_t pause = ms + between_ms;

        if (*digits == 'w' || *digits == 'W')
            pause = *digits == 'w' ? 500 : 1000;
        else if (strchr(PLAN_ALL_DIGITS "abcd", *digits))
            channel_send_dtmf(to, *digits, (uint32_t)ms);
        else
            continue;
        if (!plan_wait_ms(run, pause))
            return false;
    }
    return true;
}

static int senddtmf_exec(struct plan_run *run, char *data)
{
    char *argv[5];
    struct channel *to = run->channel;
    bool is_there;
    int ms, between;

    plan_args_split(data, ',', argv, 5);
    between = atoi(argv[1]);
    ms = atoi(argv[2]);
    if (!*argv[0]) {
        log_warning("SendDTMF needs digits call=%s", to->linkedid);
        return PLAN_NEXT;
    }
    if (*argv[3]) {
        to = calls_channel_find(plan_calls(run->core), slice_of(argv[3]));
        if (!to) {
            log_warning("SendDTMF: no such channel call=%s channel=\"%s\"", run->channel->linkedid,
                        argv[3]);
            return PLAN_NEXT;
        }
    }
    if (strchr(argv[4], 'a'))
        (void)channel_answer(to);
    mem_ref(to);
    is_there =
        send_digits(run, to, argv[0], ms > 0 ? ms : DIGIT_MS, between > 0 ? between : BETWEEN_MS);
    mem_deref(to);
    return is_there ? PLAN_NEXT : PLAN_END;
}

const struct plan_app plan_app_playtones = {
    .name = "PlayTones",
    .syntax = "PlayTones(tone)",
    .help_ru =
        "Включает сигнал и идёт дальше\ntone - имя (dial, busy, ring, congestion ...) или список "
        "частота/миллисекунды: 425/500,0/500. Звучит до StopPlayTones или другого звука.",
    .help_en =
        "Start a tone and go on\ntone: a name (dial, busy, ring, congestion ...) or a list of "
        "frequency/milliseconds: 425/500,0/500. It sounds until StopPlayTones or another sound.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = playtones_exec,
};

const struct plan_app plan_app_stopplaytones = {
    .name = "StopPlayTones",
    .syntax = "StopPlayTones()",
    .help_ru = "Выключает сигнал PlayTones",
    .help_en = "Stop the tone of PlayTones",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = stopplaytones_exec,
};

const struct plan_app plan_app_milliwatt = {
    .name = "Milliwatt",
    .syntax = "Milliwatt([options])",
    .help_ru =
        "Измерительный сигнал 1004 Гц, пока звонящий не повесит трубку\noptions: o - 1000 Гц; m - "
        "секунда тишины каждые 10 секунд.",
    .help_en =
        "A test tone of 1004 Hz until the caller hangs up\noptions: o - 1000 Hz; m - a second of "
        "silence each 10 seconds.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = milliwatt_exec,
};

const struct plan_app plan_app_senddtmf = {
    .name = "SendDTMF",
    .syntax = "SendDTMF(digits[,between_ms[,duration_ms[,channel[,options]]]])",
    .help_ru =
        "Посылает цифры тонального набора\ndigits - 0-9 * # A-D, w - пауза полсекунды, W - секунда; between_ms - "
        "между цифрами (250), duration_ms - длина цифры (100), channel - другой канал. options: a - ответить "
        "на вызов. Сигнала отбоя линии (f) нет.",
    .help_en =
        "Send digits\ndigits: 0-9 * # A-D, w is a pause of half a second, W of a second; between_ms: between "
        "digits (250), duration_ms: of each (100), channel: another channel. options: a - answer "
        "it. There is no flash (f).",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = senddtmf_exec,
};
