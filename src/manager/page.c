/* manager/page.c - see page.h */
#include "manager/page.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "manager/event.h"

struct page {
    bool is_ru;
    struct buf *out;
};

/* Nothing to say is "". */
static const char *say(const struct page *g, const char *ru, const char *en)
{
    const char *text = g->is_ru ? ru : en;

    return text ? text : "";
}

const char *manager_subject_text(const char *subject, bool is_russian)
{
    static const struct manager_words subjects[] = {
        {"сообщениями о плате", "advice of charge"},
        {"конференциями", "conferences"},
        {"факсом", "faxes"},
        {"присутствием", "presence"},
        {"очередями", "queues"},
        {"записью разговоров", "recording"},
        {"переводами", "transfers"},
        {"переводами, парковкой и перехватом", "transfers, parking and pickup"},
        {"голосовой почтой", "voicemail"},
    };

    for (size_t i = 0; is_russian && i < sizeof(subjects) / sizeof(subjects[0]); i++)
        if (strcmp(subject, subjects[i].en) == 0)
            return subjects[i].ru;
    return subject;
}

static void print_head(const struct page *g)
{
    buf_addz(
        g->out,
        say(g,
            "# Действия и события Manager\n\nЭта страница сделана из строк таблиц "
            "(src/manager/act_*.c, src/manager/ev_*.c). Имена, права, ответы и порядок полей - как в "
            "Asterisk 22; отличия названы в [manager.md](../manager.md). Действие, у которого "
            "назван предмет, отвечает пока так, как Asterisk, где этого не настроено.\n\n"
            "## Действия\n\n| Действие | Права | Состояние | Показано в |\n|---|---|---|---|\n",
            "# Actions and events of the Manager\n\nThis page is made from the rows of tables "
            "(src/manager/act_*.c, src/manager/ev_*.c). Names, rights, answers and the order of "
            "headers are those of Asterisk 22; differences stand in [manager.md](../manager.md). An "
            "action that comes with something answers until then as an Asterisk in which that is not "
            "configured.\n\n## Actions\n\n| Action | Rights | State | Shown by |\n|---|---|---|---|\n"));
}

static void print_state(const struct page *g, const char *subject, const char *shown)
{
    if (subject)
        buf_printf(g->out, "%s %s", say(g, "появится вместе с", "comes with"),
                   manager_subject_text(subject, g->is_ru));
    else
        buf_addz(g->out, say(g, "работает", "works"));
    if (shown)
        buf_printf(g->out, " | `%s` |\n", shown);
    else
        buf_addz(g->out, " | |\n");
}

static void print_action_row(const struct page *g, const struct manager_action *a)
{
    buf_printf(g->out, "| [`%s`](#%s) | ", a->name, a->name);
    class_print(a->classes, g->out);
    buf_addz(g->out, " | ");
    print_state(g, a->subject, a->shown);
}

/* Lines of a help, joined: what is cut for a console is one paragraph here. */
static void print_lines(const struct page *g, const char *text)
{
    for (; *text; text++)
        buf_addc(g->out, *text == '\n' ? ' ' : *text);
}

static void print_action(const struct page *g, const struct manager_action *a)
{
    buf_printf(g->out, "\n<a id=\"%s\"></a>\n### %s\n\n%s\n", a->name, a->name,
               say(g, a->synopsis.ru, a->synopsis.en));
    if (*say(g, a->help.ru, a->help.en)) {
        buf_addc(g->out, '\n');
        print_lines(g, say(g, a->help.ru, a->help.en));
        buf_addc(g->out, '\n');
    }
    buf_addc(g->out, '\n');
    for (const struct manager_param *p = a->params; p->name; p++) {
        buf_printf(g->out, "- `%s`%s: ", p->name,
                   p->is_required ? say(g, " (нужно)", " (required)") : "");
        print_lines(g, say(g, p->help.ru, p->help.en));
        buf_addc(g->out, '\n');
    }
}

static void print_event(const struct page *g, const struct manager_event *e)
{
    buf_printf(g->out, "| `%s` | ", e->name);
    class_print(e->classes, g->out);
    buf_addz(g->out, " | ");
    print_lines(g, say(g, e->help.ru, e->help.en));
    buf_printf(g->out, " | `%s` | ", e->headers);
    print_state(g, e->subject, e->shown);
}

static int print_events(const struct page *g)
{
    const struct manager_event **all;
    const uint32_t n = manager_events_sort(&all);

    if (!n)
        return ENOMEM;
    buf_addz(
        g->out,
        say(g,
            "\n## События\n\nПоля - по порядку; `@` - все поля канала (Channel ... Linkedid), "
            "`@Dest` - они же с этой приставкой, `#` - все поля моста; в скобках - не "
            "всегда. Целиком: `manager show event ИМЯ`.\n\n"
            "| Событие | Права | Когда | Поля | Состояние | Показано в |\n"
            "|---|---|---|---|---|---|\n",
            "\n## Events\n\nHeaders in their order; `@`: all of a channel (Channel ... Linkedid), "
            "`@Dest`: these with that in front, `#`: all of a bridge; in brackets: not "
            "always. In full: `manager show event NAME`.\n\n"
            "| Event | Rights | When | Headers | State | Shown by |\n"
            "|---|---|---|---|---|---|\n"));
    for (uint32_t i = 0; i < n; i++)
        print_event(g, all[i]);
    mem_free(all);
    return 0;
}

int manager_page_print(const char *language, struct buf *out)
{
    const struct page g = {.is_ru = strcmp(language, "ru") == 0, .out = out};
    int err;

    print_head(&g);
    for (const struct manager_action *const *a = manager_actions; *a; a++)
        print_action_row(&g, *a);
    for (const struct manager_action *const *a = manager_actions; *a; a++)
        print_action(&g, *a);
    err = print_events(&g);
    return err ? err : buf_err(out);
}
