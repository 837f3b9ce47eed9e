/* console.c - the console's commands about routing and calls (plan.h) */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "call/bridge.h"
#include "ipc/console.h"
#include "plan/console_call.h"
#include "plan/core.h"
#include "plan/feature.h"
#include "plan/names.h"

/* ---- dialplan show ---- */

/* The plural of whatever there are n of. */
static const char *ess(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static void show_line(struct console *c, const char *what, const char *step)
{
    console_printf(c, "  %-17s %-45s [%s]\n", what, step, PLAN_REGISTRAR);
}

static void show_step(struct console *c, const struct plan_exten *e, const struct plan_step *s)
{
    struct buf step;
    char what[220] = "";

    if (s == e->steps && e->cid)
        snprintf(what, sizeof(what), "'%.79s' (CID match '%.79s') => ", e->name, e->cid);
    else if (s == e->steps)
        snprintf(what, sizeof(what), "'%.79s' =>", e->name);
    else if (*s->label)
        snprintf(what, sizeof(what), "   [%.79s]", s->label);
    buf_init(&step, 2 * CONSOLE_CHUNK);
    if (s->priority == PLAN_HINT)
        buf_printf(&step, "hint: %s%s%s%s", s->name, *s->data ? "(" : "", s->data,
                   *s->data ? ")" : "");
    else
        buf_printf(&step, "%d. %s(%s)", s->priority, s->name, s->data);
    show_line(c, what, buf_z(&step));
    buf_fini(&step);
    if (s == e->steps && *s->label)
        console_printf(c, "     [%s]\n", s->label);
}

static void show_named(struct console *c, const char *what, const char *name)
{
    char quoted[220];

    snprintf(quoted, sizeof(quoted), "'%.200s'", name);
    show_line(c, what, quoted);
}

static uint32_t show_context(struct console *c, const struct plan_context *x, struct slice exten,
                             uint32_t *steps)
{
    uint32_t shown = 0;

    console_printf(c,
                   console_say(c, "[ Маршрутизация '%s' ]\n", "[ Context '%s' created by '%s' ]\n"),
                   plan_context_name(x), PLAN_REGISTRAR);
    for (struct plan_exten *e = plan_context_extens(x); e; e = e->next) {
        if (slice_is_set(exten) && !pattern_match(slice_of(e->name), exten, PATTERN_MATCH) &&
            !slice_eqz(exten, e->name))
            continue;
        for (uint32_t i = 0; i < e->count; i++)
            show_step(c, e, &e->steps[i]);
        shown++;
        *steps += e->count;
    }
    for (uint32_t i = 0; !slice_is_set(exten) && plan_context_include(x, i); i++)
        show_named(c, "Include =>", plan_context_include(x, i));
    for (uint32_t i = 0; !slice_is_set(exten) && plan_context_switch(x, i); i++)
        show_named(c, "Alt. Switch =>", plan_context_switch(x, i));
    console_printf(c, "\n");
    return shown;
}

/* As Asterisk's console, which counts it as failed. */
static int show_no_context(struct console *c, struct slice name)
{
    console_printf(c,
                   console_say(c, "Нет такой маршрутизации: %.*s\n",
                               "There is no existence of '%.*s' context\n"),
                   SLICE_ARG(name));
    return ECANCELED;
}

static void show_totals(struct console *c, uint32_t extens, uint32_t steps, uint32_t contexts)
{
    if (console_is_russian(c))
        console_printf(c, "-= расширений: %u (шагов: %u), маршрутизаций: %u =-\n", extens, steps,
                       contexts);
    else
        console_printf(c, "-= %u extension%s (%u priorit%s) in %u context%s. =-\n", extens,
                       ess(extens), steps, steps == 1 ? "y" : "ies", contexts, ess(contexts));
}

static int dialplan_show(struct console *c, int argc, char **argv, void *arg)
{
    const struct plan_core *p = arg;
    struct slice wanted = argc ? slice_of(argv[0]) : SLICE_NONE, exten = SLICE_NONE;
    uint32_t contexts = 0, extens = 0, steps = 0;

    if (argc > 1)
        return EINVAL;
    if (slice_chr(wanted, '@') >= 0)
        exten = slice_cut(wanted, '@', &wanted);
    for (const struct plan_context *x = p->routing ? plan_routing_first(p->routing) : NULL; x;
         x = plan_context_next(x)) {
        if (slice_is_set(wanted) && !slice_eqz(wanted, plan_context_name(x)))
            continue;
        contexts++;
        extens += show_context(c, x, exten, &steps);
    }
    if (slice_is_set(wanted) && !contexts)
        return show_no_context(c, wanted);
    show_totals(c, extens, steps, contexts);
    return 0;
}

static void complete_context(struct console_words *w, int index, void *arg)
{
    const struct plan_core *p = arg;

    for (const struct plan_context *x = p->routing && !index ? plan_routing_first(p->routing)
                                                             : NULL;
         x; x = plan_context_next(x))
        console_offer(w, plan_context_name(x));
}

/* ---- globals ---- */

static int print_global(const char *name, const char *value, void *arg)
{
    console_printf(arg, "   %s=%s\n", name, value);
    return 0;
}

static int dialplan_show_globals(struct console *c, int argc, char **argv, void *arg)
{
    uint32_t count = plan_globals_each(arg, print_global, c);

    console_printf(c, console_say(c, "\n    -- переменных: %u\n", "\n    -- %u variable(s)\n"),
                   count);
    return 0;
}

static int dialplan_set_global(struct console *c, int argc, char **argv, void *arg)
{
    int err;

    if (argc != 2)
        return EINVAL;
    err = plan_global_set(arg, slice_of(argv[0]), slice_of(argv[1]));
    if (!err)
        console_printf(c, console_say(c, "%s = '%s'\n", "Global variable '%s' set to '%s'\n"),
                       argv[0], argv[1]);
    return err;
}

/* ---- applications and functions ---- */

/* The first line of a help text. */
static struct slice synopsis(const char *help)
{
    return slice_from(help, strcspn(help, "\n"));
}

static int show_applications(struct console *c, int argc, char **argv, void *arg)
{
    unsigned count = 0;

    console_printf(c, "    -= %s =-\n",
                   console_say(c, "Приложения маршрутизации", "Registered Asterisk Applications"));
    for (const struct plan_app *a = plan_app_next(arg, NULL); a; a = plan_app_next(arg, a->name)) {
        struct slice text = synopsis(console_say(c, a->help_ru, a->help_en));

        console_printf(c, "  %20s: %.*s \n", a->name, SLICE_ARG(text));
        count++;
    }
    console_printf(
        c, console_say(c, "    -= Приложений: %u =-\n", "    -= %u Applications Registered =-\n"),
        count);
    return 0;
}

static int show_functions(struct console *c, int argc, char **argv, void *arg)
{
    unsigned count = 0;

    console_printf(
        c, "%s\n%.80s\n", console_say(c, "Функции:", "Installed Custom Functions:"),
        "--------------------------------------------------------------------------------");
    for (const struct plan_func *f = plan_func_next(arg, NULL); f;
         f = plan_func_next(arg, f->name)) {
        struct slice text = synopsis(console_say(c, f->help_ru, f->help_en));

        console_printf(c, "%-20.20s  %-35.35s  %.*s \n", f->name, f->syntax, SLICE_ARG(text));
        count++;
    }
    console_printf(c, console_say(c, "Функций: %u\n", "%u custom functions installed.\n"), count);
    return 0;
}

static void show_part(struct console *c, const char *ru, const char *en, struct slice text)
{
    console_printf(c, "[%s]\n%.*s\n\n", console_say(c, ru, en), SLICE_ARG(text));
}

static void show_help(struct console *c, const char *kind, const char *name, const char *syntax,
                      const char *help)
{
    const struct slice first = synopsis(help);

    console_printf(c, console_say(c, "\n  -= %s '%s' =- \n\n", "\n  -= Info about %s '%s' =- \n\n"),
                   kind, name);
    show_part(c, "Назначение", "Synopsis", first);
    show_part(c, "Синтаксис", "Syntax", slice_of(syntax));
    if (help[first.len])
        show_part(c, "Описание", "Description", slice_of(help + first.len + 1));
}

/* Why there is no such row. */
static int show_absent(struct console *c, enum plan_name_kind kind, const char *name)
{
    const char *why = plan_name_why(kind, slice_of(name), console_say(c, "ru", "en"));

    if (*why)
        console_printf(c, "%s: %s\n", name, why);
    else if (kind == PLAN_NAME_APP)
        console_printf(
            c,
            console_say(c, "Нет приложения %s\n", "Your application(s) is (are) not registered\n"),
            name);
    else
        console_printf(
            c, console_say(c, "Нет функции %s\n", "No function by that name registered.\n"), name);
    return ECANCELED;
}

static int show_application(struct console *c, int argc, char **argv, void *arg)
{
    const struct plan_app *a = argc == 1 ? plan_app_find(arg, slice_of(argv[0])) : NULL;

    if (argc != 1)
        return EINVAL;
    if (!a)
        return show_absent(c, PLAN_NAME_APP, argv[0]);
    show_help(c, console_say(c, "Приложение", "Application"), a->name, a->syntax,
              console_say(c, a->help_ru, a->help_en));
    return 0;
}

static int show_function(struct console *c, int argc, char **argv, void *arg)
{
    const struct plan_func *f = argc == 1 ? plan_func_find(arg, slice_of(argv[0])) : NULL;

    if (argc != 1)
        return EINVAL;
    if (!f)
        return show_absent(c, PLAN_NAME_FUNC, argv[0]);
    show_help(c, console_say(c, "Функция", "Function"), f->name, f->syntax,
              console_say(c, f->help_ru, f->help_en));
    return 0;
}

static void complete_app(struct console_words *w, int index, void *arg)
{
    for (const struct plan_app *a = index ? NULL : plan_app_next(arg, NULL); a;
         a = plan_app_next(arg, a->name))
        console_offer(w, a->name);
}

static void complete_func(struct console_words *w, int index, void *arg)
{
    for (const struct plan_func *f = index ? NULL : plan_func_next(arg, NULL); f;
         f = plan_func_next(arg, f->name))
        console_offer(w, f->name);
}

/* ---- channels ---- */

static long long age(const struct plan_core *p, const struct channel *ch)
{
    return mono_diff_ms(loop_now(plan_loop(p)), ch->created_mono) / 1000;
}

static const char *z(const char *s)
{
    return s ? s : "";
}

static void channel_concise(struct console *c, const struct plan_core *p, const struct channel *ch)
{
    console_printf(c, "%s!%s!%s!%d!%s!%s!%s!%s!%s!%s!%d!%lld!%s!%s\n", ch->name, z(ch->context),
                   z(ch->exten), ch->priority, channel_state_name(ch->state),
                   ch->app ? ch->app : "(None)", z(ch->appdata), z(ch->caller.number),
                   z(ch->accountcode), z(ch->peeraccount), ch->amaflags ? ch->amaflags : 3,
                   age(p, ch), ch->bridge ? ch->bridge->id : "", ch->uniqueid);
}

/* Widths are Asterisk's: scripts cut lines by columns. */
#define VERBOSE                                                                                    \
    "%-80.80s %-24.24s %-24.24s %-4.4s %-7.7s %-12.12s %-25.25s %-15.15s %8.8s "                   \
    "%-11.11s %-11.11s %-20.20s\n"
#define SHORT "%-64.64s %-32.32s %-7.7s %-30.30s\n"

static void channel_verbose(struct console *c, const struct plan_core *p, const struct channel *ch)
{
    const long long s = age(p, ch);
    char priority[16], duration[32];

    snprintf(priority, sizeof(priority), "%d", ch->priority);
    snprintf(duration, sizeof(duration), "%02lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
    console_printf(c, VERBOSE, ch->name, z(ch->context), z(ch->exten), priority,
                   channel_state_name(ch->state), ch->app ? ch->app : "(None)", z(ch->appdata),
                   z(ch->caller.number), duration, z(ch->accountcode), z(ch->peeraccount),
                   ch->bridge ? ch->bridge->id : "");
}

static void channel_short(struct console *c, const struct channel *ch)
{
    char place[128] = "(None)", what[160] = "(None)";

    if (*z(ch->exten))
        snprintf(place, sizeof(place), "%s@%s:%d", ch->exten, z(ch->context), ch->priority);
    if (ch->app)
        snprintf(what, sizeof(what), "%s(%.100s)", ch->app, z(ch->appdata));
    console_printf(c, SHORT, ch->name, place, channel_state_name(ch->state), what);
}

static void channels_head(struct console *c, bool is_verbose)
{
    if (is_verbose)
        console_printf(c, VERBOSE, "Channel", "Context", "Extension", "Prio", "State",
                       "Application", "Data", "CallerID", "Duration", "Accountcode", "PeerAccount",
                       "BridgeID");
    else if (console_is_russian(c)) /* the same columns: a letter has two bytes */
        console_printf(c, "%-69s %-37s %-11s %s\n", "Канал", "Место", "Сост.",
                       "Приложение(данные)");
    else
        console_printf(c, SHORT, "Channel", "Location", "State", "Application(Data)");
}

static void channels_count(struct console *c, const struct plan_core *p)
{
    const uint32_t active = calls_active(p->calls), calls = plan_runs_count(p);
    const unsigned long long processed = calls_processed(p->calls);

    if (console_is_russian(c))
        console_printf(c, "каналов: %u\nразговоров: %u\nвызовов с начала работы: %llu\n", active,
                       calls, processed);
    else
        console_printf(c, "%u active channel%s\n%u active call%s\n%llu call%s processed\n", active,
                       ess(active), calls, ess(calls), processed, ess(processed));
}

static int show_channels(struct console *c, int argc, char **argv, void *arg)
{
    const struct plan_core *p = arg;
    const char *how = argc ? argv[0] : "";
    const bool is_concise = strcmp(how, "concise") == 0, is_verbose = strcmp(how, "verbose") == 0,
               is_count = strcmp(how, "count") == 0;

    if (argc > 1 || (argc && !is_concise && !is_verbose && !is_count))
        return EINVAL;
    if (!is_concise && !is_count)
        channels_head(c, is_verbose);
    LIST_FOREACH(calls_channels(p->calls), k)
    {
        struct channel *ch = channel_of_link(k);

        if (is_concise)
            channel_concise(c, p, ch);
        else if (is_verbose)
            channel_verbose(c, p, ch);
        else if (!is_count)
            channel_short(c, ch);
    }
    if (!is_concise)
        channels_count(c, p);
    return 0;
}

static void show_variables(struct console *c, const struct channel *ch)
{
    console_printf(c, "%s:\n", console_say(c, "Переменные", "Variables"));
    LIST_FOREACH(&ch->vars, k)
    {
        const struct variable *v = CONTAINER_OF(k, struct variable, link);

        console_printf(c, "  %s%s=%s\n",
                       v->inherit == 2 ? "__"
                       : v->inherit    ? "_"
                                       : "",
                       v->name, v->value);
    }
}

static int show_channel(struct console *c, int argc, char **argv, void *arg)
{
    const struct plan_core *p = arg;
    const struct channel *ch, *peer;

    if (argc != 1)
        return EINVAL;
    ch = calls_channel_find(p->calls, slice_of(argv[0]));
    if (!ch) {
        console_printf(c, console_say(c, "Нет канала %s\n", "%s is not a known channel\n"),
                       argv[0]);
        return ENOENT;
    }
    peer = bridge_peer(ch);
    console_printf(
        c,
        "           Name: %s\n           Type: %s\n       UniqueID: %s\n       LinkedID: %s\n"
        "      Caller ID: %s\n Caller ID Name: %s\nConnected Line ID: %s\n"
        "Connected Line ID Name: %s\n    DNID Digits: %s\n       Language: %s\n"
        "          State: %s (%d)\n  Elapsed Time: %llds\n",
        ch->name, ch->tech->name, ch->uniqueid, ch->linkedid, z(ch->caller.number),
        z(ch->caller.name), z(ch->connected.number), z(ch->connected.name), z(ch->dnid),
        z(ch->language), channel_state_name(ch->state), ch->state, age(p, ch));
    console_printf(
        c,
        "      Bridge ID: %s\n    Bridged to: %s\n        Context: %s\n      Extension: %s\n"
        "       Priority: %d\n    Application: %s\n           Data: %s\n    Account Code: %s\n",
        ch->bridge ? ch->bridge->id : "", peer ? peer->name : "", z(ch->context), z(ch->exten),
        ch->priority, ch->app ? ch->app : "(None)", z(ch->appdata), z(ch->accountcode));
    show_variables(c, ch);
    return 0;
}

static int request_hangup(struct console *c, int argc, char **argv, void *arg)
{
    const struct plan_core *p = arg;
    const bool is_all = argc == 1 && strcmp(argv[0], "all") == 0;
    struct channel *ch;

    if (argc != 1)
        return EINVAL;
    ch = is_all ? NULL : calls_channel_find(p->calls, slice_of(argv[0]));
    if (!is_all && !ch) {
        console_printf(c, console_say(c, "Нет канала %s\n", "%s is not a known channel\n"),
                       argv[0]);
        return ENOENT;
    }
    if (ch)
        channel_end(ch, CAUSE_NORMAL, "console");
    LIST_FOREACH(calls_channels(p->calls), k)
    {
        if (is_all)
            channel_end(channel_of_link(k), CAUSE_NORMAL, "console");
    }
    console_printf(c, console_say(c, "Разрыв запрошен: %s\n", "Requested hangup of %s\n"), argv[0]);
    return 0;
}

static void complete_channel(struct console_words *w, int index, void *arg)
{
    const struct plan_core *p = arg;

    LIST_FOREACH(calls_channels(p->calls), k)
    {
        if (!index)
            console_offer(w, channel_of_link(k)->name);
    }
}

static void complete_channel_all(struct console_words *w, int index, void *arg)
{
    if (!index)
        console_offer(w, "all");
    complete_channel(w, index, arg);
}

const struct console_command plan_console_commands[] = {
    {"dialplan show", "[context|exten@context]", "Маршрутизация: расширения и шаги",
     "Routing: extensions and their steps", dialplan_show, complete_context},
    {"dialplan show globals", "", "Глобальные переменные", "Global variables",
     dialplan_show_globals, NULL},
    {"dialplan set global", "NAME VALUE", "Задать глобальную переменную", "Set a global variable",
     dialplan_set_global, NULL},
    {"core show applications", "", "Приложения маршрутизации", "Applications of the routing",
     show_applications, NULL},
    {"core show application", "NAME", "Справка о приложении", "Help on an application",
     show_application, complete_app},
    {"core show functions", "", "Функции маршрутизации", "Functions of the routing", show_functions,
     NULL},
    {"core show function", "NAME", "Справка о функции", "Help on a function", show_function,
     complete_func},
    {"channel originate", "TECH/RESOURCE extension EXTEN@CONTEXT | application NAME [DATA]",
     "Сделать вызов: после ответа - расширение или приложение",
     "Make a call: when answered, an extension or an application", plan_console_originate, NULL},
    {"channel redirect", "CHANNEL CONTEXT,EXTEN[,PRIORITY]",
     "Перевести канал в другое место маршрутизации",
     "Move a channel to another place of the routing", plan_console_redirect, complete_channel},
    {"database show", "[family [key]]", "Записи DB", "Entries of DB", plan_database_show, NULL},
    {"database get", "family key", "Одна запись DB", "One entry of DB", plan_database_get, NULL},
    {"database put", "family key value", "Задать запись DB", "Set an entry of DB",
     plan_database_put, NULL},
    {"database del", "family key", "Удалить запись DB", "Delete an entry of DB", plan_database_del,
     NULL},
    {"database deltree", "family [key]", "Удалить семейство DB", "Delete a family of DB",
     plan_database_deltree, NULL},
    {"core show channels", "[concise|verbose|count]", "Каналы", "Channels", show_channels, NULL},
    {"core show channel", "NAME", "Один канал со всеми переменными",
     "One channel with all its variables", show_channel, complete_channel},
    {"channel request hangup", "NAME|all", "Разорвать канал", "Hang up a channel", request_hangup,
     complete_channel_all},
    {"mixmonitor start", "CHANNEL FILE[,options[,command]]",
     "Записывать канал (приложение MixMonitor)", "Record a channel (application MixMonitor)",
     plan_console_mixmonitor_start, complete_channel},
    {"mixmonitor stop", "CHANNEL [ID]", "Закончить запись канала", "End a recording of a channel",
     plan_console_mixmonitor_stop, complete_channel},
    {"features show", "", "Коды, действующие в разговоре", "Codes that work in a talk",
     plan_console_features, NULL},
    {"mixmonitor list", "CHANNEL", "Записи канала", "Recordings of a channel",
     plan_console_mixmonitor_list, complete_channel},
};

const size_t plan_console_command_count =
    sizeof(plan_console_commands) / sizeof(plan_console_commands[0]);
