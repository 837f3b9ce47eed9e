/*
 * rest/settings.h - the station's settings: one object whose members are rows of table settings
 *
 * Thread:  a worker's.
 * Errors:  of store/db.h.
 */
#pragma once
#include "rest/object.h"

/** Texts are the arena's; what has no row is not set. @return 0; ENOMEM */
int settings_read(struct db *d, struct arena *a, struct object_row *row);

/** Write what differs from before. */
int settings_write(struct db *d, const struct object_row *before, const struct object_row *after);
