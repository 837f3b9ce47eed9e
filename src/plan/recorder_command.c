/* recorder_command.c - the command that follows a recording (recorder.h) */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/observe.h"
#include "ipc/runner.h"
#include "plan/core.h"
#include "plan/program.h"
#include "plan/recorder.h"

#define MOST_MS (10 * 60 * 1000)
#define MOST_COMMANDS 100
#define FILES 3

struct plan_recorder {
    struct plan_core *core; /* borrowed: its owner */
    struct call_observer observer;
    struct list commands; /* struct command, each a reference */
    uint32_t count;
    plan_recorder_command_h *h;
    void *arg;
};

/* One that runs. */
struct command {
    struct link link;
    struct plan_recorder *recorder;
    struct runner_job *job;
    struct timer most;
    char linkedid[32];
    char *text;
    char *files[FILES]; /* to be removed behind it (option d), or NULL */
};

static void command_destroy(void *object)
{
    struct command *c = object;

    timer_stop(&c->most);
    mem_deref(c->job);
    mem_free(c->text);
    for (size_t i = 0; i < FILES; i++)
        mem_free(c->files[i]);
}

static void leave(struct command *c)
{
    list_unlink(&c->link);
    c->recorder->count--;
    mem_deref(c);
}

static void complain(const char *linkedid, const char *text, int err)
{
    if (err == ENOENT || err == EACCES)
        log_warning("command of a recording is " PLAN_SHELL_HOW " call=%s command=\"%s\"", linkedid,
                    text);
    else
        log_warning("command of a recording not run call=%s command=\"%s\" err=\"%s\"", linkedid,
                    text, strerror(err));
}

static void on_started(struct runner_job *job, int err, int in, int out, void *arg)
{
    struct command *c = arg;

    if (!err)
        return;
    complain(c->linkedid, c->text, err);
    leave(c);
}

static void on_too_long(void *arg)
{
    struct command *c = arg;

    log_warning("command of a recording ended after %d minutes call=%s command=\"%s\"",
                MOST_MS / 60000, c->linkedid, c->text);
    leave(c);
}

/* ---- the files behind it ---- */

/* Where the recordings really are. */
static int put_folder(const struct plan_core *p, struct buf *out)
{
    const char *slash = strrchr(p->agi_dir, '/');

    if (slash)
        buf_add(out, p->agi_dir, (size_t)(slash - p->agi_dir));
    return buf_addz(out, slash ? "/recordings" : "recordings");
}

static void on_removed(struct runner_job *job, int code, void *arg)
{
    struct command *c = arg;

    if (code)
        log_warning("recording of option d not removed call=%s code=%d", c->linkedid, code);
    leave(c);
}

static int remove_files(struct command *c)
{
    const struct plan_core *p = c->recorder->core;
    const struct runner_handlers h = {.started = on_started, .ended = on_removed, .arg = c};
    struct buf folder, files[FILES];
    const char *words[FILES + 4] = {"@recording", "remove"};
    int count = 3, err;

    buf_init(&folder, PATH_MAX);
    err = put_folder(p, &folder);
    words[2] = buf_z(&folder);
    for (size_t i = 0; i < FILES; i++) {
        buf_init(&files[i], MEDIA_PATH_MAX + 8);
        if (!c->files[i] || err)
            continue;
        err = buf_printf(&files[i], "file=%s", c->files[i]);
        words[count++] = buf_z(&files[i]);
    }
    c->job = mem_deref(c->job);
    if (!err)
        err = runner_start(&c->job, p->runner,
                           &(struct runner_args){.argv = words, .is_errand = true}, &h);
    for (size_t i = 0; i < FILES; i++)
        buf_fini(&files[i]);
    buf_fini(&folder);
    return err;
}

/* Only what the command has had is removed. */
static void on_ended(struct runner_job *job, int code, void *arg)
{
    struct command *c = arg;
    int err;

    if (code)
        log_warning("command of a recording failed call=%s code=%d command=\"%s\"", c->linkedid,
                    code, c->text);
    if (!c->files[0] && !c->files[1] && !c->files[2]) {
        leave(c);
        return;
    }
    err = remove_files(c);
    if (!err)
        return;
    log_warning("recording of option d not removed call=%s err=\"%s\"", c->linkedid, strerror(err));
    leave(c);
}

static int keep_files(struct command *c, const struct recording *r)
{
    const char *const files[FILES] = {r->mixed, r->rx, r->tx};

    for (size_t i = 0; i < FILES; i++) {
        if (!files[i])
            continue;
        c->files[i] = mem_strdup(files[i]);
        if (!c->files[i])
            return ENOMEM;
    }
    return 0;
}

/* ---- its beginning ---- */

static int start(struct command *c)
{
    const struct plan_core *p = c->recorder->core;
    const char *words[] = {PLAN_SHELL, c->text, NULL};
    const struct runner_handlers h = {.started = on_started, .ended = on_ended, .arg = c};

    timer_start(p->loop, &c->most, MOST_MS, on_too_long, c);
    return runner_start(&c->job, p->runner, &(struct runner_args){.argv = words}, &h);
}

/* What stands where Asterisk's folder would be, for a program that opens the file. */
static char *with_real_folder(const struct plan_core *p, const char *command)
{
    const struct slice asterisks = SLICE(PLAN_RECORDINGS);
    struct slice rest = slice_of(command);
    const char *at;
    struct buf out;

    buf_init(&out, RUNNER_ARGV_MAX);
    while (*p->agi_dir && (at = memmem(rest.p, rest.len, asterisks.p, asterisks.len)) != NULL) {
        buf_add(&out, rest.p, (size_t)(at - rest.p));
        put_folder(p, &out);
        rest = slice_skip(rest, (size_t)(at - rest.p) + asterisks.len);
    }
    buf_adds(&out, rest);
    return buf_take(&out);
}

static int begin(struct plan_recorder *o, const struct recording *r)
{
    struct command *c;
    int err;

    if (!o->core->runner)
        return ENOTCONN;
    if (o->count >= MOST_COMMANDS)
        return EAGAIN;
    c = mem_alloc(sizeof(*c), command_destroy);
    if (!c)
        return ENOMEM;
    c->recorder = o;
    memcpy(c->linkedid, r->linkedid, sizeof(c->linkedid));
    c->text = with_real_folder(o->core, r->command);
    err = c->text ? 0 : ENOMEM;
    if (!err && r->is_temporary)
        err = keep_files(c, r);
    list_append(&o->commands, &c->link);
    o->count++;
    if (!err)
        err = start(c);
    if (err)
        leave(c);
    return err;
}

static void on_fact(const struct call_fact *f, void *arg)
{
    const struct recording *r = f->recording;
    struct plan_recorder *o = arg;
    int err;

    if (f->type != CALL_RECORDING_END || !r->command || (r->err && !r->bytes))
        return;
    if (o->h && o->h(r, o->arg))
        return;
    err = begin(o, r);
    if (err)
        complain(r->linkedid, r->command, err);
}

void plan_recorder_set_command(struct plan_core *p, plan_recorder_command_h *h, void *arg)
{
    p->recorder->h = h;
    p->recorder->arg = arg;
}

static void recorder_destroy(void *object)
{
    struct plan_recorder *o = object;
    struct link *k;

    call_observer_remove(&o->observer);
    while ((k = list_first(&o->commands)) != NULL)
        leave(CONTAINER_OF(k, struct command, link));
}

int plan_recorder_alloc(struct plan_recorder **rp, struct plan_core *p)
{
    struct plan_recorder *o = mem_alloc(sizeof(*o), recorder_destroy);

    if (!o)
        return ENOMEM;
    o->core = p;
    list_init(&o->commands);
    o->observer.h = on_fact;
    o->observer.arg = o;
    calls_observe(p->calls, &o->observer);
    *rp = o;
    return 0;
}
