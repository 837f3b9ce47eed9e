/* app/answer.c - Answer: pick up */
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/wait.h"

static int answer_exec(struct plan_run *run, char *data)
{
    long long ms = 0;
    char *argv[2];

    plan_args_split(data, ',', argv, 2);
    if (*argv[0] && plan_parse_seconds(argv[0], &ms) == 0)
        ms /= 1000; /* the argument is in milliseconds */
    if (run->channel->state == CHANNEL_UP)
        return PLAN_NEXT;
    if (channel_answer(run->channel))
        return PLAN_END;
    return ms <= 0 || plan_wait_ms(run, ms) ? PLAN_NEXT : PLAN_END;
}

const struct plan_app plan_app_answer = {
    .name = "Answer",
    .syntax = "Answer([delay])",
    .help_ru =
        "Отвечает на входящий вызов\ndelay - сколько миллисекунд подождать после ответа. Канал, "
        "который уже отвечен, не меняется.",
    .help_en =
        "Answer an incoming call\ndelay: milliseconds to wait after the answer. A channel that "
        "is up already is left as it is.",
    .shown = "tests/scene/record-answered-busy.scene",
    .exec = answer_exec,
};
