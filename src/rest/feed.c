/* rest/feed.c - see feed.h */
#include "rest/feed.h"

#include <string.h>

#include "base/jout.h"

/* An event that is told: its members are these headers, where they have a value. */
struct told_event {
    const char *name;
    enum live_topic topic;
    const char *const *headers;
};

static const char *const channel_headers[] = {"Channel",
                                              "ChannelStateDesc",
                                              "CallerIDNum",
                                              "CallerIDName",
                                              "ConnectedLineNum",
                                              "ConnectedLineName",
                                              "Context",
                                              "Exten",
                                              "Uniqueid",
                                              "Linkedid",
                                              "Cause",
                                              "Cause-txt",
                                              NULL};
static const char *const dial_headers[] = {
    "Channel",     "Uniqueid",     "Linkedid",        "DestChannel", "DestUniqueid",
    "CallerIDNum", "CallerIDName", "DestCallerIDNum", "DialString",  "DialStatus",
    NULL};
static const char *const bridge_headers[] = {
    "Channel",      "Uniqueid",       "Linkedid",          "CallerIDNum",
    "CallerIDName", "BridgeUniqueid", "BridgeNumChannels", NULL};
static const char *const device_headers[] = {"Device",     "State",   "Peer",
                                             "PeerStatus", "Address", NULL};
static const char *const contact_headers[] = {"URI",          "ContactStatus", "AOR",
                                              "EndpointName", "RoundtripUsec", NULL};
static const char *const registry_headers[] = {"Username", "Domain", "Status", "Cause", NULL};
static const char *const no_headers[] = {NULL};

static const struct told_event table[] = {
    {"Newchannel", LIVE_CALL, channel_headers},
    {"Newstate", LIVE_CALL, channel_headers},
    {"NewConnectedLine", LIVE_CALL, channel_headers},
    {"Hold", LIVE_CALL, channel_headers},
    {"Unhold", LIVE_CALL, channel_headers},
    {"MixMonitorStart", LIVE_CALL, channel_headers},
    {"MixMonitorStop", LIVE_CALL, channel_headers},
    {"Hangup", LIVE_CALL, channel_headers},
    {"DialBegin", LIVE_CALL, dial_headers},
    {"DialEnd", LIVE_CALL, dial_headers},
    {"BridgeEnter", LIVE_CALL, bridge_headers},
    {"BridgeLeave", LIVE_CALL, bridge_headers},
    {"DeviceStateChange", LIVE_DEVICE, device_headers},
    {"PeerStatus", LIVE_DEVICE, device_headers},
    {"ContactStatus", LIVE_DEVICE, contact_headers},
    {"Registry", LIVE_DEVICE, registry_headers},
    {"Reload", LIVE_OBJECT, no_headers},
};

static const struct told_event *find(struct slice name)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (slice_eqz(name, table[i].name))
            return &table[i];
    return NULL;
}

/* "Cause-txt" is "cause_txt", "CallerIDNum" "calleridnum". */
static void put(struct jout *j, const char *header, struct slice value)
{
    char name[40];
    size_t n = 0;

    for (; header[n] && n < sizeof(name) - 1; n++)
        name[n] = header[n] == '-'
                      ? '_'
                      : (char)(header[n] | (header[n] >= 'A' && header[n] <= 'Z' ? 32 : 0));
    name[n] = '\0';
    jout_put_text(j, name, value);
}

static void put_members(struct jout *j, const struct told_event *t, const struct ami_message *m)
{
    jout_open(j, '{');
    jout_put_textz(j, "event", t->name);
    for (const char *const *h = t->headers; *h; h++)
        if (ami_message_get(m, *h).len)
            put(j, *h, ami_message_get(m, *h));
    jout_close(j, '}');
}

/* ---- whose ---- */

static const char *group_of_channel(const struct owners *o, struct slice channel)
{
    return owners_of(o, owners_endpoint(channel, true));
}

static const char *group_of_device(const struct owners *o, const struct ami_message *m)
{
    struct slice name = ami_message_get(m, "EndpointName");

    if (!name.len)
        name = owners_endpoint(ami_message_get(m, "Device"), false);
    if (!slice_is_set(name))
        name = owners_endpoint(ami_message_get(m, "Peer"), false);
    return slice_is_set(name) ? owners_of(o, name) : "";
}

void feed_event(struct live *live, struct owners *owners, const struct ami_message *m)
{
    const struct told_event *t = find(ami_message_get(m, "Event"));
    struct live_event e = {0};
    struct jout j;
    struct buf text;

    if (!t)
        return;
    e.topic = t->topic;
    e.is_common = t->headers == no_headers;
    if (t->topic == LIVE_CALL) {
        e.groups[0] = group_of_channel(owners, ami_message_get(m, "Channel"));
        e.groups[1] = group_of_channel(owners, ami_message_get(m, "DestChannel"));
    } else if (t->topic == LIVE_DEVICE) {
        e.groups[0] = group_of_device(owners, m);
    }
    buf_init(&text, LIVE_TEXT_MAX);
    jout_init(&j, &text);
    put_members(&j, t, m);
    if (!buf_err(&text))
        live_tell(live, &e, buf_slice(&text));
    buf_fini(&text);
}

void feed_object(struct live *live, const char *type, struct slice key, const char *action,
                 struct slice group)
{
    char uuid[40];
    struct live_event e = {.topic = LIVE_OBJECT, .groups = {uuid}};
    struct jout j;
    struct buf text;

    slice_copy(group, uuid, sizeof(uuid));
    buf_init(&text, LIVE_TEXT_MAX);
    jout_init(&j, &text);
    jout_open(&j, '{');
    jout_put_textz(&j, "event", "Object");
    jout_put_textz(&j, "type", type);
    jout_put_text(&j, "uuid", key);
    jout_put_textz(&j, "action", action);
    jout_close(&j, '}');
    if (!buf_err(&text))
        live_tell(live, &e, buf_slice(&text));
    buf_fini(&text);
}
