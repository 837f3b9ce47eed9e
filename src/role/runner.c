/*
 * role/runner.c - the role `runner`: runs programs of state/agi-bin for the engine
 *
 * Scope:   ipc/runner.h. Each program is a child under station-script (as root) with limits of its
 *          own, a session of its own, no other descriptors; its standard error goes to the log.
 *          Files and web pages are children without a program (role/errand.h).
 * Owns:    the children, until they are reaped. One engine at a time: a newer connection replaces
 *          the older, whose programs are ended.
 * Thread:  one loop.
 * Limits:  200 children, 100 of them errands; of standard error 200 lines each, 1,000 bytes a line.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/slice.h"
#include "ipc/control.h"
#include "ipc/runner.h"
#include "loop/accept.h"
#include "role/errand.h"
#include "role/role.h"
#include "role/runner.h"
#include "role/users.h"

enum {
    KILL_MS = 5000, /* from SIGHUP to SIGKILL */
    STOP_MS = 800,  /* all of them when the station stops */
    LINE_MAX_BYTES = 1000,
    LINES_MAX = 200,
    WORDS_MAX = 128,
    CPU_SECONDS = 60,
    LONG_CPU_SECONDS = 4 * 3600, /* a day's recording at a twentieth of real time is half of it */
    AWAITED_NICE = 10,
    CHILD_FILES = 256,
    CHILD_PROCESSES = 1024, /* of all programs together: it counts by user */
};

#define CHILD_BYTES ((rlim_t)2 << 30)

struct runner_role {
    struct loop *loop;
    const struct role_args *args;
    struct control *control;
    struct ipc *engine; /* NULL: none connected */
    struct acceptor acceptor;
    struct loop_fd signal_watch;
    int listen_fd, signal_fd;
    int agi_fd;     /* directory of programs */
    bool has_group; /* Landlock guards the state directory, so children may have the group */
    struct list children;
    uint32_t count;
    uint32_t errands; /* of them */
    struct timer stop;
    bool is_stopping;
};

struct child {
    struct link link;
    struct runner_role *r;
    struct ipc *engine; /* who asked, borrowed; NULL when it is gone */
    uint32_t job;
    pid_t pid;
    const struct errand *errand; /* NULL: a program */
    char name[64];
    int exec_fd;        /* says why exec failed, or closes */
    int err_fd;         /* its standard error */
    int to_fd, from_fd; /* the engine's ends, until it has started */
    struct loop_fd exec_watch, err_watch;
    bool has_started;
    bool is_reaped;
    int status;
    int exec_err;
    struct timer kill;
    unsigned lines;
    size_t len;
    char line[LINE_MAX_BYTES];
};

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* ---- inside the child, until exec ---- */

/* A sanitizer's own memory is beyond any limit: an errand runs in ours. */
#ifdef __SANITIZE_ADDRESS__
#define ERRAND_BYTES RLIM_INFINITY
#else
#define ERRAND_BYTES CHILD_BYTES
#endif

static int child_limits(const struct errand *e)
{
    const struct {
        int what;
        rlim_t most;
    } limits[] = {
        {RLIMIT_CPU, e && e->is_long ? LONG_CPU_SECONDS : CPU_SECONDS},
        {RLIMIT_AS, e ? ERRAND_BYTES : CHILD_BYTES},
        {RLIMIT_NOFILE, CHILD_FILES},
        {RLIMIT_NPROC, CHILD_PROCESSES},
        {RLIMIT_CORE, 0},
    };

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct rlimit l;

        if (getrlimit(limits[i].what, &l))
            return errno;
        if (l.rlim_max == RLIM_INFINITY || l.rlim_max > limits[i].most)
            l.rlim_max = limits[i].most;
        l.rlim_cur = l.rlim_max;
        if (setrlimit(limits[i].what, &l))
            return errno;
    }
    return 0;
}

/* Where the kernel refuses, it works beside the others: no reason not to work. */
static void be_idle(void)
{
    const struct sched_param none = {0};

    (void)sched_setscheduler(0, SCHED_IDLE, &none);
    (void)syscall(SYS_ioprio_set, 1 /* this process */, 0, 3 /* idle */ << 13);
}

/* 0, 1, 2 as given, 3 tells why exec failed; nothing else stays open. */
static int child_descriptors(const int fds[4])
{
    int high[4];

    for (int i = 0; i < 4; i++) {
        high[i] = fcntl(fds[i], F_DUPFD, 16);
        if (high[i] < 0)
            return errno;
    }
    for (int i = 0; i < 4; i++) {
        if (dup2(high[i], i) < 0)
            return errno;
    }
    if (fcntl(3, F_SETFD, FD_CLOEXEC) || close_range(4, ~0U, 0))
        return errno;
    return 0;
}

static int child_prepare(const struct runner_role *r, const int fds[4], const struct errand *e)
{
    sigset_t none;
    int err;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int n = 1; n < NSIG; n++) /* what is ignored stays so over exec: nohup, and its SIGHUP */
        signal(n, SIG_DFL);
    setsid();
    /* While the path of the state directory is still ours to walk. */
    if (fchdir(r->agi_fd))
        return errno;
    err = child_descriptors(fds);
    if (!err)
        err = users_become_script(&r->args->users, r->has_group);
    if (!err)
        err = child_limits(e);
    if (!err && e && e->is_long && !e->is_awaited)
        be_idle();
    else if (!err && e && e->is_long)
        (void)setpriority(PRIO_PROCESS, 0, AWAITED_NICE);
    return err;
}

static _Noreturn void child_main(const struct runner_role *r, const struct errand *e,
                                 const int fds[4], char *const argv[], char *const env[])
{
    char path[300];
    int err;

    snprintf(path, sizeof(path), "./%s", argv[0]);
    err = child_prepare(r, fds, e);
    if (!err && e) {
        close(3); /* "it runs" */
        _exit(errand_main(e, argv + 1));
    }
    if (!err) {
        execve(path, argv, env);
        err = errno;
    }
    /* Descriptor 3 may not be in place yet: then the code says it. */
    if (write(3, &err, sizeof(err)) != sizeof(err))
        _exit(126);
    _exit(127);
}

/* ---- children ---- */

static void child_free(struct child *ch)
{
    loop_fd_stop(&ch->exec_watch);
    loop_fd_stop(&ch->err_watch);
    timer_stop(&ch->kill);
    close_one(&ch->exec_fd);
    close_one(&ch->err_fd);
    close_one(&ch->to_fd);
    close_one(&ch->from_fd);
    if (link_is_in(&ch->link)) {
        list_unlink(&ch->link);
        ch->r->count--;
        ch->r->errands -= ch->errand != NULL;
    }
    mem_free(ch);
}

static void send_started(struct ipc *engine, uint32_t job, int err, pid_t pid)
{
    const struct runner_started_msg m = {.job = job, .err = err, .pid = pid};

    if (engine)
        (void)ipc_send(engine, RUNNER_STARTED, &m);
}

static void on_kill(void *arg)
{
    struct child *ch = arg;

    kill(-ch->pid, SIGKILL);
    kill(ch->pid, SIGKILL);
}

static void child_hangup(struct child *ch)
{
    if (ch->is_reaped || timer_is_on(&ch->kill))
        return;
    /* Its session first; itself too, as it may be before setsid still. */
    kill(-ch->pid, SIGHUP);
    kill(ch->pid, SIGHUP);
    timer_start(ch->r->loop, &ch->kill, KILL_MS, on_kill, ch);
}

/* Over when it is reaped and we know whether exec worked. */
static void child_check(struct child *ch)
{
    struct runner_role *r = ch->r;

    if (!ch->is_reaped || ch->exec_fd >= 0)
        return;
    if (ch->has_started && ch->engine) {
        const bool has_exited = WIFEXITED(ch->status);
        const struct runner_ended_msg m = {.job = ch->job,
                                           .code = has_exited ? WEXITSTATUS(ch->status) : -1,
                                           .signal = has_exited ? 0 : WTERMSIG(ch->status)};

        (void)ipc_send(ch->engine, RUNNER_ENDED, &m);
    }
    child_free(ch);
    if (r->is_stopping && r->count == 0)
        loop_stop(r->loop);
}

static void send_pipes(struct child *ch)
{
    const struct runner_job_msg m = {.job = ch->job};

    if (ch->to_fd >= 0)
        (void)ipc_send_fd(ch->engine, RUNNER_STDIN, &m, ch->to_fd);
    if (ch->from_fd >= 0)
        (void)ipc_send_fd(ch->engine, RUNNER_STDOUT, &m, ch->from_fd);
}

static void on_exec(int events, void *arg)
{
    struct child *ch = arg;
    int err = 0;
    const ssize_t n = read(ch->exec_fd, &err, sizeof(err));

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    loop_fd_stop(&ch->exec_watch);
    close_one(&ch->exec_fd);
    if (n != sizeof(err))
        err = 0;
    if (err) {
        log_warning("program not started program=\"%s\" error=\"%s\"", ch->name, strerror(err));
    } else {
        ch->has_started = true;
        if (ch->engine)
            send_pipes(ch);
    }
    close_one(&ch->to_fd);
    close_one(&ch->from_fd);
    send_started(ch->engine, ch->job, err, ch->pid);
    child_check(ch);
}

static void log_line_of(struct child *ch, struct slice text)
{
    if (ch->lines++ < LINES_MAX)
        log_notice("program wrote program=\"%s\" pid=%d text=\"%.*s\"", ch->name, (int)ch->pid,
                   SLICE_ARG(text));
}

static void on_stderr(int events, void *arg)
{
    struct child *ch = arg;
    const ssize_t n = read(ch->err_fd, ch->line + ch->len, sizeof(ch->line) - ch->len);
    struct slice rest;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        if (ch->len)
            log_line_of(ch, slice_from(ch->line, ch->len));
        loop_fd_stop(&ch->err_watch);
        close_one(&ch->err_fd);
        return;
    }
    ch->len += (size_t)n;
    rest = slice_from(ch->line, ch->len);
    while (slice_chr(rest, '\n') >= 0)
        log_line_of(ch, slice_cut(rest, '\n', &rest));
    if (rest.len == sizeof(ch->line)) {
        log_line_of(ch, rest);
        rest.len = 0;
    }
    memmove(ch->line, rest.p, rest.len);
    ch->len = rest.len;
}

/* All pipes of one program: ours and its own ends. */
struct ends {
    int in[2], out[2], err[2], exec[2]; /* read, write */
};

static int open_ends(struct ends *e, bool has_pipes)
{
    int *const pairs[] = {e->err, e->exec, e->in, e->out};

    memset(e, 0xff, sizeof(*e));
    for (int i = 0; i < (has_pipes ? 4 : 2); i++) {
        if (pipe2(pairs[i], O_CLOEXEC))
            return errno;
    }
    if (!has_pipes) {
        e->in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        e->out[1] = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (e->in[0] < 0 || e->out[1] < 0)
            return errno;
    }
    if (fcntl(e->err[0], F_SETFL, O_NONBLOCK) || fcntl(e->exec[0], F_SETFL, O_NONBLOCK))
        return errno;
    return 0;
}

static void close_ends(struct ends *e)
{
    int *const all[] = {&e->in[0],  &e->in[1],  &e->out[0],  &e->out[1],
                        &e->err[0], &e->err[1], &e->exec[0], &e->exec[1]};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        close_one(all[i]);
}

static int child_watch(struct child *ch, struct ends *e)
{
    ch->to_fd = e->in[1];
    ch->from_fd = e->out[0];
    ch->err_fd = e->err[0];
    ch->exec_fd = e->exec[0];
    e->in[1] = e->out[0] = e->err[0] = e->exec[0] = -1;
    if (!loop_fd_start(ch->r->loop, &ch->exec_watch, ch->exec_fd, LOOP_READ, on_exec, ch) &&
        !loop_fd_start(ch->r->loop, &ch->err_watch, ch->err_fd, LOOP_READ, on_stderr, ch))
        return 0;
    loop_fd_stop(&ch->exec_watch);
    close_one(&ch->exec_fd);
    on_kill(ch); /* freed once it is reaped */
    return ENOMEM;
}

static int child_fork(struct child *ch, struct ends *e, char *const argv[], char *const env[])
{
    const int fds[4] = {e->in[0], e->out[1], e->err[1], e->exec[1]};

    ch->pid = fork();
    if (ch->pid == 0)
        child_main(ch->r, ch->errand, fds, argv, env);
    return ch->pid < 0 ? errno : 0;
}

static int start_words(struct runner_role *r, const struct runner_start_msg *m, char *argv[],
                       char *env[])
{
    struct child *ch;
    struct ends e;
    int err;

    ch = mem_zalloc(sizeof(*ch));
    if (!ch)
        return ENOMEM;
    ch->r = r;
    ch->engine = r->engine;
    ch->job = m->job;
    ch->errand = m->is_errand ? errand_find(argv[0]) : NULL;
    ch->exec_fd = ch->err_fd = ch->to_fd = ch->from_fd = -1;
    snprintf(ch->name, sizeof(ch->name), "%s", argv[0]);
    err = open_ends(&e, m->has_pipes);
    if (!err)
        err = child_fork(ch, &e, argv, env);
    if (err) {
        close_ends(&e);
        child_free(ch);
        return err;
    }
    list_append(&r->children, &ch->link);
    r->count++;
    r->errands += ch->errand != NULL;
    err = child_watch(ch, &e);
    close_ends(&e);
    return err;
}

/* The engine's variables after ours, so that it may set LANG but not what is missing. */
static int start(struct runner_role *r, const struct runner_start_msg *m)
{
    static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin", home[] = "HOME=/tmp",
                lang[] = "LANG=C.UTF-8";
    char *argv[WORDS_MAX], *env[WORDS_MAX] = {path, home, lang};
    int err;

    if (r->is_stopping || r->count >= RUNNER_MAX ||
        (m->is_errand && r->errands >= RUNNER_ERRANDS_MAX))
        return EAGAIN;
    err = runner_words_split(m->argv, argv, WORDS_MAX);
    if (!err && !argv[0])
        err = EINVAL;
    if (!err)
        err = runner_name_check(argv[0], m->is_errand);
    if (!err)
        err = runner_words_split(m->env, env + 3, WORDS_MAX - 3);
    if (!err && !runner_env_is_known(env + 3))
        err = EINVAL;
    return err ? err : start_words(r, m, argv, env);
}

/* ---- the engine ---- */

static struct child *child_find(const struct runner_role *r, uint32_t job)
{
    LIST_FOREACH(&r->children, k)
    {
        struct child *ch = CONTAINER_OF(k, struct child, link);

        if (ch->engine == r->engine && ch->job == job && !ch->is_reaped)
            return ch;
    }
    return NULL;
}

static void on_signal_message(struct runner_role *r, const struct runner_signal_msg *m)
{
    struct child *ch = child_find(r, m->job);

    if (!ch)
        return;
    if (m->signal == SIGHUP)
        kill(-ch->pid, SIGHUP); /* what it runs as well: a shell waits for that */
    else if (m->signal == SIGTERM || m->signal == SIGKILL || m->signal == SIGINT)
        kill(ch->pid, m->signal);
}

static void on_end_message(struct runner_role *r, const struct runner_job_msg *m)
{
    struct child *ch = child_find(r, m->job);

    if (ch)
        child_hangup(ch);
}

static void on_message(struct ipc *ipc, uint16_t id, const void *message, int fd, void *arg)
{
    struct runner_role *r = arg;

    if (fd >= 0)
        close(fd);
    if (id == RUNNER_START) {
        const struct runner_start_msg *m = message;
        int err = start(r, m);

        if (err)
            send_started(r->engine, m->job, err, 0);
    } else if (id == RUNNER_SIGNAL) {
        on_signal_message(r, message);
    } else if (id == RUNNER_END) {
        on_end_message(r, message);
    }
}

static void engine_gone(struct runner_role *r)
{
    LIST_FOREACH(&r->children, k)
    {
        struct child *ch = CONTAINER_OF(k, struct child, link);

        if (ch->engine == r->engine) {
            ch->engine = NULL;
            child_hangup(ch);
        }
    }
    r->engine = mem_deref(r->engine);
}

static void on_closed(struct ipc *ipc, int err, void *arg)
{
    engine_gone(arg);
}

static bool is_engine(const struct runner_role *r, const struct ipc *ipc)
{
    uint32_t uid;
    int32_t pid;

    if (ipc_peer(ipc, &uid, &pid) == 0 && uid == r->args->users.engine_uid)
        return true;
    log_warning("a stranger connected to the runner");
    return false;
}

static void on_connect(int fd, void *arg)
{
    struct runner_role *r = arg;
    struct ipc *ipc = NULL;

    if (ipc_alloc(&ipc, r->loop, fd, &runner_protocol, on_message, on_closed, r))
        return;
    if (!is_engine(r, ipc)) {
        ipc_close(ipc);
        mem_deref(ipc);
        return;
    }
    if (r->engine) {
        ipc_close(r->engine);
        engine_gone(r);
    }
    r->engine = ipc;
}

/* ---- the role ---- */

static void on_signals(int events, void *arg)
{
    struct runner_role *r = arg;
    struct signalfd_siginfo info;

    while (read(r->signal_fd, &info, sizeof(info)) == sizeof(info))
        ;
    LIST_FOREACH(&r->children, k)
    {
        struct child *ch = CONTAINER_OF(k, struct child, link);

        if (ch->is_reaped || waitpid(ch->pid, &ch->status, WNOHANG) != ch->pid)
            continue;
        ch->is_reaped = true;
        timer_stop(&ch->kill);
        child_check(ch);
    }
}

static void on_stop_over(void *arg)
{
    struct runner_role *r = arg;

    LIST_FOREACH(&r->children, k) on_kill(CONTAINER_OF(k, struct child, link));
    loop_stop(r->loop);
}

static void on_stop(bool is_orphan, void *arg)
{
    struct runner_role *r = arg;

    r->is_stopping = true;
    LIST_FOREACH(&r->children, k) child_hangup(CONTAINER_OF(k, struct child, link));
    if (r->count == 0)
        loop_stop(r->loop);
    else
        timer_start(r->loop, &r->stop, STOP_MS, on_stop_over, r);
}

static int watch_signals(struct runner_role *r)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL))
        return errno;
    r->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (r->signal_fd < 0)
        return errno;
    return loop_fd_start(r->loop, &r->signal_watch, r->signal_fd, LOOP_READ, on_signals, r);
}

static int runner_open(struct runner_role *r)
{
    const struct control_handlers h = {.stop = on_stop, .arg = r};
    char path[PATH_MAX];
    int err = loop_alloc(&r->loop);

    if (!err)
        err = control_alloc(&r->control, r->loop, r->args->control_fd, &h);
    if (!err)
        err = role_file(path, sizeof(path), r->args->state, ROLE_AGI_DIR);
    if (!err) {
        r->agi_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (r->agi_fd < 0)
            err = errno;
    }
    if (!err)
        err = watch_signals(r);
    if (!err)
        err = acceptor_start(&r->acceptor, r->loop, r->listen_fd, on_connect, r);
    if (!err)
        err = control_ready(r->control);
    return err;
}

static void runner_fini(struct runner_role *r)
{
    LIST_FOREACH(&r->children, k) child_free(CONTAINER_OF(k, struct child, link));
    timer_stop(&r->stop);
    loop_fd_stop(&r->signal_watch);
    acceptor_stop(&r->acceptor);
    if (r->engine)
        ipc_close(r->engine);
    mem_deref(r->engine);
    mem_deref(r->control);
    close_one(&r->signal_fd);
    close_one(&r->listen_fd);
    close_one(&r->agi_fd);
    mem_deref(r->loop);
}

int role_runner(const struct role_args *args)
{
    struct runner_role r = {.args = args,
                            .listen_fd = args->listen_fd,
                            .signal_fd = -1,
                            .agi_fd = -1,
                            .has_group = args->has_landlock};
    int err;

    list_init(&r.children);
    err = runner_open(&r);
    if (!err)
        err = loop_run(r.loop);
    if (err)
        log_error("runner cannot work error=\"%s\"", strerror(err));
    runner_fini(&r);
    return err ? 1 : 0;
}
