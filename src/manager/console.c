/* manager/console.c - `manager show ...` */
#include <errno.h>
#include <string.h>

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

/* Classes of one word of a user's row; class_print's "all" is of actions. */
static void print_classes(struct console *c, const char *what, const struct model_names *names)
{
    struct buf classes;

    buf_init(&classes, 300);
    class_print(class_of_names(names, NULL), &classes);
    if (class_of_names(names, NULL) != CLASS_ALL && classes.len > 4 &&
        strcmp(classes.p + classes.len - 4, ",all") == 0)
        classes.p[classes.len - 4] = '\0';
    console_printf(c, "%18s: %s\n", what, buf_z(&classes));
    buf_fini(&classes);
}

static int show_user(struct console *c, int argc, char **argv, void *arg)
{
    const struct manager *m = arg;
    const struct model_manager *u;

    if (argc != 1)
        return EINVAL;
    u = model_manager_find(m->snapshot, slice_of(argv[0]));
    if (!u) {
        console_printf(
            c, console_say(c, "Пользователя %s нет\n", "There is no manager called %s\n"), argv[0]);
        return ENOENT;
    }
    console_printf(c, "\n%18s: %s\n%18s: %s\n%18s: %s\n", "username", u->name, "secret",
                   *u->secret ? "<Set>" : "<Not set>", "ACL", u->rules.count ? "yes" : "no");
    print_classes(c, "read perm", &u->read);
    print_classes(c, "write perm", &u->write);
    console_printf(c, "%18s: %s\n%18s: %s\n", "displayconnects", u->is_announced ? "yes" : "no",
                   "allowmultiplelogin", u->allows_many ? "yes" : "no");
    return 0;
}

static void offer_users(struct console_words *w, int index, void *arg)
{
    const struct manager *m = arg;

    for (uint32_t i = 0; index == 0 && i < model_manager_count(m->snapshot); i++)
        console_offer(w, model_manager_at(m->snapshot, i)->name);
}

const struct console_command manager_console_commands[] = {
    {"manager show connected", "", "Кто подключен к Manager", "Who is connected to the Manager",
     show_connected, NULL},
    {"manager show commands", "", "Действия Manager", "Actions of the Manager", show_commands,
     NULL},
    {"manager show user", "NAME", "Пользователь Manager", "A user of the Manager", show_user,
     offer_users},
    {"manager show users", "", "Пользователи Manager", "Users of the Manager", show_user_list,
     NULL},
};
const size_t manager_console_command_count =
    sizeof(manager_console_commands) / sizeof(manager_console_commands[0]);
