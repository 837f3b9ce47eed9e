/* app/privacy.c - PrivacyManager: who hides his number is asked for it */
#include <stdlib.h>
#include <string.h>

#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/input.h"
#include "plan/wait.h"

#define MOST_DIGITS 29

static bool is_enough(const struct plan_run *run, const char *digits, size_t least,
                      const char *context)
{
    return strlen(digits) >= least &&
           (!*context || plan_run_has(run, slice_of(context), slice_of(digits), 1));
}

/* @return 1 he told a number; 0 he did not; -1 gone */
static int ask(struct plan_run *run, int tries, size_t least, const char *context)
{
    const struct plan_input in = {.files = "privacy-prompt",
                                  .most = least > 10 ? MOST_DIGITS : 10,
                                  .first_ms = 5000,
                                  .next_ms = 3200,
                                  .ends = "#"};
    char digits[MOST_DIGITS + 1];
    bool failed;

    for (int i = 0; i < tries; i++) {
        if (plan_input_read(run, &in, digits) == PLAN_INPUT_HANGUP)
            return -1;
        if (is_enough(run, digits, least, context)) {
            if (party_set(&run->channel->caller, slice_of(digits), SLICE("Privacy Manager")))
                return -1;
            return plan_play(run, "privacy-thankyou", NULL, &failed) < 0 ? -1 : 1;
        }
        if (plan_play(run, "privacy-incorrect", NULL, &failed) < 0)
            return -1;
    }
    return 0;
}

static int privacymanager_exec(struct plan_run *run, char *data)
{
    struct channel *ch = run->channel;
    char *argv[4];
    bool failed;
    int tries, told;
    size_t least = 10;

    if (ch->caller.number && *ch->caller.number && !party_is_private(&ch->caller))
        return PLAN_NEXT;
    plan_args_split(data, ',', argv, 4);
    tries = atoi(argv[0]) > 0 ? atoi(argv[0]) : 3;
    if (atoi(argv[1]) > 0 && atoi(argv[1]) <= MOST_DIGITS)
        least = (size_t)atoi(argv[1]);
    if (ch->state != CHANNEL_UP && channel_answer(ch))
        return PLAN_END;
    if (plan_play(run, "privacy-unident", NULL, &failed) < 0)
        return PLAN_END;
    told = ask(run, tries, least, argv[3]);
    if (told < 0)
        return PLAN_END;
    channel_var_set(ch, SLICE("PRIVACYMGRSTATUS"), slice_of(told ? "SUCCESS" : "FAILED"));
    return PLAN_NEXT;
}

const struct plan_app plan_app_privacymanager = {
    .name = "PrivacyManager",
    .syntax = "PrivacyManager([maxretries[,minlength[,options[,context]]]])",
    .help_ru =
        "Спрашивает номер у того, кто его скрыл\nЕсли номер виден, вызов сразу идёт дальше. maxretries - попытки "
        "(3), minlength - цифр не меньше (10), context - набранное должно в нём быть. Переменная "
        "PRIVACYMGRSTATUS: SUCCESS (номер стал номером звонящего) или FAILED.",
    .help_en =
        "Ask who hides his number for it\nWhen the number is shown the call goes on at once. maxretries: tries "
        "(3), minlength: at least so many digits (10), context: what was typed must be there. Variable "
        "PRIVACYMGRSTATUS: SUCCESS (it became the caller's number) or FAILED.",
    .shown = "tests/unit/plan/test_input.c",
    .reads_digits = true,
    .exec = privacymanager_exec,
};
