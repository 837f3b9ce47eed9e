/* role/run.c - `station run`: what the supervisor opens before it starts roles, and who asks it */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/slice.h"
#include "role/command.h"
#include "role/state.h"
#include "role/supervisor_inner.h"
#include "role/users.h"

enum { FEW_DESCRIPTORS = 4096, UNIX_PATH_MAX_BYTES = 107 };

/* ---- control.sock: for `station ctl` while the engine is down ---- */

static void on_client_message(struct ipc *ipc, uint16_t id, const void *message, int fd, void *arg)
{
    struct client *cl = arg;

    if (fd >= 0)
        close(fd);
    if (!supervisor_answer(cl->sv, ipc, id, message)) {
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

static void on_client(int fd, void *arg)
{
    struct supervisor *sv = arg;
    struct client *cl = NULL;

    for (size_t i = 0; i < SUPERVISOR_CLIENTS && !cl; i++) {
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

/* One option at argv[*i]. @return 0; EINVAL */
static int parse_option(struct supervisor *sv, int argc, char **argv, int *i, const char **state)
{
    const char *value = NULL;

    if (command_option(argc, argv, i, "state", &value)) {
        *state = value;
        return value ? 0 : EINVAL;
    }
    if (command_option(argc, argv, i, "log", &value))
        return value ? log_level_parse(&sv->level, slice_of(value)) : EINVAL;
    if (command_option(argc, argv, i, "rtp-start", &value))
        return parse_port(value, &sv->rtp_start);
    if (command_option(argc, argv, i, "rtp-end", &value))
        return parse_port(value, &sv->rtp_end);
    if (strcmp(argv[*i], "--no-sandbox"))
        return EINVAL;
    sv->has_sandbox = false;
    return 0;
}

static int parse_args(struct supervisor *sv, int argc, char **argv)
{
    const char *state = STATION_STATE_DIR;

    for (int i = 1; i < argc; i++) {
        if (parse_option(sv, argc, argv, &i, &state))
            return EINVAL;
    }
    if (realpath(state, sv->state))
        return 0;
    command_fail(command_say("каталог состояния %s: %s", "state directory %s: %s"), state,
                 strerror(errno));
    return ENOENT;
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

/* A socket of bytes, for who speaks no messages of ours (the front). */
static int listen_stream(int *fdp, const char *path)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int err = fd < 0 ? errno : slice_copy(slice_of(path), sun.sun_path, sizeof(sun.sun_path));

    if (!err && (bind(fd, (const struct sockaddr *)&sun, sizeof(sun)) || listen(fd, 1024)))
        err = errno;
    if (!err)
        *fdp = fd;
    else if (fd >= 0)
        close(fd);
    return err;
}

static int open_listener(struct supervisor *sv, const char *name, mode_t mode, bool is_stream,
                         int *fd)
{
    char path[PATH_MAX];
    int err = role_file(path, sizeof(path), sv->state, name);

    if (!err && strlen(path) > UNIX_PATH_MAX_BYTES)
        err = ENAMETOOLONG;
    if (!err && unlink(path) && errno != ENOENT)
        err = errno;
    if (!err)
        err = is_stream ? listen_stream(fd, path) : ipc_listen(fd, path);
    if (!err && (chmod(path, mode) || (sv->users.is_root && chown(path, 0, sv->users.station_gid))))
        err = errno;
    if (err)
        command_fail(
            command_say("не удалось открыть сокет %s/%s: %s", "cannot open socket %s/%s: %s"),
            sv->state, name, strerror(err));
    return err;
}

/* Memory that the role's processes hand on from one to the next. Without it a death costs more. */
static void open_keep(struct child *ch)
{
    ch->keep_fd = -1;
    if (!ch->spec->keep_bytes)
        return;
    ch->keep_fd = memfd_create(ch->spec->name, MFD_CLOEXEC);
    if (ch->keep_fd < 0 || ftruncate(ch->keep_fd, (off_t)ch->spec->keep_bytes))
        log_warning("no memory that outlives the role: what it holds ends with it role=%s "
                    "error=\"%s\"",
                    ch->spec->name, strerror(errno));
}

static int open_listeners(struct supervisor *sv)
{
    int err = open_listener(sv, ROLE_CONTROL_SOCK, 0600, false, &sv->control_fd);

    for (const struct role_spec *s = role_table; s->name && !err; s++) {
        struct child *ch = &sv->children[sv->count];

        ch->sv = sv;
        ch->spec = s;
        open_keep(ch);
        ch->listen_fd = ch->second_fd = -1;
        if (s->listen_name)
            err = open_listener(sv, s->listen_name, 0660, s->is_stream, &ch->listen_fd);
        if (!err && s->second_name)
            err = open_listener(sv, s->second_name, 0660, false, &ch->second_fd);
        if (!err)
            sv->count++;
    }
    return err;
}

static void on_signal(int events, void *arg)
{
    struct supervisor *sv = arg;
    struct signalfd_siginfo info;

    while (read(sv->signal_fd, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo == SIGCHLD)
            supervisor_reap(sv);
        else if (info.ssi_signo != SIGHUP)
            supervisor_stop(sv);
    }
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
        err = acceptor_start(&sv->acceptor, sv->loop, sv->control_fd, on_client, sv);
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
        supervisor_forget(&sv->children[i]);
        close_fd(sv->children[i].listen_fd);
        close_fd(sv->children[i].second_fd);
        close_fd(sv->children[i].keep_fd);
    }
    for (size_t i = 0; i < SUPERVISOR_CLIENTS; i++) {
        if (sv->clients[i].ipc)
            ipc_close(sv->clients[i].ipc);
        mem_deref(sv->clients[i].ipc);
    }
    loop_fd_stop(&sv->signal_watch);
    acceptor_stop(&sv->acceptor);
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
        supervisor_start_child(&sv->children[i]);
    err = loop_run(sv->loop);
    code = err ? 1 : 0;
    log_notice("station has stopped");
out:
    supervisor_fini(sv);
    mem_free(sv);
    return code;
}
