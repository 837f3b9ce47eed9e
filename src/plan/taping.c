/* taping.c - see taping.h */
#include "plan/taping.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "call/tape.h"
#include "plan/core.h"
#include "plan/wait.h"

#define CLOSE_MS 10000        /* a disk may be slow; the call goes on without its file then */
#define BEGIN_MS 500          /* the same of a media role that has not even begun */
#define NOISE_MS 20           /* of talk are talk: what Asterisk hears in one frame */
#define LEAST_SILENCE_MS 1000 /* of the silence that ended it stays */

struct taping {
    struct plan_run *run;
    struct plan_taping *args;
    struct tape *tape;
    struct waiter closed;
    struct mono since;
    int err; /* why it is over by itself */
    bool is_begun, is_over;
};

/* ---- the tape ---- */

static void over(struct taping *t, int err)
{
    t->is_over = true;
    t->err = err;
    waiter_wake(&t->closed);
    event_queue_poke(t->run->queue);
}

static void on_begun(int err, void *arg)
{
    ((struct taping *)arg)->is_begun = true;
    if (err)
        over(arg, err);
}

static void on_ended(const struct media_tape_ended *e, void *arg)
{
    struct taping *t = arg;

    t->args->ms = e->ms;
    over(t, e->err);
}

static int begin(struct taping *t)
{
    const struct tape_args args = {.rx = slice_of(t->args->file), .is_append = t->args->is_append};
    struct media_stream *s = t->run->channel->stream;

    if (!s)
        return ENOTCONN;
    t->since = loop_now(plan_loop(t->run->core));
    return tape_start(&t->tape, s, &args,
                      &(struct tape_handlers){.begun = on_begun, .ended = on_ended, .arg = t});
}

static uint32_t cut_of(const struct plan_taping *a, enum plan_taping_end end)
{
    if (end == PLAN_TAPING_DIGIT)
        return a->digit_cut_ms;
    if (end == PLAN_TAPING_SILENCE && !a->is_silence_kept && a->silence_ms > LEAST_SILENCE_MS)
        return (uint32_t)(a->silence_ms - LEAST_SILENCE_MS);
    return 0;
}

/* Whoever comes next in the routing finds the file whole. @return how it ended after all */
static enum plan_taping_end finish(struct taping *t, enum plan_taping_end end)
{
    const bool is_lost = end == PLAN_TAPING_HANGUP && t->args->is_lost_by_hangup;

    if (!t->is_over) {
        tape_stop(t->tape, cut_of(t->args, end), is_lost);
        if (plan_wait_answer(t->run->core, &t->closed, t->is_begun ? CLOSE_MS : BEGIN_MS))
            t->err = ETIMEDOUT;
    }
    if (t->err && end != PLAN_TAPING_HANGUP)
        end = PLAN_TAPING_FAILED;
    t->args->err = t->err;
    tape_forget(t->tape);
    mem_deref(t->tape);
    return end;
}

static const char *hint(int err)
{
    switch (err) {
    case EACCES:
        return "files lie below the folder of recordings, without \"..\" and links; its owner is station-media";
    case EINVAL:
        return "the name, or its format, is none: wav, wav16, WAV, gsm, sln, ulaw, alaw ...";
    case ENOSPC: return "the disk is full: free some of it, or keep recordings for a shorter time";
    case EBUSY: return "another call writes that file: %d in its name makes them differ";
    case EEXIST: return "a million files have that name";
    case ETIMEDOUT: return "the media role did not say that the file is closed: is the disk slow?";
    default: return "see the media role's log";
    }
}

void plan_taping_warn(const struct plan_run *run, const char *who, const char *name, int err)
{
    const struct channel *ch = run->channel;

    log_warning(
        "%s: not recorded as asked call=%s channel=\"%s\" at=\"%s,%s,%d\" file=\"%s\" err=\"%s\" hint=\"%s\"",
        who, ch->linkedid, ch->name, ch->context ? ch->context : "", ch->exten ? ch->exten : "",
        ch->priority, name, strerror(err), hint(err));
}

/* ---- what happens meanwhile ---- */

/* @return whether this ends it */
static bool is_end(struct taping *t, const struct channel_event *ev, enum plan_taping_end *end)
{
    if (ev->channel != t->run->channel)
        return false;
    switch (ev->type) {
    case CHANNEL_EV_HANGUP:
    case CHANNEL_EV_REDIRECT: *end = PLAN_TAPING_HANGUP; return true;
    case CHANNEL_EV_TALK: *end = PLAN_TAPING_SILENCE; return !ev->is_on && t->args->silence_ms > 0;
    case CHANNEL_EV_DTMF:
        *end = PLAN_TAPING_DIGIT;
        t->args->digit = ev->digit;
        return strchr(t->args->ends, ev->digit) != NULL;
    default: return false;
    }
}

static int64_t left_ms(const struct taping *t)
{
    const int64_t left =
        t->args->most_ms - mono_diff_ms(loop_now(plan_loop(t->run->core)), t->since);

    return !t->args->most_ms ? -1 : left > 0 ? left : 0;
}

static enum plan_taping_end wait_for_end(struct taping *t)
{
    enum plan_taping_end end = PLAN_TAPING_HANGUP;
    bool is_it = false;

    while (!is_it && !t->run->channel->is_hungup) {
        const int64_t ms = left_ms(t);
        struct channel_event ev;
        int err;

        if (t->is_over)
            return PLAN_TAPING_FAILED;
        if (ms == 0)
            return PLAN_TAPING_TIME;
        err = event_queue_wait_or_poke(t->run->queue, ms, &ev);
        if (err == ECANCELED)
            return PLAN_TAPING_HANGUP;
        if (err)
            continue;
        is_it = is_end(t, &ev, &end);
        channel_event_done(&ev);
    }
    return is_it ? end : PLAN_TAPING_HANGUP;
}

static void hear_silence(struct taping *t, bool is_on)
{
    struct media_stream *s = t->run->channel->stream;

    if (s && t->args->silence_ms > 0)
        (void)media_stream_detect(s, 0, is_on ? NOISE_MS : 0,
                                  is_on ? (uint32_t)t->args->silence_ms : 0);
}

enum plan_taping_end plan_taping_run(struct plan_run *run, struct plan_taping *args)
{
    struct taping t = {.run = run, .args = args};
    enum plan_taping_end end;

    args->err = begin(&t);
    if (args->err)
        return PLAN_TAPING_FAILED;
    hear_silence(&t, true);
    end = wait_for_end(&t);
    hear_silence(&t, false);
    return finish(&t, end);
}
