/* manager/act_status.c - actions that list channels: Status, CoreShowChannels, CoreShowChannelMap */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "call/bridge.h"
#include "call/local.h"
#include "manager/all.h"
#include "manager/channels.h"
#include "manager/danger.h"
#include "manager/inner.h"
#include "plan/args.h"
#include "plan/subst.h"

#define SHOWN .shown = "tests/unit/manager/test_status.c"
#define MOST_VARIABLES 64

/* ---- Status ---- */

/* What the technology knows of its codecs; the halves of a Local channel have none. */
static void put_format(struct buf *out, const char *header, struct channel *ch, const char *item,
                       const char *otherwise)
{
    struct buf value;

    buf_init(&value, 256);
    if (!ch->tech->get || !ch->pvt || ch->tech->get(ch, slice_of(item), &value) || !value.len)
        buf_addz(&value, otherwise);
    ami_put(out, header, buf_slice(&value));
    buf_fini(&value);
}

/* When its absolute timeout ends it, by the clock on the wall. */
static uint64_t ends_at(const struct manager_request *q, const struct channel *ch)
{
    const int64_t now_ms = loop_wall(manager_of(q)->loop).us / 1000;

    if (!timer_is_on(&ch->absolute))
        return 0;
    return (uint64_t)(now_ms + (int64_t)timer_left_ms(&ch->absolute)) / 1000;
}

static void put_status(struct manager_request *q, struct channel *ch)
{
    struct buf *out = manager_out(q);

    ami_putz(out, "Privilege", "Call");
    manager_put_channel(out, ch, "");
    ami_putz(out, "Type", ch->tech->name);
    ami_putz(out, "DNID", ch->is_outgoing ? NULL : ch->dnid); /* ours, of a leg we made */
    ami_put(out, "EffectiveConnectedLineNum", manager_or_unknown(slice_of(ch->connected.number)));
    ami_put(out, "EffectiveConnectedLineName", manager_or_unknown(slice_of(ch->connected.name)));
    ami_putu(out, "TimeToHangup", ends_at(q, ch));
    ami_putz(out, "BridgeID", ch->bridge ? ch->bridge->id : "");
    ami_putz(out, "Application", manager_app_of(ch));
    ami_putz(out, "Data", manager_app_data_of(ch));
    put_format(out, "Nativeformats", ch, "audionativeformat", "(slin)");
    put_format(out, "Readformat", ch, "audioreadformat", "slin");
    ami_putz(out, "Readtrans", "");
    put_format(out, "Writeformat", ch, "audiowriteformat", "slin");
    ami_putz(out, "Writetrans", "");
    ami_putu(out, "Callgroup", ch->callgroup);
    ami_putu(out, "Pickupgroup", ch->pickupgroup);
    ami_putu(out, "Seconds", (uint64_t)manager_age(q, ch));
}

/* "Variable: name=value" */
static void put_variable(struct buf *out, struct slice name, struct slice value)
{
    buf_addz(out, "Variable: ");
    ami_put_value(out, name);
    buf_addc(out, '=');
    ami_put_value(out, value);
    buf_addz(out, "\r\n");
}

/* Those that were asked for; a function among them may wait. */
static void read_variables(struct manager_request *q, struct channel *ch, char **names, int count,
                           struct buf *out)
{
    const struct plan_env env = manager_env(q, ch);

    for (int i = 0; i < count; i++) {
        struct buf value;

        buf_init(&value, PLAN_TEXT_MAX);
        manager_read(&env, slice_of(names[i]), &value);
        put_variable(out, slice_of(names[i]), buf_slice(&value));
        buf_fini(&value);
    }
}

static void put_all_variables(struct buf *out, const struct channel *ch)
{
    LIST_FOREACH(&ch->vars, k)
    {
        const struct variable *v = CONTAINER_OF(k, struct variable, link);

        if (v->name[0] != '~') /* inner ones */
            put_variable(out, slice_from(v->name, v->name_len), slice_of(v->value));
    }
}

struct status {
    char **names;
    int count;
    bool has_all;
};

static void put_one(struct manager_request *q, struct channel *ch, const struct status *s)
{
    struct buf variables;

    buf_init(&variables, 1 << 20);
    mem_ref(ch);
    read_variables(q, ch, s->names, s->count, &variables);
    if (!ch->is_ended) {
        manager_item_bare(q, "Status");
        put_status(q, ch);
        buf_adds(manager_out(q), buf_slice(&variables));
        if (s->has_all)
            put_all_variables(manager_out(q), ch);
        manager_put_id(q);
        manager_end(q);
    }
    mem_deref(ch);
    buf_fini(&variables);
}

/* Channels may come and go while a function waits: those of the beginning are shown, as far as they are
   still there. */
static void put_each(struct manager_request *q, const struct status *s)
{
    struct calls *calls = manager_of(q)->args.calls;
    const uint32_t most = calls_active(calls);
    struct channel **all = mem_zalloc((most + 1) * sizeof(struct channel *));
    uint32_t count = 0;

    if (!all) { /* half an answer is none: the session ends */
        manager_out(q)->err = ENOMEM;
        return;
    }
    LIST_FOREACH(calls_channels(calls), k)
    {
        if (count < most)
            all[count++] = mem_ref(channel_of_link(k));
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!manager_is_gone(q))
            put_one(q, all[i], s);
        mem_deref(all[i]);
    }
    mem_free(all);
}

static void list_status(struct manager_request *q, struct channel *only, char *variables)
{
    char *names[MOST_VARIABLES];
    struct status s = {.names = names, .has_all = manager_arg_bool(q, "AllVariables", false)};

    s.count = plan_args_split_raw(variables, ',', names, MOST_VARIABLES);
    manager_list(q, "Channel status will follow");
    if (only)
        put_one(q, only, &s);
    else
        put_each(q, &s);
    if (manager_is_gone(q))
        return;
    manager_list_end(q, "StatusComplete");
    ami_putu(manager_out(q), "Items", manager_items(q));
    manager_end(q);
}

static void run_status(struct manager_request *q)
{
    struct channel *only = manager_channel(q, "Channel");
    char *variables;

    if (!manager_may(q, CLASS_SYSTEM) && danger_is_in(manager_arg(q, "Variables"), DANGER_READ)) {
        manager_error(q, "Status Access Forbidden: Variables");
        return;
    }
    if (!only && manager_arg(q, "Channel").len) {
        manager_error(q, "No such channel");
        return;
    }
    variables = slice_dup(manager_arg(q, "Variables"));
    if (variables)
        list_status(q, only, variables);
    else
        manager_error(q, "%s", strerror(ENOMEM));
    mem_free(variables);
}

static const struct manager_param status_params[] = {
    MANAGER_PARAM_ID,
    {"Channel",
     {"Имя канала; без него - все.",
      "The name of the channel to query for status; without it all of them."}},
    {"Variables",
     {"Переменные и функции через запятую, которые показать.",
      "Comma separated list of variables and functions to include."}},
    {"AllVariables",
     {"true - показать все переменные канала.",
      "If set to \"true\", the Status event will include all channel variables for the\nrequested channel(s)."}},
    {0}};

const struct manager_action manager_action_status = {
    .name = "Status",
    .classes = CLASS_SYSTEM | CLASS_CALL | CLASS_REPORTING,
    .in_task = true,
    .params = status_params,
    .run = run_status,
    SHOWN,
    .synopsis = {"Состояние каналов.", "List channel status."},
    .help = {
        "Показывает каждый канал и названные переменные. Функции, которые читают файлы или выполняют "
        "программы, - только с классом system.",
        "Will return the status information of each channel along with the\nvalue for the specified channel variables."}};

/* ---- CoreShowChannels ---- */

static void run_channels(struct manager_request *q)
{
    struct buf *out = manager_out(q);

    manager_list(q, "Channels will follow");
    LIST_FOREACH(calls_channels(manager_of(q)->args.calls), k)
    {
        const struct channel *ch = channel_of_link(k);
        const long long s = manager_age(q, ch);

        manager_item(q, "CoreShowChannel");
        manager_put_channel(out, ch, "");
        ami_putz(out, "Application", manager_app_of(ch));
        ami_putz(out, "ApplicationData", manager_app_data_of(ch));
        ami_putf(out, "Duration", "%02lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
        ami_putz(out, "BridgeId", ch->bridge ? ch->bridge->id : "");
        manager_end(q);
    }
    manager_list_end(q, "CoreShowChannelsComplete");
    manager_end(q);
}

static const struct manager_param id_params[] = {MANAGER_PARAM_ID, {0}};

const struct manager_action manager_action_coreshowchannels = {
    .name = "CoreShowChannels",
    .classes = CLASS_SYSTEM | CLASS_REPORTING,
    .params = id_params,
    .run = run_channels,
    SHOWN,
    .synopsis = {"Какие каналы есть сейчас.", "List currently active channels."},
    .help = {"Имя, состояние, место в маршрутизации и приложение каждого канала.",
             "List currently defined channels and some information\nabout them."}};

/* ---- CoreShowChannelMap ---- */

#define MOST_CONNECTED 64

struct map {
    const struct channel *found[MOST_CONNECTED];
    uint32_t count;
};

static bool has(const struct map *m, const struct channel *ch)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (m->found[i] == ch)
            return true;
    return false;
}

/* Everybody in its bridge and, behind halves of Local channels, in the next one. The list is its own queue
   of those to look at. */
static void follow(struct map *m, const struct channel *ch)
{
    const struct channel *of = ch;

    for (uint32_t at = 0; of; of = at < m->count ? m->found[at++] : NULL) {
        const struct channel *next[] = {bridge_peer(of), local_twin(of)};

        /* the asked one's own other half belongs to another call leg of its own */
        for (int i = 0; i < (of == ch ? 1 : 2); i++)
            if (next[i] && next[i] != ch && !has(m, next[i]) && m->count < MOST_CONNECTED)
                m->found[m->count++] = next[i];
    }
}

static void run_map(struct manager_request *q)
{
    const struct channel *ch = manager_channel(q, "Channel");
    struct map *m;

    if (!manager_arg(q, "Channel").len) {
        manager_error(q, "CoreShowChannelMap requires a channel.");
        return;
    }
    if (!ch) {
        manager_error(q, "Could not get channel snapshot");
        return;
    }
    m = mem_zalloc(sizeof(*m));
    if (m)
        follow(m, ch);
    manager_list(q, "Channel map will follow");
    for (uint32_t i = 0; m && i < m->count; i++) {
        manager_item(q, "CoreShowChannelMap");
        ami_putz(manager_out(q), "Channel", ch->name);
        ami_putz(manager_out(q), "ConnectedChannel", m->found[i]->name);
        manager_end(q);
    }
    manager_list_end(q, "CoreShowChannelMapComplete");
    manager_end(q);
    mem_free(m);
}

static const struct manager_param map_params[] = {
    MANAGER_PARAM_ID,
    {"Channel",
     {"Имя канала.", "The channel to get the mapping for. Requires a channel name."},
     true},
    {0}};

const struct manager_action manager_action_coreshowchannelmap = {
    .name = "CoreShowChannelMap",
    .classes = CLASS_SYSTEM | CLASS_REPORTING,
    .params = map_params,
    .run = run_map,
    SHOWN,
    .synopsis = {"С кем соединён канал.", "List all channels connected to the specified channel."},
    .help = {
        "Все, кто соединён с каналом, в том числе за каналами Local.",
        "List all channels currently connected to the specified channel. This can be\nany channel, including Local channels, and Local channels will be followed\nthrough to their other half."}};
