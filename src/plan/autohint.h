/*
 * plan/autohint.h - autohints=yes: a hint for each device, without being written
 *
 * Scope:   a context with autohints=yes has `exten => NAME,hint,PJSIP/NAME` for every endpoint that is
 *          known, but for those whose name, or whose device, a hint of that context has already.
 * Owns:    nothing: rows point into the snapshot.
 * Thread:  any.
 * Source:  Asterisk's pbx.c, which makes the hint when the device's state first changes; here it is
 *          there from the start.
 */
#pragma once
#include "model/snapshot.h"
#include "plan/routing.h"

/** At most so many rows will be added for c. */
uint32_t plan_autohint_most(const struct model_snapshot *s, const struct model_context *c);

/** Write the rows. @param rows  room for plan_autohint_most. @return 0; ENOMEM */
int plan_autohint_add(const struct model_snapshot *s, const struct model_context *c,
                      struct plan_row *rows, uint32_t *count);
