/*
 * plan/sub.h - a subroutine of the routing run on a channel from inside an application
 *
 * Scope:   options b B U M of Dial, the predial handlers of Originate. The channel may have a run
 *          (the caller) or none yet (a dialled leg): then one is made for the time.
 * Thread:  a task; it waits until the subroutine returns or the channel is gone. Other channels of
 *          the application go on by themselves meanwhile.
 * Source:  Asterisk's ast_app_exec_sub.
 */
#pragma once
#include "plan/run.h"

/**
 * Gosub on ch. Place and application of the channel are afterwards what they were.
 * @param where  "[[context^]exten^]priority[(arg^arg)]" ("," may stand for "^"); not changed
 * @return 0 (it returned, or its routing ended); ENOENT (no such place, logged); ECONNRESET (hung
 * up); ENOMEM
 */
int plan_sub(struct plan_core *p, struct channel *ch, const char *where);

/**
 * One application on ch, in the same way.
 * @param text  its data; variables are filled in
 * @return as its exec; PLAN_END without memory
 */
int plan_sub_app(struct plan_core *p, struct channel *ch, const char *app, struct slice text);

/** Extension h of context on a leg that has no run (option e of Dial). */
void plan_sub_h(struct plan_core *p, struct channel *ch, const char *context);
