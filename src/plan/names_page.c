/* names_page.c - the manual's pages of applications and functions (names.h) */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "plan/names.h"

#define MOST_ENTRIES 1000

/* What stands in both kinds of rows. */
struct entry {
    const char *name, *syntax, *help, *shown; /* without a row: only the name */
};

struct page {
    enum plan_name_kind kind;
    bool is_ru;
    struct entry *entries;
    uint32_t count;
};

struct words {
    const char *ru, *en;
};

static const char *say(const struct page *g, struct words w)
{
    return g->is_ru ? w.ru : w.en;
}

static struct entry *entry_find(struct page *g, const char *name)
{
    for (uint32_t i = 0; i < g->count; i++)
        if (strcasecmp(g->entries[i].name, name) == 0)
            return &g->entries[i];
    return NULL;
}

static void add(struct page *g, const struct entry *new)
{
    struct entry *e = entry_find(g, new->name);

    if (!e && g->count < MOST_ENTRIES)
        e = &g->entries[g->count++];
    if (e && !e->syntax)
        *e = *new;
}

static void add_apps(struct page *g, const struct plan_app *const *apps)
{
    for (; apps && *apps; apps++) {
        const struct plan_app *a = *apps;

        add(g, &(struct entry){a->name, a->syntax, g->is_ru ? a->help_ru : a->help_en, a->shown});
    }
}

static void add_funcs(struct page *g, const struct plan_func *const *funcs)
{
    for (; funcs && *funcs; funcs++) {
        const struct plan_func *f = *funcs;

        add(g, &(struct entry){f->name, f->syntax, g->is_ru ? f->help_ru : f->help_en, f->shown});
    }
}

static int by_name(const void *a, const void *b)
{
    return strcasecmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static void print_head(const struct page *g, struct buf *out)
{
    static const struct words titles[] = {
        {"Приложения маршрутизации", "Applications of the routing"},
        {"Функции маршрутизации", "Functions of the routing"}};
    static const struct words intro = {
        "Страница получена из строк таблиц (src/plan/names_table.c и файлы приложений и функций). То, что "
        "ещё не работает, при загрузке маршрутизации названо в журнале один раз; вызов проходит такое "
        "приложение мимо, на месте такой функции пусто. На том, что не поддерживается, вызов кончается.",
        "This page is made from the rows of tables (src/plan/names_table.c and the files of applications and "
        "functions). What does not work yet is named in the log once when the routing is loaded; a call passes "
        "such an application by, and the place of such a function stays empty. A call ends at what is not "
        "supported."};
    static const struct words heads = {"| Имя | Состояние | Чем показано |",
                                       "| Name | State | Shown by |"};

    buf_printf(out, "# %s\n\n%s\n\n", say(g, titles[g->kind]), say(g, intro));
    buf_printf(out, "%s\n|---|---|---|\n", say(g, heads));
}

static void print_state(const struct page *g, const struct entry *e, struct buf *out)
{
    static const struct words works = {"работает", "works"};

    if (e->syntax)
        buf_printf(out, "| [`%s`](#%s) | %s | `%s` |\n", e->name, e->name, say(g, works),
                   e->shown ? e->shown : "");
    else
        buf_printf(out, "| `%s` | %s | |\n", e->name,
                   plan_name_why(g->kind, slice_of(e->name), g->is_ru ? "ru" : "en"));
}

static void print_help(const struct entry *e, struct buf *out)
{
    struct slice rest = slice_of(e->help);

    buf_printf(out, "\n<a id=\"%s\"></a>\n## %s\n\n    %s\n", e->name, e->name, e->syntax);
    while (slice_is_set(rest)) {
        struct slice line = slice_cut(rest, '\n', &rest);

        buf_printf(out, "\n%.*s\n", SLICE_ARG(line));
    }
}

static void print(struct page *g, struct buf *out)
{
    qsort(g->entries, g->count, sizeof(*g->entries), by_name);
    print_head(g, out);
    for (uint32_t i = 0; i < g->count; i++)
        print_state(g, &g->entries[i], out);
    for (uint32_t i = 0; i < g->count; i++)
        if (g->entries[i].syntax)
            print_help(&g->entries[i], out);
}

int plan_names_print(enum plan_name_kind kind, const struct plan_app *const *apps,
                     const struct plan_func *const *funcs, const char *language, struct buf *out)
{
    struct page g = {.kind = kind, .is_ru = strcmp(language, "ru") == 0};
    const bool is_app = kind == PLAN_NAME_APP;

    g.entries = mem_zalloc(MOST_ENTRIES * sizeof(*g.entries));
    if (!g.entries)
        return ENOMEM;
    add_apps(&g, is_app ? plan_apps : NULL);
    add_apps(&g, is_app ? apps : NULL);
    add_funcs(&g, is_app ? NULL : plan_funcs);
    add_funcs(&g, is_app ? NULL : funcs);
    for (const struct plan_name *n = is_app ? plan_names_of_apps : plan_names_of_funcs; n->name;
         n++)
        add(&g, &(struct entry){.name = n->name});
    print(&g, out);
    mem_free(g.entries);
    return buf_err(out);
}
