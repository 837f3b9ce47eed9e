/* app/retrydial.c - RetryDial: dial again and again while nobody answers */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/wait.h"

struct retry {
    const char *announce, *dial;
    int64_t sleep_ms;
    uint32_t retries; /* 0: without end */
};

static bool wants_again(struct plan_run *run)
{
    struct slice status = channel_var_get(run->channel, SLICE("DIALSTATUS"));

    return !slice_eqz(status, "ANSWER") && !slice_eqz(status, "INVALIDARGS") &&
           !run->channel->is_hungup && !run->is_jumped;
}

/* The pause between two tries: an announcement, then music. */
static bool pause_for(struct plan_run *run, const struct retry *r)
{
    bool failed;

    if (*r->announce && plan_play(run, r->announce, NULL, &failed))
        return false;
    (void)channel_moh(run->channel, NULL);
    if (!plan_wait_ms(run, r->sleep_ms))
        return false;
    channel_play_stop(run->channel);
    return true;
}

static int dial_again(struct plan_run *run, const char *args)
{
    char *copy = mem_strdup(args);
    int rc = copy ? plan_app_dial.exec(run, copy) : PLAN_END;

    mem_free(copy);
    return rc;
}

static int retrydial_exec(struct plan_run *run, char *data)
{
    struct retry r = {.sleep_ms = 10000};
    char *argv[4];
    long long ms;
    int rc;

    plan_args_split_raw(data, ',', argv, 4);
    r.announce = argv[0];
    r.dial = argv[3];
    if (plan_parse_seconds(argv[1], &ms) == 0 && ms >= 0 && ms < 86400000)
        r.sleep_ms = ms;
    (void)slice_u32(slice_of(argv[2]), &r.retries);
    for (uint32_t i = 0;; i++) {
        rc = dial_again(run, r.dial);
        if (rc != PLAN_NEXT || !wants_again(run) || (r.retries && i >= r.retries))
            return rc;
        if (!pause_for(run, &r))
            return PLAN_END;
    }
}

const struct plan_app plan_app_retrydial = {
    .name = "RetryDial",
    .syntax = "RetryDial(announce,sleep,retries,dialargs)",
    .help_ru =
        "Вызывает снова и снова, пока не ответят\nМежду попытками звучит announce, затем sleep секунд "
        "музыка; retries - сколько повторов (0 - без конца); dialargs - как у Dial.",
    .help_en =
        "Dial again and again until somebody answers\nBetween two tries announce is played, then "
        "music for sleep seconds; retries: how often again (0: without end); dialargs as Dial's.",
    .shown = "tests/unit/plan/test_dial_options.c",
    .exec = retrydial_exec,
};
