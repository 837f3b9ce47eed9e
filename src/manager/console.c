/* manager/console.c - `manager show ...` */
#include <errno.h>

#include "manager/all.h"
#include "manager/inner.h"

static int show_connected(struct console *c, int argc, char **argv, void *arg)
{
    const struct manager *m = arg;
    char peer[ADDR_TEXT], since[WALL_TEXT];

    console_printf(c, "  %-15s  %-55s  %-19s\n", "Username", "IP Address", "Start");
    LIST_FOREACH(&m->sessions, k)
    {
        const struct manager_session *s = CONTAINER_OF(k, struct manager_session, link);

        if (s->is_in)
            console_printf(c, "  %-15s  %-55s  %-19s\n", s->user, addr_text(&s->peer, peer),
                           wall_local(s->since, since));
    }
    console_printf(c,
                   console_say(c, "Соединений: %u, из них без входа: %u\n",
                               "%u connections, %u of them not logged in\n"),
                   m->session_count, m->strangers);
    return 0;
}

static int show_commands(struct console *c, int argc, char **argv, void *arg)
{
    struct buf classes;

    buf_init(&classes, 300);
    console_printf(c, "  %-40s  %-40s  %s\n  %-40s  %-40s  %s\n", "Action", "Privilege", "Synopsis",
                   "------", "---------", "--------");
    for (const struct manager_action *const *a = manager_actions; *a; a++) {
        buf_reset(&classes);
        class_print((*a)->classes, &classes);
        console_printf(c, "  %-40s  %-40s  %s\n", (*a)->name, buf_z(&classes),
                       console_say(c, (*a)->synopsis.ru, (*a)->synopsis.en));
    }
    buf_fini(&classes);
    return 0;
}

static int show_user_list(struct console *c, int argc, char **argv, void *arg)
{
    const struct manager *m = arg;
    const uint32_t n = model_manager_count(m->snapshot);

    for (uint32_t i = 0; i < n; i++)
        console_printf(c, "%s\n", model_manager_at(m->snapshot, i)->name);
    console_printf(c, console_say(c, "Пользователей: %u\n", "%u manager users configured.\n"), n);
    return 0;
}

const struct console_command manager_console_commands[] = {
    {"manager show connected", "", "Кто подключен к Manager", "Who is connected to the Manager",
     show_connected, NULL},
    {"manager show commands", "", "Действия Manager", "Actions of the Manager", show_commands,
     NULL},
    {"manager show users", "", "Пользователи Manager", "Users of the Manager", show_user_list,
     NULL},
};
const size_t manager_console_command_count =
    sizeof(manager_console_commands) / sizeof(manager_console_commands[0]);
