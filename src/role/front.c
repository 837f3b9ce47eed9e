/* role/front.c - the role `front`: nginx with a configuration of ours, as our child
 *
 * What is exposed to the network is nginx, with no secret of the station in its memory. This process tells
 * it the settings, which come from the supervisor; it reads nothing else from anybody.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "role/front_conf.h"
#include "role/role.h"

enum {
    STOP_MS = 1000,
    AGAIN_MS = 1000,
    AGAIN_MOST_MS = 30000,
    LOOK_MS = 60000,
    SEEK_MS = 3000,
    SETTLED_MS = 5000
};
#define LOG_MOST (16 << 20) /* bytes of access.log before it is put aside */
#define CONF "nginx.conf"

struct front {
    struct loop *loop;
    struct control *control;
    struct control_http http;
    bool has_http;
    const char *program; /* NULL: there is no nginx */
    pid_t pid;           /* 0: it does not run */
    struct mono started;
    uint32_t pause_ms; /* before the next start */
    struct timer again, kill, look, seek;
    int signal_fd;
    struct loop_fd signal_watch;
    bool is_stopping; /* for good */
    bool is_moving;   /* ends to start anew with another address */
};

/* ---- nginx ---- */

static const char *find_program(void)
{
    static const char *const places[] = {"/usr/sbin/nginx", "/usr/local/sbin/nginx",
                                         "/usr/bin/nginx"};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return NULL;
}

/* Workers are in its group: none of them is left behind with the socket. */
static void kill_all(void *arg)
{
    struct front *f = arg;

    if (f->pid)
        kill(-f->pid, SIGKILL);
}

static _Noreturn void be_nginx(const struct front *f)
{
    /* Its own last words go to error.log, from where we take them. */
    const char *argv[] = {f->program, "-p", "./", "-c", CONF, "-e", "error.log", NULL};
    char *env[] = {NULL};
    const int null = open("/dev/null", O_RDWR);
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (null >= 0) {
        dup2(null, 1);
        dup2(null, 2);
    }
    close_range(3, ~0U, 0);
    execve(f->program, (char *const *)(uintptr_t)argv, env);
    _exit(127);
}

static void start(void *arg)
{
    struct front *f = arg;

    if (f->pid || f->is_stopping || !f->program || !f->http.is_enabled)
        return;
    f->started = loop_now(f->loop);
    f->pid = fork();
    if (f->pid == 0)
        be_nginx(f);
    if (f->pid < 0) {
        log_error("HTTP cannot start, it is tried again error=\"%s\"", strerror(errno));
        f->pid = 0;
        timer_start(f->loop, &f->again, AGAIN_MOST_MS, start, f);
    }
}

static void stop(struct front *f)
{
    timer_stop(&f->again);
    if (!f->pid)
        return;
    kill(f->pid, SIGTERM);
    timer_start(f->loop, &f->kill, STOP_MS, kill_all, f);
}

/* The last line of error.log, without its time and numbers. */
static const char *last_words(char *text, size_t size)
{
    const int fd = open("error.log", O_RDONLY | O_CLOEXEC);
    const off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    ssize_t n = 0;
    char *from;

    if (end > 0)
        n = pread(fd, text, size - 1, end > (off_t)size - 1 ? end - (off_t)size + 1 : 0);
    if (fd >= 0)
        close(fd);
    while (n > 0 && text[n - 1] == '\n')
        n--;
    text[n > 0 ? n : 0] = '\0';
    from = strrchr(text, '\n');
    from = from ? from + 1 : text;
    return strstr(from, "] ") ? strstr(from, "] ") + 2 : from;
}

static void died(struct front *f, int status)
{
    const bool is_settled = mono_diff_ms(loop_now(f->loop), f->started) >= SETTLED_MS;
    char text[512];

    kill(-f->pid, SIGKILL);
    f->pid = 0;
    timer_stop(&f->kill);
    if (f->is_stopping) {
        loop_stop(f->loop);
        return;
    }
    if (f->is_moving || !f->http.is_enabled) {
        f->is_moving = false;
        start(f);
        return;
    }
    if (is_settled)
        f->pause_ms = 0;
    if (f->pause_ms < AGAIN_MOST_MS) /* then everything has been said */
        log_error("nginx has ended, it is started anew restart_ms=%u status=%d error=\"%s\"",
                  f->pause_ms, status, is_settled ? "" : last_words(text, sizeof(text)));
    timer_start(f->loop, &f->again, f->pause_ms, start, f);
    f->pause_ms = f->pause_ms ? 2 * f->pause_ms : AGAIN_MS;
    if (f->pause_ms > AGAIN_MOST_MS)
        f->pause_ms = AGAIN_MOST_MS;
}

static void on_signal(int events, void *arg)
{
    struct front *f = arg;
    struct signalfd_siginfo info;
    int status;

    while (read(f->signal_fd, &info, sizeof(info)) == sizeof(info))
        ;
    if (f->pid && waitpid(f->pid, &status, WNOHANG) == f->pid)
        died(f, status);
    while (waitpid(-1, &status, WNOHANG) > 0)
        ;
}

/* ---- settings ---- */

static int write_file(const char *name, struct slice text)
{
    const int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int err = fd < 0 ? errno : 0;

    if (!err && write(fd, text.p, text.len) != (ssize_t)text.len)
        err = errno ? errno : EIO;
    if (fd >= 0 && close(fd) && !err)
        err = errno;
    return err;
}

static int write_conf(const struct front *f)
{
    struct buf b;
    int err;

    buf_init(&b, FRONT_CONF_MAX);
    err = front_conf_print(&b, &f->http);
    if (!err)
        err = write_file(CONF ".new", buf_slice(&b));
    if (!err && rename(CONF ".new", CONF))
        err = errno;
    buf_fini(&b);
    return err;
}

static void say_address(const struct front *f)
{
    char text[ADDR_TEXT];

    if (!f->http.is_enabled)
        log_notice("HTTP is switched off (setting http_enabled)");
    else if (!f->program)
        log_error("nginx is not installed: the station works without HTTP; apt-get install nginx");
    else
        log_notice("HTTP is served address=%s", addr_text(&f->http.bind, text));
}

static bool is_same(const struct control_http *a, const struct control_http *b)
{
    return a->is_enabled == b->is_enabled && addr_eq(&a->bind, &b->bind) && a->rate == b->rate &&
           a->connections == b->connections && a->timeout_s == b->timeout_s;
}

static void on_http(const struct control_http *http, void *arg)
{
    struct front *f = arg;
    const bool is_moved = !addr_eq(&f->http.bind, &http->bind);
    const bool is_first = !f->has_http;
    int err;

    if (!is_first && is_same(&f->http, http))
        return;
    if (is_first || is_moved || f->http.is_enabled != http->is_enabled) {
        f->http = *http;
        f->has_http = true;
        say_address(f);
    }
    f->http = *http;
    err = write_conf(f);
    if (err)
        log_error("settings of HTTP cannot be written, the former ones stay error=\"%s\"",
                  strerror(err));
    f->pause_ms = 0;
    timer_stop(&f->again);
    if (!f->pid)
        start(f);
    else if (is_moved || !http->is_enabled) {
        f->is_moving = true;
        stop(f);
    } else
        kill(f->pid, SIGHUP);
}

/* Installed while the station runs: nothing has to be restarted for it. */
static void seek_program(void *arg)
{
    struct front *f = arg;

    f->program = find_program();
    if (!f->program) {
        timer_start(f->loop, &f->seek, SEEK_MS, seek_program, f);
        return;
    }
    if (!f->has_http)
        return;
    say_address(f);
    start(f);
}

/* ---- its log ---- */

static void look_at_log(void *arg)
{
    struct front *f = arg;
    struct stat st;

    if (f->pid && stat("access.log", &st) == 0 && st.st_size > LOG_MOST &&
        rename("access.log", "access.log.1") == 0)
        kill(f->pid, SIGUSR1);
    timer_start(f->loop, &f->look, LOOK_MS, look_at_log, f);
}

/* ---- life ---- */

static void on_stop(bool is_orphan, void *arg)
{
    struct front *f = arg;

    f->is_stopping = true;
    if (f->pid)
        stop(f);
    else
        loop_stop(f->loop);
}

static int watch_signals(struct front *f)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL))
        return errno;
    f->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (f->signal_fd < 0)
        return errno;
    return loop_fd_start(f->loop, &f->signal_watch, f->signal_fd, LOOP_READ, on_signal, f);
}

static int open_all(struct front *f, const struct role_args *args)
{
    const struct control_handlers h = {.stop = on_stop, .http = on_http, .arg = f};
    char folder[PATH_MAX];
    int err = role_file(folder, sizeof(folder), args->state, ROLE_FRONT_DIR);

    if (!err && chdir(folder))
        err = errno;
    if (!err)
        err = loop_alloc(&f->loop);
    if (!err)
        err = watch_signals(f);
    if (!err)
        err = control_alloc(&f->control, f->loop, args->control_fd, &h);
    if (!err)
        look_at_log(f);
    if (!err)
        seek_program(f);
    return err ? err : control_ready(f->control);
}

int role_front(const struct role_args *args)
{
    struct front f = {.signal_fd = -1};
    int err = open_all(&f, args);

    if (!err)
        err = loop_run(f.loop);
    if (err)
        log_error("front cannot work error=\"%s\"", strerror(err));
    kill_all(&f);
    timer_stop(&f.again);
    timer_stop(&f.kill);
    timer_stop(&f.look);
    timer_stop(&f.seek);
    loop_fd_stop(&f.signal_watch);
    mem_deref(f.control);
    mem_deref(f.loop);
    return err ? 1 : 0;
}
