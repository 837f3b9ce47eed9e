/*
 * plan/compile.h - the routing of a snapshot, compiled on any thread, then swapped in
 */
#pragma once
#include "plan/plan.h"

struct plan_overlay;

/**
 * @param s        borrowed; the routing borrows its texts but counts no reference to it
 *                 (plan_set_compiled gives it one)
 * @param overlay  what was changed by hand (plan/change.h), borrowed as s; NULL: nothing
 * @return 0; ENOMEM
 */
int plan_compile_over(struct plan_routing **rp, const struct model_snapshot *s,
                      const struct plan_overlay *overlay);
