/*
 * loop/wheel.h - hierarchical timing wheel: the timers of one loop (inner to loop/)
 *
 * Shape:   7 levels of 64 slots; a level's slot spans 64 slots of the one below, the lowest spans
 *          1 ms. A timer stands on the level of the highest 6-bit group in which its time differs
 *          from now, so every occupied slot lies ahead of now, and all of a lower level come before
 *          all of a higher one: the next slot is one count of trailing zeros away.
 * Owns:    nothing; timers belong to their owners.
 * Cost:    start and stop O(1); a timer moves down at most 6 times in its life.
 * Order:   timers of the same millisecond fire in the order of their start.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "loop/loop.h"

#define WHEEL_LEVELS 7
#define WHEEL_BITS 6
#define WHEEL_SLOTS (1 << WHEEL_BITS)

struct wheel {
    uint64_t now_ms;             /* everything up to here has been taken out */
    uint64_t used[WHEEL_LEVELS]; /* bit per slot: not empty */
    struct list slots[WHEEL_LEVELS][WHEEL_SLOTS];
    struct list soon; /* due at or before now_ms: fire in the next round */
};

void wheel_init(struct wheel *w, uint64_t now_ms);

/** Put t (in no list) where its due_ms belongs. */
void wheel_add(struct wheel *w, struct timer *t);

/** Take t out, from wherever it stands. */
void wheel_del(struct wheel *w, struct timer *t);

/** Move to now_ms; timers due by then are appended to due, in order. */
void wheel_advance(struct wheel *w, uint64_t now_ms, struct list *due);

/** When to look again: never later than the first timer, maybe earlier. @return false: no timer */
bool wheel_next(const struct wheel *w, uint64_t *at_ms);

/** Exact time of the first timer; walks one slot. @return false: no timer */
bool wheel_first(const struct wheel *w, uint64_t *at_ms);
