/* run.c - one channel going through the routing, step by step (run.h) */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/log.h"
#include "base/mem.h"
#include "call/cdr.h"
#include "call/observe.h"
#include "loop/task.h"
#include "plan/core.h"
#include "plan/frame.h"
#include "plan/resume.h"
#include "plan/names.h"
#include "plan/subst.h"
#include "plan/wait.h"

#define STEPS_A_ROUND 1000
#define STEPS_A_LOOP 100000
#define LOOP_STEPS_A_SECOND 1000
#define FAILED_TONE_MS 10000
#define MOST_NESTING 8
#define MOST_DIGITS (PATTERN_MAX - 1)

/* Besides what an application returns: no such step. */
#define STEP_MISSING (-1000)

static struct slice text_of(const char *s)
{
    return s ? slice_of(s) : SLICE("");
}

struct plan_env plan_run_env(const struct plan_run *run)
{
    return (struct plan_env){.core = run->core, .channel = run->channel};
}

struct plan_run *plan_run_of(const struct channel *ch)
{
    return ch->plan;
}

int plan_run_goto(struct plan_run *run, struct slice context, struct slice exten, int priority)
{
    struct channel *ch = run->channel;
    int err = 0;

    if (slice_is_set(context) && context.len)
        err = channel_set(&ch->context, context);
    if (!err && slice_is_set(exten) && exten.len)
        err = channel_set(&ch->exten, exten);
    if (err)
        return err;
    ch->priority = priority;
    run->is_jumped = true;
    return 0;
}

static struct slice context_or_here(const struct plan_run *run, struct slice context)
{
    return slice_is_set(context) && context.len ? context : text_of(run->channel->context);
}

bool plan_run_has(const struct plan_run *run, struct slice context, struct slice exten,
                  int priority)
{
    struct plan_found found;

    return run->core->routing &&
           plan_routing_find(run->core->routing, context_or_here(run, context), exten, priority,
                             &found) == 0;
}

bool plan_run_can_match(const struct plan_run *run, struct slice context, struct slice exten)
{
    return run->core->routing &&
           plan_routing_match(run->core->routing, context_or_here(run, context), exten,
                              PATTERN_CAN_MATCH);
}

bool plan_run_match_more(const struct plan_run *run, struct slice context, struct slice exten)
{
    return run->core->routing &&
           plan_routing_match(run->core->routing, context_or_here(run, context), exten,
                              PATTERN_MATCH_MORE);
}

/* "5", "+2", "-1" or a label. @return 0; ENOENT */
static int parse_priority(const struct plan_run *run, struct slice context, struct slice exten,
                          const char *text, int *priority)
{
    const int sign = *text == '+' ? 1 : *text == '-' ? -1 : 0;
    const char *digits = text + (sign ? 1 : 0);
    char *end;
    long n = strtol(digits, &end, 10);

    if (end != digits && n >= 0 && n < 1000000) {
        *priority = sign ? run->channel->priority + sign * (int)n : (int)n;
        return *priority > 0 ? 0 : ENOENT;
    }
    if (!run->core->routing)
        return ENOENT;
    return plan_routing_label(run->core->routing, context, exten, slice_of(text), priority);
}

int plan_run_parse_goto(struct plan_run *run, char *where, struct slice *context,
                        struct slice *exten, int *priority)
{
    struct slice rest = slice_of(where), part[3] = {SLICE_NONE, SLICE_NONE, SLICE_NONE};
    struct slice in, at;
    int count = 0, err;
    char label[PATTERN_MAX];

    while (slice_is_set(rest) && count < 3)
        part[count++] = slice_trim(slice_cut(rest, ',', &rest));
    *context = count == 3 ? part[0] : SLICE_NONE;
    *exten = count == 3 ? part[1] : count == 2 ? part[0] : SLICE_NONE;
    in = context_or_here(run, *context);
    at = slice_is_set(*exten) && exten->len ? *exten : text_of(run->channel->exten);
    err = count && part[count - 1].len ? slice_copy(part[count - 1], label, sizeof(label)) : EINVAL;
    if (!err)
        err = parse_priority(run, in, at, label, priority);
    if (!err)
        return 0;
    log_warning("no such place in the routing call=%s at=\"%s,%s,%d\" wanted=\"%.*s,%.*s,%.*s\"",
                run->channel->linkedid, run->channel->context ? run->channel->context : "",
                run->channel->exten ? run->channel->exten : "", run->channel->priority,
                SLICE_ARG(in), SLICE_ARG(at), SLICE_ARG(count ? part[count - 1] : rest));
    return EINVAL;
}

/* ---- one step ---- */

/* Count a step. @return false when the routing goes in circles without waiting */
static bool count_step(struct plan_run *run)
{
    const struct mono now = loop_now(plan_loop(run->core));
    const struct channel *ch = run->channel;

    if (run->steps == 0)
        run->steps_since = now;
    if (++run->steps % STEPS_A_ROUND == 0)
        task_sleep(1); /* others get their turn */
    if (run->steps < STEPS_A_LOOP)
        return true;
    run->steps = 0;
    if (mono_diff_ms(now, run->steps_since) > (int64_t)STEPS_A_LOOP * 1000 / LOOP_STEPS_A_SECOND)
        return true;
    log_error("routing goes in circles without waiting, the call is ended call=%s at=\"%s,%s,%d\" "
              "steps=%d",
              ch->linkedid, ch->context, ch->exten, ch->priority, STEPS_A_LOOP);
    return false;
}

/* The channel shows what it does: console, records, events. */
static int show_step(struct channel *ch, const char *app, const char *data)
{
    int err = channel_set(&ch->appdata, slice_of(data));

    ch->app = app;
    cdr_update(ch);
    calls_tell(ch->calls, &(struct call_fact){.type = CALL_STEP,
                                              .channel = ch,
                                              .name = slice_of(app),
                                              .value = slice_of(data)});
    log_info("step call=%s channel=\"%s\" at=\"%s,%s,%d\" application=%s data=\"%s\"", ch->linkedid,
             ch->name, ch->context, ch->exten, ch->priority, app, data);
    return err;
}

static int unknown_app(struct plan_run *run, const char *name)
{
    const struct slice what = slice_of(name);
    const bool is_later = plan_name_state(run->core, PLAN_NAME_APP, what) == PLAN_NAME_LATER;
    const struct channel *ch = run->channel;

    if (!is_later || plan_tell_once(run->core, "later", name))
        log_warning("%s call=%s at=\"%s,%s,%d\" application=\"%s\" reason=\"%s\"",
                    is_later ? "application is not here yet, the routing goes on without it"
                             : "no such application, the call is ended",
                    ch->linkedid, ch->context, ch->exten, ch->priority, name,
                    plan_name_why(PLAN_NAME_APP, what, "en"));
    return is_later ? PLAN_NEXT : PLAN_END;
}

static int run_app(struct plan_run *run, const struct plan_app *app, char *data)
{
    int rc;

    if (show_step(run->channel, app->name, data))
        return PLAN_END;
    rc = app->exec(run, data);
    run->channel->app = NULL;
    return rc;
}

bool plan_run_enter(struct plan_run *run)
{
    const struct channel *ch = run->channel;

    if (run->nesting < MOST_NESTING) {
        run->nesting++;
        return true;
    }
    log_warning("applications run one another more than %d deep, the innermost is not run call=%s "
                "at=\"%s,%s,%d\"",
                MOST_NESTING, ch->linkedid, ch->context ? ch->context : "",
                ch->exten ? ch->exten : "", ch->priority);
    return false;
}

void plan_run_leave(struct plan_run *run)
{
    run->nesting--;
}

int plan_app_exec(struct plan_run *run, const char *name, char *data)
{
    const struct plan_app *app = plan_app_find(run->core, slice_of(name));
    int rc;

    if (!app)
        return unknown_app(run, name);
    if (!plan_run_enter(run))
        return PLAN_END;
    rc = run_app(run, app, data);
    plan_run_leave(run);
    return rc;
}

static int run_step(struct plan_run *run)
{
    const struct plan_env env = plan_run_env(run);
    struct channel *ch = run->channel;
    struct plan_found found;
    struct buf data;
    char *text = NULL;
    int err, rc = PLAN_END;

    if (run->resumed)
        return plan_resumed_step(run);
    if (!run->core->routing || plan_routing_find(run->core->routing, text_of(ch->context),
                                                 text_of(ch->exten), ch->priority, &found))
        return STEP_MISSING;
    if (!count_step(run))
        return PLAN_END;
    /* A step of the new routing may be asked for after count_step let the loop run. */
    if (plan_routing_find(run->core->routing, text_of(ch->context), text_of(ch->exten),
                          ch->priority, &found))
        return STEP_MISSING;
    if (!found.step->app)
        return unknown_app(run, found.step->name);
    buf_init(&data, PLAN_TEXT_MAX);
    err = plan_subst(&env, slice_of(found.step->data), &data);
    if (err == ENOSPC) { /* warned about; the beginning is used */
        data.err = 0;
        err = 0;
    }
    if (!err && !data.p)
        err = buf_add(&data, "", 1);
    if (!err)
        text = buf_take(&data);
    if (text)
        rc = run_app(run, found.step->app, text);
    else
        log_error("step of routing without memory, the call is ended call=%s", ch->linkedid);
    mem_free(text);
    buf_fini(&data);
    return rc;
}

/* ---- the course of a call ---- */

static bool is_gone(const struct plan_run *run)
{
    return run->channel->is_hungup || task_is_canceled(task_self());
}

static void drop_events(struct plan_run *run)
{
    struct channel_event ev;

    while (event_queue_wait(run->queue, 0, &ev) == 0)
        channel_event_done(&ev);
}

/* Somebody moved the channel (plan_redirect): it was hung up only so that its application ended. */
static bool goes_where_moved(struct plan_run *run)
{
    struct channel *ch = run->channel;

    if (!ch->is_moved || ch->is_gone || task_is_canceled(task_self()))
        return false;
    drop_events(run);
    return channel_moved(ch) == 0 && plan_run_goto(run, SLICE_NONE, SLICE_NONE, ch->priority) == 0;
}

/* The absolute timeout ended the call: an extension T may take it over. */
static bool goes_to_timeout(struct plan_run *run)
{
    struct channel *ch = run->channel;

    if (!ch->is_timed_out || ch->is_gone || task_is_canceled(task_self()) ||
        !plan_run_has(run, SLICE_NONE, SLICE("T"), 1))
        return false;
    drop_events(run);
    ch->is_timed_out = false;
    ch->is_hungup = false;
    ch->cause = CAUSE_NONE;
    channel_set_absolute_timeout(ch, 0);
    return plan_run_goto(run, SLICE_NONE, SLICE("T"), 1) == 0;
}

static bool comes_back(struct plan_run *run, uint32_t depth)
{
    return (depth == 0 && goes_where_moved(run)) || goes_to_timeout(run);
}

/* Steps one after another. @return what the last one returned: a digit, PLAN_END, PLAN_ERROR, or
   STEP_MISSING */
static int run_steps(struct plan_run *run, uint32_t depth, bool is_dead)
{
    for (;;) {
        int rc;

        run->is_jumped = false;
        rc = run_step(run);
        if (rc == STEP_MISSING)
            return rc;
        if (rc != PLAN_NEXT) {
            if (is_dead || !comes_back(run, depth))
                return rc;
            continue;
        }
        if (!run->is_jumped)
            run->channel->priority++;
        if (run->frame_count < depth)
            return PLAN_NEXT;
        if (!is_dead && is_gone(run) && !comes_back(run, depth))
            return PLAN_END;
    }
}

int plan_run_nested(struct plan_run *run, uint32_t depth)
{
    int rc = run_steps(run, depth, run->channel->is_hungup);

    return rc == STEP_MISSING ? PLAN_END : rc;
}

static bool go_special(struct plan_run *run, struct slice name)
{
    return plan_run_has(run, SLICE_NONE, name, 1) && plan_run_goto(run, SLICE_NONE, name, 1) == 0;
}

static void warn_place(const struct plan_run *run, const char *what, const char *exten)
{
    const struct channel *ch = run->channel;

    log_warning("%s call=%s channel=\"%s\" at=\"%s,%s,%d\"", what, ch->linkedid, ch->name,
                ch->context ? ch->context : "", exten ? exten : "", ch->priority);
}

/* @return whether the call goes on at i (or e) */
static bool go_invalid(struct plan_run *run, const char *exten)
{
    channel_var_set(run->channel, SLICE("INVALID_EXTEN"), text_of(exten));
    if (go_special(run, SLICE("i")) || go_special(run, SLICE("e")))
        return true;
    warn_place(run, "call sent to an extension that does not exist, and there is no i", exten);
    return false;
}

/* The routing came to its end: what Dial left says how the call ends. */
static void fall_through(struct plan_run *run)
{
    struct channel *ch = run->channel;
    struct slice status = channel_var_get(ch, SLICE("DIALSTATUS"));
    const char *tone = NULL;

    if (slice_eqz(status, "BUSY")) {
        ch->cause = CAUSE_BUSY;
        tone = "busy";
    } else if (slice_eqz(status, "CONGESTION") || slice_eqz(status, "CHANUNAVAIL")) {
        ch->cause = CAUSE_CONGESTION;
        tone = "congestion";
    }
    log_info("routing ended call=%s channel=\"%s\" at=\"%s,%s,%d\" status=\"%.*s\"", ch->linkedid,
             ch->name, ch->context, ch->exten, ch->priority, SLICE_ARG(status));
    if (tone && ch->state == CHANNEL_UP && channel_tone(ch, tone) == 0)
        plan_wait_ms(run, FAILED_TONE_MS);
}

/* More digits for an extension that begins with digit. @return false when the channel is gone */
static bool collect(struct plan_run *run, char *digits, size_t len)
{
    while (plan_run_match_more(run, SLICE_NONE, slice_from(digits, len))) {
        int d = plan_wait_digit(run, run->channel->digit_timeout_ms);

        if (d < 0)
            return false;
        if (d == 0)
            break;
        if (len < MOST_DIGITS)
            digits[len++] = (char)d;
        digits[len] = '\0';
    }
    return true;
}

/* An application was left by a digit. @return whether the call goes on */
static bool go_digits(struct plan_run *run, char digit)
{
    char digits[PATTERN_MAX] = {digit};

    if (!collect(run, digits, 1))
        return false;
    if (plan_run_has(run, SLICE_NONE, slice_of(digits), 1))
        return plan_run_goto(run, SLICE_NONE, slice_of(digits), 1) == 0;
    return go_invalid(run, digits);
}

/* Where the call goes on after its steps ended with rc. @return false: nowhere */
static bool go_on(struct plan_run *run, int rc)
{
    struct channel *ch = run->channel;

    if (is_gone(run))
        return false;
    if (rc > 0)
        return go_digits(run, (char)rc);
    if (rc == PLAN_ERROR && strcmp(ch->exten ? ch->exten : "", "e") != 0)
        return go_special(run, SLICE("e"));
    if (rc != STEP_MISSING)
        return false;
    if (!plan_run_has(run, SLICE_NONE, text_of(ch->exten), 1))
        return go_invalid(run, ch->exten);
    fall_through(run);
    return false;
}

/* Extension h, on a channel that is over. */
static void run_hangup_exten(struct plan_run *run)
{
    plan_frames_free(run);
    if (!plan_run_has(run, SLICE_NONE, SLICE("h"), 1) ||
        plan_run_goto(run, SLICE_NONE, SLICE("h"), 1))
        return;
    cdr_update(run->channel); /* CDR() of the first step tells how the call ended */
    run_steps(run, 0, true);
}

static void run_routing(struct plan_run *run)
{
    struct channel *ch = run->channel;
    int rc;

    if (!ch->exten && plan_run_goto(run, SLICE_NONE, SLICE("s"), 1))
        ch->cause = CAUSE_FAILURE;
    do {
        rc = run_steps(run, 0, false);
    } while (go_on(run, rc));
}

static void run_main(void *arg)
{
    struct plan_run *run = arg;
    struct channel *ch = run->channel;

    bool has_routing = !run->app;

    if (run->app && run->resumed)
        (void)plan_resumed_step(run);
    else if (run->app)
        (void)plan_app_exec(run, run->app, run->app_data);
    if (run->app && goes_where_moved(run))
        has_routing = true;
    if (has_routing)
        run_routing(run);
    channel_play_stop(ch);
    channel_end(ch, ch->cause ? ch->cause : CAUSE_NORMAL, "routing");
    if (has_routing && !ch->is_ended && !calls_is_closing(run->core->calls))
        run_hangup_exten(run);
    channel_hangup(ch, CAUSE_NORMAL);
    plan_run_release(run);
}

static void run_destroy(void *object)
{
    struct plan_run *run = object;

    plan_frames_free(run);
    plan_resumed_free(run);
    list_unlink(&run->link);
    mem_free(run->app);
    mem_free(run->app_data);
    mem_deref(run->queue);
    mem_deref(run->channel);
    mem_deref(run->core);
}

static int keep_app(struct plan_run *run, const char *app, const char *data)
{
    if (!app)
        return 0;
    run->app = mem_strdup(app);
    run->app_data = mem_strdup(data);
    return run->app && run->app_data ? 0 : ENOMEM;
}

int plan_run_alloc(struct plan_run **rp, struct plan_core *p, struct channel *ch)
{
    struct plan_run *run = mem_alloc(sizeof(*run), run_destroy);
    int err;

    if (!run)
        return ENOMEM;
    list_init(&run->frames);
    err = event_queue_alloc(&run->queue);
    if (err) {
        mem_deref(run);
        return err;
    }
    run->core = mem_ref(p);
    run->channel = mem_ref(ch);
    list_append(&p->runs, &run->link);
    channel_attach(ch, run->queue);
    ch->plan = run;
    *rp = run;
    return 0;
}

void plan_run_release(struct plan_run *run)
{
    run->channel->plan = NULL;
    list_unlink(&run->link);
    mem_deref(run);
}

int plan_run_launch(struct plan_run *run)
{
    int err = task_start(NULL, plan_loop(run->core), run_main, run);

    if (err) {
        channel_attach(run->channel, NULL);
        plan_run_release(run);
    }
    return err;
}

int plan_start_app(struct plan_core *p, struct channel *ch, const char *app, const char *data)
{
    struct plan_run *run;
    int err = plan_run_alloc(&run, p, ch);

    if (err)
        return err;
    err = keep_app(run, app, data);
    if (!err)
        return plan_run_launch(run);
    channel_attach(ch, NULL);
    plan_run_release(run);
    return err;
}

int plan_start(struct plan_core *p, struct channel *ch)
{
    return plan_start_app(p, ch, NULL, NULL);
}
