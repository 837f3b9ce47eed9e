/* console_astdb.c - the console's commands of the small database (astdb.h) */
#include <errno.h>
#include <stdio.h>

#include "plan/astdb.h"
#include "plan/core.h"

struct showing {
    struct console *console;
    unsigned count;
};

static bool show_entry(struct slice name, struct slice value, void *arg)
{
    struct showing *s = arg;

    console_printf(s->console, "/%-49.*s: %-25.*s\n", SLICE_ARG(name), SLICE_ARG(value));
    s->count++;
    return true;
}

int plan_database_show(struct console *c, int argc, char **argv, void *arg)
{
    struct showing s = {.console = c};
    char prefix[PLAN_ASTDB_KEY_MAX + 1] = "";
    int err;

    if (argc > 2)
        return EINVAL;
    if (argc)
        snprintf(prefix, sizeof(prefix), "%s%s%s", argv[0], argc == 2 ? "/" : "",
                 argc == 2 ? argv[1] : "");
    err = plan_astdb_each(arg, slice_of(prefix), show_entry, &s);
    if (!err)
        console_printf(c, console_say(c, "Записей: %u\n", "%u results found.\n"), s.count);
    return err;
}

int plan_database_get(struct console *c, int argc, char **argv, void *arg)
{
    struct slice value;

    if (argc != 2)
        return EINVAL;
    value = plan_astdb_get(arg, slice_of(argv[0]), slice_of(argv[1]));
    if (!slice_is_set(value)) {
        console_printf(c, console_say(c, "Нет такой записи\n", "Database entry not found.\n"));
        return ENOENT;
    }
    console_printf(c, console_say(c, "Значение: %.*s\n", "Value: %.*s\n"), SLICE_ARG(value));
    return 0;
}

int plan_database_put(struct console *c, int argc, char **argv, void *arg)
{
    int err = argc == 3
                  ? plan_astdb_put(arg, slice_of(argv[0]), slice_of(argv[1]), slice_of(argv[2]))
                  : EINVAL;

    if (!err)
        console_printf(c, console_say(c, "Запись сделана\n", "Updated database successfully\n"));
    return err;
}

int plan_database_del(struct console *c, int argc, char **argv, void *arg)
{
    int err =
        argc == 2 ? plan_astdb_put(arg, slice_of(argv[0]), slice_of(argv[1]), SLICE_NONE) : EINVAL;

    if (!err)
        console_printf(c, console_say(c, "Запись удалена\n", "Database entry removed.\n"));
    else if (err == ENOENT)
        console_printf(
            c, console_say(c, "Нет такой записи\n", "Database entry could not be removed.\n"));
    return err;
}

int plan_database_deltree(struct console *c, int argc, char **argv, void *arg)
{
    uint32_t count;

    if (argc < 1 || argc > 2)
        return EINVAL;
    count = plan_astdb_deltree(arg, slice_of(argv[0]), argc == 2 ? slice_of(argv[1]) : SLICE_NONE);
    if (count)
        console_printf(c, console_say(c, "Удалено записей: %u\n", "%u database entries removed.\n"),
                       count);
    else
        console_printf(c, "%s\n",
                       console_say(c, "Нет таких записей", "Database entries do not exist."));
    return count ? 0 : ENOENT;
}
