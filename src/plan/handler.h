/*
 * plan/handler.h - hang-up handlers: subroutines that a call runs when it is over
 *
 * Scope:   CHANNEL(hangup_handler_push|pop|wipe). They run after extension h, the newest first,
 *          on the dead channel.
 * Owns:    the texts, with the run.
 * Limits:  50 of a call.
 * Source:  Asterisk's pbx_hangup_handler.c.
 */
#pragma once
#include "plan/run.h"

/** @param where  "[[context,]exten,]priority[(arg,...)]"; missing parts are those of the present
 *  place. @return 0; EINVAL (empty or too many; logged); ENOMEM */
int plan_handler_push(struct plan_run *run, struct slice where);
/** Forget the newest, when there is one. */
void plan_handler_pop(struct plan_run *run);
