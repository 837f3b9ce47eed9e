/* ipc/runner.c - the tables of the runner protocol, and the engine's side of it */
#include "ipc/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/mem.h"

enum { RECONNECT_MS = 100, WAIT_MS = 1000 };

static const struct ipc_field start_fields[] = {
    IPC_FIELD(IPC_U32, struct runner_start_msg, job),
    IPC_BYTES_FIELD(struct runner_start_msg, argv, RUNNER_ARGV_MAX),
    IPC_BYTES_FIELD(struct runner_start_msg, env, RUNNER_ENV_MAX),
    IPC_FIELD(IPC_BOOL, struct runner_start_msg, has_pipes),
    IPC_FIELD(IPC_BOOL, struct runner_start_msg, is_errand),
    {0},
};

static const struct ipc_field job_fields[] = {
    IPC_FIELD(IPC_U32, struct runner_job_msg, job),
    {0},
};

static const struct ipc_field started_fields[] = {
    IPC_FIELD(IPC_U32, struct runner_started_msg, job),
    IPC_FIELD(IPC_I32, struct runner_started_msg, err),
    IPC_FIELD(IPC_I32, struct runner_started_msg, pid),
    {0},
};

static const struct ipc_field ended_fields[] = {
    IPC_FIELD(IPC_U32, struct runner_ended_msg, job),
    IPC_FIELD(IPC_I32, struct runner_ended_msg, code),
    IPC_FIELD(IPC_I32, struct runner_ended_msg, signal),
    {0},
};

static const struct ipc_field signal_fields[] = {
    IPC_FIELD(IPC_U32, struct runner_signal_msg, job),
    IPC_FIELD(IPC_I32, struct runner_signal_msg, signal),
    {0},
};

static const struct ipc_type types[] = {
    {RUNNER_START, "start", sizeof(struct runner_start_msg), start_fields},
    {RUNNER_STDIN, "stdin", sizeof(struct runner_job_msg), job_fields},
    {RUNNER_STDOUT, "stdout", sizeof(struct runner_job_msg), job_fields},
    {RUNNER_STARTED, "started", sizeof(struct runner_started_msg), started_fields},
    {RUNNER_ENDED, "ended", sizeof(struct runner_ended_msg), ended_fields},
    {RUNNER_SIGNAL, "signal", sizeof(struct runner_signal_msg), signal_fields},
    {RUNNER_END, "end", sizeof(struct runner_job_msg), job_fields},
    {0},
};

const struct ipc_protocol runner_protocol = {"runner", types};

/* ---- the engine's side ---- */

enum job_state { JOB_WAITS, JOB_ASKED, JOB_RUNS, JOB_OVER };

struct runner {
    struct loop *loop;
    char *path;      /* NULL: a given connection, never opened again */
    struct ipc *ipc; /* NULL: away */
    struct timer reconnect;
    struct list jobs; /* not over; borrowed: a job takes itself out when its owner lets go */
    uint32_t count;
    uint32_t errands; /* of them */
    uint32_t last_id;
};

struct runner_job {
    struct link link;
    struct runner *runner; /* NULL when over */
    struct runner_handlers h;
    enum job_state state;
    uint32_t id;
    struct buf argv, env; /* until asked */
    bool has_pipes, is_errand;
    int fds[2]; /* received: stdin, stdout */
    struct timer wait;
};

static void connect_now(void *arg);

static void close_fds(struct runner_job *job)
{
    for (int i = 0; i < 2; i++) {
        if (job->fds[i] >= 0)
            close(job->fds[i]);
        job->fds[i] = -1;
    }
}

/* After this the job is nobody's but its owner's. */
static void job_leave(struct runner_job *job)
{
    if (!job->runner)
        return;
    timer_stop(&job->wait);
    list_unlink(&job->link);
    job->runner->count--;
    job->runner->errands -= job->is_errand;
    job->runner = NULL;
    job->state = JOB_OVER;
    buf_fini(&job->argv);
    buf_fini(&job->env);
    close_fds(job);
}

/* The handler of a job that is over is called with the job held. */
static void job_fail(struct runner_job *job, int err)
{
    const bool ran = job->state == JOB_RUNS;

    mem_ref(job);
    job_leave(job);
    if (ran && job->h.ended)
        job->h.ended(job, -1, job->h.arg);
    else if (!ran && job->h.started)
        job->h.started(job, err, -1, -1, job->h.arg);
    mem_deref(job);
}

/* On error it goes on waiting: for the next connection, or its time limit. */
static int job_ask(struct runner_job *job)
{
    struct runner_start_msg m = {.job = job->id,
                                 .argv = buf_slice(&job->argv),
                                 .env = buf_slice(&job->env),
                                 .has_pipes = job->has_pipes,
                                 .is_errand = job->is_errand};
    int err = ipc_send(job->runner->ipc, RUNNER_START, &m);

    if (!err)
        job->state = JOB_ASKED;
    return err;
}

static void on_wait_over(void *arg)
{
    job_fail(arg, ETIMEDOUT);
}

static struct runner_job *find_job(struct runner *r, uint32_t id)
{
    LIST_FOREACH(&r->jobs, k)
    {
        struct runner_job *job = CONTAINER_OF(k, struct runner_job, link);

        if (job->id == id && job->state != JOB_WAITS)
            return job;
    }
    return NULL;
}

static void on_pipe(struct runner *r, uint16_t id, const struct runner_job_msg *m, int fd)
{
    const int which = id == RUNNER_STDIN ? 0 : 1;
    struct runner_job *job = find_job(r, m->job);

    if (fd < 0)
        return;
    if (!job || job->fds[which] >= 0 || fcntl(fd, F_SETFL, O_NONBLOCK)) {
        close(fd);
        return;
    }
    job->fds[which] = fd;
}

/* Not sent: the connection is closing, which ends the program as well. */
static void send_end(struct runner *r, uint32_t id)
{
    const struct runner_job_msg m = {.job = id};

    (void)ipc_send(r->ipc, RUNNER_END, &m);
}

static void on_started(struct runner *r, const struct runner_started_msg *m)
{
    struct runner_job *job = find_job(r, m->job);
    int in, out;

    if (!job || job->state != JOB_ASKED) {
        /* Given up meanwhile. */
        if (m->err == 0)
            send_end(r, m->job);
        return;
    }
    if (m->err || (job->has_pipes && (job->fds[0] < 0 || job->fds[1] < 0))) {
        job_fail(job, m->err ? m->err : EBADMSG);
        return;
    }
    timer_stop(&job->wait);
    buf_fini(&job->argv);
    buf_fini(&job->env);
    job->state = JOB_RUNS;
    in = job->fds[0];
    out = job->fds[1];
    job->fds[0] = job->fds[1] = -1;
    job->h.started(job, 0, in, out, job->h.arg);
}

static void on_ended(struct runner *r, const struct runner_ended_msg *m)
{
    struct runner_job *job = find_job(r, m->job);

    if (!job || job->state != JOB_RUNS)
        return;
    mem_ref(job);
    job_leave(job);
    if (job->h.ended)
        job->h.ended(job, m->signal ? -1 : m->code, job->h.arg);
    mem_deref(job);
}

static void on_recv(struct ipc *ipc, uint16_t id, const void *message, int fd, void *arg)
{
    struct runner *r = arg;

    if (id == RUNNER_STDIN || id == RUNNER_STDOUT) {
        on_pipe(r, id, message, fd);
        return;
    }
    if (fd >= 0)
        close(fd);
    if (id == RUNNER_STARTED)
        on_started(r, message);
    else if (id == RUNNER_ENDED)
        on_ended(r, message);
}

/* Those that were asked or run are lost; those that wait go on waiting for the next runner. */
static void on_closed(struct ipc *ipc, int err, void *arg)
{
    struct runner *r = mem_ref(arg);
    struct runner_job *job;

    r->ipc = mem_deref(r->ipc);
    do {
        job = NULL;
        LIST_FOREACH(&r->jobs, k)
        {
            job = CONTAINER_OF(k, struct runner_job, link);
            if (job->state != JOB_WAITS)
                break;
            job = NULL;
        }
        if (job)
            job_fail(job, ECONNRESET);
    } while (job);
    if (r->path)
        timer_start(r->loop, &r->reconnect, RECONNECT_MS, connect_now, r);
    mem_deref(r);
}

static void ask_waiting(struct runner *r)
{
    struct runner_job *job;

    do {
        job = NULL;
        LIST_FOREACH(&r->jobs, k)
        {
            job = CONTAINER_OF(k, struct runner_job, link);
            if (job->state == JOB_WAITS)
                break;
            job = NULL;
        }
    } while (job && job_ask(job) == 0);
}

static void connect_now(void *arg)
{
    struct runner *r = arg;
    int fd;
    int err = ipc_connect(&fd, r->path);

    if (!err)
        err = ipc_alloc(&r->ipc, r->loop, fd, &runner_protocol, on_recv, on_closed, r);
    if (err)
        timer_start(r->loop, &r->reconnect, RECONNECT_MS, connect_now, r);
    else
        ask_waiting(r);
}

static void runner_destroy(void *object)
{
    struct runner *r = object;

    while (!list_is_empty(&r->jobs))
        job_leave(CONTAINER_OF(list_first(&r->jobs), struct runner_job, link));
    timer_stop(&r->reconnect);
    if (r->ipc)
        ipc_close(r->ipc);
    mem_deref(r->ipc);
    mem_free(r->path);
}

static struct runner *runner_new(struct loop *loop)
{
    struct runner *r = mem_alloc(sizeof(*r), runner_destroy);

    if (!r)
        return NULL;
    r->loop = loop;
    list_init(&r->jobs);
    return r;
}

int runner_alloc(struct runner **rp, struct loop *loop, const char *path)
{
    struct runner *r;

    if (!rp || !loop || !path)
        return EINVAL;
    r = runner_new(loop);
    if (!r)
        return ENOMEM;
    r->path = mem_strdup(path);
    if (!r->path) {
        mem_deref(r);
        return ENOMEM;
    }
    timer_start(loop, &r->reconnect, 0, connect_now, r);
    *rp = r;
    return 0;
}

int runner_alloc_ipc(struct runner **rp, struct loop *loop, struct ipc *ipc)
{
    struct runner *r = runner_new(loop);

    if (!r) {
        ipc_close(ipc);
        mem_deref(ipc);
        return ENOMEM;
    }
    r->ipc = ipc;
    ipc_set_handlers(ipc, on_recv, on_closed, r);
    *rp = r;
    return 0;
}

static void job_destroy(void *object)
{
    struct runner_job *job = object;

    if (job->runner && job->runner->ipc && job->state != JOB_WAITS)
        send_end(job->runner, job->id);
    job_leave(job);
}

static int put_words(struct buf *b, const char *const *words)
{
    for (; words && *words; words++) {
        buf_addz(b, *words);
        buf_addc(b, '\0');
    }
    return buf_err(b) == ENOSPC ? E2BIG : buf_err(b);
}

int runner_start(struct runner_job **jp, struct runner *r, const struct runner_args *args,
                 const struct runner_handlers *h)
{
    struct runner_job *job;
    int err;

    if (!jp || !r || !args || !args->argv || !args->argv[0] || !h || !h->started)
        return EINVAL;
    if (r->count >= RUNNER_MAX || (args->is_errand && r->errands >= RUNNER_ERRANDS_MAX))
        return EAGAIN;
    job = mem_alloc(sizeof(*job), job_destroy);
    if (!job)
        return ENOMEM;
    job->fds[0] = job->fds[1] = -1;
    job->h = *h;
    job->has_pipes = args->has_pipes;
    job->is_errand = args->is_errand;
    job->id = ++r->last_id;
    buf_init(&job->argv, RUNNER_ARGV_MAX);
    buf_init(&job->env, RUNNER_ENV_MAX);
    job->runner = r;
    r->count++;
    r->errands += job->is_errand;
    list_append(&r->jobs, &job->link);
    err = put_words(&job->argv, args->argv);
    if (!err)
        err = put_words(&job->env, args->env);
    if (err) {
        job->state = JOB_WAITS;
        mem_deref(job);
        return err;
    }
    timer_start(r->loop, &job->wait, WAIT_MS, on_wait_over, job);
    *jp = job;
    if (r->ipc)
        (void)job_ask(job);
    return 0;
}

int runner_job_signal(struct runner_job *job, int signal)
{
    const struct runner_signal_msg m = {.job = job->id, .signal = signal};

    if (!job->runner || job->state != JOB_RUNS)
        return ESRCH;
    return ipc_send(job->runner->ipc, RUNNER_SIGNAL, &m);
}
