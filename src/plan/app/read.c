/* app/read.c - Read: digits into a variable */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/wait.h"

#define MOST_DIGITS 255

struct reading {
    const char *files; /* or the name of a tone */
    bool is_tone;
    int most; /* digits */
    int64_t first_ms, next_ms;
    char end; /* digit that ends the input */
};

/* The first digit, while the files play or afterwards. @return digit; 0; -1 */
static int first_digit(struct plan_run *run, const struct reading *r)
{
    bool failed;
    int d = 0;

    if (r->is_tone) {
        channel_tone(run->channel, r->files);
        d = plan_wait_digit(run, r->first_ms);
        channel_play_stop(run->channel);
        return d;
    }
    if (*r->files)
        d = plan_play(run, r->files, PLAN_ALL_DIGITS, &failed);
    return d ? d : plan_wait_digit(run, r->first_ms);
}

/* @return "OK", "TIMEOUT", "HANGUP"; the digits in out */
static const char *read_once(struct plan_run *run, const struct reading *r, char *out)
{
    int len = 0, d = first_digit(run, r);

    while (d > 0) {
        if (d == r->end)
            return "OK";
        out[len++] = (char)d;
        out[len] = '\0';
        if (len >= r->most)
            return "OK";
        d = plan_wait_digit(run, r->next_ms);
    }
    return d < 0 ? "HANGUP" : "TIMEOUT";
}

static void parse_times(struct plan_run *run, struct reading *r, const char *maxdigits,
                        const char *timeout)
{
    long long ms;

    r->most = atoi(maxdigits);
    if (r->most < 1 || r->most > MOST_DIGITS)
        r->most = MOST_DIGITS;
    r->first_ms = run->channel->response_timeout_ms;
    r->next_ms = run->channel->digit_timeout_ms;
    if (plan_parse_seconds(timeout, &ms) == 0 && ms > 0)
        r->first_ms = r->next_ms = ms;
}

/* Options s i n t(x). @return false: nothing is to be read */
static bool parse_options(struct plan_run *run, struct reading *r, char *text, int *err)
{
    bool skip = false, no_answer = false;
    char letter, *arg;

    while (plan_option_next(&text, &letter, &arg)) {
        skip = skip || letter == 's';
        no_answer = no_answer || letter == 'n';
        r->is_tone = r->is_tone || letter == 'i';
        if (letter == 't')
            r->end = arg ? *arg : '\0';
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
    struct reading r = {.end = '#'};
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
        "(dial, busy ...); t(x) - ввод кончает x вместо #, t() - ничто.\nПеременная READSTATUS: OK, TIMEOUT, "
        "HANGUP, SKIPPED, ERROR.",
    .help_en =
        "Read dialled digits into a variable\nmaxdigits: at most so many (255); # or timeout seconds of "
        "silence end the input; attempts: how often to ask when nothing is dialled.\noptions: s - skip when "
        "the call is not answered; n - read without answering; i - play the tone of that name (dial, busy "
        "...) instead of a file; t(x) - x ends the input instead of #, t() - nothing does.\nVariable "
        "READSTATUS: OK, TIMEOUT, HANGUP, SKIPPED, ERROR.",
    .shown = "tests/scene/read-digits.scene",
    .exec = read_exec,
};
