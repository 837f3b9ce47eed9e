/*
 * archive/clip.h - a sound file from anywhere becomes one that every call can hear
 *
 * Scope:   what libsndfile knows by its content (WAV in all its codings, FLAC, Ogg, MP3, AIFF ...), and raw files by
 *          their extension; channels are averaged, rates changed without aliases, levels kept or evened out. The
 *          header is believed in nothing: what is read is counted.
 * Owns:    its samples: one voice, floating point, at 8,000 Hz, or at 16,000 where the source has as much.
 * Thread:  any; it blocks.
 * Limits:  CLIP_BYTES_MAX of file, CLIP_SECONDS_MAX of sound, CLIP_CHANNELS_MAX, CLIP_RATE_MIN to CLIP_RATE_MAX Hz;
 *          80 MiB of memory at most, whatever the file expands to.
 * Source:  libsndfile; libsamplerate (a windowed sinc); ITU-R BS.1770's gate, without its weighting, for loudness.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define CLIP_BYTES_MAX (512u << 20)
enum {
    CLIP_SECONDS_MAX = 20 * 60, /* more is not played: media/wav.h */
    CLIP_CHANNELS_MAX = 8,
    CLIP_RATE_MIN = 4000,
    CLIP_RATE_MAX = 192000,
    CLIP_NARROW_HZ = 8000,
    CLIP_WIDE_HZ = 16000,
};

enum clip_level {
    CLIP_KEEP, /* as it is; only what is beyond full scale is made quieter */
    CLIP_PEAK, /* the loudest sample at -1 dB of full scale */
    CLIP_LOUD, /* speech at -20 dB, as far as the peaks allow */
};

struct clip;

typedef void(clip_progress_h)(unsigned percent, void *arg);

struct clip_args {
    int fd;               /* of a plain file, at its begin; borrowed */
    const char *original; /* name that it came under: the extension of a raw one */
    enum clip_level level;
    clip_progress_h *progress; /* may be NULL */
    void *arg;
};

/**
 * @param cp   out: one reference
 * @param why  on error a word of CLIP_* faults and, after ": ", details
 * @return 0; EBADMSG (no sound file, damaged, nothing in it); EFBIG (bytes, seconds); ENOTSUP (rate, channels); EIO; ENOMEM
 */
int clip_read(struct clip **cp, const struct clip_args *a, struct buf *why);

/** CLIP_NARROW_HZ or CLIP_WIDE_HZ */
uint32_t clip_rate(const struct clip *c);
uint32_t clip_ms(const struct clip *c);

/** What the source was: "FLAC, 24 bit, 48000 Hz, 2". Never empty. */
const char *clip_source(const struct clip *c);

/** Write a WAV of 16 bits, one voice. @param rate_hz  not above clip_rate. @return 0; ENOSPC, EIO ...; ENOMEM */
int clip_write(const struct clip *c, int fd, uint32_t rate_hz);

/* Why a file is not taken: first words of why. */
#define CLIP_NO_SOUND "no-sound"
#define CLIP_EMPTY "empty"
#define CLIP_TOO_LONG "too-long"
#define CLIP_TOO_BIG "too-big"
#define CLIP_RATE "rate"
#define CLIP_CHANNELS "channels"
