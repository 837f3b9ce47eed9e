/*
 * archive/sound.h - a recording's voices, read back: one file of one or two channels, or two files side by side
 *
 * Owns:    its files.
 * Thread:  any; it blocks.
 * Units:   samples of 16 bits, interleaved when there are two channels; frames.
 * Limits:  two channels; what libsndfile reads, and raw files known by their extension.
 */
#pragma once
#include <stdint.h>

#include "base/buf.h"

struct sound;

enum { SOUND_BLOCK = 8192 }; /* frames, the most of one sound_read */

/**
 * @param sp     out: one reference
 * @param first  name below folder; its voice is left when there is a second
 * @param right  name of the other voice's file, or NULL
 * @param why    one sentence is added on error
 * @return 0; as folder_file; EBADMSG (no sound file, or damaged); ENOTSUP (more than two channels, two rates); ENOMEM
 */
int sound_open(struct sound **sp, int folder, const char *first, const char *right,
               struct buf *why);

int sound_channels(const struct sound *s); /* 1, 2 */
int sound_rate(const struct sound *s);     /* Hz */
uint64_t sound_frames(const struct sound *s);
uint32_t sound_ms(const struct sound *s);

/** The next frames; of two files the shorter one goes on in silence. @return frames; 0 at the end */
int sound_read(struct sound *s, int16_t *out, int frames);
