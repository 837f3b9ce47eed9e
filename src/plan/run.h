/*
 * plan/run.h - one channel going through the routing, as its applications see it
 *
 * Scope:   the place (context, exten, priority live in the channel), the Gosub stack, moving
 *          about.
 * Owns:    a reference to its channel and to its event queue, its stack frames.
 * Memory:  small: a thousand calls in Wait or Dial hold a thousand of these.
 * Thread:  the task of the channel, on the loop's thread.
 * Limits:  200 Gosub frames; 8 applications that run one another (ExecIf, AGI's EXEC and GOSUB):
 *          each takes its part of the task's stack.
 */
#pragma once
#include "call/channel.h"
#include "plan/func.h"
#include "plan/routing.h"

/** Why the call went to extension e: EXCEPTION(). */
struct plan_exception {
    char *reason;          /* NULL: nothing was raised. "ERROR" "INVALID" "RESPONSETIMEOUT"
                     "ABSOLUTETIMEOUT", or RaiseException's */
    char *context, *exten; /* where */
    int priority;
};

struct plan_dry;

struct plan_bridging;
struct agi;

struct plan_run {
    struct plan_core *core;    /* borrowed */
    struct channel *channel;   /* a reference */
    struct event_queue *queue; /* a reference; the channel's events */
    struct list frames;        /* struct plan_frame, newest last (app/gosub.c) */
    uint32_t frame_count;
    struct list loops; /* open While loops (app/while.c) */
    int elseif;        /* priority of an ElseIf that is to look at its condition, or 0 */
    uint32_t steps;    /* since steps_since */
    struct mono steps_since;
    struct link link;     /* the core's runs */
    struct list handlers; /* of the hang-up (plan/handler.h) */
    uint32_t handler_count;
    struct plan_exception exception;
    struct plan_dry *dry; /* nothing is really done (plan/dry.h); NULL: a call */
    unsigned nesting;     /* applications that run one another now */
    int refusal;          /* what Busy, Congestion or the end of the steps told a caller who was
                                     not answered: nothing in h changes it; 0: nothing yet */
    bool is_agi;          /* AGI EXEC: digits come back to the program */
    bool is_jumped;       /* an application set the place: do not add 1 to the priority */
    struct agi *async;    /* AGI(agi:async): who takes commands now (app/agi_async.c) */
    struct plan_bridging *talk;      /* plan/bridging.h, while the channel talks; borrowed */
    char *last_context, *last_exten; /* where it was before: CHANNEL(lastcontext), (lastexten) */
    char *app, *app_data;            /* this application instead of the routing, or NULL */
    bool is_parked;                  /* it has no task: another one has its channel (claim.h) */
    bool
        is_guest; /* for a moment, within a talk (sub.h): its channel counts as one without a run */
    bool was_parked;              /* its channel is back: where it was */
    struct plan_resumed *resumed; /* taken over, its first step not begun (resume.h) */
};

/** Environment for substitution on this run's channel. */
struct plan_env plan_run_env(const struct plan_run *run);

/** A run on ch without a task: for a subroutine inside another run's task (plan/sub.h). The channel's
 *  events go to its queue from now on. @return 0; ENOMEM */
int plan_run_alloc(struct plan_run **rp, struct plan_core *p, struct channel *ch);
/** End it; the channel stays, attached as before. */
void plan_run_release(struct plan_run *run);

/** The run on ch, or NULL (an outgoing leg, or none yet). */
struct plan_run *plan_run_of(const struct channel *ch);

/** Move: the next step is exactly there. Absent context or exten: the present one. @return 0;
 * ENOMEM */
int plan_run_goto(struct plan_run *run, struct slice context, struct slice exten, int priority);

/**
 * Find "[[context,]exten,]priority", where priority is a number, a label, or +n / -n.
 * @param where  cut up. @return 0; EINVAL (empty or no such label; logged)
 */
int plan_run_parse_goto(struct plan_run *run, char *where, struct slice *context,
                        struct slice *exten, int *priority);

/** The step there. Absent context: the present one. @return whether there is one */
bool plan_run_find(const struct plan_run *run, struct slice context, struct slice exten,
                   int priority, struct plan_found *found);

/** What looking there asks. */
struct plan_ask plan_run_ask(const struct plan_run *run, struct slice context, struct slice exten);

/** Both at once, as Goto does. @return PLAN_NEXT; PLAN_END (no such place, logged) */
int plan_run_go(struct plan_run *run, char *where);

/** Exists there (with includes)? Absent context: the present one. */
bool plan_run_has(const struct plan_run *run, struct slice context, struct slice exten,
                  int priority);
bool plan_run_can_match(const struct plan_run *run, struct slice context, struct slice exten);
bool plan_run_match_more(const struct plan_run *run, struct slice context, struct slice exten);

/** Raise an exception: remember why and where, go to e,1 of the present context (whether or not
 *  there is one). @return 0; ENOMEM */
int plan_run_raise(struct plan_run *run, struct slice reason);

/** Nothing was dialled in time: to t, else e. @return false: neither is there (warned about) */
bool plan_run_timed_out(struct plan_run *run);

/** Before and after an application is run by another one. @return false at the limit (warned about):
 *  nothing may be run, and plan_run_leave is not called */
bool plan_run_enter(struct plan_run *run);
void plan_run_leave(struct plan_run *run);

/** Steps from the channel's present place until the routing ends, a Return from below depth, or a
 *  hang-up (AGI's GOSUB, which has entered). @return as an application's exec */
int plan_run_nested(struct plan_run *run, uint32_t depth);
