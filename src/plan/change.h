/*
 * plan/change.h - the routing changed by hand while calls run: console, Manager's DialplanExtensionAdd
 *
 * Scope:   steps and includes added or removed above those of the database. They live in memory:
 *          `dialplan reload` or a restart forgets them; a change of the database leaves them.
 * Owns:    copies of their texts.
 * Thread:  the loop's. The new routing is compiled on a worker and swapped in; no call is dropped.
 * Limits:  2,000 changes.
 * Source:  Asterisk's `dialplan add extension` and its companions.
 */
#pragma once
#include "plan/plan.h"
#include "plan/routing.h"

/** The change is in force (0), or was given up (ENOMEM). */
typedef void(plan_change_h)(int err, void *arg);

/**
 * Add a step.
 * @param row      copied; label NULL or ""
 * @param replace  a step that stands there gives way
 * @return 0 (done follows; NULL: nobody waits); EEXIST (there is one: it stays); EINVAL (no context,
 *         bad extension, priority or application name); ENOSPC; ENOMEM; EAGAIN
 */
int plan_change_add(struct plan_core *p, const struct plan_row *row, bool replace,
                    plan_change_h *done, void *arg);

/** Remove a step, or with priority 0 all steps (and the hint) of an extension of exactly that name
 *  (cid NULL: those for all callers). @return as above; ENOENT: there is nothing */
int plan_change_remove(struct plan_core *p, const struct plan_row *row, plan_change_h *done,
                       void *arg);

/** Include a context (with a time, as written in the routing), or no more. @return 0; EEXIST;
 *  ENOENT; EINVAL; ENOSPC; ENOMEM; EAGAIN */
int plan_change_include(struct plan_core *p, const struct plan_include *in, bool is_removed,
                        plan_change_h *done, void *arg);

/** Forget all changes. @return 0; ENOMEM; EAGAIN */
int plan_change_forget(struct plan_core *p, plan_change_h *done, void *arg);
