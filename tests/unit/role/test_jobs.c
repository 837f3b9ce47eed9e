/* test_jobs.c - jobs come to their end whatever dies meanwhile: runner, child, engine, database */
#include "role/jobs.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "ipc/runner.h"
#include "model/schema.h"
#include "role/insist.h"
#include "store/store.h"
#include "unit.h"

enum { ROUNDS = 600, ROUND_MS = 10 };

/* The engine's side is real, the runner's is played here: over the other end of the pair. */
struct desk {
    struct loop *loop;
    struct store *store;
    struct insist *insist;
    struct runner *runner;
    struct jobs *jobs;
    struct ipc *far;
    char dir[64];
    char asked[4000]; /* words of the last start, spaces between */
    uint32_t job;     /* of the runner, that it asked for last */
    unsigned starts, ends;
    struct job_end last;
    char text[200];
    char state[40]; /* of the first row, as found by find_state */
};

static void on_far(struct ipc *ipc, uint16_t id, const void *message, int fd, void *arg)
{
    struct desk *d = arg;
    const struct runner_start_msg *m = message;

    if (id != RUNNER_START)
        return;
    d->starts++;
    d->job = m->job;
    slice_copy(m->argv, d->asked, sizeof(d->asked));
    for (size_t i = 0; i + 1 < m->argv.len; i++)
        if (!d->asked[i])
            d->asked[i] = ' ';
}

static void on_far_closed(struct ipc *ipc, int err, void *arg)
{
    struct desk *d = arg;

    d->far = mem_deref(d->far);
}

static void on_end(const struct job_end *e, void *arg)
{
    struct desk *d = arg;

    d->ends++;
    d->last = *e;
    slice_copy(e->text, d->text, sizeof(d->text));
}

static int open_runner(struct desk *d)
{
    struct ipc *near = NULL;
    int err = ipc_pair(&near, &d->far, d->loop, &runner_protocol);

    if (err)
        return err;
    ipc_set_handlers(d->far, on_far, on_far_closed, d);
    return runner_alloc_ipc(&d->runner, d->loop, near);
}

static int open_engine(struct desk *d)
{
    const char *why;
    int err = store_open(
        &d->store,
        &(struct store_args){.loop = d->loop, .dir = d->dir, .migrations = model_migrations}, &why);

    if (!err)
        err = open_runner(d);
    if (!err)
        err = insist_alloc(&d->insist, d->loop, d->store);
    return err ? err
               : jobs_alloc(&d->jobs, &(struct jobs_args){.loop = d->loop,
                                                          .store = d->store,
                                                          .insist = d->insist,
                                                          .runner = d->runner,
                                                          .folder = "/r",
                                                          .ended = on_end,
                                                          .arg = d});
}

static void close_engine(struct desk *d)
{
    insist_close(d->insist);
    jobs_close(d->jobs);
    d->jobs = mem_deref(d->jobs);
    d->insist = mem_deref(d->insist);
    d->runner = mem_deref(d->runner);
    if (d->far)
        ipc_close(d->far);
    d->far = mem_deref(d->far);
    d->store = mem_deref(d->store);
}

static int desk_init(struct desk *d)
{
    char path[100];
    struct db *db = NULL;
    int err;

    memset(d, 0, sizeof(*d));
    log_init("test", LOG_ERROR);
    signal(SIGPIPE, SIG_IGN);
    snprintf(d->dir, sizeof(d->dir), "/tmp/station-jobs-XXXXXX");
    if (!mkdtemp(d->dir))
        return errno;
    snprintf(path, sizeof(path), "%s/station.db", d->dir);
    err = db_open(&db, path, DB_CREATE);
    if (!err)
        err = store_migrate(db, model_migrations);
    mem_deref(db);
    snprintf(path, sizeof(path), "mkdir -p %s/spool/cdr", d->dir);
    if (!err && system(path) != 0)
        err = EIO;
    if (!err)
        err = loop_alloc(&d->loop);
    return err ? err : open_engine(d);
}

static void desk_fini(struct desk *d)
{
    char command[100];

    close_engine(d);
    mem_deref(d->loop);
    snprintf(command, sizeof(command), "rm -rf %s", d->dir);
    if (system(command) != 0)
        fprintf(stderr, "%s stays\n", d->dir);
}

static bool wait_count(struct desk *d, const unsigned *count, unsigned want)
{
    for (int i = 0; i < ROUNDS && *count < want; i++)
        loop_round(d->loop, ROUND_MS);
    return *count == want;
}

static void keep_state(int err, const struct store_rows *rows, void *arg)
{
    struct desk *d = arg;

    snprintf(d->state, sizeof(d->state), "%s", err ? "?" : "none");
    if (!err && rows->count)
        snprintf(d->state, sizeof(d->state), "%.*s %.*s", SLICE_ARG(rows->cells[0]),
                 SLICE_ARG(rows->cells[1]));
}

/* The first row comes to say that. */
static bool wait_state(struct desk *d, const char *want)
{
    for (int i = 0; i < ROUNDS / 10 && strcmp(d->state, want) != 0; i++) {
        store_query(d->store, "SELECT state, attempts FROM job ORDER BY created LIMIT 1", NULL, 0,
                    keep_state, d);
        for (int k = 0; k < 10; k++)
            loop_round(d->loop, ROUND_MS);
    }
    return strcmp(d->state, want) == 0;
}

/* The runner: it runs, writes, ends. */
static int play(struct desk *d, const char *text, int code)
{
    const struct runner_job_msg job = {.job = d->job};
    const struct runner_started_msg started = {.job = d->job, .pid = 1};
    const struct runner_ended_msg ended = {.job = d->job, .code = code};
    int in[2], out[2], err;

    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
        return errno;
    err = ipc_send_fd(d->far, RUNNER_STDIN, &job, in[1]);
    if (!err)
        err = ipc_send_fd(d->far, RUNNER_STDOUT, &job, out[0]);
    if (!err)
        err = ipc_send(d->far, RUNNER_STARTED, &started);
    if (write(out[1], text, strlen(text)) < 0)
        err = errno;
    close(in[0]);
    close(out[1]);
    for (int i = 0; i < 10; i++)
        loop_round(d->loop, 1);
    return err ? err : ipc_send(d->far, RUNNER_ENDED, &ended);
}

static int a_job_is_done_once(void)
{
    struct desk d;
    int err = desk_init(&d);

    CHECK_TO(!err, out);
    CHECK_OK_TO(
        jobs_add(d.jobs, "convert", SLICE("17.5"), SLICE("first=a.wav\nout=a.mp3\n"), NULL, NULL),
        out);
    CHECK_TO(wait_count(&d, &d.starts, 1), out);
    CHECK_TO(strcmp(d.asked, "@recording convert /r first=a.wav out=a.mp3") == 0, out);
    CHECK_TO(wait_state(&d, "running 1"), out);
    CHECK_OK_TO(play(&d, "progress 5\nprogress 99\nbytes=7\nsha256=ab\n", 0), out);
    CHECK_TO(wait_count(&d, &d.ends, 1), out);
    CHECK_TO(d.last.is_done && strcmp(d.text, "bytes=7\nsha256=ab") == 0, out);
    CHECK_TO(slice_eqz(jobs_value(slice_of(d.text), "sha256"), "ab"), out);
    CHECK_TO(wait_state(&d, "done 1"), out);
    CHECK_TO(d.starts == 1, out);
out:
    desk_fini(&d);
    return err;
}

static int what_cannot_be_is_given_up(void)
{
    struct desk d;
    int err = desk_init(&d);

    CHECK_TO(!err, out);
    CHECK_OK_TO(jobs_add(d.jobs, "convert", SLICE("1"), SLICE("first=a\n"), on_end, &d), out);
    CHECK_TO(wait_count(&d, &d.starts, 1), out);
    CHECK_OK_TO(play(&d, "a: no sound file", 2), out);
    CHECK_TO(wait_count(&d, &d.ends, 2), out); /* the owner of all, and who asked for this one */
    CHECK_TO(!d.last.is_done && strcmp(d.text, "a: no sound file") == 0, out);
    CHECK_TO(wait_state(&d, "failed 1"), out);
    d.state[0] = '\0';
out:
    desk_fini(&d);
    return err;
}

static int what_may_be_otherwise_is_tried_again(void)
{
    struct desk d;
    int err = desk_init(&d);

    CHECK_TO(!err, out);
    CHECK_OK_TO(jobs_add(d.jobs, "convert", SLICE("1"), SLICE("first=a\n"), NULL, NULL), out);
    CHECK_TO(wait_count(&d, &d.starts, 1), out);
    CHECK_OK_TO(play(&d, "No space left on device", 1), out);
    CHECK_TO(wait_state(&d, "waiting 1") && d.ends == 0, out);
    CHECK_TO(d.starts == 1, out); /* not at once */
out:
    desk_fini(&d);
    return err;
}

static int the_next_engine_goes_on(void)
{
    struct desk d;
    int err = desk_init(&d);

    CHECK_TO(!err, out);
    CHECK_OK_TO(jobs_add(d.jobs, "convert", SLICE("1"), SLICE("first=a\n"), NULL, NULL), out);
    CHECK_TO(wait_count(&d, &d.starts, 1), out);
    CHECK_TO(wait_state(&d, "running 1"), out);
    close_engine(&d);
    CHECK_OK_TO(open_engine(&d), out);
    CHECK_TO(wait_count(&d, &d.starts, 2), out);
    CHECK_OK_TO(play(&d, "", 0), out);
    CHECK_TO(wait_state(&d, "done 2"), out);
out:
    desk_fini(&d);
    return err;
}

/* Somebody holds the database for longer than a write is patient. */
static int a_locked_database_delays_only(void)
{
    struct desk d;
    struct db *other = NULL;
    char path[100];
    int err = desk_init(&d);

    CHECK_TO(!err, out);
    snprintf(path, sizeof(path), "%s/station.db", d.dir);
    CHECK_OK_TO(db_open(&other, path, DB_WRITE), out);
    for (int i = 0; i < 20; i++)
        loop_round(d.loop, ROUND_MS);
    CHECK_OK_TO(db_begin(other), out);
    CHECK_OK_TO(jobs_add(d.jobs, "convert", SLICE("1"), SLICE("first=a\n"), NULL, NULL), out);
    for (int i = 0; i < 60; i++)
        loop_round(d.loop, 100);
    CHECK_TO(d.starts == 0, out);
    db_rollback(other);
    for (int i = 0; i < 100 && !d.starts; i++)
        loop_round(d.loop, 100);
    CHECK_TO(d.starts == 1, out);
    CHECK_OK_TO(play(&d, "", 0), out);
    CHECK_TO(wait_state(&d, "done 1"), out);
out:
    mem_deref(other);
    desk_fini(&d);
    return err;
}

static int as_many_at_once_as_are_set(void)
{
    struct desk d;
    int err = desk_init(&d);

    CHECK_TO(!err, out);
    for (int i = 0; i < 4; i++)
        CHECK_OK_TO(jobs_add(d.jobs, "convert", SLICE("1"), SLICE("first=a\n"), NULL, NULL), out);
    CHECK_TO(wait_count(&d, &d.starts, 1), out);
    for (int i = 0; i < 20; i++)
        loop_round(d.loop, ROUND_MS);
    CHECK_TO(d.starts == 1, out);
    jobs_set_at_once(d.jobs, 3); /* recording_jobs */
    CHECK_TO(wait_count(&d, &d.starts, 3), out);
    for (int i = 0; i < 20; i++)
        loop_round(d.loop, ROUND_MS);
    CHECK_TO(d.starts == 3, out);
    CHECK_OK_TO(play(&d, "", 0), out);
    CHECK_TO(wait_count(&d, &d.starts, 4), out);
out:
    desk_fini(&d);
    return err;
}

static void on_written(int err, void *arg)
{
    *(int *)arg = err;
}

static int a_clock_that_was_set_back_delays_nothing(void)
{
    static const char sql[] =
        "INSERT INTO job (id, kind, subject, words, state, attempts, next_at) "
        "VALUES ('x', 'convert', '1', 'first=a', 'waiting', 1, 4102444800)";
    struct desk d;
    int written = EAGAIN, err = desk_init(&d);

    CHECK_TO(!err, out);
    CHECK_OK_TO(store_exec(d.store, sql, NULL, 0, on_written, &written), out);
    for (int i = 0; i < ROUNDS && written == EAGAIN; i++)
        loop_round(d.loop, ROUND_MS);
    CHECK_TO(written == 0, out);
    jobs_set_at_once(d.jobs, 1); /* look again */
    CHECK_TO(wait_count(&d, &d.starts, 1), out);
    CHECK_TO(wait_state(&d, "running 2"), out);
out:
    desk_fini(&d);
    return err;
}

static void on_watched(const struct job_end *e, void *arg)
{
    ++*(unsigned *)arg;
}

static int a_watch_is_kept_or_refused(void)
{
    struct desk d;
    unsigned told = 0;
    int err = desk_init(&d);

    CHECK_TO(!err, out);
    for (int i = 0; i < JOBS_WATCHED; i++)
        CHECK_OK_TO(jobs_add(d.jobs, "verify", SLICE(""), SLICE("a=1\n"), on_watched, &told), out);
    CHECK_TO(jobs_add(d.jobs, "verify", SLICE(""), SLICE("a=1\n"), on_watched, &told) == EAGAIN,
             out);
    close_engine(&d);
    CHECK_TO(told == JOBS_WATCHED, out); /* nobody waits for ever */
    CHECK_OK_TO(open_engine(&d), out);
out:
    desk_fini(&d);
    return err;
}

static int words_are_lines(void)
{
    struct buf b;
    int err = 0;

    buf_init(&b, 100);
    jobs_word(&b, "title", "a\nfile=b\x01 c");
    jobs_word(&b, "none", "");
    CHECK_TO(strcmp(buf_z(&b), "title=a file=b  c\n") == 0, out);
    CHECK_TO(!slice_is_set(jobs_value(buf_slice(&b), "file")), out);
    CHECK_TO(slice_eqz(jobs_value(buf_slice(&b), "title"), "a file=b  c"), out);
out:
    buf_fini(&b);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_job_is_done_once), UNIT_ONCE(what_cannot_be_is_given_up),
           UNIT_ONCE(what_may_be_otherwise_is_tried_again), UNIT_ONCE(the_next_engine_goes_on),
           UNIT_ONCE(a_locked_database_delays_only), UNIT_ONCE(as_many_at_once_as_are_set),
           UNIT_ONCE(a_clock_that_was_set_back_delays_nothing),
           UNIT_ONCE(a_watch_is_kept_or_refused), UNIT(words_are_lines))
