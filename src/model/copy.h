/*
 * model/copy.h - all that one database holds into another: from a file to a server and back
 *
 * Scope:   the rows of every table of the field tables, with their identifiers; columns that somebody
 *          added are not taken. Both have the present schema.
 * Shape:   one read of the source, one transaction of the target: all of it or nothing.
 * Thread:  a tool's main thread; waits for the disk.
 * Limits:  a table of a server passes through memory whole.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"

/** Rows of a table that were copied so far; the last call for a table says is_done. */
typedef void(model_copy_h)(const char *table, uint64_t rows, bool is_done, void *arg);

/**
 * @param from, to  borrowed
 * @param tell      may be NULL
 * @param table     out: where it ended when it did not work (borrowed for ever)
 * @return 0; EEXIST (the target has rows in *table); errno of either database (the target is as it was);
 * ENOMEM
 */
int model_copy(struct db *from, struct db *to, model_copy_h *tell, void *arg, const char **table);
