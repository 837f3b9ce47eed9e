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
#include "plan/recorded.h"
#include "plan/recorder.h"

#define MOST_MS (10 * 60 * 1000)
#define MOST_COMMANDS 100

struct plan_recorder {
    struct plan_core *core; /* borrowed: its owner */
    struct call_observer observer;
    struct list commands; /* struct command, each a reference */
    uint32_t count;
    struct plan_recorder_handlers h;
};

/* One that runs. */
struct command {
    struct link link;
    struct plan_recorder *recorder;
    struct runner_job *job;
    struct timer most;
    char linkedid[32];
    char *text;
    char *uuid, *uniqueid, *mixed, *rx, *tx;
    struct plan_recorder_over over; /* of those */
};

static void command_destroy(void *object)
{
    struct command *c = object;

    timer_stop(&c->most);
    mem_deref(c->job);
    char *texts[] = {c->text, c->uuid, c->uniqueid, c->mixed, c->rx, c->tx};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        mem_free(texts[i]);
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
    c->over.is_temporary = false; /* nothing has had them */
    if (c->recorder->h.over)
        c->recorder->h.over(&c->over, c->recorder->h.arg);
    leave(c);
}

static void on_too_long(void *arg)
{
    struct command *c = arg;

    log_warning("command of a recording ended after %d minutes call=%s command=\"%s\"",
                MOST_MS / 60000, c->linkedid, c->text);
    leave(c);
}

/* ---- what follows it ---- */

/* The command has had the files: what becomes of them now is the owner's of the rows. */
static void on_ended(struct runner_job *job, int code, void *arg)
{
    struct command *c = arg;
    const struct plan_recorder *o = c->recorder;

    if (code)
        log_warning("command of a recording failed call=%s code=%d command=\"%s\"", c->linkedid,
                    code, c->text);
    if (o->h.over)
        o->h.over(&c->over, o->h.arg);
    leave(c);
}

static int keep_files(struct command *c, const struct recording *r)
{
    char **const to[] = {&c->uuid, &c->uniqueid, &c->mixed, &c->rx, &c->tx};
    const char *const from[] = {r->uuid, r->uniqueid, r->mixed, r->rx, r->tx};

    for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
        *to[i] = mem_strdup(from[i] ? from[i] : "");
        if (!*to[i])
            return ENOMEM;
    }
    c->over = (struct plan_recorder_over){.uuid = c->uuid,
                                          .uniqueid = c->uniqueid,
                                          .mixed = c->mixed,
                                          .rx = c->rx,
                                          .tx = c->tx,
                                          .is_temporary = r->is_temporary};
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
    while (*p->recordings && (at = memmem(rest.p, rest.len, asterisks.p, asterisks.len)) != NULL) {
        buf_add(&out, rest.p, (size_t)(at - rest.p));
        buf_addz(&out, p->recordings);
        rest = slice_skip(rest, (size_t)(at - rest.p) + asterisks.len);
    }
    buf_adds(&out, rest);
    return buf_take(&out);
}

/* Also the names that its channel knows, while it is there. */
static char *real_command(const struct plan_core *p, const struct recording *r)
{
    char *known = plan_recorded_real(p, r->channel, r->command);
    char *text = with_real_folder(p, known ? known : r->command);

    mem_free(known);
    return text;
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
    c->text = real_command(o->core, r);
    err = c->text ? keep_files(c, r) : ENOMEM;
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
    if (o->h.takes && o->h.takes(r, o->h.arg))
        return;
    err = begin(o, r);
    if (err)
        complain(r->linkedid, r->command, err);
}

void plan_recorder_set_handlers(struct plan_core *p, const struct plan_recorder_handlers *h)
{
    p->recorder->h = *h;
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
