/* app/dial.c - Dial: ring one or several, and join the first who answers */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/cdr.h"
#include "call/media.h"
#include "plan/app/all.h"
#include "plan/app/dial.h"
#include "plan/args.h"
#include "plan/bridging.h"
#include "plan/plan.h"

static void set(struct plan_run *run, const char *name, const char *value)
{
    channel_var_set(run->channel, slice_of(name), slice_of(value));
}

static void clear_variables(struct plan_run *run)
{
    static const char *const names[] = {"DIALSTATUS",    "DIALEDPEERNUMBER", "DIALEDPEERNAME",
                                        "ANSWEREDTIME",  "ANSWEREDTIME_MS",  "DIALEDTIME",
                                        "DIALEDTIME_MS", "RINGTIME",         "RINGTIME_MS",
                                        "PROGRESSTIME",  "PROGRESSTIME_MS"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        set(run, names[i], "");
}

static void parse_options(struct dial *d, char *text)
{
    char letter, *arg;

    while (plan_option_next(&text, &letter, &arg)) {
        switch (letter) {
        case 'g': d->goes_on = true; break;
        case 'G': d->go_to = arg; break;
        case 'm': d->music = arg ? arg : ""; break;
        case 'r': d->tone = arg ? arg : ""; break;
        default: break; /* named once when the routing is loaded (check.c) */
        }
    }
}

static int64_t parse_timeout(struct plan_run *run, const char *text)
{
    long long ms;

    if (!*text)
        return -1;
    if (plan_parse_seconds(text, &ms) == 0 && ms >= 0)
        return ms ? ms : -1;
    log_warning("Dial: not a time, it rings without end call=%s at=\"%s,%s,%d\" timeout=\"%s\"",
                run->channel->linkedid, run->channel->context, run->channel->exten,
                run->channel->priority, text);
    return -1;
}

/* What the caller hears while it rings, when the routing says so. */
static void entertain(struct dial *d)
{
    struct channel *ch = d->run->channel;

    if (d->music) {
        d->is_entertained = true;
        channel_indicate(ch, CHANNEL_IND_PROGRESS);
        channel_moh(ch, d->music);
    } else if (d->tone) {
        d->is_entertained = true;
        if (*d->tone)
            channel_tone(ch, d->tone);
        else
            channel_indicate(ch, CHANNEL_IND_RINGING);
    }
}

/* Option G: the caller goes to a place, the called leg to the priority behind it. */
static int go_apart(struct dial *d, struct dial_leg *leg)
{
    struct channel *callee = leg->channel, *caller = d->run->channel;
    struct slice context, exten;
    int priority, err;

    for (char *s = d->go_to; *s; s++)
        if (*s == '^')
            *s = ',';
    if (plan_run_parse_goto(d->run, d->go_to, &context, &exten, &priority))
        return PLAN_END;
    err = plan_run_goto(d->run, context, exten, priority);
    if (!err)
        err = channel_set(&callee->context, slice_of(caller->context));
    if (!err)
        err = channel_set(&callee->exten, slice_of(caller->exten));
    if (err)
        return PLAN_END;
    callee->priority = priority + 1;
    if (caller->stream && media_stream_peer(caller->stream))
        media_stream_disconnect(caller->stream);
    if (plan_start(d->run->core, callee))
        return PLAN_END;
    leg->channel = mem_deref(leg->channel); /* its run ends it */
    return PLAN_NEXT;
}

static int talk(struct dial *d, struct dial_leg *leg)
{
    const struct plan_bridging b = {.callee = leg->channel, .goes_on = d->goes_on};
    struct channel *caller = d->run->channel;

    party_set(&caller->connected, slice_of(leg->channel->caller.number),
              slice_of(leg->channel->caller.name));
    if (channel_answer(caller))
        return PLAN_END;
    return plan_bridging_run(d->run, &b);
}

/* Somebody picked up; the others hear that it was answered elsewhere. */
static int answered(struct dial *d, struct dial_leg *leg)
{
    struct channel *caller = d->run->channel;
    int rc;

    caller->cause = CAUSE_NONE;
    d->status = "ANSWER";
    cdr_dial_end(caller, leg->channel, d->status);
    dial_drop(d, leg, CAUSE_ANSWERED_ELSEWHERE, "CANCEL");
    if (d->is_entertained)
        channel_play_stop(caller);
    set(d->run, "DIALEDPEERNAME", leg->channel->name);
    set(d->run, "DIALEDPEERNUMBER", leg->number);
    set(d->run, "DIALSTATUS", d->status);
    rc = d->go_to ? go_apart(d, leg) : talk(d, leg);
    if (leg->channel)
        channel_hangup(leg->channel, CAUSE_NORMAL);
    return rc;
}

static int not_answered(struct dial *d)
{
    const bool is_cancel = strcmp(d->status, "CANCEL") == 0;
    struct channel *caller = d->run->channel;

    dial_drop(d, NULL, CAUSE_NORMAL, d->status);
    if (!is_cancel)
        channel_play_stop(caller);
    set(d->run, "DIALSTATUS", d->status);
    return is_cancel ? PLAN_END : PLAN_NEXT;
}

static int dial_exec(struct plan_run *run, char *data)
{
    struct dial d = {.run = run, .start = loop_now(plan_loop(run->core))};
    struct dial_leg *leg;
    char *argv[4];
    int rc;

    list_init(&d.legs);
    plan_args_split_raw(data, ',', argv, 4);
    clear_variables(run);
    d.ms = parse_timeout(run, argv[1]);
    parse_options(&d, argv[2]);
    run->channel->cause = CAUSE_NONE;
    if (dial_start(&d, argv[0])) {
        dial_drop(&d, NULL, CAUSE_NORMAL, "CHANUNAVAIL");
        set(run, "DIALSTATUS", "INVALIDARGS");
        return PLAN_END;
    }
    if (d.count)
        entertain(&d);
    leg = dial_wait(&d);
    rc = leg ? answered(&d, leg) : not_answered(&d);
    dial_drop(&d, NULL, CAUSE_NORMAL, d.status);
    return rc;
}

const struct plan_app plan_app_dial = {
    .name = "Dial",
    .syntax = "Dial(technology/resource[&technology/resource...],[timeout,[options]])",
    .help_ru =
        "Вызывает одного или нескольких абонентов и соединяет с первым ответившим\nНазначения: "
        "PJSIP/абонент, PJSIP/номер@транк, PJSIP/абонент/sip:адрес; несколько через & звонят "
        "одновременно (до 32), пустые пропускаются; SIP/ то же, что PJSIP/. timeout - секунды.\noptions: g - "
        "после разговора маршрутизация продолжается; G(маршрутизация^расширение^приоритет) - после ответа "
        "звонящий идёт туда, вызванный - на следующий приоритет; m(класс) - музыка вместо гудков; r(сигнал) "
        "- гудки сразу. h, H, t, T принимаются и пока не действуют.\nПеременные: DIALSTATUS (ANSWER, BUSY, "
        "NOANSWER, CANCEL, CONGESTION, CHANUNAVAIL, INVALIDARGS), DIALEDPEERNAME, DIALEDPEERNUMBER, "
        "ANSWEREDTIME, DIALEDTIME, RINGTIME, PROGRESSTIME (секунды; с _MS - миллисекунды).",
    .help_en =
        "Ring one or several, and join the first who answers\nDestinations: PJSIP/endpoint, "
        "PJSIP/number@trunk, PJSIP/endpoint/sip:uri; several joined by & ring at once (at most 32), empty "
        "ones are skipped; SIP/ is the same as PJSIP/. timeout: seconds.\noptions: g - the routing goes on "
        "after the talk; G(context^extension^priority) - on answer the caller goes there, the called one to "
        "the next priority; m(class) - music instead of ringing; r(tone) - ringing at once. h, H, t, T are "
        "accepted and not obeyed yet.\nVariables: DIALSTATUS (ANSWER, BUSY, NOANSWER, CANCEL, CONGESTION, "
        "CHANUNAVAIL, INVALIDARGS), DIALEDPEERNAME, DIALEDPEERNUMBER, ANSWEREDTIME, DIALEDTIME, RINGTIME, "
        "PROGRESSTIME (seconds; with _MS milliseconds).",
    .shown = "tests/scene/group-call.scene",
    .exec = dial_exec,
};
