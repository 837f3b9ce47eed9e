/*
 * media/tape_file.h - a sound file that grows, and is whole at any moment
 *
 * Scope:   formats by extension, as one table; samples at 8,000 Hz in, the format's out (GSM by
 *          libsndfile). The header follows the data with every flush, so what a kill leaves can be
 *          played.
 * Owns:    its descriptor, a buffer of 16 KiB, the encoder.
 * Thread:  one at a time, but tape_file_sync.
 * Limits:  names of MEDIA_PATH_MAX bytes, below one folder, by no link; 4 GiB.
 * Source:  RIFF WAVE (Microsoft, 1991), GSM in it as WAVE_FORMAT_GSM610; Asterisk's names of formats.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/when.h"

enum tape_kind { TAPE_LINEAR, TAPE_LINEAR_16, TAPE_ULAW, TAPE_ALAW, TAPE_GSM };

struct tape_format {
    const char *extension; /* "wav" */
    enum tape_kind kind;
    bool is_riff;
    bool may_be_stereo;
};

/** All of them; ends with a NULL extension. */
extern const struct tape_format tape_formats[];

/** By a name's extension, upper and lower case differ. NULL: none. */
const struct tape_format *tape_format_of(struct slice name);

struct tape_file;

struct tape_file_args {
    bool is_stereo;
    bool is_append; /* behind what is there, if it is of the same format */
};

/**
 * Open or make a file; folders on the way are made.
 *
 * @param folder  path of the folder of recordings, which nothing leads out of
 * @param name    below it, with extension
 * @return 0; EINVAL (name, format, or what is to be appended to); ENAMETOOLONG; ENOENT (no folder of
 *         recordings); EACCES (also: by a link, no plain file); EBUSY (being written, or leased); EFBIG (what is
 *         to be appended to is 4 GiB long); ENOSPC; EMFILE; ENOMEM; EIO
 */
int tape_file_open(struct tape_file **fp, const char *folder, struct slice name,
                   const struct tape_file_args *args);

/** Samples (of each channel in turn). @return 0; ENOSPC, EIO, EFBIG ...: see tape_file_flush */
int tape_file_write(struct tape_file *f, const int16_t *samples, size_t frames);

/** So much silence. */
int tape_file_skip(struct tape_file *f, uint64_t frames);

/** What was written is the kernel's, and the header says so. @return 0; ENOSPC (also a quota), EIO,
 *  EFBIG: the header then tells what is there, and nothing more is written */
int tape_file_flush(struct tape_file *f);

/** To the disk itself. On any thread while the file is open. @return 0; errno */
int tape_file_sync(struct tape_file *f);
int tape_file_fd(const struct tape_file *f);

/** No more comes: encode the rest, leave out cut_ms at the end. @return as tape_file_flush */
int tape_file_finish(struct tape_file *f, uint32_t cut_ms);

/** Close it (NULL is fine). tape_file_remove: and remove it; is_new: only if it was made here. */
void tape_file_close(struct tape_file *f);
void tape_file_remove(struct tape_file *f, bool is_new);

uint64_t tape_file_frames(const struct tape_file *f); /* at 8,000 Hz */
uint64_t tape_file_bytes(const struct tape_file *f);

/** When somebody last wrote to it, before it was opened; 0: it is new. */
struct wall tape_file_written(const struct tape_file *f);
