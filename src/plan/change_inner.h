/*
 * plan/change_inner.h - what change.c and compile.c share
 */
#pragma once
#include "plan/change.h"

struct plan_overlay;

/** Read by the worker that compiles; all accept NULL. */
bool plan_overlay_removes(const struct plan_overlay *o, const struct plan_row *row);
bool plan_overlay_removes_include(const struct plan_overlay *o, const struct plan_include *in);
uint32_t plan_overlay_rows(const struct plan_overlay *o);
uint32_t plan_overlay_includes(const struct plan_overlay *o);
/** Append what was added behind what is there. */
void plan_overlay_copy(const struct plan_overlay *o, struct plan_row *rows, uint32_t *row_count,
                       struct plan_include *includes, uint32_t *include_count);

/** There is a new snapshot. @return whether there are changes: then both come into force together, when
 *  a worker has compiled them. */
bool plan_changes_again(struct plan_core *p);
void plan_changes_free(struct plan_core *p);
