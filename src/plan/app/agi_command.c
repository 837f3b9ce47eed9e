/* app/agi_command.c - the commands of AGI, a row each, with Asterisk's replies */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "call/observe.h"
#include "call/secret.h"
#include "plan/app/agi.h"
#include "plan/args.h"
#include "plan/core.h"
#include "plan/frame.h"
#include "plan/subst.h"
#include "plan/wait.h"

void agi_reply(struct agi *a, int result)
{
    agi_send(a, "200 result=%d\n", result);
}

static void reply(struct agi *a, int result)
{
    agi_reply(a, result);
}

/* "200 result=1 (value)"; a line stays one line. */
static void reply_value(struct agi *a, char *value)
{
    for (char *s = value; *s; s++)
        if (*s == '\n' || *s == '\r')
            *s = ' ';
    agi_send(a, "200 result=1 (%s)\n", value);
}

static void cmd_answer(struct agi *a, char **argv, int argc)
{
    reply(a, channel_answer(a->run->channel) ? -1 : 0);
}

static struct channel *find_channel(struct agi *a, int argc, const char *name)
{
    return argc ? calls_channel_find(plan_calls(a->run->core), slice_of(name)) : a->run->channel;
}

static void cmd_channel_status(struct agi *a, char **argv, int argc)
{
    const struct channel *ch = find_channel(a, argc, argv[0]);

    reply(a, ch ? (int)ch->state : -1);
}

static void cmd_exec(struct agi *a, char **argv, int argc)
{
    char empty[1] = "";
    const struct plan_app *app = plan_app_find(a->run->core, slice_of(argv[0]));
    bool is_lost;
    char *masked;
    int rc;

    if (!app) {
        reply(a, -2);
        return;
    }
    if (!plan_run_enter(a->run)) {
        reply(a, -1);
        return;
    }
    masked = secret_masked(a->run->channel, slice_of(argc > 1 ? argv[1] : ""), &is_lost);
    log_info("step call=%s application=%s data=\"%s\" by=agi", a->run->channel->linkedid, app->name,
             masked     ? masked
             : is_lost  ? ""
             : argc > 1 ? argv[1]
                        : "");
    mem_free(masked);
    rc = plan_app_run(a->run, app, argc > 1 ? argv[1] : empty);
    plan_run_leave(a->run);
    reply(a, rc < 0 ? -1 : rc);
}

static void cmd_get_data(struct agi *a, char **argv, int argc)
{
    const int most = argc > 2 && atoi(argv[2]) > 0 ? atoi(argv[2]) : 1024;
    int64_t first = a->run->channel->response_timeout_ms, next = 2000;
    char digits[256] = "";
    struct secret secret = {0};
    size_t len = 0;
    bool failed = false;
    int d = 0;

    if (argc > 1 && atoi(argv[1]) > 0)
        first = next = atoi(argv[1]);
    secret_begin(&secret, a->run->channel);
    if (*argv[0])
        d = plan_play(a->run, argv[0], PLAN_ALL_DIGITS, &failed);
    if (failed)
        d = -1;
    if (!d)
        d = plan_wait_digit(a->run, first);
    while (d > 0 && d != '#') {
        digits[len++] = (char)d;
        digits[len] = '\0';
        if ((int)len >= most || len == sizeof(digits) - 1)
            break;
        d = plan_wait_digit(a->run, next);
    }
    secret_note(a->run->channel, slice_of(digits));
    secret_end(&secret);
    if (d < 0)
        reply(a, -1);
    else
        agi_send(a, "200 result=%s%s\n", digits, d ? "" : " (timeout)");
}

static void cmd_get_variable(struct agi *a, char **argv, int argc)
{
    const struct plan_env env = plan_run_env(a->run);
    struct buf value;

    buf_init(&value, PLAN_TEXT_MAX);
    if (plan_value_get(&env, slice_of(argv[0]), &value))
        reply(a, 0);
    else if (value.p)
        reply_value(a, value.p);
    else
        agi_send(a, "200 result=1 ()\n");
    buf_fini(&value);
}

static void cmd_get_full_variable(struct agi *a, char **argv, int argc)
{
    struct channel *ch = find_channel(a, argc > 1, argc > 1 ? argv[1] : "");
    const struct plan_env env = {.core = a->run->core, .channel = ch};
    struct buf value;

    buf_init(&value, PLAN_TEXT_MAX);
    if (!ch || plan_subst(&env, slice_of(argv[0]), &value) || !value.p)
        reply(a, 0);
    else
        reply_value(a, value.p);
    buf_fini(&value);
}

static void cmd_set_variable(struct agi *a, char **argv, int argc)
{
    const struct plan_env env = plan_run_env(a->run);

    plan_var_set(&env, slice_of(argv[0]), slice_of(argv[1]));
    reply(a, 1);
}

static void cmd_set_callerid(struct agi *a, char **argv, int argc)
{
    const struct plan_env env = plan_run_env(a->run);

    if (argc)
        plan_var_set(&env, SLICE("CALLERID(all)"), slice_of(argv[0]));
    reply(a, 1);
}

static void cmd_set_context(struct agi *a, char **argv, int argc)
{
    channel_set(&a->run->channel->context, slice_of(argv[0]));
    reply(a, 0);
}

static void cmd_set_extension(struct agi *a, char **argv, int argc)
{
    channel_set(&a->run->channel->exten, slice_of(argv[0]));
    reply(a, 0);
}

static void cmd_set_priority(struct agi *a, char **argv, int argc)
{
    struct slice context, exten;
    int priority;

    if (plan_run_parse_goto(a->run, argv[0], &context, &exten, &priority) == 0)
        plan_run_goto(a->run, SLICE_NONE, SLICE_NONE, priority);
    reply(a, 0);
}

static void cmd_set_music(struct agi *a, char **argv, int argc)
{
    if (strcasecmp(argv[0], "on") == 0)
        channel_moh(a->run->channel, argc > 1 ? argv[1] : NULL);
    else if (strcasecmp(argv[0], "off") == 0)
        channel_play_stop(a->run->channel);
    reply(a, 0);
}

static void cmd_set_autohangup(struct agi *a, char **argv, int argc)
{
    long long ms;

    if (plan_parse_seconds(argv[0], &ms) || ms < 0)
        ms = 0;
    channel_set_absolute_timeout(a->run->channel, ms);
    reply(a, 0);
}

/* A subroutine runs to its Return; the program waits. */
static void cmd_gosub(struct agi *a, char **argv, int argc)
{
    struct plan_run *run = a->run;
    struct channel *ch = run->channel;
    char *args[PLAN_GOSUB_ARGS_MAX], empty[1] = "";
    const bool was_jumped = run->is_jumped;
    struct slice context = slice_of(argv[0]), exten = slice_of(argv[1]), none;
    int count, priority, rc;
    struct buf where;

    buf_init(&where, 1024);
    buf_printf(&where, "%s,%s,%s", argv[0], argv[1], argv[2]);
    if (buf_err(&where) || plan_run_parse_goto(run, where.p, &none, &none, &priority) ||
        !plan_run_has(run, context, exten, priority)) {
        agi_send(a, "200 result=-1 Gosub label not found\n");
        buf_fini(&where);
        return;
    }
    buf_fini(&where);
    count = plan_args_split_raw(argc > 3 ? argv[3] : empty, ',', args, PLAN_GOSUB_ARGS_MAX);
    if (!plan_run_enter(run)) {
        agi_send(a, "200 result=-1 Gosub failed\n");
        return;
    }
    if (plan_frame_push(run, ch->context, ch->exten, ch->priority, args, count) ||
        plan_run_goto(run, context, exten, priority)) {
        plan_run_leave(run);
        agi_send(a, "200 result=-1 Gosub failed\n");
        return;
    }
    agi_send(a, "100 result=0 Trying...\n");
    rc = plan_run_nested(run, run->frame_count);
    plan_run_leave(run);
    run->is_jumped = was_jumped;
    agi_send(a, rc < 0 ? "200 result=-1 Gosub failed\n" : "200 result=0 Gosub complete\n");
}

static void cmd_hangup(struct agi *a, char **argv, int argc)
{
    struct channel *ch = find_channel(a, argc, argv[0]);

    if (ch)
        channel_softhangup(ch, CAUSE_NORMAL);
    reply(a, ch ? 1 : -1);
}

static void cmd_noop(struct agi *a, char **argv, int argc)
{
    reply(a, 0);
}

static void cmd_verbose(struct agi *a, char **argv, int argc)
{
    log_notice("%s call=%s channel=\"%s\" by=agi", argv[0], a->run->channel->linkedid,
               a->run->channel->name);
    reply(a, 1);
}

static void cmd_wait_for_digit(struct agi *a, char **argv, int argc)
{
    const int ms = atoi(argv[0]);
    struct secret secret = {0};
    int d;

    secret_begin(&secret, a->run->channel);
    d = plan_wait_digit(a->run, ms < 0 ? -1 : ms);
    secret_end(&secret);
    reply(a, d);
}

static const struct agi_word commands[] = {
    {"ANSWER", "", false, 0, AGI_WORDS_MAX, cmd_answer},
    {"CHANNEL STATUS", "[<channelname>]", false, 0, 1, cmd_channel_status},
    {"EXEC", "<application> [<options>]", true, 1, AGI_WORDS_MAX, cmd_exec},
    {"GET DATA", "<file> [<timeout> [<max digits>]]", false, 1, AGI_WORDS_MAX, cmd_get_data},
    {"GET FULL VARIABLE", "<expression> [<channel name>]", true, 1, 2, cmd_get_full_variable},
    {"GET VARIABLE", "<variablename>", true, 1, 1, cmd_get_variable},
    {"GOSUB", "<context> <extension> <priority> [<optional-argument>]", false, 3, 4, cmd_gosub},
    {"HANGUP", "[<channelname>]", false, 0, 1, cmd_hangup},
    {"NOOP", "[<text>]", true, 0, AGI_WORDS_MAX, cmd_noop},
    {"SET AUTOHANGUP", "<time>", false, 1, 1, cmd_set_autohangup},
    {"SET CALLERID", "<number>", false, 0, AGI_WORDS_MAX, cmd_set_callerid},
    {"SET CONTEXT", "<desired context>", false, 1, 1, cmd_set_context},
    {"SET EXTENSION", "<new extension>", false, 1, 1, cmd_set_extension},
    {"SET MUSIC", "<on|off> [<class>]", false, 1, AGI_WORDS_MAX, cmd_set_music},
    {"SET PRIORITY", "<priority>", false, 1, 1, cmd_set_priority},
    {"SET VARIABLE", "<variablename> <value>", true, 2, 2, cmd_set_variable},
    {"VERBOSE", "<message> [<level>]", true, 1, AGI_WORDS_MAX, cmd_verbose},
    {"WAIT FOR DIGIT", "<timeout>", false, 1, 1, cmd_wait_for_digit, true},
};

/* Words of a line: "in quotes", \escaped. @return how many, -1: too many */
static int split_words(char *line, char **argv, int max)
{
    char *out = line;
    int count = 0;

    while (*line) {
        bool is_quoted = false;

        while (*line == ' ' || *line == '\t')
            line++;
        if (!*line)
            break;
        if (count == max)
            return -1;
        argv[count++] = out;
        for (; *line && (is_quoted || (*line != ' ' && *line != '\t')); line++) {
            if (*line == '"')
                is_quoted = !is_quoted;
            else if (*line == '\\' && line[1])
                *out++ = *++line;
            else
                *out++ = *line;
        }
        if (*line)
            line++;
        *out++ = '\0';
    }
    return count;
}

/* How many of argv are the command's own words; 0: it is another one. */
static int matches(const struct agi_word *c, char **argv, int argc)
{
    struct slice rest = slice_of(c->words);
    int n = 0;

    while (slice_is_set(rest)) {
        struct slice word = slice_cut(rest, ' ', &rest);

        if (n >= argc || !slice_caseeqz(word, argv[n]))
            return 0;
        n++;
    }
    return n;
}

static const struct agi_word *find_in(const struct agi_word *table, size_t count, char **argv,
                                      int argc, int *words)
{
    for (size_t i = 0; i < count; i++) {
        *words = matches(&table[i], argv, argc);
        if (*words)
            return &table[i];
    }
    return NULL;
}

static const struct agi_word *find(char **argv, int argc, int *words)
{
    const struct agi_word *c =
        find_in(commands, sizeof(commands) / sizeof(commands[0]), argv, argc, words);

    return c ? c : find_in(agi_words_more, agi_words_more_count, argv, argc, words);
}

static bool begins_with_number(const char *s)
{
    char *end;

    strtol(s, &end, 10);
    return end != s;
}

/* @return the reply's code */
static unsigned run_words(struct agi *a, char **argv, int argc)
{
    int words = 0;
    const struct agi_word *c = find(argv, argc, &words);

    if (!c) {
        agi_send(a, "510 Invalid or unknown command\n");
        return 510;
    }
    if (a->is_dead && !c->when_dead) {
        agi_send(a, "511 Command Not Permitted on a dead channel or intercept routine\n");
        return 511;
    }
    if (argc - words < c->least || argc - words > c->most ||
        (c->is_counted && !begins_with_number(argv[words]))) {
        agi_send(a,
                 "520-Invalid command syntax.  Proper usage follows:\n Usage: %s %s\n"
                 "520 End of proper usage.\n",
                 c->words, c->syntax);
        return 520;
    }
    c->run(a, argv + words, argc - words);
    return 200;
}

static void tell(const struct agi *a, struct call_fact f, const char *line)
{
    f.channel = a->run->channel;
    f.value = slice_of(line);
    calls_tell(plan_calls(a->run->core), &f);
}

void agi_command(struct agi *a, char *line)
{
    char *argv[AGI_WORDS_MAX + 1] = {0}, *whole = mem_strdup(line);
    const int argc = split_words(line, argv, AGI_WORDS_MAX);
    const int id = (int)(rand_u32() & INT32_MAX);
    unsigned code;

    if (argc && whole)
        tell(a, (struct call_fact){.type = CALL_AGI_BEGIN, .number = id}, whole);
    if (argc) {
        code = run_words(a, argv, argc);
        if (whole)
            tell(a, (struct call_fact){.type = CALL_AGI_END, .number = id, .ms = code}, whole);
    }
    mem_free(whole);
}
