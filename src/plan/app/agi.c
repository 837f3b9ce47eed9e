/* app/agi.c - AGI: a program that steers the call over its standard input and output */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "plan/app/agi.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/core.h"
#include "plan/recorded.h"

#define MOST_ARGS 64
#define EXIT_MS 5000
#define DEAD_MS (10 * 60 * 1000) /* a program may go on after the call, but not for ever */

/* ---- pipes ---- */

void agi_poke(struct agi *a)
{
    event_queue_poke(a->run->queue);
}

static void close_in(struct agi *a)
{
    loop_fd_stop(&a->writer);
    if (a->in_fd >= 0)
        close(a->in_fd);
    a->in_fd = -1;
}

static void close_out(struct agi *a)
{
    loop_fd_stop(&a->reader);
    if (a->out_fd >= 0)
        close(a->out_fd);
    a->out_fd = -1;
    a->is_eof = true;
}

static void on_writable(int events, void *arg);

/* Write what waits; watch the pipe only while something is left. */
static void flush(struct agi *a)
{
    while (a->in_fd >= 0 && a->in.len) {
        ssize_t n = write(a->in_fd, a->in.p, a->in.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            if (loop_fd_start(a->loop, &a->writer, a->in_fd, LOOP_WRITE, on_writable, a))
                close_in(a);
            return;
        }
        if (n <= 0) {
            close_in(a);
            return;
        }
        memmove(a->in.p, a->in.p + n, a->in.len - (size_t)n);
        a->in.len -= (size_t)n;
    }
    loop_fd_stop(&a->writer);
}

static void on_writable(int events, void *arg)
{
    flush(arg);
}

void agi_send(struct agi *a, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    buf_vprintf(&a->in, fmt, ap);
    va_end(ap);
    if (buf_err(&a->in)) {
        close_in(a); /* it does not read, or there is no memory: it sees the end */
        agi_net_close(a);
    } else if (a->is_async) {
        return; /* told as a whole */
    } else if (a->conn) {
        if (conn_send(a->conn, buf_slice(&a->in)))
            agi_net_close(a);
        buf_reset(&a->in);
    } else {
        flush(a);
    }
}

static void on_readable(int events, void *arg)
{
    struct agi *a = arg;
    char part[512];
    ssize_t n = read(a->out_fd, part, sizeof(part));

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0 || buf_add(&a->got, part, (size_t)n))
        close_out(a);
    else if (a->got.len >= AGI_LINE_MAX)
        loop_fd_stop(&a->reader); /* until lines are taken out */
    agi_poke(a);
}

/* Read on once there is room again. */
static void read_on(struct agi *a)
{
    if (a->out_fd >= 0 && !a->reader.loop && a->got.len < AGI_LINE_MAX &&
        loop_fd_start(a->loop, &a->reader, a->out_fd, LOOP_READ, on_readable, a))
        close_out(a);
}

/* One whole line out of what was read. @return NULL: none yet */
static char *take_line(struct agi *a)
{
    char *end = a->got.len ? memchr(a->got.p, '\n', a->got.len) : NULL, *line;
    size_t len;

    if (!end && a->got.len >= AGI_LINE_MAX) {
        log_warning("AGI program writes a line longer than %d bytes call=%s", AGI_LINE_MAX,
                    a->run->channel->linkedid);
        buf_reset(&a->got);
        close_out(a);
        agi_net_close(a);
    }
    if (!end)
        return NULL;
    len = (size_t)(end - a->got.p);
    line = mem_strndup(a->got.p, len);
    a->got.len -= len + 1;
    memmove(a->got.p, end + 1, a->got.len);
    a->got.p[a->got.len] = '\0';
    read_on(a);
    if (!line)
        close_out(a);
    return line;
}

/* ---- the program ---- */

static void on_started(struct runner_job *job, int err, int stdin_fd, int stdout_fd, void *arg)
{
    struct agi *a = arg;

    a->is_started = true;
    a->start_err = err;
    a->in_fd = err ? -1 : stdin_fd;
    a->out_fd = err ? -1 : stdout_fd;
    if (!err && loop_fd_start(a->loop, &a->reader, stdout_fd, LOOP_READ, on_readable, a))
        close_out(a);
    agi_poke(a);
}

static void on_ended(struct runner_job *job, int code, void *arg)
{
    struct agi *a = arg;

    a->is_ended = true;
    a->code = code;
    agi_poke(a);
}

static const char *or_unknown(const char *s)
{
    return s && *s ? s : "unknown";
}

/* A text on a line of its own: what an outsider sent holds no line ends here. */
static void send_field(struct agi *a, const char *name, const char *value)
{
    agi_send(a, "agi_%s: %.*s\n", name, (int)strcspn(value, "\r\n"), value);
}

static void send_environment(struct agi *a, char **argv, int argc)
{
    const struct channel *ch = a->run->channel;

    send_field(a, "request", a->is_async ? "async" : argv[0]);
    send_field(a, "channel", ch->name);
    send_field(a, "language", ch->language ? ch->language : "");
    send_field(a, "type", ch->tech->name);
    send_field(a, "uniqueid", ch->uniqueid);
    send_field(a, "version", STATION_VERSION);
    send_field(a, "callerid", or_unknown(ch->caller.number));
    send_field(a, "calleridname", or_unknown(ch->caller.name));
    send_field(a, "callingpres", party_is_private(&ch->caller) ? "32" : "0");
    send_field(a, "callingani2", "0");
    send_field(a, "callington", "0");
    send_field(a, "callingtns", "0");
    send_field(a, "dnid", or_unknown(ch->dnid));
    send_field(a, "rdnis", or_unknown(ch->redirecting.from.number));
    send_field(a, "context", ch->context);
    send_field(a, "extension", ch->exten);
    agi_send(a, "agi_priority: %d\n", ch->priority);
    send_field(a, "enhanced", "0.0");
    send_field(a, "accountcode", ch->accountcode ? ch->accountcode : "");
    send_field(a, "threadid", "0");
    for (int i = 1; i < argc; i++)
        agi_send(a, "agi_arg_%d: %.*s\n", i, (int)strcspn(argv[i], "\r\n"), argv[i]);
    agi_send(a, "\n");
}

static int start(struct agi *a, char **argv, int argc)
{
    const char *words[MOST_ARGS + 1] = {0};
    const char *env[] = {NULL, NULL};
    char dir[512];
    const size_t dir_len = strlen(a->run->core->agi_dir);
    const struct runner_handlers h = {.started = on_started, .ended = on_ended, .arg = a};

    for (int i = 0; i < argc; i++)
        words[i] = argv[i];
    /* The old station's routing names programs by their whole path. */
    if (dir_len && strncmp(argv[0], a->run->core->agi_dir, dir_len) == 0 && argv[0][dir_len] == '/')
        words[0] = argv[0] + dir_len + 1;
    snprintf(dir, sizeof(dir), "AST_AGI_DIR=%s", a->run->core->agi_dir);
    env[0] = dir;
    return runner_start(&a->job, a->run->core->runner,
                        &(struct runner_args){.argv = words, .env = env, .has_pipes = true}, &h);
}

/* A server gets a line instead of a signal. */
static void tell_hangup(struct agi *a)
{
    if (a->job)
        runner_job_signal(a->job, SIGHUP);
    else
        agi_send(a, "HANGUP\n");
}

/* The call may end while the program starts, waits or has a command done: it is told once, as soon as
   it runs. */
void agi_notice_hangup(struct agi *a)
{
    struct slice quiet, leaves;

    if (!a->run->channel->is_hungup)
        return;
    a->is_dead = true;
    if (a->is_told || !a->is_started)
        return;
    a->is_told = true;
    quiet = channel_var_get(a->run->channel, SLICE("AGISIGHUP"));
    leaves = channel_var_get(a->run->channel, SLICE("AGIEXITONHANGUP"));
    if (!slice_caseeqz(quiet, "no") && !slice_eqz(quiet, "0"))
        tell_hangup(a);
    if (plan_is_yes(leaves)) {
        buf_reset(&a->got);
        a->is_eof = true;
    }
}

bool agi_wait(struct agi *a, int64_t ms)
{
    struct channel_event ev;
    int err = event_queue_wait_or_poke(a->run->queue, ms, &ev);

    if (!err)
        channel_event_done(&ev); /* digits between commands are lost, as in Asterisk */
    return err == 0 || err == EINTR;
}

/* Lines and answers until the program ends. */
static void converse(struct agi *a)
{
    for (;;) {
        char *line = take_line(a);

        agi_notice_hangup(a);
        if (line) {
            line[strcspn(line, "\r")] = '\0';
            agi_command(a, line);
            mem_free(line);
        } else if (a->is_eof) {
            break;
        } else if (!agi_wait(a, a->is_dead ? DEAD_MS : -1)) {
            break;
        }
    }
    close_in(a);
    close_out(a);
    agi_net_close(a);
    while (!a->is_ended && agi_wait(a, EXIT_MS))
        ;
}

static const char *result_of(const struct agi *a)
{
    if (a->start_err)
        return a->start_err == ENOENT ? "NOTFOUND" : "FAILURE";
    if (a->is_dead)
        return "HANGUP";
    return a->is_ended && a->code == 0 ? "SUCCESS" : "FAILURE";
}

/* Start the program here, and wait until it runs. */
static int begin_here(struct agi *a, char **argv, int argc)
{
    int err = a->run->core->runner ? start(a, argv, argc) : ENOTCONN;

    while (!err && !a->is_started && agi_wait(a, EXIT_MS))
        ;
    if (!err)
        err = a->is_started ? a->start_err : ETIMEDOUT;
    return err;
}

/* A server that has gone has ended well, as in Asterisk. */
static int begin_there(struct agi *a, const char *url)
{
    int err = agi_net_connect(a, url);

    a->is_ended = true;
    return err == ENOENT ? EHOSTUNREACH : err; /* NOTFOUND is for programs here */
}

/* Whoever has the class agi gives commands by the Manager. */
static void run_async(struct agi *a, char **argv, int argc)
{
    a->is_async = a->is_started = a->is_ended = true;
    a->is_told = true; /* it sees the end of the channel by itself */
    send_environment(a, argv, argc);
    agi_async_run(a);
}

/* Arguments that name what was recorded: where it really is. @param own  out: NULL or a copy, mem_free */
static void take_real(const struct plan_run *run, char **argv, int argc, char **own)
{
    for (int i = 1; i < argc; i++) {
        own[i] = plan_recorded_real(run->core, run->channel, argv[i]);
        if (own[i])
            argv[i] = own[i];
    }
}

static void run_here(struct agi *a, char **argv, int argc)
{
    const struct channel *ch = a->run->channel;

    a->start_err = agi_is_url(argv[0]) ? begin_there(a, argv[0]) : begin_here(a, argv, argc);
    if (a->start_err) {
        log_warning("AGI program does not start call=%s at=\"%s,%s,%d\" program=\"%s\" err=\"%s\"",
                    ch->linkedid, ch->context, ch->exten, ch->priority, argv[0],
                    strerror(a->start_err));
        return;
    }
    send_environment(a, argv, argc);
    converse(a);
}

static void run_program(struct agi *a, char **argv, int argc)
{
    char *own[MOST_ARGS] = {0};

    if (agi_is_async(argv[0])) {
        run_async(a, argv, argc);
        return;
    }
    if (!agi_is_url(argv[0])) /* a server is elsewhere */
        take_real(a->run, argv, argc, own);
    run_here(a, argv, argc);
    for (int i = 1; i < argc; i++)
        mem_free(own[i]);
}

static void agi_free(struct agi *a)
{
    close_in(a);
    close_out(a);
    agi_net_close(a);
    mem_deref(a->job);
    buf_fini(&a->in);
    buf_fini(&a->got);
    mem_free(a->addrs);
    mem_free(a);
}

static struct agi *agi_new(struct plan_run *run)
{
    struct agi *a = mem_zalloc(sizeof(*a));

    if (!a)
        return NULL;
    a->run = run;
    a->loop = plan_loop(run->core);
    a->in_fd = a->out_fd = -1;
    list_init(&a->orders);
    buf_init(&a->in, AGI_WAITING_MAX);
    buf_init(&a->got, AGI_WAITING_MAX);
    return a;
}

static int agi_exec(struct plan_run *run, char *data)
{
    const bool was_agi = run->is_agi, is_over = run->channel->is_hungup;
    struct agi *a = agi_new(run);
    char *argv[MOST_ARGS];
    int argc, rc;

    if (!a)
        return PLAN_END;
    argc = plan_args_split(data, ',', argv, MOST_ARGS);
    a->is_dead = a->is_told = is_over; /* extension h: there is nothing to tell */
    run->is_agi = true;
    if (!argc || !*argv[0])
        a->start_err = ENOENT;
    else
        run_program(a, argv, argc);
    run->is_agi = was_agi;
    if (is_over)
        a->is_dead = false; /* was over before: the program's own result counts */
    channel_var_set(run->channel, SLICE("AGISTATUS"), slice_of(result_of(a)));
    rc = run->channel->is_hungup && !is_over ? PLAN_END : PLAN_NEXT;
    agi_free(a);
    return rc;
}

const struct plan_app plan_app_agi = {
    .name = "AGI",
    .syntax = "AGI(program | agi://server[:port][/script] | agi:async[,argument...])",
    .help_ru =
        "Запускает программу, которая управляет "
        "вызовом\nПрограмма лежит в каталоге agi-bin станции и "
        "выполняется под отдельным пользователем; "
        "аргументы приходят ей и как agi_arg_N. agi://сервер[:порт][/сценарий] - программа на "
        "сервере (порт 4573), который разрешает настройка agi_hosts; ей приходят ещё agi_network и "
        "agi_network_script. agi:async - команды даёт программа через Manager (действие AGI), пока не даст ASYNCAGI "
        "BREAK; события AsyncAGIStart, AsyncAGIExec, AsyncAGIEnd. Команды: ANSWER, ASYNCAGI "
        "BREAK, CHANNEL STATUS, CONTROL STREAM FILE, DATABASE (GET, PUT, DEL, DELTREE), EXEC, GET "
        "(DATA, OPTION, VARIABLE, FULL VARIABLE), GOSUB, HANGUP, NOOP, SAY (ALPHA, DATE, DATETIME, "
        "DIGITS, NUMBER, PHONETIC, TIME), SEND (IMAGE, TEXT), SET (AUTOHANGUP, CALLERID, CONTEXT, "
        "EXTENSION, MUSIC, PRIORITY, VARIABLE), STREAM FILE, TDD MODE, VERBOSE, WAIT FOR DIGIT, RECORD "
        "FILE. RECEIVE и SPEECH отвечают, что не могут.\nПри разрыве вызова "
        "программа получает SIGHUP, сервер - строку HANGUP (AGISIGHUP=no - не "
        "получают); AGIEXITONHANGUP=yes кончает AGI тут же.\nПеременная AGISTATUS: SUCCESS, FAILURE, NOTFOUND, HANGUP.",
    .help_en =
        "Run a program that steers the call\nIt lies in the station's folder agi-bin and runs as a user "
        "of its own; its arguments also come as agi_arg_N. agi://server[:port][/script] is a program on a "
        "server (port 4573) that the setting agi_hosts allows; it also gets agi_network and "
        "agi_network_script. agi:async: a client of the Manager gives the commands (action AGI) until it gives "
        "ASYNCAGI BREAK; events AsyncAGIStart, AsyncAGIExec, AsyncAGIEnd. Commands: ANSWER, ASYNCAGI BREAK, CHANNEL "
        "STATUS, CONTROL STREAM FILE, DATABASE (GET, PUT, DEL, DELTREE), EXEC, GET (DATA, OPTION, "
        "VARIABLE, FULL VARIABLE), GOSUB, HANGUP, NOOP, SAY (ALPHA, DATE, DATETIME, DIGITS, NUMBER, "
        "PHONETIC, TIME), SEND (IMAGE, TEXT), SET (AUTOHANGUP, CALLERID, CONTEXT, EXTENSION, MUSIC, "
        "PRIORITY, VARIABLE), STREAM FILE, TDD MODE, VERBOSE, WAIT FOR DIGIT, RECORD FILE. RECEIVE and SPEECH "
        "answer that they cannot.\nWhen the call ends the program gets SIGHUP, a server the line HANGUP "
        "(not with AGISIGHUP=no); AGIEXITONHANGUP=yes ends AGI at once.\nVariable AGISTATUS: SUCCESS, FAILURE, NOTFOUND, HANGUP.",
    .shown = "tests/unit/plan/test_agi.c",
    .exec = agi_exec,
};

const struct plan_app plan_app_deadagi = {
    .name = "DeadAGI",
    .syntax = "DeadAGI(program[,argument...])",
    .help_ru =
        "То же, что AGI\nДля старых маршрутизаций: AGI годится и для вызова, который кончился.",
    .help_en = "The same as AGI\nFor older routings: AGI serves a call that is over as well.",
    .shown = "tests/unit/plan/test_agi.c",
    .exec = agi_exec,
};
