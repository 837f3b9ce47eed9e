/* agi_command.c - the commands of an AGI program (agi.h) */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/mem.h"
#include "plan/app/agi.h"
#include "plan/app.h"
#include "plan/plan.h"
#include "plan/subst.h"
#include "plan/wait.h"

#define MOST_WORDS 64

struct agi_row {
    const char *words;    /* "STREAM FILE" */
    const char *syntax;   /* what follows, for the 520 answer */
    unsigned least, most; /* words that follow */
    bool on_dead;         /* allowed once the phone has hung up */
    void (*run)(struct agi *a, unsigned argc, char **argv);
};

static void say(struct agi *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(struct agi *a, const char *fmt, ...)
{
    struct buf b;
    va_list ap;

    buf_init(&b, PLAN_TEXT_MAX + 100);
    va_start(ap, fmt);
    buf_vprintf(&b, fmt, ap);
    va_end(ap);
    buf_addc(&b, '\n');
    agi_pipe_send(a, buf_slice(&b));
    buf_fini(&b);
}

static void say_result(struct agi *a, int result)
{
    say(a, "200 result=%d", result);
}

static struct channel *channel_named(struct agi *a, unsigned argc, char **argv)
{
    if (!argc || !*argv[0])
        return a->run->channel;
    return calls_channel_find(plan_calls(a->run->core), slice_of(argv[0]));
}

static void run_answer(struct agi *a, unsigned argc, char **argv)
{
    say_result(a, channel_answer(a->run->channel) ? -1 : 0);
}

static void run_channel_status(struct agi *a, unsigned argc, char **argv)
{
    struct channel *ch = channel_named(a, argc, argv);

    say_result(a, ch ? (int)ch->state : -1);
}

static void run_exec(struct agi *a, unsigned argc, char **argv)
{
    struct buf data;
    char *text;
    int result;

    if (!plan_app_find(a->run->core, slice_of(argv[0]))) {
        log_warning("AGI EXEC: unknown application call=%s application=\"%s\"",
                    a->run->channel->linkedid, argv[0]);
        say_result(a, -2);
        return;
    }
    buf_init(&data, AGI_LINE_MAX);
    for (unsigned i = 1; i < argc; i++)
        buf_printf(&data, "%s%s", i > 1 ? "," : "", argv[i]);
    text = buf_take(&data);
    result = text ? plan_app_exec(a->run, argv[0], text) : -1;
    mem_free(text);
    say_result(a, result < 0 ? -1 : result);
}

static int64_t number(const char *text, int64_t missing)
{
    int64_t n;

    return slice_i64(slice_of(text), &n) ? missing : n;
}

/* Digits until '#', the most wanted, or the time between two is over. @return 0; 1 time over; -1
 * gone */
static int collect(struct agi *a, struct buf *digits, int64_t ms, int64_t most, int first)
{
    for (int digit = first;; digit = 0) {
        if (!digit)
            digit = plan_wait_digit(a->run, ms);
        if (digit < 0)
            return -1;
        if (digit == 0)
            return 1;
        if (digit == '#')
            return 0;
        buf_addc(digits, (char)digit);
        if ((int64_t)digits->len >= most)
            return 0;
    }
}

static void run_get_data(struct agi *a, unsigned argc, char **argv)
{
    int64_t ms = argc > 1 ? number(argv[1], -1) : -1;
    int64_t most = argc > 2 ? number(argv[2], 255) : 255;
    bool failed = false;
    struct buf digits;
    int end;

    buf_init(&digits, 255);
    end = plan_play(a->run, argv[0], PLAN_ALL_DIGITS, &failed);
    if (end >= 0)
        end = collect(a, &digits, ms > 0 ? ms : a->run->channel->response_timeout_ms,
                      most > 0 && most < 255 ? most : 255, end);
    if (end < 0)
        say_result(a, -1);
    else
        say(a, "200 result=%s%s", buf_z(&digits), end ? " (timeout)" : "");
    buf_fini(&digits);
}

static void say_value(struct agi *a, int err, const struct buf *value)
{
    if (err || !value->len)
        say_result(a, 0);
    else
        say(a, "200 result=1 (%s)", buf_z(value));
}

static void run_get_variable(struct agi *a, unsigned argc, char **argv)
{
    struct plan_env env = plan_run_env(a->run);
    struct buf value;
    int err;

    buf_init(&value, PLAN_TEXT_MAX);
    err = plan_value_get(&env, slice_of(argv[0]), &value);
    say_value(a, err, &value);
    buf_fini(&value);
}

static void run_get_full_variable(struct agi *a, unsigned argc, char **argv)
{
    struct plan_env env = plan_run_env(a->run);
    struct buf value;
    int err = ENOENT;

    buf_init(&value, PLAN_TEXT_MAX);
    env.channel = channel_named(a, argc - 1, argv + 1);
    if (env.channel)
        err = plan_subst(&env, slice_of(argv[0]), &value);
    say_value(a, err, &value);
    buf_fini(&value);
}

static void run_set_variable(struct agi *a, unsigned argc, char **argv)
{
    struct plan_env env = plan_run_env(a->run);

    plan_var_set(&env, slice_of(argv[0]), slice_of(argv[1]));
    say_result(a, 1);
}

static void run_set_callerid(struct agi *a, unsigned argc, char **argv)
{
    struct plan_env env = plan_run_env(a->run);

    plan_var_set(&env, SLICE("CALLERID(all)"), slice_of(argv[0]));
    say_result(a, 1);
}

static void run_set_context(struct agi *a, unsigned argc, char **argv)
{
    channel_set(&a->run->channel->context, slice_of(argv[0]));
    say_result(a, 0);
}

static void run_set_extension(struct agi *a, unsigned argc, char **argv)
{
    channel_set(&a->run->channel->exten, slice_of(argv[0]));
    say_result(a, 0);
}

static void run_set_priority(struct agi *a, unsigned argc, char **argv)
{
    struct slice context = SLICE_NONE, exten = SLICE_NONE;
    int priority;

    if (plan_run_parse_goto(a->run, argv[0], &context, &exten, &priority) == 0)
        plan_run_goto(a->run, SLICE_NONE, SLICE_NONE, priority);
    say_result(a, 0);
}

static void run_set_music(struct agi *a, unsigned argc, char **argv)
{
    if (strcasecmp(argv[0], "on") == 0)
        channel_moh(a->run->channel, argc > 1 ? argv[1] : NULL);
    else
        channel_play_stop(a->run->channel);
    say_result(a, 0);
}

static void run_set_autohangup(struct agi *a, unsigned argc, char **argv)
{
    channel_set_absolute_timeout(a->run->channel, number(argv[0], 0) * 1000);
    say_result(a, 0);
}

static void run_gosub(struct agi *a, unsigned argc, char **argv)
{
    uint32_t depth = a->run->frame_count;
    struct buf where;
    char *text;
    int result = -1;

    buf_init(&where, AGI_LINE_MAX);
    buf_printf(&where, "%s,%s,%s(%s)", argv[0], argv[1], argv[2], argc > 3 ? argv[3] : "");
    text = buf_take(&where);
    if (text && plan_app_exec(a->run, "Gosub", text) == PLAN_NEXT)
        result = plan_run_nested(a->run, depth);
    mem_free(text);
    say_result(a, result < 0 ? -1 : 0);
}

static void run_hangup(struct agi *a, unsigned argc, char **argv)
{
    struct channel *ch = channel_named(a, argc, argv);

    if (ch)
        channel_softhangup(ch, CAUSE_NORMAL);
    say_result(a, ch ? 1 : -1);
}

static void run_noop(struct agi *a, unsigned argc, char **argv)
{
    say_result(a, 0);
}

/* Offsets are in samples of 8 kHz, as Asterisk counts. */
static void run_stream_file(struct agi *a, unsigned argc, char **argv)
{
    struct mono start = loop_now(a->loop);
    bool failed = false;
    int end = plan_play(a->run, argv[0], *argv[1] ? argv[1] : NULL, &failed);
    int64_t at = number(argc > 2 ? argv[2] : "0", 0) + mono_diff_ms(loop_now(a->loop), start) * 8;

    say(a, "200 result=%d endpos=%lld", failed ? -1 : end, failed ? 0LL : (long long)at);
}

static void run_verbose(struct agi *a, unsigned argc, char **argv)
{
    log_notice("AGI says call=%s text=\"%s\"", a->run->channel->linkedid, argv[0]);
    say_result(a, 1);
}

static void run_wait_for_digit(struct agi *a, unsigned argc, char **argv)
{
    say_result(a, plan_wait_digit(a->run, number(argv[0], -1)));
}

static const struct agi_row rows[] = {
    {"ANSWER", "", 0, 0, false, run_answer},
    {"CHANNEL STATUS", "[<channelname>]", 0, 1, true, run_channel_status},
    {"EXEC", "<application> <options>", 1, MOST_WORDS, true, run_exec},
    {"GET DATA", "<file to be streamed> [timeout] [max digits]", 1, 3, false, run_get_data},
    {"GET FULL VARIABLE", "<variablename> [<channel name>]", 1, 2, true, run_get_full_variable},
    {"GET VARIABLE", "<variablename>", 1, 1, true, run_get_variable},
    {"GOSUB", "<context> <extension> <priority> [<optional-argument>]", 3, 4, false, run_gosub},
    {"HANGUP", "[<channelname>]", 0, 1, true, run_hangup},
    {"NOOP", "[<text>]", 0, MOST_WORDS, true, run_noop},
    {"SET AUTOHANGUP", "<time>", 1, 1, false, run_set_autohangup},
    {"SET CALLERID", "<number>", 1, 1, false, run_set_callerid},
    {"SET CONTEXT", "<desired context>", 1, 1, false, run_set_context},
    {"SET EXTENSION", "<new extension>", 1, 1, false, run_set_extension},
    {"SET MUSIC", "<on|off> [<class>]", 1, 2, false, run_set_music},
    {"SET PRIORITY", "<priority>", 1, 1, false, run_set_priority},
    {"SET VARIABLE", "<variablename> <value>", 2, 2, true, run_set_variable},
    {"STREAM FILE", "<filename> <escape digits> [sample offset]", 2, 3, false, run_stream_file},
    {"VERBOSE", "<message> [<level>]", 1, 2, true, run_verbose},
    {"WAIT FOR DIGIT", "<timeout>", 1, 1, false, run_wait_for_digit},
};

/* Words between blanks; "in quotes" is one word, a backslash takes the next character. */
static unsigned cut_words(char *line, char **words)
{
    unsigned n = 0;
    char *in = line, *out = line;

    while (n < MOST_WORDS) {
        bool is_quoted = false;

        while (*in == ' ' || *in == '\t')
            in++;
        if (!*in)
            break;
        words[n++] = out;
        for (; *in && (is_quoted || (*in != ' ' && *in != '\t')); in++) {
            if (*in == '"') {
                is_quoted = !is_quoted;
                continue;
            }
            if (*in == '\\' && in[1])
                in++;
            *out++ = *in;
        }
        if (*in)
            in++;
        *out++ = '\0';
    }
    return n;
}

/* Words of the row's name at the beginning; 0: not this one. */
static unsigned begins_with(const struct agi_row *row, unsigned argc, char **argv)
{
    struct slice rest = slice_of(row->words), word;
    unsigned n = 0;

    while (slice_is_set(rest)) {
        word = slice_cut(rest, ' ', &rest);
        if (n == argc || !slice_caseeqz(word, argv[n]))
            return 0;
        n++;
    }
    return n;
}

static void run_row(struct agi *a, const struct agi_row *row, unsigned argc, char **argv)
{
    if (a->run->channel->is_hungup && !row->on_dead)
        say(a, "511 Command Not Permitted on a dead channel or intercept routine");
    else if (argc < row->least || argc > row->most)
        say(a,
            "520-Invalid command syntax.  Proper usage follows:\nUsage: %s %s\n520 End of proper "
            "usage.",
            row->words, row->syntax);
    else
        row->run(a, argc, argv);
}

void agi_command(struct agi *a, char *line)
{
    char *words[MOST_WORDS + 1];
    unsigned argc = cut_words(line, words);

    if (!argc)
        return;
    log_debug("AGI command call=%s command=\"%s\"", a->run->channel->linkedid, words[0]);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned used = begins_with(&rows[i], argc, words);

        if (used) {
            run_row(a, &rows[i], argc - used, words + used);
            return;
        }
    }
    say(a, "510 Invalid or unknown command");
}
