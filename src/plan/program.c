/* plan/program.c - see program.h */
#include "plan/program.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/observe.h"
#include "ipc/runner.h"
#include "loop/task.h"
#include "model/snapshot.h"
#include "plan/core.h"
#include "plan/func/all.h"
#include "plan/wait.h"

struct program {
    struct waiter waiter;
    struct loop *loop;
    struct loop_fd in_watch, out_watch;
    int in_fd, out_fd;  /* its stdin and stdout; -1: closed */
    struct slice input; /* what is left of it */
    struct buf *out;
    bool is_over;
    int err, code;
};

static void close_watched(struct loop_fd *watch, int *fd)
{
    loop_fd_stop(watch);
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void over(struct program *p)
{
    p->is_over = true;
    waiter_wake(&p->waiter);
}

/* Beyond the ceiling it is read and dropped, so that the program comes to its end. */
static void read_some(struct program *p)
{
    char part[4096];
    ssize_t n = 0;

    for (int i = 0; i < 16 && p->out_fd >= 0 && (n = read(p->out_fd, part, sizeof(part))) > 0; i++)
        buf_add(p->out, part, (size_t)n);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        close_watched(&p->out_watch, &p->out_fd);
}

static void on_output(int events, void *arg)
{
    read_some(arg);
}

static void on_input(int events, void *arg)
{
    struct program *p = arg;
    const ssize_t n = p->input.len ? write(p->in_fd, p->input.p, p->input.len) : 0;

    if (n > 0)
        p->input = slice_skip(p->input, (size_t)n);
    if (!p->input.len || (n < 0 && errno != EAGAIN && errno != EINTR))
        close_watched(&p->in_watch, &p->in_fd);
}

static void on_started(struct runner_job *job, int err, int in, int out, void *arg)
{
    struct program *p = arg;

    p->in_fd = in;
    p->out_fd = out;
    if (!err)
        err = loop_fd_start(p->loop, &p->out_watch, out, LOOP_READ, on_output, p);
    if (!err)
        err = loop_fd_start(p->loop, &p->in_watch, in, LOOP_WRITE, on_input, p);
    p->err = err;
    if (err)
        over(p);
}

/* What it left behind may hold the pipe open: that is not waited for. */
static void on_ended(struct runner_job *job, int code, void *arg)
{
    struct program *p = arg;

    read_some(p);
    p->code = code;
    over(p);
}

int plan_program_run(const struct plan_core *core, const struct plan_program *program,
                     struct buf *out, int *code)
{
    struct program p = {
        .loop = core->loop, .in_fd = -1, .out_fd = -1, .input = program->input, .out = out};
    const struct runner_args args = {
        .argv = program->words, .has_pipes = true, .is_errand = program->is_errand};
    const struct runner_handlers h = {on_started, on_ended, &p};
    struct runner_job *job = NULL;
    int err;

    if (!task_self())
        return EPERM;
    if (!core->runner)
        return ENOTCONN;
    err = runner_start(&job, core->runner, &args, &h);
    if (!err)
        err = plan_wait_answer(core, &p.waiter, program->most_ms);
    err = p.is_over ? p.err : err;
    close_watched(&p.in_watch, &p.in_fd);
    close_watched(&p.out_watch, &p.out_fd);
    mem_deref(job);
    *code = p.code;
    return err;
}

struct slice plan_program_text(const struct plan_env *env, const struct buf *text)
{
    const struct slice all = buf_slice(text);

    if (buf_err(text) == ENOSPC)
        plan_func_warn(env, "the output is longer than a value may be, the rest is left out", "");
    /* A value is a C string. */
    return slice_from(all.p, strnlen(all.p, all.len));
}

void plan_program_refused(const struct plan_env *env, const char *func, const char *why,
                          const char *about)
{
    const struct channel *ch = env->channel;
    char note[300];

    log_warning("%s brought nothing call=%s at=\"%s,%s,%d\" given=\"%.200s\" why=\"%s\"", func,
                ch ? ch->linkedid : "", ch && ch->context ? ch->context : "",
                ch && ch->exten ? ch->exten : "", ch ? ch->priority : 0, about, why);
    snprintf(note, sizeof(note), "%s: %.240s", func, why);
    if (ch)
        calls_tell(env->core->calls, &(struct call_fact){.type = CALL_NOTE,
                                                         .channel = env->channel,
                                                         .name = SLICE("function"),
                                                         .value = slice_of(note)});
}

const struct model_settings *plan_settings(const struct plan_core *p)
{
    return p->snapshot ? model_settings_of(p->snapshot) : NULL;
}
