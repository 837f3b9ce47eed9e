/* app/bridge.c - Bridge: a talk with a channel that is there already; BridgeWait: waiting for one */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/bridging.h"
#include "plan/claim.h"
#include "plan/core.h"
#include "plan/feature.h"
#include "plan/wait.h"

static void result(struct plan_run *run, const char *word)
{
    channel_var_set(run->channel, SLICE("BRIDGERESULT"), slice_of(word));
}

static void warn(const struct plan_run *run, const char *what, const char *data)
{
    const struct channel *ch = run->channel;

    log_warning("%s call=%s at=\"%s,%s,%d\" data=\"%s\"", what, ch->linkedid, ch->context,
                ch->exten, ch->priority, data);
}

/* ---- Bridge ---- */

struct options {
    bool beeps;                      /* p */
    bool is_not_answered;            /* n */
    bool callee_ends;                /* x */
    bool caller_stops, callee_stops; /* H, h */
    const char *callee_goes;         /* F */
    const char *limit, *seconds;     /* L, S */
};

static void parse_options(struct options *o, char *text)
{
    char letter, *arg;

    *o = (struct options){0};
    while (plan_option_next(&text, &letter, &arg)) {
        switch (letter) {
        case 'p': o->beeps = true; break;
        case 'n': o->is_not_answered = true; break;
        case 'x': o->callee_ends = true; break;
        case 'H': o->caller_stops = true; break;
        case 'h': o->callee_stops = true; break;
        case 'F': o->callee_goes = arg ? arg : ""; break;
        case 'L': o->limit = arg; break;
        case 'S': o->seconds = arg; break;
        default: break; /* K k T t W w: with their subject */
        }
    }
}

/* By its name, or by how that begins (without the number behind the dash). A reference. */
static struct channel *find_channel(const struct plan_run *run, const char *name)
{
    struct calls *calls = plan_calls(run->core);
    struct channel *ch = calls_channel_find(calls, slice_of(name));

    if (ch)
        return mem_ref(ch);
    LIST_FOREACH(calls_channels(calls), k)
    {
        ch = channel_of_link(k);
        if (slice_casestarts(slice_of(ch->name), slice_of(name)))
            return mem_ref(ch);
    }
    return NULL;
}

/* Where a channel is, as option F has it; NULL: nowhere. */
static char *place_of(const struct channel *ch)
{
    struct buf text;

    if (!ch->plan || !ch->context || !ch->exten)
        return NULL;
    buf_init(&text, 512);
    buf_printf(&text, "%s^%s^%d", ch->context, ch->exten, ch->priority);
    return buf_take(&text);
}

/* The other is ours now: talk, then each goes on where it was. */
static int talk(struct plan_run *run, struct channel *ch, const struct options *o, char *place)
{
    struct plan_bridging b = {.callee = ch,
                              .goes_on = true,
                              .caller_may = plan_may(o->caller_stops, false),
                              .callee_may = plan_may(o->callee_stops, false),
                              .callee_goes = o->callee_goes ? o->callee_goes : place};
    int rc;

    b.callee_returns = b.callee_goes && !o->callee_ends;
    if (o->callee_ends && !o->callee_goes)
        b.callee_goes = NULL;
    if (o->beeps)
        (void)channel_play(ch, "beep");
    rc = plan_bridging_run_limited(run, &b, o->limit, o->seconds);
    result(run, b.since.us ? "SUCCESS" : "FAILURE");
    mem_deref(b.callee);
    return rc;
}

/* ch is taken, a reference. */
static int bridge_with(struct plan_run *run, struct channel *ch, const struct options *o)
{
    char *place = place_of(ch);
    int err, rc;

    if (!o->is_not_answered && channel_answer(run->channel)) {
        err = ECONNRESET;
    } else {
        err = plan_claim(run, ch);
    }
    if (err) {
        warn(run, "Bridge: that channel cannot be joined", ch->name);
        result(run, "FAILURE");
        rc = run->channel->is_hungup ? PLAN_END : PLAN_NEXT;
        mem_deref(ch);
    } else {
        rc = talk(run, ch, o, place);
    }
    mem_free(place);
    return rc;
}

static int bridge_exec(struct plan_run *run, char *data)
{
    struct channel *ch;
    struct options o;
    char *argv[2];

    plan_args_split(data, ',', argv, 2);
    if (!*argv[0]) {
        warn(run, "Bridge needs a channel, the call is ended", data);
        result(run, "FAILURE");
        return PLAN_END;
    }
    parse_options(&o, argv[1]);
    ch = find_channel(run, argv[0]);
    if (ch && ch != run->channel)
        return bridge_with(run, ch, &o);
    warn(run, ch ? "Bridge: a channel cannot be joined with itself" : "Bridge: no such channel",
         argv[0]);
    result(run, ch ? "LOOP" : "NONEXISTENT");
    mem_deref(ch);
    return PLAN_NEXT;
}

const struct plan_app plan_app_bridge = {
    .name = "Bridge",
    .syntax = "Bridge(channel[,options])",
    .help_ru =
        "Соединяет с каналом, который уже есть\nchannel - имя канала или его начало. Что он выполнял "
        "или с кем говорил, заканчивается; после разговора он начинает прерванное заново, а здесь "
        "маршрутизация продолжается.\nOptions. F(место) - после разговора он идёт туда; F - дальше по "
        "этому маршруту. H, h - этот канал, тот канал заканчивает разговор звёздочкой. L(мс[:мс[:мс]]), "
        "S(с) - предел разговора, как у Dial. n - не отвечать на этот вызов. p - сигнал тому каналу. x - "
        "после разговора тот канал отбивается. K k T t W w появятся со своей темой.\nПеременная "
        "BRIDGERESULT: SUCCESS, FAILURE (он ещё не ответил, или его уже соединяют), LOOP (это он сам), "
        "NONEXISTENT.",
    .help_en =
        "Join with a channel that is there already\nchannel: its name, or how that begins. What it runs, "
        "or its talk, ends; after the talk it begins again what was broken off, and the routing goes on "
        "here.\nOptions. F(place): after the talk it goes there; F: on in this routing. H, h: this one, the "
        "other one ends the talk by *. L(ms[:ms[:ms]]), S(s): limit of the talk, as with Dial. n: do not "
        "answer this call. p: a tone to the other one. x: the other one is hung up after the talk. K k T t W "
        "w come with their subject.\nVariable BRIDGERESULT: SUCCESS, FAILURE (it has not answered yet, or is "
        "being joined already), LOOP (itself), NONEXISTENT.",
    .shown = "tests/unit/plan/test_bridge.c",
    .exec = bridge_exec,
};

/* ---- BridgeWait ---- */

/* Until somebody takes it out. @return false: gone */
static bool wait_with(struct plan_run *run, char kind, const char *class_name, int64_t ms)
{
    struct channel *ch = run->channel;
    bool is_there;
    int err = kind == 's'   ? 0
              : kind == 'r' ? channel_tone(ch, "ring")
                            : channel_moh(ch, class_name);

    if (err)
        warn(run, "BridgeWait: nothing can be heard meanwhile", strerror(err));
    is_there = plan_wait_ms(run, ms);
    channel_play_stop(ch);
    return is_there;
}

static int bridgewait_exec(struct plan_run *run, char *data)
{
    char *argv[3], letter, *arg, kind = 'm';
    const char *class_name = NULL;
    long long ms = -1;
    bool answers = true;

    plan_args_split(data, ',', argv, 3);
    if (strcasecmp(argv[1], "announcer") == 0) {
        warn(run, "BridgeWait: announcers come with conferences, the routing goes on", data);
        return PLAN_NEXT;
    }
    while (plan_option_next(&argv[2], &letter, &arg)) {
        switch (letter) {
        case 'm': class_name = arg; break;
        case 'e': kind = arg && strchr("mrsh", *arg) ? *arg : 'm'; break;
        case 'S': ms = arg && plan_parse_seconds(arg, &ms) == 0 && ms > 0 ? ms : -1; break;
        case 'n': answers = false; break;
        default: break;
        }
    }
    if (answers && channel_answer(run->channel))
        return PLAN_END;
    return wait_with(run, kind, class_name, ms) ? PLAN_NEXT : PLAN_END;
}

const struct plan_app plan_app_bridgewait = {
    .name = "BridgeWait",
    .syntax = "BridgeWait([name[,role[,options]]])",
    .help_ru =
        "Ждёт, пока канал не заберут (Bridge, ChannelRedirect)\nТе, кто ждёт, друг друга не слышат, поэтому "
        "имя ни на что не влияет. role: participant; announcer появится вместе с конференциями.\nOptions. "
        "e(что) - что слышно: m или h - музыка, r - гудки, s - тишина. m(класс) - класс музыки. S(с) - "
        "ждать не дольше, потом дальше. n - не отвечать на вызов.",
    .help_en =
        "Wait until somebody takes the channel (Bridge, ChannelRedirect)\nThose who wait do not hear one "
        "another, so that the name changes nothing. role: participant; announcer comes with "
        "conferences.\nOptions. e(what): what is heard: m or h music, r ringing, s silence. m(class): class of "
        "the music. S(s): wait no longer, then go on. n: do not answer the call.",
    .shown = "tests/unit/plan/test_bridge.c",
    .exec = bridgewait_exec,
};
