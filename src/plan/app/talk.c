/* app/talk.c - WaitForSilence, WaitForNoise, BackgroundDetect: what the caller's voice does */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/core.h"
#include "plan/wait.h"

/* What is waited for: the state, told by the media role once it has lasted. */
enum listening { HEARD, HUNG_UP, TIME_OVER };

static enum listening listen_for(struct plan_run *run, bool talk, int64_t ms)
{
    struct loop *l = plan_loop(run->core);
    const struct mono start = loop_now(l);

    while (!run->channel->is_hungup) {
        const int64_t left = ms < 0 ? -1 : ms - mono_diff_ms(loop_now(l), start);
        struct channel_event ev;
        bool is_it;

        if (ms >= 0 && left <= 0)
            return TIME_OVER;
        switch (event_queue_wait(run->queue, left, &ev)) {
        case 0: break;
        case ETIMEDOUT: return TIME_OVER;
        default: return HUNG_UP;
        }
        is_it = ev.type == CHANNEL_EV_TALK && ev.channel == run->channel && ev.is_on == talk;
        channel_event_done(&ev);
        if (is_it)
            return HEARD;
    }
    return HUNG_UP;
}

/* (ms, times, timeout): so long, so often, at most so many seconds. */
static int wait_for(struct plan_run *run, char *data, bool talk)
{
    struct channel *ch = run->channel;
    enum listening end = HEARD;
    int ms, times, seconds;
    char *argv[3];

    plan_args_split(data, ',', argv, 3);
    ms = atoi(argv[0]) > 0 ? atoi(argv[0]) : 1000;
    times = atoi(argv[1]) > 0 ? atoi(argv[1]) : 1;
    seconds = atoi(argv[2]) > 0 ? atoi(argv[2]) : -1;
    if (ch->state != CHANNEL_UP && channel_answer(ch))
        return PLAN_END;
    for (int i = 0; i < times && end == HEARD && ch->stream; i++) {
        media_stream_detect(ch->stream, 0, 0, 0);
        if (media_stream_detect(ch->stream, 0, talk ? (uint32_t)ms : 20, talk ? 20 : (uint32_t)ms))
            break;
        end = listen_for(run, talk, seconds < 0 ? -1 : (int64_t)seconds * 1000);
    }
    if (ch->stream)
        media_stream_detect(ch->stream, 0, 0, 0);
    channel_var_set(ch, SLICE("WAITSTATUS"),
                    slice_of(end == HEARD       ? talk ? "NOISE" : "SILENCE"
                             : end == TIME_OVER ? "TIMEOUT"
                                                : "HANGUP"));
    return end == HUNG_UP ? PLAN_END : PLAN_NEXT;
}

static int waitforsilence_exec(struct plan_run *run, char *data)
{
    return wait_for(run, data, false);
}

static int waitfornoise_exec(struct plan_run *run, char *data)
{
    return wait_for(run, data, true);
}

/* A file that talk of the wanted length (then silence) stops: on at extension talk. */
struct detecting {
    int64_t silence_ms, least_ms, most_ms;
    struct mono talk_since;
    bool is_talking;
};

/* @return whether this was talk of the wanted length */
static bool on_talk(struct plan_run *run, struct detecting *d, const struct channel_event *ev)
{
    const struct mono now = loop_now(plan_loop(run->core));
    int64_t ms;

    if (ev->is_on) {
        d->talk_since = now;
        d->is_talking = true;
        return false;
    }
    ms = d->is_talking ? mono_diff_ms(now, d->talk_since) - d->silence_ms : 0;
    d->is_talking = false;
    if (ms < d->least_ms || (d->most_ms >= 0 && ms > d->most_ms))
        return false;
    channel_var_set(run->channel, SLICE("TALK_DETECTED"), SLICE("1"));
    return true;
}

/* @return 0 the file ended; 't' talk; a digit; -1 gone */
static int listen_while_playing(struct plan_run *run, struct detecting *d)
{
    struct channel *ch = run->channel;

    while (!ch->is_hungup) {
        struct channel_event ev;
        int rc = -2;

        if (event_queue_wait(run->queue, -1, &ev))
            return -1;
        if (ev.channel == ch && ev.type == CHANNEL_EV_DTMF)
            rc = ev.digit;
        else if (ev.channel == ch && ev.type == CHANNEL_EV_PLAY_DONE && ev.play_id == ch->play_id)
            rc = 0;
        else if (ev.channel == ch && ev.type == CHANNEL_EV_TALK && on_talk(run, d, &ev))
            rc = 't';
        channel_event_done(&ev);
        if (rc != -2)
            return rc;
    }
    return -1;
}

static int64_t ms_or(const char *text, int64_t otherwise)
{
    return *text ? atoll(text) : otherwise;
}

static int backgrounddetect_exec(struct plan_run *run, char *data)
{
    struct channel *ch = run->channel;
    struct detecting d;
    char *argv[5];
    int rc = 0;

    plan_args_split(data, ',', argv, 5);
    d = (struct detecting){.silence_ms = ms_or(argv[1], 1000),
                           .least_ms = ms_or(argv[2], 100),
                           .most_ms = ms_or(argv[3], -1)};
    if (ch->state != CHANNEL_UP && channel_answer(ch))
        return PLAN_END;
    if (!ch->stream || !*argv[0] || channel_play(ch, argv[0]))
        return PLAN_NEXT;
    media_stream_detect(ch->stream, 0, 20, (uint32_t)(d.silence_ms > 0 ? d.silence_ms : 1000));
    rc = listen_while_playing(run, &d);
    media_stream_detect(ch->stream, 0, 0, 0);
    channel_play_stop(ch);
    if (rc < 0)
        return PLAN_END;
    if (rc != 't')
        return rc;
    if (!plan_run_has(run, SLICE_NONE, SLICE("talk"), 1))
        return PLAN_NEXT;
    return plan_run_goto(run, SLICE_NONE, SLICE("talk"), 1) ? PLAN_END : PLAN_NEXT;
}

const struct plan_app plan_app_waitforsilence = {
    .name = "WaitForSilence",
    .syntax = "WaitForSilence([ms[,times[,timeout]]])",
    .help_ru =
        "Ждёт тишины\nms - сколько она должна длиться (1000), times - сколько раз (1), timeout - секунды "
        "ожидания. Переменная WAITSTATUS: SILENCE, TIMEOUT, HANGUP.",
    .help_en =
        "Wait for silence\nms: how long it must last (1000), times: how often (1), timeout: seconds of "
        "waiting. Variable WAITSTATUS: SILENCE, TIMEOUT, HANGUP.",
    .shown = "tests/unit/plan/test_talk.c",
    .exec = waitforsilence_exec,
};

const struct plan_app plan_app_waitfornoise = {
    .name = "WaitForNoise",
    .syntax = "WaitForNoise([ms[,times[,timeout]]])",
    .help_ru =
        "Ждёт звука\nms - сколько он должен длиться (1000), times - сколько раз (1), timeout - секунды "
        "ожидания. Переменная WAITSTATUS: NOISE, TIMEOUT, HANGUP.",
    .help_en =
        "Wait for sound\nms: how long it must last (1000), times: how often (1), timeout: seconds of "
        "waiting. Variable WAITSTATUS: NOISE, TIMEOUT, HANGUP.",
    .shown = "tests/unit/plan/test_talk.c",
    .exec = waitfornoise_exec,
};

const struct plan_app plan_app_backgrounddetect = {
    .name = "BackgroundDetect",
    .syntax = "BackgroundDetect(file[,silence_ms[,least_ms[,most_ms]]])",
    .help_ru =
        "Играет файл, который прерывает речь\nРечь от least_ms (100) до most_ms, за которой silence_ms "
        "(1000) тишины, ведёт в расширение talk; цифра начинает номер.",
    .help_en =
        "Play a file that speech interrupts\nSpeech of least_ms (100) to most_ms with silence_ms (1000) "
        "of silence behind it leads to extension talk; a digit begins an extension.",
    .shown = "tests/unit/plan/test_talk.c",
    .exec = backgrounddetect_exec,
};
