/* app/disa.c - DISA: a dial tone of the station for a caller from outside */
#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/subst.h"
#include "plan/wait.h"

#define MOST_DIGITS 79
#define FIRST_MS 20000
#define NEXT_MS 10000
#define FAILED_MS 10000

struct disa {
    const char *password, *context;
    bool no_answer, ends_by_pound;
    char typed[MOST_DIGITS + 1];
    size_t len;
};

static int next_digit(struct plan_run *run, const struct disa *d)
{
    return plan_wait_digit(run, d->len ? NEXT_MS : FIRST_MS);
}

/* The password, up to #. @return false: wrong, too slow, or gone */
static bool ask_password(struct plan_run *run, struct disa *d)
{
    int digit;

    if (strcasecmp(d->password, "no-password") == 0)
        return true;
    while ((digit = next_digit(run, d)) > 0 && digit != '#' && d->len < MOST_DIGITS)
        d->typed[d->len++] = (char)digit;
    d->typed[d->len] = '\0';
    d->len = 0;
    return digit == '#' && strcmp(d->typed, d->password) == 0;
}

/* The number, until no longer one could match. @return false when the caller is gone */
static bool ask_number(struct plan_run *run, struct disa *d)
{
    const struct slice context = slice_of(d->context);

    for (;;) {
        int digit = next_digit(run, d);

        if (digit < 0)
            return false;
        if (d->len == 0)
            channel_play_stop(run->channel);
        if (digit == 0 || (digit == '#' && d->ends_by_pound) || d->len == MOST_DIGITS)
            return true;
        d->typed[d->len++] = (char)digit;
        d->typed[d->len] = '\0';
        if (!plan_run_match_more(run, context, slice_from(d->typed, d->len)))
            return true;
    }
}

/* Nothing right was typed: i of the context, or the tone of failure. */
static int refuse(struct plan_run *run, const struct disa *d)
{
    struct channel *ch = run->channel;

    log_notice("DISA refuses a caller call=%s channel=\"%s\" context=\"%s\"", ch->linkedid,
               ch->name, d->context);
    if (ch->is_hungup)
        return PLAN_END;
    channel_var_set(ch, SLICE("INVALID_EXTEN"), slice_of(d->typed));
    if (plan_run_has(run, slice_of(d->context), SLICE("i"), 1))
        return plan_run_goto(run, slice_of(d->context), SLICE("i"), 1) ? PLAN_END : PLAN_NEXT;
    if (channel_tone(ch, "congestion") == 0)
        plan_wait_ms(run, FAILED_MS);
    channel_play_stop(ch);
    return PLAN_END;
}

static int disa_exec(struct plan_run *run, char *data)
{
    char *argv[5], letter, *arg;
    const struct plan_env env = plan_run_env(run);
    struct disa d = {.context = "disa"};
    struct channel *ch = run->channel;
    bool passed;

    plan_args_split(data, ',', argv, 5);
    d.password = argv[0];
    if (*argv[1])
        d.context = argv[1];
    while (plan_option_next(&argv[4], &letter, &arg)) {
        d.no_answer = d.no_answer || letter == 'n';
        d.ends_by_pound = d.ends_by_pound || letter == 'p';
    }
    if (!*d.password || *d.password == '/') {
        log_warning("DISA needs a password or no-password call=%s at=\"%s,%s,%d\"", ch->linkedid,
                    ch->context, ch->exten, ch->priority);
        return PLAN_END;
    }
    if (ch->state != CHANNEL_UP && !d.no_answer && channel_answer(ch))
        return PLAN_END;
    channel_tone(ch, "dial");
    passed = ask_password(run, &d);
    if (passed && strcasecmp(d.password, "no-password") != 0)
        channel_tone(ch, "dial");
    d.typed[0] = passed ? '\0' : d.typed[0];
    if (!passed || !ask_number(run, &d) ||
        !plan_run_has(run, slice_of(d.context), slice_of(d.typed), 1))
        return refuse(run, &d);
    if (*argv[2])
        plan_var_set(&env, SLICE("CALLERID(all)"), slice_of(argv[2]));
    return plan_run_goto(run, slice_of(d.context), slice_of(d.typed), 1) ? PLAN_END : PLAN_NEXT;
}

const struct plan_app plan_app_disa = {
    .name = "DISA",
    .syntax = "DISA(password|no-password[,context[,callerid[,mailbox[,options]]]])",
    .help_ru =
        "Гудок станции для звонящего снаружи\nПосле пароля (до #) звонящий набирает номер, который ищется в "
        "контексте context (disa) как набранный внутри. Пароль подбирают: открывайте этим только то, за что "
        "готовы платить. callerid - номер, от имени которого он звонит. options: n - не отвечать на вызов; p - # "
        "кончает номер. Неверное ведёт в i или к сигналу перегрузки.",
    .help_en =
        "A dial tone of the station for a caller from outside\nAfter the password (up to #) he dials a number, "
        "which is looked for in context (disa) as if dialled inside. Passwords are guessed: open only what you "
        "are ready to pay for. callerid: the number in whose name he calls. options: n - do not answer; p - # ends "
        "the number. What is wrong leads to i, or to the congestion tone.",
    .shown = "tests/unit/plan/test_input.c",
    .reads_digits = true,
    .exec = disa_exec,
};
