/* role/supervisor.c - the roles: start, death, answers, the order of stopping; see supervisor.h */
#include "role/supervisor.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/slice.h"
#include "role/notify.h"
#include "role/spawn.h"
#include "role/supervisor_inner.h"

enum {
    SETTLED_MS = 2000, /* who lived that long has not died in a row */
    STOP_MS = 1500,    /* then killed */
    PAUSE_FIRST_MS = 100,
    PAUSE_MOST_MS = 5000,
};

uint32_t supervisor_pause_ms(unsigned deaths)
{
    if (deaths <= 1)
        return 0;
    if (deaths - 2 >= 6)
        return PAUSE_MOST_MS;
    return PAUSE_FIRST_MS << (deaths - 2);
}

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
            timer_start(sv->loop, &ch->timer, 0, supervisor_start_child, ch);
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

void supervisor_stop(struct supervisor *sv)
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

bool supervisor_answer(struct supervisor *sv, struct ipc *from, uint16_t id, const void *message)
{
    switch (id) {
    case CONTROL_LIST: answer_list(sv, from, message); return true;
    case CONTROL_RESTART: answer_restart(sv, from, message); return true;
    case CONTROL_LEVEL: answer_level(sv, from, message); return true;
    case CONTROL_SHUTDOWN:
        send_result(from, ((const struct control_empty *)message)->question, 0);
        supervisor_stop(sv);
        return true;
    default: return false;
    }
}

/* ---- one role ---- */

static void tell_http(struct child *ch)
{
    if (ch->spec->wants_http && ch->control && ch->sv->has_http)
        (void)ipc_send(ch->control, CONTROL_HTTP, &ch->sv->http);
}

/* The engine alone reads the settings; those who need some of them hear it from here. */
static void keep_http(struct supervisor *sv, const struct control_http *m)
{
    sv->http = *m;
    sv->has_http = true;
    for (size_t i = 0; i < sv->count; i++)
        tell_http(&sv->children[i]);
}

/* systemd is told once calls are taken; a runner that cannot start must not end the station. */
static void note_ready(struct supervisor *sv)
{
    if (sv->was_ready)
        return;
    for (size_t i = 0; i < sv->count && !sv->is_told; i++) {
        sv->is_told = sv->children[i].spec->is_binder && sv->children[i].is_ready;
        if (sv->is_told)
            notify_send("READY=1");
    }
    for (size_t i = 0; i < sv->count; i++) {
        if (!sv->children[i].is_ready)
            return;
    }
    sv->was_ready = true;
    log_notice("station is ready state=\"%s\"", sv->state);
    notify_send("STATUS=all roles are ready");
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
    if (ch->spec->may_restart && (id == CONTROL_LIST || id == CONTROL_RESTART)) {
        (void)supervisor_answer(sv, ipc, id, message);
        return;
    }
    if (!ch->spec->is_binder) {
        log_warning("role asked for what it may not role=%s message=%u", ch->spec->name, id);
        return;
    }
    if (id == CONTROL_BIND)
        answer_bind(sv, ipc, message);
    else if (id == CONTROL_HTTP)
        keep_http(sv, message);
    else if (id == CONTROL_RELEASE)
        binds_release(&sv->binds, ((const struct control_bind *)message)->kind,
                      &((const struct control_bind *)message)->local);
    else if (!supervisor_answer(sv, ipc, id, message))
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

void supervisor_forget(struct child *ch)
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
                              .keep_fd = ch->keep_fd,
                              .second_fd = ch->second_fd,
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
            supervisor_forget(ch);
    }
    close(pair[1]);
    return err;
}

void supervisor_start_child(void *arg)
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
        timer_start(ch->sv->loop, &ch->timer, PAUSE_MOST_MS, supervisor_start_child, ch);
        return;
    }
    tell_http(ch);
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
    supervisor_forget(ch);
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
    timer_start(sv->loop, &ch->timer, pause_ms, supervisor_start_child, ch);
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

void supervisor_reap(struct supervisor *sv)
{
    for (size_t i = 0; i < sv->count; i++) {
        struct child *ch = &sv->children[i];
        int status;

        if (ch->pid && waitpid(ch->pid, &status, WNOHANG) == ch->pid)
            child_died(ch, status);
    }
}
