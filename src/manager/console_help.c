/* manager/console_help.c - see console_help.h */
#include <errno.h>
#include <string.h>

#include "manager/all.h"
#include "manager/console_help.h"
#include "manager/inner.h"
#include "manager/origin.h"
#include "manager/page.h"

enum { WIDTH = 79, ROW_WIDTH = 80, EVENT_COLUMNS = 3 };

/* ---- text in lines ---- */

/* How much of line fits: up to the last space before the edge. */
static size_t fitting(struct slice line, size_t width)
{
    size_t cut = width;

    if (line.len <= width)
        return line.len;
    while (cut && line.p[cut] != ' ')
        cut--;
    return cut ? cut : width;
}

/* Each line of text, cut at words where it is longer. English only counts bytes right. */
static void print_text(struct console *c, const char *text, const char *indent)
{
    struct slice rest = slice_of(text);

    while (slice_is_set(rest)) {
        struct slice line = slice_cut(rest, '\n', &rest);

        do {
            const size_t n =
                console_is_russian(c) ? line.len : fitting(line, WIDTH - strlen(indent));

            console_printf(c, "%s%.*s\n", indent, (int)n, line.p);
            line = slice_skip(line, n < line.len && line.p[n] == ' ' ? n + 1 : n);
        } while (line.len);
    }
}

static void print_part(struct console *c, const char *ru, const char *en, const char *text)
{
    console_printf(c, "[%s]\n", console_say(c, ru, en));
    print_text(c, text && *text ? text : console_say(c, "Нет", "Not available"), "");
    console_printf(c, "\n");
}

/* ---- one event ---- */

static void print_headers(struct console *c, const struct manager_event *e)
{
    struct manager_header_name h;

    for (uint32_t i = 0; manager_event_header(e, i, &h); i++)
        console_printf(c, h.is_always ? "%s: <value>\n" : "[%s:] <value>\n", h.text);
}

static void print_event(struct console *c, const struct manager_event *e)
{
    console_printf(c,
                   console_say(c, "  -= Событие Manager '%s' =- \n\n",
                               "  -= Info about Manager Event '%s' =- \n\n"),
                   e->name);
    print_part(c, "Назначение", "Synopsis", console_say(c, e->help.ru, e->help.en));
    if (e->subject)
        print_part(c, "Появится вместе с", "Comes with",
                   manager_subject_text(e->subject, console_is_russian(c)));
    console_printf(c, "[%s]\nEvent: %s\n", console_say(c, "Запись", "Syntax"), e->name);
    print_headers(c, e);
    console_printf(c, "\n");
}

int manager_console_event(struct console *c, int argc, char **argv, void *arg)
{
    const struct manager_event *e = argc == 1 ? manager_event_find(slice_of(argv[0])) : NULL;

    if (argc != 1)
        return EINVAL;
    if (!e) {
        console_printf(c, console_say(c, "Нет события '%s'\n", "Could not find event '%s'\n"),
                       argv[0]);
        return ENOENT;
    }
    console_printf(c, "Event: %s\n\n", e->name);
    print_event(c, e);
    return 0;
}

int manager_console_events(struct console *c, int argc, char **argv, void *arg)
{
    const struct manager_event **all;
    const uint32_t n = manager_events_sort(&all);
    int width = 0;

    if (!n)
        return ENOMEM;
    for (uint32_t i = 0; i < n; i++)
        if ((int)strlen(all[i]->name) > width)
            width = (int)strlen(all[i]->name);
    console_printf(c, "%s:\n  ", console_say(c, "События", "Events"));
    for (int i = 0; i < EVENT_COLUMNS; i++)
        console_printf(c, "%.*s  ", width, "----------------------------------------");
    console_printf(c, "\n");
    for (uint32_t i = 0; i < n; i++) {
        const bool is_last = i % EVENT_COLUMNS == EVENT_COLUMNS - 1 || i + 1 == n;

        console_printf(c, "%s%-*s%s", i % EVENT_COLUMNS ? "" : "  ", width, all[i]->name,
                       is_last ? "\n" : "  ");
    }
    console_printf(c, console_say(c, "\nСобытий: %u\n", "\n%u events registered.\n"), n);
    mem_free(all);
    return 0;
}

void manager_complete_event(struct console_words *w, int index, void *arg)
{
    for (const struct manager_event *const *t = manager_events; *t && !index; t++)
        for (const struct manager_event *e = *t; e->name; e++)
            console_offer(w, e->name);
}

/* ---- one action ---- */

static void print_syntax(struct console *c, const struct manager_action *a)
{
    console_printf(c, "[%s]\nAction: %s\n", console_say(c, "Запись", "Syntax"), a->name);
    for (const struct manager_param *p = a->params; p->name; p++)
        console_printf(c, p->is_required ? "%s: <value>\n" : "[%s:] <value>\n", p->name);
    console_printf(c, "\n[%s]\n\n", console_say(c, "Параметры", "Arguments"));
    for (const struct manager_param *p = a->params; p->name; p++) {
        console_printf(c, "%s\n", p->name);
        print_text(c, console_say(c, p->help.ru, p->help.en), "    ");
        console_printf(c, "\n");
    }
}

/* Pages of the events of its list, those that have one. */
static void print_events_of(struct console *c, const char *names)
{
    struct slice rest = slice_of(names ? names : "");
    bool is_none = true;

    while (slice_is_set(rest) && rest.len) {
        const struct slice name = slice_cut(rest, ' ', &rest);
        const struct manager_event *e = manager_event_find(name);

        console_printf(c, "Event: %.*s\n", SLICE_ARG(name));
        is_none = false;
        if (!e)
            continue;
        console_printf(c, "\n");
        print_event(c, e);
    }
    if (is_none)
        console_printf(c, "%s\n", console_say(c, "Нет", "None"));
}

static void print_action(struct console *c, const struct manager_action *a)
{
    const struct manager_origin *o = manager_origin_of(a->name);
    const bool is_english = !console_is_russian(c);
    const char *synopsis = console_say(c, a->synopsis.ru, a->synopsis.en);
    struct buf classes;

    buf_init(&classes, 400);
    class_print(a->classes, &classes);
    console_printf(c,
                   console_say(c, "\n  -= Действие Manager '%s' =- \n\n",
                               "\n  -= Info about Manager Command '%s' =- \n\n"),
                   a->name);
    if (is_english && strlen(synopsis) < WIDTH)
        console_printf(c, "[Synopsis]\n%s \n\n", synopsis); /* so ends Asterisk's, too */
    else
        print_part(c, "Назначение", "Synopsis", synopsis);
    print_part(c, "Модуль Asterisk", "Provided By", o->module);
    print_part(c, "С версии", "Since", o->since);
    print_part(c, "Описание", "Description", console_say(c, a->help.ru, a->help.en));
    if (a->subject)
        print_part(c, "Заработает вместе с", "Comes with",
                   manager_subject_text(a->subject, !is_english));
    print_syntax(c, a);
    print_part(c, "Права", "Privilege", buf_z(&classes));
    print_part(c, "Смотрите также", "See Also", o->see);
    console_printf(c, "[%s]\n", console_say(c, "События списка", "List Responses"));
    print_events_of(c, o->list);
    console_printf(c, "\n[%s]\n\n[%s]\n",
                   console_say(c, "Конец событий списка", "End List Responses"),
                   console_say(c, "Последнее событие", "Final Response"));
    print_events_of(c, o->end);
    console_printf(c, "\n[%s]\n\n",
                   console_say(c, "Конец последнего события", "End Final Response"));
    buf_fini(&classes);
}

int manager_console_command(struct console *c, int argc, char **argv, void *arg)
{
    int found = 0;

    if (!argc)
        return EINVAL;
    for (int i = 0; i < argc; i++) {
        const struct manager_action *a = manager_action_find(slice_of(argv[i]));

        if (!a)
            continue;
        print_action(c, a);
        found++;
    }
    return found ? 0 : ENOENT;
}

int manager_console_actions(struct console *c, int argc, char **argv, void *arg)
{
    const bool is_english = !console_is_russian(c);
    int width = 0;

    for (const struct manager_action *const *a = manager_actions; *a; a++)
        if ((int)strlen((*a)->name) > width)
            width = (int)strlen((*a)->name);
    console_printf(c, "  %-*s  %s\n  %-*s  %s\n", width, "Action",
                   console_say(c, "Назначение", "Synopsis"), width, "------", "--------");
    for (const struct manager_action *const *a = manager_actions; *a; a++) {
        const char *text = console_say(c, (*a)->synopsis.ru, (*a)->synopsis.en);
        const int room = is_english ? ROW_WIDTH - width - 4 : (int)strlen(text);
        const bool has_room = (int)strlen(text) < room;

        console_printf(c, "  %-*s  %.*s%s\n", width, (*a)->name, room, text,
                       is_english && has_room ? " " : "");
    }
    return 0;
}

void manager_complete_action(struct console_words *w, int index, void *arg)
{
    for (const struct manager_action *const *a = manager_actions; *a; a++)
        console_offer(w, (*a)->name);
}
