/* test_programs.c - the runner role itself: real programs, pipes, signals, ends */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "ipc/runner.h"
#include "role/role.h"
#include "unit.h"

struct desk {
    char state[64];
    char sock[128];
    pid_t pid;   /* the runner role */
    int control; /* our end of its control connection */
    struct loop *loop;
    struct runner *runner;
    struct runner_job *job;
    int started, err, in, out, ended, code;
    struct timer limit;
    bool is_late;
};

static void path_in(const struct desk *d, const char *name, char out[128])
{
    snprintf(out, 128, "%s/%s", d->state, name);
}

static int write_program(const struct desk *d, const char *name, const char *text, mode_t mode)
{
    char path[128];
    FILE *f;

    path_in(d, name, path);
    f = fopen(path, "w");
    if (!f)
        return errno;
    fputs(text, f);
    fclose(f);
    return chmod(path, mode) ? errno : 0;
}

static void be_runner(const struct desk *d, int control, int listener)
{
    struct role_args args = {.name = "runner", .state = d->state};

    args.control_fd = control;
    args.listen_fd = listener;
    args.users.engine_uid = args.users.script_uid = getuid();
    _exit(role_runner(&args));
}

static int desk_init(struct desk *d)
{
    char path[128];
    int pair[2], listener;
    int err;

    *d = (struct desk){.control = -1, .in = -1, .out = -1};
    snprintf(d->state, sizeof(d->state), "/tmp/station-runner-XXXXXX");
    if (!mkdtemp(d->state))
        return errno;
    path_in(d, ROLE_AGI_DIR, path);
    mkdir(path, 0755);
    path_in(d, "runner.sock", d->sock);
    err = ipc_listen(&listener, d->sock);
    if (err || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return err ? err : errno;
    d->control = pair[0];
    d->pid = fork();
    if (d->pid == 0) {
        close(pair[0]);
        be_runner(d, pair[1], listener);
    }
    close(pair[1]);
    close(listener);
    err = loop_alloc(&d->loop);
    return err ? err : runner_alloc(&d->runner, d->loop, d->sock);
}

/* The runner ends by itself once its supervisor (we) is gone; -1 when it does not within 2 s. */
static int end_runner(struct desk *d)
{
    int status;

    if (d->control >= 0)
        close(d->control);
    d->control = -1;
    for (int i = 0; d->pid > 0 && i < 200; i++) {
        if (waitpid(d->pid, &status, WNOHANG) == d->pid) {
            d->pid = 0;
            return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
        }
        usleep(10000);
    }
    if (d->pid > 0) {
        kill(d->pid, SIGKILL);
        waitpid(d->pid, &status, 0);
    }
    d->pid = 0;
    return -1;
}

static void close_pipes(struct desk *d)
{
    if (d->in >= 0)
        close(d->in);
    if (d->out >= 0)
        close(d->out);
    d->in = d->out = -1;
}

static void desk_fini(struct desk *d)
{
    char command[128];

    close_pipes(d);
    timer_stop(&d->limit);
    mem_deref(d->job);
    mem_deref(d->runner);
    mem_deref(d->loop);
    if (d->pid > 0)
        end_runner(d);
    snprintf(command, sizeof(command), "rm -rf %s", d->state);
    if (system(command))
        fprintf(stderr, "%s stays\n", d->state);
}

static void on_started(struct runner_job *job, int err, int in, int out, void *arg)
{
    struct desk *d = arg;

    d->started++;
    d->err = err;
    d->in = in;
    d->out = out;
    loop_stop(d->loop);
}

static void on_ended(struct runner_job *job, int code, void *arg)
{
    struct desk *d = arg;

    d->ended++;
    d->code = code;
    loop_stop(d->loop);
}

static void on_late(void *arg)
{
    struct desk *d = arg;

    d->is_late = true;
    loop_stop(d->loop);
}

static void run(struct desk *d)
{
    timer_start(d->loop, &d->limit, 8000, on_late, d);
    loop_run(d->loop);
    timer_stop(&d->limit);
}

static int start(struct desk *d, const char *program, const char *word)
{
    const char *const argv[] = {program, word, NULL};
    const char *const env[] = {"AST_TEST=yes", NULL};
    const struct runner_args args = {.argv = argv, .env = env, .has_pipes = true};
    const struct runner_handlers h = {on_started, on_ended, d};
    int err;

    d->job = mem_deref(d->job);
    close_pipes(d);
    d->started = d->ended = 0;
    err = runner_start(&d->job, d->runner, &args, &h);
    if (!err)
        run(d);
    return err;
}

static const char *read_all(int fd)
{
    static char text[4096];
    size_t len = 0;
    struct pollfd p = {.fd = fd, .events = POLLIN};

    while (len + 1 < sizeof(text) && poll(&p, 1, 3000) == 1) {
        ssize_t n = read(fd, text + len, sizeof(text) - 1 - len);

        if (n <= 0)
            break;
        len += (size_t)n;
    }
    text[len] = '\0';
    return text;
}

static int program_speaks_over_its_pipes(void)
{
    struct desk d;
    const char *text;
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    CHECK_OK_TO(write_program(&d, "agi-bin/echo.sh",
                              "#!/bin/sh\nread line\necho \"$1 $line $AST_TEST $PATH $(pwd)\"\n"
                              "ulimit -n\nexit 7\n",
                              0755),
                out);
    CHECK_OK_TO(start(&d, "echo.sh", "word"), out);
    CHECK_TO(d.started == 1 && d.err == 0, out);
    CHECK_TO(write(d.in, "hello\n", 6) == 6, out);
    text = read_all(d.out);
    CHECK_TO(strstr(text, "word hello yes /usr/local/bin:/usr/bin:/bin"), out);
    CHECK_TO(strstr(text, "/agi-bin\n"), out);
    CHECK_TO(strstr(text, "\n256\n"), out);
    run(&d);
    CHECK_TO(d.ended == 1 && d.code == 7 && !d.is_late, out);
out:
    desk_fini(&d);
    return err;
}

static int what_cannot_run_is_told(void)
{
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    CHECK_OK_TO(write_program(&d, "agi-bin/plain", "#!/bin/sh\n", 0644), out);
    CHECK_OK_TO(write_program(&d, "outside", "#!/bin/sh\n", 0755), out);
    CHECK_OK_TO(start(&d, "nothing", ""), out);
    CHECK_TO(d.started == 1 && d.err == ENOENT, out);
    CHECK_OK_TO(start(&d, "plain", ""), out);
    CHECK_TO(d.err == EACCES, out);
    CHECK_OK_TO(start(&d, "../outside", ""), out);
    CHECK_TO(d.err == EINVAL, out);
    CHECK_OK_TO(start(&d, "/bin/true", ""), out);
    CHECK_TO(d.err == EINVAL && d.ended == 0, out);
out:
    desk_fini(&d);
    return err;
}

static int letting_go_hangs_the_program_up(void)
{
    struct desk d;
    char path[128];
    struct stat st;
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    CHECK_OK_TO(write_program(&d, "agi-bin/trap.sh",
                              "#!/bin/sh\ntrap 'echo hup >../heard; exit' HUP\necho ready\n"
                              "while :; do sleep 0.05; done\n",
                              0755),
                out);
    CHECK_OK_TO(start(&d, "trap.sh", ""), out);
    CHECK_TO(d.err == 0, out);
    while (read(d.out, path, sizeof(path)) <= 0)
        usleep(1000);
    d.job = mem_deref(d.job);
    for (int i = 0; i < 100; i++)
        loop_round(d.loop, 10);
    path_in(&d, "heard", path);
    CHECK_TO(stat(path, &st) == 0 && st.st_size == 4, out);
out:
    desk_fini(&d);
    return err;
}

/* LD_PRELOAD and its like would let an engine that was taken over choose what a program runs. */
static int only_the_engine_s_own_variables_are_taken(void)
{
    static const char *const bad[] = {"LD_PRELOAD=/tmp/x.so", "PATH=/tmp", "AST=1",
                                      "BASH_ENV=/tmp/x"};
    const char *const argv[] = {"echo.sh", NULL};
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    CHECK_OK_TO(write_program(&d, "agi-bin/echo.sh", "#!/bin/sh\n", 0755), out);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *const env[] = {"AST_X=1", bad[i], NULL};
        const struct runner_args args = {.argv = argv, .env = env};
        const struct runner_handlers h = {on_started, on_ended, &d};

        d.err = 0;
        CHECK_OK_TO(runner_start(&d.job, d.runner, &args, &h), out);
        run(&d);
        CHECK_TO(d.err == EINVAL, out);
        d.job = mem_deref(d.job);
    }
out:
    desk_fini(&d);
    return err;
}

static int killed_program_ends_with_minus_one(void)
{
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    CHECK_OK_TO(write_program(&d, "agi-bin/self.sh", "#!/bin/sh\nkill -9 $$\n", 0755), out);
    CHECK_OK_TO(start(&d, "self.sh", ""), out);
    run(&d);
    CHECK_TO(d.ended == 1 && d.code == -1, out);
out:
    desk_fini(&d);
    return err;
}

/* A stubborn program does not keep the role from ending with its supervisor. */
static int role_ends_with_its_supervisor(void)
{
    struct desk d;
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    CHECK_OK_TO(write_program(&d, "agi-bin/stay.sh",
                              "#!/bin/sh\ntrap '' HUP\nwhile :; do sleep 0.2; done\n", 0755),
                out);
    CHECK_OK_TO(start(&d, "stay.sh", ""), out);
    CHECK_TO(d.err == 0, out);
    CHECK_TO(end_runner(&d) == 0, out);
    run(&d);
    CHECK_TO(d.ended == 1 && d.code == -1, out);
out:
    desk_fini(&d);
    return err;
}

UNIT_TESTS(UNIT_ONCE(program_speaks_over_its_pipes), UNIT_ONCE(what_cannot_run_is_told),
           UNIT_ONCE(letting_go_hangs_the_program_up),
           UNIT_ONCE(only_the_engine_s_own_variables_are_taken),
           UNIT_ONCE(killed_program_ends_with_minus_one), UNIT_ONCE(role_ends_with_its_supervisor))
