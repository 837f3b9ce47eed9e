/* console_feature.c - `features show` (feature.h) */
#include <errno.h>
#include <string.h>

#include "ipc/console.h"
#include "plan/core.h"
#include "plan/feature.h"

static const char *const_or(const char *text, const char *otherwise)
{
    return *text ? text : otherwise;
}

static void show_builtin(struct console *c, const struct plan_core *p, const struct plan_builtin *b)
{
    const char *later =
        b->act ? "" : console_say(c, " (появится со своей темой)", " (comes with its subject)");

    console_printf(c, "%-12s %-28s %s%s\n", const_or(plan_builtin_code(p, NULL, b), "-"),
                   console_say(c, b->title_ru, b->title), b->name, later);
}

static void show_groups(struct console *c, const struct model_feature *f)
{
    for (uint32_t i = 0; i < f->groups.count; i++)
        console_printf(c, "%s%s", i ? ", " : " [", f->groups.v[i]);
    console_printf(c, "%s\n", f->groups.count ? "]" : "");
}

static void show_row(struct console *c, const struct model_feature *f)
{
    static const char *const by[] = {"both", "caller", "callee"};

    console_printf(c, "%-12s %-28s %s/%s %s(%s)", f->code, f->name,
                   f->activate_on == MODEL_FEATURE_PEER ? "peer" : "self", by[f->activated_by],
                   f->application, f->data);
    show_groups(c, f);
}

int plan_console_features(struct console *c, int argc, char **argv, void *arg)
{
    const struct plan_core *p = arg;
    const uint32_t count = p->snapshot ? model_feature_count(p->snapshot) : 0;

    (void)argv;
    if (argc)
        return EINVAL;
    console_printf(
        c, "%s\n",
        console_say(c, "Код          Встроенная функция", "Code         Built-in feature"));
    for (const struct plan_builtin *b = plan_builtins; b->name; b++)
        show_builtin(c, p, b);
    console_printf(c, "\n%s\n",
                   console_say(c, "Код          Функция из таблицы features",
                               "Code         Feature of table features"));
    for (uint32_t i = 0; i < count; i++)
        show_row(c, model_feature_at(p->snapshot, i));
    if (!count)
        console_printf(c, "%s\n", console_say(c, "(нет)", "(none)"));
    return 0;
}
