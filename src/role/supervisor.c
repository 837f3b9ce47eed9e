/* role/supervisor.c - see supervisor.h */
#include "role/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/slice.h"
#include "ipc/control.h"
#include "role/binds.h"
#include "role/command.h"
#include "role/notify.h"
#include "role/role.h"
#include "role/spawn.h"
#include "role/state.h"
#include "role/users.h"

enum {
    ROLES_MAX = 8,
    CLIENTS_MAX = 8,
    SETTLED_MS = 5000, /* who lived that long has not died in a row */
    STOP_MS = 1500,    /* then killed */
    PAUSE_FIRST_MS = 100,
    PAUSE_MOST_MS = 5000,
    FEW_DESCRIPTORS = 4096,
};

struct supervisor;

struct child {
    struct supervisor *sv;
    const struct role_spec *spec;
    pid_t pid;           /* 0: not running */
    struct ipc *control; /* NULL: not running, or it has closed it */
    int listen_fd;
    struct mono started;
    struct wall started_wall;
    struct timer timer; /* start anew, or kill */
    unsigned deaths;    /* in a row */
    uint32_t restarts;
    bool is_ready;
    bool is_stopping; /* told to stop */
};

struct client { /* of control.sock */
    struct supervisor *sv;
    struct ipc *ipc; /* NULL: free */
};

struct supervisor {
    struct loop *loop;
    struct role_users users;
    char state[PATH_MAX];
    enum log_level level;
    uint16_t rtp_start, rtp_end;
    bool has_sandbox;
    int exe_fd, lock_fd, signal_fd, control_fd;
    struct loop_fd signal_watch, control_watch;
    struct child children[ROLES_MAX];
    size_t count;
    struct client clients[CLIENTS_MAX];
    struct binds binds;
    bool is_stopping;
    bool was_ready;
};

uint32_t supervisor_pause_ms(unsigned deaths)
{
    if (deaths <= 1)
        return 0;
    if (deaths - 2 >= 6)
        return PAUSE_MOST_MS;
    return PAUSE_FIRST_MS << (deaths - 2);
}

static void child_start(void *arg);
static void stop_next(struct supervisor *sv);

/* ---- answers ---- */

static void send_result(struct ipc *to, uint32_t question, int err)
{
    const struct control_result m = {.question = question, .err = err};

    (void)ipc_send(to, CONTROL_RESULT, &m);
}

static void answer_list(struct supervisor *sv, struct ipc *to, const struct control_empty *q)
{
    for (size_t i = 0; i < sv->count; i++) {
        const struct child *ch = &sv->children[i];
        struct control_role m = {.question = q->question,
                                 .pid = ch->pid,
                                 .start_wall_us = ch->started_wall.us,
                                 .restarts = ch->restarts,
                                 .is_ready = ch->is_ready};

        (void)slice_copy(slice_of(ch->spec->name), m.name, sizeof(m.name));
        (void)ipc_send(to, CONTROL_ROLE, &m);
    }
    send_result(to, q->question, 0);
}

static void child_kill(void *arg)
{
    struct child *ch = arg;

    if (!ch->pid)
        return;
    log_warning("role did not stop in time, killed role=%s pid=%d", ch->spec->name, (int)ch->pid);
    kill(ch->pid, SIGKILL);
}

static void child_stop(struct child *ch)
{
    const struct control_empty m = {0};

    if (!ch->pid || ch->is_stopping)
        return;
    ch->is_stopping = true;
    if (!ch->control || ipc_send(ch->control, CONTROL_STOP, &m))
        kill(ch->pid, SIGKILL);
    else
        timer_start(ch->sv->loop, &ch->timer, STOP_MS, child_kill, ch);
}

static void answer_restart(struct supervisor *sv, struct ipc *to, const struct control_name *q)
{
    for (size_t i = 0; i < sv->count; i++) {
        struct child *ch = &sv->children[i];

        if (strcmp(ch->spec->name, q->name))
            continue;
        log_notice("role restarts on request role=%s", q->name);
        send_result(to, q->question, 0);
        if (ch->pid)
            child_stop(ch);
        else
            timer_start(sv->loop, &ch->timer, 0, child_start, ch);
        return;
    }
    send_result(to, q->question, ENOENT);
}

static void answer_level(struct supervisor *sv, struct ipc *to, const struct control_level *q)
{
    const struct control_level m = {.level = q->level};

    if (q->level > LOG_DEBUG) {
        send_result(to, q->question, EINVAL);
        return;
    }
    sv->level = q->level;
    log_set_level(sv->level);
    for (size_t i = 0; i < sv->count; i++) {
        if (sv->children[i].control)
            (void)ipc_send(sv->children[i].control, CONTROL_LEVEL, &m);
    }
    send_result(to, q->question, 0);
}

static void answer_bind(struct supervisor *sv, struct ipc *to, const struct control_bind *q)
{
    struct control_bound m = {.question = q->question, .local = q->local};
    const struct bind_row *row = NULL;

    m.err = binds_get(&sv->binds, q->kind, &q->local, &row);
    if (m.err) {
        (void)ipc_send(to, CONTROL_BOUND, &m);
        return;
    }
    m.local = row->local;
    if (ipc_send_fd(to, CONTROL_BOUND, &m, row->fd))
        log_warning("socket could not be handed over");
}

static void stop_all(struct supervisor *sv)
{
    if (sv->is_stopping)
        return;
    sv->is_stopping = true;
    log_notice("station stops");
    notify_send("STOPPING=1");
    for (size_t i = 0; i < sv->count; i++) {
        if (!sv->children[i].pid)
            timer_stop(&sv->children[i].timer);
    }
    stop_next(sv);
}

/** Questions that the engine and local administrators may ask. @return false: not one of them */
static bool on_question(struct supervisor *sv, struct ipc *from, uint16_t id, const void *message)
{
    switch (id) {
    case CONTROL_LIST: answer_list(sv, from, message); return true;
    case CONTROL_RESTART: answer_restart(sv, from, message); return true;
    case CONTROL_LEVEL: answer_level(sv, from, message); return true;
    case CONTROL_SHUTDOWN:
        send_result(from, ((const struct control_empty *)message)->question, 0);
        stop_all(sv);
        return true;
    default: return false;
    }
}

/* ---- one role ---- */

static void note_ready(struct supervisor *sv)
{
    if (sv->was_ready)
        return;
    for (size_t i = 0; i < sv->count; i++) {
        if (!sv->children[i].is_ready)
            return;
    }
    sv->was_ready = true;
    log_notice("station is ready state=\"%s\"", sv->state);
    notify_send("READY=1");
}

static void on_role_message(struct ipc *ipc, uint16_t id, const void *message, int fd, void *arg)
{
    struct child *ch = arg;
    struct supervisor *sv = ch->sv;

    if (fd >= 0)
        close(fd);
    if (id == CONTROL_READY) {
        ch->is_ready = true;
        if (ch->spec->is_binder)
            binds_end(&sv->binds);
        note_ready(sv);
        return;
    }
    if (!ch->spec->is_binder) {
        log_warning("role asked for what it may not role=%s message=%u", ch->spec->name, id);
        return;
    }
    if (id == CONTROL_BIND)
        answer_bind(sv, ipc, message);
    else if (id == CONTROL_RELEASE)
        binds_release(&sv->binds, ((const struct control_bind *)message)->kind,
                      &((const struct control_bind *)message)->local);
    else if (!on_question(sv, ipc, id, message))
        log_warning("role sent what only the supervisor sends role=%s message=%u", ch->spec->name,
                    id);
}

/* The process is about to end, or has lost its way: its death is what counts. */
static void on_role_closed(struct ipc *ipc, int err, void *arg)
{
    struct child *ch = arg;

    ch->control = mem_deref(ch->control);
    if (ch->pid && !timer_is_on(&ch->timer))
        timer_start(ch->sv->loop, &ch->timer, STOP_MS, child_kill, ch);
}

static void forget_control(struct child *ch)
{
    if (ch->control)
        ipc_close(ch->control);
    ch->control = mem_deref(ch->control);
}

static int child_fork(struct child *ch)
{
    struct supervisor *sv = ch->sv;
    struct spawn_args args = {.spec = ch->spec,
                              .users = &sv->users,
                              .state = sv->state,
                              .exe_fd = sv->exe_fd,
                              .listen_fd = ch->listen_fd,
                              .lock_fd = sv->lock_fd,
                              .level = sv->level,
                              .rtp_start = sv->rtp_start,
                              .rtp_end = sv->rtp_end,
                              .has_sandbox = sv->has_sandbox};
    int pair[2];
    int err;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return errno;
    args.control_fd = pair[1];
    err = ipc_alloc(&ch->control, sv->loop, pair[0], &control_protocol, on_role_message,
                    on_role_closed, ch);
    if (!err) {
        err = spawn_role(&args, &ch->pid);
        if (err)
            forget_control(ch);
    }
    close(pair[1]);
    return err;
}

static void child_start(void *arg)
{
    struct child *ch = arg;
    int err;

    if (ch->pid || ch->sv->is_stopping)
        return;
    ch->is_ready = false;
    ch->is_stopping = false;
    ch->started = loop_now(ch->sv->loop);
    ch->started_wall = loop_wall(ch->sv->loop);
    if (ch->spec->is_binder)
        binds_begin(&ch->sv->binds);
    err = child_fork(ch);
    if (err) {
        ch->pid = 0;
        log_error("cannot start role role=%s error=\"%s\"", ch->spec->name, strerror(err));
        timer_start(ch->sv->loop, &ch->timer, PAUSE_MOST_MS, child_start, ch);
        return;
    }
    log_info("role started role=%s pid=%d", ch->spec->name, (int)ch->pid);
}

static void log_death(const struct child *ch, pid_t pid, int status, uint32_t pause_ms)
{
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
        log_error("role made a forbidden system call and was ended role=%s pid=%d restart_ms=%u",
                  ch->spec->name, (int)pid, pause_ms);
    else if (WIFSIGNALED(status))
        log_error("role died role=%s pid=%d signal=%d restart_ms=%u", ch->spec->name, (int)pid,
                  WTERMSIG(status), pause_ms);
    else
        log_error("role ended role=%s pid=%d code=%d restart_ms=%u", ch->spec->name, (int)pid,
                  WEXITSTATUS(status), pause_ms);
}

static void child_died(struct child *ch, int status)
{
    struct supervisor *sv = ch->sv;
    const bool was_asked = ch->is_stopping;
    const pid_t pid = ch->pid;
    uint32_t pause_ms = 0;

    ch->pid = 0;
    ch->is_ready = false;
    timer_stop(&ch->timer);
    forget_control(ch);
    if (sv->is_stopping) {
        stop_next(sv);
        return;
    }
    if (!was_asked) {
        const bool is_settled = mono_diff_ms(loop_now(sv->loop), ch->started) >= SETTLED_MS;

        ch->deaths = is_settled ? 1 : ch->deaths + 1;
        pause_ms = supervisor_pause_ms(ch->deaths);
        log_death(ch, pid, status, pause_ms);
    }
    ch->restarts++;
    timer_start(sv->loop, &ch->timer, pause_ms, child_start, ch);
}

/* The engine first, as it writes records while media still counts packets; then the others. */
static void stop_next(struct supervisor *sv)
{
    bool is_engine_up = false;
    bool is_any_up = false;

    for (size_t i = 0; i < sv->count; i++) {
        struct child *ch = &sv->children[i];

        if (!ch->pid)
            continue;
        is_any_up = true;
        if (ch->spec->is_binder) {
            is_engine_up = true;
            child_stop(ch);
        }
    }
    for (size_t i = 0; i < sv->count && !is_engine_up; i++)
        child_stop(&sv->children[i]);
    if (!is_any_up)
        loop_stop(sv->loop);
}

static void reap(struct supervisor *sv)
{
    for (size_t i = 0; i < sv->count; i++) {
        struct child *ch = &sv->children[i];
        int status;

        if (ch->pid && waitpid(ch->pid, &status, WNOHANG) == ch->pid)
            child_died(ch, status);
    }
}

static void on_signal(int events, void *arg)
{
    struct supervisor *sv = arg;
    struct signalfd_siginfo info;

    while (read(sv->signal_fd, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo == SIGCHLD)
            reap(sv);
        else if (info.ssi_signo != SIGHUP)
            stop_all(sv);
    }
}

/* ---- control.sock: for `station ctl` while the engine is down ---- */

static void on_client_message(struct ipc *ipc, uint16_t id, const void *message, int fd, void *arg)
{
    struct client *cl = arg;

    if (fd >= 0)
        close(fd);
    if (!on_question(cl->sv, ipc, id, message)) {
        ipc_close(ipc);
        cl->ipc = mem_deref(cl->ipc);
    }
}

static void on_client_closed(struct ipc *ipc, int err, void *arg)
{
    struct client *cl = arg;

    cl->ipc = mem_deref(cl->ipc);
}

static bool may_ask(const struct ipc *ipc)
{
    uint32_t uid;
    int32_t pid;

    return ipc_peer(ipc, &uid, &pid) == 0 && (uid == 0 || uid == getuid());
}

static void on_client(int events, void *arg)
{
    struct supervisor *sv = arg;
    int fd = accept4(sv->control_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct client *cl = NULL;

    if (fd < 0)
        return;
    for (size_t i = 0; i < CLIENTS_MAX && !cl; i++) {
        if (!sv->clients[i].ipc)
            cl = &sv->clients[i];
    }
    if (!cl) {
        close(fd);
        return;
    }
    cl->sv = sv;
    if (ipc_alloc(&cl->ipc, sv->loop, fd, &control_protocol, on_client_message, on_client_closed,
                  cl))
        return;
    if (!may_ask(cl->ipc)) {
        ipc_close(cl->ipc);
        cl->ipc = mem_deref(cl->ipc);
    }
}

/* ---- start ---- */

static int parse_port(const char *value, uint16_t *port)
{
    uint32_t v;

    if (!value || slice_u32(slice_of(value), &v) || v == 0 || v > 65535)
        return EINVAL;
    *port = (uint16_t)v;
    return 0;
}

static int parse_args(struct supervisor *sv, int argc, char **argv)
{
    const char *state = STATION_STATE_DIR;
    const char *value = NULL;

    for (int i = 1; i < argc; i++) {
        int err = 0;

        if (command_option(argc, argv, &i, "state", &value))
            err = value ? 0 : EINVAL;
        else if (command_option(argc, argv, &i, "log", &value)) {
            err = value ? log_level_parse(&sv->level, slice_of(value)) : EINVAL;
            value = state;
        } else if (command_option(argc, argv, &i, "rtp-start", &value)) {
            err = parse_port(value, &sv->rtp_start);
            value = state;
        } else if (command_option(argc, argv, &i, "rtp-end", &value)) {
            err = parse_port(value, &sv->rtp_end);
            value = state;
        } else if (strcmp(argv[i], "--no-sandbox") == 0) {
            sv->has_sandbox = false;
            value = state;
        } else {
            err = EINVAL;
        }
        if (err)
            return err;
        state = value;
    }
    if (!realpath(state, sv->state)) {
        command_fail(command_say("каталог состояния %s: %s", "state directory %s: %s"), state,
                     strerror(errno));
        return ENOENT;
    }
    return 0;
}

static int find_users(struct supervisor *sv)
{
    const char *missing = "";

    if (users_find(&sv->users, &missing) == 0)
        return 0;
    return command_fail(command_say("нет пользователя или группы %s: создайте их командой  sh %s",
                                    "there is no user or group %s: make them with  sh %s"),
                        missing, USERS_MAKE);
}

static int open_listener(struct supervisor *sv, const char *name, mode_t mode, int *fd)
{
    char path[PATH_MAX];
    int err = role_file(path, sizeof(path), sv->state, name);

    if (!err && strlen(path) > 107)
        err = ENAMETOOLONG;
    if (!err && unlink(path) && errno != ENOENT)
        err = errno;
    if (!err)
        err = ipc_listen(fd, path);
    if (!err && (chmod(path, mode) || (sv->users.is_root && chown(path, 0, sv->users.station_gid))))
        err = errno;
    if (err)
        command_fail(
            command_say("не удалось открыть сокет %s/%s: %s", "cannot open socket %s/%s: %s"),
            sv->state, name, strerror(err));
    return err;
}

static int open_listeners(struct supervisor *sv)
{
    int err = open_listener(sv, ROLE_CONTROL_SOCK, 0600, &sv->control_fd);

    for (const struct role_spec *s = role_table; s->name && !err; s++) {
        struct child *ch = &sv->children[sv->count];

        ch->sv = sv;
        ch->spec = s;
        err = open_listener(sv, s->listen_name, 0660, &ch->listen_fd);
        if (!err)
            sv->count++;
    }
    return err;
}

static int watch(struct supervisor *sv)
{
    sigset_t set;
    int err;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL))
        return errno;
    signal(SIGPIPE, SIG_IGN);
    sv->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (sv->signal_fd < 0)
        return errno;
    err = loop_fd_start(sv->loop, &sv->signal_watch, sv->signal_fd, LOOP_READ, on_signal, sv);
    if (!err)
        err = loop_fd_start(sv->loop, &sv->control_watch, sv->control_fd, LOOP_READ, on_client, sv);
    return err;
}

/* The roles inherit the ceiling; without it a thousand TCP phones do not fit. */
static void raise_descriptors(void)
{
    struct rlimit r;

    if (getrlimit(RLIMIT_NOFILE, &r))
        return;
    r.rlim_cur = r.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &r);
    if (r.rlim_max < FEW_DESCRIPTORS)
        log_notice("few descriptors allowed: calls will be refused limit=%llu",
                   (unsigned long long)r.rlim_max);
}

static int prepare(struct supervisor *sv)
{
    int err;

    umask(0007);
    err = state_open(sv->state, &sv->users);
    if (!err)
        err = state_lock(sv->state, &sv->users, &sv->lock_fd);
    if (!err)
        err = open_listeners(sv);
    if (err)
        return err;
    sv->exe_fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);
    if (sv->exe_fd < 0)
        return errno;
    raise_descriptors();
    err = users_keep_supervisor(&sv->users);
    if (!err)
        err = loop_alloc(&sv->loop);
    if (!err)
        err = watch(sv);
    if (err)
        command_fail(
            command_say("не удалось запустить станцию: %s", "cannot start the station: %s"),
            strerror(err));
    return err;
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

static void supervisor_fini(struct supervisor *sv)
{
    for (size_t i = 0; i < sv->count; i++) {
        timer_stop(&sv->children[i].timer);
        forget_control(&sv->children[i]);
        close_fd(sv->children[i].listen_fd);
    }
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (sv->clients[i].ipc)
            ipc_close(sv->clients[i].ipc);
        mem_deref(sv->clients[i].ipc);
    }
    loop_fd_stop(&sv->signal_watch);
    loop_fd_stop(&sv->control_watch);
    binds_fini(&sv->binds);
    close_fd(sv->signal_fd);
    close_fd(sv->control_fd);
    close_fd(sv->exe_fd);
    close_fd(sv->lock_fd);
    mem_deref(sv->loop);
}

int cmd_run(int argc, char **argv)
{
    struct supervisor *sv = mem_zalloc(sizeof(*sv));
    int code = 1;
    int err;

    if (!sv)
        return command_fail("%s", strerror(ENOMEM));
    sv->level = LOG_NOTICE;
    sv->has_sandbox = true;
    sv->exe_fd = sv->lock_fd = sv->signal_fd = sv->control_fd = -1;
    err = parse_args(sv, argc, argv);
    if (err) {
        code = err == EINVAL ? command_usage("run") : 1;
        goto out;
    }
    log_init("supervisor", sv->level);
    if (find_users(sv) || prepare(sv))
        goto out;
    if (!sv->users.is_root)
        log_notice("not root: all roles run as one user, without rights of their own uid=%u",
                   (unsigned)getuid());
    if (!sv->has_sandbox)
        log_warning("sandbox is off: for debugging only");
    for (size_t i = 0; i < sv->count; i++)
        child_start(&sv->children[i]);
    err = loop_run(sv->loop);
    code = err ? 1 : 0;
    log_notice("station has stopped");
out:
    supervisor_fini(sv);
    mem_free(sv);
    return code;
}
