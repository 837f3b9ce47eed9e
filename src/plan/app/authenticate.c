/* app/authenticate.c - Authenticate: a password that the caller types */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/astdb.h"
#include "plan/core.h"
#include "plan/input.h"
#include "plan/wait.h"

#define MOST_DIGITS 254
#define TRIES 3

struct options {
    bool sets_account, is_database, is_removed;
};

static struct options parse_options(char *text)
{
    struct options o = {0};
    char letter, *arg;

    while (plan_option_next(&text, &letter, &arg)) {
        o.sets_account = o.sets_account || letter == 'a';
        o.is_database = o.is_database || letter == 'd';
        o.is_removed = o.is_removed || letter == 'r';
    }
    return o;
}

/* With option d: password is a family of the station's small database, the key is what was typed. */
static bool is_right(struct plan_run *run, const char *password, const struct options *o,
                     const char *typed)
{
    const struct slice family = slice_of(*password == '/' ? password + 1 : password);

    if (!o->is_database)
        return strcmp(typed, password) == 0;
    if (!slice_is_set(plan_astdb_get(run->core, family, slice_of(typed))))
        return false;
    if (o->is_removed)
        plan_astdb_put(run->core, family, slice_of(typed), SLICE_NONE);
    return true;
}

static int authenticate_exec(struct plan_run *run, char *data)
{
    char *argv[4], digits[MOST_DIGITS + 1];
    struct channel *ch = run->channel;
    struct plan_input in = {.most = MOST_DIGITS, .ends = "#"};
    struct options o;
    bool failed;

    plan_args_split(data, ',', argv, 4);
    o = parse_options(argv[1]);
    in.files = *argv[3] ? argv[3] : "agent-pass";
    in.first_ms = ch->response_timeout_ms;
    in.next_ms = ch->digit_timeout_ms;
    if (atoi(argv[2]) > 0 && atoi(argv[2]) < MOST_DIGITS)
        in.most = (size_t)atoi(argv[2]);
    if (!*argv[0] || (!o.is_database && *argv[0] == '/')) {
        log_warning("Authenticate needs a password, or with option d a family call=%s "
                    "at=\"%s,%s,%d\"",
                    ch->linkedid, ch->context, ch->exten, ch->priority);
        return PLAN_END;
    }
    if (ch->state != CHANNEL_UP && channel_answer(ch))
        return PLAN_END;
    for (int i = 0; i < TRIES; i++) {
        if (plan_input_read(run, &in, digits) == PLAN_INPUT_HANGUP)
            return PLAN_END;
        if (is_right(run, argv[0], &o, digits)) {
            if (o.sets_account)
                channel_set(&ch->accountcode, slice_of(digits));
            return plan_play(run, "auth-thankyou", NULL, &failed) < 0 ? PLAN_END : PLAN_NEXT;
        }
        in.files = "auth-incorrect";
    }
    log_notice("wrong password three times, the call is ended call=%s at=\"%s,%s,%d\"",
               ch->linkedid, ch->context, ch->exten, ch->priority);
    plan_play(run, "vm-goodbye", NULL, &failed);
    return PLAN_END;
}

const struct plan_app plan_app_authenticate = {
    .name = "Authenticate",
    .syntax = "Authenticate(password[,options[,maxdigits[,prompt]]])",
    .help_ru =
        "Спрашивает пароль\nПосле трёх неверных вызов кончается; # кончает ввод. options: a - набранное "
        "становится кодом учёта; d - password называет семейство базы (DB), пароль - ключ в нём; r - с d: "
        "верный ключ удаляется. prompt - файл вместо agent-pass. Файлы с паролями не поддерживаются.",
    .help_en =
        "Ask for a password\nAfter three wrong ones the call ends; # ends the input. options: a - what was "
        "typed becomes the account code; d - password names a family of the database (DB), the password is a "
        "key in it; r - with d: the right key is removed. prompt: a file in place of agent-pass. Files of "
        "passwords are not supported.",
    .shown = "tests/unit/plan/test_input.c",
    .reads_digits = true,
    .exec = authenticate_exec,
};
