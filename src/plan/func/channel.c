/* func/channel.c - CHANNEL: what is known of a leg */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "plan/func/all.h"
#include "plan/handler.h"

#define MOST_FORWARDS 1000
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
    {"channame", FIELD(name), false},
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

/* Items that are kept as they were set, in variables that no routing can name; until then these. */
static const struct {
    const char *name, *value; /* value NULL: the driver may know one */
} kept[] = {
    {"~CHANNEL~tenantid", NULL},
    {"~CHANNEL~hangupsource", NULL},
    {"~CHANNEL~dtmf_features", ""},
    {"~CHANNEL~transfercapability", "SPEECH"},
    {"~CHANNEL~namedcallgroup", ""},
    {"~CHANNEL~namedpickupgroup", ""},
    {"~CHANNEL~after_bridge_goto", ""},
    {"~CHANNEL~secure_bridge_media", ""},
    {"~CHANNEL~secure_bridge_signaling", ""},
};

/* @return its number in kept, or -1 */
static int find_kept(const char *item)
{
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        if (strcasecmp(item, kept[i].name + strlen("~CHANNEL~")) == 0)
            return (int)i;
    return -1;
}

/* @return ENOENT: not one of these, or nothing was set */
static int read_kept(const struct channel *ch, const char *item, struct buf *out)
{
    const int i = find_kept(item);
    const struct slice value = i < 0 ? SLICE_NONE : channel_var_get(ch, slice_of(kept[i].name));

    if (slice_is_set(value))
        return buf_adds(out, value);
    return i < 0 || !kept[i].value ? ENOENT : buf_addz(out, kept[i].value);
}

static int read_last(const struct channel *ch, const char *item, struct buf *out)
{
    const struct plan_run *run = plan_run_of(ch);
    const char *last;

    if (strcasecmp(item, "lastcontext") != 0 && strcasecmp(item, "lastexten") != 0)
        return ENOENT;
    last = !run ? NULL : strcasecmp(item, "lastexten") == 0 ? run->last_exten : run->last_context;
    return last ? buf_addz(out, last) : 0;
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
    if (strcasecmp(item, "callid") == 0) /* what log lines about the call carry */
        return buf_addz(out, ch->linkedid);
    if (strcasecmp(item, "channeltype") == 0)
        return buf_addz(out, ch->tech->name);
    if (strcasecmp(item, "amaflags") == 0)
        return buf_printf(out, "%d", ch->amaflags ? ch->amaflags : 3);
    if (strcasecmp(item, "callgroup") == 0)
        return print_groups(out, ch->callgroup);
    if (strcasecmp(item, "pickupgroup") == 0)
        return print_groups(out, ch->pickupgroup);
    if (strcasecmp(item, "appname") == 0)
        return buf_addz(out, ch->app ? ch->app : "");
    if (strcasecmp(item, "appdata") == 0)
        return buf_addz(out, ch->app && ch->appdata ? ch->appdata : "");
    if (strcasecmp(item, "checkhangup") == 0 || strcasecmp(item, "onhold") == 0)
        return buf_addc(out, (item[0] | 0x20) == 'c' ? '0' + ch->is_hungup : '0' + ch->is_on_hold);
    if (strcasecmp(item, "max_forwards") == 0)
        return buf_printf(out, "%d", ch->max_forwards);
    return read_last(ch, item, out);
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
    if (err == ENOENT)
        err = read_kept(ch, args, out);
    if (err == ENOENT && ch->tech->get)
        err = ch->tech->get(ch, slice_of(args), out);
    if (err != ENOENT)
        return err;
    if (strcasecmp(args, "hangupsource") == 0)
        return ch->is_gone ? buf_addz(out, ch->name) : 0;
    if (strcasecmp(args, "tenantid") == 0)
        return 0;
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

/* "1,3-5" @return 0; EINVAL */
static int parse_groups(struct slice text, uint64_t *groups)
{
    *groups = 0;
    text = slice_trim(text);
    while (text.len) {
        struct slice to, one = slice_trim(slice_cut(text, ',', &text)),
                         from = slice_trim(slice_cut(one, '-', &to));
        uint32_t first, last;

        if (slice_u32(from, &first) || first > 63)
            return EINVAL;
        last = first;
        if (slice_is_set(to) && (slice_u32(slice_trim(to), &last) || last > 63 || last < first))
            return EINVAL;
        for (uint32_t i = first; i <= last; i++)
            *groups |= UINT64_C(1) << i;
    }
    return 0;
}

static int set_forwards(struct channel *ch, struct slice value)
{
    uint32_t n;

    if (slice_u32(slice_trim(value), &n) || n > MOST_FORWARDS)
        return EINVAL;
    ch->max_forwards = (int)n;
    return 0;
}

/* Groups and hang-up handlers. @return ENOENT: none of these */
static int write_other(const struct plan_env *env, const char *item, struct slice value)
{
    struct channel *ch = env->channel;
    struct plan_run *run = plan_run_of(ch);

    if (strcasecmp(item, "callgroup") == 0)
        return parse_groups(value, &ch->callgroup);
    if (strcasecmp(item, "pickupgroup") == 0)
        return parse_groups(value, &ch->pickupgroup);
    if (strcasecmp(item, "max_forwards") == 0)
        return set_forwards(ch, value);
    if (strncasecmp(item, "hangup_handler_", 15) != 0)
        return ENOENT;
    if (!run) {
        plan_func_warn(env, "hang-up handlers are kept for calls in the routing", item);
        return EINVAL;
    }
    if (strcasecmp(item, "hangup_handler_push") == 0)
        return plan_handler_push(run, slice_trim(value));
    if (strcasecmp(item, "hangup_handler_pop") != 0 && strcasecmp(item, "hangup_handler_wipe") != 0)
        return ENOENT;
    if (strcasecmp(item, "hangup_handler_wipe") == 0)
        while (run->handler_count)
            plan_handler_pop(run);
    plan_handler_pop(run);
    value = slice_trim(value);
    return value.len ? plan_handler_push(run, value) : 0;
}

static int channel_write(const struct plan_env *env, char *args, struct slice value)
{
    struct channel *ch = env->channel;
    char **text;
    int err;

    if (!ch)
        return ENOENT;
    text = text_of(ch, args, true);
    if (text == &ch->accountcode)
        return channel_set_account(ch, value);
    if (text)
        return channel_set(text, value);
    if (strcasecmp(args, "amaflags") == 0 && parse_amaflags(value) >= 0) {
        ch->amaflags = parse_amaflags(value);
        return 0;
    }
    err = write_other(env, args, value);
    if (err == ENOENT && find_kept(args) >= 0)
        err = channel_var_set(ch, slice_of(kept[find_kept(args)].name),
                              slice_is_set(value) ? value : SLICE(""));
    if (err != ENOENT)
        return err;
    plan_func_warn(env, "CHANNEL item cannot be set", args);
    return EINVAL;
}

const struct plan_func plan_func_channel = {
    .name = "CHANNEL",
    .syntax = "CHANNEL(item)",
    .help_ru =
        "Сведения о канале\nname, state, uniqueid, linkedid, callid (call= в журнале), language, musicclass, accountcode, peeraccount, "
        "userfield, parkinglot, context, exten, lastcontext, lastexten, channeltype, amaflags, callgroup, "
        "pickupgroup, max_forwards, hangupsource, tenantid, onhold, checkhangup и то, что знает драйвер "
        "(pjsip, rtp, audioreadformat ...). Записываются language, musicclass, accountcode, peeraccount, "
        "userfield, parkinglot, tonezone, amaflags, callgroup, pickupgroup, max_forwards, tenantid, "
        "hangup_handler_push, _pop, _wipe; dtmf_features, namedcallgroup, namedpickupgroup, "
        "transfercapability, after_bridge_goto только хранятся.",
    .help_en =
        "What is known of the channel\nname, state, uniqueid, linkedid, callid (call= in the log), language, musicclass, accountcode, "
        "peeraccount, userfield, parkinglot, context, exten, lastcontext, lastexten, channeltype, amaflags, "
        "callgroup, pickupgroup, max_forwards, hangupsource, tenantid, onhold, checkhangup, and what the "
        "driver knows (pjsip, rtp, audioreadformat ...). Write: language, musicclass, accountcode, "
        "peeraccount, userfield, parkinglot, tonezone, amaflags, callgroup, pickupgroup, max_forwards, "
        "tenantid, hangup_handler_push, _pop, _wipe; dtmf_features, namedcallgroup, namedpickupgroup, "
        "transfercapability, after_bridge_goto are only kept.",
    .shown = "tests/scene/record-account-code.scene",
    .read = channel_read,
    .write = channel_write,
};
