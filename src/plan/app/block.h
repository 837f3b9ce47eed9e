/*
 * plan/app/block.h - blocks inside one extension: where a While or an If ends
 *
 * Scope:   looking at the steps of the channel's extension without running them, and the open loops
 *          of a run.
 * Source:  Asterisk's app_while and app_if: the end is looked for behind the beginning, inner blocks
 *          are passed over.
 */
#pragma once
#include "plan/app.h"

/** More loops inside one another end the call. */
#define BLOCK_LOOPS_MAX 100

/** The application at that priority of the channel's extension. @return "" when there is no step */
const char *block_app(const struct plan_run *run, int priority);

/** The first of the words behind `at` that belongs to the block open there. @param ends  up to a
 *  NULL. @return its priority; 0: none */
int block_find(const struct plan_run *run, int at, const char *open, const char *close,
               const char *const *ends);

/** Is there an `open` before `at` whose block holds `at`? */
bool block_is_inside(const struct plan_run *run, int at, const char *open, const char *close);

/** Go to the step behind priority; nothing found (0) is a warning. @return PLAN_NEXT; PLAN_END */
int block_leave(struct plan_run *run, int priority, const char *what);

/** Both ways (base/pack.h): the open loops. */
struct pack;
void block_loops_pack(struct plan_run *run, struct pack *k);

/** Forget the open loops of a run that ends. */
void block_loops_free(struct plan_run *run);
