/*
 * plan/claim.h - taking a channel out of what it does, for a talk that another task holds (Bridge)
 *
 * Scope:   the channel's application, or its talk, ends. If it has a run, that is parked: it keeps its
 *          place, Gosubs and hang-up handlers, but has no task, and its channel is run by who took it,
 *          as Dial runs a called leg (bridging.h). plan_leg_go sets the run going again.
 * Thread:  the task of who takes it.
 * Limits:  waits 5 s for an application that does not end (an AGI program).
 * Source:  Asterisk's ast_channel_yank: afterwards the application that was broken off begins again.
 */
#pragma once
#include "plan/run.h"

/**
 * @param run  of who takes it; the channel's events come to its queue
 * @return 0; EINVAL (a leg that is not up and has no run); EBUSY (it is taken, or takes us, or does not
 *         come); ECONNRESET (it, or we, hung up); ENOMEM
 */
int plan_claim(struct plan_run *run, struct channel *ch);

/** Its run, parked by plan_claim, or NULL. */
struct plan_run *plan_claim_parked(const struct channel *ch);

/** The channel of a parked run is over or goes on: its task begins again. @return 0; errno: the run is
 *  gone, end the channel */
int plan_claim_unpark(struct plan_run *run);

/* ---- inner: course.c ---- */

/** Does somebody want this run's channel, which has just been moved to its own place? */
bool plan_claim_is_due(const struct plan_run *run);

/** The run's task ends here: hand over. */
void plan_claim_park(struct plan_run *run);
