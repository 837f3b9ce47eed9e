/* manager/ev_calls.c - events of calls, from the facts of call/observe.h: channels and who dials whom; what
   they hear and the bridges are ev_media.c's, records ev_records.c's */
#include <string.h>

#include "call/channel.h"
#include "manager/all.h"
#include "manager/ev_calls.h"

#define SHOWN .shown = "tests/unit/manager/test_events.c"
enum {
    NEWCHANNEL,
    NEWSTATE,
    NEWEXTEN,
    NEWCALLERID,
    NEWCONNECTEDLINE,
    NEWACCOUNTCODE,
    VARSET,
    DIALBEGIN,
    DIALSTATE,
    DIALEND,
    HANGUPREQUEST,
    SOFTHANGUPREQUEST,
    HANGUP,
    HANDLER_PUSH,
    HANDLER_POP,
    HANDLER_RUN,
    RENAME,
    AGI_BEGIN,
    AGI_END,
};
#define ROW(at, title, mask, keys, ru, en)                                                         \
    [at] = {.name = (title), .classes = (mask), .headers = (keys), SHOWN, .help = {(ru), (en)}}

const struct manager_event manager_events_calls[] = {
    ROW(NEWCHANNEL, "Newchannel", CLASS_CALL, "@", "Появился канал.", "A channel was made."),
    ROW(NEWSTATE, "Newstate", CLASS_CALL, "@", "Состояние канала стало другим.",
        "A channel's state has changed."),
    ROW(NEWEXTEN, "Newexten", CLASS_DIALPLAN, "@ Extension Application AppData",
        "Канал на новом шаге маршрутизации или в новом приложении.",
        "A channel is at a new place in the routing, or in another application."),
    ROW(NEWCALLERID, "NewCallerid", CLASS_CALL, "@ CID-CallingPres",
        "Номер или имя звонящего стали другими.", "A channel's caller id has changed."),
    ROW(NEWCONNECTEDLINE, "NewConnectedLine", CLASS_CALL, "@", "Собеседник канала стал другим.",
        "Who a channel is connected with has changed."),
    ROW(NEWACCOUNTCODE, "NewAccountCode", CLASS_CALL, "@ OldAccountCode",
        "Код учёта канала стал другим.", "A channel's account code has changed."),
    ROW(VARSET, "VarSet", CLASS_DIALPLAN, "@ Variable Value",
        "Переменная канала получила значение; Channel: none - глобальная.",
        "A variable was set; Channel: none is a global one."),
    ROW(DIALBEGIN, "DialBegin", CLASS_CALL, "[@] @Dest DialString", "Один канал вызывает другой.",
        "A channel dials another one."),
    ROW(DIALSTATE, "DialState", CLASS_CALL, "[@] @Dest DialStatus",
        "Вызываемый звонит или готовит разговор.",
        "What the dialled one does: it rings, it makes progress."),
    ROW(DIALEND, "DialEnd", CLASS_CALL, "[@] @Dest DialStatus", "Вызов закончился.",
        "A dial has ended."),
    ROW(HANGUPREQUEST, "HangupRequest", CLASS_CALL, "@ Cause [TechCause]",
        "Другая сторона положила трубку.", "The far end asks for the end of a channel."),
    ROW(SOFTHANGUPREQUEST, "SoftHangupRequest", CLASS_CALL, "@ Cause [TechCause]",
        "Станция просит канал закончиться; Cause - чем: 16 концом маршрутизации, 32 по просьбе.",
        "The station asks for the end of a channel; Cause: 16 its routing is over, 32 somebody asked."),
    ROW(HANGUP, "Hangup", CLASS_CALL, "@ Cause Cause-txt [TechCause]", "Канал закончился.",
        "A channel is over."),
    ROW(HANDLER_PUSH, "HangupHandlerPush", CLASS_DIALPLAN, "@ Handler",
        "Добавлен обработчик отбоя.", "A hang-up handler was added."),
    ROW(HANDLER_POP, "HangupHandlerPop", CLASS_DIALPLAN, "@ Handler", "Обработчик отбоя убран.",
        "A hang-up handler was taken away."),
    ROW(HANDLER_RUN, "HangupHandlerRun", CLASS_DIALPLAN, "@ Handler",
        "Обработчик отбоя выполняется.", "A hang-up handler is about to run."),
    ROW(RENAME, "Rename", CLASS_CALL, "Channel Newname Uniqueid", "У канала новое имя.",
        "A channel has another name."),
    ROW(AGI_BEGIN, "AGIExecStart", CLASS_AGI, "@ CommandId Command", "Команда AGI начинается.",
        "A command of AGI begins."),
    ROW(AGI_END, "AGIExecEnd", CLASS_AGI, "@ CommandId Command ResultCode Result",
        "Команда AGI закончилась.", "A command of AGI has ended."),
    {0}};

static struct buf *begin(struct manager *m, int row)
{
    return manager_event_begin(m, &manager_events_calls[row]);
}

struct buf *event_of_channel(struct manager *m, const struct manager_event *e,
                             const struct channel *ch)
{
    struct buf *out = manager_event_begin(m, e);

    if (out)
        manager_put_channel(out, ch, "");
    return out;
}

static struct buf *of_channel(struct manager *m, int row, const struct channel *ch)
{
    return event_of_channel(m, &manager_events_calls[row], ch);
}

/* ---- a channel ---- */

/* A dialled leg is told before anybody gave it a number. */
static void on_new(struct manager *m, const struct channel *ch)
{
    struct buf *out = begin(m, NEWCHANNEL);

    if (!out)
        return;
    manager_put_newborn(out, ch);
    manager_event_end(m);
}

static void on_plain(struct manager *m, int row, const struct channel *ch)
{
    if (of_channel(m, row, ch))
        manager_event_end(m);
}

static void put_step(struct manager *m, const struct channel *ch, struct slice app,
                     struct slice data)
{
    struct buf *out = of_channel(m, NEWEXTEN, ch);

    if (!out)
        return;
    ami_putz(out, "Extension", ch->exten);
    ami_put(out, "Application", app);
    ami_put(out, "AppData", data);
    manager_event_end(m);
}

static const char *presentation_text(int presentation)
{
    static const char *const texts[] = {
        "Presentation Allowed, Not Screened",     "Presentation Allowed, Passed Screen",
        "Presentation Allowed, Failed Screen",    "Presentation Allowed, Network Number",
        "Presentation Prohibited, Not Screened",  "Presentation Prohibited, Passed Screen",
        "Presentation Prohibited, Failed Screen", "Presentation Prohibited, Network Number"};

    switch (presentation & PRES_RESTRICTION) {
    case PRES_ALLOWED: return texts[presentation & 3];
    case PRES_PROHIBITED: return texts[4 + (presentation & 3)];
    default: return "Number Unavailable";
    }
}

static void on_party(struct manager *m, const struct channel *ch)
{
    const int presentation = party_presentation(&ch->caller);
    struct buf *out = of_channel(m, NEWCALLERID, ch);

    if (!out)
        return;
    ami_putf(out, "CID-CallingPres", "%d (%s)", presentation, presentation_text(presentation));
    manager_event_end(m);
}

static void on_account(struct manager *m, const struct call_fact *f)
{
    struct buf *out = of_channel(m, NEWACCOUNTCODE, f->channel);

    if (!out)
        return;
    ami_put(out, "OldAccountCode", f->value);
    manager_event_end(m);
}

/* Asterisk's ast_escape_c: what would end a line, quotes, backslashes, question marks. */
static void put_escaped(struct buf *out, const char *name, struct slice value)
{
    static const char plain[] = "\a\b\f\n\r\t\v\\'\"?", word[] = "abfnrtv\\'\"?";

    buf_printf(out, "%s: ", name);
    while (value.len) {
        const char *at = NULL;
        size_t n = 0;

        while (n < value.len && (!value.p[n] || !(at = strchr(plain, value.p[n]))))
            n++;
        ami_put_value(out, slice_from(value.p, n));
        if (n == value.len)
            break;
        buf_addc(out, '\\');
        buf_addc(out, word[at - plain]);
        value = slice_skip(value, n + 1);
    }
    buf_addz(out, "\r\n");
}

/* What the station keeps for itself begins with ~. */
static void on_variable(struct manager *m, const struct call_fact *f)
{
    struct buf *out = f->name.len && f->name.p[0] == '~' ? NULL : begin(m, VARSET);

    if (!out)
        return;
    if (f->channel && !f->channel->app && !f->channel->plan) { /* Dial names it later */
        manager_put_newborn(out, f->channel);
    } else if (f->channel) {
        manager_put_channel(out, f->channel, "");
    } else {
        ami_putz(out, "Channel", "none");
        ami_putz(out, "Uniqueid", "none");
    }
    ami_put(out, "Variable", f->name);
    put_escaped(out, "Value", f->value);
    manager_event_end(m);
}

/* ---- dialling ---- */

static void on_dial(struct manager *m, int row, const struct call_fact *f, const char *what)
{
    struct buf *out;

    /* an originated call that nobody answers in time ends without a word, as in Asterisk */
    if (row == DIALEND && !f->channel && !f->other->is_hungup && slice_eqz(f->value, "NOANSWER"))
        return;
    out = begin(m, row);
    if (!out)
        return;
    if (f->channel)
        manager_put_channel(out, f->channel, "");
    manager_put_channel(out, f->other, "Dest");
    ami_put(out, what, f->value);
    manager_event_end(m);
}

/* ---- the end ---- */

/* The last answer of a failed leg, or the one that refused it. */
static void put_tech_cause(struct buf *out, const struct channel *ch)
{
    if (ch->tech_cause >= 300 && (ch->is_outgoing || !ch->is_gone))
        ami_putu(out, "TechCause", (uint64_t)ch->tech_cause);
}

static void put_request(struct manager *m, int row, const struct channel *ch, int cause)
{
    struct buf *out = of_channel(m, row, ch);

    if (!out)
        return;
    ami_putu(out, "Cause", (uint64_t)cause);
    put_tech_cause(out, ch);
    manager_event_end(m);
}

/* Asterisk's flags of a soft hang-up, not causes. */
enum { SOFT_ROUTING_OVER = 16, SOFT_ASKED = 32 };

static void on_asked(struct manager *m, const struct call_fact *f)
{
    if (slice_eqz(f->value, "far end"))
        put_request(m, HANGUPREQUEST, f->channel, f->channel->cause);
    else if (slice_eqz(f->value, "console"))
        put_request(m, SOFTHANGUPREQUEST, f->channel, SOFT_ASKED);
}

static void on_hangup(struct manager *m, const struct channel *ch)
{
    const int cause = ch->is_cause_ours ? CAUSE_NONE : ch->cause;
    struct buf *out = of_channel(m, HANGUP, ch);

    if (!out)
        return;
    ami_putu(out, "Cause", (uint64_t)cause);
    ami_putz(out, "Cause-txt", cause_text(cause));
    put_tech_cause(out, ch);
    manager_event_end(m);
}

static void on_handler(struct manager *m, const struct call_fact *f)
{
    const int row = slice_eqz(f->name, "Push")  ? HANDLER_PUSH
                    : slice_eqz(f->name, "Pop") ? HANDLER_POP
                                                : HANDLER_RUN;
    struct buf *out = of_channel(m, row, f->channel);

    if (!out)
        return;
    ami_put(out, "Handler", f->value);
    manager_event_end(m);
}

/* ---- the rest ---- */

static void on_renamed(struct manager *m, const struct call_fact *f)
{
    struct buf *out = begin(m, RENAME);

    if (!out)
        return;
    ami_put(out, "Channel", f->name);
    ami_putz(out, "Newname", f->channel->name);
    ami_putz(out, "Uniqueid", f->channel->uniqueid);
    manager_event_end(m);
}

static const char *agi_result(unsigned code)
{
    switch (code) {
    case 510: return "Invalid or unknown command";
    case 511: return "Command not permitted on a dead channel or intercept routine";
    case 520: return "Usage";
    default: return "Success";
    }
}

static void on_agi(struct manager *m, int row, const struct call_fact *f)
{
    struct buf *out = of_channel(m, row, f->channel);

    if (!out)
        return;
    ami_putu(out, "CommandId", (uint64_t)f->number);
    ami_put(out, "Command", f->value);
    if (row == AGI_END) {
        ami_putu(out, "ResultCode", f->ms);
        ami_putz(out, "Result", agi_result(f->ms));
    }
    manager_event_end(m);
}

/* ---- facts ---- */

static void saw(const struct call_fact *f, void *arg)
{
    struct manager *m = arg;

    ev_cel_saw(m, f);
    if (!m->wanted || m->is_down)
        return;
    switch (f->type) {
    case CALL_SHOWN: on_new(m, f->channel); break;
    case CALL_STATE: on_plain(m, NEWSTATE, f->channel); break;
    case CALL_STEP: put_step(m, f->channel, f->name, f->value); break;
    case CALL_APP:
        put_step(m, f->channel, slice_of(f->channel->app), slice_of(f->channel->appdata));
        break;
    case CALL_PARTY: on_party(m, f->channel); break;
    case CALL_CONNECTED: on_plain(m, NEWCONNECTEDLINE, f->channel); break;
    case CALL_ACCOUNT: on_account(m, f); break;
    case CALL_VARIABLE: on_variable(m, f); break;
    case CALL_DIAL_BEGIN: on_dial(m, DIALBEGIN, f, "DialString"); break;
    case CALL_DIAL_STATE: on_dial(m, DIALSTATE, f, "DialStatus"); break;
    case CALL_DIAL_END: on_dial(m, DIALEND, f, "DialStatus"); break;
    case CALL_HANGUP_ASKED: on_asked(m, f); break;
    case CALL_RUN_END: put_request(m, SOFTHANGUPREQUEST, f->channel, SOFT_ROUTING_OVER); break;
    case CALL_HANGUP: on_hangup(m, f->channel); break;
    case CALL_HANDLER: on_handler(m, f); break;
    case CALL_RENAMED: on_renamed(m, f); break;
    case CALL_AGI_BEGIN: on_agi(m, AGI_BEGIN, f); break;
    case CALL_AGI_END: on_agi(m, AGI_END, f); break;
    case CALL_ASYNC_BEGIN:
    case CALL_ASYNC_REPLY:
    case CALL_ASYNC_END: ev_agi_saw(m, f); break;
    default: ev_media_saw(m, f); break;
    }
    ev_records_saw(m, f);
}

int ev_calls_start(struct manager *m)
{
    hash_init(&m->cel_calls);
    m->observer.h = saw;
    m->observer.arg = m;
    calls_observe(m->args.calls, &m->observer);
    return 0;
}

void ev_calls_stop(struct manager *m)
{
    call_observer_remove(&m->observer);
    ev_cel_fini(m);
}
