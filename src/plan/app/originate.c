/* app/originate.c - Originate: a call that the routing makes besides its own */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/originate.h"
#include "plan/sub.h"

#define VARS_MAX 64

/* Both the application, while it waits, and the call hold it. */
struct waiting {
    struct waiter waiter;
    enum plan_originate_reason reason;
    bool is_done;
};

static void on_done(enum plan_originate_reason reason, struct channel *ch, void *arg)
{
    struct waiting *w = arg;

    w->reason = reason;
    w->is_done = true;
    waiter_wake(&w->waiter);
    mem_deref(w);
}

static const char *word_of(enum plan_originate_reason reason)
{
    switch (reason) {
    case ORIGINATE_ANSWERED: return "SUCCESS";
    case ORIGINATE_BUSY: return "BUSY";
    case ORIGINATE_CONGESTION: return "CONGESTION";
    case ORIGINATE_HUNGUP: return "HANGUP";
    case ORIGINATE_RINGING: return "RINGING";
    default: return "FAILED";
    }
}

static void status(struct plan_run *run, const char *word)
{
    channel_var_set(run->channel, SLICE("ORIGINATE_STATUS"), slice_of(word));
}

/* v(a=1^b=2) */
static uint32_t parse_vars(char *text, struct plan_originate_var *vars)
{
    uint32_t count = 0;
    char *one;

    while (text && count < VARS_MAX && (one = strsep(&text, "^"))) {
        char *value = strchr(one, '=');

        if (!value)
            continue;
        *value++ = '\0';
        vars[count++] = (struct plan_originate_var){one, value};
    }
    return count;
}

struct options {
    bool is_async;
    const char *own_gosub; /* B */
    struct plan_originate_var *vars;
};

static void parse_options(struct plan_originate_args *a, struct options *o, char *text)
{
    char letter, *arg;

    while (plan_option_next(&text, &letter, &arg)) {
        switch (letter) {
        case 'a': o->is_async = true; break;
        case 'B': o->own_gosub = arg; break;
        case 'b': a->leg_gosub = arg; break;
        case 'C': a->codecs = arg; break;
        case 'c': a->caller_number = arg; break;
        case 'n': a->caller_name = arg; break;
        case 'v': a->var_count = parse_vars(arg, o->vars); break;
        default: break;
        }
    }
    a->vars = o->vars;
}

/* @return whether the arguments make sense */
static bool parse(char **argv, struct plan_originate_args *a)
{
    uint32_t priority;
    long long ms;

    a->where = argv[0];
    if (strcasecmp(argv[1], "app") == 0) {
        a->app = argv[2];
        a->app_data = argv[3];
    } else if (strcasecmp(argv[1], "exten") == 0) {
        a->context = argv[2];
        a->exten = *argv[3] ? argv[3] : "s";
        a->priority = slice_u32(slice_of(argv[4]), &priority) == 0 ? (int)priority : 1;
    } else {
        return false;
    }
    if (*argv[5] && plan_parse_seconds(argv[5], &ms) == 0 && ms > 0)
        a->timeout_ms = ms;
    return *argv[2] != '\0';
}

static int start(struct plan_run *run, struct plan_originate_args *a, bool is_async)
{
    const bool is_over = run->channel->is_hungup; /* extension h: there is nothing to interrupt */
    struct waiting *w = mem_alloc(sizeof(*w), NULL);
    int err;

    if (!w)
        return ENOMEM;
    a->done = on_done;
    a->arg = mem_ref(w);
    err = plan_originate(NULL, run->core, a);
    if (err)
        mem_deref(w);
    while (!err && !is_async && !w->is_done && (is_over || !run->channel->is_hungup))
        err = waiter_wait(&w->waiter, 1000) == ECANCELED ? ECANCELED : 0;
    if (!err)
        status(run, is_async ? "SUCCESS" : !w->is_done ? "HANGUP" : word_of(w->reason));
    mem_deref(w);
    return err;
}

static int originate_exec(struct plan_run *run, char *data)
{
    struct plan_originate_var *vars = mem_zalloc(VARS_MAX * sizeof(*vars));
    const struct party *who = &run->channel->caller;
    struct plan_originate_args a = {.caller_number = who->number, .caller_name = who->name};
    struct options o = {.vars = vars};
    char *argv[7];
    int err = ENOMEM;

    plan_args_split(data, ',', argv, 7);
    if (vars && parse(argv, &a)) {
        parse_options(&a, &o, argv[6]);
        a.runs_failed = !o.is_async;
        if (o.own_gosub)
            (void)plan_sub(run->core, run->channel, o.own_gosub);
        err = start(run, &a, o.is_async);
    } else if (vars) {
        err = EINVAL;
    }
    mem_free(vars);
    if (err) {
        log_warning("Originate not done call=%s at=\"%s,%s,%d\" err=\"%s\"", run->channel->linkedid,
                    run->channel->context, run->channel->exten, run->channel->priority,
                    strerror(err));
        status(run, "FAILED");
    }
    return PLAN_NEXT;
}

const struct plan_app plan_app_originate = {
    .name = "Originate",
    .syntax = "Originate(technology/resource,app|exten,arg1[,arg2[,arg3[,timeout[,options]]]])",
    .help_ru =
        "Делает ещё один вызов и ждёт ответа\napp: ответившему выполняется приложение arg1 с данными arg2; "
        "exten: он идёт в контекст arg1, расширение arg2, приоритет arg3. timeout - секунды (30). options: "
        "a - не ждать; b(место), B(место) - подпрограмма до вызова на новом канале, на этом; c(номер), "
        "n(имя) - от чьего имени (звонящего); v(имя=значение^...) - переменные; C(кодеки). "
        "Не дозвонились (и exten, без a): "
        "выполняется расширение failed контекста arg1, REASON - 0, 3 (не ответили), 5 и 8 (канал Local: занято, перегрузка). "
        "ORIGINATE_STATUS: SUCCESS, FAILED, RINGING, BUSY, CONGESTION, HANGUP.",
    .help_en =
        "Make one more call and wait for its answer\napp: application arg1 runs with data arg2 on who "
        "answers; exten: it goes to context arg1, extension arg2, priority arg3. timeout: seconds (30). "
        "options: a - do not wait; b(place), B(place) - a subroutine before it, on the new channel, on this "
        "one; c(number), n(name) - on whose behalf (the caller's); v(name=value^...) - variables; "
        "C(codecs). When nobody answers (with exten, without a) extension failed of context arg1 runs, REASON: "
        "0, 3 (nobody answered), 5 and 8 (a Local channel: busy, congestion). ORIGINATE_STATUS: SUCCESS, FAILED, "
        "RINGING, BUSY, CONGESTION, HANGUP.",
    .shown = "tests/unit/plan/test_channels.c",
    .exec = originate_exec,
};
