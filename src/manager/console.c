/* manager/console.c - `manager show ...`: users, who is connected, settings, events that wait */
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "manager/all.h"
#include "manager/console_help.h"
#include "manager/inner.h"

/* ---- who is connected ---- */

/* As Asterisk's numbers: every class is every bit. */
static int perms_of(uint32_t classes)
{
    return classes == CLASS_ALL ? INT_MAX : (int)classes;
}

static void print_session(struct console *c, const struct manager_session *s, struct wall now)
{
    char peer[ADDR_TEXT];

    console_printf(c, "  %-15.15s  %-55.55s  %-10lld  %-10lld  %-8d  %-8d  %-10d  %-10d\n", s->user,
                   addr_host(&s->peer, peer), (long long)(s->since.us / 1000000),
                   (long long)((now.us - s->since.us) / 1000000), 0, s->kind == MANAGER_HTTP,
                   perms_of(s->read), perms_of(s->write));
}

static int show_connected(struct console *c, int argc, char **argv, void *arg)
{
    const struct manager *m = arg;
    uint32_t users = 0;

    console_printf(c,
                   "  %-15.15s  %-55.55s  %-10.10s  %-10.10s  %-8.8s  %-8.8s  %-10.10s  %-10.10s\n",
                   "Username", "IP Address", "Start", "Elapsed", "FileDes", "HttpCnt", "ReadPerms",
                   "WritePerms");
    LIST_FOREACH(&m->sessions, k)
    {
        const struct manager_session *s = CONTAINER_OF(k, struct manager_session, link);

        if (!s->is_in)
            continue;
        print_session(c, s, loop_wall(m->loop));
        users++;
    }
    console_printf(c, console_say(c, "Подключено: %u\n", "%u users connected.\n"), users);
    if (m->strangers)
        console_printf(c, console_say(c, "Ещё не вошли: %u\n", "%u not logged in yet.\n"),
                       m->strangers);
    return 0;
}

/* ---- users ---- */

static int show_user_list(struct console *c, int argc, char **argv, void *arg)
{
    const struct manager *m = arg;
    const uint32_t n = model_manager_count(m->snapshot);

    console_printf(c, "\nusername\n--------\n");
    for (uint32_t i = 0; i < n; i++)
        console_printf(c, "%s\n", model_manager_at(m->snapshot, i)->name);
    console_printf(c, "-------------------\n");
    console_printf(c, console_say(c, "Пользователей: %u\n", "%u manager users configured.\n"), n);
    return 0;
}

static void print_perms(struct console *c, const char *what, const struct model_names *names)
{
    struct buf text;

    buf_init(&text, 400);
    class_print(class_of_names(names, NULL), &text);
    console_printf(c, "%18s: %s\n", what, buf_z(&text));
    buf_fini(&text);
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
            c, console_say(c, "Нет пользователя %s\n", "There is no manager called %s\n"), argv[0]);
        return ENOENT;
    }
    console_printf(c, "\n%18s: %s\n%18s: %s\n%18s: %s\n", "username", u->name, "secret",
                   *u->secret ? "<Set>" : "<N/A>", "ACL",
                   u->acl_names.count || u->deny.count || u->permit.count ? "yes" : "no");
    print_perms(c, "read perm", &u->read);
    print_perms(c, "write perm", &u->write);
    console_printf(c, "%18s: %s\n%18s: %s\n%18s: \n", "displayconnects",
                   u->is_announced ? "yes" : "no", "allowmultiplelogin",
                   u->allows_many ? "yes" : "no", "Variables");
    return 0;
}

static void complete_user(struct console_words *w, int index, void *arg)
{
    const struct manager *m = arg;

    for (uint32_t i = 0; !index && i < model_manager_count(m->snapshot); i++)
        console_offer(w, model_manager_at(m->snapshot, i)->name);
}

/* ---- settings ---- */

static void print_setting(struct console *c, const char *name, const char *value)
{
    console_printf(c, "  %-25.25s  %-15.55s\n", name, value);
}

static void print_switch(struct console *c, const char *name, bool is_on)
{
    print_setting(c, name, is_on ? "Yes" : "No");
}

static int show_settings(struct console *c, int argc, char **argv, void *arg)
{
    const struct manager *m = arg;
    const struct model_settings *s = model_settings_of(m->snapshot);
    const bool has_tls = s->manager_enabled && addr_is_set(&s->manager_tls_bind);
    char text[ADDR_TEXT], timeout[16];

    snprintf(timeout, sizeof(timeout), "%d", s->http_session_timeout);
    console_printf(c, "\n%s\n----------------\n",
                   console_say(c, "Настройки Manager:", "Global Settings:"));
    print_switch(c, "Manager (AMI):", s->manager_enabled);
    print_switch(c, "Web Manager (AMI/HTTP):", s->http_enabled);
    print_setting(
        c, "TCP Bindaddress:", s->manager_enabled ? addr_text(&s->manager_bind, text) : "Disabled");
    print_setting(c, "HTTP Timeout (seconds):", timeout);
    print_switch(c, "TLS Enable:", has_tls);
    print_setting(c,
                  "TLS Bindaddress:", has_tls ? addr_text(&s->manager_tls_bind, text) : "Disabled");
    print_setting(c, "TLS Certfile:", s->manager_tls_cert);
    print_setting(c, "TLS Privatekey:", "");
    print_setting(c, "TLS Cipher:", "");
    print_setting(c, "Allow multiple login:", "Yes");
    print_setting(c, "Display connects:", "Yes");
    print_setting(c, "Timestamp events:", "No");
    print_setting(c, "Channel vars:", "");
    print_setting(c, "Disabled events:", "");
    print_setting(c, "Debug:", "No");
    return 0;
}

/* Events that gather until their batch leaves: mostly none. */
static int show_eventq(struct console *c, int argc, char **argv, void *arg)
{
    const struct manager *m = arg;
    const struct manager_batch *b = m->batch;

    for (uint32_t i = 0; b && i < b->count; i++) {
        const struct batch_entry *e = &b->entries[i];

        console_printf(c, "Usecount: %u\nCategory: %u\nEvent:\n", 0u, e->classes);
        console_write(c, slice_from(b->text.p + e->at, e->len));
    }
    return 0;
}

const struct console_command manager_console_commands[] = {
    {"manager show command", "ACTION...", "Справка о действии Manager",
     "Help on an action of the Manager", manager_console_command, manager_complete_action},
    {"manager show commands", "", "Действия Manager", "Actions of the Manager",
     manager_console_actions, NULL},
    {"manager show connected", "", "Кто подключен к Manager", "Who is connected to the Manager",
     show_connected, NULL},
    {"manager show event", "EVENT", "Справка о событии Manager", "Help on an event of the Manager",
     manager_console_event, manager_complete_event},
    {"manager show events", "", "События Manager", "Events of the Manager", manager_console_events,
     NULL},
    {"manager show eventq", "", "События, которые сейчас уйдут", "Events that are about to leave",
     show_eventq, NULL},
    {"manager show settings", "", "Настройки Manager", "Settings of the Manager", show_settings,
     NULL},
    {"manager show user", "NAME", "Пользователь Manager", "A user of the Manager", show_user,
     complete_user},
    {"manager show users", "", "Пользователи Manager", "Users of the Manager", show_user_list,
     NULL},
};
const size_t manager_console_command_count =
    sizeof(manager_console_commands) / sizeof(manager_console_commands[0]);
