/* course.c - the course of a call: from step to step, to the special extensions, to its end (run.h) */
#include <errno.h>
#include <string.h>

#include "base/bug.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/pack.h"
#include "call/cdr.h"
#include "call/observe.h"
#include "call/secret.h"
#include "loop/task.h"
#include "plan/app/block.h"
#include "plan/claim.h"
#include "plan/course.h"
#include "plan/frame.h"
#include "plan/resume.h"
#include "plan/wait.h"

#define FAILED_TONE_MS 10000
#define MOST_DIGITS (PATTERN_MAX - 1)

static struct slice text_of(const char *s)
{
    return s ? slice_of(s) : SLICE("");
}

static bool is_gone(const struct plan_run *run)
{
    return run->channel->is_hungup || task_is_canceled(task_self());
}

static bool go_special(struct plan_run *run, struct slice name)
{
    return plan_run_has(run, SLICE_NONE, name, 1) && plan_run_goto(run, SLICE_NONE, name, 1) == 0;
}

static void exception_free(struct plan_run *run)
{
    mem_free(run->exception.reason);
    mem_free(run->exception.context);
    mem_free(run->exception.exten);
    memset(&run->exception, 0, sizeof(run->exception));
}

void plan_exception_pack(struct plan_run *run, struct pack *k)
{
    struct plan_exception *e = &run->exception;

    pack_string(k, &e->reason);
    pack_string(k, &e->context);
    pack_string(k, &e->exten);
    pack_int(k, &e->priority);
    if (e->reason && (!e->context || !e->exten))
        pack_fail(k, EBADMSG);
}

int plan_run_raise(struct plan_run *run, struct slice reason)
{
    const struct channel *ch = run->channel;

    exception_free(run);
    run->exception.reason = slice_dup(reason);
    run->exception.context = slice_dup(text_of(ch->context));
    run->exception.exten = slice_dup(text_of(ch->exten));
    run->exception.priority = ch->priority;
    if (!run->exception.reason || !run->exception.context || !run->exception.exten) {
        exception_free(run);
        return ENOMEM;
    }
    return plan_run_goto(run, SLICE_NONE, SLICE("e"), 1);
}

/* To extension e, where there is one, which asks EXCEPTION(reason). */
static bool go_exception(struct plan_run *run, struct slice reason)
{
    return plan_run_has(run, SLICE_NONE, SLICE("e"), 1) && plan_run_raise(run, reason) == 0;
}

static void drop_events(struct plan_run *run)
{
    struct channel_event ev;

    while (event_queue_wait(run->queue, 0, &ev) == 0)
        channel_event_done(&ev);
}

/* Somebody moved the channel (plan_redirect): it was hung up only so that its application ended. Who
   wants it for a talk moved it to its own place: there it is parked. */
static bool goes_where_moved(struct plan_run *run)
{
    struct channel *ch = run->channel;

    if (!ch->is_moved || ch->is_gone || task_is_canceled(task_self()))
        return false;
    drop_events(run);
    if (channel_moved(ch) || plan_run_goto(run, SLICE_NONE, SLICE_NONE, ch->priority))
        return false;
    run->is_parked = plan_claim_is_due(run);
    if (run->is_parked)
        return false;
    mem_free(run->app); /* from now on a call like others */
    run->app = NULL;
    return true;
}

/* The absolute timeout ended the call: an extension T (or e) may take it over. */
static bool goes_to_timeout(struct plan_run *run)
{
    struct channel *ch = run->channel;

    if (!ch->is_timed_out || ch->is_gone || task_is_canceled(task_self()) ||
        !(go_special(run, SLICE("T")) || go_exception(run, SLICE("ABSOLUTETIMEOUT"))))
        return false;
    drop_events(run);
    ch->is_timed_out = false;
    ch->is_hungup = false;
    ch->cause = CAUSE_NONE;
    channel_set_absolute_timeout(ch, 0);
    return true;
}

static bool comes_back(struct plan_run *run, uint32_t depth)
{
    if (depth == 0 && goes_where_moved(run))
        return true;
    return !run->is_parked && goes_to_timeout(run);
}

/* What a moved channel runs first (channel_move_to_app); then the routing goes on where it is. */
static int run_errand(struct plan_run *run)
{
    struct channel *ch = run->channel;
    char *app = ch->move_app, *data = ch->move_data;
    int rc;

    ch->move_app = ch->move_data = NULL;
    rc = plan_app_exec(run, app, data ? data : (char[]){""});
    run->is_jumped = true;
    mem_free(app);
    mem_free(data);
    return rc;
}

/* Steps one after another. @return what the last one returned: a digit, PLAN_END, PLAN_ERROR,
   PLAN_INCOMPLETE, or PLAN_STEP_MISSING */
static int run_steps(struct plan_run *run, uint32_t depth, bool is_dead)
{
    bool is_behind = false; /* one behind the step that ran last */

    for (;;) {
        int rc;

        run->is_jumped = false;
        rc = run->channel->move_app ? run_errand(run) : plan_run_step(run);
        if (rc == PLAN_STEP_MISSING && plan_frame_end_macro(run) == 0) {
            if (run->frame_count < depth)
                return PLAN_NEXT;
            is_behind = false;
            continue;
        }
        if (rc == PLAN_STEP_MISSING) {
            if (is_behind && !is_dead)
                run->channel->priority--; /* it shows the last step there was */
            return rc;
        }
        is_behind = false;
        if (rc != PLAN_NEXT) {
            if (is_dead || !comes_back(run, depth))
                return rc;
            continue;
        }
        is_behind = !run->is_jumped;
        if (is_behind)
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

    return rc == PLAN_STEP_MISSING ? PLAN_END : rc;
}

/* ---- where a call goes on ---- */

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
    if (go_special(run, SLICE("i")) || go_exception(run, SLICE("INVALID")))
        return true;
    warn_place(run, "call sent to an extension that does not exist, and there is no i", exten);
    return false;
}

bool plan_run_timed_out(struct plan_run *run)
{
    if (go_special(run, SLICE("t")) || go_exception(run, SLICE("RESPONSETIMEOUT")))
        return true;
    warn_place(run, "nothing was dialled, and there is no t", run->channel->exten);
    return false;
}

/* The routing came to its end: what Dial left says how the call ends. */
static void fall_through(struct plan_run *run)
{
    struct channel *ch = run->channel;
    struct slice status = channel_var_get(ch, SLICE("DIALSTATUS"));
    const char *tone = NULL;
    int cause = CAUSE_NONE;

    if (slice_eqz(status, "BUSY")) {
        cause = CAUSE_BUSY;
        tone = "busy";
    } else if (slice_eqz(status, "CONGESTION") || slice_eqz(status, "CHANUNAVAIL")) {
        cause = CAUSE_CONGESTION;
        tone = "congestion";
    }
    if (tone && ch->state != CHANNEL_UP) {
        run->refusal = cause;
        channel_refuse(ch, cause);
    }
    log_info("routing ended call=%s channel=\"%s\" at=\"%s,%s,%d\" status=\"%.*s\"", ch->linkedid,
             ch->name, ch->context, ch->exten, ch->priority, SLICE_ARG(status));
    if (tone && !run->dry && ch->state == CHANNEL_UP && channel_tone(ch, tone) == 0)
        plan_wait_ms(run, FAILED_TONE_MS);
}

/* More digits for an extension that begins so. @return false when the channel is gone */
static bool collect_more(struct plan_run *run, char *digits, size_t len)
{
    while (!run->dry && plan_run_match_more(run, SLICE_NONE, slice_from(digits, len))) {
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

static bool go_collected(struct plan_run *run, const char *digits)
{
    if (plan_run_has(run, SLICE_NONE, slice_of(digits), 1))
        return plan_run_goto(run, SLICE_NONE, slice_of(digits), 1) == 0;
    return go_invalid(run, digits);
}

static bool collect(struct plan_run *run, char *digits, size_t len)
{
    struct secret s = {0};
    bool is_there;

    secret_begin(&s, run->channel);
    is_there = collect_more(run, digits, len);
    secret_end(&s);
    return is_there;
}

/* An application was left by a digit. @return whether the call goes on */
static bool go_digits(struct plan_run *run, char digit)
{
    char digits[PATTERN_MAX] = {digit};

    return collect(run, digits, 1) && go_collected(run, digits);
}

/* The extension asked for more digits (Incomplete). */
static bool go_incomplete(struct plan_run *run)
{
    char digits[PATTERN_MAX];
    size_t len;

    if (slice_copy(text_of(run->channel->exten), digits, sizeof(digits)) ||
        !plan_run_match_more(run, SLICE_NONE, slice_of(digits)))
        return go_invalid(run, run->channel->exten);
    len = strlen(digits);
    if (!collect(run, digits, len))
        return false;
    return digits[len] ? go_collected(run, digits) : plan_run_timed_out(run);
}

/* Where the call goes on after its steps ended with rc. @return false: nowhere */
static bool go_on(struct plan_run *run, int rc)
{
    struct channel *ch = run->channel;

    if (run->is_parked || is_gone(run))
        return false;
    if (rc > 0)
        return go_digits(run, (char)rc);
    if (rc == PLAN_INCOMPLETE)
        return go_incomplete(run);
    if (rc == PLAN_ERROR && strcmp(ch->exten ? ch->exten : "", "e") != 0)
        return go_exception(run, SLICE("ERROR"));
    if (rc != PLAN_STEP_MISSING)
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
    if (!go_special(run, SLICE("h")))
        return;
    cdr_update(run->channel); /* CDR() of the first step tells how the call ended */
    run_steps(run, 0, true);
}

/* A place that does not exist gives way to s, here or in context default. */
static void find_beginning(struct plan_run *run)
{
    struct channel *ch = run->channel;

    if (!ch->exten && plan_run_goto(run, SLICE_NONE, SLICE("s"), 1))
        ch->cause = CAUSE_FAILURE;
    if (plan_run_has(run, SLICE_NONE, text_of(ch->exten), ch->priority) ||
        go_special(run, SLICE("s")))
        return;
    if (plan_run_has(run, SLICE("default"), SLICE("s"), 1))
        plan_run_goto(run, SLICE("default"), SLICE("s"), 1);
}

static void run_routing(struct plan_run *run)
{
    int rc;

    if (!run->resumed) /* a call taken over is where it is */
        find_beginning(run);
    do {
        rc = run_steps(run, 0, false);
    } while (go_on(run, rc));
}

/* The steps of a call, or its one application. @return whether it went through the routing */
static bool run_all(struct plan_run *run)
{
    if (run->app && run->resumed)
        (void)plan_resumed_step(run);
    else if (run->app)
        (void)plan_app_exec(run, run->app, run->app_data);
    if (run->app && !goes_where_moved(run))
        return false;
    run_routing(run);
    return true;
}

/* Before the first step: a leg that is taken out of a talk never gets so far, one that comes back may be
   over, or be taken again. @return whether there are steps to run */
static bool begins(struct plan_run *run)
{
    if (plan_claim_is_due(run))
        run->is_parked = !run->channel->is_moved || !goes_where_moved(run);
    return !run->is_parked && (!run->was_parked || !is_gone(run) || comes_back(run, 0));
}

void plan_run_course(struct plan_run *run)
{
    struct channel *ch = run->channel;
    bool has_routing = !run->app;

    if (begins(run))
        has_routing = run_all(run);
    if (run->is_parked)
        return;
    channel_play_stop(ch);
    calls_tell(ch->calls, &(struct call_fact){.type = CALL_RUN_END, .channel = ch});
    channel_end(ch, ch->cause ? ch->cause : CAUSE_NORMAL, "routing");
    if (ch->is_ended || calls_is_closing(run->core->calls))
        return;
    if (has_routing)
        run_hangup_exten(run);
    plan_handlers_run(run);
    if (run->refusal)
        ch->cause = run->refusal;
}

/* ---- birth and end ---- */

static void run_destroy(void *object)
{
    struct plan_run *run = object;

    plan_frames_free(run);
    block_loops_free(run);
    plan_resumed_free(run);
    plan_handlers_free(run);
    exception_free(run);
    list_unlink(&run->link);
    mem_free(run->last_context);
    mem_free(run->last_exten);
    mem_free(run->app);
    mem_free(run->app_data);
    mem_deref(run->queue);
    mem_deref(run->channel);
    mem_deref(run->core);
}

static void run_main(void *arg)
{
    struct plan_run *run = arg;
    struct channel *ch = run->channel;

    plan_run_course(run);
    if (run->is_parked) {
        plan_claim_park(run);
        return;
    }
    channel_hangup(ch, CAUSE_NORMAL);
    plan_run_release(run);
}

int plan_run_alloc(struct plan_run **rp, struct plan_core *p, struct channel *ch)
{
    struct plan_run *run = mem_alloc(sizeof(*run), run_destroy);
    int err;

    if (!run)
        return ENOMEM;
    list_init(&run->frames);
    list_init(&run->loops);
    list_init(&run->handlers);
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

static int keep_app(struct plan_run *run, const char *app, const char *data)
{
    if (!app)
        return 0;
    run->app = mem_strdup(app);
    run->app_data = mem_strdup(data);
    return run->app && run->app_data ? 0 : ENOMEM;
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
    int err = plan_start_app(p, ch, NULL, NULL);

    if (!err)
        calls_count_processed(plan_calls(p));
    return err;
}
