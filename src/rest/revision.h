/*
 * rest/revision.h - what was changed, by whom: written with the change, shown, taken back
 *
 * Scope:   table revision; before and after are the row's columns as the database has them (secrets, too: undo
 *          needs them; what is shown masks them).
 * Thread:  a worker's.
 */
#pragma once
#include "rest/object.h"

/** before or after may be NULL: made, removed. @param id  out: the revision's number; may be NULL. @return 0; errno of db.h */
int revision_add(struct db *d, const struct rest_call *c, const char *action,
                 const struct object_row *before, const struct object_row *after, int64_t *id);

/** Revisions of one object (uuid), or of all (absent), newest first, below number `before` (0: from the newest), as JSON. */
int revision_list(struct db *d, struct slice type, struct slice uuid, int64_t before,
                  uint32_t limit, struct jout *j);

/** The numbers of a revision and of those that are part of it, newest first. @return 0; ENOENT; E2BIG; errno of db.h */
int revision_group(struct db *d, int64_t id, int64_t *ids, uint32_t most, uint32_t *count);

/** The row as it was before that revision (has: there was one) and as it was after.
 *  @return 0; ENOENT; ENOMEM; errno of db.h */
int revision_read(struct db *d, int64_t id, struct arena *a, struct object_row *before,
                  bool *has_before, struct object_row *after, bool *has_after);
