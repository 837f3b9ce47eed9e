/* console_more.c - the console's commands that change and try the routing, hints and device states
 * (plan.h) */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "call/device_state.h"
#include "ipc/console.h"
#include "model/exten.h"
#include "plan/astdb.h"
#include "plan/change.h"
#include "plan/core.h"
#include "plan/dry.h"
#include "plan/hint.h"

/* ---- changes ---- */

static void change_is_over(int err, void *arg)
{
    struct console *c = arg;

    if (err)
        console_printf(c, console_say(c, "Не изменено: %s\n", "Not changed: %s\n"), strerror(err));
    else
        console_printf(c, "%s\n", console_say(c, "Изменено.", "Changed."));
    console_finish(c, err);
    mem_deref(c);
}

/* What came of asking for a change. @return for the command */
static int asked(struct console *c, int err)
{
    static const struct {
        int err;
        const char *ru, *en;
    } texts[] = {
        {EEXIST, "Такое уже есть; replace заменит.", "It is there already; replace puts another."},
        {ENOENT, "Такого нет.", "There is no such thing."},
        {EINVAL, "Так нельзя: нужны расширение, приоритет от 1 (или hint) и приложение.",
         "This cannot be: extension, priority from 1 (or hint) and application are needed."},
        {ENOSPC, "Слишком много изменений: внесите их в базу данных.",
         "Too many changes: put them into the database."},
        {EAGAIN, "Маршрутизация ещё не загружена.", "The routing is not loaded yet."},
    };

    if (!err)
        return EINPROGRESS;
    mem_deref(c);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].err == err) {
            console_printf(c, "%s\n", console_say(c, texts[i].ru, texts[i].en));
            return EPERM;
        }
    return err;
}

/* Words up to the last one that is `last`, with blanks between. @return its index, 0: none */
static int join_until(int argc, char **argv, const char *last, struct buf *out)
{
    int at = 0;

    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], last) == 0)
            at = i;
    for (int i = 0; i < at; i++)
        buf_printf(out, "%s%s", i ? " " : "", argv[i]);
    return buf_err(out) ? 0 : at;
}

static char *text_of(struct slice s)
{
    return slice_is_set(s) ? slice_dup(s) : NULL;
}

static int add_line(struct console *c, struct plan_core *p, struct slice line, const char *context,
                    bool replace)
{
    struct model_exten_line l;
    struct plan_row row = {.context = context};
    char *texts[5] = {NULL};
    int err = model_exten_parse(&l, line, false, NULL);

    if (!err && l.kind != MODEL_PRIO_NUMBER && l.kind != MODEL_PRIO_HINT)
        err = EINVAL;
    if (!err) {
        row.exten = texts[0] = text_of(l.exten);
        row.label = texts[1] = text_of(l.label);
        row.app = texts[2] = text_of(l.app);
        row.data = texts[3] = slice_dup(slice_is_set(l.appdata) ? l.appdata : SLICE(""));
        row.cid = texts[4] = text_of(l.cid);
        row.priority = l.kind == MODEL_PRIO_HINT ? PLAN_HINT : l.number;
        err = row.exten && row.app && row.data ? 0 : ENOMEM;
    }
    if (!err)
        err = plan_change_add(p, &row, replace, change_is_over, mem_ref(c));
    else
        mem_ref(c);
    for (size_t i = 0; i < 5; i++)
        mem_free(texts[i]);
    return asked(c, err);
}

static int add_extension(struct console *c, int argc, char **argv, void *arg)
{
    const bool replace = argc > 3 && strcmp(argv[argc - 1], "replace") == 0;
    struct buf line;
    int at, err = EINVAL;

    buf_init(&line, 4096);
    at = join_until(argc, argv, "into", &line);
    if (at && at + 2 + replace == argc)
        err = add_line(c, arg, buf_slice(&line), argv[at + 1], replace);
    buf_fini(&line);
    return err;
}

static int remove_extension(struct console *c, int argc, char **argv, void *arg)
{
    char *context = argc ? strchr(argv[0], '@') : NULL, *cid;
    struct plan_row row = {0};
    uint32_t priority = 0;

    if (argc < 1 || argc > 2 || !context)
        return EINVAL;
    *context++ = '\0';
    cid = strchr(argv[0], '/');
    if (cid)
        *cid++ = '\0';
    if (argc == 2 && strcmp(argv[1], "hint") != 0 && slice_u32(slice_of(argv[1]), &priority))
        return EINVAL;
    row = (struct plan_row){.context = context, .exten = argv[0], .cid = cid};
    row.priority = argc == 2 && strcmp(argv[1], "hint") == 0 ? PLAN_HINT : (int)priority;
    return asked(c, plan_change_remove(arg, &row, change_is_over, mem_ref(c)));
}

static int change_include(struct console *c, int argc, char **argv, void *arg, bool is_removed)
{
    if (argc != 3 || strcmp(argv[1], is_removed ? "from" : "into") != 0)
        return EINVAL;
    return asked(c, plan_change_include(arg, &(struct plan_include){argv[2], argv[0]}, is_removed,
                                        change_is_over, mem_ref(c)));
}

static int add_include(struct console *c, int argc, char **argv, void *arg)
{
    return change_include(c, argc, argv, arg, false);
}

static int remove_include(struct console *c, int argc, char **argv, void *arg)
{
    return change_include(c, argc, argv, arg, true);
}

/* ---- dialplan test ---- */

static void dry_line(const char *text, void *arg)
{
    console_printf(arg, "%s\n", text);
}

static void dry_done(const char *text, void *arg)
{
    console_finish(arg, 0);
    mem_deref(arg);
}

static const char *outcome_of(const char *word)
{
    static const char *const words[] = {"ANSWER",     "BUSY",        "NOANSWER",
                                        "CONGESTION", "CHANUNAVAIL", "CANCEL"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(word, words[i]) == 0)
            return words[i];
    return NULL;
}

/* [caller] [date] [time] [outcome] in any order. @return 0; EINVAL */
static int read_suppositions(struct plan_dry_args *args, int argc, char **argv, struct wall now)
{
    char when[40] = "";

    for (int i = 0; i < argc; i++) {
        const size_t digits = strspn(argv[i], "0123456789:-");
        const bool is_time = !argv[i][digits] && strpbrk(argv[i], ":-") && digits > 3;

        if (outcome_of(argv[i]))
            args->outcome = outcome_of(argv[i]);
        else if (is_time && strlen(when) + digits + 2 < sizeof(when))
            snprintf(when + strlen(when), sizeof(when) - strlen(when), "%s%s", *when ? " " : "",
                     argv[i]);
        else if (!args->caller.len)
            args->caller = strcmp(argv[i], "-") ? slice_of(argv[i]) : SLICE("");
        else
            return EINVAL;
    }
    return *when ? plan_dry_parse_time(&args->at, when, now) : 0;
}

static int dialplan_test(struct console *c, int argc, char **argv, void *arg)
{
    struct plan_core *p = arg;
    struct plan_dry_args args = {
        .is_russian = console_is_russian(c), .line = dry_line, .done = dry_done, .arg = c};
    int err;

    if (argc < 2 || read_suppositions(&args, argc - 2, argv + 2, loop_wall(p->loop)))
        return EINVAL;
    args.context = slice_of(argv[0]);
    args.exten = slice_of(argv[1]);
    if (!p->routing || !plan_routing_has_context(p->routing, args.context)) {
        console_printf(c, console_say(c, "Нет такой маршрутизации: %s\n", "No such context: %s\n"),
                       argv[0]);
        return ENOENT;
    }
    mem_ref(c);
    err = plan_dry_start(p, &args);
    if (err)
        mem_deref(c);
    return err ? err : EINPROGRESS;
}

/* ---- hints ---- */

/* "Custom:x,CustomPresence:p(Name)" has the presence of p; nobody's is not_set. @return text */
static const char *presence_of(const struct plan_core *p, const char *hint, char text[16])
{
    const char *at = strstr(hint, "CustomPresence:");
    struct slice name, kept = SLICE_NONE;

    if (at) {
        name = slice_from(at + 15, strcspn(at + 15, "&,("));
        kept = plan_astdb_get(p, SLICE("CustomPresence"), name);
    }
    if (!slice_is_set(kept) || slice_copy(slice_cut(kept, ',', &kept), text, 16))
        snprintf(text, 16, "not_set");
    return text;
}

static void show_one_hint(struct console *c, const struct plan_core *p, const char *context,
                          const struct plan_exten *e, const struct plan_step *s)
{
    char place[192], presence[16];
    int state;

    snprintf(place, sizeof(place), "%.79s@%.79s", e->name, context);
    state = pattern_is(slice_of(e->name))
                ? EXTEN_NO_HINT
                : plan_hint_state(p, slice_of(context), slice_of(e->name));
    console_printf(c, "%-30.30s: %-60.60s  State:%-15.15s Presence:%-15.15s Watchers %2u\n", place,
                   s->name, plan_exten_state_text(state), presence_of(p, s->name, presence),
                   plan_hint_watchers(p, slice_of(context), slice_of(e->name)));
}

/* @param exten, context  absent: all */
static uint32_t show_hints_of(struct console *c, const struct plan_core *p, struct slice exten,
                              struct slice context)
{
    uint32_t count = 0;

    for (const struct plan_context *x = p->routing ? plan_routing_first(p->routing) : NULL; x;
         x = plan_context_next(x)) {
        if (slice_is_set(context) && !slice_eqz(context, plan_context_name(x)))
            continue;
        for (const struct plan_exten *e = plan_context_extens(x); e; e = e->next) {
            if (!e->count || e->steps[0].priority != PLAN_HINT ||
                (slice_is_set(exten) && !slice_eqz(exten, e->name)))
                continue;
            show_one_hint(c, p, plan_context_name(x), e, &e->steps[0]);
            count++;
        }
    }
    return count;
}

static int show_hints(struct console *c, int argc, char **argv, void *arg)
{
    uint32_t count;

    console_printf(c, "\n    -= %s =-\n",
                   console_say(c, "Подсказки", "Registered Asterisk Dial Plan Hints"));
    count = show_hints_of(c, arg, SLICE_NONE, SLICE_NONE);
    console_printf(c,
                   console_say(c, "----------------\n- подсказок: %u\n",
                               "----------------\n- %u hints registered\n"),
                   count);
    return 0;
}

static int show_hint(struct console *c, int argc, char **argv, void *arg)
{
    struct slice exten, context;
    uint32_t count;

    if (argc != 1)
        return EINVAL;
    exten = slice_cut(slice_of(argv[0]), '@', &context);
    count = show_hints_of(c, arg, exten, context);
    if (count) {
        if (console_is_russian(c))
            console_printf(c, "подсказок у %.*s: %u\n", SLICE_ARG(exten), count);
        else
            console_printf(c, "%u hint%s matching extension %.*s\n", count, count == 1 ? "" : "s",
                           SLICE_ARG(exten));
        return 0;
    }
    console_printf(c, console_say(c, "Нет подсказки %s\n", "No hints matching extension %s\n"),
                   argv[0]);
    return ENOENT;
}

/* ---- device states ---- */

#define RULE "---------------------------------------------------------------------\n"

static void print_custom(struct slice name, enum device_state s, void *arg)
{
    console_printf(arg, "--- Name: 'Custom:%.*s'  State: '%s'\n---\n", SLICE_ARG(name),
                   device_state_name(s));
}

static int devstate_list(struct console *c, int argc, char **argv, void *arg)
{
    const struct plan_core *p = arg;

    console_printf(c, "\n" RULE
                      "--- Custom Device States --------------------------------------------\n" RULE
                      "---\n");
    device_custom_each(p->calls, print_custom, c);
    console_printf(c, RULE RULE "\n");
    return 0;
}

static int devstate_change(struct console *c, int argc, char **argv, void *arg)
{
    const struct plan_core *p = arg;
    enum device_state state;
    struct slice name;
    int err;

    if (argc != 2 || device_state_parse(&state, slice_of(argv[1])))
        return EINVAL;
    if (!slice_caseeqz(slice_cut(slice_of(argv[0]), ':', &name), "Custom") || !name.len) {
        console_printf(c, "%s\n",
                       console_say(c, "Менять можно только устройства Custom:имя.",
                                   "Only devices Custom:name can be changed."));
        return EPERM;
    }
    err = device_custom_set(p->calls, name, state);
    if (!err)
        console_printf(c, console_say(c, "%.*s: теперь %s\n", "Changing %.*s to %s\n"),
                       SLICE_ARG(name), device_state_name(state));
    return err;
}

static void complete_states(struct console_words *w, int index, void *arg)
{
    for (unsigned i = 0; index == 1 && i < DEVICE_STATES; i++)
        console_offer(w, device_state_name((enum device_state)i));
}

const struct console_command plan_console_more[] = {
    {"dialplan add extension", "EXTEN,PRIORITY,APP(DATA) into CONTEXT [replace]",
     "Добавить шаг до перечитывания (dialplan reload) или перезапуска",
     "Add a step until dialplan reload or a restart", add_extension, NULL},
    {"dialplan remove extension", "EXTEN[/CALLER]@CONTEXT [PRIORITY|hint]",
     "Убрать расширение или его шаг до перечитывания", "Remove an extension or a step until reload",
     remove_extension, NULL},
    {"dialplan add include", "CONTEXT into CONTEXT", "Включить одну маршрутизацию в другую",
     "Include a context in another", add_include, NULL},
    {"dialplan remove include", "CONTEXT from CONTEXT", "Больше не включать маршрутизацию",
     "Include a context no more", remove_include, NULL},
    {"dialplan test", "CONTEXT NUMBER [CALLER] [[DATE] TIME] [DIALSTATUS]",
     "Какие шаги сделал бы вызов, без вызова", "Which steps a call would take, without a call",
     dialplan_test, NULL},
    {"core show hints", "", "Подсказки (hint) и их состояния", "Hints and their states", show_hints,
     NULL},
    {"core show hint", "EXTEN[@CONTEXT]", "Одна подсказка", "One hint", show_hint, NULL},
    {"devstate list", "", "Состояния устройств Custom:", "States of Custom: devices", devstate_list,
     NULL},
    {"devstate change", "Custom:NAME STATE", "Изменить состояние устройства Custom:",
     "Change the state of a Custom: device", devstate_change, complete_states},
};

const size_t plan_console_more_count = sizeof(plan_console_more) / sizeof(plan_console_more[0]);
