/*
 * media/dirs.h - the directories in which sounds are looked for, most important first
 *
 * Owns:    its texts; a counted object that never changes, so workers read it while a job holds a
 *          reference (taken and given back on the control loop).
 * Limits:  MEDIA_DIRS_MORE of the configuration; the others are left out with a warning.
 */
#pragma once
#include <stddef.h>

#include "base/slice.h"

enum { MEDIA_DIRS_MORE = 32 };

struct media_dirs {
    size_t count;
    char *list[];
};

/**
 * @param usual  the built-in ones
 * @param more   of the configuration, comma separated: they come behind the first of usual, those
 *               without a leading / stand below it
 * @return 0; ENOMEM
 */
int media_dirs_alloc(struct media_dirs **dp, const char *const *usual, size_t count,
                     struct slice more);
