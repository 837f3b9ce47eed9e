/* app/dial_answer.c - between the answer and the talk: options A D U M (dial.h) */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "plan/app/dial.h"
#include "plan/plan.h"
#include "plan/sub.h"

#define ANNOUNCE_MS 300000
#define DIGIT_MS 100
#define GAP_MS 100

/* What stands before ':' of text, and the rest. */
static char *cut_colon(char **text)
{
    char *first = *text, *colon = first ? strchr(first, ':') : NULL;

    if (colon)
        *colon++ = '\0';
    *text = colon;
    return first;
}

static uint32_t start_file(struct channel *ch, const char *file)
{
    return file && *file && channel_play(ch, file) == 0 ? ch->play_id : 0;
}

/* Option A: both hear their file at the same time, to the end. */
static void announce(struct dial *d, struct channel *callee)
{
    struct channel *caller = d->run->channel;
    char *rest = d->o.announce;
    const char *to_callee = cut_colon(&rest);
    uint32_t callee_id = start_file(callee, to_callee), caller_id = start_file(caller, rest);

    while ((callee_id || caller_id) && !caller->is_hungup && !callee->is_hungup) {
        struct channel_event ev;

        if (event_queue_wait(d->run->queue, ANNOUNCE_MS, &ev))
            break;
        if (ev.type == CHANNEL_EV_PLAY_DONE && ev.channel == callee && ev.play_id == callee_id)
            callee_id = 0;
        if (ev.type == CHANNEL_EV_PLAY_DONE && ev.channel == caller && ev.play_id == caller_id)
            caller_id = 0;
        channel_event_done(&ev);
    }
}

/* 'w' waits half a second, 'W' a whole one. */
static void send_digits(struct channel *ch, const char *digits)
{
    for (; digits && *digits && !ch->is_hungup; digits++) {
        if (strchr("0123456789*#ABCDabcd", *digits))
            (void)channel_send_dtmf(ch, *digits, DIGIT_MS);
        if (task_sleep(*digits == 'w'   ? 500
                       : *digits == 'W' ? 1000
                                        : DIGIT_MS + GAP_MS) == ECANCELED)
            break;
    }
}

/* Option D: to the callee, then to the caller (the third is sent at its early media, dial_ring.c). */
static void digits_of_both(struct dial *d, struct channel *callee)
{
    char copy[256], *rest = copy;

    if (slice_copy(slice_of(d->o.digits), copy, sizeof(copy)))
        return;
    send_digits(callee, cut_colon(&rest));
    if (rest)
        send_digits(d->run->channel, cut_colon(&rest));
}

/* What a subroutine on the callee wants (GOSUB_RESULT). @return whether they talk */
static bool obey_result(struct dial *d, struct channel *callee, const char *name, int *rc)
{
    struct slice result = channel_var_get(callee, slice_of(name));
    struct slice context, exten;
    char *where;
    int priority;

    *rc = PLAN_NEXT;
    channel_var_set(d->run->channel, SLICE("GOSUB_RETVAL"),
                    channel_var_get(callee, SLICE("GOSUB_RETVAL")));
    if (slice_caseeqz(result, "CONTINUE"))
        return false;
    if (slice_caseeqz(result, "BUSY") || slice_caseeqz(result, "CONGESTION")) {
        d->status = slice_caseeqz(result, "BUSY") ? "BUSY" : "CONGESTION";
        return false;
    }
    if (slice_caseeqz(result, "ABORT")) {
        *rc = d->o.goes_on ? PLAN_NEXT : PLAN_END;
        return false;
    }
    if (!slice_casestarts(result, SLICE("GOTO:")))
        return true;
    where = slice_dup(slice_skip(result, 5));
    for (char *s = where; s && *s; s++)
        if (*s == '^')
            *s = ',';
    if (!where || plan_run_parse_goto(d->run, where, &context, &exten, &priority) ||
        plan_run_goto(d->run, context, exten, priority))
        *rc = PLAN_END;
    mem_free(where);
    return false;
}

/* "name^arg^arg" as a Gosub to prefix name,s,1(arg^arg). */
static int run_named(struct dial *d, struct channel *callee, const char *prefix, const char *text)
{
    struct slice args, name = slice_cut(slice_of(text), '^', &args);
    struct buf where;
    int err;

    buf_init(&where, 4096);
    buf_printf(&where, "%s%.*s,s,1", prefix, SLICE_ARG(name));
    if (slice_is_set(args))
        buf_printf(&where, "(%.*s)", SLICE_ARG(args));
    err = buf_err(&where);
    if (!err)
        err = plan_sub(d->run->core, callee, where.p);
    buf_fini(&where);
    return err;
}

static bool run_subroutines(struct dial *d, struct channel *callee, int *rc)
{
    bool talks = true;

    if (d->o.callee_macro) {
        (void)run_named(d, callee, "macro-", d->o.callee_macro);
        talks = obey_result(d, callee, "MACRO_RESULT", rc);
    }
    if (talks && d->o.callee_gosub) {
        (void)run_named(d, callee, "", d->o.callee_gosub);
        talks = obey_result(d, callee, "GOSUB_RESULT", rc);
    }
    return talks;
}

bool dial_prepare(struct dial *d, struct channel *callee, int *rc)
{
    struct channel *caller = d->run->channel;

    *rc = PLAN_END;
    if (d->o.announce)
        announce(d, callee);
    if (d->o.digits && !callee->is_hungup)
        digits_of_both(d, callee);
    if (!callee->is_hungup && !run_subroutines(d, callee, rc))
        return false;
    if (caller->is_hungup)
        return false;
    *rc = d->o.goes_on ? PLAN_NEXT : PLAN_END;
    return !callee->is_hungup;
}
