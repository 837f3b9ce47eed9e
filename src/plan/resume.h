/*
 * plan/resume.h - the routing of calls whose engine died (call/journal.h)
 *
 * Scope:   two legs that were talking are joined again and talk on; when they part the routing goes
 *          on as after the application that had joined them. Every other call ends as if its far
 *          end had left: extension h, record, BYE, CANCEL or 503.
 * Not:     an application under way (Playback, AGI) does not begin again; extension h neither, when
 *          it had begun.
 * Thread:  the loop's; the runs are tasks as always.
 */
#pragma once
#include "call/journal.h"
#include "plan/plan.h"
#include "plan/run.h"

/** The journal keeps the runs of p's channels from now on, and what is set for the station (kept.h). NULL:
 *  not any more, and nothing of the latter is left; before the journal goes in order. */
void plan_journal(struct plan_core *p, struct call_journal *j);

/**
 * Find a place for every call that the journal has read. The transports are open.
 * @param may_talk  false: no call goes on, all are ended
 */
void plan_take_over(struct plan_core *p, struct call_journal *j, bool may_talk);

/* ---- inner: run.c ---- */

/** Both ways: what a run has but its bridging. Reading sets pack_err for bytes that cannot be; the run can
 *  be released then. */
void plan_run_pack(struct plan_run *run, struct pack *k);

/** The first step of a run that was taken over. @return as an application's exec */
int plan_resumed_step(struct plan_run *run);
void plan_resumed_free(struct plan_run *run);

/** Its task begins later in this round; when it cannot, the run is gone. @return as task_start */
int plan_run_launch(struct plan_run *run);
