/* app/readexten.c - ReadExten: an extension into a variable */
#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/pattern.h"
#include "plan/wait.h"

struct reading {
    struct slice context;
    int64_t ms; /* for each digit; 0: the channel's timeouts */
    char exten[PATTERN_MAX];
    size_t len;
};

static int64_t time_for(const struct plan_run *run, const struct reading *r)
{
    const struct channel *ch = run->channel;

    return r->ms ? r->ms : r->len ? ch->digit_timeout_ms : ch->response_timeout_ms;
}

/* Digits until no longer extension could match. @return the status */
static const char *collect(struct plan_run *run, struct reading *r, int digit)
{
    if (!digit)
        digit = plan_wait_digit(run, time_for(run, r));
    while (digit > 0 && digit != '#' && r->len < PATTERN_MAX - 1) {
        channel_play_stop(run->channel);
        r->exten[r->len++] = (char)digit;
        r->exten[r->len] = '\0';
        if (!plan_run_match_more(run, r->context, slice_from(r->exten, r->len)))
            break;
        digit = plan_wait_digit(run, time_for(run, r));
    }
    if (digit < 0)
        return "HANGUP";
    if (!r->len)
        return "TIMEOUT";
    return plan_run_has(run, r->context, slice_of(r->exten), 1) ? "OK" : "INVALID";
}

static int digit_of_prompt(struct plan_run *run, const char *file, bool is_tone)
{
    bool failed;

    if (is_tone) {
        channel_tone(run->channel, file);
        return 0;
    }
    return *file ? plan_play(run, file, PLAN_ALL_DIGITS, &failed) : 0;
}

static void set_result(struct plan_run *run, const char *variable, const struct reading *r,
                       const char *status)
{
    const char *value = r->exten;

    if (strcmp(status, "INVALID") == 0) {
        channel_var_set(run->channel, SLICE("INVALID_EXTEN"), slice_of(r->exten));
        value = "i";
    } else if (strcmp(status, "TIMEOUT") == 0) {
        value = "t";
    }
    channel_var_set(run->channel, slice_of(variable), slice_of(value));
    channel_var_set(run->channel, SLICE("READEXTENSTATUS"), slice_of(status));
}

static int readexten_exec(struct plan_run *run, char *data)
{
    char *argv[5], letter, *arg;
    struct channel *ch = run->channel;
    struct reading r = {.context = SLICE_NONE};
    bool skip = false, no_answer = false, is_tone = false;
    const char *status = "SKIP";
    long long ms;

    plan_args_split(data, ',', argv, 5);
    if (!*argv[0]) {
        log_warning("ReadExten needs a variable call=%s", ch->linkedid);
        channel_var_set(ch, SLICE("READEXTENSTATUS"), SLICE("ERROR"));
        return PLAN_NEXT;
    }
    while (plan_option_next(&argv[3], &letter, &arg)) {
        skip = skip || letter == 's';
        no_answer = no_answer || letter == 'n';
        is_tone = is_tone || letter == 'i';
    }
    if (*argv[2])
        r.context = slice_of(argv[2]);
    if (plan_parse_seconds(argv[4], &ms) == 0 && ms > 0)
        r.ms = ms;
    if (ch->state == CHANNEL_UP || !skip) {
        int digit = 0;

        if (ch->state != CHANNEL_UP && !no_answer && channel_answer(ch))
            return PLAN_END;
        digit = digit_of_prompt(run, argv[1], is_tone);
        status = collect(run, &r, digit);
        if (is_tone)
            channel_play_stop(ch);
    }
    set_result(run, argv[0], &r, status);
    return ch->is_hungup ? PLAN_END : PLAN_NEXT;
}

const struct plan_app plan_app_readexten = {
    .name = "ReadExten",
    .syntax = "ReadExten(variable[,file[,context[,options[,timeout]]]])",
    .help_ru =
        "Читает номер, который есть в маршрутизации, в переменную\nВвод кончается, когда номер ясен, по # или по "
        "времени. options: s - пропустить, если вызов не отвечен; n - не отвечать; i - file - имя сигнала. "
        "Переменная READEXTENSTATUS: OK; TIMEOUT (variable = t); INVALID (variable = i, набранное в "
        "INVALID_EXTEN); SKIP; HANGUP; ERROR.",
    .help_en =
        "Read an extension of the routing into a variable\nThe input ends when the extension is clear, by # or by "
        "time. options: s - skip when the call is not answered; n - do not answer; i - file is the name of a "
        "tone. Variable READEXTENSTATUS: OK; TIMEOUT (variable = t); INVALID (variable = i, what was typed in "
        "INVALID_EXTEN); SKIP; HANGUP; ERROR.",
    .shown = "tests/unit/plan/test_input.c",
    .reads_digits = true,
    .exec = readexten_exec,
};
