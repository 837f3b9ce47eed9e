/* AGI: a program's lines and the station's answers, over real pipes. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "fixture.h"
#include "ipc/runner.h"

/* The runner's end: one program, played by the test itself. */
struct program {
    struct ipc *far;
    struct runner *runner;
    int to_station, from_station; /* the program's stdout and stdin */
    int signal;
    int start_err;
    bool is_slow; /* starts when the test says so */
    bool is_let_go;
    uint32_t job;
    char said[8192]; /* by the station */
    size_t said_len;
};

static struct program program;

static void start_program(struct ipc *c, uint32_t job)
{
    struct runner_started_msg started = {.job = job, .err = program.start_err, .pid = 1};
    struct runner_job_msg m = {.job = job};
    int in[2], out[2];

    program.job = job;
    if (!program.start_err && pipe(in) == 0 && pipe(out) == 0) {
        ipc_send_fd(c, RUNNER_STDIN, &m, in[1]);
        ipc_send_fd(c, RUNNER_STDOUT, &m, out[0]);
        close(in[1]);
        close(out[0]);
        fcntl(in[0], F_SETFL, O_NONBLOCK);
        program.from_station = in[0];
        program.to_station = out[1];
    }
    ipc_send(c, RUNNER_STARTED, &started);
}

static void on_runner(struct ipc *c, uint16_t id, const void *message, int fd, void *arg)
{
    if (id == RUNNER_START) {
        program.job = ((const struct runner_start_msg *)message)->job;
        if (!program.is_slow)
            start_program(c, program.job);
    } else if (id == RUNNER_END)
        program.is_let_go = true;
    else if (id == RUNNER_SIGNAL)
        program.signal = ((const struct runner_signal_msg *)message)->signal;
}

static void on_runner_closed(struct ipc *c, int err, void *arg)
{
}

/* Rounds of a real loop until the program has read text from the station, or a second is over. */
static bool hears(struct world *w, const char *text)
{
    for (int i = 0; i < 200; i++) {
        ssize_t n;

        loop_round(w->loop, 5);
        n = program.from_station >= 0 ? read(program.from_station, program.said + program.said_len,
                                             sizeof(program.said) - program.said_len - 1)
                                      : 0;
        if (n > 0)
            program.said_len += (size_t)n;
        program.said[program.said_len] = '\0';
        if (strstr(program.said, text))
            return true;
    }
    fprintf(stderr, "the program heard \"%s\", not \"%s\"\n", program.said, text);
    return false;
}

static void says(const char *line)
{
    ssize_t n = write(program.to_station, line, strlen(line));

    (void)n;
    program.said_len = 0;
}

static void rounds(struct world *w, int count)
{
    for (int i = 0; i < count; i++)
        loop_round(w->loop, 2);
}

static void ends(struct world *w, int code)
{
    struct runner_ended_msg m = {.job = program.job, .code = code};

    close(program.to_station);
    close(program.from_station);
    program.from_station = program.to_station = -1;
    ipc_send(program.far, RUNNER_ENDED, &m);
    rounds(w, 10);
}

/* A world on a real loop, with a call in AGI. */
static int begin(struct world *w, struct channel **ch, const char *routing, int start_err)
{
    struct ipc *near = NULL;

    memset(w, 0, sizeof(*w));
    memset(&program, 0, sizeof(program));
    program.from_station = program.to_station = -1;
    program.start_err = start_err;
    program.is_slow = start_err == EINPROGRESS;
    world_now = w;
    signal(SIGPIPE, SIG_IGN);
    buf_init(&w->notes, 65536);
    CHECK_OK(loop_alloc(&w->loop));
    CHECK_OK(media_alloc(&w->media, w->loop, &(struct media_args){0}));
    CHECK_OK(ipc_pair(&near, &program.far, w->loop, &runner_protocol));
    ipc_set_handlers(program.far, on_runner, on_runner_closed, NULL);
    CHECK_OK(runner_alloc_ipc(&program.runner, w->loop, near));
    CHECK_OK(calls_alloc(
        &w->calls, &(struct calls_args){
                       .loop = w->loop, .media = w->media, .record = world_record, .arg = w}));
    CHECK_OK(plan_core_alloc(
        &w->core,
        &(struct plan_core_args){.calls = w->calls, .runner = program.runner, .agi_dir = "/agi"}));
    CHECK_OK(plan_app_add(w->core, &world_note_app));
    CHECK_OK(world_route(w, routing));
    CHECK_OK(world_dial(w, "10", ch));
    return 0;
}

static void finish(struct world *w, struct channel *ch)
{
    if (program.from_station >= 0)
        ends(w, 0);
    channel_on_hangup(ch, CAUSE_NORMAL, 0);
    rounds(w, 20);
    mem_deref(ch);
    w->core = mem_deref(w->core);
    w->calls = mem_deref(w->calls);
    rounds(w, 5);
    program.runner = mem_deref(program.runner);
    ipc_close(program.far);
    program.far = mem_deref(program.far);
    w->media = mem_deref(w->media);
    rounds(w, 5);
    w->loop = mem_deref(w->loop);
    buf_fini(&w->notes);
    mem_free(w->text);
}

static const char routing[] =
    "[main]\n10,1,Set(CALLERID(num)=101)\n10,2,AGI(x.php,--a=\"1\",b c)\n10,3,Note(${AGISTATUS} ${X})\n"
    "10,4,Wait(100)\n[sub]\ns,1,Note(sub ${ARG1})\ns,2,Return(back)\n";

static int the_program_gets_its_environment(void)
{
    struct channel *ch = NULL;
    struct world w;
    int err;

    CHECK_OK_TO(begin(&w, &ch, routing, 0), out);
    CHECK_TO(hears(&w, "\n\n"), out);
    CHECK_TO(strstr(program.said, "agi_request: x.php\n"), out);
    CHECK_TO(strstr(program.said, "agi_callerid: 101\n"), out);
    CHECK_TO(strstr(program.said, "agi_calleridname: unknown\n"), out);
    CHECK_TO(strstr(program.said, "agi_extension: 10\nagi_priority: 2\n"), out);
    CHECK_TO(strstr(program.said, "agi_arg_1: --a=1\nagi_arg_2: b c\n"), out);
    ends(&w, 0);
    CHECK_TO(world_saw(&w, "SUCCESS ;"), out);
out:
    finish(&w, ch);
    return err;
}

static const struct {
    const char *line, *answer;
} talk[] = {
    {"NOOP\n", "200 result=0\n"},
    {"noop text text\n", "200 result=0\n"},
    {"CHANNEL STATUS\n", "200 result=4\n"},
    {"ANSWER\n", "200 result=0\n"},
    {"CHANNEL STATUS\n", "200 result=6\n"},
    {"CHANNEL STATUS Nosuch/1\n", "200 result=-1\n"},
    {"SET VARIABLE X \"a b\"\n", "200 result=1\n"},
    {"GET VARIABLE X\n", "200 result=1 (a b)\n"},
    {"GET VARIABLE NOSUCH\n", "200 result=0\n"},
    {"GET VARIABLE CALLERID(num)\n", "200 result=1 (101)\n"},
    {"GET VARIABLE EXTEN\n", "200 result=1 (10)\n"},
    {"GET FULL VARIABLE ${X}-${EXTEN}\n", "200 result=1 (a b-10)\n"},
    {"GET FULL VARIABLE ${X} Nosuch/1\n", "200 result=0\n"},
    {"SET CALLERID \"Anna <105>\"\n", "200 result=1\n"},
    {"GET VARIABLE CALLERID(all)\n", "200 result=1 (\"Anna\" <105>)\n"},
    {"EXEC Note \"from agi\"\n", "200 result=0\n"},
    {"SET CALLERID \"+7 (495) 123\"\n", "200 result=1\n"},
    {"GET VARIABLE CALLERID(all)\n", "200 result=1 (\"\" <+7495123>)\n"},
    {"SET CALLERID \"Ivan\" <7017>\n", "200 result=1\n"}, /* the name is the first word */
    {"GET VARIABLE CALLERID(all)\n", "200 result=1 (\"Ivan\" <>)\n"},
    {"SET CALLERID\n", "200 result=1\n"},
    {"EXEC Note two words\n", "200 result=0\n"},
    {"EXEC Nosuch\n", "200 result=-2\n"},
    {"SET AUTOHANGUP 100\n", "200 result=0\n"},
    {"GET VARIABLE TIMEOUT(digit)\n", "200 result=1 (5.000)\n"},
    {"SET MUSIC OFF\n", "200 result=0\n"},
    {"WAIT FOR DIGIT 10\n", "200 result=0\n"},
    {"WAIT FOR DIGIT soon\n", "520 End of proper usage.\n"},
    {"SET VARIABLE X\n", "520 End of proper usage.\n"},
    {"SET VARIABLE X a b\n", "520 End of proper usage.\n"},
    {"SET MUSIC OFF default more\n", "200 result=0\n"},
    {"ANSWER now\n", "200 result=0\n"},
    {"VERBOSE hello 1 more\n", "200 result=1\n"},
    {"VERBOSE hello 1\n", "200 result=1\n"},
    {"GOSUB sub s 1 7\n", "200 result=0 Gosub complete\n"},
    {"GOSUB nosuch s 1\n", "200 result=-1 Gosub label not found\n"},
    {"GET VARIABLE GOSUB_RETVAL\n", "200 result=1 (back)\n"},
    {"DANCE\n", "510 Invalid or unknown command\n"},
    {"GET VARIABLE\n", "520 End of proper usage.\n"},
    {"DATABASE PUT fam key \"a b\"\n", "200 result=1\n"},
    {"DATABASE GET fam key\n", "200 result=1 (a b)\n"},
    {"DATABASE DEL fam key\n", "200 result=1\n"},
    {"DATABASE GET fam key\n", "200 result=0\n"},
    {"DATABASE DEL fam key\n", "200 result=1\n"},
    {"DATABASE DELTREE fam\n", "200 result=1\n"},
    {"SAY DIGITS \"\" \"\"\n", "200 result=0\n"},
    {"SAY ALPHA \"\" \"\" u\n", "200 result=0\n"},
    {"SAY PHONETIC \"\" \"\"\n", "200 result=0\n"},
    {"SAY DATETIME 0 \"\" K UTC\n", "200 result=0\n"},
    {"SAY NUMBER five \"\"\n", "520 End of proper usage.\n"},
    {"SAY NUMBER 5\n", "520 End of proper usage.\n"},
    {"SAY DATE\n", "520 End of proper usage.\n"},
    {"SAY TIME\n", "520 End of proper usage.\n"},
    {"RECORD FILE ../x wav # 1000\n", "200 result=-1 (writefile)\n"},
    {"RECORD FILE x wav # 1\n", "200 result=-1 (writefile)\n"}, /* there is no media role */
    {"RECEIVE CHAR 10\n", "200 result=0\n"},
    {"RECEIVE TEXT 10\n", "200 result=-1\n"},
    {"SEND TEXT hello\n", "200 result=0\n"},
    {"SEND IMAGE x\n", "200 result=0\n"},
    {"TDD MODE on\n", "200 result=0\n"},
    {"ASYNCAGI BREAK\n", "200 result=0\n"},
    {"GET OPTION\n", "520 End of proper usage.\n"},
    {"CONTROL STREAM FILE x\n", "520 End of proper usage.\n"},
    {"SPEECH CREATE x\n", "200 result=0\n"},
    {"SPEECH LOAD GRAMMAR x y\n", "200 result=0\n"},
    {"SPEECH SING\n", "510 Invalid or unknown command\n"},
    {"SET VARIABLE X two\r\n", "200 result=1\n"},
};

static int commands_have_their_answers(void)
{
    struct channel *ch = NULL;
    struct world w;
    int err;

    CHECK_OK_TO(begin(&w, &ch, routing, 0), out);
    CHECK_TO(hears(&w, "\n\n"), out);
    for (size_t i = 0; i < sizeof(talk) / sizeof(talk[0]); i++) {
        says(talk[i].line);
        CHECK_TO(hears(&w, talk[i].answer), out);
    }
    ends(&w, 0);
    CHECK_TO(world_saw(&w, "200;from agi;two;sub 7;SUCCESS two;"), out);
out:
    finish(&w, ch);
    return err;
}

static int a_hangup_sends_a_signal_and_leaves_some_commands(void)
{
    struct channel *ch = NULL;
    struct world w;
    int err;

    CHECK_OK_TO(begin(&w, &ch, routing, 0), out);
    CHECK_TO(hears(&w, "\n\n"), out);
    channel_on_hangup(ch, CAUSE_NORMAL, 0);
    rounds(&w, 10);
    CHECK_TO(program.signal == SIGHUP, out);
    says("ANSWER\n");
    CHECK_TO(hears(&w, "511 Command Not Permitted on a dead channel or intercept routine\n"), out);
    says("GET VARIABLE EXTEN\n");
    CHECK_TO(hears(&w, "200 result=1 (10)\n"), out);
    ends(&w, 0);
    CHECK_TO(slice_eqz(channel_var_get(ch, SLICE("AGISTATUS")), "HANGUP"), out);
    CHECK_TO(ch->is_ended, out);
out:
    finish(&w, ch);
    return err;
}

static int a_hangup_during_a_command_sends_a_signal(void)
{
    struct channel *ch = NULL;
    struct world w;
    int err;

    CHECK_OK_TO(begin(&w, &ch, routing, 0), out);
    CHECK_TO(hears(&w, "\n\n"), out);
    says("WAIT FOR DIGIT 100000\n");
    rounds(&w, 10);
    channel_on_hangup(ch, CAUSE_NORMAL, 0);
    CHECK_TO(hears(&w, "200 result=-1\n"), out);
    rounds(&w, 10);
    CHECK_TO(program.signal == SIGHUP, out);
    ends(&w, 0);
    CHECK_TO(slice_eqz(channel_var_get(ch, SLICE("AGISTATUS")), "HANGUP"), out);
    CHECK_TO(ch->is_ended, out);
out:
    finish(&w, ch);
    return err;
}

static int a_hangup_while_the_program_starts_sends_a_signal(void)
{
    struct channel *ch = NULL;
    struct world w;
    int err;

    CHECK_OK_TO(begin(&w, &ch, routing, EINPROGRESS), out);
    rounds(&w, 10);
    CHECK_TO(program.job, out);
    channel_on_hangup(ch, CAUSE_NORMAL, 0);
    rounds(&w, 10);
    program.start_err = 0;
    start_program(program.far, program.job);
    CHECK_TO(hears(&w, "\n\n"), out);
    rounds(&w, 10);
    CHECK_TO(program.signal == SIGHUP && !program.is_let_go, out);
    ends(&w, 0);
    CHECK_TO(ch->is_ended, out);
out:
    finish(&w, ch);
    return err;
}

static int a_program_that_lives_on_without_its_pipes_is_let_go(void)
{
    struct channel *ch = NULL;
    struct world w;
    int err;

    CHECK_OK_TO(begin(&w, &ch, routing, 0), out);
    CHECK_TO(hears(&w, "\n\n"), out);
    close(program.to_station);
    close(program.from_station);
    program.from_station = program.to_station = -1;
    for (int i = 0; i < 1200 && !program.is_let_go; i++)
        loop_round(w.loop, 5);
    CHECK_TO(program.is_let_go, out);
out:
    finish(&w, ch);
    return err;
}

static int how_a_program_ends_is_the_status(void)
{
    struct channel *ch = NULL;
    struct world w;
    int err;

    CHECK_OK_TO(begin(&w, &ch, routing, 0), out);
    CHECK_TO(hears(&w, "\n\n"), out);
    ends(&w, 3);
    CHECK_TO(world_saw(&w, "FAILURE ;"), out);
out:
    finish(&w, ch);
    return err;
}

static int a_missing_program_is_notfound(void)
{
    struct channel *ch = NULL;
    struct world w;
    int err;

    CHECK_OK_TO(begin(&w, &ch, routing, ENOENT), out);
    rounds(&w, 20);
    CHECK_TO(world_saw(&w, "NOTFOUND ;"), out);
out:
    finish(&w, ch);
    return err;
}

static int deadagi_is_agi(void)
{
    struct channel *ch = NULL;
    struct world w;
    int err;

    CHECK_OK_TO(
        begin(&w, &ch, "[main]\n10,1,DeadAGI(x.php)\n10,2,Note(${AGISTATUS})\n10,3,Wait(100)\n", 0),
        out);
    CHECK_TO(hears(&w, "agi_request: x.php\n"), out);
    ends(&w, 0);
    CHECK_TO(world_saw(&w, "SUCCESS;"), out);
out:
    finish(&w, ch);
    return err;
}

/* System runs agi-bin/system, which only an administrator can put there. */
static int system_says_how_its_command_ended(void)
{
    struct channel *ch = NULL;
    struct world w;
    int err;

    CHECK_OK_TO(
        begin(&w, &ch,
              "[main]\n10,1,System(\"ls /\")\n10,2,Note(${SYSTEMSTATUS})\n10,3,TrySystem(false)\n"
              "10,4,Note(${SYSTEMSTATUS})\n10,5,Wait(100)\n",
              0),
        out);
    rounds(&w, 10);
    CHECK_TO(program.job, out);
    ends(&w, 0);
    ends(&w, 3);
    CHECK_TO(world_saw(&w, "SUCCESS;APPERROR;"), out);
out:
    finish(&w, ch);
    return err;
}

static int system_that_is_not_allowed_ends_the_call(void)
{
    struct channel *ch = NULL;
    struct world w;
    int err;

    CHECK_OK_TO(begin(&w, &ch,
                      "[main]\n10,1,TrySystem(ls)\n10,2,Note(${SYSTEMSTATUS})\n10,3,System(ls)\n"
                      "10,4,Note(no)\nh,1,Note(h ${SYSTEMSTATUS})\n",
                      ENOENT),
                out);
    rounds(&w, 20);
    CHECK_TO(world_saw(&w, "FAILURE;h FAILURE;end=16;"), out);
out:
    finish(&w, ch);
    return err;
}

static int an_endless_line_ends_the_program(void)
{
    struct channel *ch = NULL;
    struct world w;
    char line[5000];
    int err;

    memset(line, 'x', sizeof(line));
    CHECK_OK_TO(begin(&w, &ch, routing, 0), out);
    CHECK_TO(hears(&w, "\n\n"), out);
    line[sizeof(line) - 1] = '\0';
    says(line);
    rounds(&w, 20);
    ends(&w, 0);
    CHECK_TO(world_saw(&w, "SUCCESS ;"), out);
out:
    finish(&w, ch);
    return err;
}

/* A program that runs itself: each one waits for the next, and all stand on one stack. */
static int programs_run_one_another_eight_deep(void)
{
    struct program outer[8];
    struct channel *ch = NULL;
    struct world w;
    int err, depth = 0;

    CHECK_OK_TO(begin(&w, &ch, routing, 0), out);
    CHECK_TO(hears(&w, "\n\n"), out);
    while (depth < 8) {
        says("EXEC AGI x.php\n");
        outer[depth++] = program;
        CHECK_TO(hears(&w, "agi_request: x.php"), out);
    }
    CHECK_TO(hears(&w, "\n\n"), out);
    says("EXEC AGI x.php\n");
    CHECK_TO(hears(&w, "200 result=-1\n"), out);
    says("GOSUB sub s 1\n");
    CHECK_TO(hears(&w, "200 result=-1 Gosub failed\n"), out);
out:
    while (depth-- > 0) {
        ends(&w, 0);
        program = outer[depth];
        if (!err && !hears(&w, "200 result=0\n"))
            err = EPROTO;
    }
    finish(&w, ch);
    return err;
}

UNIT_TESTS(UNIT_ONCE(the_program_gets_its_environment), UNIT_ONCE(commands_have_their_answers),
           UNIT_ONCE(a_hangup_sends_a_signal_and_leaves_some_commands),
           UNIT_ONCE(a_hangup_during_a_command_sends_a_signal),
           UNIT_ONCE(a_hangup_while_the_program_starts_sends_a_signal),
           UNIT_ONCE(a_program_that_lives_on_without_its_pipes_is_let_go),
           UNIT_ONCE(how_a_program_ends_is_the_status), UNIT_ONCE(a_missing_program_is_notfound),
           UNIT_ONCE(deadagi_is_agi), UNIT_ONCE(system_says_how_its_command_ended),
           UNIT_ONCE(system_that_is_not_allowed_ends_the_call),
           UNIT_ONCE(an_endless_line_ends_the_program),
           UNIT_ONCE(programs_run_one_another_eight_deep))
