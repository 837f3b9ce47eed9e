/*
 * archive/mp3.h - a recording as MP3
 *
 * Scope:   constant bit rate, so that every player finds any second; two voices as two channels of their own (never
 *          joint stereo: nothing of one is heard in the other), as loud as they were; tags in UTF-16.
 * Thread:  any; it blocks.
 * Source:  libmp3lame; ID3v2.3.
 */
#pragma once
#include <stdint.h>

#include "archive/peaks.h"
#include "archive/sound.h"

/** Texts may be NULL: no such tag. */
struct mp3_tags {
    const char *title, *artist, *comment;
    const char *date; /* "2026-11-23 19:05:06"; another form is left out */
};

typedef void(mp3_progress_h)(unsigned percent, void *arg);

struct mp3_args {
    int fd;          /* an empty file, written to its end; borrowed */
    struct sound *s; /* read to its end; borrowed */
    const struct mp3_tags *tags;
    struct peaks *peaks;      /* made on the way; may be NULL */
    mp3_progress_h *progress; /* at each whole percent; may be NULL */
    void *arg;
};

/** @return 0; ENOSPC, EIO ...: what writing returned; ENOTSUP (the library refuses the rate); ENOMEM */
int mp3_write(const struct mp3_args *a);
