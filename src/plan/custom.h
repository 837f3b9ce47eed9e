/*
 * plan/custom.h - custom device states outlive a restart
 *
 * Scope:   every state that DEVICE_STATE(Custom:name) or a command sets stands in the small database
 *          as CustomDevstate/name, and is set again when that has been read.
 * Thread:  the loop's.
 * Source:  Asterisk's func_devstate (family and values).
 */
#pragma once
#include "plan/plan.h"

/** Keep what is set from now on. The calls of p must not outlive it. */
void plan_custom_keep(struct plan_core *p);

/** The database has been read: set what it holds (newer ones stand there already). */
void plan_custom_load(struct plan_core *p);
