/*
 * plan/check.h - one walk through a new routing: unknown applications and functions, options that
 * nothing obeys; each is named once in the log
 *
 * Cost:    a few hundred steps a turn of the loop, so that a big routing delays no call.
 */
#pragma once

struct plan_core;

/** Begin to walk through the present routing; a walk under way is given up. */
void plan_check_start(struct plan_core *p);
void plan_check_stop(struct plan_core *p);
