/*
 * media/find.h - the worker's side of the cache: find, read, decode, render
 *
 * Owns:    a job its texts and, until the control loop takes them, its results.
 * Thread:  a worker's; nothing here is shared.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "dsp/codec.h"

enum media_job_kind { MEDIA_JOB_FILE, MEDIA_JOB_TONE, MEDIA_JOB_DIGITS };

struct media_job {
    enum media_job_kind kind;
    char *name; /* file name, list of tones, digits */
    char *language;
    uint16_t ms; /* of a digit */
    enum codec codec;
    const char *const *dirs; /* borrowed, constant */
    size_t dir_count;

    /* file as it was; the same again is not read */
    const char *old_path; /* borrowed; NULL: none */
    int64_t old_mtime_ns;
    uint64_t old_bytes;

    /* results */
    int err;
    bool is_unchanged;
    char *path;
    int64_t mtime_ns;
    uint64_t file_bytes;
    uint8_t *data;
    uint32_t bytes, repeat_at;
};

/** Do it; err and the results are set. */
void media_job_run(struct media_job *j);

/** Free texts and results that were not taken (set taken ones to NULL). */
void media_job_fini(struct media_job *j);

/** Is there a sound of that name, as Playback would look for it? Nothing is read. @return 0; ENOENT; ENOMEM */
int media_find_sound(const char *const *dirs, size_t dir_count, const char *name,
                     const char *language);

/** Whether it can be read. @return 0; errno of open */
int media_find_directory(const char *path);

/** Names of the sounds in a directory: absolute, without extension, sorted, at most 1,000. */
struct media_music;
int media_find_music(struct media_music **mp, const char *directory);
