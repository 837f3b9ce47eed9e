/*
 * base/guard.h - what outsiders may cost us: guesses at passwords, and lines in the log
 *
 * Scope:   a bucket of tries for every source address (IPv6: its /64), or for every name. A wrong user or
 *          password takes one out; an empty bucket means that nothing with credentials is looked at.
 *          Right credentials fill it again.
 * Owns:    one small record per source that failed lately.
 * Cost:    nothing while nobody fails: the table is empty then.
 * Limits:  GUARD_SOURCES records; the one that failed longest ago leaves first. Names count by their
 *          first GUARD_KEY bytes.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/hash.h"
#include "base/list.h"
#include "base/slice.h"
#include "base/when.h"

#define GUARD_SOURCES 16384
#define GUARD_KEY 80
#define GUARD_LINES 20 /* lines a second for one kind of event that outsiders can cause */

struct guard {
    struct hash sources;
    struct list ages;  /* of the same, the latest failure last */
    int64_t warned_ms; /* when a warning was last written */
    uint32_t burst, a_minute;
};

/** @param burst     wrong tries that are looked at, after a quiet time
 *  @param a_minute  and as many more every minute */
void guard_init(struct guard *g, uint32_t burst, uint32_t a_minute);
void guard_fini(struct guard *g);

/** May credentials from there be looked at? False: drop the request (the first time this is said in
 *  the log). */
bool guard_may_try(struct guard *g, const struct addr *from, struct mono now);

/** They were wrong. Without memory the try is not counted. */
void guard_failed(struct guard *g, const struct addr *from, struct mono now);

/** They were right. */
void guard_succeeded(struct guard *g, const struct addr *from);

/** The same by name; nothing is said in the log. */
bool guard_may_try_name(struct guard *g, struct slice name, struct mono now);
void guard_name_failed(struct guard *g, struct slice name, struct mono now);

/** One try that was counted as wrong was right. */
void guard_take_back(struct guard *g, const struct addr *from);
void guard_name_take_back(struct guard *g, struct slice name);

/** How long until credentials from there are looked at again; 0: they are now. */
int64_t guard_wait_ms(const struct guard *g, const struct addr *from, struct mono now);
int64_t guard_name_wait_ms(const struct guard *g, struct slice name, struct mono now);

/** Lines of one kind in the log. */
struct log_gate {
    int64_t second;
    uint32_t lines, omitted;
};

/** May one more line be written? The first one of a second says how many were left out. */
bool log_gate_pass(struct log_gate *g, struct mono now);
