/*
 * plan/course.h - what run.c (steps) and course.c (the course of a call) share
 */
#pragma once
#include "plan/core.h"

/** Besides what an application returns: no such step. */
#define PLAN_STEP_MISSING (-1000)

/** Run the step at the channel's place. @return as an application's exec, or PLAN_STEP_MISSING */
int plan_run_step(struct plan_run *run);

/** From the channel's place to the end: what plan_start's task does between birth and end. */
void plan_run_course(struct plan_run *run);

/** Run what was pushed as hang-up handlers, the newest first (handler.c). */
void plan_handlers_run(struct plan_run *run);
void plan_handlers_free(struct plan_run *run);

/** Both ways (base/pack.h): the handlers; why the call went to extension e. */
struct pack;
void plan_handlers_pack(struct plan_run *run, struct pack *k);
void plan_exception_pack(struct plan_run *run, struct pack *k);
