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
#include "plan/feature.h"
#include "plan/plan.h"
#include "plan/sub.h"

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

/* @return -1: without end */
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

/* "20" or "20^5": at most 20 s, and 5 s without a sign of life. */
static void parse_timeouts(struct dial *d, char *text)
{
    char *second = strchr(text, '^');

    if (second)
        *second++ = '\0';
    d->ms = parse_timeout(d->run, text);
    d->silent_ms = second ? parse_timeout(d->run, second) : -1;
}

/* What the caller hears while it rings, when the routing says so. */
static void entertain(struct dial *d)
{
    struct channel *ch = d->run->channel;

    if (d->o.music) {
        d->is_entertained = true;
        channel_indicate(ch, CHANNEL_IND_PROGRESS);
        channel_moh(ch, d->o.music);
    } else if (d->o.tone) {
        d->is_entertained = true;
        if (*d->o.tone)
            channel_tone(ch, d->o.tone);
        else
            channel_indicate(ch, CHANNEL_IND_RINGING);
    } else if (d->o.rings_early) {
        channel_indicate(ch, CHANNEL_IND_RINGING);
    }
}

/* Option G: the caller goes to a place, the called leg to the priority behind it. */
static int go_apart(struct dial *d, struct dial_leg *leg)
{
    struct channel *caller = d->run->channel;
    struct slice context, exten;
    int priority;

    for (char *s = d->o.go_to; *s; s++)
        if (*s == '^')
            *s = ',';
    if (plan_run_parse_goto(d->run, d->o.go_to, &context, &exten, &priority) ||
        plan_run_goto(d->run, context, exten, priority))
        return PLAN_END;
    if (caller->stream && media_stream_peer(caller->stream))
        media_stream_disconnect(caller->stream);
    if (plan_leg_go(d->run->core, leg->channel, slice_of(caller->context), slice_of(caller->exten),
                    priority + 1))
        return PLAN_END;
    leg->channel = mem_deref(leg->channel); /* its run ends it */
    return PLAN_NEXT;
}

static int talk(struct dial *d, struct dial_leg *leg)
{
    struct plan_bridging b = {.callee = leg->channel,
                              .goes_on = d->o.goes_on,
                              .caller_may = plan_may(d->o.caller_stops, d->o.caller_records),
                              .callee_may = plan_may(d->o.callee_stops, d->o.callee_records),
                              .keeps_connected = d->o.keeps_connected,
                              .callee_runs_h = d->o.callee_runs_h,
                              .callee_goes = d->o.callee_goes};
    struct channel *caller = d->run->channel;
    int rc;

    if (channel_answer(caller))
        return PLAN_END;
    rc = plan_bridging_run_limited(d->run, &b, d->o.limit, d->o.seconds);
    leg->channel = b.callee; /* it may have changed */
    return rc;
}

static int cause_of_others(const struct dial *d)
{
    const int cause = d->o.cause ? cause_parse(slice_of(d->o.cause)) : CAUSE_ANSWERED_ELSEWHERE;

    return cause > 0 ? cause : CAUSE_ANSWERED_ELSEWHERE;
}

/* Somebody picked up; the others hear that it was answered elsewhere. */
static int answered(struct dial *d, struct dial_leg *leg)
{
    struct channel *caller = d->run->channel;
    bool talks;
    int rc;

    caller->cause = CAUSE_NONE;
    d->status = "ANSWER";
    if (!d->o.keeps_connected)
        (void)channel_update_connected(caller, &leg->channel->caller, CONNECTED_ANSWER);
    dial_drop(d, leg, cause_of_others(d), "CANCEL");
    set(d->run, "DIALSTATUS", d->status);
    set(d->run, "DIALEDPEERNAME", leg->channel->name);
    set(d->run, "DIALEDPEERNUMBER", leg->number);
    (void)channel_set(&leg->channel->exten, SLICE("")); /* it runs no routing */
    dial_tell_end(d, leg->channel, d->status);
    if (d->o.answers_at_once)
        (void)channel_answer(caller);
    talks = dial_prepare(d, leg->channel, &rc);
    if (d->is_entertained && !caller->is_hungup)
        channel_play_stop(caller);
    if (talks)
        rc = d->o.go_to ? go_apart(d, leg) : talk(d, leg);
    set(d->run, "DIALSTATUS", d->status);
    if (caller->cause == CAUSE_NONE) /* the leg is hung up here, or left at once: normally */
        caller->cause = CAUSE_NORMAL;
    if (leg->channel)
        channel_hangup(leg->channel, CAUSE_NORMAL);
    return rc;
}

static int not_answered(struct dial *d)
{
    struct channel *caller = d->run->channel;
    const bool is_gone = caller->is_hungup;

    dial_drop(d, NULL, d->o.is_elsewhere ? CAUSE_ANSWERED_ELSEWHERE : CAUSE_NORMAL, d->status);
    if (!is_gone)
        channel_play_stop(caller);
    set(d->run, "DIALSTATUS", d->status);
    return is_gone || task_is_canceled(task_self()) ? PLAN_END : PLAN_NEXT;
}

/* A call that makes calls that make calls ... ends here. */
static bool is_too_far(struct plan_run *run)
{
    const struct channel *ch = run->channel;

    if (ch->max_forwards > 0)
        return false;
    log_warning("Dial not done: this call was sent on too often, the routing leads in circles "
                "call=%s channel=\"%s\" at=\"%s,%s,%d\"",
                ch->linkedid, ch->name, ch->context, ch->exten, ch->priority);
    set(run, "DIALSTATUS", "BUSY");
    run->channel->cause = CAUSE_EXCHANGE_ROUTING;
    return true;
}

static int ring_and_talk(struct dial *d, char *where)
{
    struct dial_leg *leg;
    int rc;

    if (d->o.own_gosub)
        (void)plan_sub(d->run->core, d->run->channel, d->o.own_gosub);
    if (dial_start(d, where)) {
        dial_drop(d, NULL, CAUSE_NORMAL, "CHANUNAVAIL");
        set(d->run, "DIALSTATUS", "INVALIDARGS");
        return PLAN_END;
    }
    if (slice_is_set(channel_var_get(d->run->channel, SLICE("OUTBOUND_GROUP_ONCE"))))
        channel_var_set(d->run->channel, SLICE("OUTBOUND_GROUP_ONCE"), SLICE_NONE);
    if (d->count)
        entertain(d);
    leg = dial_wait(d);
    rc = leg ? answered(d, leg) : not_answered(d);
    dial_drop(d, NULL, CAUSE_NORMAL, d->status);
    return rc;
}

static int dial_exec(struct plan_run *run, char *data)
{
    struct dial d = {.run = run, .start = loop_now(plan_loop(run->core))};
    char *argv[4];

    list_init(&d.legs);
    plan_args_split_raw(data, ',', argv, 4);
    clear_variables(run);
    parse_timeouts(&d, argv[1]);
    dial_options_parse(&d.o, argv[2]);
    if (is_too_far(run))
        return PLAN_END;
    if (d.o.resets_record)
        cdr_reset(run->channel, false);
    run->channel->cause = CAUSE_NONE;
    return ring_and_talk(&d, argv[0]);
}

const struct plan_app plan_app_dial = {
    .name = "Dial",
    .syntax = "Dial(technology/resource[&technology/resource...],[timeout[^timeout],[options]])",
    .help_ru =
        "Вызывает одного или нескольких абонентов и соединяет с первым "
        "ответившим\nНазначения: PJSIP/абонент, PJSIP/номер@транк, PJSIP/абонент/sip:адрес, "
        "Local/номер@маршрутизация; несколько через & звонят одновременно (до 32), пустые "
        "пропускаются; SIP/ то же, что PJSIP/. timeout - секунды; вторая цифра через ^ - "
        "сколько ждать первого гудка.\nOptions. A(файл[:файл]) - сообщение вызванному [и "
        "звонящему] перед разговором. a - ответить звонящему сразу. b(место), B(место) - "
        "подпрограмма до вызова на каждом вызываемом / на звонящем. C - начать запись о "
        "звонке заново. c - при отбое звонящего вызываемые слышат «отвечено на другом». "
        "D(цифры[:цифры[:цифры]]) - донабрать вызванному, звонящему, в ранний звук. d - цифра"
        " звонящего уводит на расширение (EXITCONTEXT). e - выполнить h для вызванного. "
        "F(место) - когда звонящий ушёл, вызванный идёт туда; F - дальше по маршруту. "
        "f(номер) - показать такой номер. G(место) - после ответа звонящий идёт туда, "
        "вызванный - на следующий приоритет. g - после разговора маршрутизация продолжается. "
        "H, h - звонящий, вызванный заканчивает разговор звёздочкой (настройка feature_disconnect). "
        "X, x - звонящий, вызванный включает и выключает запись кодом feature_automixmon, "
        "ставит её на паузу кодом feature_recordpause. I - не менять показанный"
        " номер. i - не выполнять переадресацию телефона. L(мс[:мс[:мс]]) - предел разговора,"
        " предупреждение за столько до конца и повтор (LIMIT_PLAYAUDIO_CALLER, "
        "LIMIT_PLAYAUDIO_CALLEE, LIMIT_TIMEOUT_FILE, LIMIT_CONNECT_FILE, LIMIT_WARNING_FILE)."
        " M(макрос^...) - как U с контекстом macro-... m(класс) - музыка вместо гудков. "
        "o(номер) - номер вызываемого канала. Q(причина) - что слышат остальные, когда один "
        "ответил. R - гудки сразу, пока нет раннего звука. r(сигнал) - гудки сразу. S(с) - "
        "предел разговора. s(метка), u(показ) - метка и показ номера. U(контекст^арг...) - "
        "подпрограмма на вызванном перед разговором; GOSUB_RESULT: ABORT, BUSY, CONGESTION, "
        "CONTINUE, GOTO:место. z - переадресация отменяет timeout. E, j, O ничего не делают; "
        "K k N n P p T t W w появятся со своей темой.\nПеременные: DIALSTATUS (ANSWER, "
        "BUSY, NOANSWER, CANCEL, CONGESTION, CHANUNAVAIL, INVALIDARGS), DIALEDPEERNAME, "
        "DIALEDPEERNUMBER, ANSWEREDTIME, DIALEDTIME, RINGTIME, PROGRESSTIME (секунды; с _MS -"
        " миллисекунды). FORWARD_CONTEXT - где искать номер переадресации, OUTBOUND_GROUP - "
        "группа вызываемых каналов.",
    .help_en =
        "Ring one or several, and join the first who answers\nDestinations: PJSIP/endpoint, "
        "PJSIP/number@trunk, PJSIP/endpoint/sip:uri, Local/number@context; several joined by "
        "& ring at once (at most 32), empty ones are skipped; SIP/ is the same as PJSIP/. "
        "timeout: seconds; a second figure behind ^ is how long to wait for the first "
        "ringing.\nOptions. A(file[:file]): an announcement to the called one [and to the "
        "caller] before the talk. a: answer the caller at once. b(place), B(place): a "
        "subroutine before ringing, on each called leg / on the caller. C: begin the call "
        "record anew. c: when the caller leaves, the called ones hear \"answered elsewhere\"."
        " D(digits[:digits[:digits]]): send to the called one, to the caller, into early "
        "media. d: a digit of the caller goes to that extension (EXITCONTEXT). e: run h for "
        "the called one. F(place): when the caller has left, the called one goes there; F: on"
        " in the routing. f(number): show this number. G(place): on answer the caller goes "
        "there, the called one to the next priority. g: the routing goes on after the talk. "
        "H, h: the caller, the called one ends the talk by * (setting feature_disconnect). X, x: the "
        "caller, the called one begins and ends a recording by the code feature_automixmon, pauses "
        "recordings by feature_recordpause. I: changes of the shown number "
        "are not passed on. i: the phone's forward is not followed. L(ms[:ms[:ms]]): limit of"
        " the talk, a warning so long before the end, and again each (LIMIT_PLAYAUDIO_CALLER,"
        " LIMIT_PLAYAUDIO_CALLEE, LIMIT_TIMEOUT_FILE, LIMIT_CONNECT_FILE, "
        "LIMIT_WARNING_FILE). M(macro^...): as U with context macro-... m(class): music "
        "instead of ringing. o(number): the called channel's own number. Q(cause): what the "
        "others hear when one has answered. R: ring at once, until early media. r(tone): ring"
        " at once. S(s): limit of the talk. s(tag), u(presentation): tag and presentation of "
        "the number. U(context^arg...): a subroutine on the called one before the talk; "
        "GOSUB_RESULT: ABORT, BUSY, CONGESTION, CONTINUE, GOTO:place. z: a forward lifts the "
        "timeout. E, j, O do nothing; K k N n P p T t W w come with their "
        "subject.\nVariables: DIALSTATUS (ANSWER, BUSY, NOANSWER, CANCEL, CONGESTION, "
        "CHANUNAVAIL, INVALIDARGS), DIALEDPEERNAME, DIALEDPEERNUMBER, ANSWEREDTIME, "
        "DIALEDTIME, RINGTIME, PROGRESSTIME (seconds; with _MS milliseconds). "
        "FORWARD_CONTEXT: where the number of a forward is looked for; OUTBOUND_GROUP: group "
        "of the called channels.",
    .shown = "tests/unit/plan/test_dial_options.c",
    .exec = dial_exec,
};
