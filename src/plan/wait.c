/* wait.c - see wait.h */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "call/calls.h"
#include "plan/core.h"
#include "plan/wait.h"

/* What an event means for a wait. @return whether it ends it */
static bool is_end(struct plan_run *run, struct plan_wait *w, const struct channel_event *ev,
                   enum plan_wait_end *end)
{
    if (ev->channel != run->channel) /* a leg that an application has let go */
        return false;
    switch (ev->type) {
    case CHANNEL_EV_HANGUP:
    case CHANNEL_EV_REDIRECT: *end = PLAN_WAIT_HANGUP; return true;
    case CHANNEL_EV_DTMF:
        w->digit = ev->digit;
        *end = PLAN_WAIT_DIGIT;
        return w->digits && strchr(w->digits, ev->digit);
    case CHANNEL_EV_PLAY_DONE:
        w->play_err = ev->err;
        *end = PLAN_WAIT_PLAYED;
        return w->for_play && ev->play_id == run->channel->play_id;
    default: return false;
    }
}

enum plan_wait_end plan_wait(struct plan_run *run, struct plan_wait *w)
{
    struct loop *l = plan_loop(run->core);
    const struct mono start = loop_now(l);
    const int64_t whole = w->ms;
    enum plan_wait_end end = PLAN_WAIT_TIME;

    while (!run->channel->is_hungup) {
        struct channel_event ev;
        bool is_over;
        int err = event_queue_wait(run->queue, w->ms, &ev);

        if (err == ETIMEDOUT)
            return PLAN_WAIT_TIME;
        if (err)
            return PLAN_WAIT_HANGUP;
        is_over = is_end(run, w, &ev, &end);
        channel_event_done(&ev);
        if (whole >= 0) {
            w->ms = whole - mono_diff_ms(loop_now(l), start);
            w->ms = w->ms < 0 ? 0 : w->ms;
        }
        if (is_over)
            return end;
    }
    return PLAN_WAIT_HANGUP;
}

bool plan_wait_ms(struct plan_run *run, int64_t ms)
{
    struct plan_wait w = {.ms = ms};

    return plan_wait(run, &w) == PLAN_WAIT_TIME;
}

int plan_wait_digit(struct plan_run *run, int64_t ms)
{
    struct plan_wait w = {.ms = ms, .digits = PLAN_ALL_DIGITS};

    switch (plan_wait(run, &w)) {
    case PLAN_WAIT_DIGIT: return w.digit;
    case PLAN_WAIT_TIME: return 0;
    default: return -1;
    }
}

int plan_play(struct plan_run *run, const char *files, const char *digits, bool *failed)
{
    struct plan_wait w = {.ms = -1, .digits = digits, .for_play = true};
    struct channel *ch = run->channel;
    int err;

    *failed = false;
    if (ch->is_hungup)
        return -1;
    err = channel_play(ch, files);
    if (err) {
        log_warning("cannot play call=%s channel=\"%s\" at=\"%s,%s,%d\" files=\"%s\" err=\"%s\"",
                    ch->linkedid, ch->name, ch->context, ch->exten, ch->priority, files,
                    strerror(err));
        *failed = true;
        return 0;
    }
    switch (plan_wait(run, &w)) {
    case PLAN_WAIT_PLAYED: *failed = w.play_err != 0; return 0;
    case PLAN_WAIT_DIGIT: channel_play_stop(ch); return w.digit;
    default: channel_play_stop(ch); return -1;
    }
}

#define LOOK_MS 200 /* how often a function that waits looks whether the station ends */

int plan_wait_answer(const struct plan_core *p, struct waiter *answer, int64_t ms)
{
    int err = ETIMEDOUT;

    while (err == ETIMEDOUT && ms > 0 && !calls_is_closing(p->calls)) {
        err = waiter_wait(answer, ms < LOOK_MS ? ms : LOOK_MS);
        ms -= LOOK_MS;
    }
    return err == ETIMEDOUT && calls_is_closing(p->calls) ? ECANCELED : err;
}
