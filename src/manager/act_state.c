/* manager/act_state.c - actions on states: of extensions, devices, presence and mailboxes */
#include <errno.h>
#include <stdio.h>

#include "manager/all.h"
#include "manager/inner.h"
#include "model/snapshot.h"
#include "plan/app.h"
#include "plan/astdb.h"
#include "plan/func.h"
#include "plan/hint.h"
#include "plan/routing.h"

#define SHOWN .shown = "tests/unit/manager/test_admin.c"

static const struct manager_param id_params[] = {MANAGER_PARAM_ID, {0}};

/* ---- ExtensionState, ExtensionStateList ---- */

static void put_extension(struct manager_request *q, struct slice exten, struct slice context)
{
    const struct plan_core *p = manager_of(q)->args.plan;

    manager_put_extension(manager_out(q), p, exten, context, plan_hint_state(p, context, exten));
}

static void run_extension(struct manager_request *q)
{
    const struct slice exten = manager_arg(q, "Exten");
    struct slice context = manager_arg(q, "Context");

    if (!exten.len) {
        manager_error(q, "Extension not specified");
        return;
    }
    if (!context.len)
        context = SLICE("default");
    manager_begin(q, "Success");
    ami_putz(manager_out(q), "Message", "Extension Status");
    put_extension(q, exten, context);
    manager_end(q);
}

static const struct manager_param extension_params[] = {
    MANAGER_PARAM_ID,
    {"Exten", {"Расширение.", "Extension to check state on."}, true},
    {"Context", {"Маршрутизация; нет - default.", "Context for extension."}, true},
    {0}};

const struct manager_action manager_action_extensionstate = {
    .name = "ExtensionState",
    .classes = CLASS_CALL | CLASS_REPORTING,
    .params = extension_params,
    .run = run_extension,
    SHOWN,
    .synopsis = {"Состояние расширения.", "Check Extension Status."},
    .help = {
        "Подсказка (hint) расширения и состояние её устройств: -1 - подсказки нет, 0 - "
        "свободно, 1 - занято, 2 - все заняты, 4 - недоступно, 8 - звонит, 16 - удержание.",
        "Report the extension state for given extension. If the extension has a hint,\nwill use "
        "devicestate to check the status of the device connected to the\nextension.\nWill "
        "return an 'Extension Status' message. The response will include the hint\nfor the "
        "extension and the status."}};

static void list_context(struct manager_request *q, const struct plan_context *x)
{
    for (const struct plan_exten *e = plan_context_extens(x); e; e = e->next) {
        if (!e->count || e->steps[0].priority != PLAN_HINT || pattern_is(slice_of(e->name)))
            continue;
        manager_item(q, "ExtensionStatus");
        put_extension(q, slice_of(e->name), slice_of(plan_context_name(x)));
        manager_end(q);
    }
}

static void run_extension_list(struct manager_request *q)
{
    const struct plan_routing *r = plan_routing_now(manager_of(q)->args.plan);

    manager_list(q, "Extension Statuses will follow");
    for (const struct plan_context *x = r ? plan_routing_first(r) : NULL; x;
         x = plan_context_next(x))
        list_context(q, x);
    manager_list_end(q, "ExtensionStateListComplete");
    manager_end(q);
}

const struct manager_action manager_action_extensionstatelist = {
    .name = "ExtensionStateList",
    .classes = CLASS_CALL | CLASS_REPORTING,
    .params = id_params,
    .run = run_extension_list,
    SHOWN,
    .synopsis = {"Состояния всех расширений.", "List the current known extension states."},
    .help = {"Каждая подсказка (hint) - событие ExtensionStatus; шаблоны не показываются.",
             "This will list out all known extension states in a sequence of\n<ExtensionStatus> "
             "events. When finished, a <ExtensionStateListComplete> event\nwill be emitted."}};

/* ---- DeviceStateList ---- */

static void put_device(struct manager_request *q, const char *kind, struct slice name,
                       enum device_state s)
{
    struct buf *out;

    manager_item(q, "DeviceStateChange");
    out = manager_out(q);
    ami_putf(out, "Device", "%s%.*s", kind, SLICE_ARG(name));
    ami_putz(out, "State", device_state_name(s));
    manager_end(q);
}

static void put_custom(struct slice name, enum device_state s, void *arg)
{
    put_device(arg, "Custom:", name, s);
}

static void run_device_list(struct manager_request *q)
{
    const struct manager *m = manager_of(q);
    char device[160];

    manager_list(q, "Device State Changes will follow");
    for (uint32_t i = 0; i < model_endpoint_count(m->snapshot); i++) {
        const char *name = model_endpoint_at(m->snapshot, i)->name;

        if (snprintf(device, sizeof(device), "PJSIP/%s", name) < (int)sizeof(device))
            put_device(q, "PJSIP/", slice_of(name),
                       device_state_get(m->args.calls, slice_of(device)));
    }
    device_custom_each(m->args.calls, put_custom, q);
    manager_list_end(q, "DeviceStateListComplete");
    manager_end(q);
}

const struct manager_action manager_action_devicestatelist = {
    .name = "DeviceStateList",
    .classes = CLASS_CALL | CLASS_REPORTING,
    .params = id_params,
    .run = run_device_list,
    SHOWN,
    .synopsis = {"Состояния устройств.", "List the current known device states."},
    .help = {"Каждое устройство - событие DeviceStateChange: PJSIP/... и Custom:...",
             "This will list out all known device states in a sequence of <DeviceStateChange>\n"
             "events. When finished, a <DeviceStateListComplete> event will be emitted."}};

/* ---- PresenceState, PresenceStateList ---- */

/* PRESENCE_STATE(provider,field). @return 0; ENOENT; ENOMEM */
static int presence_read(const struct manager *m, struct slice provider, const char *field,
                         struct buf *out)
{
    const struct plan_func *f = plan_func_find(m->args.plan, SLICE("PRESENCE_STATE"));
    const struct plan_env env = {.core = m->args.plan};
    struct buf args;
    int err = f ? 0 : ENOENT;

    buf_init(&args, 1024);
    buf_printf(&args, "%.*s,%s", SLICE_ARG(provider), field);
    if (!err)
        err = buf_err(&args) == ENOSPC ? ENOENT : buf_err(&args);
    if (!err)
        err = f->read(&env, args.p, out);
    buf_fini(&args);
    return err;
}

static void put_presence(struct manager_request *q, struct slice provider, const char *field,
                         const char *const *names)
{
    struct buf value;

    buf_init(&value, 4096);
    (void)presence_read(manager_of(q), provider, field, &value);
    for (; value.len && *names; names++)
        ami_put(manager_out(q), *names, buf_slice(&value));
    buf_fini(&value);
}

static const char *const subtype_names[] = {"Subtype", NULL};
static const char *const message_names[] = {"Message", "PresenceMessage", NULL};

static void run_presence(struct manager_request *q)
{
    const struct slice provider = manager_arg(q, "Provider");
    struct buf state;

    if (!provider.len) {
        manager_error(q, "No provider specified");
        return;
    }
    buf_init(&state, 64);
    if (slice_chr(provider, ',') < 0)
        (void)presence_read(manager_of(q), provider, "value", &state);
    if (state.len) {
        manager_begin(q, "Success");
        ami_putz(manager_out(q), "Message", "Presence State");
        ami_put(manager_out(q), "State", buf_slice(&state));
        put_presence(q, provider, "subtype", subtype_names);
        put_presence(q, provider, "message", message_names);
        manager_end(q);
    } else {
        manager_error(q, "Invalid provider %.*s or provider in invalid state", SLICE_ARG(provider));
    }
    buf_fini(&state);
}

static const struct manager_param presence_params[] = {
    MANAGER_PARAM_ID,
    {"Provider", {"Чьё: CustomPresence:имя.", "Presence Provider to check the state of"}, true},
    {0}};

const struct manager_action manager_action_presencestate = {
    .name = "PresenceState",
    .classes = CLASS_CALL | CLASS_REPORTING,
    .params = presence_params,
    .run = run_presence,
    SHOWN,
    .synopsis = {"Присутствие.", "Check Presence State"},
    .help = {
        "Состояние, вид и сообщение.",
        "Report the presence state for the given presence provider.\nWill return a 'Presence "
        "State' message. The response will include the presence\nstate and, if set, a presence "
        "subtype and custom message."}};

static bool put_presentity(struct slice name, struct slice value, void *arg)
{
    static const char *const state_names[] = {"Status", NULL};
    struct manager_request *q = arg;
    char provider[PLAN_ASTDB_KEY_MAX + 2];
    const ptrdiff_t slash = slice_chr(name, '/');
    struct slice who;

    /* "CustomPresence/p" is CustomPresence:p */
    if (slash < 0 || slice_copy(name, provider, sizeof(provider)))
        return true;
    provider[slash] = ':';
    who = slice_from(provider, name.len);
    manager_item(q, "PresenceStateChange");
    ami_put(manager_out(q), "Presentity", who);
    put_presence(q, who, "value", state_names);
    put_presence(q, who, "subtype", subtype_names);
    put_presence(q, who, "message", (const char *const[]){"Message", NULL});
    manager_end(q);
    return true;
}

static void run_presence_list(struct manager_request *q)
{
    manager_list(q, "Presence State Changes will follow");
    if (plan_astdb_each(manager_of(q)->args.plan, SLICE("CustomPresence"), put_presentity, q))
        manager_out(q)->err = ENOMEM;
    manager_list_end(q, "PresenceStateListComplete");
    manager_end(q);
}

const struct manager_action manager_action_presencestatelist = {
    .name = "PresenceStateList",
    .classes = CLASS_CALL | CLASS_REPORTING,
    .params = id_params,
    .run = run_presence_list,
    SHOWN,
    .synopsis = {"Присутствие всех.", "List the current known presence states."},
    .help = {"Каждое - событие PresenceStateChange.",
             "This will list out all known presence states in a sequence of\n<PresenceStateChange> "
             "events. When finished, a <PresenceStateListComplete>\nevent will be emitted."}};

/* ---- MailboxCount, MailboxStatus: no mailbox has a message until there is voicemail ---- */

static bool has_mailbox(struct manager_request *q)
{
    if (manager_arg(q, "Mailbox").len)
        return true;
    manager_error(q, "Mailbox not specified");
    return false;
}

static void run_mailbox_count(struct manager_request *q)
{
    struct buf *out;

    if (!has_mailbox(q))
        return;
    manager_begin(q, "Success");
    out = manager_out(q);
    ami_putz(out, "Message", "Mailbox Message Count");
    ami_put(out, "Mailbox", manager_arg(q, "Mailbox"));
    ami_putu(out, "UrgMessages", 0);
    ami_putu(out, "NewMessages", 0);
    ami_putu(out, "OldMessages", 0);
    manager_end(q);
}

static const struct manager_param mailbox_params[] = {
    MANAGER_PARAM_ID,
    {"Mailbox", {"Ящик: 100@default.", "Full mailbox ID <mailbox>@<vm-context>."}, true},
    {0}};

const struct manager_action manager_action_mailboxcount = {
    .name = "MailboxCount",
    .classes = CLASS_CALL | CLASS_REPORTING,
    .subject = "voicemail",
    .params = mailbox_params,
    .run = run_mailbox_count,
    SHOWN,
    .synopsis = {"Сколько сообщений в ящике.", "Check Mailbox Message Count."},
    .help = {"Срочных, новых и старых.",
             "Checks a voicemail account for new messages.\nReturns number of urgent, new and old "
             "messages.\nMessage: Mailbox Message Count\nMailbox: <mailboxid>\nUrgentMessages: "
             "<count>\nNewMessages: <count>\nOldMessages: <count>"}};

static void run_mailbox_status(struct manager_request *q)
{
    struct buf *out;

    if (!has_mailbox(q))
        return;
    manager_begin(q, "Success");
    out = manager_out(q);
    ami_putz(out, "Message", "Mailbox Status");
    ami_put(out, "Mailbox", manager_arg(q, "Mailbox"));
    ami_putu(out, "Waiting", 0);
    manager_end(q);
}

const struct manager_action manager_action_mailboxstatus = {
    .name = "MailboxStatus",
    .classes = CLASS_CALL | CLASS_REPORTING,
    .subject = "voicemail",
    .params = mailbox_params,
    .run = run_mailbox_status,
    SHOWN,
    .synopsis = {"Есть ли в ящике сообщения.", "Check mailbox."},
    .help = {"Waiting: 1 - есть новые, 0 - нет.",
             "Checks a voicemail account for status.\nReturns whether there are messages "
             "waiting.\nMessage: Mailbox Status.\nMailbox: <mailboxid>.\nWaiting: '1' if messages "
             "waiting, '0' if no messages waiting."}};
