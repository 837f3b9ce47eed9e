/* manager/act_transfer.c - actions that send calls elsewhere: Redirect, BlindTransfer, Atxfer, CancelAtxfer,
   LocalOptimizeAway */
#include <errno.h>

#include "call/bridge.h"
#include "call/local.h"
#include "manager/all.h"
#include "manager/channels.h"
#include "manager/inner.h"

#define SHOWN .shown = "tests/unit/manager/test_transfer.c"

/* ---- Redirect ---- */

/* One of the two that may be moved; header names with "Extra" in front for the second. */
struct place {
    const char *const *names; /* headers: channel, context, exten, priority */
    struct channel *channel;
    struct slice context, exten;
    int priority;
};

static const char *const first_names[] = {"Channel", "Context", "Exten", "Priority"};
static const char *const extra_names[] = {"ExtraChannel", "ExtraContext", "ExtraExten",
                                          "ExtraPriority"};

/* @return false: answered, that a header is missing or its priority makes no sense */
static bool take_place(struct manager_request *q, struct place *p)
{
    for (int i = 1; i < 4; i++)
        if (!manager_arg(q, p->names[i]).len) {
            manager_error(q, "%s not specified", p->names[i]);
            return false;
        }
    p->channel = manager_channel(q, p->names[0]);
    p->context = manager_arg(q, p->names[1]);
    p->exten = manager_arg(q, p->names[2]);
    if (plan_priority_find(manager_of(q)->args.plan, p->channel, p->context, p->exten,
                           manager_arg(q, p->names[3]), &p->priority)) {
        manager_error(q, "%s is invalid", p->names[3]);
        return false;
    }
    return true;
}

static bool is_there(struct manager_request *q, const struct place *p)
{
    const struct slice name = manager_arg(q, p->names[0]);

    if (!p->channel)
        manager_error(q, "%s does not exist: %.*s", p->names[0], SLICE_ARG(name));
    return p->channel;
}

static int move(struct manager_request *q, const struct place *p)
{
    return plan_redirect(manager_of(q)->args.plan, p->channel, p->context, p->exten, p->priority);
}

static void move_one(struct manager_request *q, const struct place *p)
{
    switch (move(q, p)) {
    case 0: manager_ack(q, "Redirect successful"); break;
    case EINVAL:
    case ECONNRESET: manager_error(q, "Redirect failed, channel not up."); break;
    default: manager_error(q, "Redirect failed"); break;
    }
}

static void move_both(struct manager_request *q, const struct place *first,
                      const struct place *extra)
{
    const int err = move(q, first), extra_err = err ? 0 : move(q, extra);

    if (err == EINVAL || err == ECONNRESET)
        manager_error(q, "Redirect failed, channel not up.");
    else if (err)
        manager_error(q, "Redirect failed");
    else if (extra_err == EINVAL || extra_err == ECONNRESET)
        manager_error(q, "Redirect failed, extra channel not up.");
    else if (extra_err)
        manager_error(q, "Secondary redirect failed");
    else
        manager_ack(q, "Dual Redirect successful");
}

static void run_redirect(struct manager_request *q)
{
    struct place first = {.names = first_names}, extra = {.names = extra_names};
    const bool has_extra = manager_arg(q, "ExtraChannel").len > 0;

    if (!manager_arg(q, "Channel").len) {
        manager_error(q, "Channel not specified");
        return;
    }
    if (!take_place(q, &first))
        return;
    if (has_extra && manager_arg(q, "ExtraContext").len) {
        if (!take_place(q, &extra))
            return;
    } else {
        extra = first;
        extra.names = extra_names;
        extra.channel = manager_channel(q, "ExtraChannel");
    }
    if (!is_there(q, &first) || (has_extra && !is_there(q, &extra)))
        return;
    if (has_extra)
        move_both(q, &first, &extra);
    else
        move_one(q, &first);
}

static const struct manager_param redirect_params[] = {
    MANAGER_PARAM_ID,
    {"Channel", {"Имя канала.", "Channel to redirect."}, true},
    {"ExtraChannel",
     {"Второй канал того же разговора.", "Second call leg to transfer (optional)."}},
    {"Exten", {"Расширение.", "Extension to transfer to."}, true},
    {"ExtraExten",
     {"Расширение второго; без ExtraContext он идёт туда же.",
      "Extension to transfer extrachannel to (optional)."}},
    {"Context", {"Контекст.", "Context to transfer to."}, true},
    {"ExtraContext", {"Контекст второго.", "Context to transfer extrachannel to (optional)."}},
    {"Priority", {"Приоритет или метка.", "Priority to transfer to."}, true},
    {"ExtraPriority", {"Приоритет второго.", "Priority to transfer extrachannel to (optional)."}},
    {0}};

const struct manager_action manager_action_redirect = {
    .name = "Redirect",
    .classes = CLASS_CALL,
    .params = redirect_params,
    .run = run_redirect,
    SHOWN,
    .synopsis = {"Перевести вызов в другое место.", "Redirect (transfer) a call."},
    .help = {
        "Что канал выполнял, заканчивается; собеседник отбивается, если его не назвал ExtraChannel.",
        "Redirect (transfer) a call."}};

/* ---- BlindTransfer ---- */

/* The channel that Channel names, when there is an extension, too; NULL: answered. */
static struct channel *take_transferer(struct manager_request *q, bool needs_exten)
{
    struct channel *ch = manager_channel(q, "Channel");

    if (!manager_arg(q, "Channel").len) {
        manager_error(q, "No channel specified");
        return NULL;
    }
    if (needs_exten && !manager_arg(q, "Exten").len) {
        manager_error(q, "No extension specified");
        return NULL;
    }
    if (!ch)
        manager_error(q, "Channel specified does not exist");
    return ch;
}

static void run_blind(struct manager_request *q)
{
    struct channel *ch = take_transferer(q, true), *peer = ch ? bridge_peer(ch) : NULL;
    struct slice context = manager_arg(q, "Context");

    if (!ch)
        return;
    if (!peer) {
        manager_error(q, "Transfer invalid");
        return;
    }
    if (!context.len)
        context = slice_of(ch->context ? ch->context : "");
    if (plan_redirect(manager_of(q)->args.plan, peer, context, manager_arg(q, "Exten"), 1)) {
        manager_error(q, "Transfer failed");
        return;
    }
    (void)channel_var_set(peer, SLICE("BLINDTRANSFER"), slice_of(ch->name));
    manager_ack(q, "Transfer succeeded"); /* the talk ends, and ch with it or as its Dial says */
}

static const struct manager_param blind_params[] = {
    MANAGER_PARAM_ID,
    {"Channel", {"Канал того, кто переводит.", "The channel of the one who transfers."}, true},
    {"Context",
     {"Контекст; без него - контекст канала.",
      "Context to transfer to; without it that of the channel."}},
    {"Exten", {"Расширение.", "Extension to transfer to."}, true},
    {0}};

const struct manager_action manager_action_blindtransfer = {
    .name = "BlindTransfer",
    .classes = CLASS_CALL,
    .params = blind_params,
    .run = run_blind,
    SHOWN,
    .synopsis = {"Перевести собеседника канала.",
                 "Blind transfer channel(s) to the given destination"},
    .help = {
        "Собеседник идёт в расширение, сам канал отбивается.",
        "Redirect all channels currently bridged to the specified channel to the\nspecified destination."}};

/* ---- Atxfer, CancelAtxfer ---- */

static void run_atxfer(struct manager_request *q)
{
    if (take_transferer(q, true))
        manager_error(q, "No attended transfer feature code found");
}

static const struct manager_param atxfer_params[] = {
    MANAGER_PARAM_ID,
    {"Channel", {"Канал того, кто переводит.", "Transferer's channel."}, true},
    {"Exten", {"Расширение.", "Extension to transfer to."}, true},
    {"Context", {"Контекст.", "Context to transfer to."}},
    {0}};

const struct manager_action manager_action_atxfer = {
    .name = "Atxfer",
    .classes = CLASS_CALL,
    .subject = "transfers",
    .params = atxfer_params,
    .run = run_atxfer,
    SHOWN,
    .synopsis = {"Перевести с консультацией.", "Attended transfer."},
    .help = {"Появится вместе с переводами.", "Attended transfer."}};

static void run_cancel_atxfer(struct manager_request *q)
{
    if (take_transferer(q, false))
        manager_ack(q, "CancelAtxfer successfully queued");
}

static const struct manager_param cancel_params[] = {
    MANAGER_PARAM_ID,
    {"Channel", {"Канал того, кто переводит.", "The transferer channel."}, true},
    {0}};

const struct manager_action manager_action_cancelatxfer = {
    .name = "CancelAtxfer",
    .classes = CLASS_CALL,
    .subject = "transfers",
    .params = cancel_params,
    .run = run_cancel_atxfer,
    SHOWN,
    .synopsis = {"Отменить перевод с консультацией.", "Cancel an attended transfer."},
    .help = {
        "Появится вместе с переводами.",
        "Cancel an attended transfer. Note, this uses the configured cancel attended\ntransfer feature option (atxferabort) to cancel the transfer."}};

/* ---- LocalOptimizeAway ---- */

static void run_optimize(struct manager_request *q)
{
    struct channel *ch = manager_channel(q, "Channel");

    if (!manager_arg(q, "Channel").len) {
        manager_error(q, "'Channel' not specified.");
    } else if (!ch) {
        manager_error(q, "Channel does not exist.");
    } else {
        local_let_leave(ch);
        manager_ack(q, "Queued channel to be optimized away");
    }
}

static const struct manager_param optimize_params[] = {
    MANAGER_PARAM_ID,
    {"Channel", {"Половина канала Local.", "The channel name to optimize away."}, true},
    {0}};

const struct manager_action manager_action_localoptimizeaway = {
    .name = "LocalOptimizeAway",
    .classes = CLASS_SYSTEM | CLASS_CALL,
    .params = optimize_params,
    .run = run_optimize,
    SHOWN,
    .synopsis = {"Разрешить каналу Local уйти из разговора.",
                 "Optimize away a local channel when possible."},
    .help = {
        "Для канала, сделанного с /n.",
        "A local channel created with \"/n\" will not automatically optimize away.\nCalling this command on the local channel will clear that flag and allow it to\noptimize away if it's bridged or when it becomes bridged."}};
