/* manager/act_bridge.c - actions on bridges: Bridge, BridgeList, BridgeInfo, BridgeKick, BridgeDestroy,
   BridgeTechnologyList and its like */
#include "base/mem.h"
#include "call/bridge.h"
#include "loop/task.h"
#include "manager/all.h"
#include "manager/channels.h"
#include "manager/inner.h"

#define SHOWN .shown = "tests/unit/manager/test_bridge.c"

#define TECHNOLOGY "simple_bridge"
#define JOIN_MS 6000

/* ---- those that there are: bridges are known by their channels ---- */

static bool is_first(const struct channel *ch)
{
    return ch->bridge && list_first(&ch->bridge->members) == &ch->bridge_link;
}

static struct bridge *find_bridge(const struct manager_request *q, struct slice id)
{
    LIST_FOREACH(calls_channels(manager_of(q)->args.calls), k)
    {
        const struct channel *ch = channel_of_link(k);

        if (is_first(ch) && slice_eqz(id, ch->bridge->id))
            return ch->bridge;
    }
    return NULL;
}

/* The bridge of header BridgeUniqueid; NULL: answered. */
static struct bridge *named_bridge(struct manager_request *q)
{
    const struct slice id = manager_arg(q, "BridgeUniqueid");
    struct bridge *b = id.len ? find_bridge(q, id) : NULL;

    if (!id.len)
        manager_error(q, "BridgeUniqueid must be provided");
    else if (!b)
        manager_error(q, "Specified BridgeUniqueid not found");
    return b;
}

#define BRIDGE_PARAM                                                                               \
    {                                                                                              \
        "BridgeUniqueid", {"Имя разговора.", "The unique ID of the bridge."}, true                 \
    }

/* ---- BridgeList, BridgeInfo ---- */

static void run_list(struct manager_request *q)
{
    const struct slice wanted = manager_arg(q, "BridgeType");

    manager_list(q, "Bridge listing will follow");
    LIST_FOREACH(calls_channels(manager_of(q)->args.calls), k)
    {
        const struct channel *ch = channel_of_link(k);

        if (!is_first(ch) || (wanted.len && !slice_eqz(wanted, TECHNOLOGY)))
            continue;
        manager_item(q, "BridgeListItem");
        manager_put_bridge(manager_out(q), ch->bridge, "");
        manager_end(q);
    }
    manager_list_end(q, "BridgeListComplete");
    manager_end(q);
}

static const struct manager_param list_params[] = {
    MANAGER_PARAM_ID,
    {"BridgeType",
     {"Только с этой технологией (simple_bridge).",
      "Optional type for filtering the resulting list of bridges."}},
    {0}};

const struct manager_action manager_action_bridgelist = {
    .name = "BridgeList",
    .params = list_params,
    .run = run_list,
    SHOWN,
    .synopsis = {"Какие разговоры идут.", "Get a list of bridges in the system."},
    .help = {"Список разговоров.",
             "Returns a list of bridges, optionally filtering on a bridge type."}};

static void run_info(struct manager_request *q)
{
    const struct bridge *b = named_bridge(q);

    if (!b)
        return;
    manager_list(q, "Bridge channel listing will follow");
    LIST_FOREACH(&b->members, k)
    {
        manager_item(q, "BridgeInfoChannel");
        manager_put_channel(manager_out(q), CONTAINER_OF(k, struct channel, bridge_link), "");
        manager_end(q);
    }
    manager_list_end(q, "BridgeInfoComplete");
    manager_put_bridge(manager_out(q), b, "");
    manager_end(q);
}

static const struct manager_param info_params[] = {MANAGER_PARAM_ID, BRIDGE_PARAM, {0}};

const struct manager_action manager_action_bridgeinfo = {
    .name = "BridgeInfo",
    .params = info_params,
    .run = run_info,
    SHOWN,
    .synopsis = {"Кто в разговоре.", "Get information about a bridge."},
    .help = {"Каналы разговора и он сам.",
             "Returns detailed information about a bridge and the channels in it."}};

/* ---- BridgeKick, BridgeDestroy ---- */

static void run_kick(struct manager_request *q)
{
    const struct slice id = manager_arg(q, "BridgeUniqueid");
    struct channel *ch = manager_channel(q, "Channel");

    if (!manager_arg(q, "Channel").len) {
        manager_error(q, "Channel must be provided");
    } else if (!ch) {
        manager_error(q, "Channel does not exist");
    } else if (id.len && (!ch->bridge || !slice_eqz(id, ch->bridge->id))) {
        manager_error(q, "Bridge not found");
    } else if (!ch->bridge) {
        manager_error(q, "Channel is not in a bridge");
    } else {
        channel_part(ch);
        manager_ack(q, "Channel has been kicked");
    }
}

static const struct manager_param kick_params[] = {
    MANAGER_PARAM_ID,
    {"BridgeUniqueid",
     {"Имя разговора; можно не называть.",
      "The unique ID of the bridge containing the channel to kick. This parameter can\nbe omitted, or supplied to insure that the channel is not removed from the\nwrong bridge."}},
    {"Channel", {"Имя канала.", "The channel to kick out of a bridge."}, true},
    {0}};

const struct manager_action manager_action_bridgekick = {
    .name = "BridgeKick",
    .params = kick_params,
    .run = run_kick,
    SHOWN,
    .synopsis = {"Забрать канал из разговора.", "Kick a channel from a bridge."},
    .help = {
        "Разговор двоих на этом кончается: маршрутизация звонившего идёт дальше, если так велит Dial (g).",
        "The channel is removed from the bridge."}};

static void run_destroy(struct manager_request *q)
{
    const struct bridge *b = named_bridge(q);
    struct link *first = b ? list_first(&b->members) : NULL;

    if (!first)
        return;
    channel_part(CONTAINER_OF(first, struct channel, bridge_link));
    manager_ack(q, "Bridge has been destroyed");
}

const struct manager_action manager_action_bridgedestroy = {
    .name = "BridgeDestroy",
    .params = info_params,
    .run = run_destroy,
    SHOWN,
    .synopsis = {"Закончить разговор.", "Destroy a bridge."},
    .help = {"Каналы идут дальше по маршрутизации или разрываются.",
             "Deletes the bridge, causing channels to continue or hang up."}};

/* ---- Bridge ---- */

/* On the stack of the request's task, while it waits for both to be there. */
struct joining {
    struct call_observer observer;
    struct waiter waiter;
    struct channel *a, *b;
    bool is_joined;
};

static void saw(const struct call_fact *f, void *arg)
{
    struct joining *j = arg;

    if (f->type == CALL_BRIDGE_ENTER && j->a->bridge && j->a->bridge == j->b->bridge)
        j->is_joined = true;
    if (j->is_joined || (f->type == CALL_HANGUP && (f->channel == j->a || f->channel == j->b)))
        waiter_wake(&j->waiter);
}

static bool join(struct manager_request *q, struct joining *j, bool beeps)
{
    struct calls *calls = manager_of(q)->args.calls;

    j->is_joined = j->a->bridge && j->a->bridge == j->b->bridge && j->a != j->b;
    if (j->is_joined)
        return true;
    if (j->a == j->b || plan_join(j->a, j->b, beeps))
        return false;
    j->observer.h = saw;
    j->observer.arg = j;
    calls_observe(calls, &j->observer);
    (void)waiter_wait(&j->waiter, JOIN_MS);
    call_observer_remove(&j->observer);
    return j->is_joined;
}

static bool wants_tone(const struct manager_request *q)
{
    const struct slice tone = manager_arg(q, "Tone");

    return manager_arg_bool(q, "Tone", false) || slice_caseeqz(tone, "channel2") ||
           slice_caseeqz(tone, "both");
}

static void run_bridge(struct manager_request *q)
{
    const struct slice one = manager_arg(q, "Channel1"), two = manager_arg(q, "Channel2");
    struct joining j = {.a = mem_ref(manager_channel(q, "Channel1")),
                        .b = mem_ref(manager_channel(q, "Channel2"))};

    if (!one.len || !two.len)
        manager_error(q, "Missing channel parameter in request");
    else if (!j.a || !j.b)
        manager_error(q, "Channel%d does not exist: %.*s", j.a ? 2 : 1, SLICE_ARG(j.a ? two : one));
    else if (join(q, &j, wants_tone(q)))
        manager_ack(q, "Channels have been bridged");
    else
        manager_error(q, "Unable to add Channel2 to bridge: %s", j.b->name);
    mem_deref(j.a);
    mem_deref(j.b);
}

static const struct manager_param bridge_params[] = {
    MANAGER_PARAM_ID,
    {"Channel1", {"Первый канал.", "Channel to Bridge to Channel2."}, true},
    {"Channel2", {"Второй канал.", "Channel to Bridge to Channel1."}, true},
    {"Tone", {"yes, channel2, both - сигнал второму.", "Play courtesy tone to Channel 2."}},
    {0}};

const struct manager_action manager_action_bridge = {
    .name = "Bridge",
    .classes = CLASS_CALL,
    .in_task = true,
    .params = bridge_params,
    .run = run_bridge,
    SHOWN,
    .synopsis = {"Соединить два канала.", "Bridge two channels already in the PBX."},
    .help = {"Что они выполняли или с кем говорили, заканчивается; после разговора каждый начинает "
             "прерванное заново.",
             "Bridge together two channels already in the PBX."}};

/* ---- technologies ---- */

static const struct {
    const char *name, *type;
    unsigned priority;
} technologies[] = {{"native_rtp", "Native", 90},
                    {"holding_bridge", "Holding", 50},
                    {TECHNOLOGY, "1to1Mix", 50},
                    {"softmix", "MultiMix", 10}};
enum { TECHNOLOGIES = sizeof(technologies) / sizeof(technologies[0]) };

static void run_technologies(struct manager_request *q)
{
    struct buf *out = manager_out(q);

    manager_list(q, "Bridge technology listing will follow");
    for (unsigned i = 0; i < TECHNOLOGIES; i++) {
        manager_item_bare(q, "BridgeTechnologyListItem");
        ami_putz(out, "BridgeTechnology", technologies[i].name);
        ami_putz(out, "BridgeType", technologies[i].type);
        ami_putu(out, "BridgePriority", technologies[i].priority);
        ami_putz(out, "BridgeSuspended", manager_of(q)->suspended_bridges & 1u << i ? "Yes" : "No");
        manager_put_id(q);
        manager_end(q);
    }
    manager_list_end(q, "BridgeTechnologyListComplete");
    manager_end(q);
}

static const struct manager_param id_params[] = {MANAGER_PARAM_ID, {0}};

const struct manager_action manager_action_bridgetechnologylist = {
    .name = "BridgeTechnologyList",
    .params = id_params,
    .run = run_technologies,
    SHOWN,
    .synopsis = {"Какими способами соединяются разговоры.",
                 "List available bridging technologies and their statuses."},
    .help = {"Имя, вид и приоритет каждого.",
             "Returns detailed information about the available bridging technologies."}};

static void suspend(struct manager_request *q, bool is_on)
{
    const struct slice name = manager_arg(q, "BridgeTechnology");
    uint32_t *all = &manager_of(q)->suspended_bridges;

    if (!name.len) {
        manager_error(q, "BridgeTechnology must be provided");
        return;
    }
    for (unsigned i = 0; i < TECHNOLOGIES; i++) {
        if (!slice_eqz(name, technologies[i].name))
            continue;
        *all = is_on ? *all | 1u << i : *all & ~(1u << i);
        manager_ack(q, is_on ? "Suspended bridge technology" : "Unsuspended bridge technology");
        return;
    }
    manager_error(q, "BridgeTechnology not found");
}

static void run_suspend(struct manager_request *q)
{
    suspend(q, true);
}

static void run_unsuspend(struct manager_request *q)
{
    suspend(q, false);
}

static const struct manager_param technology_params[] = {
    MANAGER_PARAM_ID,
    {"BridgeTechnology", {"Имя способа.", "The name of the bridging technology."}, true},
    {0}};

const struct manager_action manager_action_bridgetechnologysuspend = {
    .name = "BridgeTechnologySuspend",
    .params = technology_params,
    .run = run_suspend,
    SHOWN,
    .synopsis = {"Приостановить способ соединения.", "Suspend a bridging technology."},
    .help = {
        "Станция запоминает это и показывает; разговоры соединяются как прежде.",
        "Marks a bridging technology as suspended. The station shows it; calls are\njoined as before."}};

const struct manager_action manager_action_bridgetechnologyunsuspend = {
    .name = "BridgeTechnologyUnsuspend",
    .params = technology_params,
    .run = run_unsuspend,
    SHOWN,
    .synopsis = {"Вернуть способ соединения.", "Unsuspend a bridging technology."},
    .help = {"Обратное BridgeTechnologySuspend.",
             "Clears a previously suspended bridging technology."}};
