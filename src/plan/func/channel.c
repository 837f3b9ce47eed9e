/* func/channel.c - CHANNEL: what is known of a leg */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "plan/func/all.h"

#define FIELD(member) offsetof(struct channel, member)

/* Items that are a text of the channel. */
static const struct {
    const char *name;
    size_t offset;
    bool is_writable;
} texts[] = {
    {"name", FIELD(name), false},
    {"language", FIELD(language), true},
    {"musicclass", FIELD(musicclass), true},
    {"accountcode", FIELD(accountcode), true},
    {"peeraccount", FIELD(peeraccount), true},
    {"userfield", FIELD(userfield), true},
    {"parkinglot", FIELD(parkinglot), true},
    {"tonezone", FIELD(tonezone), true},
    {"context", FIELD(context), false},
    {"exten", FIELD(exten), false},
};

static char **text_of(struct channel *ch, const char *item, bool for_writing)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcasecmp(item, texts[i].name) == 0 && (texts[i].is_writable || !for_writing))
            return (char **)(void *)((char *)ch + texts[i].offset);
    return NULL;
}

static int print_groups(struct buf *out, uint64_t groups)
{
    bool has_one = false;

    for (int i = 0; i < 64; i++) {
        if (!(groups >> i & 1))
            continue;
        buf_printf(out, "%s%d", has_one ? ", " : "", i);
        has_one = true;
    }
    return buf_err(out);
}

/* Items that are computed. @return ENOENT: not one of these */
static int read_other(const struct channel *ch, const char *item, struct buf *out)
{
    if (strcasecmp(item, "state") == 0)
        return buf_addz(out, channel_state_name(ch->state));
    if (strcasecmp(item, "uniqueid") == 0)
        return buf_addz(out, ch->uniqueid);
    if (strcasecmp(item, "linkedid") == 0)
        return buf_addz(out, ch->linkedid);
    if (strcasecmp(item, "channeltype") == 0)
        return buf_addz(out, ch->tech->name);
    if (strcasecmp(item, "amaflags") == 0)
        return buf_printf(out, "%d", ch->amaflags ? ch->amaflags : 3);
    if (strcasecmp(item, "callgroup") == 0)
        return print_groups(out, ch->callgroup);
    if (strcasecmp(item, "pickupgroup") == 0)
        return print_groups(out, ch->pickupgroup);
    if (strcasecmp(item, "hangupsource") == 0 || strcasecmp(item, "transfercapability") == 0)
        return 0;
    return ENOENT;
}

static int channel_read(const struct plan_env *env, char *args, struct buf *out)
{
    struct channel *ch = env->channel;
    char **text;
    int err;

    if (!ch)
        return 0;
    text = text_of(ch, args, false);
    if (text)
        return *text ? buf_addz(out, *text) : 0;
    err = read_other(ch, args, out);
    if (err == ENOENT && ch->tech->get)
        err = ch->tech->get(ch, slice_of(args), out);
    if (err != ENOENT)
        return err;
    plan_func_warn(env, "CHANNEL has no such item", args);
    return 0;
}

static int parse_amaflags(struct slice value)
{
    static const char *const names[] = {"default", "omit", "billing", "documentation"};
    int64_t n;

    for (int i = 0; i < 4; i++)
        if (slice_caseeqz(value, names[i]))
            return i;
    return slice_i64(value, &n) == 0 && n >= 0 && n <= 3 ? (int)n : -1;
}

static int channel_write(const struct plan_env *env, char *args, struct slice value)
{
    struct channel *ch = env->channel;
    char **text;

    if (!ch)
        return ENOENT;
    text = text_of(ch, args, true);
    if (text)
        return channel_set(text, value);
    if (strcasecmp(args, "amaflags") == 0 && parse_amaflags(value) >= 0) {
        ch->amaflags = parse_amaflags(value);
        return 0;
    }
    plan_func_warn(env, "CHANNEL item cannot be set", args);
    return EINVAL;
}

const struct plan_func plan_func_channel = {
    .name = "CHANNEL",
    .syntax = "CHANNEL(item)",
    .help_ru =
        "Сведения о канале\nname, state, uniqueid, linkedid, language, musicclass, accountcode, peeraccount, "
        "userfield, parkinglot, context, exten, channeltype, amaflags, callgroup, pickupgroup и то, что "
        "знает драйвер (pjsip, rtp ...). Записываются language, musicclass, accountcode, peeraccount, "
        "userfield, parkinglot, tonezone, amaflags.",
    .help_en =
        "What is known of the channel\nname, state, uniqueid, linkedid, language, musicclass, accountcode, "
        "peeraccount, userfield, parkinglot, context, exten, channeltype, amaflags, callgroup, "
        "pickupgroup, and what the driver knows (pjsip, rtp ...). Write: language, musicclass, "
        "accountcode, peeraccount, userfield, parkinglot, tonezone, amaflags.",
    .shown = "tests/scene/record-account-code.scene",
    .read = channel_read,
    .write = channel_write,
};
