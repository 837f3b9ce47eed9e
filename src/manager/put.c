/* manager/put.c - channels, bridges and extensions as headers; see event.h */
#include "call/bridge.h"
#include "call/channel.h"
#include "manager/event.h"
#include "plan/hint.h"

struct slice manager_or_unknown(struct slice s)
{
    return s.len ? s : SLICE("<unknown>");
}

static void put(struct buf *b, const char *prefix, const char *name, struct slice value)
{
    buf_addz(b, prefix);
    ami_put(b, name, value);
}

/* What stands in the headers; the same for a channel that nobody knows yet, and for none. */
struct looks {
    struct slice name, number, caller, connected_number, connected, language, account, context,
        exten, uniqueid, linkedid;
    const char *state_name;
    unsigned state, priority;
};

static void put_looks(struct buf *b, const struct looks *l, const char *prefix)
{
    put(b, prefix, "Channel", l->name);
    buf_addz(b, prefix);
    ami_putu(b, "ChannelState", l->state);
    put(b, prefix, "ChannelStateDesc", slice_of(l->state_name));
    put(b, prefix, "CallerIDNum", manager_or_unknown(l->number));
    put(b, prefix, "CallerIDName", manager_or_unknown(l->caller));
    put(b, prefix, "ConnectedLineNum", manager_or_unknown(l->connected_number));
    put(b, prefix, "ConnectedLineName", manager_or_unknown(l->connected));
    put(b, prefix, "Language", l->language);
    put(b, prefix, "AccountCode", l->account);
    put(b, prefix, "Context", l->context);
    put(b, prefix, "Exten", l->exten);
    buf_addz(b, prefix);
    ami_putu(b, "Priority", l->priority);
    put(b, prefix, "Uniqueid", l->uniqueid);
    put(b, prefix, "Linkedid", l->linkedid);
}

/* Without who it is and whom it talks to. */
static struct looks looks_of(const struct channel *ch)
{
    return (struct looks){
        .name = slice_of(ch->name),
        .state = (unsigned)ch->state,
        .state_name = channel_state_name(ch->state),
        .language = slice_of(ch->language),
        .account = slice_of(ch->accountcode),
        .context = slice_of(ch->context),
        .exten = slice_of(ch->exten),
        .priority = ch->priority > 0 ? (unsigned)ch->priority : 0,
        .uniqueid = slice_of(ch->uniqueid),
        .linkedid = slice_of(ch->linkedid),
    };
}

void manager_put_channel(struct buf *b, const struct channel *ch, const char *prefix)
{
    struct looks l = looks_of(ch);

    l.number = slice_of(ch->caller.number);
    l.caller = slice_of(ch->caller.name);
    l.connected_number = slice_of(ch->connected.number);
    l.connected = slice_of(ch->connected.name);
    put_looks(b, &l, prefix);
}

void manager_put_newborn(struct buf *b, const struct channel *ch)
{
    struct looks l = looks_of(ch);

    if (ch->is_outgoing) {
        put_looks(b, &l, "");
        return;
    }
    manager_put_channel(b, ch, "");
}

static uint32_t members_of(const struct bridge *br)
{
    uint32_t n = 0;

    LIST_FOREACH(&br->members, k) n++;
    return n;
}

static void put_bridge(struct buf *b, const struct bridge *br, const char *prefix, uint32_t leaving)
{
    put(b, prefix, "BridgeUniqueid", slice_of(br->id));
    put(b, prefix, "BridgeType", SLICE("basic"));
    put(b, prefix, "BridgeTechnology", br->is_relay ? SLICE("native_rtp") : SLICE("simple_bridge"));
    put(b, prefix, "BridgeCreator", SLICE("<unknown>"));
    put(b, prefix, "BridgeName", SLICE("<unknown>"));
    buf_addz(b, prefix);
    ami_putu(b, "BridgeNumChannels", members_of(br) - leaving);
    put(b, prefix, "BridgeVideoSourceMode", SLICE("none"));
}

void manager_put_bridge(struct buf *b, const struct bridge *br, const char *prefix)
{
    put_bridge(b, br, prefix, 0);
}

void manager_put_bridge_left(struct buf *b, const struct bridge *br)
{
    put_bridge(b, br, "", 1);
}

void manager_put_extension(struct buf *b, const struct plan_core *p, struct slice exten,
                           struct slice context, int state)
{
    struct plan_hint hint;

    ami_put(b, "Exten", exten);
    ami_put(b, "Context", context);
    if (plan_hint_get(p, context, exten, &hint)) {
        ami_putz(b, "Hint", "");
    } else {
        ami_putf(b, "Hint", "%s%s%s", buf_z(&hint.devices), hint.presence.len ? "," : "",
                 buf_z(&hint.presence));
        plan_hint_fini(&hint);
    }
    ami_putf(b, "Status", "%d", state);
    ami_putz(b, "StatusText", plan_exten_state_text(state));
}
