/* manager/ev_media.c - events of bridges, Local pairs, hold, music, digits, UserEvent of the routing */
#include "call/bridge.h"
#include "call/local.h"
#include "call/recording.h"
#include "manager/all.h"
#include "manager/ev_calls.h"

#define SHOWN .shown = "tests/unit/manager/test_events.c"
enum {
    BRIDGE_CREATE,
    BRIDGE_ENTER,
    BRIDGE_LEAVE,
    BRIDGE_DESTROY,
    LOCAL_BRIDGE,
    OPTIMIZATION_BEGIN,
    OPTIMIZATION_END,
    HOLD,
    UNHOLD,
    MUSIC_START,
    MUSIC_STOP,
    DTMF_BEGIN,
    DTMF_END,
    RECORDING_START,
    RECORDING_STOP,
    RECORDING_MUTE,
};
#define ROW_SHOWN(at, title, mask, keys, ru, en, test)                                             \
    [at] = {.name = (title), .classes = (mask), .headers = (keys), test, .help = {(ru), (en)}}
#define ROW(at, title, mask, keys, ru, en) ROW_SHOWN(at, title, mask, keys, ru, en, SHOWN)
#define RECORDED(at, title, keys, ru, en)                                                          \
    ROW_SHOWN(at, title, CLASS_CALL, keys, ru, en, .shown = "tests/scene/mixmonitor-manager.scene")

const struct manager_event manager_events_media[] = {
    ROW(BRIDGE_CREATE, "BridgeCreate", CLASS_CALL, "#", "Создан мост.", "A bridge was made."),
    ROW(BRIDGE_ENTER, "BridgeEnter", CLASS_CALL, "# @", "Канал вошёл в мост.",
        "A channel has entered a bridge."),
    ROW(BRIDGE_LEAVE, "BridgeLeave", CLASS_CALL, "# @", "Канал вышел из моста.",
        "A channel has left a bridge."),
    ROW(BRIDGE_DESTROY, "BridgeDestroy", CLASS_CALL, "#", "Моста больше нет.", "A bridge is gone."),
    ROW(LOCAL_BRIDGE, "LocalBridge", CLASS_CALL,
        "@LocalOne @LocalTwo Context Exten LocalOptimization",
        "Две половины канала Local соединены.", "The two halves of a Local channel were joined."),
    ROW(OPTIMIZATION_BEGIN, "LocalOptimizationBegin", CLASS_CALL,
        "@LocalOne @LocalTwo [@Source] DestUniqueId Id",
        "Половины канала Local уходят из разговора.",
        "The halves of a Local channel leave the call."),
    ROW(OPTIMIZATION_END, "LocalOptimizationEnd", CLASS_CALL, "@LocalOne @LocalTwo Success Id",
        "Половины канала Local ушли из разговора.",
        "The halves of a Local channel have left the call."),
    ROW(HOLD, "Hold", CLASS_CALL, "@ MusicClass", "Телефон поставил нас на удержание.",
        "The far end has put us on hold."),
    ROW(UNHOLD, "Unhold", CLASS_CALL, "@", "Удержание кончилось.",
        "The far end is back from hold."),
    ROW(MUSIC_START, "MusicOnHoldStart", CLASS_CALL, "@ Class", "Канал слышит музыку.",
        "Music on hold has begun on a channel."),
    ROW(MUSIC_STOP, "MusicOnHoldStop", CLASS_CALL, "@", "Музыка на канале кончилась.",
        "Music on hold has ended on a channel."),
    ROW(DTMF_BEGIN, "DTMFBegin", CLASS_DTMF, "@ Digit Direction", "Начало цифры.",
        "A digit has begun."),
    ROW(DTMF_END, "DTMFEnd", CLASS_DTMF, "@ Digit DurationMs Direction", "Конец цифры.",
        "A digit has ended."),
    RECORDED(RECORDING_START, "MixMonitorStart", "@", "Началась запись канала.",
             "A channel is recorded."),
    RECORDED(RECORDING_STOP, "MixMonitorStop", "@",
             "Запись канала кончилась раньше него: её остановили или её больше нельзя писать.",
             "A recording has ended before its channel: it was stopped, or cannot be written."),
    RECORDED(RECORDING_MUTE, "MixMonitorMute", "@ Direction State",
             "Часть записи молчит или снова слышна.",
             "A part of a recording is silent, or heard again."),
    {0}};

static struct buf *of_channel(struct manager *m, int row, const struct channel *ch)
{
    return event_of_channel(m, &manager_events_media[row], ch);
}

static void on_bridge(struct manager *m, int row, const struct call_fact *f)
{
    struct buf *out = manager_event_begin(m, &manager_events_media[row]);

    if (!out)
        return;
    if (row == BRIDGE_LEAVE)
        manager_put_bridge_left(out, f->bridge);
    else
        manager_put_bridge(out, f->bridge, "");
    if (f->channel)
        manager_put_channel(out, f->channel, "");
    manager_event_end(m);
}

static void on_local(struct manager *m, const struct call_fact *f)
{
    struct buf *out = manager_event_begin(m, &manager_events_media[LOCAL_BRIDGE]);

    if (!out)
        return;
    manager_put_channel(out, f->channel, "LocalOne");
    manager_put_channel(out, f->other, "LocalTwo");
    ami_putz(out, "Context", f->other->context);
    ami_putz(out, "Exten", f->other->exten);
    ami_putz(out, "LocalOptimization", f->number ? "No" : "Yes");
    manager_event_end(m);
}

static void put_halves(struct buf *out, const struct call_fact *f)
{
    const bool is_first = local_is_first(f->channel);

    manager_put_channel(out, is_first ? f->channel : f->other, "LocalOne");
    manager_put_channel(out, is_first ? f->other : f->channel, "LocalTwo");
}

static void put_optimization_begin(struct manager *m, const struct call_fact *f)
{
    const struct channel *source = bridge_peer(f->channel);
    struct buf *out = manager_event_begin(m, &manager_events_media[OPTIMIZATION_BEGIN]);

    if (!out)
        return;
    put_halves(out, f);
    if (source)
        manager_put_channel(out, source, "Source");
    ami_putz(out, "DestUniqueId", f->other->uniqueid);
    ami_putu(out, "Id", m->optimizations);
    manager_event_end(m);
}

static void put_optimization_end(struct manager *m, const struct call_fact *f)
{
    struct buf *out = manager_event_begin(m, &manager_events_media[OPTIMIZATION_END]);

    if (!out)
        return;
    put_halves(out, f);
    ami_putz(out, "Success", "Yes");
    ami_putu(out, "Id", m->optimizations);
    manager_event_end(m);
}

/* At once: what leaves leaves within one round of the loop. Who listened to the beginning may be cut off
   by it. */
static void on_optimize(struct manager *m, const struct call_fact *f)
{
    put_optimization_begin(m, f);
    put_optimization_end(m, f);
    m->optimizations++;
}

static void on_hold(struct manager *m, int row, const struct channel *ch)
{
    struct buf *out = of_channel(m, row, ch);

    if (!out)
        return;
    if (row == HOLD)
        ami_putz(out, "MusicClass", ch->musicclass ? ch->musicclass : "default");
    manager_event_end(m);
}

static void on_music(struct manager *m, int row, const struct call_fact *f)
{
    struct buf *out = of_channel(m, row, f->channel);

    if (!out)
        return;
    if (row == MUSIC_START)
        ami_put(out, "Class", f->value);
    manager_event_end(m);
}

static void put_digit(struct manager *m, int row, const struct call_fact *f)
{
    const char digit = (char)f->number;
    struct buf *out = of_channel(m, row, f->channel);

    if (!out)
        return;
    ami_put(out, "Digit", slice_from(&digit, 1));
    if (row == DTMF_END)
        ami_putu(out, "DurationMs", f->ms);
    ami_put(out, "Direction", f->value);
    manager_event_end(m);
}

/* One that came by INFO had no beginning. */
static void on_digit(struct manager *m, const struct call_fact *f)
{
    if (!slice_is_set(f->name))
        put_digit(m, DTMF_BEGIN, f);
    put_digit(m, DTMF_END, f);
}

static void on_recording(struct manager *m, int row, const struct call_fact *f)
{
    struct buf *out = f->channel ? of_channel(m, row, f->channel) : NULL;

    if (!out)
        return;
    if (row == RECORDING_MUTE) {
        ami_put(out, "Direction", f->value);
        ami_putu(out, "State", (unsigned)f->number);
    }
    manager_event_end(m);
}

/* One that its channel did not end, and nobody stopped. */
static void on_recording_end(struct manager *m, const struct call_fact *f)
{
    if (f->recording->err)
        on_recording(m, RECORDING_STOP, f);
}

/* "Name: value" of the routing's own choice. */
static void put_line(struct buf *out, struct slice line)
{
    struct slice value, name = slice_trim(slice_cut(line, ':', &value));

    if (name.len && slice_is_set(value))
        ami_put_named(out, name, slice_trim(value));
}

static void on_user(struct manager *m, const struct call_fact *f)
{
    struct slice rest = f->value;
    struct buf *out = f->channel ? event_of_channel(m, manager_events_user, f->channel)
                                 : manager_event_begin(m, manager_events_user);

    if (!out)
        return;
    ami_put(out, "UserEvent", f->name);
    while (slice_is_set(rest) && rest.len)
        put_line(out, slice_cut(rest, '\n', &rest));
    manager_event_end(m);
}

void ev_media_saw(struct manager *m, const struct call_fact *f)
{
    switch (f->type) {
    case CALL_BRIDGE_NEW: on_bridge(m, BRIDGE_CREATE, f); break;
    case CALL_BRIDGE_ENTER: on_bridge(m, BRIDGE_ENTER, f); break;
    case CALL_BRIDGE_LEAVE: on_bridge(m, BRIDGE_LEAVE, f); break;
    case CALL_BRIDGE_END: on_bridge(m, BRIDGE_DESTROY, f); break;
    case CALL_LOCAL: on_local(m, f); break;
    case CALL_LOCAL_OPTIMIZE: on_optimize(m, f); break;
    case CALL_HOLD: on_hold(m, HOLD, f->channel); break;
    case CALL_UNHOLD: on_hold(m, UNHOLD, f->channel); break;
    case CALL_MOH_START: on_music(m, MUSIC_START, f); break;
    case CALL_MOH_STOP: on_music(m, MUSIC_STOP, f); break;
    case CALL_DTMF: on_digit(m, f); break;
    case CALL_USER_EVENT: on_user(m, f); break;
    case CALL_RECORDING_BEGIN: on_recording(m, RECORDING_START, f); break;
    case CALL_RECORDING_STOP: on_recording(m, RECORDING_STOP, f); break;
    case CALL_RECORDING_MUTE: on_recording(m, RECORDING_MUTE, f); break;
    case CALL_RECORDING_END: on_recording_end(m, f); break;
    default: break;
    }
}
