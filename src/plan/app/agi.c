/* agi.c - AGI(): a program of the administrator steers the call */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "plan/app/agi.h"
#include "plan/app.h"
#include "plan/args.h"
#include "plan/plan.h"
#include "plan/subst.h"

#define MOST_ARGS 64
#define START_MS 5000
#define HANGUP_GRACE_MS                                                                            \
    30000 /* a program that stays after the hang-up: it may still write somewhere */

static void on_started(struct runner_job *job, int err, int in_fd, int out_fd, void *arg)
{
    struct agi *a = arg;

    a->is_started = true;
    a->start_err = err ? err : agi_pipe_open(a, in_fd, out_fd);
    if (err)
        a->is_ended = true;
    event_queue_poke(a->run->queue);
}

static void on_ended(struct runner_job *job, int code, void *arg)
{
    struct agi *a = arg;

    a->is_ended = true;
    a->code = code;
    event_queue_poke(a->run->queue);
}

/* One line of the block; control bytes of an outsider's name would end it. */
static void add_line(struct buf *b, const char *name, const char *value)
{
    buf_printf(b, "agi_%s: ", name);
    for (const char *p = value; *p; p++)
        buf_addc(b, (unsigned char)*p < ' ' ? ' ' : *p);
    buf_addc(b, '\n');
}

static const char *or_unknown(const char *s)
{
    return s && *s ? s : "unknown";
}

static int send_block(struct agi *a, char **argv, unsigned argc)
{
    const struct channel *ch = a->run->channel;
    char name[16], number[16];
    struct buf b;
    int err;

    buf_init(&b, 32768);
    snprintf(number, sizeof(number), "%d", ch->priority);
    add_line(&b, "request", argv[0]);
    add_line(&b, "channel", ch->name);
    add_line(&b, "language", ch->language ? ch->language : "");
    add_line(&b, "type", ch->tech->name);
    add_line(&b, "uniqueid", ch->uniqueid);
    add_line(&b, "version", STATION_VERSION);
    add_line(&b, "callerid", or_unknown(ch->caller.number));
    add_line(&b, "calleridname", or_unknown(ch->caller.name));
    add_line(&b, "callingpres", ch->caller.is_private ? "32" : "0");
    add_line(&b, "callingani2", "0");
    add_line(&b, "callington", "0");
    add_line(&b, "callingtns", "0");
    add_line(&b, "dnid", or_unknown(ch->dnid));
    add_line(&b, "rdnis", or_unknown(ch->rdnis));
    add_line(&b, "context", ch->context ? ch->context : "");
    add_line(&b, "extension", ch->exten ? ch->exten : "");
    add_line(&b, "priority", number);
    add_line(&b, "enhanced", "0.0");
    add_line(&b, "accountcode", ch->accountcode ? ch->accountcode : "");
    add_line(&b, "threadid", "0");
    for (unsigned i = 1; i < argc; i++) {
        snprintf(name, sizeof(name), "arg_%u", i);
        add_line(&b, name, argv[i]);
    }
    buf_addc(&b, '\n');
    err = buf_err(&b);
    if (!err)
        agi_pipe_send(a, buf_slice(&b));
    buf_fini(&b);
    return err;
}

/* The phone hung up: tell the program, unless the routing asked not to (AGISIGHUP=no). */
static void tell_hangup(struct agi *a)
{
    struct slice wish = channel_var_get(a->run->channel, SLICE("AGISIGHUP"));

    if (a->was_told || !a->run->channel->is_hungup)
        return;
    a->was_told = true;
    if (!slice_caseeqz(wish, "no") && !slice_caseeqz(wish, "0") && !slice_caseeqz(wish, "false"))
        runner_job_signal(a->job, SIGHUP);
}

/* @return 0: look again; ETIMEDOUT, ECANCELED: give up */
static int wait_for_something(struct agi *a, int64_t ms)
{
    struct channel_event ev;
    int err = event_queue_wait_or_poke(a->run->queue, ms, &ev);

    if (!err)
        channel_event_done(&ev); /* digits typed while the program thinks are not for it */
    return err == EINTR ? 0 : err;
}

static int wait_for_start(struct agi *a)
{
    int err = 0;

    while (!a->is_started && !err)
        err = wait_for_something(a, START_MS);
    return err ? err : a->start_err;
}

/* Commands one after another until the program ends or nobody is left to listen. */
static int converse(struct agi *a)
{
    bool has_ended_call = a->run->channel->is_hungup;

    for (;;) {
        char *line = NULL;
        int err;

        if (!has_ended_call)
            tell_hangup(a);
        err = agi_pipe_line(a, &line);
        if (!err)
            agi_command(a, line);
        mem_free(line);
        if (err == EPIPE)
            return 0;
        if (err && err != EAGAIN) {
            log_warning("AGI program ended by the station call=%s err=\"%s\"",
                        a->run->channel->linkedid, strerror(err));
            return err;
        }
        if (err == EAGAIN) {
            err = wait_for_something(a, a->was_told ? HANGUP_GRACE_MS : -1);
            if (err)
                return err;
        }
    }
}

static void wait_for_exit(struct agi *a)
{
    int err = 0;

    while (!a->is_ended && !err)
        err = wait_for_something(a, 1000);
}

static void set_status(struct agi *a, const char *status)
{
    channel_var_set(a->run->channel, SLICE("AGISTATUS"), slice_of(status));
}

static void run_program(struct agi *a, char **argv, unsigned argc)
{
    const char *args[MOST_ARGS + 1] = {0};
    const struct runner_args start = {.argv = args, .has_pipes = true};
    const struct runner_handlers h = {.started = on_started, .ended = on_ended, .arg = a};
    struct runner *runner = plan_runner(a->run->core);
    int err;

    for (unsigned i = 0; i < argc; i++)
        args[i] = argv[i];
    err = runner ? runner_start(&a->job, runner, &start, &h) : ECONNREFUSED;
    if (!err)
        err = wait_for_start(a);
    if (err) {
        log_warning("AGI program cannot be started call=%s program=\"%s\" directory=\"%s\" "
                    "err=\"%s\"",
                    a->run->channel->linkedid, argv[0], plan_agi_dir(a->run->core), strerror(err));
        set_status(a, err == ENOENT ? "NOTFOUND" : "FAILURE");
        return;
    }
    err = send_block(a, argv, argc);
    if (!err)
        err = converse(a);
    if (!err)
        wait_for_exit(a);
    set_status(a, a->run->channel->is_hungup ? "HANGUP" : err || a->code ? "FAILURE" : "SUCCESS");
}

static int agi_exec(struct plan_run *run, char *data)
{
    struct agi *a;
    char **argv;
    unsigned argc;

    if (slice_starts(slice_of(data), SLICE("agi:")) ||
        slice_starts(slice_of(data), SLICE("hagi:"))) {
        log_warning("AGI over the network comes with a later version call=%s data=\"%s\"",
                    run->channel->linkedid, data);
        channel_var_set(run->channel, SLICE("AGISTATUS"), SLICE("FAILURE"));
        return PLAN_NEXT;
    }
    a = mem_zalloc(sizeof(*a) + MOST_ARGS * sizeof(*argv));
    if (!a)
        return PLAN_END;
    argv = (char **)(a + 1);
    a->run = run;
    a->loop = plan_loop(run->core);
    a->in_fd = a->out_fd = -1;
    argc = plan_args_split(data, ',', argv, MOST_ARGS);
    run->is_agi = true;
    if (argc && *argv[0])
        run_program(a, argv, argc);
    else
        log_warning("AGI() needs a program call=%s", run->channel->linkedid);
    run->is_agi = false;
    mem_deref(a->job);
    agi_pipe_close(a);
    mem_free(a);
    return run->channel->is_hungup ? PLAN_END : PLAN_NEXT;
}

const struct plan_app plan_app_agi = {
    .name = "AGI",
    .syntax = "AGI(program[,arg1[,arg2[,...]]])",
    .help_ru =
        "Запустить программу, которая управляет вызовом.\nПрограмма лежит в каталоге agi-bin "
        "станции, получает строки agi_*: значение и даёт команды строками: ANSWER, STREAM FILE, GET "
        "DATA, SET VARIABLE, EXEC ... Ставит AGISTATUS: SUCCESS, FAILURE, NOTFOUND, HANGUP. Когда "
        "абонент кладёт трубку, программа получает SIGHUP (нет - при AGISIGHUP=no).",
    .help_en =
        "Run a program that steers the call.\nThe program lies in the station's agi-bin directory, "
        "gets lines agi_*: value and gives commands, a line each: ANSWER, STREAM FILE, GET DATA, SET "
        "VARIABLE, EXEC ... Sets AGISTATUS: SUCCESS, FAILURE, NOTFOUND, HANGUP. When the phone hangs "
        "up the program gets SIGHUP (not with AGISIGHUP=no).",
    .exec = agi_exec,
};
