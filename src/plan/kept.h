/*
 * plan/kept.h - what the routing has set for the whole station outlives the engine
 *
 * Scope:   after a kill -9 the next engine has the global variables that were set while calls ran, the dial
 *          groups, the locks of calls that go on, and what was changed by hand (`dialplan add`): an
 *          entry of the calls' journal each (call/journal.h), written when it is set.
 * Not:     a restart of the station begins anew, as Asterisk's does. A configured global that was removed
 *          comes back.
 * Thread:  the loop's.
 * Limits:  the journal's; an entry that cannot be read is left out with an error line.
 */
#pragma once
#include "call/journal.h"
#include "plan/plan.h"

enum plan_kept { PLAN_KEPT_GLOBAL = 1, PLAN_KEPT_GROUP, PLAN_KEPT_LOCK, PLAN_KEPT_CHANGE };

/** Read what the engine before has left. plan_journal was called, the routing is set, and channels that
 *  were taken over are there. */
void plan_kept_load(struct plan_core *p);

/** Read one entry and be its owner. @return 0; EBADMSG, EEXIST (it is dropped); ENOMEM; ENOSPC */
typedef int(plan_kept_read_h)(struct plan_core *p, uint32_t slot, struct pack *k);

plan_kept_read_h plan_global_kept;    /* plan.c */
plan_kept_read_h plan_dialgroup_kept; /* func/dialgroup.c */
plan_kept_read_h plan_lock_kept;      /* func/lock.c */
plan_kept_read_h plan_change_kept;    /* change.c */

/** All changes are read: bring them into force. */
void plan_changes_kept(struct plan_core *p);
