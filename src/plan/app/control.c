/* app/control.c - ControlPlayback, and control.h */
#include "plan/app/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/app/all.h"
#include "plan/args.h"

#define ANSWER_MS 500

static bool is_of(const char *digits, char digit)
{
    return *digits && strchr(digits, digit);
}

/* @return whether the digit ends it */
static bool on_digit(struct channel *ch, const struct control *c, char digit, bool *is_paused)
{
    if (is_of(c->stop, digit))
        return true;
    if (is_of(c->forward, digit))
        media_stream_control(ch->stream, MEDIA_SKIP, c->skip_ms);
    else if (is_of(c->back, digit))
        media_stream_control(ch->stream, MEDIA_SKIP, -c->skip_ms);
    else if (is_of(c->restart, digit))
        media_stream_control(ch->stream, MEDIA_RESTART, 0);
    else if (is_of(c->pause, digit)) {
        *is_paused = !*is_paused;
        media_stream_control(ch->stream, *is_paused ? MEDIA_PAUSE : MEDIA_RESUME, 0);
    }
    return false;
}

/* Where the play is that a digit stops; it is heard on until the answer comes. */
static uint32_t ask_position(struct plan_run *run, uint32_t otherwise)
{
    struct channel *ch = run->channel;
    bool is_told = media_stream_control(ch->stream, MEDIA_TELL, 0) != 0;
    struct channel_event ev;

    while (!is_told && !ch->is_hungup && event_queue_wait(run->queue, ANSWER_MS, &ev) == 0) {
        is_told =
            ev.channel == ch && (ev.type == CHANNEL_EV_POSITION ||
                                 (ev.type == CHANNEL_EV_PLAY_DONE && ev.play_id == ch->play_id));
        if (is_told)
            otherwise = ev.ms;
        channel_event_done(&ev);
    }
    return otherwise;
}

int control_play(struct plan_run *run, const struct control *c, uint32_t *position_ms)
{
    struct channel *ch = run->channel;
    bool is_paused = false;

    *position_ms = 0;
    if (ch->is_hungup)
        return -1;
    if (!ch->stream || channel_play(ch, c->file))
        return -2;
    if (c->offset_ms > 0)
        media_stream_control(ch->stream, MEDIA_SEEK, c->offset_ms);
    while (!ch->is_hungup) {
        struct channel_event ev;
        int rc = -3;

        if (event_queue_wait(run->queue, -1, &ev))
            break;
        if (ev.channel == ch && ev.type == CHANNEL_EV_DTMF) {
            if (on_digit(ch, c, ev.digit, &is_paused))
                rc = ev.digit;
        } else if (ev.channel == ch && ev.type == CHANNEL_EV_POSITION) {
            *position_ms = ev.ms;
        } else if (ev.channel == ch && ev.type == CHANNEL_EV_PLAY_DONE &&
                   ev.play_id == ch->play_id) {
            *position_ms = ev.ms;
            rc = ev.err ? -2 : 0;
        }
        channel_event_done(&ev);
        if (rc > 0) {
            *position_ms = ask_position(run, *position_ms);
            channel_play_stop(ch);
        }
        if (rc != -3)
            return rc;
    }
    channel_play_stop(ch);
    return -1;
}

static void set_status(struct plan_run *run, int rc, uint32_t position_ms)
{
    char offset[16], key[2] = "";

    key[0] = rc > 0 ? (char)rc : '\0';
    snprintf(offset, sizeof(offset), "%lld", rc == 0 ? -1LL : (long long)position_ms);
    channel_var_set(run->channel, SLICE("CPLAYBACKSTATUS"),
                    slice_of(rc > 0    ? "USERSTOPPED"
                             : rc == 0 ? "SUCCESS"
                                       : "ERROR"));
    channel_var_set(run->channel, SLICE("CPLAYBACKOFFSET"), slice_of(offset));
    channel_var_set(run->channel, SLICE("CPLAYBACKSTOPKEY"), slice_of(key));
}

static int controlplayback_exec(struct plan_run *run, char *data)
{
    char *argv[8], letter, *arg;
    struct control c = {0};
    uint32_t position;
    int rc;

    plan_args_split(data, ',', argv, 8);
    c = (struct control){.file = argv[0],
                         .skip_ms = atoi(argv[1]) > 0 ? atoi(argv[1]) : 3000,
                         .forward = *argv[2] ? argv[2] : "#",
                         .back = *argv[3] ? argv[3] : "*",
                         .stop = argv[4],
                         .pause = argv[5],
                         .restart = argv[6]};
    while (plan_option_next(&argv[7], &letter, &arg))
        if (letter == 'o' && arg)
            c.offset_ms = atoi(arg);
    if (run->channel->state != CHANNEL_UP && channel_answer(run->channel))
        return PLAN_END;
    rc = *c.file ? control_play(run, &c, &position) : -2;
    set_status(run, rc, rc == -2 ? 0 : position);
    return rc == -1 ? PLAN_END : PLAN_NEXT;
}

const struct plan_app plan_app_controlplayback = {
    .name = "ControlPlayback",
    .syntax = "ControlPlayback(file[,skip_ms[,forward[,back[,stop[,pause[,restart[,options]]]]]]])",
    .help_ru =
        "Играет файл, которым управляет набор\nЦифры: forward (#) и back (*) - на skip_ms (3000) вперёд и назад, "
        "stop, pause, restart. options: o(мс) - начать с места. Переменные CPLAYBACKSTATUS: SUCCESS, "
        "USERSTOPPED, ERROR; CPLAYBACKSTOPKEY; CPLAYBACKOFFSET - место в миллисекундах, -1 - доиграно.",
    .help_en =
        "Play a file that digits control\nDigits: forward (#) and back (*) by skip_ms (3000), stop, pause, "
        "restart. options: o(ms) - begin there. Variables CPLAYBACKSTATUS: SUCCESS, USERSTOPPED, ERROR; "
        "CPLAYBACKSTOPKEY; CPLAYBACKOFFSET: the position in milliseconds, -1: played to the end.",
    .shown = "tests/unit/plan/test_talk.c",
    .exec = controlplayback_exec,
};
