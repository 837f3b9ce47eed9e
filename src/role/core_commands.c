/* role/core_commands.c - the console's commands about the station itself */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/mem.h"
#include "ipc/control.h"
#include "plan/module.h"
#include "role/console.h"
#include "role/role.h"

static int run_version(struct console *c, int argc, char **argv, void *arg)
{
    struct utsname machine = {0};

    uname(&machine);
    if (console_is_russian(c))
        console_printf(c, "Station %s (ведёт себя как Asterisk %s)\n", STATION_VERSION,
                       PLAN_AS_VERSION);
    else /* whoever asks by the Manager looks for Asterisk's number here */
        console_printf(c, "Asterisk %s built by Station %s @ station on a %s running Linux\n",
                       PLAN_AS_VERSION, STATION_VERSION, machine.machine);
    return 0;
}

static void print_date(struct console *c, struct wall when)
{
    char text[WALL_TEXT];

    console_printf(c, "%s", wall_local(when, text));
}

static void print_span(struct console *c, int64_t seconds)
{
    console_printf(c, "%" PRId64 "%s %02" PRId64 ":%02" PRId64 ":%02" PRId64, seconds / 86400,
                   console_say(c, "д", "d"), seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
}

static void print_part(struct console *c, int64_t n, const char *word, bool is_last)
{
    if (n || is_last)
        console_printf(c, "%" PRId64 " %s%s%s", n, word, n == 1 ? "" : "s", is_last ? "\n" : ", ");
}

static int run_uptime(struct console *c, int argc, char **argv, void *arg)
{
    const struct core_commands *core = arg;
    const int64_t s = (loop_wall(core->loop).us - core->start.us) / 1000000;

    if (argc > 1 || (argc && strcmp(argv[0], "seconds") != 0))
        return EINVAL;
    if (argc) {
        console_printf(c, "%s: %" PRId64 "\n",
                       console_say(c, "Движок работает, с", "System uptime"), s);
    } else if (console_is_russian(c)) {
        console_printf(c, "Движок работает: ");
        print_span(c, s);
        console_printf(c, "\n");
    } else {
        console_printf(c, "System uptime: ");
        print_part(c, s / 604800, "week", false);
        print_part(c, s / 86400 % 7, "day", false);
        print_part(c, s / 3600 % 24, "hour", false);
        print_part(c, s / 60 % 60, "minute", false);
        print_part(c, s % 60, "second", true);
    }
    return 0;
}

/* ---- questions to the supervisor; the console is kept until the answer ---- */

static int no_supervisor(struct console *c)
{
    console_printf(c, "%s\n",
                   console_say(c, "Станция запущена без супервизора",
                               "The station runs without a supervisor"));
    return ENOTSUP;
}

static int asked(struct console *c, int err)
{
    if (!err)
        return EINPROGRESS;
    console_printf(c, "%s: %s\n",
                   console_say(c, "Супервизор не отвечает", "The supervisor is away"),
                   strerror(err));
    mem_deref(c);
    return err;
}

static void on_role(int err, const struct control_role *r, void *arg)
{
    struct console *c = arg;

    if (!r) {
        console_finish(c, err);
        mem_deref(c);
        return;
    }
    console_printf(c, "%-8s %8d  ", r->name, r->pid);
    print_date(c, (struct wall){r->start_wall_us});
    console_printf(c, "  %8u  %s\n", r->restarts,
                   r->is_ready ? console_say(c, "работает", "up")
                   : r->pid    ? console_say(c, "запускается", "starting")
                               : console_say(c, "не работает", "down"));
}

static int run_roles(struct console *c, int argc, char **argv, void *arg)
{
    const struct core_commands *core = arg;

    if (!core->control)
        return no_supervisor(c);
    console_printf(c, "%s\n",
                   console_say(c, "РОЛЬ      ПРОЦЕСС  ЗАПУЩЕНА             ПЕРЕЗАП.  СОСТОЯНИЕ",
                               "ROLE          PID  STARTED              RESTARTS  STATE"));
    return asked(c, control_list(core->control, on_role, mem_ref(c)));
}

static void on_result(int err, void *arg)
{
    struct console *c = arg;

    if (err == ENOENT)
        console_printf(c, "%s\n", console_say(c, "Нет такой роли", "No such role"));
    else if (err)
        console_printf(c, "%s\n", strerror(err));
    console_finish(c, err);
    mem_deref(c);
}

static int run_restart(struct console *c, int argc, char **argv, void *arg)
{
    const struct core_commands *core = arg;

    if (argc != 1)
        return EINVAL;
    if (!core->control)
        return no_supervisor(c);
    return asked(c, control_restart(core->control, argv[0], on_result, mem_ref(c)));
}

static void complete_restart(struct console_words *w, int index, void *arg)
{
    for (const struct role_spec *s = role_table; s->name && index == 0; s++)
        console_offer(w, s->name);
}

static int run_stop(struct console *c, int argc, char **argv, void *arg)
{
    const struct core_commands *core = arg;

    if (!core->control)
        return no_supervisor(c);
    return asked(c, control_shutdown(core->control, on_result, mem_ref(c)));
}

static int run_set_log(struct console *c, int argc, char **argv, void *arg)
{
    const struct core_commands *core = arg;
    enum log_level level;

    if (argc != 1 || log_level_parse(&level, slice_of(argv[0])))
        return EINVAL;
    if (core->control)
        return asked(c, control_set_level(core->control, level, on_result, mem_ref(c)));
    log_set_level(level);
    return 0;
}

static const struct console_command engine_rows[] = {
    {"core show version", "", "Версия станции", "Version of the station", run_version, NULL},
    {"core show uptime", "[seconds]", "Сколько работает движок", "How long the engine is up",
     run_uptime, NULL},
};

static const struct console_command supervisor_rows[] = {
    {"core show roles", "", "Процессы станции: номер, дата запуска, число перезапусков",
     "Processes of the station: number, start date, restarts", run_roles, NULL},
    {"core restart", "ROLE", "Перезапустить роль: engine, media или runner",
     "Restart a role: engine, media or runner", run_restart, complete_restart},
    {"core stop", "", "Остановить станцию", "Stop the station", run_stop, NULL},
    {"core set log", "error|warning|notice|info|debug", "Что писать в журнал, во всех ролях",
     "What is logged, in all roles", run_set_log, NULL},
};

int console_set_add_supervisor(struct console_set *s, struct core_commands *core)
{
    return console_set_add(s, supervisor_rows, sizeof(supervisor_rows) / sizeof(supervisor_rows[0]),
                           core);
}

int console_set_add_core(struct console_set *s, struct core_commands *core)
{
    int err = console_set_add(s, engine_rows, sizeof(engine_rows) / sizeof(engine_rows[0]), core);

    return err ? err : console_set_add_supervisor(s, core);
}
