/*
 * plan/astdb.h - the small database of the routing: DB(family/key), kept over restarts
 *
 * Scope:   texts by family and key in memory, so that a step never waits for the disk; each change
 *          goes to the keeper (the engine writes table astdb), in order.
 * Thread:  the loop's.
 * Limits:  100,000 entries and 64 MiB in all; a key (with its family) of 255 bytes, a value of 64 KiB.
 * Source:  Asterisk's astdb: keys are "/family/key", compared as they are.
 */
#pragma once
#include "base/slice.h"

struct plan_core;

#define PLAN_ASTDB_KEY_MAX 255

/** @return the value, borrowed until it changes; absent: there is none */
struct slice plan_astdb_get(const struct plan_core *p, struct slice family, struct slice key);

/** Set (value absent: delete). @return 0; EINVAL (no family or key, or too long); ENOENT (nothing to
 *  delete); ENOSPC (warned about); ENOMEM */
int plan_astdb_put(struct plan_core *p, struct slice family, struct slice key, struct slice value);

/** Delete a family, or what lies below family/key (absent: all of the family). @return how many */
uint32_t plan_astdb_deltree(struct plan_core *p, struct slice family, struct slice key);

/** Called for "family/key" and its value; borrowed. @return whether to go on */
typedef bool(plan_astdb_h)(struct slice name, struct slice value, void *arg);

/** What begins with "family" or "family/key" as whole parts (empty: all), in the order of names.
 *  @return 0; ENOMEM */
int plan_astdb_each(const struct plan_core *p, struct slice prefix, plan_astdb_h *h, void *arg);

/** Who keeps it: called at each change, value absent: deleted. */
typedef void(plan_astdb_keep_h)(struct slice name, struct slice value, void *arg);
void plan_astdb_keeper(struct plan_core *p, plan_astdb_keep_h *h, void *arg);

/** An entry as it was kept ("family/key"); one that was set meanwhile stays. @return as put */
int plan_astdb_load(struct plan_core *p, struct slice name, struct slice value);
