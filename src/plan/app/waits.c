/* app/waits.c - WaitDigit, WaitUntil, WaitForCondition, WaitForRing */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/core.h"
#include "plan/subst.h"
#include "plan/wait.h"

static void set(struct plan_run *run, struct slice name, const char *value)
{
    channel_var_set(run->channel, name, slice_of(value));
}

static int waitdigit_exec(struct plan_run *run, char *data)
{
    struct plan_wait w = {.ms = -1};
    enum plan_wait_end end;
    char *argv[2], digit[2] = "";
    long long ms;

    plan_args_split(data, ',', argv, 2);
    if (plan_parse_seconds(argv[0], &ms) == 0 && ms >= 0)
        w.ms = ms;
    w.digits = *argv[1] ? argv[1] : PLAN_ALL_DIGITS;
    end = plan_wait(run, &w);
    digit[0] = end == PLAN_WAIT_DIGIT ? w.digit : '\0';
    set(run, SLICE("WAITDIGITRESULT"), digit);
    set(run, SLICE("WAITDIGITSTATUS"),
        end == PLAN_WAIT_DIGIT  ? "DTMF"
        : end == PLAN_WAIT_TIME ? "TIMEOUT"
                                : "HANGUP");
    return end == PLAN_WAIT_HANGUP ? PLAN_END : PLAN_NEXT;
}

static int waituntil_exec(struct plan_run *run, char *data)
{
    const int64_t now = loop_wall(plan_loop(run->core)).us / 1000;
    char *end;
    const double at = strtod(data, &end);
    const int64_t at_ms = at > -1e12 && at < 1e12 ? (int64_t)(at * 1000) : 0;

    if (end == data) {
        set(run, SLICE("WAITUNTILSTATUS"), "FAILURE");
        return PLAN_NEXT;
    }
    if (at_ms < now) {
        set(run, SLICE("WAITUNTILSTATUS"), "PAST");
        return PLAN_NEXT;
    }
    if (!plan_wait_ms(run, at_ms - now)) {
        set(run, SLICE("WAITUNTILSTATUS"), "HANGUP");
        return PLAN_END;
    }
    set(run, SLICE("WAITUNTILSTATUS"), "OK");
    return PLAN_NEXT;
}

/* The text with mark taken as $, substituted. @return whether it is true now */
static bool is_true_now(struct plan_run *run, const char *text)
{
    const struct plan_env env = plan_run_env(run);
    struct buf value;
    bool answer;

    buf_init(&value, PLAN_TEXT_MAX);
    answer = plan_subst(&env, slice_of(text), &value) == 0 && plan_is_true(buf_z(&value));
    buf_fini(&value);
    return answer;
}

static const char *wait_for(struct plan_run *run, const char *text, int64_t ms, int64_t step_ms)
{
    struct loop *l = plan_loop(run->core);
    const struct mono start = loop_now(l);

    while (!is_true_now(run, text)) {
        if (ms >= 0 && mono_diff_ms(loop_now(l), start) >= ms)
            return "TIMEOUT";
        if (!plan_wait_ms(run, step_ms))
            return "HANGUP";
    }
    return "TRUE";
}

static int waitforcondition_exec(struct plan_run *run, char *data)
{
    char *argv[4];
    long long ms = -1, step = 50;
    const char *status = "FAILURE";

    plan_args_split_raw(data, ',', argv, 4);
    if (plan_parse_seconds(argv[2], &ms) || ms <= 0)
        ms = -1;
    if (plan_parse_seconds(argv[3], &step) || step < 10)
        step = 50;
    for (char *s = argv[1]; *argv[0] && *s; s++)
        if (*s == *argv[0])
            *s = '$';
    if (*argv[0] && strchr(argv[1], '$'))
        status = wait_for(run, argv[1], ms, step);
    else
        log_warning(
            "WaitForCondition needs a mark, and an expression with it in place of $ call=%s "
            "at=\"%s,%s,%d\"",
            run->channel->linkedid, run->channel->context, run->channel->exten,
            run->channel->priority);
    set(run, SLICE("WAITFORCONDITIONSTATUS"), status);
    return strcmp(status, "HANGUP") == 0 ? PLAN_END : PLAN_NEXT;
}

static int waitforring_exec(struct plan_run *run, char *data)
{
    long long ms;

    if (plan_parse_seconds(data, &ms) || ms <= 0) {
        log_warning("WaitForRing needs seconds call=%s", run->channel->linkedid);
        return PLAN_NEXT;
    }
    return plan_wait_ms(run, ms) ? PLAN_NEXT : PLAN_END;
}

const struct plan_app plan_app_waitdigit = {
    .name = "WaitDigit",
    .syntax = "WaitDigit([seconds[,digits]])",
    .help_ru = "Ждёт одну цифру\ndigits - какие принимать (по умолчанию все). Цифра попадает в "
               "WAITDIGITRESULT; WAITDIGITSTATUS: DTMF, TIMEOUT, HANGUP.",
    .help_en =
        "Wait for one digit\ndigits: which are taken (default: all). It goes to WAITDIGITRESULT; "
        "WAITDIGITSTATUS: DTMF, TIMEOUT, HANGUP.",
    .shown = "tests/unit/plan/test_input.c",
    .reads_digits = true,
    .exec = waitdigit_exec,
};

const struct plan_app plan_app_waituntil = {
    .name = "WaitUntil",
    .syntax = "WaitUntil(epoch)",
    .help_ru = "Ждёт до момента времени\nepoch - секунды с 1970 года, как ${EPOCH}. Переменная "
               "WAITUNTILSTATUS: OK, PAST (уже прошло), FAILURE, HANGUP.",
    .help_en =
        "Wait until a moment\nepoch: seconds since 1970, as ${EPOCH}. Variable WAITUNTILSTATUS: OK, "
        "PAST (it is over), FAILURE, HANGUP.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = waituntil_exec,
};

const struct plan_app plan_app_waitforcondition = {
    .name = "WaitForCondition",
    .syntax = "WaitForCondition(mark,expression[,timeout[,interval]])",
    .help_ru =
        "Ждёт, пока выражение не станет верным\nВ expression вместо $ стоит знак mark, чтобы оно вычислялось "
        "каждый раз заново: WaitForCondition(#,#[\"#{GLOBAL(OPEN)}\" = \"1\"],30). timeout - секунды "
        "(без него - без конца), interval - как часто смотреть (0.05). Переменная "
        "WAITFORCONDITIONSTATUS: TRUE, TIMEOUT, FAILURE, HANGUP.",
    .help_en =
        "Wait until an expression becomes true\nIn expression mark stands in place of $, so that it is "
        "computed again each time: WaitForCondition(#,#[\"#{GLOBAL(OPEN)}\" = \"1\"],30). timeout: seconds "
        "(without it: no end), interval: how often to look (0.05). Variable WAITFORCONDITIONSTATUS: TRUE, "
        "TIMEOUT, FAILURE, HANGUP.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = waitforcondition_exec,
};

const struct plan_app plan_app_waitforring = {
    .name = "WaitForRing",
    .syntax = "WaitForRing(seconds)",
    .help_ru =
        "Ждёт заданное время\nЗвонки, которых ждут аналоговые линии, по SIP не приходят: ждётся "
        "только время.",
    .help_en =
        "Let time pass\nThe rings that analog lines wait for do not come by SIP: only the time is "
        "waited for.",
    .shown = "tests/unit/plan/test_apps.c",
    .exec = waitforring_exec,
};
