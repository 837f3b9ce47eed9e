/* app/read.c - Read: digits into a variable */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/input.h"
#include "plan/wait.h"

#define MOST_DIGITS 255

/* @return "OK", "TIMEOUT", "HANGUP"; the digits in out */
static const char *read_once(struct plan_run *run, const struct plan_input *in, char *out)
{
    static const char *const words[] = {[PLAN_INPUT_FULL] = "OK",
                                        [PLAN_INPUT_ENDED] = "OK",
                                        [PLAN_INPUT_TIMEOUT] = "TIMEOUT",
                                        [PLAN_INPUT_HANGUP] = "HANGUP"};

    return words[plan_input_read(run, in, out)];
}

static void parse_times(struct plan_run *run, struct plan_input *r, const char *maxdigits,
                        const char *timeout)
{
    const int most = atoi(maxdigits);
    long long ms;

    r->most = most < 1 || most > MOST_DIGITS ? MOST_DIGITS : (size_t)most;
    r->first_ms = run->channel->response_timeout_ms;
    r->next_ms = run->channel->digit_timeout_ms;
    if (plan_parse_seconds(timeout, &ms) == 0 && ms > 0)
        r->first_ms = r->next_ms = ms;
}

/* Options s i n e t(x). @return false: nothing is to be read */
static bool parse_options(struct plan_run *run, struct plan_input *r, char *text, int *err)
{
    bool skip = false, no_answer = false;
    char letter, *arg;

    while (plan_option_next(&text, &letter, &arg)) {
        skip = skip || letter == 's';
        no_answer = no_answer || letter == 'n';
        r->is_tone = r->is_tone || letter == 'i';
        r->keeps_end = r->keeps_end || letter == 'e';
        if (letter == 't')
            r->ends = arg ? arg : "";
    }
    *err = 0;
    if (run->channel->state == CHANNEL_UP)
        return true;
    if (skip)
        return false;
    if (!no_answer)
        *err = channel_answer(run->channel);
    return *err == 0;
}

static int read_exec(struct plan_run *run, char *data)
{
    char *argv[6], digits[MOST_DIGITS + 1] = "";
    struct plan_input r = {.ends = "#"};
    const char *status = "SKIPPED";
    int attempts, err;

    plan_args_split(data, ',', argv, 6);
    if (!*argv[0]) {
        log_warning("Read needs a variable call=%s at=\"%s,%s,%d\"", run->channel->linkedid,
                    run->channel->context, run->channel->exten, run->channel->priority);
        channel_var_set(run->channel, SLICE("READSTATUS"), SLICE("ERROR"));
        return PLAN_NEXT;
    }
    r.files = argv[1];
    parse_times(run, &r, argv[2], argv[5]);
    attempts = atoi(argv[4]) > 1 ? atoi(argv[4]) : 1;
    if (parse_options(run, &r, argv[3], &err)) {
        do {
            digits[0] = '\0';
            status = read_once(run, &r, digits);
        } while (--attempts > 0 && !digits[0] && strcmp(status, "TIMEOUT") == 0);
    } else if (err) {
        status = "HANGUP";
    }
    channel_var_set(run->channel, slice_of(argv[0]), slice_of(digits));
    channel_var_set(run->channel, SLICE("READSTATUS"), slice_of(status));
    return run->channel->is_hungup ? PLAN_END : PLAN_NEXT;
}

const struct plan_app plan_app_read = {
    .name = "Read",
    .syntax = "Read(variable,[file[&file...],[maxdigits,[options,[attempts,[timeout]]]]])",
    .help_ru =
        "Читает набранные цифры в переменную\nmaxdigits - сколько цифр, не больше (255); ввод кончает # или "
        "молчание timeout секунд; attempts - сколько раз спросить, если не набрано ничего.\noptions: s - "
        "пропустить, если вызов не отвечен; n - читать без ответа; i - вместо файла сигнал с этим именем "
        "(dial, busy ...); t(x) - ввод кончает x (одна из цифр x) вместо #, t() - ничто; "
        "e - цифра, которая кончает ввод, сама есть ввод, если она первая.\nПеременная READSTATUS: OK, TIMEOUT, "
        "HANGUP, SKIPPED, ERROR.",
    .help_en =
        "Read dialled digits into a variable\nmaxdigits: at most so many (255); # or timeout seconds of "
        "silence end the input; attempts: how often to ask when nothing is dialled.\noptions: s - skip when "
        "the call is not answered; n - read without answering; i - play the tone of that name (dial, busy "
        "...) instead of a file; t(x) - x (one of the digits x) ends the input instead of #, t() - nothing does; "
        "e - the digit that ends the input is the input when it comes first.\nVariable "
        "READSTATUS: OK, TIMEOUT, HANGUP, SKIPPED, ERROR.",
    .shown = "tests/scene/read-digits.scene",
    .reads_digits = true,
    .exec = read_exec,
};
