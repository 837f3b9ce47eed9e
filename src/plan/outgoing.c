/* outgoing.c - see outgoing.h */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "loop/worker.h"
#include "plan/callfile.h"
#include "plan/core.h"
#include "plan/outgoing.h"

#define LOOK_MS 1000
#define MOST_CALLS 100
#define MOST_FILES 10000
#define MOST_JOBS 250
#define PATH_SIZE 512
#define WRITING_S 5 /* a file as young as this that is no call yet may still be written */

struct outgoing {
    struct plan_core *core; /* borrowed */
    struct workers *workers;
    char *dir;
    struct timer timer;
    struct list calls; /* struct call */
    uint32_t count;
    bool is_looking, is_closing;
};

/* One file being worked on: read by the worker, called by the loop, ended by the worker. */
struct call {
    struct link link;
    struct outgoing *of; /* borrowed */
    char name[256];
    char *text;
    int line; /* not understood */
    int err;
    struct callfile file;
    struct plan_originate *originate; /* a reference, while it rings */
    int64_t now_s;
    bool is_over; /* no more tries */
    const char *status;
};

/* A look at the folder. */
struct look {
    struct outgoing *of;
    int64_t now_s;
    uint32_t room;
    struct list found; /* struct call */
};

static void call_free(struct call *c)
{
    list_unlink(&c->link);
    mem_deref(c->originate);
    mem_free(c->text);
    mem_free(c);
}

static int path_of(char *path, const struct outgoing *o, const char *folder, const char *name)
{
    int n = snprintf(path, PATH_SIZE, "%s/%s/%s", o->dir, folder, name);

    return n < PATH_SIZE ? 0 : ENAMETOOLONG;
}

/* ---- the worker ---- */

static int read_text(struct call *c, int fd)
{
    ssize_t n;

    c->text = mem_zalloc(CALLFILE_MAX + 1);
    if (!c->text)
        return ENOMEM;
    n = read(fd, c->text, CALLFILE_MAX);
    return n < 0 ? errno : n == CALLFILE_MAX ? EFBIG : callfile_parse(&c->file, c->text, &c->line);
}

static int add_line(int fd, const char *what, int n, int64_t now_s)
{
    char text[128];
    int len = snprintf(text, sizeof(text), "\n%s: %d %d (%lld)\n", what, (int)getpid(), n,
                       (long long)now_s);

    return write(fd, text, (size_t)len) == len ? 0 : EIO;
}

static int date_file(int fd, int64_t at_s)
{
    const struct timespec times[2] = {{.tv_sec = at_s}, {.tv_sec = at_s}};

    return futimens(fd, times) ? errno : 0;
}

/* A file that we may read but not write: a copy of our own takes its place. */
static int adopt_file(const struct call *c, const char *path)
{
    char copy[PATH_SIZE], *text = mem_zalloc(CALLFILE_MAX);
    int from = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK), to = -1, err = EIO;
    ssize_t n = text && from >= 0 ? read(from, text, CALLFILE_MAX) : -1;

    if (n < 0 || n == CALLFILE_MAX ||
        snprintf(copy, sizeof(copy), "%s/outgoing/.adopted", c->of->dir) >= (int)sizeof(copy))
        goto out;
    unlink(copy);
    to = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0660);
    if (to >= 0 && write(to, text, (size_t)n) == n && rename(copy, path) == 0)
        err = 0;
out:
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    mem_free(text);
    return err;
}

static bool is_young(int fd, int64_t now_s)
{
    struct stat st;

    return fstat(fd, &st) == 0 && st.st_mtim.tv_sec + WRITING_S > now_s;
}

/* Read it; say in it that it is tried, and date it behind the try. */
static int take_file(struct call *c)
{
    char path[PATH_SIZE];
    int fd, err = path_of(path, c->of, "outgoing", c->name);

    if (err)
        return err;
    fd = open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == EACCES && !adopt_file(c, path))
        fd = open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno;
    err = read_text(c, fd);
    if (err == EINVAL && is_young(fd, c->now_s))
        err = EINPROGRESS;
    if (!err && c->file.tries <= c->file.max_retries) {
        err = add_line(fd, "StartRetry", ++c->file.tries, c->now_s);
        if (!err)
            err = date_file(fd, c->now_s + c->file.wait_s + c->file.retry_s);
    } else if (!err) {
        c->is_over = true; /* the station died during the last try */
        c->status = "Expired";
    }
    close(fd);
    return err;
}

static void found_file(struct look *l, const char *name)
{
    struct call *c = mem_zalloc(sizeof(*c));

    if (!c)
        return;
    c->of = l->of;
    c->now_s = l->now_s;
    snprintf(c->name, sizeof(c->name), "%s", name);
    c->err = take_file(c);
    list_append(&l->found, &c->link);
    if (!c->err) /* those that cannot be called now leave room for the others */
        l->room--;
}

static void look_run(void *arg)
{
    struct look *l = arg;
    char path[PATH_SIZE];
    struct dirent *e;
    uint32_t seen = 0;
    DIR *d;

    if (path_of(path, l->of, "outgoing", ""))
        return;
    d = opendir(path);
    while (d && l->room && seen++ < MOST_FILES && (e = readdir(d))) {
        struct stat st;

        if (e->d_name[0] == '.' || fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
            !S_ISREG(st.st_mode) || st.st_mtim.tv_sec > l->now_s)
            continue;
        found_file(l, e->d_name);
    }
    if (d)
        closedir(d);
}

/* A copy with its status in outgoing_done: the sandbox lets nothing be moved between folders. */
static int archive_file(const struct call *c, int fd)
{
    char path[PATH_SIZE], status[64], *text = mem_zalloc(CALLFILE_MAX);
    int len = snprintf(status, sizeof(status), "Status: %s\n", c->status), to = -1, err = EIO;
    ssize_t n = text ? pread(fd, text, CALLFILE_MAX, 0) : -1;

    if (n >= 0 && !path_of(path, c->of, "outgoing_done", c->name))
        to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0660);
    if (to >= 0 && write(to, text, (size_t)n) == n && write(to, status, (size_t)len) == len)
        err = 0;
    if (to >= 0)
        close(to);
    mem_free(text);
    return err;
}

/* Away with it: archived or removed. A file that somebody dated anew may ask to stay. */
static int remove_file(const struct call *c, int fd, const char *path)
{
    struct stat st;

    if (c->file.keeps_future && fstat(fd, &st) == 0 &&
        st.st_mtim.tv_sec > c->now_s + c->file.wait_s + c->file.retry_s)
        return 0;
    if (c->file.archives && archive_file(c, fd))
        return EIO; /* it stays where it is */
    return unlink(path) && errno != ENOENT ? errno : 0;
}

static void end_run(void *arg)
{
    struct call *c = arg;
    char path[PATH_SIZE];
    int fd;

    c->err = path_of(path, c->of, "outgoing", c->name);
    if (c->err)
        return;
    fd = open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        c->err = errno == ENOENT ? 0 : errno;
        return;
    }
    if (c->is_over) {
        c->err = remove_file(c, fd, path);
    } else {
        c->err = add_line(fd, "EndRetry", c->file.tries, c->now_s);
        if (!c->err)
            c->err = date_file(fd, c->now_s + c->file.retry_s);
    }
    close(fd);
}

/* ---- the loop ---- */

static int64_t now_s(const struct outgoing *o)
{
    return loop_wall(o->core->loop).us / 1000000;
}

static void forget(struct call *c)
{
    c->of->count--;
    call_free(c);
}

static void end_done(void *arg)
{
    struct call *c = arg;

    if (c->err)
        log_error("call file cannot be written or removed, it may be called again file=\"%s\" "
                  "err=\"%s\"",
                  c->name, strerror(c->err));
    forget(c);
}

static void end_call(struct call *c)
{
    c->now_s = now_s(c->of);
    if (workers_submit(c->of->workers, end_run, end_done, c)) {
        log_error("call file not ended, it is called again later file=\"%s\"", c->name);
        forget(c);
    }
}

static void is_tried(enum plan_originate_reason reason, struct channel *ch, void *arg)
{
    struct call *c = arg;

    c->originate = mem_deref(c->originate);
    c->is_over = reason == ORIGINATE_ANSWERED || c->file.tries > c->file.max_retries;
    c->status = reason == ORIGINATE_ANSWERED ? "Completed" : "Expired";
    log_notice("call file tried file=\"%s\" channel=\"%s\" try=%d of=%d answered=%s", c->name,
               c->file.channel, c->file.tries, c->file.max_retries + 1,
               reason == ORIGINATE_ANSWERED ? "yes" : "no");
    end_call(c);
}

static int originate(struct call *c)
{
    const struct callfile *f = &c->file;

    return plan_originate(&c->originate, c->of->core,
                          &(struct plan_originate_args){
                              .where = f->channel,
                              .timeout_ms = (int64_t)f->wait_s * 1000,
                              .caller_number = f->caller_number,
                              .caller_name = f->caller_name,
                              .account = f->account,
                              .codecs = f->codecs,
                              .vars = f->vars,
                              .var_count = f->var_count,
                              .app = f->app,
                              .app_data = f->app_data ? f->app_data : "",
                              .context = f->context ? f->context : "default",
                              .exten = f->exten ? f->exten : "s",
                              .priority = f->priority,
                              .with_early_media = f->with_early_media,
                              .runs_failed = !f->app,
                              .done = is_tried,
                              .arg = c,
                          });
}

static void begin_call(struct call *c)
{
    int err = c->err;

    if (c->line && err != EINPROGRESS)
        log_warning("line of a call file is not understood file=\"%s\" line=%d", c->name, c->line);
    if (!err && !c->is_over)
        err = originate(c);
    if (!err && !c->is_over)
        return;
    if (err == EINVAL || err == EFBIG) { /* it will never be one */
        log_warning(
            "call file is wrong and removed: it needs Channel: Tech/name and Application: or "
            "Context: and Extension: file=\"%s\"",
            c->name);
        c->is_over = true;
        c->status = "Failed";
    } else if (err) {
        if (err != EINPROGRESS && plan_tell_once(c->of->core, "callfile", c->name))
            log_warning(
                "call file not called now file=\"%s\" err=\"%s\": check that the station may "
                "write it",
                c->name, strerror(err));
        forget(c);
        return;
    }
    end_call(c);
}

static void look_again(void *arg);

static void look_done(void *arg)
{
    struct look *l = arg;
    struct outgoing *o = l->of;

    o->is_looking = false;
    LIST_FOREACH(&l->found, k)
    {
        struct call *c = CONTAINER_OF(k, struct call, link);

        list_unlink(k);
        if (o->is_closing) {
            call_free(c);
            continue;
        }
        list_append(&o->calls, &c->link);
        o->count++;
        begin_call(c);
    }
    mem_free(l);
    if (!o->is_closing)
        timer_start(o->core->loop, &o->timer, LOOK_MS, look_again, o);
}

static void look_again(void *arg)
{
    struct outgoing *o = arg;
    struct look *l = o->count < MOST_CALLS ? mem_zalloc(sizeof(*l)) : NULL;

    timer_start(o->core->loop, &o->timer, LOOK_MS, look_again, o);
    if (!l || o->is_looking || calls_is_closing(o->core->calls)) {
        mem_free(l);
        return;
    }
    l->of = o;
    l->now_s = now_s(o);
    l->room = MOST_CALLS - o->count;
    list_init(&l->found);
    o->is_looking = true;
    if (workers_submit(o->workers, look_run, look_done, l)) {
        o->is_looking = false;
        mem_free(l);
    }
}

static void outgoing_destroy(void *object)
{
    struct outgoing *o = object;

    o->is_closing = true;
    timer_stop(&o->timer);
    LIST_FOREACH(&o->calls, k)
    {
        struct call *c = CONTAINER_OF(k, struct call, link);

        if (!c->originate)
            continue; /* the worker has it */
        plan_originate_cancel(c->originate);
        forget(c);
    }
    mem_deref(o->workers);
    mem_free(o->dir);
}

static void make_folder(const struct outgoing *o, const char *name)
{
    char path[PATH_SIZE];

    if (path_of(path, o, name, "") || (mkdir(path, 02770) && errno != EEXIST))
        log_warning("folder for call files cannot be made path=\"%s/%s\" err=\"%s\"", o->dir, name,
                    strerror(errno));
}

int outgoing_alloc(struct outgoing **op, struct plan_core *p, const char *dir)
{
    struct outgoing *o = mem_alloc(sizeof(*o), outgoing_destroy);
    int err;

    if (!o)
        return ENOMEM;
    list_init(&o->calls);
    o->core = p;
    o->dir = mem_strdup(dir);
    err = o->dir ? workers_alloc(&o->workers, p->loop, 1, MOST_JOBS) : ENOMEM;
    if (err) {
        mem_deref(o);
        return err;
    }
    make_folder(o, "outgoing");
    make_folder(o, "outgoing_done");
    timer_start(p->loop, &o->timer, LOOK_MS, look_again, o);
    *op = o;
    return 0;
}
