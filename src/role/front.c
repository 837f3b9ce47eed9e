/* role/front.c - the role `front`: nginx with a configuration of ours, as our child
 *
 * What is exposed to the network is nginx, with no secret of the station in its memory but the key of its own
 * certificate. This process tells it the settings, which come from the supervisor; it reads nothing else from
 * anybody.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
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
#include "role/front_cert.h"
#include "role/front_conf.h"
#include "role/front_ports.h"
#include "role/front_ui.h"
#include "role/role.h"

enum {
    STOP_MS = 1000,
    AGAIN_MS = 1000,
    AGAIN_MOST_MS = 30000,
    LOOK_MS = 60000,
    SEEK_MS = 3000,
    SETTLED_MS = 5000,
    CERT_MS = 2000,      /* a certificate that was replaced is looked for */
    PATIENCE_TRIES = 15, /* for an address that our own former nginx may still have */
    PATIENCE_MS = 100,
    WARN_DAYS = 14,
};
#define BROTLI FRONT_MODULES "/ngx_http_brotli_static_module.so"
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
    struct front_face face;
    struct front_ports ports; /* as they were when nginx was started */
    int tries;                /* for its addresses */
    struct stat cert;         /* the certificate that nginx has */
    int64_t days_left;        /* that were warned of */
    struct timer again, kill, look, seek, certs;
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

/* ---- its configuration ---- */

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
    err = front_conf_print(&b, &f->http, &f->face);
    if (!err)
        err = write_file(CONF ".new", buf_slice(&b));
    if (!err && rename(CONF ".new", CONF))
        err = errno;
    buf_fini(&b);
    return err;
}

static void say_unwritten(int err)
{
    log_error("settings of HTTP cannot be written, the former ones stay error=\"%s\"",
              strerror(err));
}

static void say_taken(const char *what, const struct addr *at, const char *setting)
{
    char text[ADDR_TEXT];

    log_error("%s cannot listen: its port is taken, or not allowed to us; change setting %s "
              "address=%s",
              what, setting, addr_text(at, text));
}

/* As people type it. */
static void say_url(const struct front *f)
{
    char host[HOST_NAME_MAX + 1] = "localhost", text[ADDR_TEXT], port[8] = "";

    if (f->face.tls.port != 443)
        snprintf(port, sizeof(port), ":%u", f->face.tls.port);
    if (*f->http.web.name)
        log_notice("the web interface is served url=https://%s%s/pbx/", f->http.web.name, port);
    else if (!addr_is_any(&f->face.tls))
        log_notice("the web interface is served url=https://%s/pbx/",
                   addr_text(&f->face.tls, text));
    else {
        gethostname(host, sizeof(host) - 1);
        log_notice("the web interface is served on all addresses url=https://%s%s/pbx/", host,
                   port);
    }
}

static void say_addresses(const struct front *f)
{
    char text[ADDR_TEXT];

    if (f->ports.manager == FRONT_PORT_FREE)
        log_notice("HTTP is served address=%s", addr_text(&f->http.bind, text));
    else if (f->ports.manager == FRONT_PORT_TAKEN)
        say_taken("HTTP", &f->http.bind, "http_bind");
    if (f->ports.tls == FRONT_PORT_FREE)
        say_url(f);
    else if (f->ports.tls == FRONT_PORT_TAKEN)
        say_taken("the web interface", &f->http.web.bind, "web_bind");
    if (f->ports.plain == FRONT_PORT_TAKEN)
        log_notice("nothing redirects from plain HTTP: its port is taken (setting web_port_plain)");
}

/* ---- the certificate ---- */

static void look_at_facts(struct front *f)
{
    struct front_cert c = {0};

    if (front_cert_read(FRONT_CERT, FRONT_KEY, &c, NULL))
        return;
    f->face.is_trusted = !c.is_own;
    if (c.days_left < WARN_DAYS && c.days_left != f->days_left && !c.is_own)
        log_warning("the certificate of the web interface ends soon: station web certificate "
                    "days=%" PRIi64,
                    c.days_left);
    f->days_left = c.days_left;
}

/* nginx does not start with one that it cannot read. */
static void take_certificate(struct front *f)
{
    const char *why = NULL;
    bool is_new = false;
    int err;

    if (!addr_is_set(&f->face.tls))
        return;
    err = front_cert_ensure(FRONT_CERT, FRONT_KEY, f->http.web.name, &is_new, &why);
    if (err) {
        log_error("the web interface has no certificate: station web certificate why=\"%s\"", why);
        f->face.tls = f->face.plain = (struct addr){.family = AF_UNSPEC};
        f->ports.tls = f->ports.plain = FRONT_PORT_OFF;
        return;
    }
    if (is_new)
        log_notice(
            "the web interface has a certificate of its own: browsers will ask whether to trust it");
    look_at_facts(f);
    if (stat(FRONT_CERT, &f->cert))
        f->cert = (struct stat){0};
}

static bool is_replaced(const struct front *f)
{
    struct stat st;

    return stat(FRONT_CERT, &st) != 0 ||
           (st.st_ino != f->cert.st_ino || st.st_mtim.tv_sec != f->cert.st_mtim.tv_sec ||
            st.st_mtim.tv_nsec != f->cert.st_mtim.tv_nsec);
}

static bool is_wanted(const struct front *f)
{
    return f->http.is_enabled || f->http.web.is_enabled;
}

static void start(void *arg);

static void launch(struct front *f)
{
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

/* Settings that nginx cannot be told leave the former ones. */
static void start(void *arg)
{
    struct front *f = arg;
    const struct front_face last = f->face;
    int err;

    if (f->pid || f->is_stopping || !f->program || !is_wanted(f))
        return;
    f->ports = front_ports_find(&f->http, &f->face, f->tries < PATIENCE_TRIES);
    if ((f->ports.manager == FRONT_PORT_TAKEN || f->ports.tls == FRONT_PORT_TAKEN ||
         f->ports.plain == FRONT_PORT_TAKEN) &&
        f->tries++ < PATIENCE_TRIES) {
        f->face = last;
        timer_start(f->loop, &f->again, PATIENCE_MS, start, f);
        return;
    }
    f->tries = 0;
    take_certificate(f);
    say_addresses(f);
    err = write_conf(f);
    if (err)
        say_unwritten(err);
    front_ports_keep(&f->face);
    launch(f);
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
    if (f->is_moving || !is_wanted(f)) {
        f->is_moving = false;
        start(f);
        return;
    }
    if (is_settled)
        f->pause_ms = 0;
    else
        f->face.has_brotli = false;  /* perhaps a module of another nginx */
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

static bool is_same_web(const struct control_web *a, const struct control_web *b)
{
    return a->is_enabled == b->is_enabled && a->redirects == b->redirects &&
           addr_eq(&a->bind, &b->bind) && a->port_plain == b->port_plain &&
           strcmp(a->name, b->name) == 0 && a->upload_mib == b->upload_mib && a->rate == b->rate &&
           a->connections == b->connections;
}

static bool is_same(const struct control_http *a, const struct control_http *b)
{
    return a->is_enabled == b->is_enabled && addr_eq(&a->bind, &b->bind) && a->rate == b->rate &&
           a->connections == b->connections && a->timeout_s == b->timeout_s &&
           is_same_web(&a->web, &b->web);
}

/* Other addresses: nginx begins anew. */
static bool is_moved(const struct control_http *a, const struct control_http *b)
{
    return a->is_enabled != b->is_enabled || !addr_eq(&a->bind, &b->bind) ||
           a->web.is_enabled != b->web.is_enabled || a->web.redirects != b->web.redirects ||
           !addr_eq(&a->web.bind, &b->web.bind) || a->web.port_plain != b->web.port_plain;
}

static void say_state(const struct front *f)
{
    if (!f->http.is_enabled)
        log_notice("HTTP is switched off (setting http_enabled)");
    if (!f->http.web.is_enabled)
        log_notice("the web interface is switched off (setting web_enabled)");
    if (!f->program && is_wanted(f))
        log_error("nginx is not installed: the station works without HTTP; apt-get install nginx");
}

/* What nginx has open stays open; new connections find the new settings. */
static void renew(struct front *f)
{
    int err;

    if (!f->pid)
        return;
    take_certificate(f);
    err = write_conf(f);
    if (err)
        say_unwritten(err);
    else
        kill(f->pid, SIGHUP);
}

static void move(struct front *f)
{
    f->is_moving = true;
    f->tries = 0;
    stop(f);
}

static void on_http(const struct control_http *http, void *arg)
{
    struct front *f = arg;
    const bool is_first = !f->has_http;
    const bool is_other = is_first || is_moved(&f->http, http);

    if (!is_first && is_same(&f->http, http))
        return;
    f->http = *http;
    f->has_http = true;
    if (is_other)
        say_state(f);
    f->pause_ms = 0;
    timer_stop(&f->again);
    if (!f->pid)
        start(f);
    else if (is_other)
        move(f);
    else
        renew(f);
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
    start(f);
}

static void look_at_certificate(void *arg)
{
    struct front *f = arg;

    if (f->pid && addr_is_set(&f->face.tls) && is_replaced(f)) {
        log_notice("the web interface has another certificate");
        renew(f);
    }
    timer_start(f->loop, &f->certs, CERT_MS, look_at_certificate, f);
}

/* An address that was taken may be free now; the certificate may need another. */
static void look_around(struct front *f)
{
    struct front_face face = f->face;
    struct front_ports p;

    if (!f->pid || f->is_stopping || f->is_moving)
        return;
    take_certificate(f);
    if (f->ports.manager != FRONT_PORT_TAKEN && f->ports.tls != FRONT_PORT_TAKEN)
        return;
    p = front_ports_find(&f->http, &face, true);
    if ((f->ports.manager == FRONT_PORT_TAKEN && p.manager == FRONT_PORT_FREE) ||
        (f->ports.tls == FRONT_PORT_TAKEN && p.tls == FRONT_PORT_FREE))
        move(f);
}

/* ---- its log ---- */

static void look_at_log(void *arg)
{
    struct front *f = arg;
    struct stat st;

    if (f->pid && stat("access.log", &st) == 0 && st.st_size > LOG_MOST &&
        rename("access.log", "access.log.1") == 0)
        kill(f->pid, SIGUSR1);
    look_around(f);
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

/* What nginx is told by relative paths. */
static int make_places(struct front *f)
{
    static const char *const folders[] = {"tls", FRONT_FACE, FRONT_ACME, FRONT_ACME "/.well-known",
                                          FRONT_ACME "/.well-known/acme-challenge"};
    const char *ui = front_ui_find();

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (mkdir(folders[i], 0755) && errno != EEXIST)
            return errno;
    unlink(FRONT_PAGES);
    if (!ui)
        log_notice("the web interface's pages are not installed: only its API is served");
    else if (symlink(ui, FRONT_PAGES))
        return errno;
    f->face.has_brotli = access(BROTLI, R_OK) == 0;
    front_ports_recall(&f->face);
    return 0;
}

static int open_all(struct front *f, const struct role_args *args)
{
    const struct control_handlers h = {.stop = on_stop, .http = on_http, .arg = f};
    char folder[PATH_MAX];
    int err = role_file(folder, sizeof(folder), args->state, ROLE_FRONT_DIR);

    if (!err && chdir(folder))
        err = errno;
    if (!err)
        err = make_places(f);
    if (!err)
        err = loop_alloc(&f->loop);
    if (!err)
        err = watch_signals(f);
    if (!err)
        err = control_alloc(&f->control, f->loop, args->control_fd, &h);
    if (!err)
        look_at_log(f);
    if (!err)
        look_at_certificate(f);
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
    timer_stop(&f.certs);
    loop_fd_stop(&f.signal_watch);
    mem_deref(f.control);
    mem_deref(f.loop);
    return err ? 1 : 0;
}
