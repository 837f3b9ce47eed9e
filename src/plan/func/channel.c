/* channel.c - CHANNEL() */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "call/bridge.h"
#include "call/cdr.h"
#include "plan/args.h"
#include "plan/func.h"

/* Texts of the channel that can be read, and those that can be set. */
static const struct {
    const char *name;
    size_t offset;
    bool can_set;
} texts[] = {
    {"name", offsetof(struct channel, name), false},
    {"language", offsetof(struct channel, language), true},
    {"musicclass", offsetof(struct channel, musicclass), true},
    {"accountcode", offsetof(struct channel, accountcode), true},
    {"peeraccount", offsetof(struct channel, peeraccount), true},
    {"userfield", offsetof(struct channel, userfield), true},
    {"parkinglot", offsetof(struct channel, parkinglot), true},
    {"context", offsetof(struct channel, context), false},
    {"exten", offsetof(struct channel, exten), false},
    {"dialed_number", offsetof(struct channel, dnid), false},
};

static char **text_of(struct channel *ch, struct slice item, bool *can_set)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (slice_caseeqz(item, texts[i].name)) {
            *can_set = texts[i].can_set;
            return (char **)(void *)((char *)ch + texts[i].offset);
        }
    return NULL;
}

/* What is not a text of the struct. @return 0, ENOENT: not this one either */
static int read_computed(struct channel *ch, struct slice item, struct buf *out)
{
    struct channel *peer;

    if (slice_caseeqz(item, "state"))
        return buf_addz(out, channel_state_name(ch->state));
    if (slice_caseeqz(item, "uniqueid"))
        return buf_addz(out, ch->uniqueid);
    if (slice_caseeqz(item, "linkedid"))
        return buf_addz(out, ch->linkedid);
    if (slice_caseeqz(item, "channeltype"))
        return buf_addz(out, ch->tech->name);
    if (slice_caseeqz(item, "priority"))
        return buf_printf(out, "%d", ch->priority);
    if (slice_caseeqz(item, "hangupsource"))
        return buf_addz(out, ch->is_gone ? ch->name : "");
    if (slice_caseeqz(item, "callgroup"))
        return buf_printf(out, "%" PRIu64, ch->callgroup);
    if (slice_caseeqz(item, "pickupgroup"))
        return buf_printf(out, "%" PRIu64, ch->pickupgroup);
    if (slice_caseeqz(item, "amaflags"))
        return buf_printf(out, "%d", ch->amaflags ? ch->amaflags : 3);
    if (slice_caseeqz(item, "appname"))
        return buf_addz(out, ch->app ? ch->app : "");
    if (slice_caseeqz(item, "appdata"))
        return buf_addz(out, ch->appdata ? ch->appdata : "");
    if (!slice_caseeqz(item, "peer"))
        return ENOENT;
    peer = bridge_peer(ch);
    return buf_addz(out, peer ? peer->name : "");
}

static int channel_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct channel *ch = env->channel;
    struct slice item = slice_of(args);
    bool can_set;
    char **text;
    int err;

    if (!ch)
        return ENOENT;
    text = text_of(ch, item, &can_set);
    if (text)
        return buf_addz(out, *text ? *text : "");
    err = read_computed(ch, item, out);
    if (err == ENOENT && ch->tech->get)
        err = ch->tech->get(ch, item, out);
    if (err == ENOENT)
        log_warning("CHANNEL() has no such item call=%s asked=\"%s\"", ch->linkedid, args);
    return err;
}

static int channel_write(const struct plan_env *env, char *args, struct slice value)
{
    struct channel *ch = env->channel;
    bool can_set = false;
    char **text;
    int err;

    if (!ch)
        return ENOENT;
    text = text_of(ch, slice_of(args), &can_set);
    if (!text || !can_set) {
        log_warning("CHANNEL() item cannot be set call=%s item=\"%s\"", ch->linkedid, args);
        return text ? EACCES : ENOENT;
    }
    err = channel_set(text, value);
    if (!err)
        cdr_update(ch);
    return err;
}

const struct plan_func plan_func_channel = {
    .name = "CHANNEL",
    .syntax = "CHANNEL(item)",
    .help_ru = "Свойства канала.\nЧитаются: name, state, uniqueid, linkedid, language, musicclass, "
               "accountcode, peeraccount, userfield, context, exten, priority, channeltype, peer, "
               "appname, appdata, amaflags и свойства технологии (pjsip, rtp). Меняются: language, "
               "musicclass, accountcode, peeraccount, userfield, parkinglot.",
    .help_en =
        "Properties of the channel.\nRead: name, state, uniqueid, linkedid, language, "
        "musicclass, accountcode, peeraccount, userfield, context, exten, priority, "
        "channeltype, peer, appname, appdata, amaflags and the technology's (pjsip, rtp). Set: "
        "language, musicclass, accountcode, peeraccount, userfield, parkinglot.",
    .read = channel_read,
    .write = channel_write,
};
