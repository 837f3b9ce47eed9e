/* dry.c - see dry.h */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "call/device_state.h"
#include "call/story.h"
#include "loop/task.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/course.h"
#include "plan/dry.h"
#include "plan/names.h"

#define MOST_STEPS 1000
#define MOST_AT_ONCE 16
#define MOST_LINE 4096
#define MOST_WAITING 16384

struct plan_dry {
    struct plan_run *run; /* a reference */
    struct wall at;
    const char *outcome;
    bool is_russian, is_too_long;
    bool is_step_told;  /* else sentences wait for the step that they belong to */
    struct buf waiting; /* such sentences */
    uint32_t steps;
    struct buf text; /* a line being written */
    plan_dry_line_h *line, *done;
    void *arg;
};

struct wall plan_dry_wall(const struct plan_dry *d)
{
    return d->at;
}

const char *plan_dry_language(const struct plan_dry *d)
{
    return d->is_russian ? "ru" : "en";
}

static void put_line(struct plan_dry *d)
{
    if (!buf_err(&d->text))
        d->line(buf_z(&d->text), d->arg);
    buf_reset(&d->text);
}

/* What was said while the step's text was filled in. */
static void put_waiting(struct plan_dry *d)
{
    struct slice rest = buf_slice(&d->waiting);

    while (slice_is_set(rest) && rest.len) {
        buf_adds(&d->text, slice_cut(rest, '\n', &rest));
        put_line(d);
    }
    buf_reset(&d->waiting);
}

void plan_dry_say(struct plan_run *run, const char *ru, const char *en, ...)
{
    struct plan_dry *d = run->dry;
    va_list ap;

    buf_addz(&d->text, "       ");
    va_start(ap, en);
    buf_vprintf(&d->text, d->is_russian ? ru : en, ap);
    va_end(ap);
    if (d->is_step_told) {
        put_line(d);
        return;
    }
    buf_adds(&d->waiting, buf_slice(&d->text));
    buf_addc(&d->waiting, '\n');
    buf_reset(&d->text);
}

/* ---- applications ---- */

enum way {
    TELL, /* told, then the next priority */
    RUN,  /* belongs to the routing: really runs */
    ANSWER,
    DIAL,
    ENDS,  /* told; the call ends with that cause */
    DIGITS /* told; nothing is dialled in time */
};

/* What is not listed is told only. var: what the application leaves when all goes well. */
static const struct rule {
    const char *app;
    enum way way;
    const char *var, *value;
    int cause;
} rules[] = {
    {"AGI", TELL, "AGISTATUS", "SUCCESS", 0},
    {"Answer", ANSWER, NULL, NULL, 0},
    {"Busy", ENDS, NULL, NULL, CAUSE_BUSY},
    {"ClearHash", RUN, NULL, NULL, 0},
    {"Congestion", ENDS, NULL, NULL, CAUSE_CONGESTION},
    {"ContinueWhile", RUN, NULL, NULL, 0},
    {"Dial", DIAL, NULL, NULL, 0},
    {"Else", RUN, NULL, NULL, 0},
    {"ElseIf", RUN, NULL, NULL, 0},
    {"EndIf", RUN, NULL, NULL, 0},
    {"EndWhile", RUN, NULL, NULL, 0},
    {"Exec", RUN, NULL, NULL, 0},
    {"ExecIf", RUN, NULL, NULL, 0},
    {"ExecIfTime", RUN, NULL, NULL, 0},
    {"ExitIf", RUN, NULL, NULL, 0},
    {"ExitWhile", RUN, NULL, NULL, 0},
    {"Gosub", RUN, NULL, NULL, 0},
    {"GosubIf", RUN, NULL, NULL, 0},
    {"Goto", RUN, NULL, NULL, 0},
    {"GotoIf", RUN, NULL, NULL, 0},
    {"GotoIfTime", RUN, NULL, NULL, 0},
    {"Hangup", RUN, NULL, NULL, 0},
    {"If", RUN, NULL, NULL, 0},
    {"Incomplete", RUN, NULL, NULL, 0},
    {"MSet", RUN, NULL, NULL, 0},
    {"Macro", RUN, NULL, NULL, 0},
    {"MacroExit", RUN, NULL, NULL, 0},
    {"MacroExclusive", RUN, NULL, NULL, 0},
    {"MacroIf", RUN, NULL, NULL, 0},
    {"NoOp", RUN, NULL, NULL, 0},
    {"Playback", TELL, "PLAYBACKSTATUS", "SUCCESS", 0},
    {"RaiseException", RUN, NULL, NULL, 0},
    {"Read", TELL, "READSTATUS", "TIMEOUT", 0},
    {"Return", RUN, NULL, NULL, 0},
    {"Set", RUN, NULL, NULL, 0},
    {"StackPop", RUN, NULL, NULL, 0},
    {"TryExec", RUN, NULL, NULL, 0},
    {"WaitExten", DIGITS, NULL, NULL, 0},
    {"While", RUN, NULL, NULL, 0},
};

static const struct rule *rule_of(const char *app)
{
    static const struct rule tell = {NULL, TELL, NULL, NULL, 0};

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (strcasecmp(app, rules[i].app) == 0)
            return &rules[i];
    return &tell;
}

static const char *state_word(const struct plan_dry *d, enum device_state state)
{
    static const char *const ru[DEVICE_STATES] = {
        [DEVICE_UNKNOWN] = "неизвестно",  [DEVICE_NOT_INUSE] = "свободен",
        [DEVICE_INUSE] = "разговаривает", [DEVICE_BUSY] = "занят",
        [DEVICE_INVALID] = "такого нет",  [DEVICE_UNAVAILABLE] = "не подключён",
        [DEVICE_RINGING] = "звонит",      [DEVICE_RINGINUSE] = "разговаривает, ему звонят",
        [DEVICE_ONHOLD] = "на удержании",
    };

    if (d->is_russian)
        return ru[state];
    return state == DEVICE_INVALID ? "no such device" : device_state_text(state);
}

/* "PJSIP/7001@trunk" is device PJSIP/trunk. @return its state's rank of hope: 2 can be called, 1
   busy, 0 cannot */
static int tell_device(struct plan_run *run, struct slice one)
{
    struct slice resource, tech = slice_cut(one, '/', &resource), trunk, number;
    enum device_state state;
    char device[128];

    number = slice_cut(resource, '@', &trunk);
    snprintf(device, sizeof(device), "%.*s/%.*s", SLICE_ARG(tech),
             SLICE_ARG(slice_is_set(trunk) && !slice_caseeqz(tech, "Local") ? trunk : number));
    if (slice_caseeqz(tech, "Local")) { /* another run of the routing, not looked into */
        plan_dry_say(run, "звонит %.*s", "calls %.*s", SLICE_ARG(one));
        return 2;
    }
    state = device_state_get(run->core->calls, slice_of(device));
    plan_dry_say(run, "звонит %.*s: сейчас %s", "calls %.*s: now %s", SLICE_ARG(one),
                 state_word(run->dry, state));
    return state == DEVICE_INVALID || state == DEVICE_UNAVAILABLE ? 0
           : state == DEVICE_BUSY                                 ? 1
                                                                  : 2;
}

/* How a Dial comes out when nobody says: by who can be reached now. */
static const char *usual_outcome(int best, bool has_timeout)
{
    return best == 0 ? "CHANUNAVAIL" : best == 1 ? "BUSY" : has_timeout ? "NOANSWER" : "ANSWER";
}

static bool has_option(char *options, char wanted)
{
    char letter, *value;

    while (plan_option_next(&options, &letter, &value))
        if (letter == wanted)
            return true;
    return false;
}

static int dry_dial(struct plan_run *run, char *data)
{
    const struct plan_dry *d = run->dry;
    char *argv[4];
    struct slice rest;
    const char *outcome;
    int best = 0;

    plan_args_split_raw(data, ',', argv, 4);
    rest = slice_of(argv[0]);
    while (slice_is_set(rest)) {
        struct slice one = slice_trim(slice_cut(rest, '&', &rest));
        int hope = one.len ? tell_device(run, one) : 0;

        best = hope > best ? hope : best;
    }
    outcome = d->outcome ? d->outcome : usual_outcome(best, *argv[1] != '\0');
    plan_dry_say(run, "считаем, что DIALSTATUS=%s", "taken to end with DIALSTATUS=%s", outcome);
    channel_var_set(run->channel, SLICE("DIALSTATUS"), slice_of(outcome));
    if (strcmp(outcome, "ANSWER") != 0)
        return PLAN_NEXT;
    run->channel->state = CHANNEL_UP;
    return has_option(argv[2], 'g') ? PLAN_NEXT : PLAN_END;
}

static int dry_digits(struct plan_run *run)
{
    plan_dry_say(run, "считаем, что ничего не набрано", "taken to dial nothing");
    if (plan_run_has(run, SLICE_NONE, slice_of(run->channel->exten), run->channel->priority + 1))
        return PLAN_NEXT;
    return plan_run_timed_out(run) ? PLAN_NEXT : PLAN_END;
}

static int dry_tell(struct plan_run *run, const struct rule *r)
{
    plan_dry_say(run, "не выполняется", "not done");
    if (r->var)
        channel_var_set(run->channel, slice_of(r->var), slice_of(r->value));
    return PLAN_NEXT;
}

/* @return false: enough of it */
static bool count_step(struct plan_run *run)
{
    struct plan_dry *d = run->dry;

    if (++d->steps <= MOST_STEPS)
        return true;
    if (!d->is_too_long)
        plan_dry_say(run, "больше %d шагов, дальше не показано",
                     "more than %d steps, the rest is not shown", MOST_STEPS);
    d->is_too_long = true;
    return false;
}

static int run_step(struct plan_run *run, const struct plan_app *app, char *data)
{
    struct channel *ch = run->channel;
    const struct rule *r = rule_of(app->name);

    switch (r->way) {
    case RUN: return app->exec(run, data);
    case DIAL: return dry_dial(run, data);
    case DIGITS: return dry_digits(run);
    case ANSWER: ch->state = CHANNEL_UP; return PLAN_NEXT;
    case ENDS: ch->cause = r->cause; return PLAN_END;
    case TELL: break;
    }
    return dry_tell(run, r);
}

static void put_step(struct plan_run *run, const char *name, const char *data)
{
    const struct channel *ch = run->channel;
    struct plan_dry *d = run->dry;

    buf_printf(&d->text, "[%s,%s,%d] %*s%s(%s)", ch->context, ch->exten, ch->priority,
               (int)run->nesting * 2, "", name, data);
    put_line(d);
    put_waiting(d);
    d->is_step_told = true;
}

void plan_dry_unknown(struct plan_run *run, const char *name, bool is_later)
{
    struct plan_dry *d = run->dry;
    const bool was_told = d->is_step_told;

    put_step(run, name, "");
    if (is_later)
        plan_dry_say(run, "такого приложения ещё нет, шаг пропускается: %s",
                     "this application is not here yet, the step is passed over: %s",
                     plan_name_why(PLAN_NAME_APP, slice_of(name), plan_dry_language(d)));
    else
        plan_dry_say(run, "такого приложения нет, вызов кончается",
                     "there is no such application, the call ends");
    d->is_step_told = was_told;
}

int plan_dry_app(struct plan_run *run, const struct plan_app *app, char *data)
{
    struct plan_dry *d = run->dry;
    const bool was_told = d->is_step_told;
    int rc;

    if (!count_step(run))
        return PLAN_END;
    put_step(run, app->name, data);
    rc = run_step(run, app, data);
    d->is_step_told = was_told;
    return rc;
}

/* ---- functions ---- */

/* Reading these does something, or asks the world. */
static const char *const acting[] = {"CURL",           "DB_DELETE",
                                     "ENUMLOOKUP",     "ENUMQUERY",
                                     "FILE",           "FILE_COUNT_LINE",
                                     "FILE_FORMAT",    "LOCK",
                                     "REALTIME",       "REALTIME_DESTROY",
                                     "REALTIME_FIELD", "REALTIME_HASH",
                                     "SHELL",          "SQL",
                                     "SRVQUERY",       "STAT",
                                     "TRYLOCK",        "TXTCIDNAME",
                                     "UNLOCK",         NULL};
/* Setting these changes the call only. */
static const char *const own[] = {"ARRAY",       "CALLERID", "CDR",  "CHANNEL", "CONNECTEDLINE",
                                  "HASH",        "LOCAL",    "PUSH", "UNSHIFT", "SET",
                                  "REDIRECTING", "TIMEOUT",  NULL};

static bool is_one_of(const char *const *list, const char *name)
{
    for (; *list; list++)
        if (strcasecmp(name, *list) == 0)
            return true;
    return false;
}

bool plan_dry_takes(const struct plan_env *env, const char *name, const char *args,
                    const struct slice *value)
{
    struct plan_run *run = env->channel ? plan_run_of(env->channel) : NULL;

    if (!run || !run->dry || (value ? is_one_of(own, name) : !is_one_of(acting, name)))
        return false;
    if (value && strcasecmp(name, "GLOBAL") == 0)
        channel_var_set(run->channel, slice_of(args), *value); /* seen by this call only */
    if (value)
        plan_dry_say(run, "не записано: %s(%s)=%.*s", "not set: %s(%s)=%.*s", name, args,
                     SLICE_ARG(*value));
    else
        plan_dry_say(run, "не выполнено, пусто: %s(%s)", "not done, empty: %s(%s)", name, args);
    return true;
}

void plan_dry_lacks(const struct plan_env *env, struct slice name)
{
    struct plan_run *run = env->channel ? plan_run_of(env->channel) : NULL;

    if (run && run->dry)
        plan_dry_say(run, "нет функции %.*s, её место пусто: %s",
                     "no function %.*s, its place is empty: %s", SLICE_ARG(name),
                     plan_name_why(PLAN_NAME_FUNC, name, plan_dry_language(run->dry)));
}

/* ---- birth and end ---- */

static int dry_nothing(struct channel *ch)
{
    return 0;
}

static int dry_indicate(struct channel *ch, enum channel_indication ind)
{
    return 0;
}

static void dry_hangup(struct channel *ch, int cause)
{
}

static const struct channel_tech dry_tech = {
    .name = "Dry", .answer = dry_nothing, .indicate = dry_indicate, .hangup = dry_hangup};

static void dry_free(struct plan_dry *d)
{
    if (d->run) {
        d->run->core->dry_runs--;
        d->run->dry = NULL;
        channel_hangup(d->run->channel, CAUSE_NORMAL);
        plan_run_release(d->run);
    }
    buf_fini(&d->text);
    buf_fini(&d->waiting);
    mem_free(d);
}

/* A phone that dials it gets 404 at once. */
static void refuse(struct plan_run *run)
{
    run->dry->is_step_told = true;
    plan_dry_say(run, "такого номера здесь нет, вызов отклоняется",
                 "there is no such extension here, the call is refused");
    run->channel->cause = CAUSE_UNALLOCATED;
}

static void dry_main(void *arg)
{
    struct plan_dry *d = arg;
    struct plan_run *run = d->run;

    if (plan_run_has(run, SLICE_NONE, slice_of(run->channel->exten), 1))
        plan_run_course(run);
    else
        refuse(run);
    put_waiting(d);
    buf_printf(&d->text,
               d->is_russian ? "конец вызова, причина %d (%s), шагов: %u"
                             : "end of the call, cause %d (%s), steps: %u",
               run->channel->cause, story_cause_text(run->channel->cause, d->is_russian), d->steps);
    put_line(d);
    d->done("", d->arg);
    dry_free(d);
}

static int make_channel(struct channel **chp, struct plan_core *p, const struct plan_dry_args *args)
{
    struct channel *ch = NULL;
    int err = channel_alloc(
        &ch, p->calls,
        &(struct channel_args){
            .tech = &dry_tech, .resource = "test", .state = CHANNEL_RING, .is_apart = true});

    if (!err)
        err = channel_set(&ch->context, args->context);
    if (!err)
        err = channel_set(&ch->exten, args->exten);
    if (!err)
        err = channel_set(&ch->dnid, args->exten);
    if (!err)
        err = party_set(&ch->caller, args->caller, args->caller);
    if (err && ch) {
        channel_hangup(ch, CAUSE_FAILURE);
        ch = mem_deref(ch);
    }
    *chp = ch;
    return err;
}

int plan_dry_start(struct plan_core *p, const struct plan_dry_args *args)
{
    struct channel *ch = NULL;
    struct plan_dry *d;
    int err;

    if (p->dry_runs >= MOST_AT_ONCE)
        return EAGAIN;
    d = mem_zalloc(sizeof(*d));
    if (!d)
        return ENOMEM;
    buf_init(&d->text, MOST_LINE);
    buf_init(&d->waiting, MOST_WAITING);
    d->at = args->at.us ? args->at : loop_wall(p->loop);
    d->outcome = args->outcome;
    d->is_russian = args->is_russian;
    d->line = args->line;
    d->done = args->done;
    d->arg = args->arg;
    err = make_channel(&ch, p, args);
    if (!err)
        err = plan_run_alloc(&d->run, p, ch);
    if (!err) {
        list_unlink(&d->run->link); /* it is no call */
        d->run->dry = d;
        p->dry_runs++;
        err = task_start(NULL, p->loop, dry_main, d);
    } else if (ch) {
        channel_hangup(ch, CAUSE_FAILURE);
    }
    mem_deref(ch);
    if (err)
        dry_free(d);
    return err;
}

int plan_dry_parse_time(struct wall *at, const char *text, struct wall now)
{
    time_t t = (time_t)(now.us / 1000000);
    int year, month, day, hour = 12, minute = 0;
    struct tm tm;

    if (!localtime_r(&t, &tm))
        return EINVAL;
    if (sscanf(text, "%4d-%2d-%2d%*1[ T]%2d:%2d", &year, &month, &day, &hour, &minute) >= 3) {
        tm.tm_year = year - 1900;
        tm.tm_mon = month - 1;
        tm.tm_mday = day;
    } else if (sscanf(text, "%2d:%2d", &hour, &minute) != 2) {
        return EINVAL;
    }
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || tm.tm_mon < 0 || tm.tm_mon > 11 ||
        tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_year < 70 || tm.tm_year > 200)
        return EINVAL;
    tm.tm_hour = hour;
    tm.tm_min = minute;
    tm.tm_sec = 0;
    tm.tm_isdst = -1;
    at->us = (int64_t)mktime(&tm) * 1000000;
    return 0;
}
