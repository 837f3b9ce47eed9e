/*
 * media/tape_gsm.h - samples into GSM full rate, as it stands in .gsm and in WAV files
 *
 * Scope:   libsndfile encodes; where the bytes go, and the header, are the caller's.
 * Thread:  one at a time.
 * Source:  ETSI GSM 06.10; RFC 2361 A.26 (WAVE_FORMAT_GSM610).
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAPE_GSM_BYTES 33 /* of 20 ms */
#define TAPE_GSM_FRAMES 160
#define TAPE_GSM_RIFF_BYTES 65 /* of 40 ms */
#define TAPE_GSM_RIFF_FRAMES 320
#define TAPE_GSM_HEADER 60
#define TAPE_GSM_FACT 48 /* where the number of samples stands in it */

struct tape_gsm;

/** Encoded bytes. @return 0; errno: they could not be taken */
typedef int(tape_gsm_h)(const uint8_t *bytes, size_t len, void *arg);

/** @return 0; ENOMEM; ENOTSUP (the library has no GSM) */
int tape_gsm_open(struct tape_gsm **gp, bool is_riff, tape_gsm_h *h, void *arg);

/** @return 0; what the handler returned */
int tape_gsm_encode(struct tape_gsm *g, const int16_t *samples, size_t count);

/** Samples that wait for a frame to be full; 0 for NULL. */
unsigned tape_gsm_waiting(const struct tape_gsm *g);

/** The last frame is filled with silence and comes out. NULL is fine. @return NULL */
void *tape_gsm_close(struct tape_gsm *g);

/** Header of a WAV file with so many bytes of data. */
void tape_gsm_header(uint8_t out[TAPE_GSM_HEADER], uint32_t data);
