/*
 * plan/bridging.h - two legs that talk, held by the task of the caller
 *
 * Scope:   the part of Dial (later Queue) that may last for hours. It takes only what a row of a
 *          journal can hold - the two channels and whether the routing goes on - so that an engine
 *          that was started again can enter here with channels that it took over.
 */
#pragma once
#include "plan/run.h"

struct plan_bridging {
    struct channel *callee; /* borrowed: the caller of this keeps its reference */
    bool goes_on;           /* option g: the caller's routing continues when the callee leaves */
};

/**
 * Join the caller (run->channel) with the callee until one of them leaves; then the callee is hung
 * up, and ANSWEREDTIME(_MS), DIALEDTIME(_MS) are set.
 * @return PLAN_NEXT (goes_on, and the caller is still there) or PLAN_END
 */
int plan_bridging_run(struct plan_run *run, const struct plan_bridging *b);

/** Set NAME to seconds and NAME_MS to milliseconds. */
void plan_set_duration(struct channel *ch, const char *name, int64_t ms);
