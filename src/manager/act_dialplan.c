/* manager/act_dialplan.c - actions on the routing: ShowDialPlan, DialplanExtensionAdd and its opposite */
#include <errno.h>
#include <string.h>

#include "manager/all.h"
#include "manager/inner.h"
#include "plan/change.h"
#include "plan/routing.h"

#define SHOWN .shown = "tests/unit/manager/test_admin.c"
#define REGISTRAR "pbx_config"

/* ---- ShowDialPlan ---- */

enum { INCLUDES_DEEP = 64, CONTEXTS_MAX = 10000 };

struct showing {
    struct manager_request *q;
    const struct plan_routing *routing;
    struct slice exten; /* absent: all */
    bool is_counting;   /* a first walk: what is not there is said before the list */
    uint32_t contexts, extens, steps, depth;
    const struct plan_context *path[INCLUDES_DEEP]; /* of includes: none comes twice */
};

static struct buf *begin_item(struct showing *s, const struct plan_context *x)
{
    manager_item(s->q, "ListDialplan");
    ami_putz(manager_out(s->q), "Context", plan_context_name(x));
    return manager_out(s->q);
}

static void end_item(struct showing *s)
{
    ami_putz(manager_out(s->q), "Registrar", REGISTRAR);
    manager_end(s->q);
}

static void put_step(struct showing *s, const struct plan_context *x, const struct plan_exten *e,
                     const struct plan_step *step)
{
    struct buf *out = begin_item(s, x);

    ami_putz(out, "Extension", e->name);
    if (step->label && *step->label)
        ami_putz(out, "ExtensionLabel", step->label);
    if (step->priority == PLAN_HINT) {
        ami_putz(out, "Priority", "hint");
        ami_putz(out, "Application", step->name);
    } else {
        ami_putf(out, "Priority", "%d", step->priority);
        ami_putz(out, "Application", step->name);
        ami_putz(out, "AppData", step->data);
    }
    end_item(s);
}

static void show_extens(struct showing *s, const struct plan_context *x)
{
    for (const struct plan_exten *e = plan_context_extens(x); e; e = e->next) {
        if (slice_is_set(s->exten) && !slice_eqz(s->exten, e->name) &&
            !pattern_match(slice_of(e->name), s->exten, PATTERN_MATCH))
            continue;
        s->extens++;
        s->steps += e->count;
        for (uint32_t i = 0; !s->is_counting && i < e->count; i++)
            put_step(s, x, e, &e->steps[i]);
    }
}

static void show_context(struct showing *s, const struct plan_context *x);

static bool may_enter(const struct showing *s, const struct plan_context *x)
{
    for (uint32_t i = 0; i < s->depth; i++)
        if (s->path[i] == x)
            return false;
    return x && s->depth < INCLUDES_DEEP && s->contexts < CONTEXTS_MAX;
}

/* An extension is looked for in what is included, too. */
static void show_includes(struct showing *s, const struct plan_context *x)
{
    for (uint32_t i = 0; plan_context_include(x, i); i++) {
        const char *text = plan_context_include(x, i);
        const struct slice name = slice_from(text, strcspn(text, ",|"));
        const struct plan_context *to;

        if (slice_is_set(s->exten)) {
            to = plan_routing_context(s->routing, name);
            if (may_enter(s, to))
                show_context(s, to);
        } else if (!s->is_counting) {
            ami_putz(begin_item(s, x), "IncludeContext", text);
            end_item(s);
        }
    }
}

static void show_context(struct showing *s, const struct plan_context *x)
{
    s->contexts++;
    show_extens(s, x);
    s->path[s->depth++] = x;
    show_includes(s, x);
    s->depth--;
    for (uint32_t i = 0; !s->is_counting && plan_context_switch(x, i); i++) {
        ami_putz(begin_item(s, x), "Switch", plan_context_switch(x, i));
        end_item(s);
    }
}

static void show_all(struct showing *s, struct slice context, bool is_counting)
{
    s->is_counting = is_counting;
    s->contexts = s->extens = s->steps = 0;
    if (!s->routing)
        return;
    for (const struct plan_context *x = plan_routing_first(s->routing); x; x = plan_context_next(x))
        if (!context.len || slice_eqz(context, plan_context_name(x)))
            show_context(s, x);
}

static void run_show(struct manager_request *q)
{
    const struct slice context = manager_arg(q, "Context"), exten = manager_arg(q, "Extension");
    struct showing s = {.q = q,
                        .routing = plan_routing_now(manager_of(q)->args.plan),
                        .exten = exten.len ? exten : SLICE_NONE};

    show_all(&s, context, true);
    if (context.len && !s.contexts) {
        manager_error(q, "Did not find context %.*s", SLICE_ARG(context));
        return;
    }
    if (exten.len && !s.extens) {
        manager_error(q, "Did not find extension %.*s%s%.*s", SLICE_ARG(exten),
                      context.len ? "@" : "", SLICE_ARG(context));
        return;
    }
    manager_list(q, "DialPlan list will follow");
    show_all(&s, context, false);
    manager_list_end(q, "ShowDialPlanComplete");
    ami_putu(manager_out(q), "ListExtensions", s.extens);
    ami_putu(manager_out(q), "ListPriorities", s.steps);
    ami_putu(manager_out(q), "ListContexts", s.contexts);
    manager_end(q);
}

static const struct manager_param show_params[] = {
    MANAGER_PARAM_ID,
    {"Extension", {"Только это расширение.", "Show a specific extension."}},
    {"Context", {"Только эта маршрутизация.", "Show a specific context."}},
    {0}};

const struct manager_action manager_action_showdialplan = {
    .name = "ShowDialPlan",
    .classes = CLASS_CONFIG | CLASS_REPORTING,
    .params = show_params,
    .run = run_show,
    SHOWN,
    .synopsis = {"Показать маршрутизацию.", "Show dialplan contexts and extensions"},
    .help = {"Каждый шаг - событие ListDialplan; вся маршрутизация может быть большой.",
             "Show dialplan contexts and extensions. Be aware that showing the full\ndialplan may "
             "take a lot of capacity."}};

/* ---- DialplanExtensionAdd, DialplanExtensionRemove ---- */

/* A change that is being asked for; texts with NUL, which the row borrows. */
struct change {
    struct manager_request *q; /* held */
    const char *done, *failed;
    char *texts[5];
};

static void change_free(struct change *k)
{
    for (size_t i = 0; i < sizeof(k->texts) / sizeof(k->texts[0]); i++)
        mem_free(k->texts[i]);
    mem_free(k);
}

static void change_is_over(int err, void *arg)
{
    struct change *k = arg;

    if (err)
        manager_error(k->q, "%s", k->failed);
    else
        manager_ack(k->q, "%s", k->done);
    manager_done(k->q);
    change_free(k);
}

/* "hint" or a number. @return 0; EINVAL */
static int read_priority(struct slice text, int *priority)
{
    uint32_t n = 0;

    if (slice_caseeqz(text, "hint")) {
        *priority = PLAN_HINT;
        return 0;
    }
    if (slice_u32(text, &n) || !n || n > INT32_MAX)
        return EINVAL;
    *priority = (int)n;
    return 0;
}

/* Context, extension and "/caller" of the request as texts of k. @return 0; ENOMEM */
static int read_place(struct change *k, struct manager_request *q, struct plan_row *row)
{
    struct slice cid, exten = slice_cut(manager_arg(q, "Extension"), '/', &cid);

    row->context = k->texts[0] = slice_dup(manager_arg(q, "Context"));
    row->exten = k->texts[1] = slice_dup(exten);
    if (slice_is_set(cid))
        row->cid = k->texts[2] = slice_dup(cid);
    return row->context && row->exten && (row->cid || !slice_is_set(cid)) ? 0 : ENOMEM;
}

static void add(struct manager_request *q, struct change *k, struct plan_row *row)
{
    int err = read_place(k, q, row);

    row->app = k->texts[3] = slice_dup(manager_arg(q, "Application"));
    row->data = k->texts[4] = slice_dup(manager_arg(q, "ApplicationData"));
    if (!err && (!row->app || !row->data))
        err = ENOMEM;
    k->q = manager_hold(q);
    k->done = "Added requested extension";
    k->failed = "Failed to add extension";
    if (!err)
        err = plan_change_add(manager_of(q)->args.plan, row, manager_arg_bool(q, "Replace", false),
                              change_is_over, k);
    if (err == EEXIST)
        k->failed = "That extension and priority already exist at that context";
    if (err)
        change_is_over(err, k);
}

static void run_add(struct manager_request *q)
{
    struct plan_row row = {0};
    struct change *k;

    if (!manager_arg(q, "Context").len || !manager_arg(q, "Extension").len ||
        !manager_arg(q, "Priority").len || !manager_arg(q, "Application").len) {
        manager_error(q, "Context, Extension, Priority, and Application must be defined for "
                         "DialplanExtensionAdd.");
        return;
    }
    if (read_priority(manager_arg(q, "Priority"), &row.priority)) {
        manager_error(q, "The priority specified was invalid.");
        return;
    }
    k = mem_zalloc(sizeof(*k));
    if (k)
        add(q, k, &row);
    else
        manager_error(q, "Failed to add extension");
}

static const struct manager_param add_params[] = {
    MANAGER_PARAM_ID,
    {"Context",
     {"Маршрутизация; если её нет, она появится.",
      "Context where the extension will be created. The context will be created if\nit does not "
      "already exist."},
     true},
    {"Extension",
     {"Расширение; после / - для какого номера звонящего.",
      "Name of the extension that will be created (may include callerid match by\nseparating with "
      "'/')"},
     true},
    {"Priority",
     {"Приоритет от 1 или hint.",
      "Priority being added to this extension. Must be either 'hint' or a\nnumerical value."},
     true},
    {"Application",
     {"Приложение (у hint - устройства).",
      "The application to use for this extension at the requested priority"},
     true},
    {"ApplicationData", {"Его параметры.", "Arguments to the application."}},
    {"Replace",
     {"yes - заменить то, что там есть.",
      "If set to 'yes', '1', 'true' or any of the other values we evaluate as\ntrue, then if an "
      "extension already exists at the requested context,\nextension, and priority it will be "
      "overwritten. Otherwise, the existing\nextension will remain and the action will fail."}},
    {0}};

const struct manager_action manager_action_dialplanextensionadd = {
    .name = "DialplanExtensionAdd",
    .classes = CLASS_SYSTEM,
    .params = add_params,
    .run = run_add,
    SHOWN,
    .synopsis = {"Добавить шаг маршрутизации.", "Add an extension to the dialplan"},
    .help = {"До dialplan reload или перезапуска; чтобы навсегда - внесите в базу.", ""}};

static void remove_step(struct manager_request *q, struct change *k, struct plan_row *row)
{
    int err = read_place(k, q, row);

    k->q = manager_hold(q);
    k->done = row->priority ? "Removed the requested priority from the extension"
                            : "Removed the requested extension";
    k->failed = "Failed to remove requested extension";
    if (!err)
        err = plan_change_remove(manager_of(q)->args.plan, row, change_is_over, k);
    if (err)
        change_is_over(err, k);
}

static void run_remove(struct manager_request *q)
{
    const struct slice priority = manager_arg(q, "Priority");
    struct plan_row row = {0};
    struct change *k;

    if (!manager_arg(q, "Context").len || !manager_arg(q, "Extension").len) {
        manager_error(q, "Context and Extension must be provided for DialplanExtensionRemove");
        return;
    }
    if (priority.len && read_priority(priority, &row.priority)) {
        manager_error(q, "The priority specified was invalid.");
        return;
    }
    k = mem_zalloc(sizeof(*k));
    if (k)
        remove_step(q, k, &row);
    else
        manager_error(q, "Failed to remove requested extension");
}

static const struct manager_param remove_params[] = {
    MANAGER_PARAM_ID,
    {"Context", {"Маршрутизация.", "Context of the extension being removed"}, true},
    {"Extension",
     {"Расширение; после / - для какого номера звонящего.",
      "Name of the extension being removed (may include callerid match by\nseparating with '/')"},
     true},
    {"Priority",
     {"Только этот шаг; нет - всё расширение.",
      "If provided, only remove this priority from the extension instead of all\npriorities in the "
      "extension."}},
    {0}};

const struct manager_action manager_action_dialplanextensionremove = {
    .name = "DialplanExtensionRemove",
    .classes = CLASS_SYSTEM,
    .params = remove_params,
    .run = run_remove,
    SHOWN,
    .synopsis = {"Убрать шаг или расширение.", "Remove an extension from the dialplan"},
    .help = {"До dialplan reload или перезапуска; чтобы навсегда - уберите из базы.", ""}};
