/* manager/put.c - channels and bridges as headers; see event.h */
#include <stdio.h>
#include <string.h>

#include "call/bridge.h"
#include "call/channel.h"
#include "manager/event.h"

struct slice manager_or_unknown(struct slice s)
{
    return s.len ? s : SLICE("<unknown>");
}

static void put(struct buf *b, const char *prefix, const char *name, struct slice value)
{
    buf_addz(b, prefix);
    ami_put(b, name, value);
}

static struct slice text_of(const char *z)
{
    return z ? slice_of(z) : SLICE("");
}

void manager_put_channel(struct buf *b, const struct channel *ch, const char *prefix)
{
    buf_addz(b, prefix);
    ami_putz(b, "Channel", ch->name);
    buf_addz(b, prefix);
    ami_putu(b, "ChannelState", ch->state);
    put(b, prefix, "ChannelStateDesc", slice_of(channel_state_name(ch->state)));
    put(b, prefix, "CallerIDNum", manager_or_unknown(text_of(ch->caller.number)));
    put(b, prefix, "CallerIDName", manager_or_unknown(text_of(ch->caller.name)));
    put(b, prefix, "ConnectedLineNum", manager_or_unknown(text_of(ch->connected.number)));
    put(b, prefix, "ConnectedLineName", manager_or_unknown(text_of(ch->connected.name)));
    put(b, prefix, "Language", text_of(ch->language));
    put(b, prefix, "AccountCode", text_of(ch->accountcode));
    put(b, prefix, "Context", text_of(ch->context));
    put(b, prefix, "Exten", text_of(ch->exten));
    buf_addz(b, prefix);
    ami_putu(b, "Priority", (uint64_t)(ch->priority > 0 ? ch->priority : 0));
    put(b, prefix, "Uniqueid", slice_of(ch->uniqueid));
    put(b, prefix, "Linkedid", slice_of(ch->linkedid));
}

static uint32_t members_of(const struct bridge *br)
{
    uint32_t n = 0;

    LIST_FOREACH(&br->members, k) n++;
    return n;
}

void manager_put_bridge(struct buf *b, const struct bridge *br, const char *prefix)
{
    put(b, prefix, "BridgeUniqueid", slice_of(br->id));
    put(b, prefix, "BridgeType", SLICE("basic"));
    put(b, prefix, "BridgeTechnology", SLICE("simple_bridge"));
    put(b, prefix, "BridgeCreator", SLICE("<unknown>"));
    put(b, prefix, "BridgeName", SLICE("<unknown>"));
    buf_addz(b, prefix);
    ami_putu(b, "BridgeNumChannels", members_of(br));
    put(b, prefix, "BridgeVideoSourceMode", SLICE("none"));
}
