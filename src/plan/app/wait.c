/* app/wait.c - Wait and WaitExten */
#include "base/log.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/wait.h"

static int wait_exec(struct plan_run *run, char *data)
{
    long long ms;

    if (plan_parse_seconds(data, &ms) || ms <= 0)
        return PLAN_NEXT;
    return plan_wait_ms(run, ms) ? PLAN_NEXT : PLAN_END;
}

/* Nobody dialled: on with the next priority, or t. */
static int wait_is_over(struct plan_run *run)
{
    struct channel *ch = run->channel;

    if (plan_run_has(run, SLICE_NONE, slice_of(ch->exten), ch->priority + 1))
        return PLAN_NEXT;
    return plan_run_timed_out(run) ? PLAN_NEXT : PLAN_END;
}

static int waitexten_exec(struct plan_run *run, char *data)
{
    struct channel *ch = run->channel;
    bool has_music = false;
    char *argv[2], *arg, letter;
    long long ms;
    int digit;

    plan_args_split(data, ',', argv, 2);
    if (plan_parse_seconds(argv[0], &ms) || ms <= 0)
        ms = ch->response_timeout_ms;
    while (plan_option_next(&argv[1], &letter, &arg))
        if (letter == 'm')
            has_music = channel_moh(ch, arg) == 0;
    digit = plan_wait_digit(run, ms);
    if (has_music)
        channel_play_stop(ch);
    if (digit < 0)
        return PLAN_END;
    return digit ? digit : wait_is_over(run);
}

const struct plan_app plan_app_wait = {
    .name = "Wait",
    .syntax = "Wait(seconds)",
    .help_ru = "Ждёт заданное время\nseconds - секунды, можно дробные: Wait(0.5). Нажатые цифры "
               "пропадают.",
    .help_en =
        "Let time pass\nseconds: may be fractional, as Wait(0.5). Digits typed meanwhile are lost.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = wait_exec,
};

const struct plan_app plan_app_waitexten = {
    .name = "WaitExten",
    .syntax = "WaitExten([seconds,[m(class)]])",
    .help_ru =
        "Ждёт набора номера\nПервая цифра начинает новый номер, который ищется в этой же "
        "маршрутизации. Если за seconds (по умолчанию TIMEOUT(response), 10 с) ничего не набрано - "
        "следующий приоритет, а если его нет - расширение t. m(класс) - музыка во время ожидания.",
    .help_en =
        "Wait for an extension to be dialled\nThe first digit begins a new extension of the same "
        "context. When nothing comes in seconds (default TIMEOUT(response), 10 s), the next "
        "priority follows, or extension t where there is none. m(class): music meanwhile.",
    .shown = "tests/scene/background-menu.scene",
    .reads_digits = true,
    .exec = waitexten_exec,
};
