/*
 * rtp/dtmf.h - digits as telephone-events: receiving and sending
 *
 * Receive: each event comes out once, when it ends: by its end bit, by the next event, or by
 *          silence (the end packets were lost). Repeats and late packets of a finished event are
 *          dropped.
 * Send:    one packet a frame, the end three times, then a pause.
 * Units:   RTP clock 8,000 Hz; milliseconds outside.
 * Source:  RFC 4733 s2.3, s2.5.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DTMF_EVENT_BYTES 4
#define DTMF_SILENCE_US 200000 /* an event without packets for so long has ended */

/** '0' ... 'D' of an event 0-15, or 0; and back (-1). */
char dtmf_digit(uint8_t event);
int dtmf_event(char digit);

struct dtmf_digit {
    char digit;
    uint16_t ms;
    bool is_held; /* it began as one of struct dtmf_decoder's held */
};

/** Sets of events: a bit each. */
#define DTMF_ALL 0xffffu

struct dtmf_decoder {
    bool is_open;  /* an event is under way */
    bool has_past; /* past_timestamp is that of a finished one */
    bool is_held;  /* the newest event is, finished or not */
    uint8_t event;
    uint16_t
        held; /* events that are not to be passed on; once one came, all (its owner sets it again) */
    uint16_t duration; /* clock units */
    uint32_t timestamp, past_timestamp;
    int64_t last_us; /* its last packet */
};

/**
 * One packet's payload.
 * @param out  up to two digits ended by it
 * @return how many
 */
unsigned dtmf_decode(struct dtmf_decoder *d, const uint8_t *p, size_t len, uint32_t timestamp,
                     int64_t now_us, struct dtmf_digit out[2]);

/** Does this packet's event go on to whoever hears the sender? Ask after dtmf_decode. */
bool dtmf_may_pass(const struct dtmf_decoder *d, const uint8_t *p, size_t len);

/** A digit that was found in another way (in the sound), whole: is it held? */
bool dtmf_hold(struct dtmf_decoder *d, char digit);

/** Call now and then: did an open event end in silence? @return true with *out */
bool dtmf_decode_idle(struct dtmf_decoder *d, int64_t now_us, struct dtmf_digit *out);

struct dtmf_encoder {
    char digits[64]; /* what is left is from `at` on */
    uint8_t at;
    uint8_t state;         /* inner */
    uint16_t duration_ms;  /* of each digit */
    uint16_t left_ms;      /* of this state */
    uint16_t sent_samples; /* of this event */
    uint8_t ends;          /* end packets sent */
};

enum dtmf_step { DTMF_IDLE, DTMF_PAUSE, DTMF_SEND };

struct dtmf_packet {
    uint8_t bytes[DTMF_EVENT_BYTES];
    bool is_first; /* mark it, and take a new timestamp: all packets of the event carry it */
};

/** Add digits (0-9 * # A-D, w pauses). @return 0; EINVAL; ENOSPC (more than 63 wait) */
int dtmf_encoder_add(struct dtmf_encoder *e, const char *digits, uint16_t duration_ms);

/** Next frame of frame_ms. @return what to do; DTMF_SEND fills *out. DTMF_IDLE: nothing is left. */
enum dtmf_step dtmf_encoder_step(struct dtmf_encoder *e, uint16_t frame_ms,
                                 struct dtmf_packet *out);

static inline bool dtmf_encoder_is_busy(const struct dtmf_encoder *e)
{
    return e->state || e->digits[e->at];
}
