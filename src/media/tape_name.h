/*
 * media/tape_name.h - a file below a folder that no name leads out of
 *
 * Scope:   names from outside: relative, of plain parts; folders are made, links not followed.
 * Thread:  any (it blocks).
 * Source:  openat2(2), RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS.
 */
#pragma once
#include <stdbool.h>

#include "base/slice.h"

/** @return 0; EINVAL (empty, absolute, "." or ".." or nothing between slashes, control bytes);
 *  ENAMETOOLONG */
int tape_name_check(struct slice name);

/**
 * Open for reading and writing, make it when it is not there, with its folders.
 *
 * @param is_new  out: it was made now
 * @return 0; as tape_name_check; ENOENT (no such folder); EACCES (refused, a link on the way, not a
 *         plain file); EBUSY (leased to another program, as file servers do); errno
 */
int tape_name_open(int *fdp, bool *is_new, const char *folder, struct slice name);

/** Remove the file. @return 0; errno */
int tape_name_remove(const char *folder, struct slice name);
