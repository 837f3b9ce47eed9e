/* manager/act_originate.c - Originate: a call made for a client; event OriginateResponse */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "manager/all.h"
#include "manager/danger.h"
#include "manager/inner.h"
#include "plan/args.h"
#include "plan/func/party.h"
#include "plan/originate.h"

#define SHOWN .shown = "tests/unit/manager/test_originate.c"

#define MOST_VARIABLES 64
#define TEXTS_MAX ((size_t)256 * 1024)

/* One under way. Held by plan/originate.h until the call answers or fails; the manager that goes before lets
   it go. */
struct originating {
    struct link link; /* manager->originating */
    struct manager *manager;
    struct manager_request *q; /* held: answered at the end; NULL: Async */
    struct arena texts;        /* what follows points into it */
    struct plan_originate_args args;
    struct plan_originate_var vars[MOST_VARIABLES];
    struct party caller;
    const char *id;
};

static void originating_destroy(void *object)
{
    struct originating *o = object;

    list_unlink(&o->link);
    party_fini(&o->caller);
    arena_fini(&o->texts);
}

void originating_stop(struct manager *m)
{
    LIST_FOREACH(&m->originating, k)
    {
        struct originating *o = CONTAINER_OF(k, struct originating, link);

        list_unlink(k);
        o->manager = NULL;
    }
}

/* ---- what is asked ---- */

/* A header as a text; NULL when it is empty. */
static int take(struct originating *o, const struct manager_request *q, const char *header,
                const char **text)
{
    const struct slice value = manager_arg(q, header);

    *text = value.len ? arena_strndup(&o->texts, value.p, value.len) : NULL;
    return value.len && !*text ? ENOMEM : 0;
}

static int take_texts(struct originating *o, const struct manager_request *q)
{
    struct plan_originate_args *a = &o->args;
    const struct {
        const char *header, **to;
    } texts[] = {
        {"Channel", &a->where},
        {"Exten", &a->exten},
        {"Context", &a->context},
        {"Application", &a->app},
        {"Data", &a->app_data},
        {"Account", &a->account},
        {"Codecs", &a->codecs},
        {"ChannelId", &a->uniqueid},
        {"OtherChannelId", &a->other_uniqueid},
        {"PreDialGoSub", &a->leg_gosub},
        {"ActionID", &o->id},
    };
    int err = 0;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && !err; i++)
        err = take(o, q, texts[i].header, texts[i].to);
    return err;
}

/* "a=1,b=2", in one header or several; quotes may hold a comma. */
static int take_variables(struct originating *o, const struct manager_request *q)
{
    struct slice header;

    o->args.vars = o->vars;
    for (uint32_t n = 0; slice_is_set(header = manager_arg_nth(q, "Variable", n)); n++) {
        const int room = (int)(MOST_VARIABLES - o->args.var_count);
        char *text = arena_strndup(&o->texts, header.p, header.len);
        char *parts[MOST_VARIABLES];
        int count;

        if (!text)
            return ENOMEM;
        count = room > 0 ? plan_args_split(text, ',', parts, room) : 0;
        for (int i = 0; i < count; i++) {
            char *value = strchr(parts[i], '=');

            if (value == parts[i] || !*parts[i])
                continue;
            if (value)
                *value++ = '\0';
            o->vars[o->args.var_count++] =
                (struct plan_originate_var){plan_strip(parts[i]), value ? value : ""};
        }
    }
    return 0;
}

static int take_caller(struct originating *o, const struct manager_request *q)
{
    const struct slice text = manager_arg(q, "CallerID");
    const int err = text.len ? party_item_write(&o->caller, "all", text) : 0;

    o->args.caller_number = o->caller.number;
    o->args.caller_name = o->caller.name;
    return err == ENOMEM ? ENOMEM : 0;
}

/* @return ENOMEM; 0, with *why: in Asterisk's words what does not make sense, or NULL */
static int take_numbers(struct originating *o, const struct manager_request *q, const char **why)
{
    const struct slice priority = manager_arg(q, "Priority"), timeout = manager_arg(q, "Timeout");
    struct plan_originate_args *a = &o->args;
    int64_t number = 0;

    *why = NULL;
    if (priority.len && slice_i64(priority, &number) == 0)
        a->priority = number > 0 && number < INT32_MAX ? (int)number : (int)(number < 0 ? -1 : 0);
    else if (priority.len &&
             plan_priority_find(manager_of(q)->args.plan, NULL, manager_arg(q, "Context"),
                                manager_arg(q, "Exten"), priority, &a->priority))
        *why = "Invalid priority";
    if (!*why && timeout.len && slice_i64(timeout, &a->timeout_ms))
        *why = "Invalid timeout";
    if (a->timeout_ms < 0)
        a->timeout_ms = 0;
    a->with_early_media = manager_arg_bool(q, "EarlyMedia", false);
    return 0;
}

/* ---- what is refused ---- */

static bool is_dangerous(const struct plan_originate_args *a)
{
    if (a->app && (danger_is_app(slice_of(a->app)) ||
                   danger_is_in(slice_of(a->app_data), DANGER_READ | DANGER_WRITE)))
        return true;
    for (uint32_t i = 0; i < a->var_count; i++)
        if (danger_is_in(slice_of(a->vars[i].name), DANGER_READ | DANGER_WRITE))
            return true;
    return danger_is_in(slice_of(a->leg_gosub), DANGER_READ | DANGER_WRITE);
}

static bool has_place(const struct plan_originate_args *a)
{
    return a->exten && a->context && a->priority;
}

/* @return what is wrong, in Asterisk's words; NULL: nothing */
static const char *check(const struct originating *o, const struct manager_request *q)
{
    const struct plan_originate_args *a = &o->args;

    if (!strchr(a->where, '/'))
        return "Invalid channel";
    if (!manager_may(q, CLASS_SYSTEM) && is_dangerous(a))
        return "Originate Access Forbidden: app or data blacklisted";
    if (has_place(a) && !plan_has_step(manager_of(q)->args.plan, NULL, slice_of(a->context),
                                       slice_of(a->exten), a->priority))
        return "Extension does not exist.";
    if (!a->app && !has_place(a) && !manager_arg_bool(q, "Async", false))
        return "Originate with 'Exten' requires 'Context' and 'Priority'";
    return NULL;
}

/* ---- how it ends ---- */

const struct manager_event manager_events_originate[] = {
    {.name = "OriginateResponse",
     .classes = CLASS_CALL,
     .headers =
         "[ActionID] Response Channel [Application] [Data] [Context] [Exten] Reason Uniqueid CallerIDNum CallerIDName",
     SHOWN,
     .help = {"Чем кончился вызов, заказанный действием Originate с Async.",
              "Raised in response to an Originate command that had Async."}},
    {0}};

static void tell(struct originating *o, enum plan_originate_reason reason, const struct channel *ch)
{
    const struct plan_originate_args *a = &o->args;
    struct buf *out = manager_event_begin(o->manager, manager_events_originate);

    if (!out)
        return;
    if (o->id)
        ami_putz(out, "ActionID", o->id);
    ami_putz(out, "Response", ch ? "Success" : "Failure");
    ami_putz(out, "Channel", ch ? ch->name : a->where);
    ami_putz(out, a->app ? "Application" : "Context", a->app ? a->app : a->context);
    ami_putz(out, a->app ? "Data" : "Exten", a->app ? a->app_data : a->exten);
    ami_putu(out, "Reason", reason);
    ami_put(out, "Uniqueid", manager_or_unknown(slice_of(ch ? ch->uniqueid : "")));
    ami_put(out, "CallerIDNum", manager_or_unknown(slice_of(a->caller_number)));
    ami_put(out, "CallerIDName", manager_or_unknown(slice_of(a->caller_name)));
    manager_event_end(o->manager);
}

static void on_done(enum plan_originate_reason reason, struct channel *ch, void *arg)
{
    struct originating *o = arg;
    struct manager_request *q = o->q;

    if (q && !manager_is_gone(q)) {
        if (ch)
            manager_ack(q, "Originate successfully queued");
        else
            manager_error(q, "Originate failed");
    } else if (!q && o->manager) {
        tell(o, reason, ch);
    }
    if (q)
        manager_done(q);
    mem_deref(o);
}

/* A client that only asks has its answer now; the event tells the rest. */
static void start_async(struct originating *o, struct manager_request *q)
{
    manager_ack(q, "Originate successfully queued");
    if (plan_originate(NULL, manager_of(q)->args.plan, &o->args))
        on_done(ORIGINATE_FAILED, NULL, o);
}

static void start(struct originating *o, struct manager_request *q)
{
    o->q = manager_hold(q);
    if (plan_originate(NULL, manager_of(q)->args.plan, &o->args))
        on_done(ORIGINATE_FAILED, NULL, o);
}

static int take_all(struct originating *o, struct manager_request *q, const char **why)
{
    int err = take_texts(o, q);

    if (!err)
        err = take_variables(o, q);
    if (!err)
        err = take_caller(o, q);
    if (!err)
        err = take_numbers(o, q, why);
    if (!err && !*why)
        *why = check(o, q);
    return err;
}

static void run_originate(struct manager_request *q)
{
    struct originating *o;
    const char *why = NULL;

    if (!manager_arg(q, "Channel").len) {
        manager_error(q, "Channel not specified");
        return;
    }
    o = mem_alloc(sizeof(*o), originating_destroy);
    if (!o) {
        manager_error(q, "Originate failed");
        return;
    }
    o->manager = manager_of(q);
    arena_init(&o->texts, TEXTS_MAX);
    o->args.done = on_done;
    o->args.arg = o;
    list_append(&o->manager->originating, &o->link);
    if (take_all(o, q, &why))
        why = "Originate failed";
    if (why) {
        manager_error(q, "%s", why);
        mem_deref(o);
    } else if (manager_arg_bool(q, "Async", false)) {
        start_async(o, q);
    } else {
        start(o, q);
    }
}

static const struct manager_param originate_params[] = {
    MANAGER_PARAM_ID,
    {"Channel", {"Кого вызвать: PJSIP/101.", "Channel name to call."}, true},
    {"Exten",
     {"Расширение, куда пойдёт ответивший (вместе с Context и Priority).",
      "Extension to use (requires 'Context' and 'Priority')"}},
    {"Context", {"Контекст.", "Context to use (requires 'Exten' and 'Priority')"}},
    {"Priority", {"Приоритет или метка.", "Priority to use (requires 'Exten' and 'Context')"}},
    {"Application", {"Приложение, которое выполнит ответивший.", "Application to execute."}},
    {"Data", {"Данные приложения.", "Data to use (requires 'Application')."}},
    {"Timeout",
     {"Сколько миллисекунд звонить (30000).",
      "How long to wait for call to be answered (in ms.)."}},
    {"CallerID", {"От чьего имени.", "Caller ID to be set on the outgoing channel."}},
    {"Variable",
     {"Переменные: имя=значение через запятую; полей может быть несколько.",
      "Channel variable to set, multiple Variable: headers are allowed."}},
    {"Account", {"Счёт.", "Account code."}},
    {"EarlyMedia",
     {"true - начать уже со звуком до ответа.",
      "Set to 'true' to force call bridge on early media."}},
    {"Async", {"true - не ждать ответа.", "Set to 'true' for fast origination."}},
    {"Codecs",
     {"Кодеки этого вызова через запятую.",
      "Comma-separated list of codecs to use for this call."}},
    {"ChannelId", {"Uniqueid канала.", "Channel UniqueId to be set on the channel."}},
    {"OtherChannelId",
     {"Uniqueid второй половины Local.",
      "Channel UniqueId to be set on the second local channel."}},
    {"PreDialGoSub",
     {"Подпрограмма до вызова: контекст,расширение,приоритет.",
      "PreDialGoSub Context,Extension,Priority to set options/headers needed before\nstart the outgoing extension"}},
    {0}};

const struct manager_action manager_action_originate = {
    .name = "Originate",
    .classes = CLASS_ORIGINATE,
    .params = originate_params,
    .run = run_originate,
    SHOWN,
    .synopsis = {"Сделать вызов.", "Originate a call."},
    .help = {
        "Ответ приходит, когда ответили или не ответили; с Async - сразу, а чем кончилось, говорит событие "
        "OriginateResponse (Reason: 0 - не вышло или отказ, 3 - не ответили, 4 - ответили, канал Local ещё и 5 - занято, "
        "8 - перегрузка). Приложения и функции, которые выполняют программы или читают и пишут файлы, - "
        "только с классом system. В данных ничего не подставляется.",
        "Generates an outgoing call to a\nExtension/Context/Priority or Application/Data"}};
