/*
 * media/wav.h - sound files turned into one codec's bytes at 8,000 Hz
 *
 * Scope:   WAV with 16-bit mono PCM at 8,000 Hz is read here; every other WAV, and AIFF, FLAC, Ogg,
 *          by libsndfile (several channels are averaged, other rates resampled); .ulaw .alaw .sln
 *          .gsm .g722 (its lower band), .sln12 to .sln48 without header.
 * Thread:  any (a worker's); pure but for reading the file.
 * Limits:  files of 64 MiB, 20 minutes of sound.
 * Source:  RIFF WAVE (Microsoft, 1991); Asterisk's names of raw files.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "dsp/codec.h"

#define WAV_FILE_MAX (64u << 20)
#define WAV_SAMPLES_MAX (20u * 60 * 8000)

/** What is known by a file's name. */
enum wav_kind {
    WAV_CONTAINER,
    WAV_ULAW,
    WAV_ALAW,
    WAV_SLN,
    WAV_GSM,
    WAV_G722,
    WAV_SLN12,
    WAV_SLN16,
    WAV_SLN24,
    WAV_SLN32,
    WAV_SLN44,
    WAV_SLN48,
};

/** Extensions in the order in which a name is looked for; ends with a NULL extension. */
struct wav_extension {
    const char *extension; /* ".wav" */
    enum wav_kind kind;
};
extern const struct wav_extension wav_extensions[];

/** Bytes in one codec; free with mem_free. */
struct wav_sound {
    uint8_t *data;
    uint32_t bytes;
};

/** @return 0; EINVAL (not a sound, or broken); EFBIG (too long); ENOMEM */
int wav_decode(struct wav_sound *out, enum wav_kind kind, enum codec c, const uint8_t *file,
               size_t len);

/** Read a whole file. @return 0; ENOENT ...; EFBIG; ENOMEM. Free with mem_free. */
int wav_read_file(uint8_t **file, size_t *len, const char *path);

/** Where the samples stand in a plain WAV (16 bit, mono, 8,000 Hz). @return 0; ENOTSUP (other
 * format); EINVAL */
int wav_parse_plain(const uint8_t *file, size_t len, const uint8_t **samples, size_t *count);
