/* app/system.c - System, TrySystem: a command line, when the administrator allows it */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "ipc/runner.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/core.h"
#include "plan/program.h"
#include "plan/recorded.h"

#define MOST_MS (10 * 60 * 1000)

struct job {
    struct plan_run *run;
    bool is_over;
    int err, code;
};

static void on_started(struct runner_job *rj, int err, int stdin_fd, int stdout_fd, void *arg)
{
    struct job *j = arg;

    j->err = err;
    j->is_over = err != 0;
    event_queue_poke(j->run->queue);
}

static void on_ended(struct runner_job *rj, int code, void *arg)
{
    struct job *j = arg;

    j->code = code;
    j->is_over = true;
    event_queue_poke(j->run->queue);
}

/* Digits meanwhile are lost, as in Asterisk; a hang-up does not end the command. */
static void wait_end(struct job *j)
{
    struct loop *l = plan_loop(j->run->core);
    const struct mono start = loop_now(l);

    while (!j->is_over) {
        const int64_t left = MOST_MS - mono_diff_ms(loop_now(l), start);
        struct channel_event ev;
        int err = left > 0 ? event_queue_wait_or_poke(j->run->queue, left, &ev) : ETIMEDOUT;

        if (!err)
            channel_event_done(&ev);
        else if (err != EINTR) {
            j->err = err;
            break;
        }
    }
}

/* @return 0 and the exit code; ENOENT: not allowed; errno */
static int execute(struct plan_run *run, const char *command, int *code)
{
    char *real = plan_recorded_real(run->core, run->channel, command);
    const char *words[] = {PLAN_SHELL, real ? real : command, NULL};
    struct job j = {.run = run};
    const struct runner_handlers h = {.started = on_started, .ended = on_ended, .arg = &j};
    struct runner_job *rj = NULL;
    int err = run->core->runner
                  ? runner_start(&rj, run->core->runner, &(struct runner_args){.argv = words}, &h)
                  : ENOTCONN;

    mem_free(real);
    if (err)
        return err;
    wait_end(&j);
    mem_deref(rj);
    *code = j.code;
    return j.err;
}

static void tell(const struct plan_run *run, const char *command, int err)
{
    const struct channel *ch = run->channel;

    if (err == ENOENT || err == EACCES)
        log_warning("System is " PLAN_SHELL_HOW " call=%s at=\"%s,%s,%d\" command=\"%s\"",
                    ch->linkedid, ch->context, ch->exten, ch->priority, command);
    else
        log_warning("command not run call=%s at=\"%s,%s,%d\" command=\"%s\" err=\"%s\"",
                    ch->linkedid, ch->context, ch->exten, ch->priority, command, strerror(err));
}

/* "..." as a whole is taken out of its quotes, as Asterisk does. */
static char *unquoted(char *command)
{
    const size_t n = strlen(command);

    if (n < 2 || command[0] != '"' || command[n - 1] != '"')
        return command;
    command[n - 1] = '\0';
    return command + 1;
}

static int run_command(struct plan_run *run, char *data, int failed)
{
    const char *status = "FAILURE";
    int code = 0, err = 0, rc = PLAN_NEXT;

    if (!*data) {
        log_warning("System needs a command call=%s", run->channel->linkedid);
        rc = failed;
    } else {
        err = execute(run, unquoted(data), &code);
        if (err)
            tell(run, data, err);
        if (err || code == 127)
            rc = failed;
        else
            status = code == 0 ? "SUCCESS" : "APPERROR";
    }
    channel_var_set(run->channel, SLICE("SYSTEMSTATUS"), slice_of(status));
    return rc;
}

static int system_exec(struct plan_run *run, char *data)
{
    return run_command(run, data, PLAN_END);
}

static int trysystem_exec(struct plan_run *run, char *data)
{
    return run_command(run, data, PLAN_NEXT);
}

const struct plan_app plan_app_system = {
    .name = "System",
    .syntax = "System(command)",
    .help_ru =
        "Выполняет командную строку\nТолько если администратор это разрешил: положил в agi-bin исполняемый файл "
        "system из двух строк, #!/bin/sh и exec /bin/sh -c \"$1\". Команда идёт под пользователем программ AGI, "
        "не дольше 10 минут. Не вставляйте в неё то, что прислал звонящий. Переменная SYSTEMSTATUS: SUCCESS, "
        "APPERROR (код не 0), FAILURE (не запущена: вызов кончается).",
    .help_en =
        "Run a command line\nOnly when the administrator allows it, who puts an executable file system of two "
        "lines into agi-bin: #!/bin/sh and exec /bin/sh -c \"$1\". It runs as the user of AGI programs, at most 10 "
        "minutes. Put nothing into it that a caller sent. Variable SYSTEMSTATUS: SUCCESS, APPERROR (its code "
        "is not 0), FAILURE (not run: the call ends).",
    .shown = "tests/unit/plan/test_agi.c",
    .exec = system_exec,
};

const struct plan_app plan_app_trysystem = {
    .name = "TrySystem",
    .syntax = "TrySystem(command)",
    .help_ru =
        "Выполняет командную строку, и вызов идёт дальше при любом исходе\nКак System, и с тем же "
        "разрешением.",
    .help_en =
        "Run a command line, and go on whatever comes of it\nAs System, and allowed the same way.",
    .shown = "tests/unit/plan/test_agi.c",
    .exec = trysystem_exec,
};
