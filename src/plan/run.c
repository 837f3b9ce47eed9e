/* run.c - one channel going through the routing, step by step (run.h) */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/cdr.h"
#include "call/observe.h"
#include "call/secret.h"
#include "loop/task.h"
#include "plan/course.h"
#include "plan/dry.h"
#include "plan/resume.h"
#include "plan/names.h"
#include "plan/subst.h"

#define STEPS_A_ROUND 1000
#define STEPS_A_LOOP 100000
#define LOOP_STEPS_A_SECOND 1000
#define MOST_NESTING 8

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

/* Another one: what stood there is remembered. Absent: nothing changes */
static int change(char **field, char **last, struct slice value)
{
    int err;

    if (!slice_is_set(value) || !value.len || (*field && slice_eqz(value, *field)))
        return 0;
    err = *field ? channel_set(last, slice_of(*field)) : 0;
    return err ? err : channel_set(field, value);
}

int plan_run_goto(struct plan_run *run, struct slice context, struct slice exten, int priority)
{
    struct channel *ch = run->channel;
    int err = change(&ch->context, &run->last_context, context);

    if (!err)
        err = change(&ch->exten, &run->last_exten, exten);
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

struct plan_ask plan_run_ask(const struct plan_run *run, struct slice context, struct slice exten)
{
    return plan_ask_for(run->core, run->channel, context_or_here(run, context), exten);
}

bool plan_run_find(const struct plan_run *run, struct slice context, struct slice exten,
                   int priority, struct plan_found *found)
{
    const struct plan_ask ask = plan_run_ask(run, context, exten);

    return run->core->routing && plan_routing_find(run->core->routing, &ask, priority, found) == 0;
}

bool plan_run_has(const struct plan_run *run, struct slice context, struct slice exten,
                  int priority)
{
    struct plan_found found;

    return plan_run_find(run, context, exten, priority, &found);
}

static bool matches(const struct plan_run *run, struct slice context, struct slice exten,
                    enum pattern_mode mode)
{
    const struct plan_ask ask = plan_run_ask(run, context, exten);

    return run->core->routing && plan_routing_match(run->core->routing, &ask, mode);
}

bool plan_run_can_match(const struct plan_run *run, struct slice context, struct slice exten)
{
    return matches(run, context, exten, PATTERN_CAN_MATCH);
}

bool plan_run_match_more(const struct plan_run *run, struct slice context, struct slice exten)
{
    return matches(run, context, exten, PATTERN_MATCH_MORE);
}

/* "5", "+2", "-1" or a label. @return 0; ENOENT */
static int parse_priority(const struct plan_run *run, struct slice context, struct slice exten,
                          const char *text, int *priority)
{
    const int sign = *text == '+' ? 1 : *text == '-' ? -1 : 0;
    const char *digits = text + (sign ? 1 : 0);
    const struct plan_ask ask = plan_run_ask(run, context, exten);
    char *end;
    long n = strtol(digits, &end, 10);

    if (end != digits && n >= 0 && n < 1000000) {
        *priority = sign ? run->channel->priority + sign * (int)n : (int)n;
        return *priority > 0 ? 0 : ENOENT;
    }
    if (!run->core->routing)
        return ENOENT;
    return plan_routing_label(run->core->routing, &ask, slice_of(text), priority);
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

int plan_run_go(struct plan_run *run, char *where)
{
    struct slice context, exten;
    int priority;

    if (plan_run_parse_goto(run, where, &context, &exten, &priority))
        return PLAN_END;
    return plan_run_goto(run, context, exten, priority) ? PLAN_END : PLAN_NEXT;
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

/* "context,extension" where a step stands, when that is not plainly the channel's own place. */
static struct slice rule_of(const struct plan_found *f, const struct channel *ch, char *text,
                            size_t size)
{
    const char *context = plan_context_name(f->context);

    if (f->exten->name[0] != '_' && ch->context && strcmp(context, ch->context) == 0)
        return SLICE_NONE;
    snprintf(text, size, "%.80s,%.80s", context, f->exten->name);
    return slice_of(text);
}

/* Data with what was typed in secret as '*'; without memory none of it is shown. */
static int keep_data(struct channel *ch, const char *data)
{
    bool is_lost;
    char *masked = secret_masked(ch, slice_of(data), &is_lost);
    int err = channel_set(&ch->appdata, slice_of(masked ? masked : is_lost ? "" : data));

    mem_free(masked);
    return err;
}

/* The channel shows what it does: console, records, events. kind: "step", or "step inside" another one. */
static int show_step(struct channel *ch, const char *kind, const char *app, const char *data,
                     struct slice rule)
{
    int err = keep_data(ch, data);

    data = ch->appdata ? ch->appdata : "";
    ch->app = app;
    cdr_update(ch);
    calls_tell(ch->calls, &(struct call_fact){.type = CALL_STEP,
                                              .channel = ch,
                                              .name = slice_of(app),
                                              .value = slice_of(data),
                                              .rule = rule});
    log_info("%s call=%s channel=\"%s\" at=\"%s,%s,%d\" application=%s data=\"%s\"", kind,
             ch->linkedid, ch->name, ch->context, ch->exten, ch->priority, app, data);
    return err;
}

static int unknown_app(struct plan_run *run, const char *name)
{
    const struct slice what = slice_of(name);
    const bool is_later = plan_name_state(run->core, PLAN_NAME_APP, what) == PLAN_NAME_LATER;
    const struct channel *ch = run->channel;

    if (run->dry)
        plan_dry_unknown(run, name, is_later);
    else if (!is_later || plan_tell_once(run->core, "later", name))
        log_warning("%s call=%s at=\"%s,%s,%d\" application=\"%s\" reason=\"%s\"",
                    is_later ? "application is not here yet, the routing goes on without it"
                             : "no such application, the call is ended",
                    ch->linkedid, ch->context, ch->exten, ch->priority, name,
                    plan_name_why(PLAN_NAME_APP, what, "en"));
    return is_later ? PLAN_NEXT : PLAN_END;
}

int plan_app_run(struct plan_run *run, const struct plan_app *app, char *data)
{
    struct secret s = {0};
    int rc;

    if (app->reads_digits)
        secret_begin(&s, run->channel);
    rc = app->exec(run, data);
    secret_end(&s);
    return rc;
}

static int run_app(struct plan_run *run, const char *kind, const struct plan_app *app, char *data,
                   struct slice rule)
{
    int rc;

    if (!run->dry && show_step(run->channel, kind, app->name, data, rule))
        return PLAN_END;
    rc = run->dry ? plan_dry_app(run, app, data) : plan_app_run(run, app, data);
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
    rc = run_app(run, "step inside", app, data, SLICE_NONE);
    plan_run_leave(run);
    return rc;
}

/* The data of a step with its variables filled in; NULL without memory. Functions may wait. */
static char *fill_in(const struct plan_run *run, const char *data)
{
    const struct plan_env env = plan_run_env(run);
    struct buf out;
    char *text = NULL;
    int err;

    buf_init(&out, PLAN_TEXT_MAX);
    err = plan_subst(&env, slice_of(data), &out);
    if (err == ENOSPC) { /* warned about; the beginning is used */
        out.err = 0;
        err = 0;
    }
    if (!err && !out.p)
        err = buf_add(&out, "", 1);
    if (!err)
        text = buf_take(&out);
    buf_fini(&out);
    return text;
}

/* A switch led elsewhere: from now on the call is there. @return 0; ENOMEM */
static int move_through_switch(struct plan_run *run, const struct plan_found *found)
{
    struct channel *ch = run->channel;
    int err;

    log_info("switch call=%s channel=\"%s\" at=\"%s,%s,%d\" leads_to=\"%s,%s,%d\"", ch->linkedid,
             ch->name, ch->context, ch->exten, ch->priority, found->moved_context,
             found->moved_exten, found->step->priority);
    err = channel_set(&ch->context, slice_of(found->moved_context));
    if (!err)
        err = channel_set(&ch->exten, slice_of(found->moved_exten));
    ch->priority = found->step->priority;
    return err;
}

int plan_run_step(struct plan_run *run)
{
    struct channel *ch = run->channel;
    struct plan_routing *routing;
    const struct plan_app *app;
    struct plan_found found;
    struct slice rule;
    char *text, place[168];
    int rc = PLAN_END;

    if (run->resumed)
        return plan_resumed_step(run);
    if (!count_step(run)) /* may let the loop run: the routing may be another one then */
        return PLAN_END;
    if (!plan_run_find(run, SLICE_NONE, text_of(ch->exten), ch->priority, &found))
        return PLAN_STEP_MISSING;
    if (found.moved_context && move_through_switch(run, &found))
        return PLAN_END;
    app = found.step->app ? found.step->app : plan_app_find(run->core, slice_of(found.step->name));
    if (!app)
        return unknown_app(run, found.step->name);
    rule = rule_of(&found, ch, place, sizeof(place));
    routing = mem_ref(run->core->routing); /* another one may come while functions wait */
    text = fill_in(run, found.step->data);
    mem_deref(routing);
    if (text)
        rc = run_app(run, "step", app, text, rule);
    else
        log_error("step of routing without memory, the call is ended call=%s", ch->linkedid);
    mem_free(text);
    return rc;
}
