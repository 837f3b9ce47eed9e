/*
 * archive/folder.h - files below the folder of recordings, which no name leads out of
 *
 * Scope:   names come from rows that a stranger may have filled: relative, of plain parts. No link is followed.
 *          A file that is made appears under its name only when it is whole and on the disk.
 * Owns:    descriptors, where it says so.
 * Thread:  any; it blocks.
 * Limits:  names of FOLDER_NAME_MAX bytes, FOLDER_DEPTH folders in each other.
 * Source:  openat2(2): RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS.
 */
#pragma once
#include <stddef.h>
#include <sys/stat.h>

#include "base/slice.h"

enum { FOLDER_NAME_MAX = 512, FOLDER_DEPTH = 16 };

/** @param fdp  out: of the folder, the caller's to close. @return 0; errno */
int folder_open(int *fdp, const char *path);

/** @return 0; EINVAL (empty, absolute, a part that is empty, "." or "..", control bytes); ENAMETOOLONG */
int folder_name_check(struct slice name);

/** Open a plain file to be read; not its owner (an archive is not changed by reading it).
 *  @return 0; as folder_name_check; ENOENT; EACCES (a link, a device); errno */
int folder_file(int *fdp, int folder, const char *name);

/** The same, to be changed in place. */
int folder_file_change(int *fdp, int folder, const char *name);

/** Make the folders that name stands in, those that lack. @return 0; as folder_file */
int folder_make_parents(int folder, const char *name);

/** @return 0; as folder_file */
int folder_remove(int folder, const char *name);

/** A file that is being made. */
struct folder_new {
    int fd; /* written by the caller */
    int parent;
    char last[256], temporary[256];
};

/** Begin one under a name that nobody takes for a recording. n is in use only when 0 is returned.
 *  @return 0; as folder_file */
int folder_new_begin(struct folder_new *n, int folder, const char *name);

/** It is whole: data on the disk, then the name in place of what stood there. @return 0; errno (then it is dropped) */
int folder_new_keep(struct folder_new *n);

/** Away with it; harmless after folder_new_keep. */
void folder_new_drop(struct folder_new *n);

/** A name that folder_new_begin gave: what a child that was killed has left. */
bool folder_is_temporary(const char *name);

/** @param name  relative to the folder. @return 0: go on; else the walk ends with it */
typedef int(folder_file_h)(const char *name, const struct stat *st, void *arg);

/** Each plain file below, in no order. @return 0; what each returned; errno of the folder itself */
int folder_walk(int folder, folder_file_h *each, void *arg);
