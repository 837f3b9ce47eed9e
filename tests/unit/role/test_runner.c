/* test_runner.c - the engine's side of the runner, and which programs may be named */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "ipc/runner.h"
#include "role/runner.h"
#include "unit.h"

struct desk {
    struct loop *loop;
    struct runner *runner;
    struct ipc *role; /* plays the runner */
    int started, err, ended, code;
    int in, out;
    uint32_t job;
    char argv[64];
    size_t argv_len;
    int signal;
    bool is_let_go, is_errand;
};

static void on_recv(struct ipc *c, uint16_t id, const void *message, int fd, void *arg)
{
    struct desk *d = arg;

    if (id == RUNNER_START) {
        const struct runner_start_msg *m = message;

        d->job = m->job;
        d->is_errand = m->is_errand;
        d->argv_len = m->argv.len < sizeof(d->argv) ? m->argv.len : sizeof(d->argv);
        memcpy(d->argv, m->argv.p, d->argv_len);
    } else if (id == RUNNER_SIGNAL) {
        d->signal = ((const struct runner_signal_msg *)message)->signal;
    } else if (id == RUNNER_END) {
        d->is_let_go = true;
    }
}

static void on_closed(struct ipc *c, int err, void *arg)
{
}

static int desk_init(struct desk *d)
{
    struct ipc *engine = NULL;
    int err;

    *d = (struct desk){.in = -1, .out = -1};
    err = loop_alloc_fake(&d->loop, (struct wall){0});
    if (!err)
        err = ipc_pair(&engine, &d->role, d->loop, &runner_protocol);
    if (err)
        return err;
    ipc_set_handlers(d->role, on_recv, on_closed, d);
    return runner_alloc_ipc(&d->runner, d->loop, engine);
}

static void desk_fini(struct desk *d)
{
    mem_deref(d->runner);
    if (d->role)
        ipc_close(d->role);
    mem_deref(d->role);
    mem_deref(d->loop);
    if (d->in >= 0)
        close(d->in);
    if (d->out >= 0)
        close(d->out);
}

static void on_started(struct runner_job *job, int err, int in, int out, void *arg)
{
    struct desk *d = arg;

    d->started++;
    d->err = err;
    d->in = in;
    d->out = out;
}

static void on_ended(struct runner_job *job, int code, void *arg)
{
    struct desk *d = arg;

    d->ended++;
    d->code = code;
}

static int start(struct desk *d, struct runner_job **job, bool has_pipes)
{
    static const char *const argv[] = {"agi.php", "one", NULL};
    static const char *const env[] = {"A=1", NULL};
    const struct runner_args args = {.argv = argv, .env = env, .has_pipes = has_pipes};
    const struct runner_handlers h = {on_started, on_ended, d};
    int err = runner_start(job, d->runner, &args, &h);

    loop_fake_settle(d->loop);
    return err;
}

static int send_pipes(struct desk *d)
{
    const struct runner_job_msg m = {.job = d->job};
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    int err = ipc_send_fd(d->role, RUNNER_STDIN, &m, fd);

    if (!err)
        err = ipc_send_fd(d->role, RUNNER_STDOUT, &m, fd);
    close(fd);
    return err;
}

static int tell_started(struct desk *d, int why)
{
    const struct runner_started_msg m = {.job = d->job, .err = why, .pid = 77};
    int err = ipc_send(d->role, RUNNER_STARTED, &m);

    loop_fake_settle(d->loop);
    return err;
}

static int program_starts_with_its_pipes_and_ends(void)
{
    struct desk d;
    struct runner_job *job = NULL;
    struct runner_ended_msg end = {.code = 3};
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    CHECK_OK_TO(start(&d, &job, true), out);
    CHECK_TO(d.argv_len == 12 && memcmp(d.argv, "agi.php\0one", 12) == 0, out);
    CHECK_OK_TO(send_pipes(&d), out);
    CHECK_OK_TO(tell_started(&d, 0), out);
    CHECK_TO(d.started == 1 && d.err == 0 && d.in >= 0 && d.out >= 0, out);
    CHECK_TO(fcntl(d.in, F_GETFL) & O_NONBLOCK, out);
    end.job = d.job;
    CHECK_OK_TO(ipc_send(d.role, RUNNER_ENDED, &end), out);
    loop_fake_settle(d.loop);
    CHECK_TO(d.ended == 1 && d.code == 3, out);
    CHECK_TO(runner_job_signal(job, SIGHUP) == ESRCH, out);
out:
    mem_deref(job);
    desk_fini(&d);
    return err;
}

/* Slow pages leave room for programs. */
static int errands_have_a_ceiling_of_their_own(void)
{
    static const char *const argv[] = {"@fetch", NULL};
    const struct runner_args args = {.argv = argv, .has_pipes = true, .is_errand = true};
    struct runner_job *jobs[RUNNER_ERRANDS_MAX] = {NULL}, *more = NULL;
    struct desk d;
    const struct runner_handlers h = {on_started, on_ended, &d};
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    for (int i = 0; i < RUNNER_ERRANDS_MAX; i++)
        CHECK_OK_TO(runner_start(&jobs[i], d.runner, &args, &h), out);
    loop_fake_settle(d.loop);
    CHECK_TO(d.is_errand, out);
    CHECK_TO(runner_start(&more, d.runner, &args, &h) == EAGAIN, out);
    CHECK_OK_TO(start(&d, &more, false), out);
    CHECK_TO(!d.is_errand, out);
    more = mem_deref(more);
    jobs[0] = mem_deref(jobs[0]);
    CHECK_OK_TO(runner_start(&jobs[0], d.runner, &args, &h), out);
out:
    mem_deref(more);
    for (int i = 0; i < RUNNER_ERRANDS_MAX; i++)
        mem_deref(jobs[i]);
    desk_fini(&d);
    return err;
}

static int refusal_is_the_last_call(void)
{
    struct desk d;
    struct runner_job *job = NULL;
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    CHECK_OK_TO(start(&d, &job, false), out);
    CHECK_OK_TO(tell_started(&d, ENOENT), out);
    CHECK_TO(d.started == 1 && d.err == ENOENT && d.ended == 0, out);
    CHECK_OK_TO(tell_started(&d, 0), out);
    CHECK_TO(d.started == 1, out);
out:
    mem_deref(job);
    desk_fini(&d);
    return err;
}

static int silent_runner_is_given_up_after_a_second(void)
{
    struct desk d;
    struct runner_job *job = NULL;
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    CHECK_OK_TO(start(&d, &job, true), out);
    loop_fake_advance(d.loop, 999);
    CHECK_TO(d.started == 0, out);
    loop_fake_advance(d.loop, 2);
    CHECK_TO(d.started == 1 && d.err == ETIMEDOUT, out);
    /* It starts too late: it is told to end. */
    CHECK_OK_TO(tell_started(&d, 0), out);
    CHECK_TO(d.is_let_go && d.started == 1, out);
out:
    mem_deref(job);
    desk_fini(&d);
    return err;
}

static int letting_go_ends_the_program(void)
{
    struct desk d;
    struct runner_job *job = NULL;
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    CHECK_OK_TO(start(&d, &job, false), out);
    CHECK_OK_TO(tell_started(&d, 0), out);
    job = mem_deref(job);
    loop_fake_settle(d.loop);
    CHECK_TO(d.is_let_go && d.ended == 0, out);
out:
    mem_deref(job);
    desk_fini(&d);
    return err;
}

static int dead_runner_ends_what_ran(void)
{
    struct desk d;
    struct runner_job *runs = NULL, *asked = NULL;
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    CHECK_OK_TO(start(&d, &runs, false), out);
    CHECK_OK_TO(tell_started(&d, 0), out);
    CHECK_OK_TO(start(&d, &asked, false), out);
    ipc_close(d.role);
    d.role = mem_deref(d.role);
    loop_fake_settle(d.loop);
    CHECK_TO(d.ended == 1 && d.code == -1, out);
    CHECK_TO(d.started == 2 && d.err == ECONNRESET, out);
out:
    mem_deref(runs);
    mem_deref(asked);
    desk_fini(&d);
    return err;
}

static int no_more_than_200_programs(void)
{
    struct desk d;
    struct runner_job *jobs[RUNNER_MAX] = {0}, *more = NULL;
    int err;

    CHECK_OK_TO(desk_init(&d), out);
    for (int i = 0; i < RUNNER_MAX; i++)
        CHECK_OK_TO(start(&d, &jobs[i], false), out);
    CHECK_TO(start(&d, &more, false) == EAGAIN, out);
    jobs[0] = mem_deref(jobs[0]);
    CHECK_OK_TO(start(&d, &more, false), out);
out:
    for (int i = 0; i < RUNNER_MAX; i++)
        mem_deref(jobs[i]);
    mem_deref(more);
    desk_fini(&d);
    return err;
}

static int long_arguments_are_refused(void)
{
    static char word[RUNNER_ARGV_MAX];
    const char *const argv[] = {"agi.php", word, NULL};
    const struct runner_args args = {.argv = argv};
    const struct runner_handlers h = {on_started, on_ended, NULL};
    struct runner_job *job = NULL;
    struct desk d;
    int err;

    memset(word, 'a', sizeof(word) - 1);
    CHECK_OK_TO(desk_init(&d), out);
    err = runner_start(&job, d.runner, &args, &h);
    if (err == ENOMEM && unit_is_rerun())
        goto out;
    CHECK_TO(err == E2BIG && !job, out);
    err = 0;
out:
    desk_fini(&d);
    return err;
}

static int only_programs_below_the_folder_may_be_named(void)
{
    static const char *const good[] = {"a", "a.php", "sub/a.sh", "..a", "a..", "a b"};
    static const char *const bad[] = {"",    "/bin/sh", "..", "../a",  "a/../b", "a/..",
                                      "./a", "a//b",    "a/", "a/./b", "/"};

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        CHECK(runner_check_path(slice_of(good[i])) == 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK(runner_check_path(slice_of(bad[i])) == EINVAL);
    CHECK(runner_check_path(slice_from("a\0b", 3)) == EINVAL);
    return 0;
}

UNIT_TESTS(UNIT(program_starts_with_its_pipes_and_ends), UNIT(errands_have_a_ceiling_of_their_own),
           UNIT(refusal_is_the_last_call), UNIT(silent_runner_is_given_up_after_a_second),
           UNIT(letting_go_ends_the_program), UNIT(dead_runner_ends_what_ran),
           UNIT_ONCE(no_more_than_200_programs), UNIT(long_arguments_are_refused),
           UNIT(only_programs_below_the_folder_may_be_named))
